"""How long it takes to find what is alike among a million photos: near duplicates by their numbers, copies by digest.

    python -m benchmarks.duplicates_speed [--photos 1000000] [--library /tmp/large.altfolio]

The numbers are made up: most are random, which is the easy case, and a part are as alike as the pictures of real
libraries are, in which night skies and white walls crowd together: bursts of five, each bit of which differs from the
first with a chance of 4 %. Reading the photos, which comes once before, is not in it; `scan_speed` has that. With a
library of `search_speed` the exact copies of that are looked for, too.
"""

import argparse
import resource
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from storage import duplicates
from storage.library import Library
from storage.near_pairs import near_groups

LIMIT_SECONDS = 300
"""“In minutes.”"""

BURST, FLIPPED = 5, 0.04


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photos", type=int, default=1_000_000)
    parser.add_argument("--library", type=Path, help="one of search_speed")
    arguments = parser.parse_args()
    print(f"{'what':48} {'seconds':>8} {'of limit':>9} {'groups':>9} {'peak MiB':>9}")
    for share in (0.0, 0.3):
        numbers, checks = _made_up(arguments.photos, share)
        started = time.perf_counter()
        group = near_groups(numbers, checks, bits=duplicates.NEAR, check_bits=duplicates.NEAR_STEPS)
        _row(f"{arguments.photos:,} photos, {share:.0%} in bursts", started, len(np.unique(group)))
    if arguments.library:
        with Library(arguments.library) as library, library.read() as connection:
            started = time.perf_counter()
            found = duplicates.exact_copies(connection)
            _row(f"exact copies in {arguments.library.name}", started, len(found))


def _made_up(photos: int, share: float) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """Numbers of pictures, the same ones every time."""
    random = np.random.default_rng(1)
    both = random.integers(0, 2**64, (2, photos), dtype=np.uint64)
    bursts = int(photos * share) // BURST
    for number in both:
        for nth in range(1, BURST):
            flips = np.packbits(random.random((bursts, 64)) < FLIPPED, axis=1).view(np.uint64).ravel()
            number[nth * bursts : (nth + 1) * bursts] = number[:bursts] ^ flips
    return both[0], both[1]


def _row(what: str, started: float, groups: int) -> None:
    seconds = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{what:48} {seconds:8.1f} {seconds / LIMIT_SECONDS:9.2f} {groups:9,} {peak:9.0f}", flush=True)


if __name__ == "__main__":
    main()
