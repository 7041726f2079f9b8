"""The library's own safety: a copy while it is written to, damage that is noticed, and a new library from the files."""

import errno
import multiprocessing
import os
import shutil
import signal
import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from PIL import Image

from storage import backup, embed, library_place, photos, review, search, settings, soundness
from storage.exchange.records import records
from storage.job import KnownError
from storage.library import Library
from storage.metadata import swap
from storage.scan import scan
from storage.schema import Field, PhotoState
from storage.search import saved
from storage.words import approved_words
from tests.storage.conftest import add_photos


def count(path: Path) -> int:
    with Library(path) as library, library.read() as connection:
        return search.count(connection, "")


def fill(library: Library, photos_: int) -> list[int]:
    ids: list[int] = []
    for start in range(0, photos_, 500):
        ids += add_photos(library, *(f"{start + number}.jpg" for number in range(500)))
    return ids


def test_a_backup_is_one_moment_of_a_library_in_use(library: Library, tmp_path: Path) -> None:
    ids = fill(library, 5_000)
    target = tmp_path / "backup.altfolio"
    stop = threading.Event()

    def edit() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            # Both photos in one batch: at any one moment their texts are the same.
            review.set_text(library, [ids[0], ids[-1]], f"Text {number}.")

    writer = threading.Thread(target=edit)
    writer.start()
    try:
        steps = list(backup.backup(library, target))
    finally:
        stop.set()
        writer.join()
    assert steps[-1].done == steps[-1].total
    assert [place.name for place in tmp_path.iterdir() if "backup" in place.name] == ["backup.altfolio"]
    with Library(target) as copy, copy.read() as connection:
        assert search.count(connection, "") == 5_000
        first, last = photos.rows(connection, [ids[0], ids[-1]])
        assert first.alt_text == last.alt_text
    with Library(target) as copy:
        assert backup.check(copy) == []


def test_a_backup_replaces_only_a_library_and_never_the_library_itself(library: Library, tmp_path: Path) -> None:
    add_photos(library, "a.jpg")
    other = tmp_path / "letter.txt"
    other.write_text("Dear Ada")
    with pytest.raises(KnownError, match="is not a library"):
        backup.backup(library, other)
    with pytest.raises(KnownError, match="the library itself"):
        backup.backup(library, library.path)
    with pytest.raises(KnownError, match="folder is not there"):
        list(backup.backup(library, tmp_path / "nowhere" / "b.altfolio"))
    target = tmp_path / "b.altfolio"
    list(backup.backup(library, target))
    add_photos(library, "b.jpg")
    list(backup.backup(library, target))
    assert count(target) == 2


def test_a_backup_onto_another_library_keeps_that_with_its_last_words(library: Library, tmp_path: Path) -> None:
    other = tmp_path / "other.altfolio"
    with Library(other) as mine:
        (photo,) = add_photos(mine, "o.jpg")
        review.set_text(mine, [photo], "Words that are nowhere else.")
        with pytest.raises(KnownError, match="is open"):
            list(backup.backup(library, other))
        assert not [place for place in tmp_path.iterdir() if ".part" in place.name]
        review.set_text(mine, [photo], "The last words.")
        killed = {ending: Path(f"{other}{ending}").read_bytes() for ending in ("", "-wal")}
    for ending, content in killed.items():
        Path(f"{other}{ending}").write_bytes(content)
    list(backup.backup(library, other))
    assert count(other) == 0
    (kept,) = tmp_path.glob("other 2*.altfolio")
    with Library(kept) as again, again.read() as connection:
        assert connection.exec_driver_sql("SELECT text FROM text").scalars().all() == ["The last words."]


def test_nothing_is_put_in_the_place_of_a_library_that_is_open(library: Library, tmp_path: Path) -> None:
    target = tmp_path / "b.altfolio"
    list(backup.backup(library, target))
    (photo,) = add_photos(library, "a.jpg")
    for put in (backup.restore, library_place.put_in_place):
        with pytest.raises(KnownError, match="is open"):
            put(target, library.path)
    review.set_text(library, [photo], "Still here.")
    library.close()
    aside = backup.restore(target, library.path)
    assert aside is not None and count(aside) == 1 and count(library.path) == 0


@pytest.mark.parametrize("exchanged", [True, False])
def test_there_is_a_library_at_every_moment_of_a_restore(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, exchanged: bool
) -> None:
    """A file system that can't exchange names is one that says so."""
    if not exchanged:
        monkeypatch.setattr(library_place, "exchange", lambda *_: False)
    target = tmp_path / "b.altfolio"
    list(backup.backup(library, target))
    add_photos(library, "a.jpg")
    library.close()
    over, seen = threading.Event(), set()

    def look() -> None:
        while not over.is_set():
            seen.add(backup.is_library(library.path))

    with ThreadPoolExecutor(1) as pool:
        looking = pool.submit(look)
        asides = [backup.restore(target, library.path) for _ in range(20)]
        over.set()
        looking.result()
    assert seen == {True}
    assert [count(aside) for aside in asides if aside is not None] == [1] + [0] * 19
    assert count(library.path) == 0


@pytest.mark.parametrize("exchanged", [True, False])
def test_a_restore_that_fails_leaves_all_as_it_was(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, exchanged: bool
) -> None:
    target = tmp_path / "b.altfolio"
    list(backup.backup(library, target))
    library.close()
    Path(f"{library.path}-wal").write_bytes(b"a log that nobody could write back")
    monkeypatch.setattr(soundness, "in_use", lambda _: False)  # which would look into it
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}

    copyfile = shutil.copyfile

    def copy(source: Path, target: Path) -> object:
        return fail() if source == library.path else copyfile(source, target)

    def fail(*_: object) -> bool:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(library_place, "exchange", fail if exchanged else lambda *_: False)
    monkeypatch.setattr(shutil, "copyfile", copy)
    with pytest.raises(KnownError, match="Input/output error"):
        backup.restore(target, library.path)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before
    monkeypatch.setattr(shutil, "copyfile", copyfile)
    monkeypatch.setattr(library_place, "exchange", (lambda *_: False) if not exchanged else swap.exchange)
    aside = backup.restore(target, library.path)
    assert aside is not None and Path(f"{aside}-wal").read_bytes() == before["test.altfolio-wal"]
    assert not Path(f"{library.path}-wal").exists(), "a library never meets the log of another"
    assert count(library.path) == 0


def test_a_backup_that_is_stopped_leaves_the_last_one(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backup, "PAGES", 4)
    target = tmp_path / "b.altfolio"
    list(backup.backup(library, target))
    fill(library, 10_000)
    job = backup.backup(library, target)
    next(job)
    job.close()
    assert count(target) == 0
    assert sorted(place.name for place in tmp_path.iterdir() if place.name.startswith((".", "b."))) == [target.name]


def _backup_and_die(path: Path, target: Path) -> None:
    backup.PAGES = 4  # so that it is met in the middle
    with Library(path) as library:
        for progress in backup.backup(library, target):
            assert progress.total is not None
            assert 0 < progress.done < progress.total
            os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.skipif(os.name == "nt", reason="no SIGKILL there")
def test_a_backup_that_is_killed_leaves_the_last_one_and_the_next_cleans_up(library: Library, tmp_path: Path) -> None:
    target = tmp_path / "b.altfolio"
    list(backup.backup(library, target))
    fill(library, 10_000)
    process = multiprocessing.get_context("spawn").Process(target=_backup_and_die, args=(library.path, target))
    process.start()
    process.join(60)
    assert process.exitcode == -signal.SIGKILL
    assert count(target) == 0
    list(backup.backup(library, target))
    assert count(target) == 10_000
    assert not [place for place in tmp_path.iterdir() if ".part" in place.name]


def damaged(library: Library) -> None:
    """Write over the middle of a library's file, as a dying disk does."""
    fill(library, 3_000)
    library.close()
    with sqlite3.connect(library.path) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    size = library.path.stat().st_size
    with library.path.open("r+b") as stream:
        stream.seek(size // 3)
        stream.write(b"\xff" * (size // 3))


def test_a_library_that_was_killed_is_restored_with_its_last_words(library: Library, tmp_path: Path) -> None:
    (photo,) = add_photos(library, "last.jpg")
    review.set_text(library, [photo], "The last words.")
    killed = tmp_path / "killed.altfolio"
    for ending in ("", "-wal"):  # as it is set aside when another is put in its place
        shutil.copyfile(f"{library.path}{ending}", f"{killed}{ending}")
    backup.restore(killed, tmp_path / "again.altfolio")
    with Library(tmp_path / "again.altfolio") as again, again.read() as connection:
        assert "The last words." in connection.exec_driver_sql("SELECT text FROM text").scalars().all()


def test_damage_is_noticed_and_answered(library: Library, tmp_path: Path) -> None:
    assert backup.damage(library.path) is None
    damaged(library)
    said = backup.damage(library.path)
    assert said is not None
    assert "Restore a backup" in said
    assert [complaint.kind for complaint in backup.check(library)] == ["damage"]
    with pytest.raises(KnownError, match="damaged"):
        list(backup.backup(library, tmp_path / "b.altfolio"))
    assert not (tmp_path / "b.altfolio").exists()
    (tmp_path / "text").write_text("no library, but long enough to be read as one" * 100)
    assert "damaged" in (backup.damage(tmp_path / "text") or "")


def test_rows_that_belong_to_nothing_are_found_and_repaired(library: Library) -> None:
    a, b = add_photos(library, "a.jpg", "b.jpg")
    review.add_tag(library, [a, b], "holiday")
    assert backup.check(library) == []
    connection = sqlite3.connect(library.path)
    connection.execute("DELETE FROM photo WHERE id = ?", (a,))  # without foreign keys, as no program of ours does
    connection.execute("DELETE FROM photo_words")
    connection.execute("UPDATE file_write SET done = 1")
    connection.commit()
    connection.close()
    assert {complaint.kind for complaint in backup.check(library)} == {"orphans", "search"}
    list(backup.repair(library))
    assert backup.check(library) == []
    with library.read() as reading:
        assert list(search.find(reading, "holiday")) == [b]


def test_no_table_is_forgotten_when_rows_belong_to_nothing(library: Library) -> None:
    (photo,) = add_photos(library, "a.jpg")
    lost = {
        "tag": (photo, 9_999, 2, 1, None, None),
        "tag_path": (photo, 9_999, '["trip", "sea"]'),
        "concept_path": (9_999, '["trip", "sea"]', 0),
        "alike": ("near", 9_999, photo, b""),
    }
    connection = sqlite3.connect(library.path)
    for table, row in lost.items():
        connection.execute(f"INSERT INTO {table} VALUES ({','.join('?' * len(row))})", row)
    connection.execute("INSERT INTO file_write (photo_id, target, intent, done, at) VALUES (9999, 'a', '', 1, '')")
    connection.commit()
    connection.close()
    said = " ".join(complaint.message for complaint in backup.check(library))
    assert all(f"“{table}”" in said for table in [*lost, "file_write"])
    list(backup.repair(library))
    assert backup.check(library) == []
    with library.read() as reading:  # what was written into a file is still known
        assert reading.exec_driver_sql("SELECT count(*) FROM file_write").scalar_one() == 1


def test_a_damaged_search_index_and_tree_are_found_and_made_anew(library: Library) -> None:
    (photo,) = add_photos(library, "beach.jpg")
    connection = sqlite3.connect(library.path)
    # The index loses what the rows still say; and a golden retriever is a dog, but no animal any more.
    connection.execute("DELETE FROM photo_words_idx")
    connection.execute("DELETE FROM photo_words_data WHERE id > 10")
    connection.execute(
        "DELETE FROM concept_above WHERE concept_id = (SELECT id FROM concept WHERE key = 'golden retriever') "
        "AND above_id = (SELECT id FROM concept WHERE key = 'animal')"
    )
    connection.commit()
    connection.close()
    assert backup.damage(library.path) is None
    assert {complaint.kind for complaint in backup.check(library)} == {"search", "concepts"}
    list(backup.repair(library))
    assert backup.check(library) == []
    with library.read() as reading:
        assert list(search.find(reading, "beach")) == [photo]


@pytest.fixture
def embedded(tmp_path: Path) -> Path:
    """A library whose photos have words in their files; one has approved words that were never embedded."""
    folder = tmp_path / "photos"
    folder.mkdir()
    for number in range(4):
        Image.new("RGB", (40 + number, 30), (60 * number, 9, 9)).save(folder / f"{number}.{('jpg', 'png')[number % 2]}")
    with Library(tmp_path / "old.altfolio") as library:
        settings.save(library, language="de")
        saved.save(library, "Ferien", "tag:ferien -missing:alt")
        list(scan(library, [folder]))
        with library.read() as connection:
            ids = list(search.find(connection, ""))
        for photo in ids[:3]:
            review.set_text(library, [photo], f"Foto {photo}: “ß”, \U0001f415.", language="de")
            review.set_text(library, [photo], f"Photo {photo}.\nTwo lines.", field=Field.EXTENDED, language="en")
            review.add_tag(library, [photo], "Ferien")
        list(embed.embed(library))
        with library.read() as connection:
            assert photos.state_counts(connection)[PhotoState.EMBEDDED] == 3
        review.set_text(library, ids[3:], "Never embedded.", language="de")
    return tmp_path / "old.altfolio"


def words_by_name(path: Path) -> dict[bytes, str]:
    with Library(path) as library, library.read() as connection:
        ids = list(search.find(connection, ""))
        words = approved_words(connection, ids)
        return {record.path: words[photo].canonical() for photo, record in records(connection, ids)}


def test_rebuilding_loses_nothing_that_was_embedded(embedded: Path, tmp_path: Path) -> None:
    before = words_by_name(embedded)
    target = tmp_path / "new.altfolio"
    list(backup.rebuild(embedded, target))
    after = words_by_name(target)
    assert {path: words for path, words in after.items() if "Never" not in before[path]} == {
        path: words for path, words in before.items() if "Never" not in words
    }
    assert len(after) == 4
    with Library(target) as library:
        with library.read() as connection:
            assert photos.state_counts(connection)[PhotoState.EMBEDDED] == 3
            assert settings.load(connection).language == "de"
            assert [one.name for one in saved.load(connection)] == ["Ferien"]
        assert backup.check(library) == []
    with pytest.raises(KnownError, match="there already"):
        backup.rebuild(embedded, target)


def test_a_library_that_cannot_be_read_at_all_is_rebuilt_from_named_folders(embedded: Path, tmp_path: Path) -> None:
    embedded.write_bytes(b"\xff" * 8192)
    with pytest.raises(KnownError, match="Name the folders"):
        backup.rebuild(embedded, tmp_path / "new.altfolio")
    list(backup.rebuild(embedded, tmp_path / "new.altfolio", [tmp_path / "photos"]))
    assert len(words_by_name(tmp_path / "new.altfolio")) == 4
    shutil.rmtree(tmp_path / "photos")
    with pytest.raises(KnownError, match="None of the folders"):
        list(backup.rebuild(embedded, tmp_path / "newer.altfolio", [tmp_path / "photos"]))
    assert sorted(place.name for place in tmp_path.iterdir()) == ["new.altfolio", "old.altfolio"]
