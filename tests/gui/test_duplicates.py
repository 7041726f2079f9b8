"""Duplicates and series in the real window: found, shown side by side, the words of one copied to the others."""

from PySide6.QtWidgets import QApplication

from gui.app import Session
from gui.dialogs.duplicates_dialog import DuplicatesDialog
from storage import photos as photo_rows
from storage.library import Library
from storage.schema import PhotoState
from tests.gui.conftest import Until
from tests.gui.test_settings import opened


def state(library: Library, photo: int) -> PhotoState:
    with library.read() as connection:
        return photo_rows.rows(connection, [photo])[0].state


def test_copies_get_the_words_of_one(session: Session, library: Library, photos: list[int], until: Until) -> None:
    dialog = opened(session, "duplicates", DuplicatesDialog, until)
    until(lambda: len(dialog.groups) == 4, 20)
    assert dialog.groups[0].photos == (photos[0], photos[8])
    until(lambda: len(dialog._cards) == 2)
    until(lambda: all(not card._picture.pixmap().isNull() for card in dialog._cards), 20)
    assert dialog._list.item(0).text() == "2 photos: 000-astronaut.jpg"
    dialog._copy.click()
    until(lambda: "no approved words" in dialog._sentence.text())
    session.desk.approve(photos[8:9])
    until(lambda: state(library, photos[8]) == PhotoState.APPROVED)
    dialog._show()
    until(lambda: len(dialog._cards) == 2)
    assert dialog._cards[1].choose.isChecked(), "the approved one is proposed"
    dialog._copy.click()
    until(lambda: state(library, photos[0]) == PhotoState.APPROVED)
    until(lambda: "undo takes it back" in dialog._announcer.last)
    dialog.reject()
    session.window.actions_table["undo"].trigger()
    until(lambda: state(library, photos[0]) == PhotoState.DRAFT)


def test_photos_that_look_alike_are_compared_first(session: Session, until: Until) -> None:
    dialog = opened(session, "duplicates", DuplicatesDialog, until)
    dialog._kind.setCurrentIndex(2)
    until(lambda: dialog._sentence.text().startswith("No photos look as if"), 30)
    assert QApplication.activeModalWidget() is dialog
    dialog._kind.setCurrentIndex(1)
    dialog.reject()
