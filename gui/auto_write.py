"""Writing by itself, for who chose so: soon after the last approval, what was approved here goes into the photos.

It waits for a pause, so that an approval can be taken back before its words are in a file, and for other writing. Only
what a person approves in this window is written, once: photos that could not be written, and words that were taken
back out of their files, wait for the next approval. Who takes words back, or no longer wants them written, stops what
was about to be written too.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from storage import ordered_jobs

if TYPE_CHECKING:
    from gui.app import Session
    from gui.jobs import Task
    from storage.job import Progress

PAUSE_MS = 8_000
"""Time after the last approval: enough to see that a key was wrong, and to press undo."""


class AutoWrite(QObject):
    """Starts writing for a session whose library wants it."""

    def __init__(self, session: "Session") -> None:
        super().__init__(session)
        self._session = session
        self._approved: dict[int, None] = {}
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE_MS)
        self._pause.timeout.connect(self._end_pause)
        session.flow.approved.connect(self._take)
        session.work.progressed.connect(self._hear)

    @property
    def _wanted(self) -> bool:
        return self._session.desk.settings.write_when == "approved"

    def _hear(self, _: "Task", progress: "Progress") -> None:
        if progress.stage == "undo" and not progress.done:
            self._approved.clear()

    def _take(self, photos: Sequence[int]) -> None:
        if self._wanted:
            self._approved.update(dict.fromkeys(photos))
            self._pause.start()

    def _end_pause(self) -> None:
        """Write once all is done that was asked for before: an undo may wait behind an edit of many photos."""
        self._session.desk.edit(lambda: None, lambda _: None if self._pause.isActive() else self.write())

    def write(self) -> None:
        """Write now what was approved, where it still is."""
        session = self._session
        if session.work.writing:
            self._pause.start()
            return
        ids, self._approved = list(self._approved), {}
        if ids and self._wanted:
            session.work.write("Writing into photos", session.work.elsewhere(ordered_jobs.embed, ids))
