"""What a search can be narrowed by: how many of the photos found have each concept, year, camera, ….

Everything counted is a fact of the search row, so small results are counted from the rows themselves. For large ones a
sample shows which facts matter and the index counts those exactly: at 1,000,000 photos reading all rows takes seconds,
counting one fact a few hundredths of a second. All facets of a result of a few thousand photos took 0.1 s, of half a
million 2.3 s, so ask in the background.
"""

import os
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from storage.schema import PhotoState
from storage.search.counts import of_kind
from storage.search.finding import count_of, facts_of
from storage.search.index import photo_at
from storage.search.parser import parse
from storage.search.plan import Plan
from storage.search.sql import plan
from storage.search.tree import Everything
from storage.words import chunks

if TYPE_CHECKING:
    from sqlalchemy import Connection

COUNTED = 20_000
"""Photos whose rows are read: a tenth of a second. Also the size of the sample of a larger result."""


_KINDS = "cpykds"
"""Kinds of facts that narrow a result: concepts, people, years, cameras, folders, states; see `index`."""


@dataclass(frozen=True, slots=True)
class Facet:
    """One way to narrow a result.

    Attributes:
        name: for people: "dog", "2", "2024", "Canon EOS 5D", a folder's path, "draft".
        query: what to add to the question; it then finds `photos` photos.
        photos: how many of the photos found.
    """

    name: str
    query: str
    photos: int


@dataclass(frozen=True, slots=True)
class Facets:
    """The ways to narrow a result, in each group the most frequent first (people and years by number).

    A fact that all photos found have narrows nothing and is left out, except of the states.
    """

    photos: int
    concepts: tuple[Facet, ...] = ()
    people: tuple[Facet, ...] = ()
    years: tuple[Facet, ...] = ()
    cameras: tuple[Facet, ...] = ()
    folders: tuple[Facet, ...] = ()
    states: tuple[Facet, ...] = ()


def facets(connection: "Connection", found: str | Sequence[int], *, limit: int = 12) -> Facets:
    """The facets of a result.

    Args:
        found: a question, or the ids of photos.
        limit: most facets in a group.

    Raises:
        QueryError: the question can't be understood.
    """
    if isinstance(found, str):
        counts, photos = _of_plan(connection, plan(connection, parse(found)), limit)
    else:
        counts, photos = _of_ids(connection, found)
    groups = {kind: _group(counts, kind, photos) for kind in _KINDS}
    return Facets(
        photos,
        concepts=_concepts(connection, _most(groups["c"], limit)),
        people=tuple(Facet(n, f"people:{n}", c) for n, c in _by_number(groups["p"], limit)),
        years=tuple(Facet(n, f"date:{n}", c) for n, c in reversed(_by_number(groups["y"], limit))),
        cameras=_cameras(connection, _most(groups["k"], limit)),
        folders=_folders(connection, _most(groups["d"], limit)),
        states=tuple(_state(PhotoState(int(n)), c) for n, c in sorted(groups["s"].items())),
    )


def quoted_value(text: str) -> str:
    """A value as it stands in a question: in quotes where it is more than one word."""
    if text.isalnum():
        return text
    if not text.isascii() or '"' in text:
        text = "".join(" " if c in '"“”„«»' else c for c in text)
    return f'"{text}"'


def _of_ids(connection: "Connection", ids: Iterable[int]) -> tuple[Counter[str], int]:
    counts: Counter[str] = Counter()
    photos = 0
    for chunk in chunks(ids):
        listed = ",".join(str(int(i)) for i in chunk)
        for (facts,) in connection.exec_driver_sql(
            f"SELECT facts FROM photo_words WHERE rowid IN (SELECT place FROM photo WHERE id IN ({listed}))"
        ):
            counts.update(facts.split())
            photos += 1
    return counts, photos


def _of_plan(connection: "Connection", found: Plan, limit: int) -> tuple[Counter[str], int]:
    photos = count_of(connection, found)
    if photos > COUNTED and found == plan(connection, Everything()):
        known: Counter[str] = Counter()
        for kind in _KINDS:
            known.update(dict(of_kind(connection, f"#{kind}")))
        return known, photos
    counts: Counter[str] = Counter()
    step = 1 if found.where else photos // COUNTED + 1
    for facts in facts_of(connection, found, step):
        counts.update(facts.split())
    if step == 1:
        return counts, photos
    exact: Counter[str] = Counter()
    for kind in _KINDS:
        for fact, _ in _in_kind(counts, kind).most_common(limit + len(PhotoState)):
            match = f'("{fact}" AND {found.match})' if found.match is not None else f'"{fact}"'
            exact[fact] = count_of(connection, replace(found, match=match))
    return exact, photos


def _in_kind(counts: Counter[str], kind: str) -> Counter[str]:
    return Counter({fact: count for fact, count in counts.items() if fact[1] == kind})


def _group(counts: Counter[str], kind: str, photos: int) -> dict[str, int]:
    """Facts of one kind without their sign, and how many photos have them."""
    return {
        fact[2:]: count for fact, count in _in_kind(counts, kind).items() if count and (count < photos or kind == "s")
    }


def _most(group: dict[str, int], limit: int) -> list[tuple[str, int]]:
    return sorted(group.items(), key=lambda item: (-item[1], item[0]))[:limit]


def _by_number(group: dict[str, int], limit: int) -> list[tuple[str, int]]:
    """The most frequent, sorted by their number."""
    return sorted(_most(group, limit), key=lambda item: int(item[0]))


def _concepts(connection: "Connection", counts: Sequence[tuple[str, int]]) -> tuple[Facet, ...]:
    ids = ",".join(str(int(number)) for number, _ in counts)
    rows = connection.exec_driver_sql(f"SELECT id, name FROM concept WHERE id IN ({ids})")
    names = {str(number): str(name) for number, name in rows}
    return tuple(Facet(names[n], f"tag:{quoted_value(names[n])}", c) for n, c in counts if n in names)


def _cameras(connection: "Connection", counts: Sequence[tuple[str, int]]) -> tuple[Facet, ...]:
    named = [(camera_named(connection, word), count) for word, count in counts]
    return tuple(Facet(name, f"camera:={quoted_value(name)}", count) for name, count in named)


def camera_named(connection: "Connection", word: str) -> str:
    """A camera's name by the word of its fact, as some photo has it."""
    photo = _a_photo_with(connection, f"#k{word}")
    return str(connection.exec_driver_sql("SELECT camera FROM photo WHERE id = ?", (photo,)).scalar_one())


def _folders(connection: "Connection", counts: Sequence[tuple[str, int]]) -> tuple[Facet, ...]:
    found = []
    for word, count in counts:
        photo = _a_photo_with(connection, f"#d{word}")
        path = connection.exec_driver_sql(
            "SELECT f.path FROM photo p JOIN folder f ON f.id = p.folder_id WHERE p.id = ?", (photo,)
        ).scalar_one()
        found.append(Facet(shown_folder(path), f"folder:={quoted_value(shown_folder(path))}", count))
    return tuple(found)


def shown_folder(path: bytes) -> str:
    """A folder's path as a question can have it: undecodable bytes become "?", as in the search row."""
    text = os.fsdecode(path)
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def _a_photo_with(connection: "Connection", fact: str) -> int:
    place = connection.exec_driver_sql(
        "SELECT rowid FROM photo_words WHERE photo_words MATCH ? LIMIT 1", (f'"{fact}"',)
    ).scalar_one()
    return photo_at(place)


def _state(state: PhotoState, count: int) -> Facet:
    name = state.name.lower()
    return Facet(name, f"state:{name}", count)
