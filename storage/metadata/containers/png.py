"""PNG and APNG: the packet in an uncompressed iTXt chunk, right behind IHDR when it is new.

Invariants: every other chunk keeps its bytes and its place; foreign bytes behind IEND stay. A packet that another
program compressed, or kept as ImageMagick once did, is read, and written uncompressed in its proper place, because
WordPress searches the file's bytes and few programs know the old form.

Sources: PNG specification (third edition, 11.3.3.4 iTXt), XMP specification part 3 (1.1.5), C2PA 2.1 (caBX).
"""

import struct
import zlib
from collections.abc import Iterator, Sequence
from typing import Final

from storage.metadata.containers.base import Buffer, Piece, Unit
from storage.metadata.containers.patches import Change, pieces, unproved
from storage.metadata.containers.units import prove_units, refused

SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
KEYWORD: Final = b"XML:com.adobe.xmp\0"
RAW_PROFILE: Final = b"Raw profile type xmp\0"
"""ImageMagick's older way: hexadecimal digits in a text chunk; read by ExifTool too, so it must not stay beside a new
packet and contradict it."""
PACKET_LIMIT: Final = 16 * 2**20
"""Longest packet that is decompressed."""
CHUNK_LIMIT: Final = 100_000
"""Parts per file; the IDAT chunks of a PNG of 800 MB as libpng writes them (8 KiB each)."""
_IMAGE: Final = frozenset({b"IDAT", b"fdAT"})


class Png:
    """The `Container` of PNG and APNG."""

    name = "PNG"

    def units(self, source: Buffer) -> Sequence[Unit]:
        """The signature, the chunks by type (the packet's is "XMP"), a "trailer" behind IEND."""
        units = [Unit("signature", 0, 8), *chunks(source)]
        kinds = [unit.kind for unit in units]
        if kinds[-1] != "IEND":
            raise refused("PNG", "truncated", "is cut short: its end is missing")
        if "IHDR" not in kinds or "IDAT" not in kinds:
            raise refused("PNG", "lying-structure", "has no picture")
        if units[-1].stop < len(source):
            units.append(Unit("trailer", units[-1].stop, len(source)))
        return units

    def read_packet(self, source: Buffer) -> bytes | None:
        """The first packet, decompressed where it is compressed; reads the heads of all chunks."""
        profile = None
        for unit in chunks(source, lenient=True):
            if unit.kind == "XMP":
                return _packet(_inner(source, unit))
            if unit.kind == "XMP profile" and profile is None:
                profile = _from_profile(_inner(source, unit))
        return profile

    def splice(self, source: Buffer, packet: bytes) -> Sequence[Piece]:
        """The pieces with `packet` as the XMP. Raises Refused."""
        units = self.units(source)
        found = [unit for unit in units if unit.kind == "XMP"]
        old = [unit for unit in units if unit.kind == "XMP profile"]
        if len(found) + len(old) > 1:
            raise refused("PNG", "xmp-twice", "has its XMP in more than one place")
        unreadable = refused("PNG", "xmp-unreadable", "has XMP that can't be decompressed")
        if found:
            if _packet(_inner(source, found[0])) is None:
                raise unreadable
            return pieces(len(source), [Change(found[0].start, found[0].stop, _chunk(packet))])
        at = next(unit.stop for unit in units if unit.kind == "IHDR")
        if any(_from_profile(_inner(source, unit)) is None for unit in old):
            raise unreadable
        return pieces(len(source), [Change(at, at, _chunk(packet)), *(Change(u.start, u.stop, b"") for u in old)])

    def prove(self, before: Buffer, after: Buffer) -> None:
        """As the protocol says; also the new chunk's check sum."""
        new = self.units(after)
        prove_units(before, self.units(before), after, new, {"XMP", "XMP profile"})
        found = [unit for unit in new if unit.kind == "XMP"]
        if len(found) != 1 or any(unit.kind == "XMP profile" for unit in new):
            raise unproved("it does not have one packet")
        raw = bytes(after[found[0].start + 4 : found[0].stop])
        if zlib.crc32(raw[:-4]) != int.from_bytes(raw[-4:], "big"):
            raise unproved("the check sum of its packet is wrong")


def chunks(source: Buffer, *, lenient: bool = False) -> Iterator[Unit]:
    """The chunks up to IEND. Lenient ends where the structure breaks; otherwise that raises Refused."""
    at, size = 8, len(source)
    if bytes(source[:8]) != SIGNATURE:
        raise refused("PNG", "lying-structure", "does not begin like one")
    for _ in range(CHUNK_LIMIT):
        head = bytes(source[at : at + 8])
        stop = at + 12 + int.from_bytes(head[:4], "big")
        if len(head) < 8 or stop > size or not head[4:].isalpha():
            if lenient:
                return
            cause = "truncated" if len(head) < 8 or head[4:].isalpha() else "lying-structure"
            raise refused("PNG", cause, "is cut short or broken")
        kind = head[4:].decode("ascii")
        if kind in ("iTXt", "tEXt", "zTXt"):
            keyword = bytes(source[at + 8 : at + 8 + max(len(KEYWORD), len(RAW_PROFILE))])
            if kind == "iTXt" and keyword.startswith(KEYWORD):
                kind = "XMP"
            elif keyword.startswith(RAW_PROFILE):
                kind = "XMP profile"
        yield Unit("C2PA" if kind == "caBX" else kind, at, stop, image=head[4:] in _IMAGE)
        at = stop
        if head[4:] == b"IEND":
            return
    if not lenient:
        raise refused("PNG", "too-complex", "has more parts than any real one")


def _inner(source: Buffer, unit: Unit) -> bytes:
    return bytes(source[unit.start + 8 : min(unit.stop - 4, unit.start + PACKET_LIMIT)])


def _from_profile(inner: bytes) -> bytes | None:
    """The packet in a text chunk of ImageMagick's form: a name, a length, and hexadecimal digits, each in a line.

    What follows as many digits as the length says does not count: programs left other bytes there.
    """
    text = inner[len(RAW_PROFILE) :]
    try:
        if text[:1] == b"\0":  # zTXt: the compression method, then the text
            text = zlib.decompressobj().decompress(text[1:], 2 * PACKET_LIMIT)
        _, _, length, digits = text.split(b"\n", 3)
        wanted = 2 * int(length)
        packet = bytes.fromhex(digits.translate(None, b" \r\n\t")[:wanted].decode("ascii"))
        return packet if 2 * len(packet) == wanted > 0 else None
    except (zlib.error, ValueError):
        return None


def _packet(inner: bytes) -> bytes | None:
    """The text of an iTXt chunk; None where it can't be decompressed or is longer than `PACKET_LIMIT`."""
    flags, rest = inner[len(KEYWORD) : len(KEYWORD) + 2], inner[len(KEYWORD) + 2 :]
    parts = rest.split(b"\0", 2)
    if len(flags) < 2 or len(parts) < 3:
        return None
    if flags[0] == 0:
        return parts[2]
    try:
        engine = zlib.decompressobj()
        text = engine.decompress(parts[2], PACKET_LIMIT)
    except zlib.error:
        return None
    return text if engine.eof else None


def _chunk(packet: bytes) -> bytes:
    body = b"iTXt" + KEYWORD + b"\0\0\0\0" + packet
    return struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
