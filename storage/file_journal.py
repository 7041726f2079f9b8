"""What the library remembers of writes into files: the intent before, the outcome after, and how to take it back.

The intent, with everything an undo needs, is committed before a file changes; the outcome is committed together with
the photo's new identity and the words that are now in its file. So a crash between the two loses neither: `recover`
looks at the file and finishes the row.
"""

# ruff: noqa: PTH116, PTH120 -- file names are bytes here, which pathlib does not take

import base64
import contextlib
import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path

from sqlalchemy import Connection

from storage import history, settings, suggestions
from storage.import_words import FIELDS, words_json
from storage.job import KnownError
from storage.library import Library, Write
from storage.metadata import undo, write
from storage.metadata.digest import image_digest
from storage.metadata.durable import Identity
from storage.metadata.fields import PhotoWords, in_writing_order
from storage.metadata.read import read_words
from storage.metadata.undo import UndoRecord
from storage.photo_source import identity_of
from storage.scan.walk import sidecar_identity
from storage.shared_writes import SharedWrites
from storage.shown import shown
from storage.words import ApprovedWords, approved_words, fold

STAGE = "embed"
"""Stage of the problems of photos that could not be written."""


class Outcome(IntEnum):
    """What became of a write."""

    UNDER_WAY = 0
    WRITTEN = 1
    TAKEN_BACK = 2
    FAILED = 3


@dataclass(frozen=True, slots=True)
class InFile:
    """What is in a photo's file, looked at outside any write block.

    Attributes:
        identity: of the photo's file.
        sidecar: identity of its sidecars, as a scan stores it.
        words: that a reader finds now.
    """

    identity: Identity
    sidecar: str | None
    words: PhotoWords


def look(photo: Path) -> InFile:
    """Read a photo as it is now.

    Raises:
        KnownError: it can't be read.
    """
    return InFile(*identities(photo), read_words(photo).words)


def identities(photo: Path) -> tuple[Identity, str | None]:
    """Of a photo's file and of its sidecars, as they are now.

    Raises:
        KnownError: it is not there.
    """
    path = os.fsencode(photo)
    try:
        return identity_of(os.stat(path)), sidecar_identity(path)
    except OSError as error:
        raise KnownError(
            f"“{shown(photo.name)}” is no longer there. Connect its disk or scan its folder, and try again."
        ) from error


@dataclass(frozen=True, slots=True)
class AsKnown:
    """A photo's file as the library knows it: identities of file and sidecars, digest of the image data."""

    identity: Identity
    sidecar: str | None
    digest: bytes | None


def as_known(connection: Connection, portion: Iterable[int]) -> dict[int, AsKnown]:
    """What the library knows of the files of some photos, a few hundred at most."""
    ids = ",".join(str(int(photo)) for photo in portion)
    rows = connection.exec_driver_sql(
        f"SELECT id, inode, size, mtime_ns, sidecar, digest FROM photo WHERE id IN ({ids})"
    )
    return {row[0]: AsKnown((row[1], row[2], row[3]), row[4], row[5]) for row in rows}


def check_picture(path: Path, found: InFile, known: AsKnown) -> None:
    """Refuse a file that took the photo's name: words belong to a picture, and only a scan finds out which is where.

    Raises:
        KnownError: another picture is there, or it can't be read.
    """
    if found.identity != known.identity and known.digest is not None and image_digest(path) != known.digest:
        raise KnownError(
            f"“{shown(path.name)}” has another picture now than the one its words are for. Nothing was written; "
            "scan its folder, then try again."
        )


class FileJournal:
    """The journal of one photo in one batch; what `metadata.write.Journal` asks for.

    Attributes:
        words: what is written, in canonical form, which may no longer be what is approved when it is done.
        undoing: the write that is being taken back, or None where words are written.
    """

    def __init__(
        self,
        library: Library,
        photo: int | None,
        path: Path,
        batch: int,
        *,
        words: str = "",
        undoing: int | None = None,
        writes: SharedWrites | None = None,
    ) -> None:
        self._writes = writes or SharedWrites(library)
        self._photo = photo
        self._path = path
        self._batch = batch
        self.words = words
        self.undoing = undoing

    def intent(self, record: UndoRecord) -> int:
        """Commit what is about to happen.

        Returns:
            the row of the write.
        """

        def step(block: Write) -> int:
            run = block.connection.exec_driver_sql
            run(
                "INSERT INTO file_write (batch_id, photo_id, target, intent, at) VALUES (?, ?, ?, ?, ?)",
                (self._batch, self._photo, os.fsencode(record.target), record.to_bytes(), history.now()),
            )
            return int(run("SELECT last_insert_rowid()").scalar_one())

        return self._writes.run(step)

    def done(self, token: int, _identity: Identity | None) -> None:
        """Commit that it happened, with the photo's new identity and words.

        Not flushed: what a power cut takes of it, `recover` finds out again from the intent and the file.
        """
        found = look(self._path) if self._photo is not None else None

        def step(block: Write) -> None:
            if self._photo is not None and found is not None:
                settle(block, self._photo, found, self.words if self.undoing is None else None)
            finish(block, token, Outcome.WRITTEN)
            if self.undoing is not None:
                finish(block, self.undoing, Outcome.TAKEN_BACK)

        self._writes.run(step, flush=False)

    def failed(self, token: int, message: str) -> None:
        """Commit that it did not happen."""
        self._writes.run(lambda block: finish(block, token, Outcome.FAILED, message))


def finish(block: Write, token: int, outcome: Outcome, message: str | None = None) -> None:
    """Write down what became of a write."""
    block.connection.exec_driver_sql(
        "UPDATE file_write SET done = ?, message = ? WHERE id = ?", (int(outcome), message, token)
    )


def settle(block: Write, photo: int, found: InFile, written: str | None) -> None:
    """Bring a photo's row in step with its file.

    Args:
        written: after a write the words that were written, in canonical form; None after a write was taken back.
    """
    run = block.connection.exec_driver_sql
    run(
        "UPDATE photo SET inode = ?, size = ?, mtime_ns = ?, sidecar = ? WHERE id = ?",
        (*found.identity, found.sidecar, photo),
    )
    suggestions.clear_problem(block, photo, STAGE)
    said = words_json(found.words)
    if written is None and run("SELECT outside FROM embedded WHERE photo_id = ?", (photo,)).scalar() is not None:
        # Taking ours back decides nothing between ours and what another program wrote.
        run("UPDATE embedded SET outside = ? WHERE photo_id = ?", (said, photo))
        return
    target = run("SELECT target FROM file_write WHERE photo_id = ? ORDER BY id DESC LIMIT 1", (photo,)).scalar()
    run(
        "INSERT OR REPLACE INTO embedded (photo_id, words, in_file, target, at, ours, outside) "
        "VALUES (?, ?, ?, ?, ?, ?, NULL)",
        (photo, written or "", said, target or b"", history.now(), int(written is not None)),
    )


WRITING = "writing"
"""Key of the setting that names the folders a batch writes in, as long as it does."""


@contextlib.contextmanager
def writing(library: Library, places: Iterable[Path]) -> Iterator[None]:
    """Remember the folders in which temporary files may be, so that the start after a crash can clear them away.

    Args:
        places: the photos that are going to be written.
    """
    with library.read() as connection:
        away = {folder for folder in _remembered(connection) if not folder.is_dir()}
    folders = away | {Path(os.fsdecode(os.path.dirname(os.path.realpath(os.fsencode(place))))) for place in places}
    _remember(library, folders)
    yield
    # Not on an exception either: whatever ended the batch may have left something. Nor where a drive is gone, which
    # took what was being written with it.
    for folder in folders:
        write.sweep(folder)
    _remember(library, {folder for folder in folders if not folder.is_dir()})


def _remember(library: Library, folders: Iterable[Path]) -> None:
    with library.write() as block:
        block.connection.exec_driver_sql(
            "INSERT OR REPLACE INTO setting (key, value) VALUES (?, ?)", (WRITING, folders_json(folders))
        )


def folders_json(folders: Iterable[Path]) -> str:
    """Folders as the setting has them: names that are not text as well."""
    return json.dumps(sorted(base64.b64encode(os.fsencode(folder)).decode() for folder in folders))


def _remembered(connection: Connection) -> set[Path]:
    kept = connection.exec_driver_sql("SELECT value FROM setting WHERE key = ?", (WRITING,)).scalar()
    return {Path(os.fsdecode(base64.b64decode(folder))) for folder in json.loads(kept or "[]")}


def recover(library: Library) -> int:
    """Finish what a crash interrupted: rows of writes that were under way, and what they left in their folders.

    What a process is still writing is left to it.

    Returns:
        how many writes were under way.
    """
    with library.read() as connection:
        rows = connection.exec_driver_sql(
            f"SELECT id, photo_id, intent FROM file_write WHERE done = {int(Outcome.UNDER_WAY)} ORDER BY id"
        ).all()
        places = _remembered(connection)
    if (backup := backup_folder(library)).is_dir():
        places.add(backup)
    records = [(int(token), photo, undo.from_bytes(intent)) for token, photo, intent in rows]
    for folder in sorted({*places, *(record.target.parent for _, _, record in records)}):
        write.sweep(folder)
    for token, photo, record in records:
        _recover_one(library, token, photo, record)
    return len(records)


def backup_folder(library: Library) -> Path:
    """Where a photo's new content waits when its own folder takes no file; beside the library."""
    return library.path.with_name(library.path.name + ".pending")


def _recover_one(library: Library, token: int, photo: int | None, record: UndoRecord) -> None:
    try:
        happened = write.happened(record) or _is_removed(record)
        found = look(record.photo) if happened and photo is not None else None
    except KnownError:
        return  # the drive is not there now; the row waits for the next start
    with library.write() as block:
        outcome = block.connection.exec_driver_sql("SELECT done FROM file_write WHERE id = ?", (token,)).scalar()
        if outcome != Outcome.UNDER_WAY:
            return  # whoever wrote it was not dead, and has finished it meanwhile
        if found is not None and photo is not None:
            chosen = settings.load(block.connection)
            approved = approved_words(block.connection, [photo])[photo]
            if not chosen.write_keywords:
                approved = approved.without_keywords({fold(word) for word in found.words.keywords})
            words = approved.canonical() if _is_meant(record, approved, chosen.language) else ""
            settle(block, photo, found, words if record.kind == "write" else None)
        finish(block, token, Outcome.WRITTEN if happened else Outcome.FAILED, None if happened else "interrupted")
        if happened and record.kind == "undo":
            _finish_undone(block, token, photo, record)


def _is_removed(record: UndoRecord) -> bool:
    """Whether taking a sidecar back, which removes it, has happened."""
    gone = record.kind == "undo" and record.size_after == 0
    return gone and record.target.parent.is_dir() and not record.target.exists()


def _finish_undone(block: Write, token: int, photo: int | None, record: UndoRecord) -> None:
    """The write that an undo took back: the newest that was in the same file."""
    block.connection.exec_driver_sql(
        f"UPDATE file_write SET done = {int(Outcome.TAKEN_BACK)} WHERE id = (SELECT max(w.id) FROM file_write w "
        "JOIN batch b ON b.id = w.batch_id WHERE w.photo_id = ? AND w.target = ? AND w.id < ? AND b.kind = 'embed' "
        f"AND w.done = {int(Outcome.WRITTEN)})",
        (photo, os.fsencode(record.target), token),
    )


def _is_meant(record: UndoRecord, approved: ApprovedWords, language: str) -> bool:
    """Whether what a write put into a file before the crash is still what is approved."""
    texts = (
        in_writing_order(approved.texts.get(FIELDS[name], {}), language) == dict(after)
        for name, (_, after) in record.texts.items()
    )
    keywords = {fold(word) for word in approved.keywords}
    paths = {tuple(map(fold, path)) for path in approved.paths}
    return (
        all(texts)
        and all(fold(word) in keywords for word in record.added)
        and all(tuple(map(fold, path)) in paths for path in record.paths_added)
    )
