"""Small arithmetic shared by the containers: a file as the original with a few places changed.

Invariant: `pieces` keeps every byte of the original that no change covers.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from storage.metadata.containers.base import Buffer, FileBytes, Piece, Refused, Span


@dataclass(frozen=True, slots=True, order=True)
class Change:
    """Bytes start ≤ i < stop of the original become `new`; start == stop inserts."""

    start: int
    stop: int
    new: bytes


def pieces(size: int, changes: Iterable[Change]) -> list[Piece]:
    """The pieces of a file of `size` bytes with the changes applied. Raises ValueError if they overlap."""
    result: list[Piece] = []
    at = 0
    for change in sorted(changes):
        if change.start < at or change.stop > size:
            raise ValueError(f"changes overlap or leave the file at byte {change.start}")
        if change.start > at:
            result.append(Span(at, change.start))
        if change.new:
            result.append(change.new)
        at = change.stop
    if size > at:
        result.append(Span(at, size))
    return result


def joined(source: Buffer, parts: Sequence[Piece]) -> bytes:
    """The new file as one value, for proofs and tests."""
    return b"".join(part if isinstance(part, bytes) else bytes(source[part.start : part.stop]) for part in parts)


def filled(packet: bytes, size: int) -> bytes:
    """`packet` made exactly `size` bytes long by white space, where XMP puts its padding: before the trailer.

    Raises ValueError if it is longer already. Source: XMP specification part 1, 7.3.2 (ISO 16684-1).
    """
    missing = size - len(packet)
    if missing < 0:
        raise ValueError("the packet is longer than the space")
    line = b" " * 99 + b"\n"
    padding = (line * (missing // 100 + 1))[:missing][::-1]
    trailer = packet.rfind(b"<?xpacket end")
    return packet + padding if trailer < 0 else packet[:trailer] + padding + packet[trailer:]


def same(before: Buffer, start: int, stop: int, after: Buffer, at: int) -> bool:
    """Whether before[start:stop] is at `at` in `after`; compared in parts, so a big file needs no copy."""
    if at < 0 or at + stop - start > len(after):
        return False
    for i in range(start, stop, _PART):
        end = min(i + _PART, stop)
        part = before.view(i, end) if isinstance(before, FileBytes) else before[i:end]
        there = at + i - start
        if not (after.holds(part, there) if isinstance(after, FileBytes) else after[there : there + end - i] == part):
            return False
    return True


_PART = 2**20


def unproved(sentence: str) -> Refused:
    """What a proof raises: the new bytes are thrown away and the words go to a sidecar."""
    return Refused("proof", f"The new file did not prove equal to the old one: {sentence}. Nothing was written.")
