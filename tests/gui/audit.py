"""The audit: finds what a screen reader could not name and what the keyboard does not reach, in any window.

Names are asked of Qt's accessibility, reachability is tried by pressing Tab until the focus has gone round; pages of
tabs are turned, hidden widgets are named all the same.
"""

from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractScrollArea,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QDialog,
    QLabel,
    QLineEdit,
    QMainWindow,
    QMenuBar,
    QPlainTextEdit,
    QProgressBar,
    QRadioButton,
    QTabWidget,
    QTextEdit,
    QWidget,
)

INTERACTIVE = (
    QAbstractButton,
    QLineEdit,
    QPlainTextEdit,
    QTextEdit,
    QComboBox,
    QAbstractSpinBox,
    QAbstractItemView,
    QAbstractSlider,
)
"""Kinds of widgets that people operate."""

MOST_STEPS = 400
"""Presses of Tab after which the focus should have gone round any window."""


def audit(window: QWidget) -> list[str]:
    """What assistive technology could not reach or name in a window that is shown, hidden parts included.

    Returns:
        one sentence per finding; empty where all is well.
    """
    found = [] if window.windowTitle() or window.accessibleName() else [f"{called(window)} has no title."]
    for widget in own_widgets(window):
        operated = isinstance(widget, INTERACTIVE) or widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        speaks = operated or isinstance(widget, QProgressBar) or _is_picture(widget)
        if speaks and not _name(widget):
            found.append(f"{called(widget)} has no accessible name: use gui.accessible.named.")
        if isinstance(widget, INTERACTIVE) and not widget.focusPolicy() & Qt.FocusPolicy.TabFocus:
            found.append(f"{called(widget)} can't be reached with Tab: give it the focus policy StrongFocus.")
    nameless = [a for a in window.actions() if not a.text() and not a.isSeparator()]
    found += [f"An action of {called(window)} has no text." for _ in nameless]
    return found or unreached(window)


def unreached(window: QWidget) -> list[str]:
    """Widgets that can be operated now but never get the focus by Tab, one sentence each."""
    reached = set(walk(window))
    for tabs in window.findChildren(QTabWidget):
        shown = tabs.currentIndex()
        for page in (n for n in range(tabs.count()) if n != shown):
            tabs.setCurrentIndex(page)
            reached |= set(walk(window))
        tabs.setCurrentIndex(shown)
    return [
        f"Tab never reaches {called(widget)}."
        for widget in own_widgets(window)
        if isinstance(widget, INTERACTIVE)
        and widget.isVisibleTo(window)
        and widget.isEnabled()
        and not (isinstance(widget, QRadioButton) and not widget.isChecked())  # arrow keys reach the other choices
        and widget not in reached
    ]


def walk(window: QWidget) -> list[QWidget]:
    """Press Tab until the focus comes back to where it was; everything that had it.

    Raises:
        AssertionError: it never comes back.
    """
    window.activateWindow()
    QApplication.processEvents()
    reached: list[QWidget] = []
    for _ in range(MOST_STEPS):
        focused = window.focusWidget()
        if focused is None:
            window.setFocus()
            QTest.keyClick(window, Qt.Key.Key_Tab)
            if window.focusWidget() is None:
                return []
            continue
        if focused in reached:
            return reached
        reached.append(focused)
        QTest.keyClick(focused, Qt.Key.Key_Tab)
    raise AssertionError(f"Tab goes on for ever: {[called(w) for w in reached[-5:]]}")


def own_widgets(window: QWidget) -> list[QWidget]:
    """All widgets of a window but those that Qt made as parts of others."""
    return [w for w in window.findChildren(QWidget) if not w.isWindow() and not _part_of_another(w)]


def called(widget: QWidget) -> str:
    """A widget for the one who mends it."""
    words = widget.accessibleName() or widget.objectName() or str(widget.property("text") or "")
    return f"{type(widget).__name__} “{words}” in {type(widget.window()).__name__}"


def _name(widget: QWidget) -> str:
    interface = QAccessible.queryAccessibleInterface(widget)
    return interface.text(QAccessible.Text.Name).strip() if interface else widget.accessibleName()


def _is_picture(widget: QWidget) -> bool:
    return isinstance(widget, QLabel) and not widget.pixmap().isNull() and not widget.text()


def _part_of_another(widget: QWidget) -> bool:
    """Scroll bars, viewports, the field of a combo box, the menu bar's extension: Qt's own, spoken with their owner."""
    name, parent = widget.objectName(), widget.parentWidget()
    if name.startswith("qt_") or isinstance(parent, (QComboBox, QAbstractSpinBox, QMenuBar, QLineEdit)):
        return True
    owner = parent
    while owner is not None:
        if isinstance(owner, QComboBox | QMenuBar):
            return True  # the list of a combo box is a window of its own below it
        if isinstance(owner, QDialog | QMainWindow):
            return False
        if isinstance(owner, QAbstractScrollArea) and isinstance(widget, QAbstractSlider):
            return True
        if isinstance(owner, QAbstractItemView):
            return True
        owner = owner.parentWidget()
    return False
