"""What a large library costs: a rescan against find, peak memory against that of a small library, bytes in the file.

    python -m benchmarks.large_library [--files 10000 100000 1000000] [--tagged 20000] [--folder DIR]

The files are hard links of small photos, 1,000 in a folder, so that a million of them fit on any disk. A first scan and
the tagging and describing of what it found run in one process of their own, as `altfolio run` does it, which is asked
for its peak memory after each. Tagging is the real job with the real onnxruntime, but with a tiny network
(`benchmarks.tiny_pack`), so that many photos can be looked at: all of a small library, `TAGGED` of a large one unless
`--tagged` says more. The limit of a rescan is `os.scandir` and `stat` of every file, the least that
CPython can do.
"""

import argparse
import io
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.rows import Row, table
from benchmarks.scan_speed import IN_A_FOLDER, peer, timed
from storage.job import Job, Progress
from storage.library import Library
from storage.scan import scan

if TYPE_CHECKING:
    from inference.jobs import LoadedPack

ORIGINALS = 1000
"""Photos that are linked; ext4 allows 65,000 names of one file."""

TAGGED = 20_000
"""Photos of the largest library that are tagged and described."""

STAGES = {"scan": ("scan",), "describe": ("scan", "tag", "describe")}
"""Stages that are done once another one is."""

DONE = {"scan": "scanned", "tag": "tagged", "describe": "described"}

TAGS = 10
TEXT = "A brown dog runs along the beach behind a red ball, and two people watch it from the pier."


def make_links(originals: Path, folder: Path, count: int) -> None:
    """Make the files, of `ORIGINALS` photos in a folder of their own."""
    from PIL import Image

    originals.mkdir(parents=True, exist_ok=True)
    for number in range(ORIGINALS):
        stream = io.BytesIO()
        Image.effect_noise((64, 48), 60).convert("RGB").save(stream, "JPEG", quality=60, comment=f"{number}")
        (originals / f"{number}.JPG").write_bytes(stream.getvalue())
    for number in range(count):
        inner = folder / f"{number // IN_A_FOLDER:04}"
        if number % IN_A_FOLDER == 0:
            inner.mkdir(parents=True, exist_ok=True)
        os.link(originals / f"{number % ORIGINALS}.JPG", inner / f"IMG_{number:07}.JPG")


def child(library: Path, folder: Path, most: int) -> dict[str, Any]:
    """`run_child` in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.large_library", "--child", str(library), str(folder), str(most)]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def run_child(place: Path, folder: Path, most: int) -> dict[str, object]:
    """A first scan, then tagging and describing of so many photos.

    Returns:
        for each of the three: photos, seconds, and the peak in MB until its end. The processes that read photos for a
        scan take 30 MB each, whatever there is, and are not counted.
    """
    from inference import engine, jobs, runtime

    found: dict[str, object] = {}

    def do(stage: str, job: Job) -> None:
        ends = Progress(stage=stage, done=0)

        def work() -> None:
            nonlocal ends
            with closing(job):
                for ends in job:
                    if stage != "scan" and ends.done >= most:
                        return

        seconds = timed(work)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        found[stage] = {"photos": ends.done, "seconds": seconds, "peak": peak, "problems": ends.problems}

    with Library(place) as library:
        do("scan", scan(library, [folder]))
        packs, workers = tiny_packs(), runtime.workers("all cores")
        do("tag", jobs.tag(library, packs, workers=workers))
        do("describe", jobs.describe(library, engine.rules(library, "en")))
    return found


def tiny_packs() -> "list[LoadedPack]":
    """What looks at every photo: the facts that need no model, as always, and the tiny network."""
    from benchmarks import tiny_pack
    from inference import decoders, photo_facts
    from inference.jobs import LoadedPack

    with tempfile.TemporaryDirectory() as made:
        eye = decoders.load(tiny_pack.make_pack(Path(made, "tiny")))
    facts = LoadedPack("facts", photo_facts.VERSION, photo_facts.look)
    return [facts, LoadedPack(eye.pack.id, eye.pack.version, eye.look)]


def rescans(place: Path, folder: Path, runs: int) -> Row:
    """A rescan of a library in which nothing changed."""
    find = shutil.which("find")
    ours, theirs, least = [], [], []
    with Library(place) as library:
        list(scan(library))  # what is loaded and cached at the first time belongs to neither
        for _ in range(runs):
            ours.append(timed(lambda: [None for _ in scan(library)]))
            least.append(timed(lambda: _stat_all(folder)))
            if find:
                theirs.append(timed(peer(find, str(folder), "-printf", "%p %s %T@\\n")))
        with library.read() as connection:
            count = connection.exec_driver_sql("SELECT count(*) FROM photo").scalar_one()
    return Row(
        stage=f"rescan, {count:,} files unchanged",
        unit="s",
        ours=statistics.median(ours),
        peer=statistics.median(theirs) if theirs else None,
        against="find -printf" if find else "find is not installed",
        limit=statistics.median(least),
        limited_by="os.scandir and stat",
        ratio=statistics.median(a / b for a, b in zip(ours, theirs, strict=True)) if theirs else None,
        sign="≤",
        goal=2,
    )


def _stat_all(folder: Path) -> None:
    for inner in folder.iterdir():
        with os.scandir(inner) as entries:
            for entry in entries:
                entry.stat()


def bytes_each(scratch: Path, originals: Path, count: int) -> Row:
    """The library's file for photos with ten tags, a text and the findings they came from."""
    folder, place = scratch / "sized", scratch / "sized.altfolio"
    make_links(originals, folder, count)
    with Library(place) as library:
        list(scan(library, [folder]))
        with library.read() as connection:
            photos = list(connection.exec_driver_sql("SELECT id, digest FROM photo"))
        with library.write() as block:
            run = block.connection.exec_driver_sql
            concepts = [(number, f"thing{number}", f"thing {number}", "object") for number in range(1000, 2000)]
            run("INSERT INTO concept VALUES (?, ?, ?, ?)", concepts)
            tags = [(p, 1000 + (p * 7 + n * 97) % 1000, 0, 0, 0.5) for p, _ in photos for n in range(TAGS)]
            run("INSERT INTO tag (photo_id, concept_id, origin, state, score) VALUES (?, ?, ?, ?, ?)", tags)
            run("INSERT INTO text VALUES (?, 0, 'en', ?, NULL, 0, 1)", [(p, TEXT) for p, _ in photos])
            labels = json.dumps({"l": [[f"label {number}", 0.1234] for number in range(TAGS)]})
            run("INSERT INTO run VALUES (?, 'things', '1', ?, ?)", [(p, digest, labels) for p, digest in photos])
            block.touch(p for p, _ in photos)
    size = place.stat().st_size / len(photos)
    return Row(
        stage="database, a photo with 10 tags and a text",
        unit="B",
        ours=size,
        ratio=size / 1024,
        sign="≤",
        goal=2,
        note="the ratio is KiB",
    )


def rows(scratch: Path, *, sizes: Sequence[int], runs: int = 5, tagged: int = TAGGED) -> list[Row]:
    """Measure; `scratch` is a folder for files and libraries, `sizes` the numbers of files, smallest first."""
    originals = scratch / "originals"
    found: list[Row] = []
    ran: dict[int, dict[str, Any]] = {}
    for size in sizes:
        folder, place = scratch / f"links-{size}", scratch / f"{size}.altfolio"
        make_links(originals, folder, size)
        ran[size] = child(place, folder, tagged if size in (sizes[0], sizes[-1]) else 0)
        each = ran[size]["scan"]["seconds"] / size * 1000
        found.append(Row(stage=f"first scan, {size:,} small files, each", unit="ms", ours=each))
        if size > sizes[0]:
            found.append(rescans(place, folder, runs if size <= 100_000 else 3))
        shutil.rmtree(folder)
        place.unlink()
    found.append(bytes_each(scratch, originals, sizes[0]))
    return [*found, *(peaks(what, ran[sizes[0]], ran[sizes[-1]]) for what in ("scan", "describe"))]


def peaks(until: str, small: dict[str, Any], large: dict[str, Any]) -> Row:
    """The peak memory of a run on a large library, until the end of a stage, against that on a small one."""
    counts = ", ".join(f"{large[stage]['photos']:,} {said}" for stage, said in DONE.items() if stage in STAGES[until])
    return Row(
        stage=f"peak memory, {' + '.join(STAGES[until])}, {large['scan']['photos']:,} photos",
        unit="MB",
        ours=large[until]["peak"],
        peer=small[until]["peak"],
        against=f"{small['scan']['photos']:,} photos",
        ratio=large[until]["peak"] / small[until]["peak"],
        sign="≤",
        goal=1.2,
        note=counts,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--files", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--folder", type=Path, help="where to make the files; a temporary folder without it")
    parser.add_argument("--tagged", type=int, default=TAGGED, help="photos of the largest library that are tagged")
    parser.add_argument("--child", nargs=3, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.child:
        place, folder, most = chosen.child
        print(json.dumps(run_child(Path(place), Path(folder), int(most))))
        return
    with tempfile.TemporaryDirectory(dir=chosen.folder, prefix="altfolio-bench-") as made:
        print(table(rows(Path(made), sizes=chosen.files, tagged=chosen.tagged)))


if __name__ == "__main__":
    main()
