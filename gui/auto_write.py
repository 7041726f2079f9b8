"""Writing by itself, for who chose so: soon after the last approval, what is approved goes into the photos.

It waits for a pause, so that an approval can be taken back before its words are in a file, and for other writing.
Photos that could not be written are not tried again and again, only with the next approval.
"""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from gui.desk import Counts
from storage.schema import PhotoState

if TYPE_CHECKING:
    from gui.app import Session
    from storage.job import Job

PAUSE_MS = 8_000
"""Time after the last approval: enough to see that a key was wrong, and to press undo."""


class AutoWrite(QObject):
    """Starts writing for a session whose library wants it."""

    def __init__(self, session: "Session") -> None:
        super().__init__(session)
        self._session = session
        self._approved = self._tried = 0
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE_MS)
        self._pause.timeout.connect(self.write)
        session.desk.counted.connect(self._counted)

    def _counted(self, counts: Counts) -> None:
        before, self._approved = self._approved, counts.states.get(PhotoState.APPROVED, 0)
        self._tried = min(self._tried, self._approved)
        if self._approved != before:
            self._pause.start()

    def write(self) -> None:
        """Write now, where that is wanted and there is something to write."""
        session = self._session
        if session.desk.settings.write_when != "approved" or self._approved <= self._tried:
            return
        if session.work.writing:
            self._pause.start()
            return
        self._tried = self._approved

        def job() -> "Job":
            from storage import embed

            return embed.embed(session.desk.library)

        session.work.write("Writing into photos", job)
