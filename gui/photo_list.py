"""The list view: one line per photo with its words, for reading and comparing texts.

A `QTableView`, because its cells are exposed to assistive technology as a table without being walked; a screen reader
reads a row as one sentence: alt text, state, file, tags, problem. It shares model and selection with the grid.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QSize, Qt
from PySide6.QtGui import QColor, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QStyledItemDelegate, QTableView, QWidget

from gui.accessible import named
from gui.appearance import Appearance
from gui.photo_grid import PhotoGrid
from gui.photo_model import COLUMNS, PHOTO
from gui.viewport import give_viewport
from gui.words import mark_of
from storage.photos import PhotoRow

if TYPE_CHECKING:
    from PySide6.QtWidgets import QStyleOptionViewItem

TEXT, STATE, FILE, TAGS, TAKEN, PROBLEM = range(len(COLUMNS))

LEAST = {TEXT: 160, STATE: 104, FILE: 112, TAGS: 56, TAKEN: 104, PROBLEM: 96}
"""Least widths of the columns at 100 % text size: the beginning of a sentence, "Approved" with its icon, a date."""

USUAL = {TEXT: 280, STATE: 136, FILE: 176, TAGS: 72, TAKEN: 136, PROBLEM: 240}
"""Widths with which their words can be read in full, or most of them."""

GIVING_WAY = (TAKEN, TAGS, FILE)
"""Columns that go where there is no room for all, the first one first. State, alt text and problem stay."""

STEP = 24
"""By how much a column is made wider or narrower at once, at 100 % text size: three letters."""

GROWING = (TEXT, STATE, PROBLEM, FILE, TAKEN, TAGS)
"""Columns in the order in which they get more than the least."""


Dress = Callable[["QStyleOptionViewItem", PhotoRow, Appearance], None]
"""Changes how a cell of a photo is shown."""


class _PhotoDelegate(QStyledItemDelegate):
    """Shows a cell as what it says of its photo asks for."""

    def __init__(self, dress: Dress, appearance: Appearance, parent: QWidget) -> None:
        super().__init__(parent)
        self._dress, self._appearance = dress, appearance

    def initStyleOption(self, option: "QStyleOptionViewItem", index: QModelIndex | QPersistentModelIndex) -> None:
        """Dress the cell, once its photo has been read."""
        super().initStyleOption(option, index)
        photo: PhotoRow | None = index.data(PHOTO)
        if photo is not None:
            self._dress(option, photo, self._appearance)


def _as_state(option: "QStyleOptionViewItem", photo: PhotoRow, appearance: Appearance) -> None:
    """The icon and the colour of the state."""
    mark = mark_of(photo)
    option.features |= option.ViewItemFeature.HasDecoration
    option.icon = appearance.icon(mark.icon, mark.colour)
    option.palette.setColor(option.palette.ColorRole.Text, QColor(getattr(appearance.theme, mark.colour)))


def _as_text(option: "QStyleOptionViewItem", photo: PhotoRow, appearance: Appearance) -> None:
    """What stands for a missing alt text looks as in the grid: muted and slanted."""
    if not photo.alt_text:
        option.font.setItalic(True)
        option.palette.setColor(option.palette.ColorRole.Text, QColor(appearance.theme.muted))


class PhotoList(QTableView):
    """Photos line by line."""

    def __init__(self, grid: PhotoGrid, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "Photos as a list")
        give_viewport(self)
        self._appearance = appearance
        self._chosen: dict[int, int] = {}
        self._fitting = self._problems = False
        self.setModel(grid.model())
        self.setSelectionModel(grid.selectionModel())
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setItemDelegateForColumn(TEXT, _PhotoDelegate(_as_text, appearance, self))
        self.setItemDelegateForColumn(STATE, _PhotoDelegate(_as_state, appearance, self))
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
        header.setMinimumSectionSize(40)
        header.sectionResized.connect(self._resized)
        appearance.changed.connect(self._dress)
        self._dress()

    def keyboardSearch(self, search: str) -> None:
        """Typing does not jump: letters are keys of actions."""

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share the room anew."""
        super().resizeEvent(event)
        self._fit()

    def show_problems(self, *, on: bool) -> None:
        """Whether there are problems; without any their column takes no room."""
        if on != self._problems:
            self._problems = on
            self._fit()

    def widths(self) -> dict[str, int]:
        """The widths that somebody chose, by the name of the column, at 100 % text size."""
        return {COLUMNS[column]: width for column, width in self._chosen.items()}

    def use_widths(self, widths: Mapping[str, object]) -> None:
        """Use widths as `widths` gave them; names and values that can't be are passed over."""
        some = {COLUMNS.index(name): str(width) for name, width in widths.items() if name in COLUMNS}
        self._chosen = {column: int(width) for column, width in some.items() if width.isdigit() and len(width) < 5}
        self._fit()

    def widen(self, steps: int) -> str:
        """Make the column of the current cell wider by so many steps, narrower by negative ones: without a mouse.

        Returns:
            what became of it, for people.
        """
        column = max(0, self.currentIndex().column())
        before = round(self.columnWidth(column) * 100 / self._appearance.text_size)
        self._chosen[column] = max(LEAST[column], before + steps * STEP)
        self._fit()
        if self._chosen[column] == before:
            return f"{COLUMNS[column]} is as narrow as it can be read."
        return f"{COLUMNS[column]} {'wider' if steps > 0 else 'narrower'}."

    def _resized(self, column: int, _before: int, now: int) -> None:
        if not self._fitting and now:
            self._chosen[column] = max(1, round(now * 100 / self._appearance.text_size))

    def _fit(self) -> None:
        """Share the room: the least for all, columns of least use hidden where it is not enough, the rest by turns.

        What still does not fit is reached by scrolling: no column gets less than it needs to be read, none is cut.
        """
        scale, room = self._appearance.text_size / 100, self.viewport().width()
        usual = {column: round(self._chosen.get(column, width) * scale) for column, width in USUAL.items()}
        widths = {
            column: usual[column] if column in self._chosen else min(round(width * scale), usual[column])
            for column, width in LEAST.items()
        }
        shown = [column for column in LEAST if column != PROBLEM or self._problems]
        for column in GIVING_WAY:  # before the text has to be shorter than usual
            if sum(widths[one] for one in shown) - widths[TEXT] + usual[TEXT] > room:
                shown.remove(column)
        left = max(0, room - sum(widths[one] for one in shown))
        for column in GROWING:
            more = min(left, usual[column] - widths[column]) if column in shown else 0
            left -= more
            widths[column] += more
        if TEXT not in self._chosen:
            widths[TEXT] += max(0, room - _whole([widths[column] for column in shown], room))
        self._fitting = True
        for column, width in widths.items():
            self.setColumnHidden(column, column not in shown)
            if column in shown:
                self.setColumnWidth(column, width)
        self._fitting = False

    def _dress(self) -> None:
        edge = self._appearance.scaled(16)
        self.setIconSize(QSize(edge, edge))
        self.verticalHeader().setDefaultSectionSize(max(32, self.fontMetrics().height() + 14))
        self._fit()


def _whole(widths: Sequence[int], room: int) -> int:
    """How much room the columns take that are seen whole."""
    taken = 0
    for width in widths:
        if taken + width > room:
            break
        taken += width
    return taken
