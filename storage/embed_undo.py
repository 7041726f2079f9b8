"""Taking back what was written into files: a batch, or everything Altfolio ever wrote.

Each file is restored byte for byte where nobody touched it since, and field by field otherwise (`metadata.undo`). The
words stay in the library, approved, so that they can be embedded again.
"""

import os
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import Connection

from storage import history, photos, settings, suggestions
from storage.batch_step import count_label
from storage.embed import embed, note, options_for, read_again
from storage.file_journal import STAGE, FileJournal, Outcome, finish, look, recover, settle, writing
from storage.job import Job, KnownError, Progress
from storage.library import Library
from storage.metadata import undo as undo_records
from storage.metadata import write
from storage.metadata.undo import UndoRecord

Taken = tuple[int, int | None, Path]
"""A write that is in its file: its row, its photo (None where the photo left the library), the file written."""


def last_batch(connection: Connection) -> int | None:
    """The newest batch of writes that are still in their files, or None."""
    found = connection.exec_driver_sql(
        "SELECT max(w.batch_id) FROM file_write w JOIN batch b ON b.id = w.batch_id "
        f"WHERE w.done = {int(Outcome.WRITTEN)} AND b.kind = 'embed'"
    ).scalar()
    return None if found is None else int(found)


def undo(library: Library, batch: int | None = None) -> Job:
    """Take back one batch of writes.

    Args:
        batch: its id; None for the newest.

    Raises:
        KnownError: there is no such batch of writes.
    """
    recover(library)
    with library.read() as connection:
        chosen = last_batch(connection) if batch is None else batch
        kind = connection.exec_driver_sql("SELECT kind FROM batch WHERE id = ?", (chosen,)).scalar()
    if chosen is not None and kind != "embed":
        raise KnownError(f"There is no embedding with the number {chosen}. “altfolio history” lists them.")
    writes = [] if chosen is None else _writes(library, "w.batch_id = ?", (chosen,))
    yield from _take_back(library, writes, "take back the embedding of", chosen)


def redo(library: Library, batch: int) -> Job:
    """Do an embedding again that was taken back: what is approved now of its photos is written."""
    with library.read() as connection:
        chosen = connection.exec_driver_sql(
            "SELECT DISTINCT photo_id FROM file_write WHERE batch_id = ? AND photo_id IS NOT NULL", (batch,)
        )
        photos_of_it = [int(photo) for photo in chosen.scalars()]
    yield from embed(library, photos_of_it, again=batch)
    with library.write() as block:  # nothing of it is approved any more: there is nothing to offer again
        block.connection.exec_driver_sql("UPDATE batch SET undone = 2 WHERE id = ? AND undone = 1", (batch,))
        block.settings_changed()


def remove_all(library: Library) -> Job:
    """Take back everything that Altfolio ever wrote into files, newest first."""
    recover(library)
    yield from _take_back(library, _writes(library, "b.kind = 'embed'", ()), "remove all words from", None)


def _writes(library: Library, condition: str, values: Sequence[object]) -> list[Taken]:
    with library.read() as connection:
        rows = connection.exec_driver_sql(
            "SELECT w.id, w.photo_id, w.target FROM file_write w JOIN batch b ON b.id = w.batch_id "
            f"WHERE w.done = {int(Outcome.WRITTEN)} AND {condition} ORDER BY w.id DESC",
            tuple(values),
        ).all()
    return [(int(token), photo, Path(os.fsdecode(target))) for token, photo, target in rows]


def _take_back(library: Library, writes: Sequence[Taken], verb: str, undone: int | None) -> Job:
    total, problems = len(writes), 0
    yield Progress(stage="undo", done=0, total=total)
    if not writes:
        return
    with library.read() as connection:
        options = options_for(library, settings.load(connection))
    with library.write() as block:
        batch = history.begin(block, "undo", count_label(verb, total))
    with writing(library, (target for _, _, target in writes)):
        for done, (token, photo, target) in enumerate(writes, start=1):
            problems += not _take_one(library, token, photo, target, batch, options)
            name = photos.shown(target.name)
            yield Progress(stage="undo", done=done, total=total, item=name, problems=problems)
    if undone is not None and not problems:
        with library.write() as block:
            block.connection.exec_driver_sql("UPDATE batch SET undone = 1 WHERE id = ?", (undone,))
            block.settings_changed()


def _take_one(
    library: Library, token: int, photo: int | None, target: Path, batch: int, options: write.WriteOptions
) -> bool:
    with library.read() as connection:
        path = photos.path_of(connection, photo) if photo is not None else None
        intent = connection.exec_driver_sql("SELECT intent FROM file_write WHERE id = ?", (token,)).scalar_one()
        later = _later(connection, token, photo, target)
    try:
        record = undo_records.from_bytes(intent)
        place = path or record.photo
        if later is not None:
            raise KnownError(
                f"“{photos.shown(place.name)}” was written again by the embedding with the number {later}. Take that "
                "one back first."
            )
        if photo is not None:
            read_again(library, photo, place, options.default_language)
        journal = FileJournal(library, photo, place, batch, undoing=token)
        done = write.undo(record, options=options, journal=journal, target=_moved(record, place))
        if done.undo is None:
            found = look(place)
            with library.write() as block:
                finish(block, token, Outcome.TAKEN_BACK)
                if photo is not None:
                    settle(block, photo, found, None)
    except KnownError as error:
        with library.write() as block:
            note(block, batch, photo, target, str(error))
            if photo is not None:
                suggestions.store_problem(block, photo, STAGE, str(error), history.now())
        return False
    return True


def _later(connection: Connection, token: int, photo: int | None, target: Path) -> int | None:
    """The newest batch that wrote into the same file after this write, and is still in it."""
    found = connection.exec_driver_sql(
        "SELECT max(w.batch_id) FROM file_write w JOIN batch b ON b.id = w.batch_id WHERE w.photo_id = ? AND w.id > ? "
        f"AND w.target = ? AND w.done = {int(Outcome.WRITTEN)} AND b.kind = 'embed'",
        (photo, token, os.fsencode(target)),
    ).scalar()
    return None if found is None else int(found)


def _moved(record: UndoRecord, place: Path) -> Path | None:
    """Where the written file is now; None where it is where it was.

    A sidecar moves with its photo, is beside the file that a link leads to, and keeps the form of its name.
    """
    real = Path(os.path.realpath(place))
    if real == record.photo:
        return None
    if record.target == record.photo or record.target.name == record.photo.name:
        return real
    style = record.target.name.startswith(record.photo.name)
    return real.with_name(f"{real.name if style else real.stem}{record.target.suffix}")
