"""Names for widgets, and announcements that a screen reader speaks.

Announcing: Orca 43 ignores Qt's announcement event but speaks a notification that begins to show, and later Orcas do
so too; so on Linux an announcement is an invisible widget of role Notification that "appears" with the text as its
name. Elsewhere it is Qt's announcement event, which NVDA, Narrator and VoiceOver speak.

Polite and assertive: Qt 6.11.3 loses nothing, the event is on AT-SPI as "object:announcement" with 1 for polite and 2
for assertive (a test looks). But a notification has no politeness, and Orca 43.1 lets each interrupt what it says, so
there both sound the same. Both ways at once would be said twice by an Orca that knows both.
"""

import sys
from typing import Protocol, TypeVar, cast

from PySide6.QtCore import QObject, QPoint, QRect, Qt, QTimer
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QAccessibleEvent, QAccessibleInterface, QWindow
from PySide6.QtWidgets import QAbstractItemView, QAccessibleWidget, QApplication, QScrollArea, QWidget

Some = TypeVar("Some", bound=QWidget)

OPENED_MS, BACK_MS = 100, 1_000
"""After a window became active, first or again, until its focus is said once more. Orca 43 drops what comes before it
has taken in that a window is active again, which took it up to a second on a busy machine."""

_INSTALLED, _SEEN = "accessible installed", "seen before"
"""Properties of the application and of a window."""


def named(widget: Some, name: str, description: str = "") -> Some:
    """Give a widget its accessible name, and a description where the name does not say all."""
    widget.setAccessibleName(name)
    if description:
        widget.setAccessibleDescription(description)
    return widget


class TellsItsFocus(Protocol):
    """A widget that itself knows what in it has the focus."""

    def tell_focus(self) -> None:
        """Say it."""


def _tell_again(window: QWindow | None) -> None:
    """Say what has the focus in the window that became active: Qt said it before anybody could hear it.

    A screen reader speaks a new window first and passes over what came before; so when a dialog opens or closes its
    user would not know where the keys go. What got the focus since has been heard; said twice, Orca 43 takes the first
    for a double, and the second for no news.
    """
    before = QApplication.focusWidget()

    def tell() -> None:
        widget = QApplication.focusWidget()
        if widget is None or widget is not (before or widget) or not QAccessible.isActive():
            return
        if hasattr(widget, "tell_focus"):
            cast(TellsItsFocus, widget).tell_focus()
        else:
            QAccessible.updateAccessibility(QAccessibleEvent(widget, QAccessible.Event.Focus))

    if window is not None:
        if not window.property(_SEEN):
            QTimer.singleShot(OPENED_MS, tell)
        if window.property(_SEEN) or not hasattr(QApplication.focusWidget(), "tell_focus"):
            QTimer.singleShot(BACK_MS, tell)  # what was spoken already is passed over
        window.setProperty(_SEEN, True)


def _tell_item(_before: QWidget | None, now: QWidget | None) -> None:
    """Say the item of a list, tree or table that gets the focus; Qt says the list alone."""
    if not isinstance(now, QAbstractItemView) or hasattr(now, "tell_focus") or not QAccessible.isActive():
        return

    def tell() -> None:
        interface = QAccessible.queryAccessibleInterface(now) if now.hasFocus() else None
        item = interface.focusChild() if interface is not None else None
        if item is not None:
            QAccessible.updateAccessibility(QAccessibleEvent(item, QAccessible.Event.Focus))

    QTimer.singleShot(0, now, tell)  # after Qt's own word about the list


def _bring_in_sight(_before: QWidget | None, now: QWidget | None) -> None:
    """Scroll to what gets the focus by a key of its own or a click, as Qt does for Tab only."""
    owner = now.parentWidget() if now is not None else None
    while owner is not None and now is not None:
        if isinstance(owner, QScrollArea):  # `ensureWidgetVisible` would be content with the cursor of a text field
            area = QRect(now.mapTo(cast(QWidget, owner.widget()), QPoint(0, 0)), now.size())
            for corner in (area.bottomRight(), area.topLeft()):
                owner.ensureVisible(corner.x(), corner.y(), 8, 8)
        owner = owner.parentWidget()


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
        QAccessible.updateAccessibility(announcement(self.window(), text, assertive=assertive))


def announcement(window: QWidget, text: str, *, assertive: bool) -> QAccessibleAnnouncementEvent:
    """What NVDA, Narrator and VoiceOver are told: an assertive sentence at once, any other when they have time."""
    event = QAccessibleAnnouncementEvent(window, text)
    politeness = QAccessible.AnnouncementPoliteness
    event.setPoliteness(politeness.Assertive if assertive else politeness.Polite)
    return event


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


def install(app: QApplication) -> None:
    """Make Qt ask here for the accessible object of announcers, and keep the focus in sight; the first call counts."""
    if not app.property(_INSTALLED):
        app.setProperty(_INSTALLED, True)
        QAccessible.installFactory(_make)
        app.focusChanged.connect(_bring_in_sight)
        app.focusChanged.connect(_tell_item)
        app.focusWindowChanged.connect(_tell_again)
