"""Giving a search a name, and keeping house among the searches that have one."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QListWidget, QPushButton, QVBoxLayout, QWidget

from gui.accessible import named
from gui.dialogs.frame import Frame
from gui.room import beside, form

if TYPE_CHECKING:
    from storage.search.saved import SavedSearch


class SaveSearchDialog(Frame):
    """Asks for a name.

    Attributes:
        name: what was typed.
    """

    def __init__(self, words: str, known: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__("Save this search", (440, 160), parent)
        self._known = {name.casefold() for name in known}
        self.tell(f"“{words}” is kept in the sidebar.")
        self._name = named(QLineEdit(words), "Name of the search")
        self._name.selectAll()
        self._name.textChanged.connect(self._changed)
        rows = form()
        rows.addRow("Name", self._name)
        self.body.addLayout(rows)
        self.body.addStretch(1)
        self._save = self.add_primary("Save")
        self.add_close("Cancel")
        self._changed()
        self._name.setFocus()

    @property
    def name(self) -> str:
        """The name, without needless spaces."""
        return " ".join(self._name.text().split())

    def _changed(self) -> None:
        self._save.setEnabled(bool(self.name))
        replaces = self.name.casefold() in self._known
        self._save.setText("Replace" if replaces else "Save")
        named(self._save, "Replace the search of this name" if replaces else "Save")


class SavedSearchesDialog(Frame):
    """The saved searches: rename, change, sort, delete. Nothing is changed before OK.

    Attributes:
        searches: as they are now.
    """

    def __init__(self, searches: Sequence["SavedSearch"], parent: QWidget | None = None) -> None:
        super().__init__("Saved searches", (620, 400), parent)
        self.searches = list(searches)
        self._list = named(QListWidget(), "Saved searches")
        self._name = named(QLineEdit(), "Name of the search")
        self._query = named(QLineEdit(), "What it searches for")
        self._list.currentRowChanged.connect(self._show)
        self._name.textEdited.connect(lambda text: self._change(name=text))
        self._query.textEdited.connect(lambda text: self._change(query=text))
        self._up, self._down, self._delete = (QPushButton(text) for text in ("Move up", "Move down", "Delete"))
        self._up.clicked.connect(lambda: self._move(-1))
        self._down.clicked.connect(lambda: self._move(1))
        self._delete.clicked.connect(self._remove)
        rows = form()
        rows.addRow("Name", self._name)
        rows.addRow("Search", self._query)
        side = QVBoxLayout()
        side.setSpacing(12)
        side.addLayout(rows)
        side.addLayout(beside(self._up, self._down, self._delete))
        side.addStretch(1)
        row = QHBoxLayout()
        row.setSpacing(16)
        row.addWidget(self._list, 1)
        row.addLayout(side, 1)
        self.body.addLayout(row)
        self.add_primary("OK")
        self.add_close("Cancel")
        self._fill(0)

    def _fill(self, row: int) -> None:
        self._list.clear()
        self._list.addItems([one.name for one in self.searches])
        self._list.setCurrentRow(min(row, len(self.searches) - 1))
        self._show()
        self.tell(
            "They are in the sidebar in this order."
            if self.searches
            else "There are no saved searches. Search for something, then save it with a name of your own."
        )

    def _show(self) -> None:
        row = self._list.currentRow()
        there = 0 <= row < len(self.searches)
        for field, text in ((self._name, "name"), (self._query, "query")):
            field.setText(getattr(self.searches[row], text) if there else "")
            field.setEnabled(there)
        self._up.setEnabled(row > 0)
        self._down.setEnabled(there and row < len(self.searches) - 1)
        self._delete.setEnabled(there)

    def _change(self, **now: str) -> None:
        row = self._list.currentRow()
        self.searches[row] = replace(self.searches[row], **now)
        self._list.item(row).setText(self.searches[row].name)

    def _move(self, by: int) -> None:
        row = self._list.currentRow()
        self.searches.insert(row + by, self.searches.pop(row))
        self._fill(row + by)

    def _remove(self) -> None:
        row = self._list.currentRow()
        del self.searches[row]
        self._fill(row)
