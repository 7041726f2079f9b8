"""What a large library costs: a rescan against find, peak memory against that of a small library, bytes in the file.

    python -m benchmarks.large_library [--files 10000 100000 1000000] [--folder DIR]

The files are hard links of small photos, 1,000 in a folder, so that a million of them fit on any disk. Each scan and
each tagging runs in a process of its own, whose peak memory is asked for at its end. Tagging looks at photos with a
pack that answers at once, so that the job is measured and not a network, and stops after `TAGGED` photos: what grows
with the library would be there by then. The limit of a rescan is `os.scandir` and `stat` of every file, the least that
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
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.rows import Row, table
from benchmarks.scan_speed import IN_A_FOLDER, peer, timed
from storage.library import Library
from storage.scan import scan

if TYPE_CHECKING:
    from PIL.Image import Image

    from inference.findings import RawFindings

ORIGINALS = 1000
"""Photos that are linked; ext4 allows 65,000 names of one file."""

TAGGED = 20_000

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


def child(task: str, library: Path, *arguments: str) -> dict[str, Any]:
    """Do something in a process of its own; what it prints."""
    command = [sys.executable, "-m", "benchmarks.large_library", "--child", task, str(library), *arguments]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def scan_child(place: Path, folder: Path) -> dict[str, object]:
    """A first scan: seconds and the peak in MB; the processes that read for it take 30 MB each, whatever there is."""
    with Library(place) as library:
        seconds = timed(lambda: [None for _ in scan(library, [folder])])
    return {"seconds": seconds, "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


def tag_child(place: Path) -> dict[str, object]:
    """Tagging by a pack that answers at once: photos, seconds and the peak in MB."""
    from inference import jobs, runtime

    done = 0
    workers = runtime.workers("all cores")

    def tag() -> None:
        nonlocal done
        job = jobs.tag(library, [jobs.LoadedPack("instant", "1", _answer)], workers=workers)
        for progress in job:
            done = progress.done
            if done >= TAGGED:
                job.close()

    with Library(place) as library:
        seconds = timed(tag)
    return {"photos": done, "seconds": seconds, "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


def _answer(_: "Image") -> "RawFindings":
    from inference.findings import Label, RawFindings

    return RawFindings(labels=tuple(Label(f"label {number}", 0.9) for number in range(TAGS)))


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


def rows(scratch: Path, *, sizes: Sequence[int], runs: int = 5) -> list[Row]:
    """Measure; `scratch` is a folder for files and libraries, `sizes` the numbers of files, smallest first."""
    originals = scratch / "originals"
    found: list[Row] = []
    peaks: dict[int, tuple[float, float]] = {}
    for size in sizes:
        folder, place = scratch / f"links-{size}", scratch / f"{size}.altfolio"
        make_links(originals, folder, size)
        scanned = child("scan", place, str(folder))
        each = scanned["seconds"] / size * 1000
        found.append(Row(stage=f"first scan, {size:,} small files, each", unit="ms", ours=each))
        if size > sizes[0]:
            found.append(rescans(place, folder, runs if size <= 100_000 else 3))
        if size in (sizes[0], sizes[-1]):
            peaks[size] = scanned["peak"], child("tag", place)["peak"]
        shutil.rmtree(folder)
        place.unlink()
    found.append(bytes_each(scratch, originals, sizes[0]))
    for what, small, large in zip(("scan", "tag"), peaks[sizes[0]], peaks[sizes[-1]], strict=True):
        found.append(
            Row(
                stage=f"peak memory, {what}, {sizes[-1]:,} photos",
                unit="MB",
                ours=large,
                peer=small,
                against=f"{sizes[0]:,} photos",
                ratio=large / small,
                sign="≤",
                goal=1.2,
            )
        )
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--files", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--folder", type=Path, help="where to make the files; a temporary folder without it")
    parser.add_argument("--child", nargs="+", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.child:
        task, *paths = chosen.child
        print(json.dumps(scan_child(*map(Path, paths)) if task == "scan" else tag_child(Path(*paths))))
        return
    with tempfile.TemporaryDirectory(dir=chosen.folder, prefix="altfolio-bench-") as made:
        print(table(rows(Path(made), sizes=chosen.files)))


if __name__ == "__main__":
    main()
