"""The head of a JPEG, alone in a file or inside of another one: its frame, and where its EXIF is (ITU-T T.81 annex B).

Camera RAW files carry JPEGs of two kinds: previews, and the sensor's data in the lossless process that no viewer
decodes. Only the code of the frame header tells them apart.
"""

import struct
from dataclasses import dataclass

from storage.exif_head import Read

MOST_SEGMENTS = 2000
"""Segments looked at before the image; real files stay below 300."""

VIEWABLE = frozenset({0xC0, 0xC1, 0xC2})
"""Frame headers of the processes that viewers decode: baseline, extended, progressive (T.81, table B.1)."""


@dataclass(frozen=True, slots=True)
class JpegHead:
    """Attributes: width, height as stored; frame: code of the frame header, 0xC0..0xCF; exif_at: offset of the EXIF
    block's TIFF structure, or None."""

    width: int
    height: int
    frame: int
    exif_at: int | None = None


def read_jpeg(read: Read, start: bytes = b"") -> JpegHead:
    """Read the segments up to the frame header.

    Args:
        read: (offset, size) → bytes, counted from the JPEG's own start.
        start: the first bytes, where the caller has them.

    Raises:
        struct.error, ValueError, IndexError: it is none, or ends before its frame.
    """
    at, exif_at = 2, None
    for _ in range(MOST_SEGMENTS):
        part = start[at : at + 10] if at + 10 <= len(start) else read(at, 10)
        if part[0] != 0xFF:  # junk between segments, which decoders skip too
            at = start.index(b"\xff", at)
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
            return JpegHead(width, height, code, exif_at)
        if code in (0xD9, 0xDA) or size < 2:
            break
        at += 2 + size
    raise ValueError
