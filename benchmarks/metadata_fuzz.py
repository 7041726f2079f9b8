"""Mutated files on the reading path: does any of them crash, hang, eat memory or make XMP read another file?

    .venv/bin/python -m benchmarks.metadata_fuzz FOLDER --minutes 10

Takes the real files of a folder tree (photos and sidecars), changes their metadata at random (bytes, sizes, cut,
doubled and foreign parts, hostile packets in a container that is right) and gives each to everything that reads:
`read_words`, every container's `units` and `read_packet`, `image_digest`, the sidecar's parser. A worker process under
a memory limit does the reading; each input is announced before it is read, so that a crash, a hang or a kill can be
named by its file and number: `--replay FILE NUMBER` makes the same input again.

Limits (of the issue): no exception but a sentence for the user, 5 s per input, 500 MB; an entity that names a file
must never be followed: the file is a FIFO that would block its reader for ever.
"""

import argparse
import os
import random
import resource
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path

from storage.job import KnownError
from storage.metadata.containers import CONTAINERS, READ_ONLY
from storage.metadata.containers.base import Container, Refused
from storage.metadata.containers.patches import joined
from storage.metadata.digest import image_digest
from storage.metadata.read import read_words
from storage.metadata.sniff import HEAD, sniff

SECONDS = 5.0
MEGABYTES = 500
LARGEST = 400_000
"""Bytes of the largest file taken: larger ones only make the run slower, their tables are no others."""
NUMBERS = (0, 1, 2, 7, 8, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)
OPEN, CLOSE = "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'><rdf:Description", "</rdf:RDF>"


def hostile_packets(canary: Path) -> list[bytes]:
    """XMP that attacks its parser: entities, external references, depth, width, wrong encodings."""
    alt = "xmlns:c='http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/'><c:AltTextAccessibility>{}</c:AltTextAccessibility>"
    body = "<x:xmpmeta xmlns:x='adobe:ns:meta/'>" + OPEN + " " + alt + "</rdf:Description>" + CLOSE + "</x:xmpmeta>"
    laughs = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 12))
    texts = [
        f'<!DOCTYPE x [<!ENTITY e SYSTEM "file://{canary}">]>' + body.format("&e;"),
        f'<!DOCTYPE x SYSTEM "file://{canary}">' + body.format("x"),
        f'<!DOCTYPE x [<!ENTITY % p SYSTEM "file://{canary}"> %p;]>' + body.format("x"),
        f'<?xml-stylesheet href="file://{canary}"?>' + body.format("x"),
        body.format(f"<xi:include xmlns:xi='http://www.w3.org/2001/XInclude' href='file://{canary}' parse='text'/>"),
        f'<!DOCTYPE x [<!ENTITY l0 "ha">{laughs}]>' + body.format("&l11;"),
        body.format("<a>" * 200_000),
        body.format("<rdf:Alt>" + "<rdf:li xml:lang='en'>x</rdf:li>" * 60_000 + "</rdf:Alt>"),
        body.format("<a " + " ".join(f"b{i}='1'" for i in range(60_000)) + "/>"),
        body.format("x" * 9_000_000),
        body.format("".join(f"<n{i}:a xmlns:n{i}='u:{i}'>" for i in range(3000))),
        body.format("&#0;&#xD800;&#x110000;"),
        body.format("\ufffe\u0001"),
    ]
    packets = [text.encode("utf-8", "surrogatepass") for text in texts]
    return [*packets, *(texts[0].encode(code) for code in ("utf-16", "utf-16-be", "utf-32")), b"\xff" * 5000]


@dataclass
class Seeds:
    """The real files, and the hostile packets."""

    files: list[tuple[Path, bytes]]
    hostile: list[bytes]

    @classmethod
    def below(cls, folders: Sequence[Path], canary: Path) -> "Seeds":
        """All files that are no larger than LARGEST."""
        paths = sorted(p for folder in folders for p in folder.rglob("*") if p.is_file())
        files = [(p, p.read_bytes()) for p in paths if 0 < p.stat().st_size <= LARGEST]
        known = [(p, data) for p, data in files if sniff(data[:HEAD]) or p.suffix.lower() == ".xmp"]
        return cls(known, hostile_packets(canary))

    def input(self, number: int) -> tuple[Path, bytes]:
        """The mutated file of that number: always the same one for the same folder."""
        dice = random.Random(number)
        path, data = dice.choice(self.files)
        container = CONTAINERS.get(sniff(data[:HEAD]))
        if dice.random() < 0.08:
            packet = dice.choice(self.hostile)
            if container is None:
                return path, packet
            try:
                data = joined(data, container.splice(data, packet))
            except Refused:
                pass
            return path, data
        places = _places(data, container)
        new = bytearray(data)
        for _ in range(dice.choice((1, 1, 2, 3, 6))):
            _mutate(new, dice, places, self.files)
        return path, bytes(new)


def _places(data: bytes, container: Container | None) -> list[tuple[int, int]]:
    """Where the metadata is: all units that are no image data, else the first 4 kB."""
    try:
        units = container.units(data) if container else []
    except Refused:
        units = []
    found = [(unit.start, unit.stop) for unit in units if not unit.image]
    return found or [(0, min(len(data), 4096))]


Files = list[tuple[Path, bytes]]


def _mutate(new: bytearray, dice: random.Random, places: list[tuple[int, int]], files: Files) -> None:
    """One change, in the metadata."""
    start, stop = dice.choice(places)
    at = min(len(new), dice.randrange(start, max(start + 1, stop)))
    kind = dice.randrange(8)
    size = dice.choice((1, 2, 4, 8))
    if kind <= 2:
        value = dice.choice(NUMBERS) + dice.choice((-1, 0, 0, 1)) & 0xFFFFFFFF
        new[at : at + size] = value.to_bytes(8, dice.choice(("big", "little")))[-size:]
    elif kind == 3:
        new[at : at + size] = dice.randbytes(size)
    elif kind == 4:
        del new[at : at + dice.choice((1, 4, 12, 200))]
    elif kind == 5:
        length = dice.choice((4, 12, 64, 2000))
        new[at:at] = new[at : at + length] * dice.choice((1, 2, 300))
    elif kind == 6:
        _, other = dice.choice(files)
        begin = dice.randrange(len(other))
        new[at:at] = other[begin : begin + dice.choice((8, 100, 3000))]
    else:
        del new[at + dice.choice((0, 3, 500)) :]


def read_everything(folder: Path, suffix: str, data: bytes) -> str:
    """Give the input to all that reads, a sidecar beside a photo. Returns "read" or "refused"."""
    outcome = "read"
    photo = folder / "photo.jpg"
    path = photo.with_name("photo.jpg.xmp") if suffix.lower() == ".xmp" else folder / f"mutant{suffix}"
    path.write_bytes(data)
    photo.write_bytes(b"\xff\xd8\xff\xd9")
    target = photo if suffix.lower() == ".xmp" else path
    container = CONTAINERS.get(sniff(data[:HEAD])) or READ_ONLY.get(sniff(data[:HEAD]))
    readers: list[Callable[[], object]] = [lambda: read_words(target), lambda: image_digest(target)]
    if container is not None:
        readers += [lambda: container.read_packet(data), lambda: container.units(data)]
    for reader in readers:
        try:
            reader()
        except KnownError:
            outcome = "refused"
    path.unlink()
    return outcome


def work(link: Connection, seeds: Seeds, first: int, folder: Path) -> None:
    """The worker: reads inputs from `first` on, and tells of each one before and after."""
    own = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (own + MEGABYTES * 2**20, resource.RLIM_INFINITY))
    sys.setrecursionlimit(1000)
    number = first
    while True:
        path, data = seeds.input(number)
        link.send((number, None, 0.0))
        start = time.perf_counter()
        try:
            outcome = read_everything(folder, path.suffix, data)
        except BaseException:  # everything that is no KnownError is what we look for
            outcome = "CRASH " + traceback.format_exc(limit=-3)
        link.send((number, outcome, time.perf_counter() - start))
        number += 1


@dataclass
class Report:
    """What was seen."""

    outcomes: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)
    slowest: float = 0.0
    peak: int = 0

    def table(self, minutes: float) -> str:
        """The figures as text."""
        failures = Counter(failure.split(" ", 1)[0] for failure in self.failures)
        rows = [
            ("inputs", f"{sum(self.outcomes.values())} in {minutes:.1f} min"),
            ("read", str(self.outcomes["read"])),
            ("refused with a sentence", str(self.outcomes["refused"])),
            ("crashes", str(failures["CRASH"])),
            ("hangs over 5 s, or an external reference followed", str(failures["HANG"])),
            ("worker killed (memory, signal)", str(failures["DIED"])),
            ("slowest input", f"{1000 * self.slowest:.0f} ms"),
            ("peak memory of the reader", f"{self.peak} MB (limit {MEGABYTES} above its start)"),
        ]
        return "\n".join(f"{name:50} {value}" for name, value in rows)


def fuzz(seeds: Seeds, *, seconds: float, first: int = 0, failures_wanted: int = 20) -> Report:
    """Run inputs from number `first` on for so long, or until enough has failed."""
    report = Report()
    stop = time.monotonic() + seconds
    with tempfile.TemporaryDirectory() as folder:
        number = first
        while time.monotonic() < stop and len(report.failures) < failures_wanted:
            number = _one_worker(seeds, number, Path(folder), stop, report)
    return report


def _one_worker(seeds: Seeds, first: int, folder: Path, stop: float, report: Report) -> int:
    """Follow one worker until it fails or time is over; the number to go on with."""
    ours, theirs = get_context("fork").Pipe()
    process = get_context("fork").Process(target=work, args=(theirs, seeds, first, folder), daemon=True)
    process.start()
    theirs.close()
    number = first
    try:
        while time.monotonic() < stop:
            if not ours.poll(SECONDS + 1):
                report.failures.append(f"HANG input {number} ({seeds.input(number)[0]})")
                return number + 1
            number, outcome, took = ours.recv()
            if outcome is None:
                continue
            report.slowest = max(report.slowest, took)
            report.peak = max(report.peak, _memory(process.pid or 0))
            report.outcomes[outcome.split(" ", 1)[0]] += 1
            if outcome.startswith("CRASH") or took > SECONDS:
                kind = outcome if outcome.startswith("CRASH") else f"HANG {took:.1f} s"
                report.failures.append(f"{kind} input {number} ({seeds.input(number)[0]})")
        return number + 1
    except EOFError:
        process.join()
        report.failures.append(f"DIED exit {process.exitcode} input {number} ({seeds.input(number)[0]})")
        return number + 1
    finally:
        if process.is_alive() and process.pid:
            os.kill(process.pid, signal.SIGKILL)
        process.join()
        ours.close()


def _memory(pid: int) -> int:
    """Peak resident memory of a process so far, MB; 0 where the system does not tell."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) // 1024 for line in lines if line.startswith("VmHWM")), 0)


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line. Exit code 1 if anything failed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--first", type=int, default=0, help="number of the first input")
    parser.add_argument("--replay", type=int, help="read this one input here, without a worker")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        canary = Path(folder) / "canary"
        os.mkfifo(canary)
        seeds = Seeds.below(options.folders, canary)
        if options.replay is not None:
            path, data = seeds.input(options.replay)
            print(path, read_everything(Path(folder), path.suffix, data))
            return 0
        print(f"{len(seeds.files)} files")
        report = fuzz(seeds, seconds=60 * options.minutes, first=options.first)
    print(report.table(options.minutes))
    print(*report.failures, sep="\n")
    return 1 if report.failures else 0


if __name__ == "__main__":
    sys.exit(main())
