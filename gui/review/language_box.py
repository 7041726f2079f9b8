"""The language of the texts in the editors: which there are for this photo, and which one is being written.

A photo can carry its texts in several languages. What is chosen stays chosen from photo to photo, so that somebody who
translates works in one language; until then each photo is shown in the library's language, or in the one it has.
"""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QWidget

from gui.accessible import named
from gui.words import LANGUAGES, TEXT_STATES
from storage.photos import PhotoDetail
from storage.schema import Field, TextState


class LanguageBox(QWidget):
    """A box of languages.

    Attributes:
        language: of the texts that are shown.

    Signals:
        leaving(): the texts that are shown now are about to be replaced by those of another language.
        chosen(): another language is wanted.
    """

    leaving = Signal()
    chosen = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.language = "en"
        self._wanted = self._usual = ""
        self._box = named(QComboBox(), "Language of the texts")
        self._box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self._box.setMinimumContentsLength(6)  # the panel is narrow where text is large
        self._box.activated.connect(self._activated)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._box)

    def show_photo(self, detail: PhotoDetail | None, usual: str, *, same: bool) -> None:
        """Offer the languages of a photo and those that can be written.

        Args:
            usual: the library's language.
            same: the photo is the one that was shown before; its language stays.
        """
        states = {t.language: t.state for t in detail.texts if t.field == Field.ALT_TEXT} if detail else {}
        states = {language: state for language, state in states.items() if state != TextState.REJECTED}
        there = sorted(
            {t.language for t in detail.texts if t.field in (Field.ALT_TEXT, Field.EXTENDED)} if detail else ()
        )
        stays = same and usual == self._usual  # also where a job drafts in the usual one: somebody may be typing
        self._usual = usual
        first = self.language if stays else usual if usual in there or not there else there[0]
        self.language = self._wanted or first
        offered = list(dict.fromkeys([usual, *there, self.language, *LANGUAGES]))
        self._box.clear()
        for language in offered:
            state = f" – {TEXT_STATES[states[language]]}" if language in states else ""
            self._box.addItem(f"{LANGUAGES.get(language, language)}{state}", language)
        self._box.setCurrentIndex(offered.index(self.language))

    @property
    def of_new_texts(self) -> str:
        """The language of a text for several photos: the one that was chosen, else the library's."""
        return self._wanted or self._usual

    def next(self) -> str:
        """Go to the next language of the box.

        Returns:
            what it is called, with the state of its text.
        """
        self._activated((self._box.currentIndex() + 1) % self._box.count())
        return self._box.currentText()

    def _activated(self, index: int) -> None:
        language = str(self._box.itemData(index))
        if language != self.language:
            self.leaving.emit()
            self._wanted = language
            self.chosen.emit()
