"""How fast thumbnails of 256 pixels are made, against vipsthumbnail on as many cores.

    python -m benchmarks.thumbnail_speed [--photos 24] [--runs 3] [--cores N] [--from FOLDER] [--json FILE]

12- and 24-megapixel JPEGs are made by enlarging the photos of a folder (the project's samples without `--from`), so
that they have the detail of photos. The times include writing the thumbnails; the photos are in the page cache.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from storage.image_file import open_upright
from storage.thumbnails import quick_preview, thumbnail

SAMPLES = Path(__file__).parents[1] / "resources" / "samples"
SIZES = ((4000, 3000), (6000, 4000))


def make_photos(source: Path, folder: Path, count: int) -> list[Path]:
    from PIL import Image

    originals = sorted(path for path in source.iterdir() if path.suffix.lower() in (".jpg", ".jpeg"))
    made = []
    for number in range(count):
        size = SIZES[number % 2]
        picture = open_upright(originals[number // 2 % len(originals)]).resize(size, Image.Resampling.BICUBIC)
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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--photos", type=int, default=24)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--cores", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--from", dest="source", type=Path, default=SAMPLES)
    parser.add_argument("--json", type=Path, help="write the table there too")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="altfolio-bench-") as made:
        folder = Path(made)
        paths = make_photos(chosen.source, folder, chosen.photos)
        mine, peer, again, quick = [], [], [], []
        for _ in range(chosen.runs):
            mine.append(ours(paths, chosen.cores, folder / "cache") / len(paths) * 1000)
            if shutil.which("vipsthumbnail"):
                peer.append(theirs(paths, chosen.cores, folder / "vips") / len(paths) * 1000)
            begun = time.perf_counter()
            for path in paths:
                thumbnail(path, 256, path.stat().st_mtime_ns)
            again.append((time.perf_counter() - begun) / len(paths) * 1000)
            begun = time.perf_counter()
            for path in paths:
                quick_preview(path)
            quick.append((time.perf_counter() - begun) / len(paths) * 1000)
    rows = {
        f"thumbnail 256 px, {chosen.cores} cores": mine,
        "vipsthumbnail": peer,
        "found in the cache": again,
        "camera's preview": quick,
    }
    medians = {stage: statistics.median(times) for stage, times in rows.items() if times}
    print(f"{'stage':<34}{'ms per photo':>14}")
    for stage, value in medians.items():
        print(f"{stage:<34}{value:>14.3f}")
    if peer:
        print(f"ratio {statistics.median(peer) / statistics.median(mine):.2f} (goal ≥ 1.5)")
    if chosen.json:
        chosen.json.write_text(json.dumps(medians, indent=1) + "\n")


if __name__ == "__main__":
    main()
