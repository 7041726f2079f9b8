"""What assistive technology sees of the grid: a pane whose children are the photos, made when asked for.

A screen reader that walks all rows of a stock list falls silent at 100,000 photos; here a child exists only while
somebody asks for it, and at most `KEPT` of them are kept. Heard with Orca 43: the role LayeredPane is spoken
reliably, and a Focus event with the row as its child makes the photo speak about 0.25 s after the key.

Invariant: a photo's accessible name is its alt text, its description the state, file name and position.
"""

from collections import OrderedDict
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from PySide6.QtCore import QObject, QPoint, QRect, Qt, QTimer
from PySide6.QtGui import QAccessible, QAccessibleEvent, QAccessibleInterface, QAccessibleStateChangeEvent, QWindow
from PySide6.QtWidgets import QAccessibleWidget

if TYPE_CHECKING:
    from gui.photo_grid import PhotoGrid

KEPT = 256
"""Photos whose accessible object is kept; more than any screen shows at once."""


class PhotoAccessible(QAccessibleInterface):
    """One photo of the grid."""

    def __init__(self, grid: "PhotoGrid", row: int) -> None:
        super().__init__()
        self._grid = grid
        self.row = row

    def _said(self, role: Qt.ItemDataRole) -> str:
        return str(self._grid.model().index(self.row, 0).data(role) or "")

    def isValid(self) -> bool:
        """False once the grid has fewer photos."""
        return self.row < self._grid.count()

    def object(self) -> QObject | None:  # type: ignore[override]
        """A photo is no QObject."""
        return None

    def window(self) -> QWindow | None:  # type: ignore[override]
        """The window the grid is in."""
        return self._grid.window().windowHandle()

    def parent(self) -> QAccessibleInterface:
        """The grid."""
        return QAccessible.queryAccessibleInterface(self._grid)

    def childCount(self) -> int:
        """A photo has no parts."""
        return 0

    def child(self, index: int) -> QAccessibleInterface | None:  # type: ignore[override]
        """A photo has no parts."""
        return None

    def childAt(self, x: int, y: int) -> QAccessibleInterface | None:  # type: ignore[override]
        """A photo has no parts."""
        return None

    def focusChild(self) -> QAccessibleInterface | None:  # type: ignore[override]
        """A photo has no parts."""
        return None

    def indexOfChild(self, child: QAccessibleInterface) -> int:
        """A photo has no parts."""
        return -1

    def relations(self, match: Any = None) -> list[Any]:
        """None."""
        return []

    def role(self) -> QAccessible.Role:
        """An item of a list."""
        return QAccessible.Role.ListItem

    def rect(self) -> QRect:
        """Where it is on the screen."""
        cell = self._grid.cell_rect(self.row)
        return QRect(self._grid.viewport().mapToGlobal(cell.topLeft()), cell.size())

    def text(self, what: QAccessible.Text) -> str:
        """Alt text as the name; state, file name and position as the description."""
        if not self.isValid():
            return ""
        if what == QAccessible.Text.Name:
            return self._said(Qt.ItemDataRole.AccessibleTextRole)
        if what == QAccessible.Text.Description:
            return self._said(Qt.ItemDataRole.AccessibleDescriptionRole)
        return ""

    def setText(self, what: QAccessible.Text, text: str) -> None:
        """Words are edited in the panel."""

    def state(self) -> QAccessible.State:
        """Focusable and selectable, and whether it is."""
        state, grid = QAccessible.State(), self._grid
        if not self.isValid():
            state.invalid = True
            return state
        index = grid.model().index(self.row, 0)
        focused = grid.hasFocus() and grid.currentIndex().row() == self.row
        for name, value in (
            ("focusable", True),
            ("selectable", True),
            ("multiSelectable", True),
            ("selected", grid.selectionModel().isSelected(index)),
            ("focused", focused),
            ("active", focused),
            ("offscreen", not grid.viewport().rect().intersects(grid.cell_rect(self.row))),
        ):
            setattr(state, name, value)
        return state


class GridAccessible(QAccessibleWidget):
    """The grid as a pane of photos."""

    def __init__(self, grid: "PhotoGrid") -> None:
        super().__init__(grid, QAccessible.Role.LayeredPane, grid.accessibleName())
        self._grid = grid
        self._made: OrderedDict[int, tuple[PhotoAccessible, int]] = OrderedDict()

    def kept(self) -> int:
        """How many photos have an accessible object now."""
        return len(self._made)

    def _photo(self, row: int) -> PhotoAccessible:
        known = self._made.get(row)
        if known is None:
            photo = PhotoAccessible(self._grid, row)
            known = self._made[row] = (photo, QAccessible.registerAccessibleInterface(photo))
            while len(self._made) > KEPT:
                _, (_, number) = self._made.popitem(last=False)
                QAccessible.deleteAccessibleInterface(number)
        else:
            self._made.move_to_end(row)
        return known[0]

    def childCount(self) -> int:
        """One child per photo."""
        return self._grid.count()

    def child(self, index: int) -> QAccessibleInterface | None:  # type: ignore[override]
        """The photo of a row, made now if need be."""
        return self._photo(index) if 0 <= index < self._grid.count() else None

    def indexOfChild(self, child: QAccessibleInterface) -> int:
        """The row of a photo."""
        return child.row if isinstance(child, PhotoAccessible) else -1

    def childAt(self, x: int, y: int) -> QAccessibleInterface | None:  # type: ignore[override]
        """The photo at a point of the screen."""
        index = self._grid.indexAt(self._grid.viewport().mapFromGlobal(QPoint(x, y)))
        return self._photo(index.row()) if index.isValid() else None

    def focusChild(self) -> QAccessibleInterface | None:  # type: ignore[override]
        """The current photo."""
        index = self._grid.currentIndex()
        return self._photo(index.row()) if index.isValid() and self._grid.hasFocus() else None


_grids: "WeakKeyDictionary[PhotoGrid, GridAccessible]" = WeakKeyDictionary()
_installed = False


def install() -> None:
    """Make Qt ask here for the accessible object of a grid; the first call counts."""
    global _installed
    if not _installed:
        QAccessible.installFactory(_make)
        _installed = True


def _make(_class: str, thing: QObject) -> QAccessibleInterface | None:
    from gui.photo_grid import PhotoGrid

    if not isinstance(thing, PhotoGrid):
        return None
    if thing not in _grids:
        _grids[thing] = GridAccessible(thing)
    return _grids[thing]


def tell_focus(grid: "PhotoGrid", row: int) -> None:
    """Say that the photo of this row has the focus."""
    if QAccessible.isActive():
        event = QAccessibleEvent(grid, QAccessible.Event.Focus)
        event.setChild(row)
        QAccessible.updateAccessibility(event)


def tell_focus_later(grid: "PhotoGrid") -> None:
    """Say it once Qt has said that the grid itself has the focus, which would be spoken last otherwise."""

    def tell() -> None:
        if grid.hasFocus() and grid.currentIndex().isValid():
            tell_focus(grid, grid.currentIndex().row())

    QTimer.singleShot(0, grid, tell)


def tell_selected(grid: "PhotoGrid", row: int) -> None:
    """Say that the photo of this row was selected, or no longer is."""
    if QAccessible.isActive():
        changed = QAccessible.State()
        changed.selected = True
        event = QAccessibleStateChangeEvent(grid, changed)
        event.setChild(row)
        QAccessible.updateAccessibility(event)
