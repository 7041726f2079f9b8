"""Find the photo that a file is, when it is not where the library has it.

A file is a moved photo when it has the image of a photo that is no longer in its place. Photos with the same image are
its twins; one look at their places decides which of them left.
"""

# File names are bytes here, which pathlib does not take.
# ruff: noqa: PTH116, PTH118

import os
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from storage.job import KnownError
from storage.metadata.digest import image_digest
from storage.photo_source import identity_of
from storage.scan.read_photo import PhotoRead

MOST_TWINS = 16
"""Twins whose place is looked at. Missing ones, which need no look, come first."""

MOST_COPIES = 512
"""Twins among which the very same file is looked for; more would make the scan of a library of copies slow. A photo
with more copies than this that is moved may become a new photo."""

MOST_DIGESTS = 10_000
"""Images remembered as having many copies that are all in their places."""

Identity = tuple[int, int, int]

Places = dict[bytes, bytes | None]
"""Path → digest of the image that is there, None for none; only of places that were looked at."""


@dataclass(frozen=True, slots=True)
class Row:
    """A photo in the library."""

    id: int
    folder: int
    file: bytes
    digest: bytes | None
    identity: Identity
    path: bytes
    missing: bool
    sidecar: str | None


_SELECT = (
    "SELECT p.id, p.folder_id, p.file, p.digest, p.inode, p.size, p.mtime_ns, f.path, p.missing_since, p.sidecar "
    "FROM photo p JOIN folder f ON f.id = p.folder_id WHERE"
)


def _row(found: Sequence[Any]) -> Row:
    number, folder, file, digest, inode, size, mtime_ns, path, missing, sidecar = found
    identity = (inode, size, mtime_ns)
    return Row(number, folder, file, digest, identity, os.path.join(path, file), missing is not None, sidecar)


def row_at(driver: sqlite3.Connection, read: PhotoRead) -> Row | None:
    """The photo that the library has at the place of this file."""
    found = driver.execute(f"{_SELECT} f.path = ? AND p.file = ?", (read.found.folder, read.found.file)).fetchone()
    return None if found is None else _row(found)


def is_other_image(row: Row | None, read: PhotoRead) -> bool:
    """Whether a file has another image than the photo that the library has in its place."""
    if read.digest is None:
        return False
    return row is None or (row.digest is not None and row.digest != read.digest)


class Twins:
    """Finds twins for one scan; remembers which images have so many copies that looking again is of no use."""

    def __init__(self, offline: Sequence[bytes]) -> None:
        """Args: offline: as for `leave_out`."""
        self.leave_out(offline)
        self._settled: set[bytes] = set()

    def leave_out(self, offline: Sequence[bytes]) -> None:
        """Known folders that are not connected now; what is in them can't be judged."""
        self._offline = [os.path.join(root, b"") for root in offline]

    def is_left_out(self, path: bytes) -> bool:
        """Whether a file is in a folder that is not connected."""
        return any(path.startswith(root) for root in self._offline)

    def of(self, driver: sqlite3.Connection, read: PhotoRead) -> list[Row]:
        """Other photos with the image of this file: missing ones, then some of the others."""
        digest = read.digest
        assert digest is not None
        found = driver.execute(
            f"{_SELECT} p.digest = ? AND p.missing_since IS NOT NULL LIMIT {MOST_TWINS}", (digest,)
        ).fetchall()
        if digest not in self._settled:
            others = driver.execute(
                f"{_SELECT} p.digest = ? AND p.missing_since IS NULL LIMIT {MOST_TWINS}", (digest,)
            ).fetchall()
            if len(others) == MOST_TWINS:  # many copies: at least look for the very same file under another name
                others += driver.execute(
                    f"{_SELECT} p.id IN (SELECT id FROM photo WHERE digest = ? AND missing_since IS NULL "
                    f"LIMIT {MOST_COPIES}) AND p.inode = ? AND p.size = ? AND p.mtime_ns = ? LIMIT 1",
                    (digest, *read.identity),
                ).fetchall()
            found += others
        if not found:
            return []
        here = os.path.join(read.found.folder, read.found.file)
        rows = [row for row in map(_row, found) if row.path != here]
        # The same file under another name first, then the same name in another folder, then the oldest.
        return sorted(rows, key=lambda row: (row.identity != read.identity, row.file != read.found.file, row.id))

    def look(self, read: PhotoRead, rows: Sequence[Row], places: Places) -> None:
        """Find out which images are at the places of these twins of a file."""
        for row in rows:
            if row.path not in places and not self._is_offline(row, read):
                _look(row, places)
        stay = all(places.get(row.path, row.digest) == row.digest for row in rows)
        if len(rows) >= MOST_TWINS and stay and read.digest is not None:
            if len(self._settled) >= MOST_DIGESTS:
                self._settled.clear()
            self._settled.add(read.digest)

    def _is_offline(self, row: Row, read: PhotoRead) -> bool:
        """Whether the place of a row can't be judged, because its disk is not connected.

        The very same file under another path was moved all the same: the topmost folder itself has a new name.
        """
        return row.identity != read.identity and self.is_left_out(row.path)


def _look(row: Row, places: Places) -> None:
    """Find out which image is at the place of a row; a place that can't be looked at is left out."""
    try:
        if identity_of(os.stat(row.path)) == row.identity:
            places[row.path] = row.digest
        else:
            places[row.path] = image_digest(Path(os.fsdecode(row.path)))
    except (FileNotFoundError, NotADirectoryError):
        places[row.path] = None
    except (OSError, ValueError, KnownError):
        return
