"""Bringing words in from a file: what would change is shown before anything does, and who wins is asked.

The file is read again whenever a choice changes, in the background; a large one in a process of its own. A table of
another program needs somebody to say what its columns are. What is imported is one step that undo takes back.
"""

import contextlib
from collections.abc import Generator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from gui.accessible import Announcer, named
from gui.dialogs.frame import Frame
from gui.jobs import End, Lane, Outcome, Task
from gui.room import form, yielding
from gui.rows_table import RowsModel, rows_table
from gui.words import counted
from storage import ordered_jobs
from storage.job import Progress

if TYPE_CHECKING:
    from storage.exchange.import_preview import ImportPreview
    from storage.exchange.importing import ImportOptions
    from storage.library import Library

FILES = "Words of photos (*.csv *.json *.tsv *.txt);;All files (*)"

RULES = {
    "keep": "What people said here stays",
    "replace": "The file wins",
    "mirror": "The file wins, and what it leaves out is removed",
}
"""Who wins, by the value of `storage.exchange.merge.Rule`."""

MEANINGS = {
    "": "not used",
    "path": "path or file name",
    "alt_text": "alt text",
    "extended_description": "extended description",
    "caption": "caption",
    "title": "title",
    "tags": "keywords",
    "tags.rejected": "rejected keywords",
}
"""What a column can be, as `storage.exchange.mapped_csv` names it; texts get the language of the library."""

GUESSES = {
    "path": ("file", "path", "name", "filename", "sourcefile", "image"),
    "alt_text": ("alt", "alttext", "alt text", "description", "alternative text"),
    "caption": ("caption",),
    "title": ("title", "headline"),
    "tags": ("keywords", "tags", "subject"),
}
"""Headings that other programs use for what a column is."""

DELAY_MS = 250
"""Silence after a change before the file is read again."""

SMALL = 256 * 1024
"""Bytes of a file that is compared before a process has started: some hundred rows."""

MOST_SHOWN = 2_000
"""Changes listed; all are imported."""


class ImportDialog(Frame):
    """Choices, preview and button.

    Attributes:
        plan: what would be done, None before the file was read.
    """

    def __init__(self, library: "Library", language: str, parent: QWidget | None = None) -> None:
        super().__init__("Import words", (860, 560), parent)
        self._library, self._language = library, language
        self.plan: ImportPreview | None = None
        self._found: ImportPreview | None = None
        self._columns: dict[str, QComboBox] = {}
        self._read_source: Path | None = None
        self._wait = QTimer(self)
        self._wait.setSingleShot(True)
        self._wait.setInterval(DELAY_MS)
        self._wait.timeout.connect(self._look)
        self._announcer = Announcer(self)
        self._place = named(QLineEdit(), "File to import")
        self._place.setPlaceholderText("A table (CSV) or JSON")
        self._place.textChanged.connect(lambda _: self._changed())
        browse = named(QPushButton("Choose…"), "Choose the file")
        browse.clicked.connect(self._browse)
        where = QHBoxLayout()
        where.setSpacing(8)
        where.addWidget(self._place, 1)
        where.addWidget(browse)
        self._rule = named(yielding(QComboBox()), "Where file and library differ")
        for rule, words in RULES.items():
            self._rule.addItem(words, rule)
        self._rule.currentIndexChanged.connect(lambda _: self._changed())
        self._drafts = QCheckBox("Take texts as drafts that wait for my review")
        self._skip = QCheckBox("Leave out rows that are wrong and import the others")
        for check in (self._drafts, self._skip):
            named(check, check.text()).toggled.connect(lambda _: self._changed())
        self._form = form()
        self._form.addRow("File", where)
        self._form.addRow("Where they differ", self._rule)
        self._form.addRow(self._drafts)
        self._form.addRow(self._skip)
        self._mapping = form()
        self._model = RowsModel(("Photo", "Word", "Now", "After the import"), self)
        self._table = rows_table(self._model, "What would change", (160, 128))
        self._table.setMinimumHeight(120)
        self._place_all()
        self._go = self.add_primary("Import", self.accept)
        self._go.setEnabled(False)
        self.add_close("Cancel")
        self._lane = Lane("import", self)
        self._lane.progressed.connect(self._progressed)
        self._lane.finished.connect(self._planned)
        self.finished.connect(lambda _: self._lane.close())
        self.tell("Choose a file: you see what would change before anything does.")

    def _place_all(self) -> None:
        inside = QWidget()
        inside.setObjectName("inside")
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 8, 0)
        column.setSpacing(12)
        column.addLayout(self._form)
        column.addLayout(self._mapping)
        column.addStretch(1)
        scroll = named(QScrollArea(), "How to import")
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(inside)
        self.body.addWidget(scroll, 2)
        self.body.addWidget(self._table, 3)

    def choose(self, source: Path) -> None:
        """Read this file."""
        self._place.setText(str(source))

    def _browse(self) -> None:
        chosen, _ = QFileDialog.getOpenFileName(self, "Import words", "", FILES)
        if chosen:
            self.choose(Path(chosen))

    def _changed(self) -> None:
        self.plan = None
        self._go.setEnabled(False)
        self._wait.start()

    def options(self) -> "ImportOptions":
        """The choices as they are."""
        from storage.exchange.importing import ImportOptions
        from storage.exchange.merge import MergeOptions, Rule
        from storage.schema import TextState

        state = TextState.DRAFT if self._drafts.isChecked() else TextState.APPROVED
        columns = []
        for heading, combo in self._columns.items():
            what = combo.currentData()
            if what:
                columns.append(f"{heading}={what}" if what in _BARE else f"{heading}={what}.{self._language}")
        merging = MergeOptions(Rule(self._rule.currentData()), state)
        return ImportOptions(merging, tuple(columns), skip_errors=self._skip.isChecked())

    def _look(self) -> None:
        """Read the file, or first find out which columns it has."""
        source = Path(self._place.text().strip()).expanduser()
        if not self._place.text().strip():
            return
        for task in self._lane.tasks:
            task.cancel()
        if source != self._read_source:
            self._show_columns(())
            self._read_source = source
        if self._columns and all(combo.currentData() != "path" for combo in self._columns.values()):
            self._ask_for_columns()
            return
        options = self.options()

        def job() -> Generator[Progress, None, None]:
            from storage.job_process import run_elsewhere

            preview = ordered_jobs.preview_import(self._library, source, options, MOST_SHOWN)
            if not _is_small(source):
                preview = run_elsewhere(self._library, ordered_jobs.preview_import, source, options, MOST_SHOWN)
            self._found = yield from preview

        self.tell("Reading the file…")
        self._lane.start("Import", job)

    def _ask_for_columns(self) -> None:
        self._model.show([])
        self.tell("This table is of another program. Say which column has the path or name, and what others are.")

    def _show_columns(self, headings: Sequence[str]) -> None:
        while self._mapping.rowCount():
            self._mapping.removeRow(0)
        self._columns = {}
        taken: set[str] = set()
        for heading in headings:
            combo = named(QComboBox(), f"What the column “{heading}” is")
            for what, words in MEANINGS.items():
                combo.addItem(words, what)
            guess = next((w for w, names in GUESSES.items() if heading.casefold() in names and w not in taken), "")
            taken.add(guess)
            combo.setCurrentIndex(combo.findData(guess))
            combo.currentIndexChanged.connect(lambda _: self._changed())
            self._columns[heading] = combo
            self._mapping.addRow(QLabel(f"Column “{heading}”"), combo)

    def _progressed(self, _task: Task, progress: Progress) -> None:
        self.tell(f"Reading the file: {counted(progress.done, 'row')}…")

    def _planned(self, _task: Task, outcome: Outcome) -> None:
        if outcome.end is End.CANCELLED or self._lane.tasks:
            return
        if outcome.end is not End.DONE:
            self._model.show([])
            self.tell(outcome.message)
            self._announcer.say(outcome.message, assertive=True)
            return
        assert self._found is not None
        if self._found.headings:
            self._show_columns(self._found.headings)
            self._look()
            return
        self.plan = self._found
        self._model.show(_rows(self.plan)[:MOST_SHOWN])
        changed, errors = len(self.plan.changed), self.plan.errors
        wrong = errors and not self.plan.options.skip_errors
        sentence = _sentence(self.plan)
        if wrong:
            sentence += " Nothing is imported while rows are wrong, unless you leave them out."
        self.tell(sentence)
        self._announcer.say(sentence)
        self._go.setEnabled(bool(changed) and not wrong)
        self._go.setText(f"Import into {counted(changed, 'photo')}" if changed else "Import")
        named(self._go, self._go.text(), sentence)


_BARE = ("path", "tags", "tags.rejected")
"""What has no language."""


def _is_small(source: Path) -> bool:
    with contextlib.suppress(OSError):
        return source.stat().st_size <= SMALL
    return True  # what can't be read is told at once


def _sentence(plan: "ImportPreview") -> str:
    parts = [f"{counted(plan.rows, 'row')} in the file: {counted(plan.words, 'word')} of "]
    parts.append(f"{counted(len(plan.changed), 'photo')} would change")
    if plan.conflicts:
        parts.append(f", {plan.conflicts:,} stay although the file says otherwise")
    if plan.errors:
        parts.append(f", {counted(plan.errors, 'row')} wrong")
    return "".join(parts) + "."


def _rows(plan: "ImportPreview") -> list[tuple[str, ...]]:
    """What is wrong first, then what stays, then what changes."""
    rows: list[tuple[str, ...]] = [(f"row {error.row}", "wrong", "", error.message) for error in plan.wrong]
    for line in plan.lines:
        word = line.word
        if line.stays:
            rows.append((line.name, word.what, word.before, f"stays (the file says “{word.after}”)"))
        else:
            rows.append((line.name, word.what, word.before or "–", word.after or "–"))
    return rows
