"""The safety of the library itself: a copy while it is in use, an examination, and a new one from the photos' files.

The copy is SQLite's online backup from inside one read transaction, so it is the library at one moment, however busy
the window is. The new library is scanned from the files: what was embedded is in them, so nothing of it is lost with
the old one.

Invariant: a backup or a rebuilt library appears whole, checked and closed, or not at all.
"""

import contextlib
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING

from storage import read_only, refresh, soundness, thumbnails
from storage.exchange.new_file import new_place
from storage.job import Job, KnownError, Progress
from storage.library import Library
from storage.library_place import put_in_place
from storage.migrations import APPLICATION_ID
from storage.photos import shown
from storage.scan import scan
from storage.search import counts
from storage.words import chunks

if TYPE_CHECKING:
    from sqlalchemy import Connection

PAGES = 2_048
"""Pages copied between two looks at whether to stop: 8 MiB at SQLite's 4 KiB, some 20 ms on a disk."""

_INSTRUCTIONS = 100_000
"""Of SQLite's machine between two looks at whether to stop: about a millisecond."""

_STEP = 0.05
"""Seconds between two reports."""


def backup(library: Library, target: Path) -> Job:
    """Copy the library while it is in use; the copy is one file that opens like any library.

    An older backup is replaced; one that was opened since, or another library, is kept beside it under another name.
    Progress counts pages of the database.

    Raises:
        KnownError: the place can't be written or is not a library's, the disk is full, or the library is damaged.
    """
    if target.exists() and not is_library(target):
        raise KnownError(f"“{shown(target)}” exists and is not a library. Choose another name for the backup.")
    if target.exists() and target.samefile(library.path):
        raise KnownError("The backup can't be the library itself. Choose another place, best on another disk.")
    return _backup(library, target)


def _backup(library: Library, target: Path) -> Job:
    with (
        new_place(target, finish=_replace_backup) as temporary,
        ThreadPoolExecutor(1, thread_name_prefix="backup") as pool,
    ):
        reports: SimpleQueue[tuple[int, int]] = SimpleQueue()
        stopped: list[bool] = []

        def report(_: int, remaining: int, total: int) -> None:
            if stopped:
                raise _Stopped
            reports.put((total - remaining, total))

        copying = pool.submit(_copy, library.path, temporary, report)
        try:
            while not copying.done():
                with contextlib.suppress(Empty):
                    done, total = reports.get(timeout=_STEP)
                    yield Progress(stage="backup", done=done, total=total)
            copying.result()
        finally:
            stopped.append(True)
            with contextlib.suppress(Exception):
                copying.result()
    size = target.stat().st_size // 4096
    yield Progress(stage="backup", done=size, total=size)


def _replace_backup(new: Path, target: Path) -> None:
    if target.exists() and soundness.was_opened(target):
        put_in_place(new, target)
    else:
        new.replace(target)


def _integrity(connection: sqlite3.Connection) -> list[str]:
    """The first things that are wrong with a database, ["ok"] where nothing is.

    Not `quick_check`: SQLite 3.40 (Debian 12) then finds NULLs that are not there in tables without rowid whose key
    has not the order of its columns.
    """
    return [str(row[0]) for row in connection.execute("PRAGMA integrity_check(3)")]


class _Stopped(Exception):
    """The one who ran the backup closed it."""


def _copy(source: Path, target: Path, report: Callable[[int, int, int], object]) -> None:
    with _sentences(source), contextlib.closing(_reader(source)) as library:
        library.execute("BEGIN")
        library.execute("SELECT 1 FROM sqlite_master").fetchone()  # from here on it is one moment
        with contextlib.closing(sqlite3.connect(target, isolation_level=None)) as copy:
            library.backup(copy, pages=PAGES, progress=report)
            copy.execute("PRAGMA journal_mode = DELETE")  # one file, without a -wal beside it
            problems = _integrity(copy)
        if problems != ["ok"]:
            raise KnownError(
                f"The library “{shown(source)}” is damaged, so no backup was made ({problems[0]}). Keep your last "
                "backup; “altfolio rebuild” makes a new library from your photos."
            )


def is_library(path: Path) -> bool:
    """Whether a file is a library, by the first 100 bytes (SQLite file format, 1.3)."""
    try:
        with path.open("rb") as stream:
            head = stream.read(100)
    except OSError:
        return False
    return head.startswith(b"SQLite format 3\0") and int.from_bytes(head[68:72], "big") == APPLICATION_ID


def damage(path: Path, *, stopped: Callable[[], bool] = lambda: False) -> str | None:
    """Look through a library for damage, without changing it: a sentence about it, or None.

    Reads the whole file; for a look at start, in the background.

    Args:
        stopped: asked now and then; where it is true the look ends, without having found anything.
    """
    try:
        with contextlib.closing(_reader(path)) as connection:
            connection.set_progress_handler(stopped, _INSTRUCTIONS)
            found = _integrity(connection)
    except sqlite3.OperationalError as error:
        if stopped():
            return None
        found = [str(error)]
    except sqlite3.DatabaseError as error:
        found = [str(error)]
    if found == ["ok"]:
        return None
    return (
        f"The library “{shown(path)}” is damaged ({found[0]}). Restore a backup (“altfolio restore”), or let “altfolio "
        "rebuild” make a new library from the words in your photos. Nothing in your photos is harmed."
    )


@dataclass(frozen=True, slots=True)
class Complaint:
    """One thing that is wrong with a library.

    Attributes:
        kind: "damage", "orphans", "search", "concepts", "writes", "folders", "cache".
        message: what it is and what to do.
        repairable: whether `repair` puts it right.
    """

    kind: str
    message: str
    repairable: bool = False


_LINKS = """
SELECT m.name, k."from", k."table", k."to", k.on_delete FROM sqlite_master m, pragma_foreign_key_list(m.name) k
WHERE m.type = 'table' AND m.name != 'photo' ORDER BY m.name, k.id
"""
"""Which column of which table belongs to which row of another; asked of the library, so that no table is forgotten.
A photo without a folder is left alone: it has no path, but it may still have words."""


def _orphans(connection: "Connection") -> list[tuple[str, str, str]]:
    """Rows that belong to nothing. Foreign keys forbid them; a damaged disk does not ask.

    Returns:
        for each link its table, the condition for such rows, and the statement that puts them right.
    """
    found = []
    for table, column, owner, key, gone in connection.exec_driver_sql(_LINKS):
        condition = f"{column} IS NOT NULL AND {column} NOT IN (SELECT {key} FROM {owner})"
        mend = f"UPDATE {table} SET {column} = NULL" if gone == "SET NULL" else f"DELETE FROM {table}"
        found.append((table, condition, f"{mend} WHERE {condition}"))
    return found


def check(library: Library) -> list[Complaint]:
    """Examine a library: the file, rows that belong to nothing, the search, the concepts, unfinished writes, the cache.

    Changes nothing. An empty list means that all is well.
    """
    harm = damage(library.path)
    if harm is not None:
        return [Complaint("damage", harm)]
    found: list[Complaint] = []
    with library.read() as connection:

        def count(sql: str) -> int:
            return int(connection.exec_driver_sql(sql).scalar_one())

        for table, condition, _ in _orphans(connection):
            number = count(f"SELECT count(*) FROM {table} WHERE {condition}")
            if number:
                found.append(Complaint("orphans", f"{number:,} rows of “{table}” belong to nothing.", True))
        number = count(
            "SELECT (SELECT count(*) FROM photo WHERE (place IS NULL) != (missing_since IS NOT NULL) "
            "OR (place IS NOT NULL AND place NOT IN (SELECT rowid FROM photo_words))) + "
            "(SELECT count(*) FROM photo_words WHERE rowid NOT IN (SELECT place FROM photo WHERE place IS NOT NULL))"
        )
        if number:
            found.append(Complaint("search", f"{number:,} photos are not in the search as they should be.", True))
        number = soundness.gaps(connection)
        if number:
            found.append(Complaint("concepts", f"The tree of concepts lacks {number:,} lines.", True))
        number = count("SELECT count(*) FROM file_write WHERE done = 0")
        if number:
            found.append(
                Complaint(
                    "writes", f"{number:,} writes into photos were interrupted. “altfolio verify” looks at the files."
                )
            )
        troubles = connection.exec_driver_sql("SELECT path, message FROM folder_problem ORDER BY path").all()
    if library.writable and not soundness.index_is_sound(library.path):
        found.append(Complaint("search", "The index of the search is damaged: some photos are not found.", True))
    elif number := soundness.wrong_numbers(library):
        found.append(Complaint("search", f"{number:,} numbers beside tags and folders are wrong.", True))
    found += [Complaint("folders", str(message)) for _, message in troubles]
    found += _cache()
    return found


def _cache() -> Iterator[Complaint]:
    folder = thumbnails.folder()
    if folder.exists() and not os.access(folder, os.W_OK | os.X_OK):
        yield Complaint(
            "cache",
            f"Thumbnails can't be kept in “{shown(folder)}”, so they are made again and again. Allow writing there.",
        )


def repair(library: Library) -> Job:
    """Put right what can be: remove rows that belong to nothing and make search rows and states anew.

    Raises:
        KnownError: the library can't be written.
    """
    sound = soundness.index_is_sound(library.path)
    with library.write() as block:
        run = block.connection.exec_driver_sql
        if not sound:
            soundness.make_index(block.connection)
        soundness.close_gaps(block.connection)
        for _, _, mend in _orphans(block.connection):
            run(mend)
        run("DELETE FROM photo_words WHERE rowid NOT IN (SELECT place FROM photo WHERE place IS NOT NULL)")
        photos = [int(photo) for photo in run("SELECT id FROM photo ORDER BY id").scalars()]
        block.relist()
    done = 0
    for chunk in chunks(photos):
        with library.write() as block:
            # Not `touch`: the photos did not change, and nobody needs to load them again.
            refresh.refresh(block.connection, chunk)
        done += len(chunk)
        yield Progress(stage="repair", done=done, total=len(photos))
    with library.write() as block:
        counts.recount(block.connection)


def known_folders(path: Path) -> list[Path]:
    """The folders of a library, as far as a damaged one still says them."""
    with contextlib.suppress(sqlite3.DatabaseError), contextlib.closing(_reader(path)) as connection:
        return [Path(os.fsdecode(root)) for (root,) in connection.execute("SELECT path FROM root ORDER BY path")]
    return []


def restore(source: Path, path: Path) -> Path | None:
    """Put a backup in the place of a library, which is kept beside it under another name.

    The library must not be open anywhere.

    Returns:
        where the old library is now, None where there was none.

    Raises:
        KnownError: the backup is none, or damaged itself, or it can't be copied; the old library stays in its place.
    """
    if not is_library(source):
        raise KnownError(f"“{shown(source)}” is not a backup of a library. Choose a file that Altfolio made.")
    if path.exists() and source.samefile(path):
        raise KnownError("The backup is the library itself. Choose a file that Altfolio made as a backup.")
    harm = damage(source)
    if harm is not None:
        raise KnownError(f"The backup can't be used. {harm}")
    aside: list[Path | None] = []
    with new_place(path, finish=lambda new, place: aside.append(put_in_place(new, place))) as temporary:
        if source.with_name(source.name + "-wal").exists():  # a library that was killed has its last words there
            _copy(source, temporary, lambda *_: None)
        else:
            shutil.copyfile(source, temporary)
    return aside[0]


def rebuild(old: Path, target: Path, folders: Sequence[Path] = ()) -> Job:
    """Make a new library from the words in the photos' own files. The old library is only read.

    What was approved but never embedded is not in any file: it comes back only from a backup or an export.

    Args:
        old: the library that is to be replaced; its folders and settings are taken over as far as it can be read.
        target: the new library's file, which must not be there yet.
        folders: to scan; none for those of the old library.

    Raises:
        KnownError: the target is there, no folder is known, or it can't be written.
    """
    if target.exists():
        raise KnownError(f"“{shown(target)}” is there already. Choose a new name for the rebuilt library.")
    chosen = list(folders) or known_folders(old)
    if not chosen:
        raise KnownError("The old library does not say its folders any more. Name the folders with your photos.")
    return _rebuild(old, target, chosen)


def _rebuild(old: Path, target: Path, folders: Sequence[Path]) -> Job:
    there = [folder for folder in folders if folder.is_dir()]
    if not there:
        raise KnownError("None of the folders is there. If they are on another disk, connect it.")
    with new_place(target) as temporary:
        try:
            with Library(temporary) as library:
                _take_settings(old, library)
                yield from scan(library, there)
            with contextlib.closing(sqlite3.connect(temporary, isolation_level=None)) as connection:
                connection.execute("PRAGMA journal_mode = DELETE")
        finally:
            for ending in ("-wal", "-shm"):
                temporary.with_name(temporary.name + ending).unlink(missing_ok=True)


_KEPT = ("search.saved", "own_words", "keyword_tree")
"""What people made that no photo's file has, beside their settings: searches, words and the tree of keywords."""


def _take_settings(old: Path, library: Library) -> None:
    """The settings come first: words of files are filed under the user's language."""
    with contextlib.suppress(sqlite3.DatabaseError), contextlib.closing(_reader(old)) as connection:
        rows = connection.execute(
            f"SELECT key, value FROM setting WHERE key LIKE 'user.%' OR key IN ({','.join('?' * len(_KEPT))})", _KEPT
        ).fetchall()
        with library.write() as block:
            for row in rows:
                block.connection.exec_driver_sql("INSERT OR REPLACE INTO setting (key, value) VALUES (?, ?)", row)
            block.settings_changed()


def _reader(path: Path) -> sqlite3.Connection:
    """A connection that only reads."""
    return sqlite3.connect(read_only.address(path), uri=True, isolation_level=None, timeout=20)


@contextlib.contextmanager
def _sentences(source: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code == sqlite3.SQLITE_FULL:
            raise KnownError("The disk for the backup is full. Free some space and try again.") from error
        if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
            raise KnownError(damage(source) or f"The library “{shown(source)}” is damaged.") from error
        if code in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_BUSY):
            raise KnownError(f"The backup could not be written ({error}). Check the disk and try again.") from error
        raise
