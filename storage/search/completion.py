"""What can stand at the cursor of a question: concepts, fields and their values, with how many photos they find.

Only what photos have is offered, so that no completion leads to an empty page.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from storage.search.counts import of_kind
from storage.search.errors import QueryError
from storage.search.fields import FIELDS, FieldRule
from storage.search.finding import count, facts_of
from storage.search.index import folder_fact
from storage.search.narrowing import camera_named, quoted_value, shown_folder
from storage.search.parser import rule_named
from storage.search.plan import ALL
from storage.search.sql import plan
from storage.search.tokenizer import Token, tokenize
from storage.search.tree import Everything
from storage.spelling import spelled

if TYPE_CHECKING:
    from sqlalchemy import Connection

MOST = 12
"""Completions offered: what fits below a field without scrolling."""

CANDIDATES = 20
"""Concepts whose photos are counted before the most frequent are offered; the shortest names are tried first. Counting
one takes up to 2 ms in a large library, and a completion should come within 50."""

MOST_PHOTOS = 10_000
"""Photos that are counted for a completion; counting goes on for a tenth of a second where a million have it."""

SAMPLE = 2_000
"""Photos whose tags are looked at to offer the most frequent concepts before anything is typed."""

MOST_JOINED = 4
"""Words before the cursor that may be the beginning of one name."""


@dataclass(frozen=True, slots=True)
class Completion:
    """One thing that can stand at the cursor.

    Attributes:
        text: what replaces the characters from `start` to `end` of the question.
        label: for people.
        note: what it does, or the word it was found by where that is not the label; may be empty.
        kind: "concept", "field" or "value".
        photos: how many photos have it, up to `MOST_PHOTOS`; None where that isn't counted.
    """

    text: str
    label: str
    note: str
    kind: str
    photos: int | None
    start: int
    end: int


def complete(connection: "Connection", query: str, cursor: int, *, limit: int = MOST) -> list[Completion]:
    """What can stand at the cursor, the most useful first.

    Args:
        cursor: characters of the question before the cursor, 0..len(query).
    """
    try:
        signs = tokenize(query[:cursor])
    except QueryError:
        return []
    last = signs[-1] if signs else None
    if last is None or last.end < cursor:
        return [_field(rule, cursor, cursor) for rule in FIELDS.values()] if not signs else []
    if last.kind == "field":
        rule = rule_named(last.field)
        return _values(connection, rule, last)[:limit] if rule is not None else []
    if last.kind not in ("word", "phrase") or (last.kind == "phrase" and last.closed):
        return []
    found = _concepts_of_words(connection, signs)
    begun = last.text.casefold()
    fields = [_field(rule, last.start, cursor) for rule in FIELDS.values() if last.kind == "word"]
    found += [one for one in fields if one.label.startswith(begun)]
    return found[:limit]


def _field(rule: FieldRule, start: int, end: int) -> Completion:
    return Completion(
        f"{rule.name}:", f"{rule.name}:", f"{rule.help}, such as {rule.example}", "field", None, start, end
    )


def _concepts_of_words(connection: "Connection", signs: Sequence[Token]) -> list[Completion]:
    """Concepts whose name begins with the last words before the cursor, as many of them as possible."""
    end = signs[-1].end
    words = 1 if signs[-1].kind == "phrase" else _joined(signs)
    for taken in range(words, 0, -1):
        part = signs[-taken:]
        found = _concepts(connection, " ".join(sign.text for sign in part), part[0].start, end)
        if found:
            return found
    return []


def _joined(signs: Sequence[Token]) -> int:
    """How many signs at the end are plain words."""
    words = 0
    for sign in reversed(signs[-MOST_JOINED:]):
        if sign.kind != "word":
            break
        words += 1
    return words


def _concepts(connection: "Connection", begun: str, start: int, end: int, before: str = "") -> list[Completion]:
    words = spelled(begun)
    if not words:
        named = _concept_names(connection, _most_frequent(connection))
        return [Completion(before + quoted_value(n), n, "", "concept", photos, start, end) for n, photos in named]
    rows = connection.exec_driver_sql(
        "SELECT c.id, c.name, min(w.word) FROM concept_word w JOIN concept c ON c.id = w.concept_id "
        "WHERE instr(' ' || w.word, ?) GROUP BY c.id "
        "ORDER BY min(instr(' ' || w.word, ?) > 1), min(length(w.word)), c.name LIMIT ?",
        (f" {words}", f" {words}", CANDIDATES),
    ).all()
    counts = _counts(connection, [f"#c{number}" for number, _, _ in rows])
    found = []
    for number, name, word in rows:
        photos = counts.get(f"#c{number}", 0)
        if photos:
            shown = name if f" {words}" in f" {spelled(name)}" else f"{name} ({word})"
            text = before + quoted_value(name)
            found.append(Completion(text, name, "" if shown == name else word, "concept", photos, start, end))
    exact = {one.label for one in found if spelled(one.label) == words}
    return sorted(found, key=lambda one: (one.label not in exact, -(one.photos or 0), one.label))


def _most_frequent(connection: "Connection") -> list[tuple[str, int]]:
    """The ids of concepts that many photos have, as text, and how many have each."""
    photos = count(connection, "")
    tags = Counter(
        fact
        for facts in facts_of(connection, plan(connection, Everything()), photos // SAMPLE + 1)
        for fact in facts.split()
        if fact.startswith("#c")
    )
    counts = _counts(connection, [fact for fact, _ in tags.most_common(CANDIDATES)])
    return sorted(((fact[2:], photos) for fact, photos in counts.items()), key=lambda one: (-one[1], int(one[0])))


def _concept_names(connection: "Connection", counts: Iterable[tuple[str, int]]) -> Iterator[tuple[str, int]]:
    for number, photos in counts:
        name = connection.exec_driver_sql("SELECT name FROM concept WHERE id = ?", (int(number),)).scalar()
        if name is not None:
            yield str(name), photos


def _counts(connection: "Connection", facts: Iterable[str]) -> dict[str, int]:
    """How many photos have each fact, up to `MOST_PHOTOS`."""
    return {fact: _count(connection, f'"{fact}"') for fact in facts}


def _count(connection: "Connection", expression: str) -> int:
    found = connection.exec_driver_sql(
        "SELECT count(*) FROM (SELECT 1 FROM photo_words WHERE photo_words MATCH ? LIMIT ?)", (expression, MOST_PHOTOS)
    )
    return int(found.scalar_one())


def _values(connection: "Connection", rule: FieldRule, sign: Token) -> list[Completion]:
    """Values of a field that begin with what was typed."""
    begun = sign.text.lstrip("=")
    before = f"{sign.field}:{'=' if sign.text.startswith('=') else ''}"
    if rule.kind == "tag":
        return _concepts(connection, begun, sign.start, sign.end, before)
    whole = _WHOLE.get(rule.name)
    known = whole(connection, spelled(begun)) if whole else _facts(connection, rule, spelled(begun))
    before = f"{sign.field}:=" if whole else before
    return [
        Completion(before + quoted_value(name), name, "", "value", photos, sign.start, sign.end)
        for name, photos in sorted(known, key=lambda value: (-value[1], value[0]))
        if photos and _has_beginning(name, spelled(begun))
    ]


def _has_beginning(name: str, begun: str) -> bool:
    return f" {begun}" in f" {spelled(name)}"


_SIGNS = {"format": "#f", "pack": "#r", "date": "#y", "whole": "#p"}
"""How the facts begin whose values are completed as they stand in the index."""


def _facts(connection: "Connection", rule: FieldRule, begun: str) -> Iterator[tuple[str, int]]:
    """The values photos have in a field, and how many have each; for "missing" how many lack it.

    That no photo lacks something takes 60 ms at 1,000,000 photos, so only what begins as it was typed is counted.
    """
    if rule.kind == "choice":
        for name, fact in rule.values.items():
            if not _has_beginning(name, begun):
                continue
            yield name, _count(connection, f'({ALL}) NOT "{fact}"' if rule.name == "missing" else f'"{fact}"')
    elif rule.kind in _SIGNS:
        yield from _of_kind(connection, _SIGNS[rule.kind])


def _of_kind(connection: "Connection", sign: str) -> Iterator[tuple[str, int]]:
    """Facts of one kind without their sign, and how many photos have each."""
    for fact, photos in of_kind(connection, sign):
        yield fact[len(sign) :], min(photos, MOST_PHOTOS)


def _cameras(connection: "Connection", _begun: str) -> Iterator[tuple[str, int]]:
    for word, photos in _of_kind(connection, "#k"):
        yield camera_named(connection, word), photos


def _folders(connection: "Connection", begun: str) -> Iterator[tuple[str, int]]:
    """Folders by any beginning of their words; only the first few found are counted."""
    names = (shown_folder(path) for (path,) in connection.exec_driver_sql("SELECT path FROM folder ORDER BY path"))
    chosen = list(islice((name for name in names if _has_beginning(name, begun)), CANDIDATES))
    counts = _counts(connection, map(folder_fact, chosen))
    return ((name, counts[folder_fact(name)]) for name in chosen)


_WHOLE = {"camera": _cameras, "folder": _folders}
"""Fields whose values are completed as a whole, with "="."""
