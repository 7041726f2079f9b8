"""Handing over in the real window: export, copies for web pages, writing by itself, forgetting what machines said."""

import threading
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMessageBox

from gui.app import Session
from gui.auto_write import AutoWrite
from gui.dialogs.export_dialog import KINDS, ExportDialog
from gui.dialogs.import_dialog import ImportDialog
from storage import embed
from storage import photos as photo_rows
from storage.library import Library
from storage.schema import PhotoState
from tests.gui.conftest import Until
from tests.gui.test_settings import opened


@pytest.mark.parametrize("kind", [kind.name for kind in KINDS])
def test_what_is_found_is_exported(session: Session, tmp_path: Path, until: Until, kind: str) -> None:
    session.window.search.search("tag:cat")
    until(lambda: session.model.rowCount() == 3)
    dialog = opened(session, "export", ExportDialog, until)
    target = tmp_path / {"gallery": "gallery", "report": "report.html"}.get(kind, f"words.{kind}")
    dialog.choose(kind, target)
    assert len(dialog.photos) == 3
    QTest.keyClick(dialog, Qt.Key.Key_Return)
    until(lambda: "exported" in session.window.announcer.last or "report is in" in session.window.announcer.last, 30)
    made = target / "index.html" if kind == "gallery" else target
    assert made.stat().st_size > 100
    if kind == "csv":
        assert len(made.read_text(encoding="utf-8-sig").splitlines()) == 4


def test_an_export_says_what_is_wrong_with_its_place(session: Session, tmp_path: Path, until: Until) -> None:
    dialog = opened(session, "export", ExportDialog, until)
    dialog.choose("csv", tmp_path / "nowhere" / "words.csv")
    assert not dialog._go.isEnabled()
    assert "is not there" in dialog._warning.text()
    (tmp_path / "words.csv").write_text("mine")
    dialog.choose("csv", tmp_path / "words.csv")
    assert dialog._go.isEnabled()
    assert "would be replaced" in dialog._warning.text()
    dialog.reject()


def test_approved_texts_are_copied_for_web_pages(session: Session, photos: list[int], until: Until) -> None:
    session.desk.approve([session.model.ids[0]])
    session.window.actions_table["copy-html"].trigger()
    until(lambda: "<img" in QGuiApplication.clipboard().text())
    assert 'alt="' in QGuiApplication.clipboard().text()
    session.window.grid.selectAll()
    session.window.actions_table["copy-markdown"].trigger()
    until(lambda: QGuiApplication.clipboard().text().startswith("!["))
    assert len(QGuiApplication.clipboard().text().splitlines()) == 12
    assert "11 photos without an approved alt text" in session.window.announcer.last


def _state(library: Library, photo: int) -> PhotoState:
    with library.read() as connection:
        return photo_rows.rows(connection, [photo])[0].state


def test_who_wants_it_has_approved_words_written_by_themselves(
    session: Session, library: Library, until: Until
) -> None:
    writer = session.findChild(AutoWrite)
    assert writer is not None
    first, second, third = session.model.ids[:3]
    session.flow.approve()
    until(lambda: _state(library, first) == PhotoState.APPROVED)
    assert not writer._pause.isActive(), "nobody asked for it"
    session.desk.save_settings(write_when="approved")
    until(lambda: session.desk.settings.write_when == "approved")
    session.flow.go(1)
    session.flow.approve()
    until(writer._pause.isActive)
    writer.write()
    until(lambda: _state(library, second) == PhotoState.EMBEDDED, 30)
    assert (_state(library, first), _state(library, third)) == (PhotoState.APPROVED, PhotoState.DRAFT)
    undo = session.window.actions_table["undo"]
    until(lambda: undo.text() == "Undo: embed 1 photo" and not session.work.busy)
    undo.trigger()
    until(lambda: _state(library, second) == PhotoState.APPROVED and not session.work.busy, 30)
    writer.write()
    assert not session.work.writing, "what was taken back is not written again"
    until(lambda: not session.work.busy)


def test_what_is_taken_back_or_no_longer_wanted_is_not_written_by_itself(
    session: Session, library: Library, until: Until
) -> None:
    writer = session.findChild(AutoWrite)
    assert writer is not None
    first, second = session.model.ids[:2]
    session.desk.save_settings(write_when="approved")
    until(lambda: session.desk.settings.write_when == "approved")
    session.flow.approve()
    until(writer._pause.isActive)
    session.work.write(
        "Writing into photos", lambda: embed.embed(library, [first])
    )  # by hand, before the pause is over
    undo = session.window.actions_table["undo"]
    until(lambda: undo.text() == "Undo: embed 1 photo" and not session.work.busy, 30)
    undo.trigger()
    until(lambda: _state(library, first) == PhotoState.APPROVED and not session.work.busy, 30)
    writer.write()
    assert not session.work.writing
    session.flow.go(1)
    session.flow.approve()
    until(lambda: _state(library, second) == PhotoState.APPROVED and writer._approved)
    session.desk.save_settings(write_when="asked")
    until(lambda: session.desk.settings.write_when == "asked")
    writer.write()
    assert not session.work.writing
    assert not writer._approved


def test_what_is_taken_back_behind_a_long_edit_is_not_written_by_itself(
    session: Session, library: Library, until: Until
) -> None:
    writer, first, go_on = session.findChild(AutoWrite), session.model.ids[0], threading.Event()
    assert writer is not None
    session.desk.save_settings(write_when="approved")
    until(lambda: session.desk.settings.write_when == "approved")
    session.flow.approve()
    until(writer._pause.isActive)
    try:
        session.desk.edit(go_on.wait)
        session.flow.undo()
        writer._pause.start(0)
        until(lambda: not writer._pause.isActive())
        until(lambda: not session.work.busy, 30)
    finally:
        go_on.set()
    until(lambda: session.desk.idle and not session.work.busy, 30)
    assert _state(library, first) == PhotoState.DRAFT
    with library.read() as connection:
        assert not connection.exec_driver_sql("SELECT count(*) FROM file_write").scalar_one()


def test_the_machines_words_are_forgotten_and_those_of_people_stay(
    session: Session, library: Library, photos: list[int], until: Until
) -> None:
    session.desk.approve(photos[:1])
    session.window.actions_table["forget"].trigger()
    until(lambda: isinstance(QApplication.activeModalWidget(), QMessageBox))
    box = QApplication.activeModalWidget()
    assert isinstance(box, QMessageBox)
    assert box.defaultButton().text() == "Cancel"
    next(button for button in box.buttons() if button.text() == "Remove").click()
    until(lambda: _state(library, photos[1]) == PhotoState.NONE)
    assert _state(library, photos[0]) == PhotoState.APPROVED


def test_a_file_is_imported_after_it_was_shown(
    session: Session, library: Library, photos: list[int], tmp_path: Path, until: Until
) -> None:
    dialog = opened(session, "import", ImportDialog, until)
    table = tmp_path / "theirs.csv"
    table.write_text("File;Description;Year\n000-astronaut.jpg;A woman in orange.;1992\nnone.jpg;Nothing.;1\n")
    dialog.choose(table)
    until(lambda: dialog.plan is not None)
    assert [combo.currentText() for combo in dialog._columns.values()] == ["path or file name", "alt text", "not used"]
    assert not dialog._go.isEnabled(), "one row is wrong"
    assert dialog._model.rows[0][:2] == ("row 3", "wrong")
    dialog._skip.setChecked(True)
    until(lambda: dialog._go.isEnabled())
    assert dialog._go.text() == "Import into 1 photo"
    assert dialog._model.rows[1][:2] == ("000-astronaut.jpg", "alt_text.en")
    dialog._go.click()
    until(lambda: "imported" in session.window.announcer.last)
    with library.read() as connection:
        row = photo_rows.rows(connection, photos[:1])[0]
    assert (row.alt_text, row.state) == ("A woman in orange.", PhotoState.APPROVED)
    until(session.window.actions_table["undo"].isEnabled)
    session.window.actions_table["undo"].trigger()
    until(lambda: _state(library, photos[0]) == PhotoState.DRAFT)


def test_a_file_that_is_none_is_told(session: Session, tmp_path: Path, until: Until) -> None:
    dialog = opened(session, "import", ImportDialog, until)
    dialog.choose(tmp_path / "none.csv")
    until(lambda: "none.csv" in dialog._sentence.text())
    assert not dialog._go.isEnabled()
    dialog.reject()
