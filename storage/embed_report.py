"""What became of a batch of writes, photo by photo: for people and for programs.

The report is made from the journal whenever it is asked for, so every batch has one for as long as the library keeps
the batch, and it can't be lost or disagree with what was done.
"""

import os
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from storage.file_journal import Outcome
from storage.job import KnownError
from storage.metadata import undo
from storage.photos import shown

VERSION = 1
"""Of the JSON form; raised when a field changes its meaning."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One photo of a batch.

    Attributes:
        photo, target: the photo, and the file that has the words (the photo or its sidecar).
        outcome: "written", "unchanged", "taken back", "failed" or "under way".
        message: why it failed; "" otherwise.
        changes: field → before and after, where something was written.
    """

    photo: Path
    target: Path
    outcome: str
    message: str
    changes: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Report:
    """One batch of writes.

    Attributes:
        undoes: it took back what other batches had written, so what it "wrote" are the words from before.
    """

    batch: int
    label: str
    at: str
    entries: tuple[Entry, ...]
    undoes: bool = False

    def counts(self) -> dict[str, int]:
        """How many photos came to each outcome."""
        return dict(sorted(Counter(entry.outcome for entry in self.entries).items()))

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        return {
            "version": VERSION,
            "batch": self.batch,
            "label": self.label,
            "at": self.at,
            "counts": self.counts(),
            "photos": [
                {
                    "path": shown(entry.photo),
                    "target": shown(entry.target),
                    "outcome": entry.outcome,
                    "message": entry.message or None,
                    "changes": entry.changes,
                }
                for entry in self.entries
            ],
        }

    def as_text(self) -> str:
        """For people: the counts, then each failure and each sidecar with its place."""
        words = {"written": "taken back"} if self.undoes else {}
        said = ", ".join(f"{n} {words.get(o, o)}" for o, n in self.counts().items())
        lines = [f"{self.label[0].upper()}{self.label[1:]}: {said or 'all were as before already'}"]
        for entry in self.entries:
            if entry.message:
                lines.append(f"  {shown(entry.photo)}: {entry.message}")
            elif entry.outcome == "written" and entry.target != entry.photo:
                where = "by the sidecar" if self.undoes else "in the sidecar"
                lines.append(f"  {shown(entry.photo)}: {where} {shown(entry.target.name)}")
        return "\n".join(lines)


def last_batch(connection: Connection) -> int | None:
    """The number of the newest batch of writes, or None before the first."""
    batch = connection.exec_driver_sql("SELECT max(id) FROM batch WHERE kind IN ('embed', 'undo')").scalar()
    return None if batch is None else int(batch)


def last(connection: Connection) -> Report | None:
    """The report of the newest batch of writes, or None before the first."""
    batch = last_batch(connection)
    return None if batch is None else of(connection, batch)


def of(connection: Connection, batch: int) -> Report:
    """The report of a batch.

    Raises:
        KnownError: there is no batch of writes with this number.
    """
    found = connection.exec_driver_sql(
        "SELECT label, at, kind FROM batch WHERE id = ? AND kind IN ('embed', 'undo')", (batch,)
    ).first()
    if found is None:
        raise KnownError(f"There is no embedding with the number {batch}. “altfolio history” lists them.")
    label, at, kind = found
    rows = connection.exec_driver_sql(
        "SELECT w.target, w.intent, w.done, w.message, f.path, p.file FROM file_write w "
        "LEFT JOIN photo p ON p.id = w.photo_id LEFT JOIN folder f ON f.id = p.folder_id "
        "WHERE w.batch_id = ? ORDER BY w.id",
        (batch,),
    )
    return Report(batch, label, at, tuple(_entry(*row) for row in rows), kind == "undo")


def _entry(
    target: bytes, intent: bytes, done: int, message: str | None, folder: bytes | None, file: bytes | None
) -> Entry:
    place = Path(os.fsdecode(target))
    record = undo.from_bytes(intent) if intent else None
    photo = place
    if folder is not None and file is not None:
        photo = Path(os.fsdecode(folder)) / os.fsdecode(file)
    elif record is not None:
        photo = record.photo
    outcome = {
        Outcome.UNDER_WAY: "under way",
        Outcome.WRITTEN: "written",
        Outcome.TAKEN_BACK: "taken back" if record else "unchanged",
        Outcome.FAILED: "failed",
    }[Outcome(done)]
    changes: dict[str, Any] = {}
    if record is not None:
        changes = {name: {"before": dict(old), "after": dict(new)} for name, (old, new) in record.texts.items()}
        if record.added or record.removed:
            changes["keywords"] = {"added": list(record.added), "removed": list(record.removed)}
        if record.paths_added or record.paths_removed:
            joined = [["|".join(path) for path in paths] for paths in (record.paths_added, record.paths_removed)]
            changes["keyword_paths"] = {"added": joined[0], "removed": joined[1]}
    return Entry(photo, place, outcome, message or "", changes)
