"""The help sheet: how reviewing goes, and every key, made from the table of actions."""

from PySide6.QtCore import Qt
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
from gui.actions import TABLE, Actions, keys_shown

INTRODUCTION = (
    "Read the text. If it is right, press A: it is approved and the next photo comes. "
    "If a tag is wrong, press its number; if the text is wrong, press E, type, and press Ctrl+Return. "
    "Nothing is written into a photo before you say so (Ctrl+E)."
)


class HelpSheet(QDialog):
    """Keys and how to review."""

    def __init__(self, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Keys and how to review")
        self.resize(640, 560)
        words = QLabel(INTRODUCTION)
        words.setWordWrap(True)
        rows = [(row.text.rstrip("…"), keys_shown(actions[row.name])) for row in TABLE if row.name]
        rows += [
            ("Accept the tag (in the list of tags)", "Return or Space"),
            ("Reject the tag (in the list of tags)", "Delete"),
            ("Leave a text field", "Esc"),
            ("Select more photos", "Shift or Ctrl with the arrow keys; Ctrl+Space"),
        ]
        table = named(QTableWidget(len(rows), 2), "Keys")
        table.setHorizontalHeaderLabels(["Action", "Keys"])
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setTabKeyNavigation(False)
        table.setShowGrid(False)
        table.verticalHeader().hide()
        table.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        table.horizontalHeader().setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        table.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft)
        for number, (text, keys) in enumerate(rows):
            table.setItem(number, 0, QTableWidgetItem(text))
            table.setItem(number, 1, QTableWidgetItem(keys or "–"))
        table.setCurrentCell(0, 0)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        named(buttons.button(QDialogButtonBox.StandardButton.Close), "Close")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(12)
        for widget in (words, table, buttons):
            layout.addWidget(widget)
        table.setFocus()
