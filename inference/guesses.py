"""Finds words that guess a person's age, gender or origin. Pure: text in, places out.

A photo rarely tells such things, and a wrong guess hurts. The words are data (`alt_rule_words`); here is decided
whether they speak of a person at all: an old car, a mother duck, a baby carriage and Notre Dame are no guesses.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache

from inference.alt_rule_words import ITS, MORE_ANIMALS, OF, RULE_WORDS, WORD, RuleWords
from inference.vocabulary import LANGUAGES, Vocabulary

NEAR = 4
"""Most words back from "its" to the animal that it stands for: "an elephant with its baby"."""

_TOKEN = re.compile(rf"{WORD}(?:-{WORD})*")
_DESCRIBES = re.compile(r".*(?:ing|ed|y|ful)", re.IGNORECASE)
"""An English word that may stand between an adjective and the person: "an old smiling person"."""


def guesses(text: str, language: str) -> Iterator[tuple[int, int]]:
    """Where a text guesses, in its order; nothing in a language of which no words are known.

    Args:
        language: tag of the text's language; only its first part counts ("pt" of "pt-BR").
    """
    words = RULE_WORDS.get(language.split("-")[0].lower())
    if words is None:
        return
    harmless = [match.span() for match in words.harmless.finditer(text)]
    said = _Said(text, words, language.split("-")[0].lower())
    found = [
        token.span()
        for place, token in enumerate(said.tokens)
        if said.guesses(place) and not any(start <= token.start() < end for start, end in harmless)
    ]
    if any(said.person(place) for place in range(len(said.tokens))):
        found += [match.span() for match in words.age.finditer(text)]
    yield from sorted(found)


class _Said:
    """The words of one text, and what can be told of each."""

    def __init__(self, text: str, words: RuleWords, language: str) -> None:
        self._text, self._words, self._language = text, words, language
        self.tokens: Sequence[re.Match[str]] = list(_TOKEN.finditer(text))
        self._lower = [token.group().casefold() for token in self.tokens]

    def guesses(self, place: int) -> bool:
        """Whether the word guesses about a person."""
        word, words = self._lower[place], self._words
        if word in words.people and self._noun(place):
            return not (word in words.animals_too and self._of_an_animal(place))
        return word in words.telling or (word in words.traits and self._beside_a_person(place))

    def person(self, place: int) -> bool:
        """Whether the word is a noun for people."""
        if not 0 <= place < len(self.tokens):
            return False
        return self._lower[place] in self._words.people | self._words.anyone and self._noun(place)

    def _noun(self, place: int) -> bool:
        """Whether a word that may be an adjective is a noun here; where nouns have capitals, those tell."""
        if not self._words.capitals:
            return True
        if not self.tokens[place].group()[0].isupper():
            return False
        follows = place + 1 < len(self.tokens) and self.tokens[place + 1].group()[0].isupper()
        return not (self._lower[place] in self._words.traits and follows and self._joined(place, place + 1))

    def _beside_a_person(self, place: int) -> bool:
        if self.person(place + 1) and self._joined(place, place + 1):
            return True
        between = self._lower[place + 1] if place + 1 < len(self.tokens) else ""
        if self.person(place + 2) and self._joined(place, place + 2) and self._describes(place + 1, between):
            return True
        if self._words.after and self.person(place - 1) and self._joined(place - 1, place):
            return True
        return self.person(place - 2) and self._joined(place - 2, place) and self._lower[place - 1] in self._words.link

    def _describes(self, place: int, word: str) -> bool:
        """Whether a word between an adjective and a person is another adjective."""
        if word in self._words.traits:
            return True
        if self._words.capitals:
            return not self.tokens[place].group()[0].isupper()
        return self._language == "en" and _DESCRIBES.fullmatch(word) is not None

    def _joined(self, first: int, last: int) -> bool:
        """Whether nothing but blanks stands between words."""
        gap = self._text[self.tokens[first].end() : self.tokens[last].start()]
        return gap.split() == [token.group() for token in self.tokens[first + 1 : last]]

    def _of_an_animal(self, place: int) -> bool:
        """Whether it is said of an animal: "a mother duck", "adulto di elefante", "an elephant with its baby"."""
        lower, animals = self._lower, animal_words(self._language)
        beside = {*lower[max(0, place - 1) : place], *lower[place + 1 : place + 2]}
        if lower[place + 1 : place + 2] and lower[place + 1] in OF:
            beside |= {*lower[place + 2 : place + 3]}
        if place and lower[place - 1] in ITS:
            beside |= {*lower[max(0, place - NEAR) : place]}
        return bool(animals & beside)


@cache
def animal_words(language: str) -> frozenset[str]:
    """Single words that name animals in a language, singular and plural; of longer names the head."""
    vocabulary = Vocabulary.load()
    animals = [concept for concept in vocabulary if concept.kind == "animal"]
    head = -1 if language in ("en", "de") else 0
    names = set(MORE_ANIMALS)
    for concept in animals:
        if concept.shown and language in LANGUAGES:
            noun = vocabulary.noun(concept.key, language)
            names |= {noun.singular.split()[head], noun.plural.split()[head]}
        names |= {word for word in concept.synonyms if " " not in word}
    return frozenset(name.casefold() for name in names)
