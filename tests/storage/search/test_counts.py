"""The kept numbers of photos by fact are those of the index, whatever happens to photos."""

import sqlite3
from pathlib import Path

import pytest

from storage import backup, concepts, migrations, overview, review
from storage.library import Library
from storage.scan import remove_root, scan
from storage.search import counts
from tests.storage.conftest import TREE, add_photos
from tests.storage.photo_maker import jpeg, put


def wrong(library: Library) -> int:
    with library.read() as connection:
        return counts.wrong(connection)


def number(library: Library, fact: str) -> int:
    with library.read() as connection:
        return dict(counts.of_kind(connection, fact[:2])).get(fact, 0)


def test_numbers_follow_tags_decisions_missing_photos_and_removed_folders(library: Library, tmp_path: Path) -> None:
    folder = tmp_path / "photos"
    for photo in range(6):
        put(folder, f"{photo // 3}/{photo}.jpg", jpeg(photo, size=(16, 16), taken=f"20{20 + photo}:05:06 07:08:09"))
    list(scan(library, [folder / "0", folder / "1"]))
    assert number(library, "#fjpeg") == 6 and not wrong(library)
    with library.write() as block:
        concepts.install(block.connection, TREE, "tree 1")
        dog = concepts.ids_by_key(block.connection)["dog"]
        block.connection.exec_driver_sql(
            "INSERT INTO tag VALUES (?, ?, 0, 0, 0.9, 1)", [(photo, dog) for photo in (1, 2, 4)]
        )
        block.touch((1, 2, 4))
    assert number(library, f"#c{dog}") == 3 and not wrong(library)
    review.set_text(library, [1, 2], "A dog.")
    assert number(library, "#s2") == 2 and not wrong(library)
    (folder / "0/1.jpg").unlink()
    list(scan(library))
    assert number(library, f"#c{dog}") == 2 and not wrong(library)
    list(remove_root(library, folder / "1"))
    assert number(library, f"#c{dog}") == 1 and number(library, "#y2024") == 0 and not wrong(library)
    with library.read() as connection:
        assert [branch.photos for branch in overview.concepts(connection)] == [1]


def test_an_older_library_gets_its_numbers(tmp_path: Path) -> None:
    path = tmp_path / "older.altfolio"
    with Library(path) as library:
        add_photos(library, "a.jpg", "b.jpg")
    with sqlite3.connect(path) as connection:  # as it was one step before
        connection.executescript(
            "DROP TABLE fact_count; DROP TRIGGER photo_gone; "
            "CREATE TRIGGER photo_gone AFTER DELETE ON photo BEGIN SELECT 1; END; "
            f"PRAGMA user_version = {migrations.STEPS.index(migrations._FACT_COUNTS)}"
        )
    connection.close()
    with Library(path) as library:
        assert number(library, "#s0") == 2 and not wrong(library)


@pytest.mark.parametrize("harm", ["DELETE FROM fact_count", "UPDATE fact_count SET photos = photos + 1"])
def test_wrong_numbers_are_found_and_mended(library: Library, harm: str) -> None:
    add_photos(library, "a.jpg", "b.jpg")
    with library.write() as block:
        block.connection.exec_driver_sql(harm)
    assert any("numbers" in complaint.message for complaint in backup.check(library))
    list(backup.repair(library))
    assert not wrong(library)
    assert not any("numbers" in complaint.message for complaint in backup.check(library))
