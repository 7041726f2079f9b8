"""What a sidebar says of the whole library: folders and tags as trees, years and problems with their numbers.

All numbers are those of the search rows (`search.counts`), so that a click finds as many photos, and cost the same at a
million photos as at a thousand.
"""

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from storage import concepts as vocabulary
from storage.photos import shown
from storage.search.counts import driver_of, of_kind
from storage.search.index import FIRST_DAY, ID_BITS, LAST_DAY, folder_fact, seconds
from storage.search.narrowing import quoted_value, shown_folder

if TYPE_CHECKING:
    from sqlalchemy import Connection


@dataclass(frozen=True, slots=True)
class Trouble:
    """One thing that failed.

    Attributes:
        name: of the photo or folder, for people.
        stage: what was tried: "scan", "tag", "describe", "embed", "verify".
        message: what happened and what to do.
    """

    name: str
    stage: str
    message: str


class Branch(NamedTuple):
    """One entry of a tree; a tuple, since a library has thousands and a frozen dataclass is made in four times as long.

    Attributes:
        name: for people.
        query: the question that finds its photos.
        photos: how many, those of the branches below included.
        below: its branches.
    """

    name: str
    query: str
    photos: int
    below: "tuple[Branch, ...]" = ()


@dataclass(slots=True)
class _Folder:
    path: str
    photos: int = 0
    below: "dict[str, _Folder] | None" = None  # an empty dict for each of thousands would be as dear as all the rest


def folders(connection: "Connection") -> tuple[Branch, ...]:
    """The folders of the library as trees, one for each that a person added; each counts what is below it.

    A folder with others below it is asked for together with all that is in them.
    """
    counts = dict(of_kind(connection, "#d"))
    roots = {path: _Folder(path) for path in _paths(connection, "root")}
    nodes: dict[str, _Folder | None] = {path.rstrip(os.sep): root for path, root in roots.items()}
    for path in _paths(connection, "folder"):
        photos = counts.get(folder_fact(path), 0)
        if photos:
            node = _node(path, nodes)
            if node is None:  # in no folder that a person added
                node = nodes[path.rstrip(os.sep)] = roots[path] = _Folder(path)
            node.photos = photos
    named = [(path.rpartition(os.sep)[2], root) for path, root in roots.items()]
    names = Counter(name for name, _ in named)
    return tuple(_folder_branch(root, name if names[name] == 1 else root.path) for name, root in named)


def _node(path: str, nodes: dict[str, _Folder | None]) -> _Folder | None:
    """The folder in its tree, put there with what is between; None where no tree has it.

    Args:
        nodes: what is known of each path; gets all that was found out, so that thousands in one folder are quick.
    """
    key = path.rstrip(os.sep)  # of "/" and "C:\\" too
    if key in nodes:
        return nodes[key]
    above, _, name = key.rpartition(os.sep)  # a third of the time of os.path.split, thousands of times
    parent = _node(above, nodes) if name else None
    if parent is None:
        nodes[key] = None
        return None
    if parent.below is None:
        parent.below = {}
    found = nodes[key] = parent.below.setdefault(name, _Folder(path))
    return found


def _folder_branch(folder: _Folder, name: str) -> Branch:
    inner = folder.below
    below = tuple([_folder_branch(inner[part], part) for part in sorted(inner, key=str.casefold)]) if inner else ()
    path = folder.path
    if not path.isascii():
        path, name = shown_folder(os.fsencode(path)), shown(name)
    query = f"folder:={quoted_value(f'{path}/**' if below else path)}"
    photos = sum([one.photos for one in below], folder.photos) if below else folder.photos
    return Branch(name or shown(folder.path), query, photos, below)


def _paths(connection: "Connection", table: str) -> Iterator[str]:
    for (path,) in driver_of(connection).execute(f"SELECT path FROM {table} ORDER BY path"):
        yield os.fsdecode(path)


@dataclass(frozen=True, slots=True)
class TopFolder:
    """A folder that a person added.

    Attributes:
        photos: in it and below it.
        there: False where it is on a disk that is not connected, or gone.
    """

    path: Path
    photos: int
    there: bool


def top_folders(connection: "Connection") -> list[TopFolder]:
    """The folders that a person added, by path."""
    facts = dict(of_kind(connection, "#d"))
    counts = {path: facts.get(folder_fact(path), 0) for path in _paths(connection, "folder")}
    found = []
    for root in map(Path, _paths(connection, "root")):
        photos = sum(number for path, number in counts.items() if Path(path).is_relative_to(root))
        found.append(TopFolder(root, photos, root.is_dir()))
    return found


def concepts(connection: "Connection") -> tuple[Branch, ...]:
    """The concepts that photos have, each below the nearest one above it, most photos first."""
    used = {one.id: one for one in vocabulary.counts(connection)}
    above: dict[int, set[int]] = {number: set() for number in used}
    for number, high in driver_of(connection).execute("SELECT concept_id, above_id FROM concept_above"):
        if number in used and high in used and number != high:
            above[number].add(high)
    children: dict[int, list[int]] = {}
    for number, highs in above.items():
        nearest = max(highs, key=lambda high: (len(above[high]), -high), default=0)
        children.setdefault(nearest, []).append(number)

    def branches(of: int) -> tuple[Branch, ...]:
        return tuple(
            Branch(used[n].name, f"tag:{quoted_value(used[n].name)}", used[n].photos, branches(n))
            for n in children.get(of, ())
        )

    return branches(0)


def years(connection: "Connection") -> tuple[Branch, ...]:
    """Years in which photos were taken, newest first, with their months below them."""
    found = sorted(((int(fact[2:]), photos) for fact, photos in of_kind(connection, "#y")), reverse=True)
    return tuple(Branch(str(year), f"date:{year}", photos, tuple(_months(connection, year))) for year, photos in found)


def _months(connection: "Connection", year: int) -> Iterator[Branch]:
    if not FIRST_DAY.year <= year < LAST_DAY.year:
        return  # photos of such years are not told apart by their place
    for month in range(12, 0, -1):
        first, after = date(year, month, 1), date(year + month // 12, month % 12 + 1, 1)
        photos = connection.exec_driver_sql(
            "SELECT count(*) FROM photo WHERE place >= ? AND place < ?",
            tuple(seconds(day.isoformat()) << ID_BITS for day in (first, after)),
        ).scalar_one()
        if photos:
            yield Branch(first.strftime("%Y-%m"), f"date:{first:%Y-%m}", int(photos))


def troubles(connection: "Connection", limit: int = 5_000) -> list[Trouble]:
    """Everything that failed and was not tried again since: folders first, then photos by name."""
    of_folders = connection.exec_driver_sql("SELECT path, message FROM folder_problem ORDER BY path LIMIT ?", (limit,))
    found = [Trouble(shown(os.fsdecode(path)), "scan", message) for path, message in of_folders]
    of_photos = connection.exec_driver_sql(
        "SELECT p.file, x.stage, x.message FROM problem x JOIN photo p ON p.id = x.photo_id "
        "WHERE p.missing_since IS NULL ORDER BY p.file, x.stage LIMIT ?",
        (limit,),
    )
    return found + [Trouble(shown(os.fsdecode(file)), stage, message) for file, stage, message in of_photos]
