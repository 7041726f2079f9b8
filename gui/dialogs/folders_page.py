"""The page of settings for the library's folders: which there are, which are away, add and remove."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from gui.accessible import named
from gui.dialogs.folders_dialog import choose_folder
from gui.room import beside, note
from gui.words import counted

if TYPE_CHECKING:
    from storage.overview import TopFolder

PATH = Qt.ItemDataRole.UserRole
"""Role of a folder's path."""


class FoldersPage(QWidget):
    """The folders.

    Attributes:
        added, removed: what was asked for; nothing happens before the dialog is accepted.
    """

    def __init__(self, folders: "Sequence[TopFolder]") -> None:
        super().__init__()
        self.setObjectName("page")
        self._known = {folder.path: folder for folder in folders}
        self.added: list[Path] = []
        self.removed: list[Path] = []
        words = QLabel(
            "Altfolio looks through these folders and all below them. It only reads, until you have words written."
        )
        words.setWordWrap(True)
        self._list = named(QListWidget(), "Folders")
        self._list.setWordWrap(True)
        self._list.setMinimumHeight(96)
        add, self._remove = QPushButton("Add a folder…"), QPushButton("Remove")
        named(add, "Add a folder").clicked.connect(self._choose)
        self._remove.clicked.connect(self.toggle)
        self._list.currentItemChanged.connect(lambda *_: self._dress())
        about = note(
            "Removing a folder takes its photos and their words out of this library. No file is touched, and words "
            "that are in the files come back when the folder is added again. A folder that is away, on a disk that is "
            "not connected, can stay: nothing of it is lost."
        )
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(12)
        layout.addWidget(words)
        layout.addWidget(self._list, 1)
        layout.addLayout(beside(add, self._remove))
        layout.addWidget(about)
        self._fill()

    def _fill(self) -> None:
        at = max(0, self._list.currentRow())
        self._list.clear()
        for path in (*self._known, *self.added):
            item = QListWidgetItem(self._line(path))
            item.setData(PATH, path)
            self._list.addItem(item)
        self._list.setCurrentRow(min(at, self._list.count() - 1))
        self._dress()

    def _line(self, path: Path) -> str:
        from storage.shown import shown_place

        folder = self._known.get(path)
        if folder is None:
            return f"{shown_place(path)}, will be looked through"
        if path in self.removed:
            return f"{shown_place(path)}, will be removed"
        away = "" if folder.there else ", away: the disk is not connected or the folder is gone"
        return f"{shown_place(path)}, {counted(folder.photos, 'photo')}{away}"

    def _path(self) -> Path | None:
        item = self._list.currentItem()
        path: Path | None = item.data(PATH) if item is not None else None
        return path

    def _dress(self) -> None:
        self._remove.setEnabled(self._path() is not None)
        self._remove.setText("Keep" if self._path() in self.removed else "Remove")
        named(self._remove, f"{self._remove.text()} the folder")

    def _choose(self) -> None:
        chosen = choose_folder(self)
        if chosen is not None:
            self.add(chosen)

    def add(self, path: Path) -> None:
        """Have a folder looked through."""
        if path in self.removed:
            self.removed.remove(path)
        elif path not in self._known and path not in self.added:
            self.added.append(path)
        self._fill()

    def toggle(self) -> None:
        """Have the current folder removed, or no longer."""
        path = self._path()
        if path is None:
            return
        for some in (self.added, self.removed):
            if path in some:
                some.remove(path)
                break
        else:
            self.removed.append(path)
        self._fill()
