"""Folders of labelled photos, and what the embedded packs find in them; shared by the benchmarks of words.

Two forms are understood: a folder with `objects.yaml`, `images/` and `labels/` as detectors use them (a line per
object, `class cx cy w h`), and a folder of photos named `NNN_WNID_name.JPEG` after their ImageNet class. How many
people are in the latter was counted by eye for those that are in by_eye.tsv.
"""

import csv
import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from PIL import ImageOps

from inference import decoders, packs, raw_json, runtime
from inference.findings import RawFindings
from inference.views import views as views_of
from storage.image_file import open_upright

WNID = re.compile(r"\d+_(n\d{8})_")
"""How photos of an ImageNet class are named."""

BY_EYE = Path(__file__).with_name("by_eye.tsv")
"""What one person saw in photos without labels of their own."""

DECODED = 1024
"""Longer side in pixels at which photos are decoded, as tagging does."""


@dataclass(frozen=True, slots=True)
class LabelledPhoto:
    """One photo with its truth.

    Attributes:
        counts: how many of each class are there, complete for `classes`; empty where only the class is known.
        classes: the classes that were looked for; empty where only the class is known.
        wnid: the photo's ImageNet class, or "".
        people: how many there are, 5 for five or more; None where nobody counted.
        raw: what the packs found.
    """

    path: Path
    counts: Mapping[str, int]
    classes: frozenset[str]
    wnid: str
    people: int | None
    raw: RawFindings


@dataclass
class Cost:
    """Processor seconds by the pack's id: all that it took for so many photos, and what its network alone takes."""

    photos: int = 0
    seconds: dict[str, float] = field(default_factory=dict)
    network: dict[str, float] = field(default_factory=dict)

    def add(self, eye: decoders.Eye, seconds: float) -> None:
        """Count a photo that a pack looked at, and let its network run on nothing as often as it did for the photo."""
        views = eye.pack.views
        looks = sum(1 for _ in views_of(views)) if eye.pack.task == "detect" else 1 + views.mirror + views.squash
        self.seconds[eye.pack.id] = self.seconds.get(eye.pack.id, 0.0) + seconds
        for network, times in zip(eye.networks, (looks, 1), strict=False):
            self.network[eye.pack.id] = self.network.get(eye.pack.id, 0.0) + times * _alone(network)


def _alone(network: runtime.Network) -> float:
    """Processor seconds of one run on a photo without anything in it."""
    tensor = runtime.to_tensor(np.zeros((network.input.height, network.input.width, 3), np.float32), network.input)
    started = time.thread_time()
    network.run(tensor)
    return time.thread_time() - started


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


def rows_by_eye() -> list[dict[str, str]]:
    """The rows of by_eye.tsv: folder, file, people and facts."""
    with BY_EYE.open(encoding="utf-8") as lines:
        return list(csv.DictReader((line for line in lines if not line.startswith("#")), delimiter="\t"))


def look_at(folders: list[Path], cost: Cost, *, mirrored: bool = False) -> Iterator[LabelledPhoto]:
    """Every photo of the folders with what the installed packs for objects and things find in it.

    Findings are rounded as the library keeps them, so that figures are those of the program.

    Args:
        mirrored: left and right of each photo exchanged. The same things are there, in photos that no threshold was
            chosen on, so what is lost in them was fitted to the photos rather than learnt from them.
    """
    options = runtime.Options()
    counted = {(row["folder"], row["file"]): int(row["people"].rstrip("+")) for row in rows_by_eye() if row["people"]}
    eyes = [decoders.load(pack, options) for pack in packs.discover(Path()) if pack.task in ("detect", "classify")]
    for folder in folders:
        for path, counts, classes, wnid in read_folder(folder):
            image = open_upright(path, max_side=DECODED)
            if mirrored:
                image = ImageOps.mirror(image)
            kept = []
            for eye in eyes:
                started = time.thread_time()
                kept.append(raw_json.dump(eye.look(image)))
                cost.add(eye, time.thread_time() - started)
            cost.photos += 1
            people = counts.get("person", 0) if classes else counted.get((folder.name, path.name))
            yield LabelledPhoto(path, counts, classes, wnid, people, raw_json.merge(kept))
