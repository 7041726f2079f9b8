"""JPEG 2000, Canon's CR3 and Photoshop files: their packet is read, their picture known; the splicer writes none.

Sources: ISO/IEC 15444-1 annex I (boxes), XMP specification part 3 (1.1.4 JPEG 2000, 1.1.7 Photoshop), Adobe Photoshop
file formats (sections of a file, image resource blocks).
"""

from collections.abc import Iterator, Sequence
from typing import Final

from storage.metadata.containers.base import Buffer, Piece, Unit
from storage.metadata.containers.units import refused

XMP_UUID: Final = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")
PACKET_LIMIT: Final = 16 * 2**20
XMP_RESOURCE: Final = 0x0424
_MOST_PARTS: Final = 10_000


class Boxed:
    """Boxes of which one is the image; words are in a box with XMP's number. JPEG 2000 (a bare codestream of it has no
    room for words), and Canon's RAW."""

    def __init__(self, name: str, image: str, cause: str) -> None:
        """`name` is for people, `image` the type of the box with the picture, `cause` stands in reports."""
        self.name, self._image, self._cause = name, image, cause

    def units(self, source: Buffer) -> Sequence[Unit]:
        """The boxes. Raises Refused where they don't fill the file."""
        units = list(_boxes(source, self._image))
        if not units or units[-1].stop != len(source) or not any(unit.image for unit in units):
            raise refused(self.name, "lying-structure", "is cut short or broken")
        return units

    def read_packet(self, source: Buffer) -> bytes | None:
        """The content of the first XMP box."""
        for unit in _boxes(source, self._image):
            if unit.kind == "uuid" and bytes(source[unit.start + 8 : unit.start + 24]) == XMP_UUID:
                return bytes(source[unit.start + 24 : min(unit.stop, unit.start + 24 + PACKET_LIMIT)])
        return None

    def splice(self, source: Buffer, packet: bytes) -> Sequence[Piece]:  # noqa: ARG002 – the protocol's signature
        """Always refused."""
        raise refused(self.name, self._cause, "is not of a kind that Altfolio writes into")

    def prove(self, before: Buffer, after: Buffer) -> None:  # noqa: ARG002
        """Always refused."""
        raise refused(self.name, self._cause, "is not of a kind that Altfolio writes into")


class Psd:
    """Photoshop's own format, small and large."""

    name = "PSD"

    def units(self, source: Buffer) -> Sequence[Unit]:
        """Header with palette, resources, and layers with the picture. Raises Refused where it is cut short."""
        start, stop = _resources(source)
        if not 0 < start < stop < len(source):
            raise refused("Photoshop", "lying-structure", "is cut short or broken")
        return [Unit("header", 0, start), Unit("resources", start, stop), Unit("image", stop, len(source), image=True)]

    def read_packet(self, source: Buffer) -> bytes | None:
        """The resource that holds XMP."""
        at, stop = _resources(source)
        at += 4
        for _ in range(_MOST_PARTS):
            head = bytes(source[at : at + 6 + 256])
            if at + 12 > stop or len(head) < 8:
                return None
            name = 1 + head[6]
            data = at + 6 + name + name % 2
            size = int.from_bytes(source[data : data + 4], "big")
            if int.from_bytes(head[4:6], "big") == XMP_RESOURCE:
                return bytes(source[data + 4 : min(data + 4 + size, stop, data + 4 + PACKET_LIMIT)])
            at = data + 4 + size + size % 2
        return None

    def splice(self, source: Buffer, packet: bytes) -> Sequence[Piece]:  # noqa: ARG002
        """Always refused."""
        raise refused("Photoshop", "psd", "is not of a kind that Altfolio writes into")

    def prove(self, before: Buffer, after: Buffer) -> None:  # noqa: ARG002
        """Always refused."""
        raise refused("Photoshop", "psd", "is not of a kind that Altfolio writes into")


def _boxes(source: Buffer, image: str) -> Iterator[Unit]:
    """The top-level boxes as far as they are whole."""
    at, size = 0, len(source)
    for _ in range(_MOST_PARTS):
        head = bytes(source[at : at + 16])
        if len(head) < 8:
            return
        length = int.from_bytes(head[:4], "big")
        if length == 1 and len(head) == 16:
            length = int.from_bytes(head[8:], "big")
        elif length == 0:
            length = size - at
        if length < 8 or at + length > size:
            return
        kind = head[4:8].decode("latin-1")
        yield Unit(kind, at, at + length, image=kind == image)
        at += length


def _resources(source: Buffer) -> tuple[int, int]:
    """Where the resource section begins (with its length) and ends; (0, 0) where there is none."""
    start = 30 + int.from_bytes(source[26:30], "big")
    length = bytes(source[start : start + 4])
    stop = start + 4 + int.from_bytes(length, "big")
    return (start, stop) if len(length) == 4 and stop <= len(source) else (0, 0)
