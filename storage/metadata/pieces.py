"""What a file is to become, as pieces: new bytes, and spans of the old content that stay.

Nothing here looks at a disk; contents are read block by block, so that a large file costs no memory.
"""

import hashlib
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from storage.metadata.containers.base import Buffer, FileBytes, Piece, Span

if TYPE_CHECKING:
    from hashlib import _Hash

BLOCK: Final = 2**20
KEPT: Final = 20
"""Bytes of a digest of what an edit keeps."""


def new_size(pieces: Sequence[Piece]) -> int:
    """Bytes of the file that the pieces make."""
    return sum(len(piece) if isinstance(piece, bytes) else piece.stop - piece.start for piece in pieces)


def parts(source: Buffer, pieces: Sequence[Piece]) -> Iterator[bytes | memoryview]:
    """The new content in blocks of at most 1 MiB."""
    for piece in pieces:
        start, stop = (0, len(piece)) if isinstance(piece, bytes) else (piece.start, piece.stop)
        data = memoryview(piece) if isinstance(piece, bytes) else source
        for at in range(start, stop, BLOCK):
            end = min(at + BLOCK, stop)
            yield data.view(at, end) if isinstance(data, FileBytes) else data[at:end]


def kept_digest(source: Buffer, spans: Sequence[Span], size: int = KEPT) -> bytes:
    """A digest of the bytes that an edit keeps: the same in the old and in the new file.

    Args:
        size: in bytes, `KEPT` or that of an earlier record's digest.
    """
    digest = new_digest(size)
    for part in parts(source, spans):
        digest.update(part)
    return digest.digest()[:size]


def new_digest(size: int = KEPT) -> "hashlib.blake2b | _Hash":
    """The hash behind a `kept_digest` of that size: BLAKE2b, or SHA-256, of which early records have 16 bytes.

    SHA-256 took 12.8 ms for 5 MB on a processor without instructions for it, half of all that was done for a photo;
    BLAKE2b takes 7.6.
    """
    return hashlib.blake2b(digest_size=size) if size >= KEPT else hashlib.sha256()
