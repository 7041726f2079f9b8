"""Where things are in a photo: overlap, position on a 3×3 grid, size in words, reading order. Pure geometry."""

from collections.abc import Iterable
from enum import StrEnum

from inference.findings import Box, TextLine

SAME = 0.55
"""Overlap (IoU) from which two boxes of one concept are one thing."""

INSIDE = 0.85
"""Share of the smaller box inside the larger from which they are one thing, if they are about as tall as each other."""

LARGE, SMALL = 0.25, 0.04
"""Shares of the photo from which a thing is called large, below which small: half and a fifth of its side."""


class Position(StrEnum):
    """The cell of a 3×3 grid over the photo in which the middle of a thing lies."""

    TOP_LEFT = "top left"
    TOP = "top"
    TOP_RIGHT = "top right"
    LEFT = "left"
    CENTER = "center"
    RIGHT = "right"
    BOTTOM_LEFT = "bottom left"
    BOTTOM = "bottom"
    BOTTOM_RIGHT = "bottom right"


class Size(StrEnum):
    """How much of the photo a thing covers, in words."""

    LARGE = "large"
    MEDIUM = "medium"
    SMALL = "small"


def position(box: Box) -> Position:
    """The grid cell of the middle of the box."""
    column = min(2, int(3 * (box.left + box.right) / 2))
    row = min(2, int(3 * (box.top + box.bottom) / 2))
    return list(Position)[3 * row + column]


def size(box: Box) -> Size:
    """Large from a quarter of the photo, small below 4 percent of it."""
    if box.area >= LARGE:
        return Size.LARGE
    return Size.SMALL if box.area < SMALL else Size.MEDIUM


def shared(one: Box, other: Box) -> float:
    """Area that both boxes cover, as a share of the photo."""
    width = min(one.right, other.right) - max(one.left, other.left)
    height = min(one.bottom, other.bottom) - max(one.top, other.top)
    return max(0.0, width) * max(0.0, height)


def overlap(one: Box, other: Box) -> float:
    """Intersection over union, 0..1."""
    both = shared(one, other)
    union = one.area + other.area - both
    return both / union if union > 0 else 0.0


def duplicates(sure: Box, other: Box) -> bool:
    """Whether two boxes of one concept are one thing: they coincide, or one is a part of the other cut out of it.

    A child before a parent lies inside the parent's box too, so only a box that is nearly as tall counts as a part.
    """
    if overlap(sure, other) >= SAME:
        return True
    small, tall = sorted((sure, other), key=lambda box: box.area)
    if small.area <= 0 or shared(sure, other) / small.area < INSIDE:
        return False
    return (small.bottom - small.top) >= 0.75 * (tall.bottom - tall.top)


def in_reading_order(lines: Iterable[TextLine]) -> list[TextLine]:
    """Lines from top to bottom, and from left to right where they share a row.

    Lines share a row where the middle of one lies within the height of the row's first line.
    """
    rows: list[list[TextLine]] = []
    for line in sorted(lines, key=lambda line: (line.box.top, line.box.left)):
        middle = (line.box.top + line.box.bottom) / 2
        if rows and rows[-1][0].box.top <= middle <= rows[-1][0].box.bottom:
            rows[-1].append(line)
        else:
            rows.append([line])
    return [line for row in rows for line in sorted(row, key=lambda line: line.box.left)]
