"""Writing words into a photo, or beside it, so that the original can't be harmed.

In the file where its format is written and it is whole; else in a sidecar, with the reason. Every write follows the
same protocol: lock, check, splice in memory, new content in a temporary file, flush, read again, prove, look at the
original once more, note the intent in the library, replace, note that it is done (`durable`, `verify`).

Invariants: what raises has changed nothing, so the edit stays queued; a refusal of the file never loses the words
unless sidecars are switched off; a record for undo is in the library before the file changes.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

from storage.job import KnownError
from storage.metadata import durable, in_place, sidecar
from storage.metadata import fields as f
from storage.metadata.apply import FieldChange, apply
from storage.metadata.containers import CONTAINERS, READ_ONLY
from storage.metadata.containers.base import FileBytes, Piece, Refused
from storage.metadata.durable import Identity, Original
from storage.metadata.in_place import Swept
from storage.metadata.plan import EXIFTOOL_CAUSES, SIDECAR, Plan, WriteOptions, check_policy, make_plan
from storage.metadata.read import read_words
from storage.metadata.sniff import HEAD, sniff
from storage.metadata.undo import UndoRecord, inverse, is_after, record
from storage.metadata.verify import Expected, prove_words, second_reader, verify
from storage.metadata.xmp import Xmp, parse
from storage.photos import shown

__all__ = ["Journal", "WriteOptions", "Written", "happened", "preview", "sweep", "undo", "undo_all", "write_words"]


class Journal(Protocol):
    """What the library remembers of writes, so that a crash loses neither the file nor the way back."""

    def intent(self, record: UndoRecord) -> Any:
        """Store, durably, that this is about to happen; a token for the other two. May raise to stop the write."""

    def done(self, token: Any, identity: Identity | None) -> None:
        """It happened; the target's new identity, None where the target was deleted."""

    def failed(self, token: Any, message: str) -> None:
        """It did not happen; the target is as it was."""


@dataclass(frozen=True, slots=True)
class Written:
    """What became of a write.

    Attributes:
        target: the file that has the words now.
        engine: "splicer", "exiftool", "sidecar", or "unchanged" where it had them already.
        reason: why they are in a sidecar and not in the photo, for the user; None elsewhere.
        cause: short code of the reason for reports ("truncated", "signed", "raw", …).
        undo: None where nothing was changed.
        identity: the target's, None where it was deleted.
        changes: field by field.
    """

    target: Path
    engine: str
    reason: str | None = None
    cause: str | None = None
    undo: UndoRecord | None = None
    identity: Identity | None = None
    changes: tuple[FieldChange, ...] = ()


def write_words(
    path: Path, edit: f.WordsEdit, *, options: WriteOptions, journal: Journal, known: Identity | None = None
) -> Written:
    """Write words into a photo or its sidecar.

    Args:
        path: the photo; a symbolic link is followed and stays one.
        edit: what is to change.
        options: see there.
        journal: the library's memory.
        known: the identity the caller's knowledge of the photo is about; another one is refused.

    Raises:
        KnownError: nothing was changed; the sentence says why and what can be done.
    """
    with durable.opened(path) as original:
        if known is not None and known != original.identity:
            raise KnownError(f"“{shown(path.name)}” was changed by another program. Scan it, then try again.")
        try:
            check_policy(original.path, edit, options)
            plan = make_plan(original.data, edit, options)
            if not plan.applied.values:
                return Written(original.path, "unchanged", identity=original.identity)
            return _in_file(original, plan, options, journal)
        except Refused as refused:
            second = _by_second_engine(original, edit, options, journal, refused)
            if second is not None:
                return second
            if options.sidecar == "never":
                raise
            return _beside(original.path, edit, options, journal, refused)


def preview(path: Path, edit: f.WordsEdit, options: WriteOptions) -> Written:
    """What `write_words` would do, without writing: target, engine, reason and changes; raises KnownError as it would.

    An edit that ExifTool would take over is shown as one for a sidecar, because only trying tells.
    """
    with durable.opened(path) as original:
        try:
            check_policy(original.path, edit, options)
            changes = make_plan(original.data, edit, options).applied.changes
            return Written(original.path, "splicer" if changes else "unchanged", changes=changes)
        except Refused as refused:
            if options.sidecar == "never":
                raise
            target = sidecar.target(original.path, options.sidecar_name)
            xmp = sidecar.load(target.read_bytes(), target.name) if target.exists() else Xmp()
            changes = apply(xmp, edit, default_language=options.default_language).changes
            return Written(target, "sidecar" if changes else "unchanged", str(refused), refused.cause, changes=changes)


def undo(made: UndoRecord, *, options: WriteOptions, journal: Journal, target: Path | None = None) -> Written:
    """Take a write back: exactly where nobody touched the file since, else field by field.

    Args:
        made: the write.
        options: as for writing.
        journal: the undo is noted like a write; its own record redoes it.
        target: where the file is now, if it was moved since.

    Raises:
        KnownError: the file is gone or can't be written.
    """
    place = target or made.target
    with durable.opened(place) as original:
        if is_after(made, original.data):
            return _back(original, made, options, journal)
        edit = _inverse(original, made)
        if edit.empty:
            return Written(original.path, "unchanged", identity=original.identity)
        try:
            plan = make_plan(original.data, edit, replace(options, allow_signed=True))
        except Refused as refused:
            second = _by_second_engine(original, edit, options, journal, refused)
            if second is None:
                raise
            return second
        if not plan.applied.values:
            return Written(original.path, "unchanged", identity=original.identity)
        return _in_file(original, plan, options, journal, photo=made.photo, kind="undo")


def undo_all(made: Sequence[UndoRecord], *, options: WriteOptions, journal: Journal) -> list[Written]:
    """Take back all writes to one target, given oldest first: everything Altfolio ever wrote to it."""
    return [undo(one, options=options, journal=journal) for one in reversed(made) if one.target.exists()]


def happened(made: UndoRecord) -> bool:
    """Whether a write whose intent was noted before a crash is in the file. Raises KnownError if it can't be read."""
    with durable.sentences(made.target):
        if not made.target.exists():
            return False
        with made.target.open("rb") as file:
            size = file.seek(0, 2)
            return is_after(made, FileBytes(size, durable.reader(file.fileno())))


def sweep(folder: Path) -> Swept:
    """Remove what a crash left in a folder, and finish what it interrupted."""
    return in_place.sweep(folder)


def _in_file(
    original: Original, plan: Plan, options: WriteOptions, journal: Journal, *, photo: Path | None = None,
    kind: str = "write",
) -> Written:  # fmt: skip
    made = record(
        photo or original.path, original.path, original.data, plan.pieces,
        mtime_ns=original.status.st_mtime_ns, applied=plan.applied, kind=kind,
    )  # fmt: skip

    def prove(after: FileBytes, path: Path) -> None:
        packet = verify(plan.container, original.data, after, plan.expected)
        with original.path.open("rb") as old, path.open("rb") as new:
            second_reader(plan.kind, old, new, packet, had_packet=plan.container.read_packet(original.data) is not None)

    found, made = _commit(original, plan.pieces, made, prove, options, journal)
    engine = {"XMP": "sidecar", "ExifTool": "exiftool"}.get(plan.kind, "splicer")
    return Written(original.path, engine, None, None, made, found, plan.applied.changes)


def _by_second_engine(
    original: Original, edit: f.WordsEdit, options: WriteOptions, journal: Journal, refused: Refused
) -> Written | None:
    """Let ExifTool write what the splicer refuses; None without it, or where what it makes can't be proved."""
    if options.exiftool is None or refused.cause not in EXIFTOOL_CAUSES:
        return None
    from storage.metadata import exiftool

    try:
        plan = exiftool.plan_with(options.exiftool, original.data, original.path.suffix, edit, options)
        if not plan.applied.values:
            return Written(original.path, "unchanged", identity=original.identity)
        return _in_file(original, plan, options, journal)
    except Refused:
        return None  # the first refusal says more to the user


def _commit(
    original: Original, pieces: Sequence[Piece], made: UndoRecord, prove: durable.Prove, options: WriteOptions,
    journal: Journal, *, mtime_ns: int | None = None,
) -> tuple[Identity, UndoRecord]:  # fmt: skip
    """Replace a file between intent and done; its new identity and the whole record."""
    noted = _Noted(journal, made)
    with noted.failing():
        found = durable.replace(
            original, pieces, prove=prove, commit=noted.intent,
            keep_times=options.keep_times, backup_folder=options.backup_folder, mtime_ns=mtime_ns,
        )  # fmt: skip
    journal.done(noted.token, found)
    return found, noted.record


class _Noted:
    """One record on its way through the journal."""

    def __init__(self, journal: Journal, record: UndoRecord) -> None:
        self.record = record
        self.token: Any = None
        self._journal = journal
        self._begun = False

    def intent(self, kept: bytes) -> None:
        self.record = replace(self.record, kept=kept)
        self.token = self._journal.intent(self.record)
        self._begun = True

    @contextmanager
    def failing(self) -> Iterator[None]:
        """Tell the journal when what was intended did not happen; a crash tells nobody, which `happened` is for."""
        try:
            yield
        except Exception as error:
            if self._begun:
                self._journal.failed(self.token, str(error))
            raise


def _beside(photo: Path, edit: f.WordsEdit, options: WriteOptions, journal: Journal, refused: Refused) -> Written:
    """Write into the sidecar: the one there is, or a new one."""
    target = sidecar.target(photo, options.sidecar_name)
    reason, cause = str(refused), refused.cause
    if target.exists():
        with durable.opened(target) as original:
            sidecar.load(bytes(original.data[:]), target.name)
            plan = make_plan(original.data, edit, options)
            if plan.container is not SIDECAR:
                raise KnownError(f"“{shown(target.name)}” is not an XMP sidecar, so nothing is written to it.")
            if not plan.applied.values:
                return Written(original.path, "unchanged", reason, cause, identity=original.identity)
            done = _in_file(original, plan, options, journal, photo=photo)
            return replace(done, reason=reason, cause=cause)
    said = read_words(photo).words if edit.changes_keywords else f.PhotoWords()
    xmp, start = _first_packet(said), _first_packet(said)
    applied = apply(xmp, edit, default_language=options.default_language, inherited=said.keywords)
    if not applied.values:
        return Written(target, "unchanged", reason, cause)
    packet = b"".join(piece for piece in SIDECAR.splice(b"", xmp.serialise()) if isinstance(piece, bytes))
    made = record(photo, target, b"", [packet], mtime_ns=0, created=True, applied=applied)
    expected = Expected(applied.values, start.others(tuple(applied.values)))
    noted = _Noted(journal, made)
    with noted.failing():
        found = durable.create(
            target, packet, prove=lambda after, _: prove_words(bytes(after), expected), commit=noted.intent
        )
    journal.done(noted.token, found)
    return Written(target, "sidecar", reason, cause, noted.record, found, applied.changes)


def _first_packet(said: f.PhotoWords) -> Xmp:
    """A packet with the hierarchy the file itself has, so that a sidecar, which is read first, does not hide it."""
    xmp = Xmp()
    for place, mark in ((f.HIERARCHY, "|"), (f.TAGS_LIST, "/")):
        fitting = [mark.join(path) for path in said.keyword_paths if not any(mark in part for part in path)]
        xmp.set_items(place, fitting)
    return xmp


def _back(original: Original, made: UndoRecord, options: WriteOptions, journal: Journal) -> Written:
    """The old content again, exactly."""
    if made.created:
        again = record(made.photo, original.path, original.data, (), mtime_ns=original.status.st_mtime_ns, kind="undo")
        noted = _Noted(journal, again)
        with noted.failing():
            durable.remove(original, commit=noted.intent)
        journal.done(noted.token, None)
        return Written(original.path, "splicer", undo=noted.record)
    again = record(
        made.photo, original.path, original.data, made.reverse, mtime_ns=original.status.st_mtime_ns, kind="undo"
    )

    def prove(after: FileBytes, _: Path) -> None:
        if len(after) != made.size_before:
            raise Refused("proof", "The old content could not be made again, so the file is left as it is.")

    found, again = _commit(original, made.reverse, again, prove, options, journal, mtime_ns=made.mtime_ns)
    return Written(original.path, "splicer", undo=again, identity=found)


def _inverse(original: Original, made: UndoRecord) -> f.WordsEdit:
    """What is to be taken back where the file has changed since."""
    kind = sniff(bytes(original.data[:HEAD]))
    container = CONTAINERS.get(kind) or READ_ONLY.get(kind) or SIDECAR
    packet = container.read_packet(original.data)
    if packet is None:
        return f.WordsEdit()
    xmp = parse(packet, lenient=True)
    return inverse(made, {row.name: xmp.lang_alt(row.write) for row in f.TEXT_FIELDS})
