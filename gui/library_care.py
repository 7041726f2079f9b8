"""Care for the library itself in a session: other libraries, backup, examination, damage, rebuilding from the photos.

A library is looked through for damage some time after the start, once in a while, in a thread of its own that stops at
once when the window closes. A damaged one can only be mended while nobody has it open, so the window closes and a new
one begins with `MendDialog`.
"""

import threading
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from gui import library_files
from gui.jobs import Calls
from storage import ordered_jobs
from storage.shown import shown

if TYPE_CHECKING:
    from PySide6.QtCore import QSettings

    from gui.app import Session
    from storage.backup import Complaint

LOOK_MS = 30_000
"""After the start, when the machine has less to do: to read a library of a million photos takes half a minute."""


class LibraryCare(QObject):
    """The actions that concern the library as a whole."""

    def __init__(self, session: "Session", stored: "QSettings") -> None:
        super().__init__(session)
        self._session, self._stored = session, stored
        self._path = session.desk.library.path
        self._stopped = threading.Event()
        self._calls = Calls("care", self)
        self._calls.failed.connect(session.desk.failed)
        library_files.remember(stored, self._path)
        if library_files.check_is_due(stored, self._path):
            QTimer.singleShot(LOOK_MS, self, self.look)
        actions = session.window.actions_table
        for name, call in (
            ("open-library", self.open_another),
            ("new-library", lambda: self.open_another(new=True)),
            ("backup", self.back_up),
            ("check", self.check),
            ("rebuild", self.rebuild),
        ):
            actions.on(name, call)

    def open_another(self, *, new: bool = False) -> None:
        """Choose a library, or a place for a new one; it opens in a window of its own."""
        from gui.dialogs.libraries_dialog import LibrariesDialog

        recent = library_files.recent(self._stored)
        dialog = LibrariesDialog(recent, self._path, self._session.window)
        dialog.wanted.connect(self._open)
        dialog.forgotten.connect(lambda path: library_files.forget(self._stored, path))
        dialog.ask()
        if new:
            dialog.choose_new()

    def _open(self, path: Path) -> None:
        if not library_files.open_in_new_window(path):
            self._session.say(f"“{shown(path.name)}” could not be opened.")

    def back_up(self) -> None:
        """Ask where to, and copy the library."""
        from PySide6.QtWidgets import QFileDialog

        chosen, _ = QFileDialog.getSaveFileName(
            self._session.window,
            "Back up the library",
            str(self._path.with_stem(f"{self._path.stem} backup")),
            library_files.FILES,
        )
        if chosen:
            self.back_up_to(Path(chosen))

    def back_up_to(self, target: Path) -> None:
        """Copy the library into a file while it is in use."""
        work = self._session.work
        job = work.elsewhere(ordered_jobs.back_up, target)
        work.write("Backup", job, done=f"The library is copied to {shown(str(target))} and checked.")

    def rebuild(self) -> None:
        """Ask for a new file, and make a library in it from the words in the photos."""
        from PySide6.QtWidgets import QFileDialog

        chosen, _ = QFileDialog.getSaveFileName(
            self._session.window,
            "A new library from the words in your photos",
            str(self._path.with_name("rebuilt.altfolio")),
            library_files.FILES,
        )
        if chosen:
            self.rebuild_to(Path(chosen))

    def rebuild_to(self, target: Path) -> None:
        """Make a library from the words in the photos; this one stays as it is."""
        library_files.remember(self._stored, target)
        library_files.remember(self._stored, self._path)
        done = f"The new library is {shown(str(target))}; open it by File, Libraries."
        work = self._session.work
        work.write("Rebuild", work.elsewhere(ordered_jobs.rebuild, target), done=done)

    def check(self) -> None:
        """Examine the library and show what was found."""
        library = self._session.desk.library

        def check() -> "list[Complaint]":
            from storage import backup

            return backup.check(library)

        self._session.say("The library is being checked.")
        self._calls.ask(check, self._show, only_latest="check")

    def _show(self, complaints: "list[Complaint]") -> None:
        from gui.dialogs.check_dialog import CheckDialog

        dialog = CheckDialog(complaints, self._session.window)
        dialog.repair_wanted.connect(self._repair)
        dialog.mend_wanted.connect(lambda: self.mend(next(c.message for c in complaints if c.kind == "damage")))
        dialog.ask()

    def _repair(self) -> None:
        work = self._session.work
        work.write("Repair", work.elsewhere(ordered_jobs.repair), done="The library is repaired.")

    def look(self) -> None:
        """Look through the library for damage; answered only where there is some."""

        def look() -> str | None:
            from storage import backup  # 50 ms, in which a window would not answer

            return backup.damage(self._path, stopped=self._stopped.is_set)

        self._calls.ask(look, self._looked)

    def _looked(self, sentence: str | None) -> None:
        from storage.backup import Complaint

        if sentence is None:
            library_files.checked(self._stored, self._path)
        else:
            self._session.window.announcer.say(sentence, assertive=True)
            self._show([Complaint("damage", sentence)])

    def mend(self, sentence: str) -> None:
        """Close the window, and begin another one with what can be done about the damage."""
        library_files.found_damaged(self._stored, self._path, sentence)
        self._stored.sync()
        self._session.window.close()
        library_files.open_in_new_window(self._path)

    def close(self) -> None:
        """Stop looking."""
        self._stopped.set()
        self._calls.close()
