"""What every container format offers to the writer: its units, its XMP packet, and a splice.

A photo file is a row of units (JPEG segments, PNG chunks, RIFF chunks, TIFF directories, ISO boxes). Writing metadata
replaces one unit, or adds one, and copies every other byte. A splice is therefore a list of pieces: spans of the
original that stay, and new bytes between them. The same list says what an undo has to put back, lets the writer
copy the unchanged spans without holding them in memory, and lets the proof compare span by span.

Invariants: nothing here opens a file or writes one; a container never guesses: what it does not fully understand it
refuses with a `Refused` that names the cause.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from mmap import mmap
from typing import Protocol, TypeAlias

from storage.job import KnownError

Buffer: TypeAlias = "bytes | memoryview | mmap"
"""The whole original, read-only; usually a memory map, so slices are taken as small as possible."""


class Refused(KnownError):
    """This file is not written, on purpose; the words go to a sidecar instead.

    Attributes:
        cause: a short stable code for reports, e.g. "truncated", "signed", "bigtiff", "xmp-unreadable".
    """

    def __init__(self, cause: str, sentence: str) -> None:
        super().__init__(sentence)
        self.cause = cause


@dataclass(frozen=True, slots=True)
class Span:
    """Bytes start ≤ i < stop of the original, kept as they are."""

    start: int
    stop: int


Piece: TypeAlias = "Span | bytes"
"""One part of a new file: bytes of the original, or new bytes."""


@dataclass(frozen=True, slots=True)
class Unit:
    """One part of a container's structure.

    Attributes:
        kind: the format's own name for it ("APP1 XMP", "IDAT", "VP8X", "trailer").
        start, stop: where it is in the file.
        image: True for image data (JPEG scan, IDAT, coded items), which a metadata edit never changes.
    """

    kind: str
    start: int
    stop: int
    image: bool = False


class Container(Protocol):
    """One format. Stateless; every method may raise `Refused` for a broken or unsupported file."""

    name: str

    def units(self, source: Buffer) -> Sequence[Unit]:
        """The structure in file order, gap-free from 0 to the end of the file."""

    def read_packet(self, source: Buffer) -> bytes | None:
        """The main XMP packet (decompressed where the format compresses it), or None. Lenient: reads what it can."""

    def splice(self, source: Buffer, packet: bytes) -> Sequence[Piece]:
        """The pieces of a file that is the same except that its XMP packet is `packet` (a complete packet, UTF-8)."""
