"""Scans of large folders and many photos: in parts, in processes, and by marks of what did not change."""

import os
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from storage import embed, photos, review
from storage.job import Progress
from storage.library import Library
from storage.scan import ScanOptions, folder_problems, glances, readers, scan, scanning, take_in, walk
from storage.scan.compare import compare
from storage.scan.read_photo import Found, read_photos
from storage.schema import PhotoState
from tests.storage.photo_maker import jpeg, put

SIDECAR = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    b'<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:subject><rdf:Bag>'
    b"<rdf:li>harbour</rdf:li></rdf:Bag></dc:subject></rdf:Description></rdf:RDF></x:xmpmeta>"
)


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Library(tmp_path / "library.altfolio") as opened:
        yield opened


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "photos"
    made.mkdir()
    return made


@pytest.fixture
def in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Folders count as large from eleven entries on."""
    monkeypatch.setattr(walk, "PART", 10)
    monkeypatch.setattr(walk, "SMALL", -1)


def run(library: Library, *folders: Path) -> Progress:
    return list(scan(library, folders))[-1]


def names(library: Library, *, missing: bool = False) -> set[str]:
    with library.read() as connection:
        return {
            bytes(name).decode()
            for name in connection.exec_driver_sql(
                f"SELECT file FROM photo WHERE missing_since IS {'NOT ' if missing else ''}NULL"
            ).scalars()
        }


def marks(library: Library) -> list[bytes | None]:
    with library.read() as connection:
        return list(connection.exec_driver_sql("SELECT mark FROM folder ORDER BY path").scalars())


@pytest.mark.usefixtures("in_parts")
def test_a_large_folder_comes_in_parts_and_nothing_is_missed(library: Library, folder: Path) -> None:
    for number in range(35):
        put(folder, f"{number:02}.jpg", jpeg(number, size=(16, 16)))
    put(folder, "07.xmp", SIDECAR)
    parts = [part for part in walk.walk(bytes(folder), set()) if isinstance(part, walk.Listing)]
    assert [(part.first, part.last) for part in parts] == [(True, False), (False, False), (False, False), (False, True)]
    assert run(library, folder).done == 35
    with library.read() as connection:
        assert (
            connection.exec_driver_sql(
                "SELECT count(*) FROM photo WHERE sidecar IS NOT NULL AND file = ?", (b"07.jpg",)
            )
        ).scalar_one() == 1
    heard: list[object] = []
    library.listen(heard.append)
    assert run(library) == Progress(stage="scan", done=35, total=35)
    assert not heard


@pytest.mark.usefixtures("in_parts")
def test_in_a_large_folder_what_goes_comes_and_changes_its_name_is_noticed(library: Library, folder: Path) -> None:
    made = [put(folder, f"{number:02}.jpg", jpeg(number, size=(16, 16))) for number in range(35)]
    run(library, folder)
    made[3].unlink()
    kept = made[4].read_bytes()
    made[4].unlink()
    made[5].rename(folder / "new name.jpg")
    put(folder, "41.jpg", jpeg(41, size=(16, 16)))
    run(library)
    assert names(library, missing=True) == {"03.jpg", "04.jpg"}
    assert names(library) >= {"41.jpg", "new name.jpg"}
    put(folder, "04.jpg", kept)
    run(library)
    assert names(library, missing=True) == {"03.jpg"}


def test_a_folder_is_marked_and_loses_the_mark_with_any_change(library: Library, folder: Path) -> None:
    put(folder, "one/a.jpg", jpeg(1))
    put(folder, "two/b.jpg", jpeg(2))
    run(library, folder)
    before = marks(library)
    assert len(set(before)) == 2
    assert None not in before
    with library.write() as block:
        block.connection.exec_driver_sql("UPDATE photo SET mtime_ns = 0 WHERE file = ?", (b"a.jpg",))
    assert [mark is None for mark in marks(library)] == [True, False]
    run(library)
    assert marks(library) == before
    (folder / "two/b.jpg").rename(folder / "one/b.jpg")
    run(library)
    assert names(library) == {"a.jpg", "b.jpg"}
    assert not names(library, missing=True)
    assert marks(library)[0] not in before


def test_a_photo_that_changed_is_seen_in_a_marked_folder(library: Library, folder: Path) -> None:
    path = put(folder, "a.jpg", jpeg(1, size=(16, 16)))
    run(library, folder)
    path.write_bytes(jpeg(1, size=(48, 32)))
    run(library)
    with library.read() as connection:
        assert connection.exec_driver_sql("SELECT width, height FROM photo").one() == (48, 32)


@pytest.mark.parametrize("leaves_an_empty_folder", [False, True])
def test_a_disk_that_goes_away_during_a_scan_loses_nothing(
    library: Library, folder: Path, leaves_an_empty_folder: bool
) -> None:
    for number in range(200):
        put(folder, f"{number // 2}/{number}.jpg", jpeg(number, size=(16, 16)))
    run(library, folder)
    before = names(library)
    put(folder, "0/new.jpg", jpeg(201, size=(16, 16)))
    with closing(scan(library)) as job:
        next(job)  # two thirds of the folders have been compared by now
        folder.rename(folder.with_name("unplugged"))
        if leaves_an_empty_folder:
            folder.mkdir()
        list(job)
    assert names(library) - {"new.jpg"} == before
    assert not names(library, missing=True)
    (message,) = (message for _, message in folder_problems(library))
    assert "Nothing was marked as missing" in message
    if leaves_an_empty_folder:
        folder.rmdir()
    folder.with_name("unplugged").rename(folder)
    assert run(library).done == 201
    assert names(library) == {*before, "new.jpg"}
    assert folder_problems(library) == []


def found(folder: Path) -> list[Found]:
    return [
        Found(listing.path, entry)
        for listing in walk.walk(bytes(folder), set())
        if isinstance(listing, walk.Listing)
        for entry in listing.photos.entries()
    ]


def test_processes_read_what_threads_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readers, "MANY", 0)
    put(folder, "a.jpg", jpeg(1, taken="2024:05:06 07:08:09"))
    put(folder, "broken.jpg", b"no photo")
    photos = found(folder)
    made = readers.Readers(2)
    try:
        assert made.team.pool.submit(made.read, photos).result() == read_photos(photos)
        assert made.team.processes
        assert made.team.works
    finally:
        made.close()


def test_a_process_that_dies_costs_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readers, "MANY", 0)
    monkeypatch.setattr(readers, "COMMAND", [sys.executable, "-c", "pass"])
    put(folder, "a.jpg", jpeg(1))
    photos = found(folder)
    made = readers.Readers(2)
    try:
        assert made.team.pool.submit(made.read, photos).result() == read_photos(photos)
        assert not made.team.works
    finally:
        made.close()


def test_photos_that_moved_to_a_folder_which_is_read_first_are_not_missing(library: Library, folder: Path) -> None:
    for number in range(400):  # more than are read before the folder they came from is settled
        put(folder, f"z/{number:03}.jpg", jpeg(number, size=(16, 16)))
    put(folder, "z/stays.jpg", jpeg(400, size=(16, 16)))
    run(library, folder)
    (folder / "a").mkdir()
    for number in range(400):
        (folder / f"z/{number:03}.jpg").rename(folder / f"a/{number:03}.jpg")
    run(library)
    assert not names(library, missing=True)
    assert len(names(library)) == 401


@pytest.mark.parametrize("late", [False, True])
def test_words_that_were_read_before_an_embedding_are_not_taken_for_what_the_file_says(
    library: Library, folder: Path, monkeypatch: pytest.MonkeyPatch, late: bool
) -> None:
    path = put(folder, "a.jpg", jpeg(1, size=(16, 16)))
    run(library, folder)
    review.set_text(library, [1], "A grey square.")
    os.utime(path, (1, 1))
    (listing,) = walk.walk(bytes(folder), set())
    assert isinstance(listing, walk.Listing)
    (difference,) = compare(library, [listing])
    reads = read_photos(difference.found)
    if late:  # between the look at the files and the write block
        monkeypatch.setattr(take_in, "_in_step", lambda _: bool(list(embed.embed(library))) and False)
    else:
        list(embed.embed(library))
    take_in.Intake(library, language="en", offline=[]).take_in(reads)
    with library.read() as connection:
        (row,) = photos.rows(connection, [1])
        identity = connection.exec_driver_sql("SELECT inode, size, mtime_ns FROM photo").one()
    assert row.state == PhotoState.EMBEDDED
    assert identity == (path.stat().st_ino, path.stat().st_size, path.stat().st_mtime_ns)
    assert run(library).done == 1
    with library.read() as connection:
        assert photos.rows(connection, [1])[0].state == PhotoState.EMBEDDED


def test_photos_of_a_disk_that_goes_away_before_they_are_written_down_neither_move_nor_are_missing(
    library: Library, folder: Path, tmp_path: Path
) -> None:
    """Its words would have gone to a copy elsewhere, and the photo come back without them."""
    put(folder, "a.jpg", jpeg(1))
    put(folder, "b.jpg", jpeg(2))
    run(library, folder)
    review.set_text(library, [1], "A grey square.")
    copy = put(tmp_path / "copies", "a.jpg", jpeg(1)).parent
    put(folder, "b.jpg", jpeg(3, size=(16, 16)))
    waiting = [*found(copy), *(each for each in found(folder) if each.file == b"b.jpg")]
    intake = take_in.Intake(library, language="en", offline=[])
    folder.rename(tmp_path / "unplugged")
    intake.take_in(read_photos(waiting))
    assert not names(library, missing=True)
    with library.read() as connection:
        (row,) = photos.rows(connection, [1])
    assert row.path == folder / "a.jpg"
    (tmp_path / "unplugged").rename(folder)
    run(library, folder, copy)
    with library.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM photo").scalar_one() == 3


@pytest.fixture
def with_glances(monkeypatch: pytest.MonkeyPatch) -> None:
    """A scan has processes look at folders from the first unchanged photo on, and one folder in a question."""
    monkeypatch.setattr(glances, "MANY", 1)
    monkeypatch.setattr(glances, "TOGETHER", 1)
    monkeypatch.setattr(scanning, "FOLDERS", 1)


@pytest.mark.usefixtures("with_glances")
def test_processes_that_look_ahead_find_what_a_scan_finds(library: Library, folder: Path) -> None:
    for number in range(60):
        put(folder, f"{number // 3:02}/{number:02}.jpg", jpeg(number, size=(16, 16)))
    list(scan(library, [folder], options=ScanOptions(threads=3)))
    before = marks(library)
    put(folder, "19/changed.jpg", jpeg(99, size=(16, 16)))
    (folder / "18/54.jpg").unlink()
    put(folder, "17/51.xmp", SIDECAR)
    put(folder, "16/deep/new.jpg", jpeg(98, size=(16, 16)))
    assert list(scan(library, options=ScanOptions(threads=3)))[-1] == Progress(stage="scan", done=61, total=61)
    assert names(library, missing=True) == {"54.jpg"}
    assert names(library) >= {"changed.jpg", "new.jpg"}
    with library.read() as connection:
        sidecars = connection.exec_driver_sql("SELECT file FROM photo WHERE sidecar IS NOT NULL").scalars().all()
    assert sidecars == [b"51.jpg"]
    assert marks(library)[:16] == before[:16]


def looked_at(library: Library, folders: list[Path]) -> list[int | None]:
    made = glances.Glances(library, cores=2)
    made.unchanged(1)
    try:
        paths = [bytes(each) for each in folders]
        made.look_at(paths)
        return [made.same(path) for path in paths]
    finally:
        made.close()


@pytest.mark.usefixtures("with_glances")
def test_a_folder_is_the_same_only_as_long_as_nothing_in_it_changed(library: Library, folder: Path) -> None:
    for number in range(8):
        put(folder, f"{number // 2}/{number}.jpg", jpeg(number, size=(16, 16)))
    list(scan(library, [folder]))
    folders = [folder / str(number) for number in range(4)]
    assert looked_at(library, folders) == [2, None, 2, None]  # every second one is left to the scan
    put(folder, "0/6.jpg", jpeg(9, size=(48, 32)))
    (folder / "2/4.jpg").rename(folder / "2/other.jpg")
    assert looked_at(library, folders) == [None] * 4


@pytest.mark.usefixtures("with_glances")
@pytest.mark.parametrize("program", ["pass", "print('no answer')"])
def test_a_process_that_dies_while_it_looks_ahead_costs_nothing(
    library: Library, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, program: str
) -> None:
    for number in range(8):
        put(folder, f"{number // 2}/{number}.jpg", jpeg(number, size=(16, 16)))
    list(scan(library, [folder]))
    broken = tmp_path / "broken.py"
    broken.write_text(program)
    monkeypatch.setattr(glances, "PROGRAM", broken)
    assert looked_at(library, [folder / str(number) for number in range(4)]) == [None] * 4
    assert list(scan(library, options=ScanOptions(threads=2)))[-1].done == 8
