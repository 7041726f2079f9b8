"""What stands where photos would be when a search finds none: a sentence and a way back."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from gui.accessible import named


class EmptyPage(QWidget):
    """A sentence and a button.

    Signals:
        pressed(str): the button was; words to search for, "" for all photos.
    """

    pressed = Signal(str)

    def __init__(self, button: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words = ""
        self._said = QLabel()
        self._said.setWordWrap(True)
        self._said.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.button = named(QPushButton(button), button)
        self.button.clicked.connect(lambda: self.pressed.emit(""))
        self._better = named(QPushButton(), "Search for something else")
        self._better.setObjectName("primary")
        self._better.clicked.connect(lambda: self.pressed.emit(self._words))
        self._better.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 24, 24, 24)
        layout.setSpacing(16)
        layout.addStretch(2)
        layout.addWidget(self._said)
        layout.addWidget(self._better, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addWidget(self.button, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addStretch(3)

    def say(self, sentence: str) -> None:
        """Why nothing is shown."""
        self._said.setText(sentence)
        self._better.hide()

    def offer(self, button: str, words: str) -> None:
        """Offer other words to search for."""
        self._words = words
        self._better.setText(button)
        named(self._better, button).show()
