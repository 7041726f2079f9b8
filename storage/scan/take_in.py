"""Write what a scan read into the library: new photos, changed ones, and photos that were moved or renamed.

A photo keeps its row, and with it its tags and texts, wherever it goes. A file is a moved photo when its image is that
of a photo that is no longer where it was; one look at the old place decides. Where files exchanged their names, the
rows exchange their places, so words stay with their image and not with a name.

Invariant: all looking at files is done before the write block begins.
"""

# File names are bytes here, which pathlib does not take.
# ruff: noqa: PTH116, PTH118

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection

from storage.history import now
from storage.import_words import FileWords, import_words
from storage.job import KnownError
from storage.library import Library, Write
from storage.metadata.digest import image_digest
from storage.photo_source import identity_of
from storage.scan.read_photo import PhotoRead

MOST_TWINS = 16
"""Photos with the same image whose place is looked at, to find out which of them was moved. Missing ones, which need no
look, come first."""

MOST_COPIES = 512
"""Photos with the same image among which the very same file is looked for; more than that would make the scan of a
library of copies slow. A photo with more copies than this that is moved may become a new photo."""

Identity = tuple[int, int, int]

Places = dict[bytes, bytes | None]
"""Path → digest of the image that is there, None for none; only of places that were looked at."""


@dataclass(frozen=True, slots=True)
class _Row:
    """A photo in the library."""

    id: int
    folder: int
    file: bytes
    digest: bytes | None
    identity: Identity
    path: bytes
    missing: bool


def take_in(library: Library, reads: Sequence[PhotoRead], *, language: str, offline: Sequence[bytes] = ()) -> int:
    """Write these photos.

    Args:
        reads: at most `WRITE_BLOCK`.
        language: the user's.
        offline: known folders that are not connected now; photos in them are not taken for moved, unless the file
            is the very same one under another path.

    Returns:
        how many of them have a problem.
    """
    with library.read() as connection:
        known = {read.found: _at(connection, read) for read in reads}
        twins = {
            read.found: _twins(connection, read)
            for read in reads
            if read.digest is not None and _is_other_image(known[read.found], read.digest)
        }
    places: Places = {}
    for read in reads:
        for row in twins.get(read.found, ()):
            if row.path not in places and not _is_offline(row, read, offline):
                _look(row, places)
    with library.write() as block:
        files = []
        for read in reads:
            photo = _settle(block, read, places)
            if photo is not None:
                block.touch(photo)
                _note_problem(block.connection, photo, read.problem)
                if read.words is not None:
                    files.append(FileWords(photo, read.target, read.words))
        if files:
            import_words(block, files, language=language)
    return sum(read.problem is not None for read in reads)


def _is_other_image(row: _Row | None, digest: bytes) -> bool:
    return row is None or (row.digest is not None and row.digest != digest)


_COLUMNS = "p.id, p.folder_id, p.file, p.digest, p.inode, p.size, p.mtime_ns, f.path, p.missing_since"


def _row(found: Sequence[object]) -> _Row:
    number, folder, file, digest, inode, size, mtime, path, missing = found
    return _Row(
        int(str(number)),
        int(str(folder)),
        file,  # type: ignore[arg-type]
        digest,  # type: ignore[arg-type]
        (inode, size, mtime),  # type: ignore[arg-type]
        os.path.join(path, file),  # type: ignore[call-overload]
        missing is not None,
    )


def _at(connection: Connection, read: PhotoRead) -> _Row | None:
    found = connection.exec_driver_sql(
        f"SELECT {_COLUMNS} FROM photo p JOIN folder f ON f.id = p.folder_id WHERE f.path = ? AND p.file = ?",
        (read.found.folder, read.found.file),
    ).first()
    return None if found is None else _row(found)


def _twins(connection: Connection, read: PhotoRead) -> list[_Row]:
    """Other photos with the same image: missing ones, then some of the others."""
    select = f"SELECT {_COLUMNS} FROM photo p JOIN folder f ON f.id = p.folder_id WHERE"
    run = connection.exec_driver_sql
    missing = run(f"{select} p.digest = ? AND p.missing_since IS NOT NULL LIMIT {MOST_TWINS}", (read.digest,)).all()
    others = [*run(f"{select} p.digest = ? AND p.missing_since IS NULL LIMIT {MOST_TWINS}", (read.digest,))]
    if len(others) == MOST_TWINS:  # many copies: at least look for the very same file under another name
        others += run(
            f"{select} p.id IN (SELECT id FROM photo WHERE digest = ? AND missing_since IS NULL LIMIT {MOST_COPIES}) "
            "AND p.inode = ? AND p.size = ? AND p.mtime_ns = ? LIMIT 1",
            (read.digest, *read.identity),
        )
    rows = [_row(found) for found in (*missing, *others)]
    here = os.path.join(read.found.folder, read.found.file)
    rows = [row for row in rows if row.path != here]
    # The same file under another name first, then the same name in another folder, then the oldest.
    return sorted(rows, key=lambda row: (row.identity != read.identity, row.file != read.found.file, row.id))


def _is_offline(row: _Row, read: PhotoRead, offline: Sequence[bytes]) -> bool:
    """Whether the place of a row can't be judged, because its disk is not connected.

    The very same file under another path was moved all the same: the topmost folder itself has a new name.
    """
    return row.identity != read.identity and any(row.path.startswith(os.path.join(root, b"")) for root in offline)


def _look(row: _Row, places: Places) -> None:
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


def _settle(block: Write, read: PhotoRead, places: Places) -> int | None:
    """Find or make the row of one photo and bring it up to date.

    Returns:
        its id, or None where the file was gone.
    """
    connection = block.connection
    row = _at(connection, read)
    if read.vanished:
        if row is not None and not row.missing:
            connection.exec_driver_sql("UPDATE photo SET missing_since = ? WHERE id = ?", (now(), row.id))
            block.touch(row.id)
            block.relist()
        return None
    if read.digest is not None and _is_other_image(row, read.digest):
        moved = next((t for t in _twins(connection, read) if places.get(t.path, t.digest) != t.digest), None)
        if moved is not None:
            _move(block, moved, row, read)
            places[os.path.join(read.found.folder, read.found.file)] = read.digest
            row = moved
    if row is None:
        block.relist()
        return _insert(connection, read)
    if row.missing:
        block.relist()
    _update(connection, row.id, read)
    return row.id


def _move(block: Write, moved: _Row, displaced: _Row | None, read: PhotoRead) -> None:
    """Put a row to the place of a file; the row that was there takes the place that became free.

    The displaced row gets no identity, so that it is read again if a file is at its new place, and counts as missing
    until then.
    """
    run = block.connection.exec_driver_sql
    block.relist()
    block.touch(moved.id)
    if displaced is not None:
        block.touch(displaced.id)
        # A name with a NUL can't be on any disk: the place between two places.
        run("UPDATE photo SET file = ? WHERE id = ?", (b"\0", displaced.id))
    folder = _folder(block.connection, read.found.folder)
    run("UPDATE photo SET folder_id = ?, file = ? WHERE id = ?", (folder, read.found.file, moved.id))
    if displaced is not None:
        run(
            "UPDATE photo SET folder_id = ?, file = ?, inode = 0, size = 0, mtime_ns = 0, missing_since = ? "
            "WHERE id = ?",
            (moved.folder, moved.file, now(), displaced.id),
        )


def _folder(connection: Connection, path: bytes) -> int:
    run = connection.exec_driver_sql
    found = run("SELECT id FROM folder WHERE path = ?", (path,)).scalar()
    if found is None:
        run("INSERT INTO folder (path) VALUES (?)", (path,))
        found = run("SELECT last_insert_rowid()").scalar_one()
    return int(found)


def _insert(connection: Connection, read: PhotoRead) -> int:
    probe = read.probe
    connection.exec_driver_sql(
        "INSERT INTO photo (folder_id, file, inode, size, mtime_ns, sidecar, digest, format, width, height, taken, "
        "camera, added) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            _folder(connection, read.found.folder),
            read.found.file,
            *_identity(read),
            read.found.entry[4],
            read.digest,
            probe and probe.format,
            probe and probe.width,
            probe and probe.height,
            probe and probe.taken,
            probe and probe.camera,
            now(),
        ),
    )
    return int(connection.exec_driver_sql("SELECT last_insert_rowid()").scalar_one())


def _update(connection: Connection, photo: int, read: PhotoRead) -> None:
    connection.exec_driver_sql(
        "UPDATE photo SET inode = ?, size = ?, mtime_ns = ?, sidecar = ?, missing_since = NULL WHERE id = ?",
        (*_identity(read), read.found.entry[4], photo),
    )
    probe = read.probe
    if probe is not None:  # what was known of a photo stays while it can't be read
        connection.exec_driver_sql(
            "UPDATE photo SET digest = ?, format = ?, width = ?, height = ?, taken = ?, camera = ? WHERE id = ?",
            (read.digest, probe.format, probe.width, probe.height, probe.taken, probe.camera, photo),
        )


def _identity(read: PhotoRead) -> Identity:
    """What to remember of the file; a photo with a problem gets no time, so that every scan tries it again."""
    inode, size, mtime_ns = read.identity
    return inode, size, 0 if read.problem is not None else mtime_ns


def _note_problem(connection: Connection, photo: int, message: str | None) -> None:
    if message is None:
        connection.exec_driver_sql("DELETE FROM problem WHERE photo_id = ? AND stage = 'scan'", (photo,))
        return
    connection.exec_driver_sql(
        "INSERT INTO problem (photo_id, stage, message, at) VALUES (?, 'scan', ?, ?) "
        "ON CONFLICT (photo_id, stage) DO UPDATE SET message = excluded.message, at = excluded.at",
        (photo, message, now()),
    )
