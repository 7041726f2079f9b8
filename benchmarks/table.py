"""Every stage against a peer and against its limit, in one table: what `make bench` shows.

    python -m benchmarks.table [--quick] [--only scan large …] [--folder DIR] [--json FILE] [--list]

Each stage runs in a process of its own, so that neither memory nor a fault of one touches another; its own runs and
those of its peer take turns, and medians are shown. A peer that is not installed is said, not failed. The whole took 36
minutes on two cores, of which 9 are for each of the window, a million files to scan and a million photos to search.
The smaller sizes of `--quick` leave the ratios nearly as they are, except where starting a program counts.
"""

import argparse
import gc
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.rows import Row, from_json, table, to_json

KEPT = "kept"
"""Folder beside those of the stages for what more than one of them needs."""

LONGEST_S = 1_200
"""A stage that takes longer than this is ended and said to have failed."""


@dataclass(frozen=True)
class Sizes:
    """How much is measured.

    Attributes:
        runs: of each thing, in turns with its peer.
        scanned: JPEGs of a first scan.
        files: of the libraries that are scanned again, smallest first.
        pictures: for thumbnails. tagged: for the pipeline.
        searched: photos of the library that is searched. shell: of the one that is searched from the shell, opened in
            the window, exported and imported.
        embedded: JPEGs of 5 MB that words are written into.
    """

    runs: int
    scanned: int
    files: tuple[int, ...]
    pictures: int
    tagged: int
    searched: int
    shell: int
    embedded: int


FULL = Sizes(3, 5_000, (10_000, 100_000, 1_000_000), 24, 32, 1_000_000, 100_000, 1_000)
QUICK = Sizes(2, 1_000, (5_000, 50_000), 6, 4, 50_000, 50_000, 60)


def scan_rows(scratch: Path, sizes: Sizes) -> list[Row]:
    """A first scan."""
    from benchmarks import scan_speed

    return scan_speed.rows(scratch, photos=sizes.scanned, runs=sizes.runs)


def large_rows(scratch: Path, sizes: Sizes) -> list[Row]:
    """Rescans, memory and the library's file."""
    from benchmarks import large_library

    return large_library.rows(scratch, sizes=sizes.files)


def thumbnail_rows(scratch: Path, sizes: Sizes) -> list[Row]:
    """Thumbnails."""
    from benchmarks import thumbnail_speed

    return thumbnail_speed.rows(scratch, photos=sizes.pictures, runs=sizes.runs)


def pipeline_rows(scratch: Path, sizes: Sizes) -> list[Row]:
    """Tagging."""
    from benchmarks import pipeline_speed

    return pipeline_speed.rows(scratch, photos=sizes.tagged, runs=sizes.runs)


def search_rows(scratch: Path, sizes: Sizes) -> list[Row]:
    """A page of photos for each keystroke, and the numbers beside the trees."""
    from benchmarks import search_speed
    from storage import overview, search
    from storage.library import Library

    asked = [(question, False) for question in search_speed.QUESTIONS]
    asked += [(typed, True) for typed in search_speed.TYPED]
    pages: list[float] = []
    trees: list[float] = []
    search_speed.make(scratch / "searched.altfolio", sizes.searched)
    with Library(scratch / "searched.altfolio") as library, library.read() as connection:
        gc.freeze()  # as the window does (`gui.calm`): else looking for cycles everywhere takes 22 ms of some answers
        for _ in range(5):
            for question, typing in asked:
                begun = time.perf_counter()
                search.find_page(connection, question, limit=search_speed.PAGE, typing=typing)
                pages.append((time.perf_counter() - begun) * 1000)
            for _ in range(4):
                begun = time.perf_counter()
                overview.folders(connection)
                overview.concepts(connection)
                trees.append((time.perf_counter() - begun) * 1000)
    whole, said = f"{sizes.searched:,} photos", "p95; the ratio is the time"
    shared: dict[str, Any] = {"unit": "ms", "sign": "≤", "goal": 50, "note": said}
    page, tree = (statistics.quantiles(times, n=20, method="inclusive")[-1] for times in (pages, trees))
    return [
        Row(stage=f"search, first page, {whole}", ours=page, ratio=page, **shared),
        Row(stage=f"search, trees with numbers, {whole}", ours=tree, ratio=tree, **shared),
    ]


def shell_rows(scratch: Path, sizes: Sizes) -> list[Row]:
    """A search from the shell, process and all."""
    from benchmarks import search_speed
    from benchmarks.scan_speed import peer, timed

    place = scratch / "shell.altfolio"
    search_speed.make(place, sizes.shell, scratch.with_name(KEPT))
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # an installed program is compiled
    ask = peer(sys.executable, "main.py", "--library", str(place), "search", "thing7 thing40")
    nothing = peer(sys.executable, "-c", "pass")
    ask()
    ours, theirs, work = [], [], []
    for _ in range(5):
        begun = worked()
        ours.append(timed(ask))
        between = worked()
        theirs.append(timed(nothing))
        work.append(2 * between - begun - worked())
    above = statistics.median(a - b for a, b in zip(ours, theirs, strict=True))
    return [
        Row(
            stage=f"altfolio search, {sizes.shell:,} photos",
            unit="s",
            ours=statistics.median(ours),
            peer=statistics.median(theirs),
            against="python -c pass",
            ratio=above,
            sign="≤",
            goal=0.5,
            note=f"the ratio is the seconds above, of which a core works {statistics.median(work):.2f}",
        )
    ]


def worked() -> float:
    """Seconds for which cores have worked for processes that were started here and have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def embed_rows(scratch: Path, sizes: Sizes) -> list[Row]:
    """Words into photos by the whole job: journal, flushes, proof and library."""
    from benchmarks import metadata_speed as speed
    from storage.metadata.exiftool import ExifTool

    folder = scratch / "photos"
    folder.mkdir()
    found = shutil.which("exiftool")
    tool = ExifTool(Path(found)) if found else None
    prepare, embedding = speed.with_library(folder)
    ways = {
        "copied": speed.one_by_one(speed.copy_and_flush),
        "beside": speed.side_by_side(speed.copy_and_flush),
        "ours": embedding,
    }
    if tool is not None:
        words = ["-overwrite_original", "-XMP-iptcCore:AltTextAccessibility=A grey cat", "-XMP-dc:Subject=cat"]
        ways["exiftool"] = speed.one_by_one(lambda path: tool.run([*words, str(path)]))
    data, each = speed.noise_jpeg(5), sizes.embedded // sizes.runs
    rounds = [speed.measure(ways, {"ours": prepare}, data, each, folder) for _ in range(sizes.runs)]
    if tool is not None:
        tool.close()
    ms = {way: statistics.median(figures[way] for figures in rounds) * 1000 for way in ways}
    stage = f"embedding {each * sizes.runs} JPEGs of 5 MB, each"
    by = "cp + fsync, four side by side"
    ratio = statistics.median(figures["ours"] / figures["copied"] for figures in rounds)
    shared: dict[str, Any] = {"stage": stage, "unit": "ms", "ours": ms["ours"], "limit": ms["beside"], "limited_by": by}
    row = Row(**shared, peer=ms["copied"], against="cp + fsync", ratio=ratio, sign="≤", goal=3)
    if tool is None:
        return [row, Row(**shared, against="exiftool is not installed")]
    ratio = statistics.median(figures["exiftool"] / figures["ours"] for figures in rounds)
    said = "exiftool -stay_open, no fsync"
    most = statistics.median(figures["exiftool"] / figures["beside"] for figures in rounds)
    note = f"a safe writer that did nothing but that would reach {most:.2f}"
    return [row, Row(**shared, peer=ms["exiftool"], against=said, ratio=ratio, sign="≥", goal=3, note=note)]


def window_rows(scratch: Path, sizes: Sizes) -> list[Row]:
    """The window on a large library: start, scrolling, filtering, reviewing."""
    from benchmarks import window_speed

    return window_speed.rows(scratch, photos=sizes.shell)


def exchange_rows(scratch: Path, sizes: Sizes) -> list[Row]:
    """Export, import, backup, check and the search for duplicates."""
    from benchmarks import exchange_speed

    return exchange_speed.rows(scratch, photos=sizes.shell, kept=scratch.with_name(KEPT))


STAGES: dict[str, Callable[[Path, Sizes], list[Row]]] = {
    "scan": scan_rows,
    "thumbnails": thumbnail_rows,
    "tagging": pipeline_rows,
    "embedding": embed_rows,
    "shell": shell_rows,
    "window": window_rows,
    "exchange": exchange_rows,
    "large": large_rows,
    "search": search_rows,
}
"""In the order in which they run: the long ones last."""


def measured(name: str, *, quick: bool, folder: Path) -> list[Row]:
    """The rows of one stage, from a process of its own; one row that says so where it fails."""
    scratch, out = folder / name, folder / f"{name}.json"
    scratch.mkdir()
    try:
        return _ran(name, scratch, out, quick=quick)
    finally:
        shutil.rmtree(scratch)


def _ran(name: str, scratch: Path, out: Path, *, quick: bool) -> list[Row]:
    command = [sys.executable, "-m", "benchmarks.table", "--child", name, str(scratch), str(out)]
    if quick:
        command.append("--quick")
    root = Path(__file__).resolve().parents[1]
    try:
        done = subprocess.run(
            command, cwd=root, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, timeout=LONGEST_S
        )
    except subprocess.TimeoutExpired:
        return [Row(stage=name, unit="", ours=None, note=f"did not end within {LONGEST_S} s")]
    if done.returncode or not out.exists():
        last = done.stderr.decode("utf-8", "replace").strip().splitlines()[-1:]
        return [Row(stage=name, unit="", ours=None, note=f"failed: {' '.join(last)}")]
    return from_json(out.read_text("utf-8"))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="smaller sizes")
    parser.add_argument("--only", nargs="+", choices=STAGES, help="some stages")
    parser.add_argument("--folder", type=Path, help="where to make files; 12 GB for all; a temporary folder without it")
    parser.add_argument("--json", type=Path, help="write the table there too")
    parser.add_argument("--list", action="store_true", help="name the stages")
    parser.add_argument("--child", nargs=3, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.list:
        print("\n".join(STAGES))
        return 0
    if chosen.child:
        name, scratch, out = chosen.child
        Path(out).write_text(to_json(STAGES[name](Path(scratch), QUICK if chosen.quick else FULL)), "utf-8")
        return 0
    begun = time.perf_counter()
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(dir=chosen.folder, prefix="altfolio-bench-") as made:
        for name in chosen.only or STAGES:
            print(f"{time.perf_counter() - begun:6.0f} s  {name} …", file=sys.stderr, flush=True)
            rows += measured(name, quick=chosen.quick, folder=Path(made))
            if chosen.json:
                chosen.json.parent.mkdir(parents=True, exist_ok=True)
                chosen.json.write_text(to_json(rows) + "\n", "utf-8")
    print(table(rows))
    print(f"\n{time.perf_counter() - begun:.0f} s in all", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
