"""How the photos of a question are found: what the index is asked, and what is then asked of each photo."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from storage.search.index import ID_MASK

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from storage.library import Peek

ALL = " OR ".join(f'"#s{state}"' for state in range(5))
"""Every search row has exactly one state: this is all photos."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How to find the photos of a question.

    Attributes:
        match: FTS5 expression that all of them match, or None for all photos.
        low, high: places between which all of them are, both included; None is open.
        where: further SQL conditions on `p`, all to hold.
        values: of `where`.
    """

    match: str | None
    low: int | None
    high: int | None
    where: str
    values: tuple[Any, ...]


def source(found: Plan, *, with_photo: bool = False) -> tuple[str, tuple[Any, ...]]:
    """FROM and WHERE of a plan, with the bound values.

    Args:
        with_photo: the photo's row is needed as `p`; else it is there only where the plan itself needs it.
    """
    if found.match is None:
        parts = ["p.place IS NOT NULL"]
        place, rows = "p.place", "FROM photo p"
    else:
        parts = ["photo_words MATCH ?"]
        place, rows = "photo_words.rowid", "FROM photo_words"
        if found.where or with_photo:
            rows += f" CROSS JOIN photo p ON p.id = {ID_MASK} - (photo_words.rowid & {ID_MASK})"
    values: list[Any] = [] if found.match is None else [found.match]
    for sign, limit in ((">=", found.low), ("<=", found.high)):
        if limit is not None:
            parts.append(f"{place} {sign} ?")
            values.append(limit)
    if found.where:
        parts.append(found.where)
    return f"{rows} WHERE {' AND '.join(parts)}", (*values, *found.values)


def is_some(connection: "Connection | Peek", sql: str, values: tuple[Any, ...]) -> bool:
    """Whether there is any row that answers."""
    return next(iter(connection.exec_driver_sql(sql, values)), None) is not None
