"""The picture of a RAW file: the preview that the camera put into it, and where there is none, a plain development.

Two ways were tried, over the RAW files of public metadata collections and mutants of them. A reader of our own
for previews (`raw_previews`) looks at a few kilobytes, needs no native code, and finds the smaller preview of a file
whose large one is cut off, which LibRaw gives up. LibRaw (`rawpy`: MIT, LibRaw itself LGPL 2.1 or CDDL 1.0) knows
previews in the notes of makers and uncompressed ones, and develops what has none, such as the DNG files of Android
phones; it crashed for none of 3,000 mutants, nor did the two together for 4,500. So the first comes first, and LibRaw
is asked for what is left.

Invariants: nothing larger than `MOST_PIXELS` is developed; the camera's own turn is not applied here.
"""

from io import BytesIO
from typing import TYPE_CHECKING, Any

from storage.image_head import NoPicture
from storage.photo_source import PhotoSource
from storage.raw_previews import LEAST_SIDE, MOST_PIXELS
from storage.shown import shown

if TYPE_CHECKING:
    from PIL.Image import Image


def developed(source: PhotoSource, max_side: int | None, *, whole: bool) -> "Image":
    """A picture by LibRaw: a preview that only it finds, or the sensor's data with the camera's white balance.

    Args:
        max_side: as for `open_upright`; the result is not reduced to it.
        whole: the sensor's data is all there; LibRaw would fill up with black what is missing.

    Returns:
        RGB, as the sensor stores it (not turned).

    Raises:
        NoPicture: LibRaw is not installed or does not know this camera's format.
        ValueError: there is no preview, and the data is not whole.
        Exception: anything else that LibRaw says of the file.
    """
    try:
        import rawpy
    except ImportError as error:
        raise no_picture(source) from error
    try:
        with rawpy.imread(BytesIO(source.read(0, source.size))) as raw:
            thumbnail = _large_thumbnail(raw)
            if thumbnail is not None or whole:
                return thumbnail or _development(raw, max_side)
    except rawpy.LibRawError as error:
        if whole and isinstance(error, rawpy.LibRawFileUnsupportedError | rawpy.LibRawNotImplementedError):
            raise no_picture(source) from error
        if whole:
            raise
    raise ValueError("truncated")


def no_picture(source: PhotoSource) -> NoPicture:
    """The sentence for a RAW file of which nothing can be shown."""
    return NoPicture(
        f"“{shown(source.path.name)}” has no preview inside, and Altfolio can't develop this kind of RAW file. "
        "You can still write its texts and tags yourself."
    )


def _large_thumbnail(raw: Any) -> "Image | None":
    import rawpy
    from PIL import Image as pillow

    try:
        thumbnail = raw.extract_thumb()
    except rawpy.LibRawError:
        return None
    if thumbnail.format == rawpy.ThumbFormat.BITMAP:
        picture = pillow.fromarray(thumbnail.data)
    elif thumbnail.format == rawpy.ThumbFormat.JPEG and thumbnail.data[:2] == b"\xff\xd8":
        picture = pillow.open(BytesIO(thumbnail.data), formats=("JPEG",))
    else:
        return None
    return picture.convert("RGB") if max(picture.size) >= LEAST_SIDE else None


def _development(raw: Any, max_side: int | None) -> "Image":
    from PIL import Image as pillow

    if raw.sizes.raw_width * raw.sizes.raw_height > MOST_PIXELS:
        raise ValueError("larger than its head says")
    half = max_side is not None and max(raw.sizes.width, raw.sizes.height) >= 2 * max_side
    return pillow.fromarray(raw.postprocess(use_camera_wb=True, half_size=half, output_bps=8, user_flip=0))
