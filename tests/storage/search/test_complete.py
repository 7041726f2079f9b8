"""Completion, facets, corrections and saved searches over a small library."""

import pytest
from sqlalchemy import Connection

from storage import concepts, review, search
from storage.job import KnownError
from storage.library import Library
from storage.search import saved
from storage.search.correction import distance
from tests.storage.conftest import add_photos


@pytest.fixture
def filled(library: Library) -> list[int]:
    ids = add_photos(library, "one.jpg", "two.jpg", "three.jpg")
    ids += add_photos(library, "four.png", folder="/photos/Rome 2024")
    with library.write() as block:
        run = block.connection.exec_driver_sql
        keys = concepts.ids_by_key(block.connection)
        for photo, key in zip(ids, ("golden retriever", "dog", "hot dog", "dog"), strict=True):
            run("INSERT INTO tag VALUES (?, ?, 0, 0, 0.9, NULL)", (photo, keys[key]))
        run("UPDATE photo SET taken = '2024-05-01T10:00:00', people = 2, camera = 'Canon EOS' WHERE id < ?", (ids[2],))
        run("UPDATE photo SET taken = '2023-05-01T10:00:00', people = 0 WHERE id >= ?", (ids[2],))
        block.touch(ids)
    review.set_text(library, ids[:1], "A sunny Nachmittag")
    return ids


def completed(library: Library, query: str, cursor: int | None = None) -> list[tuple[str, int | None]]:
    """Whole questions after each completion, and its number of photos."""
    cursor = len(query) if cursor is None else cursor
    with library.read() as connection:
        found = search.complete(connection, query, cursor)
        return [(query[: one.start] + one.text + query[one.end :], one.photos) for one in found]


def test_concepts_complete_with_the_photos_they_find(library: Library, filled: list[int]) -> None:
    assert completed(library, "do") == [("dog", 3), ('"hot dog"', 1)]
    assert completed(library, "cat gold") == [('cat "golden retriever"', 1)]
    assert completed(library, "-golden re") == [('-"golden retriever"', 1)]
    assert completed(library, "chi") == [("dog", 3)]
    assert completed(library, "fris") == []
    assert completed(library, "hot dog", 3)[0] == ('"hot dog" dog', 1)


def test_what_completes_finds_as_many_photos_as_it_says(library: Library, filled: list[int]) -> None:
    questions = ["do", "tag:", "tag:=an", "state:", "missing:", "has:", "camera:c", "folder:r", "date:20", "people:"]
    for question in [*questions, "format:", "origin:", "folder:"]:
        found = completed(library, question)
        assert found, question
        with library.read() as connection:
            for whole, photos in found:
                exactly = whole.replace("tag:=", "tag:")
                assert search.count(connection, exactly) == photos, whole


def test_fields_complete_with_their_help(library: Library, filled: list[int]) -> None:
    assert completed(library, "cap") == [("caption:", None)]
    with library.read() as connection:
        empty = search.complete(connection, "", 0)
        assert {one.kind for one in empty} == {"field"}
        assert all("such as" in one.note for one in empty)
        assert search.complete(connection, "dog ", 4) == []
        assert search.complete(connection, '"dog"', 5) == []
        assert search.complete(connection, "lint:", 5) == []
        assert search.complete(connection, "nofield:x", 9) == []
        assert search.complete(connection, "a - b", 5) == []


def test_a_facet_finds_as_many_photos_as_it_says(library: Library, filled: list[int]) -> None:
    with library.read() as connection:
        for question in ("", "dog", "tag:=dog", "people:2", "nowhere"):
            found = search.facets(connection, question)
            assert found == search.facets(connection, search.find(connection, question))
            _check(connection, question, found)
        everything = search.facets(connection, "")
    assert [(f.name, f.photos) for f in everything.concepts] == [
        *(("animal", 3), ("dog", 3), ("golden retriever", 1), ("hot dog", 1)),
    ]
    assert [(f.name, f.photos) for f in everything.years] == [("2024", 2), ("2023", 2)]
    assert [(f.name, f.photos) for f in everything.people] == [("0", 2), ("2", 2)]
    assert [(f.name, f.photos) for f in everything.cameras] == [("Canon EOS", 2)]
    assert [(f.name, f.photos) for f in everything.folders] == [("/photos", 3), ("/photos/Rome 2024", 1)]
    assert [(f.name, f.photos) for f in everything.states] == [("none", 3), ("approved", 1)]


def _check(connection: Connection, question: str, found: search.Facets) -> None:
    assert found.photos == search.count(connection, question)
    groups = (found.concepts, found.people, found.years, found.cameras, found.folders, found.states)
    for facet in (facet for group in groups for facet in group):
        assert search.count(connection, f"{question} {facet.query}") == facet.photos, facet


def test_large_results_are_counted_as_exactly_as_small_ones(
    library: Library, filled: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    with library.read() as connection:
        small = [search.facets(connection, question) for question in ("", "dog")]
        monkeypatch.setattr("storage.search.narrowing.COUNTED", 2)
        large = [search.facets(connection, question) for question in ("", "dog")]
        for question, few, many in zip(("", "dog"), small, large, strict=True):
            _check(connection, question, many)
            assert many.photos == few.photos
            assert set(many.concepts) <= set(few.concepts)
            assert many.states


def test_concept_counts_are_those_of_the_search(library: Library, filled: list[int]) -> None:
    with library.write() as block:
        block.connection.exec_driver_sql("UPDATE photo SET missing_since = 'x' WHERE id = ?", (filled[1],))
        block.connection.exec_driver_sql("DELETE FROM photo WHERE id = ?", (filled[3],))
        block.touch(filled)
    with library.read() as connection:
        counted = {one.name: one.photos for one in concepts.counts(connection)}
        assert counted == {"animal": 1, "dog": 1, "golden retriever": 1, "hot dog": 1}
        for name, photos in counted.items():
            assert search.count(connection, f'tag:"{name}"') == photos


def test_an_empty_page_has_a_reason(library: Library, filled: list[int]) -> None:
    with library.read() as connection:
        said = search.why_nothing(connection, "two dogs with zebras tag:frisbee")
        assert said == "No photo has “zebras”, “tag:frisbee”."
        assert search.why_nothing(connection, "dog people:99") == "No photo has all of this together."
        assert search.why_nothing(connection, "people:99") == "No photo is like that."
    with library.write() as block:
        block.connection.exec_driver_sql("DELETE FROM photo")
    with library.read() as connection:
        assert "no photos in this library" in search.why_nothing(connection, "dog")


def test_a_slip_of_the_finger_is_noticed(library: Library, filled: list[int]) -> None:
    with library.read() as connection:
        assert search.did_you_mean(connection, "retreiver") == []
        assert search.did_you_mean(connection, "golden retreiver") == ["golden retriever"]
        assert search.did_you_mean(connection, "dgo") == ["dog"]
        assert search.did_you_mean(connection, "Nahcmittag") == ["nachmittag"]
        assert search.did_you_mean(connection, "frisbe") == []
        assert search.did_you_mean(connection, "?!") == []
        assert search.corrected(connection, "animl -hot") == "animal -hot"
        assert search.corrected(connection, "sunny nachmitag folder:photos") == "sunny nachmittag folder:photos"
        assert search.corrected(connection, "photos of two dgo without cats") == "photos of two dog without cats"
        for hopeless in ("dog", "xyzzyx", "", "(", "animl people:99", "- x"):
            assert search.corrected(connection, hopeless) is None


def test_a_slip_is_mended_in_ones_own_language_first(library: Library, filled: list[int]) -> None:
    with library.write() as block:
        for word, own in (("girafa", 0), ("giraffe", 1), ("girafe", 0)):
            block.connection.exec_driver_sql(
                "INSERT INTO concept_word SELECT ?, id, ? FROM concept WHERE key = 'dog'", (word, own)
            )
    with library.read() as connection:
        assert search.did_you_mean(connection, "giraff")[0] == "giraffe"


@pytest.mark.parametrize(
    ("one", "other", "slips"),
    [("dog", "dog", 0), ("dog", "dgo", 1), ("dog", "dot", 1), ("dog", "do", 1), ("dog", "cat", 3), ("abcd", "badc", 2)],
)
def test_slips_are_counted(one: str, other: str, slips: int) -> None:
    assert distance(one, other, 2) == distance(other, one, 2) == slips


def test_saved_searches(library: Library) -> None:
    with library.read() as connection:
        assert saved.load(connection) == ()
    saved.save(library, " My   dogs ", "dog -hot ")
    saved.save(library, "Drafts", "state:draft")
    saved.save(library, "my DOGS", "tag:dog")
    with library.read() as connection:
        kept = saved.load(connection)
    assert [(one.name, one.query) for one in kept] == [("my DOGS", "tag:dog"), ("Drafts", "state:draft")]
    assert saved.delete(library, "drafts") == kept[:1]
    assert saved.delete(library, "nobody") == kept[:1]
    with pytest.raises(search.QueryError):
        saved.save(library, "broken", "(")
    with pytest.raises(KnownError):
        saved.save(library, "  ", "dog")
    with library.read() as connection:
        assert saved.load(connection) == kept[:1]
