"""What an examination of the library found, and a button that puts right what can be."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QListWidget, QWidget

from gui.accessible import named
from gui.dialogs.frame import Frame
from gui.words import counted

if TYPE_CHECKING:
    from storage.backup import Complaint


class CheckDialog(Frame):
    """A list of complaints.

    Signals:
        repair_wanted(): put right what can be.
        mend_wanted(): the file itself is damaged, do something about it.
    """

    repair_wanted = Signal()
    mend_wanted = Signal()

    def __init__(self, complaints: "Sequence[Complaint]", parent: QWidget | None = None) -> None:
        super().__init__("Check of the library", (600, 320), parent)
        if not complaints:
            self.tell("The library is in order: its file is sound and all in it belongs together.")
        else:
            repairable = sum(one.repairable for one in complaints)
            right = {0: "", len(complaints): " Repair puts it right."}.get(repairable)
            self.tell(
                f"{counted(len(complaints), 'thing')} found."
                + (f" Repair puts {repairable:,} of them right." if right is None else right)
            )
            found = named(QListWidget(), "What was found")
            found.setWordWrap(True)
            found.addItems([one.message for one in complaints])
            found.setCurrentRow(0)
            self.body.addWidget(found, 1)
            if repairable:
                self.add_primary("Repair", self._repair)
            if any(one.kind == "damage" for one in complaints):
                self.add_primary("Close the window and mend it…", self._mend)
        self.add_close()

    def _repair(self) -> None:
        self.repair_wanted.emit()
        self.accept()

    def _mend(self) -> None:
        self.mend_wanted.emit()
        self.accept()
