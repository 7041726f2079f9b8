"""Everything about the photo in hand: picture, state, alt text, description, tags, and the keys that decide.

The panel shows and asks; `gui.review_flow` decides. It never loses what was typed: `edits` gives what differs from
the library, and the flow keeps it before another photo is shown.
"""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from gui import icons
from gui.accessible import named
from gui.actions import Actions
from gui.appearance import Appearance
from gui.elided_label import ElidedLabel
from gui.picture_view import PictureView
from gui.review.language_box import LanguageBox
from gui.tag_panel import TagPanel
from gui.text_editor import TextEditor
from gui.words import counted, mark_of
from storage.photos import PhotoDetail
from storage.schema import Field, PhotoState

EDITORS = (Field.ALT_TEXT, Field.EXTENDED)


class ReviewPanel(QWidget):
    """The panel beside the photos.

    Attributes:
        picture, text, description, tags: its parts.
        languages: the language of the texts.
        usual: the library's language.

    Signals:
        left(): the photos are wanted (Escape in a text).
    """

    left = Signal()

    def __init__(self, actions: Actions, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("panel")
        self._appearance = appearance
        self._actions = actions
        self.detail: PhotoDetail | None = None
        self.picture = PictureView(appearance)
        self.picture.setMinimumHeight(160)
        self._file = ElidedLabel()
        self._file.setObjectName("title")
        self._sign = QLabel()
        self._state = QLabel()
        self._facts = QLabel()
        self._facts.setObjectName("caption")
        self._facts.setWordWrap(True)
        self._problem = QLabel()
        self._problem.setObjectName("problem")
        self._problem.setWordWrap(True)
        self.text = TextEditor("Alt text", 4, appearance)
        self.description = TextEditor("Extended description", 3, appearance, counted=False)
        self.usual = "en"
        self._make = self._button("make-drafts", "Draft")
        self.languages = LanguageBox()
        self.languages.chosen.connect(lambda: self.show_photo(self.detail, language=self.usual))
        self._made_by_ai = QLabel()
        self._made_by_ai.setObjectName("caption")
        self._made_by_ai.setWordWrap(True)
        self.text.left.connect(self.left)
        self.description.left.connect(self.left)
        self.tags = TagPanel(appearance)
        self.tags.left.connect(self.left)
        self._approve = self._button("approve", "Approve", primary=True)
        self._reject = self._button("reject-text", "Reject")
        self._skip = self._button("skip", "Skip")
        self._compare = self._button("outside", "Compare with the file…")
        self._lay_out()
        appearance.changed.connect(self._dress)
        self.show_photo(None, language="en")

    def _button(self, action: str, text: str, *, primary: bool = False) -> QPushButton:
        row = self._actions[action]
        button = named(QPushButton(text), row.text())
        if primary:
            button.setObjectName("primary")
        button.clicked.connect(row.trigger)
        button.setToolTip(f"{row.text()} ({row.shortcut().toString()})")
        row.enabledChanged.connect(button.setEnabled)
        return button

    def _lay_out(self) -> None:
        inside = QWidget()
        inside.setObjectName("inside")
        column = QVBoxLayout(inside)
        column.setContentsMargins(16, 12, 4, 16)
        column.setSpacing(12)
        heading = QLabel("Tags")
        heading.setObjectName("section")
        tags = QVBoxLayout()
        tags.setSpacing(4)
        tags.addWidget(heading)
        tags.addWidget(self.tags)
        language = QHBoxLayout()
        language.setSpacing(8)
        language.addWidget(self.languages, 1)
        language.addWidget(self._make)
        column.addLayout(self._head())
        column.addWidget(self.text)
        column.addLayout(tags)
        column.addWidget(self.description)
        column.addLayout(language)
        column.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        # Its room is kept, so that fields end where buttons end, whether there is something to scroll or not.
        scroll.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(inside)
        policy = scroll.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        scroll.setSizePolicy(policy)
        self._scroll = scroll
        buttons = QHBoxLayout()
        buttons.setContentsMargins(16, 8, 16, 12)
        buttons.setSpacing(8)
        buttons.addWidget(self._approve, 2)
        buttons.addWidget(self._reject, 1)
        buttons.addWidget(self._skip, 1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self.picture, 2)
        whole.addWidget(scroll, 3)
        whole.addLayout(buttons)

    def _head(self) -> QVBoxLayout:
        state = QHBoxLayout()
        state.setSpacing(4)
        state.addWidget(self._file, 1)
        state.addWidget(self._sign)
        state.addWidget(self._state)
        head = QVBoxLayout()
        head.setSpacing(4)
        head.addLayout(state)
        head.addWidget(self._facts)
        head.addWidget(self._made_by_ai)
        head.addWidget(self._problem)
        head.addWidget(self._compare)
        return head

    @property
    def language(self) -> str:
        """The language of the texts that are shown."""
        return self.languages.language

    def next_language(self) -> str:
        """Show the texts in the next language; returns what it is called."""
        return self.languages.next()

    def editor(self, field: Field) -> TextEditor:
        """The editor of a field of `EDITORS`."""
        return self.text if field == Field.ALT_TEXT else self.description

    def show_made_by_ai(self, statements: Sequence[str]) -> None:
        """Show what the file says about an image that AI made or changed."""
        self._made_by_ai.setText("\n".join(f"The file says of the image itself: {said}" for said in statements))
        self._made_by_ai.setVisible(bool(statements))

    def show_photo(self, detail: PhotoDetail | None, *, language: str) -> None:
        """Show a photo. What was typed and not kept is kept in the field where it is the same photo and language.

        Args:
            language: the library's.
        """
        same = detail is not None and self.detail is not None and detail.row.id == self.detail.row.id
        if not same:
            self.show_made_by_ai(())
        before, self.usual = self.language, language
        self.languages.show_photo(detail, language, same=same)
        language = self.language
        same = same and language == before
        self.detail = detail
        self._scroll.setVisible(detail is not None)
        for button in (self._approve, self._reject, self._skip, self._make):
            button.setEnabled(detail is not None)
        for editor, field in zip((self.text, self.description), EDITORS, strict=True):
            typing = same and editor.changed
            if not typing:
                editor.show_text(detail.text(field, language) if detail else None)
        self.tags.show_tags(detail.row.id if detail else 0, detail.tags if detail else ())
        self._dress()
        if not same:
            self._scroll.verticalScrollBar().setValue(0)

    def edits(self) -> dict[Field, str]:
        """The texts that differ from the library."""
        if self.detail is None:
            return {}
        pairs = zip(EDITORS, (self.text, self.description), strict=True)
        return {field: editor.words for field, editor in pairs if editor.changed}

    def tell_selected(self, count: int) -> None:
        """How many photos an approval would concern."""
        many = count > 1
        self._approve.setText(f"Approve {count:,}" if many else "Approve")
        self._approve.setAccessibleName(
            f"Approve {counted(count, 'selected photo')}" if many else self._actions["approve"].text()
        )
        self._reject.setText(f"Reject {count:,}" if many else "Reject")

    def _dress(self) -> None:
        detail = self.detail
        self.setMinimumWidth(min(448, self._appearance.scaled(304)))
        self._sign.setVisible(detail is not None)
        self._state.setVisible(detail is not None)
        self._problem.setVisible(detail is not None and bool(detail.problems))
        self._compare.setVisible(detail is not None and detail.row.state == PhotoState.STALE)
        if detail is None:
            self.picture.show_picture(None, "none", note="No photo is selected.")
            return
        mark = mark_of(detail.row)
        colour = getattr(self._appearance.theme, mark.colour)
        self._sign.setPixmap(icons.pixmap(mark.icon, colour, self._appearance.scaled(16), self.devicePixelRatioF()))
        self._sign.setAccessibleName(mark.word)
        self._state.setText(mark.word)
        self._state.setToolTip(mark.meaning)
        self._state.setStyleSheet(f"color: {colour}; font-weight: 600;")
        self._file.say(detail.row.name)
        self._facts.setText(_facts(detail))
        self._problem.setText("\n".join(message for _, message in detail.problems))


def _facts(detail: PhotoDetail) -> str:
    row = detail.row
    people = ""
    if row.people:
        people = counted(row.people, "person", "people") + ("" if detail.people_exact else " or more")
    size = f"{row.width} × {row.height}" if row.width else ""
    date = (row.taken or "").replace("T", " ")[:16]
    return "  ·  ".join(part for part in (date, size, detail.format or "", detail.camera or "", people) if part)
