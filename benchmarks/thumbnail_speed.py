"""How fast thumbnails of 256 pixels are made, against vipsthumbnail on as many cores.

    python -m benchmarks.thumbnail_speed [--photos 24] [--runs 3] [--cores N] [--from FOLDER]

12- and 24-megapixel JPEGs are made by enlarging the photos of a folder (the project's samples without `--from`), so
that they have the detail of photos. The times include writing the thumbnails; the photos are in the page cache. The
limit is libjpeg reading every photo at an eighth of its size, and nothing else: entropy decoding can't be left out.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from benchmarks.rows import Row, table
from benchmarks.sample_photos import SAMPLES
from storage.image_file import open_upright
from storage.thumbnails import quick_preview, thumbnail

SIZES = ((4000, 3000), (6000, 4000))


def make_photos(source: Path, folder: Path, count: int, sizes: Sequence[tuple[int, int]] = SIZES) -> list[Path]:
    from PIL import Image

    originals = sorted(path for path in source.iterdir() if path.suffix.lower() in (".jpg", ".jpeg"))
    made = []
    for number in range(count):
        size = sizes[number % len(sizes)]
        picture = open_upright(originals[number // len(sizes) % len(originals)]).resize(size, Image.Resampling.BICUBIC)
        noise = Image.effect_noise(size, 24).convert("RGB")  # the grain of a sensor, so that files have real sizes
        made.append(folder / f"{number:03}.jpg")
        Image.blend(picture, noise, 0.12).save(made[-1], quality=90)
    return made


def ours(paths: list[Path], cores: int, cache: Path) -> float:
    shutil.rmtree(cache, ignore_errors=True)
    os.environ["XDG_CACHE_HOME"] = str(cache)
    begun = time.perf_counter()
    with ThreadPoolExecutor(cores) as pool:
        list(pool.map(lambda path: thumbnail(path, 256, path.stat().st_mtime_ns), paths))
    return time.perf_counter() - begun


def theirs(paths: list[Path], cores: int, out: Path) -> float:
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir()
    begun = time.perf_counter()
    running = [
        subprocess.Popen(["vipsthumbnail", "--size", "256", "-o", f"{out}/%s.png", *map(str, paths[start::cores])])
        for start in range(cores)
    ]
    for process in running:
        process.wait()
    return time.perf_counter() - begun


def decoded(paths: list[Path], cores: int) -> float:
    """Seconds for nothing but decoding."""
    from PIL.JpegImagePlugin import JpegImageFile

    def decode(path: Path) -> None:
        with JpegImageFile(path) as image:
            image.draft("RGB", (1, 1))  # the smallest scale there is
            image.load()

    begun = time.perf_counter()
    with ThreadPoolExecutor(cores) as pool:
        list(pool.map(decode, paths))
    return time.perf_counter() - begun


def rows(scratch: Path, *, photos: int, runs: int, cores: int | None = None, source: Path = SAMPLES) -> list[Row]:
    """Measure; `scratch` is a folder for photos and thumbnails."""
    cores = cores or os.cpu_count() or 1
    folder = scratch / "photos"
    folder.mkdir()
    paths = make_photos(source, folder, photos)
    vips = shutil.which("vipsthumbnail")
    mine, peer, least, again, quick = [], [], [], [], []
    for _ in range(runs):
        mine.append(ours(paths, cores, scratch / "cache") / photos * 1000)
        least.append(decoded(paths, cores) / photos * 1000)
        if vips:
            peer.append(theirs(paths, cores, scratch / "vips") / photos * 1000)
        begun = time.perf_counter()
        for path in paths:
            thumbnail(path, 256, path.stat().st_mtime_ns)
        again.append((time.perf_counter() - begun) / photos * 1000)
        begun = time.perf_counter()
        for path in paths:
            quick_preview(path)
        quick.append((time.perf_counter() - begun) / photos * 1000)
    return [
        Row(
            stage=f"thumbnail 256 px of 12-24 MP, {cores} cores",
            unit="ms",
            ours=statistics.median(mine),
            peer=statistics.median(peer) if peer else None,
            against="vipsthumbnail" if vips else "vipsthumbnail is not installed",
            limit=statistics.median(least),
            limited_by="libjpeg at 1/8, nothing else",
            ratio=statistics.median(b / a for a, b in zip(mine, peer, strict=True)) if peer else None,
            sign="≥",
            goal=1.5,
        ),
        Row(stage="thumbnail found in the cache", unit="ms", ours=statistics.median(again)),
        Row(stage="camera's preview", unit="ms", ours=statistics.median(quick)),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--photos", type=int, default=24)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--cores", type=int)
    parser.add_argument("--from", dest="source", type=Path, default=SAMPLES)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="altfolio-bench-") as made:
        print(table(rows(Path(made), photos=chosen.photos, runs=chosen.runs, cores=chosen.cores, source=chosen.source)))


if __name__ == "__main__":
    main()
