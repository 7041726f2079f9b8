"""Proof by units, shared by the formats that are a plain row of parts: all but the packet's part is the same."""

from collections.abc import Collection, Sequence

from storage.metadata.containers.base import Buffer, Refused, Unit
from storage.metadata.containers.patches import same, unproved


def prove_units(
    before: Buffer, old: Sequence[Unit], after: Buffer, new: Sequence[Unit], changing: Collection[str]
) -> None:
    """Every unit whose kind is not in `changing` has the same bytes in the same order. Raises Refused ("proof")."""
    kept, found = (_kept(units, changing) for units in (old, new))
    if [unit.kind for unit in kept] != [unit.kind for unit in found]:
        raise unproved("its parts are others")
    for mine, theirs in zip(kept, found, strict=True):
        length = mine.stop - mine.start
        if theirs.stop - theirs.start != length or not same(before, mine.start, mine.stop, after, theirs.start):
            raise unproved(f"its part {mine.kind} has changed")


def _kept(units: Sequence[Unit], changing: Collection[str]) -> list[Unit]:
    return [unit for unit in units if unit.kind not in changing]


def refused(name: str, cause: str, sentence: str) -> Refused:
    """A refusal; `sentence` is the second half of "This JPEG file …"."""
    return Refused(cause, f"This {name} file {sentence}, so it is left as it is.")
