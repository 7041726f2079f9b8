"""A name that a user gives gets the article or gender that it most likely has."""

import pytest

from inference.alt_text import compose
from inference.findings import Finding, Findings
from inference.own_nouns import ENDINGS, gender, shape
from inference.own_words import OwnWords
from inference.vocabulary import LANGUAGES, Vocabulary
from storage.english import article, plural

WORDS = Vocabulary.load()


def nouns(language: str) -> list[tuple[str, str]]:
    """Shape and name of all our nouns that can be counted."""
    every = (WORDS.noun(concept.key, language) for concept in WORDS)
    return [(noun.shape, noun.singular) for noun in every if noun.countable]


def test_the_english_article_of_our_own_nouns_is_what_the_rule_says() -> None:
    assert [name for kept, name in nouns("en") if article(name) != kept] == []


@pytest.mark.parametrize(
    ("name", "said"),
    [("SUV", "an"), ("UFO", "a"), ("unicorn", "a"), ("unknown dog", "an"), ("honest dog", "an"), ("ewe", "a"),
     ("one-way street", "a"), ("Airedale", "an"), ("KLM plane", "a"), ("umbrella", "an"), ("university", "a")],
)  # fmt: skip
def test_the_english_article_follows_the_sound(name: str, said: str) -> None:
    assert article(name) == said


def test_the_english_plural_of_our_own_nouns_is_what_the_rules_say() -> None:
    ours = [WORDS.noun(concept.key) for concept in WORDS]
    counted = [noun for noun in ours if noun.countable]
    assert sum(plural(noun.singular) == noun.plural for noun in counted) >= 0.98 * len(counted)


@pytest.mark.parametrize(
    ("name", "several"),
    [("pooch", "pooches"), ("Rex", "Rexes"), ("Betty", "Bettys"), ("lady in red", "ladies in red"), ("SUV", "SUVs"),
     ("glass of wine", "glasses of wine"), ("fire truck", "fire trucks"), ("photo", "photos"), ("hero", "heroes"),
     ("snowman", "snowmen"), ("human", "humans"),
     ("grandchild", "grandchildren"), ("sheep", "sheep"), ("scissors", "scissors"), ("A4", "A4"), ("", "")],
)  # fmt: skip
def test_an_english_plural_follows_the_ending(name: str, several: str) -> None:
    assert plural(name) == several


@pytest.mark.parametrize("language", ENDINGS)
def test_endings_tell_the_gender_of_our_own_nouns(language: str) -> None:
    ours = [(kept[0], name) for kept, name in nouns(language) if kept in ("m", "f", "n", "fa")]
    told = [(kept, gender(name, language)) for kept, name in ours if gender(name, language)]
    assert len(told) >= 0.2 * len(ours)
    assert sum(kept == guess for kept, guess in told) >= (0.87 if language == "de" else 0.95) * len(told)


@pytest.mark.parametrize(
    ("language", "name", "ours", "our_name", "expected"),
    [
        ("de", ("Hofhund", "Hofhunde"), "m", "Hund", "m"),
        ("de", ("Zeitung", "Zeitungen"), "n", "Buch", "f"),
        ("de", ("Rex", "Rexe"), "m", "Hund", "m"),
        ("es", ("perra", "perras"), "m", "perro", "f"),
        ("fr", ("chienne de garde", "chiennes de garde"), "m", "chien", "m"),
        ("fr", ("eau", "eau"), "mass de la", "boisson", "mass de l’"),
        ("fr", ("farine", "farine"), "mass du", "pain", "mass de la"),
        ("it", ("brodo", "brodi"), "mass f", "zuppa", "m"),
        ("en", ("furniture", "furniture"), "mass", "clothing", "mass"),
        ("en", ("apple tree", "apple trees"), "a", "tree", "an"),
    ],
)
def test_the_shape_of_a_users_noun(
    language: str, name: tuple[str, str], ours: str, our_name: str, expected: str
) -> None:
    assert shape(language, name, ours=ours, our_name=our_name) == expected


def test_a_renamed_concept_has_the_right_article_in_a_text() -> None:
    own = OwnWords(names={"dog": {"en": ("Airedale", "Airedales"), "it": ("cagna", "cagne")}})
    found = Findings((Finding("dog", 0.9, 1),))
    words = Vocabulary.load(own)
    assert compose(found, words, style="plain") == "An Airedale."
    assert compose(found, words, language="it", style="plain") == "Una cagna."
    assert {compose(found, words, language=code, style="plain") != "" for code in LANGUAGES} == {True}
