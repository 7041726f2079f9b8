"""What is seen in every view and dialog, measured on rendered pixels: contrast in every theme, room at 200 % text."""

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QPoint, QRect, QSize
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSpinBox,
    QApplication,
    QCheckBox,
    QComboBox,
    QDialog,
    QLabel,
    QLineEdit,
    QRadioButton,
    QStyle,
    QStyleOptionButton,
    QToolButton,
    QWidget,
)

from gui import theme
from gui.app import Session
from gui.words import STATES
from tests.gui.audit import called, own_widgets, walk
from tests.gui.conftest import Until
from tests.gui.pixels import changed, seen, strongest
from tests.gui.scenes import SCENES, Scene

SMALL = QSize(1024, 600)
"""The smallest window that everything must fit into, at the largest text that most people ask for."""

LARGE_TEXT = 200

BESIDE = (QLabel, QLineEdit, QComboBox, QAbstractSpinBox, QAbstractItemView)
"""What boxes to tick stand below or above."""

ICON_ONLY = 3.0
"""Least contrast of a button or label that holds a drawing and no words."""


@pytest.fixture
def dressed(session: Session) -> Iterator[Callable[[str, int], Session]]:
    def dress(name: str, text_size: int) -> Session:
        session.appearance.apply(name, text_size)
        return session

    yield dress
    session.appearance.apply("light", 100)


def _opened(scene: Scene, session: Session) -> QWidget:
    window = scene.open(session)
    window.show()
    window.activateWindow()
    QApplication.processEvents()
    return window


def _closed(window: QWidget) -> None:
    if isinstance(window, QDialog):
        window.close()
        window.deleteLater()


@pytest.mark.parametrize("name", theme.THEMES)
def test_words_and_icons_can_be_read_in_every_scene(dressed: Callable[[str, int], Session], name: str) -> None:
    session = dressed(name, 100)
    faint: list[str] = []
    for scene in SCENES:
        window = _opened(scene, session)
        for widget in own_widgets(window):
            if isinstance(widget, QLabel | QAbstractButton) and _in_sight(widget, window):
                words = widget.text()
                least = theme.TEXT_CONTRAST if words and not isinstance(widget, QToolButton) else ICON_ONLY
                if words or isinstance(widget, QToolButton):
                    found = strongest(seen(widget))
                    if found < least:
                        faint.append(f"{scene}: {called(widget)} “{words[:30]}” {found:.1f}")
                if isinstance(widget, QCheckBox | QRadioButton):
                    tick = strongest(seen(widget)[:, : widget.height() - 4])  # without the words behind it
                    if tick < theme.MARK_CONTRAST:
                        faint.append(f"{scene}: the tick of {called(widget)} {tick:.1f}")
        _closed(window)
    assert not faint, "\n".join(faint)


@pytest.mark.parametrize("name", theme.THEMES)
def test_the_focus_is_seen_on_everything_that_takes_it(dressed: Callable[[str, int], Session], name: str) -> None:
    session = dressed(name, 100)
    unseen: set[str] = set()
    for scene in SCENES:
        window = _opened(scene, session)
        for widget in walk(window):
            if widget.size().isEmpty() or not widget.isVisible():
                continue
            widget.setFocus()
            with_focus = seen(widget, margin=4)
            widget.clearFocus()
            without = seen(widget, margin=4)
            marked = changed(without, with_focus, theme.MARK_CONTRAST) if with_focus.shape == without.shape else 0
            if marked < min(widget.width(), 64):
                unseen.add(f"{scene}: {called(widget)}, {marked} pixels")
        _closed(window)
    assert not unseen, "\n".join(sorted(unseen))


@pytest.mark.parametrize("scene", SCENES, ids=str)
def test_everything_is_reached_at_200_percent_in_a_small_window(
    dressed: Callable[[str, int], Session], scene: Scene, until: Until
) -> None:
    session = dressed("light", LARGE_TEXT)
    session.window.resize(SMALL)
    QApplication.processEvents()
    assert session.window.size() == SMALL
    window = _opened(scene, session)
    until(lambda: session.desk.idle)  # chips and numbers that come later move what has the focus
    window.resize(window.size().boundedTo(SMALL))
    QApplication.processEvents()
    assert window.size().boundedTo(SMALL) == window.size(), f"{window.size()} at least"
    clipped = []
    for widget in walk(window):
        widget.setFocus()
        QApplication.processEvents()
        if not widget.isVisible():
            continue  # a search was answered meanwhile
        shown = _in_view(widget)
        if shown.size() != widget.size():
            clipped.append(f"{called(widget)} {shown.getRect()} of {widget.size().toTuple()}")
        if isinstance(widget, QAbstractButton) and widget.text() and widget.width() < widget.minimumSizeHint().width():
            clipped.append(f"{called(widget)} is too narrow for its words")
    _closed(window)
    assert not clipped, "\n".join(clipped)


@pytest.mark.parametrize("text_size", [100, LARGE_TEXT])
def test_the_words_of_the_sidebar_are_not_cut(dressed: Callable[[str, int], Session], text_size: int) -> None:
    session = dressed("light", 75)
    session.window.resize(1280, 800)
    session = dressed("light", text_size)
    if not session.window.aside.isVisible():
        session.window.actions_table["sidebar"].trigger()
    QApplication.processEvents()
    sidebar = session.window.sidebar
    assert sidebar.width() >= sidebar.wanted_width()
    shown = sidebar.fontMetrics().horizontalAdvance(max((mark.word for mark in STATES.values()), key=len))
    assert sidebar.header().sectionSize(0) >= shown + 2 * sidebar.indentation() + sidebar.iconSize().width()


@pytest.mark.parametrize("size", [QSize(1280, 800), SMALL], ids=["usual", "small"])
def test_photos_stand_side_by_side_at_200_percent_as_the_sidebar_gives_way(
    dressed: Callable[[str, int], Session], size: QSize
) -> None:
    session = dressed("light", LARGE_TEXT)
    window, button = session.window, session.window.actions_table["sidebar"]
    window.resize(size)
    QApplication.processEvents()
    assert window.grid.columns() >= 2
    assert (window.aside.isVisible(), button.isChecked()) == (False, False)
    button.trigger()  # who wants the sidebar has it, however little room is left
    window.resize(size + QSize(8, 0))
    QApplication.processEvents()
    assert (window.aside.isVisible(), button.isChecked()) == (True, True)
    dressed("light", 100)
    QApplication.processEvents()
    assert window.aside.isVisible()
    assert window.grid.columns() >= 2
    dressed("light", LARGE_TEXT)
    QApplication.processEvents()
    assert not window.aside.isVisible()


def test_the_sidebar_that_gave_way_comes_back_with_the_room_unless_it_was_hidden_by_hand(session: Session) -> None:
    window = session.window
    window.resize(1280, 800)
    QApplication.processEvents()
    assert (window.aside.isVisible(), window.actions_table["sidebar"].isChecked()) == (True, True)
    window.resize(800, 600)
    QApplication.processEvents()
    assert not window.aside.isVisible()
    window.resize(1280, 800)
    QApplication.processEvents()
    assert window.aside.isVisible()
    window.sidebar.setFocus()
    window.resize(800, 600)
    QApplication.processEvents()
    assert window.aside.isVisible(), "somebody is in it"
    window.grid.setFocus()
    window.actions_table["sidebar"].trigger()
    window.resize(1280, 800)
    QApplication.processEvents()
    assert not window.aside.isVisible()


def _left(widget: QWidget, window: QWidget) -> int:
    return widget.mapTo(window, QPoint(0, 0)).x()


def _in_view(widget: QWidget) -> QRect:
    """The part of a widget that no parent cuts off, in its own place."""
    shown, inside = widget.rect(), widget
    while not inside.isWindow() and (owner := inside.parentWidget()) is not None:
        shown = shown.translated(inside.pos()).intersected(owner.rect())
        inside = owner
    return shown


def _in_sight(widget: QWidget, window: QWidget) -> bool:
    """Whether all of it can be seen, so that its pixels are its own."""
    return widget.isVisible() and widget.isEnabled() and widget.visibleRegion().boundingRect() == widget.rect()


@pytest.mark.parametrize("text_size", [100, LARGE_TEXT])
def test_ticks_stand_where_words_and_fields_begin(dressed: Callable[[str, int], Session], text_size: int) -> None:
    session = dressed("light", text_size)
    wrong: list[str] = []
    looked_at = 0
    for scene in SCENES:
        window = _opened(scene, session)
        boxes = [box for box in window.findChildren(QCheckBox) if box.isVisible()] if window.isVisible() else []
        starts = {_left(widget, window) for widget in window.findChildren(QWidget) if isinstance(widget, BESIDE)}
        for box in boxes:
            option = QStyleOptionButton()
            option.initFrom(box)
            tick = box.style().subElementRect(QStyle.SubElement.SE_CheckBoxIndicator, option, box)
            left = _left(box, window) + tick.left()
            first = not any(other.y() == box.y() and other.x() < box.x() for other in boxes)
            looked_at += 1
            if first and left not in starts:
                wrong.append(f"{scene}: {called(box)} at {left}, others at {sorted(starts)}")
        _closed(window)
    assert looked_at
    assert not wrong, "\n".join(wrong)
