"""The words of the user's own: what a concept is called, found by and filed under, when it is said, or never.

A concept is looked up by any of its words; the list shows the first that have them, and those already changed while
nothing is typed. Nothing is changed before OK.
"""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from gui.accessible import named
from gui.dialogs.frame import Frame
from gui.room import NumberBox, form
from inference import own_words
from inference.own_words import OwnWords
from storage.english import plural
from storage.job import KnownError

if TYPE_CHECKING:
    from inference.vocabulary import Vocabulary

KEY = Qt.ItemDataRole.UserRole
"""Role of a concept's key."""

MOST = 200
"""Concepts listed; who looks for another types a letter more."""

FILES = "Words for Altfolio (*.json)"


class WordsDialog(Frame):
    """One concept at a time.

    Attributes:
        own: the words as they are now.
    """

    def __init__(self, vocabulary: "Vocabulary", own: OwnWords, language: str, parent: QWidget | None = None) -> None:
        super().__init__("My own words", (760, 480), parent)
        self._vocabulary, self._language, self.own = vocabulary, language, own
        self._keys = sorted(concept.key for concept in vocabulary if concept.shown)
        self._words = {key: " ".join(vocabulary.search_words(key, ("en", language))) for key in self._keys}
        self._find = named(QLineEdit(), "Find a concept", "Type a word for what is seen in photos.")
        self._find.setPlaceholderText("Find what is seen in photos")
        self._find.textChanged.connect(self._fill)
        self._list = named(QListWidget(), "Concepts")
        self._list.currentItemChanged.connect(lambda *_: self._show())
        self._said = QLabel()
        self._said.setObjectName("muted")
        self._said.setWordWrap(True)
        left = QVBoxLayout()
        for widget in (self._find, self._list, self._said):
            left.addWidget(widget)
        row = QHBoxLayout()
        row.setSpacing(16)
        row.addLayout(left, 1)
        row.addLayout(self._form(), 1)
        self.body.addLayout(row, 1)
        self._reset = self.button("Reset", self.reset)
        named(self._reset, "Drop all changes to this concept")
        self.button("Import…", self._choose_import)
        self.button("Export…", self._choose_export)
        self.add_primary("OK")
        self.add_close("Cancel")
        self.tell("Drafts are made anew with these words; approved texts stay as they are.")
        self._fill()
        self._find.setFocus()

    def _form(self) -> QFormLayout:
        self._name, self._plural = named(QLineEdit(), "Name"), named(QLineEdit(), "Plural")
        self._synonyms = named(QLineEdit(), "Also found by", "Words, with commas between them.")
        self._keyword = named(QLineEdit(), "Keyword", "Or a path of keywords, outermost first: Animals|Dogs|Rex.")
        self._least = named(NumberBox(-1, 100), "Say it from this certainty on")
        self._least.setSpecialValueText("as the models advise")
        self._never = named(QCheckBox("Never say it"), "Never say it, nor anything below it")
        for line in (self._name, self._plural, self._synonyms, self._keyword):
            line.textEdited.connect(lambda _: self._take())
        self._least.valueChanged.connect(lambda _: self._take())
        self._never.toggled.connect(lambda _: self._take())
        rows = form()
        for label, field in (
            ("Name", self._name),
            ("Plural", self._plural),
            ("Also found by", self._synonyms),
            ("Keyword", self._keyword),
            ("Say it from", self._least),
        ):
            rows.addRow(label, field)
        rows.addRow(self._never)
        return rows

    def _fill(self) -> None:
        before, letters = self._key(), self._find.text().casefold().split()
        changed = own_words.changed(self.own)
        if letters:
            some = [key for key in self._keys if all(part in self._words[key].casefold() for part in letters)]
            some.sort(key=lambda key: (not key.startswith(letters[0]), key))
        else:
            some = [*(key for key in self._keys if key in changed), *(k for k in self._keys if k not in changed)]
        self._list.clear()
        for key in some[:MOST]:
            item = QListWidgetItem(f"{key} (changed)" if key in changed else key)
            item.setData(KEY, key)
            self._list.addItem(item)
        more = f"{len(some) - MOST:,} more; type to find them." if len(some) > MOST else ""
        self._said.setText(more if some else "No concept has these letters.")
        at = next((n for n, key in enumerate(some[:MOST]) if key == before), 0)
        self._list.setCurrentRow(at)
        self._show()

    def _key(self) -> str:
        item = self._list.currentItem()
        return str(item.data(KEY)) if item is not None else ""

    def _show(self) -> None:
        key = self._key()
        fields = (self._name, self._plural, self._synonyms, self._keyword, self._least, self._never)
        for field in fields:
            field.setEnabled(bool(key))
            field.blockSignals(True)
        if key:
            names = self.own.names.get(key, {}).get(self._language, ("", ""))
            noun = self._vocabulary.noun(key, self._language)
            usual_plural = self._usual_plural(key, names[0])
            for line, text, usual in (
                (self._name, names[0], noun.singular),
                (self._plural, names[1] if names[1] != usual_plural else "", usual_plural),
                (self._synonyms, ", ".join(self.own.synonyms.get(key, ())), ""),
                (self._keyword, self.own.keywords.get(key, ""), self._vocabulary.keyword(key, self._language)),
            ):
                line.setText(text)
                line.setPlaceholderText(usual)
            least = self.own.thresholds.get(key)
            self._least.setValue(-1 if least is None else round(least * 100))
            self._never.setChecked(key in self.own.blocked)
        for field in fields:
            field.blockSignals(False)
        self._reset.setEnabled(key in own_words.changed(self.own))

    def _usual_plural(self, key: str, name: str) -> str:
        """What the plural is where none is typed; shown in the empty field. Only English has rules for one."""
        noun = self._vocabulary.noun(key, self._language)
        if not name:
            return noun.plural
        return plural(name) if self._language == "en" and noun.countable else name

    def _take(self) -> None:
        """Take over what the fields say about the current concept."""
        key = self._key()
        if not key:
            return
        names = {k: dict(by) for k, by in self.own.names.items()}
        one, several = _text(self._name), _text(self._plural)
        noun, usual_plural = self._vocabulary.noun(key, self._language), self._usual_plural(key, one)
        self._plural.setPlaceholderText(usual_plural)
        names.setdefault(key, {}).pop(self._language, None)
        if one or several:
            names[key][self._language] = (one or noun.singular, several or usual_plural)
        synonyms = tuple(dict.fromkeys(w for part in self._synonyms.text().split(",") if (w := " ".join(part.split()))))
        path = "|".join(word for part in self._keyword.text().split("|") if (word := " ".join(part.split())))
        bare = replace(own_words.without(self.own, key), names={k: by for k, by in names.items() if by})
        self.own = replace(
            bare,
            synonyms={**bare.synonyms, **({key: synonyms} if synonyms else {})},
            keywords={**bare.keywords, **({key: path} if path else {})},
            thresholds={**bare.thresholds, **({key: self._least.value() / 100} if self._least.value() >= 0 else {})},
            blocked=bare.blocked | ({key} if self._never.isChecked() else frozenset()),
        )
        changed = key in own_words.changed(self.own)
        self._list.currentItem().setText(f"{key} (changed)" if changed else key)
        self._reset.setEnabled(changed)

    def reset(self) -> None:
        """Drop all changes to the current concept."""
        self.own = own_words.without(self.own, self._key())
        self._fill()

    def _choose_import(self) -> None:
        chosen, _ = QFileDialog.getOpenFileName(self, "Import words", "", FILES)
        if chosen:
            self.take_in(Path(chosen))

    def take_in(self, path: Path) -> None:
        """Add the words of a file; they win over those that are there."""
        try:
            self.own = own_words.joined(self.own, own_words.load(path))
        except KnownError as error:
            self.tell(str(error))
            return
        self._fill()
        self.tell("The words of the file are added; they count from OK on.")

    def _choose_export(self) -> None:
        chosen, _ = QFileDialog.getSaveFileName(self, "Export words", "words.json", FILES)
        if chosen:
            self.give_out(Path(chosen))

    def give_out(self, path: Path) -> None:
        """Write the words into a file."""
        try:
            own_words.save(self.own, path)
        except KnownError as error:
            self.tell(str(error))
            return
        self.tell(f"The words are in “{path.name}”.")


def _text(field: QLineEdit) -> str:
    return " ".join(field.text().split())
