"""What failed: each photo with its sentence, and a way to the photo or to try again."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QDialogButtonBox,
    QHeaderView,
    QLabel,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from gui.accessible import named
from gui.words import counted
from storage.overview import Trouble

STAGES = {"scan": "reading", "tag": "looking at it", "describe": "describing", "embed": "writing", "verify": "checking"}
"""What was tried, by stage."""


class ProblemsDialog(QDialog):
    """The list of problems.

    Signals:
        shown(): show the photos with problems in the window.
        retried(): try again.
    """

    shown = Signal()
    retried = Signal()

    def __init__(self, troubles: Sequence[Trouble], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Problems")
        self.resize(760, 440)
        said = QLabel(
            f"{counted(len(troubles), 'problem')}. Everything else went on without these."
            if troubles
            else "There are no problems."
        )
        said.setWordWrap(True)
        self._table = named(QTableWidget(len(troubles), 3), "Problems")
        self._table.setHorizontalHeaderLabels(["Photo", "While", "What happened"])
        self._table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self._table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self._table.setTabKeyNavigation(False)
        self._table.setShowGrid(False)
        self._table.setWordWrap(True)
        self._table.verticalHeader().hide()
        header = self._table.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Interactive)
        header.setSectionResizeMode(2, QHeaderView.ResizeMode.Stretch)
        self._table.setColumnWidth(0, 176)
        for row, trouble in enumerate(troubles):
            for column, text in enumerate((trouble.name, STAGES.get(trouble.stage, trouble.stage), trouble.message)):
                item = QTableWidgetItem(text)
                item.setTextAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
                self._table.setItem(row, column, item)
        self._table.setCurrentCell(0, 0)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        if troubles:
            show = buttons.addButton("Show these photos", QDialogButtonBox.ButtonRole.ActionRole)
            retry = buttons.addButton("Try again", QDialogButtonBox.ButtonRole.ActionRole)
            show.clicked.connect(self.shown)
            show.clicked.connect(self.accept)
            retry.clicked.connect(self.retried)
            retry.clicked.connect(self.accept)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(12)
        for widget in (said, self._table, buttons):
            layout.addWidget(widget)
        self._table.resizeRowsToContents()
