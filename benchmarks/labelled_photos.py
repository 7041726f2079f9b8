"""Folders of labelled photos, and what the embedded packs find in them; shared by the benchmarks of words.

Two forms are understood: a folder with `objects.yaml`, `images/` and `labels/` as detectors use them (a line per
object, `class cx cy w h`), and a folder of photos named `NNN_WNID_name.JPEG` after their ImageNet class.
"""

import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from inference import decoders, packs, raw_json, runtime
from inference.findings import RawFindings
from storage.image_file import open_upright

WNID = re.compile(r"\d+_(n\d{8})_")
"""How photos of an ImageNet class are named."""

DECODED = 1024
"""Longer side in pixels at which photos are decoded, as tagging does."""


@dataclass(frozen=True, slots=True)
class LabelledPhoto:
    """One photo with its truth.

    Attributes:
        counts: how many of each class are there, complete for `classes`; empty where only the class is known.
        classes: the classes that were looked for; empty where only the class is known.
        wnid: the photo's ImageNet class, or "".
        raw: what the packs found.
    """

    path: Path
    counts: Mapping[str, int]
    classes: frozenset[str]
    wnid: str
    raw: RawFindings


@dataclass
class Cost:
    """Seconds that each pack took in all, by its id, and the number of photos."""

    photos: int = 0
    seconds: dict[str, float] = field(default_factory=dict)


def read_folder(folder: Path) -> list[tuple[Path, dict[str, int], frozenset[str], str]]:
    """Path, counts, classes and ImageNet class of every photo of a labelled folder, in the order of their names."""
    names_file = folder / "objects.yaml"
    if not names_file.exists():
        named = [(path, WNID.match(path.name)) for path in sorted(folder.iterdir())]
        return [(path, {}, frozenset(), match.group(1)) for path, match in named if match]
    pairs = re.findall(r"^\s+(\d+): (.+)$", names_file.read_text(encoding="utf-8"), re.MULTILINE)
    names = {number: name.strip() for number, name in pairs}
    photos = []
    for path in sorted((folder / "images").iterdir()):
        label = folder / "labels" / f"{path.stem}.txt"
        lines = label.read_text(encoding="ascii").split("\n") if label.exists() else []
        counts: dict[str, int] = {}
        for line in filter(None, lines):
            name = names[line.split()[0]]
            counts[name] = counts.get(name, 0) + 1
        photos.append((path, counts, frozenset(names.values()), ""))
    return photos


def look_at(folders: list[Path], cost: Cost) -> Iterator[LabelledPhoto]:
    """Every photo of the folders with what the installed packs for objects and things find in it.

    Findings are rounded as the library keeps them, so that figures are those of the program.
    """
    options = runtime.Options()
    eyes = [decoders.load(pack, options) for pack in packs.discover(Path()) if pack.task in ("detect", "classify")]
    for folder in folders:
        for path, counts, classes, wnid in read_folder(folder):
            image = open_upright(path, max_side=DECODED)
            kept = []
            for eye in eyes:
                started = time.perf_counter()
                kept.append(raw_json.dump(eye.look(image)))
                spent = time.perf_counter() - started
                cost.seconds[eye.pack.id] = cost.seconds.get(eye.pack.id, 0.0) + spent
            cost.photos += 1
            yield LabelledPhoto(path, counts, classes, wnid, raw_json.merge(kept))
