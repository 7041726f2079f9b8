"""Writing into photos with open eyes: what changes from what to what, then progress, then each failure.

The preview reads each file and shows only fields that differ. Nothing is written before the button is pressed, and
nothing that was not approved. Closing the dialog while it writes lets the work go on in the status line.
"""

from collections import deque
from collections.abc import Generator, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QAbstractTableModel, QEvent, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QDialogButtonBox,
    QHeaderView,
    QLabel,
    QProgressBar,
    QPushButton,
    QStackedWidget,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from gui.accessible import Announcer, named, tell_focus
from gui.jobs import End, Lane, Outcome, Task
from gui.words import counted
from storage.job import Job, Progress
from storage.overview import Trouble
from storage.photos import shown

if TYPE_CHECKING:
    from gui.app import Session
    from storage.embed import PlannedWrite
    from storage.library import Library

FIELDS = {
    "alt_text": "Alt text",
    "extended_description": "Extended description",
    "caption": "Caption",
    "title": "Title",
    "keywords": "Keywords",
    "keyword_paths": "Keywords with their parents",
}

Index = QModelIndex | QPersistentModelIndex


class RowsModel(QAbstractTableModel):
    """Rows of text under headings."""

    def __init__(self, headings: Sequence[str], parent: QWidget) -> None:
        super().__init__(parent)
        self._headings = headings
        self.rows: list[tuple[str, ...]] = []

    def add(self, rows: Sequence[tuple[str, ...]]) -> None:
        """Rows at the end."""
        if rows:
            self.beginInsertRows(QModelIndex(), len(self.rows), len(self.rows) + len(rows) - 1)
            self.rows.extend(rows)
            self.endInsertRows()

    def clear(self) -> None:
        """No rows."""
        self.beginResetModel()
        self.rows = []
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        """How many rows."""
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        """As many as headings."""
        return 0 if parent.isValid() else len(self._headings)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> str | None:
        """The text; the tooltip has it in full."""
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            return self.rows[index.row()][index.column()]
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> str | None:
        """The headings."""
        if role == Qt.ItemDataRole.DisplayRole and orientation == Qt.Orientation.Horizontal:
            return self._headings[section]
        return None


def rows_of(planned: "PlannedWrite") -> list[tuple[str, ...]]:
    """What the preview says of one photo: a row per field that changes, or why nothing can be written."""
    name = shown(planned.path.name)
    if planned.target is None:
        return [(name, "Can't be written", "", planned.reason)]
    into = name if planned.target == planned.path else f"{name} → {shown(planned.target.name)}"
    return [
        (
            into,
            f"{FIELDS.get(c.field, c.field)} ({c.language})" if c.language else FIELDS.get(c.field, c.field),
            c.before or "–",
            c.after or "–",
        )
        for c in planned.changes
    ]


class EmbedDialog(QDialog):
    """Preview, progress, result.

    Attributes:
        task: the writing, once it was asked for.

    Signals:
        wanted(object): write these photos (ids, None for all approved).
        ended(object): the writing ended, with its `Outcome`; to be answered with `show_result`.
        stopped(): stop writing.
        shown_in_window(): show the photos that failed.
    """

    wanted = Signal(object)
    ended = Signal(object)
    stopped = Signal()
    shown_in_window = Signal()

    def __init__(self, library: "Library", chosen: Sequence[int] | None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Write approved words into photos")
        self.resize(880, 560)
        self._chosen = chosen
        self.task: Task | None = None
        self._found: deque[PlannedWrite] = deque()
        self._photos = self._refused = 0
        self._said = QLabel()
        self._said.setWordWrap(True)
        self.preview = RowsModel(("Photo", "Field", "In the file now", "Will be written"), self)
        self.failures = RowsModel(("Photo", "What happened"), self)
        self._bar = named(QProgressBar(), "Progress of writing")
        self._bar.setTextVisible(False)
        self._pages = QStackedWidget()
        self._pages.addWidget(_table(self.preview, "What would change", (200, 160, 200)))
        self._pages.addWidget(_table(self.failures, "What failed", (200,)))
        self._buttons = QDialogButtonBox()
        self._write = self._button("Write", QDialogButtonBox.ButtonRole.ActionRole, self._start_writing)
        self._write.setObjectName("primary")
        self._write.setEnabled(False)
        self._stop = self._button("Stop writing", QDialogButtonBox.ButtonRole.ActionRole, self.stopped.emit)
        self._retry = self._button("Try again", QDialogButtonBox.ButtonRole.ActionRole, self._start_writing)
        self._show = self._button("Show these photos", QDialogButtonBox.ButtonRole.ActionRole, self._show_them)
        self._close = self._button("Cancel", QDialogButtonBox.ButtonRole.RejectRole, self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(12)
        for widget in (self._said, self._pages, self._bar, self._buttons):
            layout.addWidget(widget)
        self._bar.hide()
        for button in (self._stop, self._retry, self._show):
            button.hide()
        self._announcer = Announcer(self)
        self._lane = Lane("preview", self)
        self._lane.progressed.connect(lambda *_: self._take())
        self._lane.finished.connect(self._previewed)
        self._lane.start("Preview", lambda: _look(library, chosen, self._found))
        self._tell("Looking at what would change…")

    def _button(self, text: str, role: QDialogButtonBox.ButtonRole, call: object) -> QPushButton:
        button = self._buttons.addButton(text, role)
        button.clicked.connect(call)
        return named(button, text)

    def _tell(self, sentence: str) -> None:
        self._said.setText(sentence)

    # preview

    def _take(self) -> None:
        rows: list[tuple[str, ...]] = []
        while self._found:
            planned = self._found.popleft()
            rows += rows_of(planned)
            self._photos += planned.target is not None and bool(planned.changes)
            self._refused += planned.target is None
        self.preview.add(rows)

    def _previewed(self, _task: Task, outcome: Outcome) -> None:
        self._take()
        if outcome.end in (End.FAILED, End.BUG):
            self._tell(outcome.message)
            return
        if not self._photos and not self._refused:
            self._tell("There is nothing to write: no approved words differ from what the photos already say.")
            self._close.setText("Close")
            return
        refused = f" {counted(self._refused, 'photo')} can't be written, see below." if self._refused else ""
        self._tell(
            f"{counted(self._photos, 'photo')} will be changed, only in the fields below. The picture itself, its "
            f"dates and all other fields stay as they are, and undo puts the old words back.{refused}"
        )
        self._write.setText(f"Write into {counted(self._photos, 'photo')}")
        # A dialog that opens is read with its labels; one that is open already is silent about a label that changes.
        named(self._write, self._write.text(), self._said.text() if self.isActiveWindow() else "")
        self._write.setEnabled(self._photos > 0)
        self._write.setFocus()
        # Orca passes over the focus of a button that it finds focused when the dialog becomes active.
        self._announcer.say(f"Return: {self._write.text()}.")

    # writing

    def _start_writing(self) -> None:
        for widget, visible in ((self._write, False), (self._retry, False), (self._show, False), (self._stop, True)):
            widget.setVisible(visible)
        self._bar.show()
        self._bar.setRange(0, 0)
        self._close.setText("Go on in the background")
        named(self._close, self._close.text())
        self._close.setFocus()
        self._tell("Writing…")
        self.wanted.emit(self._chosen)

    def hear_progress(self, task: Task, progress: Progress) -> None:
        """Show how far the writing is."""
        if task is not self.task:
            return
        self._bar.setRange(0, progress.total or 0)
        self._bar.setValue(progress.done)
        self._tell(f"Writing: {progress.done:,} of {progress.total or 0:,} photos. {progress.item}")

    def hear_end(self, task: Task, outcome: Outcome) -> None:
        """The writing ended."""
        if task is self.task:
            self.ended.emit(outcome)

    def show_result(self, outcome: Outcome, troubles: Sequence[Trouble]) -> None:
        """How it ended, with every failure."""
        done = outcome.last.done if outcome.last else 0
        failed = outcome.last.problems if outcome.last else 0
        sentence = f"{counted(done - failed, 'photo')} written."
        if outcome.end in (End.FAILED, End.BUG):
            sentence = outcome.message
        elif outcome.end == End.CANCELLED:
            sentence = f"Stopped. {sentence} The rest waits."
        if failed:
            sentence += f" {failed:,} failed and stayed as they were."
        self._tell(sentence)
        self.failures.clear()
        self.failures.add([(t.name, t.message) for t in troubles])
        self._pages.setCurrentIndex(1 if failed else 0)
        if not failed:
            self.preview.clear()
        self._bar.hide()
        self._stop.hide()
        self._retry.setVisible(bool(failed) or outcome.end != End.DONE)
        self._show.setVisible(bool(failed))
        self._close.setText("Close")
        named(self._close, "Close").setFocus()

    def _show_them(self) -> None:
        self.shown_in_window.emit()
        self.accept()

    def changeEvent(self, event: QEvent) -> None:
        """The focus that was set before the dialog was active has to be told again."""
        super().changeEvent(event)
        focused = self.focusWidget()
        if event.type() == QEvent.Type.ActivationChange and self.isActiveWindow() and focused is not None:
            tell_focus(focused)

    def done(self, result: int) -> None:
        """Stop looking when the dialog goes."""
        self._lane.close()
        super().done(result)

    def closeEvent(self, event: QCloseEvent) -> None:
        """The same when the window manager closes it."""
        self._lane.close()
        super().closeEvent(event)


def _table(model: RowsModel, name: str, widths: Sequence[int]) -> QTableView:
    table = named(QTableView(), name)
    table.setModel(model)
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.setTabKeyNavigation(False)
    table.setShowGrid(False)
    table.setAlternatingRowColors(True)
    table.setWordWrap(False)
    table.verticalHeader().hide()
    table.verticalHeader().setDefaultSectionSize(max(28, table.fontMetrics().height() + 12))
    header = table.horizontalHeader()
    header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft)
    header.setHighlightSections(False)
    for column, width in enumerate(widths):
        table.setColumnWidth(column, width)
    header.setSectionResizeMode(len(widths), QHeaderView.ResizeMode.Stretch)
    return table


def _look(
    library: "Library", chosen: Sequence[int] | None, found: "deque[PlannedWrite]"
) -> Generator[Progress, None, None]:
    from storage import embed

    for done, planned in enumerate(embed.plan(library, chosen), 1):
        found.append(planned)
        yield Progress(stage="embed", done=done)


def open_dialog(session: "Session") -> EmbedDialog:
    """The dialog for the photos in hand: the selection where there is one, else all approved photos."""
    session.flow.keep_edits()
    chosen = session.flow.chosen()
    dialog = EmbedDialog(session.desk.library, chosen if len(chosen) > 1 else None, session.window)

    def job(ids: Sequence[int] | None) -> Job:
        from storage import embed

        return embed.embed(session.desk.library, ids)

    def write(ids: Sequence[int] | None) -> None:
        dialog.task = session.work.start("Writing into photos", lambda: job(ids))

    def stop() -> None:
        if dialog.task is not None:
            dialog.task.cancel()

    dialog.wanted.connect(write)
    dialog.stopped.connect(stop)
    dialog.shown_in_window.connect(lambda: session.window.search.search("problem:"))
    dialog.ended.connect(lambda outcome: session.desk.ask(troubles, lambda found: dialog.show_result(outcome, found)))
    session.work.progressed.connect(dialog.hear_progress)
    session.work.ended.connect(dialog.hear_end)
    return dialog


def troubles(connection: object) -> list[Trouble]:
    """The failures of writing that stand."""
    from sqlalchemy import Connection

    from storage import overview

    assert isinstance(connection, Connection)
    return [trouble for trouble in overview.troubles(connection) if trouble.stage == "embed"]
