"""HEIC, HEIF and AVIF: finds the photo's XMP item, and writes it with every offset kept right.

The packet of the old item is overwritten where the new one fits, so that nothing moves. Otherwise a new `mdat` is put
right behind `meta` (never at the end: motion photos of Samsung are found by counting from there), and every offset
into what lies behind it grows by the same number, in the very fields that hold it: the item tables keep their
versions and field sizes. The frames of a sequence move with everything else, and the offsets of its tracks follow.

Invariants: no coded byte changes; no byte after `meta` changes its distance from the end of the file; an item,
reference or box of others is never dropped or reordered; the result is only accepted once `isobmff_proof` has read
every item from both files and has decoded both.
"""

import zlib
from collections.abc import Sequence

from storage.metadata.containers.base import Buffer, Piece, Refused, Unit
from storage.metadata.containers.extents import gap_free
from storage.metadata.containers.isobmff_boxes import (
    PACKET_LIMIT,
    XMP_TYPE,
    Box,
    Field,
    Heif,
    Place,
    broken,
    extents,
    parse,
    spans,
    walk,
    xmp_item,
)
from storage.metadata.containers.isobmff_proof import prove
from storage.metadata.containers.isobmff_tracks import chunks
from storage.metadata.containers.patches import Change, filled, pieces


class Isobmff:
    """The `Container` of HEIC, HEIF and AVIF."""

    name = "HEIF"

    def units(self, source: Buffer) -> Sequence[Unit]:
        """Boxes, and the items inside `mdat` and `idat`, gap-free. The packet's kind is "XMP"."""
        heif = parse(source)
        return gap_free(extents(heif, source), heif.size)

    def read_packet(self, source: Buffer) -> bytes | None:
        """The packet that describes the primary item, or None; never raises."""
        try:
            heif = parse(source)
            item = xmp_item(heif)
            place = heif.places.get(item.id) if item else None
            found = spans(heif, place) if place else []
            if item is None or not found or sum(stop - start for start, stop in found) > PACKET_LIMIT:
                return None
            packet = b"".join(bytes(source[start:stop]) for start, stop in found)
            return packet if not item.encoding else _decoded(item.encoding, packet)
        except Refused:
            return None

    def splice(self, source: Buffer, packet: bytes) -> Sequence[Piece]:
        """The pieces with `packet` as the XMP item. Raises Refused as the module says."""
        heif = parse(source)
        found = extents(heif, source)  # every extent lies in the file, or this raises
        if heif.primary is None or heif.primary not in heif.items:
            raise broken("does not say which of its images is the photo")
        if not any(source[heif.the_meta().start : heif.the_meta().start + 4]):
            raise broken("has tables without a length, which few programs read", "unsupported-structure")
        item = xmp_item(heif)
        if item is None:
            return pieces(heif.size, _new_item(source, heif, heif.primary, packet))
        if item.encoding:
            raise broken("holds compressed XMP, which Altfolio does not write", "xmp-compressed")
        place = heif.places.get(item.id)
        where = spans(heif, place) if place else []
        if place is None or len(where) != 1:
            raise broken("keeps its XMP in several parts", "xmp-split")
        start, stop = where[0]
        alone = sum(e.start < stop and start < e.stop for e in found) == 1
        alone = alone and not any(c.start < stop and start < c.stop for c in chunks(source, heif))
        if alone and len(packet) <= stop - start:
            return pieces(heif.size, [Change(start, stop, filled(packet, stop - start))])
        return pieces(heif.size, _moved_item(source, heif, place, packet, alone=alone))

    def prove(self, before: Buffer, after: Buffer) -> None:
        """Every item, box and pixel of both files is equal but for the packet. Raises Refused where not."""
        prove(before, after)


def _decoded(encoding: str, packet: bytes) -> bytes | None:
    """A compressed packet (HTTP content codings, as ISO/IEC 14496-12 8.11.6 says), at most PACKET_LIMIT long."""
    if encoding != "deflate":
        return None
    try:
        return zlib.decompressobj().decompress(packet, PACKET_LIMIT)
    except zlib.error:
        return None


def _moved_item(source: Buffer, heif: Heif, place: Place, packet: bytes, *, alone: bool) -> list[Change]:
    """A packet that outgrew its place: its own `mdat` grows, or a new one comes behind `meta`."""
    start, stop = spans(heif, place)[0]
    offset, length = place.extents[0]
    home = next((box for box in heif.top if box.type == "mdat" and (box.body, box.stop) == (start, stop)), None)
    if alone and home is not None:
        growth = len(packet) - (stop - start)
        resized = [_set(length, len(packet)), _resized(home, growth), Change(start, stop, packet)]
        return resized + _shifted(source, heif, [(stop, growth)], skip=place.id)
    box, meta = _mdat(packet), heif.the_meta()
    changes = [_set(length, len(packet)), _resized(meta, 0), Change(meta.stop, meta.stop, box)]
    if alone:
        changes.append(Change(start, stop, bytes(stop - start)))
    if place.method.value & 15:
        changes.append(_set(place.method, place.method.value & ~15))
    value = meta.stop + len(box) - len(packet)
    if offset.size:
        changes += [_set(offset, value), *([_set(place.base, 0)] if place.base.size else [])]
    else:
        changes.append(_set(place.base, value))
    return changes + _shifted(source, heif, [(meta.stop, len(box))], skip=place.id)


def _new_item(source: Buffer, heif: Heif, primary: int, packet: bytes) -> list[Change]:
    """A new XMP item: an entry in each table, and an `mdat` behind `meta`."""
    meta, iinf, iloc = heif.the_meta(), heif.child("iinf"), heif.child("iloc")
    iref = heif.children.get("iref")
    number = _free_number(source, heif)
    wide_iref = source[iref.body] > 0 if iref else max(number, primary) > 0xFFFF
    box, entry, reference = _mdat(packet), _infe(number), _cdsc(number, primary, wide=wide_iref)
    if iref is None:
        reference = _box(b"iref", bytes([wide_iref, 0, 0, 0]) + reference)
    row_size = len(_iloc_row(heif, number, 0, 0))
    growth = len(entry) + len(reference) + row_size
    row = _iloc_row(heif, number, meta.stop + growth + len(box) - len(packet), len(packet))
    added = [(iinf.stop, entry), ((iref or iinf).stop, reference), (iloc.stop, row), (meta.stop, box)]
    changes = [
        _resized(iinf, len(entry)),
        _resized(iloc, len(row)),
        _resized(meta, growth),
        _one_more(source, iinf.body + 4, 4 if source[iinf.body] else 2),
        _one_more(source, iloc.body + 6, 4 if heif.iloc_version == 2 else 2),
        *([_resized(iref, len(reference))] if iref else []),
    ]
    joined: dict[int, bytes] = {}
    for at, new in added:
        joined[at] = joined.get(at, b"") + new
    changes += [Change(at, at, new) for at, new in joined.items()]
    return changes + _shifted(source, heif, [(at, len(new)) for at, new in added], skip=None)


def _shifted(source: Buffer, heif: Heif, insertions: list[tuple[int, int]], *, skip: int | None) -> list[Change]:
    """The offsets of items and of tracks after bytes came in: (where, how many). Item `skip` is left alone."""
    changes = []
    for chunk in chunks(source, heif):
        by = sum(count for at, count in insertions if at <= chunk.start)
        if chunk.stop > chunk.start and by != sum(count for at, count in insertions if at < chunk.stop):
            raise broken("has frames that lie across its tables")
        if by:
            changes.append(_set(chunk.offset, chunk.offset.value + by))
    for place in heif.places.values():
        if place.id == skip or place.reference or place.method.value & 15:
            continue
        if any(not length.size for _, length in place.extents):
            raise broken("has an item that reaches to the end of the file", "iloc-fields")
        moved = set()
        for (offset, _), (start, stop) in zip(place.extents, spans(heif, place), strict=True):
            by = sum(count for at, count in insertions if at <= start)
            if stop > start and by != sum(count for at, count in insertions if at < stop):
                raise broken("has an item that lies across its tables")
            moved.add(by)
            if by and offset.size:
                changes.append(_set(offset, offset.value + by))
        if any(moved) and place.extents and not place.extents[0][0].size:
            if len(moved) > 1 or not place.base.size:
                raise broken("has an item table whose offsets cannot follow", "iloc-fields")
            changes.append(_set(place.base, place.base.value + moved.pop()))
    return changes


def _set(field: Field, value: int) -> Change:
    if not field.size or value >= 1 << 8 * field.size:
        raise broken("has an item table whose fields are too small", "iloc-fields")
    return Change(field.at, field.at + field.size, value.to_bytes(field.size, "big"))


def _resized(box: Box, by: int) -> Change:
    size = box.stop - box.start + by
    at, width = (box.start, 4) if box.body - box.start == 8 else (box.start + 8, 8)
    return _set(Field(0, at, width), size)


def _one_more(source: Buffer, at: int, size: int) -> Change:
    return _set(Field(0, at, size), int.from_bytes(source[at : at + size], "big") + 1)


def _free_number(source: Buffer, heif: Heif) -> int:
    """An item number that no item, reference or group uses: one more than the largest, else the first gap."""
    used = {0, *heif.items, *heif.places}
    for _, origin, targets in heif.references:
        used |= {origin, *targets}
    if "grpl" in heif.children:
        groups = walk(source, heif.children["grpl"].body, heif.children["grpl"].stop)
        used |= {int.from_bytes(source[box.body + 4 : box.body + 8], "big") for box in groups}
    iref = heif.children.get("iref")
    narrow = heif.iloc_version < 2 or (iref is not None and source[iref.body] == 0)
    limit = 0xFFFF if narrow else 0xFFFFFFFF
    best = max(number for number in used if number <= limit) + 1
    if best > limit:
        best = next((number for number in range(1, 0x10000) if number not in used), 0)
    if not best:
        raise broken("has no free item number", "iloc-fields")
    return best


def _box(kind: bytes, body: bytes) -> bytes:
    return (len(body) + 8).to_bytes(4, "big") + kind + body


def _mdat(packet: bytes) -> bytes:
    return _box(b"mdat", packet)


def _infe(number: int) -> bytes:
    wide = number > 0xFFFF
    head = bytes([3 if wide else 2, 0, 0, 0]) + number.to_bytes(4 if wide else 2, "big") + bytes(2)
    return _box(b"infe", head + b"mimeXMP\0" + XMP_TYPE.encode() + b"\0")


def _cdsc(number: int, primary: int, *, wide: bool) -> bytes:
    size = 4 if wide else 2
    return _box(b"cdsc", number.to_bytes(size, "big") + b"\0\1" + primary.to_bytes(size, "big"))


def _iloc_row(heif: Heif, number: int, value: int, length: int) -> bytes:
    """The entry of one item in one piece of the file, in the table's own version and field sizes."""
    offset_size, length_size, base_size, index_size = heif.iloc_sizes
    in_base = not offset_size
    if not length_size or not (offset_size or base_size):
        raise broken("has an item table without room for another item", "iloc-fields")
    fields = [(number, 4 if heif.iloc_version == 2 else 2), *([(0, 2)] if heif.iloc_version else []), (0, 2)]
    fields += [(value if in_base else 0, base_size), (1, 2), (0, index_size)]
    fields += [(0 if in_base else value, offset_size), (length, length_size)]
    if any(value >= 1 << 8 * size for value, size in fields if size):
        raise broken("has an item table whose fields are too small", "iloc-fields")
    return b"".join(value.to_bytes(size, "big") for value, size in fields)
