"""How fast photos are tagged from files, against the same sessions fed with ready tensors; on one core and on all.

    python -m benchmarks.pipeline_speed [--photos 24] [--runs 3] [--from FOLDER]

The photos are JPEGs of 12 and 24 megapixels (`thumbnail_speed` makes them). The limit runs nothing but the networks, on
exactly the tensors that tagging these photos gives them, in as many threads: what reading, decoding, preparing,
judging and writing cost beside them is the rest. One core is measured by taking the other ones from the process.
"""

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.rows import Row, table
from benchmarks.thumbnail_speed import SAMPLES, make_photos
from inference import decoders, engine, jobs, packs, photo_facts, runtime
from storage.image_file import open_upright
from storage.library import Library
from storage.scan import scan

Call = tuple[runtime.Network, Any, Sequence[str]]
"""One run of a network: the tensor and the outputs that are asked for."""


@dataclass(frozen=True)
class Packs:
    """The packs of the first pass as tagging has them, and the networks behind them."""

    loaded: Sequence[jobs.LoadedPack]
    networks: Sequence[runtime.Network]


def load(cache: Path) -> Packs:
    """Load the packs that every photo is looked at with."""
    options = runtime.Options(cache=cache)
    eyes = [decoders.load(pack, options) for pack in packs.discover() if pack.task in engine.FIRST_PASS]
    facts = jobs.LoadedPack("facts", photo_facts.VERSION, photo_facts.look)
    own = [jobs.LoadedPack(eye.pack.id, eye.pack.version, eye.look) for eye in eyes]
    return Packs([facts, *own], [eye.network for eye in eyes])


def recorded(ready: Packs, paths: Sequence[Path]) -> list[list[Call]]:
    """The runs of networks that each photo takes."""
    calls: list[list[Call]] = []
    for network in ready.networks:
        setattr(network, "run", _recorder(network, network.run, calls))  # noqa: B010
    for path in paths:
        calls.append([])
        image = open_upright(path, max_side=jobs.DECODE_SIDE, quick=True)
        for pack in ready.loaded:
            pack.look(image)
    for network in ready.networks:
        del network.run
    return calls


def _recorder(network: runtime.Network, run: Callable[..., Any], calls: list[list[Call]]) -> Callable[..., Any]:
    def recording(tensor: Any, outputs: Sequence[str] = ()) -> Any:
        calls[-1].append((network, tensor, outputs))
        return run(tensor, outputs)

    return recording


def bare(calls: Sequence[Sequence[Call]], workers: int) -> float:
    """Photos per second of the networks alone."""

    def answer(photo: Sequence[Call]) -> None:
        for network, tensor, outputs in photo:
            network.run(tensor, outputs)

    with ThreadPoolExecutor(workers) as pool:
        begun = time.perf_counter()
        list(pool.map(answer, calls))
        return len(calls) / (time.perf_counter() - begun)


def whole(folder: Path, place: Path, ready: Packs, workers: int) -> float:
    """Photos per second of the job, from files to rows."""
    with Library(place) as library:
        list(scan(library, [folder]))
        begun = time.perf_counter()
        last = list(jobs.tag(library, ready.loaded, workers=workers))[-1]
        seconds = time.perf_counter() - begun
    assert last.done == last.total
    assert not last.problems
    return last.done / seconds


@contextmanager
def on_cores(count: int) -> Iterator[None]:
    """Only some cores for this process."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, sorted(before)[:count])
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def rows(scratch: Path, *, photos: int, runs: int, source: Path = SAMPLES) -> list[Row]:
    """Measure; `scratch` is a folder for the photos and libraries."""
    folder = scratch / "photos"
    folder.mkdir()
    paths = make_photos(source, folder, photos)
    ready = load(scratch / "models")
    calls = recorded(ready, paths)
    cores = runtime.workers("all cores")
    files, memory, single = [], [], []
    for number in range(runs):
        memory.append(bare(calls, cores))
        files.append(whole(folder, scratch / f"{number}.altfolio", ready, cores))
        if sys.platform == "linux" and cores > 1:
            with on_cores(1):
                single.append(whole(folder, scratch / f"{number}-single.altfolio", ready, 1))
    ours, limit = statistics.median(files), statistics.median(memory)
    found = [
        Row(
            stage=f"tagging {photos} files, {cores} cores",
            unit="photos/s",
            ours=ours,
            limit=limit,
            limited_by="the networks on ready tensors",
            ratio=statistics.median(a / b for a, b in zip(files, memory, strict=True)),
            sign="≥",
            goal=0.9,
            note=runtime.describe(ready.networks),
        )
    ]
    if single:
        ratio = statistics.median(a / b for a, b in zip(files, single, strict=True))
        found.append(
            Row(
                stage=f"tagging on {cores} cores against 1",
                unit="photos/s",
                ours=ours,
                peer=statistics.median(single),
                against="1 core",
                ratio=ratio,
                sign="≥",
                goal=0.85 * cores,
            )
        )
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--photos", type=int, default=24)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--from", dest="source", type=Path, default=SAMPLES)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="altfolio-bench-") as made:
        print(table(rows(Path(made), photos=chosen.photos, runs=chosen.runs, source=chosen.source)))


if __name__ == "__main__":
    main()
