"""How fast words are written into 5 MB JPEGs, against `cp` with fsync and against ExifTool, and with how much memory.

Each way gets the same files: copied with a flush to the disk; written by Altfolio under its whole protocol (copy,
flush, read again, proof, replace, flush of the folder); written by `exiftool -stay_open` without any flush or proof.
Memory is the peak above the start of a process that writes one large file, as a multiple of the file. Run:

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
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from PIL import Image

from storage.metadata.durable import Identity
from storage.metadata.exiftool import ExifTool
from storage.metadata.fields import WordsEdit
from storage.metadata.undo import UndoRecord
from storage.metadata.write import WriteOptions, write_words

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


def measured(name: str, write: Callable[[Path], object], data: bytes, count: int, folder: Path) -> float:
    """Seconds per file."""
    spent = 0.0
    for start in range(0, count, BATCH):
        paths = [folder / f"{number}.jpg" for number in range(start, min(start + BATCH, count))]
        for path in paths:
            path.write_bytes(data)
        os.sync()
        begun = time.perf_counter()
        for path in paths:
            write(path)
        spent += time.perf_counter() - begun
        for path in paths:
            path.unlink()
    print(f"{name:32} {count / spent:8.1f} files/s {spent / count * 1000:8.1f} ms/file", flush=True)
    return spent / count


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
        options, journal = WriteOptions(), Forgetful()
        base = measured("cp + fsync", copy_and_flush, data, arguments.files, folder)
        ours = measured(
            "altfolio", lambda p: write_words(p, EDIT, options=options, journal=journal), data, arguments.files, folder
        )
        print(f"altfolio / cp + fsync: {ours / base:.2f}")
        if arguments.exiftool:
            tool = ExifTool(Path(arguments.exiftool))
            command = ["-overwrite_original", "-XMP-iptcCore:AltTextAccessibility=A grey cat", "-XMP-dc:Subject=cat"]
            theirs = measured(
                "exiftool -stay_open, no fsync", lambda p: tool.run([*command, str(p)]), data, arguments.files, folder
            )
            tool.close()
            print(f"altfolio / exiftool: {ours / theirs:.2f}")
        memory("jpg", data, noise_jpeg(65), folder)
        target = io.BytesIO()
        Image.frombytes("RGB", (8200, 8200), os.urandom(8200 * 8200 * 3)).save(target, "TIFF")
        tiny = io.BytesIO()
        Image.new("RGB", (8, 8)).save(tiny, "TIFF")
        memory("tif", tiny.getvalue(), target.getvalue(), folder)


if __name__ == "__main__":
    main()
