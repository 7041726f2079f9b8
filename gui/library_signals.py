"""Changes of the library as Qt signals in the main thread, gathered so that a busy job does not drown the window."""

from PySide6.QtCore import QObject, QTimer, Signal

from storage.library import Changes

INTERVAL_MS = 200
"""Between two signals; the first change after a silence is passed on at once."""


class LibrarySignals(QObject):
    """Gathers what many commits changed into one signal per interval.

    Signals:
        changed(Changes): everything since the last signal.
    """

    changed = Signal(object)
    _heard = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._gathered = Changes()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(INTERVAL_MS)
        self._timer.timeout.connect(self._flush)
        self._heard.connect(self._gather)

    def hear(self, changes: Changes) -> None:
        """A listener for `Library.listen`; may be called in any thread."""
        self._heard.emit(changes)

    def _gather(self, new: Changes) -> None:
        old = self._gathered
        self._gathered = Changes(old.photos | new.photos, old.listing or new.listing, old.settings or new.settings)
        if not self._timer.isActive():
            self._flush()

    def _flush(self) -> None:
        if self._gathered != Changes():
            gathered, self._gathered = self._gathered, Changes()
            self._timer.start()
            self.changed.emit(gathered)
