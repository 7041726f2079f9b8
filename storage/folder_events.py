"""What Linux tells of the folders below one: which to scan, told by inotify.

inotify watches single folders, so those that arrive have to be watched in turn, wherever they come from. The kernel
gives a folder that is watched already the same number, so one that was renamed, or went out and came back, is known by
its new name as soon as it is watched again. Folders behind symbolic links are watched as a scan walks them: each once,
by its real path where that is inside.

Invariants: a folder is watched before it is reported, so nothing falls between its scan and its watch; where the kernel
lost events everything is reported; a watch that can't be had gives back all that it took.
"""

# File names are bytes here, which pathlib does not take.
# ruff: noqa: PTH112, PTH118

import ctypes
import errno
import os
import select
import struct
import threading
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

Note = Callable[..., None]
"""Called with a folder to scan; with `deep=True` where those below it are meant too."""

MODIFY, ATTRIB, MOVED_FROM, MOVED_TO, CREATE, DELETE = 0x2, 0x4, 0x40, 0x80, 0x100, 0x200
UNMOUNT, OVERFLOW, IGNORED, ONLYDIR, ISDIR = 0x2000, 0x4000, 0x8000, 0x01000000, 0x40000000
"""Bits of `linux/inotify.h`."""

MASK = MODIFY | ATTRIB | MOVED_FROM | MOVED_TO | CREATE | DELETE | ONLYDIR

READ = 64 * 1024
"""Bytes of events taken at once; one takes 16 and its name."""


class FolderEvents:
    """Reports what happens in a folder and those below it, in a thread of its own, until it is closed."""

    def __init__(self, root: Path, note: Note, concerns: Callable[[Path], bool]) -> None:
        """Begin.

        Args:
            note: called in the thread.
            concerns: whether a file matters.

        Raises:
            OSError: the folder is gone, or the system's limit of watched folders is reached.
        """
        self._root, self._note, self._concerns = root, note, concerns
        self._folders: dict[int, bytes] = {}  # number of a watch → folder
        self._links: set[bytes] = set()  # folders among them that are links
        self._refused: OSError | None = None
        self._events = _checked(_libc().inotify_init1(os.O_CLOEXEC | os.O_NONBLOCK))
        try:
            self._end = os.eventfd(0, os.EFD_CLOEXEC)
            try:
                self._top = self._add(os.fsencode(root))
                self._add_below(os.fsencode(root))
                if self._top is None or self._refused is not None:
                    raise self._refused or FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(root))
            except BaseException:
                os.close(self._end)
                raise
        except BaseException:
            os.close(self._events)
            raise
        self._thread = threading.Thread(target=self._run, name="folder events", daemon=True)
        self._thread.start()

    @property
    def works(self) -> bool:
        """False once the folder is gone or its disk was taken away, even if another is in its place by now, and where
        the system refused to watch a folder that came later."""
        return self._thread.is_alive() and self._refused is None

    def close(self) -> None:
        """End; returns when nothing is reported any more."""
        os.eventfd_write(self._end, 1)
        self._thread.join()
        os.close(self._end)
        os.close(self._events)

    def _run(self) -> None:
        ready = select.poll()
        ready.register(self._events, select.POLLIN)
        ready.register(self._end, select.POLLIN)
        while self._end not in dict(ready.poll()):
            for number, mask, name in _parsed(os.read(self._events, READ)):
                if mask & OVERFLOW:
                    self._folders.clear()
                    self._links.clear()
                    self._add(os.fsencode(self._root))
                    self._add_below(os.fsencode(self._root))
                    self._note(self._root, deep=True)
                elif mask & (IGNORED | UNMOUNT):
                    self._folders.pop(number, None)
                    if number == self._top:
                        return
                elif number in self._folders and name and not name.startswith(b"."):
                    self._tell(os.path.join(self._folders[number], name), mask)

    def _tell(self, path: bytes, mask: int) -> None:
        if not mask & ISDIR:
            if self._concerns(Path(os.fsdecode(path))):
                self._note(Path(os.fsdecode(path)).parent)
            elif path in self._links:  # it is no longer what it was
                self._forget(path)
                self._note(Path(os.fsdecode(path)), deep=True)
            if mask & (MOVED_TO | CREATE) and os.path.isdir(path):
                self._add_below(os.fsencode(self._root))
                self._note(self._root, deep=True)  # all, as only so a real path wins over a link
            return
        if mask & MOVED_FROM:
            self._forget(path)
        if mask & (MOVED_TO | CREATE | ATTRIB) and self._add(path) is not None:  # it may be allowed to be read now
            self._add_below(path)
        self._note(Path(os.fsdecode(path)), deep=True)

    def _forget(self, folder: bytes) -> None:
        """No longer watch a folder that is somewhere else now, and those below it."""
        inside = os.path.join(folder, b"")
        for number, path in [*self._folders.items()]:
            if path == folder or path.startswith(inside):
                del self._folders[number]
                _libc().inotify_rm_watch(self._events, number)

    def _add_below(self, top: bytes) -> None:
        pending, links = [top], list[bytes]()
        while pending or links:
            if not pending:
                link = links.pop()
                if self._add(link, link=True) is None:
                    continue
                self._links.add(link)
                pending.append(link)
            real, linked = _folders_in(pending.pop())
            pending.extend(folder for folder in real if self._add(folder) is not None)
            links.extend(linked)

    def _add(self, folder: bytes, *, link: bool = False) -> int | None:
        """Watch one folder; None where it is gone or not allowed to be read, as then no scan sees it either.

        Of a link also None where the folder behind it is watched already: that ends loops.
        """
        number = _libc().inotify_add_watch(self._events, folder, MASK)
        if link and self._folders.get(number, folder) != folder:
            return None
        if number >= 0:
            self._folders[number] = folder
            return int(number)
        if not isinstance(error := _error(), FileNotFoundError | NotADirectoryError | PermissionError):
            self._refused = error
        return None


def _folders_in(folder: bytes) -> tuple[list[bytes], list[bytes]]:
    """The folders in one that a scan looks into: real ones as `storage.scan.walk` takes them, and links."""
    real, links = list[bytes](), list[bytes]()
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    if not entry.name.startswith(b"."):
                        real.append(entry.path)
                elif entry.is_symlink() and not entry.name.startswith(b".") and os.path.isdir(entry.path):
                    links.append(entry.path)
    except OSError:
        return [], []
    return sorted(real, reverse=True), links


def _parsed(given: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Number of the watch, bits and file name of each event: `struct inotify_event` of `linux/inotify.h`."""
    at = 0
    while at < len(given):
        number, mask, _, size = struct.unpack_from("iIII", given, at)
        yield number, mask, given[at + 16 : at + 16 + size].rstrip(b"\0")
        at += 16 + size


@cache
def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _error() -> OSError:
    number = ctypes.get_errno()
    return OSError(number, os.strerror(number))


def _checked(descriptor: int) -> int:
    if descriptor < 0:
        raise _error()
    return descriptor
