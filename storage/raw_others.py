"""RAW formats that are no TIFF: Fujifilm RAF, Canon CR3 and CRW, Minolta MRW, Sigma X3F.

As in `raw_head`, facts and the places of JPEGs are read, nothing of the sensor's data. Sources: ExifTool's
documentation of RAF, CRW (Canon's CIFF specification), MRW and X3F (Foveon's "X3F Raw File Format"); Laurent Clévy's
description of CR3, whose boxes are those of ISO/IEC 14496-12.

Invariants: every loop is bounded; what can't be read is not there; only a broken beginning raises.
"""

import struct
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

from storage.exif_head import Read, camera_name, read_exif, text_of
from storage.jpeg_head import read_jpeg
from storage.raw_head import RawHead, orientation_of, read_raw_tiff

MOST_PARTS = 200
"""Boxes, blocks, sections or heap entries read of one level."""

MOST_MOOV = 4 * 1024 * 1024
"""Largest `moov` box of a CR3 that is read; cameras write 40 KB."""

_FACTS = bytes.fromhex("85c0b687820f11e08111f4ce462b6a48")
_PREVIEW = bytes.fromhex("eaf42b5e1c984b88b9fbb7dc406e4d16")
_NESTED = frozenset({b"trak", b"mdia", b"minf", b"stbl"})


def read_raf(read: Read, size: int) -> RawHead:  # noqa: ARG001 – as its neighbours
    """Fujifilm: a header that points at a JPEG with the EXIF, and at a table with the sensor's size.

    The sensor's size counts where its shape is that of the JPEG; sensors with turned pixels say another one.
    """
    jpeg_at, jpeg_size, table_at, table_size = struct.unpack(">4I", read(84, 16))
    head = inside_jpeg(read, jpeg_at, jpeg_size)
    table = read(table_at, min(table_size, 4096))
    at = 4
    for _ in range(min(int.from_bytes(table[:4], "big"), MOST_PARTS)):
        tag, length = struct.unpack_from(">HH", table, at)
        if tag == 0x111 and length == 4:  # RawImageCroppedSize
            height, width = struct.unpack_from(">HH", table, at + 4)
            if not head.height or abs(width * head.height - height * head.width) < width * head.height // 20:
                return replace(head, width=width, height=height)
        at += 4 + length
        if at + 4 > len(table):
            break
    return head


def inside_jpeg(read: Read, at: int, size: int) -> RawHead:
    """The facts of a JPEG in a RAW file, with itself as preview; an empty head where it is none."""
    try:
        jpeg = read_jpeg(lambda offset, count: read(at + offset, count))
    except (struct.error, LookupError, ValueError):
        return RawHead()
    head = RawHead(jpeg.width, jpeg.height, jpegs=((at, size),))
    if jpeg.exif_at is None:
        return head
    start = at + jpeg.exif_at
    exif = read_exif(lambda offset, count: read(start + offset, count))
    return replace(head, orientation=exif.orientation, taken=exif.taken, camera=exif.camera)


def read_cr3(read: Read, size: int) -> RawHead:
    """Canon since 2018: TIFF directories and tracks in `moov`, a preview of 1620 × 1080 in a box of its own."""
    head, jpegs = RawHead(), list[tuple[int, int]]()
    for kind, start, stop in _boxes(read, 0, size):
        if kind == b"moov" and stop - start <= MOST_MOOV:
            content = read(start, stop - start)
            head = _moov(content)
            jpegs += _tracks(content, 0, len(content))
        elif kind == b"uuid" and read(start, 16) == _PREVIEW:
            part = read(start + 24, 24)
            if part[4:8] == b"PRVW":
                jpegs.append((start + 48, int.from_bytes(part[20:24], "big")))
    return replace(head, jpegs=tuple(jpegs))


def _moov(content: bytes) -> RawHead:
    read = _reader(content)
    for kind, start, stop in _boxes(read, 0, len(content)):
        if kind == b"uuid" and content[start : start + 16] == _FACTS:
            places = {name: begin for name, begin, _ in _boxes(read, start + 16, stop)}
            first = read_raw_tiff(read, places[b"CMT1"])
            exif = read_raw_tiff(read, places[b"CMT2"]) if b"CMT2" in places else RawHead()
            return replace(first, taken=exif.taken or first.taken, jpegs=())
    raise ValueError


def _tracks(content: bytes, start: int, stop: int, depth: int = 0) -> Iterator[tuple[int, int]]:
    """(offset, bytes) of the first sample of each track; one is a JPEG of full size, the others are sensor data."""
    read, at, length = _reader(content), 0, 0
    for kind, begin, end in _boxes(read, start, stop):
        if kind in _NESTED and depth < len(_NESTED):
            yield from _tracks(content, begin, end, depth + 1)
        elif kind == b"stsz" and end - begin >= 12:  # one size for all, or a list of them
            same, count = struct.unpack_from(">II", content, begin + 4)
            length = same or (int.from_bytes(content[begin + 12 : begin + 16], "big") if count else 0)
        elif kind == b"co64" and end - begin >= 16:
            at = int.from_bytes(content[begin + 8 : begin + 16], "big")
    if at and length:
        yield at, length


def _boxes(read: Read, start: int, stop: int) -> Iterator[tuple[bytes, int, int]]:
    """(kind, start, stop) of the content of each box; the last may be cut short."""
    for _ in range(MOST_PARTS):
        part = read(start, min(16, stop - start))
        if len(part) < 8:
            return
        length, kind, skip = int.from_bytes(part[:4], "big"), part[4:8], 8
        if length == 1 and len(part) == 16:
            length, skip = int.from_bytes(part[8:], "big"), 16
        elif length == 0:
            length = stop - start
        if length < skip:
            return
        yield kind, start + skip, min(start + length, stop)
        start += length


def _reader(content: bytes) -> Read:
    return lambda offset, count: content[offset : offset + count]


def read_crw(read: Read, size: int) -> RawHead:
    """Canon until 2004: a heap of records whose table of contents is at its end."""
    order = "<" if read(0, 2) == b"II" else ">"
    start = struct.unpack(order + "I", read(2, 4))[0]
    return _heap(read, order, start, size, RawHead(), 0)


def _heap(read: Read, order: str, start: int, stop: int, head: RawHead, depth: int) -> RawHead:
    table = start + struct.unpack(order + "I", read(stop - 4, 4))[0]
    count = min(struct.unpack(order + "H", read(table, 2))[0], MOST_PARTS)
    block = read(table + 2, count * 10)
    for tag, length, offset in struct.iter_unpack(order + "HII", block[: len(block) // 10 * 10]):
        at = start + offset
        if tag & 0xC000:  # the value is in the table itself; none that is wanted
            continue
        if tag & 0x3800 in (0x2800, 0x3000) and depth < 4:
            head = _heap(read, order, at, at + length, head, depth + 1)
        elif tag == 0x1810:  # ImageSpec
            width, height, _, turn = struct.unpack(order + "IIIi", read(at, 16))
            turned = {90: 6, 180: 3, 270: 8, -90: 8}.get(turn, 1)
            head = replace(head, width=width, height=height, orientation=turned)
        elif tag == 0x080A:  # make and model
            make, _, model = read(at, min(length, 256)).partition(b"\0")
            head = replace(head, camera=camera_name(text_of(make), text_of(model)))
        elif tag == 0x180E:  # seconds of the camera's clock since 1970
            seconds = struct.unpack(order + "I", read(at, 4))[0]
            head = replace(head, taken=datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None).isoformat())
        elif tag == 0x2007:  # JpgFromRaw
            head = replace(head, jpegs=((at, length),))
    return head


def read_mrw(read: Read, size: int) -> RawHead:
    """Minolta: blocks in front of the sensor's data; one is the EXIF, one says the size."""
    stop = min(8 + struct.unpack(">I", read(4, 4))[0], size)
    head, wide, high, at = RawHead(), 0, 0, 8
    for _ in range(MOST_PARTS):
        part = read(at, 24)
        if at + 8 > stop or len(part) < 8:
            break
        if part[:4] == b"\0TTW":
            head = read_raw_tiff(read, at + 8)
        elif part[:4] == b"\0PRD" and len(part) == 24:
            high, wide = struct.unpack_from(">HH", part, 20)  # of the image; the sensor's are before
        at += 8 + struct.unpack_from(">I", part, 4)[0]
    return replace(head, width=wide or head.width, height=high or head.height)


def read_x3f(read: Read, size: int) -> RawHead:
    """Sigma: a header with the size, sections listed at the end; newer cameras put EXIF into the JPEG only."""
    head = RawHead()
    table = struct.unpack("<I", read(size - 4, 4))[0]
    count = min(struct.unpack("<I", read(table + 8, 4))[0], MOST_PARTS) if read(table, 4) == b"SECd" else 0
    listed = read(table + 12, count * 12)
    for offset, length, kind in struct.iter_unpack("<II4s", listed[: len(listed) // 12 * 12]):
        section = read(offset, 12)
        if kind in (b"IMA2", b"IMAG") and section[:4] == b"SECi" and section[8:] == b"\x02\0\0\0":
            form = struct.unpack("<I", read(offset + 12, 4))[0]
            found = inside_jpeg(read, offset + 28, length - 28) if form == 18 else RawHead()
            if found.width * found.height > head.width * head.height:
                head = found
    version, width, height, turn = struct.unpack("<I20x3I", read(4, 36))
    if version >> 16 < 4 and width and height:
        turned = {90: 6, 180: 3, 270: 8}.get(turn, head.orientation)
        head = replace(head, width=width, height=height, orientation=orientation_of(turned))
    return head
