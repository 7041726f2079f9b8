"""The caption in the EXIF of PNG, WebP, TIFF, JPEG XL, HEIC and AVIF, kept in step where the file has one there.

JPEG has its own way (`Jpeg.splice_with`); the others come in two steps. First the old file with only the EXIF caption
changed, as pieces; nothing of it is written, it is looked at through `Spliced`. Then the container puts the packet into
that, and proves its work against it. So no container has to know about captions, and its proof stays whole.

Invariants: a file without an ImageDescription gets none; what is not safe to change (shared values, several blocks,
a JPEG that is to be made again from a JPEG XL) is left as it is; in HEIC and AVIF nothing moves, so a caption that is
longer than the space of the old one stays out of EXIF there.
"""

import struct
import zlib
from collections.abc import Sequence
from typing import Final

from storage.metadata import exif
from storage.metadata.containers.base import Buffer, FileBytes, Piece, Refused, Span
from storage.metadata.containers.isobmff_boxes import parse as parse_boxes
from storage.metadata.containers.isobmff_boxes import spans, walk
from storage.metadata.containers.patches import Change, pieces
from storage.metadata.containers.png import chunks as png_chunks
from storage.metadata.containers.tiff import appended_at
from storage.metadata.containers.tiff_structure import extents as tiff_extents
from storage.metadata.containers.tiff_structure import parse as parse_tiff
from storage.metadata.containers.webp import chunks as webp_chunks

_PREFIX: Final = b"Exif\0\0"
"""What JPEG puts before the block, and some programs elsewhere too."""


def first_step(kind: str, data: Buffer, caption: str) -> list[Piece]:
    """The pieces of the file with another caption in its EXIF; none where there is nothing to keep in step."""
    steps = {"PNG": _png, "WebP": _webp, "TIFF": _tiff, "JXL": _jxl, "HEIF": _heif, "AVIF": _heif}
    try:
        changes = steps[kind](data, caption) if kind in steps else []
    except (Refused, struct.error):
        return []  # the container says what is wrong with the file
    return pieces(len(data), changes) if changes else []


def spliced(data: Buffer, parts: Sequence[Piece]) -> FileBytes:
    """The file that the pieces make, read where it is asked for."""
    places, at = [], 0
    for part in parts:
        length = len(part) if isinstance(part, bytes) else part.stop - part.start
        places.append((at, at + length, part))
        at += length

    def read(start: int, size: int) -> bytes:
        found = []
        for first, last, part in places:
            begin, end = max(start, first), min(start + size, last)
            if begin < end:
                source, shift = (part, 0) if isinstance(part, bytes) else (data, part.start)
                found.append(bytes(source[begin - first + shift : end - first + shift]))
        return b"".join(found)

    return FileBytes(at, read)


def composed(first: Sequence[Piece], second: Sequence[Piece]) -> list[Piece]:
    """Pieces of the original that make what `second` makes of what `first` makes."""
    found: list[Piece] = []
    for piece in second:
        if isinstance(piece, bytes):
            found.append(piece)
            continue
        at = 0
        for part in first:
            length = len(part) if isinstance(part, bytes) else part.stop - part.start
            begin, end = max(piece.start, at) - at, min(piece.stop, at + length) - at
            if begin < end:
                found.append(part[begin:end] if isinstance(part, bytes) else Span(part.start + begin, part.start + end))
            at += length
    return found


def _new_block(raw: bytes, caption: str) -> bytes | None:
    """An EXIF block with the caption, whether or not JPEG's prefix is before it."""
    prefix = _PREFIX if raw.startswith(_PREFIX) else b""
    new = exif.with_description(raw[len(prefix) :], caption)
    return None if new is None or prefix + new == raw else prefix + new


def _png(data: Buffer, caption: str) -> list[Change]:
    found = [unit for unit in png_chunks(data) if unit.kind == "eXIf"]
    if len(found) != 1:
        return []
    new = _new_block(bytes(data[found[0].start + 8 : found[0].stop - 4]), caption)
    if new is None:
        return []
    body = b"eXIf" + new
    chunk = struct.pack(">I", len(new)) + body + struct.pack(">I", zlib.crc32(body))
    return [Change(found[0].start, found[0].stop, chunk)]


def _webp(data: Buffer, caption: str) -> list[Change]:
    size = int.from_bytes(data[4:8], "little")
    found = [unit for unit in webp_chunks(data, size + 8) if unit.kind == "EXIF"]
    if len(found) != 1:
        return []
    start = found[0].start
    new = _new_block(
        bytes(data[start + 8 : start + 8 + int.from_bytes(data[start + 4 : start + 8], "little")]), caption
    )
    if new is None:
        return []
    chunk = b"EXIF" + struct.pack("<I", len(new)) + new + bytes(len(new) % 2)
    growth = len(chunk) - (found[0].stop - start)
    return [Change(4, 8, struct.pack("<I", size + growth)), Change(start, found[0].stop, chunk)]


def place_in_boxes(kind: str, data: Buffer) -> tuple[int, int] | None:
    """Where the one EXIF block of a JPEG XL, HEIC or AVIF is; None where there is none, or no plain one."""
    if kind == "JXL":
        found = [box for box in walk(data, 0, len(data)) if box.type == "Exif"] if data[4:8] == b"JXL " else []
        where = [(box.body, box.stop) for box in found]
    else:
        heif = parse_boxes(data)
        items = [item for item in heif.items.values() if item.type == "Exif"]
        place = heif.places.get(items[0].id) if len(items) == 1 else None
        where = spans(heif, place) if place else []
    if len(where) != 1 or where[0][1] - where[0][0] < 12:
        return None
    start, stop = where[0]
    start += 4 + int.from_bytes(data[start : start + 4], "big")  # the offset of the block, ISO/IEC 23008-12, A.2.1
    return (start, stop) if start < stop else None


def _jxl(data: Buffer, caption: str) -> list[Change]:
    place = place_in_boxes("JXL", data)
    boxes = list(walk(data, 0, len(data))) if place else []
    box = next((box for box in boxes if box.type == "Exif"), None)
    if place is None or box is None or box.body != box.start + 8 or any(box.type == "jbrd" for box in boxes):
        return []
    new = _new_block(bytes(data[place[0] : place[1]]), caption)
    if new is None:
        return []
    body = b"Exif" + bytes(data[box.body : place[0]]) + new
    return [Change(box.start, box.stop, struct.pack(">I", len(body) + 4) + body)]


def _heif(data: Buffer, caption: str) -> list[Change]:
    place = place_in_boxes("HEIF", data)
    new = _new_block(bytes(data[place[0] : place[1]]), caption) if place else None
    return [] if new is None or place is None or len(new) != place[1] - place[0] else [Change(*place, new)]


def _tiff(data: Buffer, caption: str) -> list[Change]:
    layout = parse_tiff(data)
    entry = layout.directories[0].find(exif.DESCRIPTION)
    if entry is None or entry.type != 2:
        return []
    users = sum(e.start < entry.stop and entry.start < e.stop for e in tiff_extents(data, layout))
    value, room = caption.encode() + b"\0", entry.stop - entry.start
    if not entry.inline and users != 1:
        return []
    if len(value) <= room:
        padded = value.ljust(room, b"\0")
        return [] if data[entry.start : entry.stop] == padded else [Change(entry.start, entry.stop, padded)]
    start, gap = appended_at(data, layout)
    head = struct.pack(layout.order + "II", len(value), start)
    return [Change(entry.where + 4, entry.where + 12, head), Change(layout.size, layout.size, gap + value)]
