"""WebP: the packet in the chunk "XMP ", announced by a flag of the VP8X chunk, which is added where it is missing.

Invariants: all image chunks keep their bytes and order; foreign bytes behind the RIFF stay.

Sources: WebP container specification (RFC 9649, 2.7), VP8 (RFC 6386, 9.1), WebP lossless (RFC 9649, 3.4).
"""

import struct
from collections.abc import Iterator, Sequence
from typing import Final

from storage.metadata.containers.base import Buffer, Piece, Unit
from storage.metadata.containers.patches import Change, pieces, unproved
from storage.metadata.containers.units import prove_units, refused

CHUNK_LIMIT: Final = 100_000
"""Parts per file; an animation of an hour at 25 frames a second has 90,000."""
XMP_FLAG: Final = 0x04
_FLAGS: Final = {"ANIM": 0x02, "XMP ": 0x04, "EXIF": 0x08, "ALPH": 0x10, "ICCP": 0x20}
_IMAGE: Final = frozenset({"VP8 ", "VP8L", "ANMF", "ALPH", "ANIM"})


class WebP:
    """The `Container` of lossy, lossless and animated WebP."""

    name = "WebP"

    def units(self, source: Buffer) -> Sequence[Unit]:
        """The RIFF header, the chunks with their padding, a "trailer" behind them."""
        head = bytes(source[:12])
        stop = 8 + int.from_bytes(head[4:8], "little")
        if head[:4] != b"RIFF" or head[8:] != b"WEBP":
            raise refused("WebP", "lying-structure", "does not begin like one")
        if stop > len(source):
            raise refused("WebP", "truncated", "is cut short")
        units = [Unit("RIFF", 0, 12), *chunks(source, stop)]
        if not any(unit.image for unit in units):
            raise refused("WebP", "lying-structure", "has no picture")
        if units[-1].stop < len(source):
            units.append(Unit("trailer", units[-1].stop, len(source)))
        return units

    def read_packet(self, source: Buffer) -> bytes | None:
        """The first packet; reads the heads of all chunks."""
        for unit in chunks(source, len(source), lenient=True):
            if unit.kind == "XMP ":
                size = int.from_bytes(source[unit.start + 4 : unit.start + 8], "little")
                return bytes(source[unit.start + 8 : unit.start + 8 + size])
        return None

    def splice(self, source: Buffer, packet: bytes) -> Sequence[Piece]:
        """The pieces with `packet` as the XMP. Raises Refused."""
        units = self.units(source)
        found = [unit for unit in units if unit.kind == "XMP "]
        if len(found) > 1:
            raise refused("WebP", "xmp-twice", "has more than one XMP packet")
        inner = [unit for unit in units if unit.kind not in ("RIFF", "trailer")]
        place = found[0] if found else Unit("XMP ", inner[-1].stop, inner[-1].stop)
        changes = [Change(place.start, place.stop, _chunk(b"XMP ", packet)), *_header(source, inner)]
        size = inner[-1].stop + sum(len(c.new) - (c.stop - c.start) for c in changes) - 8
        if size > 0xFFFFFFFE:
            raise refused("WebP", "too-large", "would become larger than 4 GB, which WebP cannot be")
        return pieces(len(source), [Change(4, 8, struct.pack("<I", size)), *changes])

    def prove(self, before: Buffer, after: Buffer) -> None:
        """As the protocol says; VP8X has the flag and is otherwise as before, or agrees with the picture."""
        old, new = self.units(before), self.units(after)
        prove_units(before, old, after, new, {"RIFF", "VP8X", "XMP "})
        if [unit.kind for unit in new].count("XMP ") != 1 or new[1].kind != "VP8X":
            raise unproved("it does not have one packet")
        mine = bytes(after[new[1].start + 8 : new[1].stop])
        theirs = bytes(before[old[1].start + 8 : old[1].stop]) if old[1].kind == "VP8X" else _extended(before, old[1:])
        if mine != bytes([theirs[0] | XMP_FLAG]) + theirs[1:]:
            raise unproved("its header has changed")


def chunks(source: Buffer, stop: int, *, lenient: bool = False) -> Iterator[Unit]:
    """The chunks of the RIFF that ends at `stop`. Lenient ends where it breaks; otherwise that raises Refused."""
    at = 12
    for _ in range(CHUNK_LIMIT):
        if at >= stop:
            return
        head = bytes(source[at : at + 8])
        end = at + 8 + int.from_bytes(head[4:], "little")
        padded = end + end % 2
        if len(head) < 8 or end > stop or (padded > stop and padded > len(source)):
            if lenient:
                return
            raise refused("WebP", "truncated", "is cut short or broken")
        kind = head[:4].decode("latin-1")
        if not (kind.isascii() and kind.isprintable()):  # readers stop there, and would not find what is behind it
            if lenient:
                return
            raise refused("WebP", "lying-structure", "has a part without a proper name")
        yield Unit(kind, at, padded, image=kind in _IMAGE)
        at = padded
    if not lenient:
        raise refused("WebP", "too-complex", "has more parts than any real one")


def _header(source: Buffer, inner: Sequence[Unit]) -> list[Change]:
    """VP8X with the flag: changed, or made for a file in the simple format."""
    first = inner[0]
    if first.kind != "VP8X":
        return [Change(first.start, first.start, _chunk(b"VP8X", _set(_extended(source, inner))))]
    if first.stop - first.start < 18 or any(unit.kind == "VP8X" for unit in inner[1:]):
        raise refused("WebP", "lying-structure", "has a broken header")
    flags = bytes(source[first.start + 8 : first.start + 9])
    return [] if flags[0] & XMP_FLAG else [Change(first.start + 8, first.start + 9, _set(flags))]


def _set(header: bytes) -> bytes:
    return bytes([header[0] | XMP_FLAG]) + header[1:]


def _extended(source: Buffer, inner: Sequence[Unit]) -> bytes:
    """The VP8X content that says what the other chunks say: flags, and width and height less one in 24 bits."""
    picture = next((unit for unit in inner if unit.kind in ("VP8 ", "VP8L")), None)
    if picture is None:
        raise refused("WebP", "lying-structure", "has no header and no picture")
    flags = 0
    for unit in inner:
        flags |= _FLAGS.get(unit.kind, 0) & ~XMP_FLAG
    head = bytes(source[picture.start + 8 : picture.start + 18])
    if picture.kind == "VP8L" and len(head) >= 5 and head[0] == 0x2F:
        bits = int.from_bytes(head[1:5], "little")
        width, height = (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
        flags |= 0x10 if bits >> 28 & 1 else 0
    elif picture.kind == "VP8 " and head[3:6] == b"\x9d\x01\x2a":
        width, height = (int.from_bytes(head[i : i + 2], "little") & 0x3FFF for i in (6, 8))
    else:
        raise refused("WebP", "lying-structure", "has a picture that can't be read")
    if not width or not height:
        raise refused("WebP", "lying-structure", "has a picture without size")
    return struct.pack("<I", flags) + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")


def _chunk(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack("<I", len(body)) + body + bytes(len(body) % 2)
