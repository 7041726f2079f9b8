"""Bring decoded pictures to sRGB, which screens, models and thumbnails expect.

A phone's photo is Display P3, a scan ProPhoto or CMYK: shown as if it were sRGB it looks wrong by little or much. The
profile in the file says what its numbers mean (ICC.1:2022); LittleCMS, which Pillow carries, does the arithmetic.
"""

import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image

LARGEST_PROFILE = 8 * 1024 * 1024
"""Profiles of printing presses have up to 4 MB; a larger one is not a profile."""


def to_srgb(picture: "Image", profile: bytes | None) -> "Image":
    """The picture in sRGB: mode RGB or RGBA, or as it is where it has no profile, or one that can't be used.

    Args:
        picture: RGB, RGBA, L or CMYK; best reduced already, for this takes time with every pixel.
        profile: the ICC profile of its file. One that says it is sRGB costs nothing more.
    """
    from PIL import ImageCms

    if not profile or len(profile) > LARGEST_PROFILE or picture.mode not in ("RGB", "RGBA", "L", "CMYK"):
        return picture
    try:
        given = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        if "srgb" in (given.profile.profile_description or "").casefold():
            return picture
        if given.profile.xcolor_space.strip() != {"RGBA": "RGB", "L": "GRAY"}.get(picture.mode, picture.mode):
            return picture  # made for another kind of image; programs leave such profiles behind
        mode = "RGBA" if picture.mode == "RGBA" else "RGB"
        turned = ImageCms.profileToProfile(picture, given, ImageCms.createProfile("sRGB"), outputMode=mode)
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return picture
    return picture if turned is None else turned
