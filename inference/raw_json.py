"""Raw findings as compact JSON, the form in which the library keeps them: about 40 bytes for a detection.

Numbers are rounded to three digits: a thousandth of the photo's width is below what a detector can tell, and scores are
compared with thresholds of two digits.
"""

import json
from collections.abc import Iterable
from typing import Any

from inference.findings import Box, Detection, Label, RawFindings, TextLine

_DIGITS = 3

UNSEEN = '{"n":1}'
"""What is kept of a photo of which there is no picture to look at, which is not the same as nothing found."""


def dump(raw: RawFindings) -> str:
    """Findings as JSON; `merge` reads it."""
    kept: dict[str, list[list[Any]]] = {}
    if raw.detections:
        kept["d"] = [[d.label, round(d.score, _DIGITS), *_box(d.box)] for d in raw.detections]
    if raw.labels:
        kept["l"] = [[label.label, round(label.score, _DIGITS + 1)] for label in raw.labels]
    if raw.text:
        kept["t"] = [[line.text, round(line.score, _DIGITS), *_box(line.box)] for line in raw.text]
    return json.dumps(kept, ensure_ascii=False, separators=(",", ":"))


def merge(texts: Iterable[str]) -> RawFindings:
    """The findings of several packs together.

    Args:
        texts: each as `dump` made it.
    """
    detections: list[Detection] = []
    labels: list[Label] = []
    lines: list[TextLine] = []
    for text in texts:
        kept = json.loads(text)
        detections += [Detection(label, score, Box(*box)) for label, score, *box in kept.get("d", ())]
        labels += [Label(label, score) for label, score in kept.get("l", ())]
        lines += [TextLine(words, score, Box(*box)) for words, score, *box in kept.get("t", ())]
    return RawFindings(tuple(detections), tuple(labels), tuple(lines))


def _box(box: Box) -> list[float]:
    return [round(side, _DIGITS) for side in (box.left, box.top, box.right, box.bottom)]
