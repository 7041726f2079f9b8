"""The hierarchy of keywords that people bring from other programs, kept beside the vocabulary's own tree.

"Rosa" below "Trips" below "2024" is nothing a vocabulary knows, but a search for "trips" should find it. What was
brought is kept as it was said, because a new vocabulary makes the whole tree anew and this is put back into it.

Invariant: a keyword never comes to stand above and below the same other: a line that would do so is left out.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from storage import concepts
from storage.library import Library
from storage.spelling import spelled
from storage.words import chunks

SETTING = "keyword_tree"


@dataclass(frozen=True, slots=True)
class KeywordRow:
    """One keyword of a list.

    Attributes:
        path: the keywords above it, topmost first, and itself.
        synonyms: other words for it.
    """

    path: tuple[str, ...]
    synonyms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class KeywordsPlaced:
    """What became of a list.

    Attributes:
        keywords: how many there are in it.
        left_out: pairs (keyword, the one above) that contradict what is known.
    """

    keywords: int
    left_out: tuple[tuple[str, str], ...]


def read_keyword_list(content: str) -> list[KeywordRow]:
    """The keywords of a text file as Lightroom Classic exports them, or of paths such as digiKam's and exiftool's.

    Lightroom: one keyword a line, one tab for each level, synonyms in curly brackets a level deeper, keywords that it
    leaves out of exported photos in square brackets. Paths: "Animals|Dog" or, in a list without tabs, "Animals/Dog".
    """
    lines = [line.rstrip() for line in content.removeprefix("\ufeff").splitlines() if line.strip()]
    slashes = not any(line.startswith("\t") for line in lines)
    found: dict[tuple[str, ...], list[str]] = {}
    path: list[str] = []
    for line in lines:
        depth = len(line) - len(line.lstrip("\t"))
        word = " ".join(line.split())
        if word.startswith("{") and word.endswith("}"):
            if path and word[1:-1].strip():
                found[tuple(path)].append(word[1:-1].strip())
            continue
        parts = [_bare(part) for part in (word.split("|") if "|" in word else word.split("/") if slashes else [word])]
        parts = [part for part in parts if spelled(part)]
        if parts:
            path = [*path[:depth], *parts]
            for length in range(1, len(path) + 1):
                found.setdefault(tuple(path[:length]), [])
    return [KeywordRow(path, tuple(dict.fromkeys(synonyms))) for path, synonyms in found.items()]


def _bare(word: str) -> str:
    word = word.strip()
    return word[1:-1].strip() if word.startswith("[") and word.endswith("]") else word


def import_keywords(library: Library, rows: Sequence[KeywordRow]) -> KeywordsPlaced:
    """Take a list into the library, whole or not at all; a list that was taken before is added to.

    Raises:
        KnownError: the library can't be written.
    """
    with library.write() as block:
        known = dict.fromkeys(_kept(block.connection))
        known.update(dict.fromkeys(rows))
        value = json.dumps([[list(row.path), list(row.synonyms)] for row in known], ensure_ascii=False)
        block.connection.exec_driver_sql("INSERT OR REPLACE INTO setting (key, value) VALUES (?, ?)", (SETTING, value))
        left_out = place(block.connection)
        block.touch(_photos_of(block.connection, rows))
        block.settings_changed()
    return KeywordsPlaced(len(rows), tuple(left_out))


def place(connection: Connection) -> list[tuple[str, str]]:
    """Put the hierarchy that is kept into the tree; called again whenever the vocabulary made the tree anew.

    Search rows are the caller's.

    Returns:
        pairs (keyword, the one above) that were left out, because the tree has them the other way round.
    """
    left_out = []
    for row in _kept(connection):
        child = concepts.for_keyword(connection, row.path[-1])
        for word in row.synonyms:
            if spelled(word):
                connection.exec_driver_sql(
                    "INSERT INTO concept_word (word, concept_id, own) VALUES (?, ?, 0) ON CONFLICT DO NOTHING",
                    (spelled(word), child),
                )
        if len(row.path) > 1:
            parent = concepts.for_keyword(connection, row.path[-2])
            if child == parent or _is_above(connection, child, parent):
                left_out.append((row.path[-1], row.path[-2]))
            else:
                connection.exec_driver_sql(_BELOW, {"child": child, "parent": parent})
    return left_out


_BELOW = """
INSERT OR IGNORE INTO concept_above (concept_id, above_id)
SELECT low.id, high.id FROM
(SELECT :child AS id UNION SELECT concept_id FROM concept_above WHERE above_id = :child) low,
(SELECT :parent AS id UNION SELECT above_id FROM concept_above WHERE concept_id = :parent) high
"""
"""All at or below the one come below all at or above the other."""


def _is_above(connection: Connection, high: int, low: int) -> bool:
    return (
        connection.exec_driver_sql(
            "SELECT 1 FROM concept_above WHERE above_id = ? AND concept_id = ?", (high, low)
        ).first()
        is not None
    )


def _kept(connection: Connection) -> Iterator[KeywordRow]:
    value = connection.exec_driver_sql("SELECT value FROM setting WHERE key = ?", (SETTING,)).scalar()
    for path, synonyms in json.loads(value) if value else ():
        yield KeywordRow(tuple(path), tuple(synonyms))


def _photos_of(connection: Connection, rows: Sequence[KeywordRow]) -> list[int]:
    """Photos with a tag at or below one of these keywords: their search rows name what is above."""
    found: set[int] = set()
    for chunk in chunks({concepts.for_keyword(connection, row.path[-1]) for row in rows}):
        ids = ",".join(map(str, chunk))
        found.update(
            connection.exec_driver_sql(
                f"SELECT photo_id FROM tag WHERE concept_id IN ({ids}) OR concept_id IN "
                f"(SELECT concept_id FROM concept_above WHERE above_id IN ({ids}))"
            ).scalars()
        )
    return sorted(found)
