"""The page of settings for keys: find an action, press other keys, be told what they already do."""

from collections.abc import Mapping

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QKeySequenceEdit,
    QLabel,
    QLineEdit,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from gui.accessible import Announcer, named
from gui.actions import TABLE
from gui.flow_layout import FlowLayout

NAME = Qt.ItemDataRole.UserRole
"""Role of an action's name."""


class KeysPage(QWidget):
    """All actions with their keys."""

    def __init__(self, changed: Mapping[str, str]) -> None:
        super().__init__()
        self.setObjectName("page")
        self._rows = {row.name: row for row in TABLE if row.name}
        self._keys = {name: changed.get(name, row.keys) for name, row in self._rows.items()}
        self._taken = ""
        self._find = named(QLineEdit(), "Find an action", "Type a few letters of what it does, or of its key.")
        self._find.setPlaceholderText("Find an action or a key")
        self._find.textChanged.connect(self._fill)
        self._table = self._make_table()
        self._edit = named(QKeySequenceEdit(), "New key")
        self._edit.setMaximumSequenceLength(1)
        self._edit.keySequenceChanged.connect(self._look)
        self._said = QLabel()
        self._said.setWordWrap(True)
        self._announcer = Announcer(self)
        self._set, none, add = QPushButton("Use this key"), QPushButton("No key"), QPushButton("Add as a second key")
        reset, reset_all = QPushButton("Reset"), QPushButton("Reset all")
        for button, call, name in (
            (self._set, lambda: self._use(add=False), "Use this key for the action"),
            (add, lambda: self._use(add=True), "Use this key, too, for the action"),
            (none, lambda: self._give(""), "No key for the action"),
            (reset, self._reset, "The action's own key again"),
            (reset_all, self._reset_all, "Their own keys again for all actions"),
        ):
            named(button, name).clicked.connect(call)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(8)
        layout.addWidget(self._find)
        layout.addWidget(self._table, 1)
        row = QHBoxLayout()
        row.addWidget(QLabel("Press a new key"))
        row.addWidget(self._edit, 1)
        layout.addLayout(row)
        layout.addWidget(self._said)
        buttons = FlowLayout()
        buttons.setSpacing(8)
        for button in (self._set, add, none, reset, reset_all):
            buttons.addWidget(button)
        layout.addLayout(buttons)
        self._fill()

    def _make_table(self) -> QTableWidget:
        table = named(QTableWidget(0, 2), "Actions and their keys")
        table.setHorizontalHeaderLabels(["Action", "Keys"])
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setTabKeyNavigation(False)
        table.setShowGrid(False)
        table.setMinimumHeight(96)
        table.verticalHeader().hide()
        header = table.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        table.currentCellChanged.connect(lambda *_: self._chosen())
        return table

    def keys(self) -> dict[str, str]:
        """The keys that differ from the program's own: name of the action → keys, "" for none."""
        return {name: keys for name, keys in self._keys.items() if keys != self._rows[name].keys}

    def choose(self, name: str) -> None:
        """Go to an action."""
        for row in range(self._table.rowCount()):
            item = self._table.item(row, 0)
            if item is not None and item.data(NAME) == name:
                self._table.setCurrentCell(row, 0)

    def press(self, keys: str) -> None:
        """As if these keys were pressed in the field."""
        self._edit.setKeySequence(QKeySequence(keys))

    def _name(self) -> str:
        item = self._table.item(self._table.currentRow(), 0)
        return str(item.data(NAME)) if item is not None else ""

    def _fill(self) -> None:
        before = self._name()
        letters = self._find.text().casefold().split()
        shown = [
            row
            for row in self._rows.values()
            if all(part in f"{row.text} {self._keys[row.name]}".casefold() for part in letters)
        ]
        self._table.setRowCount(len(shown))
        for number, row in enumerate(shown):
            text = QTableWidgetItem(row.text.rstrip("…"))
            text.setData(NAME, row.name)
            self._table.setItem(number, 0, text)
            self._table.setItem(number, 1, QTableWidgetItem(_shown(self._keys[row.name])))
        self._table.setCurrentCell(0, 0)
        self.choose(before)
        self._chosen()

    def _chosen(self) -> None:
        self._edit.clear()
        self._taken = ""
        name = self._name()
        self._set.setEnabled(bool(name))
        self._said.setText("" if name else "No action has these letters.")

    def _typed(self) -> str:
        return self._edit.keySequence().toString(QKeySequence.SequenceFormat.PortableText)

    def _look(self) -> None:
        """Say what the keys that were pressed already do."""
        typed = self._typed()
        owners = [name for name, keys in self._keys.items() if typed and typed in keys.split("; ")]
        self._taken = next((name for name in owners if name != self._name()), "")
        sentence = ""
        if self._taken:
            other = self._rows[self._taken].text.rstrip("…")
            sentence = f"{_shown(typed)} is the key of “{other}”. If you use it here, that action loses it."
        self._said.setText(sentence)
        if sentence:
            self._announcer.say(sentence)

    def _use(self, *, add: bool) -> None:
        typed, name = self._typed(), self._name()
        if not typed or not name:
            self._said.setText("Press the new key in the field first.")
            self._edit.setFocus()
            return
        if self._taken:
            left = [key for key in self._keys[self._taken].split("; ") if key != typed]
            self._keys[self._taken] = "; ".join(left)
        others = [key for key in self._keys[name].split("; ") if key and key != typed] if add else []
        self._give("; ".join([*others, typed]))

    def _give(self, keys: str) -> None:
        name = self._name()
        if name:
            self._keys[name] = keys
            self._fill()
            said = f"“{self._rows[name].text.rstrip('…')}” has now {_shown(keys) if keys else 'no key'}."
            self._said.setText(said)
            self._announcer.say(said)

    def _reset(self) -> None:
        name = self._name()
        if not name:
            return
        wanted = self._rows[name].keys
        for other, keys in self._keys.items():
            if other != name:
                self._keys[other] = "; ".join(key for key in keys.split("; ") if key not in wanted.split("; "))
        self._give(wanted)

    def _reset_all(self) -> None:
        self._keys = {name: row.keys for name, row in self._rows.items()}
        self._fill()
        self._said.setText("All actions have their own keys again.")


def _shown(keys: str) -> str:
    native = QKeySequence.SequenceFormat.NativeText
    return " or ".join(QKeySequence(key).toString(native) for key in keys.split("; ") if key)
