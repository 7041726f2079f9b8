"""Searches that a person gave a name, kept in the library's settings.

Invariants: names are unique without regard to case and accents; a saved question could be understood when it was saved.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from storage.job import KnownError
from storage.library import Library, Write
from storage.search.parser import parse
from storage.spelling import fold

if TYPE_CHECKING:
    from sqlalchemy import Connection

_KEY = "search.saved"


@dataclass(frozen=True, slots=True)
class SavedSearch:
    """A question with a name."""

    name: str
    query: str


def load(connection: "Connection") -> tuple[SavedSearch, ...]:
    """All saved searches in the order they were saved."""
    value = connection.exec_driver_sql("SELECT value FROM setting WHERE key = ?", (_KEY,)).scalar()
    return tuple(SavedSearch(name, query) for name, query in json.loads(value)) if value else ()


def save(library: Library, name: str, query: str) -> tuple[SavedSearch, ...]:
    """Keep a question under a name; a search of the same name is replaced in its place.

    Returns:
        all saved searches.

    Raises:
        KnownError: the name is empty.
        QueryError: the question can't be understood.
    """
    name, query = " ".join(name.split()), query.strip()
    if not name:
        raise KnownError("A saved search needs a name.")
    parse(query)
    with library.write() as block:
        known = {fold(one.name): one for one in load(block.connection)}
        known[fold(name)] = SavedSearch(name, query)
        return _store(block, tuple(known.values()))


def delete(library: Library, name: str) -> tuple[SavedSearch, ...]:
    """Forget a saved search; one that isn't there is no error.

    Returns:
        those that are left.
    """
    with library.write() as block:
        return _store(block, tuple(one for one in load(block.connection) if fold(one.name) != fold(name)))


def arrange(library: Library, searches: Sequence[SavedSearch]) -> tuple[SavedSearch, ...]:
    """Keep these searches, in this order, in the place of all others: to rename, sort and delete them.

    Returns:
        all saved searches.

    Raises:
        KnownError: a name is empty or there twice; nothing is changed.
        QueryError: a question can't be understood; nothing is changed.
    """
    kept: dict[str, SavedSearch] = {}
    for one in searches:
        name, query = " ".join(one.name.split()), one.query.strip()
        if not name:
            raise KnownError("A saved search needs a name.")
        if fold(name) in kept:
            raise KnownError(f"Two searches are called “{name}”. Give one of them another name.")
        parse(query)
        kept[fold(name)] = SavedSearch(name, query)
    with library.write() as block:
        return _store(block, tuple(kept.values()))


def _store(block: Write, searches: tuple[SavedSearch, ...]) -> tuple[SavedSearch, ...]:
    block.connection.exec_driver_sql(
        "INSERT OR REPLACE INTO setting (key, value) VALUES (?, ?)",
        (_KEY, json.dumps([[one.name, one.query] for one in searches], ensure_ascii=False)),
    )
    block.settings_changed()
    return searches
