"""What can be done about a damaged library, before it is opened: a backup in its place, or a new one from the photos.

Either way the damaged file is kept beside it under another name, and no photo is touched.
"""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QApplication, QDialog, QFileDialog, QLabel, QMessageBox, QWidget

from gui.accessible import Announcer
from gui.appearance import Appearance
from gui.dialogs.frame import Frame
from gui.jobs import End, Lane, Outcome, Task
from gui.library_files import FILES
from gui.work_bar import WorkBar
from storage.job import Job, KnownError, Progress
from storage.library import DamagedError, Library

BACKUP = "•  Restore a backup: all words are as they were when it was made."
PHOTOS = (
    "•  Make a new library from your photos: all words that are in their files come back. What was approved but never "
    "written is lost, unless a backup or an export has it."
)


class MendDialog(Frame):
    """Choices and progress; accepted once the library can be opened again."""

    def __init__(self, path: Path, sentence: str, parent: QWidget | None = None) -> None:
        super().__init__("The library is damaged", (600, 320), parent)
        self._path = path
        self.tell(f"{sentence}\n\nNo photo is harmed. There are two ways to go on, and both keep the damaged file.")
        for choice in (BACKUP, PHOTOS):
            label = QLabel(choice)
            label.setWordWrap(True)
            self.body.addWidget(label)
        self._bar = WorkBar("Progress")
        self._bar.hide()
        self._note = QLabel()
        self._note.setWordWrap(True)
        self.body.addWidget(self._bar)
        self.body.addWidget(self._note)
        self.body.addStretch(1)
        self._announcer = Announcer(self)
        self._ways = [
            self.add_primary("Restore a backup…", self._choose_backup),
            self.button("New library from photos…", self._choose_folders),
        ]
        self.add_close("Quit")
        self._lane = Lane("mend", self)
        self._lane.progressed.connect(self._progressed)
        self._lane.finished.connect(self._ended)
        self.finished.connect(lambda _: self._lane.close())

    def _choose_backup(self) -> None:
        chosen, _ = QFileDialog.getOpenFileName(self, "Restore a backup", str(self._path.parent), FILES)
        if chosen:
            self.restore(Path(chosen))

    def restore(self, source: Path) -> None:
        """Put a backup in the library's place."""

        def job() -> Job:
            from storage import backup

            yield Progress(stage="restore", done=0)
            backup.restore(source, self._path)

        self._run("Restoring the backup…", job)

    def _choose_folders(self) -> None:
        from storage import backup

        folders = backup.known_folders(self._path)
        if not folders:
            chosen = QFileDialog.getExistingDirectory(self, "The folder with your photos")
            if not chosen:
                return
            folders = [Path(chosen)]
        self.rebuild(folders)

    def rebuild(self, folders: list[Path]) -> None:
        """Make a new library from photos and put it in the library's place."""

        def job() -> Job:
            from storage import backup, library_place

            new = self._path.with_name(f"{self._path.stem} rebuilt{self._path.suffix}")
            new.unlink(missing_ok=True)  # of an attempt that was stopped
            yield from backup.rebuild(self._path, new, folders)
            library_place.put_in_place(new, self._path)

        self._run("Looking through your photos…", job)

    def _run(self, sentence: str, job: Callable[[], Job]) -> None:
        for button in self._ways:
            button.setEnabled(False)
        self._bar.show_done(0, None)
        self._bar.show()
        self._say(sentence)
        self._lane.start(sentence, job)

    def _progressed(self, _task: Task, progress: Progress) -> None:
        self._bar.show_done(progress.done, progress.total)

    def _ended(self, _task: Task, outcome: Outcome) -> None:
        if outcome.end is End.DONE:
            self.accept()
            return
        self._bar.hide()
        for button in self._ways:
            button.setEnabled(True)
        self._say(outcome.message)

    def _say(self, sentence: str) -> None:
        self._note.setText(sentence)
        self._announcer.say(sentence)


def open_or_mend(app: QApplication, path: Path, noted: str) -> Library | None:
    """Open a library; a damaged one only after it was mended.

    Args:
        noted: what was found out about its damage before, "" for nothing.

    Returns:
        the library, None where it can't be opened or nobody wants it mended.
    """
    while True:
        try:
            if not noted:
                return Library(path)
        except DamagedError as error:
            noted = str(error)
        except KnownError as error:
            QMessageBox.critical(None, "Altfolio", str(error))
            return None
        Appearance(app).apply("system", 100)
        if MendDialog(path, noted).exec() != QDialog.DialogCode.Accepted:
            return None
        noted = ""
