"""One alt text for many photos, said how many, before it is done."""

from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QVBoxLayout, QWidget

from gui.appearance import Appearance
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
        buttons.button(QDialogButtonBox.StandardButton.Ok).setText(f"Set text of {counted(photos, 'photo')}")
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(12)
        for widget in (said, self._editor, buttons):
            layout.addWidget(widget)
        self.resize(480, max(280, layout.totalHeightForWidth(480)))
        self._editor.start()

    @property
    def words(self) -> str:
        """What was typed."""
        return self._editor.words
