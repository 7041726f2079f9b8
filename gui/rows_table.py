"""Rows of text under headings, for the tables of dialogs: previews, failures, differences."""

from collections.abc import Sequence

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QAbstractItemView, QTableView, QWidget

from gui.accessible import named
from gui.room import grown

Index = QModelIndex | QPersistentModelIndex


class RowsModel(QAbstractTableModel):
    """Rows of text under headings.

    Attributes:
        rows: the cells of each row.
        strong: numbers of columns whose text is bold.
    """

    def __init__(self, headings: Sequence[str], parent: QWidget, *, strong: Sequence[int] = ()) -> None:
        super().__init__(parent)
        self._headings = headings
        self.rows: list[tuple[str, ...]] = []
        self.strong = frozenset(strong)

    def add(self, rows: Sequence[tuple[str, ...]]) -> None:
        """Rows at the end."""
        if rows:
            self.beginInsertRows(QModelIndex(), len(self.rows), len(self.rows) + len(rows) - 1)
            self.rows.extend(rows)
            self.endInsertRows()

    def show(self, rows: Sequence[tuple[str, ...]]) -> None:
        """These rows and no others."""
        self.beginResetModel()
        self.rows = list(rows)
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        """How many rows."""
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        """As many as headings."""
        return 0 if parent.isValid() else len(self._headings)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> str | QFont | None:
        """The text; the tooltip has it in full."""
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            return self.rows[index.row()][index.column()]
        if role == Qt.ItemDataRole.FontRole and index.column() in self.strong:
            font = QFont()
            font.setBold(True)
            return font
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> str | None:
        """The headings."""
        if role == Qt.ItemDataRole.DisplayRole and orientation == Qt.Orientation.Horizontal:
            return self._headings[section]
        return None


def rows_table(model: RowsModel, name: str, widths: Sequence[int], *, wrap: bool = False) -> QTableView:
    """A table of a model, whose last columns share the rest of the room.

    Args:
        name: the accessible name.
        widths: of the first columns, in pixels at the usual text size; the others share what is left.
        wrap: rows grow with their text, for short lists that are read in full.
    """
    table = named(QTableView(), name)
    table.setModel(model)
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.setTabKeyNavigation(False)
    table.setShowGrid(False)
    table.setAlternatingRowColors(True)
    table.setWordWrap(wrap)
    rows = table.verticalHeader()
    rows.hide()
    rows.setDefaultSectionSize(max(28, table.fontMetrics().height() + 12))
    rows.setMinimumSectionSize(rows.defaultSectionSize())
    if wrap:
        rows.setSectionResizeMode(rows.ResizeMode.ResizeToContents)
    header = table.horizontalHeader()
    header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft)
    header.setHighlightSections(False)
    header.setMinimumSectionSize(grown(80))
    for column, width in enumerate(widths):
        table.setColumnWidth(column, grown(width))
    for column in range(len(widths), model.columnCount()):
        header.setSectionResizeMode(column, header.ResizeMode.Stretch)
    return table
