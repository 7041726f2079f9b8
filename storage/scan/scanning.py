"""The scan itself.

`scan` walks the folders in its own thread and compares each with the library; photos that differ are read side by side
(`storage.scan.readers`), in a bounded queue, and written in blocks. What is left to do is always the difference
between disk and library, so a scan that was stopped or killed continues by being run again.

Invariants: no file is changed; no photo is forgotten because a folder can't be read or a disk is not connected; memory
does not grow with the library.
"""

# File names are bytes here, which pathlib does not take.
# ruff: noqa: PTH112, PTH116

import os
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from storage import settings
from storage.ahead import in_order
from storage.job import Job, Progress
from storage.library import Library
from storage.scan.compare import (
    Difference,
    compare,
    count_present,
    gone_of,
    known_folders,
    mark_folders,
    mark_missing,
    mark_returned,
)
from storage.scan.count import count_photos
from storage.scan.glances import Glances
from storage.scan.read_photo import Found, PhotoRead
from storage.scan.readers import Readers
from storage.scan.take_in import Intake
from storage.scan.top_folders import (
    SEPARATOR,
    FolderProblems,
    add_roots,
    folder_problems,
    is_below,
    remove_root,
    root_paths,
    roots,
    unavailable,
    unavailable_roots,
)
from storage.scan.walk import Listing, Same, Seen, Unreadable, walk
from storage.shown import shown

__all__ = ["ScanOptions", "folder_problems", "remove_root", "roots", "scan"]

CHUNK = 16
"""Photos that are read in one go; handing over single photos costs a tenth of reading them."""

AHEAD = 16
"""Chunks that are being read or wait to be written."""

COMPARED = 10_000
"""Photos that are compared with the library at once, as asking costs 0.2 ms: about 3 MB, and 20 ms of looking."""

FOLDERS = 64
"""Most folders that are compared at once."""

BLOCK = 128
"""Photos written in one block, a quarter cheaper than 32 each. It takes 25 ms, as nothing is flushed to the disk, so
an edit in the window waits no longer than for the blocks of other jobs."""

Step = int | list[Found]
"""A number of unchanged photos, or photos to be read."""


@dataclass(frozen=True, kw_only=True)
class ScanOptions:
    """How to scan.

    Attributes:
        recursive: also the folders below the given ones; False looks at exactly these.
        threads: that read photos, or processes where there are many, 1..64; None for one per core, at most 4, as
            writing down what four have read takes a whole core.
    """

    recursive: bool = True
    threads: int | None = None


def scan(library: Library, folders: Sequence[Path] = (), *, options: ScanOptions = ScanOptions()) -> Job:
    """Bring the library in step with these folders.

    Folders that the library does not know are added to it. A known one that is gone counts as emptied by somebody,
    but the topmost folder of a library being gone means that a disk is not connected: nothing is marked as missing.

    Args:
        folders: which; none for all that the library knows.

    Raises:
        KnownError: a new folder is not there; the library can't be written.
    """
    tops = add_roots(library, folders) if folders else root_paths(library)
    return _scan(library, tops, options)


def _scan(library: Library, tops: Sequence[bytes], options: ScanOptions) -> Job:
    with library.read() as connection:
        language = settings.load(connection).language
    offline = unavailable_roots(library)
    walker = _Walker(library, offline, options)
    intake = Intake(library, language=language, offline=offline)
    readers = Readers(options.threads or min(os.cpu_count() or 1, 4))
    stopped = threading.Event()
    steps = in_order(readers.team.pool, partial(_read, readers), _chunks(walker.steps(tops)), ahead=AHEAD)
    try:
        progress = _Tally()
        new = [top for top in tops if next(known_folders(library, top, SEPARATOR), None) is None]
        if new and len(new) == len(tops) and options.recursive:
            progress.count = readers.team.pool.submit(count_photos, new, stopped.is_set)
        reads: list[PhotoRead] = []
        for step in steps:
            if isinstance(step, int):
                yield progress.unchanged(step)
                continue
            reads.extend(step)
            while len(reads) >= BLOCK:
                yield from _write(intake, reads[:BLOCK], progress)
                del reads[:BLOCK]
        if reads:
            yield from _write(intake, reads, progress)
        walker.mark_gone_folders(tops)
        for top in tops:
            mark_folders(library, top, SEPARATOR)
        yield progress.finished()
    finally:
        stopped.set()
        steps.close()
        readers.close()
        walker.close()


def _write(intake: Intake, reads: Sequence[PhotoRead], progress: "_Tally") -> Iterator[Progress]:
    intake.take_in(reads)
    for read in reads:
        yield progress.read(read)


def _chunks(steps: Iterator[int | Found]) -> Iterator[Step]:
    """Put the photos to be read together, and the counts of unchanged ones."""
    chunk: list[Found] = []
    unchanged = 0
    for step in steps:
        if isinstance(step, int):
            unchanged += step
            if unchanged >= COMPARED:
                yield unchanged
                unchanged = 0
            continue
        chunk.append(step)
        if len(chunk) == CHUNK:
            yield chunk
            chunk = []
    if unchanged:
        yield unchanged
    if chunk:
        yield chunk


def _read(readers: Readers, step: Step) -> int | list[PhotoRead]:
    return step if isinstance(step, int) else readers.read(step)


class _Tally:
    """Counts what a scan has done, for its progress."""

    def __init__(self) -> None:
        self.count: Future[int | None] | None = None  # being found out in the background
        self._done = 0
        self._problems = 0

    def unchanged(self, photos: int) -> Progress:
        self._done += photos
        return self._progress("")

    def read(self, read: PhotoRead) -> Progress:
        self._done += 1
        self._problems += read.problem is not None and not read.vanished
        return self._progress(shown(os.fsdecode(read.found.file)))

    def finished(self) -> Progress:
        return Progress(stage="scan", done=self._done, total=self._done, problems=self._problems)

    def _progress(self, item: str) -> Progress:
        counted = self.count.result() if self.count is not None and self.count.done() else None
        total = None if counted is None else max(counted, self._done)
        return Progress(stage="scan", done=self._done, total=total, item=item, problems=self._problems)


class _Walker:
    """Walks folders, writes what needs no reading (gone, returned, unreadable), and hands on what does."""

    def __init__(self, library: Library, offline: Sequence[bytes], options: ScanOptions) -> None:
        self._library = library
        self._offline = offline
        self._options = options
        self._problems = FolderProblems(library)
        self._glances = Glances(library, options.threads)
        self._seen: Seen = set()
        self._present = 0  # photos of a folder in parts that are in the library and on the disk

    def steps(self, tops: Sequence[bytes]) -> Iterator[int | Found]:
        """Numbers of unchanged photos, and photos that have to be read."""
        listings: list[Listing] = []
        photos = 0
        for top in tops:
            if self._can_be_scanned(top):
                recursive = self._options.recursive
                for listing in walk(top, self._seen, recursive=recursive, beforehand=self._glances):
                    if isinstance(listing, Unreadable):
                        self._unreadable(listing)
                        continue
                    if isinstance(listing, Same):
                        self._problems.clear(listing.path)
                        yield listing.photos
                        continue
                    listings.append(listing)
                    photos += len(listing.photos.names)
                    if photos >= COMPARED or len(listings) >= FOLDERS:
                        yield from self._steps(listings)
                        listings, photos = [], 0
        yield from self._steps(listings)

    def _steps(self, listings: Sequence[Listing]) -> Iterator[int | Found]:
        for listing, difference in zip(listings, compare(self._library, listings), strict=True):
            self._problems.clear(listing.path)
            self._write(listing.path, difference)
            if unchanged := difference.unchanged + len(difference.returned):
                self._glances.unchanged(unchanged)
                yield unchanged
            yield from difference.found
            self._present = (0 if listing.first else self._present) + difference.known
            if listing.last and not listing.first and count_present(self._library, listing.path) > self._present:
                for gone in gone_of(self._library, listing.path):
                    self._mark_gone(listing.path, gone)

    def close(self) -> None:
        """End what looks at folders beside it."""
        self._glances.close()

    def mark_gone_folders(self, tops: Sequence[bytes]) -> None:
        """Mark the photos of folders that no longer exist as missing."""
        for top in tops:
            if any(is_below(top, root) for root in self._offline):
                continue
            self._problems.clear_below(top, recursive=self._options.recursive)
            for folder in known_folders(self._library, top, SEPARATOR):
                try:
                    os.stat(folder)
                except (FileNotFoundError, NotADirectoryError):
                    for gone in gone_of(self._library, folder):
                        self._mark_gone(folder, gone)
                except OSError:
                    continue

    def _can_be_scanned(self, top: bytes) -> bool:
        for root in self._offline:
            if is_below(top, root):
                self._problems.note(root, unavailable(self._library, root) or "")
                return False
        return os.path.isdir(top) or top in root_paths(self._library)

    def _write(self, folder: bytes, difference: Difference) -> None:
        if difference.returned:
            mark_returned(self._library, folder, difference.returned)
        if difference.gone:
            self._mark_gone(folder, difference.gone)

    def _mark_gone(self, folder: bytes, photos: tuple[int, ...]) -> None:
        """Mark photos of a folder as missing, unless the disk that they are on went away during the scan."""
        for root in root_paths(self._library):
            if is_below(folder, root) and (why := unavailable(self._library, root)) is not None:
                self._problems.note(root, why)
                return
        mark_missing(self._library, folder, photos)

    def _unreadable(self, folder: Unreadable) -> None:
        if isinstance(folder.error, FileNotFoundError | NotADirectoryError):
            return  # deleted this moment; its photos are marked at the end
        name, error = shown(os.fsdecode(folder.path)), folder.error
        if isinstance(error, PermissionError):
            message = (
                f"The folder “{name}” can't be read: its permissions don't allow it. Its photos stay as they were."
            )
        else:
            message = f"The folder “{name}” can't be read ({error.strerror or error}). Its photos stay as they were."
        self._problems.note(folder.path, message)
