"""Wrong questions get a sentence that points at the place; what is being typed does not."""

import re
from pathlib import Path

import pytest

from storage import search
from storage.search.fields import FIELDS
from storage.search.tree import Everything, Or, Word

WRONG = {
    "dog (cat": (4, 5, "never closed"),
    "dog) cat": (3, 4, "closes nothing"),
    ")": (0, 1, "closes nothing"),
    "dog ()": (4, 6, "nothing to search for"),
    '"dog': (0, 4, "never closed"),
    "OR dog": (0, 2, "before it"),
    "dog OR": (4, 6, "after it"),
    "dog OR OR cat": (4, 6, "after it"),
    "dog AND": (4, 7, "after it"),
    "AND dog": (0, 3, "before it"),
    "dog AND OR cat": (4, 7, "after it"),
    "NOT": (0, 3, "after it"),
    "dog - cat": (4, 5, "“-cat”"),
    "dog -": (4, 5, "after it"),
    "dog %%%": (4, 7, "no letters or digits"),
    "fodler:x": (0, 7, "did you mean “folder:”"),
    "zzz:x": (0, 4, "there are tag:"),
    "tag:": (4, 4, "needs a word"),
    "people:many": (7, 11, "not a whole number"),
    "people:3..2": (7, 11, "more than"),
    "people:..": (7, 9, "needs a number"),
    "score:7": (6, 7, "from 0 to 1"),
    "score:1.2.3": (6, 11, "from 0 to 1"),
    "date:yesterdayish": (5, 17, "2024-05-31"),
    "date:2023-02-30": (5, 15, "not a day of the calendar"),
    "date:2024..2023": (5, 15, "later than"),
    "date:..": (5, 7, "needs a year"),
    "state:drft": (6, 10, "Did you mean “draft”"),
    "missing:everything": (8, 18, "or a language"),
    "format:": (7, 7, "needs the name"),
    "duplicate:three": (10, 15, "near or series"),
    "lint:long": (5, 9, "Did you mean “too-long”"),
    "shape:round": (6, 11, "choose portrait"),
}


@pytest.mark.parametrize("query", WRONG)
def test_a_wrong_question_points_at_the_place(query: str) -> None:
    start, end, words = WRONG[query]
    with pytest.raises(search.QueryError) as caught:
        search.parse(query)
    assert (caught.value.start, caught.value.end) == (start, end)
    assert words in str(caught.value)


UNFINISHED = [
    "dog (cat",
    '"dog',
    "dog OR",
    "dog AND",
    "NOT",
    "-",
    "dog -",
    "tag:",
    "people:..",
    "date:20",
    "state:dra",
    "(",
]


@pytest.mark.parametrize("query", UNFINISHED)
def test_what_is_being_typed_is_no_error(query: str) -> None:
    search.parse(query, typing=True)


def test_a_question_may_be_long_but_not_endless() -> None:
    with pytest.raises(search.QueryError, match="characters"):
        search.parse("x" * 3000)
    with pytest.raises(search.QueryError, match="parts"):
        search.parse("x " * 101)
    with pytest.raises(search.QueryError, match="parentheses"):
        search.parse("(" * 30 + "x" + ")" * 30)


def test_small_or_between_words_is_an_operator_and_alone_a_word() -> None:
    assert isinstance(search.parse("dog or cat"), Or)
    assert isinstance(search.parse("or"), Word)
    assert search.parse("") == search.parse("   ") == Everything()


def test_clock_times_and_paths_are_words() -> None:
    assert isinstance(search.parse("12:30"), Word)
    with pytest.raises(search.QueryError, match="in quotes"):
        search.parse("http://example.org")


def test_every_field_is_explained_and_its_example_is_a_question() -> None:
    guide = (Path(__file__).parents[3] / "docs" / "search.md").read_text(encoding="utf-8")
    for name, rule in FIELDS.items():
        assert f"`{name}:`" in guide
        search.parse(rule.example)
        for value in rule.values:
            assert f"`{value}`" in guide
    for question in re.findall(r"`([^`]+)`", guide):
        if not question.endswith((":", ":=")) and not question.startswith("altfolio "):
            search.parse(question)
