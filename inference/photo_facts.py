"""Facts about a photo that need no model: they can be measured, so they are said only where they are certain.

A fact comes out as a label that is a concept's name, like those of a model pack, so that it can be rejected, renamed
and searched like any other. What each rule reached on photos labelled by eye is printed by `benchmarks.photo_facts`
and kept in docs/photo-facts.md, with the rules that were left out because they did not reach a precision of 0.9 or
there were too few photos to tell: close-ups of people, selfies, panoramas, night as such.
"""

from typing import TYPE_CHECKING

from inference.findings import Label, RawFindings

if TYPE_CHECKING:
    from PIL.Image import Image

VERSION = "2"
"""Of the rules; a photo is looked at again where it differs."""

GREY = "black-and-white photo"
"""Label of photos without colour."""

GRAPHIC = "screenshot or graphic"
"""Label of what a program drew: windows, diagrams, printed letters."""

NIGHT = "dark photo"
"""Label of photos that are nearly all dark."""

COLOUR = 4.0
"""Most distance from the middle chroma, in steps of YCbCr's 0..255, of all but one percent of a grey photo's pixels.

On 418 photos (COCO, ImageNet, cameras) 11 were below 3, all black and white indeed save one plain grey test picture;
the next, a sepia print, had 6.3, and the least of a colour photo was 7.6.
"""

CONTRAST = 10.0
"""Least standard deviation of brightness: an even surface is no photo in black and white."""

EVEN = 0.7
"""Least share of neighbouring pixels of a screenshot or graphic that are equal to the bit. Of 336 photos the highest
share was 0.65, of a person cut out on white; what is drawn by a program and fills the picture has 0.75 to 1."""

SHARP = 24
"""Difference in a colour, 0..255, that neighbouring pixels have at a drawn edge."""

EDGES = 0.4
"""Least share of such edges among unequal neighbours. Photos made to stand cut out on white have 0.06 to 0.34 (5th and
95th of 120), letters and lines 0.4 to 1."""

DARK = 60.0
"""Brightness, 0..255, below which four fifths of a dark photo's pixels are. It is no measure of night: of ten such
photos four were taken at night, but all are dark."""

DARKER = 0.8
"""The share of pixels that must be so dark; lamps and faces are the rest."""

DRAWN = 0.5
"""Share of equal neighbours from which a dark picture may be a window in dark colours, and no dark photo."""

SIDE = 128
"""Longer side in pixels at which colours are looked at; noise is averaged away."""

ROWS = 8
"""Of so many rows one is looked at first: a share of equal neighbours that is far too low is as low in all of them."""

FAR = 0.3
"""A share of equal neighbours from which no picture reaches `DRAWN` or `EVEN` by looking closer."""

CERTAINTY = 0.99
"""Score of a fact."""


def look(image: "Image") -> RawFindings:
    """The facts about an upright photo, as labels; empty where there is nothing to say."""
    picture = image if image.mode == "RGB" else image.convert("RGB")
    even, edges = evenness(_some_rows(picture))
    if even >= FAR:
        even, edges = evenness(picture)
    if is_graphic(even, edges):
        return RawFindings(labels=(Label(GRAPHIC, CERTAINTY),))
    small = _small(picture)
    found = {GREY: is_grey(small), NIGHT: even < DRAWN and is_dark(small)}
    return RawFindings(labels=tuple(Label(label, CERTAINTY) for label, holds in found.items() if holds))


def _some_rows(picture: "Image") -> "Image":
    from PIL.Image import Resampling

    return picture.resize((picture.width, max(1, picture.height // ROWS)), Resampling.NEAREST)


def _small(picture: "Image") -> "Image":
    """At most `SIDE` pixels wide and high, in its own shape; `Image.thumbnail` would want a copy of all pixels."""
    from PIL.Image import Resampling

    factor = min(1.0, SIDE / max(picture.size))
    size = (max(1, round(picture.width * factor)), max(1, round(picture.height * factor)))
    return picture.resize(size, Resampling.BICUBIC, reducing_gap=1.0)


def evenness(picture: "Image") -> tuple[float, float]:
    """How a picture's neighbouring pixels in a row differ: share of equal ones, and of sharp edges among the others."""
    from PIL import ImageChops

    width, height = picture.size
    if width < 2:
        return 1.0, 0.0
    # Pillow's own arithmetic: 2 ms for a megapixel instead of the 25 that arrays take.
    red, green, blue = ImageChops.difference(
        picture.crop((1, 0, width, height)), picture.crop((0, 0, width - 1, height))
    ).split()
    steps = ImageChops.lighter(ImageChops.lighter(red, green), blue).histogram()
    unequal = sum(steps) - steps[0]
    return 1 - unequal / sum(steps), sum(steps[SHARP:]) / max(1, unequal)


def is_graphic(even: float, edges: float) -> bool:
    """Whether a program drew the picture, by its `evenness`."""
    return even >= EVEN and edges >= EDGES


def is_dark(picture: "Image") -> bool:
    """Whether a photo is nearly all dark, and yet shows something."""
    import numpy as np

    light = np.asarray(picture.convert("L"), np.float32)
    return bool(np.percentile(light, 100 * DARKER) <= DARK and light.std() >= CONTRAST)


def is_grey(image: "Image") -> bool:
    """Whether a photo has no colours; a tint over all of it doesn't count as one if it is even."""
    import numpy as np

    small = _small(image.convert("RGB"))
    light, *colours = (np.asarray(plane, np.float32) for plane in small.convert("YCbCr").split())
    distance = np.hypot(*(plane - np.median(plane) for plane in colours))
    return bool(np.percentile(distance, 99) <= COLOUR and light.std() >= CONTRAST)
