"""Approve all photos that the models are sure enough of, with the number told before it is done."""

from bisect import bisect_left
from collections.abc import Sequence

from PySide6.QtCore import QTimer
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QVBoxLayout, QWidget

from gui.accessible import Announcer, named
from gui.desk import Desk
from gui.review.scope import Scope, scope_box
from gui.room import NumberBox, form, give_room
from gui.words import counted
from storage import review_counts

USUAL = 90
"""Percent offered at first: a cautious beginning, from which the number of photos shows what another one brings."""

REST_MS = 600
"""Silence after which the new number is spoken."""


class AboveDialog(QDialog):
    """Asks for a score.

    Attributes:
        ids: the photos that are sure enough, once the dialog is accepted.
    """

    def __init__(self, choices: Sequence[Scope], desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Approve sure photos")
        give_room(self, 480, 200)
        self.ids: list[int] = []
        self._choices, self._desk = choices, desk
        self._certain: dict[int, float] | None = None
        self._ordered: list[float] = []
        said = QLabel(
            "A photo is as certain as the least certain thing found in it. Drafts lose their “May be …” and the tags "
            "that are left are accepted. Undo takes all of it back at once."
        )
        said.setWordWrap(True)
        self._scope = scope_box(choices)
        self.score = named(NumberBox(0, 100), "Least certainty in percent")
        self.score.setValue(USUAL)
        self._count = QLabel()
        self._count.setObjectName("section")
        self._count.setWordWrap(True)
        rows = form()
        rows.addRow("Photos", self._scope)
        rows.addRow("At least this certain", self.score)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        self.approve = buttons.button(QDialogButtonBox.StandardButton.Ok)
        self.approve.setObjectName("primary")
        named(buttons.button(QDialogButtonBox.StandardButton.Cancel), "Cancel")
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        layout = self._column = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(12)
        layout.addWidget(said)
        layout.addLayout(rows)
        layout.addWidget(self._count)
        layout.addWidget(buttons)
        announcer = Announcer(self)
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(REST_MS)
        self._rest.timeout.connect(lambda: announcer.say(self._count.text()))
        self._scope.currentIndexChanged.connect(self._look)
        self.score.valueChanged.connect(self._tell)
        self._look()
        self.score.setFocus()
        self.score.selectAll()

    def _look(self) -> None:
        ids = self._choices[self._scope.currentIndex()].ids
        self._certain = None
        self._tell()

        def show(certain: dict[int, float]) -> None:
            self._certain = certain
            self._ordered = sorted(certain.values())
            self._tell()

        self._desk.ask(lambda connection: review_counts.certainties(connection, ids), show, only_latest="certainties")

    def _tell(self) -> None:
        """Say how many photos are sure enough; counted in what was read once, so that it follows every key."""
        if self._certain is None:
            self._count.setText("Counting…")
            number = 0
        else:
            number = len(self._ordered) - bisect_left(self._ordered, self.score.value() / 100)
            self._count.setText(_sentence(number, len(self._ordered)))
            self._rest.start()
        named(self.approve, f"Approve {counted(number, 'photo')}").setText(f"Approve {counted(number, 'photo')}")
        self.approve.setEnabled(number > 0)
        needed = self._column.totalHeightForWidth(self.width())
        if needed > self.height():  # a longer sentence takes another line
            self.resize(self.width(), needed)

    def showEvent(self, event: QShowEvent) -> None:
        """As high as the sentences need at the width there is."""
        super().showEvent(event)
        self._tell()

    def accept(self) -> None:
        """Take the photos that are sure enough."""
        self.ids = review_counts.above(self._certain or {}, self.score.value() / 100)
        super().accept()


def _sentence(number: int, waiting: int) -> str:
    """How many of the photos that wait and have a score would be approved."""
    if not waiting:
        return "No photo here waits with a draft that models are more or less sure of."
    if not number:
        return f"None of the {counted(waiting, 'photo')} that wait is this certain."
    return f"{number:,} of the {counted(waiting, 'photo')} that wait would be approved."
