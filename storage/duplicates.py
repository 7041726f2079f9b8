"""Photos that are there more than once: exact copies, near duplicates and series; and words from one to its likes.

Exact copies share the digest of their image data, whatever their metadata. Near duplicates look alike wherever they
are (see `picture_hash` for how, and the measurement behind the limits). A series was taken by one camera in one go.

Invariant: nothing here deletes or changes a file.
"""

import contextlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from sqlalchemy import Connection

from storage import history
from storage.batch_step import count_label
from storage.exchange.importing import write_changes
from storage.exchange.merge import MergeOptions, PhotoChange, Rule, merge
from storage.exchange.records import GivenPhoto, TagRecord, texts_of
from storage.job import KnownError
from storage.library import Library
from storage.photos import tags
from storage.picture_hash import open_cache
from storage.schema import TagState, TextState
from storage.search.values import looked_for

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Bits: TypeAlias = NDArray[np.uint64]

NEAR, NEAR_STEPS = 7, 12
"""Most bits of 64 in which near duplicates differ: in the frequencies, and in the steps that have to agree. Different
photos differed in 14 and 10 or more, but not the same ones (328 photos, 53,628 pairs)."""

ALIKE = 20
"""Most bits of 64 in which neighbours of a series differ: 1 in 1,000 pairs of unrelated photos does."""

SERIES_SECONDS = 3
"""Longest pause within a series: EXIF has whole seconds, and a hand that presses again needs one or two."""


class Likeness(Enum):
    """Why photos are in one group."""

    EXACT = "exact"
    NEAR = "near"
    SERIES = "series"


@dataclass(frozen=True, slots=True)
class Group:
    """Photos that belong together, at least two.

    Attributes:
        photos: ids; of copies and likes the first added first, of a series in the order they were taken.
    """

    likeness: Likeness
    photos: tuple[int, ...]


def exact_copies(connection: Connection) -> list[Group]:
    """Photos with the same image data, whatever their metadata; one group for each image."""
    return [
        Group(Likeness.EXACT, tuple(sorted(int(photo) for photo in ids.split(","))))
        for (ids,) in connection.exec_driver_sql(
            "SELECT group_concat(id) FROM photo WHERE missing_since IS NULL AND digest IS NOT NULL "
            "GROUP BY digest HAVING count(*) > 1 ORDER BY min(id)"
        )
    ]


def near_duplicates(library: Library, *, cache: Path | None = None) -> list[Group]:
    """Photos that look the same: resized, compressed again, a little brighter, greyer or cut.

    Exact copies are with them; groups of exact copies alone are left out. Photos that
    `picture_hash.hash_pictures` did not see yet are not found. What is found is kept for `duplicate:near`.

    Raises:
        KnownError: the cache can't be read.
    """
    from storage.near_pairs import near_groups

    ids, frequencies, steps = _looks(library, cache)
    found: dict[int, list[int]] = {}
    for place, first in enumerate(near_groups(frequencies, steps, bits=NEAR, check_bits=NEAR_STEPS).tolist()):
        if place != first:
            found.setdefault(first, list(ids[first])).extend(ids[place])
    groups = [Group(Likeness.NEAR, tuple(sorted(some))) for some in found.values()]
    _remember(library, Likeness.NEAR, groups)
    return sorted(groups, key=lambda group: group.photos[0])


def series(library: Library, *, cache: Path | None = None) -> list[Group]:
    """Photos of one folder and camera, taken in one go, each like the one before it; kept for `duplicate:series`.

    Raises:
        KnownError: the cache can't be read.
    """
    ids, frequencies, _ = _looks(library, cache)
    looks = {photo: int(look) for some, look in zip(ids, frequencies.tolist(), strict=True) for photo in some}
    with library.read() as connection:
        rows = connection.exec_driver_sql(
            "SELECT id, folder_id, camera, taken FROM photo WHERE missing_since IS NULL AND taken IS NOT NULL "
            "ORDER BY folder_id, camera, taken, file"
        ).all()
    groups: list[list[int]] = []
    before: tuple[object, datetime, int] | None = None
    for photo, folder, camera, taken in rows:
        look, time = looks.get(photo), _time(taken)
        if look is None or time is None:
            continue
        if before is not None and before[0] == (folder, camera) and _follows(before, time, look):
            groups[-1].append(photo)
        else:
            groups.append([photo])
        before = ((folder, camera), time, look)
    found = [Group(Likeness.SERIES, tuple(some)) for some in groups if len(some) > 1]
    _remember(library, Likeness.SERIES, found)
    return found


def _remember(library: Library, likeness: Likeness, groups: Sequence[Group]) -> None:
    """Keep what was found for `duplicate:near` and `duplicate:series`, in place of what was found before."""
    rows = [(likeness.value, group.photos[0], photo) for group in groups for photo in group.photos]
    with library.write() as block:
        run = block.connection.exec_driver_sql
        run("DELETE FROM alike WHERE likeness = ?", (likeness.value,))
        run("INSERT OR REPLACE INTO setting (key, value) VALUES (?, '1')", (looked_for(likeness.value),))
        if rows:
            run("INSERT INTO alike SELECT ?, id, ?, digest FROM photo WHERE id = ?", rows)


def _follows(before: tuple[object, datetime, int], time: datetime, look: int) -> bool:
    _, earlier, other = before
    return (time - earlier).total_seconds() <= SERIES_SECONDS and (look ^ other).bit_count() <= ALIKE


def _time(taken: str) -> datetime | None:
    with contextlib.suppress(ValueError):
        return datetime.fromisoformat(taken).replace(tzinfo=None)
    return None


def _looks(library: Library, cache: Path | None) -> "tuple[list[list[int]], Bits, Bits]":
    """For each image that was looked at: its photos, and its two numbers."""
    import numpy as np

    with library.read() as connection:
        photos: dict[bytes, list[int]] = {}
        for photo, digest in connection.exec_driver_sql(
            "SELECT id, digest FROM photo WHERE missing_since IS NULL AND digest IS NOT NULL ORDER BY id"
        ):
            photos.setdefault(digest, []).append(photo)
    ids, frequencies, steps = [], [], []
    with contextlib.closing(open_cache(cache)) as kept:
        for digest, first, second in kept.execute(
            "SELECT digest, frequencies, steps FROM picture WHERE frequencies IS NOT NULL"
        ):
            if digest in photos:
                ids.append(photos[digest])
                frequencies.append(first)
                steps.append(second)
    order = sorted(range(len(ids)), key=lambda place: ids[place][0])
    numbers = [
        np.array([some[place] for place in order], dtype=np.int64).view(np.uint64) for some in (frequencies, steps)
    ]
    return [ids[place] for place in order], numbers[0], numbers[1]


def copy_words(library: Library, source: int, targets: Sequence[int], *, rule: Rule = Rule.KEEP) -> int:
    """Give photos the approved texts and accepted tags of another: one batch that can be undone.

    Args:
        rule: what happens to words the targets have already; `MIRROR` counts as `REPLACE`, nothing is removed.

    Returns:
        how many photos changed.

    Raises:
        KnownError: the source has no approved word.
    """
    options = MergeOptions(Rule.REPLACE if rule is Rule.MIRROR else rule)
    with library.write() as block:
        connection = block.connection
        given = _approved(connection, source)
        if not given.texts and not given.tags:
            raise KnownError("This photo has no approved words that could be copied. Review it first.")
        chosen = [photo for photo in dict.fromkeys(targets) if photo != source]
        texts, present = texts_of(connection, chosen), tags(connection, chosen)
        named = {str(tag.key): tag for tag in given.tags}
        changes: dict[int, PhotoChange] = {}
        for photo in _existing(connection, chosen):
            known = {
                tag.key: TagRecord(tag.name, tag.state, tag.score, tag.count, tag.key, tag.origin)
                for tag in present.get(photo, ())
            }
            change = merge(given, texts.get(photo, {}), known, named, options)
            if change.changes:
                changes[photo] = change
        if changes:
            history.record(block, count_label("copy words to", len(changes)), changes)
            write_changes(block, changes)
    return len(changes)


def _approved(connection: Connection, photo: int) -> GivenPhoto:
    texts = {
        key: text
        for key, text in texts_of(connection, [photo]).get(photo, {}).items()
        if text.state is TextState.APPROVED
    }
    accepted = [
        TagRecord(tag.name, tag.state, key=tag.key)
        for tag in tags(connection, [photo]).get(photo, ())
        if tag.state is TagState.ACCEPTED
    ]
    return GivenPhoto(row=0, path=None, image=None, texts=texts, tags=accepted)


def _existing(connection: Connection, photos: Iterable[int]) -> list[int]:
    return [
        photo
        for photo in photos
        if connection.exec_driver_sql("SELECT 1 FROM photo WHERE id = ?", (photo,)).first() is not None
    ]
