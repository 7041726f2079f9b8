"""One open library: a SQLite file, read by many threads, written by one at a time.

Every change goes through `Library.write()`: it commits all or nothing, brings the search rows and states of the
photos it touched up to date, and then tells the listeners which photos changed. Readers see the last committed state
(WAL) and never wait for a writer.

Measured (see the design's facts): with the driver's own transaction handling a transaction that reads first and writes
later fails with "database is locked" whatever the timeout, so writes begin with BEGIN IMMEDIATE behind one lock of
this process; blocks should stay at 32 photos or fewer, so that an edit in the window never waits long for a job.
"""

import contextlib
import math
import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from storage import migrations, read_only
from storage.job import KnownError

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

BUSY_TIMEOUT_MS = 20_000
"""How long a write waits for another process that is writing to the same library."""

PATIENCE_S = 600.0
"""How long a job in a process of its own waits for the window instead, which may change a hundred thousand photos in
one block: to take back the new texts of ten thousand holds the lock for 8 s, and of more in proportion."""

CACHE_KB = 8 * 1024
"""SQLite's own cache, of each connection. The system caches the file too; with twice as much a scan of a large library
would take 16 MB more memory than of a small one."""

WRITE_BLOCK = 32
"""Most photos a job changes in one write block (measured: edits wait p95 71 ms at this size)."""


@dataclass(frozen=True, slots=True)
class Changes:
    """What one write block changed.

    Attributes:
        photos: ids of the photos whose row, tags, texts or problems changed.
        listing: True where photos came, went or moved, so that lists have to be asked for again.
        settings: True where a setting changed.
    """

    photos: frozenset[int] = frozenset()
    listing: bool = False
    settings: bool = False


class Write:
    """An open write block.

    Attributes:
        connection: the transaction to write with.
    """

    def __init__(self, connection: "Connection") -> None:
        self.connection = connection
        self._photos: set[int] = set()
        self._fresh: set[int] = set()
        self._listing = False
        self._settings = False

    def touch(self, photos: int | Iterable[int]) -> None:
        """Say that these photos change in this block."""
        some = (photos,) if isinstance(photos, int) else tuple(photos)
        self._photos.update(some)
        self._fresh.difference_update(some)

    def refresh(self, photos: Iterable[int]) -> None:
        """Say that these photos were changed and will not be again in this block, and bring them up to date now.

        Most of the time of a large change is spent on that; so who tells how far it is does it portion by portion.
        """
        from storage import refresh

        some = tuple(photos)
        self.touch(some)
        refresh.refresh(self.connection, some)
        self._fresh.update(some)

    @property
    def stale(self) -> frozenset[int]:
        """Photos that were changed and are not up to date yet."""
        return frozenset(self._photos - self._fresh)

    def relist(self) -> None:
        """Say that photos come, go or move in this block."""
        self._listing = True

    def settings_changed(self) -> None:
        """Say that a setting changes in this block."""
        self._settings = True

    def changes(self) -> Changes:
        """What was said so far."""
        return Changes(frozenset(self._photos), self._listing, self._settings)


class Peek:
    """A connection that only asks, with the method of SQLAlchemy's that questions use.

    Attributes:
        driver: the driver's own connection.
    """

    def __init__(self, driver: sqlite3.Connection) -> None:
        self.driver = driver

    def exec_driver_sql(self, statement: str, parameters: tuple[object, ...] = ()) -> Iterable[Any]:
        """The rows that answer a question."""
        return self.driver.execute(statement, parameters)


Listener = Callable[[Changes], None]
"""Called after a commit, in the thread that wrote; must return at once."""


class Library:
    """One library file, open.

    Attributes:
        path: the file.
        writable: False where it can only be read; every `write` is refused then.
    """

    def __init__(self, path: Path) -> None:
        """Open a library, make it if there is none, bring it to the newest schema.

        Raises:
            KnownError: the file can't be opened, is damaged, is not a library, or is newer than this program.
        """
        self.path = path
        self._lock = threading.Lock()
        self._patience: list[float] = []
        self._listeners: list[Listener] = []
        self._made: Engine | None = None
        self._making = threading.Lock()
        self.writable = _prepare(path)

    @property
    def _engine(self) -> "Engine":
        """Made when it is first used, in any thread: the first screen of the window does not wait for its import."""
        with self._making:
            if self._made is None:
                self._made = _engine(self.path, self.writable)
            return self._made

    @contextlib.contextmanager
    def peek(self) -> Iterator["Peek"]:
        """A view through the driver alone, for what the window shows before anything else.

        SQLAlchemy takes 200 ms to import, a third of the time to the first screen of thumbnails.

        Raises:
            KnownError: the library can't be read.
        """
        with _known_errors(self.path), contextlib.closing(_open(self.path, self.writable)) as driver:
            driver.execute("BEGIN")
            yield Peek(driver)

    @contextlib.contextmanager
    def read(self) -> Iterator["Connection"]:
        """A consistent view for the length of the block; never hold it open while waiting for a person.

        Raises:
            KnownError: the library can't be read.
        """
        with _known_errors(self.path), self._engine.connect() as connection, connection.begin():
            yield connection

    @contextlib.contextmanager
    def write(self, *, flush: bool = True) -> Iterator[Write]:
        """A block that commits all or nothing. No file, network or model work inside it.

        Args:
            flush: whether the commit waits until it is on the disk. False is for what a job would just make again: a
                power cut may take the last of it (a crash of the program does not), and the next commit that is
                flushed flushes it too. With blocks of 32 photos the flushes took half the time of a first scan.

        Raises:
            KnownError: the disk is full, the library is locked by another program for too long, or is read-only.
        """
        from storage import refresh

        if not self.writable:
            raise KnownError(_SENTENCES[sqlite3.SQLITE_READONLY].format(name=self.path))
        with self._lock, _known_errors(self.path), self._engine.connect() as connection:
            connection = connection.execution_options(altfolio_write=lambda: max(self._patience, default=0.0))
            with _flushing(connection, flush), connection.begin():
                block = Write(connection)
                yield block
                changes = block.changes()
                refresh.refresh(connection, block.stale)
        self.tell(changes)

    @contextlib.contextmanager
    def patient(self, seconds: float = math.inf) -> Iterator[None]:
        """For the length of the block, writing waits longer for other processes.

        Args:
            seconds: how long. The default is for who knows that it is a process of ours, which ends with the block.
        """
        self._patience.append(seconds)
        try:
            yield
        finally:
            self._patience.remove(seconds)

    def tell(self, changes: Changes) -> None:
        """Call the listeners: after a commit of this object, or of a process that told what it committed."""
        if changes != Changes():
            for listener in tuple(self._listeners):
                listener(changes)

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Call `listener` after every commit that changed something.

        Returns:
            a function that ends it.
        """
        self._listeners.append(listener)

        def stop() -> None:
            with contextlib.suppress(ValueError):
                self._listeners.remove(listener)

        return stop

    def close(self) -> None:
        """Close all connections. The library can't be used afterwards."""
        if self._made is not None:
            self._made.dispose()

    def __enter__(self) -> "Library":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def default_path() -> Path:
    """Where the library is when nobody says otherwise: the user's data folder of the platform.

    XDG base directory specification on Linux, `Application Support` on macOS, `%LOCALAPPDATA%` on Windows.
    """
    return data_folder() / "library.altfolio"


def data_folder() -> Path:
    """The program's folder for things that must be kept, per platform."""
    home = Path.home()
    if os.name == "nt":
        return Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local") / "Altfolio"
    if os.uname().sysname == "Darwin":
        return home / "Library" / "Application Support" / "Altfolio"
    return Path(os.environ.get("XDG_DATA_HOME") or home / ".local" / "share") / "altfolio"


def cache_folder() -> Path:
    """The program's folder for things that can be made again, per platform."""
    home = Path.home()
    if os.name == "nt":
        return Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local") / "Altfolio" / "Cache"
    if os.uname().sysname == "Darwin":
        return home / "Library" / "Caches" / "Altfolio"
    return Path(os.environ.get("XDG_CACHE_HOME") or home / ".cache") / "altfolio"


def _prepare(path: Path) -> bool:
    """Make the library what it has to be; False where it can only be read."""
    with _known_errors(path):
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise KnownError(f"The folder “{path.parent}” for the library can't be made ({error.strerror}).") from error
        try:
            with contextlib.closing(_open(path)) as connection:
                migrations.migrate(connection, path.name)  # before anything is changed: it may be no library
                connection.execute("PRAGMA journal_mode = WAL")
            return read_only.can_write(path)
        except sqlite3.OperationalError as error:
            if not read_only.may_be_why(error, path):
                raise
        with read_only.log_is_needed(path), contextlib.closing(_open(path, writable=False)) as connection:
            migrations.migrate(connection, path.name)
        return False


def _open(path: Path, writable: bool = True) -> sqlite3.Connection:
    connection = sqlite3.connect(
        path if writable else read_only.address(path),
        uri=not writable,
        isolation_level=None,
        check_same_thread=False,
        timeout=BUSY_TIMEOUT_MS / 1000,
        cached_statements=512,
    )
    try:
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA synchronous = FULL")  # an approval must survive a power cut
        connection.execute(f"PRAGMA cache_size = -{CACHE_KB}")
        connection.execute("PRAGMA temp_store = MEMORY")
    except BaseException:
        connection.close()  # else a damaged library stays locked, and no backup can take its place
        raise
    return connection


@contextlib.contextmanager
def _flushing(connection: "Connection", flush: bool) -> Iterator[None]:
    """With a write-ahead log "NORMAL" leaves out the flush at a commit, and nothing else."""
    driver: Any = connection.connection.driver_connection
    if not flush:
        driver.execute("PRAGMA synchronous = NORMAL")
    try:
        yield
    finally:
        if not flush:
            driver.execute("PRAGMA synchronous = FULL")


def _engine(path: Path, writable: bool) -> "Engine":
    from sqlalchemy import create_engine, event
    from sqlalchemy.pool import NullPool, QueuePool

    how: dict[str, Any] = {"poolclass": QueuePool, "pool_size": 4, "max_overflow": 16, "pool_use_lifo": True}
    if not writable:
        how = {"poolclass": NullPool}
    made = create_engine("sqlite://", creator=lambda: _open(path, writable), **how)
    event.listen(made, "begin", _begin)
    return made


def _begin(connection: "Connection") -> None:
    patience: Callable[[], float] | None = connection.get_execution_options().get("altfolio_write")
    if patience is None:
        connection.exec_driver_sql("BEGIN")
        return
    begun = time.monotonic()
    driver: Any = connection.connection.driver_connection
    while True:
        try:
            driver.execute("BEGIN IMMEDIATE")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() - begun > patience():
                raise


class DamagedError(KnownError):
    """A library's file is damaged, or it is none; `storage.backup` has what can be done."""


@contextlib.contextmanager
def _known_errors(path: Path) -> Iterator[None]:
    """Turn what the environment does to SQLite into sentences; everything else stays a bug."""
    try:
        yield
    except Exception as error:
        cause: Any = getattr(error, "orig", error)
        if not isinstance(cause, sqlite3.Error):
            raise
        code = getattr(cause, "sqlite_errorcode", 0) & 0xFF
        sentence = _SENTENCES.get(code)
        if sentence is None:
            raise
        kind = DamagedError if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB) else KnownError
        raise kind(sentence.format(name=path)) from error


_SENTENCES = {
    sqlite3.SQLITE_FULL: "The disk that holds the library “{name}” is full. Free some space and try again; "
    "nothing was lost.",
    sqlite3.SQLITE_BUSY: "Another program has been using the library “{name}” for too long. Close it and try again.",
    sqlite3.SQLITE_READONLY: "The library “{name}” can only be read, so nothing is kept. Change its permissions, or "
    "copy it to a disk that can be written.",
    sqlite3.SQLITE_CANTOPEN: "The library “{name}” can't be opened. Check that its folder exists and can be "
    "written to.",
    sqlite3.SQLITE_CORRUPT: "The library “{name}” is damaged; the words already in your photos are safe. “altfolio "
    "restore BACKUP” puts a backup in its place, “altfolio rebuild FILE” makes a new library from your photos.",
    sqlite3.SQLITE_NOTADB: "“{name}” is not an Altfolio library, or its beginning is damaged. “altfolio restore "
    "BACKUP” puts a backup in its place, “altfolio rebuild FILE” makes a new library from your photos.",
    sqlite3.SQLITE_IOERR: "The disk that holds the library “{name}” reports an error. Check the disk and try again.",
}
