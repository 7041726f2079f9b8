"""Faults of a whole embedding, for `metadata_faults`: several files in work at once, with the library's own journal.

`kill -9` at a random moment of an embedding of a dozen photos; then the program starts again, finishes and embeds the
rest. And the order of flushes and renames for each of the photos, read from strace with a log for every thread.
"""

import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.metadata_fault_kinds import Case, Tally
from storage import embed, embed_undo, photos, review
from storage.file_journal import recover
from storage.library import Library
from storage.metadata.read import read_words
from storage.scan import scan
from storage.schema import PhotoState

WORDS = "A red kite above a harbour."
TOGETHER = 12
"""Photos of one embedding, three times as many as are written side by side."""


def prepared(chosen: Sequence[Case], work: Path) -> tuple[Path, dict[Path, bytes]]:
    """A library with a dozen approved photos in a folder; where it is, and what each photo was."""
    for name in ("job", "job library"):
        shutil.rmtree(work / name, ignore_errors=True)
    folder = work / "job"
    folder.mkdir()
    before = {}
    for number, case in enumerate([case for case in chosen if case.in_file and not case.linked][:TOGETHER]):
        path = folder / f"{number}{case.name}"
        path.write_bytes(case.content)
        before[path] = case.content
    place = work / "job library" / "test.altfolio"
    with Library(place) as library:
        list(scan(library, [folder]))
        with library.read() as connection:
            ids = photos.below(connection, folder)
        review.set_text(library, ids, WORDS)
    return place, before


def embed_all(place: Path) -> None:
    """What the child does."""
    with Library(place) as library:
        list(embed.embed(library))


def killed_embedding(chosen: Sequence[Case], count: int, work: Path) -> Tally:
    """Kill embeddings; start again, embed the rest; then take all back, byte for byte."""
    tally, dice = Tally(), random.Random(4)
    whole = _killed(prepared(chosen, work)[0], None)
    for _ in range(count):
        place, before = prepared(chosen, work)
        _killed(place, dice.uniform(0, 1.1 * whole))
        tally.tried += 1
        with Library(place) as library:
            under_way = recover(library)
            name = f"{under_way} under way"
            tally.counts[name] = tally.counts.get(name, 0) + 1
            list(embed.embed(library))
            with library.read() as connection:
                rows = photos.rows(connection, photos.below(connection, work / "job"))
            tally.lost += [
                f"{row.name}: {row.state.name} {row.problem}"
                for row in rows
                if row.state != PhotoState.EMBEDDED or read_words(row.path).words.alt_text.get("en") != WORDS
            ]
            tally.leftovers += [path.name for path in (work / "job").iterdir() if path.name.startswith(".")]
            list(embed_undo.remove_all(library))
        tally.harmed += [path.name for path, content in before.items() if path.read_bytes() != content]
    return tally


def _killed(place: Path, delay: float | None) -> float:
    child = os.fork()
    if child == 0:
        try:
            embed_all(place)
        finally:
            os._exit(0)
    start = time.perf_counter()
    if delay is not None:
        time.sleep(delay)
        os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return time.perf_counter() - start


CALLS = "fsync,fdatasync,rename,renameat,renameat2,link,linkat"
Moment = tuple[float, str, str]
"""(when a flush ended, or a rename or a link began; "flush" or "rename"; the path)."""


def order_side_by_side(chosen: Sequence[Case], work: Path) -> Tally:
    """For each photo of one embedding: new content flushed, then the intent, then renamed, then the folder flushed."""
    tally = Tally()
    place, before = prepared(chosen, work)
    log = work / "threads"
    log.mkdir()
    command = ["strace", "-ff", "-y", "-ttt", "-T", "-qq", "-e", f"trace={CALLS}", "-o", str(log / "thread")]
    if shutil.which("strace") is None:
        tally.counts["strace is not installed"] = 1
        return tally
    done = subprocess.run([*command, sys.executable, "-m", "benchmarks.metadata_faults", "--all", place], check=False)
    logs = list(log.iterdir())
    if done.returncode or not logs:
        tally.counts["strace may not trace here"] = 1
        return tally
    moments = sorted(moment for path in logs for moment in _moments(path.read_text(errors="replace")))
    for path in before:
        tally.tried += 1
        if problem := _wrong_order(moments, path, place):
            tally.harmed.append(f"{path.name}: {problem}")
    tally.counts[f"{len(logs)} threads"] = 1
    shutil.rmtree(log)
    return tally


def _moments(log: str) -> list[Moment]:
    found = []
    for line in log.splitlines():
        call = re.match(r"([\d.]+) (\w+)\((.*)\) += 0 <([\d.]+)>", line)
        if call is None:
            continue
        begun, name, arguments, took = float(call[1]), call[2], call[3], float(call[4])
        if "sync" in name:
            found.append((begun + took, "flush", arguments.split("<", 1)[1].removesuffix(">")))
        else:
            found.append((begun, "rename", re.findall(r'"([^"]*)"', arguments)[0]))
    return found


def _wrong_order(moments: Sequence[Moment], photo: Path, library: Path) -> str:
    """What is wrong with the order of one photo's moments; "" where nothing is."""

    def when(kind: str, fits: Callable[[str], bool], after: float) -> float:
        return next((at for at, what, path in moments if what == kind and at >= after and fits(path)), float("inf"))

    def is_new(path: str) -> bool:
        return Path(path).name.startswith(f".{photo.name}.")

    flushed = when("flush", is_new, 0)
    noted = when("flush", lambda path: path == f"{library}-wal", flushed)
    renamed = when("rename", is_new, 0)
    kept = when("flush", lambda path: path == str(photo.parent), renamed)
    if not flushed < noted < renamed < kept < float("inf"):
        return f"flushed {flushed}, noted {noted}, renamed {renamed}, folder {kept}"
    return ""
