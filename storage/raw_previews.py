"""The previews in a RAW file: which of the JPEGs in it can be shown, which is taken, and which way up it is.

Cameras store a preview as the sensor sees it and say once, for the whole file, how it is turned; that turn is applied
to whatever picture is taken. A preview that stands upright already is told by its shape.
"""

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from storage.exif_head import Read
from storage.jpeg_head import VIEWABLE, read_jpeg

LEAST_SIDE = 640
"""Pixels that the longer side of a preview should have: what a model looks at (512) and a person can review. Smaller
ones are for the camera's own lists; developing gives more."""

LAST_RESORT = 160
"""Pixels of a preview that is shown where nothing better can be had; smaller ones are not worth a word."""

MOST_BYTES = 64 * 1024 * 1024
"""Largest preview that is read; those of 60 megapixels have 20 MB."""

MOST_PIXELS = 2**28
"""Largest preview or sensor that is decoded, as for every photo."""

_TURNED = 5
"""EXIF orientations from this one on exchange width and height."""


@dataclass(frozen=True, slots=True)
class Preview:
    """A JPEG in a RAW file: where it is, and its size in pixels."""

    offset: int
    size: int
    width: int
    height: int

    @property
    def side(self) -> int:
        """Its longer side."""
        return max(self.width, self.height)


def previews(read: Read, jpegs: Sequence[tuple[int, int]]) -> list[Preview]:
    """Those spans that are JPEGs which can be shown, the smallest first; sensor data in lossless JPEG is none."""
    found = []
    for offset, size in jpegs:
        if size > MOST_BYTES or read(offset, 2) != b"\xff\xd8":
            continue
        try:
            head = read_jpeg(_from(read, offset))
        except (struct.error, LookupError, ValueError, OverflowError):
            continue
        if head.frame in VIEWABLE and 0 < head.width * head.height <= MOST_PIXELS:
            found.append(Preview(offset, size, head.width, head.height))
    return sorted(found, key=lambda preview: preview.side)


def _from(read: Read, start: int) -> Read:
    return lambda at, count: read(start + at, count)


def large_enough(found: Sequence[Preview], max_side: int | None) -> Iterator[Preview]:
    """The previews worth showing, in the order in which they are tried.

    First the smallest with `max_side` pixels, because it is read and decoded fastest; then the larger ones, as one may
    be damaged; then the smaller ones. `found` is as `previews` gives it.
    """
    fit = [preview for preview in found if preview.side >= LEAST_SIDE]
    wanted = [preview for preview in fit if max_side is not None and preview.side >= max_side]
    yield from wanted
    yield from (preview for preview in reversed(fit) if preview not in wanted)


def last_resorts(found: Sequence[Preview]) -> Iterator[Preview]:
    """The small previews, the largest first."""
    return (preview for preview in reversed(found) if LAST_RESORT <= preview.side < LEAST_SIDE)


def orientation_of(picture: tuple[int, int], sensor: tuple[int, int], orientation: int) -> int:
    """How a picture of a RAW file is turned to be upright.

    Args:
        picture, sensor: width and height.
        orientation: that the file gives, EXIF 1..8.

    Returns:
        the same, or 1 where the picture's shape shows that it was turned before.
    """
    lies, stands = sensor[0] > sensor[1], sensor[0] < sensor[1]
    turned = (lies and picture[0] < picture[1]) or (stands and picture[0] > picture[1])
    return 1 if orientation >= _TURNED and turned else orientation
