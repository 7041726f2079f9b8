"""What failed: each photo with its sentence, and a way to the photo or to try again."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from gui.dialogs.frame import Frame
from gui.rows_table import RowsModel, rows_table
from gui.words import counted
from storage.overview import Trouble

STAGES = {"scan": "reading", "tag": "looking at it", "describe": "describing", "embed": "writing", "verify": "checking"}
"""What was tried, by stage."""


class ProblemsDialog(Frame):
    """The list of problems.

    Signals:
        shown(): show the photos with problems in the window.
        retried(): try again.
    """

    shown = Signal()
    retried = Signal()

    def __init__(self, troubles: Sequence[Trouble], parent: QWidget | None = None) -> None:
        super().__init__("Problems", (760, 440) if troubles else (440, 120), parent)
        if not troubles:
            self.tell("There are no problems: every photo could be read, described and written.")
            self.add_close().setFocus()
            return
        self.tell(f"{counted(len(troubles), 'problem')}. All other photos went on without them.")
        model = RowsModel(("Photo", "While", "What happened"), self)
        model.show([(t.name, STAGES.get(t.stage, t.stage), t.message) for t in troubles])
        table = rows_table(model, "Problems", (176, 120), wrap=True)
        table.setCurrentIndex(model.index(0, 0))
        self.body.addWidget(table, 1)
        for words, wanted in (("Show these photos", self.shown), ("Try again", self.retried)):
            button = self.button(words)
            button.clicked.connect(wanted)
            button.clicked.connect(self.accept)
        self.add_close()
        table.setFocus()
