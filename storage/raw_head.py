"""What a camera's RAW file says of itself, and where JPEGs may lie in it; no byte of sensor data is read.

Most RAW formats are TIFF inside: a chain of directories with sub-directories, of which one describes the sensor's data
and others describe previews. The rest (Fujifilm, Canon's two own, Minolta, Sigma) is in `raw_others`. Previews are
only listed here, as spans of the file; whether one can be shown is found out when somebody wants to see it
(`raw_picture`), so that a scan stays at a few small reads.

Sources: TIFF 6.0, TIFF/EP (ISO 12234-2), DNG 1.7, Exif 3.0; ExifTool's tag tables for what the makers don't publish.

Invariants: every loop is bounded; what can't be read is not there; only a broken beginning raises.
"""

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field

from storage.exif_head import Read, camera_name, date_of, text_of

MOST_DIRECTORIES = 24
"""Directories read of one file; a DNG with depth maps and masks has 12."""

MOST_ENTRIES = 400
"""Entries read of one directory; cameras write below 100."""

MOST_TILES = 10_000
"""Strips or tiles of one directory that are added up; 150 megapixels in tiles of 256 have 2,300."""

LONGEST_VALUE = 256
"""Bytes of a text that is read."""

MAGIC = {b"II*\0": "<", b"MM\0*": ">", b"IIRO": "<", b"IIRS": "<", b"MMOR": ">", b"IIU\0": "<"}
"""How the TIFF-like formats begin → byte order; the last four are Olympus' (ORF) and Panasonic's (RW2)."""

_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 7: 1, 9: 4, 10: 8, 13: 4}
_NUMBERS = {3: "H", 4: "I", 9: "i", 13: "I"}

_SUBFILE, _WIDTH, _HEIGHT, _COMPRESSION = 0xFE, 0x100, 0x101, 0x103
_MAKE, _MODEL, _STRIPS, _ORIENTATION, _STRIP_BYTES, _CHANGED = 0x10F, 0x110, 0x111, 0x112, 0x117, 0x132
_SUB_IFDS, _JPEG, _JPEG_BYTES, _EXIF_IFD = 0x14A, 0x201, 0x202, 0x8769
_ORIGINAL, _DIGITIZED, _EXIF_WIDTH, _EXIF_HEIGHT = 0x9003, 0x9004, 0xA002, 0xA003
_DNG_VERSION, _CROP_SIZE = 0xC612, 0xC620
_TILES, _TILE_BYTES = 0x144, 0x145
_TOP, _LEFT, _BOTTOM, _RIGHT, _RAW_OFFSET, _JPGS_FROM_RAW = 4, 5, 6, 7, 0x118, (0x2E, 0x127)  # Panasonic

JPEG_COMPRESSIONS = frozenset({6, 7})
"""JPEG in strips: the old way of TIFF 6.0, and the way of DNG and TIFF's technical note 2. Sensor data in lossless
JPEG has the same number."""

Spans = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class RawHead:
    """What a RAW file says.

    Attributes:
        width, height: of the photo as the sensor stores it, 0 where not given.
        orientation: EXIF 1..8, how the sensor's picture is turned to be upright.
        taken: local time of the camera, ISO 8601 without zone, or None.
        camera: make and model for people, or None.
        jpegs: (offset, bytes) of what may be a preview.
        stop: where the sensor's data ends, as far as the file says; beyond its end where the file was cut off.
    """

    width: int = 0
    height: int = 0
    orientation: int = 1
    taken: str | None = None
    camera: str | None = None
    jpegs: Spans = ()
    stop: int = 0


@dataclass(frozen=True, slots=True)
class Directory:
    """One TIFF directory: tag → (type, count, where its value is), and the offset of the next one."""

    entries: Mapping[int, tuple[int, int, int]] = field(default_factory=dict)
    following: int = 0


class Tiff:
    """A TIFF structure that is being looked at."""

    def __init__(self, read: Read, start: int = 0) -> None:
        """`start` is where it begins in what `read` reads; offsets in it count from there.

        Raises:
            ValueError: it is none.
        """
        self._read, self._start = read, start
        head = read(start, 8)
        if head[:4] not in MAGIC or len(head) < 8:
            raise ValueError
        self.order = MAGIC[head[:4]]
        self.panasonic = head[:4] == b"IIU\0"
        self.first = int(struct.unpack(self.order + "I", head[4:])[0])

    def read(self, offset: int, size: int) -> bytes:
        """Bytes of the structure."""
        return self._read(self._start + offset, size)

    def directory(self, offset: int) -> Directory:
        """The directory there; an empty one where there is none."""
        counted = self.read(offset, 2) if offset else b""
        if len(counted) < 2:
            return Directory()
        count = min(struct.unpack(self.order + "H", counted)[0], MOST_ENTRIES)
        block = self.read(offset + 2, count * 12 + 4)
        entries: dict[int, tuple[int, int, int]] = {}
        for i in range(min(count, len(block) // 12)):
            tag, kind, number, value = struct.unpack_from(self.order + "HHII", block, i * 12)
            inside = _SIZES.get(kind, 0) * number <= 4
            entries.setdefault(tag, (kind, number, offset + 10 + i * 12 if inside else value))
        after = block[count * 12 :]
        return Directory(entries, struct.unpack(self.order + "I", after)[0] if len(after) == 4 else 0)

    def numbers(self, directory: Directory, tag: int, most: int = 8) -> tuple[int, ...]:
        """The whole numbers of a tag, fractions rounded down, at most `most`; none where it is not there."""
        kind, count, at = directory.entries.get(tag, (0, 0, 0))
        count = min(count, most)
        if kind in (5, 10):
            pairs = self._unpack(at, "I" * (2 * count))
            return tuple(above // (below or 1) for above, below in zip(pairs[::2], pairs[1::2], strict=False))
        return self._unpack(at, _NUMBERS[kind] * count) if kind in _NUMBERS else ()

    def number(self, directory: Directory, tag: int) -> int:
        """The first number of a tag, 0 where it is not there."""
        return next(iter(self.numbers(directory, tag, 1)), 0)

    def bytes_of(self, directory: Directory, tag: int) -> bytes | None:
        """The bytes of a text."""
        kind, count, at = directory.entries.get(tag, (0, 0, 0))
        return self.read(at, min(count, LONGEST_VALUE)) if kind in (2, 7) else None

    def _unpack(self, at: int, form: str) -> tuple[int, ...]:
        try:
            return struct.unpack(self.order + form, self.read(at, struct.calcsize(self.order + form)))
        except struct.error:
            return ()

    def walk(self) -> list[Directory]:
        """The chain of directories, each with its sub-directories behind it."""
        found: list[Directory] = []
        waiting, seen = [self.first], set[int]()
        while waiting and len(found) < MOST_DIRECTORIES:
            at = waiting.pop()
            if not at or at in seen:
                continue
            seen.add(at)
            directory = self.directory(at)
            found.append(directory)
            waiting.append(directory.following)
            waiting.extend(reversed(self.numbers(directory, _SUB_IFDS, MOST_DIRECTORIES)))
        return found


def read_raw_tiff(read: Read, start: int = 0) -> RawHead:
    """Read a RAW file that is TIFF inside, or the part of another one that is.

    Raises:
        ValueError: it is no TIFF structure.
    """
    tiff = Tiff(read, start)
    directories = tiff.walk()
    first = directories[0] if directories else Directory()
    exif = tiff.directory(tiff.number(first, _EXIF_IFD))
    width, height = _size(tiff, directories, exif)
    dates = ((exif, _ORIGINAL), (exif, _DIGITIZED), (first, _ORIGINAL), (first, _CHANGED))
    jpegs = dict.fromkeys(span for directory in directories for span in _jpegs(tiff, directory))
    return RawHead(
        width,
        height,
        orientation_of(tiff.number(first, _ORIENTATION)),
        next((date for place, tag in dates if (date := date_of(tiff.bytes_of(place, tag)))), None),
        camera_name(text_of(tiff.bytes_of(first, _MAKE)), text_of(tiff.bytes_of(first, _MODEL))),
        tuple((start + offset, size) for offset, size in jpegs),
        start + max((_stop(tiff, directory, width * height) for directory in directories), default=0),
    )


def orientation_of(number: int) -> int:
    """An EXIF orientation; nonsense counts as upright."""
    return number if 1 <= number <= 8 else 1


def _jpegs(tiff: Tiff, directory: Directory) -> list[tuple[int, int]]:
    """Spans that this directory says are JPEG; sensor data in lossless JPEG may be among them."""
    spans = [(tiff.number(directory, _JPEG), tiff.number(directory, _JPEG_BYTES))]
    if tiff.number(directory, _COMPRESSION) in JPEG_COMPRESSIONS:
        strips = tiff.numbers(directory, _STRIPS, 2)
        if len(strips) == 1:
            spans.append((strips[0], tiff.number(directory, _STRIP_BYTES)))
    for tag in _JPGS_FROM_RAW if tiff.panasonic else ():
        kind, size, at = directory.entries.get(tag, (0, 0, 0))
        spans.append((at, size) if kind == 7 else (0, 0))
    return [(offset, size) for offset, size in spans if offset > 0 and size > 0]


def _stop(tiff: Tiff, directory: Directory, pixels: int) -> int:
    """Where the strips or tiles of a directory end.

    Panasonic says only where the sensor's data begins; that of each pixel has a byte at least.
    """
    if tiff.panasonic:
        return tiff.number(directory, _RAW_OFFSET) + pixels if _RAW_OFFSET in directory.entries else 0
    ends = [0]
    for offsets, sizes in ((_STRIPS, _STRIP_BYTES), (_TILES, _TILE_BYTES)):
        if offsets in directory.entries:
            starts, counts = (tiff.numbers(directory, tag, MOST_TILES) for tag in (offsets, sizes))
            ends += [at + size for at, size in zip(starts, counts, strict=False)]
    return max(ends)


def _size(tiff: Tiff, directories: list[Directory], exif: Directory) -> tuple[int, int]:
    """Width and height of the photo, (0, 0) where nothing says them.

    DNG says what is to be shown; Panasonic the borders of the sensor; elsewhere EXIF does, unless what it says is the
    size of a small preview, and else the largest directory is the sensor.
    """
    first = directories[0] if directories else Directory()
    if tiff.panasonic:
        top, left, bottom, right = (tiff.number(first, tag) for tag in (_TOP, _LEFT, _BOTTOM, _RIGHT))
        if right > left and bottom > top:
            return right - left, bottom - top
    if _DNG_VERSION in first.entries:
        for directory in directories:
            crop = tiff.numbers(directory, _CROP_SIZE, 2)
            if len(crop) == 2 and min(crop) > 0 and not tiff.number(directory, _SUBFILE):
                return crop[0], crop[1]
    sizes = [(tiff.number(one, _WIDTH), tiff.number(one, _HEIGHT)) for one in directories]
    largest = max(sizes, key=lambda size: size[0] * size[1], default=(0, 0))
    said = tiff.number(exif, _EXIF_WIDTH), tiff.number(exif, _EXIF_HEIGHT)
    return said if 2 * said[0] * said[1] > largest[0] * largest[1] else largest
