"""Keyword lists of other programs: read as they are written, found by what is above, and kept over a new vocabulary."""

from dataclasses import replace

import pytest

from storage import backup, concepts, history, review, search
from storage.job import KnownError
from storage.keyword_tree import KeywordRow, import_keywords, paths_of, read_keyword_list
from storage.library import Library
from storage.words import approved_words
from tests.storage.conftest import TREE, add_photos

LIGHTROOM = """\ufeffPlaces
\t[Europe]
\t\tRome
\t\t\t{Roma}
\t\t\t{Città Eterna}
\t\tAC/DC Lane
Trips
\tRosa
"""


def test_lightrooms_list_is_a_tree_with_synonyms() -> None:
    assert read_keyword_list(LIGHTROOM) == [
        KeywordRow(("Places",)),
        KeywordRow(("Places", "Europe")),
        KeywordRow(("Places", "Europe", "Rome"), ("Roma", "Città Eterna")),
        KeywordRow(("Places", "Europe", "AC/DC Lane")),
        KeywordRow(("Trips",)),
        KeywordRow(("Trips", "Rosa")),
    ]


def test_paths_are_a_tree_too() -> None:
    expected = [KeywordRow(("Animals",)), KeywordRow(("Animals", "Dog")), KeywordRow(("Animals", "Cat"))]
    assert read_keyword_list("Animals/Dog\r\nAnimals/Cat\r\n") == expected
    assert read_keyword_list("Animals|Dog\nAnimals|Cat") == expected
    assert read_keyword_list("{lost synonym}\n\n  \n--\n") == []


def test_photos_are_found_by_what_is_above_their_keyword_and_by_synonyms(library: Library) -> None:
    rome, dog = add_photos(library, "a.jpg", "b.jpg")
    review.add_tag(library, [rome], "Rome")
    review.add_tag(library, [dog], "golden retriever")
    placed = import_keywords(library, [*read_keyword_list(LIGHTROOM), *read_keyword_list("My pets/Dog")])
    assert (placed.keywords, placed.left_out) == (8, ())
    with library.read() as connection:
        for question in ("tag:places", "tag:europe", "tag:rome", "tag:roma", "roma"):
            assert list(search.find(connection, question)) == [rome], question
        assert list(search.find(connection, 'tag:"my pets"')) == [dog]
        assert list(search.find(connection, "tag:animal")) == [dog]
    assert backup.check(library) == []


def test_a_list_that_contradicts_the_tree_is_followed_as_far_as_it_can_be(library: Library) -> None:
    add_photos(library, "a.jpg")
    placed = import_keywords(library, read_keyword_list("dog/animal\none/two\ntwo/one\nsame/same"))
    assert placed.left_out == (("animal", "dog"), ("one", "two"), ("same", "same"))


def test_the_hierarchy_outlives_a_new_vocabulary(library: Library) -> None:
    (photo,) = add_photos(library, "a.jpg")
    review.add_tag(library, [photo], "Rome")
    import_keywords(library, read_keyword_list(LIGHTROOM))
    import_keywords(library, read_keyword_list("Trips/Rome"))
    with library.write() as block:
        concepts.install(block.connection, TREE, "tree 2")
    with library.read() as connection:
        for question in ("tag:places", "tag:trips"):
            assert list(search.find(connection, question)) == [photo]


def test_a_path_that_a_person_types_is_the_keyword_at_that_place(library: Library) -> None:
    (one, other) = add_photos(library, "a.jpg", "b.jpg")
    review.add_tag(library, [one], " Animals | Dogs|Rex ")
    review.add_tag(library, [other], "Rex")
    with library.read() as connection:
        assert approved_words(connection, [one])[one].keywords == ("Rex",)
        assert paths_of(connection, [one, other]) == {one: [("Animals", "Dogs", "Rex")], other: []}
        assert list(search.find(connection, "tag:dogs")) == [one, other]
    review.add_tag(library, [one], "Pets|Rex")
    history.undo(library)
    with library.read() as connection:
        assert paths_of(connection, [one]) == {one: [("Animals", "Dogs", "Rex")]}
    with pytest.raises(KnownError):
        review.add_tag(library, [one], " | ")
    assert backup.check(library) == []


def test_the_users_own_path_goes_before_a_list_and_an_ambiguous_one_is_not_used(library: Library) -> None:
    (photo,) = add_photos(library, "a.jpg")
    review.add_tag(library, [photo], "dog")
    review.add_tag(library, [photo], "Paris")
    import_keywords(library, read_keyword_list("My pets/Dog\nPlaces/Paris\nPeople/Paris"))
    with library.read() as connection:
        assert paths_of(connection, [photo]) == {photo: [("My pets", "Dog")]}
    own = [replace(row, name="Rex", path=("Animals", "Rex")) if row.key == "dog" else row for row in TREE]
    for rows, version, expected in ((own, "tree 2", ("Animals", "Rex")), (TREE, "tree 3", ("My pets", "Dog"))):
        with library.write() as block:
            concepts.install(block.connection, rows, version)
        with library.read() as connection:
            assert paths_of(connection, [photo]) == {photo: [expected]}
    assert backup.check(library) == []
