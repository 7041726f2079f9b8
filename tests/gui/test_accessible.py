"""The audit: every widget of the window and of every dialog has a name and is reached by keyboard."""

import ast
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QLineEdit,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

import gui
from gui.accessible import Announcer, announcement, named
from gui.actions import TABLE, Row
from gui.app import Session
from gui.work_bar import WorkBar
from storage.job import Job, Progress
from tests.gui.audit import audit, walk
from tests.gui.scenes import SCENES, Scene, widgets_of_gui

EMPTY = [scene for scene in SCENES if scene.empty]
FULL = [scene for scene in SCENES if not scene.empty]
ASKING = [row for row in TABLE if row.text.endswith("…")]
"""Actions that open a window, as their dots say."""


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


def test_the_audit_finds_what_tab_passes_over(app: QApplication) -> None:
    window = QWidget()
    window.setWindowTitle("A window")
    layout = QVBoxLayout(window)
    first, passed, last = (QPushButton(name) for name in ("First", "Passed over", "Last"))
    for button in (first, passed, last):
        layout.addWidget(button)
    window.show()
    assert audit(window) == []
    passed.setFocusProxy(last)
    assert any("Passed over" in sentence for sentence in audit(window))
    window.close()


@pytest.mark.parametrize("scene", FULL, ids=str)
def test_every_view_and_dialog_passes_the_audit(session: Session, scene: Scene) -> None:
    _audited(scene.open(session))


@pytest.mark.parametrize("scene", EMPTY, ids=str)
def test_the_first_page_passes_the_audit(empty_session: Session, scene: Scene, until: Callable[..., None]) -> None:
    until(lambda: empty_session.window.first_run.isVisible())
    _audited(scene.open(empty_session))
    assert empty_session.window.first_run.button.hasFocus() or not empty_session.window.isActiveWindow()


def _audited(window: QWidget) -> None:
    window.show()
    QApplication.processEvents()
    assert audit(window) == []
    assert walk(window), "nothing in it takes the focus"
    if isinstance(window, QDialog):
        window.close()


def test_every_widget_is_seen_by_the_audit(session: Session) -> None:
    seen: set[type[QWidget]] = set()
    for scene in SCENES:
        window = scene.open(session)
        seen |= {type(widget) for widget in (window, *window.findChildren(QWidget))}
        if isinstance(window, QDialog):
            window.close()
    missing = [made for made in widgets_of_gui() if not any(issubclass(one, made) for one in seen)]
    unseen = sorted(f"{made.__module__}.{made.__name__}" for made in missing)
    assert not unseen, f"add a row to SCENES in tests/gui/scenes.py that opens {', '.join(unseen)}"


def test_every_dialog_is_a_class_that_the_audit_can_ask_for() -> None:
    for file in Path(gui.__path__[0]).rglob("*.py"):
        calls = [node for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.Call)]
        bare = [call.lineno for call in calls if isinstance(call.func, ast.Name) and call.func.id == "QDialog"]
        assert not bare, f"{file.name}:{bare[0]}: make this dialog a class and add it to tests/gui/scenes.py"


@pytest.mark.parametrize("row", ASKING, ids=lambda row: row.name)
def test_every_action_with_dots_opens_a_window_that_passes_the_audit(
    session: Session, row: Row, until: Callable[..., None]
) -> None:
    found: list[str] | None = None

    def opened() -> QWidget | None:
        tops = [w for w in QApplication.topLevelWidgets() if isinstance(w, QDialog) and w.isVisible()]
        above = QApplication.activeModalWidget()  # of two, one for a file over the one that opened it
        return above if above in tops else tops[0] if tops else None

    def look() -> None:
        nonlocal found
        window = opened()
        if window is not None and found is None:
            # Elsewhere it is the system's own; Python may know it as a plain dialog, so Qt's name for it counts, too.
            system = window.inherits("QFileDialog") or window.objectName() == "QFileDialog"
            found = [] if system else audit(window)
            window.close()

    timer = QTimer()
    timer.timeout.connect(look)
    timer.start(20)
    session.window.actions_table[row.name].trigger()
    until(lambda: found is not None)
    timer.stop()
    assert found == []


def test_tab_reaches_what_one_reviews_with(session: Session) -> None:
    names = {widget.accessibleName() for widget in walk(session.window)}
    for wanted in ("Search photos", "Filters", "Photos", "Alt text", "Tags", "Add a tag", "Extended description"):
        assert wanted in names, f"Tab never reaches “{wanted}”, only {sorted(names)}"


def test_every_action_has_its_own_key_and_name() -> None:
    names = [row.name for row in TABLE if row.name]
    assert len(names) == len(set(names))
    keys = [key for row in TABLE for key in row.keys.split("; ") if key]
    assert len(keys) == len(set(keys))
    assert all(row.text for row in TABLE if row.name)


@pytest.mark.parametrize("assertive", [False, True])
def test_an_error_interrupts_and_a_result_waits(app: QApplication, assertive: bool) -> None:
    window = QWidget()
    told = announcement(window, "1 photo failed.", assertive=assertive)
    politeness = QAccessible.AnnouncementPoliteness
    assert told.message() == "1 photo failed."
    assert told.politeness() == (politeness.Assertive if assertive else politeness.Polite)


@pytest.mark.parametrize("problems", [0, 1])
def test_a_failure_is_announced_as_an_error_and_a_success_is_not(
    session: Session, until: Callable[..., None], problems: int
) -> None:
    def job() -> Job:
        yield Progress(stage="embed", done=2, total=2, problems=problems)

    session.work.write("Writing", job)
    until(lambda: session.window.announcer.last.startswith(f"{2 - problems} photo"))
    assert session.window.announcer.assertive == bool(problems)


@pytest.mark.parametrize("milliseconds", [0, 200])
def test_a_busy_bar_moves_only_where_the_system_wants_animations(app: QApplication, milliseconds: int) -> None:
    bar = WorkBar("Progress")
    bar.setStyleSheet(f"QProgressBar {{ widget-animation-duration: {milliseconds}; }}")  # what the style answers
    bar.ensurePolished()
    bar.show_done(0, None)
    assert (bar.minimum() == bar.maximum()) == bool(milliseconds), "Qt moves a bar without a range"
    bar.show_done(3, 8)
    assert (bar.value(), bar.maximum()) == (3, 8)


def test_no_bar_moves_on_its_own() -> None:
    for file in Path(gui.__path__[0]).rglob("*.py"):
        calls = [node for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.Call)]
        bare = [call.lineno for call in calls if isinstance(call.func, ast.Name) and call.func.id == "QProgressBar"]
        assert not bare, f"{file.name}:{bare[0]}: use WorkBar, which stands still where the system asks for it"


def test_an_announcement_is_a_notification_with_the_text_as_name(app: QApplication) -> None:
    window = QWidget()
    announcer = Announcer(window)
    QAccessible.setActive(True)
    announcer.say("12 photos were approved.")
    interface = QAccessible.queryAccessibleInterface(announcer)
    assert interface.role() == QAccessible.Role.Notification
    assert interface.text(QAccessible.Text.Name) == "12 photos were approved."
    QAccessible.setActive(False)
