"""A photo file that is being looked at: its beginning in memory, the rest read only where somebody asks.

The scanner, the words and the digest all look at the same few kilobytes; one open file and one read serve them all.
Plain reads instead of a memory map: a file that shrinks or a disk that is pulled out while it is mapped would end the
whole process with SIGBUS, while a read just comes back short.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from storage.job import KnownError
from storage.shown import shown

HEAD = 64 * 1024
"""Bytes read at once at the start of a file; holds the metadata of an ordinary JPEG, whose segments end at 64 KiB."""


INODE_MASK = 2**63 - 1
"""Some network file systems count inodes with 64 bits; SQLite's integers are signed."""


def identity_of(status: os.stat_result) -> tuple[int, int, int]:
    """The identity by which the library knows a file: (inode, size, mtime_ns)."""
    return status.st_ino & INODE_MASK, status.st_size, status.st_mtime_ns


class PhotoSource:
    """An open photo file.

    Attributes:
        path: the file.
        size: bytes in it when it was opened.
        identity: (inode, size, mtime_ns) when it was opened.
        head: its first `HEAD` bytes, or all of a shorter file.
    """

    def __init__(self, path: Path, descriptor: int) -> None:
        status = os.fstat(descriptor)
        self.path = path
        self.size = status.st_size
        self.identity = identity_of(status)
        self._descriptor = descriptor
        self.head = self._read(0, HEAD)

    def read(self, offset: int, size: int) -> bytes:
        """Up to `size` bytes from `offset`; fewer at the end of the file.

        Raises:
            OSError: the disk fails.
        """
        if offset < 0 or size <= 0:
            return b""
        if offset + size <= len(self.head) or len(self.head) < HEAD:
            return self.head[offset : offset + size]
        return self._read(offset, size)

    def _read(self, offset: int, size: int) -> bytes:
        if hasattr(os, "pread"):
            return os.pread(self._descriptor, size, offset)
        os.lseek(self._descriptor, offset, os.SEEK_SET)  # Windows; a source is used by one thread only
        return os.read(self._descriptor, size)


@contextmanager
def open_source(path: Path) -> Iterator[PhotoSource]:
    """Open a photo file for looking at it.

    Raises:
        KnownError: it is gone, is no file, is not allowed to be read, or the disk fails; also while it is looked at.
    """
    flags = os.O_RDONLY | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)
    try:
        descriptor = os.open(path, flags)
        try:
            yield PhotoSource(path, descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise unreadable(path, error) from error
    except ValueError as error:  # a NUL in the name
        raise KnownError(f"“{shown(path.name)}” can't be opened.") from error


def unreadable(path: Path, error: OSError) -> KnownError:
    """The sentence for a file that the system does not let us read."""
    name = shown(path.name)
    if isinstance(error, FileNotFoundError):
        return KnownError(f"“{name}” is no longer there. Scan its folder again.")
    if isinstance(error, PermissionError):
        return KnownError(f"“{name}” can't be read: its permissions don't allow it. Change them and scan again.")
    if isinstance(error, IsADirectoryError):
        return KnownError(f"“{name}” is a folder, not a photo.")
    return KnownError(f"“{name}” can't be read ({error.strerror or error}). Check the disk and scan again.")
