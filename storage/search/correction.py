"""A word that is nowhere in the library, and the words that are there and look like it."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from storage.search.errors import QueryError
from storage.search.finding import find_page
from storage.search.names import name_forms
from storage.search.parser import parse
from storage.search.speech_words import FILLERS, NEGATIONS, NOBODY, NUMBER_WORDS, ORS, PEOPLE, SOFT
from storage.search.tokenizer import QUOTES, tokenize
from storage.search.tree import And, TagNamed, TextIn, Word
from storage.spelling import spelled

if TYPE_CHECKING:
    from sqlalchemy import Connection

MOST_SLIPS = 2
"""Slips of the finger in a word that is still recognised; one in words of up to four letters."""

SAID = FILLERS | SOFT | PEOPLE | NEGATIONS | NOBODY | ORS | frozenset(NUMBER_WORDS)
"""Words that mean something in a question though no photo has them."""

TRIED = 20
"""Nearest words that are tried before it is said that none finds a photo."""


def did_you_mean(connection: "Connection", word: str, *, limit: int = 3) -> list[str]:
    """Words or names that find photos and differ from a word by a slip or two, the nearest first.

    Of equally near ones the names of this library's language come before plurals, synonyms and other languages.
    A slip is a letter too much, too few, a wrong one, or two that changed places (Damerau's four, 1964).
    """
    name = spelled(word)
    if not name:
        return []
    allowed = MOST_SLIPS if len(name) > 4 else 1
    near = []
    for other, own in _known_words(connection, name):
        slips = distance(name, other, allowed)
        if 0 < slips <= allowed:
            near.append((slips, other[0] != name[0], not own, abs(len(other) - len(name)), other))
    near.sort()
    found: list[str] = []
    for *_, other in near[:TRIED]:
        if len(found) == limit:
            break
        plural_of_one = any(other in name_forms(one.split()) for one in found)
        if not plural_of_one and find_page(connection, f'"{other}"', limit=1):
            found.append(other)
    return found


def corrected(connection: "Connection", query: str) -> str | None:
    """The question with every word that is nowhere replaced by the nearest that is somewhere.

    Returns:
        a question that finds something, or None where there is nothing to correct or it would not help.
    """
    try:
        signs = tokenize(query)
    except QueryError:
        return None
    changed, end = "", 0
    for sign in signs:
        looked_for = sign.kind in ("word", "phrase") and spelled(sign.text) and spelled(sign.text) not in SAID
        if looked_for and not _somewhere(connection, sign.text):
            near = did_you_mean(connection, sign.text, limit=1)
            if near:
                text = near[0] if near[0].isalnum() else f'"{near[0]}"'
                changed += query[end : sign.start] + text
                end = sign.end
    if not end:
        return None
    changed += query[end:]
    try:
        return changed if find_page(connection, changed, limit=1) else None
    except QueryError:
        return None


def why_nothing(connection: "Connection", query: str) -> str:
    """A sentence that says why a question finds no photo: which words none has.

    Raises:
        QueryError: the question can't be understood.
    """
    if not find_page(connection, "", limit=1):
        return "There are no photos in this library yet."
    tree = parse(query)
    parts = tree.parts if isinstance(tree, And) else (tree,)
    nowhere = [
        query[part.start : part.end]
        for part in parts
        if isinstance(part, Word | TagNamed | TextIn)
        and " ".join(part.words) not in SAID
        and not find_page(connection, part, limit=1)
    ]
    if nowhere:
        return f"No photo has {', '.join(f'“{words}”' for words in nowhere)}."
    return "No photo has all of this together." if len(parts) > 1 else "No photo is like that."


def _somewhere(connection: "Connection", text: str) -> bool:
    quoted = '"' + "".join(" " if c in QUOTES else c for c in text) + '"'
    return len(find_page(connection, parse(quoted), limit=1)) > 0


def _known_words(connection: "Connection", name: str) -> Iterator[tuple[str, bool]]:
    """Names of concepts, and words of texts with the same first letter; whether it is one's own language's name."""
    seen = set()
    for word, own in connection.exec_driver_sql("SELECT word, max(own) FROM concept_word GROUP BY word"):
        seen.add(word)
        yield word, bool(own)
    first = name[0]
    for (word,) in connection.exec_driver_sql(
        "SELECT term FROM photo_word_list WHERE term >= ? AND term < ?", (first, first + "\U0010ffff")
    ):
        if word not in seen:
            yield word, True


def distance(one: str, other: str, limit: int) -> int:
    """Slips between two words, or limit + 1 where there are more (optimal string alignment)."""
    if abs(len(one) - len(other)) > limit or _letters_apart(one, other) > 2 * limit:
        return limit + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        current = [i]
        for j, b in enumerate(other, 1):
            cost = min(row[j] + 1, current[j - 1] + 1, row[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                cost = min(cost, before[j - 2] + 1)
            current.append(cost)
        if min(current) > limit:
            return limit + 1
        before, row = row, current
    return min(row[-1], limit + 1)


def _letters_apart(one: Iterable[str], other: Iterable[str]) -> int:
    """Different letters that only one of the words has: at most two for a slip."""
    return len(set(one) ^ set(other))
