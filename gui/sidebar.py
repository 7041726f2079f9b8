"""The sidebar: states, folders, tags and years with their numbers; choosing one filters the photos.

What is chosen becomes a word of the search (`state:draft`), so that the search field always says all there is to say
about why photos are hidden, and filters can be combined by typing.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QHeaderView, QTreeView, QWidget

from gui import icons
from gui.accessible import named
from gui.appearance import Appearance
from gui.words import PROBLEM, STATES, Mark, counted
from storage.schema import PhotoState

if TYPE_CHECKING:
    from storage.search import Facet
    from storage.search.saved import SavedSearch

QUERY = Qt.ItemDataRole.UserRole + 1
"""Role of the words an entry searches for; "" shows all photos."""

ORDER = (PhotoState.DRAFT, PhotoState.NONE, PhotoState.APPROVED, PhotoState.EMBEDDED, PhotoState.STALE)
"""States as one works through them."""

GROUPS = ("Photos", "Saved searches", "Folders", "People", "Tags", "Years", "Cameras")
"""Groups in the order shown; one without entries is hidden."""

CLOSED = ("Years", "Cameras")
"""Groups that are closed at first."""


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
        self._groups = {name: self._group(name) for name in GROUPS}
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

    def show_facets(self, group: str, facets: "Sequence[Facet]") -> None:
        """Fill another group of `GROUPS`."""
        self._fill(group, [(_named(group, facet), facet.photos, facet.query, None) for facet in facets])

    def show_saved(self, searches: "Sequence[SavedSearch]") -> None:
        """Fill the saved searches."""
        self._fill("Saved searches", [(search.name, -1, search.query, None) for search in searches])

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
            self.setExpanded(parent.index(), group not in CLOSED)
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


def _named(group: str, facet: "Facet") -> str:
    if group == "Folders":
        return Path(facet.name).name or facet.name
    if group == "People":
        if facet.name == "0":
            return "No people"
        return counted(int(facet.name), "person", "people") if facet.name.isdigit() else facet.name
    return facet.name
