"""Names for widgets, announcements that a screen reader speaks, and an audit that finds what it could not reach.

Announcing: Orca 43 ignores Qt's announcement event but speaks a notification that begins to show, and later Orcas do
so too; so on Linux an announcement is an invisible widget of role Notification (or Alert) that "appears" with the
text as its name. Elsewhere it is Qt's announcement event, which NVDA, Narrator and VoiceOver speak.
"""

import sys
from typing import TypeVar

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QAccessibleEvent, QAccessibleInterface
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractScrollArea,
    QAbstractSlider,
    QAbstractSpinBox,
    QAccessibleWidget,
    QComboBox,
    QDialog,
    QLabel,
    QLineEdit,
    QMainWindow,
    QMenuBar,
    QPlainTextEdit,
    QProgressBar,
    QTextEdit,
    QWidget,
)

Some = TypeVar("Some", bound=QWidget)

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


def named(widget: Some, name: str, description: str = "") -> Some:
    """Give a widget its accessible name, and a description where the name does not say all."""
    widget.setAccessibleName(name)
    if description:
        widget.setAccessibleDescription(description)
    return widget


def tell_focus(widget: QWidget) -> None:
    """Say once more that a widget has the focus, where Qt said it before anybody could hear it."""

    def tell() -> None:
        if QAccessible.isActive() and widget.hasFocus():
            QAccessible.updateAccessibility(QAccessibleEvent(widget, QAccessible.Event.Focus))

    QTimer.singleShot(100, widget, tell)


class Announcer(QWidget):
    """The voice of a window: says what happened without moving the focus. One per window, invisible.

    Sparingly: results and errors, not every step.
    """

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.assertive = False
        self.last = ""
        self.setFixedSize(1, 1)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.lower()

    def say(self, text: str, *, assertive: bool = False) -> None:
        """Speak a plain sentence; an assertive one (an error) interrupts what is being said."""
        self.last, self.assertive = text, assertive
        if not QAccessible.isActive():
            return
        if sys.platform == "linux":
            self.setAccessibleName(text)
            for kind in (QAccessible.Event.ObjectHide, QAccessible.Event.ObjectShow):
                QAccessible.updateAccessibility(QAccessibleEvent(self, kind))
            return
        event = QAccessibleAnnouncementEvent(self.window(), text)
        politeness = QAccessible.AnnouncementPoliteness
        event.setPoliteness(politeness.Assertive if assertive else politeness.Polite)
        QAccessible.updateAccessibility(event)


class _AnnouncerAccessible(QAccessibleWidget):
    def __init__(self, announcer: Announcer) -> None:
        super().__init__(announcer, QAccessible.Role.Notification, "")
        self._announcer = announcer

    def text(self, what: QAccessible.Text) -> str:
        return self._announcer.last if what == QAccessible.Text.Name else ""


_announcers: dict[int, _AnnouncerAccessible] = {}


def _make(_class: str, thing: QObject) -> QAccessibleInterface | None:
    if not isinstance(thing, Announcer):
        return None
    key = id(thing)
    if key not in _announcers:
        _announcers[key] = _AnnouncerAccessible(thing)
        thing.destroyed.connect(lambda: _announcers.pop(key, None))
    return _announcers[key]


def install() -> None:
    """Make Qt ask here for the accessible object of announcers; call it once."""
    QAccessible.installFactory(_make)


def audit(window: QWidget) -> list[str]:
    """What in a window or dialog a screen reader or keyboard user could not use, one sentence each; [] is good.

    Looks at every widget that may become visible in it: a name for all that is operated, a name for pictures, a way
    by keyboard to all that is operated (Tab, or the arrow keys inside a group or a view).
    """
    found = []
    if not (window.windowTitle() or window.accessibleName()):
        found.append(f"{_called(window)} has no title.")
    for widget in window.findChildren(QWidget):
        if _part_of_another(widget) or widget.isWindow():
            continue
        operated = isinstance(widget, INTERACTIVE) or widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        speaks = operated or isinstance(widget, QProgressBar) or _is_picture(widget)
        if speaks and not _name(widget):
            found.append(f"{_called(widget)} has no accessible name.")
        if isinstance(widget, INTERACTIVE) and not widget.focusPolicy() & Qt.FocusPolicy.TabFocus:
            found.append(f"{_called(widget)} can't be reached with Tab.")
    nameless = [a for a in window.actions() if not a.text() and not a.isSeparator()]
    return found + [f"An action of {_called(window)} has no text." for _ in nameless]


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


def _called(widget: QWidget) -> str:
    words = widget.accessibleName() or widget.objectName() or str(widget.property("text") or "")
    return f"{type(widget).__name__} “{words}”"
