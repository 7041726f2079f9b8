"""The picture of a JPEG XL file, by libjxl.

Pillow does not read JPEG XL. Of the libraries that do, `pillow-jxl-plugin` is GPL, `jxlpy` has had no release for two
years, `imagecodecs` brings 45 MB of codecs; `pylibjxl` (BSD 3-Clause, as libjxl itself) is what it says and nothing
else. There are platforms without a wheel of it; photos are taken in there without a picture.
"""

from typing import TYPE_CHECKING, Any

from storage.image_head import NoPicture

if TYPE_CHECKING:
    from PIL.Image import Image


def open_jxl(stream: Any) -> "Image":
    """Decode the first frame; libjxl has turned it upright already.

    Returns:
        mode L, RGB or RGBA, with the colour profile in `info`.

    Raises:
        NoPicture: the library is not there; the sentence goes on from the photo's name.
        RuntimeError: the file is broken.
    """
    try:
        import pylibjxl
    except ImportError as error:
        raise NoPicture(
            "is a JPEG XL photo, which can't be shown on this computer: there is no decoder for it. "
            "You can still write its texts and tags yourself."
        ) from error
    from PIL import Image as pillow

    pixels, found = pylibjxl.decode(stream.read(), metadata=True)
    picture = pillow.fromarray(pixels[..., 0] if pixels.ndim == 3 and pixels.shape[2] == 1 else pixels)
    picture.info["icc_profile"] = found.get("icc")
    return picture
