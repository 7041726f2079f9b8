"""The whole job on a labelled folder: photos per second, peak memory, precision and recall of the tags.

    .venv/bin/python -m benchmarks.end_to_end ../photos/images --labels ../photos/labels --names ../photos/objects.yaml

Runs `altfolio run FOLDER --json` as a user would, with a library of its own, and compares the tags with the labels at
image level: is the class in the photo, or not? Labels are text files as detectors use them: `NAME.txt` for `NAME.jpg`,
a line per object, `class cx cy w h`; the names file has a line `number: name` per class. Without `--labels` only the
speed is measured.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass
class Score:
    """Counts of one class, or of all of them."""

    right: int = 0
    wrong: int = 0
    missed: int = 0

    @property
    def precision(self) -> float:
        """Share of the tags that were right; 1 where none was given."""
        return self.right / max(1, self.right + self.wrong) if self.right + self.wrong else 1.0

    @property
    def recall(self) -> float:
        """Share of the labels that were found; 1 where there were none."""
        return self.right / max(1, self.right + self.missed) if self.right + self.missed else 1.0

    def add(self, said: bool, there: bool) -> None:
        """Count one class of one photo."""
        self.right += said and there
        self.wrong += said and not there
        self.missed += there and not said


@dataclass
class People:
    """How well people were counted."""

    photos: int = 0
    counted: int = 0
    without: int = 0
    false: int = 0
    misses: list[str] = field(default_factory=list)


def class_names(path: Path) -> dict[int, str]:
    """Number → name, from lines such as `  16: dog`; other lines are passed over."""
    names = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        number, colon, name = line.partition(":")
        if colon and number.strip().isdigit() and name.strip():
            names[int(number)] = name.split("#")[0].strip().strip("'\"")
    return names


def labels_of(folder: Path, photo: Path, names: dict[int, str]) -> list[str]:
    """The classes of the objects in a photo, one for each object."""
    file = folder / f"{photo.stem}.txt"
    if not file.exists():
        return []
    return [names[int(line.split()[0])] for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]


def run(folder: Path, library: Path, options: Sequence[str]) -> tuple[list[dict[str, Any]], float, float]:
    """The photos as `altfolio run` gives them, its wall time in seconds and its peak memory in MB."""
    began = time.perf_counter()
    command = [sys.executable, "main.py", "--library", str(library), "run", "--json", *options, str(folder)]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=False)
    seconds = time.perf_counter() - began
    if done.returncode not in (0, 1):
        raise SystemExit(f"altfolio failed with exit code {done.returncode}")
    return json.loads(done.stdout), seconds, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


def said(photo: dict[str, Any], known: Sequence[str]) -> set[str]:
    """The classes among a photo's tags that a machine proposed."""
    return {t["name"] for t in photo["tags"] if t["state"] != "rejected" and t["origin"] == "model"} & set(known)


def judge(found: list[dict[str, Any]], labels: Path, names: dict[int, str]) -> None:
    """Print precision and recall over all classes, the classes with the most errors, and the people count."""
    total, people = Score(), People()
    by_class = {name: Score() for name in names.values()}
    for photo in found:
        there = labels_of(labels, Path(photo["path"]), names)
        tags = said(photo, list(by_class))
        for name, score in by_class.items():
            for one in (score, total):
                one.add(name in tags, name in there)
        count_people(people, photo, there.count("person"))
    print(f"\n{'image level, ' + str(len(names)) + ' classes':<34} precision {total.precision:.3f}", end="")
    print(f"   recall {total.recall:.3f}   tags {total.right + total.wrong}")
    shown = max(1, people.photos)
    print(f"people counted (or a group from 5)  {people.counted / shown:.3f} of {people.photos} photos with people")
    print(f"people said where there are none    {people.false / max(1, people.without):.3f} of {people.without} photos")
    errors = sorted(by_class.items(), key=lambda item: -item[1].wrong)[:8]
    print("most wrong: " + ", ".join(f"{name} {s.wrong} of {s.right + s.wrong}" for name, s in errors if s.wrong))


def count_people(people: People, photo: dict[str, Any], there: int) -> None:
    """Add one photo to the people count: right is the exact number, or "a group" where there are 5 or more."""
    counted = photo["people"] or 0
    if not there:
        people.without += 1
        people.false += counted > 0
        return
    people.photos += 1
    right = counted == there if photo["people_exact"] else there >= 5
    people.counted += right


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("folder", type=Path)
    options.add_argument("--labels", type=Path)
    options.add_argument("--names", type=Path)
    options.add_argument("--no-text", action="store_true", help="leave out the pass that reads text")
    given = options.parse_args()
    passed = ["--no-text"] if given.no_text else []
    with tempfile.TemporaryDirectory() as scratch:
        found, seconds, memory = run(given.folder, Path(scratch) / "bench.altfolio", passed)
        again = run(given.folder, Path(scratch) / "bench.altfolio", passed)[1]
    print(f"photos                             {len(found)}")
    print(f"whole job                          {seconds:.1f} s, {len(found) / seconds:.1f} photos per second")
    print(f"the same again, nothing new        {again:.1f} s")
    print(f"peak memory                        {memory:.0f} MB")
    print(f"photos with a draft                {sum(bool(p['alt_text']) for p in found) / max(1, len(found)):.3f}")
    if given.labels and given.names:
        judge(found, given.labels, class_names(given.names))


if __name__ == "__main__":
    main()
