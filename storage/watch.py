"""Notice what happens in the library's folders while the program runs, and scan just there.

The system tells which folders changed (inotify; elsewhere FSEvents and ReadDirectoryChangesW, through watchdog); a
short time of quiet later those folders are scanned, so a new photo shows up within two seconds. Where the system can't
tell (network drives, more folders than it watches), the folder is scanned every minute as well. A disk that is
unplugged is noticed, and scanned when it is back, also where it is mounted somewhere inside a folder of the library.

Invariants: everything runs in one thread of the watch's own; the library is only changed by `storage.scan`; whatever is
missed here is found by the next full scan.
"""

import os
import sys
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

from storage.image_head import PHOTO_SUFFIXES
from storage.job import KnownError
from storage.library import Changes, Library
from storage.scan import ScanOptions, roots, scan

SETTLE_S = 0.3
"""Quiet time before a scan, so that a burst of events is one scan."""

LONGEST_S = 1.0
"""Most time that an event waits while others keep coming."""

LOOK_S = 3.0
"""How often the topmost folders are looked at, to notice disks that come and go."""

POLL_S = 60.0
"""How often a folder is scanned of which the system tells nothing."""

REMOTE = frozenset({"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "virtiofs", "davfs", "afs", "ceph"})
"""File systems of Linux whose changes by other machines raise no events. Those in programs ("fuse.sshfs",
"fuse.gvfsd-fuse", which desktops open network folders with) count as well; disks by way of a program are "fuseblk"."""

State = tuple[int, int] | None
"""(device, inode) of a topmost folder; None while it is not there."""

MOUNTS = Path("/proc/self/mountinfo")
"""The file systems that Linux shows, where. Elsewhere it is not there."""


class Mount(NamedTuple):
    """A disk, and where it is.

    Attributes:
        point: its topmost folder.
        kind: of file system.
        number: that the system gave it; with the next disk in the same place it has another.
    """

    point: Path
    kind: str
    number: str


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
        self._events: dict[Path, _Events] = {}
        self._polled: dict[Path, float] = {}
        self._mounts: dict[Path, set[Mount]] = {}  # below each topmost folder
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
            for root in [*self._events]:
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
        mounts = _mounts()
        present = {root: _state(root) for root in roots(self._library)}
        ended = {root for root, told in self._events.items() if not told.works}
        for root in [*self._roots]:
            if present.get(root) != self._roots[root] or root not in present or root in ended:
                self._unwatch(root)
                if root not in present:
                    del self._roots[root]
        for root, state in present.items():
            if root not in self._roots or self._roots[root] != state or root in ended:
                known = root in self._roots
                self._roots[root] = state
                if state is not None:
                    self._watch(root, mounts)
                if known:
                    self._note(root, deep=True)  # gone, back or another; a new folder is scanned by whoever added it
        for root in [*self._mounts]:
            self._look_at_mounts(root, mounts)
        now = time.monotonic()
        for folder, due in self._polled.items():
            if now >= due:
                self._polled[folder] = now + POLL_S
                self._note(folder, deep=True)

    def _look_at_mounts(self, root: Path, mounts: Sequence[Mount]) -> None:
        """Notice disks that came into a topmost folder; of one that is away everything stays as it was."""
        known, self._mounts[root] = self._mounts[root], _mounts_in(root, mounts)
        for mount in known - self._mounts[root]:
            self._polled.pop(mount.point, None)
        if not self._mounts[root] <= known:
            before = self._events.pop(root, None)
            self._watch(root, mounts)  # before the other ends, so that nothing is missed
            if before is not None:
                before.close()
        for mount in self._mounts[root] - known:
            self._note(mount.point, deep=True)

    def _watch(self, root: Path, mounts: Sequence[Mount]) -> None:
        self._mounts[root] = _mounts_in(root, mounts)
        for mount in self._mounts[root]:
            if _is_remote(mount.kind):
                self._polled[mount.point] = time.monotonic() + POLL_S
        if _is_remote(_kind_of(root, mounts)):  # what this machine does there is told all the same
            self._polled[root] = time.monotonic() + POLL_S
        try:
            self._events[root] = _events(root, self._note)
        except OSError:  # the system's limit of watched folders is reached
            self._polled[root] = time.monotonic() + POLL_S

    def _unwatch(self, root: Path) -> None:
        for folder in {root, *(mount.point for mount in self._mounts.pop(root, ()))}:
            self._polled.pop(folder, None)
        told = self._events.pop(root, None)
        if told is not None:
            told.close()


class _Events(Protocol):
    """What the system tells of a folder."""

    @property
    def works(self) -> bool:
        """False once nothing more is told, or not everything."""

    def close(self) -> None:
        """End; returns when nothing is told any more."""


def _events(root: Path, note: Callable[..., None]) -> _Events:
    """Let the system tell of a folder and those below it.

    Raises:
        OSError: it does not.
    """
    if sys.platform == "linux":
        from storage.folder_events import FolderEvents

        return FolderEvents(root, note, _concerns)
    from storage.observed_folder import ObservedFolder

    return ObservedFolder(root, note, _concerns)


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


def _mounts() -> list[Mount]:
    """All disks, as proc_pid_mountinfo(5) lists them."""
    try:
        lines = MOUNTS.read_text("utf-8", "surrogateescape").splitlines()
    except OSError:
        return []
    found = []
    for line in lines:
        fields, _, about = line.partition(" - ")
        number, _, device, _, point = fields.split(" ")[:5]
        for written, meant in (("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")):
            point = point.replace(written, meant)
        found.append(Mount(Path(point), about.split(" ")[0], f"{number} {device}"))
    return found


def _mounts_in(root: Path, mounts: Iterable[Mount]) -> set[Mount]:
    """The disks somewhere below a folder, by its own name where that is a link."""
    real = root.resolve()
    return {
        mount._replace(point=root / mount.point.relative_to(real))
        for mount in mounts
        if mount.point != real and mount.point.is_relative_to(real)
    }


def _is_remote(kind: str) -> bool:
    """Whether others may change files on a file system without a word."""
    return kind in REMOTE or kind.split(".")[0] == "fuse"


def _kind_of(folder: Path, mounts: Iterable[Mount]) -> str:
    """The kind of file system a folder is on: by the longest mount point above it, the last one where there are two."""
    real, best = folder.resolve(), Mount(Path(), "", "")
    for mount in mounts:
        if real.is_relative_to(mount.point) and len(mount.point.parts) >= len(best.point.parts):
            best = mount
    return best.kind
