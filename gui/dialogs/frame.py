"""What the dialogs of daily life share: a margin, a sentence at the top, buttons at the foot, room on small screens."""

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QPushButton, QVBoxLayout, QWidget

from gui.accessible import named
from gui.room import MARGIN, give_room


class Frame(QDialog):
    """A dialog with a sentence and buttons; what is between is put into `body`.

    Attributes:
        body: layout between sentence and buttons.
    """

    def __init__(self, title: str, size: tuple[int, int], parent: QWidget | None) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self._sentence = QLabel()
        self._sentence.setWordWrap(True)
        self._sentence.hide()
        self.buttons = QDialogButtonBox()
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        self._whole = layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(12)
        self.body = QVBoxLayout()
        self.body.setSpacing(12)
        layout.addWidget(self._sentence)
        layout.addLayout(self.body, 1)
        layout.addWidget(self.buttons)
        give_room(self, *size)

    def ask(self, answered: Callable[[], object] | None = None) -> None:
        """Show the dialog without waiting for it; `answered` is called where it was accepted."""
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if answered is not None:
            self.accepted.connect(answered)
        self.open()

    def showEvent(self, event: QShowEvent) -> None:
        """Be as high as the sentences need at this text size, as far as the screen allows."""
        wanted = QSize(self.width(), max(self.height(), self._whole.totalHeightForWidth(self.width())))
        self.resize(wanted.boundedTo(self.screen().availableSize() - MARGIN))
        super().showEvent(event)

    def tell(self, sentence: str) -> None:
        """Say something at the top."""
        self._sentence.setText(sentence)
        self._sentence.setVisible(bool(sentence))

    def button(
        self,
        text: str,
        call: Callable[[], object] | None = None,
        role: QDialogButtonBox.ButtonRole = QDialogButtonBox.ButtonRole.ActionRole,
    ) -> QPushButton:
        """Another button at the foot."""
        made = named(self.buttons.addButton(text, role), text.rstrip("…"))
        if call is not None:
            made.clicked.connect(call)
        return made

    def add_close(self, text: str = "Close") -> QPushButton:
        """The button that goes away."""
        return self.button(text, role=QDialogButtonBox.ButtonRole.RejectRole)

    def add_primary(self, text: str, call: Callable[[], object] | None = None) -> QPushButton:
        """The button that does what the dialog is for; Return presses it."""
        role = QDialogButtonBox.ButtonRole.AcceptRole if call is None else QDialogButtonBox.ButtonRole.ActionRole
        made = self.button(text, call, role)
        made.setObjectName("primary")
        made.style().polish(made)  # the box has dressed it as a plain button already
        made.setDefault(True)
        return made
