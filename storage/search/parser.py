"""Second step of a question: its signs as a tree.

Grammar: parts beside each other (or with AND between) are all asked for; OR binds less than that; "-" and NOT belong to
the part that follows; parentheses group; a "*" at the end of a word makes it a beginning. While somebody is typing,
what is unfinished at the end is finished or left out instead of complained about: an open quote or parenthesis, an
operator or field without its right side.
"""

import difflib
import re
from collections.abc import Sequence
from datetime import date

from storage.search.errors import QueryError
from storage.search.fields import ALIASES, FIELDS, FieldRule
from storage.search.speech import heard
from storage.search.tokenizer import Token, tokenize
from storage.search.tree import And, Everything, Not, Or, Query, Taken, Word
from storage.search.values import value
from storage.spelling import tokens

_YEAR = re.compile(r"(?:19|20)[0-9]{2}")
"""A number that people mean as a year."""

LONGEST = 2_000
"""Characters of one question: a page of text; what is longer was pasted by mistake."""

MOST_PARTS = 100
"""Signs in one question: more than anyone types, and far from the limits of SQLite's expression parser."""

MOST_NESTED = 20
"""Parentheses within parentheses, for the same reason."""


def parse(query: str, *, typing: bool = False, today: date | None = None) -> Query:
    """The tree of a question.

    Args:
        typing: the end of the question is being typed.
        today: the day from which "last summer" is meant; None is this day.

    Raises:
        QueryError: the question can't be understood; it says where and what would be right.
    """
    return parser_of(query, typing=typing, today=today).whole()


def parser_of(query: str, *, typing: bool = False, today: date | None = None) -> "Parser":
    """A parser at the beginning of a question; arguments and errors as for `parse`."""
    if len(query) > LONGEST:
        raise QueryError(f"A search can have {LONGEST:,} characters. Please make it shorter.", LONGEST, len(query))
    if typing and query.rstrip() != query.rstrip().rstrip("-−–—"):
        query = query.rstrip().rstrip("-−–—")
    signs = tokenize(query)
    if typing:
        signs = _without_loose_end(signs)
    if len(signs) > MOST_PARTS:
        raise QueryError(
            f"This search has {len(signs)} parts; {MOST_PARTS} are possible. Please make it shorter.",
            signs[MOST_PARTS].start,
            signs[-1].end,
        )
    return Parser(heard(signs, today or date.today()), query, typing=typing)


def _without_loose_end(signs: list[Token]) -> list[Token]:
    """The signs without operators, opening parentheses and empty fields at the end."""
    while signs:
        last = signs[-1]
        rule = rule_named(last.field) if last.kind == "field" else None
        loose = last.kind in ("open", "minus", "or", "and", "not")
        empty = last.kind in ("phrase", "word") and not tokens(last.text)
        if not (loose or empty or (rule is not None and not rule.valueless and not tokens(last.text))):
            break
        signs = signs[:-1]
    return signs


def rule_named(name: str) -> FieldRule | None:
    """The field of this name or alias, None where there is none."""
    folded = name.casefold()
    return FIELDS.get(ALIASES.get(folded, folded))


class Parser:
    """A cursor over signs; each method reads one rule of the grammar.

    Attributes:
        signs: all of them.
        parts: the signs of each part that is asked for beside the others, as first and end in `signs`; once the
            whole was read.
        alternatives: True where the whole is joined by OR.
    """

    def __init__(self, signs: Sequence[Token], query: str, *, typing: bool) -> None:
        self.signs = signs
        self.parts: list[tuple[int, int]] = []
        self.alternatives = False
        self._at = 0
        self._depth = 0
        self._query = query
        self._typing = typing

    def whole(self) -> Query:
        """The tree; an empty question is everything."""
        if not self.signs:
            return Everything()
        found = self._any()
        left = self._peek()
        if left is not None:
            raise QueryError("This “)” closes nothing; remove it or add a “(” before.", left.start, left.end)
        return found

    def _peek(self) -> Token | None:
        return self.signs[self._at] if self._at < len(self.signs) else None

    def _any(self) -> Query:
        parts = [self._all()]
        while (sign := self._peek()) is not None and self._is_or(sign):
            self._at += 1
            self.alternatives = self.alternatives or not self._depth
            parts.append(self._all())
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def _is_or(self, sign: Token) -> bool:
        """OR, or a small "or" between two things: that word alone finds nothing anybody looks for."""
        if sign.kind == "or":
            return True
        between = 0 < self._at < len(self.signs) - 1
        return (
            between
            and sign.kind == "word"
            and sign.text == "or"
            and self.signs[self._at - 1].kind not in ("open", "or", "and", "not", "minus")
            and self.signs[self._at + 1].kind not in ("close", "or", "and")
        )

    def _all(self) -> Query:
        parts: list[Query] = []
        while (sign := self._peek()) is not None and sign.kind != "close" and not self._is_or(sign):
            if sign.kind == "and":
                self._at += 1
                if not parts:
                    raise self._nothing_beside(sign, "before")
                following = self._peek()
                if following is None or following.kind in ("close", "and", "or"):
                    raise self._nothing_beside(sign, "after")
                continue
            begun = self._at
            parts.append(self._one())
            if not self._depth:
                self.parts.append((begun, self._at))
        if not parts:
            raise self._empty()
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def _empty(self) -> QueryError:
        sign, before = self._peek(), self.signs[self._at - 1] if self._at else None
        if before is not None and self._is_operator(before):
            return self._nothing_beside(before, "after")
        if sign is not None and self._is_operator(sign):
            return self._nothing_beside(sign, "before")
        if before is not None and before.kind == "open":
            end = sign.end if sign is not None else before.end
            return QueryError("Between the parentheses is nothing to search for.", before.start, end)
        assert sign is not None
        return QueryError("This “)” closes nothing; remove it or add a “(” before.", sign.start, sign.end)

    @staticmethod
    def _is_operator(sign: Token) -> bool:
        return sign.kind in ("or", "and", "not", "minus") or (sign.kind == "word" and sign.text == "or")

    @staticmethod
    def _nothing_beside(sign: Token, side: str) -> QueryError:
        return QueryError(
            f"“{sign.text}” needs something to search for {side} it; to search for the word itself, put it in quotes.",
            sign.start,
            sign.end,
        )

    def _one(self) -> Query:
        negative = False
        sign = self._peek()
        while sign is not None and sign.kind in ("minus", "not"):
            self._at += 1
            negative = not negative
            before, sign = sign, self._peek()
            if sign is None or sign.kind in ("close", "and", "or"):
                raise self._nothing_beside(before, "after")
        assert sign is not None
        self._at += 1
        found = self._group(sign) if sign.kind == "open" else self._leaf(sign)
        return Not(found) if negative and found != Everything() else found

    def _group(self, opening: Token) -> Query:
        self._depth += 1
        if self._depth > MOST_NESTED:
            raise QueryError("There are too many parentheses within each other.", opening.start, opening.end)
        found = self._any()
        closing = self._peek()
        if closing is not None:
            self._at += 1
        elif not self._typing:
            raise QueryError("This “(” is never closed; add a “)”.", opening.start, opening.end)
        self._depth -= 1
        return found

    def _leaf(self, sign: Token) -> Query:
        growing = self._typing and self._at == len(self.signs) and sign.end == len(self._query)
        if not sign.closed and not self._typing:
            raise QueryError("This quote is never closed; add a second one.", sign.start, sign.end)
        if sign.kind == "field":
            return self._field(sign, growing and not (sign.quoted and sign.closed))
        words = tuple(tokens(sign.text))
        if sign.kind == "word" and _YEAR.fullmatch(sign.text):
            taken = Taken(date(int(sign.text), 1, 1), date(int(sign.text), 12, 31))
            return Or((taken, Word(words, sign.start, sign.end, typed=growing)))
        if not words:
            raise QueryError(f"“{sign.text}” has no letters or digits to search for.", sign.start, sign.end)
        phrase = sign.kind == "phrase"
        growing = growing and not (phrase and sign.closed)
        beginning = sign.text.endswith("*")
        typed = growing and not beginning
        return Word(words, sign.start, sign.end, phrase=phrase, beginning=beginning, typed=typed)

    def _field(self, sign: Token, growing: bool) -> Query:
        rule = rule_named(sign.field)
        if rule is None:
            known = [*FIELDS, *ALIASES]
            near = difflib.get_close_matches(sign.field.casefold(), known, n=1)
            hint = f"did you mean “{near[0]}:”?" if near else f"there are {', '.join(f'{n}:' for n in FIELDS)}."
            raise QueryError(
                f"“{sign.field}:” is not a field; {hint} To search for the words, put them in quotes.",
                sign.start,
                sign.start + len(sign.field) + 1,
            )
        try:
            return value(rule, sign, typing=growing)
        except QueryError:
            if growing:
                return Everything()  # the value is not finished
            raise
