"""A question taken apart: what it asks for in words, and what is left when one of it is taken away."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage import concepts
from storage.concepts import ConceptRow
from storage.library import Library
from storage.search import QueryError, parse, take_apart
from storage.search.tree import Everything


def parts(library: Library, query: str) -> list[tuple[str, str]]:
    with library.read() as connection:
        return [(part.said, part.left) for part in take_apart(connection, query)]


@pytest.fixture
def known(library: Library) -> Library:
    """A library that knows dogs, golden retrievers and people."""
    rows = (
        ConceptRow("dog", "dog", "animal", [], ["dogs"]),
        ConceptRow("golden retriever", "golden retriever", "animal", ["dog"], []),
        ConceptRow("person", "person", "person", [], ["people"]),
    )
    with library.write() as block:
        concepts.install(block.connection, rows, "tree of this test")
    return library


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", []),
        ("dog", [("dog", "")]),
        ("dog -beach", [("dog", "-beach"), ("without beach", "dog")]),
        ("-dog", [("without dog", "")]),
        ("dog NOT --cat", [("dog", "NOT --cat"), ("without cat", "dog")]),
        ('"on the beach" dog', [("“on the beach”", "dog"), ("dog", '"on the beach"')]),
        ("dog OR cat", [("dog or cat", "")]),
        ("dog or cat beach", [("dog or cat beach", "")]),
        ("(dog OR cat) -beach", [("dog or cat", "-beach"), ("without beach", "(dog OR cat)")]),
        ("-(dog cat) beach", [("without dog cat", "beach"), ("beach", "-(dog cat)")]),
        ("(dog) (cat)", [("dog", "(cat)"), ("cat", "(dog)")]),
        ("dog AND cat AND beach", [("dog", "cat AND beach"), ("cat", "dog AND beach"), ("beach", "dog AND cat")]),
        ("golden retriever ball", [("golden retriever", "ball"), ("ball", "golden retriever")]),
        ("two dogs ball", [("two dogs", "ball"), ("ball", "two dogs")]),
        ("photos of dogs on a beach", [("dogs", "beach"), ("beach", "photos of dogs")]),
        ("dogs please", [("dogs", "")]),
        ("the", [("the", "")]),
        ("dogs without people", [("dogs", "without people"), ("without people", "dogs")]),
        ("at least three people, 2023", [("at least three people", "2023"), ("2023", "at least three people,")]),
        ("state:draft,stale dog", [("state: draft or stale", "dog"), ("dog", "state:draft,stale")]),
        ('-folder:="/a b/c d/**" sun', [("without folder: c d", "sun"), ("sun", '-folder:="/a b/c d/**"')]),
        ("people:>=3 score:..0.5", [("people: at least 3", "score:..0.5"), ("score: up to 0.5", "people:>=3")]),
        ("people:2.. problem:", [("people: 2 or more", "problem:"), ("problem", "people:2..")]),
        ('tag:="hot dog" year:2020', [("tag: only hot dog", "year:2020"), ("year: 2020", 'tag:="hot dog"')]),
        ("dog (cat OR", [("dog", "(cat OR"), ("cat", "dog")]),
        ("((dog OR cat) -x) sun", [("(dog or cat) without x", "sun"), ("sun", "((dog OR cat) -x)")]),
    ],
)
def test_what_a_question_asks_for_and_what_is_left_without_it(
    known: Library, query: str, expected: list[tuple[str, str]]
) -> None:
    assert parts(known, query) == expected


def test_what_can_not_be_understood_is_not_taken_apart(library: Library) -> None:
    with pytest.raises(QueryError):
        parts(library, "dog ) cat")


SIGNS = st.sampled_from(
    ["dog", "golden", "retriever", "of", "two", "-", "(", ")", "OR", "AND", "NOT", "or", "without", '"', "tag:a", ","]
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(SIGNS, max_size=10).map(" ".join))
def test_taking_away_one_part_after_the_other_leaves_nothing(known: Library, query: str) -> None:
    query = query.replace("- ", "-")
    try:
        found = parts(known, query)
    except QueryError:
        return
    for _ in range(len(query) + 1):
        if not found:
            break
        query = found[-1][1]
        found = parts(known, query)
    assert not found
    assert parse(query, typing=True) == Everything()
