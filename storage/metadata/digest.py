"""A fingerprint of a photo's image data, which metadata edits don't change: it tells a moved photo from a new one.

Cheap on purpose: the length of the image data, and 16 KiB at its start and at its end. Two different photos that
agree in all of that don't come about by accident: compressed data differs from its first bytes on. (64 KiB at each end
took half of the time that reading a photo's head takes; 16 KiB a seventh.)

Invariants: the same before and after any write of ours; never an error for a file that can be read.
"""

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from storage.job import KnownError
from storage.metadata.containers import CONTAINERS, READ_ONLY
from storage.metadata.containers.base import Buffer, FileBytes
from storage.metadata.containers.jpeg import segments
from storage.metadata.containers.png import chunks as png_chunks
from storage.metadata.sniff import sniff
from storage.photo_source import PhotoSource, open_source

SIZE: Final = 16
"""Bytes of a digest: among a million photos two would agree by chance once in 10^26 libraries."""
PART: Final = 16 * 1024
"""Bytes at each end of the image data. With another value every photo would look changed to a library."""


def image_digest(path: Path) -> bytes:
    """The digest of a photo's image data, 16 bytes of BLAKE2b.

    Raises:
        KnownError: the photo can't be opened or read.
    """
    with open_source(path) as source:
        return image_digest_from(source)


def image_digest_from(source: PhotoSource) -> bytes:
    """As `image_digest`, of a photo that is open already. Raises KnownError or OSError."""
    data = FileBytes(source.size, source.read, source.head)
    try:
        spans = _spans(sniff(source.head), data)
    except KnownError:
        spans = []
    return _digest(data, spans or [(0, source.size)])


def _spans(kind: str, data: Buffer) -> list[tuple[int, int]]:
    """Where the image data is; nothing where that can't be known."""
    if kind == "JPEG":  # from SOS to the end of the file: an edit keeps what is behind the picture too
        _, at = segments(data, lenient=True)
        return [] if at is None else [(at, len(data))]
    if kind == "PNG":
        return [(unit.start, unit.stop) for unit in png_chunks(data, lenient=True) if unit.image]
    container = CONTAINERS.get(kind) or READ_ONLY.get(kind)
    return [(unit.start, unit.stop) for unit in container.units(data) if unit.image] if container else []


def _digest(data: Buffer, spans: Sequence[tuple[int, int]]) -> bytes:
    total = sum(stop - start for start, stop in spans)
    digest = hashlib.blake2b(total.to_bytes(8, "little"), digest_size=SIZE)
    for start, stop in (*_first(spans), *_last(spans)):
        digest.update(bytes(data[start:stop]))
    return digest.digest()


def _first(spans: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The first `PART` bytes of the spans."""
    left = PART
    for start, stop in spans:
        if left > 0:
            yield start, min(stop, start + left)
        left -= stop - start


def _last(spans: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The last `PART` bytes of the spans, from the end."""
    left = PART
    for start, stop in reversed(spans):
        if left > 0:
            yield max(start, stop - left), stop
        left -= stop - start
