"""The order of the photos in each view: a reviewer's queue is sorted by what saves most time, a library by date.

The orders are those of the search bar, which always shows the one in use; they are remembered from one session to the
next.
"""

from PySide6.QtCore import QObject, QSettings

from gui.main_window import MainWindow
from gui.search_bar import ORDERS

USUAL = {"review": "queue", "library": "taken"}
"""The order of the review view and of the two others, until a person chooses another."""


class ViewOrders(QObject):
    """Keeps the order of each view."""

    def __init__(self, window: MainWindow, stored: QSettings) -> None:
        super().__init__(window)
        self._window, self._stored = window, stored
        window.viewed.connect(lambda _: self._recall())
        window.search.sorted.connect(self._remember)
        self._recall()

    def _key(self) -> str:
        return "review" if self._window.view() == "review-view" else "library"

    def _recall(self) -> None:
        kept = str(self._stored.value(f"order/{self._key()}", ""))
        self._window.search.sort(kept if kept in ORDERS else USUAL[self._key()])

    def _remember(self) -> None:
        self._stored.setValue(f"order/{self._key()}", self._window.search.order)
