"""Finding photos: the ids of a question, all of them or a page, in one of several orders.

The usual order, newest taken first, is the order of the search index: its first page costs the same for a rare and for
a common question. The other orders look at every photo found.
"""

from array import array
from collections.abc import Iterator
from dataclasses import replace
from enum import Enum
from itertools import chain
from typing import TYPE_CHECKING, Any

from storage.library import Peek
from storage.schema import PhotoState
from storage.search.index import ID_MASK
from storage.search.parser import parse
from storage.search.plan import ALL, Plan, source
from storage.search.sql import plan
from storage.search.tree import Query

if TYPE_CHECKING:
    from sqlalchemy import Connection


class Order(Enum):
    """How found photos are sorted; photos that are equal are sorted by their id.

    Attributes:
        TAKEN: newest taken first, photos without a date last.
        NAME: file name, without regard to the case of ASCII letters.
        CERTAINTY: the least certain tag, least certain first, photos without one last.
        CHANGED: the newest change of the photo's file or words first.
        QUEUE: what a reviewer decides fastest: drafts first, those whose least certain tag is most certain before all
            others; then other photos that wait for a person, then those that are decided.
        FOLDER: folder, then file name, as bytes.
    """

    TAKEN = "taken"
    NAME = "name"
    CERTAINTY = "certainty"
    CHANGED = "changed"
    QUEUE = "queue"
    FOLDER = "folder"


_ORDERS = {
    Order.TAKEN: "p.place DESC",
    Order.NAME: "lower(CAST(p.file AS TEXT)), p.id",
    Order.CERTAINTY: "p.certainty IS NULL, p.certainty, p.id",
    Order.CHANGED: "p.changed DESC, p.id",
    Order.QUEUE: f"CASE p.state WHEN {int(PhotoState.DRAFT)} THEN 0 WHEN {int(PhotoState.STALE)} THEN 1 "
    f"WHEN {int(PhotoState.NONE)} THEN 2 ELSE 3 END, p.certainty IS NULL, p.certainty DESC, p.id",
    Order.FOLDER: "(SELECT path FROM folder f WHERE f.id = p.folder_id), p.file, p.id",
}


def find(
    connection: "Connection | Peek", query: str | Query, *, order: Order = Order.TAKEN, typing: bool = False
) -> "array[int]":
    """The photos a question finds; photos that are missing from disk are left out.

    Args:
        query: what was typed, or its tree.
        typing: the end of the question is being typed; what is unfinished there is no error.

    Returns:
        ids in order, type code "q".

    Raises:
        QueryError: the question can't be understood.
    """
    return find_page(connection, query, offset=0, limit=-1, order=order, typing=typing)


def find_page(
    connection: "Connection | Peek",
    query: str | Query,
    *,
    offset: int = 0,
    limit: int = 200,
    order: Order = Order.TAKEN,
    typing: bool = False,
) -> "array[int]":
    """A part of what `find` returns.

    Args:
        offset: photos left out at the beginning.
        limit: most photos returned, -1 for all.
    """
    found = plan(connection, _tree(query, typing=typing))
    sql, values = _statement(found, order)
    # Straight into the array: a list of a million numbers would be copied and freed while no other thread can run.
    ids = array("q")
    ids.extend(_column(connection, f"{sql} LIMIT ? OFFSET ?", (*values, limit, offset)))
    return ids


def count(connection: "Connection | Peek", query: str | Query, *, typing: bool = False) -> int:
    """How many photos a question finds.

    Raises:
        QueryError: the question can't be understood.
    """
    return count_of(connection, plan(connection, _tree(query, typing=typing)))


def count_of(connection: "Connection | Peek", found: Plan) -> int:
    """How many photos a plan finds."""
    rows, values = source(found)
    return int(next(_column(connection, f"SELECT count(*) {rows}", values)))


def facts_of(connection: "Connection | Peek", found: Plan, step: int = 1) -> Iterator[str]:
    """The facts of the photos a plan finds, those of every `step`th id only."""
    if found.match is None:
        found = replace(found, match=f"({ALL})")
    rows, values = source(found)
    return _column(connection, f"SELECT facts {rows} AND (photo_words.rowid & {ID_MASK}) % ? = 0", (*values, step))


def _statement(found: Plan, order: Order) -> tuple[str, tuple[Any, ...]]:
    rows, values = source(found, with_photo=order is not Order.TAKEN)
    if order is Order.TAKEN:
        place = "p.place" if found.match is None else "photo_words.rowid"
        return f"SELECT {ID_MASK} - ({place} & {ID_MASK}) {rows} ORDER BY {place} DESC", values
    return f"SELECT p.id {rows} ORDER BY {_ORDERS[order]}", values


def _tree(query: str | Query, *, typing: bool) -> Query:
    return parse(query, typing=typing) if isinstance(query, str) else query


def _column(connection: "Connection | Peek", sql: str, values: tuple[Any, ...]) -> Iterator[Any]:
    """The only column of an answer, read from the driver itself: a million rows in a third of the time."""
    driver: Any = connection.driver if isinstance(connection, Peek) else connection.connection.driver_connection
    return chain.from_iterable(driver.execute(sql, values))
