"""A scan finds what is there, keeps what is known, and loses nothing."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from storage import photos, review
from storage.job import KnownError, Progress
from storage.library import Changes, Library
from storage.scan import ScanOptions, folder_problems, remove_root, roots, scan
from storage.schema import PhotoState
from tests.storage.photo_maker import jpeg, put


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Library(tmp_path / "library.altfolio") as opened:
        yield opened


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "photos"
    made.mkdir()
    return made


ROOT = Path(__file__).parents[2]


def run(library: Library, *folders: Path, recursive: bool = True) -> Progress:
    return list(scan(library, folders, options=ScanOptions(recursive=recursive)))[-1]


def listed(library: Library, *, missing: bool = False) -> dict[str, int]:
    """Path below the temporary folder → id."""
    with library.read() as connection:
        ids = connection.exec_driver_sql(
            f"SELECT id FROM photo WHERE missing_since IS {'NOT ' if missing else ''}NULL"
        ).scalars()
        rows = photos.rows(connection, list(ids))
    return {str(row.path.relative_to(library.path.parent)): row.id for row in rows}


def problems(library: Library) -> dict[str, str]:
    with library.read() as connection:
        rows = photos.rows(connection, list(connection.exec_driver_sql("SELECT photo_id FROM problem").scalars()))
    return {row.name: row.problem or "" for row in rows}


def writes(library: Library) -> list[Changes]:
    seen: list[Changes] = []
    library.listen(seen.append)
    return seen


def test_first_scan_takes_in_everything_and_the_second_writes_nothing(library: Library, folder: Path) -> None:
    put(folder, "a.jpg", jpeg(1, taken="2024:05:06 07:08:09", orientation=6))
    put(folder, "deep/er/b.JPEG", jpeg(2))
    put(folder, "notes.txt", b"no photo")
    put(folder, ".hidden.jpg", jpeg(3))
    put(folder, ".thumbnails/c.jpg", jpeg(4))

    assert run(library, folder) == Progress(stage="scan", done=2, total=2)
    assert listed(library).keys() == {"photos/a.jpg", "photos/deep/er/b.JPEG"}
    with library.read() as connection:
        found = photos.detail(connection, listed(library)["photos/a.jpg"])
    assert found is not None
    assert (found.row.width, found.row.height, found.format) == (48, 64, "JPEG")
    assert (found.row.taken, found.camera) == ("2024-05-06T07:08:09", "Canon EOS R5")

    seen = writes(library)
    assert run(library) == Progress(stage="scan", done=2, total=2)
    assert seen == []
    assert roots(library) == [folder]


def test_names_that_are_hard(library: Library, folder: Path) -> None:
    names = [b"\xff\xfe latin \xe9.jpg", b"new\nline.jpg", "🐕 狗.jpg".encode(), b"%2F&'\".jpg", b" .jpg ".strip()]
    for seed, name in enumerate(names[:4]):
        put(folder, name, jpeg(seed))
    put(folder, b"f\xff/x.jpg", jpeg(9))
    assert run(library, folder).problems == 0
    assert {os.fsencode(Path(path).name) for path in listed(library)} == {*names[:4], b"x.jpg"}
    assert run(library) == Progress(stage="scan", done=5, total=5)


def test_symbolic_links_count_once_and_loops_end(library: Library, folder: Path) -> None:
    put(folder, "real/a.jpg", jpeg(1))
    outside = put(folder.parent / "elsewhere", "b.jpg", jpeg(2))
    (folder / "real/loop").symlink_to(folder)
    (folder / "again").symlink_to(folder / "real")
    (folder / "linked").symlink_to(outside.parent)
    (folder / "file.jpg").symlink_to(outside)
    (folder / "nowhere.jpg").symlink_to(folder / "missing.jpg")
    (folder / "self.jpg").symlink_to(folder / "self.jpg")
    run(library, folder)
    assert listed(library).keys() == {"photos/real/a.jpg", "photos/linked/b.jpg", "photos/file.jpg"}


def test_broken_files_are_listed_with_their_problem_and_tried_again(library: Library, folder: Path) -> None:
    whole = jpeg(1)
    put(folder, "fine.jpg", jpeg(2))
    put(folder, "empty.jpg", b"")
    put(folder, "text.jpg", b"this is no photo at all")
    put(folder, "cut.jpg", whole[:200])
    put(folder, "bomb.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\1\0\0\0\1\0\0\x08\2\0\0\0\0\0\0\0")
    assert run(library, folder) == Progress(stage="scan", done=5, total=5, problems=4)
    told = problems(library)
    assert told.keys() == {"empty.jpg", "text.jpg", "cut.jpg", "bomb.png"}
    assert all(name in sentence for name, sentence in told.items())
    assert "0 bytes" in told["empty.jpg"]
    assert "65,536 × 65,536" in told["bomb.png"]

    put(folder, "cut.jpg", whole)
    assert run(library).problems == 3
    assert "cut.jpg" not in problems(library)


def test_a_photo_keeps_its_row_when_it_moves(library: Library, folder: Path) -> None:
    old = put(folder, "a/one.jpg", jpeg(1))
    put(folder, "b/other.jpg", jpeg(2))
    run(library, folder)
    before = listed(library)
    review.set_text(library, [before["photos/a/one.jpg"]], "A red door")

    (folder / "z").mkdir()
    old.rename(folder / "z/renamed.jpg")
    run(library)
    number = before.pop("photos/a/one.jpg")
    assert listed(library) == {**before, "photos/z/renamed.jpg": number}

    (folder / "z").rename(folder / "a new name")
    run(library)
    assert listed(library)["photos/a new name/renamed.jpg"] == number
    assert not listed(library, missing=True)
    with library.read() as connection:
        assert photos.rows(connection, [number])[0].alt_text == "A red door"


def test_a_copy_is_a_new_photo(library: Library, folder: Path) -> None:
    first = put(folder, "m.jpg", jpeg(1))
    run(library, folder)
    shutil.copy2(first, folder / "a copy.jpg")
    run(library)
    assert listed(library) == {"photos/m.jpg": 1, "photos/a copy.jpg": 2}


def test_words_stay_with_the_image_when_names_are_exchanged(library: Library, folder: Path) -> None:
    a, b, c = (put(folder, f"{name}.jpg", jpeg(seed)) for seed, name in enumerate("abc"))
    run(library, folder)
    before = listed(library)
    a.rename(folder / "t")
    b.rename(a)
    c.rename(b)
    (folder / "t").rename(c)
    run(library)
    assert listed(library) == {
        "photos/a.jpg": before["photos/b.jpg"],
        "photos/b.jpg": before["photos/c.jpg"],
        "photos/c.jpg": before["photos/a.jpg"],
    }
    assert run(library) == Progress(stage="scan", done=3, total=3)


def test_names_that_move_up_by_one(library: Library, folder: Path) -> None:
    for number in range(1, 6):
        put(folder, f"{number}.jpg", jpeg(number))
    run(library, folder)
    before = listed(library)
    for number in range(5, 0, -1):
        (folder / f"{number}.jpg").rename(folder / f"{number + 1}.jpg")
    run(library)
    run(library)
    assert listed(library) == {f"photos/{n + 1}.jpg": before[f"photos/{n}.jpg"] for n in range(1, 6)}


def test_vanished_photos_are_missing_until_they_return(library: Library, folder: Path) -> None:
    path = put(folder, "sub/a.jpg", jpeg(1))
    put(folder, "b.jpg", jpeg(2))
    run(library, folder)
    number = listed(library)["photos/sub/a.jpg"]
    kept = folder.parent / "kept.jpg"
    path.rename(kept)
    run(library)
    assert listed(library, missing=True) == {"photos/sub/a.jpg": number}
    kept.rename(path)
    seen = writes(library)
    run(library)
    assert listed(library)["photos/sub/a.jpg"] == number
    assert any(number in changes.photos and changes.listing for changes in seen)

    shutil.rmtree(path.parent)
    run(library)
    assert listed(library, missing=True) == {"photos/sub/a.jpg": number}
    put(folder, "elsewhere/new name.jpg", jpeg(1))  # the same picture from a backup
    run(library)
    assert listed(library)["photos/elsewhere/new name.jpg"] == number


@pytest.mark.parametrize("unplug", ["away", "emptied"])
def test_a_disk_that_is_not_connected_loses_nothing(library: Library, folder: Path, unplug: str) -> None:
    put(folder, "a.jpg", jpeg(1))
    put(folder, "sub/b.jpg", jpeg(2))
    run(library, folder)
    before = listed(library)
    away = folder.parent / "unplugged"
    folder.rename(away)
    if unplug == "emptied":
        folder.mkdir()
    copied = folder.parent / "copies"
    copied.mkdir()
    shutil.copy(away / "a.jpg", copied / "a.jpg")
    run(library, folder, copied)
    assert listed(library).items() >= before.items()
    assert listed(library)["copies/a.jpg"] not in before.values()
    assert [path for path, _ in folder_problems(library)] == [folder]
    assert "Nothing was marked as missing" in folder_problems(library)[0][1]

    if unplug == "emptied":
        folder.rmdir()
    away.rename(folder)
    run(library)
    assert folder_problems(library) == []
    assert listed(library).items() >= before.items()


def test_a_renamed_top_folder_is_recognised_when_it_is_added_again(library: Library, folder: Path) -> None:
    put(folder, "a.jpg", jpeg(1))
    run(library, folder)
    folder.rename(folder.parent / "pictures")
    run(library, folder.parent / "pictures")
    assert listed(library) == {"pictures/a.jpg": 1}


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_an_unreadable_folder_keeps_its_photos(library: Library, folder: Path) -> None:
    put(folder, "locked/a.jpg", jpeg(1))
    put(folder, "b.jpg", jpeg(2))
    run(library, folder)
    (folder / "locked").chmod(0)
    try:
        run(library)
        assert len(listed(library)) == 2
        assert [path for path, _ in folder_problems(library)] == [folder / "locked"]
    finally:
        (folder / "locked").chmod(0o700)
    run(library)
    assert folder_problems(library) == []


def test_a_folder_that_can_not_be_listed_keeps_its_photos(library: Library, folder: Path) -> None:
    """A path longer than the system allows: unreadable for every user."""
    deep = folder
    run(library, put(folder, "b.jpg", jpeg(2)).parent)
    here = Path.cwd()
    try:
        os.chdir(folder)
        for _ in range(20):
            Path("d" * 250).mkdir()
            os.chdir("d" * 250)
    finally:
        os.chdir(here)
    run(library)
    assert listed(library).keys() == {"photos/b.jpg"}
    assert len(folder_problems(library)) == 1
    shutil.rmtree(deep / ("d" * 250))
    run(library)
    assert folder_problems(library) == []


def test_stopped_in_the_middle_it_continues(library: Library, folder: Path) -> None:
    for seed in range(300):
        put(folder, f"{seed % 7}/{seed}.jpg", jpeg(seed, size=(16, 16)))
    with closing(scan(library, [folder])) as job:
        for progress in job:
            if progress.done >= 40:
                break
    first = listed(library)
    assert 40 <= len(first) < 300
    run(library)
    assert len(listed(library)) == 300
    assert listed(library).items() >= first.items()


def test_killed_in_the_middle_it_continues(library: Library, folder: Path) -> None:
    for seed in range(300):
        put(folder, f"{seed % 7}/{seed}.jpg", jpeg(seed, size=(16, 16)))
    program = (
        "import sys\nfrom pathlib import Path\nfrom storage.library import Library\nfrom storage.scan import scan\n"
        "with Library(Path(sys.argv[1])) as library:\n"
        "    for step in scan(library, [Path(sys.argv[2])]):\n        print(step.done, flush=True)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, str(library.path), str(folder)], stdout=subprocess.PIPE, text=True, cwd=ROOT
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if int(line) >= 64:
                process.kill()
                break
    first = listed(library)
    assert 64 <= len(first) < 300
    assert run(library, folder) == Progress(stage="scan", done=300, total=300)
    assert len(listed(library)) == 300
    assert listed(library).items() >= first.items()


def test_two_programs_may_scan_at_once(library: Library, folder: Path) -> None:
    for seed in range(150):
        put(folder, f"{seed % 7}/{seed}.jpg", jpeg(seed, size=(16, 16)))

    def whole_scan(_: int) -> Progress:
        with Library(library.path) as other:
            return run(other, folder)

    with ThreadPoolExecutor(2) as pool:
        assert [last.problems for last in pool.map(whole_scan, range(2))] == [0, 0]
    assert len(listed(library)) == 150
    assert not listed(library, missing=True)


def test_a_first_scan_says_how_much_there_is(library: Library, folder: Path) -> None:
    for seed in range(200):
        put(folder, f"{seed % 3}/{seed}.jpg", jpeg(seed, size=(16, 16)))
    (folder / "1/loop").symlink_to(folder)
    steps = list(scan(library, [folder]))
    assert {step.total for step in steps[100:]} == {200}
    assert [step.done for step in steps] == [*range(1, 201), 200]


def test_only_the_given_folders_are_scanned(library: Library, folder: Path) -> None:
    put(folder, "a/1.jpg", jpeg(1))
    put(folder, "a/deep/2.jpg", jpeg(2))
    put(folder, "b/3.jpg", jpeg(3))
    run(library, folder)
    put(folder, "a/4.jpg", jpeg(4))
    put(folder, "a/deep/5.jpg", jpeg(5))
    put(folder, "b/6.jpg", jpeg(6))
    run(library, folder / "a", recursive=False)
    assert "photos/a/4.jpg" in listed(library) and len(listed(library)) == 4
    run(library, folder / "a")
    assert "photos/a/deep/5.jpg" in listed(library) and len(listed(library)) == 5
    shutil.rmtree(folder / "b")
    run(library, folder / "b")
    assert listed(library, missing=True).keys() == {"photos/b/3.jpg"}
    assert roots(library) == [folder]


def test_a_folder_that_is_not_there_is_refused(library: Library, folder: Path) -> None:
    with pytest.raises(KnownError, match="is not there"):
        run(library, folder / "missing")
    with pytest.raises(KnownError, match="is not a folder"):
        run(library, put(folder, "a.jpg", jpeg(1)))
    assert roots(library) == []


def test_removing_a_folder_forgets_only_what_no_other_folder_has(library: Library, folder: Path) -> None:
    put(folder, "a.jpg", jpeg(1))
    put(folder, "sub/b.jpg", jpeg(2))
    run(library, folder / "sub")
    run(library, folder)
    assert len(listed(library)) == 2
    assert list(remove_root(library, folder))[-1].done == 1
    assert listed(library).keys() == {"photos/sub/b.jpg"}
    assert roots(library) == [folder / "sub"]
    with pytest.raises(KnownError):
        list(remove_root(library, folder))
    list(remove_root(library, folder / "sub"))
    with library.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM photo_words").scalar_one() == 0
        assert photos.state_counts(connection)[PhotoState.NONE] == 0
    assert (folder / "a.jpg").exists() and (folder / "sub/b.jpg").exists()


def test_no_transaction_is_open_at_a_yield(library: Library, folder: Path) -> None:
    for seed in range(70):
        put(folder, f"{seed}.jpg", jpeg(seed, size=(16, 16)))
    for _ in scan(library, [folder]):
        with library.write() as block:  # would wait for ever inside another write block
            block.connection.exec_driver_sql("UPDATE photo SET people = 1 WHERE id = 1")


def test_changed_image_is_measured_again(library: Library, folder: Path) -> None:
    put(folder, "a.jpg", jpeg(1))
    run(library, folder)
    put(folder, "a.jpg", jpeg(1, size=(100, 20)))
    run(library)
    with library.read() as connection:
        row = photos.rows(connection, [1])[0]
    assert (row.width, row.height) == (100, 20)
