"""The search field: filters as one types, and says how many photos answer.

Filters never hide photos without saying so: while there are words in the field, the line beside it says what is
shown of how much, and a button shows all again.
"""

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QWidget

from gui.accessible import named
from gui.appearance import Appearance

DEBOUNCE_MS = 80
"""Silence after a key before the search runs; shorter than the pause between two keys of a fast typist."""


class SearchField(QLineEdit):
    """The field; Escape empties it, and leaves it when it is empty; Down goes to the photos.

    Signals:
        left(): the photos are wanted.
    """

    left = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape, Return and Down."""
        if event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
        elif event.key() in (Qt.Key.Key_Escape, Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.left.emit()
        else:
            super().keyPressEvent(event)


class SearchBar(QWidget):
    """The field and what it found.

    Signals:
        asked(str): words to search for, after a short silence.
        left(): the photos are wanted.
    """

    asked = Signal(str)
    left = Signal()

    def __init__(self, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._appearance = appearance
        self.field = named(
            SearchField(), "Search photos", "Words of tags and texts; a minus before a word leaves photos out."
        )
        self.field.setPlaceholderText("Search: dog beach -car")
        self.field.setClearButtonEnabled(True)
        self.field.setMinimumWidth(200)
        self._sign = self.field.addAction(appearance.icon("search", "muted"), QLineEdit.ActionPosition.LeadingPosition)
        self._found = QLabel()
        self._found.setObjectName("muted")
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(DEBOUNCE_MS)
        self._timer.timeout.connect(lambda: self.asked.emit(self.words))
        self.field.textChanged.connect(self._typed)
        self.field.left.connect(self.left)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(12)
        layout.addWidget(self.field, 1)
        layout.addWidget(self._found)
        appearance.changed.connect(self._dress)

    @property
    def words(self) -> str:
        """What is searched for."""
        return self.field.text().strip()

    def start(self) -> None:
        """Give the field the focus, ready to be typed over."""
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.field.selectAll()

    def search(self, words: str) -> None:
        """Search for these words at once."""
        self.field.setText(words)
        self._timer.stop()
        self.asked.emit(self.words)

    def tell_found(self, found: int, total: int) -> None:
        """Say how many of all photos are shown."""
        if self.words:
            self._found.setText(f"{found:,} of {total:,} photos")
        else:
            self._found.setText(f"{total:,} photo{'' if total == 1 else 's'}")

    def complain(self, sentence: str) -> None:
        """Say why the words can't be searched for; the photos stay as they are."""
        self._found.setText(sentence)
        self.field.setAccessibleDescription(sentence)

    def _typed(self) -> None:
        self._timer.start()

    def _dress(self) -> None:
        self._sign.setIcon(self._appearance.icon("search", "muted"))
