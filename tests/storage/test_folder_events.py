"""inotify tells of all folders below one, and of what it could not tell."""

import errno
import os
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="inotify is Linux's")

if sys.platform == "linux":
    from storage import folder_events
    from storage.folder_events import FolderEvents


class Told:
    """What was reported."""

    def __init__(self) -> None:
        self.folders: list[tuple[Path, bool]] = []
        self._more = threading.Condition()

    def note(self, path: Path, *, deep: bool = False) -> None:
        with self._more:
            self.folders.append((path, deep))
            self._more.notify_all()

    def wait_for(self, path: Path, *, deep: bool = False) -> None:
        with self._more:
            assert self._more.wait_for(lambda: (path, deep) in self.folders, 20), self.folders
            self.folders.clear()


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def events(tmp_path: Path, told: Told) -> Iterator[FolderEvents]:
    made = FolderEvents(tmp_path, told.note, lambda path: path.suffix == ".jpg")
    try:
        yield made
    finally:
        made.close()


def descriptors() -> int:
    return len([*Path("/proc/self/fd").iterdir()])


def test_what_the_kernel_lost_is_looked_for_everywhere(
    events: FolderEvents, tmp_path: Path, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    parsed = folder_events._parsed
    monkeypatch.setattr(folder_events, "_parsed", lambda _: [(-1, folder_events.OVERFLOW, b"")])
    (tmp_path / "deep/er").mkdir(parents=True)
    told.wait_for(tmp_path, deep=True)
    monkeypatch.setattr(folder_events, "_parsed", parsed)
    (tmp_path / "deep/er/x.jpg").touch()
    told.wait_for(tmp_path / "deep/er")
    (tmp_path / "deep").chmod(0o755)
    told.wait_for(tmp_path / "deep", deep=True)
    assert events.works


def test_a_refused_folder_is_said_and_a_refused_start_gives_everything_back(
    events: FolderEvents, tmp_path: Path, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    add = FolderEvents._add

    def refuse(self: FolderEvents, folder: bytes) -> int | None:
        if not folder.endswith(b"one too many"):
            return add(self, folder)
        self._refused = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return None

    monkeypatch.setattr(FolderEvents, "_add", refuse)
    (tmp_path / "one too many").mkdir()
    told.wait_for(tmp_path / "one too many", deep=True)
    assert not events.works
    before = descriptors()
    with pytest.raises(OSError, match="No space"):
        FolderEvents(tmp_path, told.note, lambda _: True)
    assert descriptors() == before


def test_a_folder_that_is_not_there_is_an_error(tmp_path: Path, told: Told) -> None:
    with pytest.raises(FileNotFoundError):
        FolderEvents(tmp_path / "gone", told.note, lambda _: True)
