"""Compare one folder on the disk with what the library has of it.

The comparison of a folder that did not change is the whole cost of a rescan, so the library keeps a mark of what it has
of each folder: a digest of all names and identities in it. A folder whose listing has the same digest is unchanged;
each file is looked at all the same, but its row is not. Triggers of the schema take the mark away when a row changes,
whoever changes it, and `mark_folders` makes it anew.
"""

# File names are bytes here, which pathlib does not take.
# ruff: noqa: PTH118

import os
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import Connection

from storage.history import now
from storage.library import WRITE_BLOCK, Library
from storage.scan.read_photo import Found
from storage.scan.walk import PART, Entry, Listing, Photos

ASKED = 500
"""Names in one question for a part of a large folder."""

MARKED = 4
"""Folders that are marked in one write block: 2 ms for each 1,000 photos in them."""


@dataclass(frozen=True, slots=True)
class Difference:
    """How a folder differs from the library.

    Attributes:
        unchanged: photos that are as the library knows them.
        found: photos that have to be read.
        returned: ids of photos that were missing and are back as they were.
        gone: ids of photos that are no longer there.
        known: how many of the photos the library has in this place.
    """

    unchanged: int
    found: tuple[Found, ...] = ()
    returned: tuple[int, ...] = ()
    gone: tuple[int, ...] = ()
    known: int = 0


def compare(library: Library, listings: Sequence[Listing]) -> list[Difference]:
    """Compare folders, or parts of them, with the library; changes nothing.

    What is gone is only known of whole folders; see `gone_of` for the others.
    """
    with library.read() as connection:
        return [_compare(driver_of(connection), listing) for listing in listings]


def _compare(driver: sqlite3.Connection, listing: Listing) -> Difference:
    row = driver.execute("SELECT id, mark FROM folder WHERE path = ?", (listing.path,)).fetchone()
    if row is None:
        return Difference(0, tuple(Found(listing.path, entry) for entry in listing.photos.entries()))
    if listing.whole and row[1] is not None and row[1] == listing.photos.mark():
        return Difference(len(listing.photos.names))
    rows = _rows_of(driver, row[0], None if listing.whole else listing.photos.names)
    known = {entry for _, since, entry in rows if since is None}
    different = set(listing.photos.entries())
    unchanged = len(different & known)
    different -= known
    missing = {entry: photo for photo, since, entry in rows if since is not None}
    returned = tuple(missing[entry] for entry in different if entry in missing)
    found = tuple(Found(listing.path, entry) for entry in sorted(different) if entry not in missing)
    names = frozenset(listing.photos.names)
    left = (photo for photo, since, entry in rows if since is None and entry[0] not in names)
    gone = tuple(left) if listing.whole else ()
    return Difference(unchanged, found, returned, gone, len(known) - len(gone) + len(returned))


def _rows_of(
    driver: sqlite3.Connection, folder: int, names: Sequence[bytes] | None
) -> list[tuple[int, str | None, Entry]]:
    """Id, time since when it is missing, and entry of the photos of a folder; of some names, or None for all."""
    select = "SELECT id, missing_since, file, inode, size, mtime_ns, sidecar FROM photo WHERE folder_id = ?"
    rows: list[Any] = []
    if names is None:
        rows = driver.execute(select, (folder,)).fetchall()
    else:
        for start in range(0, len(names), ASKED):
            some = names[start : start + ASKED]
            rows += driver.execute(f"{select} AND file IN ({','.join('?' * len(some))})", (folder, *some))
    return [(row[0], row[1], row[2:]) for row in rows]


def gone_of(library: Library, folder: bytes) -> Iterator[tuple[int, ...]]:
    """Photos of a folder that is large or gone which are no longer in it, some at a time; each file is looked for."""
    after = b""
    while True:
        with library.read() as connection:
            rows = (
                driver_of(connection)
                .execute(
                    "SELECT p.id, p.file FROM photo p JOIN folder f ON f.id = p.folder_id WHERE f.path = ? "
                    "AND p.file > ? AND p.missing_since IS NULL ORDER BY p.file LIMIT ?",
                    (folder, after, PART),
                )
                .fetchall()
            )
        if not rows:
            return
        after = rows[-1][1]
        yield tuple(photo for photo, file in rows if not os.path.lexists(os.path.join(folder, file)))


def count_present(library: Library, folder: bytes) -> int:
    """How many photos the library has in a folder that are not missing."""
    with library.read() as connection:
        found = driver_of(connection).execute(
            "SELECT count(*) FROM photo WHERE missing_since IS NULL "
            "AND folder_id = (SELECT id FROM folder WHERE path = ?)",
            (folder,),
        )
        return int(found.fetchone()[0])


def mark_folders(library: Library, top: bytes, separator: bytes) -> None:
    """Give the folders at or below a path their marks, where they have none.

    The mark is made from the rows inside a write block, so that no other change comes between.
    """
    first, last = below(top, separator)
    after = 0
    while True:
        with library.read() as connection:
            folders = (
                driver_of(connection)
                .execute(
                    "SELECT id FROM folder f WHERE id > ? AND mark IS NULL AND (path = ? OR (path >= ? AND path < ?)) "
                    "AND EXISTS (SELECT 1 FROM photo p WHERE p.folder_id = f.id) "
                    f"AND NOT EXISTS (SELECT 1 FROM photo p WHERE p.folder_id = f.id LIMIT 1 OFFSET {PART}) "
                    f"ORDER BY id LIMIT {MARKED}",
                    (after, top, first, last),
                )
                .fetchall()
            )
        if not folders:
            return
        after = folders[-1][0]
        with library.write(flush=False) as block:
            driver = driver_of(block.connection)
            for (folder,) in folders:
                rows = driver.execute(
                    "SELECT file, inode, size, mtime_ns, sidecar FROM photo "
                    "WHERE folder_id = ? AND missing_since IS NULL",
                    (folder,),
                )
                driver.execute("UPDATE folder SET mark = ? WHERE id = ?", (Photos.of(rows).mark(), folder))


def driver_of(connection: Connection) -> sqlite3.Connection:
    """The driver's own connection: SQLAlchemy's rows cost five times as much as the comparison itself."""
    return cast(sqlite3.Connection, connection.connection.driver_connection)


def mark_missing(library: Library, folder: bytes, photos: tuple[int, ...]) -> None:
    """Photos of a folder whose files are gone; their rows, tags and texts stay.

    Those whose file was found in another folder since the comparison are there now, and are left alone.
    """
    _mark(library, folder, photos, now())


def mark_returned(library: Library, folder: bytes, photos: tuple[int, ...]) -> None:
    """Photos of a folder whose files are back as they were."""
    _mark(library, folder, photos, None)


def _mark(library: Library, folder: bytes, photos: tuple[int, ...], since: str | None) -> None:
    for start in range(0, len(photos), WRITE_BLOCK):
        block_photos = photos[start : start + WRITE_BLOCK]
        with library.write(flush=False) as block:
            block.connection.exec_driver_sql(
                "UPDATE photo SET missing_since = ? WHERE id = ? "
                "AND folder_id = (SELECT id FROM folder WHERE path = ?)",
                [(since, photo, folder) for photo in block_photos],
            )
            block.touch(block_photos)
            block.relist()


def below(path: bytes, separator: bytes) -> tuple[bytes, bytes]:
    """First and last bound of the paths below a folder, itself not included: first ≤ path < last."""
    base = path if path.endswith(separator) else path + separator
    return base, base[:-1] + bytes([base[-1] + 1])


def known_folders(library: Library, top: bytes, separator: bytes) -> Iterator[bytes]:
    """Folders at or below a path in which the library has photos that are not missing, in order.

    No transaction is open while the caller looks at one.
    """
    first, last = below(top, separator)
    after = b""
    while True:
        with library.read() as connection:
            paths = driver_of(connection).execute(
                "SELECT path FROM folder f WHERE (path = ? OR (path >= ? AND path < ?)) AND path > ? "
                "AND EXISTS (SELECT 1 FROM photo p WHERE p.folder_id = f.id AND p.missing_since IS NULL) "
                "ORDER BY path LIMIT 500",
                (top, first, last, after),
            )
            found = [bytes(path) for (path,) in paths]
        yield from found
        if not found:
            return
        after = found[-1]
