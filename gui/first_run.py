"""What a library without photos shows: what will happen, that nothing leaves the machine, and one button.

Folders can be dropped anywhere on it.
"""

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from gui import icons
from gui.accessible import named
from gui.appearance import Appearance

STEPS = (
    ("folder", "Altfolio looks through your folders. It only reads; nothing is moved or changed."),
    ("search", "Models on this machine find what is in each photo and draft tags and an alt text."),
    ("approve", "You approve, change or reject the words, one key for each photo."),
    ("embed", "Only what you approved is written into your photos, when you say so."),
)

PRIVATE = "Nothing ever leaves this machine: no account, no upload, no connection."


class FirstRun(QWidget):
    """The first page.

    Signals:
        chosen(): the button was pressed.
        dropped(object): folders that were dropped, as a list of `Path`.
    """

    chosen = Signal()
    dropped = Signal(object)

    def __init__(self, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._appearance = appearance
        self.setAcceptDrops(True)
        self._signs: list[tuple[QLabel, str]] = []
        heading = QLabel("Give your photos their words")
        heading.setObjectName("heading")
        heading.setWordWrap(True)
        card = QFrame()
        card.setObjectName("card")
        card.setMaximumWidth(640)
        inside = QVBoxLayout(card)
        inside.setContentsMargins(32, 28, 32, 28)
        inside.setSpacing(16)
        inside.addWidget(heading)
        inside.addSpacing(8)
        for icon, sentence in STEPS:
            inside.addLayout(self._line(icon, sentence))
        inside.addSpacing(4)
        self.button = named(QPushButton("Choose folders…"), "Choose folders with photos")
        self.button.setObjectName("primary")
        self.button.clicked.connect(self.chosen)
        self._or = QLabel("or drop them here")
        self._or.setObjectName("muted")
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addWidget(self.button)
        row.addWidget(self._or)
        row.addStretch(1)
        inside.addLayout(row)
        inside.addLayout(self._line("lock", PRIVATE, muted=True))
        outside = QVBoxLayout(self)
        outside.setContentsMargins(24, 24, 24, 24)
        outside.addStretch(1)
        centre = QHBoxLayout()
        centre.addStretch(1)
        centre.addWidget(card, 8)
        centre.addStretch(1)
        outside.addLayout(centre)
        outside.addStretch(2)
        appearance.changed.connect(self._dress)
        self._dress()

    def _line(self, icon: str, sentence: str, *, muted: bool = False) -> QHBoxLayout:
        sign = QLabel()
        sign.setAccessibleName("•")
        self._signs.append((sign, icon))
        text = QLabel(sentence)
        text.setWordWrap(True)
        if muted:
            text.setObjectName("muted")
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addWidget(sign, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(text, 1)
        return row

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Folders are welcome."""
        if folders_in(event):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Take the folders."""
        self.dropped.emit(folders_in(event))

    def _dress(self) -> None:
        for sign, icon in self._signs:
            sign.setPixmap(
                icons.pixmap(icon, self._appearance.theme.accent, self._appearance.scaled(20), self.devicePixelRatioF())
            )


def folders_in(event: QDropEvent) -> list[Path]:
    """The folders of what is dragged; for a file, the folder it is in."""
    paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
    return list(dict.fromkeys(p if p.is_dir() else p.parent for p in paths))
