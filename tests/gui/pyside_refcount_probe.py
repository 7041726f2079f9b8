"""Count the references to None, True and False around calls from Qt into Python; a program of its own.

A PySide that gives away one reference too many per call ends the process with "none_dealloc" once the count is used
up, so this must never run inside the process of the tests. The counts are given headroom first, for the process to
live long enough to print them.

Prints one JSON object: what was called → the change of the three counts over CALLS calls.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable

from PySide6.QtCore import (
    QAbstractListModel,
    QCoreApplication,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QRect,
    Qt,
)
from PySide6.QtGui import QPaintEvent, QRegion
from PySide6.QtWidgets import QAbstractItemView, QApplication, QWidget

CALLS = 200
HEADROOM = 20_000  # more than all the calls below can lose

Index = QModelIndex | QPersistentModelIndex


class Photos(QAbstractListModel):
    """A model which answers every question about its rows with one value."""

    def __init__(self, answer: bool | None) -> None:
        super().__init__()
        self.answer = answer

    def rowCount(self, parent: Index | None = None) -> int:
        return 100

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        return self.answer


class Painted(QWidget):
    """A widget whose painting, like every void method, returns None to Qt."""

    def paintEvent(self, event: QPaintEvent) -> None:
        pass


class Filter(QObject):
    """An event filter which lets everything pass."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        return False


class Grid(QAbstractItemView):
    """The least that a view of one's own has to override."""

    def isIndexHidden(self, index: Index) -> bool:
        return False

    def visualRect(self, index: Index) -> QRect:
        return QRect()

    def horizontalOffset(self) -> int:
        return 0

    def verticalOffset(self) -> int:
        return 0

    def moveCursor(self, action: QAbstractItemView.CursorAction, modifiers: Qt.KeyboardModifier) -> QModelIndex:
        return QModelIndex()

    def scrollTo(
        self, index: Index, hint: QAbstractItemView.ScrollHint = QAbstractItemView.ScrollHint.EnsureVisible
    ) -> None:
        pass

    def setSelection(self, rect: QRect, command: object) -> None:
        pass

    def indexAt(self, point: QPoint) -> QModelIndex:
        return QModelIndex()

    def visualRegionForSelection(self, selection: object) -> QRegion:
        return QRegion()


def drift(call: Callable[[], object]) -> list[int]:
    """Return how far CALLS calls move the counts of None, True and False, after one call to warm up."""
    call()
    before = [sys.getrefcount(value) for value in (None, True, False)]
    for _ in range(CALLS):
        call()
    return [sys.getrefcount(value) - old for value, old in zip((None, True, False), before, strict=True)]


def calls(application: QApplication) -> dict[str, Callable[[], object]]:
    """Return the calls to be watched; each goes from Qt into Python or gives a value back from there."""
    unknown, yes = Photos(None), Photos(True)
    widget, event_filter, grid = Painted(), Filter(), Grid()
    widget.installEventFilter(event_filter)
    widget.resize(10, 10)
    widget.show()
    grid.setModel(unknown)
    grid.show()
    rows = iter(range(1, 10 * CALLS))

    def next_photo() -> None:
        grid.setCurrentIndex(unknown.index(next(rows) % 90, 0))
        application.processEvents()

    return {
        "data answers None": lambda: unknown.index(0, 0).data(),
        "data answers True": lambda: yes.index(0, 0).data(),
        "paintEvent": widget.repaint,
        "eventFilter": lambda: QCoreApplication.sendEvent(widget, QEvent(QEvent.Type.User)),
        "current photo of a view": next_photo,
    }


if __name__ == "__main__":
    headroom = [None, True, False] * HEADROOM
    print(json.dumps({name: drift(call) for name, call in calls(QApplication([])).items()}), flush=True)
    del headroom
