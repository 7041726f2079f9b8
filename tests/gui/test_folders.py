"""Choosing folders: one takes Return, several are gathered before anything starts."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog

from gui.app import Session
from gui.dialogs.folders_dialog import FoldersDialog
from tests.gui.conftest import Until


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """What the system's chooser answers, one after the other; "" where it is cancelled."""
    waiting: list[str] = []
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: waiting.pop(0))
    yield waiting
    assert not waiting, "the chooser was not opened"


@pytest.fixture
def started(session: Session, monkeypatch: pytest.MonkeyPatch) -> list[list[Path]]:
    """What was looked through."""
    found: list[list[Path]] = []
    monkeypatch.setattr(session, "add_folders", lambda folders: found.append(list(folders)))
    return found


def dialog_of(until: Until) -> FoldersDialog:
    until(lambda: isinstance(QApplication.activeModalWidget(), FoldersDialog))
    dialog = QApplication.activeModalWidget()
    assert isinstance(dialog, FoldersDialog)
    return dialog


def test_one_folder_takes_no_more_than_return(
    session: Session, answers: list[str], started: list[list[Path]], until: Until
) -> None:
    answers += ["", "/photos"]
    session.choose_folders()
    assert QApplication.activeModalWidget() is None, "nothing was chosen"
    session.window.first_run.button.click()
    dialog = dialog_of(until)
    until(dialog._start.hasFocus)
    QTest.keyClick(dialog._start, Qt.Key.Key_Return)
    until(lambda: started == [[Path("/photos")]])


def test_several_folders_are_gathered_before_anything_starts(
    session: Session, answers: list[str], started: list[list[Path]], until: Until
) -> None:
    answers += ["/photos/2020", "/photos/2020/summer", "/photos/2020", "/music", "", "/photos"]
    session.choose_folders()
    dialog = dialog_of(until)
    dialog._another.click()
    assert dialog._said.text() == "/photos/2020/summer is looked through already: it is inside /photos/2020."
    assert dialog._announcer.last == dialog._said.text()
    dialog._another.click()
    assert dialog._said.text() == "/photos/2020 is looked through already: it is in the list."
    for _ in range(3):
        dialog._another.click()
    assert dialog.folders == [Path("/music"), Path("/photos")], "the one around another takes its place"
    assert started == []
    dialog._list.setCurrentRow(0)
    dialog._list.setFocus()
    QTest.keyClick(dialog._list, Qt.Key.Key_Delete)
    until(lambda: dialog.folders == [Path("/photos")])
    dialog._start.click()
    until(lambda: started == [[Path("/photos")]])


def test_a_list_without_folders_can_not_start(session: Session) -> None:
    dialog = FoldersDialog([Path("/photos")], session.window)
    dialog.remove()
    assert not dialog._start.isEnabled()
    assert not dialog._remove.isEnabled()
    dialog.remove()
    dialog.reject()
    dialog.deleteLater()
