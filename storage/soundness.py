"""Whether what the search relies on is sound: the full-text index, and the tree of concepts; and whether a library is
at rest, so that its file may be moved.

SQLite's own `integrity_check` (before 3.44) does not look into a full-text index, whose damage shows only as photos
that are not found.
"""

import contextlib
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING

from storage.search import counts

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from storage.library import Library

_GAPS = (
    "FROM concept_above x JOIN concept_above y ON y.concept_id = x.above_id "
    "LEFT JOIN concept_above z ON z.concept_id = x.concept_id AND z.above_id = y.above_id WHERE z.concept_id IS NULL"
)
"""What is above something that is above a concept, but not above the concept itself."""


def in_use(path: Path) -> bool:
    """Whether some program has a library open: a window, or a command that runs.

    In exclusive mode SQLite needs the whole file for itself, which an open library, even one at rest, does not leave
    it (a connection in WAL mode keeps its shared lock). What was not written back yet is, on the way.
    """
    try:
        with contextlib.closing(sqlite3.connect(path, isolation_level=None, timeout=0.2)) as connection:
            connection.execute("PRAGMA locking_mode = EXCLUSIVE")
            connection.execute("BEGIN EXCLUSIVE")
    except sqlite3.DatabaseError as error:
        return getattr(error, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
    return False


def was_opened(path: Path) -> bool:
    """Whether a library was opened since it was made as a backup, and so may have words of its own.

    A backup is one file without a log; opening it as a library gives it one (SQLite file format, 1.3: write version).
    """
    with path.open("rb") as stream:
        return stream.read(19)[18:] == b"\x02"


def index_is_sound(path: Path) -> bool:
    """Whether the full-text index says the same as the search rows.

    FTS5 only answers whoever may write; 1,000,000 photos took 15 s on two busy cores, which edits elsewhere wait for.

    Raises:
        sqlite3.Error: the library can't be written, or something writes to it for too long.
    """
    with contextlib.closing(sqlite3.connect(path, isolation_level=None, timeout=20)) as connection:
        try:
            connection.execute("INSERT INTO photo_words (photo_words) VALUES ('integrity-check')")
        except sqlite3.DatabaseError as error:
            if getattr(error, "sqlite_errorcode", 0) & 0xFF != sqlite3.SQLITE_CORRUPT:
                raise
            return False
    return True


def make_index(connection: "Connection") -> None:
    """Make the full-text index anew from the search rows."""
    connection.exec_driver_sql("INSERT INTO photo_words (photo_words) VALUES ('rebuild')")


def wrong_numbers(library: "Library") -> int:
    """How many tags, folders and other facts have another number of photos than the index says, which must be sound."""
    with library.read() as connection:
        return counts.wrong(connection)


def gaps(connection: "Connection") -> int:
    """How many lines the tree of concepts lacks: a dog is an animal, but its terrier is not."""
    return int(
        connection.exec_driver_sql(
            f"SELECT count(*) FROM (SELECT DISTINCT x.concept_id, y.above_id {_GAPS})"
        ).scalar_one()
    )


def close_gaps(connection: "Connection") -> None:
    """Add the lines that the tree of concepts lacks."""
    while gaps(connection):
        connection.exec_driver_sql(
            f"INSERT INTO concept_above (concept_id, above_id) SELECT DISTINCT x.concept_id, y.above_id {_GAPS}"
        )
