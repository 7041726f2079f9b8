"""Shows a photo's file in the system's file manager, selected.

Linux: `ShowItems` of org.freedesktop.FileManager1 (freedesktop.org, File Manager DBus Interface), which Nautilus,
Dolphin, Nemo, Thunar and others have. Windows: `explorer /select,`. macOS: `open -R`. Where that fails, the folder is
opened instead.

Invariant: nothing here waits: a file manager that hangs or a disk that is away must not stop the window.
"""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QUrl, Signal
from PySide6.QtGui import QDesktopServices

if TYPE_CHECKING:
    from PySide6.QtDBus import QDBusConnection

NAME, PATH = "org.freedesktop.FileManager1", "/org/freedesktop/FileManager1"

ANSWER_MS = 10_000
"""Until a file manager that does not answer is given up; one that has to be started on a slow disk takes seconds."""


class FileBrowser(QObject):
    """The way to the system's file manager.

    Signals:
        failed(str): a sentence, where not even the folder could be opened.
    """

    failed = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._calls: set[Any] = set()

    def show_file(self, path: Path, bus: "QDBusConnection | None" = None) -> None:
        """Show a file in its folder, selected.

        Args:
            bus: where the file manager is asked on Linux; None for the session's.
        """
        from PySide6.QtCore import QProcess

        system: str = sys.platform  # a name of its own, else the type checker looks at one branch only
        if system == "win32":
            started = QProcess.startDetached("explorer", ["/select,", str(path)])
        elif system == "darwin":
            started = QProcess.startDetached("open", ["-R", str(path)])
        else:
            self._ask(path, bus)
            return
        if not started[0]:
            self.open_folder(path)

    def _ask(self, path: Path, bus: "QDBusConnection | None") -> None:
        from PySide6.QtDBus import QDBusConnection, QDBusMessage, QDBusPendingCallWatcher

        bus = bus or QDBusConnection.sessionBus()
        if not bus.isConnected():
            self.open_folder(path)
            return
        message = QDBusMessage.createMethodCall(NAME, PATH, NAME, "ShowItems")
        message.setArguments([[path.as_uri()], ""])  # the second names a start-up notification; there is none
        watcher = QDBusPendingCallWatcher(bus.asyncCall(message, ANSWER_MS), self)
        self._calls.add(watcher)

        def answered() -> None:
            self._calls.discard(watcher)
            if watcher.reply().type() != QDBusMessage.MessageType.ReplyMessage:
                self.open_folder(path)
            watcher.deleteLater()

        watcher.finished.connect(answered)

    def open_folder(self, path: Path) -> None:
        """Open the folder that a file is in."""
        if not QDesktopServices.openUrl(QUrl(path.parent.as_uri())):
            self.failed.emit(f"No file manager could be opened. The photo is in {path.parent}.")
