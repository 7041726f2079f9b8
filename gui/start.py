"""The start of the window, in the order that shows photos soonest; measured by `benchmarks.window_start`.

1. Python's search for reference cycles rests from `main` on: nothing of what the start makes is ever given back, and
   looking through it took a tenth of the time.
2. The library is opened, by the driver alone (SQLAlchemy takes 200 ms to import), and a thread reads the newest photos
   and the thumbnails that are kept of them (`gui.first_photos`), while
3. the modules of the window are imported and the window is built. Dialogs, what changes the library, image decoders and
   models are not among them: they are imported by what needs them first.
4. The window is shown, and its first paint has photos and thumbnails.
5. When these are seen, `Session.seen` begins everything else: icons of menus, the database toolkit, the whole list,
   counts and trees, what can be undone, and jobs once photos are counted.
"""

import signal
import socket
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QSettings, QSocketNotifier
from PySide6.QtWidgets import QApplication, QWidget

from gui import library_files
from gui.appearance import FUSION
from gui.calm import CalmMemory
from gui.first_photos import FirstPhotos, Glance
from storage.job import KnownError
from storage.library import Library, default_path
from storage.version import __version__

if TYPE_CHECKING:
    from collections.abc import Callable

    from gui.app import Session
    from gui.motion import Motion


def run_window(
    library: Path | None,
    folders: Sequence[Path] = (),
    *,
    work: bool = True,
    watch: "Callable[[Session], object] | None" = None,
) -> int:
    """Open the window and stay until it is closed.

    Args:
        library: the library file, None for the user's own.
        folders: to be looked through at once.
        work: False leaves jobs alone.
        watch: is told of the session before it is shown.

    Returns:
        the exit code of the program.
    """
    app = QApplication.instance()
    if app is None:
        app = QApplication([*sys.argv[:1], "-style", "Fusion"])
        app.setProperty(FUSION, True)
    assert isinstance(app, QApplication)
    app.setApplicationName("Altfolio")
    app.setOrganizationName("Altfolio")
    app.setApplicationVersion(__version__)
    app.setDesktopFileName("altfolio")
    calm = CalmMemory(app)
    try:
        path, stored = library or default_path(), QSettings()
        opened = _opened(app, path, library_files.take_damage(stored, path))
        if opened is None:
            return 1
        with opened:
            session = _session(app, opened, stored)
            session.seen.connect(calm.wake)
            follow_motion(app)
            close_on_signals(session.window)
            if watch is not None:
                watch(session)
            session.window.show()
            session.begin(folders, work=work)
            try:
                return app.exec()
            finally:
                session.close()
    finally:
        calm.close()


def _opened(app: QApplication, path: Path, damage: str) -> Library | None:
    """The library; None where it can't be opened, and where it is damaged and nobody wants it mended."""
    try:
        if not damage:
            return Library(path)
    except KnownError:
        pass  # is met and told once more
    from gui.dialogs.mend_dialog import open_or_mend

    return open_or_mend(app, path, damage)


def _session(app: QApplication, library: Library, stored: QSettings) -> "Session":
    """Make the window while the first photos are read."""
    with library_files.own_state(stored, library.path) as own:
        first = FirstPhotos(library, Glance.recall(own))
    try:
        from gui import app as room

        return room.Session(app, library, stored, first)
    except BaseException:
        first.close()
        raise


def follow_motion(app: QApplication) -> "Motion":
    """Let nothing move on its own where the system asks for that, from now on and when the setting changes."""
    from gui.motion import Motion
    from gui.work_bar import WorkBar

    def settle() -> None:
        for widget in app.allWidgets():
            if isinstance(widget, WorkBar):
                widget.settle()

    heard = Motion(app)
    heard.changed.connect(settle)
    return heard


def close_on_signals(window: QWidget) -> None:
    """Let Ctrl-C in the terminal and `kill` close the window like its own button, with all edits kept.

    Python runs a signal handler only between its own instructions, of which there are none while Qt waits; so the
    signal also writes to a socket that Qt listens to.
    """
    heard, told = socket.socketpair()
    for end in (heard, told):
        end.setblocking(False)
    signal.set_wakeup_fd(told.fileno())
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: None)
    notifier = QSocketNotifier(heard.fileno(), QSocketNotifier.Type.Read, window)

    def close() -> None:
        notifier.setEnabled(False)
        signal.set_wakeup_fd(-1)
        for end in (heard, told):
            end.close()
        window.close()

    notifier.activated.connect(close)
