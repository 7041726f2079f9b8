"""A window that announces each line of standard input, one that begins with "!" assertively, by Qt's own event."""

import sys

from PySide6.QtCore import QSocketNotifier
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QApplication, QLabel

from gui.accessible import announcement


def main() -> int:
    app = QApplication(["announce"])
    window = QLabel("Announcements")
    window.show()

    def say() -> None:
        line = sys.stdin.readline()
        if not line:
            app.quit()
        text = line.strip()
        event = announcement(window, text.removeprefix("!"), assertive=text.startswith("!"))
        QAccessible.updateAccessibility(event)

    notifier = QSocketNotifier(sys.stdin.fileno(), QSocketNotifier.Type.Read)
    notifier.activated.connect(say)
    return app.exec()


if __name__ == "__main__":
    raise SystemExit(main())
