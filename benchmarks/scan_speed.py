"""How fast a first scan and a rescan are, against exiftool and find on the same folder in the same run.

    python -m benchmarks.scan_speed [--photos 5000] [--files 100000] [--runs 3] [--folder DIR] [--json FILE]

The first scan reads generated JPEGs of 2 to 5 MB with EXIF, a preview, a colour profile and, every second one, XMP
words; the rescan is of hard links to them, 1,000 in a folder. Everything is in the page cache, so the programs are
compared and not the disk. exiftool and find are left out where they are not installed.
"""

import argparse
import json
import os
import random
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from storage.library import Library
from storage.scan import scan

IN_A_FOLDER = 1000


def packet(number: int) -> bytes:
    words = "".join(f"<rdf:li>keyword {(number * 7 + k * 13) % 200}</rdf:li>" for k in range(5))
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/" '
        f'xmp:CreatorTool="Camera {number % 9}"><dc:subject><rdf:Bag>{words}</rdf:Bag></dc:subject>'
        "</rdf:Description></rdf:RDF></x:xmpmeta>" + " " * 2000 + '<?xpacket end="w"?>'
    ).encode()


def photo(number: int, body: bytes, preview: bytes) -> bytes:
    """A JPEG with the metadata of a camera; `body` is the coded image from its first table on."""
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
    head = b"".join(bytes((0xFF, code)) + (len(data) + 2).to_bytes(2, "big") + data for code, data in segments)
    size = chosen.randint(2_000_000, 5_000_000)
    # The scan data is repeated noise: nobody decodes it here, and every file differs at its ends.
    filling = number.to_bytes(8, "big").replace(b"\xff", b"\0") * 2
    return b"\xff\xd8" + head + body + filling + b"\x5a" * (size - len(body)) + filling + b"\xff\xd9"


def make_photos(folder: Path, count: int) -> None:
    import io

    from PIL import Image

    def encoded(size: tuple[int, int]) -> bytes:
        stream = io.BytesIO()
        Image.effect_noise(size, 60).convert("RGB").save(stream, "JPEG", quality=80)
        return stream.getvalue()

    body, preview = encoded((4000, 3000))[20:600], encoded((160, 120))  # behind SOI and APP0, cut in the first scan
    for number in range(count):
        inner = folder / f"{number // IN_A_FOLDER:04}"
        inner.mkdir(exist_ok=True, parents=True)
        (inner / f"IMG_{number:06}.JPG").write_bytes(photo(number, body, preview))


def make_links(source: Path, folder: Path, count: int) -> None:
    originals = sorted(source.rglob("*.JPG"))
    for number in range(count):
        inner = folder / f"{number // IN_A_FOLDER:04}"
        if number % IN_A_FOLDER == 0:
            inner.mkdir(parents=True, exist_ok=True)
        os.link(originals[number % len(originals)], inner / f"IMG_{number:07}.JPG")


def timed(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def first_scan(folder: Path, place: Path) -> float:
    shutil.rmtree(place, ignore_errors=True)
    with Library(place / "library.altfolio") as library:
        return timed(lambda: [None for _ in scan(library, [folder])])


def peer(*command: str) -> Callable[[], object]:
    return lambda: subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--photos", type=int, default=5000)
    parser.add_argument("--files", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--folder", type=Path, help="where to make the files; a temporary folder without it")
    parser.add_argument("--json", type=Path, help="write the table there too")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=chosen.folder, prefix="altfolio-bench-") as made:
        rows = measure(Path(made), chosen.photos, chosen.files, chosen.runs)
    print(f"{'stage':<34}{'ours':>12}{'peer':>12}{'ratio':>9}  goal")
    for row in rows:
        theirs = "–" if row["peer"] is None else f"{row['peer']:.3f} s"
        ratio = "–" if row["ratio"] is None else f"{row['ratio']:.2f}"
        print(f"{row['stage']:<34}{row['ours']:>10.3f} s{theirs:>12}{ratio:>9}  {row['goal']}")
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MiB", file=sys.stderr)
    if chosen.json:
        chosen.json.write_text(json.dumps(rows, indent=1) + "\n")


def measure(folder: Path, count: int, files: int, runs: int) -> list[dict[str, object]]:
    photos, links, place = folder / "photos", folder / "links", folder / "library"
    make_photos(photos, count)
    exiftool, find = shutil.which("exiftool"), shutil.which("find")
    ours, theirs = [], []
    for _ in range(runs):
        ours.append(first_scan(photos, place))
        if exiftool:
            theirs.append(timed(peer(exiftool, "-r", "-fast2", "-json", str(photos))))
    table = [row(f"first scan, {count} JPEGs", ours, theirs, "≤ 0.10 of exiftool -r -fast2 -json")]
    make_links(photos, links, files)
    whole = first_scan(links, place)
    table.append(row(f"first scan, {files} hard links", [whole], [], f"({whole / files * 1000:.3f} ms each)"))
    ours, theirs = [], []
    with Library(place / "library.altfolio") as library:
        for _ in range(max(runs, 3)):
            ours.append(timed(lambda: [None for _ in scan(library)]))
            if find:
                theirs.append(timed(peer(find, str(links), "-printf", "%p %s %T@\\n")))
    table.append(row(f"rescan, {files} files unchanged", ours, theirs, "≤ 2 of find -printf"))
    return table


def row(stage: str, ours: list[float], theirs: list[float], goal: str) -> dict[str, object]:
    mine = statistics.median(ours)
    other = statistics.median(theirs) if theirs else None
    return {"stage": stage, "ours": mine, "peer": other, "ratio": mine / other if other else None, "goal": goal}


if __name__ == "__main__":
    main()
