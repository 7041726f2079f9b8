"""What is wrong with the text being edited: the rules for alt texts and the spelling, looked up while one types.

The editors underline and say it; here is asked, and offered what was probably meant.
"""

from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from gui.actions import keys_shown
from gui.desk import Desk
from gui.review_panel import ReviewPanel
from gui.text_editor import TextEditor
from gui.words import LANGUAGES
from storage.schema import Field

if TYPE_CHECKING:
    from gui.review.dictionary import Misspelt


class Remarks(QObject):
    """Looks through the texts of the editors.

    Signals:
        said(str): something worth a sentence.
    """

    said = Signal(str)

    def __init__(self, panel: ReviewPanel, desk: Desk, action: QAction) -> None:
        """Look through the texts of a panel; `action` is the one that suggests spellings."""
        super().__init__(panel)
        self._panel, self._desk, self._action = panel, desk, action
        for field in (Field.ALT_TEXT, Field.EXTENDED):
            panel.editor(field).rested.connect(partial(self._check, field))

    def _check(self, field: Field, text: str) -> None:
        detail, language = self._panel.detail, self._panel.language
        if detail is None:
            return
        library, editor, photo = self._desk.library, self._panel.editor(field), detail.row.id
        caption = next((t.text for t in detail.texts if t.field == Field.CAPTION), "")
        names = [tag.name for tag in detail.tags]

        def look() -> Any:
            from gui.review import dictionary
            from inference.alt_rules import Circumstances, check, folded
            from storage import own_spellings
            from storage.read_lines import read_lines, sure
            from storage.search.index import also_said

            with library.read() as connection:
                own = own_spellings.load(connection)
                written = sure(read_lines(connection, str(photo)).get(photo, ()))
                others = {folded(text)} if also_said(connection, language, text, photo) else set()
            about = Circumstances(
                language=language, file_name=detail.row.name, caption=caption, others=others, written=written
            )
            remarks = check(text, about) if field == Field.ALT_TEXT else []
            book = dictionary.dictionary(language)
            return remarks, None if book is None else book.misspelt(text, own | dictionary.words_of(names))

        def show(found: Any) -> None:
            remarks, misspelt = found
            spoken = LANGUAGES.get(language, language)
            note = f"Spelling is not checked: no dictionary for {spoken}."
            if misspelt is not None:
                note = f"{keys_shown(self._action)}: suggestions." if misspelt else ""
            editor.show_remarks(text, remarks, misspelt or (), note)

        self._desk.ask_library(look, show, only_latest=f"check {field.name}")

    def suggest(self) -> None:
        """Offer spellings of the word at the cursor, else of the first that is misspelt."""
        description = self._panel.description
        editor = description if description.field.hasFocus() else self._panel.text
        wrong = editor.misspelt_at_cursor()
        if wrong is None:
            self.said.emit(editor.spelling_off or "No misspelt word here.")
            return
        language = self._panel.language

        def look() -> list[str]:
            from gui.review import dictionary

            book = dictionary.dictionary(language)
            return book.suggest(wrong.word) if book else []

        self._desk.ask_library(look, lambda words: self._offer(editor, wrong, words), only_latest="suggest")

    def _offer(self, editor: TextEditor, wrong: "Misspelt", words: list[str]) -> None:
        menu = QMenu(f"Spelling of {wrong.word}", editor)
        for word in words:
            menu.addAction(word, partial(editor.respell, wrong, word))
        if not words:
            menu.addAction("No suggestions").setEnabled(False)
        menu.addSeparator()
        menu.addAction(f"Add “{wrong.word}” to my words", partial(self._learn, editor, wrong.word))
        menu.aboutToHide.connect(menu.deleteLater)
        menu.setActiveAction(menu.actions()[0] if words else menu.actions()[-1])
        menu.popup(editor.place_of(wrong))

    def _learn(self, editor: TextEditor, word: str) -> None:
        def learn() -> None:
            from storage import own_spellings

            own_spellings.add(self._desk.library, word)

        self._desk.edit(learn, lambda _: editor.rested.emit(editor.field.toPlainText()))
