"""How fast a first scan is, against exiftool on the same folder in the same run.

    python -m benchmarks.scan_speed [--photos 5000] [--runs 3] [--folder DIR]

It reads generated JPEGs of 2 to 5 MB with EXIF, a preview, a colour profile and, every second one, XMP words. All is
in the page cache, so the programs are compared and not the disk; the middle of each file is a hole, which neither
program reads. The limit is opening each file and reading what a scan reads of it, without understanding any of it.
"""

import argparse
import io
import os
import random
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.rows import Row, table
from storage.library import Library
from storage.metadata.digest import PART
from storage.photo_source import HEAD
from storage.scan import scan

IN_A_FOLDER = 1000

DIGIKAM = 17.0 / 5.6
"""Times exiftool's that digiKam took to scan a new folder, on the reference machine; it needs a desktop to run."""


def packet(number: int) -> bytes:
    """XMP with five keywords."""
    words = "".join(f"<rdf:li>keyword {(number * 7 + k * 13) % 200}</rdf:li>" for k in range(5))
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/" '
        f'xmp:CreatorTool="Camera {number % 9}"><dc:subject><rdf:Bag>{words}</rdf:Bag></dc:subject>'
        "</rdf:Description></rdf:RDF></x:xmpmeta>" + " " * 2000 + '<?xpacket end="w"?>'
    ).encode()


def head_of(number: int, preview: bytes) -> bytes:
    """The beginning of a JPEG up to its image, with the metadata of a camera."""
    import piexif

    chosen = random.Random(number)
    taken = f"20{chosen.randint(10, 24)}:{chosen.randint(1, 12):02}:{chosen.randint(1, 28):02} 10:11:12".encode()
    exif = piexif.dump(
        {
            "0th": {
                piexif.ImageIFD.Make: b"Canon",
                piexif.ImageIFD.Model: b"Canon EOS R5",
                piexif.ImageIFD.Orientation: 1,
            },
            "Exif": {
                piexif.ExifIFD.DateTimeOriginal: taken,
                piexif.ExifIFD.FNumber: (28, 10),
                piexif.ExifIFD.MakerNote: chosen.randbytes(8000),
            },
            "1st": {piexif.ImageIFD.Compression: 6},
            "thumbnail": preview,
        }
    )
    segments = [(0xE1, exif)]
    if number % 2:
        segments.append((0xE1, b"http://ns.adobe.com/xap/1.0/\0" + packet(number)))
    segments.append((0xE2, b"ICC_PROFILE\0\1\1" + chosen.randbytes(3000)))
    return b"\xff\xd8" + b"".join(
        bytes((0xFF, code)) + (len(data) + 2).to_bytes(2, "big") + data for code, data in segments
    )


def make_photos(folder: Path, count: int) -> None:
    """Write the photos, 1,000 in a folder."""
    body, preview = _noise((4000, 3000))[20:600], _noise((160, 120))  # behind SOI and APP0, cut in the first scan
    for number in range(count):
        inner = folder / f"{number // IN_A_FOLDER:04}"
        inner.mkdir(exist_ok=True, parents=True)
        # Nobody decodes the image here, but every file differs at its ends.
        ends = number.to_bytes(8, "big").replace(b"\xff", b"\0") * 2
        with (inner / f"IMG_{number:06}.JPG").open("wb") as stream:
            stream.write(head_of(number, preview) + body + ends + b"\x5a" * PART)
            stream.seek(random.Random(number).randint(2_000_000, 5_000_000))
            stream.write(b"\x5a" * PART + ends + b"\xff\xd9")


def _noise(size: tuple[int, int]) -> bytes:
    from PIL import Image

    stream = io.BytesIO()
    Image.effect_noise(size, 60).convert("RGB").save(stream, "JPEG", quality=80)
    return stream.getvalue()


def timed(work: Callable[[], object]) -> float:
    """Seconds that a call takes."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def first_scan(folder: Path, place: Path) -> float:
    """Seconds for a scan into a new library."""
    shutil.rmtree(place, ignore_errors=True)
    with Library(place / "library.altfolio") as library:
        return timed(lambda: [None for _ in scan(library, [folder])])


def read_alone(folder: Path) -> float:
    """Seconds for the reads of a scan and nothing else."""
    paths = list(folder.rglob("*.JPG"))

    def read() -> None:
        for path in paths:
            descriptor = os.open(path, os.O_RDONLY)
            size = os.fstat(descriptor).st_size
            os.pread(descriptor, HEAD, 0)
            os.pread(descriptor, PART, size - PART)
            os.close(descriptor)

    return timed(read)


def peer(*command: str) -> Callable[[], object]:
    """A call that runs another program."""
    return lambda: subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)


def rows(scratch: Path, *, photos: int, runs: int) -> list[Row]:
    """Measure; `scratch` is a folder for the photos and the library."""
    folder = scratch / "photos"
    make_photos(folder, photos)
    exiftool = shutil.which("exiftool")
    ours, theirs, least = [], [], []
    for _ in range(runs):
        ours.append(first_scan(folder, scratch / "library") / photos * 1000)
        least.append(read_alone(folder) / photos * 1000)
        if exiftool:
            theirs.append(timed(peer(exiftool, "-r", "-fast2", "-json", str(folder))) / photos * 1000)
    shared: dict[str, Any] = {
        "stage": f"first scan, {photos:,} JPEGs, each",
        "unit": "ms",
        "ours": statistics.median(ours),
        "limit": statistics.median(least),
        "limited_by": "open, 2 reads, close",
    }
    if not theirs:
        return [Row(**shared, against="exiftool is not installed")]
    ratio = statistics.median(b / a for a, b in zip(ours, theirs, strict=True))
    other = statistics.median(theirs)
    said = f"digiKam, {DIGIKAM:.2f} × exiftool as measured once"
    return [
        Row(**shared, peer=other, against="exiftool -r -fast2 -json", ratio=ratio, sign="≥", goal=10),
        Row(**shared, peer=other * DIGIKAM, against=said, ratio=ratio * DIGIKAM, sign="≥", goal=20),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--photos", type=int, default=5000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--folder", type=Path, help="where to make the files; a temporary folder without it")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=chosen.folder, prefix="altfolio-bench-") as made:
        print(table(rows(Path(made), photos=chosen.photos, runs=chosen.runs)))


if __name__ == "__main__":
    main()
