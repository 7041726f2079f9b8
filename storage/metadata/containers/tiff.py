"""TIFF: reads the XMP of the first page, and writes it so that no original byte moves.

A TIFF is held together by absolute offsets, some of them in places nobody documents (maker notes, layers of image
editors). So nothing is ever moved: a new packet goes into the space of the old one where it fits, else behind the
end of the file; where the first page has no XMP yet, a copy of its directory with one more entry goes there too, and
the four bytes of the header that point at it change. RAW formats that are TIFF inside are refused: converters read
them by rules of their makers.

Invariants: image data and every value other than the packet keep their bytes and their offsets; the pieces keep all
of the original but the entry or pointer that leads to the packet, and the replaced packet, which is blanked so that
a reader that searches the bytes for a packet does not find the old words first.
"""

import struct
from collections.abc import Sequence
from itertools import pairwise

from storage.metadata.containers.base import Buffer, Piece, Unit
from storage.metadata.containers.extents import Extent, gap_free
from storage.metadata.containers.patches import Change, filled, pieces, same, unproved
from storage.metadata.containers.tiff_structure import (
    COMPRESSION,
    XMP_TAG,
    Directory,
    Entry,
    Layout,
    broken,
    extents,
    first_value,
    number,
    parse,
)
from storage.metadata.sniff import RAW_COMPRESSIONS, RAW_PHOTOMETRIC

TRAILER_SIGNS = (b"cbipcbbl", b"CANON OPTIONAL DATA\0", b"AXS!", b"AXS*", b"\xa1\xb2\xc3\xd4", b"zmie~", b"SEFT")
"""What programs that look for their own block from the end of a file leave there (those ExifTool knows): Photo
Mechanic, Canon DPP, AFCP in both orders, FotoStation, MIE, Samsung. All are within the last 64 bytes."""

RAW_TAGS = {50706, 50740, 34310, 65024}
"""DNGVersion, DNGPrivateData (also Sony's), Leaf's and Kodak's private directories."""
PHOTOMETRIC, SUBFILE_TYPE, SUB_IFDS = 262, 254, 330


class Tiff:
    """The `Container` of classic (not Big) TIFF."""

    name = "TIFF"

    def units(self, source: Buffer) -> Sequence[Unit]:
        """Directories, values, image data and unreferenced bytes, gap-free. The packet's kind is "XMP"."""
        layout = parse(source)
        return gap_free(extents(source, layout), layout.size)

    def read_packet(self, source: Buffer) -> bytes | None:
        """The XMP of the first page, also of BigTIFF and of RAW formats built like TIFF; reads one directory."""
        return first_value(source, XMP_TAG)

    def splice(self, source: Buffer, packet: bytes) -> Sequence[Piece]:
        """The pieces with `packet` in place of the XMP. Raises Refused as the module says."""
        layout = parse(source)
        found = extents(source, layout)
        _refuse_raw(source, layout)
        entry = layout.directories[0].find(XMP_TAG)
        if entry is None:
            changes = _new_directory(source, layout, packet)
        else:
            changes = _new_value(source, layout, found, entry, packet)
        return pieces(layout.size, changes)

    def prove(self, before: Buffer, after: Buffer) -> None:
        """Read both anew: same directories, same values, same image data at the same places. Raises Refused."""
        old, new = parse(before), parse(after)
        if old.order != new.order or len(old.directories) != len(new.directories):
            raise unproved("it has other pages")
        for mine, theirs in zip(old.directories, new.directories, strict=True):
            _prove_directory(before, mine, after, theirs)
        images = [e for e in extents(before, old) if e.image]
        if images != [e for e in extents(after, new) if e.image]:
            raise unproved("image data has moved")
        if not all(same(before, e.start, e.stop, after, e.start) for e in images):
            raise unproved("image data has changed")


def _refuse_raw(source: Buffer, layout: Layout) -> None:
    first = layout.directories[0]
    raw = bytes(source[8:10]) == b"CR" or bytes(source[8:12]) in (b"IIII", b"MMMM")
    raw = raw or any(entry.tag in RAW_TAGS for entry in first.entries)
    preview = number(source, layout, first, SUBFILE_TYPE, 0) == 1 and first.find(SUB_IFDS) is not None
    for directory in layout.directories:
        raw = raw or number(source, layout, directory, PHOTOMETRIC, 0) in RAW_PHOTOMETRIC
        raw = raw or number(source, layout, directory, COMPRESSION, 1) in RAW_COMPRESSIONS
    if raw or preview:
        raise broken("is a camera's RAW format, whose originals Altfolio never writes", "raw")


def _new_directory(source: Buffer, layout: Layout, packet: bytes) -> list[Change]:
    """Behind the end: a copy of IFD0 with the entry of the packet in its place, then the packet."""
    first = layout.directories[0]
    tags = [entry.tag for entry in first.entries]
    if any(tag >= following for tag, following in pairwise(tags)):
        raise broken("has its fields out of order", "unsorted")
    if len(tags) == 0xFFFF:
        raise broken("has no room for another field")
    place = sum(tag < XMP_TAG for tag in tags)
    middle = first.start + 2 + 12 * place
    start, gap = appended_at(source, layout)
    value = start + (first.stop - first.start) + 12
    _check_size(value + len(packet))
    directory = b"".join(
        (
            struct.pack(layout.order + "H", len(tags) + 1),
            bytes(source[first.start + 2 : middle]),
            struct.pack(layout.order + "HHII", XMP_TAG, 1, len(packet), value),
            bytes(source[middle : first.stop]),
        )
    )
    return [
        Change(4, 8, struct.pack(layout.order + "I", start)),
        Change(layout.size, layout.size, gap + directory + packet),
    ]


def _new_value(source: Buffer, layout: Layout, found: list[Extent], entry: Entry, packet: bytes) -> list[Change]:
    """The packet in the space of the old one; or longer than it, at the end of the file; or behind the end."""
    users = sum(extent.start < entry.stop and entry.start < extent.stop for extent in found)
    alone = users == 1 and not entry.inline
    if alone and len(packet) <= entry.stop - entry.start:
        return [Change(entry.start, entry.stop, filled(packet, entry.stop - entry.start))]
    kind = entry.type if entry.type in (1, 7) else 1
    if alone and entry.stop == layout.size:
        start, gap, old = entry.start, b"", [Change(entry.start, entry.stop, packet)]
    else:
        start, gap = appended_at(source, layout)
        old = [Change(layout.size, layout.size, gap + packet)]
        if alone:
            old.append(Change(entry.start, entry.stop, bytes(entry.stop - entry.start)))
    _check_size(start + len(packet))
    head = struct.pack(layout.order + "HII", kind, len(packet), start)
    return [Change(entry.where + 2, entry.where + 12, head), *old]


def appended_at(source: Buffer, layout: Layout) -> tuple[int, bytes]:
    """Where an appended part begins (TIFF 6.0 wants word boundaries), and the padding before it."""
    tail = bytes(source[max(0, layout.size - 64) :])
    if any(sign in tail for sign in TRAILER_SIGNS):
        raise broken("ends with a block that another program looks for at its end", "trailer")
    gap = bytes(layout.size % 2)
    return layout.size + len(gap), gap


def _check_size(size: int) -> None:
    if size > 0xFFFFFFFF:
        raise broken("would become larger than 4 GB, which TIFF cannot be", "too-large")


def _prove_directory(before: Buffer, old: Directory, after: Buffer, new: Directory) -> None:
    mine = [entry for entry in old.entries if not _is_packet(old, entry)]
    theirs = [entry for entry in new.entries if not _is_packet(new, entry)]
    if old.name != new.name or old.next != new.next or len(mine) != len(theirs):
        raise unproved("it has other fields")
    for a, b in zip(mine, theirs, strict=True):
        if (a.tag, a.type, a.count) != (b.tag, b.type, b.count) or not (a.inline or a.start == b.start):
            raise unproved(f"field {a.tag} is another")
        inline_same = before[a.where : a.where + 12] == after[b.where : b.where + 12]
        if not inline_same or not (a.inline or same(before, a.start, a.stop, after, b.start)):
            raise unproved(f"field {a.tag} has another value")


def _is_packet(directory: Directory, entry: Entry) -> bool:
    return entry.tag == XMP_TAG and directory.name == "IFD0"
