"""Questions in plain words: what people say around the things they look for becomes signs of the query language.

"Photos of two dogs without people, last summer" is read as `two dogs -people date:summer-2025`; in English, German,
French, Spanish, Italian and Portuguese. Only plain words are touched: what stands in quotes, fields and operators is
as it was written. Small words stay, because they may belong to a name ("lily of the valley"); `names` leaves them out.

Invariants: every sign made here keeps the span of the words it came from; a question without such words stays as it
is.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date

from storage.search import speech_dates
from storage.search.speech_words import (
    AT_LEAST,
    AT_MOST,
    EXACTLY,
    FILLERS,
    LESS_THAN,
    MANY,
    MORE_THAN,
    NEGATIONS,
    NOBODY,
    NUMBER_WORDS,
    ONE,
    OR_MORE,
    ORS,
    PEOPLE_COUNTED,
    PHOTO_WORDS,
    SAYING,
    SHAPE_NOUNS,
    SHAPE_WORDS,
    SHAPES,
    WITH,
    WRITING,
    word_set,
)
from storage.search.tokenizer import Token
from storage.spelling import spelled

_MARKS = re.compile(r"[?!¿¡.,;&…+]+")
"""Marks of a sentence, which stand alone before or after a word in some languages."""

_ELISION = re.compile(r"(?:[ldjmnstc]|qu|dell|all|nell|sull|dall|un)['’](?=\w)", re.IGNORECASE)
_POSSESSIVE = re.compile(r"['’]s$", re.IGNORECASE)

_PORTUGUESE = re.compile(r"[ãõç]|(?:o|a|os|as)$", re.IGNORECASE)
"""What a Portuguese noun often has, and an English one seldom: after one, "no" is "in the"."""

_SMALL_PORTUGUESE = word_set("com em do da na dos das um uma ou nao ao foto fotos")
_ENGLISH = word_set("photo photos")

Found = tuple[list[Token], int]
"""Signs, and how many were taken for them."""


def heard(signs: Sequence[Token], today: date) -> list[Token]:
    """The signs of a question with what people say in plain words understood."""
    plain = [_bare(sign) for sign in _without_marks(signs)]
    words = [spelled(sign.text) if sign.kind == "word" else "" for sign in plain]
    found: list[Token] = []
    at = 0
    while at < len(plain):
        made, taken = _first(plain, words, at, today) or ([plain[at]], 1)
        found += made
        at += taken
    return found


def _without_marks(signs: Sequence[Token]) -> list[Token]:
    kept = [sign for sign in signs if sign.kind != "word" or not _MARKS.fullmatch(sign.text)]
    return kept or list(signs)


def _bare(sign: Token) -> Token:
    """A word without what is only joined to it: "l'eau", "d'un", "dog's"."""
    if sign.kind != "word":
        return sign
    elided = _ELISION.match(sign.text)
    if elided:
        sign = replace(sign, text=sign.text[elided.end() :], start=sign.start + elided.end())
    return replace(sign, text=_POSSESSIVE.sub("", sign.text) or sign.text)


def _first(signs: list[Token], words: list[str], at: int, today: date) -> Found | None:
    if not words[at]:
        return None
    for rule in _RULES:
        found = rule(signs, words, at)
        if found is not None:
            return found
    dated = speech_dates.said(words, at, today)
    return None if dated is None else ([_field(signs[at : at + dated[1]], "date", dated[0])], dated[1])


def _field(taken: Sequence[Token], name: str, value: str) -> Token:
    return Token("field", value, taken[0].start, taken[-1].end, name, quoted=True)


def _phrase_at(words: Sequence[str], at: int, phrases: Sequence[str]) -> int:
    """How many words at a place are one of these phrases, the longest one; 0 where none is."""
    longest = 0
    for phrase in phrases:
        parts = phrase.split()
        if len(parts) > longest and list(words[at : at + len(parts)]) == parts:
            longest = len(parts)
    return longest


_COMPARED: tuple[tuple[tuple[str, ...], str], ...] = (
    (AT_LEAST, ">={}"),
    (MORE_THAN, ">{}"),
    (LESS_THAN, "<{}"),
    (AT_MOST, "<={}"),
    (EXACTLY, "{}"),
    ((), ""),
)


def _people(signs: list[Token], words: list[str], at: int) -> Found | None:
    """ "at least three people", "many people", "nobody" as the field people."""
    if words[at] in NOBODY:
        return [_field(signs[at : at + 1], "people", "0")], 1
    many = _phrase_at(words, at, MANY)
    if many and words[at + many : at + many + 1] and words[at + many] in PEOPLE_COUNTED:
        return [_field(signs[at : at + many + 1], "people", "3..")], many + 1
    for phrases, form in (
        (AT_LEAST, ">={}"),
        (MORE_THAN, ">{}"),
        (LESS_THAN, "<{}"),
        (AT_MOST, "<={}"),
        (EXACTLY, "{}"),
        ((), ""),
    ):
        begun = _phrase_at(words, at, phrases)
        if phrases and not begun:
            continue
        number = _number(words, at + begun)
        if number is None:
            continue
        more = _phrase_at(words, at + begun + 1, OR_MORE)
        end = at + begun + 1 + more
        if (begun or more) and end < len(words) and words[end] in PEOPLE_COUNTED:
            value = (">={}" if more else form).format(number)
            return [_field(signs[at : end + 1], "people", value)], end + 1 - at
    return None


def _number(words: Sequence[str], at: int) -> int | None:
    word = words[at] if at < len(words) else ""
    if word in ONE:
        return 1
    return int(word) if word.isascii() and word.isdigit() and len(word) < 5 else NUMBER_WORDS.get(word)


def _saying(signs: list[Token], words: list[str], at: int) -> Found | None:
    """ "a sign that says stop": what follows is read in the photo."""
    begun = _phrase_at(words, at, SAYING)
    rest = signs[at + begun : at + begun + 1] if begun else []
    if not rest or rest[0].kind not in ("word", "phrase"):
        return None
    if rest[0].kind == "word":
        end = at + begun
        while end < len(signs) and signs[end].kind == "word" and signs[end].text not in ("or", "oder"):
            end += 1
        rest = signs[at + begun : end]
    return [_field([signs[at], *rest], "ocr", " ".join(sign.text for sign in rest))], begun + len(rest)


def _writing(signs: list[Token], words: list[str], at: int) -> Found | None:
    """ "with text", "without writing"."""
    following = words[at + 1] if at + 1 < len(words) else ""
    if following not in WRITING or (at + 2 < len(signs) and signs[at + 2].kind == "phrase"):
        return None
    if words[at] in WITH:
        return [_field(signs[at : at + 2], "has", "ocr")], 2
    if words[at] in NEGATIONS or words[at] == "no":
        return [_field(signs[at : at + 2], "missing", "ocr")], 2
    return None


def _without(signs: list[Token], words: list[str], at: int) -> Found | None:
    """ "without people on a beach": what follows, up to the next small word, must not be there."""
    if not (words[at] in NEGATIONS or _is_english_no(signs, words, at)):
        return None
    begin = at + 1
    while begin < len(words) and words[begin] in FILLERS and words[begin] not in PHOTO_WORDS:
        begin += 1
    sign = signs[at]
    left_out = replace(sign, kind="not")
    if begin >= len(signs) or signs[begin].kind in ("close", "or", "and", "not", "minus"):
        return None
    end = begin
    while end < len(signs) and _goes_on(signs, words, end, begin):
        end += 1
    if end - begin <= 1:
        return [left_out], begin - at
    group = signs[begin:end]
    opened = Token("open", "(", group[0].start, group[0].start)
    closed = Token("close", ")", group[-1].end, group[-1].end)
    return [left_out, opened, *group, closed], end - at


def _goes_on(signs: list[Token], words: list[str], at: int, begin: int) -> bool:
    """Whether a word still belongs to what must not be there."""
    if signs[at].kind != "word" or (at > begin and signs[at - 1].text.endswith((",", ";"))):
        return False
    small = words[at] in FILLERS or words[at] in NEGATIONS or words[at] in ORS or words[at] == "or"
    return not small and speech_dates.said(words, at, date.max) is None


def _is_english_no(signs: list[Token], words: list[str], at: int) -> bool:
    if words[at] != "no":
        return False
    before = signs[at - 1] if at else None
    if before is None or before.kind != "word" or words[at - 1] in FILLERS - PHOTO_WORDS:
        return True
    return words[at - 1] in _ENGLISH or not (_PORTUGUESE.search(before.text) or _SMALL_PORTUGUESE & set(words))


def _or(signs: list[Token], words: list[str], at: int) -> Found | None:
    """ "oder", "ou" and "o" between two things; "où" and the Portuguese article are not meant."""
    if not (0 < at < len(signs) - 1) or not words[at - 1] or signs[at].text.casefold() not in ("oder", "ou", "o"):
        return None
    if words[at - 1] in FILLERS or not words[at + 1] or (words[at] == "o" and words[at + 1] in PHOTO_WORDS):
        return None
    return [replace(signs[at], kind="or")], 1


def _shape(signs: list[Token], words: list[str], at: int) -> Found | None:
    """ "portrait format", "im Hochformat", "format carré" as the field shape."""
    following = words[at + 1] if at + 1 < len(words) else ""
    if words[at] in SHAPES:
        return [_field(signs[at : at + 1], "shape", SHAPES[words[at]])], 1
    for noun, shape in ((words[at], following), (following, words[at])):
        if noun in SHAPE_NOUNS and shape in SHAPE_WORDS:
            return [_field(signs[at : at + 2], "shape", SHAPE_WORDS[shape])], 2
    return None


_RULES: tuple[Callable[[list[Token], list[str], int], Found | None], ...] = (
    _saying,
    _writing,
    _people,
    _without,
    _or,
    _shape,
)
