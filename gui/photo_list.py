"""The list view: one line per photo with its words, for reading and comparing texts.

A `QTableView`, because its cells are exposed to assistive technology as a table without being walked; a screen reader
reads a row as one sentence: alt text, state, file, tags, problem. It shares model and selection with the grid.
"""

from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QSize, Qt
from PySide6.QtGui import QColor, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QStyledItemDelegate, QTableView, QWidget

from gui.accessible import named
from gui.appearance import Appearance
from gui.photo_grid import PhotoGrid
from gui.photo_model import PHOTO
from gui.viewport import give_viewport
from gui.words import mark_of
from storage.photos import PhotoRow

if TYPE_CHECKING:
    from PySide6.QtWidgets import QStyleOptionViewItem

WIDTHS = {1: 136, 2: 176, 3: 72, 4: 136, 5: 240}
"""Widths of the columns but the first, which takes the rest; at 100 % text size."""

LEAST_TEXT = 280
"""Least width of the alt text's column, at 100 % text size."""


class _StateDelegate(QStyledItemDelegate):
    """Shows a state with its icon."""

    def __init__(self, appearance: Appearance, parent: QWidget) -> None:
        super().__init__(parent)
        self._appearance = appearance

    def initStyleOption(self, option: "QStyleOptionViewItem", index: QModelIndex | QPersistentModelIndex) -> None:
        """Add the icon and colour of the state."""
        super().initStyleOption(option, index)
        photo: PhotoRow | None = index.data(PHOTO)
        if photo is not None:
            mark = mark_of(photo)
            colour = getattr(self._appearance.theme, mark.colour)
            option.features |= option.ViewItemFeature.HasDecoration
            option.icon = self._appearance.icon(mark.icon, mark.colour)
            option.palette.setColor(option.palette.ColorRole.Text, QColor(colour))


class _TextDelegate(QStyledItemDelegate):
    """Shows an alt text; what stands for a missing one looks as in the grid."""

    def __init__(self, appearance: Appearance, parent: QWidget) -> None:
        super().__init__(parent)
        self._appearance = appearance

    def initStyleOption(self, option: "QStyleOptionViewItem", index: QModelIndex | QPersistentModelIndex) -> None:
        """Muted and slanted where there is no text."""
        super().initStyleOption(option, index)
        photo: PhotoRow | None = index.data(PHOTO)
        if photo is not None and not photo.alt_text:
            option.font.setItalic(True)
            option.palette.setColor(option.palette.ColorRole.Text, QColor(self._appearance.theme.muted))


class PhotoList(QTableView):
    """Photos line by line."""

    def __init__(self, grid: PhotoGrid, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "Photos as a list")
        give_viewport(self)
        self._appearance = appearance
        self.setModel(grid.model())
        self.setSelectionModel(grid.selectionModel())
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setItemDelegateForColumn(0, _TextDelegate(appearance, self))
        self.setItemDelegateForColumn(1, _StateDelegate(appearance, self))
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.setAlternatingRowColors(True)
        self.setWordWrap(False)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().hide()
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setMinimumSectionSize(64)
        appearance.changed.connect(self._dress)
        self._dress()

    def keyboardSearch(self, search: str) -> None:
        """Typing does not jump: letters are keys of actions."""

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The alt text takes the room that the other columns leave, but never less than it needs to be read."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Give the text the room beside as many whole columns as fit; one scrolls to the others, none is cut."""
        room = self.viewport().width()
        text = least = min(round(LEAST_TEXT * self._appearance.text_size / 100), room)
        beside = 0
        for column in WIDTHS:
            beside += self.columnWidth(column)
            if beside + least > room:
                break
            text = room - beside
        self.setColumnWidth(0, max(text, least))

    def _dress(self) -> None:
        scale = self._appearance.text_size / 100
        edge = self._appearance.scaled(16)
        self.setIconSize(QSize(edge, edge))
        self.verticalHeader().setDefaultSectionSize(max(32, self.fontMetrics().height() + 14))
        for column, width in WIDTHS.items():
            self.setColumnWidth(column, round(width * scale))
        self._fit()
