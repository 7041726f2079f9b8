"""Undo and redo of what the user did, by batch, across restarts.

Before a batch changes photos, a snapshot of their tags and texts is kept. Undoing puts the snapshot back and keeps
what it replaced, so the same step is the redo. Machine work is not in the history: it never overwrites a person.
Embeddings are in it too; taking them back and doing them again is work on files (`embed_undo`).

Invariant: what is undone can be done again until something new is done; taking back an embedding is nothing new.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from storage.library import Library, Write
from storage.telling import tell
from storage.words import chunks, restore, snapshots

if TYPE_CHECKING:
    from sqlalchemy import Connection

_SETTLED = 2
"""Value of `undone` of an embedding that was taken back and can't be redone: something else was done since."""

KEPT = 1_000
"""Batches of review steps that are kept; older ones are forgotten when a new one begins."""


@dataclass(frozen=True, slots=True)
class Batch:
    """One thing the user did.

    Attributes:
        kind: "review" (tags and texts) or "embed" (files).
        label: for people, in the imperative: "approve 214 photos".
        at: when, UTC, ISO 8601.
        photos: how many photos it changed.
        only: the one that it changed, where it was one and was just taken back or done again; else 0.
    """

    id: int
    kind: str
    label: str
    at: str
    photos: int
    undone: bool
    only: int = 0


def now() -> str:
    """The present moment as the library writes it: UTC, ISO 8601, seconds."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def begin(block: Write, kind: str, label: str, *, again: int | None = None) -> int:
    """A new batch; what had been undone can't be redone after it, unless it is a taking back or a redo itself.

    Args:
        kind: "review", "embed", or "undo" for taking back embeddings.
        again: the embedding that this one does again.

    Returns:
        its id.
    """
    run = block.connection.exec_driver_sql
    if again is not None:
        run("UPDATE batch SET undone = ? WHERE id = ?", (_SETTLED, again))
    elif kind != "undo":
        run("DELETE FROM batch WHERE undone = 1 AND kind = 'review'")
        run("UPDATE batch SET undone = ? WHERE undone = 1", (_SETTLED,))
    run("DELETE FROM batch WHERE kind = 'review' AND id <= (SELECT max(id) FROM batch) - ?", (KEPT,))
    run("INSERT INTO batch (kind, label, at) VALUES (?, ?, ?)", (kind, label, now()))
    block.settings_changed()
    return int(run("SELECT last_insert_rowid()").scalar_one())


def record(block: Write, label: str, photos: Collection[int]) -> int:
    """Keep the words of these photos as they are now, under a new batch. Call it before changing them.

    Returns:
        the batch's id.
    """
    number = begin(block, "review", label)
    for chunk in chunks(photos):
        add_to(block, number, chunk)
    return number


def add_to(block: Write, number: int, photos: Collection[int]) -> None:
    """Keep the words of these photos as they are now under a batch of this block. Call it before changing them."""
    block.connection.exec_driver_sql(
        "INSERT INTO batch_photo (batch_id, photo_id, words) VALUES (?, ?, ?)",
        [(number, photo, words) for photo, words in snapshots(block.connection, photos).items()],
    )


def batches(connection: "Connection", limit: int = 100) -> list[Batch]:
    """What the user did, newest first."""
    return _batches(connection, "ORDER BY b.id DESC LIMIT ?", (limit,))


def _batches(connection: "Connection", which: str, values: tuple[object, ...] = ()) -> list[Batch]:
    return [
        Batch(i, kind, label, at, photos, bool(undone))
        for i, kind, label, at, undone, photos in connection.exec_driver_sql(
            "SELECT b.id, b.kind, b.label, b.at, b.undone, CASE b.kind WHEN 'review' THEN "
            "(SELECT count(*) FROM batch_photo p WHERE p.batch_id = b.id) ELSE "
            "(SELECT count(*) FROM file_write w WHERE w.batch_id = b.id AND w.done IN (1, 2)) END "
            f"FROM batch b {which}",
            values,
        )
    ]


def last_step(connection: "Connection") -> Batch | None:
    """What a person did last and can take back, a review step or an embedding; None where there is nothing."""
    found = _batches(
        connection,
        "WHERE b.undone = 0 AND (b.kind = 'review' OR b.kind = 'embed' AND EXISTS "
        "(SELECT 1 FROM file_write w WHERE w.batch_id = b.id AND w.done = 1)) ORDER BY b.id DESC LIMIT 1",
    )
    return found[0] if found else None


def undone_step(connection: "Connection") -> Batch | None:
    """What was taken back last and can be done again, a review step or an embedding; None where there is nothing."""
    found = _batches(connection, "WHERE b.undone = 1 AND b.kind IN ('review', 'embed') ORDER BY b.id LIMIT 1")
    return found[0] if found else None


def next_undo(connection: "Connection") -> Batch | None:
    """The batch that undo would take back, or None."""
    return next((b for b in batches(connection, KEPT) if b.kind == "review" and not b.undone), None)


def next_redo(connection: "Connection") -> Batch | None:
    """The batch that redo would do again, or None."""
    undone = [b for b in batches(connection, KEPT) if b.kind == "review" and b.undone]
    return undone[-1] if undone else None


def undo(library: Library) -> Batch | None:
    """Take back the newest batch that is not undone. Who listens (`telling`) can stop it; then nothing is changed.

    Returns:
        the batch, or None where there was nothing to undo.
    """
    return _swap(library, redo=False)


def redo(library: Library) -> Batch | None:
    """Do the batch again that was undone last.

    Returns:
        the batch, or None where there was nothing to redo.
    """
    return _swap(library, redo=True)


def _swap(library: Library, *, redo: bool) -> Batch | None:
    with library.write() as block:
        connection = block.connection
        chosen = next_redo(connection) if redo else next_undo(connection)
        if chosen is None:
            return None
        found = connection.exec_driver_sql("SELECT photo_id FROM batch_photo WHERE batch_id = ?", (chosen.id,))
        photos, done = found.scalars().all(), 0
        label = f"{'do again' if redo else 'undo'}: {chosen.label}"
        for chunk in chunks(photos):
            tell(label, done, len(photos))
            _swap_photos(connection, chosen.id, chunk)
            block.refresh(chunk)
            done += len(chunk)
        tell(label, done, len(photos))
        connection.exec_driver_sql("UPDATE batch SET undone = ? WHERE id = ?", (int(not redo), chosen.id))
        block.settings_changed()
    return replace(chosen, only=photos[0]) if len(photos) == 1 else chosen


def _swap_photos(connection: "Connection", batch: int, photos: Sequence[int]) -> None:
    """Exchange the words of these photos with those that the batch kept."""
    run = connection.exec_driver_sql
    ids = ",".join(str(int(photo)) for photo in photos)
    kept = run(f"SELECT photo_id, words FROM batch_photo WHERE batch_id = ? AND photo_id IN ({ids})", (batch,)).all()
    present = snapshots(connection, photos)
    for photo, words in kept:
        restore(connection, photo, words)
    run(
        "UPDATE batch_photo SET words = ? WHERE batch_id = ? AND photo_id = ?",
        [(present[photo], batch, photo) for photo, _ in kept],
    )
    # What machines found since the batch is gone with the rest; the next description proposes it again.
    run(f"UPDATE photo SET described = NULL WHERE id IN ({ids})")
