"""One alt text for many photos, said how many, before it is done."""

from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QVBoxLayout, QWidget

from gui.accessible import named
from gui.appearance import Appearance
from gui.room import give_room
from gui.text_editor import TextEditor
from gui.words import counted


class TextDialog(QDialog):
    """Asks for a text.

    Attributes:
        words: what was typed.
    """

    def __init__(
        self, photos: int, appearance: Appearance, parent: QWidget | None = None, *, language: str = ""
    ) -> None:
        """Ask for a text for so many photos; `language` is named where it is not the library's."""
        super().__init__(parent)
        self.setWindowTitle("Set one text")
        kind = f"alt text in {language}" if language else "alt text"
        said = QLabel(f"{counted(photos, 'photo')} will have this {kind}, approved. Undo takes it back.")
        said.setWordWrap(True)
        self._editor = TextEditor("Alt text", 4, appearance)
        self._editor.left.connect(self.reject)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        set_text = buttons.button(QDialogButtonBox.StandardButton.Ok)
        words = f"Set text of {counted(photos, 'photo')}"
        named(set_text, words).setText(words)
        set_text.setObjectName("primary")
        named(buttons.button(QDialogButtonBox.StandardButton.Cancel), "Cancel")
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(12)
        layout.addWidget(said)
        layout.addWidget(self._editor)
        layout.addStretch(1)
        layout.addWidget(buttons)
        give_room(self, 480, 200)
        self.resize(self.width(), max(self.height(), layout.totalHeightForWidth(self.width())))
        self._editor.start()

    @property
    def words(self) -> str:
        """What was typed."""
        return self._editor.words
