"""How fast words are written into 5 MB JPEGs, against `cp` with fsync and against ExifTool, and with how much memory.

Each way gets the same files, in turns of 100, so that a busy machine is as unkind to all: copied with a flush to the
disk, one by one and four side by side (the least that any safe writer must do); written by Altfolio under its whole
protocol (copy, flush, read again, proof, replace, flush of the folder), one by one, side by side, and as `embed` does
it with the library's journal; written by `exiftool -stay_open` without any flush or proof, and with a flush of file
and folder. Memory is the peak above the start of a process that writes one large file, as a multiple of the file. Run:

    python benchmarks/metadata_speed.py [--files 1000] [--folder /where/the/disk/is] [--exiftool PATH]
"""

import argparse
import io
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from PIL import Image

from storage import photos, review
from storage.embed import SIDE_BY_SIDE, embed
from storage.library import Library
from storage.metadata.durable import Identity
from storage.metadata.exiftool import ExifTool
from storage.metadata.fields import WordsEdit
from storage.metadata.undo import UndoRecord
from storage.metadata.write import WriteOptions, write_words
from storage.scan import scan

EDIT = WordsEdit(alt_text={"en": "A grey cat sleeps on a red sofa."}, keywords_add=("cat", "sofa", "at home"))
BATCH = 100
"""Files at once, so that a small disk serves for a thousand."""


class Forgetful:
    """A journal that keeps nothing: the library's part is measured with the library."""

    def intent(self, record: UndoRecord) -> None:
        """Keep nothing."""

    def done(self, token: object, identity: Identity | None) -> None:
        """Keep nothing."""

    def failed(self, token: object, message: str) -> None:
        """Keep nothing."""


def noise_jpeg(megabytes: float) -> bytes:
    """A JPEG of about that size whose picture can't be compressed."""
    side = int((megabytes * 1_520_000) ** 0.5)
    target = io.BytesIO()
    Image.frombytes("RGB", (side, side), os.urandom(side * side * 3)).save(target, "JPEG", quality=80)
    return target.getvalue()


def copy_and_flush(path: Path) -> None:
    target = path.with_suffix(".copy")
    shutil.copyfile(path, target)
    descriptor = os.open(target, os.O_RDONLY)
    os.fsync(descriptor)
    os.close(descriptor)
    target.replace(path)


Way = Callable[[list[Path]], object]


def one_by_one(write: Callable[[Path], object]) -> Way:
    def way(paths: list[Path]) -> None:
        for path in paths:
            write(path)

    return way


def side_by_side(write: Callable[[Path], object]) -> Way:
    def way(paths: list[Path]) -> None:
        with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
            list(pool.map(write, paths))

    return way


def flushed(path: Path, _said: str) -> None:
    """What makes a file that another program replaced as durable as ours."""
    for place in (path, path.parent):
        descriptor = os.open(place, os.O_RDONLY)
        os.fsync(descriptor)
        os.close(descriptor)


def with_library(folder: Path) -> tuple[Callable[[list[Path]], None], Way]:
    """Prepare a library with the photos approved, and embed them."""
    opened: list[Library] = []

    def prepare(paths: list[Path]) -> None:
        library = Library(folder.with_name(f"{folder.name} library") / f"{time.monotonic_ns()}.altfolio")
        list(scan(library, [folder]))
        with library.read() as connection:
            ids = [photos.id_of(connection, path) for path in paths]
        review.set_text(library, [i for i in ids if i is not None], EDIT.alt_text["en"])  # type: ignore[index]
        opened.append(library)

    def way(paths: list[Path]) -> None:
        library = opened.pop()
        steps = list(embed(library))
        assert steps[-1].done == len(paths) and not steps[-1].problems
        library.close()

    return prepare, way


def measure(
    ways: dict[str, Way], prepare: dict[str, Callable[[list[Path]], None]], data: bytes, count: int, folder: Path
) -> dict[str, float]:
    """Seconds per file of each way, all in turns; printed."""
    spent = dict.fromkeys(ways, 0.0)
    for start in range(0, count, BATCH):
        paths = [folder / f"{number}.jpg" for number in range(start, min(start + BATCH, count))]
        for name, way in ways.items():
            for path in paths:
                path.write_bytes(data)
            if name in prepare:
                prepare[name](paths)
            os.sync()
            begun = time.perf_counter()
            way(paths)
            spent[name] += time.perf_counter() - begun
            for path in paths:
                path.unlink()
    base = next(iter(spent.values()))
    for name, seconds in spent.items():
        print(f"{name:38} {count / seconds:8.1f} files/s {seconds / count * 1000:7.1f} ms/file {seconds / base:6.2f} ×")
    return {name: seconds / count for name, seconds in spent.items()}


PEAK = """
import sys
from pathlib import Path
sys.path.insert(0, {root!r})
from benchmarks.metadata_speed import EDIT, Forgetful
from storage.metadata.write import WriteOptions, write_words
small, large = map(Path, sys.argv[1:])
write_words(small, EDIT, options=WriteOptions(), journal=Forgetful())
peak = lambda: int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0])
before = peak()
print(write_words(large, EDIT, options=WriteOptions(), journal=Forgetful()).engine)
print(peak() - before, before)
"""


def memory(name: str, small: bytes, large: bytes, folder: Path) -> None:
    """Print the peak of a process that writes `large`, above that of one that writes `small`."""
    paths = [folder / f"small.{name}", folder / f"large.{name}"]
    for path, data in zip(paths, (small, large), strict=True):
        path.write_bytes(data)
    root = str(Path(__file__).resolve().parents[1])
    done = subprocess.run(
        [sys.executable, "-c", PEAK.format(root=root), *map(str, paths)], capture_output=True, text=True, check=True
    )
    engine, figures = done.stdout.strip().split("\n")
    more, base = (int(figure) * 1024 for figure in figures.split())
    size = len(large)
    print(f"{name:5} {size / 1e6:6.0f} MB ({engine}): {more / 1e6:6.1f} MB above the {base / 1e6:.0f} MB of a small,")
    print(f"{'':5} {more / size:.2f} × the file; whole process {(more + base) / size:.2f} ×")
    for path in paths:
        path.unlink()


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--files", type=int, default=1000)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--exiftool", default=shutil.which("exiftool"))
    arguments = parser.parse_args()
    data = noise_jpeg(5)
    print(f"{arguments.files} JPEGs of {len(data) / 1e6:.1f} MB")
    with tempfile.TemporaryDirectory(dir=arguments.folder) as name:
        folder = Path(name)
        photos_folder = folder / "photos"
        photos_folder.mkdir()
        options, journal = WriteOptions(), Forgetful()
        prepare, embedding = with_library(photos_folder)
        ways = {
            "cp + fsync": one_by_one(copy_and_flush),
            "cp + fsync, side by side": side_by_side(copy_and_flush),
            "altfolio, one by one": one_by_one(lambda p: write_words(p, EDIT, options=options, journal=journal)),
            "altfolio, side by side": side_by_side(lambda p: write_words(p, EDIT, options=options, journal=journal)),
            "altfolio embed, with its library": embedding,
        }
        if arguments.exiftool:
            tool = ExifTool(Path(arguments.exiftool))
            command = ["-overwrite_original", "-XMP-iptcCore:AltTextAccessibility=A grey cat", "-XMP-dc:Subject=cat"]
            ways["exiftool -stay_open, no fsync"] = one_by_one(lambda p: tool.run([*command, str(p)]))
            ways["exiftool -stay_open + fsync"] = one_by_one(lambda p: flushed(p, tool.run([*command, str(p)])))
        measure(ways, {"altfolio embed, with its library": prepare}, data, arguments.files, photos_folder)
        if arguments.exiftool:
            tool.close()
        memory("jpg", data, noise_jpeg(65), folder)
        target = io.BytesIO()
        Image.frombytes("RGB", (8200, 8200), os.urandom(8200 * 8200 * 3)).save(target, "TIFF")
        tiny = io.BytesIO()
        Image.new("RGB", (8, 8)).save(tiny, "TIFF")
        memory("tif", tiny.getvalue(), target.getvalue(), folder)


if __name__ == "__main__":
    main()
