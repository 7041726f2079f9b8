"""What every container format offers to the writer: its units, its XMP packet, and a splice.

A photo file is a row of units (JPEG segments, PNG chunks, RIFF chunks, TIFF directories, ISO boxes). Writing metadata
replaces one unit, or adds one, and copies every other byte. A splice is therefore a list of pieces: spans of the
original that stay, and new bytes between them. The same list says what an undo has to put back, lets the writer
copy the unchanged spans without holding them in memory, and lets the proof compare span by span.

Invariants: nothing here opens a file or writes one; a container never guesses: what it does not fully understand it
refuses with a `Refused` that names the cause.
"""

import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, SupportsIndex, TypeAlias, overload

from storage.job import KnownError

BLOCK = 64 * 1024
"""Bytes that `FileBytes` reads at least; a page cache delivers them in about 10 µs."""


class FileBytes:
    """A file that is sliced like bytes, read where it is asked for and never whole.

    Plain reads instead of a memory map: a file that shrinks or a disk that is pulled out while it is mapped ends the
    process with SIGBUS. Slices are as for bytes, without a step; `struct.unpack_from` and `re` need a slice.

    Attributes:
        notes: what a parser has found out, so that it is not asked to read the whole file again.
    """

    def __init__(self, size: int, read: Callable[[int, int], bytes], head: bytes = b"") -> None:
        """`read` is given (offset, size) and returns up to that many bytes; `head` is what is known of the start."""
        self._size, self._read, self._head = size, read, head
        self._block, self._at = b"", 0
        self.notes: dict[str, Any] = {}

    def __len__(self) -> int:
        return self._size

    @overload
    def __getitem__(self, key: SupportsIndex) -> int: ...
    @overload
    def __getitem__(self, key: slice) -> bytes: ...
    def __getitem__(self, key: "SupportsIndex | slice") -> "int | bytes":
        if not isinstance(key, slice):
            index = key.__index__()
            at = index if index >= 0 else index + self._size
            found = self._bytes(at, at + 1) if at >= 0 else b""
            if not found:
                raise IndexError(f"byte {index} of {self._size}")
            return found[0]
        start, stop, _ = key.indices(self._size)
        return self._bytes(start, stop)

    def __bytes__(self) -> bytes:
        return self._read(0, self._size)

    def view(self, start: int, stop: int) -> "bytes | memoryview":
        """Some bytes, without a copy where they are in memory already."""
        return memoryview(self._head)[start:stop] if stop <= len(self._head) else self[start:stop]

    def holds(self, part: "bytes | memoryview", at: int) -> bool:
        """Whether these bytes are there; compared without a copy where they are in memory already."""
        if at + len(part) <= len(self._head):
            return self._head.startswith(part, at)
        return self[at : at + len(part)] == part

    def _bytes(self, start: int, stop: int) -> bytes:
        if start >= stop:
            return b""
        if stop <= len(self._head):
            return self._head[start:stop]
        if not (self._at <= start and stop <= self._at + len(self._block)):
            if stop - start >= BLOCK:
                return self._read(start, stop - start)
            self._block, self._at = self._read(start, BLOCK), start
        return self._block[start - self._at : stop - self._at]


Buffer: TypeAlias = "bytes | memoryview | FileBytes"
"""The whole original, read-only. Usually `FileBytes`: only ever sliced, in pieces as small as possible."""


def unpack(form: str, source: Buffer, at: int) -> tuple[Any, ...]:
    """`struct.unpack_from` for every `Buffer`. Raises struct.error at the end of the file."""
    return struct.unpack(form, source[at : at + struct.calcsize(form)])


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

    def prove(self, before: Buffer, after: Buffer) -> None:
        """Parse both anew: every unit but the packet's is the same, in order. Raises Refused ("proof") otherwise."""
