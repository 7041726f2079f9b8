"""What machines propose for a photo: findings of packs, suggested tags, drafts. The queue of tagging and describing.

Nothing here overwrites a person or a file: a suggestion is written only where there is nothing of a higher origin and
no decision of a person. "What is left to do" is a query, so stopping, crashing and going on are the same thing.
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from storage.library import Write
from storage.schema import Field, Origin, TagState, TextState

if TYPE_CHECKING:
    from sqlalchemy import Connection

_MODEL, _SUGGESTED, _DRAFT = int(Origin.MODEL), int(TagState.SUGGESTED), int(TextState.DRAFT)


@dataclass(frozen=True, slots=True)
class PendingPhoto:
    """A photo that some pack has not seen as it is now.

    Attributes:
        packs: ids of the packs that are to run.
        digest: of the image data the run will belong to.
    """

    id: int
    path: Path
    packs: frozenset[str]
    digest: bytes | None


@dataclass(frozen=True, slots=True)
class TagProposal:
    """A tag a machine proposes: key of the concept, score 0..1, how many are seen (None: not counted)."""

    key: str
    score: float
    count: int | None


@dataclass(frozen=True, slots=True)
class TextProposal:
    """A draft a machine proposes, hedged, and the plain form that approval puts in its place."""

    field: Field
    language: str
    text: str
    plain: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """All that the findings of one photo give.

    Attributes:
        people: how many, None where no pack counts people.
        certainty: of the least certain tag, 0..1, or None where there is none.
    """

    tags: Sequence[TagProposal]
    texts: Sequence[TextProposal]
    people: int | None
    people_exact: bool
    certainty: float | None


def count_untagged(connection: "Connection", packs: Mapping[str, str], *, unless: str | None = None) -> int:
    """How many photos some of these packs (id → version) have not seen as they are now.

    Args:
        unless: a stage; photos that have a problem of it are left out.
    """
    condition, values = _untagged(packs, unless)
    return int(connection.exec_driver_sql(f"SELECT count(*) FROM photo p WHERE {condition}", values).scalar_one())


def untagged(
    connection: "Connection", packs: Mapping[str, str], *, after: int, limit: int, unless: str | None = None
) -> list[PendingPhoto]:
    """The next photos to tag, by id.

    Args:
        packs: id → version of the packs that are to run.
        after: ids greater than this; the id of the last photo of the portion before.
        limit: most photos to return.
        unless: as for `count_untagged`.
    """
    condition, values = _untagged(packs, unless)
    found = connection.exec_driver_sql(
        "SELECT p.id, f.path, p.file, p.digest FROM photo p JOIN folder f ON f.id = p.folder_id "
        f"WHERE p.id > ? AND {condition} ORDER BY p.id LIMIT ?",
        (after, *values, limit),
    ).all()
    ids = ",".join(str(row[0]) for row in found)
    done: dict[int, set[str]] = {}
    for photo, pack, version, digest, now in connection.exec_driver_sql(
        "SELECT r.photo_id, r.pack, r.version, r.digest, p.digest FROM run r JOIN photo p ON p.id = r.photo_id "
        f"WHERE r.photo_id IN ({ids})"
    ):
        if packs.get(pack) == version and digest == now:
            done.setdefault(photo, set()).add(pack)
    return [
        PendingPhoto(
            photo,
            Path(os.fsdecode(folder)) / os.fsdecode(file),
            frozenset(packs.keys() - done.get(photo, set())),
            digest,
        )
        for photo, folder, file, digest in found
    ]


def _untagged(packs: Mapping[str, str], unless: str | None) -> tuple[str, tuple[str, ...]]:
    runs = " OR ".join(["(r.pack = ? AND r.version = ?)"] * len(packs)) or "0"
    condition = (
        "p.missing_since IS NULL AND p.digest IS NOT NULL AND "
        f"(SELECT count(*) FROM run r WHERE r.photo_id = p.id AND r.digest IS p.digest AND ({runs})) < {len(packs)}"
    )
    values = tuple(word for pack in sorted(packs.items()) for word in pack)
    if unless is not None:
        condition += " AND NOT EXISTS (SELECT 1 FROM problem WHERE problem.photo_id = p.id AND problem.stage = ?)"
        values = (*values, unless)
    return condition, values


def store_run(block: Write, photo: PendingPhoto, findings: Mapping[str, tuple[str, str]], stage: str = "tag") -> None:
    """Keep what packs found in a photo; a problem of the stage is over.

    Args:
        findings: pack id → (version, findings as JSON).
    """
    run = block.connection.exec_driver_sql
    run(
        "INSERT OR REPLACE INTO run (photo_id, pack, version, digest, findings) VALUES (?, ?, ?, ?, ?)",
        [(photo.id, pack, version, photo.digest, text) for pack, (version, text) in findings.items()],
    )
    run("UPDATE photo SET described = NULL WHERE id = ?", (photo.id,))
    clear_problem(block, photo.id, stage)


def store_problem(block: Write, photo: int, stage: str, message: str, at: str) -> None:
    """Record that a stage failed for a photo; the sentence is for the user."""
    block.connection.exec_driver_sql(
        "INSERT OR REPLACE INTO problem (photo_id, stage, message, at) VALUES (?, ?, ?, ?)",
        (photo, stage, message, at),
    )
    block.touch(photo)


def clear_problem(block: Write, photo: int, stage: str) -> None:
    """Forget the problem of a stage that has worked now."""
    block.connection.exec_driver_sql("DELETE FROM problem WHERE photo_id = ? AND stage = ?", (photo, stage))
    block.touch(photo)


_UNDESCRIBED = (
    "missing_since IS NULL AND described IS NOT ? AND EXISTS (SELECT 1 FROM run WHERE run.photo_id = photo.id)"
)


def count_undescribed(connection: "Connection", rules: bytes) -> int:
    """How many photos have findings that these rules have not been applied to."""
    return int(connection.exec_driver_sql(f"SELECT count(*) FROM photo WHERE {_UNDESCRIBED}", (rules,)).scalar_one())


def undescribed(connection: "Connection", rules: bytes, *, after: int, limit: int) -> list[int]:
    """The next photos to describe, by id.

    Args:
        rules: fingerprint of the vocabulary, language and style.
    """
    return [
        int(photo)
        for (photo,) in connection.exec_driver_sql(
            f"SELECT id FROM photo WHERE id > ? AND {_UNDESCRIBED} ORDER BY id LIMIT ?", (after, rules, limit)
        )
    ]


@dataclass(frozen=True, slots=True)
class FoundInPhoto:
    """What is needed to describe one photo.

    Attributes:
        findings: pack id → findings as JSON, only those of the image as it is now.
        rejected: keys of concepts that a person rejected.
    """

    id: int
    findings: Mapping[str, str]
    rejected: frozenset[str]


def found(connection: "Connection", photos: Sequence[int]) -> list[FoundInPhoto]:
    """The findings of these photos."""
    ids = ",".join(str(int(p)) for p in photos)
    findings: dict[int, dict[str, str]] = {int(p): {} for p in photos}
    rejected: dict[int, set[str]] = {}
    for photo, pack, text in connection.exec_driver_sql(
        "SELECT r.photo_id, r.pack, r.findings FROM run r JOIN photo p ON p.id = r.photo_id "
        f"WHERE r.digest IS p.digest AND r.photo_id IN ({ids})"
    ):
        findings[photo][pack] = text
    for photo, key in connection.exec_driver_sql(
        "SELECT t.photo_id, c.key FROM tag t JOIN concept c ON c.id = t.concept_id "
        f"WHERE t.state = {int(TagState.REJECTED)} AND t.photo_id IN ({ids})"
    ):
        rejected.setdefault(photo, set()).add(key)
    return [FoundInPhoto(p, kept, frozenset(rejected.get(p, ()))) for p, kept in findings.items()]


def store_proposal(block: Write, photo: int, proposal: Proposal, rules: bytes, concepts: Mapping[str, int]) -> None:
    """Make a photo's suggestions those of this proposal; decisions of people and words of files stay.

    Args:
        rules: fingerprint that says by which rules it was made.
        concepts: key → id of the library's concepts.
    """
    run = block.connection.exec_driver_sql
    kept = ",".join(str(concepts[t.key]) for t in proposal.tags)
    run(
        f"DELETE FROM tag WHERE photo_id = ? AND origin = {_MODEL} AND state = {_SUGGESTED} "
        f"AND concept_id NOT IN ({kept})",
        (photo,),
    )
    if proposal.tags:
        run(
            "INSERT INTO tag (photo_id, concept_id, origin, state, score, count) "
            f"VALUES (?, ?, {_MODEL}, {_SUGGESTED}, ?, ?) ON CONFLICT (photo_id, concept_id) DO UPDATE SET "
            f"score = excluded.score, count = excluded.count WHERE origin = {_MODEL} AND state = {_SUGGESTED}",
            [(photo, concepts[t.key], round(t.score, 4), t.count) for t in proposal.tags],
        )
    run(f"DELETE FROM text WHERE photo_id = ? AND origin = {_MODEL} AND state = {_DRAFT}", (photo,))
    if proposal.texts:
        run(
            "INSERT OR IGNORE INTO text (photo_id, field, language, text, plain, origin, state) "
            f"VALUES (?, ?, ?, ?, ?, {_MODEL}, {_DRAFT})",
            [(photo, int(t.field), t.language, t.text, t.plain) for t in proposal.texts],
        )
    run(
        "UPDATE photo SET described = ?, people = ?, people_exact = ?, certainty = ? WHERE id = ?",
        (rules, proposal.people, int(proposal.people_exact), proposal.certainty, photo),
    )
    block.touch(photo)


def propose_again(block: Write, photos: Sequence[int]) -> None:
    """Let the next description of these photos start afresh: rejected machine texts may be proposed again."""
    ids = ",".join(str(int(p)) for p in photos)
    run = block.connection.exec_driver_sql
    run(f"DELETE FROM text WHERE origin = {_MODEL} AND state != {int(TextState.APPROVED)} AND photo_id IN ({ids})")
    run(f"UPDATE photo SET described = NULL WHERE id IN ({ids})")
    block.touch(photos)


def remove_proposals(block: Write) -> int:
    """Remove everything machines proposed and no person decided on, and their findings; nothing else.

    Returns:
        how many photos had something of it.
    """
    run = block.connection.exec_driver_sql
    touched = {
        int(p)
        for (p,) in run(
            f"SELECT photo_id FROM tag WHERE origin = {_MODEL} AND state = {_SUGGESTED} "
            f"UNION SELECT photo_id FROM text WHERE origin = {_MODEL} AND state = {_DRAFT} "
            "UNION SELECT photo_id FROM run"
        )
    }
    run(f"DELETE FROM tag WHERE origin = {_MODEL} AND state = {_SUGGESTED}")
    run(f"DELETE FROM text WHERE origin = {_MODEL} AND state = {_DRAFT}")
    run("DELETE FROM run")
    run("UPDATE photo SET described = NULL, people = NULL, certainty = NULL")
    block.touch(touched)
    return len(touched)
