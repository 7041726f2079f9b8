"""The sidebar: states, folders, tags and years with their numbers; choosing one filters the photos.

What is chosen becomes a word of the search (`state:draft`), so that the search field always says all there is to say
about why photos are hidden, and filters can be combined by typing.
"""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QHeaderView, QTreeView, QWidget

from gui import icons
from gui.accessible import named
from gui.appearance import Appearance
from gui.words import PROBLEM, STATES, Mark, counted
from storage.photos import shown
from storage.schema import PhotoState

QUERY = Qt.ItemDataRole.UserRole + 1
"""Role of the words an entry searches for; "" shows all photos."""

ORDER = (PhotoState.DRAFT, PhotoState.NONE, PhotoState.APPROVED, PhotoState.EMBEDDED, PhotoState.STALE)
"""States as one works through them."""

MOST_TAGS = 200
"""Tags that are listed; all others are found by typing."""


class Sidebar(QTreeView):
    """A tree of filters.

    Signals:
        chosen(str): words to filter by.
    """

    chosen = Signal(str)

    def __init__(self, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "Filters", "Return shows only these photos.")
        self.setObjectName("sidebar")
        self._appearance = appearance
        self._model = QStandardItemModel(0, 2, self)
        self.setModel(self._model)
        self.setHeaderHidden(True)
        self.setRootIsDecorated(True)
        self.setIndentation(12)
        self.setUniformRowHeights(True)
        self.setEditTriggers(QTreeView.EditTrigger.NoEditTriggers)
        self.setAllColumnsShowFocus(True)
        self.setExpandsOnDoubleClick(False)
        header = self.header()
        header.setStretchLastSection(False)
        header.setMinimumSectionSize(24)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        self._groups = {name: self._group(name) for name in ("Photos", "Folders", "Tags", "Years")}
        self._marks: list[tuple[QStandardItem, Mark]] = []
        self.clicked.connect(self._choose)
        self.activated.connect(self._choose)
        appearance.changed.connect(self._dress)

    def _group(self, name: str) -> QStandardItem:
        item = QStandardItem(name)
        font = QFont(self.font())
        font.setWeight(QFont.Weight.DemiBold)
        item.setFont(font)
        item.setSelectable(False)
        item.setData(f"{name}, group", Qt.ItemDataRole.AccessibleTextRole)
        blank = QStandardItem()
        blank.setSelectable(False)
        self._model.appendRow([item, blank])
        return item

    def show_states(self, total: int, states: dict[PhotoState, int], problems: int) -> None:
        """Fill the first group."""
        rows: list[tuple[str, int, str, Mark | None]] = [("All photos", total, "", None)]
        rows += [(STATES[s].word, states.get(s, 0), f"state:{s.name.lower()}", STATES[s]) for s in ORDER]
        rows += [("Problems", problems, "problem:", PROBLEM)] if problems else []
        self._fill("Photos", rows)

    def show_folders(self, folders: Sequence[tuple[Path, int]]) -> None:
        """Fill the folders; the number may be -1 where it was not counted."""
        self._fill("Folders", [(shown(p.name) or str(p), n, f"folder:{quoted(shown(p))}", None) for p, n in folders])

    def show_tags(self, tags: Sequence[tuple[str, int]]) -> None:
        """Fill the tags, most frequent first."""
        self._fill("Tags", [(name, n, f"tag:{quoted(name)}", None) for name, n in tags[:MOST_TAGS]])

    def show_years(self, years: Sequence[tuple[str, int]]) -> None:
        """Fill the years."""
        self._fill("Years", [(year, n, f"date:{year}", None) for year, n in years])

    def _fill(self, group: str, rows: Sequence[tuple[str, int, str, Mark | None]]) -> None:
        """Bring a group in step; entries that stay are changed in place, so that selection and focus stay."""
        parent = self._groups[group]
        queries = [parent.child(row).data(QUERY) for row in range(parent.rowCount())]
        if queries != [row[2] for row in rows]:
            parent.removeRows(0, parent.rowCount())
            self._marks = [(item, mark) for item, mark in self._marks if mark is not None and group != "Photos"]
            for name, _, query, mark in rows:
                item, number = QStandardItem(name), QStandardItem()
                item.setData(query, QUERY)
                number.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
                parent.appendRow([item, number])
                if mark is not None:
                    self._marks.append((item, mark))
            self.setExpanded(parent.index(), group != "Years")
            self._dress()
        for row, (name, count, _, _) in enumerate(rows):
            said = f"{count:,}" if count >= 0 else ""
            if parent.child(row, 1).text() != said:
                parent.child(row, 1).setText(said)
            spoken = f"{name}, {counted(count, 'photo')}" if count >= 0 else name
            parent.child(row).setData(spoken, Qt.ItemDataRole.AccessibleTextRole)
            parent.child(row).setToolTip(spoken)
        self.setRowHidden(parent.row(), QModelIndex(), not rows)

    def _choose(self, index: QModelIndex) -> None:
        query = index.siblingAtColumn(0).data(QUERY)
        if query is None:
            self.setExpanded(index.siblingAtColumn(0), not self.isExpanded(index.siblingAtColumn(0)))
        else:
            self.chosen.emit(query)

    def _dress(self) -> None:
        theme, edge = self._appearance.theme, self._appearance.scaled(16)
        self.setIconSize(QSize(edge, edge))
        self.setMinimumWidth(self._appearance.scaled(152))
        for item, mark in self._marks:
            item.setIcon(icons.icon(mark.icon, getattr(theme, mark.colour)))
        for group in self._groups.values():
            group.setForeground(QColor(theme.muted))
            for row in range(group.rowCount()):
                group.child(row, 1).setForeground(QColor(theme.muted))


def quoted(words: str) -> str:
    """A value as the search takes it: in quotes where it holds more than one word."""
    plain = words.replace('"', "")
    return f'"{plain}"' if not plain.isalnum() else plain
