"""Opens the real window on a library, without starting jobs on its own, so that a test decides what happens."""

import sys
from pathlib import Path

from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication

from gui.app import Session, close_on_signals
from storage.library import Library


def main(library: Path) -> int:
    """Run until the window is closed."""
    app = QApplication(["altfolio"])
    app.setApplicationName("Altfolio")
    with Library(library) as opened:
        stored = QSettings(str(library.with_suffix(".ini")), QSettings.Format.IniFormat)
        session = Session(app, opened, stored)
        close_on_signals(session.window)
        session.window.show()
        session.begin(work=False)
        try:
            return app.exec()
        finally:
            session.close()


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1])))
