"""Find and replace in the texts of many photos: every text before and after is seen before anything is changed."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)
from sqlalchemy import Connection

from gui.accessible import Announcer, named
from gui.desk import Desk
from gui.review.scope import Scope, scope_box
from gui.room import form, give_room, note
from gui.rows_table import RowsModel, rows_table
from gui.words import FIELD_NAMES, counted
from gui.work_bar import WorkBar
from storage import photos, replace
from storage.job import KnownError
from storage.replace import Rule

MOST_SHOWN = 1_000
"""Texts listed before and after; nobody reads more, and all are counted."""

REST_MS = 200
"""Silence after a key before the texts are looked through."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What a rule would change: rows of the table, and how many texts and photos in all."""

    rows: Sequence[tuple[str, ...]]
    texts: int
    photos: int


def preview(connection: Connection, rule: Rule, chosen: Sequence[int] | None) -> Preview:
    """Look through the texts."""
    shown, changed, texts = [], set(), 0
    for found in replace.find(connection, rule, chosen):
        texts += 1
        changed.add(found.photo)
        if texts <= MOST_SHOWN:
            shown.append(found)
    names = {row.id: row.name for row in photos.rows(connection, list(dict.fromkeys(f.photo for f in shown)))}
    rows = [
        (
            names.get(found.photo, ""),
            f"{FIELD_NAMES[found.field]}, {found.language}",
            found.before,
            found.after or "The text is removed.",
        )
        for found in shown
    ]
    return Preview(rows, texts, len(changed))


class ReplaceDialog(QDialog):
    """Asks for words, shows what they would change, and changes it; accepted once that is done.

    Signals:
        progressed(int, int): so many photos of so many are done; comes from another thread.

    Attributes:
        rule, ids: what is asked for; `ids` None for all photos.
        preview: the rows shown.
        changed: how many photos were changed.
    """

    progressed = Signal(int, int)

    def __init__(self, choices: Sequence[Scope], desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Find and replace in texts")
        give_room(self, 840, 560)
        self._choices, self._desk = choices, desk
        self._running = False
        self._stopped = threading.Event()
        self.changed = 0
        self._find = named(QLineEdit(), "Find")
        self._by = named(QLineEdit(), "Replace by")
        self._case = QCheckBox("Match case")
        self._whole = QCheckBox("Whole words only")
        self._whole.setChecked(True)
        self._approved = QCheckBox("Approved texts only")
        self._scope = scope_box(choices)
        self._said = QLabel()
        self._said.setWordWrap(True)
        self.preview = RowsModel(("Photo", "Text", "Now", "Afterwards"), self)
        self._table = rows_table(self.preview, "Texts that would change", (140, 120))
        self._table.selectionModel().currentRowChanged.connect(lambda now, _: self._read_out(now.row()))
        self._whole_text = note("")
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        self.replace = buttons.button(QDialogButtonBox.StandardButton.Ok)
        self.replace.setObjectName("primary")
        self._cancel = named(buttons.button(QDialogButtonBox.StandardButton.Cancel), "Cancel")
        self._bar = WorkBar("Progress of replacing")
        self._bar.hide()
        self._announcer = Announcer(self)
        self.progressed.connect(self._tell_progress)
        desk.failed.connect(self._failed)
        buttons.accepted.connect(self._replace)
        buttons.rejected.connect(self.reject)
        self._lay_out(buttons)
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(REST_MS)
        self._rest.timeout.connect(self._look)
        for field in (self._find, self._by):
            field.textChanged.connect(self._changed)
        for box in (self._case, self._whole, self._approved):
            box.toggled.connect(self._changed)
        self._scope.currentIndexChanged.connect(self._changed)
        self._show(Preview([], 0, 0))
        self._find.setFocus()

    def _lay_out(self, buttons: QDialogButtonBox) -> None:
        rows = form()
        rows.setVerticalSpacing(8)
        rows.addRow("Find", self._find)
        rows.addRow("Replace by", self._by)
        rows.addRow("In", self._scope)
        options = QHBoxLayout()
        options.setSpacing(16)
        for box in (self._case, self._whole, self._approved):
            options.addWidget(box)
        options.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(12)
        layout.addLayout(rows)
        layout.addLayout(options)
        layout.addWidget(self._said)
        layout.addWidget(self._table, 1)
        layout.addWidget(self._whole_text)
        layout.addWidget(self._bar)
        layout.addWidget(buttons)

    def _replace(self) -> None:
        """Change the texts after everything that was done before, without the window waiting for it."""
        if not self.replace.isEnabled():
            return
        rule, ids = self.rule, self.ids
        self._stopped.clear()
        self._show_running(on=True)

        def go_on(done: int, total: int) -> bool:
            self.progressed.emit(done, total)
            return not self._stopped.is_set()

        def change() -> int | KnownError:
            try:
                return replace.replace(self._desk.library, rule, ids, go_on=go_on)
            except KnownError as error:
                return error

        self._desk.edit(change, self._ended)

    def _show_running(self, *, on: bool) -> None:
        self._running = on
        for part in (self._find, self._by, self._scope, self._case, self._whole, self._approved, self.replace):
            part.setEnabled(not on)
        self._bar.show_done(0, None)
        self._bar.setVisible(on)
        named(self._cancel, "Stop" if on else "Cancel").setText("Stop" if on else "Cancel")
        if on:
            self._said.setText("Replacing…")
            self._cancel.setFocus()

    def _tell_progress(self, done: int, total: int) -> None:
        if self._running and not self._stopped.is_set():
            self._bar.show_done(done, total)
            self._said.setText(f"Replacing: {done:,} of {counted(total, 'photo')}. Stop changes nothing.")

    def _ended(self, answer: int | KnownError) -> None:
        self._running = False
        if isinstance(answer, int) and (answer or not self._stopped.is_set()):
            self.changed = answer  # also where Stop came too late
            self.accept()
            return
        sentence = str(answer) if isinstance(answer, KnownError) else "Stopped. No text was changed."
        self._show_running(on=False)
        self._said.setText(sentence)
        self._announcer.say(sentence, assertive=isinstance(answer, KnownError))
        self.replace.setFocus()

    def _read_out(self, row: int) -> None:
        """Show both texts of a row in full."""
        there = 0 <= row < len(self.preview.rows)
        self._whole_text.setText("Now: {2}\nAfterwards: {3}".format(*self.preview.rows[row]) if there else "")
        self._whole_text.setVisible(there)

    def _failed(self, sentence: str) -> None:
        if self._running:
            self._ended(KnownError(sentence))

    def reject(self) -> None:
        """Stop what runs; go away where nothing does."""
        if not self._running:
            super().reject()
            return
        self._stopped.set()
        self._said.setText("Stopping…")

    def look_for(self, find: str, by: str) -> None:
        """Begin with these words."""
        self._find.setText(find)
        self._by.setText(by)

    @property
    def rule(self) -> Rule:
        """What is asked for."""
        return Rule(
            self._find.text(),
            self._by.text(),
            match_case=self._case.isChecked(),
            whole_words=self._whole.isChecked(),
            approved_only=self._approved.isChecked(),
        )

    @property
    def ids(self) -> Sequence[int] | None:
        """The photos whose texts are looked through."""
        scope = self._choices[self._scope.currentIndex()]
        return None if scope.whole else scope.ids

    def _changed(self) -> None:
        self.replace.setEnabled(False)  # until the preview shows what it would do
        self._rest.start()

    def _look(self) -> None:
        rule, ids = self.rule, self.ids
        if not rule.find:
            self._show(Preview([], 0, 0))
            return
        self._said.setText("Looking through the texts…")
        self._desk.ask(lambda connection: preview(connection, rule, ids), self._show, only_latest="replace")

    def _show(self, found: Preview) -> None:
        if self._rest.isActive():
            return  # the answer to an older question
        self.preview.show(found.rows)
        self._read_out(0)
        if found.texts:
            more = f" The first {MOST_SHOWN:,} are listed." if found.texts > MOST_SHOWN else ""
            self._said.setText(
                f"{counted(found.texts, 'text')} of {counted(found.photos, 'photo')} would change.{more} "
                "Undo takes it back at once."
            )
        else:
            asked = "No text has these words." if self._find.text() else "Type the words to look for."
            self._said.setText(asked)
        words = f"Replace in {counted(found.texts, 'text')}"
        named(self.replace, words, self._said.text()).setText(words)
        self.replace.setEnabled(found.texts > 0)
