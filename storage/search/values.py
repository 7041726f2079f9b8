"""The values of fields: "2..", ">0.8", "2024-05..2024-07", "summer-2023", "draft,approved" as parts of the tree."""

import calendar
import difflib
import math
import re
from collections.abc import Callable
from datetime import date, timedelta

from storage.search.errors import QueryError
from storage.search.fields import FieldRule
from storage.search.index import below_fact, camera_fact, folder_fact, format_fact, pack_fact, primary
from storage.search.tokenizer import Token
from storage.search.tree import Duplicate, Fact, Not, Numbers, Or, People, Query, Score, TagNamed, Taken, TextIn
from storage.spelling import tokens

MOST_PEOPLE = 1_000_000
"""More people than a photo can have; greater numbers in a question are this one."""

SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}
"""First month of the meteorological season on the northern half of the Earth; it takes three months."""

MONTHS = {name.lower(): number for number, name in enumerate(calendar.month_name) if name}


def value(rule: FieldRule, token: Token, *, typing: bool = False) -> Query:
    """A field with its value as a part of the tree.

    Args:
        typing: the value is being typed and may go on.

    Raises:
        QueryError: the value is not possible for the field.
    """
    return _READERS[rule.kind](rule, token, typing)


def error(rule: FieldRule, token: Token, sentence: str) -> QueryError:
    """An error about the value of a field; an example of a right one is added."""
    start = min(token.start + len(token.field) + 1, token.end)
    return QueryError(f"{sentence} For example: {rule.example}", start, token.end)


def _words(rule: FieldRule, token: Token, typing: bool) -> Query:
    words = _cut(rule, token)
    exact = _EXACT.get(rule.name)
    if exact and token.text.startswith("="):
        return Fact((exact(token.text[1:]),))
    beginning = token.text.endswith("*")
    return TextIn(rule.columns, words, token.start, token.end, beginning=beginning, typed=typing and not beginning)


def _one_folder(path: str) -> str:
    """The fact of one folder, or with "/**" at its end of all that is below it, too."""
    whole = re.fullmatch(r"(.*)[/\\]\*\*", path.strip())
    return below_fact(whole[1]) if whole else folder_fact(path)


_EXACT = {"folder": _one_folder, "camera": camera_fact}
"""Fields whose whole value, after "=", is a fact."""


def _cut(rule: FieldRule, token: Token) -> tuple[str, ...]:
    words = tuple(tokens(token.text))
    if not words:
        raise error(rule, token, f"“{rule.name}:” needs a word with letters or digits.")
    return words


def _tag(rule: FieldRule, token: Token, typing: bool) -> Query:
    exact, beginning = token.text.startswith("="), token.text.endswith("*")
    words = _cut(rule, token)
    return TagNamed(words, token.start, token.end, exact, beginning=beginning, typed=typing and not beginning)


def _whole(rule: FieldRule, token: Token, _typing: bool) -> Query:
    def number(text: str) -> float:
        if not re.fullmatch(r"[0-9]+", text):
            raise error(rule, token, f"“{text}” is not a whole number.")
        return float(min(int(text[:7]) if len(text) < 8 else MOST_PEOPLE, MOST_PEOPLE))

    return People(_numbers(rule, token, number))


def _share(rule: FieldRule, token: Token, _typing: bool) -> Query:
    def number(text: str) -> float:
        percent = text.endswith("%")
        try:
            found = float(text.removesuffix("%")) if re.fullmatch(r"[0-9.]+%?", text) else math.nan
        except ValueError:
            found = math.nan
        found = found / 100 if percent else found
        if not 0 <= found <= 1:
            raise error(rule, token, f"“{text}” is not a number from 0 to 1.")
        return found

    return Score(_numbers(rule, token, number))


def _numbers(rule: FieldRule, token: Token, number: Callable[[str], float]) -> Numbers:
    text = token.text.replace(" ", "")
    compared = re.fullmatch(r"(<=|>=|<|>|=)(.*)", text)
    if compared:
        sign, limit = compared[1], number(compared[2])
        if sign == "=":
            return Numbers(limit, limit)
        if sign[0] == ">":
            return Numbers(limit, None, above=sign == ">")
        return Numbers(None, limit, below=sign == "<")
    low, dots, high = text.partition("..")
    if not dots:
        only = number(low)
        return Numbers(only, only)
    if not low and not high:
        raise error(rule, token, f"“{rule.name}:” needs a number.")
    found = Numbers(number(low) if low else None, number(high) if high else None)
    if found.low is not None and found.high is not None and found.low > found.high:
        raise error(rule, token, f"The range begins with {low}, which is more than {high}.")
    return found


def _date(rule: FieldRule, token: Token, _typing: bool) -> Query:
    text = token.text.strip().lower()
    compared = re.fullmatch(r"(<=|>=|<|>|=)(.*)", text)
    if compared:
        first, last = _span(rule, token, compared[2])
        return {
            "=": lambda: Taken(first, last),
            ">=": lambda: Taken(first, None),
            "<=": lambda: Taken(None, last),
            ">": lambda: Taken(_next(last), None) if last < date.max else Taken(date.max, date.min),
            "<": lambda: Taken(None, first - timedelta(1)) if first > date.min else Taken(date.max, date.min),
        }[compared[1]]()
    low, dots, high = text.partition("..")
    if not dots:
        return Taken(*_span(rule, token, low))
    if not low and not high:
        raise error(rule, token, "“date:” needs a year, month or day.")
    begin = _span(rule, token, low)[0] if low else None
    end = _span(rule, token, high)[1] if high else None
    if begin and end and begin > end:
        raise error(rule, token, f"The range begins with {low}, which is later than {high}.")
    return Taken(begin, end)


def _next(day: date) -> date:
    return day + timedelta(1)


def _span(rule: FieldRule, token: Token, text: str) -> tuple[date, date]:
    """The first and last day of a year, month, day or season."""
    numbers = re.fullmatch(r"([0-9]{4})(?:[-/.]([0-9]{1,2})(?:[-/.]([0-9]{1,2}))?)?", text)
    named = re.fullmatch(r"([a-z]+)[- ]?([0-9]{4})", text)
    try:
        if numbers:
            year, month, day = (int(part) if part else None for part in numbers.groups())
            assert year is not None
            first = date(year, month or 1, day or 1)
            return first, first if day else _last_day(year, month or 12)
        if named and named[1] in SEASONS:
            year, month = int(named[2]), SEASONS[named[1]]
            return date(year, month, 1), _last_day(year + (month == 12), (month + 1) % 12 + 1)
        if named and len(named[1]) >= 3:
            month = next((n for name, n in MONTHS.items() if name.startswith(named[1])), None)
            if month:
                return date(int(named[2]), month, 1), _last_day(int(named[2]), month)
    except (ValueError, OverflowError):
        raise error(rule, token, f"“{text}” is not a day of the calendar.") from None
    raise error(rule, token, f"“{text}” is not a date; write the year, month and day as 2024, 2024-05 or 2024-05-31.")


def _last_day(year: int, month: int) -> date:
    return date(year, month, calendar.monthrange(year, month)[1])


def _choice(rule: FieldRule, token: Token, _typing: bool) -> Query:
    if not token.text.strip() and "any" in rule.values:
        return Fact((rule.values["any"],))
    facts = [_fact(rule, token, word.strip().casefold()) for word in re.split(r"[,|]", token.text)]
    if rule.name == "missing":
        without: tuple[Query, ...] = tuple(Not(Fact((fact,))) for fact in dict.fromkeys(facts))
        return without[0] if len(without) == 1 else Or(without)
    return Fact(tuple(dict.fromkeys(facts)))


def _fact(rule: FieldRule, token: Token, word: str) -> str:
    if word in rule.values:
        return rule.values[word]
    languages = rule.name in ("missing", "has")
    if languages and re.fullmatch(r"[a-z]{2,3}(-[a-z0-9]+)*", word):
        return f"{rule.values['alt']}{primary(word)}"
    near = difflib.get_close_matches(word, rule.values, n=1)
    hint = f" Did you mean “{near[0]}”?" if near else ""
    extra = ", or a language such as “fr”" if languages else ""
    given = f"“{word}” is not possible" if word else "A value is missing"
    raise error(rule, token, f"{given} for “{rule.name}:”; choose {', '.join(rule.values)}{extra}.{hint}")


def _format(rule: FieldRule, token: Token, _typing: bool) -> Query:
    return _any_of(rule, token, format_fact, "a file format")


def _pack(rule: FieldRule, token: Token, _typing: bool) -> Query:
    return _any_of(rule, token, pack_fact, "a model pack")


def _any_of(rule: FieldRule, token: Token, fact: Callable[[str], str], what: str) -> Query:
    names = re.split(r"[,|]", token.text)
    if not all(map(tokens, names)):
        raise error(rule, token, f"“{rule.name}:” needs the name of {what}.")
    return Fact(tuple(dict.fromkeys(map(fact, names))))


_LIKENESS = {
    **dict.fromkeys(("", "yes", "exact", "copy", "copies"), "exact"),
    **dict.fromkeys(("near", "similar", "alike"), "near"),
    **dict.fromkeys(("series", "burst", "bursts"), "series"),
}


def looked_for(likeness: str) -> str:
    """The setting that is there once these likes were looked for."""
    return f"duplicates.{likeness}"


def _flag(rule: FieldRule, token: Token, typing: bool) -> Query:
    if rule.name == "duplicate":
        likeness = _LIKENESS.get(token.text.strip().casefold())
        if likeness is None:
            raise error(rule, token, "“duplicate:” finds exact copies; or write near or series after it.")
        return Duplicate(likeness, token.start, token.end)
    if not token.text.strip():
        return Fact(("#b",))
    return _words(rule, token, typing)


_READERS: dict[str, Callable[[FieldRule, Token, bool], Query]] = {
    "words": _words,
    "tag": _tag,
    "whole": _whole,
    "share": _share,
    "date": _date,
    "choice": _choice,
    "format": _format,
    "pack": _pack,
    "flag": _flag,
}
