"""The folders a person gave to the library, and the folders that could not be read."""

# File names are bytes here, which pathlib does not take.
# ruff: noqa: PTH100, PTH110, PTH112

import os
from collections.abc import Sequence
from pathlib import Path

from storage.history import now
from storage.job import Job, KnownError, Progress
from storage.library import WRITE_BLOCK, Library
from storage.scan.compare import below, known_folders
from storage.search.index import refresh_repeated, texts_said
from storage.shown import shown

SEPARATOR = os.fsencode(os.sep)


def roots(library: Library) -> list[Path]:
    """The folders that the library watches over, sorted."""
    return [Path(os.fsdecode(path)) for path in root_paths(library)]


def root_paths(library: Library) -> list[bytes]:
    """The same as bytes."""
    with library.read() as connection:
        return [bytes(path) for path in connection.exec_driver_sql("SELECT path FROM root ORDER BY path").scalars()]


def folder_problems(library: Library) -> list[tuple[Path, str]]:
    """Folders that could not be read at the last scan, each with a sentence."""
    with library.read() as connection:
        rows = connection.exec_driver_sql("SELECT path, message FROM folder_problem ORDER BY path").all()
    return [(Path(os.fsdecode(path)), message) for path, message in rows]


def is_below(path: bytes, folder: bytes) -> bool:
    """Whether a path is a folder or in it."""
    return path == folder or path.startswith(below(folder, SEPARATOR)[0])


def add_roots(library: Library, folders: Sequence[Path]) -> list[bytes]:
    """Make folders part of the library; one that lies in a folder of the library already is no root of its own.

    Returns:
        the absolute paths of all folders, as given.

    Raises:
        KnownError: a folder that the library does not know is not there, or is none.
    """
    known = root_paths(library)
    tops = [os.fsencode(os.path.abspath(folder)) for folder in folders]
    new = [top for top in tops if not any(is_below(top, root) for root in known)]
    for top in new:
        if not os.path.isdir(top):
            name = shown(os.fsdecode(top))
            what = "is not a folder" if os.path.exists(top) else "is not there"
            raise KnownError(f"“{name}” {what}. Choose a folder with photos.")
    if new:
        with library.write() as block:
            block.connection.exec_driver_sql(
                "INSERT OR IGNORE INTO root (path, added) VALUES (?, ?)", [(top, now()) for top in new]
            )
            block.relist()
    return tops


def remove_root(library: Library, root: Path) -> Job:
    """Take a folder out of the library: its photos' rows, tags, texts and history go; no file is touched.

    Photos that are also in another folder of the library stay. Stopped in the middle, it can be run again.

    Raises:
        KnownError: the library has no such folder.
    """
    path = os.fsencode(os.path.abspath(root))
    known = root_paths(library)
    if path not in known:
        raise KnownError(f"“{shown(root)}” is not a folder of this library.")
    others = [other for other in known if other != path]
    first, last = below(path, SEPARATOR)
    with library.read() as connection:
        folders = [
            (int(number), bytes(folder))
            for number, folder in connection.exec_driver_sql(
                "SELECT id, path FROM folder WHERE path = ? OR (path >= ? AND path < ?)", (path, first, last)
            )
        ]
    done = 0
    for number, folder in folders:
        if not any(is_below(folder, other) for other in others):
            while removed := _remove_some(library, number):
                done += removed
                yield Progress(stage="remove", done=done, item=shown(os.fsdecode(folder)))
    with library.write() as block:
        block.connection.exec_driver_sql("DELETE FROM root WHERE path = ?", (path,))
        block.connection.exec_driver_sql(
            "DELETE FROM folder_problem WHERE path = ? OR (path >= ? AND path < ?)", (path, first, last)
        )
        block.relist()


def _remove_some(library: Library, folder: int) -> int:
    with library.write() as block:
        run = block.connection.exec_driver_sql
        photos = run(f"SELECT id FROM photo WHERE folder_id = ? LIMIT {WRITE_BLOCK}", (folder,)).scalars().all()
        if photos:
            said = texts_said(block.connection, photos)
            run("DELETE FROM photo WHERE id = ?", [(photo,) for photo in photos])
            refresh_repeated(block.connection, said)
            block.touch(photos)
            block.relist()
        else:
            run("DELETE FROM folder WHERE id = ?", (folder,))
    return len(photos)


def unavailable(library: Library, root: bytes) -> str | None:
    """Why a folder of the library can't be scanned as a whole, or None."""
    name = shown(os.fsdecode(root))
    keep = "Nothing was marked as missing. If it is on another disk or in the network, connect it and scan again."
    try:
        with os.scandir(root) as entries:
            empty = next(entries, None) is None
    except (FileNotFoundError, NotADirectoryError):
        return f"The folder “{name}” is not there. {keep}"
    except OSError:
        return None  # the walk says why
    if empty and next(known_folders(library, root, SEPARATOR), None) is not None:
        return f"The folder “{name}” is empty, although the library has photos in it. {keep}"
    return None


def unavailable_roots(library: Library) -> list[bytes]:
    """The folders of the library that can't be scanned now, because the disk is not there."""
    return [root for root in root_paths(library) if unavailable(library, root) is not None]


class FolderProblems:
    """Keeps the library's list of unreadable folders in step with what a scan meets."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._met: set[bytes] = set()
        with library.read() as connection:
            rows = connection.exec_driver_sql("SELECT path, message FROM folder_problem").all()
        self._known = {bytes(path): str(message) for path, message in rows}

    def note(self, path: bytes, message: str) -> None:
        """This folder can't be read."""
        self._met.add(path)
        if self._known.get(path) != message:
            self._known[path] = message
            self._write(
                "INSERT OR REPLACE INTO folder_problem (path, message, at) VALUES (?, ?, ?)", path, message, now()
            )

    def clear(self, path: bytes) -> None:
        """This folder can be read, or is gone."""
        if path in self._known:
            del self._known[path]
            self._write("DELETE FROM folder_problem WHERE path = ?", path)

    def clear_below(self, top: bytes, *, recursive: bool) -> None:
        """Forget problems at or below `top` that this scan did not meet; of those it left out, the gone ones."""
        for path in [path for path in self._known if is_below(path, top) and path not in self._met]:
            if recursive or not os.path.lexists(path):
                self.clear(path)

    def _write(self, statement: str, *values: object) -> None:
        with self._library.write() as block:
            block.connection.exec_driver_sql(statement, values)
            block.relist()
