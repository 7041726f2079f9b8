"""How long hand-over and safety take in a large library: export, import, report, backup, check, duplicates.

    python -m benchmarks.exchange_speed --photos 1000000 --library /tmp/large.altfolio --scratch /tmp/out

Makes a library of made-up photos where there is none (as `search_speed`). A backup is compared with a plain copy of
the file, the search for likes with comparing each picture with each, measured on a part and extrapolated.
"""

import argparse
import shutil
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.rows import Row
from benchmarks.search_speed import make
from storage import backup, duplicates, search
from storage.exchange.exporting import export
from storage.exchange.importing import ImportOptions, apply_import, plan_import
from storage.exchange.merge import MergeOptions, Rule
from storage.exchange.survey import survey
from storage.library import Library
from storage.near_pairs import near_groups

PART = 20_000
"""Pictures that are compared each with each."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photos", type=int, default=100_000)
    parser.add_argument("--library", type=Path, required=True, help="made where it does not exist")
    parser.add_argument("--scratch", type=Path, required=True, help="folder for what is written")
    arguments = parser.parse_args()
    arguments.scratch.mkdir(parents=True, exist_ok=True)
    make(arguments.library, arguments.photos)
    with Library(arguments.library) as library:
        report(library, arguments.scratch)


def rows(scratch: Path, *, photos: int, kept: Path) -> list[Row]:
    """All that is timed here, as rows of the table of all benchmarks; `kept` as for `search_speed.make`."""
    make(scratch / "exchange.altfolio", photos, kept)
    with Library(scratch / "exchange.altfolio") as library:
        seconds = report(library, scratch)
    copied = seconds["plain copy of the file"]
    made = [Row(stage=f"{what}, {photos:,} photos", unit="s", ours=took) for what, took in seconds.items()]
    return [
        replace(row, peer=copied, against="a plain copy of the file", ratio=row.ours / copied)
        if row.ours is not None and row.stage.startswith("backup")
        else row
        for row in made
    ]


def report(library: Library, scratch: Path) -> dict[str, float]:
    """Time everything once, print a table, and give back the seconds of each line."""
    seconds: dict[str, float] = {}

    def timed(what: str, photos: int, run: Callable[[], object]) -> float:
        seconds[what] = _row(what, photos, run)
        return seconds[what]

    with library.read() as connection:
        ids = list(search.find(connection, ""))
        print(f"{'what':34} {'s':>8} {'µs a photo':>11}")
        timed("report", len(ids), lambda: survey(connection))
        timed("exact copies", len(ids), lambda: duplicates.exact_copies(connection))
    copy = scratch / "copy"
    peer = timed("plain copy of the file", len(ids), lambda: shutil.copyfile(library.path, copy))
    copied = timed("backup, checked", len(ids), lambda: list(backup.backup(library, scratch / "backup.altfolio")))
    print(f"{'':34} {copied / peer:8.1f} times the plain copy")
    timed("check", len(ids), lambda: backup.check(library))
    near(len(ids), timed)
    for ending in ("csv", "json"):
        target = scratch / f"words.{ending}"
        timed(f"export {ending}", len(ids), lambda: list(export(library, ids, target)))  # noqa: B023
        print(f"{'':34} {target.stat().st_size / len(ids):8.0f} bytes a photo")
        options = ImportOptions(merging=MergeOptions(Rule.MIRROR))
        timed(f"import {ending}, nothing new", len(ids), lambda: plan_import(library, target, options))  # noqa: B023
    edited = scratch / "edited.csv"
    edited.write_bytes((scratch / "words.csv").read_bytes().replace(b" beach", b" shore"))
    options = ImportOptions(merging=MergeOptions(Rule.REPLACE))
    plan = plan_import(library, edited, options)
    with Library(scratch / "backup.altfolio") as other:
        took = timed("import csv, write", len(plan.changed), lambda: apply_import(other, plan))
    print(f"{'':34} {took:8.1f} s for {len(plan.changed):,} changed photos")
    return seconds


def near(count: int, timed: Callable[[str, int, Callable[[], object]], float]) -> None:
    """Time the search for likes on as many pictures, a twentieth of which has a like."""
    rng = np.random.default_rng(1)
    looks = rng.integers(0, 2**64 - 1, count, dtype=np.uint64)
    likes = count // 20
    looks[:likes] = looks[likes : 2 * likes] ^ (np.uint64(1) << rng.integers(0, 64, likes).astype(np.uint64))
    fast = timed("likes", count, lambda: near_groups(looks, looks, bits=7, check_bits=12))
    timed("likes, a third in bursts", count, lambda: near_groups(*_bursts(rng, count), bits=7, check_bits=12))
    part = looks[:PART]
    started = time.perf_counter()
    for number in range(len(part)):
        np.flatnonzero(np.bitwise_count(part[number + 1 :] ^ part[number]) <= 7)
    slow = (time.perf_counter() - started) * (count / len(part)) ** 2
    print(f"{'':34} {fast / slow:8.3f} of comparing each with each ({slow:,.0f} s)")


def _bursts(rng: np.random.Generator, count: int) -> "tuple[NDArray[np.uint64], NDArray[np.uint64]]":
    """Pictures of which a third are in bursts of five, whose bits differ by 4 % each."""
    both = rng.integers(0, 2**64 - 1, (2, count), dtype=np.uint64)
    bursts = count // 15
    for number in both:
        for nth in range(1, 5):
            flips = np.packbits(rng.random((bursts, 64)) < 0.04, axis=1).view(np.uint64).ravel()
            number[nth * bursts : (nth + 1) * bursts] = number[:bursts] ^ flips
    return both[0], both[1]


def _row(what: str, photos: int, run: Callable[[], object]) -> float:
    started = time.perf_counter()
    run()
    seconds = time.perf_counter() - started
    print(f"{what:34} {seconds:8.1f} {seconds / max(1, photos) * 1e6:11.1f}", flush=True)
    return seconds


if __name__ == "__main__":
    main()
