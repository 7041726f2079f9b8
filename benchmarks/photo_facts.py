"""How often the facts about whole photos are true, those that are said and those that were left out.

    .venv/bin/python -m benchmarks.photo_facts ../shared/data resources/samples

Truth is benchmarks/by_eye.tsv. A rule is kept where at least 0.9 of the photos it speaks of are what it says, and they
are enough to tell. The rules that were left out stand here alone, so that they can be tried on other photos.
"""

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL.Image import Image

from benchmarks.labelled_photos import DECODED, rows_by_eye
from inference import decoders, packs, photo_facts
from inference.findings import Findings, RawFindings
from inference.judge import judge
from inference.vocabulary import Vocabulary
from storage.image_file import open_upright
from storage.job import KnownError

WIDE = 2.2
"""Width to height from which a photo was tried as a panorama."""

NEAR, ARM = 0.8, 0.4
"""Share of the photo that a person's box covers, from which it was tried as a close-up and as a selfie."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One photo: the picture, the facts that are said of it, and the findings of the objects pack."""

    image: Image
    said: frozenset[str]
    findings: Findings

    def person(self) -> float:
        """Share of the photo that the largest of at most two people covers; 0 where there are none or more."""
        if not 0 < self.findings.people <= 2:
            return 0.0
        return max((box.area for f in self.findings.concepts if f.concept == "person" for box in f.boxes), default=0.0)


Rule = Callable[[Seen], bool]

RULES: dict[str, tuple[str, str, Rule]] = {
    "black and white": ("grey", "chroma within 4 of its middle, 99 % of pixels", lambda s: photo_facts.GREY in s.said),
    "screenshot or graphic": (
        "graphic",
        "70 % of neighbours equal, 40 % of the others sharp edges",
        lambda s: photo_facts.GRAPHIC in s.said,
    ),
    "dark": ("dark", "80 % of pixels below 60 of 255", lambda s: photo_facts.NIGHT in s.said),
    "night": ("night", "as dark", lambda s: photo_facts.NIGHT in s.said),
    "panorama": ("panorama", "width ≥ 2.2 × height, no graphic", lambda s: s.image.width >= WIDE * s.image.height),
    "close-up of a person": ("closeup", "one or two people, box ≥ 80 %", lambda s: s.person() >= NEAR),
    "selfie": ("selfie", "one or two people, box ≥ 40 %", lambda s: s.person() >= ARM),
}
"""What is said, its name in the table of truth, the rule in words, and the rule."""


def labelled(folders: Sequence[Path]) -> Iterator[tuple[Path, frozenset[str]]]:
    """The labelled photos that are in the folders, with the facts that hold."""
    for row in rows_by_eye():
        within = Path(row["folder"], row["file"])
        for folder in folders:
            for path in (folder / within, folder / row["file"]):
                if path.is_file() and path.parts[-2] == within.parts[-2]:
                    yield path, frozenset(row["facts"].split())


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path)
    options = parser.parse_args(arguments)
    words = Vocabulary.load()
    eye = decoders.load(packs.read_pack(packs.EMBEDDED / "objects"))
    right = dict.fromkeys(RULES, 0)
    wrong: dict[str, list[str]] = {name: [] for name in RULES}
    missed = dict.fromkeys(RULES, 0)
    for path, facts in labelled(options.folders):
        try:
            image = open_upright(path, max_side=DECODED)
        except KnownError as error:
            print(error, file=sys.stderr)
            continue
        raw = RawFindings(detections=eye.look(image).detections)
        said = frozenset(label.label for label in photo_facts.look(image).labels)
        seen = Seen(image, said, judge(raw, words))
        for name, (fact, _, rule) in RULES.items():
            if not rule(seen):
                missed[name] += fact in facts
            elif fact in facts:
                right[name] += 1
            else:
                wrong[name].append(path.name)
    print("| said | rule | photos | right | precision | there, not said |\n|---|---|---|---|---|---|")
    for name, (_, words_of_rule, _) in RULES.items():
        count = right[name] + len(wrong[name])
        share = right[name] / max(1, count)
        print(f"| {name} | {words_of_rule} | {count} | {right[name]} | {share:.2f} | {missed[name]} |")
    for name, paths in wrong.items():
        print(f"{name}: wrong {', '.join(paths)}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
