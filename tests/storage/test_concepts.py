"""A library's concepts: keywords of people beside the vocabulary, and a vocabulary that changes."""

from storage import concepts, review, search
from storage.concepts import ConceptRow
from storage.library import Library
from tests.storage.conftest import TREE, add_photos


def found(library: Library, query: str) -> list[int]:
    with library.read() as connection:
        return sorted(search.find(connection, query))


def test_a_keyword_that_is_a_word_for_a_concept_is_found_by_it(library: Library) -> None:
    first, second = add_photos(library, "one.jpg", "two.jpg")
    review.add_tag(library, [first], "Chien")
    review.add_tag(library, [second], "C++")
    assert found(library, "animal") == found(library, "tag:dog") == [first]
    assert found(library, "tag:=dog") == []
    assert found(library, "tag:=chien") == [first]
    with library.read() as connection:
        names = {one.name for one in concepts.counts(connection)}
    assert names == {"Chien", "dog", "animal", "C++"}


def test_a_new_tree_moves_photos_that_are_tagged_already(library: Library) -> None:
    photo, other = add_photos(library, "one.jpg", "two.jpg")
    review.add_tag(library, [photo], "frisbee")
    review.add_tag(library, [other], "boomerang")
    assert found(library, "toy") == []
    toys = [
        ConceptRow("toy", "toy", "object", [], ["toys"]),
        ConceptRow("frisbee", "frisbee", "object", ["toy"], ["frisbees"]),
        ConceptRow("boomerang", "boomerang", "object", ["toy"], []),
    ]
    with library.write() as block:
        assert concepts.install(block.connection, [*TREE[:-1], *toys], "tree 2")
        assert not concepts.install(block.connection, [], "tree 2")
    assert found(library, "toys") == [photo, other]
    with library.write() as block:
        assert concepts.install(block.connection, TREE, "tree 3")
    assert found(library, "toy") == []


def test_keywords_that_differ_in_signs_only_stay_apart(library: Library) -> None:
    photos = add_photos(library, "one.jpg", "two.jpg", "three.jpg")
    ids = {word: review.add_tag(library, [p], word) for p, word in zip(photos, ("C", "C++", "!!!"), strict=True)}
    assert len(set(ids.values())) == 3
    assert found(library, "tag:C") == photos[:2]
