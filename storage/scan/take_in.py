"""Write what a scan read into the library: new photos, changed ones, and photos that were moved or renamed.

A photo keeps its row, and with it its tags and texts, wherever it goes. Where files exchanged their names, the rows
exchange their places, so words stay with their image and not with a name.

Invariants: all looking at files is done before the write block begins; what was found out before it is asked again
inside, because another scan or an embedding may have written meanwhile; what was read before the library came in step
with a file is never taken for what the file says now.
"""

# File names are bytes here, which pathlib does not take.
# ruff: noqa: PTH116, PTH118

import os
import sqlite3
from collections.abc import Mapping, Sequence

from storage.history import now
from storage.import_words import FileWords, import_words
from storage.library import Library, Write
from storage.photo_source import identity_of
from storage.scan.compare import driver_of
from storage.scan.read_photo import Found, PhotoRead
from storage.scan.top_folders import unavailable_roots
from storage.scan.twins import Identity, Places, Row, Twins, is_other_image, row_at
from storage.scan.walk import sidecar_identity


class Intake:
    """Writes the photos of one scan."""

    def __init__(self, library: Library, *, language: str, offline: Sequence[bytes]) -> None:
        """Prepare.

        Args:
            language: the user's; stands for "x-default" in files.
            offline: known folders that are not connected now; photos in them are not taken for moved, unless the
                file is the very same one under another path.
        """
        self._library = library
        self._language = language
        self._offline = list(offline)
        self._twins = Twins(offline)
        self._concepts: dict[str, int] = {}

    def take_in(self, reads: Sequence[PhotoRead]) -> None:
        """Write these photos in one block."""
        known: dict[Found, Row | None] = {}
        twins: dict[Found, list[Row]] = {}
        with self._library.read() as connection:
            driver = driver_of(connection)
            for read in reads:
                row = known[read.found] = row_at(driver, read)
                if is_other_image(row, read):
                    twins[read.found] = self._twins.of(driver, read)
        reads = [read for read in reads if not _in_step(known[read.found])]
        places = self._look(reads, twins)
        with self._library.write(flush=False) as block:
            files = []
            for read in reads:
                before = known[read.found]
                plain = before is None and not twins.get(read.found)
                photo = _insert(block, read) if plain and not read.vanished else None
                if photo is None and not _came_between(block, read, before):
                    photo = self._settle(block, read, places)
                if photo is not None:
                    block.touch(photo)
                    if read.words is not None:
                        files.append(FileWords(photo, read.target, read.words))
            if files:
                import_words(block, files, language=self._language, concepts_known=self._concepts)

    def _look(self, reads: Sequence[PhotoRead], twins: Mapping[Found, Sequence[Row]]) -> Places:
        """Find out what is at the places of all twins, anew where a disk went away meanwhile: its photos are no moved
        ones."""
        while True:
            places: Places = {}
            for read in reads:
                self._twins.look(read, twins.get(read.found, ()), places)
            if None not in places.values() and not any(read.vanished for read in reads):
                return places
            offline = unavailable_roots(self._library)
            if offline == self._offline:
                return places
            self._offline = offline
            self._twins.leave_out(offline)

    def _settle(self, block: Write, read: PhotoRead, places: Places) -> int | None:
        """Find or make the row of one photo and bring it up to date.

        Returns:
            its id, or None where the file was gone.
        """
        driver = driver_of(block.connection)
        row = row_at(driver, read)
        if read.vanished:
            if row is not None and not row.missing and not self._twins.is_left_out(row.path):
                driver.execute("UPDATE photo SET missing_since = ? WHERE id = ?", (now(), row.id))
                block.touch(row.id)
                block.relist()
            return None
        if is_other_image(row, read):
            twins = self._twins.of(driver, read)
            moved = next((twin for twin in twins if places.get(twin.path, twin.digest) != twin.digest), None)
            if moved is not None:
                _move(block, moved, row, read)
                places[os.path.join(read.found.folder, read.found.file)] = read.digest
                row = moved
        if row is None:
            return _insert(block, read)
        if row.missing:
            block.relist()
        _update(driver, row.id, read)
        return row.id


def _in_step(row: Row | None) -> bool:
    """Whether a photo's row is what is on the disk now, so that whatever was read before is older."""
    if row is None or row.missing:
        return False
    try:
        return (identity_of(os.stat(row.path)), sidecar_identity(row.path)) == (row.identity, row.sidecar)
    except OSError:
        return False


def _came_between(block: Write, read: PhotoRead, before: Row | None) -> bool:
    """Whether somebody else has brought the row in step with its file since it was looked at."""
    row = row_at(driver_of(block.connection), read) if before is not None else None
    if row is None or before is None or row.id != before.id or row.missing:
        return False
    return (row.identity, row.sidecar) != (before.identity, before.sidecar)


def _move(block: Write, moved: Row, displaced: Row | None, read: PhotoRead) -> None:
    """Put a row to the place of a file; the row that was there takes the place that became free.

    The displaced row gets no identity, so that it is read again if a file is at its new place, and counts as missing
    until then.
    """
    run = driver_of(block.connection).execute
    block.relist()
    block.touch(moved.id)
    if displaced is not None:
        block.touch(displaced.id)
        # A name with a NUL can't be on any disk: the place between two places.
        run("UPDATE photo SET file = ? WHERE id = ?", (b"\0", displaced.id))
    folder = _folder(driver_of(block.connection), read.found.folder)
    run("UPDATE photo SET folder_id = ?, file = ? WHERE id = ?", (folder, read.found.file, moved.id))
    if displaced is not None:
        run(
            "UPDATE photo SET folder_id = ?, file = ?, inode = 0, size = 0, mtime_ns = 0, missing_since = ? "
            "WHERE id = ?",
            (moved.folder, moved.file, now(), displaced.id),
        )


def _folder(driver: sqlite3.Connection, path: bytes) -> int:
    found = driver.execute("SELECT id FROM folder WHERE path = ?", (path,)).fetchone()
    if found is not None:
        return int(found[0])
    return int(driver.execute("INSERT INTO folder (path) VALUES (?)", (path,)).lastrowid or 0)


def _insert(block: Write, read: PhotoRead) -> int | None:
    """Make the row of a new photo; None where another scan has made it meanwhile."""
    driver, probe = driver_of(block.connection), read.probe
    cursor = driver.execute(
        "INSERT INTO photo (folder_id, file, inode, size, mtime_ns, sidecar, digest, format, width, height, taken, "
        "camera, added) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (folder_id, file) DO NOTHING",
        (
            _folder(driver, read.found.folder),
            read.found.file,
            *_identity(read),
            read.found.entry[4],
            read.digest,
            *((probe.format, probe.width, probe.height, probe.taken, probe.camera) if probe else (None,) * 5),
            now(),
        ),
    )
    if not cursor.rowcount:
        return None
    block.relist()
    photo = int(cursor.lastrowid or 0)
    if read.problem is not None:
        _note_problem(driver, photo, read.problem)
    return photo


def _update(driver: sqlite3.Connection, photo: int, read: PhotoRead) -> None:
    driver.execute(
        "UPDATE photo SET inode = ?, size = ?, mtime_ns = ?, sidecar = ?, missing_since = NULL WHERE id = ?",
        (*_identity(read), read.found.entry[4], photo),
    )
    probe = read.probe
    if probe is not None:  # what was known of a photo stays while it can't be read
        driver.execute(
            "UPDATE photo SET digest = ?, format = ?, width = ?, height = ?, taken = ?, camera = ? WHERE id = ?",
            (read.digest, probe.format, probe.width, probe.height, probe.taken, probe.camera, photo),
        )
    if read.problem is None:
        driver.execute("DELETE FROM problem WHERE photo_id = ? AND stage = 'scan'", (photo,))
    else:
        _note_problem(driver, photo, read.problem)


def _identity(read: PhotoRead) -> Identity:
    """What to remember of the file; a photo with a problem gets no time, so that every scan tries it again."""
    inode, size, mtime_ns = read.identity
    return inode, size, 0 if read.problem is not None else mtime_ns


def _note_problem(driver: sqlite3.Connection, photo: int, message: str) -> None:
    driver.execute(
        "INSERT INTO problem (photo_id, stage, message, at) VALUES (?, 'scan', ?, ?) "
        "ON CONFLICT (photo_id, stage) DO UPDATE SET message = excluded.message, at = excluded.at",
        (photo, message, now()),
    )
