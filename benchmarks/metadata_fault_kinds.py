"""The faults of `metadata_faults`: each is done to copies of real files, and what is left is judged.

A write must leave either the old file, byte for byte, or a proved new one; a failure must be a sentence, and clean up
behind itself; what was killed must be swept and can be written again. Everything is judged from outside, by content.
"""

import contextlib
import os
import random
import resource
import shutil
import signal
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from storage.job import KnownError
from storage.metadata.containers import CONTAINERS
from storage.metadata.containers.base import Refused
from storage.metadata.fields import WordsEdit
from storage.metadata.in_place import sweep
from storage.metadata.read import read_words
from storage.metadata.sniff import HEAD, sniff
from storage.metadata.undo import UndoRecord
from storage.metadata.write import WriteOptions, undo, write_words

EDIT = WordsEdit(
    alt_text={"en": "A red kite above a harbour.", "de": "Ein Rotmilan über einem Hafen."},
    extended_description={"en": "A red kite circles above fishing boats. " * 12},
    keywords_add=("red kite", "harbour"),
)
SAVED = b"saved by another program"
LARGEST = 1_500_000
"""Bytes of the largest file taken: what is larger only makes each of the 2,000 trials slower."""


class FileJournal:
    """A journal as a library would keep one: every line on the disk before the next step."""

    def __init__(self, path: Path, on_intent: Callable[[], None] = lambda: None) -> None:
        self.path, self.on_intent = path, on_intent

    def intent(self, record: UndoRecord) -> str:
        """Note the way back."""
        self._line("intent " + record.to_bytes().hex())
        self.on_intent()
        return "token"

    def done(self, token: Any, identity: Any) -> None:  # noqa: ARG002 – the protocol's signature
        """Note that it happened."""
        self._line("done")

    def failed(self, token: Any, message: str) -> None:  # noqa: ARG002
        """Note that it did not happen."""
        self._line("failed")

    def _line(self, text: str) -> None:
        with self.path.open("a") as file:
            file.write(text + "\n")
            file.flush()
            os.fsync(file.fileno())

    def says_done(self) -> bool:
        """Whether the last write was noted as done."""
        return self.path.exists() and self.path.read_text().endswith("done\n")


@dataclass(frozen=True)
class Case:
    """One photo to be written, and how it lies in its folder: alone, or with a second name (hard link)."""

    name: str
    content: bytes
    linked: bool = False

    @property
    def in_file(self) -> bool:
        """Whether its format is written in the file; else a sidecar."""
        return sniff(self.content[:HEAD]) in CONTAINERS

    def lay(self, folder: Path) -> Path:
        """A fresh copy in an empty folder."""
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        photo = folder / self.name
        photo.write_bytes(self.content)
        if self.linked:
            (folder / "second name").hardlink_to(photo)
        return photo

    def state(self, photo: Path) -> str:
        """ "old", "new" (in the file or beside it), or "harmed"."""
        try:
            now = photo.read_bytes()
            words = read_words(photo)
        except (KnownError, OSError):
            return "harmed"
        texts = {k: v for k, v in words.words.alt_text.items() if k != "x-default"}
        has = texts == EDIT.alt_text and set(EDIT.keywords_add) <= set(words.words.keywords)
        if now == self.content:
            return "new" if has and words.sources.get("alt_text") == "sidecar" else "old"
        try:
            CONTAINERS[sniff(now[:HEAD])].prove(self.content, now)
        except (Refused, KeyError):
            return "harmed"
        return "new" if has else "harmed"

    def leftovers(self, photo: Path) -> list[str]:
        """Files in the folder that no user would expect."""
        expected = {self.name, "second name", self.name + ".xmp"}
        return [path.name for path in photo.parent.iterdir() if path.name not in expected]


@dataclass
class Tally:
    """The figures of one fault."""

    tried: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    harmed: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    leftovers: list[str] = field(default_factory=list)

    @property
    def bad(self) -> int:
        """How many findings there are."""
        return len(self.harmed) + len(self.lost) + len(self.leftovers)

    def row(self, name: str) -> str:
        """One line of the table."""
        seen = ", ".join(f"{count} {what}" for what, count in sorted(self.counts.items()))
        numbers = f"{self.tried:6} {len(self.harmed):7} {len(self.lost):5} {len(self.leftovers):10}"
        return f"{name:34} {numbers}  {seen}"


def cases(folders: Sequence[Path], count: int, work: Path) -> list[Case]:
    """Files that can be written, spread over the formats, every fifth with a hard link; and how long each takes."""
    by_kind: dict[str, list[Path]] = {}
    for path in sorted(p for folder in folders for p in folder.rglob("*") if p.is_file()):
        if 0 < path.stat().st_size <= LARGEST:
            with path.open("rb") as file:
                kind = sniff(file.read(HEAD))
            if kind:
                by_kind.setdefault(kind, []).append(path)
    dice = random.Random(1)
    found: list[Case] = []
    for paths in by_kind.values():
        dice.shuffle(paths)
    while len(found) < count and any(by_kind.values()):
        for kind, paths in by_kind.items():
            if found and kind not in CONTAINERS:
                del paths[1:]  # one of each kind that gets a sidecar is enough
            if paths and len(found) < count:
                path = paths.pop()
                case = Case("photo" + path.suffix, path.read_bytes(), linked=len(found) % 5 == 4)
                with contextlib.suppress(KnownError):
                    photo = case.lay(work / "probe")
                    write_words(photo, EDIT, options=WriteOptions(), journal=FileJournal(work / "journal"))
                    if case.state(photo) == "new":
                        found.append(case)
    return found


def kill(chosen: Sequence[Case], count: int, work: Path) -> Tally:
    """SIGKILL at random moments of `count` writes; then restart, and write again."""
    tally, dice = Tally(), random.Random(2)
    durations = {id(case): _duration(case, work) for case in chosen}
    for _ in range(count):
        case = dice.choice(chosen)
        photo, journal = case.lay(work / "photos"), FileJournal(work / "journal")
        journal.path.unlink(missing_ok=True)
        _killed_child(photo, journal, dice.uniform(0, 1.2 * durations[id(case)]))
        tally.tried += 1
        hidden = [path for path in photo.parent.iterdir() if path.name.startswith(".")]
        sweep(photo.parent)
        state = case.state(photo)
        phase = "killed while writing" if hidden or (state == "old" and journal.path.exists()) else f"left {state}"
        tally.counts[phase] = tally.counts.get(phase, 0) + 1
        _judge(tally, case, photo, state, journal.says_done())
    return tally


def _duration(case: Case, work: Path) -> float:
    """How long a child takes that nobody kills."""
    photo = case.lay(work / "photos")
    return _killed_child(photo, FileJournal(work / "journal"), None)


def _killed_child(photo: Path, journal: FileJournal, delay: float | None) -> float:
    """Write in a child process and kill it after `delay` seconds; how long it lived."""
    read_end, write_end = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(write_end, b"x")
        with contextlib.suppress(KnownError):
            write_words(photo, EDIT, options=WriteOptions(), journal=journal)
        os._exit(0)
    os.read(read_end, 1)
    start = time.perf_counter()
    if delay is not None:
        time.sleep(delay)
        os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    os.close(read_end)
    os.close(write_end)
    return time.perf_counter() - start


def _judge(tally: Tally, case: Case, photo: Path, state: str, said_done: bool) -> None:
    """Count harm; then write again, as the queue would, and see that the words arrive and nothing is left."""
    if state == "harmed":
        tally.harmed.append(f"{case.name} ({len(case.content)} bytes)")
        return
    if said_done and state != "new":
        tally.lost.append(f"{case.name}: said to be done")
    tally.leftovers += case.leftovers(photo)
    try:
        write_words(photo, EDIT, options=WriteOptions(), journal=FileJournal(photo.parent.with_name("journal 2")))
    except KnownError as error:
        tally.lost.append(f"{case.name}: {error}")
        return
    if case.state(photo) != "new":
        tally.lost.append(f"{case.name}: written again, and not there")
    if case.linked and (photo.parent / "second name").stat().st_ino != photo.stat().st_ino:
        tally.harmed.append(f"{case.name}: the hard link was cut")


def in_child(action: Callable[[], None]) -> int:
    """Run in a process of its own, where limits and rights end with it: 0 done, 3 refused with a sentence, 4 a bug."""
    child = os.fork()
    if child == 0:
        code = 4
        try:
            action()
            code = 0
        except KnownError:
            code = 3
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


OUTCOMES = {0: "written", 3: "refused with a sentence"}


def _try(tally: Tally, case: Case, photo: Path, journal: FileJournal, prepare: Callable[[], None]) -> None:
    """One write under a fault that `prepare` sets up in the child: old or new, nothing left, then written."""

    def action() -> None:
        prepare()
        write_words(photo, EDIT, options=WriteOptions(), journal=journal)

    journal.path.unlink(missing_ok=True)
    code = in_child(action)
    tally.tried += 1
    outcome = OUTCOMES.get(code, "crashed")
    tally.counts[outcome] = tally.counts.get(outcome, 0) + 1
    state = case.state(photo)
    if outcome == "crashed" or (outcome == "refused with a sentence") != (state == "old"):
        tally.lost.append(f"{case.name}: {outcome} (exit {code}), but the file is {state}")
    tally.leftovers += case.leftovers(photo)  # before any sweep: a failure cleans up behind itself
    sweep(photo.parent)


def disk_full(chosen: Sequence[Case], work: Path) -> Tally:
    """The disk takes so many bytes of a file and no more (RLIMIT_FSIZE, as EFBIG in place of ENOSPC)."""
    tally = Tally()
    for case in chosen:
        size = len(case.content)
        for limit in (0, 1, 4096, size // 2, size - 1, size, size + 1000, size + 4000):
            photo, journal = case.lay(work / "photos"), FileJournal(work / "journal")

            def prepare(limit: int = limit) -> None:
                signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
                resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

            _try(tally, case, photo, journal, prepare)
            _judge(tally, case, photo, case.state(photo), False)
    return tally


def closed_folder(chosen: Sequence[Case], work: Path) -> Tally:
    """A folder that takes no new file, a protected file, both, and neither, for a user without special rights."""
    tally = Tally()
    for case in chosen:
        for folder_mode, file_mode in ((0o755, 0o644), (0o555, 0o644), (0o755, 0o444), (0o555, 0o444)):
            photo, journal = case.lay(work / "photos"), FileJournal(work / "journal of nobody" / "journal")
            shutil.rmtree(journal.path.parent, ignore_errors=True)
            journal.path.parent.mkdir()
            everything = [photo, photo.parent, journal.path.parent]
            if os.geteuid() == 0:
                for path in everything:
                    os.chown(path, 65534, 65534)
            photo.chmod(file_mode)
            photo.parent.chmod(folder_mode)
            _try(tally, case, photo, journal, lambda: os.seteuid(65534) if os.geteuid() == 0 else None)
            photo.parent.chmod(0o755)
            photo.chmod(0o644)
    return tally


def replaced_meanwhile(chosen: Sequence[Case], work: Path) -> Tally:
    """Another program saves the file, or changes it in place, when the write is all but done: its work must stay."""
    tally = Tally()
    for case in chosen:
        for how in ("replace", "append", "touch", "delete"):
            photo = case.lay(work / "photos")
            results = {"replace": SAVED, "append": case.content + b"more", "touch": case.content, "delete": b""}
            theirs = results[how]

            def interfere(photo: Path = photo, how: str = how, theirs: bytes = theirs) -> None:
                if how == "replace":
                    other = photo.with_name("other")
                    other.write_bytes(theirs)
                    other.replace(photo)
                elif how == "append":
                    with photo.open("ab") as file:
                        file.write(b"more")
                elif how == "delete":
                    photo.unlink()
                else:
                    os.utime(photo)

            journal = FileJournal(work / "journal", interfere)
            code = in_child(lambda photo=photo, journal=journal: write_one(photo, journal))  # type: ignore[misc]
            tally.tried += 1
            outcome = OUTCOMES.get(code, "crashed")
            tally.counts[outcome] = tally.counts.get(outcome, 0) + 1
            found = photo.read_bytes() if photo.exists() else b""
            if found != theirs and not (how == "touch" and case.state(photo) == "new"):
                tally.harmed.append(f"{case.name}: the other program's work is gone ({how})")
            tally.leftovers += case.leftovers(photo)
    return tally


def write_one(photo: Path, journal: FileJournal) -> None:
    write_words(photo, EDIT, options=WriteOptions(), journal=journal)


def undone(chosen: Sequence[Case], work: Path) -> Tally:
    """Every write can be taken back, byte for byte and with its time."""
    tally = Tally()
    for case in chosen:
        photo, journal = case.lay(work / "photos"), FileJournal(work / "journal")
        before = photo.stat().st_mtime_ns
        record = write_words(photo, EDIT, options=WriteOptions(), journal=journal).undo
        if record is not None:
            undo(record, options=WriteOptions(), journal=journal)
        tally.tried += 1
        if photo.read_bytes() != case.content or photo.stat().st_mtime_ns != before:
            tally.harmed.append(case.name)
        tally.leftovers += case.leftovers(photo) + [p.name for p in photo.parent.glob("*.xmp")]
    return tally


def racing(chosen: Sequence[Case], seconds: float, work: Path) -> Tally:
    """Another thread saves the file again and again while it is written: the last one to save must win."""
    tally, dice = Tally(), random.Random(3)
    stop = time.monotonic() + seconds
    plain = [case for case in chosen if not case.linked]
    while time.monotonic() < stop:
        case = dice.choice(plain)
        photo, journal = case.lay(work / "photos"), FileJournal(work / "journal")

        def save(photo: Path = photo, delay: float = dice.uniform(0, 0.08)) -> None:
            time.sleep(delay)
            other = photo.parent.with_name("other")
            other.write_bytes(SAVED)
            other.replace(photo)

        thread = threading.Thread(target=save)
        thread.start()
        with contextlib.suppress(KnownError):
            write_one(photo, journal)
        thread.join()
        tally.tried += 1
        if photo.read_bytes() != SAVED:
            tally.harmed.append(f"{case.name}: the other program's work is gone")
        tally.leftovers += case.leftovers(photo)
    return tally
