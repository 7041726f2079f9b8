"""Care for the library itself: backup, check, damage found and mended, several libraries and their windows."""

import importlib
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication, QFileDialog, QLabel, QListWidget

from gui import library_files
from gui.app import Session
from gui.dialogs.check_dialog import CheckDialog
from gui.dialogs.libraries_dialog import LibrariesDialog
from gui.dialogs.mend_dialog import MendDialog, open_or_mend
from storage import backup
from storage import photos as photo_rows
from storage.library import DamagedError, Library, default_path
from tests.gui import libraries
from tests.gui.conftest import Until
from tests.gui.test_settings import opened


def count(path: Path) -> int:
    with Library(path) as library, library.read() as connection:
        return sum(photo_rows.state_counts(connection).values())


def damage(path: Path) -> None:
    """Overwrite the beginning of a closed library, behind its mark."""
    content = bytearray(path.read_bytes())
    content[100:40_000] = b"\xa5" * 39_900
    path.write_bytes(content)


def test_the_library_is_backed_up_while_it_is_in_use(session: Session, tmp_path: Path, until: Until) -> None:
    session.care.back_up_to(tmp_path / "copy.altfolio")
    until(lambda: "is copied to" in session.window.announcer.last)
    assert count(tmp_path / "copy.altfolio") == 12


def test_a_library_from_the_photos_alone(session: Session, tmp_path: Path, until: Until) -> None:
    session.care.rebuild_to(tmp_path / "new.altfolio")
    until(lambda: "The new library is" in session.window.announcer.last, 30)
    assert count(tmp_path / "new.altfolio") == 12


def test_a_check_says_what_is_wrong_and_repairs_it(
    session: Session, library: Library, photos: list[int], until: Until
) -> None:
    dialog = opened(session, "check", CheckDialog, until)
    assert any("in order" in label.text() for label in dialog.findChildren(QLabel))
    dialog.reject()
    with library.write() as block:
        block.connection.exec_driver_sql("DELETE FROM photo_words")
    dialog = opened(session, "check", CheckDialog, until)
    found = dialog.findChild(QListWidget)
    assert found is not None
    assert "are not in the search" in found.item(0).text()
    dialog._repair()
    until(lambda: session.window.announcer.last == "The library is repaired.")
    assert backup.check(library) == []


def test_damage_is_noticed_and_told(session: Session, until: Until, monkeypatch: pytest.MonkeyPatch) -> None:
    session.care.look()
    until(lambda: not session.care._calls.waiting)
    assert not library_files.check_is_due(session._stored, session.desk.library.path)
    started: list[Path] = []
    monkeypatch.setattr(library_files, "open_in_new_window", started.append)
    session.care._looked("The library is damaged.")
    until(lambda: isinstance(QApplication.activeModalWidget(), CheckDialog))
    dialog = QApplication.activeModalWidget()
    assert isinstance(dialog, CheckDialog)
    dialog._mend()
    assert started == [session.desk.library.path]
    assert library_files.take_damage(session._stored, started[0]) == "The library is damaged."
    assert library_files.take_damage(session._stored, started[0]) == ""


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    """A damaged library of four photos, with a backup beside it."""
    path = tmp_path / "broken.altfolio"
    with Library(path) as library:
        libraries.fill(library, libraries.sample_files(tmp_path / "some", 4))
        assert list(backup.backup(library, tmp_path / "backup.altfolio"))
    damage(path)
    with pytest.raises(DamagedError):
        Library(path)
    return path


def test_a_backup_takes_the_place_of_a_damaged_library(app: QApplication, broken: Path, until: Until) -> None:
    dialog = MendDialog(broken, "It is damaged.")
    dialog.show()
    dialog.restore(broken.with_name("none.altfolio"))
    until(lambda: "is not a backup" in dialog._note.text())
    dialog.restore(broken.with_name("backup.altfolio"))
    until(lambda: dialog.result() == MendDialog.DialogCode.Accepted)
    assert count(broken) == 4
    assert len(list(broken.parent.glob("broken 20*.altfolio"))) == 1, "the damaged one is kept"


def test_a_new_library_comes_from_the_photos(app: QApplication, broken: Path, until: Until) -> None:
    dialog = MendDialog(broken, "It is damaged.")
    dialog.show()
    dialog.rebuild([broken.parent / "some"])
    until(lambda: dialog.result() == MendDialog.DialogCode.Accepted, 30)
    assert count(broken) == 4
    mended = open_or_mend(app, broken, "")
    assert mended is not None
    mended.close()


def test_libraries_are_remembered_opened_and_forgotten(
    session: Session, tmp_path: Path, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, other = session.desk.library.path, tmp_path / "other.altfolio"
    shutil.copy(here, other)
    library_files.remember(session._stored, other)
    library_files.remember(session._stored, tmp_path / "gone.altfolio")
    library_files.remember(session._stored, here)
    started: list[Path] = []

    def start(path: Path) -> bool:
        started.append(path)
        return True

    monkeypatch.setattr(library_files, "open_in_new_window", start)
    dialog = opened(session, "open-library", LibrariesDialog, until)
    lines = [dialog._list.item(row).text().splitlines()[0] for row in range(3)]
    assert lines == ["test, open in this window", "gone, not there any more", "other"]
    assert not dialog._go.isEnabled()
    dialog._list.setCurrentRow(1)
    dialog._forget.click()
    dialog._list.setCurrentRow(1)
    dialog._go.click()
    assert started == [other]
    assert library_files.recent(session._stored) == [here, other]
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "fresh"), ""))
    session.window.actions_table["new-library"].trigger()
    assert started[1:] == [tmp_path / "fresh.altfolio"]


def test_each_library_has_its_own_window_state(tmp_path: Path) -> None:
    stored = QSettings(str(tmp_path / "w.ini"), QSettings.Format.IniFormat)
    for name in ("a", "b"):
        with library_files.own_state(stored, Path(name)) as own:
            own.setValue("window/sidebar", name)
    with library_files.own_state(stored, Path("a")) as own:
        assert own.value("window/sidebar") == "a"
    assert library_files.recent(stored) == []
    library_files.remember(stored, Path("/only.altfolio"))
    stored.sync()
    again = QSettings(str(tmp_path / "w.ini"), QSettings.Format.IniFormat)
    assert library_files.recent(again) == [Path("/only.altfolio")]


def test_another_library_opens_with_the_packages_of_this_python(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "main", importlib.import_module("main"))
    program, *arguments = library_files.command(tmp_path / "other.altfolio")
    assert arguments[1:] == ["--library", str(tmp_path / "other.altfolio")]
    assert subprocess.run([program, "-c", "import PySide6.QtCore"], cwd=tmp_path).returncode == 0
    told = subprocess.run([program, arguments[0], "--version"], cwd=tmp_path, capture_output=True, text=True)
    assert (told.returncode, told.stderr) == (0, "")


def test_the_windows_of_two_libraries_have_two_names(session: Session) -> None:
    assert session.window.windowTitle() == "test – Altfolio"
    assert library_files.window_title(default_path()) == "Altfolio"
