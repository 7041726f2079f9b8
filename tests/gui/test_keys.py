"""What keys do beyond the table of actions: Return on buttons, and where the focus is after undo."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from gui.app import Session
from storage.library import Library
from storage.schema import PhotoState
from tests.gui.conftest import Until
from tests.gui.test_review import focus, press, state


def test_undo_of_one_photo_goes_back_to_it(session: Session, library: Library, until: Until) -> None:
    focus(session, session.window.grid, until)
    first = session.model.ids[0]
    press(session, Qt.Key.Key_A)
    until(lambda: session.flow.row == 1 and state(library, first) == PhotoState.APPROVED)
    session.flow.go(5)
    session.flow.undo()
    until(lambda: session.flow.row == 0)
    assert state(library, first) == PhotoState.DRAFT
    session.flow.go(5)
    session.flow.redo()
    until(lambda: session.flow.row == 0)
    session.flow.approve_many(list(session.model.ids))
    until(lambda: state(library, session.model.ids[-1]) == PhotoState.APPROVED)
    session.flow.go(5)
    session.flow.undo()
    until(lambda: session.window.announcer.last.startswith("Undone: approve"))
    assert session.flow.row == 5, "of many there is none to go to"


def test_return_presses_the_button_that_has_the_focus(session: Session, library: Library, until: Until) -> None:
    first = session.model.ids[0]
    focus(session, session.window.panel._approve, until)
    QTest.keyClick(session.window.panel._approve, Qt.Key.Key_Return)
    until(lambda: state(library, first) == PhotoState.APPROVED)
    focus(session, session.window.grid, until)
    QTest.keyClick(session.window.grid, Qt.Key.Key_Return)
