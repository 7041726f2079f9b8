"""GIF: the packet in the application extension "XMP DataXMP", before the first picture when it is new.

The packet is not cut into sub-blocks: a trailer of 258 bytes leads every reader that skips by sub-blocks to its end.
The version in the header stays as it is; readers of GIF87a skip extensions too (GIF87a, "GIF extension block").

Sources: GIF89a specification, XMP specification part 3 (1.1.2), C2PA 2.1 (A.3.5).
"""

from collections.abc import Iterator, Sequence
from typing import Final

from storage.metadata.containers.base import Buffer, Piece, Refused, Unit
from storage.metadata.containers.patches import Change, pieces, unproved
from storage.metadata.containers.units import prove_units, refused

HEADER: Final = b"\x21\xff\x0bXMP DataXMP"
MAGIC: Final = b"\x01" + bytes(range(255, -1, -1)) + b"\0"
BLOCK_LIMIT: Final = 200_000
"""Parts per file: 100,000 pictures with their controls."""
SUB_BLOCK_LIMIT: Final = 10_000_000
"""Sub-blocks of one part, 2.5 GB."""
_PIECE: Final = 4096
PACKET_LIMIT: Final = 16 * 2**20


class Gif:
    """The `Container` of GIF, animated or not."""

    name = "GIF"

    def units(self, source: Buffer) -> Sequence[Unit]:
        """The header with its palette, extensions, pictures, and a "trailer" from the end mark on."""
        units = list(blocks(source))
        if units[-1].kind != "end":
            raise refused("GIF", "truncated", "is cut short: its end is missing")
        if not any(unit.image for unit in units):
            raise refused("GIF", "lying-structure", "has no picture")
        if units[-1].stop < len(source):
            units.append(Unit("trailer", units[-1].stop, len(source)))
        return units

    def read_packet(self, source: Buffer) -> bytes | None:
        """The first packet; reads until the first picture, or all of the file where it is behind it."""
        for unit in blocks(source, lenient=True):
            if unit.kind == "XMP":
                return _packet(source, unit)
        return None

    def splice(self, source: Buffer, packet: bytes) -> Sequence[Piece]:
        """The pieces with `packet` as the XMP. Raises Refused."""
        units = self.units(source)
        found = [unit for unit in units if unit.kind == "XMP"]
        if len(found) > 1:
            raise refused("GIF", "xmp-twice", "has more than one XMP packet")
        if b"\0" in packet:
            raise refused("GIF", "xmp-unreadable", "has XMP that GIF can't hold")
        new = HEADER + packet + MAGIC
        if found:
            if _packet(source, found[0]) is None:
                raise refused("GIF", "xmp-unreadable", "has XMP in a form that can't be understood")
            return pieces(len(source), [Change(found[0].start, found[0].stop, new)])
        at = next(unit.start for unit in units if unit.kind in ("control", "picture", "text"))
        return pieces(len(source), [Change(at, at, new)])

    def prove(self, before: Buffer, after: Buffer) -> None:
        """As the protocol says."""
        new = self.units(after)
        prove_units(before, self.units(before), after, new, {"XMP"})
        if [unit.kind for unit in new].count("XMP") != 1:
            raise unproved("it does not have one packet")


def blocks(source: Buffer, *, lenient: bool = False) -> Iterator[Unit]:
    """Header and blocks up to the end mark. Lenient ends where it breaks; otherwise that raises Refused."""
    head = bytes(source[:13])
    if head[:6] not in (b"GIF87a", b"GIF89a") or len(head) < 13:
        raise refused("GIF", "lying-structure", "does not begin like one")
    at = 13 + _palette(head[10])
    try:
        if at > len(source):
            raise refused("GIF", "truncated", "is cut short")
        yield Unit("header", 0, at)
        for _ in range(BLOCK_LIMIT):
            mark = bytes(source[at : at + 2])
            if mark[:1] == b"\x3b":
                yield Unit("end", at, at + 1)
                return
            unit = _picture(source, at) if mark[:1] == b"\x2c" else _extension(source, at, mark)
            yield unit
            at = unit.stop
        raise refused("GIF", "too-complex", "has more parts than any real one")
    except Refused:
        if not lenient:
            raise


def _palette(flags: int) -> int:
    return 3 * 2 ** ((flags & 7) + 1) if flags & 0x80 else 0


def _picture(source: Buffer, at: int) -> Unit:
    descriptor = bytes(source[at : at + 10])
    if len(descriptor) < 10:
        raise refused("GIF", "truncated", "is cut short")
    stop = _skip(source, at + 11 + _palette(descriptor[9]))
    return Unit("picture", at, stop, image=True)


def _extension(source: Buffer, at: int, mark: bytes) -> Unit:
    if len(mark) < 2:
        raise refused("GIF", "truncated", "is cut short: its end is missing")
    if mark[0] != 0x21:
        raise refused("GIF", "lying-structure", "has a part that GIF does not know")
    head = bytes(source[at : at + len(HEADER)])
    kind = {0xF9: "control", 0x01: "text", 0xFE: "comment", 0xFF: "application"}.get(mark[1], "extension")
    if head == HEADER:
        kind = "XMP"
    elif head[3:11] == b"C2PA_GIF":
        kind = "C2PA"
    return Unit(kind, at, _skip(source, at + 2))


def _skip(source: Buffer, at: int) -> int:
    """Behind the sub-blocks that begin at `at`."""
    piece, base = b"", at
    for _ in range(SUB_BLOCK_LIMIT):
        if at - base >= len(piece):
            piece, base = bytes(source[at : at + _PIECE]), at
            if not piece:
                break
        size = piece[at - base]
        at += 1 + size
        if size == 0:
            return at
    raise refused("GIF", "truncated", "is cut short")


def _packet(source: Buffer, unit: Unit) -> bytes | None:
    """The packet of an extension; None where it does not end as XMP in GIF does."""
    body = bytes(source[unit.start + len(HEADER) : min(unit.stop, unit.start + PACKET_LIMIT)])
    return body[: -len(MAGIC)] if body.endswith(MAGIC) else None
