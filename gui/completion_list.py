"""What can stand at the cursor of the search field, in a list right under it.

The list takes the focus when Down is pressed, so that a screen reader reads its items like those of any list, with
their position; typing goes on in the field. It lies over the photos and takes no room from them.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QListWidget,
    QListWidgetItem,
    QStyledItemDelegate,
    QWidget,
)

from gui.accessible import named
from gui.appearance import Appearance
from gui.words import counted

if TYPE_CHECKING:
    from PySide6.QtWidgets import QStyleOptionViewItem

    from storage.search import Completion

ONE = Qt.ItemDataRole.UserRole
"""Role of the `Completion` of an item."""

FULL = 10_000
"""Counts stop here, so this many are "10,000 or more"."""


class _Delegate(QStyledItemDelegate):
    """Label, note and number of a completion."""

    def __init__(self, appearance: Appearance, parent: QWidget) -> None:
        super().__init__(parent)
        self._appearance = appearance

    def sizeHint(self, option: "QStyleOptionViewItem", index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(0, option.fontMetrics.height() + 8)

    def paint(
        self, painter: QPainter, option: "QStyleOptionViewItem", index: QModelIndex | QPersistentModelIndex
    ) -> None:
        one: Completion = index.data(ONE)
        chosen = type(option)(option)
        self.initStyleOption(chosen, index)
        chosen.text = ""
        chosen.widget.style().drawControl(chosen.widget.style().ControlElement.CE_ItemViewItem, chosen, painter)
        theme = self._appearance.theme
        selected = bool(option.state & option.state.State_Selected)
        text, muted = (theme.selection_text,) * 2 if selected else (theme.text, theme.muted)
        place, centre = option.rect.adjusted(8, 0, -8, 0), Qt.AlignmentFlag.AlignVCenter
        number = _number(one)
        width = option.fontMetrics.horizontalAdvance(number)
        painter.setPen(QColor(muted))
        painter.drawText(place, Qt.AlignmentFlag.AlignRight | centre, number)
        left = QRect(place.topLeft(), QSize(max(0, place.width() - width - 12), place.height()))
        painter.setPen(QColor(text))
        label = option.fontMetrics.elidedText(one.label, Qt.TextElideMode.ElideMiddle, left.width())
        painter.drawText(left, Qt.AlignmentFlag.AlignLeft | centre, label)
        left.setLeft(left.left() + option.fontMetrics.horizontalAdvance(label) + 12)
        painter.setPen(QColor(muted))
        note = option.fontMetrics.elidedText(one.note, Qt.TextElideMode.ElideRight, max(0, left.width()))
        painter.drawText(left, Qt.AlignmentFlag.AlignLeft | centre, note)


class CompletionList(QListWidget):
    """The list; hidden while there is nothing to offer.

    Signals:
        taken(Completion): one was chosen.
        left(): typing goes on.
        typed(QKeyEvent): a key for the field.
    """

    taken = Signal(object)
    left = Signal()
    typed = Signal(object)

    def __init__(self, field: QWidget, appearance: Appearance) -> None:
        super().__init__(field)
        named(self, "Suggestions", "Return takes one, Escape goes back to the field.")
        self._field = field
        self.setItemDelegate(_Delegate(appearance, self))
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.itemClicked.connect(self._take)
        self.hide()

    def offer(self, some: "Sequence[Completion]") -> None:
        """Show these, none for nothing."""
        self.clear()
        for one in some:
            item = QListWidgetItem(one.label)
            item.setData(ONE, one)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, spoken(one))
            item.setToolTip(spoken(one))
            self.addItem(item)
        if some:
            self._place()
        self.setVisible(bool(some))

    def enter(self) -> None:
        """Give the list the focus."""
        self.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.setCurrentRow(0)

    def _place(self) -> None:
        window = self._field.window()
        if self.parentWidget() is not window:
            self.setParent(window)
        corner = self._field.mapTo(window, QPoint(0, self._field.height() + 2))
        wanted = self.count() * self.sizeHintForRow(0) + 2 * self.frameWidth() + 8
        width = min(
            max(self._field.width(), 36 * self.fontMetrics().averageCharWidth()), window.width() - corner.x() - 8
        )
        self.setGeometry(QRect(corner, QSize(width, min(wanted, window.height() - corner.y() - 8))))
        self.raise_()

    def _take(self, item: QListWidgetItem) -> None:
        self.taken.emit(item.data(ONE))

    def event(self, event: QEvent) -> bool:
        """Letters belong to the field, not to the actions that have them as keys."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and _is_typing(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Return takes; Escape, Left, Right and Up at the first go back; letters go on in the field."""
        key, item = event.key(), self.currentItem()
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and item is not None:
            self._take(item)
        elif key == Qt.Key.Key_Escape:
            self.left.emit()
            self.hide()
        elif key == Qt.Key.Key_Up and self.currentRow() <= 0:
            self.left.emit()
        elif (event.text().isprintable() and event.text()) or key in (Qt.Key.Key_Left, Qt.Key.Key_Backspace):
            self.left.emit()
            self.typed.emit(event)
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Who goes elsewhere needs no suggestions."""
        super().focusOutEvent(event)
        if not self._field.hasFocus():
            self.hide()


def _is_typing(event: QKeyEvent) -> bool:
    held = event.modifiers() & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier)
    return not held and bool(event.text()) and event.text().isprintable()


def _number(one: "Completion") -> str:
    if one.photos is None:
        return ""
    return f"{one.photos:,}+" if one.photos >= FULL else f"{one.photos:,}"


def spoken(one: "Completion") -> str:
    """A completion for the ear: "dog, puppy, 1,204 photos"."""
    parts = [one.label, one.note]
    if one.photos is not None:
        parts.append(counted(one.photos, "photo") + (" or more" if one.photos >= FULL else ""))
    return ", ".join(part for part in parts if part)
