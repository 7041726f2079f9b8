"""Which of a million 64-bit numbers differ in few bits: without comparing each with each.

Two numbers that differ in at most 7 bits differ in at most one bit in one of their four quarters (pigeonhole; Norouzi,
Punjani, Fleet, "Fast Exact Search in Hamming Space with Multi-Index Hashing", 2014). So only numbers that share a
quarter, or all but one bit of it, are compared: of a million, some thousand each.

Invariant: the answer is exact: the same as comparing each with each.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    Bits: TypeAlias = NDArray[np.uint64]
    Places: TypeAlias = NDArray[np.int64]

MOST_BITS = 7
"""Most bits in which two numbers of a pair may differ: four quarters with one bit each, and three more."""

_BATCH = 2_000_000
"""Comparisons made at once: 16 MB for each of some temporary arrays, which stays in reach of the processor's cache."""


def near_groups(numbers: "Bits", checks: "Bits", *, bits: int, check_bits: int) -> "Places":
    """Which numbers belong together: chains of pairs that differ in at most `bits` bits, and in their checks too.

    Args:
        numbers, checks: one of each for every picture, the same length.
        bits: 0..`MOST_BITS`.
        check_bits: 0..64.

    Returns:
        for each picture the place of the first picture of its group; its own where it is alone.
    """
    if not 0 <= bits <= MOST_BITS:
        raise ValueError(f"bits must be 0 to {MOST_BITS}, not {bits}")
    group = np.arange(len(numbers), dtype=np.int64)
    for left, right in _candidates(numbers):
        group = _joined(group, left, right, numbers, checks, bits, check_bits)
    return group


def _joined(
    group: "Places", left: "Places", right: "Places", numbers: "Bits", checks: "Bits", bits: int, check_bits: int
) -> "Places":
    """The groups after these candidates are compared."""
    near = np.bitwise_count(numbers[left] ^ numbers[right]) <= bits
    left, right = left[near], right[near]
    near = np.bitwise_count(checks[left] ^ checks[right]) <= check_bits
    left, right = left[near], right[near]
    while True:
        apart = group[left] != group[right]
        left, right = left[apart], right[apart]
        if not len(left):
            return group
        ours, theirs = group[left], group[right]
        # Every root takes the smallest root it meets; chains are then followed to their end.
        np.minimum.at(group, np.maximum(ours, theirs), np.minimum(ours, theirs))
        while not np.array_equal(group, group[group]):
            group = group[group]


def _candidates(numbers: "Bits") -> "Iterator[tuple[Places, Places]]":
    """Pairs of places whose numbers agree in a quarter but for one bit at most, in batches."""
    for quarter in range(4):
        keys = ((numbers >> np.uint64(16 * quarter)) & np.uint64(0xFFFF)).astype(np.int64)
        order = np.argsort(keys, kind="stable")
        ordered = keys[order]
        begin = np.searchsorted(ordered, np.arange(65_537))
        place = np.arange(len(order), dtype=np.int64)
        yield from _batches(order, place, place + 1, begin[ordered + 1])
        for bit in range(16):
            lower = place[(ordered & (1 << bit)) == 0]  # each pair once
            other = ordered[lower] | (1 << bit)
            yield from _batches(order, lower, begin[other], begin[other + 1])


def _batches(order: "Places", left: "Places", first: "Places", last: "Places") -> "Iterator[tuple[Places, Places]]":
    """Each of `left` with all places from `first` to before `last`; a long range is cut."""
    counts = np.maximum(last - first, 0)
    some = counts > 0
    left, first, counts = left[some], first[some], counts[some]
    ends = np.cumsum(counts)
    start = 0
    total = int(ends[-1]) if len(ends) else 0
    while start < total:
        stop = min(start + _BATCH, total)
        pair = np.arange(start, stop, dtype=np.int64)
        row = np.searchsorted(ends, pair, side="right")
        within = pair - (ends[row] - counts[row])
        yield order[left[row]], order[first[row] + within]
        start = stop
