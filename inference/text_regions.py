"""Finds the lines of text in a detector's map of probabilities, and cuts them out of the photo. Numbers only.

The map comes from a network with differentiable binarisation (Liao et al., AAAI 2020): it shows the core of each line,
shrunk, so that neighbours stay apart. A core is taken as a tilted rectangle and grown again. The parameters are those
with which the network is published (PP-OCRv6 in rapidocr 3.10).

Invariants: a region's width runs along the text; regions are at least a few pixels in size.
"""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from PIL.Image import Image

    Array = np.ndarray[Any, np.dtype[np.float32]]
    Points = np.ndarray[Any, np.dtype[np.float64]]

CORE = 0.3
"""Probability from which a pixel belongs to a line's core."""

SURE = 0.5
"""Least mean probability of a core's rectangle."""

GROWTH = 1.6
"""A core grows by area · GROWTH / perimeter on all sides."""

LEAST = 3.0
"""Least thickness of a core, in pixels of the map; grown 2 more."""

MOST = 200
"""Regions read in one photo at most, the surest: more is a page, and takes longer than anybody waits for a tag."""

UPRIGHT = 1.5
"""A region this much higher than wide is a line that runs downwards or was turned."""


@dataclass(frozen=True, slots=True)
class Region:
    """A tilted rectangle: its four corners [4, 2] as x, y, from the top left clockwise, and its mean probability."""

    corners: "Points"
    score: float


def regions(map_: "Array") -> list[Region]:
    """The regions of text, surest first, in pixels of the map [height, width]."""
    import numpy as np

    mask = map_ > CORE
    # The publisher's dilation by 2×2 pixels: it closes gaps of one pixel within a line.
    mask[1:] |= mask[:-1]
    mask[:, 1:] |= mask[:, :-1]
    found = []
    for core in components(mask):
        rectangle = smallest_rectangle(core)
        width, height = sides(rectangle)
        if min(width, height) < LEAST:
            continue
        score = mean_inside(map_, rectangle)
        if score < SURE:
            continue
        margin = width * height * GROWTH / (2 * (width + height))
        if min(width, height) + 2 * margin >= LEAST + 2:
            found.append(Region(grown(rectangle, margin), score))
    order = np.argsort([-region.score for region in found], kind="stable")
    return [found[index] for index in order[:MOST]]


def components(mask: "np.ndarray[Any, np.dtype[np.bool_]]") -> "list[Points]":
    """The outer points [n, 2] as x, y of each connected part of a mask; parts touch at edges or corners.

    Each row's runs are joined with those of the row above that they touch, by union-find; only the ends of runs are
    kept, because the hull needs no more.
    """
    import numpy as np

    padded = np.zeros((mask.shape[0], mask.shape[1] + 2), np.int8)
    padded[:, 1:-1] = mask
    rows, columns = np.nonzero(np.diff(padded, axis=1))
    # Ends come in pairs, start and one past the last, row by row.
    runs = list(zip(rows[::2].tolist(), columns[::2].tolist(), columns[1::2].tolist(), strict=True))
    leader = list(range(len(runs)))

    def head(run: int) -> int:
        while leader[run] != run:
            leader[run] = leader[leader[run]]
            run = leader[run]
        return run

    above = 0
    for index, (row, start, end) in enumerate(runs):
        while runs[above][0] < row - 1 or (runs[above][0] == row - 1 and runs[above][2] < start):
            above += 1
        other = above
        while other < index and runs[other][0] == row - 1 and runs[other][1] <= end:
            leader[head(other)] = head(index)
            other += 1
    parts: dict[int, list[tuple[int, int]]] = {}
    for index, (row, start, end) in enumerate(runs):
        parts.setdefault(head(index), []).extend(((start, row), (end - 1, row)))
    return [np.asarray(points, np.float64) for points in parts.values()]


def smallest_rectangle(points: "Points") -> "Points":
    """The rectangle [4, 2] of least area around points; one of its sides lies on a side of their convex hull."""
    import numpy as np

    hull = convex_hull(points)
    edges = np.roll(hull, -1, axis=0) - hull
    angles = np.unique(np.arctan2(edges[:, 1], edges[:, 0]) % (math.pi / 2))
    turn = np.stack([np.stack([np.cos(angles), np.sin(angles)]), np.stack([-np.sin(angles), np.cos(angles)])])
    turned = np.einsum("ijk,nj->kni", turn, hull)
    low, high = turned.min(axis=1), turned.max(axis=1)
    best = int(np.argmin(np.prod(high - low, axis=1)))
    (left, top), (right, bottom) = low[best], high[best]
    corners = np.asarray([(left, top), (right, top), (right, bottom), (left, bottom)])
    return ordered(np.asarray(corners @ turn[:, :, best], np.float64))


def convex_hull(points: "Points") -> "Points":
    """The corners of the convex hull in order (Andrew's monotone chain); a single point or a line stay as they are."""
    import numpy as np

    rest = sorted(set(map(tuple, points.tolist())))
    if len(rest) < 3:
        return np.asarray(rest, np.float64)
    chains: list[list[tuple[float, ...]]] = []
    for walk in (rest, rest[::-1]):
        chain: list[tuple[float, ...]] = []
        for point in walk:
            while len(chain) > 1 and _cross(chain[-2], chain[-1], point) <= 0:
                chain.pop()
            chain.append(point)
        chains.append(chain[:-1])
    return np.asarray(chains[0] + chains[1], np.float64)


def _cross(origin: tuple[float, ...], one: tuple[float, ...], other: tuple[float, ...]) -> float:
    return (one[0] - origin[0]) * (other[1] - origin[1]) - (one[1] - origin[1]) * (other[0] - origin[0])


def ordered(corners: "Points") -> "Points":
    """The corners from the top left clockwise: of the two leftmost the upper one is first."""
    import numpy as np

    by_x = corners[np.argsort(corners[:, 0], kind="stable")]
    left, right = (pair[np.argsort(pair[:, 1], kind="stable")] for pair in (by_x[:2], by_x[2:]))
    return np.stack([left[0], right[0], right[1], left[1]])


def sides(corners: "Points") -> tuple[float, float]:
    """Width and height of a rectangle."""
    first, second, third, _ = corners
    return math.dist(first, second), math.dist(second, third)


def mean_inside(map_: "Array", corners: "Points") -> float:
    """The mean probability of the pixels in a rectangle, 0 where there are none."""
    import numpy as np

    left, top = np.maximum(np.floor(corners.min(axis=0)).astype(int), 0)
    right, bottom = np.ceil(corners.max(axis=0)).astype(int) + 1
    part = map_[top:bottom, left:right]
    y, x = np.mgrid[top : top + part.shape[0], left : left + part.shape[1]]
    inside = np.ones(part.shape, bool)
    for (x0, y0), (x1, y1) in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        inside &= (x1 - x0) * (y - y0) - (y1 - y0) * (x - x0) >= -1e-6
    return float(part[inside].mean()) if inside.any() else 0.0


def grown(corners: "Points", margin: float) -> "Points":
    """A rectangle with all sides moved outwards by the margin."""
    import numpy as np

    middle = corners.mean(axis=0)
    width, height = sides(corners)
    along = (corners[1] - corners[0]) / max(width, 1e-9)
    across = (corners[3] - corners[0]) / max(height, 1e-9)
    half_width, half_height = width / 2 + margin, height / 2 + margin
    signs = ((-1, -1), (1, -1), (1, 1), (-1, 1))
    return np.asarray([middle + along * half_width * a + across * half_height * b for a, b in signs])


def cut_out(image: "Image", corners: "Points", height: int) -> "Image":
    """The part of a photo under a tilted rectangle, straightened, at a height in pixels; width as its shape asks.

    Args:
        corners: [4, 2] x, y in pixels of the photo, from the top left clockwise.
    """
    from PIL import Image as pillow

    width, tall = sides(corners)
    if tall >= UPRIGHT * width:
        corners = corners[[1, 2, 3, 0]]
        width, tall = tall, width
    top_left, top_right, bottom_right, bottom_left = (tuple(map(float, corner)) for corner in corners)
    size = (max(1, round(width)), max(1, round(tall)))
    straight = image.transform(
        size,
        pillow.Transform.QUAD,
        (*top_left, *bottom_left, *bottom_right, *top_right),
        pillow.Resampling.BICUBIC,
    )
    return straight.resize((max(1, math.ceil(height * size[0] / size[1])), height), pillow.Resampling.BILINEAR)
