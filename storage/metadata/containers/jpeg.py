"""JPEG: segments, the XMP segment, and a splice that keeps previews and second images where they are found.

A JPEG's offsets are few: the MPF index counts from its own header to further images behind the end of the first
one, and some cameras' maker notes count from the EXIF block to a preview there. New XMP goes behind the EXIF segment
and before MPF, so that both move together; a packet that fits into the old one's space moves nothing at all.

Invariants: the file is complete to its EOI or it is refused; everything from SOS to EOI and everything behind it
keeps its bytes; ExtendedXMP and its GUID are left alone. MPF's own length of the first image is left as it is, like
ExifTool does: readers find that image's end by its EOI.

Sources: ITU-T T.81 annex B (segments), XMP specification part 3 (1.1.3), CIPA DC-007 (MPF), C2PA 2.1 (A.3.1).
"""

import re
import struct
from collections.abc import Sequence
from itertools import takewhile
from typing import Final

from storage.exif_head import read_exif
from storage.metadata.containers.base import Buffer, FileBytes, Piece, Refused, Unit
from storage.metadata.containers.mpf import MPF_SIGN, image_starts, moved_offsets
from storage.metadata.containers.patches import Change, filled, pieces, same, unproved
from storage.metadata.containers.units import prove_units, refused
from storage.metadata.exif import maker_note

XMP_SIGN: Final = b"http://ns.adobe.com/xap/1.0/\0"
EXTENDED_SIGN: Final = b"http://ns.adobe.com/xmp/extension/\0"
EXIF_SIGN: Final = b"Exif\0"
IRB_SIGN: Final = b"Photoshop 3.0\0"
PACKET_LIMIT: Final = 65502
"""Longest packet in one segment: 65,535 less 2 bytes of length, 29 of signature, and 2 that Adobe keeps free
(XMP specification part 3, 1.1.3.1)."""
SEGMENT_LIMIT: Final = 65533
"""Longest content of any segment."""
EXTENDED_LIMIT: Final = 16 * 2**20

_MARKER: Final = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
_SCAN_BLOCK: Final = 256 * 1024
_MOST_SCAN_MARKERS: Final = 10_000
_MOST_SEGMENTS: Final = 20_000
_SIGNS: Final = (
    (0xE1, XMP_SIGN, "APP1 XMP"),
    (0xE1, b"XMP\0" + XMP_SIGN[4:], "APP1 XMP"),  # left by a program that resizes; read by others, so replaced
    (0xE1, EXTENDED_SIGN, "APP1 ExtendedXMP"),
    (0xE1, EXIF_SIGN, "APP1 Exif"),
    (0xE2, MPF_SIGN, "APP2 MPF"),
    (0xE2, b"ICC_PROFILE\0", "APP2 ICC"),
    (0xED, IRB_SIGN, "APP13 IRB"),
)
_NAMES: Final = {0xD8: "SOI", 0xDB: "DQT", 0xC4: "DHT", 0xDD: "DRI", 0xFE: "COM", 0xDC: "DNL"}
_LEGACY: Final = frozenset({"APP1 Exif", "APP13 IRB"})


class Jpeg:
    """The `Container` of JPEG, with MPO, gain maps and motion photos."""

    name = "JPEG"

    def units(self, source: Buffer) -> Sequence[Unit]:
        """Segments, one "scan" from SOS to EOI, and the "trailer" behind it; remembered where `source` can."""
        if not isinstance(source, FileBytes):
            return self._parsed(source)
        if self.name not in source.notes:
            source.notes[self.name] = tuple(self._parsed(source))
        found: tuple[Unit, ...] = source.notes[self.name]
        return found

    def _parsed(self, source: Buffer) -> list[Unit]:
        units, at = segments(source)
        if at is None:
            raise refused("JPEG", "truncated", "ends before its picture begins")
        stop = _end_of_scan(source, at)
        units.append(Unit("scan", at, stop, image=True))
        if stop < len(source):
            units.append(Unit("trailer", stop, len(source)))
        return units

    def read_packet(self, source: Buffer) -> bytes | None:
        """The first XMP segment's content; reads up to SOS."""
        for unit in segments(source, lenient=True)[0]:
            if unit.kind == "APP1 XMP":
                return content(source, unit)[len(XMP_SIGN) :]
        return None

    def splice(self, source: Buffer, packet: bytes) -> Sequence[Piece]:
        """The pieces with `packet` as the main XMP. Raises Refused."""
        return self.splice_with(source, packet)

    def splice_with(
        self, source: Buffer, packet: bytes, *, exif: bytes | None = None, irb: bytes | None = None
    ) -> Sequence[Piece]:
        """As `splice`, and the content of the first EXIF and the only IRB segment replaced where given.

        Raises:
            Refused: "xmp-twice", "too-large", "trailer", "pinned-preview" or what `units` raises.
        """
        units = self.units(source)
        changes = [_packet_change(source, units, packet)]
        for kind, new in (("APP1 Exif", exif), ("APP13 IRB", irb)):
            unit = next((unit for unit in units if unit.kind == kind), None)
            if new is not None and unit is not None:
                changes.append(Change(unit.start, unit.stop, segment(0xE1 if "Exif" in kind else 0xED, new)))
        if _moves_pinned(source, units, changes):
            changes = [_unmoved(source, units, packet)]
        _check_trailer(source, units, changes)
        for unit in units:
            if unit.kind == "APP2 MPF":
                changes += moved_offsets(source, unit, changes)
        return pieces(len(source), changes)

    def prove(self, before: Buffer, after: Buffer, *, legacy: bool = False) -> None:
        """As the protocol says; `legacy` allows other EXIF and IRB segments, which `verify` looks into itself."""
        old, new = self.units(before), _as_before(before, self.units(before), after)
        changing = {"APP1 XMP", "APP2 MPF"} | (_LEGACY if legacy else set())
        prove_units(before, _head(old), after, _head(new), changing)
        if sum(unit.kind == "APP1 XMP" for unit in new) != 1:
            raise unproved("it does not have one packet")
        picture = [next(unit.start for unit in units if unit.image) for units in (old, new)]
        starts = [
            [at for unit in units if unit.kind == "APP2 MPF" for at in image_starts(source, unit)]
            for units, source in ((old, before), (new, after))
        ]
        moved = [at + picture[1] - picture[0] if at >= picture[0] else at for at in starts[0]]
        if [at for at in moved if at] != [at for at in starts[1] if at]:
            raise unproved("its further images are no longer found")


def _head(units: Sequence[Unit]) -> list[Unit]:
    """The units before the picture."""
    return list(takewhile(lambda unit: not unit.image, units))


def _as_before(before: Buffer, old: Sequence[Unit], after: Buffer) -> list[Unit]:
    """The units of the new file; its picture need not be searched for its end again, if it is the same bytes."""
    new, at = segments(after)
    start = next(unit.start for unit in old if unit.image)
    if at is None or len(after) - at != len(before) - start or not same(before, start, len(before), after, at):
        raise unproved("its picture has changed")
    return new + [Unit(u.kind, u.start + at - start, u.stop + at - start, u.image) for u in old if u.start >= start]


def segments(source: Buffer, *, lenient: bool = False) -> tuple[list[Unit], int | None]:
    """The segments before the picture, and where SOS is (None where there is none).

    Lenient stops where the structure breaks; otherwise that raises Refused.
    """
    if bytes(source[:3]) != b"\xff\xd8\xff":
        raise refused("JPEG", "lying-structure", "does not begin like one")
    units, at, size = [Unit("SOI", 0, 2)], 2, len(source)
    while at + 4 <= size and len(units) < _MOST_SEGMENTS:
        marker_at = at
        while marker_at < size - 1 and bytes(source[marker_at : marker_at + 2]) == b"\xff\xff":
            marker_at += 1
        head = bytes(source[marker_at : marker_at + 4])
        if head[0] != 0xFF or len(head) < 4 or head[1] in (0, 0xD8, 0xD9):
            break
        if head[1] == 0xDA:
            return units, at
        stop = marker_at + 2 + int.from_bytes(head[2:], "big")
        if stop > size or stop < marker_at + 4:
            break
        units.append(Unit(_kind(source, head[1], marker_at + 4, stop), at, stop))
        at = stop
    if not lenient:
        cause = "truncated" if at + 4 > size or bytes(source[at : at + 1]) == b"\xff" else "lying-structure"
        raise refused("JPEG", cause, "is cut short or broken before its picture begins")
    return units, None


def content(source: Buffer, unit: Unit) -> bytes:
    """What a segment holds, behind marker and length."""
    raw = bytes(source[unit.start : unit.stop])
    return raw[len(raw) - len(raw.lstrip(b"\xff")) + 3 :]


def segment(marker: int, inner: bytes) -> bytes:
    """A whole segment. Raises Refused if the content is too long for one."""
    if len(inner) > SEGMENT_LIMIT:
        raise refused("JPEG", "too-large", "has no room for this much text")
    return struct.pack(">BBH", 0xFF, marker, len(inner) + 2) + inner


def extended_packet(source: Buffer, units: Sequence[Unit]) -> bytes:
    """The ExtendedXMP put together by offset, b"" where there is none (XMP specification part 3, 1.1.3.1)."""
    parts: dict[bytes, dict[int, bytes]] = {}
    total = 0
    for unit in units:
        if unit.kind == "APP1 ExtendedXMP":
            inner = content(source, unit)[len(EXTENDED_SIGN) :]
            total += len(inner)
            if len(inner) >= 40 and total <= EXTENDED_LIMIT:
                parts.setdefault(inner[:32], {})[int.from_bytes(inner[36:40], "big")] = inner[40:]
    return b"".join(part for by_offset in parts.values() for _, part in sorted(by_offset.items()))


def _kind(source: Buffer, marker: int, start: int, stop: int) -> str:
    if 0xE0 <= marker <= 0xEF:
        head = bytes(source[start : min(stop, start + 64)])
        for wanted, sign, kind in _SIGNS:
            if marker == wanted and head.startswith(sign):
                return kind
        if marker == 0xEB and head.startswith(b"JP") and head[12:16] == b"jumb":
            return "C2PA"
        return f"APP{marker - 0xE0}"
    if 0xC0 <= marker <= 0xCF and marker != 0xC4:
        return "SOF"
    return _NAMES.get(marker, f"FF{marker:02X}")


def _end_of_scan(source: Buffer, at: int) -> int:
    """Behind the EOI that ends the picture whose first SOS is at `at`."""
    size, block_at = len(source), at
    block: bytes | memoryview = b""
    for _ in range(_MOST_SCAN_MARKERS):
        while True:
            if not block_at <= at < block_at + len(block) - 1:
                end = min(at + _SCAN_BLOCK, size)
                block, block_at = source.view(at, end) if isinstance(source, FileBytes) else source[at:end], at
            found = _MARKER.search(block, at - block_at)
            if found:
                break
            if block_at + len(block) >= size:
                raise refused("JPEG", "truncated", "is cut short: the end of its picture is missing")
            at = block_at + len(block) - 1
        at = block_at + found.start()
        marker = block[found.start() + 1]
        if marker == 0xD9:
            return at + 2
        if marker in (0xD8, 0x01):
            raise refused("JPEG", "lying-structure", "has another picture inside its picture")
        length = bytes(source[at + 2 : at + 4])
        at += 2 + int.from_bytes(length, "big")
        if len(length) < 2 or at > size:
            raise refused("JPEG", "truncated", "is cut short: the end of its picture is missing")
    raise refused("JPEG", "too-complex", "has more parts than any real one")


def _packet_change(source: Buffer, units: Sequence[Unit], packet: bytes) -> Change:
    found = [unit for unit in units if unit.kind == "APP1 XMP"]
    strange = any(unit.kind == "APP1" and b"<?xpacket" in content(source, unit) for unit in units)
    if len(found) > 1 or strange:
        raise refused("JPEG", "xmp-twice", "has more than one XMP packet, or one that is not marked as such")
    if found:
        unit = found[0]
        room = len(content(source, unit)) - len(XMP_SIGN)
        plain = _unpadded(packet)
        new = filled(plain, room) if len(plain) <= room else _fitting(packet)
        return Change(unit.start, unit.stop, segment(0xE1, XMP_SIGN + new))
    at = units[0].stop
    for unit in units[1:]:
        if unit.kind not in ("APP0", "APP1 Exif"):
            break
        at = unit.stop
    return Change(at, at, segment(0xE1, XMP_SIGN + _fitting(packet)))


def _unmoved(source: Buffer, units: Sequence[Unit], packet: bytes) -> Change:
    """The change that leaves the distance from the EXIF block to what is behind the picture as it was."""
    found = [unit for unit in units if unit.kind == "APP1 XMP"]
    exif = next(unit for unit in units if unit.kind == "APP1 Exif")
    if not found:
        return Change(exif.start, exif.start, segment(0xE1, XMP_SIGN + _fitting(packet)))
    change = _packet_change(source, units, packet)
    moves = len(change.new) != found[0].stop - found[0].start
    if found[0].start > exif.start and (moves or _thumbnail_outside(content(source, exif)[6:])):
        raise refused("JPEG", "pinned-preview", "has a preview that its maker note finds only where it is now")
    return change


def _moves_pinned(source: Buffer, units: Sequence[Unit], changes: Sequence[Change]) -> bool:
    """Whether the EXIF block seems to point behind its own end, and the changes may move what it points at.

    A thumbnail may reach out of the block. Maker notes count from the block's start, or from their own, with or
    without their signature (6 to 12 bytes).
    """
    exif, trailer = next((unit for unit in units if unit.kind == "APP1 Exif"), None), units[-1]
    inner = content(source, exif)[6:] if exif else b""
    if exif is None or _thumbnail_outside(inner):
        return exif is not None
    shift = sum(len(c.new) - (c.stop - c.start) for c in changes if c.start > exif.start)
    if not shift or trailer.kind != "trailer":
        return False
    base = exif.stop - len(inner)
    start = bytes(source[trailer.start : trailer.start + _SCAN_BLOCK])
    places = {trailer.start, *(trailer.start + found.start() for found in re.finditer(b"\xff\xd8\xff", start))}
    note = maker_note(lambda offset, size: inner[offset : offset + size])
    bases = [base] if note is None else [base, *(base + note + head for head in (0, 6, 8, 10, 12))]
    order = "<I" if inner[:2] == b"II" else ">I"
    offsets = {at - origin for at in sorted(places)[:64] for origin in bases if 0 <= at - origin < 2**32}
    return any(struct.pack(order, offset) in inner for offset in offsets)


def _thumbnail_outside(block: bytes) -> bool:
    """Whether the thumbnail of an EXIF block reaches out of it, into whatever follows in the file."""
    thumbnail = read_exif(lambda offset, size: block[offset : offset + size]).thumbnail
    return thumbnail is not None and sum(thumbnail) > len(block)


def _check_trailer(source: Buffer, units: Sequence[Unit], changes: Sequence[Change]) -> None:
    """AFCP counts from the start of the file, so its files must not change their length before it."""
    moves = sum(len(c.new) - (c.stop - c.start) for c in changes)
    tail = bytes(source[max(units[-1].start, len(source) - 64) :]) if units[-1].kind == "trailer" else b""
    if moves and (b"AXS!" in tail or b"AXS*" in tail):
        raise refused("JPEG", "trailer", "ends with an AFCP block, which would no longer be found")


def _unpadded(packet: bytes) -> bytes:
    at = packet.rfind(b"<?xpacket end")
    return packet if at < 0 else packet[:at].rstrip(b" \n") + b"\n" + packet[at:]


def _fitting(packet: bytes) -> bytes:
    """The packet with as much of its padding as fits into one segment. Raises Refused."""
    if len(packet) <= PACKET_LIMIT:
        return packet
    plain = _unpadded(packet)
    if len(plain) > PACKET_LIMIT:
        raise Refused(
            "too-large", "These words and the XMP that is there are more than a JPEG can hold (65,502 bytes)."
        )
    return filled(plain, PACKET_LIMIT)
