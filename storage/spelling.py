"""How words are spelled for comparing and searching: one cut into words for texts, names and questions alike.

The search index holds words cut here and nowhere else, so a question and a text can't be cut in two ways; SQLite's own
tokenizers follow Unicode 6.1, keep "ß" apart from "ss" and take a Chinese sentence for one word.

Invariants: a word holds letters and marks, or digits, or one symbol such as an emoji, never ASCII punctuation, space or
control characters, so it may stand between quotes in an FTS5 expression; cutting words joined by spaces again gives
the same words.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

_ASCII_WORD = re.compile(r"[a-z]+|[0-9]+")

_SINGLE = re.compile(
    "[\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff\u1100-\u11ff\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf"
    "\u4e00-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\U00020000-\U0003ffff]"
)
"""Scripts written without spaces (Thai, Lao, Tibetan, Burmese, Khmer, kana, Chinese) and Korean, whose particles
stand at the word: each character is a word, so that a part of a sentence is found as words in a row."""

_MARKS_OF_FORM = frozenset(range(0xFE00, 0xFE10)) | frozenset(range(0xE0100, 0xE01F0))
"""Variation selectors: they choose a picture of a character, not another character."""


def fold(word: str) -> str:
    """The form in which words are compared: no case, no accents, one space between words.

    Unicode NFKD without combining marks, then casefold; "Crème  brûlée" and "creme brulee" are equal.
    """
    if word.isascii():
        return " ".join(word.casefold().split())
    plain = "".join(c for c in unicodedata.normalize("NFKD", word) if not unicodedata.combining(c))
    return " ".join(plain.casefold().split())


def tokens(text: str) -> list[str]:
    """The words of a text for searching: folded, without punctuation, in their order.

    Letters and digits are apart, so that "DSC01234" and "IMG20240501" begin with a word that all such names share.
    """
    if text.isascii():
        return _ASCII_WORD.findall(text.casefold())
    return list(_words(unicodedata.normalize("NFC", fold(text))))


def spelled(text: str) -> str:
    """The words of a name with one space between them: equal for all ways to write the name."""
    return " ".join(tokens(text))


def _words(text: str) -> Iterator[str]:
    word, before = "", ""
    for character in text:
        kind = _kind(character)
        if kind == "nothing":
            continue
        if word and (kind != before or kind == "word"):
            yield word
            word = ""
        if kind != "gap":
            word += character
        before = kind
    if word:
        yield word


@lru_cache(maxsize=20_000)
def _kind(character: str) -> str:
    """What a character is: "letter" or "digit" of a word, a "word" by itself, a "gap" between words, or "nothing"."""
    category = unicodedata.category(character)
    if category == "Cf" or ord(character) in _MARKS_OF_FORM or unicodedata.combining(character):
        return "nothing"
    if category == "So" or (category[0] in "LNM" and _SINGLE.match(character)):
        return "word"
    if category[0] == "N":
        return "digit"
    return "letter" if category[0] in "LM" else "gap"


_IRREGULAR = (
    "man men, woman women, child children, person people, mouse mice, goose geese, foot feet, tooth teeth, "
    "leaf leaves, knife knives, wife wives, life lives, wolf wolves, calf calves, loaf loaves, shelf shelves, "
    "half halves, elf elves, scarf scarves, hoof hooves, thief thieves, ox oxen, cactus cacti, die dice"
)
_PAIRS = [(pair.split()[0], pair.split()[1]) for pair in _IRREGULAR.split(", ")]
IRREGULAR: dict[str, str] = dict(_PAIRS)
"""Plurals that no rule makes, by their singular."""

_SINGULAR = {many: one for one, many in _PAIRS}


def forms(word: str) -> tuple[str, ...]:
    """A word with its English singular and plural, itself first, so that "dogs" finds "dog" and the other way round.

    Rules of regular English nouns; a form that no text has finds nothing, so a wrong guess costs nothing.
    """
    if len(word) < 3 or not (word.isascii() and word.isalpha()):
        return (word,)
    singulars = _singulars(word)
    several = [] if singulars else plurals(word)
    return tuple(dict.fromkeys((word, *singulars, *several)))


def _singulars(word: str) -> list[str]:
    if word in _SINGULAR:
        return [_SINGULAR[word]]
    if not word.endswith("s") or word.endswith(("ss", "us", "is")) or len(word) < 4:
        return []
    if word.endswith("ies") and len(word) > 4:
        return [word[:-3] + "y", word[:-1]]
    if word.endswith(("ses", "xes", "zes", "ches", "shes", "oes")):
        return [word[:-2], word[:-1]]
    return [word[:-1]]


def plurals(word: str) -> list[str]:
    """What the plural of a singular noun may be, the likeliest first; lower case, two letters at least."""
    if word in IRREGULAR:
        return [IRREGULAR[word]]
    if word.endswith("y") and word[-2] not in "aeiou":
        return [word[:-1] + "ies"]
    if word.endswith(("s", "x", "z", "ch", "sh")):
        return [word + "es"]
    if word.endswith("o"):
        return [word + "s", word + "es"]
    return [word + "s"]
