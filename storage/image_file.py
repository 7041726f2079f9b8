"""Open one photo safely and upright: any supported format in, plain 8-bit sRGB out.

Decoders are handed files of strangers. Whatever one of them raises is a fault of that file, so it becomes a sentence
that names it; nothing of Pillow's warnings reaches the user. The plugin is chosen by the content and called directly:
`PIL.Image.open` would ask every plugin it has (EPS starts Ghostscript) and warns through process-wide state.

Invariants: the result is always mode RGB, upright, transparent parts on white; safe to call from many threads.
"""

import contextlib
import io
import logging
import threading
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from storage.bare_image import bare
from storage.colour import to_srgb
from storage.image_head import ImageHead, NoPicture, broken, read_head
from storage.job import KnownError
from storage.metadata.sniff import RAW
from storage.photo_source import PhotoSource, open_source, unreadable
from storage.raw_previews import Preview, large_enough, last_resorts, orientation_of, previews
from storage.shown import shown

if TYPE_CHECKING:
    from PIL.Image import Image

MOST_PIXELS = 2**28
"""Largest photo that is decoded, 268 megapixels (805 MB as RGB): above any camera's single exposure (151 megapixels
today), far below what fills a laptop's memory."""

DRAFT_ROOM = 1.4
"""A JPEG is decoded at least this much larger than asked for, so that the last step of the reduction is a good
filter's. The DCT scales in steps of 2: 4000 pixels for 256 are decoded at 1/8 = 500."""

QUICK_MORE = 1.42
"""For models, which resize it once more in any case, what is up to this much larger than asked for stays as it is: a
second reduction takes 6 to 12 ms and saves less. So much that a JPEG of any size is reduced by its decoder alone where
models are content with 0.71 of what they ask for."""

Plugin: TypeAlias = "Callable[[Any], Image]"
"""A decoder: takes a binary stream, returns an image whose pixels are not loaded yet."""

_plugin_lock = threading.Lock()
_plugins: dict[str, Plugin] = {}


@dataclass(frozen=True, slots=True)
class Probe:
    """What the head of a photo says.

    Attributes:
        format: "JPEG", "PNG", "WEBP", "TIFF", "GIF", "HEIC", "AVIF", "JXL" or a name in `sniff.RAW`.
        width, height: pixels of the upright photo.
        taken: local time of the camera, ISO 8601 without zone, or None.
        camera: make and model, or None.
    """

    format: str
    width: int
    height: int
    taken: str | None
    camera: str | None


def probe(path: Path) -> Probe:
    """Read a photo's head without decoding it.

    Raises:
        KnownError: the file can't be read or is no supported image; the sentence names it.
    """
    with open_source(path) as source:
        return probe_of(read_head(source))


def probe_of(head: ImageHead) -> Probe:
    """The library's view of a head."""
    width, height = head.upright
    return Probe(head.format, width, height, head.exif.taken, head.exif.camera)


def open_upright(path: Path, *, max_side: int | None = None, least: int | None = None) -> "Image":
    """Decode a photo (the first frame or page): RGB, EXIF orientation applied, transparent parts on white.

    Args:
        max_side: longest side of the result in pixels; larger photos are reduced while they are decoded, smaller
            ones stay as they are. None gives full size.
        least: for models: a longest side in pixels that is enough, where a JPEG's decoder can give it by itself. It
            may come out between this and `QUICK_MORE` of `max_side`, reduced by a simpler filter.

    Raises:
        NoPicture: there is none that can be shown (a RAW file without preview, say).
        KnownError: the file can't be read, is truncated, damaged, not supported or too large; the sentence names it.
    """
    with open_source(path) as source:
        head = read_head(source)
        check_size(path, head)
        if head.format in RAW:
            return _open_raw(source, head, max_side, least)
    plugin = _plugin(head.format)
    try:
        with path.open("rb") as stream:
            return _decode(plugin, stream, head, max_side, least)
    except NoPicture as error:
        raise NoPicture(f"“{shown(path.name)}” {error}") from error
    except OSError as error:
        if error.errno is not None:  # the system's, not a decoder's
            raise unreadable(path, error) from error
        return _decode_bare(plugin, path, head, max_side, error)
    except MemoryError as error:
        raise _no_memory(path) from error
    except Exception as error:  # decoders raise anything on hostile input; all of it is the file's fault
        return _decode_bare(plugin, path, head, max_side, error)


def _open_raw(source: PhotoSource, head: ImageHead, max_side: int | None, least: int | None) -> "Image":
    """The best of the previews in a RAW file, or a development of it."""
    found = previews(source.read, head.jpegs)
    for preview in large_enough(found, max_side):
        with contextlib.suppress(Exception):  # damaged, as any file may be; another one may be whole
            return _open_preview(source, preview, head, max_side, least)
    try:
        from storage.raw_picture import developed

        bits = 8 * source.size  # lossless JPEG has at least one for each pixel, lossy RAW formats have two or more
        whole = head.stop <= source.size and bits >= head.width * head.height
        picture = developed(source, max_side, whole=whole)
        turn = orientation_of(picture.size, (head.width, head.height), head.orientation)
        return _finished(picture, None, turn, max_side, least)
    except Exception as error:  # LibRaw's word on a broken file; a small preview is better than none
        for preview in last_resorts(found):
            with contextlib.suppress(Exception):
                return _open_preview(source, preview, head, max_side, least)
        if isinstance(error, NoPicture) or (isinstance(error, OSError) and error.errno is not None):
            raise
        if isinstance(error, MemoryError):
            raise _no_memory(source.path) from error
        raise _undecodable(source.path, head, error) from error


def _open_preview(
    source: PhotoSource, preview: Preview, head: ImageHead, max_side: int | None, least: int | None
) -> "Image":
    turn = orientation_of((preview.width, preview.height), (head.width, head.height), head.orientation)
    encoded = io.BytesIO(source.read(preview.offset, preview.size))
    return _decode(_plugin("JPEG"), encoded, ImageHead("JPEG", preview.width, preview.height, turn), max_side, least)


def _decode_bare(plugin: Plugin, path: Path, head: ImageHead, max_side: int | None, first: Exception) -> "Image":
    """Try once more without the metadata, which may be all that is broken."""
    try:
        content = bare(path.read_bytes(), head.format)
        if content is not None:
            return _decode(plugin, io.BytesIO(content), head, max_side)
    except Exception:  # as above; the first error says more
        raise _undecodable(path, head, first) from first
    raise _undecodable(path, head, first) from first


def decode(encoded: bytes, head: ImageHead, *, max_side: int | None = None) -> "Image":
    """Decode an image that is in memory, such as an embedded preview; `head` says its format and orientation.

    Raises:
        Exception: anything a decoder raises.
    """
    return _decode(_plugin(head.format), io.BytesIO(encoded), head, max_side)


def check_size(path: Path, head: ImageHead) -> None:
    """Refuse decompression bombs.

    Raises:
        KnownError: the photo has more than `MOST_PIXELS`.
    """
    if head.width * head.height > MOST_PIXELS:
        raise KnownError(
            f"“{shown(path.name)}” says it has {head.width:,} × {head.height:,} pixels, more than the "
            f"{MOST_PIXELS // 1_000_000} megapixels that are opened. Make a smaller version of it."
        )


def _no_memory(path: Path) -> KnownError:
    return KnownError(f"“{shown(path.name)}” needs more memory than is free. Close other programs and try again.")


def _undecodable(path: Path, head: ImageHead, error: Exception) -> KnownError:
    name = shown(path.name)
    if "truncated" in str(error).lower():
        return KnownError(f"“{name}” is incomplete: the end of the photo is missing. Restore it from a backup.")
    return broken(name, head.format)


def _decode(plugin: Plugin, stream: Any, head: ImageHead, max_side: int | None, least: int | None = None) -> "Image":
    with plugin(stream) as image:
        width, height = image.size
        if width * height > MOST_PIXELS:
            raise ValueError("larger than its head says")
        if max_side is not None and head.format == "JPEG":
            factor = (least or max_side * DRAFT_ROOM) / max(width, height)
            wanted = max(1, int(width * factor)), max(1, int(height * factor))
            image.draft("RGB" if image.mode == "YCbCr" else image.mode, wanted)
        image.load()
        profile = image.info.get("icc_profile")
        if head.format == "AVIF":
            orientation = image.getexif().get(0x112, 1)  # Pillow puts the container's rotation there
        else:  # libheif, libjxl and Pillow's TIFF reader turn the image themselves
            orientation = 1 if head.format in ("HEIC", "TIFF", "JXL") else head.orientation
        plain = _finished(image, profile if isinstance(profile, bytes) else None, orientation, max_side, least)
        return plain.copy() if plain is image else plain


def _finished(
    image: "Image", profile: bytes | None, orientation: int, max_side: int | None, least: int | None = None
) -> "Image":
    """RGB on white, in sRGB, reduced and turned."""
    return _turned(_on_white(to_srgb(_reduced(_eight_bit(image), max_side, least), profile)), orientation)


def _reduced(image: "Image", max_side: int | None, least: int | None) -> "Image":
    from PIL.Image import Resampling

    longest = max(image.size)
    if max_side is None or longest <= max_side * (QUICK_MORE if least else 1):
        return image
    if image.mode in ("P", "1", "PA"):  # indices can't be averaged
        image = image.convert("RGBA" if _transparent(image) else "RGB")
    size = tuple(max(1, round(side * max_side / longest)) for side in image.size)
    kind = Resampling.BILINEAR if least else Resampling.LANCZOS
    return image.resize((size[0], size[1]), kind, reducing_gap=2.0)


def _transparent(image: "Image") -> bool:
    return image.mode in ("LA", "PA", "La", "RGBA", "RGBa") or "transparency" in image.info


def _eight_bit(image: "Image") -> "Image":
    """Scale deep greys to 8 bits per sample; Pillow itself would clip them to white."""
    if image.mode.startswith("I;16") or image.mode in ("I", "F"):
        deep = image.convert("F") if image.mode == "F" else image.convert("I")
        low, high = map(float, deep.getextrema())  # type: ignore[arg-type]
        if image.mode.startswith("I;16"):
            low, high = 0.0, 65535.0
        elif low >= 0 and high <= 255:
            low, high = 0.0, 1.0 if image.mode == "F" and high <= 1 else 255.0
        else:  # no convention says what white is: the brightest pixel
            low = min(low, 0.0)
        scale = 255 / ((high - low) or 1.0)
        return deep.convert("F").point(lambda value: value * scale - low * scale).convert("L")
    if image.mode == "LAB":
        from PIL import ImageCms

        turned = ImageCms.profileToProfile(
            image, ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB"), outputMode="RGB"
        )
        return image if turned is None else turned
    return image


def _on_white(image: "Image") -> "Image":
    from PIL import Image as pillow

    if not _transparent(image):
        return image if image.mode == "RGB" else image.convert("RGB")
    with_alpha = image if image.mode == "RGBA" else image.convert("RGBA")
    white = pillow.new("RGB", image.size, "white")
    white.paste(with_alpha, mask=with_alpha.getchannel("A"))
    return white


def _plugin(kind: str) -> Plugin:
    """The decoder of a format; imported when it is first needed (Pillow 25 ms, libheif 40 ms)."""
    _silence()
    found = _plugins.get(kind)
    if found is None:
        with _plugin_lock:
            found = _plugins[kind] = _load_plugin(kind)
    return found


def _load_plugin(kind: str) -> Plugin:
    import PIL.Image

    PIL.Image.MAX_IMAGE_PIXELS = MOST_PIXELS  # Pillow's own limit is lower for some formats
    logging.getLogger("PIL").addHandler(logging.NullHandler())  # else its errors go to the terminal
    from PIL import AvifImagePlugin, GifImagePlugin, JpegImagePlugin, PngImagePlugin, TiffImagePlugin, WebPImagePlugin

    if kind == "HEIC":
        import pi_heif.as_plugin

        plugin: Plugin = pi_heif.as_plugin.HeifImageFile
        return plugin
    if kind == "JXL":
        from storage.jxl_picture import open_jxl

        return open_jxl
    return {
        "AVIF": AvifImagePlugin.AvifImageFile,
        "GIF": GifImagePlugin.GifImageFile,
        "JPEG": JpegImagePlugin.JpegImageFile,
        "PNG": PngImagePlugin.PngImageFile,
        "TIFF": TiffImagePlugin.TiffImageFile,
        "WEBP": WebPImagePlugin.WebPImageFile,
    }[kind]


def _silence() -> None:
    """Keep warnings of the decoders away from the user.

    `warnings.catch_warnings` is not safe with threads; a filter for the decoders' modules alone is. It is looked for
    on each call because test runners and debuggers put the list of filters back.
    """
    if not any(getattr(entry[3], "pattern", None) == _QUIET for entry in warnings.filters):
        warnings.filterwarnings("ignore", module=_QUIET)


_QUIET = r"(PIL|pi_heif)\."


def _turned(image: "Image", orientation: int) -> "Image":
    """Apply an EXIF orientation (Exif 3.0, 4.6.5.4.1); 5 and 7 are the mirrored quarter turns."""
    from PIL.Image import Transpose

    turns = {
        2: Transpose.FLIP_LEFT_RIGHT,
        3: Transpose.ROTATE_180,
        4: Transpose.FLIP_TOP_BOTTOM,
        5: Transpose.TRANSPOSE,
        6: Transpose.ROTATE_270,
        7: Transpose.TRANSVERSE,
        8: Transpose.ROTATE_90,
    }
    turn = turns.get(orientation)
    return image if turn is None else image.transpose(turn)
