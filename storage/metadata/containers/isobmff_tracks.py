"""The tracks of an image sequence: where the bytes of their samples are, so that these may move together.

Animated AVIF and bursts in HEIC have their frames as in a film: `moov` lists, for each track, chunks of samples by
absolute offset (`stco`, `co64`), how many samples a chunk has (`stsc`), and how long each is (`stsz`). Where bytes come
in before them, every chunk offset grows by the same number, in the field that holds it. Sources: ISO/IEC 14496-12:2022
(8.7), 23008-12:2022 (7).

Invariants: what has offsets of another kind (fragments, auxiliary information, data in other files) is refused; every
loop is bounded by the table it reads.
"""

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from storage.metadata.containers.base import Buffer, Refused
from storage.metadata.containers.isobmff_boxes import (
    BOX_LIMIT,
    Box,
    Field,
    Heif,
    broken,
    spans,
    tables_of,
    walk,
)

FRAGMENTS = {"moof", "sidx", "mfra", "ssix", "emsg"}
"""Top-level boxes of fragmented films, with offsets of their own."""
_CONTAINERS = {"moov", "trak", "mdia", "minf", "stbl", "dinf", "edts"}
_OTHER_OFFSETS = {"saio", "mvex", "stz2"}
_SAMPLE_LIMIT = 1_000_000


@dataclass(frozen=True, slots=True)
class Chunk:
    """Bytes of a track that lie together, samples or an item: where, and the field that says so (or a part of it)."""

    offset: Field
    start: int
    stop: int


def chunks(source: Buffer, heif: Heif) -> list[Chunk]:
    """Every chunk of every track, in file order of the tables; none in a file without tracks.

    Raises:
        Refused: the tracks are of a kind whose offsets can't follow, or a table contradicts itself.
    """
    if any(box.type in FRAGMENTS for box in heif.top):
        raise _cannot_follow()
    found: list[Chunk] = []
    for moov in (box for box in heif.top if box.type == "moov"):
        for box in walk(source, moov.body, moov.stop):
            if box.type == "trak":
                boxes = dict(_inside(source, box))
                found += _of_track(source, boxes)
                found += _items(source, boxes["meta"]) if "meta" in boxes else ()
            elif box.type == "meta":
                found += _items(source, box)
            elif box.type in _OTHER_OFFSETS:
                raise _cannot_follow()
    for chunk in found:
        if chunk.stop > heif.size:
            raise broken("ends before its data does; it may be cut short", "truncated")
    return found


def _cannot_follow() -> Refused:
    return broken("holds a sequence whose data would have to move", "sequence")


def _inside(source: Buffer, parent: Box) -> Iterator[tuple[str, Box]]:
    """Every box below, by type."""
    for box in walk(source, parent.body, parent.stop):
        if box.type in _OTHER_OFFSETS:
            raise _cannot_follow()
        yield box.type, box
        if box.type in _CONTAINERS:
            yield from _inside(source, box)


def _of_track(source: Buffer, boxes: dict[str, Box]) -> Iterator[Chunk]:
    if not {"stsc", "stsz"} <= boxes.keys() or len({"stco", "co64"} & boxes.keys()) != 1:
        raise broken("has a track without its tables")
    if "dref" in boxes:
        _check_self_contained(source, boxes["dref"])
    wide = "co64" in boxes
    table = boxes["co64" if wide else "stco"]
    offsets = _numbers(source, table, table.body + 8, _count(source, table, table.body + 4), 8 if wide else 4)
    sizes = _sample_sizes(source, boxes["stsz"])
    at = 0
    for field, count in zip(offsets, _samples_per_chunk(source, boxes["stsc"], len(offsets)), strict=True):
        if at + count > len(sizes):
            raise broken("has a track whose tables contradict each other")
        yield Chunk(field, field.value, field.value + sum(sizes[at : at + count]))
        at += count


def _items(source: Buffer, meta: Box) -> Iterator[Chunk]:
    """The items of a track's own table, such as its Exif and its XMP."""
    if not any(box.type == "iloc" for box in walk(source, meta.body + 4, meta.stop)):
        return
    tables = tables_of(source, meta)
    for place in tables.places.values():
        if place.reference or place.method.value & 15 > 1:
            raise _cannot_follow()
        if place.method.value & 15 == 0:
            for (offset, length), (start, stop) in zip(place.extents, spans(tables, place), strict=True):
                if not offset.size or not length.size:
                    raise _cannot_follow()
                yield Chunk(offset, start, stop)


def _check_self_contained(source: Buffer, dref: Box) -> None:
    for entry in walk(source, dref.body + 8, dref.stop):
        if not source[entry.body + 3] & 1:
            raise broken("has a track whose data is in another file", "sequence")


def _count(source: Buffer, box: Box, at: int) -> int:
    if at + 4 > box.stop:
        raise broken("has a track with a table that is cut short")
    return int.from_bytes(source[at : at + 4], "big")


def _numbers(source: Buffer, box: Box, at: int, count: int, size: int) -> list[Field]:
    if at + count * size > box.stop or count > _SAMPLE_LIMIT:
        raise broken("has a track with a table that is cut short")
    raw = bytes(source[at : at + count * size])
    values = struct.unpack(f">{count}{'Q' if size == 8 else 'I'}", raw)
    return [Field(value, at + i * size, size) for i, value in enumerate(values)]


def _sample_sizes(source: Buffer, stsz: Box) -> Sequence[int]:
    same, count = _count(source, stsz, stsz.body + 4), _count(source, stsz, stsz.body + 8)
    if count > _SAMPLE_LIMIT:
        raise broken("has more samples than any real one", "too-complex")
    if same:
        return [same] * count
    return [field.value for field in _numbers(source, stsz, stsz.body + 12, count, 4)]


def _samples_per_chunk(source: Buffer, stsc: Box, total: int) -> list[int]:
    """How many samples each of `total` chunks has: runs of (first chunk, samples per chunk, description)."""
    runs = _count(source, stsc, stsc.body + 4)
    if runs > BOX_LIMIT:
        raise broken("has more boxes than any real one", "too-complex")
    fields = [field.value for field in _numbers(source, stsc, stsc.body + 8, runs * 3, 4)]
    starts = [*fields[0::3], total + 1]
    if total and (not runs or starts[0] != 1 or any(a >= b for a, b in pairwise(starts))):
        raise broken("has a track whose tables contradict each other")
    found = [
        count for (first, following), count in zip(pairwise(starts), fields[1::3], strict=True)
        for _ in range(following - first)
    ]  # fmt: skip
    if len(found) != total:
        raise broken("has a track whose tables contradict each other")
    return found
