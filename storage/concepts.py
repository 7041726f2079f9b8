"""The concepts of a library: the vocabulary's tree as far as search needs it, and the keywords of people.

The vocabulary lives with the models, which storage does not know; whoever tags hands over a `ConceptRow` for each
concept, with its place in the tree and its words. A keyword that a person or a file uses is a concept too: the
vocabulary's where a word of it is the same, else one of its own.
"""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from storage.spelling import fold, spelled

if TYPE_CHECKING:
    from sqlalchemy import Connection

KEYWORD = "keyword"
"""Kind of a concept that only people use; its key is "keyword:" and the folded word."""


@dataclass(frozen=True, slots=True)
class ConceptRow:
    """One concept of a vocabulary.

    Attributes:
        key: its stable name.
        name: what people see.
        kind: "person", "animal", "food", ….
        above: keys of all concepts above it.
        words: what a search finds it by: names, plurals, synonyms, in any language.
        path: the keyword path that the user's own words give it, outermost first, the name last; empty for none.
    """

    key: str
    name: str
    kind: str
    above: Sequence[str]
    words: Sequence[str]
    path: Sequence[str] = ()


def install(connection: "Connection", concepts: Sequence[ConceptRow], version: str) -> bool:
    """Bring the library's tree in step with a vocabulary; tags keep their concept.

    Args:
        concepts: the whole vocabulary.
        version: its fingerprint; nothing is done where the library has this version already.

    Returns:
        True where something was written.
    """
    if installed(connection) == version:
        return False
    connection.exec_driver_sql(
        "INSERT INTO concept (key, name, kind) VALUES (?, ?, ?) "
        "ON CONFLICT (key) DO UPDATE SET name = excluded.name, kind = excluded.kind",
        [(c.key, c.name, c.kind) for c in concepts],
    )
    ids = ids_by_key(connection)
    before = _above(connection)
    connection.exec_driver_sql("DELETE FROM concept_above")
    connection.exec_driver_sql(
        f"DELETE FROM concept_word WHERE concept_id IN (SELECT id FROM concept WHERE kind != '{KEYWORD}')"
    )
    connection.exec_driver_sql(
        "INSERT OR IGNORE INTO concept_above (concept_id, above_id) VALUES (?, ?)",
        [(ids[c.key], ids[above]) for c in concepts for above in (*c.above, c.key)],
    )
    names = {(spelled(word), ids[c.key], 1) for c in concepts for word in (c.name, c.key) if spelled(word)}
    words = {(spelled(word), ids[c.key], 0) for c in concepts for word in c.words if spelled(word)}
    connection.exec_driver_sql(
        "INSERT OR IGNORE INTO concept_word (word, concept_id, own) VALUES (?, ?, ?)", [*sorted(names), *sorted(words)]
    )
    connection.exec_driver_sql(_PLACE_KEYWORDS)
    from storage import keyword_tree  # which itself needs this room

    moved = keyword_tree.set_own_paths(connection, [(ids[c.key], c.path) for c in concepts if len(c.path) > 1])
    keyword_tree.place(connection)
    after = _above(connection)
    changed = {c for c in before.keys() | after.keys() if before.get(c) != after.get(c)}
    _refresh_photos_of(connection, sorted(changed.union(moved)))
    connection.exec_driver_sql(
        "INSERT OR REPLACE INTO setting (key, value) VALUES ('vocabulary', ?)", (json.dumps(version),)
    )
    return True


_PLACE_KEYWORDS = f"""
INSERT OR IGNORE INTO concept_above (concept_id, above_id)
SELECT k.id, a.above_id FROM concept k
JOIN concept_word own ON own.concept_id = k.id
JOIN concept_word same ON same.word = own.word AND same.concept_id != k.id
JOIN concept c ON c.id = same.concept_id AND c.kind != '{KEYWORD}'
JOIN concept_above a ON a.concept_id = c.id
WHERE k.kind = '{KEYWORD}'
"""
"""A keyword of people that is a word for a concept stands below it: "puppy" in a file is found by "dog"."""


def _above(connection: "Connection") -> dict[int, set[int]]:
    """The ids above every concept."""
    found: dict[int, set[int]] = {}
    for concept, above in connection.exec_driver_sql("SELECT concept_id, above_id FROM concept_above"):
        found.setdefault(concept, set()).add(above)
    return found


def _refresh_photos_of(connection: "Connection", concepts: Sequence[int]) -> None:
    """Bring photos with these tags up to date: their search rows name what is above, their files the path."""
    from storage.refresh import refresh

    ids = ",".join(str(int(c)) for c in concepts)
    photos = connection.exec_driver_sql(f"SELECT DISTINCT photo_id FROM tag WHERE concept_id IN ({ids})").all()
    refresh(connection, [int(photo) for (photo,) in photos])


def installed(connection: "Connection") -> str | None:
    """The fingerprint of the vocabulary this library has, or None before the first."""
    value = connection.exec_driver_sql("SELECT value FROM setting WHERE key = 'vocabulary'").scalar()
    return None if value is None else str(json.loads(value))


def ids_by_key(connection: "Connection") -> dict[str, int]:
    """The id of every concept by its key."""
    rows = connection.exec_driver_sql("SELECT key, id FROM concept")
    return {str(key): int(number) for key, number in rows}


def for_keyword(connection: "Connection", keyword: str) -> int:
    """The concept for a keyword of a person or a file; made where there is none.

    A vocabulary concept answers when the keyword is its own name, so that "Dog" in a file and "dog" from a model are
    one tag; a mere synonym does not, because the words of people are kept as they wrote them.
    """
    folded = fold(keyword)
    found = connection.exec_driver_sql(
        "SELECT c.id, c.name FROM concept_word w JOIN concept c ON c.id = w.concept_id WHERE w.word = ?",
        (spelled(keyword),),
    ).all()
    for number, name in found:
        if fold(name) == folded:
            return int(number)
    connection.exec_driver_sql(
        "INSERT INTO concept (key, name, kind) VALUES (?, ?, ?) ON CONFLICT (key) DO NOTHING",
        (f"keyword:{folded}", " ".join(keyword.split()), KEYWORD),
    )
    number = connection.exec_driver_sql("SELECT id FROM concept WHERE key = ?", (f"keyword:{folded}",)).scalar_one()
    if spelled(keyword):
        connection.exec_driver_sql(
            "INSERT OR IGNORE INTO concept_word (word, concept_id, own) VALUES (?, ?, 1)", (spelled(keyword), number)
        )
        connection.exec_driver_sql(f"{_PLACE_KEYWORDS} AND k.id = ?", (number,))
    return int(number)


def names_by_word(connection: "Connection", words: Collection[str]) -> dict[str, frozenset[str]]:
    """Today's names of the vocabulary's concepts that each of these words, in any language, is a word for.

    Args:
        words: of a few photos.
    """
    found: dict[str, frozenset[str]] = {}
    for word in words:
        rows = connection.exec_driver_sql(
            "SELECT c.name FROM concept_word w JOIN concept c ON c.id = w.concept_id "
            f"WHERE w.word = ? AND c.kind != '{KEYWORD}'",
            (spelled(word),),
        )
        found[word] = frozenset(rows.scalars())
    return found


@dataclass(frozen=True, slots=True)
class ConceptCount:
    """One concept that photos have, with the number of photos below it in the tree."""

    id: int
    key: str
    name: str
    kind: str
    photos: int


def counts(connection: "Connection") -> list[ConceptCount]:
    """Every concept that some photo has (itself or through one below it), most photos first.

    Each photo counts for every concept above its tags.
    """
    return [
        ConceptCount(*row)
        for row in connection.exec_driver_sql(
            "SELECT c.id, c.key, c.name, c.kind, v.photos FROM fact_count v "
            "JOIN concept c ON c.id = CAST(substr(v.fact, 3) AS INTEGER) "
            "WHERE v.fact >= '#c' AND v.fact < '#d' AND v.photos > 0 ORDER BY v.photos DESC, c.name"
        )
    ]


def complete(connection: "Connection", start: str, limit: int = 12) -> list[str]:
    """Names of concepts in use that begin with (or have a word beginning with) `start`, for completion."""
    folded = spelled(start)
    if not folded:
        return []
    return [
        name
        for (name,) in connection.exec_driver_sql(
            "SELECT DISTINCT c.name FROM concept_word w JOIN concept c ON c.id = w.concept_id "
            "WHERE (w.word LIKE ? OR w.word LIKE ?) AND EXISTS "
            "(SELECT 1 FROM concept_above a JOIN tag t ON t.concept_id = a.concept_id "
            "WHERE a.above_id = c.id AND t.state < 2) ORDER BY length(c.name), c.name LIMIT ?",
            (f"{folded}%", f"% {folded}%", limit),
        )
    ]
