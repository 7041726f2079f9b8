"""How fast photos are tagged from files, against the same sessions fed with ready tensors; on one core and on all.

    python -m benchmarks.pipeline_speed [--photos 24] [--runs 3] [--from FOLDER]

The photos are JPEGs of 12 and 24 megapixels, and small ones as they are sent around (`thumbnail_speed` makes them).
The limit runs nothing but the networks, on exactly the tensors that tagging these photos gives them, as often and in as
many threads: what reading, decoding, preparing, judging and writing cost beside them is the rest. Of that rest the
entropy decoding can't be left out, so libjpeg alone, reading every photo at an eighth of its size, is measured too, and
the note says what ratio would be reached if there were nothing else. One core is measured by taking the other ones from
the process, the networks alone as well: two cores that share a memory are no two machines. What it takes to open the
photos and make the tensors of them is measured for the same reason.

Other programs on the machine change the rates, but hardly the time that each core works for a photo; both are given.
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
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.rows import Row, table
from benchmarks.sample_photos import SAMPLES
from benchmarks.thumbnail_speed import SIZES, decoded, make_photos
from inference import decoders, detect, engine, jobs, packs, photo_facts, runtime, views
from storage.image_file import open_upright
from storage.job import Progress
from storage.library import Library
from storage.scan import scan

Call = tuple[runtime.Network, Any, Sequence[str]]
"""One run of a network: the tensor and the outputs that are asked for."""


@dataclass(frozen=True)
class Packs:
    """The packs of the first pass as tagging has them, and the networks behind them."""

    loaded: Sequence[jobs.LoadedPack]
    networks: Sequence[runtime.Network]
    packs: Sequence[packs.Pack]


def load(cache: Path) -> Packs:
    """Load the packs that every photo is looked at with."""
    options = runtime.Options(cache=cache)
    eyes = [decoders.load(pack, options) for pack in packs.discover() if pack.task in engine.FIRST_PASS]
    facts = jobs.LoadedPack("facts", photo_facts.VERSION, photo_facts.look)
    own = [jobs.LoadedPack(eye.pack.id, eye.pack.version, eye.look) for eye in eyes]
    return Packs([facts, *own], [network for eye in eyes for network in eye.networks], [eye.pack for eye in eyes])


def recorded(ready: Packs, paths: Sequence[Path]) -> list[list[Call]]:
    """The runs of networks that each photo takes."""
    calls: list[list[Call]] = []
    for network in ready.networks:
        setattr(network, "run", _recorder(network, network.run, calls))  # noqa: B010
    for path in paths:
        calls.append([])
        image = open_upright(path, max_side=jobs.DECODE_SIDE, least=jobs.LEAST_SIDE)
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


@dataclass(frozen=True)
class Pace:
    """How fast something went.

    Attributes:
        rate: photos per second.
        core_ms: milliseconds for which a core worked, per photo.
    """

    rate: float
    core_ms: float


def paced(photos: int, work: Callable[[], object]) -> Pace:
    """Do the work on so many photos, and time it."""
    begun, worked = time.perf_counter(), time.process_time()
    work()
    seconds = time.perf_counter() - begun
    return Pace(photos / seconds, (time.process_time() - worked) / photos * 1000)


def bare(calls: Sequence[Sequence[Call]], workers: int) -> Pace:
    """The networks alone."""

    def answer(photo: Sequence[Call]) -> None:
        for network, tensor, outputs in photo:
            network.run(tensor, outputs)

    with ThreadPoolExecutor(workers) as pool:
        return paced(len(calls), lambda: list(pool.map(answer, calls)))


def whole(folder: Path, place: Path, ready: Packs, workers: int) -> Pace:
    """The job, from files to rows."""
    ends: list[Progress] = []
    with Library(place) as library:
        list(scan(library, [folder]))
        pace = paced(
            sum(1 for _ in folder.iterdir()),
            lambda: ends.extend(list(jobs.tag(library, ready.loaded, workers=workers))[-1:]),
        )
    assert ends[0].done == ends[0].total
    assert not ends[0].problems
    return pace


@contextmanager
def on_cores(count: int) -> Iterator[None]:
    """Only some cores for this process."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, sorted(before)[:count])
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


SMALL = ((1280, 960),)
"""Width and height of photos as they are sent around."""


def prepared(paths: Sequence[Path], ready: Packs, workers: int) -> None:
    """Open the photos and make the tensors that the networks see, and nothing else."""

    def make(path: Path) -> None:
        image = open_upright(path, max_side=jobs.DECODE_SIDE, least=jobs.LEAST_SIDE)
        for pack in ready.packs:
            for _ in views.tensors(image, pack.views, pack.model("main").input):
                pass
            for model in pack.models[1:]:
                runtime.prepare(image, model.input, gap=detect.VOTER_GAP)

    with ThreadPoolExecutor(workers) as pool:
        list(pool.map(make, paths))


@dataclass
class Paces:
    """What was measured, a figure for each run.

    Attributes:
        files, memory: the job, and the networks alone, on all cores. single, alone: the same on one core.
        decoded: milliseconds of libjpeg for a photo. prepared: of opening it and making the tensors.
    """

    files: list[Pace] = field(default_factory=list)
    memory: list[Pace] = field(default_factory=list)
    single: list[Pace] = field(default_factory=list)
    alone: list[Pace] = field(default_factory=list)
    decoded: list[float] = field(default_factory=list)
    prepared: list[float] = field(default_factory=list)


def measured(scratch: Path, paths: Sequence[Path], ready: Packs, *, runs: int, one_core: bool) -> Paces:
    """Measure all in turns; `scratch` is a folder for the libraries."""
    folder, cores, found = paths[0].parent, runtime.workers("all cores"), Paces()
    calls = recorded(ready, paths)
    for number in range(runs):
        found.memory.append(bare(calls, cores))
        found.files.append(whole(folder, scratch / f"{folder.name}-{number}.altfolio", ready, cores))
        found.decoded.append(paced(len(paths), lambda: decoded(list(paths), cores)).core_ms)
        found.prepared.append(paced(len(paths), lambda: prepared(paths, ready, cores)).core_ms)
        if one_core:
            with on_cores(1):
                found.alone.append(bare(calls, 1))
                found.single.append(whole(folder, scratch / f"{folder.name}-{number}-1.altfolio", ready, 1))
    return found


def rows(scratch: Path, *, photos: int, runs: int, source: Path = SAMPLES) -> list[Row]:
    """Measure; `scratch` is a folder for the photos and libraries."""
    ready = load(scratch / "models")
    cores = runtime.workers("all cores")
    both = sys.platform == "linux" and cores > 1
    found = []
    for name, sizes in (("12-24 MP", SIZES), ("1 MP", SMALL)):
        folder = scratch / name
        folder.mkdir()
        paths = make_photos(source, folder, photos, sizes)
        paces = measured(scratch, paths, ready, runs=runs, one_core=both and sizes is SIZES)
        found.append(against_networks(f"tagging {photos} files of {name}, {cores} cores", paces, ready))
        if paces.single:
            found.append(against_one_core(cores, paces))
    return found


def against_networks(stage: str, paces: Paces, ready: Packs) -> Row:
    """The job from files against the networks alone."""
    networks = statistics.median(pace.core_ms for pace in paces.memory)
    job = statistics.median(pace.core_ms for pace in paces.files)
    jpeg, tensors = statistics.median(paces.decoded), statistics.median(paces.prepared)
    return Row(
        stage=stage,
        unit="photos/s",
        ours=statistics.median(pace.rate for pace in paces.files),
        limit=statistics.median(pace.rate for pace in paces.memory),
        limited_by="the networks on ready tensors",
        ratio=statistics.median(a.rate / b.rate for a, b in zip(paces.files, paces.memory, strict=True)),
        sign="≥",
        goal=0.9,
        note=f"a core works {job:.0f} ms a photo, {networks:.0f} in the networks ({networks / job:.2f}) and {jpeg:.0f} "
        f"in libjpeg at 1/8: with these alone it were {networks / (networks + jpeg):.2f}, with opening the "
        f"photo and making tensors ({tensors:.0f}) {networks / (networks + tensors):.2f}; "
        + runtime.describe(ready.networks),
    )


def against_one_core(cores: int, paces: Paces) -> Row:
    """The job on all cores against one; the limit is what the networks alone gain."""
    job, single = ([pace.rate for pace in each] for each in (paces.files, paces.single))
    gain = statistics.median(a.rate / b.rate for a, b in zip(paces.memory, paces.alone, strict=True))
    busy, one = (statistics.median(pace.core_ms for pace in each) for each in (paces.files, paces.single))
    return Row(
        stage=f"tagging on {cores} cores against 1",
        unit="photos/s",
        ours=statistics.median(job),
        peer=statistics.median(single),
        against="1 core",
        ratio=statistics.median(a / b for a, b in zip(job, single, strict=True)),
        sign="≥",
        goal=0.85 * cores,
        note=f"the networks alone gain {gain:.2f}; a core works {busy:.0f} ms a photo beside others, {one:.0f} alone",
    )


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
