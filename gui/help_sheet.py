"""The help sheet: how reviewing goes, and every key, made from the table of actions, reviewing first."""

from collections.abc import Iterator

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QDialogButtonBox,
    QLabel,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from gui.accessible import named
from gui.actions import TABLE, Actions, keys_shown
from gui.room import give_room, grown

INTRODUCTION = (
    "Read the text. If it is right, press A: it is approved and the next photo comes. "
    "If a tag is wrong, press its number; if the text is wrong, press E, type, and press Ctrl+Return. "
    "Nothing is written into a photo before you say so (Ctrl+E)."
)


GROUPS = {
    "Photo": "Review a photo",
    "": "Its tags",
    "Edit": "Find and select photos",
    "View": "Look at them",
    "File": "Folders, files and libraries",
    "Tools": "Tools",
    "Help": "Help",
}
"""Headings by menu, in the order in which a reviewer needs them."""

OTHER_KEYS = {
    "Photo": (("Leave a text field", "Esc"),),
    "": (
        ("Accept the tag (in the list of tags)", "Return or Space"),
        ("Reject the tag (in the list of tags)", "Delete"),
    ),
    "Edit": (("Select more photos", "Shift or Ctrl with the arrow keys; Ctrl+Space"),),
    "View": (("Move a picture that is zoomed", "Arrow keys"),),
}
"""Keys that belong to a place rather than to an action, by menu."""


def _rows(actions: Actions) -> Iterator[tuple[str, str | None]]:
    """What the sheet says line by line: a heading and None, or what is done and its keys."""
    for menu, heading in GROUPS.items():
        yield heading, None
        for row in TABLE:
            if row.name and row.menu == menu:
                yield row.text.rstrip("…"), keys_shown(actions[row.name]) or "–"
        yield from OTHER_KEYS.get(menu, ())


class HelpSheet(QDialog):
    """Keys and how to review."""

    def __init__(self, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Keys and how to review")
        give_room(self, 640, 560)
        words = QLabel(INTRODUCTION)
        words.setWordWrap(True)
        table = self._make_table(list(_rows(actions)))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        named(buttons.button(QDialogButtonBox.StandardButton.Close), "Close")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(12)
        for widget in (words, table, buttons):
            layout.addWidget(widget)
        table.setFocus()

    def _make_table(self, rows: list[tuple[str, str | None]]) -> QTableWidget:
        table = named(QTableWidget(len(rows), 2), "Keys")
        table.setHorizontalHeaderLabels(["Action", "Keys"])
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setTabKeyNavigation(False)
        table.setShowGrid(False)
        sides, header = table.verticalHeader(), table.horizontalHeader()
        sides.hide()
        sides.setDefaultSectionSize(max(28, table.fontMetrics().height() + 12))
        header.setSectionResizeMode(0, header.ResizeMode.Stretch)
        header.setSectionResizeMode(1, header.ResizeMode.ResizeToContents)
        header.setMinimumSectionSize(grown(160))
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft)
        for number, (text, keys) in enumerate(rows):
            item = QTableWidgetItem(text)
            table.setItem(number, 0, item)
            if keys is None:
                font = item.font()
                font.setBold(True)
                item.setFont(font)
                item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{text}, heading")
                table.setSpan(number, 0, 1, 2)
            else:
                table.setItem(number, 1, QTableWidgetItem(keys))
        table.setCurrentCell(1, 0)
        return table
