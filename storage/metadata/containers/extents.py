"""From "this points there" to a gap-free row of units, for formats that are held together by offsets.

TIFF and ISO files may point at the same bytes twice, or at none of them; the row of units has neither overlaps nor
holes, so that every byte of a file is accounted for exactly once.
"""

from dataclasses import dataclass

from storage.metadata.containers.base import Unit


@dataclass(frozen=True, slots=True)
class Extent:
    """Bytes that something points at; `kind` as in `Unit`."""

    start: int
    stop: int
    kind: str
    image: bool = False


def gap_free(found: list[Extent], size: int) -> list[Unit]:
    """Units in file order, from 0 to `size`; where extents overlap image data wins, then what starts first."""
    units: list[Unit] = []
    others = sorted((e for e in found if not e.image), key=lambda e: (e.start, e.stop))
    at = i = 0
    for start, stop in [*_merged([e for e in found if e.image]), (size, size)]:
        while i < len(others) and others[i].start < start:
            begin, end = max(at, others[i].start), min(others[i].stop, start)
            if end > begin:
                if begin > at:
                    units.append(Unit("unreferenced", at, begin))
                units.append(Unit(others[i].kind, begin, end))
                at = end
            i += 1
        if start > at:
            units.append(Unit("unreferenced", at, start))
        if stop > start:
            units.append(Unit("image", start, stop, image=True))
        at = stop
    return units


def _merged(found: list[Extent]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for extent in sorted(found, key=lambda e: e.start):
        if merged and extent.start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], extent.stop))
        else:
            merged.append((extent.start, extent.stop))
    return merged
