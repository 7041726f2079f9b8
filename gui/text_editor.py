"""The alt text editor: the text, who wrote it, how long it is against what screen readers and sites take well.

The origin is told by an icon of its own shape and by words: machine text, text from the file, your words, edited.
What is wrong with a text has a wavy line, what is misspelt a dotted one; both are said under the text.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QFocusEvent, QFontMetrics, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPlainTextEdit, QVBoxLayout, QWidget

from gui import icons
from gui.accessible import named
from gui.appearance import Appearance
from gui.words import EDITED, ORIGINS, Mark
from storage.photos import PhotoText
from storage.schema import Origin, TextState

if TYPE_CHECKING:
    from PySide6.QtGui import QTextCursor
    from PySide6.QtWidgets import QTextEdit

    from gui.review.dictionary import Misspelt
    from inference.alt_rules import Remark

COMFORTABLE = 125
"""Characters that screen readers take in one breath; the usual advice for alt text."""

LONGEST = 250
"""Characters that the IPTC recommends at most for AltTextAccessibility (IPTC Photo Metadata Standard 2021.1)."""

REST_MS = 250
"""Silence after which a text is looked through for what is wrong with it."""


class TextField(QPlainTextEdit):
    """A field for plain text; Tab leaves it, Escape gives the focus back.

    Signals:
        left(): Escape was pressed.
        touched(): somebody begins to type, or goes on.
    """

    left = Signal()
    touched = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setTabChangesFocus(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape leaves."""
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            self.touched.emit()
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Somebody comes to type."""
        self.touched.emit()
        super().focusInEvent(event)


class TextEditor(QWidget):
    """One text of a photo, to be edited.

    Signals:
        left(): Escape was pressed.
        edited(): the text differs from the stored one, or no longer does.
        rested(str): typing stopped; the text, to be answered with `show_remarks`.

    Attributes:
        field: where one types.
        spelling_off: why the spelling is not checked, "" where it is.
    """

    left = Signal()
    edited = Signal()
    rested = Signal(str)

    def __init__(self, title: str, lines: int, appearance: Appearance, *, counted: bool = True) -> None:
        super().__init__()
        self._appearance = appearance
        self._counted = counted
        self._stored = self._plain = ""
        self._mark: Mark | None = None
        self._misspelt: Sequence[Misspelt] = ()
        self.spelling_off = ""
        self._lines = lines
        heading = QLabel(title)
        heading.setObjectName("section")
        self._sign = QLabel()
        self._sign.setAccessibleName("Origin")
        self._origin = QLabel()
        self._origin.setObjectName("caption")
        self.field = named(TextField(), title)
        heading.setBuddy(self.field)
        self.field.left.connect(self.left)
        self.field.textChanged.connect(self._changed)
        self._count = QLabel()
        self._count.setObjectName("caption")
        self._count.setWordWrap(True)
        top = QHBoxLayout()
        top.setSpacing(4)
        top.addWidget(heading, 1)
        top.addWidget(self._sign)
        top.addWidget(self._origin)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addLayout(top)
        layout.addWidget(self.field)
        layout.addWidget(self._count)
        self._count.setVisible(counted)
        self._remarks = QLabel()
        self._remarks.setObjectName("caption")
        self._remarks.setWordWrap(True)
        self._remarks.hide()
        layout.addWidget(self._remarks)
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(REST_MS)
        self._rest.timeout.connect(lambda: self.rested.emit(self.field.toPlainText()))
        appearance.changed.connect(self._dress)
        self.show_text(None)
        self._dress()

    @property
    def words(self) -> str:
        """What stands in the field, without white space at its ends."""
        return self.field.toPlainText().strip()

    @property
    def changed(self) -> bool:
        """True where the field differs from the stored text."""
        return self.words != self._stored.strip()

    def show_text(self, text: PhotoText | None) -> None:
        """Show the stored text, replacing what is in the field; a rejected text is not shown."""
        shown = text if text is not None and text.state != TextState.REJECTED else None
        self._stored = shown.text if shown else ""
        self._plain = (shown.plain or "") if shown and shown.state == TextState.DRAFT else ""
        self._mark = ORIGINS[shown.origin] if shown else None
        if self.field.toPlainText() != self._stored:
            self.field.setPlainText(self._stored)
        self._changed()

    def put(self, words: str) -> None:
        """Put words into the field as if they were typed, so that the field's own undo takes them back."""
        cursor = self.field.textCursor()
        cursor.select(cursor.SelectionType.Document)
        cursor.insertText(words)

    def accept(self) -> None:
        """Take what stands in the field for the stored text: it is on its way into the library."""
        self._stored, self._plain = self.words, ""
        self._mark = ORIGINS[Origin.USER] if self._stored else None
        self._changed()

    @property
    def _as_drafted(self) -> bool:
        """Whether approval would put other words in the place of those that stand here: the draft without its hedge."""
        return bool(self._plain) and not self.changed and self._plain != self.words

    def start(self) -> None:
        """Give the field the focus, with the cursor at the end."""
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.field.moveCursor(self.field.textCursor().MoveOperation.End)

    def show_remarks(
        self, text: str, remarks: "Sequence[Remark]", misspelt: "Sequence[Misspelt]" = (), note: str = ""
    ) -> None:
        """Underline what is wrong with a text and say why; nothing where the text is another one by now.

        Args:
            note: what to do about misspelt words, or why the spelling was not checked.
        """
        if text != self.field.toPlainText():
            return
        if self._as_drafted:  # approval takes the opening of a draft away by itself
            remarks = [remark for remark in remarks if remark.rule != "hedge"]
        self._misspelt, self.spelling_off = misspelt, "" if misspelt else note
        marks = [self._underlined(text, r.start, r.end) for r in remarks]
        marks += [self._underlined(text, m.start, m.end, dotted=True) for m in misspelt]
        self.field.setExtraSelections(marks)
        said = [f"{remark.severity.value.capitalize()}: {remark.sentence}" for remark in remarks]
        if misspelt:
            words = ", ".join(f"“{word}”" for word in dict.fromkeys(m.word for m in misspelt))
            said.append(f"Spelling: {words}. {note}")
        elif note:
            said.append(note)
        self._remarks.setText("\n".join(said))
        self._remarks.setVisible(bool(said))
        self._describe()

    def _underlined(self, text: str, start: int, end: int, *, dotted: bool = False) -> "QTextEdit.ExtraSelection":
        from PySide6.QtWidgets import QTextEdit

        mark = QTextEdit.ExtraSelection()
        mark.cursor = self._cursor(text, start, end)
        lines = mark.format.UnderlineStyle
        mark.format.setUnderlineStyle(lines.DotLine if dotted else lines.WaveUnderline)
        mark.format.setUnderlineColor(QColor(self._appearance.theme.problem))
        return mark

    def _cursor(self, text: str, start: int, end: int) -> "QTextCursor":
        cursor = self.field.textCursor()
        cursor.setPosition(_utf16(text, start))
        cursor.setPosition(_utf16(text, end), cursor.MoveMode.KeepAnchor)
        return cursor

    def misspelt_at_cursor(self) -> "Misspelt | None":
        """The misspelt word at the cursor, else the first one, else None."""
        text, place = self.field.toPlainText(), self.field.textCursor().position()
        here = [m for m in self._misspelt if _utf16(text, m.start) <= place <= _utf16(text, m.end)]
        return next(iter([*here, *self._misspelt]), None)

    def respell(self, wrong: "Misspelt", word: str) -> None:
        """Put another word in the place of a misspelt one, as if it were typed."""
        text = self.field.toPlainText()
        if text[wrong.start : wrong.end] == wrong.word:
            self._cursor(text, wrong.start, wrong.end).insertText(word)

    def place_of(self, wrong: "Misspelt") -> QPoint:
        """Where a misspelt word is on the screen, the corner below it."""
        cursor = self._cursor(self.field.toPlainText(), wrong.start, wrong.start)
        return self.field.viewport().mapToGlobal(self.field.cursorRect(cursor).bottomLeft())

    def _changed(self) -> None:
        length = len(self.words)
        if length == 0:
            said = "No text yet. Say what matters in the photo, in one or two sentences."
        elif length <= COMFORTABLE:
            said = f"{length} of {COMFORTABLE} characters"
        elif length <= LONGEST:
            said = f"{length} characters, more than the {COMFORTABLE} that are read in one breath"
        else:
            said = f"{length} characters, more than the {LONGEST} that fit; move details to the description"
        if self._as_drafted:
            said += f". Once approved it reads: {self._plain}"
        self._count.setText(said)
        mark = EDITED if self.changed else self._mark
        self._origin.setText(mark.word if mark else "")
        self._origin.setToolTip(mark.meaning if mark else "")
        self._describe()
        self._draw_sign(mark)
        untouched = self._mark is ORIGINS[Origin.MODEL] and not self.changed
        if self.words and not untouched:  # a draft's own hedge goes when it is approved
            self._rest.start()
        else:
            self.show_remarks(self.field.toPlainText(), ())
        self.edited.emit()

    def _describe(self) -> None:
        """Origin, length and remarks, for a screen reader that asks about the field."""
        said = [self._origin.text()] if self._origin.text() else []
        said += [self._count.text()] if self._counted else []
        said += self._remarks.text().splitlines()
        self.field.setAccessibleDescription(". ".join(part.rstrip(".") for part in said))

    def _draw_sign(self, mark: Mark | None) -> None:
        self._sign.setVisible(mark is not None)
        self._origin.setVisible(mark is not None)
        if mark is not None:
            colour = getattr(self._appearance.theme, mark.colour)
            self._sign.setPixmap(icons.pixmap(mark.icon, colour, self._appearance.scaled(16), self.devicePixelRatioF()))
            self._sign.setAccessibleName(mark.word)

    def _dress(self) -> None:
        height = QFontMetrics(self.field.font()).lineSpacing() * self._lines
        self.field.setMinimumHeight(height + 20)
        self.field.setMaximumHeight(height + 20)
        self._changed()


def _utf16(text: str, position: int) -> int:
    """A position in characters as Qt counts it, in UTF-16 units: an emoji is two."""
    return len(text[:position].encode("utf-16-le")) // 2
