"""A watched library follows its folders by itself."""

import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from storage import watch as watch_module
from storage.library import Library
from storage.scan import folder_problems, scan
from storage.watch import LibraryWatch
from tests.storage.photo_maker import jpeg, put

DEADLINE_S = 20.0
"""Far beyond what is promised, because test machines are busy; the waiting ends as soon as the library changed."""


class Follower:
    """A library with a watch, and a way to wait for what it does."""

    def __init__(self, library: Library, folder: Path) -> None:
        self.library = library
        self.folder = folder
        self._changed = threading.Event()
        library.listen(lambda _: self._changed.set())

    def names(self) -> set[str]:
        with self.library.read() as connection:
            return {
                bytes(name).decode()
                for name in connection.exec_driver_sql("SELECT file FROM photo WHERE missing_since IS NULL").scalars()
            }

    def wait_until(self, state: Callable[[], bool]) -> None:
        end = time.monotonic() + DEADLINE_S
        while not state():
            left = end - time.monotonic()
            assert left > 0, f"the library has {self.names()}"
            self._changed.wait(min(left, 0.5))
            self._changed.clear()


@contextmanager
def watched(tmp_path: Path) -> Iterator[Follower]:
    folder = tmp_path / "photos"
    put(folder, "a.jpg", jpeg(1))
    put(folder, ".Trash-1000/files/old.jpg", jpeg(9))
    with Library(tmp_path / "library.altfolio") as library:
        list(scan(library, [folder]))
        watch = LibraryWatch(library)
        watch.start()
        watch.wait_until_watching()
        try:
            yield Follower(library, folder)
        finally:
            watch.stop()


@pytest.fixture
def follower(tmp_path: Path) -> Iterator[Follower]:
    with watched(tmp_path) as made:
        yield made


def forget(follower: Follower, name: str) -> None:
    """Take a photo out of the library alone."""
    with follower.library.write() as block:
        block.connection.exec_driver_sql("DELETE FROM photo WHERE file = ?", (name.encode(),))


def test_new_changed_and_deleted_photos_are_noticed(follower: Follower) -> None:
    put(follower.folder, "b.jpg", jpeg(2))
    follower.wait_until(lambda: follower.names() == {"a.jpg", "b.jpg"})
    (follower.folder / "a.jpg").rename(follower.folder / "c.jpg")
    follower.wait_until(lambda: follower.names() == {"b.jpg", "c.jpg"})
    (follower.folder / "b.jpg").unlink()
    follower.wait_until(lambda: follower.names() == {"c.jpg"})


def test_whole_folders_come_and_go(follower: Follower, tmp_path: Path) -> None:
    outside = put(tmp_path / "camera", "deep/x.jpg", jpeg(3)).parent.parent
    outside.rename(follower.folder / "imported")
    follower.wait_until(lambda: "x.jpg" in follower.names())
    put(follower.folder, "imported/deep/y.jpg", jpeg(4))
    follower.wait_until(lambda: "y.jpg" in follower.names())
    shutil.rmtree(follower.folder / "imported")
    follower.wait_until(lambda: follower.names() == {"a.jpg"})


def test_a_folder_is_watched_wherever_it_comes_from(follower: Follower, tmp_path: Path) -> None:
    put(tmp_path / "camera", "x.jpg", jpeg(3)).parent.rename(follower.folder / "imported")
    follower.wait_until(lambda: "x.jpg" in follower.names())
    put(follower.folder, "imported/new.jpg", jpeg(4))
    follower.wait_until(lambda: "new.jpg" in follower.names())
    (follower.folder / "imported").rename(tmp_path / "away")
    follower.wait_until(lambda: follower.names() == {"a.jpg"})
    (tmp_path / "away").rename(follower.folder / "back")
    follower.wait_until(lambda: "x.jpg" in follower.names())
    put(follower.folder, "back/later.jpg", jpeg(5))
    follower.wait_until(lambda: "later.jpg" in follower.names())


def test_folders_behind_links_are_watched_too(follower: Follower, tmp_path: Path) -> None:
    outside = put(tmp_path / "outside", "x.jpg", jpeg(3)).parent
    (follower.folder / "loop").symlink_to(follower.folder)
    (follower.folder / "link").symlink_to(outside)
    follower.wait_until(lambda: follower.names() == {"a.jpg", "x.jpg"})
    put(outside, "deep/y.jpg", jpeg(4))
    follower.wait_until(lambda: "y.jpg" in follower.names())
    put(outside, "deep/z.jpg", jpeg(5))
    follower.wait_until(lambda: "z.jpg" in follower.names())
    put(follower.folder, "b.jpg", jpeg(6))
    follower.wait_until(lambda: follower.names() == {"a.jpg", "b.jpg", "x.jpg", "y.jpg", "z.jpg"})
    with follower.library.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM photo").scalar_one() == 5, "each once"
    (follower.folder / "link").unlink()
    follower.wait_until(lambda: follower.names() == {"a.jpg", "b.jpg"})


def test_a_folder_that_went_and_was_made_anew_ends_no_watch(follower: Follower, tmp_path: Path) -> None:
    put(follower.folder, "day/x.jpg", jpeg(3))
    follower.wait_until(lambda: "x.jpg" in follower.names())
    (follower.folder / "day").rename(tmp_path / "away")
    put(follower.folder, "day/y.jpg", jpeg(4))
    follower.wait_until(lambda: follower.names() == {"a.jpg", "y.jpg"})
    shutil.rmtree(follower.folder / "day")
    follower.wait_until(lambda: follower.names() == {"a.jpg"})
    shutil.rmtree(tmp_path / "away")
    put(follower.folder, "z.jpg", jpeg(5))
    follower.wait_until(lambda: "z.jpg" in follower.names())


def test_a_topmost_folder_that_is_made_anew_is_watched_again(follower: Follower) -> None:
    shutil.rmtree(follower.folder)
    put(follower.folder, "b.jpg", jpeg(2))  # most file systems give it the number of the old one
    follower.wait_until(lambda: follower.names() == {"b.jpg"})
    put(follower.folder, "c.jpg", jpeg(3))
    follower.wait_until(lambda: "c.jpg" in follower.names())


def test_a_disk_that_goes_and_comes_back_loses_nothing(follower: Follower, tmp_path: Path) -> None:
    follower.folder.rename(tmp_path / "unplugged")
    follower.wait_until(lambda: len(folder_problems(follower.library)) == 1)
    assert follower.names() == {"a.jpg"}
    put(tmp_path / "unplugged", "b.jpg", jpeg(2))
    (tmp_path / "unplugged").rename(follower.folder)
    follower.wait_until(lambda: follower.names() == {"a.jpg", "b.jpg"})
    put(follower.folder, "c.jpg", jpeg(3))
    follower.wait_until(lambda: "c.jpg" in follower.names())
    assert folder_problems(follower.library) == []


def test_a_disk_that_comes_inside_a_folder_is_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = tmp_path / "mountinfo"
    shown.write_text("21 1 8:1 / / rw - ext4 /dev/sda rw\n")
    monkeypatch.setattr(watch_module, "MOUNTS", shown)
    monkeypatch.setattr(watch_module, "LOOK_S", 0.05)
    with watched(tmp_path) as follower:
        disk = put(follower.folder, "my disk/x.jpg", jpeg(3)).parent
        follower.wait_until(lambda: "x.jpg" in follower.names())
        forget(follower, "x.jpg")  # as if it had come with the disk, of which inotify tells nothing
        point = str(disk).replace(" ", "\\040")
        with shown.open("a") as stream:
            stream.write(f"36 21 0:42 / {point} rw shared:1 - tmpfs none rw\n")
        follower.wait_until(lambda: "x.jpg" in follower.names())
        put(disk, "y.jpg", jpeg(4))
        follower.wait_until(lambda: "y.jpg" in follower.names())


@pytest.mark.parametrize("kind", ["nfs4", "fuse.gvfsd-fuse"])
def test_a_network_drive_inside_a_folder_is_looked_at_now_and_then(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    shown = tmp_path / "mountinfo"
    shown.write_text(f"21 1 8:1 / / rw - ext4 /dev/sda rw\n36 21 0:42 / {tmp_path}/photos/nas rw - {kind} there:/ rw\n")
    monkeypatch.setattr(watch_module, "MOUNTS", shown)
    monkeypatch.setattr(watch_module, "LOOK_S", 0.05)
    monkeypatch.setattr(watch_module, "POLL_S", 0.1)
    put(tmp_path, "photos/nas/x.jpg", jpeg(3))
    with watched(tmp_path) as follower:
        forget(follower, "x.jpg")
        follower.wait_until(lambda: "x.jpg" in follower.names())


def test_what_this_machine_puts_on_a_network_drive_is_noticed_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = tmp_path / "mountinfo"
    shown.write_text("21 1 0:42 / / rw - nfs4 there:/ rw\n")
    monkeypatch.setattr(watch_module, "MOUNTS", shown)
    with watched(tmp_path) as follower:
        put(follower.folder, "b.jpg", jpeg(2))
        follower.wait_until(lambda: "b.jpg" in follower.names())


def test_folders_that_are_added_later_are_watched_too(follower: Follower, tmp_path: Path) -> None:
    other = put(tmp_path / "other", "o.jpg", jpeg(5)).parent
    list(scan(follower.library, [other]))
    follower.wait_until(lambda: "o.jpg" in follower.names())
    put(other, "p.jpg", jpeg(6))
    follower.wait_until(lambda: "p.jpg" in follower.names())


def test_hidden_and_other_files_raise_no_scan(follower: Follower) -> None:
    put(follower.folder, ".altfolio-tmp.jpg", jpeg(7))
    put(follower.folder, ".Trash-1000/files/deleted.jpg", jpeg(8))
    put(follower.folder, "notes.txt", b"text")
    put(follower.folder, "b.jpg", jpeg(2))
    follower.wait_until(lambda: "b.jpg" in follower.names())
    assert follower.names() == {"a.jpg", "b.jpg"}


def test_stopping_twice_or_before_the_start_is_fine(tmp_path: Path) -> None:
    with Library(tmp_path / "library.altfolio") as library:
        watch = LibraryWatch(library)
        watch.stop()
        watch = LibraryWatch(library)
        watch.start()
        watch.stop()
        watch.stop()
