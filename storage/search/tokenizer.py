"""First step of a question: its characters cut into signs, words, phrases and fields with their places.

Invariants: every sign keeps the span of characters it came from; nothing here knows what a field's value means.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from storage.search.errors import QueryError

QUOTES = '"“”„«»'
"""Any of these opens a phrase and any closes it: keyboards and word processors choose for their users."""

_DASHES = "-−–—"


@dataclass(frozen=True, slots=True)
class Token:
    """One sign of a question.

    Attributes:
        kind: "word", "phrase", "field", "open", "close", "minus", "or", "and", "not".
        text: the word, the phrase without quotes, or the field's value without quotes.
        start, end: its characters in the question.
        field: the field's name as it was written, for "field".
        quoted: True where the field's value stood in quotes.
        closed: False for a phrase whose closing quote is missing.
    """

    kind: str
    text: str
    start: int
    end: int
    field: str = ""
    quoted: bool = False
    closed: bool = True


_SIGNS = {"(": "open", ")": "close"}
_OPERATORS = {"OR": "or", "AND": "and", "NOT": "not"}


def tokenize(query: str) -> list[Token]:
    """The signs of a question in their order.

    Raises:
        QueryError: a minus stands alone.
    """
    return list(_tokens(query))


def _tokens(query: str) -> Iterator[Token]:
    at = 0
    while at < len(query):
        character = query[at]
        if character.isspace():
            at += 1
            continue
        if character in _SIGNS:
            token = Token(_SIGNS[character], character, at, at + 1)
        elif character in QUOTES:
            token = _phrase(query, at)
        elif character in _DASHES:
            token = _minus(query, at)
        else:
            token = _word(query, at)
        yield token
        at = token.end


def _minus(query: str, at: int) -> Token:
    following = query[at + 1 : at + 2]
    if following.isspace() and query[at + 1 :].strip():
        word = query[at + 1 :].split()[0]
        raise QueryError(f"A minus stands directly before what it leaves out: “-{word}”.", at, at + 1)
    return Token("minus", query[at], at, at + 1)


def _phrase(query: str, at: int) -> Token:
    """A phrase from its opening quote on; without a closing one it goes to the end."""
    end = at + 1
    while end < len(query) and query[end] not in QUOTES:
        end += 1
    closed = end < len(query)
    return Token("phrase", query[at + 1 : end], at, end + closed, closed=closed)


def _word(query: str, at: int) -> Token:
    end = at
    while end < len(query) and not query[end].isspace() and query[end] not in "()" + QUOTES:
        end += 1
    written = query[at:end]
    name, colon, value = written.partition(":")
    if colon and name.isalpha():
        following = query[end : end + 1]
        if following and following in QUOTES and value.strip("=") == "":
            phrase = _phrase(query, end)
            return Token("field", value + phrase.text, at, phrase.end, name, quoted=True, closed=phrase.closed)
        return Token("field", value, at, end, name)
    return Token(_OPERATORS.get(written, "word"), written, at, end)
