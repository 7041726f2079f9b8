"""The grid of photos: a view whose layout is arithmetic, so that a million photos cost no more than a hundred.

A stock `QListView` takes seconds to lay out 100,000 rows, 1.4 s to select them all, and leaves a screen reader silent
while it walks every row (measured, see `docs`). Here all cells have one size: a row's place is a division, only
visible cells are painted, a selection is a range. What a cell looks like is in `grid_cell`, what a screen reader is
told in `grid_accessible`.

Invariants: nothing here loops over rows, but for the visible ones; the keyboard reaches every photo.
"""

from collections.abc import Iterator

from PySide6.QtCore import (
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import (
    QContextMenuEvent,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QRegion,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QWidget

from gui import grid_accessible
from gui.grid_cell import CellPainter, CellState
from gui.viewport import give_viewport

Index = QModelIndex | QPersistentModelIndex

USUAL_WIDTH = 3
"""Which of the widths is used until somebody zooms."""

PICTURE_WIDTHS = (96, 128, 160, 192, 240, 304, 384)
"""Widths of a cell's picture that Ctrl+Plus and Ctrl+Minus step through, in pixels on the 4-pixel grid."""


FEW_RANGES = 64
"""Ranges of a selection that are looked at one by one for each painting."""


class PhotoGrid(QAbstractItemView):
    """Photos side by side, as many columns as fit.

    The model gives one row per photo; see `gui.photo_model` for the roles a cell is painted from.

    Signals:
        painted(): photos were painted, as far as they are known.
    """

    painted = Signal()

    def __init__(self, painter: CellPainter, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        give_viewport(self)
        self._painter = painter
        self._width_step = USUAL_WIDTH
        self._cell = QSize(1, 1)
        self._anchor = 0
        self._extending = False
        self._hover = -1
        self.setAccessibleName("Photos")
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setDragEnabled(True)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)
        self.setTabKeyNavigation(False)
        self.setFrameShape(QAbstractItemView.Shape.NoFrame)
        self.setMouseTracking(True)
        self.setMinimumWidth(PICTURE_WIDTHS[0] * 2)
        grid_accessible.install()

    # layout

    def count(self) -> int:
        """How many photos there are."""
        model = self.model()
        return model.rowCount() if model is not None else 0

    def columns(self) -> int:
        """How many photos stand side by side, at least 1."""
        return max(1, self.viewport().width() // self._painter.cell_size(self.picture_width).width())

    def width_of(self, columns: int) -> int:
        """How wide the grid has to be to show this many photos of the usual size side by side."""
        cell = self._painter.cell_size(self._painter.least_width(PICTURE_WIDTHS[USUAL_WIDTH]))
        return columns * cell.width() + self.verticalScrollBar().sizeHint().width()

    @property
    def picture_width(self) -> int:
        """Width of a cell's picture in logical pixels, before cells are stretched to fill the row."""
        return self._painter.least_width(PICTURE_WIDTHS[self._width_step])

    def zoom(self, steps: int) -> None:
        """Make pictures larger (1) or smaller (-1), keeping the current photo in sight."""
        step = min(max(self._width_step + steps, 0), len(PICTURE_WIDTHS) - 1)
        if step != self._width_step:
            self._width_step = step
            self.updateGeometries()
            self.scrollTo(self.currentIndex())
            self.viewport().update()

    @property
    def zoomed(self) -> int:
        """Steps of `zoom` from the usual size to the one that is shown."""
        return self._width_step - USUAL_WIDTH

    def cell_rect(self, row: int) -> QRect:
        """Where a row's cell is in the viewport; may be outside of what is visible."""
        columns = self.columns()
        line, column = divmod(row, columns)
        width, height = self._cell.width(), self._cell.height()
        return QRect(column * width, line * height - self.verticalOffset(), width, height)

    def visible_rows(self) -> range:
        """Rows of which at least a part can be seen."""
        columns, height = self.columns(), self._cell.height()
        top = self.verticalOffset() // height
        bottom = (self.verticalOffset() + self.viewport().height() - 1) // height
        return range(top * columns, min((bottom + 1) * columns, self.count()))

    def updateGeometries(self) -> None:
        """Bring cell size and scroll bar in step with viewport and model."""
        least = self._painter.cell_size(self.picture_width)
        columns = self.columns()
        extra = self.viewport().width() // columns - least.width()
        self._cell = self._painter.cell_size(max(PICTURE_WIDTHS[0], self.picture_width + extra))  # narrower if need be
        lines = -(-self.count() // columns)
        bar, height = self.verticalScrollBar(), self.viewport().height()
        bar.setSingleStep(self._cell.height() // 4)
        bar.setPageStep(height)
        bar.setRange(0, max(0, lines * self._cell.height() - height))
        bar.setEnabled(bar.maximum() > 0)  # without a range the handle would fill the bar
        super().updateGeometries()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the photo at the top left where it was when the number of columns changes."""
        first = self.visible_rows().start if self.count() and self._cell.height() > 1 else 0
        super().resizeEvent(event)
        self.updateGeometries()
        current = self.currentIndex()
        seen = current.isValid() and current.row() in self.visible_rows()
        if first and not seen:
            self.verticalScrollBar().setValue((first // self.columns()) * self._cell.height())

    def reset(self) -> None:
        """Start anew with the model."""
        super().reset()
        self._anchor = 0
        self.updateGeometries()
        self.viewport().update()

    def rowsInserted(self, parent: Index, start: int, end: int) -> None:
        """Make room."""
        super().rowsInserted(parent, start, end)
        self.updateGeometries()
        self.viewport().update()

    def dataChanged(self, top_left: Index, bottom_right: Index, roles: object = ()) -> None:
        """Paint again what changed, if it can be seen."""
        seen = self.visible_rows()
        if seen and top_left.row() < seen.stop and bottom_right.row() >= seen.start:
            self.viewport().update()

    def horizontalOffset(self) -> int:
        """Nothing scrolls sideways."""
        return 0

    def verticalOffset(self) -> int:
        """How many pixels lie above the viewport."""
        return self.verticalScrollBar().value()

    def isIndexHidden(self, index: Index) -> bool:
        """No photo is ever hidden in here; filters are the model's."""
        return False

    def visualRect(self, index: Index) -> QRect:
        """Where an index's cell is in the viewport."""
        return self.cell_rect(index.row()) if index.isValid() else QRect()

    def indexAt(self, point: QPoint) -> QModelIndex:
        """The index whose cell holds a point of the viewport."""
        row = self._row_at(point)
        return self.model().index(row, 0) if row >= 0 else QModelIndex()

    def _row_at(self, point: QPoint) -> int:
        column = point.x() // self._cell.width()
        if not 0 <= column < self.columns():
            return -1
        row = (point.y() + self.verticalOffset()) // self._cell.height() * self.columns() + column
        return row if 0 <= row < self.count() else -1

    def scrollTo(
        self, index: Index, hint: QAbstractItemView.ScrollHint = QAbstractItemView.ScrollHint.EnsureVisible
    ) -> None:
        """Scroll as little as needed to show a cell, or to the middle if asked."""
        if not index.isValid():
            return
        cell, bar, height = self.cell_rect(index.row()), self.verticalScrollBar(), self.viewport().height()
        if hint == QAbstractItemView.ScrollHint.PositionAtCenter:
            bar.setValue(bar.value() + cell.center().y() - height // 2)
        elif cell.top() < 0:
            bar.setValue(bar.value() + cell.top())
        elif cell.bottom() >= height:
            bar.setValue(bar.value() + min(cell.top(), cell.bottom() + 1 - height))

    # selection

    def moveCursor(self, action: QAbstractItemView.CursorAction, modifiers: Qt.KeyboardModifier) -> QModelIndex:
        """Where an arrow, page, Home or End key leads from the current photo."""
        moves, count = QAbstractItemView.CursorAction, self.count()
        if not count:
            return QModelIndex()
        row, columns = max(0, self.currentIndex().row()), self.columns()
        page = max(1, self.viewport().height() // self._cell.height()) * columns
        target = {
            moves.MoveLeft: row - 1,
            moves.MovePrevious: row - 1,
            moves.MoveRight: row + 1,
            moves.MoveNext: row + 1,
            moves.MoveUp: row - columns if row >= columns else row,
            moves.MoveDown: row + columns if row + columns < count else self._below(row),
            moves.MoveHome: 0,
            moves.MoveEnd: count - 1,
            moves.MovePageUp: row - page if row >= page else row % columns,
            moves.MovePageDown: row + page,
        }[action]
        return self.model().index(min(max(target, 0), count - 1), 0)

    def _below(self, row: int) -> int:
        """Down from the last line but one leads to the last photo where no cell is right below."""
        last = self.count() - 1
        return last if last // self.columns() > row // self.columns() else row

    def setSelection(self, rect: QRect, command: QItemSelectionModel.SelectionFlag) -> None:
        """Select what a dragged frame covers, or in reading order from the anchor to the current photo."""
        if self.state() == QAbstractItemView.State.DragSelectingState:
            selection = self._framed(rect.normalized())
        else:
            row = self.currentIndex().row() if self._extending else self._row_at(rect.normalized().center())
            start = self._anchor if self._extending else row
            selection = self._between(min(start, row), max(start, row))
        self.selectionModel().select(selection, command)

    def _between(self, first: int, last: int) -> QItemSelection:
        model, selection = self.model(), QItemSelection()
        if 0 <= first <= last < self.count():
            selection.select(model.index(first, 0), model.index(last, 0))
        return selection

    def _framed(self, frame: QRect) -> QItemSelection:
        columns, selection = self.columns(), QItemSelection()
        left = max(0, frame.left() // self._cell.width())
        right = min(columns - 1, frame.right() // self._cell.width())
        top = max(0, (frame.top() + self.verticalOffset()) // self._cell.height())
        bottom = (frame.bottom() + self.verticalOffset()) // self._cell.height()
        for line in range(top, min(bottom, (self.count() - 1) // columns) + 1):
            first, last = line * columns + left, min(line * columns + right, self.count() - 1)
            if first <= last:
                selection.merge(self._between(first, last), QItemSelectionModel.SelectionFlag.Select)
        return selection

    def selected_ranges(self) -> Iterator[range]:
        """The selected rows as ranges; a million selected rows are one of them."""
        selection = self.selectionModel().selection()
        for part in (selection.at(number) for number in range(selection.count())):
            yield range(part.top(), part.bottom() + 1)

    def visualRegionForSelection(self, selection: QItemSelection) -> QRegion:
        """The visible cells of a selection."""
        region, model = QRegion(), self.model()
        for row in self.visible_rows():
            if selection.contains(model.index(row, 0)):
                region += self.cell_rect(row)
        return region

    def currentChanged(self, current: Index, previous: Index) -> None:
        """Tell the screen reader which photo has the focus now, and remember where a range begins."""
        super().currentChanged(current, previous)
        if not self._extending:
            self._anchor = max(0, current.row())
        self.viewport().update()
        if current.isValid() and self.hasFocus():
            grid_accessible.tell_focus(self, current.row())

    def selectionChanged(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        """Paint, and tell the screen reader when the current photo was selected or left."""
        super().selectionChanged(selected, deselected)
        self.viewport().update()
        current = self.currentIndex()
        if current.isValid() and self.hasFocus() and (selected.contains(current) or deselected.contains(current)):
            grid_accessible.tell_selected(self, current.row())

    # events

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Shift extends the selection in reading order."""
        self._extending = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        super().keyPressEvent(event)
        self._extending = False

    def keyboardSearch(self, search: str) -> None:
        """Typing does not jump: it would walk every row, and letters are keys of actions."""

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Shift extends the selection in reading order."""
        self._extending = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        super().mousePressEvent(event)
        self._extending = False

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Show which cell is under the pointer."""
        super().mouseMoveEvent(event)
        row = self._row_at(event.position().toPoint())
        if row != self._hover:
            self._hover = row
            self.viewport().update()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Ctrl and the wheel change the size of the pictures."""
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.zoom(1 if event.angleDelta().y() > 0 else -1)
            event.accept()
        else:
            super().wheelEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """The menu is made from the grid's actions by its policy; from the keyboard it opens at the photo."""
        event.ignore()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """A photo is current as soon as the grid has the focus, and the screen reader speaks it."""
        super().focusInEvent(event)
        if not self.currentIndex().isValid() and self.count():
            self.setCurrentIndex(self.model().index(0, 0))
        self.tell_focus()
        self.viewport().update()

    def tell_focus(self) -> None:
        """Say which photo has the focus."""
        grid_accessible.tell_focus_later(self)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """The focus ring goes."""
        super().focusOutEvent(event)
        self.viewport().update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the cells that lie in the damaged area."""
        model, damaged, columns = self.model(), event.rect(), self.columns()
        current, focused = self.currentIndex().row(), self.hasFocus()
        rows = self.visible_rows()
        selected = self._selected_among(rows)
        width, height, offset = self._cell.width(), self._cell.height(), self.verticalOffset()
        with QPainter(self.viewport()) as painter:  # ended even where something still holds this call
            painter.fillRect(damaged, self._painter.ground())
            for row in rows:
                line, column = divmod(row, columns)
                cell = QRect(column * width, line * height - offset, width, height)
                if cell.intersects(damaged):
                    here = row == current
                    state = CellState(row in selected, here, here and focused, row == self._hover)
                    self._painter.paint(painter, cell, model.index(row, 0), state)
        if rows:
            self.painted.emit()

    def _selected_among(self, rows: range) -> set[int]:
        """Which of some rows are selected, by the ranges: asked row by row, Qt asks the model about each of them."""
        selection, found = self.selectionModel().selection(), set[int]()
        if selection.count() > FEW_RANGES:
            model = self.model()
            return {row for row in rows if selection.contains(model.index(row, 0))}
        for part in (selection.at(number) for number in range(selection.count())):
            found.update(range(max(part.top(), rows.start), min(part.bottom() + 1, rows.stop)))
        return found
