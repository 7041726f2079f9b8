"""Compare one folder on the disk with what the library has of it.

The comparison of a folder that did not change is the whole cost of a rescan, so it is two sets of tuples, made and
compared without a line of Python per photo.
"""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

from sqlalchemy import Connection

from storage.history import now
from storage.library import WRITE_BLOCK, Library
from storage.scan.read_photo import Found
from storage.scan.walk import Listing


@dataclass(frozen=True, slots=True)
class Difference:
    """How a folder differs from the library.

    Attributes:
        unchanged: photos that are as the library knows them.
        found: photos that have to be read.
        returned: ids of photos that were missing and are back as they were.
        gone: ids of photos that are no longer there.
    """

    unchanged: int
    found: tuple[Found, ...] = ()
    returned: tuple[int, ...] = ()
    gone: tuple[int, ...] = ()


def compare(library: Library, listing: Listing) -> Difference:
    """Compare a folder with the library; changes nothing."""
    with library.read() as connection:
        driver = driver_of(connection)
        row = driver.execute("SELECT id FROM folder WHERE path = ?", (listing.path,)).fetchone()
        if row is None:
            return Difference(0, tuple(Found(listing.path, entry) for entry in listing.photos))
        known = set(
            driver.execute(
                "SELECT file, inode, size, mtime_ns, sidecar FROM photo WHERE folder_id = ? AND missing_since IS NULL",
                row,
            )
        )
        if len(known) == len(listing.photos) and known.issuperset(listing.photos):
            return Difference(len(known))
        different = set(listing.photos)
        unchanged = len(different & known)
        different -= known
        vanished = {entry[0] for entry in known} - {entry[0] for entry in listing.photos}
        missing = {
            tuple(entry): photo
            for photo, *entry in driver.execute(
                "SELECT id, file, inode, size, mtime_ns, sidecar FROM photo "
                "WHERE folder_id = ? AND missing_since IS NOT NULL",
                row,
            )
        }
        gone = [
            photo
            for photo, file in driver.execute(
                "SELECT id, file FROM photo WHERE folder_id = ? AND missing_since IS NULL", row
            )
            if file in vanished
        ]
    returned = tuple(missing[entry] for entry in different if entry in missing)
    found = tuple(Found(listing.path, entry) for entry in sorted(different) if entry not in missing)
    return Difference(unchanged, found, returned, tuple(gone))


def driver_of(connection: Connection) -> sqlite3.Connection:
    """The driver's own connection: SQLAlchemy's rows cost five times as much as the comparison itself."""
    return cast(sqlite3.Connection, connection.connection.driver_connection)


def mark_missing(library: Library, photos: tuple[int, ...]) -> None:
    """Photos whose files are gone; their rows, tags and texts stay."""
    _mark(library, photos, now())


def mark_returned(library: Library, photos: tuple[int, ...]) -> None:
    """Photos whose files are back as they were."""
    _mark(library, photos, None)


def _mark(library: Library, photos: tuple[int, ...], since: str | None) -> None:
    for start in range(0, len(photos), WRITE_BLOCK):
        block_photos = photos[start : start + WRITE_BLOCK]
        with library.write() as block:
            block.connection.exec_driver_sql(
                "UPDATE photo SET missing_since = ? WHERE id = ?", [(since, photo) for photo in block_photos]
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


def present_photos(library: Library, folder: bytes) -> tuple[int, ...]:
    """Ids of the photos in a folder that are not missing."""
    with library.read() as connection:
        photos = connection.exec_driver_sql(
            "SELECT p.id FROM photo p JOIN folder f ON f.id = p.folder_id WHERE f.path = ? AND missing_since IS NULL",
            (folder,),
        )
        return tuple(int(photo) for photo in photos.scalars())
