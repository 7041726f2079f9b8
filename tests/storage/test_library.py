"""The library file: all or nothing, readers beside a writer, listeners, and files that can't be opened."""

import sqlite3
import threading
from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect

from storage import migrations, tables
from storage.job import KnownError
from storage.library import Changes, Library
from tests.storage.conftest import add_photos


def test_the_tables_that_queries_use_are_the_tables_that_the_steps_make(library: Library) -> None:
    made = inspect(create_engine(f"sqlite:///{library.path}"))
    for table in tables.metadata.sorted_tables:
        assert {c["name"] for c in made.get_columns(table.name)} == set(table.columns.keys()), table.name
        keys = made.get_pk_constraint(table.name)["constrained_columns"]
        assert set(keys) == {c.name for c in table.primary_key}, table.name


def test_a_block_that_fails_leaves_nothing(library: Library) -> None:
    heard: list[Changes] = []
    library.listen(heard.append)
    with pytest.raises(RuntimeError), library.write() as block:
        block.connection.exec_driver_sql("INSERT INTO setting VALUES ('a', '1')")
        block.settings_changed()
        raise RuntimeError
    with library.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM setting").scalar() == 0
    assert heard == []


def test_listeners_hear_what_a_block_changed_after_it_is_committed(library: Library) -> None:
    seen: list[tuple[Changes, int]] = []

    def listen(changes: Changes) -> None:
        with library.read() as connection:
            count = connection.exec_driver_sql("SELECT count(*) FROM photo").scalar_one()
        seen.append((changes, count))

    stop = library.listen(listen)
    ids = add_photos(library, "a.jpg", "b.jpg")
    assert seen == [(Changes(frozenset(ids), listing=True), 2)]
    stop()
    add_photos(library, "c.jpg")
    assert len(seen) == 1


def test_a_reader_keeps_its_view_while_another_thread_writes(library: Library) -> None:
    with library.read() as connection:
        before = connection.exec_driver_sql("SELECT count(*) FROM photo").scalar_one()
        writer = threading.Thread(target=add_photos, args=(library, "a.jpg"))
        writer.start()
        writer.join()
        assert connection.exec_driver_sql("SELECT count(*) FROM photo").scalar_one() == before
    with library.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM photo").scalar_one() == before + 1


def test_two_open_libraries_on_one_file_write_in_turn(tmp_path: Path) -> None:
    path = tmp_path / "shared.altfolio"
    with Library(path) as one, Library(path) as other:
        threads = [
            threading.Thread(target=add_photos, args=(opened, f"{name}-{i}.jpg"))
            for name, opened in (("one", one), ("other", other))
            for i in range(20)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        with one.read() as connection:
            assert connection.exec_driver_sql("SELECT count(*) FROM photo").scalar_one() == 40


def test_a_newer_library_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "newer.altfolio"
    Library(path).close()
    with sqlite3.connect(path) as connection:
        connection.execute(f"PRAGMA user_version = {len(migrations.STEPS) + 1}")
    connection.close()
    with pytest.raises(KnownError, match="newer Altfolio"):
        Library(path)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [(b"this is not a database, it only has the name of one" * 40, "not an Altfolio library")],
)
def test_a_foreign_file_is_refused_and_left_alone(tmp_path: Path, content: bytes, sentence: str) -> None:
    path = tmp_path / "foreign.altfolio"
    path.write_bytes(content)
    with pytest.raises(KnownError, match=sentence):
        Library(path)
    assert path.read_bytes() == content


def test_a_database_of_another_program_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE theirs (a)")
    connection.close()
    with pytest.raises(KnownError, match="another program"):
        Library(path)


def test_a_folder_that_can_not_be_made_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(KnownError, match="can't be made"):
        Library(tmp_path / "file" / "library.altfolio")
