"""Approved words into the photos' own files: what would change, and writing it.

The safe protocol of one file is `metadata.write`, the library's memory of it `file_journal`; here is what surrounds
them: which photos, which words, and what becomes of a failure. What is left to do is a query (photos in state
APPROVED), so an embedding that was killed goes on when it is called again.

Invariants: nothing is written that was not approved; a field is only touched where the library's words differ from what
is in the file, so words of other programs stay; a photo that can't be written becomes a problem of that photo and
stays approved; a file that another program changed is read again before anything is written into it.
"""

import contextlib
import os
import shutil
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import cast

from sqlalchemy import Connection

from storage import history, photos, settings, suggestions
from storage.ahead import in_order
from storage.batch_step import count_label
from storage.embed_edit import Known, edit_for, last_known, to_be_written
from storage.file_journal import (
    STAGE,
    AsKnown,
    FileJournal,
    Outcome,
    as_known,
    backup_folder,
    check_picture,
    identities,
    look,
    recover,
    settle,
    writing,
)
from storage.import_words import FileWords, import_words
from storage.job import Job, KnownError, Progress
from storage.library import Library, Write
from storage.metadata import durable, write
from storage.metadata.apply import FieldChange
from storage.metadata.fields import TEXT_FIELDS, WordsEdit
from storage.metadata.plan import SidecarPolicy
from storage.metadata.sidecar import NameStyle
from storage.schema import PhotoState
from storage.shared_writes import SharedWrites
from storage.words import approved_words, chunks

SIDE_BY_SIDE = 4
"""Photos that are written at once. One alone waits for the disk more than half of its time; more than four are no
faster on two cores, and would be written with words that are edited in the meantime."""

PORTION = 64
"""Photos whose words are read in one query where nothing is written."""


@dataclass(frozen=True, slots=True)
class PlannedWrite:
    """What embedding would do to one photo.

    Attributes:
        changes: each field before and after; empty where the file says it all already.
        target: the file or sidecar that would be written, None where nothing can be written.
        reason: why a sidecar is written, or why nothing can be; "" for a plain write.
    """

    photo: int
    path: Path
    changes: tuple[FieldChange, ...]
    target: Path | None
    reason: str = ""


def waiting(connection: Connection) -> list[int]:
    """The photos whose approved words are not in their file yet."""
    return photos.in_state(connection, PhotoState.APPROVED)


def options_for(library: Library, chosen: settings.Settings) -> write.WriteOptions:
    """How the user's settings want files to be written."""
    exiftool = shutil.which("exiftool") if chosen.exiftool else None
    return write.WriteOptions(
        sidecar=cast("SidecarPolicy", chosen.sidecar),
        sidecar_name=cast("NameStyle", chosen.sidecar_name),
        keep_times=chosen.keep_times,
        allow_signed=chosen.write_signed,
        exiftool=Path(exiftool) if exiftool else None,
        default_language=chosen.language,
        backup_folder=backup_folder(library),
    )


@dataclass(frozen=True, slots=True)
class _Task:
    photo: int
    path: Path
    edit: WordsEdit
    words: str
    known: AsKnown


def _tasks(library: Library, chosen: Sequence[int], now: settings.Settings) -> Iterator[_Task]:
    for start in range(0, len(chosen), PORTION):
        yield from _portion(library, chosen[start : start + PORTION], now)


def _places(library: Library, chosen: Sequence[int]) -> Iterator[Path]:
    """Where these photos are."""
    for portion in chunks(chosen):
        ids = ",".join(map(str, portion))
        with library.read() as connection:
            rows = connection.exec_driver_sql(
                f"SELECT f.path, p.file FROM photo p JOIN folder f ON f.id = p.folder_id WHERE p.id IN ({ids})"
            ).all()
        yield from (Path(os.fsdecode(folder)) / os.fsdecode(file) for folder, file in rows)


def _portion(library: Library, portion: Sequence[int], now: settings.Settings) -> list[_Task]:
    with library.read() as connection:
        words = approved_words(connection, portion)
        known = last_known(connection, portion)
        paths = {photo: photos.path_of(connection, photo) for photo in portion}
        files = as_known(connection, portion)
    return [
        _Task(
            photo,
            path,
            edit_for(words[photo], known.get(photo, Known()), language=now.language, keywords=now.write_keywords),
            to_be_written(words[photo], known.get(photo, Known()), keywords=now.write_keywords).canonical(),
            files[photo],
        )
        for photo, path in paths.items()
        if path is not None
    ]


def plan(library: Library, chosen: Sequence[int] | None = None) -> Iterator[PlannedWrite]:
    """What `embed` would do, photo by photo, without writing anything.

    Args:
        chosen: ids; None for every photo whose approved words are not in its file.
    """
    wanted, now = _begin(library, chosen)
    options = options_for(library, now)
    for task in _tasks(library, wanted, now):
        try:
            planned = write.preview(task.path, task.edit, options)
        except KnownError as error:
            yield PlannedWrite(task.photo, task.path, (), None, str(error))
        else:
            yield PlannedWrite(task.photo, task.path, planned.changes, planned.target, planned.reason or "")


def _begin(library: Library, chosen: Sequence[int] | None) -> tuple[list[int], settings.Settings]:
    with library.read() as connection:
        now = settings.load(connection)
        approved = waiting(connection)
    if chosen is not None:
        ready = frozenset(approved)
        approved = [photo for photo in dict.fromkeys(chosen) if photo in ready]
    return approved, now


def embed(library: Library, chosen: Sequence[int] | None = None, *, again: int | None = None) -> Job:
    """Write approved words into files, each by the safe protocol, a few of them side by side.

    Args:
        chosen: ids; those that are not approved are left out. None for all that are.
        again: the embedding that was taken back and is done again.
    """
    recover(library)
    wanted, now = _begin(library, chosen)
    options = options_for(library, now)
    total, problems = len(wanted), 0
    yield Progress(stage="embed", done=0, total=total)
    if not wanted:
        return
    with library.write() as block:
        batch = history.begin(block, "embed", count_label("embed", total), again=again)
    run = _Run(library, batch, options, now, SharedWrites(library), _Places())
    with writing(library, _places(library, wanted)), ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        results = in_order(pool, partial(_embed_one, run), wanted, ahead=SIDE_BY_SIDE)
        with contextlib.closing(results):
            for done, (name, written) in enumerate(results, start=1):
                problems += not written
                yield Progress(stage="embed", done=done, total=total, item=name, problems=problems)


class _Places:
    """Which files are being written: two photos that are one file (links) have to wait for each other."""

    def __init__(self) -> None:
        self._taken: set[tuple[int, int]] = set()
        self._changed = threading.Condition()

    @contextlib.contextmanager
    def hold(self, path: Path) -> Iterator[None]:
        """Wait until nobody else holds the file, and hold it for the length of the block."""
        try:
            status = path.stat()
        except OSError:  # what is not there is not written
            yield
            return
        key = status.st_dev, status.st_ino
        with self._changed:
            self._changed.wait_for(lambda: key not in self._taken)
            self._taken.add(key)
        try:
            yield
        finally:
            with self._changed:
                self._taken.discard(key)
                self._changed.notify_all()


@dataclass(frozen=True, slots=True)
class _Run:
    """One embedding, as its threads need it."""

    library: Library
    batch: int
    options: write.WriteOptions
    now: settings.Settings
    writes: SharedWrites
    places: _Places


def _embed_one(run: _Run, photo: int) -> tuple[str, bool]:
    """Write one photo, if it is still approved.

    Returns:
        its name, and False where it could not be written; the reason is then a problem of the photo.
    """
    # Asked for each photo right before it is written: its words may have been edited since the job began.
    task = _still_waiting(run.library, photo, run.now)
    if task is None:
        return "", True
    with run.places.hold(task.path):
        return photos.shown(task.path.name), _write(run, task)


def _still_waiting(library: Library, photo: int, now: settings.Settings) -> _Task | None:
    """The task of a photo as it is approved at this moment; None where it is no longer approved."""
    with library.read() as connection:
        rows = photos.rows(connection, [photo])
    if not rows or rows[0].state != PhotoState.APPROVED:
        return None
    return next(iter(_portion(library, [photo], now)), None)


def _write(run: _Run, task: _Task) -> bool:
    library, batch = run.library, run.batch
    try:
        current = _in_step(library, task, run.now)
        if current is not None:
            before = _words_before(library, task.photo)
            journal = FileJournal(library, task.photo, task.path, batch, words=current.words, writes=run.writes)
            done = write.write_words(
                task.path, current.edit, options=run.options, journal=journal, known=current.known.identity
            )
            if done.undo is None:
                _settle_unchanged(library, current, batch, done)
            _check_removed(library, current, before)
    except KnownError as error:
        reason = str(error)  # which does not outlive the clause
        if _embedded_by_others(library, task.photo):
            return True

        def fail(block: Write) -> None:
            suggestions.store_problem(block, task.photo, STAGE, reason, history.now())
            note(block, batch, task.photo, task.path, reason)

        run.writes.run(fail)
        return False
    return True


def _embedded_by_others(library: Library, photo: int) -> bool:
    """Whether another embedding was quicker, and the words are in the file, or will be in a moment."""
    patience = time.monotonic() + durable.PATIENCE
    while True:
        with library.read() as connection:
            rows = photos.rows(connection, [photo])
            under_way = connection.exec_driver_sql(
                f"SELECT 1 FROM file_write WHERE photo_id = ? AND done = {int(Outcome.UNDER_WAY)}", (photo,)
            ).first()
        if under_way is None or time.monotonic() > patience:
            return bool(rows) and rows[0].state == PhotoState.EMBEDDED
        time.sleep(0.01)


def _in_step(library: Library, task: _Task, now: settings.Settings) -> _Task | None:
    """The task for the file as it is now: one that was changed since the last scan is read again first.

    Returns:
        None where there is nothing left to write, because the file has the words already.

    Raises:
        KnownError: what another program wrote disagrees with what was approved, so a person has to decide; or the
            file has another picture.
    """
    if not read_again(library, task.photo, task.path, now.language):
        return task
    with library.read() as connection:
        rows = photos.rows(connection, [task.photo])
    if rows and rows[0].state == PhotoState.STALE:
        raise KnownError(
            f"Another program changed the words in “{photos.shown(task.path.name)}”. Nothing was written; compare "
            "both and choose which to keep."
        )
    return _still_waiting(library, task.photo, now)


def read_again(library: Library, photo: int, path: Path, language: str) -> bool:
    """Bring in the words of a file that is not as the library knows it.

    Returns:
        whether it was not.

    Raises:
        KnownError: it has another picture, or can't be read.
    """
    with library.read() as connection:
        known = as_known(connection, [photo])[photo]
    if identities(path) == (known.identity, known.sidecar):
        return False
    found = look(path)
    check_picture(path, found, known)
    with library.write() as block:
        block.connection.exec_driver_sql(
            "UPDATE photo SET inode = ?, size = ?, mtime_ns = ?, sidecar = ? WHERE id = ?",
            (*found.identity, found.sidecar, photo),
        )
        import_words(block, [FileWords(photo, os.fsencode(path), found.words)], language=language)
        block.touch(photo)
    return True


def _settle_unchanged(library: Library, task: _Task, batch: int, done: write.Written) -> None:
    """The file says it all already: nothing was written, and the library knows it now."""
    found = look(task.path)
    with library.write() as block:
        settle(block, task.photo, found, task.words)
        note(block, batch, task.photo, done.target, None)


def _words_before(library: Library, photo: int) -> str:
    with library.read() as connection:
        return str(connection.exec_driver_sql("SELECT words FROM embedded WHERE photo_id = ?", (photo,)).scalar() or "")


def _check_removed(library: Library, task: _Task, before: str) -> None:
    """Say so where a text that was to go is still found: a sidecar can't take away what is in the photo itself.

    Raises:
        KnownError: the photo still has it; it waits to be embedded again.
    """
    gone = [row.name for row in TEXT_FIELDS if task.edit.texts(row.name) == {}]
    if not gone:
        return
    with library.read() as connection:
        in_file = last_known(connection, [task.photo])[task.photo].in_file
    if any(in_file.texts(name) for name in gone):
        with library.write() as block:  # the words that were there before, so that the photo waits
            block.connection.exec_driver_sql("UPDATE embedded SET words = ? WHERE photo_id = ?", (before, task.photo))
            block.touch(task.photo)
        raise KnownError(
            f"“{photos.shown(task.path.name)}” itself still has a text that was removed, and its sidecar can't take "
            "that away. Let the settings write into photos, then embed again."
        )


def note(block: Write, batch: int, photo: int | None, target: Path, message: str | None) -> None:
    """Keep an outcome without a write for the batch's report: a failure, or None where nothing had to be changed."""
    outcome = Outcome.FAILED if message else Outcome.TAKEN_BACK
    block.connection.exec_driver_sql(
        "INSERT INTO file_write (batch_id, photo_id, target, intent, done, message, at) VALUES (?, ?, ?, x'', ?, ?, ?)",
        (batch, photo, os.fsencode(target), int(outcome), message, history.now()),
    )
