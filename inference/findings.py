"""What models found in one photo, as plain values. Pure: no model, no file, no library.

`Detections` and `Labels` are what a pack says in its own labels; `Findings` is what the vocabulary makes of them
in concepts that people use. Raw findings are kept in the library, so that another vocabulary or threshold gives new
tags without running a model again.
"""

from dataclasses import dataclass

COUNTED = 0.38
"""Least score of a box that counts among others of a thing that is surely there. People were counted rightly in 96 of
116 photos at 0.38, in 95 at 0.35 and 0.40, in 94 at 0.45."""


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in the upright photo, as fractions of its width and height, 0 ≤ left < right ≤ 1."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def area(self) -> float:
        """Share of the photo that the box covers, 0..1."""
        return max(0.0, self.right - self.left) * max(0.0, self.bottom - self.top)


@dataclass(frozen=True, slots=True)
class Detection:
    """One object that a detector saw: the pack's label, its score 0..1, and where it is."""

    label: str
    score: float
    box: Box


@dataclass(frozen=True, slots=True)
class Label:
    """One label of a classifier with its probability 0..1."""

    label: str
    score: float


@dataclass(frozen=True, slots=True)
class TextLine:
    """One line of text read in the photo, with the recogniser's score 0..1 and its box."""

    text: str
    score: float
    box: Box


@dataclass(frozen=True, slots=True)
class RawFindings:
    """What the packs said of one photo, in their labels; a field is empty where no such pack ran."""

    detections: tuple[Detection, ...] = ()
    labels: tuple[Label, ...] = ()
    text: tuple[TextLine, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """One concept that is sure enough to be said.

    Attributes:
        concept: key of the concept in the vocabulary, e.g. "dog".
        score: 0..1, the highest of the evidence.
        count: how many are seen, or None where it was not counted (a classifier's concept).
        boxes: where they are, most certain first; empty where not located.
        pack: id of the pack that said it.
    """

    concept: str
    score: float
    count: int | None = None
    boxes: tuple[Box, ...] = ()
    pack: str = ""


@dataclass(frozen=True, slots=True)
class Findings:
    """All that may be said of one photo.

    Attributes:
        concepts: without double ones (a dog is not also an animal), most prominent first.
        people: how many people; 0 where none is sure enough.
        people_exact: False where the number is not sure ("a group of people").
        text: lines read in the photo that are sure enough, in reading order.
    """

    concepts: tuple[Finding, ...] = ()
    people: int = 0
    people_exact: bool = True
    text: tuple[TextLine, ...] = ()
