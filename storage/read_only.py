"""Libraries that can't be written: on a disk, or with permissions, that allow reading only.

A library has a log beside it while it is open (SQLite's write-ahead log), and to read it SQLite shares memory through
a third file, which it has to make. Where neither file can be made and there is no log, nothing can be missing in the
library's own file, and SQLite reads that alone ("immutable", https://sqlite.org/uri.html). Where there is a log it must
be read too, or the last words would be missing without anybody knowing.
"""

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from storage.job import KnownError


def can_write(path: Path) -> bool:
    """Whether this process may write to a file or make files in a folder."""
    effective = os.access in os.supports_effective_ids
    return os.access(path, os.W_OK, effective_ids=effective)


def may_be_why(error: sqlite3.Error, path: Path) -> bool:
    """Whether a library could not be opened because nothing may be written there."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    unwritable = not (can_write(path.parent) and can_write(path))
    return code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN) and path.is_file() and unwritable


def address(path: Path) -> str:
    """The URI by which SQLite reads a library that can't be written.

    To be asked for each connection: somebody else may have begun to write, and a log be there.
    """
    how = "mode=ro" if _has_log(path) or can_write(path.parent) else "immutable=1"
    return f"{path.absolute().as_uri()}?{how}"


@contextlib.contextmanager
def log_is_needed(path: Path) -> Iterator[None]:
    """Say what it is where the library can't be read in the block for a log that can't be read.

    Raises:
        KnownError: it is so.
    """
    try:
        yield
    except sqlite3.OperationalError as error:
        if not (_has_log(path) and may_be_why(error, path)):
            raise
        raise KnownError(
            f"The library “{path}” is where nothing can be written, and its last words are in its log, which can't be "
            f"read there. Copy it together with “{path.name}-wal” to another folder and open it there."
        ) from error


def _has_log(path: Path) -> bool:
    try:
        return path.with_name(f"{path.name}-wal").stat().st_size > 0
    except OSError:
        return False
