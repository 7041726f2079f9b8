"""The index of further images in a JPEG: second views, previews, gain maps.

Offsets count from the index's own header (its byte-order mark); 0 means the first image. Source: CIPA DC-007,
multi-picture format, 5.2.3.
"""

import struct
from collections.abc import Sequence
from typing import Final

from storage.metadata.containers.base import Buffer, Unit, unpack
from storage.metadata.containers.patches import Change

MPF_SIGN: Final = b"MPF\0"
_ENTRIES_TAG: Final = 0xB002
_ENTRY_SIZE: Final = 16
_MOST_IMAGES: Final = 1000


def _offsets(source: Buffer, unit: Unit) -> tuple[str, int, list[tuple[int, int]]]:
    """Byte order, the base, and of each further image where its offset is and which; nothing for a broken index."""
    raw = bytes(source[unit.start : unit.stop])
    base = unit.start + raw.index(MPF_SIGN) + 4
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(bytes(source[base : base + 4]))
    if order is None:
        return "<", base, []
    found = []
    try:
        at = base + unpack(order + "I", source, base + 4)[0]
        for i in range(unpack(order + "H", source, at)[0]):
            tag, _, count, value = unpack(order + "HHII", source, at + 2 + 12 * i)
            if tag == _ENTRIES_TAG and count // _ENTRY_SIZE <= _MOST_IMAGES:
                for number in range(count // _ENTRY_SIZE):
                    where = base + value + _ENTRY_SIZE * number + 8
                    offset = unpack(order + "I", source, where)[0]
                    if offset and unit.start < where and where + 4 <= unit.stop:
                        found.append((where, offset))
    except struct.error:
        return order, base, []
    return order, base, found


def image_starts(source: Buffer, unit: Unit) -> list[int]:
    """Where the further images begin, from the start of the file; images outside of it are left out."""
    _, base, found = _offsets(source, unit)
    return [base + offset for _, offset in found if base + offset < len(source)]


def moved_offsets(source: Buffer, unit: Unit, changes: Sequence[Change]) -> list[Change]:
    """The changes to the index that make it point at the same images after `changes`."""
    order, base, found = _offsets(source, unit)
    moved = []
    for where, offset in found:
        if base + offset >= len(source):
            continue
        new = offset + _shift(base + offset, changes) - _shift(base, changes)
        if new != offset and 0 < new < 2**32:
            moved.append(Change(where, where + 4, struct.pack(order + "I", new)))
    return moved


def _shift(at: int, changes: Sequence[Change]) -> int:
    return sum(len(change.new) - (change.stop - change.start) for change in changes if change.start < at)
