"""How a review goes by keyboard alone while the real models work: keys per photo, time from key to next photo.

    python -m benchmarks.review_session [--photos 50] [--others 200]

A private X server with a window manager and AT-SPI (the packages of the end-to-end tests), the real window, real keys.
The photos to be reviewed have drafts; the models look at the others meanwhile, which are the samples, each saved anew
so that none is a copy. A photo counts as shown when its picture is painted and its words stand in the panel, so the
time holds the way of the key through the X server, the decision, the photo's rows and its picture.
"""

import argparse
import statistics
import tempfile
import time
from pathlib import Path

from PIL import Image

from storage.library import Library
from storage.scan import scan
from tests.end_to_end.desktop import Desktop
from tests.end_to_end.keyboard_review import review
from tests.gui import libraries

GOAL_MS = 100


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photos", type=int, default=50, help="how many are approved and written")
    parser.add_argument("--others", type=int, default=200, help="how many the models look at meanwhile")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        root = Path(temporary)
        place = root / "review.altfolio"
        with Library(place) as library:
            libraries.fill(library, libraries.sample_files(root / "drafts", arguments.photos + 1))
            for _ in scan(library, [_others(root / "others", arguments.others)]):
                pass
        (root / "desktop").mkdir()
        begun = time.monotonic()
        with Desktop(root / "desktop") as desktop:
            done = review(desktop, place, arguments.photos, tag=arguments.others > 0)
        seconds = time.monotonic() - begun
    waits = sorted(wait * 1000 for wait in done.waits)
    print(f"{'photos approved and written':<48}{arguments.photos:>10,}")
    print(f"{'keys pressed per approved photo':<48}{done.approving / arguments.photos:>10.2f}     goal 1")
    print(f"{'keys for opening and confirming the writing':<48}{done.presses - done.approving:>10}")
    print(f"{'photos shown while the models worked':<48}{done.meanwhile:>10,}")
    print(f"{'key to next photo shown, p50':<48}{statistics.median(waits):>10.1f} ms")
    p95 = waits[min(len(waits) - 1, int(len(waits) * 0.95))]
    print(f"{'key to next photo shown, p95':<48}{p95:>10.1f} ms   goal {GOAL_MS}, {p95 / GOAL_MS:.2f} of it")
    print(f"{'longest':<48}{waits[-1]:>10.1f} ms")
    print(f"{'whole session, start and writing included':<48}{seconds:>10.1f} s")


def _others(folder: Path, count: int) -> Path:
    folder.mkdir()
    originals = [path for path in sorted(libraries.SAMPLES.iterdir()) if path.suffix in {".jpg", ".png", ".webp"}]
    for number in range(count):
        with Image.open(originals[number % len(originals)]) as original:
            original.convert("RGB").save(folder / f"{number:04}.jpg", quality=70 + number // len(originals) % 25)
    return folder


if __name__ == "__main__":
    main()
