"""What a search finds in a small library, example by example."""

from collections.abc import Sequence

import pytest
from sqlalchemy import Connection

from storage import concepts, review, search
from storage.library import Library
from storage.schema import Field
from storage.search import Order
from tests.storage.conftest import add_photos


def tag(connection: Connection, photo: int, key: str, *, score: float = 0.9, state: int = 0) -> None:
    connection.exec_driver_sql(
        "INSERT INTO tag VALUES (?, ?, 0, ?, ?, 1)", (photo, concepts.ids_by_key(connection)[key], state, score)
    )


@pytest.fixture
def names(library: Library) -> dict[int, str]:
    """Four photos: a golden retriever, a hot dog, a dog (rejected retriever), one with a dog in its name only."""
    ids = add_photos(library, "retriever.jpg", "lunch.jpg", "park.jpg", "my_dog_3.jpg")
    rows = [
        ("2024-05-01T10:00:00", 2, "Canon EOS 5D"),
        ("2024-06-01T10:00:00", 0, None),
        ("2024-06-01T10:00:00", None, None),
        (None, None, None),
    ]
    with library.write() as block:
        for photo, (taken, people, camera) in zip(ids, rows, strict=True):
            block.connection.exec_driver_sql(
                "UPDATE photo SET taken = ?, people = ?, camera = ? WHERE id = ?", (taken, people, camera, photo)
            )
        tag(block.connection, ids[0], "golden retriever")
        tag(block.connection, ids[1], "hot dog", score=0.6)
        tag(block.connection, ids[2], "dog", score=0.7)
        tag(block.connection, ids[2], "golden retriever", state=2)
        block.touch(ids)
    return dict(zip(ids, ("retriever", "lunch", "park", "name"), strict=True))


def found(library: Library, names: dict[int, str], query: str, *, typing: bool = False) -> Sequence[str]:
    with library.read() as connection:
        ids = search.find(connection, query, typing=typing)
        assert search.count(connection, query, typing=typing) == len(ids)
        for order in Order:
            assert sorted(search.find(connection, query, typing=typing, order=order)) == sorted(ids)
    return [names[photo] for photo in ids]


EXAMPLES = {
    "": ["lunch", "park", "retriever", "name"],
    "dog": ["park", "retriever", "name"],
    "DOGS": ["park", "retriever", "name"],
    "chien": ["park", "retriever"],
    "hot dog": ["lunch"],
    '"hot dog"': ["lunch"],
    "golden": ["retriever"],
    "animal": ["park", "retriever"],
    "the animals": ["park", "retriever"],
    "-dog": ["lunch"],
    "NOT animal": ["lunch", "name"],
    "dog -golden": ["park", "name"],
    "tag:dog": ["park", "retriever"],
    "tag:=dog": ["park"],
    'tag:"hot dog"': ["lunch"],
    "tag:nothing": [],
    "dog score:>0.8": ["retriever"],
    "dog score:<=70%": ["park"],
    "score:<0.65": ["lunch"],
    "(dog OR lunch) people:0..1": ["lunch"],
    "people:2..": ["retriever"],
    "people:<2": ["lunch"],
    "date:2024-06": ["lunch", "park"],
    "date:summer-2024": ["lunch", "park"],
    "date:..2024-05": ["retriever"],
    "date:>=2024-05-02": ["lunch", "park"],
    "-date:2024": ["name"],
    "missing:date": ["name"],
    "has:camera": ["retriever"],
    "camera:eos": ["retriever"],
    "camera:5d": ["retriever"],
    "folder:photos": ["lunch", "park", "retriever", "name"],
    "folder:/pho*": ["lunch", "park", "retriever", "name"],
    "name:my_d*": ["name"],
    "name:my_d": [],
    "retr*": ["retriever"],
    "missing:people": ["park", "name"],
    "format:jpg,png": ["lunch", "park", "retriever", "name"],
    "format:png": [],
    "state:none|draft": ["lunch", "park", "retriever", "name"],
    "origin:model": ["lunch", "park", "retriever"],
    "origin:me": [],
    "missing:tags": ["name"],
    "duplicate:": [],
    "problem:": [],
    "lunch or park": ["lunch", "park"],
}


@pytest.mark.parametrize("query", EXAMPLES)
def test_examples(library: Library, names: dict[int, str], query: str) -> None:
    assert found(library, names, query) == EXAMPLES[query]


@pytest.mark.parametrize(
    ("query", "expected"), [("gol", ["retriever"]), ("golden re", ["retriever"]), ("lun", ["lunch"])]
)
def test_a_word_being_typed_may_go_on(library: Library, names: dict[int, str], query: str, expected: list[str]) -> None:
    assert found(library, names, query, typing=True) == expected


def test_texts_of_people_are_found_by_any_part_of_a_chinese_sentence(library: Library, names: dict[int, str]) -> None:
    photo = next(iter(names))
    review.set_text(library, [photo], "北京大学的花园，Crème brûlée")
    for query in ("大学", "text:花园", "creme", '"creme brulee"', "花园 brulee"):
        assert found(library, names, query) == ["retriever"], query
    for query in ("学大", "caption:花园", "花园的", "missing:alt state:approved"):
        assert found(library, names, query) == [], query
    assert found(library, names, "state:approved has:en") == ["retriever"]


def test_a_phrase_does_not_reach_from_one_text_into_the_next(library: Library, names: dict[int, str]) -> None:
    photo = next(iter(names))
    review.set_text(library, [photo], "the end")
    review.set_text(library, [photo], "begin anew", field=Field.EXTENDED)
    assert found(library, names, '"the end"') == ["retriever"]
    assert found(library, names, '"end begin"') == []
    assert found(library, names, "end begin") == ["retriever"]


def test_a_folder_with_all_below_it_is_not_its_neighbour(library: Library) -> None:
    places = ("/trips/Berlin", "/trips/Berlin/zoo", "/trips/Berlin 2", "/trips/Berlin 2/zoo", "/other/trips/Berlin")
    own, below, *_ = [add_photos(library, "p.jpg", folder=place)[0] for place in places]
    with library.read() as connection:
        assert set(search.find(connection, 'folder:="/trips/Berlin/**"')) == {own, below}
        assert set(search.find(connection, "folder:=/trips/berlin/**")) == {own, below}
        assert set(search.find(connection, "folder:=/trips/berlin")) == {own}
        assert search.count(connection, "folder:berlin") == 5
        assert search.count(connection, 'folder:="/trips/Berlin 2/**"') == 2
        assert search.count(connection, "folder:=/trips/**") == 4


def test_photos_that_a_pack_has_looked_at(library: Library) -> None:
    seen, changed, new = add_photos(library, "a.jpg", "b.jpg", "c.jpg")
    with library.write() as block:
        run = block.connection.exec_driver_sql
        for photo in (seen, changed):
            run("INSERT INTO run SELECT id, 'objects', '1', digest, '{}' FROM photo WHERE id = ?", (photo,))
        run("UPDATE photo SET digest = x'00' WHERE id = ?", (changed,))
        block.touch([seen, changed])
    with library.read() as connection:
        assert list(search.find(connection, "pack:objects")) == [seen]
        assert set(search.find(connection, "-pack:objects")) == {changed, new}
        (offered,) = search.complete(connection, "pack:ob", 7)
        assert (offered.text, offered.photos) == ("pack:objects", 1)


def test_missing_photos_are_left_out_and_come_back(library: Library, names: dict[int, str]) -> None:
    photo = next(iter(names))
    for when, expected in (("2026-01-01", ["park", "name"]), (None, ["park", "retriever", "name"])):
        with library.write() as block:
            block.connection.exec_driver_sql("UPDATE photo SET missing_since = ? WHERE id = ?", (when, photo))
            block.touch(photo)
        assert found(library, names, "dog") == expected


def test_a_photo_that_is_deleted_takes_its_search_row_with_it(library: Library, names: dict[int, str]) -> None:
    photo = next(iter(names))
    with library.write() as block:
        block.connection.exec_driver_sql("DELETE FROM photo WHERE id = ?", (photo,))
        block.touch(photo)
    assert found(library, names, "dog") == ["park", "name"]
    with library.read() as connection:
        rows = connection.exec_driver_sql("SELECT count(*) FROM photo_words").scalar_one()
    assert rows == 3


def test_exact_copies_are_duplicates(library: Library, names: dict[int, str]) -> None:
    with library.write() as block:
        block.connection.exec_driver_sql("UPDATE photo SET digest = x'01' WHERE id IN (?, ?)", tuple(names)[:2])
        block.touch(list(names))
    assert found(library, names, "duplicate:") == ["lunch", "retriever"]


def test_text_read_in_a_photo_and_problems(library: Library, names: dict[int, str]) -> None:
    photo = next(iter(names))
    with library.write() as block:
        run = block.connection.exec_driver_sql
        run(
            "INSERT INTO run SELECT id, 'text', '1', digest, ? FROM photo WHERE id = ?",
            ('{"t":[["Exit","0.9",0,0,1,1],["only",0.8,0,0,1,1]]}', photo),
        )
        run("INSERT INTO problem VALUES (?, 'scan', 'The file is cut off.', '2026-01-01')", (photo,))
        block.touch(photo)
    for query in ('ocr:"exit only"', "problem:", "problem:scan", "problem:cut"):
        assert found(library, names, query) == ["retriever"], query
    assert found(library, names, "exit") == []


def test_pages_are_parts_of_the_whole(library: Library, names: dict[int, str]) -> None:
    with library.read() as connection:
        for order in Order:
            whole = list(search.find(connection, "", order=order))
            pages = [list(search.find_page(connection, "", offset=at, limit=2, order=order)) for at in (0, 2, 4)]
            assert [photo for page in pages for photo in page] == whole
            assert [len(page) for page in pages] == [2, 2, 0]


def test_a_number_before_a_name_counts_it(library: Library, names: dict[int, str]) -> None:
    retriever, lunch, park, other = names
    with library.write() as block:
        run = block.connection.exec_driver_sql
        run("UPDATE tag SET count = 2 WHERE photo_id IN (?, ?)", (retriever, lunch))
        run("UPDATE tag SET count = 3 WHERE photo_id = ?", (park,))
        block.touch([retriever, lunch, park])
    review.set_text(library, [other], "Two dogs asleep")
    for query, expected in {
        "two dogs": ["retriever", "name"],
        "2 golden retrievers": ["retriever"],
        "three animals": ["park"],
        "one dog": ["park", "retriever", "name"],
        "two hot dogs": ["lunch"],
        "two dogs score:>0.8": ["retriever"],
        "-(two dogs)": ["lunch", "park"],
        "two zebras": [],
    }.items():
        assert found(library, names, query) == expected, query


def test_orders(library: Library, names: dict[int, str]) -> None:
    with library.write() as block:
        for certainty, photo in zip((0.5, 0.2, None, 0.9), names, strict=True):
            block.connection.exec_driver_sql("UPDATE photo SET certainty = ? WHERE id = ?", (certainty, photo))
        block.connection.exec_driver_sql("UPDATE photo SET changed = '9'")
    with library.read() as connection:
        order = {order: [names[p] for p in search.find(connection, "", order=order)] for order in Order}
    assert order[Order.NAME] == ["lunch", "name", "park", "retriever"]
    assert order[Order.CERTAINTY] == ["lunch", "retriever", "name", "park"]
    assert order[Order.CHANGED] == ["retriever", "lunch", "park", "name"]
    assert order[Order.FOLDER] == ["lunch", "name", "park", "retriever"]


def test_the_queue_begins_with_the_surest_draft(library: Library, names: dict[int, str]) -> None:
    rows = zip(names, (1, 2, 1, 4), (0.5, 0.99, 0.9, None), strict=True)
    with library.write() as block:
        for photo, state, certainty in rows:
            block.connection.exec_driver_sql(
                "UPDATE photo SET state = ?, certainty = ? WHERE id = ?", (state, certainty, photo)
            )
    with library.read() as connection:
        found = list(search.find(connection, "", order=Order.QUEUE))
    first, approved, surest, stale = names
    assert found == [surest, first, stale, approved]
