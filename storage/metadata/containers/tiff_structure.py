"""Where everything of a TIFF file is: its directories, their values, and the image data they point at.

A TIFF is a web of absolute offsets with no order of its own, so before a byte may be added the whole web has to be
known: a value that points beyond the end of the file would, after something was appended, point into what we wrote.

Invariants: every loop is bounded (directories by the offsets already seen, entries and strips by fixed limits);
every extent that leaves this module lies inside the file; nothing is read but directories and offset arrays.
Source of tags and types: TIFF 6.0 (Adobe 1992), TIFF/EP (ISO 12234-2), Exif 3.0, C2PA 2.1 (tag 52545).
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from storage.metadata.containers.base import Buffer, Refused, unpack
from storage.metadata.containers.extents import Extent

TYPE_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4}
"""Bytes per value of each field type (TIFF 6.0 section 2; 13 is IFD, TIFF technical note 1)."""

XMP_TAG = 700
C2PA_TAG = 52545
WIDTH, HEIGHT, BITS, COMPRESSION, SAMPLES = 256, 257, 258, 259, 277
SUB_DIRECTORIES = {330: "SubIFD", 34665: "ExifIFD", 34853: "GPS", 40965: "Interop"}
CLASSIC_MAGIC = {42, 0x55, 0x4F52, 0x5352}
"""The number behind the byte order: TIFF, Panasonic RW2, Olympus ORF (two)."""
IMAGE_TAGS = ((273, 279), (324, 325), (513, 514))  # (offsets, byte counts) of strips, tiles, an embedded JPEG

ENTRY_LIMIT = 500_000
"""Directory entries in all: a scan of 10,000 pages has about 200,000; more is an attack on our time."""
STRIP_LIMIT = 1_000_000
"""Strips and tiles in all: a 60,000 × 60,000 map in tiles of 64 has 900,000; a million takes about 200 MB here."""


def broken(sentence: str, cause: str = "lying-structure") -> Refused:
    """A refusal whose sentence names the file type; `sentence` is its first half."""
    return Refused(cause, f"This TIFF file {sentence}, so it is left as it is.")


@dataclass(frozen=True, slots=True)
class Entry:
    """One field of a directory: `where` its 12 bytes are, and start ≤ i < stop of its value (inline or elsewhere)."""

    tag: int
    type: int
    count: int
    where: int
    start: int
    stop: int

    @property
    def inline(self) -> bool:
        """Whether the value is in the entry itself."""
        return self.start == self.where + 8


@dataclass(frozen=True, slots=True)
class Directory:
    """One IFD: `name` tells pages ("IFD0", "IFD1", …) from others; `stop` includes the 4-byte pointer to the next."""

    name: str
    start: int
    stop: int
    entries: tuple[Entry, ...]
    next: int

    def find(self, tag: int) -> Entry | None:
        """The first entry of that tag."""
        return next((entry for entry in self.entries if entry.tag == tag), None)


@dataclass(slots=True)
class Layout:
    """A parsed file. `order` is "<" or ">" as `struct` wants it; `directories[0]` is IFD0."""

    order: str
    size: int
    directories: list[Directory] = field(default_factory=list)
    entries_left: int = ENTRY_LIMIT
    strips_left: int = STRIP_LIMIT


def byte_order(source: Buffer) -> str:
    """ "<" or ">" of a classic TIFF. Raises Refused for BigTIFF and everything that is not TIFF."""
    head = bytes(source[:4])
    orders = {b"II*\0": "<", b"MM\0*": ">"}
    if head in orders:
        return orders[head]
    if head in (b"II+\0", b"MM\0+"):
        raise broken("is a BigTIFF, which Altfolio does not write", "bigtiff")
    raise broken("does not begin like one", "not-tiff")


def parse(source: Buffer) -> Layout:
    """All pages and their sub-directories. Raises Refused for loops, unknown types, offsets outside the file."""
    layout = Layout(byte_order(source), len(source))
    if len(source) < 8:
        raise broken("is cut short", "truncated")
    seen: set[int] = set()
    start: int = unpack(layout.order + "I", source, 4)[0]
    page = 0
    while start:
        todo = [(start, f"IFD{page}")]
        following = 0
        while todo:
            at, name = todo.pop()
            if at in seen:
                raise broken("has directories that lead in a circle", "loop")
            seen.add(at)
            directory = _directory(source, layout, at, name)
            layout.directories.append(directory)
            if at == start:
                following = directory.next
            todo.extend(_sub_directories(source, layout, directory))
        start, page = following, page + 1
    if not layout.directories:
        raise broken("has no image directory")
    return layout


def _directory(source: Buffer, layout: Layout, start: int, name: str) -> Directory:
    if start < 8 or start + 2 > layout.size:
        raise broken("points at a directory outside of it; it may be cut short", "truncated")
    count: int = unpack(layout.order + "H", source, start)[0]
    stop = start + 2 + 12 * count + 4
    if stop > layout.size:
        raise broken("is cut short inside a directory", "truncated")
    layout.entries_left -= count
    if layout.entries_left < 0:
        raise broken("has more directory entries than any real one", "too-complex")
    raw = bytes(source[start + 2 : stop])
    rows = struct.iter_unpack(layout.order + "HHII", raw[:-4])
    entries = tuple(_entry(layout, start + 2 + 12 * i, name, row) for i, row in enumerate(rows))
    following: int = struct.unpack(layout.order + "I", raw[-4:])[0]
    return Directory(name, start, stop, entries, following)


def _entry(layout: Layout, where: int, name: str, row: tuple[int, ...]) -> Entry:
    tag, kind, count, offset = row
    size = TYPE_SIZES.get(kind, 0) * count
    if kind not in TYPE_SIZES and name.startswith("IFD"):
        raise broken("has a field of a type that TIFF does not know", "unknown-type")
    if size <= 4:
        return Entry(tag, kind, count, where, where + 8, where + 8 + size)
    if offset + size > layout.size:
        raise broken("points at values outside of it; it may be cut short", "truncated")
    return Entry(tag, kind, count, where, offset, offset + size)


def numbers(source: Buffer, layout: Layout, entry: Entry) -> tuple[int, ...]:
    """The values of a SHORT, LONG or IFD entry; nothing for other types."""
    letter = {1: "B", 3: "H", 4: "I", 13: "I"}.get(entry.type)
    if letter is None:
        return ()
    return unpack(f"{layout.order}{entry.count}{letter}", source, entry.start)


def number(source: Buffer, layout: Layout, directory: Directory, tag: int, default: int) -> int:
    """The first value of a tag, or `default` where it is missing or no number."""
    entry = directory.find(tag)
    values = numbers(source, layout, entry) if entry and entry.count < STRIP_LIMIT else ()
    return values[0] if values else default


def _sub_directories(source: Buffer, layout: Layout, directory: Directory) -> list[tuple[int, str]]:
    found = []
    for entry in directory.entries:
        name = SUB_DIRECTORIES.get(entry.tag)
        if name and entry.count <= 1024:  # DNG, the format with the most, has fewer than 16
            found += [(at, name) for at in numbers(source, layout, entry) if at]
    return found[::-1]


def image_extents(source: Buffer, layout: Layout, directory: Directory) -> Iterator[Extent]:
    """Strips, tiles and embedded JPEGs of one directory. Raises Refused when they leave the file or have no size."""
    for offsets_tag, counts_tag in IMAGE_TAGS:
        at, sizes = directory.find(offsets_tag), directory.find(counts_tag)
        if at is None or not at.count or (offsets_tag == 513 and sizes is None):
            continue
        layout.strips_left -= at.count
        if layout.strips_left < 0 or (sizes is not None and sizes.count > STRIP_LIMIT):
            raise broken("has more strips than any real one", "too-complex")
        starts = numbers(source, layout, at)
        lengths = numbers(source, layout, sizes) if sizes else (_plain_size(source, layout, directory),)
        if len(starts) > len(lengths):
            raise broken("does not say how long its image data is")
        for start, length in zip(starts, lengths, strict=False):
            if start + length > layout.size:
                raise broken("is cut short: image data is missing", "truncated")
            if length:
                yield Extent(start, start + length, "image", image=True)


def _plain_size(source: Buffer, layout: Layout, directory: Directory) -> int:
    """Bytes of an uncompressed image whose one strip has no byte count (common in very old files)."""
    if number(source, layout, directory, COMPRESSION, 1) != 1:
        raise broken("does not say how long its image data is")
    bits = directory.find(BITS)
    per_pixel = sum(numbers(source, layout, bits)) if bits and bits.count <= 64 else 1
    samples = number(source, layout, directory, SAMPLES, 1)
    if bits and bits.count == 1:
        per_pixel *= min(samples, 64)
    row = (number(source, layout, directory, WIDTH, 0) * per_pixel + 7) // 8
    return row * number(source, layout, directory, HEIGHT, 0)


def extents(source: Buffer, layout: Layout) -> list[Extent]:
    """Everything that is pointed at, in no order, overlaps included."""
    found = [Extent(0, 8, "header")]
    for directory in layout.directories:
        found.append(Extent(directory.start, directory.stop, directory.name))
        values = (entry for entry in directory.entries if not entry.inline)
        found.extend(Extent(entry.start, entry.stop, _kind(directory, entry.tag)) for entry in values)
        found.extend(image_extents(source, layout, directory))
    return found


def _kind(directory: Directory, tag: int) -> str:
    if tag == XMP_TAG and directory.name == "IFD0":
        return "XMP"
    return "C2PA" if tag == C2PA_TAG else f"{directory.name} tag {tag}"


def first_value(source: Buffer, tag: int) -> bytes | None:
    """The bytes of a tag of the first page, or None; for reading only, so BigTIFF and RAW variants are welcome.

    Never raises: what is broken has no value. A value longer than 64 MiB is taken for a lie.
    """
    orders = {b"II": "<", b"MM": ">"}
    order = orders.get(bytes(source[:2]))
    try:
        if order is None:
            return None
        magic = unpack(order + "H", source, 2)[0]
        big = magic == 43
        if not big and magic not in CLASSIC_MAGIC:
            return None
        at: int = unpack(order + ("Q" if big else "I"), source, 8 if big else 4)[0]
        count: int = unpack(order + ("Q" if big else "H"), source, at)[0]
        head, length, entry = (8, 20, "HHQQ") if big else (2, 12, "HHII")
        for i in range(min(count, 0xFFFF)):
            where = at + head + length * i
            found, kind, number_of, offset = unpack(order + entry, source, where)
            size = TYPE_SIZES.get(kind, 0) * number_of
            if found == tag and 0 < size <= 2**26:
                start = where + length - (8 if big else 4) if size <= (8 if big else 4) else offset
                return bytes(source[start : start + size])
    except (struct.error, OverflowError):
        pass
    return None
