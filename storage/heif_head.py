"""Size, rotation and EXIF position of the primary image of a HEIC or AVIF file (ISO/IEC 23008-12 and 14496-12).

Only the `meta` box is read. Everything is bounded: a hostile count or size ends in "not given", never in much work.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from storage.exif_head import Read

MOST_META = 4 * 1024 * 1024
"""Largest `meta` box that is read; an iPhone's with 48 grid tiles has 4 KiB."""

MOST_ENTRIES = 20_000


@dataclass(frozen=True, slots=True)
class HeifHead:
    """Attributes: width, height as stored (0 where not found); turned: shown with sides exchanged; exif_at: offset of
    the EXIF block's TIFF structure in the file, or None."""

    width: int = 0
    height: int = 0
    turned: bool = False
    exif_at: int | None = None


def read_heif(read: Read, size: int, *, crop: bool) -> HeifHead:
    """Read the head.

    Args:
        read: (offset, size) → bytes of the file.
        size: bytes in the file.
        crop: the decoder applies the clean aperture (libheif does, libavif does not).

    Raises:
        struct.error, ValueError, LookupError: the structure is broken.
    """
    meta = _meta(read, size)
    boxes = {kind: (start, stop) for kind, start, stop in _boxes(meta, 4, len(meta))}
    if not {b"pitm", b"iprp"} <= boxes.keys():
        raise ValueError("no primary item")
    start, _ = boxes[b"pitm"]
    primary = struct.unpack_from(">H" if meta[start] == 0 else ">I", meta, start + 4)[0]
    inner = {kind: span for kind, *span in _boxes(meta, *boxes[b"iprp"])}
    properties = list(_boxes(meta, *inner[b"ipco"]))
    width = height = 0
    turned = False
    for index in _associations(meta, inner[b"ipma"][0], primary):
        if not 0 < index <= len(properties):
            continue
        kind, start, _ = properties[index - 1]
        if kind == b"ispe":
            width, height = struct.unpack_from(">II", meta, start + 4)
        elif kind == b"clap" and crop:  # clean aperture: what is shown of the coded image, as fractions
            wide, wide_by, high, high_by = struct.unpack_from(">4I", meta, start)
            width, height = wide // (wide_by or 1), high // (high_by or 1)
        elif kind == b"irot":
            turned = bool(meta[start] & 1)
    return HeifHead(width, height, turned, _exif_at(read, meta, boxes))


def _meta(read: Read, size: int) -> bytes:
    at = 0
    for _ in range(64):
        head = read(at, 16)
        length, kind = struct.unpack(">I4s", head[:8])
        skip = 8
        if length == 1:
            length, skip = struct.unpack(">Q", head[8:])[0], 16
        elif length == 0:
            length = size - at
        if length < skip:
            break
        if kind == b"meta":
            return read(at + skip, min(length - skip, MOST_META))
        at += length
    raise ValueError("no meta box")


def _boxes(data: bytes, start: int, stop: int) -> Iterator[tuple[bytes, int, int]]:
    """(kind, start, stop) of the content of each box in a span."""
    for _ in range(MOST_ENTRIES):
        if start + 8 > stop:
            return
        length, kind = struct.unpack_from(">I4s", data, start)
        if length < 8 or start + length > stop:
            return
        yield kind, start + 8, start + length
        start += length


def _associations(data: bytes, start: int, item: int) -> list[int]:
    """Indices (from 1) of the properties of an item, in order."""
    version, wide = data[start], data[start + 3] & 1
    count = struct.unpack_from(">I", data, start + 4)[0]
    at = start + 8
    for _ in range(min(count, MOST_ENTRIES)):
        number = struct.unpack_from(">H" if version < 1 else ">I", data, at)[0]
        at += 2 if version < 1 else 4
        amount = data[at]
        at += 1
        if number == item:
            if wide:
                return [v & 0x7FFF for v in struct.unpack_from(f">{amount}H", data, at)]
            return [v & 0x7F for v in data[at : at + amount]]
        at += amount * (2 if wide else 1)
    return []


def _exif_at(read: Read, meta: bytes, boxes: dict[bytes, tuple[int, int]]) -> int | None:
    """Where the TIFF structure of the item of type "Exif" begins; None where there is none or it is broken."""
    try:
        item = _exif_item(meta, *boxes[b"iinf"])
        extent = None if item is None else _extent(meta, boxes[b"iloc"][0], item)
        if extent is None:
            return None
        skip = struct.unpack(">I", read(extent, 4))[0]  # ISO/IEC 23008-12, A.2.1: exif_tiff_header_offset
    except (struct.error, LookupError, OverflowError):
        return None
    return extent + 4 + int(skip)


def _exif_item(meta: bytes, start: int, stop: int) -> int | None:
    skip = 6 if meta[start] == 0 else 8
    for kind, begin, _ in _boxes(meta, start + skip, stop):
        version = meta[begin]
        if kind == b"infe" and version >= 2:
            wide = version > 2
            at = begin + 4 + (4 if wide else 2) + 2
            if meta[at : at + 4] == b"Exif":
                return int(struct.unpack_from(">I" if wide else ">H", meta, begin + 4)[0])
    return None


def _extent(meta: bytes, start: int, item: int) -> int | None:
    """File offset of the first extent of an item that is stored in the file itself (construction method 0)."""
    version = meta[start]
    sizes = struct.unpack_from(">H", meta, start + 4)[0]
    offset_size, length_size, base_size, index_size = (sizes >> shift & 15 for shift in (12, 8, 4, 0))
    index_size = index_size if version else 0
    wide = version == 2
    count = struct.unpack_from(">I" if wide else ">H", meta, start + 6)[0]
    at = start + (10 if wide else 8)
    for _ in range(min(count, MOST_ENTRIES)):
        number: int = struct.unpack_from(">I" if wide else ">H", meta, at)[0]
        at += 4 if wide else 2
        method = 0
        if version:
            method = struct.unpack_from(">H", meta, at)[0] & 15
            at += 2
        at += 2
        base = int.from_bytes(meta[at : at + base_size], "big")
        at += base_size
        extents = struct.unpack_from(">H", meta, at)[0]
        at += 2
        if number == item:
            if method or not extents:
                return None
            offset = meta[at + index_size : at + index_size + offset_size]
            return base + int.from_bytes(offset, "big")
        at += extents * (index_size + offset_size + length_size)
    return None
