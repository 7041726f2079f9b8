"""The search field: filters as one types, offers what can be meant, and says how many photos answer, in which order.

Filters never hide photos without saying so: while there are words in the field, the line beside it says what is
shown of how much. Words that can't be searched for are underlined where they are wrong, and a sentence under the field
says what would be right; the photos stay as they are.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QFocusEvent, QInputMethodEvent, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QLineEdit, QPushButton, QToolButton, QWidget

from gui import icons
from gui.accessible import named
from gui.appearance import LARGE, Appearance, text_scale
from gui.completion_list import CompletionList
from gui.words import counted

if TYPE_CHECKING:
    from storage.search import Completion, QueryError

DEBOUNCE_MS = 80
"""Silence after a key before the search runs; shorter than the pause between two keys of a fast typist."""

ORDERS = {
    "taken": "Newest first",
    "queue": "Fastest to review",
    "folder": "By folder",
    "name": "By name",
    "certainty": "Least certain first",
    "changed": "Last changed first",
}
"""How orders are called, by the value of `storage.search.Order`."""


class SearchField(QLineEdit):
    """The field; Escape empties it, and leaves it when it is empty; Down goes to the suggestions, else to the photos.

    Attributes:
        suggestions: the list under it.

    Signals:
        left(): the photos are wanted.
        wondering(): suggestions are wanted though nothing was typed.
    """

    left = Signal()
    wondering = Signal()

    def __init__(self, appearance: Appearance) -> None:
        super().__init__()
        self.suggestions = CompletionList(self, appearance)
        self.suggestions.left.connect(lambda: self.setFocus(Qt.FocusReason.OtherFocusReason))
        self.suggestions.typed.connect(self._type)
        # Icons of its own: those that Qt puts into a field stay as they are when the text grows.
        self._appearance = appearance
        self._sign = QLabel(self)
        self._sign.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._clear = named(QToolButton(self), "Empty the search")
        self._clear.setToolTip("Empty the search (Esc)")
        self._clear.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._clear.setCursor(Qt.CursorShape.ArrowCursor)
        self._clear.clicked.connect(self.clear)
        self.textChanged.connect(lambda text: self._clear.setVisible(bool(text)))
        self._clear.hide()
        appearance.changed.connect(self._dress)
        self._dress()

    def _dress(self) -> None:
        edge = self._appearance.scaled(16)
        self.setTextMargins(edge + 8, 0, edge + 8, 0)
        theme, ratio = self._appearance.theme, self.devicePixelRatioF()
        self._sign.setPixmap(icons.pixmap("search", theme.muted, edge, ratio))
        self._clear.setIcon(self._appearance.icon("close"))
        self._clear.setIconSize(QSize(edge, edge))
        self._place()

    def _place(self) -> None:
        edge = self._appearance.scaled(16)
        top = (self.height() - edge) // 2
        self._sign.setGeometry(8, top, edge, edge)
        self._clear.setGeometry(self.width() - edge - 12, top - 4, edge + 8, edge + 8)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the icons in their places."""
        super().resizeEvent(event)
        self._place()

    def _type(self, event: QKeyEvent) -> None:
        self.deselect()
        self.keyPressEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape, Return, Down and Ctrl+Space."""
        key, offered = event.key(), self.suggestions.isVisible()
        if key == Qt.Key.Key_Down and offered:
            self.suggestions.enter()
        elif key == Qt.Key.Key_Escape and offered:
            self.suggestions.hide()
        elif key == Qt.Key.Key_Escape and self.text():
            self.clear()
        elif key == Qt.Key.Key_Space and event.modifiers() == Qt.KeyboardModifier.ControlModifier:
            self.wondering.emit()
        elif key in (Qt.Key.Key_Escape, Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.suggestions.hide()
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Who goes elsewhere needs no suggestions."""
        super().focusOutEvent(event)
        if not self.suggestions.hasFocus():
            self.suggestions.hide()

    def underline(self, start: int, end: int, colour: str) -> None:
        """Draw a wave below some characters; none where `start` is `end`."""
        attributes = []
        if start < end:
            from PySide6.QtGui import QTextCharFormat

            look = QTextCharFormat()
            look.setUnderlineStyle(QTextCharFormat.UnderlineStyle.WaveUnderline)
            look.setUnderlineColor(QColor(colour))
            kind = QInputMethodEvent.AttributeType.TextFormat
            attributes = [QInputMethodEvent.Attribute(kind, start - self.cursorPosition(), end - start, look)]
        QCoreApplication.sendEvent(self, QInputMethodEvent("", attributes))


class SearchBar(QWidget):
    """The field and what it found.

    Attributes:
        complaint: why the words can't be searched for, "" where they can.
        complaint_line: shows it; to be placed under the bar.

    Signals:
        asked(str): words to search for, after a short silence.
        sorted(): another order is wanted.
        completing(str, int): what can stand at this place of these words?
        offered(str): a sentence about the suggestions, for the ear.
        left(): the photos are wanted.
    """

    asked = Signal(str)
    sorted = Signal()
    completing = Signal(str, int)
    offered = Signal(str)
    left = Signal()

    def __init__(self, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._appearance = appearance
        self.complaint = ""
        self._wrong = (0, 0)
        self.field = named(
            SearchField(appearance),
            "Search photos",
            "Words of tags and texts; a minus before a word leaves photos out. Down goes to suggestions.",
        )
        self.field.setPlaceholderText("Search: dog beach -car")
        self.field.setMinimumWidth(200)
        self._order = named(QComboBox(), "Order of the photos")
        self._order.setMinimumWidth(96)  # it gives way first where there is little room
        for value, words in ORDERS.items():
            self._order.addItem(words, value)
        self._order.currentIndexChanged.connect(lambda _: self.sorted.emit())
        self._found = QLabel()
        self._found.setObjectName("muted")
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(DEBOUNCE_MS)
        self._timer.timeout.connect(self._ask)
        self.field.textChanged.connect(lambda _: self._timer.start())
        self.field.textEdited.connect(self._edited)
        self.field.wondering.connect(self._wonder)
        self.field.left.connect(self.left)
        self.field.suggestions.taken.connect(self._take)
        self.complaint_line = self._make_complaint_line()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(12)
        layout.addWidget(self.field, 1)
        layout.addWidget(self._found)
        layout.addWidget(self._order)
        self._typed = False
        appearance.changed.connect(self._dress)

    def _make_complaint_line(self) -> QWidget:
        line = QWidget()
        line.setObjectName("panel")
        self._said = QLabel()
        self._said.setObjectName("problem")
        self._said.setWordWrap(True)
        show = named(QPushButton("Go to it"), "Go to the part of the search that is wrong")
        show.clicked.connect(self.show_wrong)
        row = QHBoxLayout(line)
        row.setContentsMargins(56, 0, 12, 8)
        row.setSpacing(12)
        row.addWidget(self._said, 1)
        row.addWidget(show, 0, Qt.AlignmentFlag.AlignTop)
        line.hide()
        return line

    @property
    def words(self) -> str:
        """What is searched for."""
        return self.field.text().strip()

    @property
    def order(self) -> str:
        """The order that was chosen, a value of `storage.search.Order`."""
        return str(self._order.currentData())

    def sort(self, order: str) -> None:
        """Choose an order of `ORDERS`."""
        self._order.setCurrentIndex(self._order.findData(order))

    def start(self) -> None:
        """Give the field the focus, ready to be typed over."""
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.field.selectAll()

    def search(self, words: str) -> None:
        """Search for these words at once."""
        self.field.suggestions.hide()
        self.field.setText(words)
        self._timer.stop()
        self.asked.emit(self.words)

    def tell_found(self, found: int, total: int) -> None:
        """Say how many of all photos are shown."""
        self._found.setText(f"{found:,} of {total:,} photos" if self.words else counted(total, "photo"))
        self._make_room()

    def _make_room(self) -> None:
        """Where the text is large, the field and the order need the room of a number that hides nothing."""
        self._found.setVisible(bool(self.words) or text_scale() < LARGE)

    @property
    def found(self) -> str:
        """How many of all photos are shown, in words; "" before they were counted."""
        return self._found.text()

    def complain(self, error: "QueryError | None") -> None:
        """Say where and why the words can't be searched for, None where they can."""
        self.complaint = str(error) if error is not None else ""
        shift = len(self.field.text()) - len(self.field.text().lstrip())
        self._wrong = (error.start + shift, error.end + shift) if error is not None else (0, 0)
        self._said.setText(self.complaint)
        self.complaint_line.setVisible(bool(self.complaint))
        self.field.setAccessibleDescription(self.complaint)
        self.field.underline(*self._wrong, self._appearance.theme.problem)

    def show_wrong(self) -> None:
        """Select what is wrong, ready to be typed over."""
        start, end = self._wrong
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)
        self.field.setSelection(start, end - start)

    # suggestions

    def offer(self, some: "Sequence[Completion]", words: str, cursor: int) -> None:
        """Show what can stand at the cursor, unless typing went on."""
        if (self.field.text(), self.field.cursorPosition()) != (words, cursor) or not self.field.hasFocus():
            return
        self.field.suggestions.offer(some)
        self.offered.emit(counted(len(some), "suggestion") if some else "")

    def _edited(self) -> None:
        self._typed = True
        self.field.suggestions.hide()

    def _wonder(self) -> None:
        self.completing.emit(self.field.text(), self.field.cursorPosition())

    def _take(self, one: "Completion") -> None:
        text = self.field.text()
        put = one.text if one.kind == "field" else f"{one.text} "
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)
        self.search(text[: one.start] + put + text[one.end :].lstrip())
        self.field.setCursorPosition(one.start + len(put))
        if one.kind == "field":
            self._wonder()

    def _ask(self) -> None:
        self.asked.emit(self.words)
        if self._typed and self.field.text().strip():
            self._wonder()
        self._typed = False

    def _dress(self) -> None:
        self._make_room()
        self.field.underline(*self._wrong, self._appearance.theme.problem)
