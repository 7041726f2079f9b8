"""Notice what happens in the library's folders while the program runs, and scan just there.

The system tells which folders changed (inotify, FSEvents, ReadDirectoryChangesW, through watchdog); a short time of
quiet later those folders are scanned, so a new photo shows up within two seconds. Where the system can't tell (network
drives, more folders than it watches), the folder is scanned every minute instead. A disk that is unplugged is noticed,
and scanned when it is back.

Invariants: everything runs in one thread of the watch's own; the library is only changed by `storage.scan`; whatever is
missed here is found by the next full scan.
"""

import os
import sys
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from watchdog import events
from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver

from storage.image_head import PHOTO_SUFFIXES
from storage.job import KnownError
from storage.library import Changes, Library
from storage.scan import ScanOptions, roots, scan

SETTLE_S = 0.3
"""Quiet time before a scan, so that a burst of events is one scan. watchdog itself holds events back for 0.5 s."""

LONGEST_S = 1.0
"""Most time that an event waits while others keep coming."""

LOOK_S = 3.0
"""How often the topmost folders are looked at, to notice disks that come and go."""

POLL_S = 60.0
"""How often a folder is scanned of which the system tells nothing."""

REMOTE = frozenset({"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "fuse.sshfs", "fuse.rclone", "davfs", "afs", "ceph"})
"""File systems of Linux whose changes by other machines raise no events."""

State = tuple[int, int] | None
"""(device, inode) of a topmost folder; None while it is not there."""


class LibraryWatch:
    """Keeps a library in step with its folders until it is stopped.

    Attributes:
        failed: called in the watch's thread with what kept a scan from being done (a full disk, say).
    """

    def __init__(self, library: Library, *, failed: Callable[[KnownError], None] = lambda _: None) -> None:
        self.failed = failed
        self._library = library
        self._lock = threading.Condition()
        self._flat: set[Path] = set()
        self._deep: set[Path] = set()
        self._first = self._last = 0.0
        self._relisted = True
        self._stopped = False
        self._watching = threading.Event()
        self._roots: dict[Path, State] = {}
        self._observers: dict[Path, BaseObserver] = {}
        self._polled: dict[Path, float] = {}
        self._thread = threading.Thread(target=self._run, name="watch", daemon=True)
        self._unlisten: Callable[[], None] = lambda: None

    def start(self) -> None:
        """Begin to watch; returns at once. Folders that are added to the library later are watched too."""
        self._unlisten = self._library.listen(self._library_changed)
        self._thread.start()

    def wait_until_watching(self, timeout: float | None = None) -> bool:
        """Wait until the folders that the library has now are watched; False where that took longer than `timeout`."""
        return self._watching.wait(timeout)

    def stop(self) -> None:
        """Stop; returns when no scan of the watch runs any more."""
        self._unlisten()
        with self._lock:
            self._stopped = True
            self._lock.notify()
        if self._thread.is_alive():
            self._thread.join()

    def _library_changed(self, changes: Changes) -> None:
        if changes.listing and threading.current_thread() is not self._thread:
            with self._lock:
                self._relisted = True
                self._lock.notify()

    def _note(self, path: Path, *, deep: bool = False) -> None:
        with self._lock:
            now = time.monotonic()
            if not self._flat and not self._deep:
                self._first = now
            self._last = now
            (self._deep if deep else self._flat).add(path)
            self._lock.notify()

    def _run(self) -> None:
        try:
            next_look = 0.0
            while self._wait(next_look):
                if self._relisted or time.monotonic() >= next_look:
                    self._relisted = False
                    self._look_at_roots()
                    self._watching.set()
                    next_look = time.monotonic() + LOOK_S
                self._scan_noted()
        finally:
            for root in [*self._observers]:
                self._unwatch(root)

    def _wait(self, next_look: float) -> bool:
        """Sleep until something is to be done; False when the watch is to end."""
        with self._lock:
            while not self._stopped:
                now = time.monotonic()
                due = next_look
                if self._flat or self._deep:
                    due = min(due, self._last + SETTLE_S, self._first + LONGEST_S)
                if self._relisted or now >= due:
                    return True
                self._lock.wait(due - now)
        return False

    def _scan_noted(self) -> None:
        with self._lock:
            now = time.monotonic()
            if now < min(self._last + SETTLE_S, self._first + LONGEST_S):
                return
            flat, deep = self._flat - self._deep, self._deep
            self._flat, self._deep = set(), set()
        for folder in deep:
            self._watch_inside(folder)
        self._scan(flat, recursive=False)
        self._scan(deep, recursive=True)

    def _scan(self, folders: Iterable[Path], *, recursive: bool) -> None:
        known = tuple(self._roots)
        inside = [folder for folder in folders if any(folder.is_relative_to(root) for root in known)]
        if not inside:
            return
        try:
            for _ in scan(self._library, inside, options=ScanOptions(recursive=recursive)):
                if self._stopped:
                    return
        except KnownError as error:
            self.failed(error)

    def _look_at_roots(self) -> None:
        """Follow the library's list of folders and the disks they are on."""
        present = {root: _state(root) for root in roots(self._library)}
        for root in [*self._roots]:
            if present.get(root) != self._roots[root] or root not in present:
                self._unwatch(root)
                if root not in present:
                    del self._roots[root]
        for root, state in present.items():
            if root not in self._roots or self._roots[root] != state:
                known = root in self._roots
                self._roots[root] = state
                if state is not None:
                    self._watch(root)
                if known:
                    self._note(root, deep=True)  # gone or back; a new folder is scanned by whoever added it
        now = time.monotonic()
        for root, due in self._polled.items():
            if now >= due:
                self._polled[root] = now + POLL_S
                self._note(root, deep=True)

    def _watch(self, root: Path) -> None:
        kinds: list[type[FileSystemEvent]] = [
            events.FileCreatedEvent,
            events.FileModifiedEvent,
            events.FileMovedEvent,
            events.FileDeletedEvent,
            events.DirCreatedEvent,
            events.DirMovedEvent,
            events.DirDeletedEvent,
        ]
        if _is_remote(root):
            self._polled[root] = time.monotonic() + POLL_S
            return
        observer = Observer()
        observer.schedule(_Handler(root, self._note), str(root), recursive=True, event_filter=kinds)
        try:
            observer.start()
        except OSError:  # the system's limit of watched folders is reached
            self._polled[root] = time.monotonic() + POLL_S
            return
        self._observers[root] = observer

    def _unwatch(self, root: Path) -> None:
        self._polled.pop(root, None)
        observer = self._observers.pop(root, None)
        if observer is not None:
            _end(observer)

    def _watch_inside(self, folder: Path) -> None:
        """Watch the folders inside a new one too.

        On Linux each folder is watched by itself, and watchdog leaves those out that arrive inside another one. The
        new watch of the topmost folder begins before the old one ends, so nothing is missed in between.
        """
        if sys.platform == "linux" and _has_folders(folder):
            for root in [root for root in self._observers if folder.is_relative_to(root)]:
                old = self._observers.pop(root)
                self._watch(root)
                _end(old)


class _Handler(FileSystemEventHandler):
    """Turns events of the system into folders to scan."""

    def __init__(self, root: Path, note: Callable[..., None]) -> None:
        self._root, self._note = root, note

    def dispatch(self, event: FileSystemEvent) -> None:
        for name in (event.src_path, event.dest_path):
            path = Path(os.fsdecode(name))
            if not name or _is_hidden(path, self._root):
                continue
            if event.is_directory:
                self._note(path, deep=True)
            elif _concerns(path):
                self._note(path.parent)


def _end(observer: BaseObserver) -> None:
    observer.stop()
    observer.join()


def _has_folders(folder: Path) -> bool:
    try:
        with os.scandir(folder) as entries:
            return any(entry.is_dir() for entry in entries)
    except OSError:
        return False


def _is_hidden(path: Path, root: Path) -> bool:
    """Whether a scan leaves something out: a file that is being written, or what lies in a disk's bin."""
    return path.is_relative_to(root) and any(part.startswith(".") for part in path.relative_to(root).parts)


def _concerns(path: Path) -> bool:
    """Whether a file is a photo or a sidecar."""
    suffix = os.fsencode(path.suffix.lower())
    return suffix in PHOTO_SUFFIXES or suffix == b".xmp"


def _state(root: Path) -> State:
    try:
        status = root.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _is_remote(path: Path) -> bool:
    """Whether a folder is on a network file system (Linux: by the longest mount point above it)."""
    mounts = Path("/proc/self/mounts")
    try:
        lines = mounts.read_text("utf-8", "surrogateescape").splitlines()
    except OSError:
        return False
    best = ("", "")
    for line in lines:
        fields = line.split(" ")
        if len(fields) > 2:
            point = fields[1].replace("\\040", " ").replace("\\011", "\t").replace("\\134", "\\")
            if path.is_relative_to(point) and len(point) >= len(best[0]):
                best = (point, fields[2])
    return best[1] in REMOTE
