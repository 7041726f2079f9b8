"""Ids in portions, each for one statement; a room of its own, because the first screen needs nothing around it."""

from collections.abc import Iterable, Sequence

CHUNK = 500
"""Ids asked for in one statement; SQLite allows 32,766 variables, and short statements keep its cache useful."""


def chunks(ids: Iterable[int]) -> Iterable[Sequence[int]]:
    """Ids in portions for one statement each."""
    listed = list(ids)
    return (listed[i : i + CHUNK] for i in range(0, len(listed), CHUNK))
