"""Finds the threshold of each concept on labelled photos, and the precision that it reaches there.

    .venv/bin/python -m benchmarks.calibrate_thresholds ../shared/data/coco128 ../shared/data/imagenet200 --write

Few photos cannot tell 80 classes apart, so no class has a threshold of its own hits and misses alone. A logistic model
gives the chance that a score is right: one curve for all concepts, shifted for each by what its photos say as far as
they are many (a ridge, which is the mode of a normal prior; Gelman & Hill, 2007). The chance from which on a concept is
said is the lowest at which photos that the model didn't see in fitting (eight-fold) reach the precision aimed at.

A classifier's probability of a concept is a sum over the labels below it; sums over many labels are right more often
than one label's at the same value, so the number of labels is in its curve.

`--write` puts the result into resources/vocabulary/thresholds.toml and calibration.tsv; run the build afterwards.
"""

import argparse
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.labelled_photos import Cost, LabelledPhoto, look_at
from inference.judge import PERSON, most_specific, probabilities
from inference.vocabulary import Vocabulary

FOLDER = Path(__file__).parent.parent / "resources" / "vocabulary"

PRECISION = {"detect": 0.945, "classify": 0.97}
"""Precision aimed at on photos not used in fitting, of each model alone and for single concepts at all depths; what
both together say in the end is right more often (0.96 where the detector alone had 0.945)."""

FALSE_PEOPLE = 0.02
"""Share of photos without people in which some may be said. People have an aim of their own, since a person who is not
seen makes a wrong number, too: on 192 photos with people and mirror images of them the number, or "a group", was right
in 0.82 at 0.009 false people, in 0.83 at 0.020, in 0.84 at 0.050."""

RIDGE = {"slope": 0.05, "concept": 6.0}
"""How strongly slopes and the shifts of single concepts are held back; 6 lets ten photos move a curve by half."""

LEAST_SCORE = 0.15
"""Evidence below this says nothing about the curve near a threshold."""

BOUNDS = {"detect": (0.3, 0.9), "classify": (0.52, 0.9)}
"""No threshold is lower or higher, whatever the curve says beyond the data; of two concepts that exclude each other a
classifier names only one that has the better half of the probability."""

FOLDS = 8

Array = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True)
class Samples:
    """Evidence: which photo and concept, the score, what else the curve uses, and whether it was right."""

    photos: Array
    keys: list[str]
    scores: Array
    extra: Array
    right: Array


@dataclass(frozen=True)
class Curve:
    """Chance that a score is right: logistic of base + slope·logit(score) + extra weight + the concept's shift."""

    weights: Array
    shifts: dict[str, float]

    def chance(self, keys: Sequence[str], scores: Array, extra: Array) -> Array:
        """Chance 0..1 of each sample."""
        shift = np.array([self.shifts.get(key, 0.0) for key in keys])
        base, slope, more = self.weights
        return np.asarray(1 / (1 + np.exp(-(base + slope * logit(scores) + more * extra + shift))))

    def threshold(self, key: str, extra: float, chance: float) -> float:
        """Score at which the concept has this chance."""
        base, slope, more = self.weights
        aim = (float(logit(np.array(chance))) - base - more * extra - self.shifts.get(key, 0.0)) / slope
        return float(1 / (1 + np.exp(-aim)))


def logit(scores: Array) -> Array:
    clipped = np.clip(scores, 0.01, 0.99)
    return np.asarray(np.log(clipped / (1 - clipped)))


def fit(samples: Samples, chosen: Array) -> Curve:
    """The curve of the chosen samples, by Newton's method on the penalised likelihood."""
    keys = sorted({key for key, use in zip(samples.keys, chosen, strict=True) if use})
    column = {key: place for place, key in enumerate(keys)}
    rows = np.flatnonzero(chosen)
    table = np.zeros((len(rows), 3 + len(keys)))
    table[:, 0], table[:, 1], table[:, 2] = 1, logit(samples.scores[rows]), samples.extra[rows]
    for place, index in enumerate(rows):
        table[place, 3 + column[samples.keys[index]]] = 1
    ridge = np.array([1e-3, RIDGE["slope"], RIDGE["slope"]] + [RIDGE["concept"]] * len(keys))
    weights = np.zeros(3 + len(keys))
    for _ in range(30):
        chance = 1 / (1 + np.exp(-table @ weights))
        curvature = (table * (chance * (1 - chance))[:, None]).T @ table + np.diag(ridge)
        weights = weights + np.linalg.solve(curvature, table.T @ (samples.right[rows] - chance) - ridge * weights)
    return Curve(weights[:3], dict(zip(keys, weights[3:], strict=True)))


def held_out(samples: Samples) -> Array:
    """The chance of each sample by a curve that never saw its photo."""
    chance = np.zeros(len(samples.keys))
    for fold in range(FOLDS):
        test = samples.photos % FOLDS == fold
        curve = fit(samples, ~test)
        keys = [key for key, use in zip(samples.keys, test, strict=True) if use]
        chance[test] = curve.chance(keys, samples.scores[test], samples.extra[test])
    return chance


def cutoff(chance: Array, right: Array, precision: float) -> float:
    """The lowest chance from which on the share of right samples, smoothed by one wrong more, reaches the aim."""
    order = np.argsort(-chance)
    hits = np.cumsum(right[order])
    shares = hits / (np.arange(len(order)) + 2)
    enough = np.flatnonzero(shares >= precision)
    return float(chance[order[enough[-1]]]) if len(enough) else 0.95


def detections(photos: Sequence[LabelledPhoto], words: Vocabulary) -> Samples:
    """The surest score of each class in each photo, and whether the class is there."""
    rows = []
    for number, photo in enumerate(photos):
        best: dict[str, float] = {}
        for seen in photo.raw.detections:
            key = words.meaning(seen.label)
            if key in photo.classes:
                best[key] = max(best.get(key, 0.0), seen.score)
        rows += [(number, key, s, 0.0, key in photo.counts) for key, s in best.items() if s >= LEAST_SCORE]
    return as_samples(rows)


def namings(photos: Sequence[LabelledPhoto], words: Vocabulary) -> Samples:
    """The most specific shown concept of each photo at several depths of doubt, and whether it is true.

    Of a photo with objects only concepts that are a class of it, or below one, are known to be true or not.
    """
    rows = []
    for number, photo in enumerate(photos):
        mass = {k: p for k, p in probabilities(photo.raw.labels, words).items() if words.concept(k).shown}
        for key in {k for at in (0.8, 0.6, 0.45, 0.3, 0.2) for k in most_specific(above(mass, at), words)}:
            true = is_true(key, photo, words)
            if true is not None:
                rows.append((number, key, mass[key], breadth(key, words), true))
    return as_samples(rows)


def above(mass: dict[str, float], least: float) -> dict[str, float]:
    return {key: p for key, p in mass.items() if p >= least}


def is_true(key: str, photo: LabelledPhoto, words: Vocabulary) -> bool | None:
    """Whether a concept is in the photo; None where the labels don't tell."""
    if photo.wnid:
        meant = words.meaning(photo.wnid)
        return meant is not None and (key == meant or key in words.ancestors(meant))
    if any(words.related(key, name) and key not in words.ancestors(name) for name in photo.classes):
        return any(key == name or name in words.ancestors(key) for name in photo.counts)
    return True if any(key in words.ancestors(name) for name in photo.counts) else None


def breadth(key: str, words: Vocabulary) -> float:
    """Logarithm of the number of the classifier's labels that mean the concept or something below it."""
    count = sum(key == meant or key in words.ancestors(meant) for meant in words.labels.values())
    return float(np.log(max(1, count)))


def as_samples(rows: Sequence[tuple[int, str, float, float, bool]]) -> Samples:
    photos, keys, scores, extra, right = zip(*rows, strict=True)
    return Samples(np.array(photos), list(keys), np.array(scores), np.array(extra, float), np.array(right, float))


def calibrate(
    model: str, samples: Samples, words: Vocabulary, known: Mapping[str, float]
) -> tuple[float, dict[str, float], list[str]]:
    """The threshold of a concept without samples, those of all others, and the lines of the table.

    Args:
        known: thresholds that were found otherwise.
    """
    least = cutoff(held_out(samples), samples.right, PRECISION[model])
    curve = fit(samples, np.ones(len(samples.keys), bool))

    def bounded(key: str, extra: float) -> float:
        return round(float(np.clip(curve.threshold(key, extra, least), *BOUNDS[model])), 3)

    lines, levels = [], {}
    names = sorted(set(samples.keys)) if model == "detect" else [c.key for c in words if c.shown]
    for key in names:
        extra = breadth(key, words) if model == "classify" else 0.0
        levels[key] = known.get(key, bounded(key, extra))
        mine = np.array([other == key for other in samples.keys]) & (samples.scores >= levels[key])
        said, right = int(mine.sum()), int(samples.right[mine].sum())
        if said or key in samples.keys:
            chance = curve.chance([key], np.array([levels[key]]), np.array([extra]))[0]
            share = f"{right / said:.3f}" if said else ""
            lines.append(f"{model}\t{key}\t{levels[key]:.3f}\t{said}\t{right}\t{share}\t{chance:.3f}")
    print(f"{model}: {len(samples.keys)} samples, chance to be right ≥ {least:.3f}, weights {curve.weights.round(2)}")
    return bounded("", 0.0), levels, lines


def people_level(photos: Sequence[LabelledPhoto]) -> float:
    """The lowest threshold at which people are said of no more photos without people than they may be."""
    empty = [photo for photo in photos if photo.people == 0]
    best = [max((seen.score for seen in photo.raw.detections if seen.label == PERSON), default=0.0) for photo in empty]
    allowed = int(FALSE_PEOPLE * len(best))
    return round(sorted(best, reverse=True)[allowed] + 0.001, 3)


def as_toml(found: dict[str, tuple[float, dict[str, float], list[str]]]) -> str:
    parts = [
        "# Least scores with which concepts are said. Written by `python -m benchmarks.calibrate_thresholds --write`;",
        "# a threshold that people want otherwise belongs into curated.toml as `floor`.",
        "",
        "[default]",
        *(f"{model} = {default}" for model, (default, _, _) in found.items()),
    ]
    for model, (_, levels, _) in found.items():
        parts += ["", f"[{model}]", *(f'"{key}" = {level}' for key, level in levels.items())]
    return "\n".join(parts) + "\n"


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--write", action="store_true", help="replace the thresholds and the table")
    options = parser.parse_args(arguments)
    words = Vocabulary.load()
    photos = list(look_at(options.folders, Cost()))
    found = {
        "detect": calibrate(
            "detect", detections([p for p in photos if p.classes], words), words, {PERSON: people_level(photos)}
        ),
        "classify": calibrate("classify", namings(photos, words), words, {}),
    }
    heading = "model\tconcept\tthreshold\tsaid\tright\tprecision\tchance at the threshold"
    table = "\n".join([heading, *(line for _, _, lines in found.values() for line in lines)]) + "\n"
    print(table)
    if options.write:
        (FOLDER / "thresholds.toml").write_text(as_toml(found), encoding="utf-8")
        (FOLDER / "calibration.tsv").write_text(table, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
