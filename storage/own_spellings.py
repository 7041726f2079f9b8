"""Words that a person told the spell check to accept; kept in the library, for all languages."""

import json
from typing import TYPE_CHECKING

from storage.library import Library

if TYPE_CHECKING:
    from sqlalchemy import Connection

_KEY = "own_spellings"


def load(connection: "Connection") -> frozenset[str]:
    """The words."""
    kept = connection.exec_driver_sql("SELECT value FROM setting WHERE key = ?", (_KEY,)).scalar()
    return frozenset(json.loads(kept)) if kept else frozenset()


def add(library: Library, word: str) -> None:
    """Accept a word from now on."""
    with library.write() as block:
        words = sorted(load(block.connection) | {word})
        block.connection.exec_driver_sql(
            "INSERT OR REPLACE INTO setting (key, value) VALUES (?, ?)", (_KEY, json.dumps(words, ensure_ascii=False))
        )
        block.settings_changed()
