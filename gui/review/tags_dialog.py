"""Add and remove tags of many photos in one step."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from gui.accessible import named
from gui.desk import Desk
from gui.room import give_room
from gui.words import counted
from storage import review_counts
from storage.review_counts import TagCount

CONCEPT = Qt.ItemDataRole.UserRole


class TagsDialog(QDialog):
    """Asks which tags come and go.

    Attributes:
        photos: ids it is about.
    """

    def __init__(self, photos: Sequence[int], desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Change tags")
        give_room(self, 440, 520)
        self.photos = photos
        self.field = named(QLineEdit(), "Tags to add", "Separate several tags by commas.")
        self.field.setPlaceholderText("summer, Lake Garda")
        adding = QLabel(f"Add to {counted(len(photos), 'photo')}, separated by commas:")
        adding.setBuddy(self.field)
        self.list = named(QListWidget(), "Tags to remove", "Space marks a tag to be removed.")
        removing = QLabel("Remove the tags that are marked; they are not proposed again:")
        removing.setWordWrap(True)
        removing.setBuddy(self.list)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        self.change = buttons.button(QDialogButtonBox.StandardButton.Ok)
        self.change.setObjectName("primary")
        words = f"Change tags of {counted(len(photos), 'photo')}"
        named(self.change, words).setText(words)
        named(buttons.button(QDialogButtonBox.StandardButton.Cancel), "Cancel")
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        self.field.textChanged.connect(self._changed)
        self.list.itemChanged.connect(self._changed)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(8)
        for widget in (adding, self.field, removing, self.list, buttons):
            layout.addWidget(widget)
        self._changed()
        desk.ask(lambda connection: review_counts.tag_counts(connection, photos), self._show)
        self.field.setFocus()

    def _show(self, tags: Sequence[TagCount]) -> None:
        for tag in tags:
            item = QListWidgetItem(f"{tag.name}  ({tag.photos:,})")
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            item.setCheckState(Qt.CheckState.Unchecked)
            item.setData(CONCEPT, tag.concept)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{tag.name}, {counted(tag.photos, 'photo')}")
            self.list.addItem(item)
        if tags:
            self.list.setCurrentRow(0)

    @property
    def add(self) -> list[str]:
        """Keywords to add."""
        return [word for part in self.field.text().split(",") if (word := " ".join(part.split()))]

    @property
    def remove(self) -> list[int]:
        """Concepts to reject."""
        items = [self.list.item(row) for row in range(self.list.count())]
        return [item.data(CONCEPT) for item in items if item.checkState() == Qt.CheckState.Checked]

    def _changed(self) -> None:
        self.change.setEnabled(bool(self.add or self.remove))
