"""What a write leaves behind when it is killed, the disk is full, the folder closed or the file changed meanwhile.

    .venv/bin/python -m benchmarks.metadata_faults FOLDER --kills 2000

Works on copies of up to 60 files of the folder tree, of every format, in a directory of its own (`--work`: the disk
whose behaviour matters). Printed for each fault: how often it was tried, files *harmed* (neither the old file nor a
proved new one), edits *lost* (called done and not there, or impossible to repeat), *leftovers* after the restart's
sweep. Goal: 0 everywhere. The order of flushing and renaming, on which a power cut depends, is read from strace.
"""

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path

from benchmarks.metadata_fault_jobs import embed_all, killed_embedding, order_side_by_side
from benchmarks.metadata_fault_kinds import (
    Case,
    FileJournal,
    Tally,
    cases,
    closed_folder,
    disk_full,
    kill,
    racing,
    replaced_meanwhile,
    undone,
    write_one,
)
from benchmarks.metadata_fault_places import full_disk, links, locked, vanished_drive

CALLS = "openat,write,pwrite64,fsync,fdatasync,rename,renameat,renameat2,link,linkat,unlink,unlinkat,ftruncate"


def power_cut(chosen: Sequence[Case], work: Path) -> Tally:
    """One write of each kind under strace: whatever moment the power goes, a whole file has the name."""
    tally = Tally()
    if shutil.which("strace") is None:
        tally.counts["strace is not installed"] = 1
        return tally
    kinds = {(case.linked, case.in_file): case for case in reversed(chosen)}
    for case in kinds.values():
        photo = case.lay(work / "photos")
        log, journal = work / "strace", work / "journal"
        journal.unlink(missing_ok=True)
        command = ["strace", "-f", "-y", "-qq", "-e", f"trace={CALLS}", "-o", str(log), sys.executable, "-m"]
        done = subprocess.run([*command, "benchmarks.metadata_faults", "--one", photo, journal], check=False)
        if done.returncode or not log.exists():
            tally.counts["strace may not trace here"] = 1
            return tally
        events = events_of(log.read_text(errors="replace"), photo, journal)
        check = in_place_order if case.linked and case.in_file else rename_order
        tally.tried += 1
        tally.harmed += [f"{case.name}: {problem}" for problem in check(events)]
    return tally


def events_of(log: str, photo: Path, journal: Path) -> list[str]:
    """The calls that matter, in order, as "fsync new", "rename", "fsync folder", "open photo", "fsync journal", …"""
    names = {str(photo): "photo", str(photo.parent): "folder", str(journal): "journal"}
    found = []
    for line in log.splitlines():
        call = re.match(r"\d+ +(\w+)\((.*)\) += +(-?\d+)", line)
        if call is None or call[3].startswith("-"):
            continue
        name, paths = call[1].replace("pwrite64", "write").replace("fdatasync", "fsync"), _paths(call[2])
        if name == "openat" and not re.search("O_WRONLY|O_RDWR", call[2]):
            continue
        what = [names.get(path, "new" if re.search("altfolio-(tmp|redo)$", path) else "") for path in paths]
        if any(what):
            found.append(f"{name.removesuffix('at2').removesuffix('at')} {what[0] or what[-1]}")
    return found


def _paths(arguments: str) -> list[str]:
    """The paths among a call's arguments: of a descriptor (`5</a/b>`), or as a string."""
    first = re.match(r"\d+<([^>]*)>", arguments)
    strings = re.findall(r'"([^"]*)"', arguments)
    return [first[1]] if first else strings


def rename_order(events: Sequence[str]) -> list[str]:
    """Problems of a write that replaces: new content flushed, intent flushed, renamed, folder flushed."""
    problems = []
    if any(event in ("open photo", "write photo", "ftruncate photo") for event in events):
        problems.append("the original was opened for writing")
    events = ["rename new" if event == "link new" else event for event in events]  # how a new sidecar gets its name
    order = [last(events, "write new"), first(events, "fsync new"), first(events, "rename new")]
    order.append(first(events, "fsync folder"))
    if not all(a < b for a, b in pairwise(order)):
        problems.append(f"the order is wrong: {events}")
    if not 0 <= first(events, "fsync journal") < first(events, "rename new"):
        problems.append("the intent was not flushed before the change")
    return problems


def in_place_order(events: Sequence[str]) -> list[str]:
    """Problems of a write in place: the redo file is durable before the photo is touched, and goes after its flush."""
    touched = first(events, "open photo")
    before, after = events[:touched], events[touched:]
    problems = []
    if touched < 0 or not 0 <= first(before, "fsync new") < first(before, "rename new") < last(before, "fsync folder"):
        problems.append(f"the redo file was not durable before the photo was touched: {events}")
    if not 0 <= last(after, "write photo") < first(after, "fsync photo") < first(after, "unlink new"):
        problems.append(f"the redo file went before the photo was durable: {events}")
    if not first(before, "fsync journal") >= 0:
        problems.append("the intent was not flushed before the change")
    return problems


def first(events: Sequence[str], event: str) -> int:
    """Where an event comes first; -1 if never."""
    return events.index(event) if event in events else -1


def last(events: Sequence[str], event: str) -> int:
    """Where an event comes last; -1 if never."""
    return len(events) - 1 - events[::-1].index(event) if event in events else -1


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line. Exit code 1 if anything was harmed, lost or left over."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="*", type=Path)
    parser.add_argument("--kills", type=int, default=2000)
    parser.add_argument("--files", type=int, default=60)
    parser.add_argument("--race-seconds", type=float, default=20)
    parser.add_argument("--work", type=Path, help="where to work; a temporary directory unless given")
    parser.add_argument("--one", nargs=2, type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--all", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.one:
        write_one(options.one[0], FileJournal(options.one[1]))
        return 0
    if options.all:
        embed_all(options.all)
        return 0
    with tempfile.TemporaryDirectory(dir=options.work) as folder:
        work = Path(folder)
        work.chmod(0o755)
        chosen = cases(options.folders, options.files, work)
        if not chosen:
            parser.error("name a folder with photos in it")
        faults: dict[str, Callable[[], Tally]] = {
            "kill -9 at a random moment": lambda: kill(chosen, options.kills, work),
            "kill -9 of a whole embedding": lambda: killed_embedding(chosen, options.kills // 20, work),
            "disk full (RLIMIT_FSIZE)": lambda: disk_full(chosen, work),
            "disk full (a small ext4)": lambda: full_disk(chosen, work),
            "drive gone in an embedding": lambda: vanished_drive(chosen, work),
            "locked by another program": lambda: locked(chosen, work),
            "symbolic links": lambda: links(chosen, work),
            "closed folder, protected file": lambda: closed_folder(chosen, work),
            "changed between check and write": lambda: replaced_meanwhile(chosen, work),
            "saved by others at any moment": lambda: racing(chosen, options.race_seconds, work),
            "order of fsync and rename": lambda: power_cut(chosen, work),
            "the same, side by side": lambda: order_side_by_side(chosen, work),
            "undo, byte for byte": lambda: undone(chosen, work),
        }
        print(f"{len(chosen)} files\n{'fault':34} {'tried':>6} {'harmed':>7} {'lost':>5} {'leftovers':>10}")
        bad = 0
        for name, run in faults.items():
            tally = run()
            print(tally.row(name), flush=True)
            for line in (tally.harmed + tally.lost + tally.leftovers)[:20]:
                print(f"    {line}")
            bad += tally.bad
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
