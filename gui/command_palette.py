"""The command palette: type a few letters of what you want, press Return."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, QTimer
from PySide6.QtGui import QAction, QFontMetrics, QIcon, QKeyEvent, QPainter, QPalette
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from gui.accessible import Announcer, named
from gui.actions import TABLE, Actions, keys_shown
from gui.room import give_room, grown

Index = QModelIndex | QPersistentModelIndex

ACTION = Qt.ItemDataRole.UserRole
KEYS = Qt.ItemDataRole.UserRole + 1
"""Roles of a command's action and of its keys."""


SPEAK_MS = 700
"""Silence after a key before a screen reader is told which command Return takes; every letter would be too much."""


class _Delegate(QStyledItemDelegate):
    """Paints icon, command and, at the other edge, its keys, so that both are read in columns."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """One height for all, with an icon or without."""
        return QSize(160, max(28, QFontMetrics(option.font).height() + 12))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint one row."""
        blank = QStyleOptionViewItem(option)
        self.initStyleOption(blank, index)
        icon, words, edge = QIcon(blank.icon), blank.text, grown(16)
        blank.icon, blank.text = QIcon(), ""
        option.widget.style().drawControl(QStyle.ControlElement.CE_ItemViewItem, blank, painter, option.widget)
        usable = bool(option.state & QStyle.StateFlag.State_Enabled)
        area, middle = option.rect.adjusted(8, 0, -8, 0), Qt.AlignmentFlag.AlignVCenter
        sign = QRect(area.left(), area.top() + (area.height() - edge) // 2, edge, edge)
        icon.paint(painter, sign, mode=QIcon.Mode.Normal if usable else QIcon.Mode.Disabled)
        area.setLeft(sign.right() + 9)
        role, colours = QPalette.ColorRole, QApplication.palette()  # the option's own has a fainter muted colour
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.setPen(colours.color(role.HighlightedText if chosen else role.PlaceholderText))
        keys = str(index.data(KEYS) or "")
        painter.drawText(area, int(middle | Qt.AlignmentFlag.AlignRight), keys)
        area.setRight(area.right() - option.fontMetrics.horizontalAdvance(keys) - 16)
        if usable and not chosen:
            painter.setPen(colours.color(role.Text))
        shown = option.fontMetrics.elidedText(words, Qt.TextElideMode.ElideRight, area.width())
        painter.drawText(area, int(middle | Qt.AlignmentFlag.AlignLeft), shown)


class _Field(QLineEdit):
    """The field; Up and Down move in the list below it."""

    def __init__(self, commands: QListWidget) -> None:
        super().__init__()
        self._commands = commands

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
            return
        shown = [row for row in range(self._commands.count()) if not self._commands.isRowHidden(row)]
        if shown:
            at = shown.index(self._commands.currentRow()) + step
            self._commands.setCurrentRow(shown[min(max(at, 0), len(shown) - 1)])


class CommandPalette(QDialog):
    """All commands, filtered by what is typed.

    Attributes:
        chosen: the action to trigger once the palette is closed, None where it was left.
    """

    def __init__(self, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Find a command")
        give_room(self, 560, 420)
        self.chosen: QAction | None = None
        self._actions = actions
        self._list = named(QListWidget(), "Commands")
        self._list.setItemDelegate(_Delegate(self._list))
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.itemActivated.connect(self._take)
        self._field = named(_Field(self._list), "Command", "Type a few letters, then press Return.")
        self._field.setPlaceholderText("What do you want to do?")
        self._field.textChanged.connect(self._filter)
        self._field.returnPressed.connect(lambda: self._take(self._list.currentItem()))
        self._none = QLabel("No command has these letters.")
        self._none.setObjectName("muted")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(8)
        for widget in (self._field, self._list, self._none):
            layout.addWidget(widget)
        self._announcer = Announcer(self)
        self._speak = QTimer(self)
        self._speak.setSingleShot(True)
        self._speak.setInterval(SPEAK_MS)
        self._speak.timeout.connect(self._tell)
        self._list.currentItemChanged.connect(lambda *_: self._speak.start())
        self._fill()
        self._filter("")
        self._field.setFocus()

    def _fill(self) -> None:
        for row in TABLE:
            if not row.name or row.name == "palette":
                continue
            action = self._actions[row.name]
            keys = keys_shown(action)
            item = QListWidgetItem(action.icon(), action.text())
            item.setData(KEYS, keys)
            item.setData(ACTION, action)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{action.text()}, {keys}" if keys else action.text())
            if not action.isEnabled():
                item.setFlags(item.flags() & ~Qt.ItemFlag.ItemIsEnabled)
            self._list.addItem(item)

    def _filter(self, typed: str) -> None:
        """Hide what lacks the letters. A list filled anew at each letter sends a screen reader more than it takes."""
        letters = typed.casefold().split()
        rows = range(self._list.count())
        shown = [row for row in rows if all(part in self._list.item(row).text().casefold() for part in letters)]
        for row in rows:
            self._list.setRowHidden(row, row not in shown)
        self._list.setCurrentRow(shown[0] if shown else -1)
        self._none.setVisible(not shown)
        self._speak.start()

    def _tell(self) -> None:
        """Say which command Return takes: the focus stays in the field."""
        item = self._list.currentItem()
        said = item.data(Qt.ItemDataRole.AccessibleTextRole) if item else "no command"
        self._announcer.say(f"Return: {said}")

    def _take(self, item: QListWidgetItem | None) -> None:
        if item is not None and item.flags() & Qt.ItemFlag.ItemIsEnabled:
            self.chosen = item.data(ACTION)
            self.accept()
