"""The folders that are about to be looked through: after the first was chosen, others can follow before it starts.

One folder is what most people have, so it takes no more than Return; the system's own chooser takes one at a time.
"""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QStandardPaths, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFileDialog, QListWidget, QListWidgetItem, QPushButton, QWidget

from gui.accessible import Announcer, named
from gui.dialogs.frame import Frame
from gui.room import beside, note
from storage.shown import shown_place

PATH = Qt.ItemDataRole.UserRole
"""Role of a folder's path."""


def choose_folder(parent: QWidget, near: Path | None = None) -> Path | None:
    """Ask for one folder with the system's chooser; None where none was chosen.

    Args:
        near: where the chooser begins, None for the user's own folder for pictures.
    """
    start = str(near) if near else QStandardPaths.writableLocation(QStandardPaths.StandardLocation.PicturesLocation)
    chosen = QFileDialog.getExistingDirectory(parent, "Choose a folder with photos", start)
    return Path(chosen) if chosen else None


class _FolderList(QListWidget):
    """The list.

    Signals:
        removed(): Delete was pressed.
    """

    removed = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Delete."""
        if event.key() == Qt.Key.Key_Delete:
            self.removed.emit()
        else:
            super().keyPressEvent(event)


class FoldersDialog(Frame):
    """Folders to look through.

    Attributes:
        folders: those chosen, none inside another.
    """

    def __init__(self, folders: Sequence[Path], parent: QWidget | None = None) -> None:
        super().__init__("Folders to look through", (520, 304), parent)
        self.folders: list[Path] = []
        self._announcer = Announcer(self)
        self._list = named(_FolderList(), "Folders to look through", "Delete takes a folder off the list.")
        self._list.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self._another = named(QPushButton("Add another folder…"), "Add another folder")
        self._another.clicked.connect(self._choose)
        self._remove = named(QPushButton("Remove"), "Remove the folder from this list")
        self._remove.clicked.connect(self.remove)
        self._list.removed.connect(self.remove)
        self._said = note("All folders inside are looked through, too. Nothing is moved or changed.")
        self.body.addWidget(self._list, 1)
        self.body.addLayout(beside(self._another, self._remove))
        self.body.addWidget(self._said)
        self._start = self.add_primary("Start")
        self.add_close("Cancel")
        for folder in folders:
            self.add(folder)
        self._start.setFocus()

    def add(self, folder: Path) -> None:
        """Take a folder in, unless it is in one of the others; those inside it are no longer named."""
        around = next((one for one in self.folders if folder.is_relative_to(one)), None)
        if around is not None:
            why = "in the list" if folder == around else f"inside {shown_place(around)}"
            self._tell(f"{shown_place(folder)} is looked through already: it is {why}.")
            return
        self.folders = [one for one in self.folders if not one.is_relative_to(folder)] + [folder]
        self._fill(len(self.folders) - 1)

    def remove(self) -> None:
        """Leave the current folder out."""
        row = self._list.currentRow()
        if 0 <= row < len(self.folders):
            del self.folders[row]
            self._fill(row)
            (self._list if self.folders else self._another).setFocus()

    def _choose(self) -> None:
        chosen = choose_folder(self, self.folders[-1].parent if self.folders else None)
        if chosen is not None:
            self.add(chosen)
            self._start.setFocus()

    def _tell(self, sentence: str) -> None:
        self._said.setText(sentence)
        self._announcer.say(sentence)

    def _fill(self, row: int) -> None:
        self._list.clear()
        for folder in self.folders:
            item = QListWidgetItem(shown_place(folder))
            item.setToolTip(shown_place(folder))
            item.setData(PATH, folder)
            self._list.addItem(item)
        self._list.setCurrentRow(min(row, len(self.folders) - 1))
        self._remove.setEnabled(bool(self.folders))
        self._start.setEnabled(bool(self.folders))
