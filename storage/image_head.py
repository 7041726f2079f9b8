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
from storage.jpeg_head import MOST_SEGMENTS, read_jpeg
from storage.jxl_head import read_jxl
from storage.metadata import sniff as content
from storage.photo_source import PhotoSource
from storage.raw_head import RawHead, Spans, read_raw_tiff
from storage.raw_others import read_cr3, read_crw, read_mrw, read_raf, read_x3f
from storage.raw_previews import previews
from storage.shown import shown

PHOTO_SUFFIXES = frozenset(
    b".jpg .jpeg .jpe .jfif .png .apng .webp .tif .tiff .gif .heic .heif .hif .avif .jxl".split()
) | {suffix.encode() for suffix in content.RAW_SUFFIXES - content.UNKNOWN_RAW_SUFFIXES}
"""Endings, in lower case, of files that are looked at."""

HEIF_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"mif2"})
"""Major brands of ISO/IEC 23008-12 that are decoded as HEIC."""

AVIF_BRANDS = frozenset({b"avif", b"avis"})

_TURNED = 5
"""EXIF orientations from this one on exchange width and height (Exif 3.0, 4.6.5.4.1)."""


@dataclass(frozen=True, slots=True)
class ImageHead:
    """The head of one image.

    Attributes:
        format: "JPEG", "PNG", "WEBP", "TIFF", "GIF", "HEIC", "AVIF", "JXL" or a name in `sniff.RAW`.
        width, height: pixels as stored, before the orientation is applied; of the first frame or page.
        orientation: EXIF 1..8 to apply after decoding.
        exif: what EXIF says.
        exif_at: where the EXIF structure begins in the file, or None.
        jpegs: (offset, bytes) of what may be previews in a RAW file.
        stop: where the sensor's data of a RAW file ends, as far as it says.
    """

    format: str
    width: int
    height: int
    orientation: int = 1
    exif: ExifHead = NO_EXIF
    exif_at: int | None = None
    jpegs: Spans = ()
    stop: int = 0

    @property
    def upright(self) -> tuple[int, int]:
        """Width and height as people see the photo."""
        return (self.height, self.width) if self.orientation >= _TURNED else (self.width, self.height)


def sniff(head: bytes) -> str | None:
    """The format that these first bytes (`sniff.HEAD` or more) belong to, or None for everything that is not read."""
    if head.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "WEBP"
    if head[4:8] == b"ftyp" and head[8:12] != b"crx ":
        return _iso_format(head)
    found = content.sniff(head)
    return found if found in _READERS else None


def _iso_format(head: bytes) -> str | None:
    """AVIF or HEIC by the brands of the file type box (ISO/IEC 14496-12, 4.3)."""
    end = min(struct.unpack(">I", head[:4])[0], len(head), 256)
    brands = [head[8:12], *(head[i : i + 4] for i in range(16, end - 3, 4))]
    if any(brand in AVIF_BRANDS for brand in brands):
        return "AVIF"
    return "HEIC" if any(brand in HEIF_BRANDS for brand in brands) else None


class NoPicture(KnownError):
    """A photo that may be whole, but of which nothing here can show a picture: no failure of a job."""


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
    if kind == "TIFF" and source.path.suffix.lower() in content.RAW_SUFFIXES:
        kind = "RAW"  # the first directory of some makers' files is that of an ordinary, small picture
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
    found = read_jpeg(source.read, source.head)
    return _with_exif(ImageHead("JPEG", found.width, found.height), source.read, found.exif_at)


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


def _raw(reader: Callable[[Read, int], RawHead], kind: str) -> Callable[[PhotoSource], ImageHead]:
    def read(source: PhotoSource) -> ImageHead:
        found = reader(source.read, source.size)
        exif = ExifHead(found.orientation, taken=found.taken, camera=found.camera)
        head = ImageHead(kind, found.width, found.height, found.orientation, exif, jpegs=found.jpegs, stop=found.stop)
        shown = previews(source.read, found.jpegs) if not found.width or not found.height else []
        return replace(head, width=shown[-1].width, height=shown[-1].height) if shown else head

    return read


def _tiff_raw(read: Read, _size: int) -> RawHead:
    return read_raw_tiff(read)


def _jxl(source: PhotoSource) -> ImageHead:
    found = read_jxl(source.read, source.size)
    head = _with_exif(ImageHead("JXL", found.width, found.height), source.read, found.exif_at)
    return replace(head, orientation=found.orientation)  # the codestream's counts, EXIF's does not (18181-1, E.2)


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
    "JXL": _jxl,
} | {
    kind: _raw(
        {"RAF": read_raf, "CR3": read_cr3, "CRW": read_crw, "MRW": read_mrw, "X3F": read_x3f}.get(kind, _tiff_raw), kind
    )
    for kind in content.RAW
}
