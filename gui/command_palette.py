"""The command palette: type a few letters of what you want, press Return."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QDialog, QLabel, QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from gui.accessible import named
from gui.actions import TABLE, Actions, keys_shown

ACTION = Qt.ItemDataRole.UserRole


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
        row = self._commands.currentRow() + step
        self._commands.setCurrentRow(min(max(row, 0), self._commands.count() - 1))


class CommandPalette(QDialog):
    """All commands, filtered by what is typed.

    Attributes:
        chosen: the action to trigger once the palette is closed, None where it was left.
    """

    def __init__(self, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Find a command")
        self.resize(560, 420)
        self.chosen: QAction | None = None
        self._actions = actions
        self._list = named(QListWidget(), "Commands")
        self._list.setIconSize(QSize(16, 16))
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
        self._list.currentItemChanged.connect(self._speak)
        self._filter("")
        self._field.setFocus()

    def _filter(self, typed: str) -> None:
        self._list.clear()
        letters = typed.casefold().split()
        for row in TABLE:
            if row.name and row.name != "palette" and all(part in row.text.casefold() for part in letters):
                action = self._actions[row.name]
                keys = keys_shown(action)
                item = QListWidgetItem(action.icon(), f"{action.text()}    {keys}" if keys else action.text())
                item.setData(ACTION, action)
                item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{action.text()}, {keys}" if keys else action.text())
                if not action.isEnabled():
                    item.setFlags(item.flags() & ~Qt.ItemFlag.ItemIsEnabled)
                self._list.addItem(item)
        self._list.setCurrentRow(0)
        self._none.setVisible(self._list.count() == 0)

    def _speak(self, item: QListWidgetItem | None) -> None:
        """The focus stays in the field, so the field says which command Return takes."""
        said = item.data(Qt.ItemDataRole.AccessibleTextRole) if item else "no command"
        self._field.setAccessibleDescription(f"Return: {said}")

    def _take(self, item: QListWidgetItem | None) -> None:
        if item is not None and item.flags() & Qt.ItemFlag.ItemIsEnabled:
            self.chosen = item.data(ACTION)
            self.accept()
