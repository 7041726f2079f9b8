"""The formats that are written in the file, by the name that `sniff` gives them."""

from storage.metadata.containers.base import Container
from storage.metadata.containers.gif import Gif
from storage.metadata.containers.isobmff import Isobmff
from storage.metadata.containers.jpeg import Jpeg
from storage.metadata.containers.jxl import JpegXl
from storage.metadata.containers.png import Png
from storage.metadata.containers.read_only import Boxed, Psd
from storage.metadata.containers.tiff import Tiff
from storage.metadata.containers.webp import WebP

_JPEG, _HEIF, _TIFF = Jpeg(), Isobmff(), Tiff()

CONTAINERS: dict[str, Container] = {
    "JPEG": _JPEG,
    "PNG": Png(),
    "WebP": WebP(),
    "GIF": Gif(),
    "TIFF": _TIFF,
    "HEIF": _HEIF,
    "AVIF": _HEIF,
    "JXL": JpegXl(),
}
"""Stateless, so one of each serves all threads."""

READ_ONLY: dict[str, Container] = dict.fromkeys(
    ("BigTIFF", "DNG", "NEF", "ARW", "PEF", "CR2", "ORF", "RW2", "RAW"), _TIFF
) | {"JP2": Boxed("JPEG 2000", "jp2c", "jp2"), "CR3": Boxed("CR3", "mdat", "raw"), "PSD": Psd()}
"""Formats whose packet is read, and which are never written."""
