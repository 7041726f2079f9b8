"""Writes approved words into photos by themselves, soon after they were approved, where the settings say so.

Only what a person approved in this window is written, never what was approved before or elsewhere; taking the writing
back is a step of its own, and what was taken back is not written again.
"""

from collections.abc import Sequence

from PySide6.QtCore import QObject, QTimer

from gui.desk import Desk
from gui.work import Work
from storage.job import Job

REST_MS = 3_000
"""Quiet time after an approval: a mistake that is undone at once never reaches a file, and photos that are approved
one after another are written as one step."""


class WriteOnApproval(QObject):
    """Collects approved photos and has them written."""

    def __init__(self, desk: Desk, work: Work) -> None:
        super().__init__(work)
        self._desk, self._work = desk, work
        self._approved: dict[int, None] = {}
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(REST_MS)
        self._rest.timeout.connect(self.write)

    def take(self, photos: Sequence[int]) -> None:
        """These were approved."""
        if self._desk.settings.write_when == "approved":
            self._approved.update(dict.fromkeys(photos))
            self._rest.start()

    def write(self) -> None:
        """Write what was collected, if it still is approved then."""
        library, ids = self._desk.library, list(self._approved)
        self._approved.clear()

        def job() -> Job:
            from storage import embed

            return embed.embed(library, ids)

        if ids:
            self._work.write("Writing into photos", job)
