"""Makes small files that are built like the RAW files of cameras, for tests; only a DNG holds real sensor data."""

import io
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from PIL import Image

TAKEN = b"2024:05:06 07:08:09\0"

JXL = bytes.fromhex("ff0a0f4124080401005c004b188b1500d41b63d0c63d800838b62500030b910f0001")
"""A whole JPEG XL photo: 96 × 64 pixels of red."""


@dataclass(frozen=True)
class Blob:
    """Bytes somewhere in the file; the entry's value is where."""

    content: bytes


@dataclass(frozen=True)
class Inside:
    """Bytes that are an entry's own value (type 7)."""

    content: bytes


Value: TypeAlias = "int | tuple[int, ...] | bytes | Blob | Inside | list[Tags]"
Tags = dict[int, Value]
"""Tag → number(s), text, place of bytes, or sub-directories."""


def picture(size: tuple[int, int], letters: str = "ABCD") -> Image.Image:
    """Four coloured corners, as `test_image_file` reads them."""
    colours = {"A": (220, 30, 30), "B": (30, 220, 30), "C": (30, 30, 220), "D": (220, 220, 30)}
    made = Image.new("RGB", size)
    half = size[0] // 2, size[1] // 2
    for number, letter in enumerate(letters):
        left, top = (number % 2) * half[0], (number // 2) * half[1]
        made.paste(colours[letter], (left, top, left + half[0], top + half[1]))
    return made


def preview(size: tuple[int, int] = (720, 480), letters: str = "ABCD", **options: object) -> bytes:
    stream = io.BytesIO()
    picture(size, letters).save(stream, "JPEG", quality=90, **options)
    return stream.getvalue()


def lossless(size: tuple[int, int]) -> bytes:
    """How sensor data in lossless JPEG begins: the frame header is SOF3."""
    frame = struct.pack(">BHHBBBB", 14, size[1], size[0], 1, 1, 0x11, 0)
    return b"\xff\xd8\xff\xc3" + struct.pack(">H", 2 + len(frame)) + frame + bytes(64) + b"\xff\xd9"


def tiff(chain: Sequence[Tags], *, magic: bytes = b"II*\0", gap: bytes = b"") -> bytes:
    """A TIFF structure: directories in a chain; `gap` stands between the header and the first one."""
    order = ">" if magic[:1] == b"M" else "<"
    out = bytearray(magic + struct.pack(order + "I", 8 + len(gap)) + gap)
    at = len(out)
    for number, tags in enumerate(chain):
        if number:
            out += bytes(len(out) % 2)
            out[at : at + 4] = struct.pack(order + "I", len(out))
        at = _directory(out, tags, order)
    return bytes(out)


def _directory(out: bytearray, tags: Tags, order: str) -> int:
    """Write a directory and what it points at; gives back where the offset of the next one is."""
    start = len(out)
    out += bytes(2 + 12 * len(tags) + 4)
    struct.pack_into(order + "H", out, start, len(tags))
    for number, (tag, value) in enumerate(sorted(tags.items())):
        where = start + 2 + 12 * number
        if isinstance(value, list):
            places = []
            for sub in value:
                out += bytes(len(out) % 2)
                places.append(len(out))
                _directory(out, sub, order)
            value = tuple(places)
        short = isinstance(value, int) and value < 1 << 16 and tag != 0xFE
        if isinstance(value, Blob):
            place = len(out)
            out += value.content + bytes(len(value.content) % 2)
            value = place
        if isinstance(value, bytes | Inside):
            raw, kind = (value, 2) if isinstance(value, bytes) else (value.content, 7)
            count = len(raw)
        else:
            numbers = (value,) if isinstance(value, int) else value
            form, kind, count = ("H", 3, 1) if short else ("I", 4, len(numbers))
            raw = struct.pack(f"{order}{count}{form}", *numbers)
        if len(raw) > 4:
            place = len(out)
            out += raw + bytes(len(raw) % 2)
            raw = struct.pack(order + "I", place)
        struct.pack_into(order + "HHI4s", out, where, tag, kind, count, raw.ljust(4, b"\0"))
    return start + 2 + 12 * len(tags)


def facts(make: bytes, model: bytes, orientation: int) -> Tags:
    return {0x10F: make + b"\0", 0x110: model + b"\0", 0x112: orientation, 0x8769: [{0x9003: TAKEN}]}


def nef(jpeg: bytes, *, sensor: tuple[int, int] = (1440, 960), orientation: int = 1) -> bytes:
    """Nikon: the preview is in the first sub-directory, the sensor's data in the second."""
    data = bytes(sensor[0] * sensor[1] // 4)
    raw: Tags = {0xFE: 0, 0x100: sensor[0], 0x101: sensor[1], 0x103: 34713, 0x111: Blob(data), 0x117: len(data)}
    shown: Tags = {0xFE: 1, 0x103: 6, 0x201: Blob(jpeg), 0x202: len(jpeg)}
    first = {**facts(b"NIKON CORPORATION", b"NIKON Z 6", orientation), 0xFE: 1, 0x14A: [shown, raw]}
    return tiff([first], magic=b"MM\0*")


def arw(jpeg: bytes, *, orientation: int = 1) -> bytes:
    """Sony: the preview is in the first directory, a small one in the second, the sensor's data below."""
    small, data = preview((160, 120)), bytes(1440 * 240)
    raw: Tags = {0xFE: 0, 0x100: 1440, 0x101: 960, 0x103: 32767, 0x111: Blob(data), 0x117: len(data)}
    first = {**facts(b"SONY", b"ILCE-7M4", orientation), 0xFE: 1, 0x103: 6, 0x201: Blob(jpeg), 0x202: len(jpeg)}
    return tiff([{**first, 0x14A: [raw]}, {0xFE: 1, 0x103: 6, 0x201: Blob(small), 0x202: len(small)}])


def cr2(jpeg: bytes, *, orientation: int = 1) -> bytes:
    """Canon until 2018: the preview is a strip; so is the sensor's data, as lossless JPEG."""
    data = lossless((1440, 960)) + bytes(1440 * 240)
    first = facts(b"Canon", b"Canon EOS 80D", orientation)
    first[0x8769] = [{0x9003: TAKEN, 0xA002: 1440, 0xA003: 960}]
    chain: list[Tags] = [
        {**first, 0x100: 1440, 0x101: 960, 0x103: 6, 0x111: Blob(jpeg), 0x117: len(jpeg)},
        {0x103: 6, 0x111: Blob(data), 0x117: len(data)},
    ]
    return tiff(chain, gap=b"CR\2\0" + bytes(4))


def dng(jpeg: bytes | None, *, orientation: int = 1, sensor: tuple[int, int] = (1440, 960)) -> bytes:
    """Adobe's format with sensor data that can be developed: the same four corners, under a Bayer pattern RGGB."""
    colours = np.asarray(picture(sensor)).astype(np.uint16)
    mosaic = colours[..., 1].copy()
    mosaic[0::2, 0::2], mosaic[1::2, 1::2] = colours[0::2, 0::2, 0], colours[1::2, 1::2, 2]
    data = (mosaic * 60).astype("<u2").tobytes()
    raw: Tags = {
        0xFE: 0, 0x100: sensor[0], 0x101: sensor[1], 0x102: 16, 0x103: 1, 0x106: 32803, 0x111: Blob(data),
        0x115: 1, 0x116: sensor[1], 0x117: len(data), 0xC61D: 16383,
        0x828D: Inside(struct.pack("<HH", 2, 2)), 0x828E: Inside(bytes((0, 1, 1, 2))),
    }  # fmt: skip
    subs: list[Tags] = [raw]
    if jpeg is not None:
        subs.append({0xFE: 1, 0x103: 7, 0x106: 6, 0x111: Blob(jpeg), 0x117: len(jpeg)})
    first = facts(b"Google", b"Pixel 8", orientation)
    return tiff([{**first, 0xFE: 1, 0xC612: 0x00000401, 0xC614: b"Google Pixel 8\0", 0x14A: subs}])


def pef(jpeg: bytes, *, orientation: int = 1) -> bytes:
    """Pentax: the first directory is the sensor's data, the preview comes later in the chain."""
    data = bytes(1440 * 240)
    first = facts(b"PENTAX", b"PENTAX K-1", orientation)
    first |= {0x100: 1440, 0x101: 960, 0x103: 65535, 0x106: 32803, 0x111: Blob(data), 0x117: len(data)}
    return tiff([first, {0xFE: 1, 0x103: 6, 0x201: Blob(jpeg), 0x202: len(jpeg)}], magic=b"MM\0*")


def rw2(jpeg: bytes, *, orientation: int = 1) -> bytes:
    """Panasonic: the borders of the sensor, and a JPEG as the value of a tag."""
    first = {**facts(b"Panasonic", b"DC-G9", orientation), 4: 8, 5: 4, 6: 968, 7: 1444, 0x2E: Inside(jpeg)}
    return tiff([{**first, 0x111: 0xFFFFFFFF, 0x117: 4, 0x118: Blob(bytes(1440 * 960))}], magic=b"IIU\0")


def orf(jpeg: bytes | None = None, *, orientation: int = 1) -> bytes:
    """Olympus: the preview is in the maker's notes, where only LibRaw looks; places in them count from their start."""
    data = bytes(1440 * 240 if jpeg is None else 1440 * 960 * 2)
    first = facts(b"OLYMPUS IMAGING CORP.", b"E-M1", orientation)
    if jpeg is not None:
        first |= {0x102: 16, 0x106: 32803, 0x115: 1, 0x116: 960}  # else LibRaw does not know it for a RAW file
        note = b"OLYMPUS\0II\3\0" + struct.pack("<HHHIII", 1, 0x2020, 13, 1, 30, 0)
        note += struct.pack("<H", 3) + b"".join(
            struct.pack("<HHII", tag, 4, 1, value) for tag, value in ((0x100, 1), (0x101, 72), (0x102, len(jpeg)))
        )
        first[0x8769] = [{0x9003: TAKEN, 0x927C: Inside(note + bytes(4) + jpeg)}]
    return tiff([{**first, 0x100: 1440, 0x101: 960, 0x103: 1, 0x111: Blob(data), 0x117: len(data)}], magic=b"IIRO")


def raf(jpeg: bytes, *, sensor: tuple[int, int] = (1440, 960)) -> bytes:
    """Fujifilm: a header, the JPEG with the EXIF, a table; the sensor's data last."""
    table = struct.pack(">I", 1) + struct.pack(">HHHH", 0x111, 4, sensor[1], sensor[0])
    places = struct.pack(">4I", 160, len(jpeg), 160 + len(jpeg), len(table))
    head = b"FUJIFILMCCD-RAW 0201FF389501" + b"X-T5".ljust(32, b"\0") + b"0100"
    return head.ljust(84, b"\0") + places + bytes(60) + jpeg + table + bytes(1440 * 240)


def box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", 8 + len(content)) + kind + content


def track(at: int, size: int) -> bytes:
    sizes = box(b"stsz", struct.pack(">IIII", 0, 0, 1, size))
    stbl = box(b"stbl", sizes + box(b"co64", struct.pack(">IIQ", 0, 1, at)))
    return box(b"trak", box(b"tkhd", bytes(84)) + box(b"mdia", box(b"minf", stbl)))


def cr3(full: bytes, middle: bytes, *, orientation: int = 1) -> bytes:
    """Canon since 2018: facts in `moov`, a middle preview in a box of its own, the full one as the first track."""
    first = facts(b"Canon", b"Canon EOS R6", orientation)
    del first[0x8769]
    cmt1, cmt2 = tiff([{**first, 0x100: 1440, 0x101: 960}]), tiff([{0x9003: TAKEN}])
    described = bytes.fromhex("85c0b687820f11e08111f4ce462b6a48") + box(b"CMT1", cmt1) + box(b"CMT2", cmt2)
    prvw = bytes(4) + struct.pack(">HHHHI", 1, 720, 480, 1, len(middle)) + middle
    uuid = bytes.fromhex("eaf42b5e1c984b88b9fbb7dc406e4d16") + struct.pack(">II", 0, 1)
    sensor = lossless((1440, 960)) + bytes(1440 * 240)

    def head(at: int) -> bytes:
        moov = box(b"uuid", described) + track(at, len(full)) + track(at + len(full), len(sensor))
        kinds = box(b"ftyp", b"crx \0\0\0\1crx isom")
        return kinds + box(b"moov", moov) + box(b"uuid", uuid + box(b"PRVW", prvw)) + struct.pack(">I4s", 0, b"mdat")

    return head(len(head(0))) + full + sensor


def crw(jpeg: bytes, *, turn: int = 0) -> bytes:
    """Canon until 2004: a heap in a heap; each has its table of contents at its end."""

    def heap(records: Sequence[tuple[int, bytes]]) -> bytes:
        out, table = b"", struct.pack("<H", len(records))
        for tag, content in records:
            table += struct.pack("<HII", tag, len(content), len(out))
            out += content
        return out + table + struct.pack("<I", len(out))

    image = struct.pack("<IIfi", 1440, 960, 1.0, turn) + bytes(12)
    inner = heap(
        [(0x1810, image), (0x080A, b"Canon\0Canon PowerShot S40\0"), (0x180E, struct.pack("<I", 1_714_979_289))]
    )
    return b"II\x1a\0\0\0HEAPCCDR" + bytes(12) + heap([(0x300A, inner), (0x2007, jpeg)])


def mrw(*, orientation: int = 1) -> bytes:
    """Minolta: a block with the size, one with the EXIF."""
    size = b"27820001" + struct.pack(">HHHH", 970, 1450, 960, 1440) + bytes(8)
    exif = tiff([facts(b"Minolta Co., Ltd.", b"DiMAGE 7", orientation)], magic=b"MM\0*")
    blocks = b"\0PRD" + struct.pack(">I", len(size)) + size + b"\0TTW" + struct.pack(">I", len(exif)) + exif
    return b"\0MRM" + struct.pack(">I", len(blocks)) + blocks + bytes(1440 * 240)


def x3f(jpeg: bytes, *, turn: int = 0) -> bytes:
    """Sigma: a header with the size; the sections are listed at the end."""
    head = b"FOVb" + struct.pack("<I", 0x20002) + bytes(20) + struct.pack("<III", 1440, 960, turn)
    section = b"SECi" + struct.pack("<IIIIII", 0x20000, 2, 18, 720, 480, 0) + jpeg
    listed = b"SECd" + struct.pack("<II", 0x20000, 1) + struct.pack("<II4s", len(head), len(section), b"IMA2")
    return head + section + listed + struct.pack("<I", len(head) + len(section))
