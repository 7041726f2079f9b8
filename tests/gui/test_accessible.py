"""The audit: every widget of the window and of every dialog has a name and is reached by keyboard."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QLineEdit, QPushButton, QToolButton, QVBoxLayout, QWidget

from gui.accessible import Announcer, audit, named
from gui.actions import TABLE
from gui.app import Session
from gui.command_palette import CommandPalette
from gui.help_sheet import HelpSheet
from gui.main_window import VIEWS
from gui.problems_dialog import ProblemsDialog
from gui.settings_dialog import SettingsDialog
from gui.text_dialog import TextDialog
from storage.overview import Trouble
from storage.settings import Settings

DIALOGS: dict[str, Callable[[Session], QDialog]] = {
    "help": lambda s: HelpSheet(s.window.actions_table, s.window),
    "palette": lambda s: CommandPalette(s.window.actions_table, s.window),
    "settings": lambda s: SettingsDialog(Settings(), {}, s.window),
    "text": lambda s: TextDialog(12, s.appearance, s.window),
    "problems": lambda s: ProblemsDialog([Trouble("a.jpg", "scan", "It is broken.")], s.window),
    "no problems": lambda s: ProblemsDialog([], s.window),
}


def test_the_audit_finds_what_is_wrong(app: QApplication) -> None:
    window = QWidget()
    layout = QVBoxLayout(window)
    for widget in (QLineEdit(), QToolButton(), QPushButton("Named by its text")):
        layout.addWidget(widget)
    unreachable = named(QPushButton("Mouse only"), "Mouse only")
    unreachable.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
    layout.addWidget(unreachable)
    found = audit(window)
    assert len(found) == 4
    assert "has no title" in found[0]
    assert sum("no accessible name" in sentence for sentence in found) == 2
    assert any("Mouse only" in sentence and "Tab" in sentence for sentence in found)


def test_the_window_passes_the_audit(session: Session) -> None:
    session.window.jobs.work("Something")
    session.window.jobs.tell_problems(2)
    for view in VIEWS:
        session.window.show_view(view)
        assert audit(session.window) == []


def test_the_first_page_passes_the_audit(empty_session: Session, until: Callable[..., None]) -> None:
    until(lambda: empty_session.window.first_run.isVisible())
    assert audit(empty_session.window) == []
    assert empty_session.window.first_run.button.hasFocus() or not empty_session.window.isActiveWindow()


@pytest.mark.parametrize("name", DIALOGS)
def test_every_dialog_passes_the_audit(session: Session, name: str) -> None:
    dialog = DIALOGS[name](session)
    dialog.show()
    assert audit(dialog) == []
    assert _walk(dialog), "nothing in it takes the focus"
    dialog.close()


def test_tab_reaches_everything_and_never_gets_stuck(session: Session) -> None:
    window = session.window
    window.jobs.work("Something")
    reached = _walk(window)
    names = {widget.accessibleName() for widget in reached}
    for wanted in ("Search photos", "Filters", "Photos", "Alt text", "Tags", "Add a tag", "Extended description"):
        assert wanted in names, f"Tab never reaches “{wanted}”, only {sorted(names)}"
    for button in window.findChildren(QPushButton) + window.findChildren(QToolButton):
        own = not button.objectName().startswith("qt_") and not isinstance(button.parent(), QLineEdit)
        if own and button.isVisible() and button.isEnabled() and button.focusPolicy() != Qt.FocusPolicy.NoFocus:
            assert button in reached, f"Tab never reaches {button.accessibleName()!r}"


def _walk(window: QWidget) -> list[QWidget]:
    """Press Tab until the focus comes back to where it was; everything that had it."""
    window.activateWindow()
    QApplication.processEvents()
    reached: list[QWidget] = []
    for _ in range(200):
        focused = window.focusWidget()
        if focused is None:
            window.setFocus()
            QTest.keyClick(window, Qt.Key.Key_Tab)
            continue
        if focused in reached:
            return reached
        reached.append(focused)
        QTest.keyClick(focused, Qt.Key.Key_Tab)
    raise AssertionError(f"Tab goes on for ever: {[w.accessibleName() for w in reached[-5:]]}")


def test_every_action_has_its_own_key_and_name() -> None:
    names = [row.name for row in TABLE if row.name]
    assert len(names) == len(set(names))
    keys = [key for row in TABLE for key in row.keys.split("; ") if key]
    assert len(keys) == len(set(keys))
    assert all(row.text for row in TABLE if row.name)


def test_an_announcement_is_a_notification_with_the_text_as_name(app: QApplication) -> None:
    window = QWidget()
    announcer = Announcer(window)
    QAccessible.setActive(True)
    announcer.say("12 photos were approved.")
    interface = QAccessible.queryAccessibleInterface(announcer)
    assert interface.role() == QAccessible.Role.Notification
    assert interface.text(QAccessible.Text.Name) == "12 photos were approved."
    QAccessible.setActive(False)
