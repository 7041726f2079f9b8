"""The boxes of a HEIF file and its tables of items: which items there are, and where their bytes lie.

HEIC, HEIF and AVIF are ISO base media files: boxes of a size, a type and a body. One `meta` box lists items
(`iinf`), says where their bytes are as absolute offsets into the file (`iloc`), how they refer to one another
(`iref`) and which one is the photo (`pitm`). Sources: ISO/IEC 14496-12:2022 (8.11), 23008-12:2022, 23000-22 (MIAF).

Invariants: every loop is bounded by the bytes it consumes or by a fixed limit; every offset into the file is checked
before it is used; tables are read with the versions and field sizes the file states, and never normalised.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from storage.metadata.containers.base import Buffer, Refused
from storage.metadata.containers.extents import Extent

BRANDS = {
    b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"mif2", b"msf1", b"avif",
    b"avis", b"avio", b"miaf", b"avci", b"avcs", b"jpeg", b"j2ki", b"vvic", b"1pic", b"unif", b"tmap",
}  # fmt: skip
"""Brands of still images in this family (mp4ra.org); one of them must be the major or a compatible brand."""

BOX_LIMIT = 100_000
"""Boxes, items or extents per file. A photo of 200 megapixels in tiles of 512 has about 800 items."""

TABLE_LIMIT = 2**24
"""Longest item table, 16 MiB: 100,000 items of 40 bytes take 4 MB."""

XMP_TYPE = "application/rdf+xml"
C2PA_UUID = bytes.fromhex("d8fec3d61b0e483c92975828877ec481")
PACKET_LIMIT = 2**26
"""Longest packet that is read, 64 MiB: XMP of real photos stays under 10 MB, even with embedded depth maps."""


def broken(sentence: str, cause: str = "lying-structure") -> Refused:
    """A refusal whose sentence names the file type; `sentence` is its second half."""
    return Refused(cause, f"This HEIC or AVIF file {sentence}, so it is left as it is.")


@dataclass(frozen=True, slots=True)
class Box:
    """One box: the header is start ≤ i < body, the content body ≤ i < stop."""

    type: str
    start: int
    body: int
    stop: int


@dataclass(frozen=True, slots=True)
class Item:
    """An entry of `iinf`. `type` is the four-letter code; `content` and `encoding` only of MIME items."""

    id: int
    type: str
    content: str
    encoding: str
    start: int
    stop: int


@dataclass(frozen=True, slots=True)
class Field:
    """A number in a table: its value, and where it is (size 0: not in the file, value 0)."""

    value: int
    at: int
    size: int


@dataclass(frozen=True, slots=True)
class Place:
    """An entry of `iloc`: how (0 file, 1 idat, 2 item), where from, and the (offset, length) of its extents."""

    id: int
    method: Field
    reference: int
    base: Field
    extents: tuple[tuple[Field, Field], ...]


@dataclass(slots=True)
class Heif:
    """A parsed file. `trailer` is where boxes end and foreign data begins (its size, where there is none)."""

    size: int
    trailer: int = 0
    top: list[Box] = field(default_factory=list)
    meta: Box | None = None
    children: dict[str, Box] = field(default_factory=dict)
    all_children: list[Box] = field(default_factory=list)
    items: dict[int, Item] = field(default_factory=dict)
    places: dict[int, Place] = field(default_factory=dict)
    references: list[tuple[str, int, tuple[int, ...]]] = field(default_factory=list)
    primary: int | None = None
    iloc_version: int = 0
    iloc_sizes: tuple[int, int, int, int] = (0, 0, 0, 0)

    def the_meta(self) -> Box:
        """The box of the tables. Raises Refused where there is none."""
        if self.meta is None:
            raise broken("has no tables of its images", "unsupported-structure")
        return self.meta

    def child(self, name: str) -> Box:
        """A box of `meta` that a writer cannot do without. Raises Refused."""
        if name not in self.children:
            raise broken(f"lacks its {name} table")
        return self.children[name]


class Cursor:
    """Reads big-endian numbers and strings of a stretch of the file. Raises Refused at its end."""

    def __init__(self, source: Buffer, start: int, stop: int) -> None:
        if stop - start > TABLE_LIMIT:
            raise broken("has a table larger than any real one", "too-complex")
        self.origin, self.raw, self.next = start, bytes(source[start:stop]), 0

    @property
    def at(self) -> int:
        """Where in the file the next number is."""
        return self.origin + self.next

    def number(self, size: int) -> int:
        """The next `size` bytes as a number."""
        self.next += size
        if self.next > len(self.raw):
            raise broken("has a table that is shorter than it says")
        return int.from_bytes(self.raw[self.next - size : self.next], "big")

    def field(self, size: int) -> Field:
        """The next number with its place."""
        return Field(self.number(size), self.at - size, size)

    def text(self) -> str:
        """A string up to its zero byte, or to the end."""
        stop = self.raw.find(b"\0", self.next)
        raw = self.raw[self.next : stop if stop >= 0 else len(self.raw)]
        self.next = min(len(self.raw), self.next + len(raw) + 1)
        return raw.decode("utf-8", "replace")


def walk(source: Buffer, start: int, stop: int, refuse: Callable[..., Refused] = broken) -> Iterator[Box]:
    """The boxes of a stretch. Raises what `refuse` makes where one is cut short or has no proper size."""
    at = start
    for _ in range(BOX_LIMIT):
        if at == stop:
            return
        head = bytes(source[at : min(at + 16, stop)])
        if len(head) < 8:
            raise refuse("has a box that is cut short", "truncated")
        size, body = int.from_bytes(head[:4], "big"), at + 8
        if size == 1:
            size, body = int.from_bytes(head[8:], "big"), at + 16
        elif size == 0:
            size = stop - at
        if at + size > stop:
            raise refuse("ends before its data does; it may be cut short", "truncated")
        if at + size < body:
            raise refuse("has a box of an impossible size")
        yield Box(head[4:8].decode("latin-1"), at, body, at + size)
        at += size
    raise refuse("has more boxes than any real one", "too-complex")


def parse(source: Buffer) -> Heif:
    """The whole structure. Raises Refused where it is not a HEIF file or contradicts itself."""
    heif = Heif(len(source))
    _top(source, heif)
    metas = [box for box in heif.top if box.type == "meta"]
    if len(metas) != 1:
        raise broken("keeps its tables in a way that Altfolio does not write", "unsupported-structure")
    _read_tables(source, heif, metas[0])
    return heif


def tables_of(source: Buffer, meta: Box) -> Heif:
    """The tables of one `meta` box alone, such as a track's. Raises Refused where they contradict themselves."""
    heif = Heif(len(source))
    _read_tables(source, heif, meta)
    return heif


def _read_tables(source: Buffer, heif: Heif, meta: Box) -> None:
    heif.meta = meta
    heif.all_children = list(walk(source, meta.body + 4, meta.stop))
    for box in heif.all_children:
        if box.type in ("pitm", "iinf", "iloc", "iref", "idat", "iprp") and box.type in heif.children:
            raise broken(f"has two {box.type} tables")
        heif.children[box.type] = box
    _pitm(source, heif)
    _iinf(source, heif)
    _iloc(source, heif)
    _iref(source, heif)


def _top(source: Buffer, heif: Heif) -> None:
    """Top-level boxes up to the end, or to bytes that are no box or begin another file (a motion photo's video)."""
    at = 0
    for _ in range(BOX_LIMIT):
        kind = bytes(source[at + 4 : at + 8])
        foreign = len(kind) < 4 or not all(32 <= letter < 127 for letter in kind)
        if at == heif.size or (at and (foreign or kind == b"ftyp")):
            break
        box = next(walk(source, at, heif.size), None)
        if box is None or (not at and box.type != "ftyp"):
            raise broken("does not begin like one", "not-heif")
        heif.top.append(box)
        at = box.stop
    else:
        raise broken("has more boxes than any real one", "too-complex")
    heif.trailer = at
    if not heif.top:
        raise broken("is empty", "not-heif")
    brands = bytes(source[heif.top[0].body : min(heif.top[0].stop, heif.top[0].body + 4096)])
    if not BRANDS & {brands[i : i + 4] for i in range(0, len(brands), 4) if i != 4}:
        raise broken("is of a kind that Altfolio does not write", "not-heif")


def _full(source: Buffer, box: Box) -> tuple[int, Cursor]:
    cursor = Cursor(source, box.body, box.stop)
    return cursor.number(4) >> 24, cursor


def _pitm(source: Buffer, heif: Heif) -> None:
    if "pitm" in heif.children:
        version, cursor = _full(source, heif.children["pitm"])
        heif.primary = cursor.number(2 if version == 0 else 4)


def _iinf(source: Buffer, heif: Heif) -> None:
    box = heif.child("iinf")
    version, cursor = _full(source, box)
    count = cursor.number(2 if version == 0 else 4)
    for entry in walk(source, cursor.at, box.stop):
        item = _infe(source, entry)
        if item.id in heif.items:
            raise broken("lists an item twice")
        heif.items[item.id] = item
    if count != len(heif.items):
        raise broken("has another number of items than it says")


def _infe(source: Buffer, box: Box) -> Item:
    version, cursor = _full(source, box)
    if box.type != "infe" or version > 3:
        raise broken("has an item table that Altfolio does not know", "unsupported-structure")
    number = cursor.number(4 if version == 3 else 2)
    cursor.number(2)  # protection
    if version < 2:
        cursor.text()
        return Item(number, "mime", cursor.text(), cursor.text(), box.start, box.stop)
    kind = cursor.number(4).to_bytes(4, "big").decode("latin-1")
    cursor.text()
    content, encoding = (cursor.text(), cursor.text()) if kind == "mime" else ("", "")
    return Item(number, kind, content, encoding, box.start, box.stop)


def _iloc(source: Buffer, heif: Heif) -> None:
    version, cursor = _full(source, heif.child("iloc"))
    sizes = cursor.number(2)
    offset, length, base, index = sizes >> 12, sizes >> 8 & 15, sizes >> 4 & 15, sizes & 15
    index = index if version else 0
    if version > 2 or not {offset, length, base, index} <= {0, 4, 8}:
        raise broken("has an item table that Altfolio does not know", "unsupported-structure")
    heif.iloc_version, heif.iloc_sizes = version, (offset, length, base, index)
    extents_left = BOX_LIMIT
    for _ in range(cursor.number(2 if version < 2 else 4)):
        number = cursor.number(2 if version < 2 else 4)
        method = cursor.field(2) if version else Field(0, 0, 0)
        reference, start, count = cursor.number(2), cursor.field(base), cursor.number(2)
        extents_left -= count
        if extents_left < 0 or number in heif.places:
            raise broken("has an item table that contradicts itself")
        spans = []
        for _ in range(count):
            cursor.number(index)
            spans.append((cursor.field(offset), cursor.field(length)))
        heif.places[number] = Place(number, method, reference, start, tuple(spans))


def _iref(source: Buffer, heif: Heif) -> None:
    if "iref" not in heif.children:
        return
    box = heif.children["iref"]
    version, cursor = _full(source, box)
    size = 2 if version == 0 else 4
    targets_left = BOX_LIMIT
    for entry in walk(source, cursor.at, box.stop):
        inner = Cursor(source, entry.body, entry.stop)
        origin, count = inner.number(size), inner.number(2)
        targets_left -= count
        if targets_left < 0:
            raise broken("has more references than any real one", "too-complex")
        heif.references.append((entry.type, origin, tuple(inner.number(size) for _ in range(count))))


def spans(heif: Heif, place: Place) -> list[tuple[int, int]]:
    """Start and stop of an item's bytes in the file; nothing for items elsewhere. Raises Refused if outside."""
    method = place.method.value & 15
    if place.reference or method > 1:
        return []
    room = (0, heif.size) if method == 0 else (heif.child("idat").body, heif.child("idat").stop)
    found = []
    for offset, length in place.extents:
        start = room[0] + place.base.value + offset.value
        stop = start + length.value if length.size else room[1]
        if start > stop or stop > room[1]:
            raise broken("ends before its data does; it may be cut short", "truncated")
        found.append((start, stop))
    return found


def xmp_item(heif: Heif) -> Item | None:
    """The packet of the photo itself: the XMP item that describes the primary item, or that describes nothing."""
    found = [item for item in heif.items.values() if item.content.lower() == XMP_TYPE]
    described = {(origin, target) for kind, origin, to in heif.references if kind == "cdsc" for target in to}
    mine = [item for item in found if (item.id, heif.primary) in described]
    loose = [item for item in found if item.id not in {origin for origin, _ in described}]
    return next(iter([*mine, *loose]), None)


def extents(heif: Heif, source: Buffer) -> list[Extent]:
    """Everything of the file: boxes by type, items inside `mdat` and `idat`, the packet as "XMP"."""
    found = [Extent(heif.trailer, heif.size, "trailer")]
    for box in heif.top:
        signed = box.type == "uuid" and source[box.body : box.body + 16] == C2PA_UUID
        if box.type in ("mdat", "meta"):
            found.append(Extent(box.start, box.body + 4 * (box.type == "meta"), box.type))
        else:
            found.append(Extent(box.start, box.stop, "C2PA" if signed else box.type))
    for box in heif.all_children:
        stop = box.body if box.type == "idat" else box.stop
        found += [Extent(box.start, stop, f"meta {box.type}")]
    packet = xmp_item(heif)
    for place in heif.places.values():
        item = heif.items.get(place.id)
        kind = "XMP" if packet and place.id == packet.id else f"item {item.type if item else place.id}"
        image = item is not None and item.type not in ("mime", "Exif", "uri ")
        found += [Extent(start, stop, kind, image) for start, stop in spans(heif, place) if stop > start]
    return found
