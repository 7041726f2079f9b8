"""Facts about a photo that need no model: they can be measured, so they are said only where they are certain.

A fact comes out as a label that is a concept's name, like those of a model pack, so that it can be rejected, renamed
and searched like any other. Facts were left out whose rule did not reach a precision of 0.9 on the labelled photos, or
that those photos are too few to judge: darkness and night (7 dark photos in 418), panoramas (none), screenshots (none).
"""

from typing import TYPE_CHECKING

from inference.findings import Label, RawFindings

if TYPE_CHECKING:
    from PIL.Image import Image

VERSION = "1"
"""Of the rules; a photo is looked at again where it differs."""

GREY = "black-and-white photo"
"""Label of photos without colour."""

COLOUR = 4.0
"""Most distance from the middle chroma, in steps of YCbCr's 0..255, of all but one percent of a grey photo's pixels.

On 418 photos (COCO, ImageNet, cameras) 11 were below 3, all black and white indeed save one plain grey test picture;
the next, a sepia print, had 6.3, and the least of a colour photo was 7.6.
"""

CONTRAST = 10.0
"""Least standard deviation of brightness: an even surface is no photo in black and white."""

SIDE = 128
"""Longer side in pixels at which colours are looked at; noise is averaged away."""

CERTAINTY = 0.99
"""Score of a fact."""


def look(image: "Image") -> RawFindings:
    """The facts about an upright photo, as labels; empty where there is nothing to say."""
    return RawFindings(labels=(Label(GREY, CERTAINTY),) if is_grey(image) else ())


def is_grey(image: "Image") -> bool:
    """Whether a photo has no colours; a tint over all of it doesn't count as one if it is even."""
    import numpy as np

    small = image.convert("RGB")
    small.thumbnail((SIDE, SIDE))
    pixels = np.asarray(small.convert("YCbCr"), np.float32)
    chroma = pixels[..., 1:] - np.median(pixels[..., 1:], axis=(0, 1))
    distance = np.hypot(chroma[..., 0], chroma[..., 1])
    return bool(np.percentile(distance, 99) <= COLOUR and pixels[..., 0].std() >= CONTRAST)
