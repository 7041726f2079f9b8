"""watchdog tells of files that matter and of folders, and of nothing hidden."""

import threading
from pathlib import Path

from storage.observed_folder import ObservedFolder


def test_files_and_folders_are_reported_and_hidden_ones_are_not(tmp_path: Path) -> None:
    (tmp_path / ".bin").mkdir()
    told: set[tuple[Path, bool]] = set()
    more = threading.Condition()

    def note(path: Path, *, deep: bool = False) -> None:
        with more:
            told.add((path, deep))
            more.notify_all()

    observed = ObservedFolder(tmp_path, note, lambda path: path.suffix == ".jpg")
    try:
        (tmp_path / ".bin/x.jpg").touch()
        (tmp_path / "notes.txt").touch()
        (tmp_path / "day").mkdir()
        (tmp_path / "x.jpg").touch()
        with more:
            assert more.wait_for(lambda: {(tmp_path, False), (tmp_path / "day", True)} <= told, 20), told
        assert observed.works
    finally:
        observed.close()
    assert told == {(tmp_path, False), (tmp_path / "day", True)}
