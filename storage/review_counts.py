"""What is asked before a step for many photos: which wait, how certain they are, which tags they have."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from storage.review import with_proposals
from storage.schema import PhotoState, TagState
from storage.words import chunks

if TYPE_CHECKING:
    from sqlalchemy import Connection


def certainties(connection: "Connection", photos: Collection[int]) -> dict[int, float]:
    """How certain each of these photos' least certain concept is, 0..1; only photos with something to approve.

    To approve those above a score, choose among them and `approve` them; photos that nobody scored are left out.
    """
    found: dict[int, float] = {}
    for chunk in chunks(photos):
        ids = ",".join(str(int(i)) for i in chunk)
        waiting = set(with_proposals(connection, ids))
        for photo, certainty in connection.exec_driver_sql(
            f"SELECT id, certainty FROM photo WHERE certainty IS NOT NULL AND id IN ({ids})"
        ):
            if photo in waiting:
                found[int(photo)] = float(certainty)
    return found


def above(certainties: Mapping[int, float], score: float) -> list[int]:
    """The photos that are at least as certain as a score, 0..1."""
    return [photo for photo, certainty in certainties.items() if certainty >= score]


def waiting(connection: "Connection") -> set[int]:
    """The photos that wait for a person: without text, with a draft, or changed outside."""
    states = ",".join(str(int(s)) for s in (PhotoState.NONE, PhotoState.DRAFT, PhotoState.STALE))
    found = connection.exec_driver_sql(f"SELECT id FROM photo WHERE state IN ({states}) AND missing_since IS NULL")
    return set(found.scalars())


@dataclass(frozen=True, slots=True)
class TagCount:
    """A tag and how many of some photos have it, suggested or accepted."""

    concept: int
    name: str
    photos: int


def tag_counts(connection: "Connection", photos: Collection[int]) -> list[TagCount]:
    """The tags that these photos have, the most frequent first; rejected ones don't count."""
    counts: dict[tuple[int, str], int] = {}
    for chunk in chunks(photos):
        for concept, name, number in connection.exec_driver_sql(
            "SELECT c.id, c.name, count(*) FROM tag t JOIN concept c ON c.id = t.concept_id "
            f"WHERE t.state < {int(TagState.REJECTED)} AND t.photo_id IN ({','.join(str(int(i)) for i in chunk)}) "
            "GROUP BY c.id"
        ):
            counts[concept, name] = counts.get((concept, name), 0) + number
    found = [TagCount(concept, name, number) for (concept, name), number in counts.items()]
    return sorted(found, key=lambda tag: (-tag.photos, tag.name))


MOST_NAMES = 12
"""Tags offered while one is typed: as many as are read at a glance."""


def names_like(connection: "Connection", typed: str) -> list[str]:
    """Tags that have these letters in their name, those that begin with them first, short ones before long ones."""
    letters = typed.strip().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    if not letters:
        return []
    found = connection.exec_driver_sql(
        "SELECT name FROM concept WHERE name LIKE ? ESCAPE '\\' "
        "ORDER BY name NOT LIKE ? ESCAPE '\\', length(name), name LIMIT ?",
        (f"%{letters}%", f"{letters}%", MOST_NAMES),
    )
    return list(dict.fromkeys(found.scalars()))
