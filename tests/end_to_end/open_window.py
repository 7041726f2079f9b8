"""Opens the real window on a library, without starting jobs on its own, so that a test decides what happens.

    python -m tests.end_to_end.open_window LIBRARY [--tag] [--log FILE]

With `--tag` the real models look at the photos that they have not seen. With `--log` a line is written as soon as the
picture and the words of a photo are painted: time (seconds of the system's monotonic clock), photo, whether a job runs.
"""

import argparse
import time
from pathlib import Path
from typing import TextIO

from PySide6.QtCore import QEvent, QObject, QSettings
from PySide6.QtWidgets import QApplication

from gui.app import Session
from gui.start import close_on_signals
from storage.library import Library


class Witness(QObject):
    """Writes down when a photo is there for the eye: its words in the panel, its picture painted."""

    def __init__(self, session: Session, log: TextIO) -> None:
        super().__init__(session)
        self._session, self._log = session, log
        self._pictured = self._told = self._written = 0
        session.pictures.loaded.connect(self._loaded)
        session.desk.detailed.connect(self._detailed)
        session.window.panel.picture.installEventFilter(self)

    def _loaded(self, photo: int, _image: object, _note: str) -> None:
        self._pictured = photo

    def _detailed(self, detail: object) -> None:
        self._told = getattr(getattr(detail, "row", None), "id", 0)
        self._session.window.panel.picture.update()  # the picture may have been painted before the words came

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        photo = self._session.flow.current() if event.type() == QEvent.Type.Paint else None
        if photo is not None and photo.id != self._written and self._pictured == self._told == photo.id:
            self._written = photo.id
            print(time.monotonic(), photo.id, int(self._session.work.busy), file=self._log, flush=True)
        return False


def main() -> int:
    """Run until the window is closed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("library", type=Path)
    parser.add_argument("--tag", action="store_true")
    parser.add_argument("--log", type=argparse.FileType("w"))
    arguments = parser.parse_args()
    app = QApplication(["altfolio"])
    app.setApplicationName("Altfolio")
    with Library(arguments.library) as opened:
        stored = QSettings(str(arguments.library.with_suffix(".ini")), QSettings.Format.IniFormat)
        session = Session(app, opened, stored)
        if arguments.log:
            Witness(session, arguments.log)
        close_on_signals(session.window)
        session.window.show()
        session.begin(work=False)
        if arguments.tag:
            session.work.find_words_of_new()
        try:
            return app.exec()
        finally:
            session.close()


if __name__ == "__main__":
    raise SystemExit(main())
