"""The libraries a person used, to open one of them, another, or a new one; each gets a window of its own."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFileDialog, QListWidget, QListWidgetItem, QWidget

from gui.accessible import named
from gui.dialogs.frame import Frame
from gui.library_files import FILES
from storage.shown import shown, shown_place

PATH = Qt.ItemDataRole.UserRole
"""Role of a library's path."""


class LibrariesDialog(Frame):
    """A list and buttons.

    Signals:
        wanted(Path): open this library.
        forgotten(Path): name it here no longer.
    """

    wanted = Signal(object)
    forgotten = Signal(object)

    def __init__(self, libraries: Sequence[Path], current: Path, parent: QWidget | None = None) -> None:
        super().__init__("Libraries", (620, 380), parent)
        self._list = named(QListWidget(), "Recent libraries", "Return opens one in a window of its own.")
        self._list.setWordWrap(True)
        for path in libraries:
            note = ", open in this window" if path == current else "" if path.exists() else ", not there any more"
            item = QListWidgetItem(f"{shown(path.stem)}{note}\n{shown_place(path.parent)}")
            item.setData(PATH, path)
            self._list.addItem(item)
        self._list.itemActivated.connect(lambda _: self._open())
        self._list.currentItemChanged.connect(lambda *_: self._dress())
        self.body.addWidget(self._list, 1)
        self.tell("A library knows your folders and keeps the words of their photos. Each opens in its own window.")
        self._forget = self.button("Forget", self._forget_it)
        named(self._forget, "Forget", "Name it here no longer; its file stays.")
        self.button("New library…", self.choose_new)
        self.button("Open another…", self._choose)
        self._go = self.add_primary("Open", self._open)
        self.add_close("Cancel")
        self._current = current
        self._list.setCurrentRow(0)
        self._dress()
        self._list.setFocus()

    def _path(self) -> Path | None:
        item = self._list.currentItem()
        path: Path | None = item.data(PATH) if item is not None else None
        return path

    def _dress(self) -> None:
        path = self._path()
        self._go.setEnabled(path is not None and path != self._current and path.exists())
        self._forget.setEnabled(path is not None and path != self._current)

    def _open(self) -> None:
        path = self._path()
        if path is not None and self._go.isEnabled():
            self.want(path)

    def want(self, path: Path) -> None:
        """Open this library."""
        self.wanted.emit(path if path.suffix else path.with_name(f"{path.name}.altfolio"))
        self.accept()

    def _forget_it(self) -> None:
        path = self._path()
        if path is not None:
            self._list.takeItem(self._list.currentRow())
            self.forgotten.emit(path)

    def choose_new(self) -> None:
        """Ask where the new library should be."""
        chosen, _ = QFileDialog.getSaveFileName(
            self, "New library", str(self._current.with_name("photos.altfolio")), FILES
        )
        if chosen:
            self.want(Path(chosen))

    def _choose(self) -> None:
        chosen, _ = QFileDialog.getOpenFileName(self, "Open a library", str(self._current.parent), FILES)
        if chosen:
            self.want(Path(chosen))
