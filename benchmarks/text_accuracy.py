"""How well text in photos is read: rendered signs under a camera's faults, photos without text, and folders of photos.

    .venv/bin/python -m benchmarks.text_accuracy --photos 200 ../shared/data/imagenet200 ../shared/data/coco128/images

Signs are made here, with known words: names of the vocabulary in six languages, numbers and prices, in the fonts of
the system, seen from aside, blurred, noisy and compressed, before the photos in resources/samples. What is reported
counts as the program reports it, after `judge`. For a folder the share with text is printed, and with `--list` what
was read, so that a person can look whether it is there.
"""

import argparse
import random
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

from PIL import Image

from benchmarks.text_signs import FAULTS, HEIGHTS, Sign, background, backgrounds, fonts, make_sign, make_textures
from inference import decoders, packs, runtime
from inference.engine import READ_SIDE
from inference.findings import TextLine
from inference.judge import judge
from inference.vocabulary import LANGUAGES, Vocabulary
from storage.image_file import open_upright
from storage.job import KnownError


@dataclass
class Reading:
    """Sums over signs; a line is found where anything is read on it, errors are counted in letters."""

    letters: int = 0
    errors: int = 0
    letters_found: int = 0
    errors_found: int = 0
    lines: int = 0
    found: int = 0
    false: int = 0

    def row(self, name: str) -> str:
        """One line of the table."""
        return (
            f"{name:<42}{self.lines:>6}{self.found / max(1, self.lines):>9.1%}"
            f"{self.errors_found / max(1, self.letters_found):>12.2%}{self.errors / max(1, self.letters):>10.2%}"
            f"{self.false:>8}"
        )


@dataclass
class Cost:
    """Seconds of reading in all, of the networks in them, and of decoding before."""

    photos: int = 0
    reading: float = 0.0
    networks: float = 0.0
    decoding: float = 0.0


def compare(sign: Sign, read: Sequence[TextLine], into: Sequence[Reading]) -> None:
    """Add one sign: each read line goes to the line that it lies on; several on one are joined from left to right."""
    pieces: dict[int, list[tuple[float, str]]] = {}
    false = 0
    for line in read:
        x, y = sign.place(line.box)
        best = min(range(len(sign.lines)), key=lambda number: _above(sign, number, y))
        left, top, right, bottom = sign.lines[best][1]
        if left <= x <= right and _above(sign, best, y) <= bottom - top:
            pieces.setdefault(best, []).append((x, line.text))
        else:
            false += 1
    for reading in into:
        reading.false += false
        for number, (text, _) in enumerate(sign.lines):
            joined = " ".join(piece for _, piece in sorted(pieces.get(number, [])))
            errors = edits(joined, text)
            reading.lines += 1
            reading.letters += len(text)
            reading.errors += errors
            if joined:
                reading.found += 1
                reading.letters_found += len(text)
                reading.errors_found += errors


def _above(sign: Sign, number: int, y: float) -> float:
    """How far a point is above or below the middle of a line, in pixels of the board."""
    _, top, _, bottom = sign.lines[number][1]
    return abs(y - (top + bottom) / 2)


def edits(one: str, other: str) -> int:
    """Letters to insert, delete or change (Levenshtein, 1966)."""
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        before, row = row, [i]
        for j, b in enumerate(other, 1):
            row.append(min(before[j] + 1, row[-1] + 1, before[j - 1] + (a != b)))
    return row[-1]


@dataclass
class Reader:
    """The text pack with the rules of the program, and what it costs."""

    words: Vocabulary = field(default_factory=Vocabulary.load)
    cost: Cost = field(default_factory=Cost)
    eye: decoders.Eye = field(default_factory=lambda: decoders.load(_text_pack(), runtime.Options()))

    def read(self, photo: Image.Image) -> Sequence[TextLine]:
        """What the program would report of a photo."""
        with self._clocked():
            started = time.perf_counter()
            raw = self.eye.look(photo)
            self.cost.reading += time.perf_counter() - started
        self.cost.photos += 1
        return judge(raw, self.words).text

    @contextmanager
    def _clocked(self) -> Iterator[None]:
        """Count the time inside networks."""
        run = runtime.Network.run

        def timed(network: runtime.Network, *arguments: Any) -> list[Any]:
            started = time.perf_counter()
            try:
                return run(network, *arguments)
            finally:
                self.cost.networks += time.perf_counter() - started

        with mock.patch.object(runtime.Network, "run", timed):
            yield


def _text_pack() -> packs.Pack:
    return next(pack for pack in packs.discover(Path()) if pack.task == "text")


def read_signs(reader: Reader, count: int, seed: int) -> None:
    """Print how signs are read, by fault and size."""
    rng = random.Random(seed)
    files, photos = fonts(), backgrounds()
    names = sorted({name for code in LANGUAGES for name in reader.words.names(code).values()})
    print(f"{count} signs in {len(files)} fonts; {len(names):,} words")
    print(f"{'':<42}{'lines':>6}{'found':>9}{'CER found':>12}{'CER all':>10}{'false':>8}")
    whole = Reading()
    rows: dict[str, Reading] = {}
    for number in range(count):
        fault = FAULTS[number % len(FAULTS)]
        low, high = HEIGHTS[number // len(FAULTS) % len(HEIGHTS)]
        sign = make_sign(rng, fault, rng.uniform(low, high), names, files, background(rng, photos))
        each = rows.setdefault(f"{fault.name}, letters {low:.1%} to {high:.1%}", Reading())
        compare(sign, reader.read(sign.photo), (whole, each))
    for name, reading in sorted(rows.items()):
        print(reading.row(name))
    print(whole.row("all"))


def read_textures(reader: Reader, count: int, seed: int) -> None:
    """Print the share of made photos without text where none is reported; at least 98 % is wanted."""
    rng = random.Random(seed)
    read = [reader.read(photo) for photo in make_textures(rng, count, backgrounds())]
    wrong = [[line.text for line in lines] for lines in read if lines]
    print(f"\n{count} made photos without text: none reported in {1 - len(wrong) / count:.1%}")
    for texts in wrong[:10]:
        print(f"  {texts}")


def read_folder(reader: Reader, folder: Path, *, listed: bool) -> None:
    """Print in how many photos of a folder text is reported."""
    total = said = 0
    for path in sorted(p for p in folder.iterdir() if p.is_file()):
        started = time.perf_counter()
        try:
            photo = open_upright(path, max_side=READ_SIDE)
        except KnownError as error:
            print(f"  {path.name}: {error}")
            continue
        reader.cost.decoding += time.perf_counter() - started
        total += 1
        if lines := reader.read(photo):
            said += 1
            if listed:
                print(f"  {path.name}: {' | '.join(f'{line.text} {line.score:.2f}' for line in lines)}")
    print(f"{folder.name}: {total} photos, text reported in {said} ({said / max(1, total):.1%})")
    print_cost(reader.cost)
    reader.cost = Cost()


def print_cost(cost: Cost) -> None:
    """Print milliseconds per photo and how much of it the networks take."""
    if cost.photos:
        each = 1000 / cost.photos
        decoding = f"; {each * cost.decoding:.0f} ms to decode before" if cost.decoding else ""
        share = cost.networks / cost.reading
        print(f"  {each * cost.reading:.0f} ms per photo to read, {share:.0%} of it in the networks{decoding}")


def main() -> None:
    """Read signs, photos without text, and the folders given."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("folders", nargs="*", type=Path)
    arguments.add_argument("--photos", type=int, default=180, help="how many signs and how many photos without text")
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--list", action="store_true", help="print what was read in folders")
    parsed = arguments.parse_args()
    reader = Reader()
    read_signs(reader, parsed.photos, parsed.seed)
    read_textures(reader, parsed.photos, parsed.seed)
    print_cost(reader.cost)
    reader.cost = Cost()
    for folder in parsed.folders:
        print()
        read_folder(reader, folder, listed=parsed.list)


if __name__ == "__main__":
    main()
