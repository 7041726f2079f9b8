"""What kind of image a file is, how large and which way up: read from its head, without decoding a pixel.

The content decides, never the name. Pillow's own `open` costs 0.2 to 5 ms and reads whole HEIC and AVIF files; this
costs a few reads. What can't be understood is a `KnownError` for this photo; nothing else is ever raised for what is
in a file.
"""

import struct
from collections.abc import Callable
from dataclasses import dataclass, replace

from storage.exif_head import NO_EXIF, ExifHead, Read, read_exif
from storage.heif_head import read_heif
from storage.job import KnownError
from storage.photo_source import PhotoSource
from storage.shown import shown

PHOTO_SUFFIXES = frozenset(b".jpg .jpeg .jpe .jfif .png .apng .webp .tif .tiff .gif .heic .heif .hif .avif".split())
"""Endings, in lower case, of files that are looked at. RAW and JPEG XL are left out: nothing here decodes them."""

HEIF_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"mif2"})
"""Major brands of ISO/IEC 23008-12 that are decoded as HEIC."""

AVIF_BRANDS = frozenset({b"avif", b"avis"})

MOST_SEGMENTS = 2000
"""JPEG segments and PNG or RIFF chunks looked at before the image; real files stay below 300."""

_TURNED = 5
"""EXIF orientations from this one on exchange width and height (Exif 3.0, 4.6.5.4.1)."""


@dataclass(frozen=True, slots=True)
class ImageHead:
    """The head of one image.

    Attributes:
        format: "JPEG", "PNG", "WEBP", "TIFF", "GIF", "HEIC" or "AVIF".
        width, height: pixels as stored, before the orientation is applied; of the first frame or page.
        orientation: EXIF 1..8 to apply after decoding.
        exif: what EXIF says.
        exif_at: where the EXIF structure begins in the file, or None.
    """

    format: str
    width: int
    height: int
    orientation: int = 1
    exif: ExifHead = NO_EXIF
    exif_at: int | None = None

    @property
    def upright(self) -> tuple[int, int]:
        """Width and height as people see the photo."""
        return (self.height, self.width) if self.orientation >= _TURNED else (self.width, self.height)


def sniff(head: bytes) -> str | None:
    """The format that these first bytes (16 or more) belong to, or None for everything that is not read."""
    if head.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "WEBP"
    if head[:4] in (b"II*\0", b"MM\0*"):
        return "TIFF"
    if head[:6] in (b"GIF87a", b"GIF89a"):
        return "GIF"
    if head[4:8] == b"ftyp":
        return _iso_format(head)
    return None


def _iso_format(head: bytes) -> str | None:
    """AVIF or HEIC by the brands of the file type box (ISO/IEC 14496-12, 4.3)."""
    end = min(struct.unpack(">I", head[:4])[0], len(head), 256)
    brands = [head[8:12], *(head[i : i + 4] for i in range(16, end - 3, 4))]
    if any(brand in AVIF_BRANDS for brand in brands):
        return "AVIF"
    return "HEIC" if any(brand in HEIF_BRANDS for brand in brands) else None


def read_head(source: PhotoSource) -> ImageHead:
    """Read the head of an open photo.

    Raises:
        KnownError: the file is empty, is no image that is supported, or ends before its size is said.
        OSError: the disk fails.
    """
    name = shown(source.path.name)
    if not source.size:
        raise KnownError(f"“{name}” is empty (0 bytes). Restore it from a backup or delete it.")
    kind = sniff(source.head)
    if kind is None:
        raise KnownError(f"“{name}” is not a photo in a format that Altfolio can read.")
    try:
        head = _READERS[kind](source)
    except (struct.error, LookupError, ValueError, OverflowError) as error:
        raise broken(name, kind) from error
    if head.width <= 0 or head.height <= 0:
        raise broken(name, kind)
    return head


def broken(name: str, kind: str) -> KnownError:
    """The sentence for a file that says it is an image but can't be understood."""
    return KnownError(
        f"“{name}” can't be decoded: it is damaged, or uses a part of the {kind} format that is not supported."
    )


def _with_exif(head: ImageHead, read: Read, at: int | None) -> ImageHead:
    if at is None:
        return head
    exif = read_exif(lambda offset, size: read(at + offset, size))
    return replace(head, orientation=exif.orientation, exif=exif, exif_at=at)


def _jpeg(source: PhotoSource) -> ImageHead:
    """ITU-T T.81 annex B: segments up to the frame header; APP1 with the Exif signature on the way."""
    read, data = source.read, source.head
    at, exif_at = 2, None
    for _ in range(MOST_SEGMENTS):
        part = data[at : at + 10] if at + 10 <= len(data) else read(at, 10)
        if part[0] != 0xFF:  # junk between segments, which decoders skip too
            at = data.index(b"\xff", at)
            continue
        code = part[1]
        if code == 0xFF or code == 1 or 0xD0 <= code <= 0xD8:  # fill bytes, markers without a length
            at += 1 if code == 0xFF else 2
            continue
        size = part[2] << 8 | part[3]
        if code == 0xE1 and exif_at is None and part[4:10] == b"Exif\0\0":
            exif_at = at + 10
        if 0xC0 <= code <= 0xCF and code not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", read(at + 5, 4))
            return _with_exif(ImageHead("JPEG", width, height), read, exif_at)
        if code in (0xD9, 0xDA) or size < 2:
            break
        at += 2 + size
    raise ValueError


def _png(source: PhotoSource) -> ImageHead:
    """PNG 3rd edition: IHDR is the first chunk; eXIf may stand anywhere, in practice before the image."""
    read = source.read
    if source.head[12:16] != b"IHDR":
        raise ValueError
    width, height = struct.unpack(">II", source.head[16:24])
    at, exif_at = 8, None
    for _ in range(MOST_SEGMENTS):
        part = read(at, 8)
        if len(part) < 8 or part[4:] == b"IEND":
            break
        if part[4:] == b"eXIf":
            exif_at = at + 8
            break
        at += 12 + struct.unpack(">I", part[:4])[0]
    return _with_exif(ImageHead("PNG", width, height), read, exif_at)


def _webp(source: PhotoSource) -> ImageHead:
    """RFC 9649: VP8X, VP8 or VP8L says the size; the EXIF chunk comes after the image."""
    read, at = source.read, 12
    width = height = 0
    exif_at = None
    for _ in range(MOST_SEGMENTS):
        part = read(at, 18)
        if len(part) < 8:
            break
        kind, size, body = part[:4], struct.unpack("<I", part[4:8])[0], part[8:]
        if kind == b"VP8X":
            width = int.from_bytes(body[4:7], "little") + 1
            height = int.from_bytes(body[7:10], "little") + 1
        elif kind == b"VP8L" and not width:
            bits = int.from_bytes(body[1:5], "little")
            width, height = (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
        elif kind == b"VP8 " and not width:
            width, height = (int.from_bytes(pair, "little") & 0x3FFF for pair in (body[6:8], body[8:10]))
        elif kind == b"EXIF":
            exif_at = at + (14 if body[:6] == b"Exif\0\0" else 8)
        at += 8 + size + (size & 1)
    return _with_exif(ImageHead("WEBP", width, height), read, exif_at)


def _tiff(source: PhotoSource) -> ImageHead:
    exif = read_exif(source.read)
    return ImageHead("TIFF", exif.width, exif.height, exif.orientation, replace(exif, thumbnail=None), 0)


def _gif(source: PhotoSource) -> ImageHead:
    width, height = struct.unpack("<HH", source.head[6:10])
    return ImageHead("GIF", width, height)


def _iso(kind: str) -> Callable[[PhotoSource], ImageHead]:
    def reader(source: PhotoSource) -> ImageHead:
        found = read_heif(source.read, source.size, crop=kind == "HEIC")
        head = ImageHead(kind, found.width, found.height)
        if found.exif_at is not None:
            head = replace(_with_exif(head, source.read, found.exif_at), orientation=1)
        # The container's own rotation counts, EXIF's does not (ISO/IEC 23008-12, A.2.1).
        return replace(head, orientation=_TURNED if found.turned else 1)

    return reader


_READERS: dict[str, Callable[[PhotoSource], ImageHead]] = {
    "JPEG": _jpeg,
    "PNG": _png,
    "WEBP": _webp,
    "TIFF": _tiff,
    "GIF": _gif,
    "HEIC": _iso("HEIC"),
    "AVIF": _iso("AVIF"),
}
