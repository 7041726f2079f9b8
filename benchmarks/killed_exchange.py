"""Whether anything half-done is ever seen: export, gallery, import and backup are killed (SIGKILL) at random moments.

    python -m benchmarks.killed_exchange [--photos 3000] [--rounds 12]

Each command runs once to its end, to know how long it takes and what it leaves; then it is killed at a random moment of
that time, over and over. After each kill the file or library must be exactly as before or exactly as after.
"""

import argparse
import hashlib
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from PIL import Image

from storage import backup, review, search
from storage.exchange.exporting import write_records
from storage.library import Library
from storage.scan import scan


@dataclass(frozen=True, slots=True)
class Case:
    """A command that may be killed.

    Attributes:
        seen: what others see of its result, as text.
    """

    name: str
    arguments: tuple[str, ...]
    seen: Callable[[], str]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photos", type=int, default=3_000)
    parser.add_argument("--rounds", type=int, default=12)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        library = place / "library.altfolio"
        _fill(library, place / "photos", arguments.photos)
        print(f"{'command':10} {'seconds':>8} {'kills':>6} {'before':>7} {'after':>6} {'half-done':>10}")
        for case in _cases(library, place):
            _report(case, library, place, arguments.rounds)


def _fill(library: Path, folder: Path, photos: int) -> None:
    folder.mkdir()
    random.seed(1)
    for number in range(photos):
        Image.new("RGB", (64, 48), (number % 256, number // 256 % 256, 90)).save(folder / f"{number:05}.png")
    with Library(library) as opened:
        for _ in scan(opened, [folder]):
            pass
        with opened.read() as connection:
            ids = search.find(connection, "")
        for start in range(0, len(ids), 100):
            review.set_text(opened, ids[start : start + 100], f"A plain picture of one colour, {start}.")


def _cases(library: Path, place: Path) -> list[Case]:
    table, texts = place / "words.csv", place / "words.json"
    shown, copy, given = place / "gallery", place / "copy.altfolio", place / "given.csv"
    rows = "\n".join(f'{place}/photos/{number:05}.png,"New text, {number}."' for number in range(2_500))
    given.write_text(f"File,Text\n{rows}\n", encoding="utf-8")
    mapped = ("--column", "File=path", "--column", "Text=alt_text.en", "--rule", "replace")
    return [
        Case("export", ("export", str(table)), lambda: _digest(table)),
        Case("export", ("export", str(texts)), lambda: _digest(texts)),
        Case("gallery", ("gallery", str(shown), "name:000*"), lambda: _folder(shown)),
        Case("backup", ("backup", str(copy)), lambda: _library(copy)),
        Case("import", ("import", str(given), *mapped), lambda: _library(library)),
    ]


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.exists() else "nothing"


def _folder(path: Path) -> str:
    """The names and sizes of all files of a folder."""
    return repr(sorted((str(file.relative_to(path)), file.stat().st_size) for file in path.rglob("*")))


def _library(path: Path) -> str:
    """All words of a library; opening it does what a restart of the program does."""
    if not path.exists():
        return "nothing"
    with Library(path) as library:
        harm = backup.damage(path)
        stream = BytesIO()
        with library.read() as connection:
            ids = search.find(connection, "")
        for _ in write_records(library, ids, stream, "json"):
            pass
    return harm or hashlib.sha256(stream.getvalue()).hexdigest()


def _report(case: Case, library: Path, place: Path, rounds: int) -> None:
    kept = place / "kept"
    shutil.rmtree(kept, ignore_errors=True)
    ours = [path for path in place.iterdir() if path.name not in ("photos", "given.csv")]
    kept.mkdir()
    for path in ours:
        (shutil.copytree if path.is_dir() else shutil.copy2)(path, kept / path.name)
    before = case.seen()
    command = [sys.executable, "main.py", "--library", str(library), *case.arguments]
    started = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    seconds = time.perf_counter() - started
    after = case.seen()
    counts = {before: 0, after: 0}
    halves = kills = 0
    for _ in range(rounds):
        _put_back(kept, place)
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(random.uniform(0.2, 1.0) * seconds)
        kills += process.poll() is None
        process.kill()
        process.wait()
        found = case.seen()
        halves += found not in counts
        counts[found] = counts.get(found, 0) + 1
    _put_back(kept, place)
    print(
        f"{case.name:10} {seconds:8.1f} {kills:6} {counts[before]:7} {counts[after] if after != before else 0:6} "
        f"{halves:10}",
        flush=True,
    )


def _put_back(kept: Path, place: Path) -> None:
    """Everything as it was before the command ran."""
    for path in place.iterdir():
        if path.name in ("photos", "given.csv", "kept"):
            continue
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
    for path in kept.iterdir():
        (shutil.copytree if path.is_dir() else shutil.copy2)(path, place / path.name)


if __name__ == "__main__":
    main()
