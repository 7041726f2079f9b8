"""Keyword lists of other programs: read as they are written, found by what is above, and kept over a new vocabulary."""

from storage import backup, concepts, review, search
from storage.keyword_tree import KeywordRow, import_keywords, read_keyword_list
from storage.library import Library
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
