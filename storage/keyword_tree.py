"""The hierarchy of keywords that people bring from other programs, kept beside the vocabulary's own tree.

"Rosa" below "Trips" below "2024" is nothing a vocabulary knows, but a search for "trips" should find it, and a photo
that is given "Rosa" gets the whole path. What was brought is kept as it was said, because a new vocabulary makes the
whole tree anew and this is put back into it.

Invariants: a keyword never comes to stand above and below the same other: a line that would do so is left out. A path
that only some photo's file has is for searching: it is never written into another photo, because nobody approved it.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from storage import concepts
from storage.library import Library
from storage.metadata.fields import unique_paths
from storage.spelling import spelled
from storage.words import PathOrigin, approved_words, chunks

if TYPE_CHECKING:
    from sqlalchemy import Connection

SETTING = "keyword_tree"


@dataclass(frozen=True, slots=True)
class KeywordRow:
    """One keyword of a list.

    Attributes:
        path: the keywords above it, topmost first, and itself.
        synonyms: other words for it.
    """

    path: tuple[str, ...]
    synonyms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class KeywordsPlaced:
    """What became of a list.

    Attributes:
        keywords: how many there are in it.
        left_out: pairs (keyword, the one above) that contradict what is known.
    """

    keywords: int
    left_out: tuple[tuple[str, str], ...]


def read_keyword_list(content: str) -> list[KeywordRow]:
    """The keywords of a text file as Lightroom Classic exports them, or of paths such as digiKam's and exiftool's.

    Lightroom: one keyword a line, one tab for each level, synonyms in curly brackets a level deeper, keywords that it
    leaves out of exported photos in square brackets. Paths: "Animals|Dog" or, in a list without tabs, "Animals/Dog".
    """
    lines = [line.rstrip() for line in content.removeprefix("\ufeff").splitlines() if line.strip()]
    slashes = not any(line.startswith("\t") for line in lines)
    found: dict[tuple[str, ...], list[str]] = {}
    path: list[str] = []
    for line in lines:
        depth = len(line) - len(line.lstrip("\t"))
        word = " ".join(line.split())
        if word.startswith("{") and word.endswith("}"):
            if path and word[1:-1].strip():
                found[tuple(path)].append(word[1:-1].strip())
            continue
        parts = [_bare(part) for part in (word.split("|") if "|" in word else word.split("/") if slashes else [word])]
        parts = [part for part in parts if spelled(part)]
        if parts:
            path = [*path[:depth], *parts]
            for length in range(1, len(path) + 1):
                found.setdefault(tuple(path[:length]), [])
    return [KeywordRow(path, tuple(dict.fromkeys(synonyms))) for path, synonyms in found.items()]


def _bare(word: str) -> str:
    word = word.strip()
    return word[1:-1].strip() if word.startswith("[") and word.endswith("]") else word


def import_keywords(library: Library, rows: Sequence[KeywordRow]) -> KeywordsPlaced:
    """Take a list into the library, whole or not at all; a list that was taken before is added to.

    Raises:
        KnownError: the library can't be written.
    """
    with library.write() as block:
        known = dict.fromkeys(_kept(block.connection))
        known.update(dict.fromkeys(rows))
        value = json.dumps([[list(row.path), list(row.synonyms)] for row in known], ensure_ascii=False)
        block.connection.exec_driver_sql("INSERT OR REPLACE INTO setting (key, value) VALUES (?, ?)", (SETTING, value))
        left_out = place(block.connection)
        block.touch(_photos_of(block.connection, rows))
        block.settings_changed()
    return KeywordsPlaced(len(rows), tuple(left_out))


def place(connection: "Connection") -> list[tuple[str, str]]:
    """Put the hierarchy that is kept into the tree; called again whenever the vocabulary made the tree anew.

    Search rows are the caller's.

    Returns:
        pairs (keyword, the one above) that were left out, because the tree has them the other way round.
    """
    left_out = []
    _forget(connection, PathOrigin.LIST)
    for row in _kept(connection):
        child = concepts.for_keyword(connection, row.path[-1])
        for word in row.synonyms:
            if spelled(word):
                connection.exec_driver_sql(
                    "INSERT INTO concept_word (word, concept_id, own) VALUES (?, ?, 0) ON CONFLICT DO NOTHING",
                    (spelled(word), child),
                )
        if len(row.path) > 1:
            _keep_path(connection, child, row.path, PathOrigin.LIST)
            parent = concepts.for_keyword(connection, row.path[-2])
            if not _hang(connection, child, parent):
                left_out.append((row.path[-1], row.path[-2]))
    rows = connection.exec_driver_sql("SELECT concept_id, path FROM concept_path WHERE origin != ?", (PathOrigin.LIST,))
    for concept, path in rows.all():
        _hang_all(connection, int(concept), json.loads(path))
    return left_out


def set_own_paths(connection: "Connection", paths: Iterable[tuple[int, Sequence[str]]]) -> list[int]:
    """Keep the paths that the user's own words give to concepts, in place of those before; `place` comes after it.

    Returns:
        the concepts whose path is another one now.
    """
    rows = connection.exec_driver_sql("SELECT concept_id, path FROM concept_path WHERE origin = ?", (PathOrigin.WORDS,))
    before = {int(concept): path for concept, path in rows.all()}
    _forget(connection, PathOrigin.WORDS)
    after = {concept: json.dumps(list(path), ensure_ascii=False) for concept, path in paths}
    for concept, path in after.items():
        _keep_path(connection, concept, json.loads(path), PathOrigin.WORDS)
    return [concept for concept in before.keys() | after.keys() if before.get(concept) != after.get(concept)]


def learn(connection: "Connection", path: Sequence[str]) -> list[int]:
    """Remember where a photo's file says a keyword of people stands, if nothing else is known of its place.

    Returns:
        photos whose search rows have to name what is above the keyword now.
    """
    concept = concepts.for_keyword(connection, path[-1])
    known = connection.exec_driver_sql(
        "SELECT c.kind, EXISTS (SELECT 1 FROM concept_path p WHERE p.concept_id = c.id) FROM concept c WHERE c.id = ?",
        (concept,),
    ).one()
    if known[0] != concepts.KEYWORD or known[1]:
        return []
    _keep_path(connection, concept, path, PathOrigin.FILE)
    _hang_all(connection, concept, path)
    return _photos_below(connection, [concept])


def give(connection: "Connection", photos: Iterable[int], concept: int, path: Sequence[str]) -> None:
    """Keep the path that a person gives to a keyword of some photos; its last part is the concept's name."""
    connection.exec_driver_sql(
        "INSERT OR REPLACE INTO tag_path (photo_id, concept_id, path) VALUES (?, ?, ?)",
        [(photo, concept, json.dumps(list(path), ensure_ascii=False)) for photo in photos],
    )
    _keep_path(connection, concept, path, PathOrigin.FILE)  # found by what is above; other photos don't get it
    _hang_all(connection, concept, path)


def paths_of(connection: "Connection", photos: Sequence[int]) -> dict[int, list[tuple[str, ...]]]:
    """Where the keywords of photos stand: in the file, and as the library will write it; none twice."""
    found: dict[int, list[tuple[str, ...]]] = {}
    for chunk in chunks(photos):
        ids = ",".join(map(str, chunk))
        rows = connection.exec_driver_sql(f"SELECT photo_id, in_file FROM embedded WHERE photo_id IN ({ids})").all()
        in_file = {photo: json.loads(kept).get("keyword_paths", ()) for photo, kept in rows}
        for photo, words in approved_words(connection, chunk).items():
            found[photo] = list(unique_paths([*words.paths, *in_file.get(photo, ())]))
    return found


def parts_of(keyword: str) -> tuple[str, ...]:
    """A keyword as a person types it, "Animals|Dogs|Rex" or "Rex", as a path without empty parts."""
    return tuple(part for part in (" ".join(part.split()) for part in keyword.split("|")) if part)


def _forget(connection: "Connection", origin: PathOrigin) -> None:
    connection.exec_driver_sql("DELETE FROM concept_path WHERE origin = ?", (int(origin),))


def _keep_path(connection: "Connection", concept: int, path: Sequence[str], origin: PathOrigin) -> None:
    connection.exec_driver_sql(
        "INSERT OR IGNORE INTO concept_path (concept_id, path, origin) VALUES (?, ?, ?)",
        (concept, json.dumps(list(path), ensure_ascii=False), int(origin)),
    )


def _hang_all(connection: "Connection", concept: int, path: Sequence[str]) -> None:
    """Each keyword of a path below the one before it; the last one is `concept`, whatever it is called."""
    ids = [*(concepts.for_keyword(connection, part) for part in path[:-1]), concept]
    for parent, child in pairwise(ids):
        _hang(connection, child, parent)


def _hang(connection: "Connection", child: int, parent: int) -> bool:
    """Put one concept below another; False where the tree has them the other way round."""
    if child == parent or _is_above(connection, child, parent):
        return False
    connection.exec_driver_sql(_BELOW, {"child": child, "parent": parent})
    return True


_BELOW = """
INSERT OR IGNORE INTO concept_above (concept_id, above_id)
SELECT low.id, high.id FROM
(SELECT :child AS id UNION SELECT concept_id FROM concept_above WHERE above_id = :child) low,
(SELECT :parent AS id UNION SELECT above_id FROM concept_above WHERE concept_id = :parent) high
"""
"""All at or below the one come below all at or above the other."""


def _is_above(connection: "Connection", high: int, low: int) -> bool:
    return (
        connection.exec_driver_sql(
            "SELECT 1 FROM concept_above WHERE above_id = ? AND concept_id = ?", (high, low)
        ).first()
        is not None
    )


def _kept(connection: "Connection") -> Iterator[KeywordRow]:
    value = connection.exec_driver_sql("SELECT value FROM setting WHERE key = ?", (SETTING,)).scalar()
    for path, synonyms in json.loads(value) if value else ():
        yield KeywordRow(tuple(path), tuple(synonyms))


def _photos_of(connection: "Connection", rows: Sequence[KeywordRow]) -> list[int]:
    """Photos with a tag at or below one of these keywords: their search rows name what is above."""
    return _photos_below(connection, {concepts.for_keyword(connection, row.path[-1]) for row in rows})


def _photos_below(connection: "Connection", above: Iterable[int]) -> list[int]:
    found: set[int] = set()
    for chunk in chunks(above):
        ids = ",".join(map(str, chunk))
        found.update(
            connection.exec_driver_sql(
                f"SELECT photo_id FROM tag WHERE concept_id IN ({ids}) OR concept_id IN "
                f"(SELECT concept_id FROM concept_above WHERE above_id IN ({ids}))"
            ).scalars()
        )
    return sorted(found)
