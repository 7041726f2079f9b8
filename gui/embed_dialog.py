"""Writing into photos with open eyes: what changes from what to what, then progress, then each failure.

The preview reads each file and shows only fields that differ. Of thousands of photos it reads those that are looked at
and some more; the rest is read when it is scrolled to, so that nobody waits for what nobody reads. Nothing is written
before the button is pressed, and nothing that was not approved. Closing the dialog while it writes lets the work go on
in the status line.
"""

from collections import deque
from collections.abc import Generator, Iterator, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QLabel,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from gui.accessible import Announcer, named
from gui.jobs import End, Lane, Outcome, Task
from gui.room import give_room
from gui.rows_table import RowsModel, rows_table
from gui.words import counted
from gui.work_bar import WorkBar
from storage import ordered_jobs
from storage.job import Progress
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

LISTS = ("keywords", "keyword_paths")
"""Fields that hold several words, each of which comes or goes on its own."""

LASTS_MS = 1_000
"""Time after which writing has a bar: one that comes and goes flashes, and is heard as “0 percent”, “100 percent”."""

AHEAD = 200
"""Photos whose files are read ahead of what is scrolled to: a few screens, well under a second to read."""


def rows_of(planned: "PlannedWrite") -> list[tuple[str, ...]]:
    """What the preview says of one photo: a row per field that changes, or why nothing can be written."""
    name = shown(planned.path.name)
    if planned.target is None:
        return [(name, "nowhere", "Can't be written", "", planned.reason)]
    into = "the photo" if planned.target == planned.path else f"sidecar {shown(planned.target.name)}"
    if planned.reason:
        into += f": {planned.reason}"
    return [(name, into, *row) for row in _changes(planned)]


def _changes(planned: "PlannedWrite") -> Iterator[tuple[str, str, str]]:
    """Field, before and after, line by line: keywords of one field together, and languages that get the same text."""
    lists: dict[tuple[str, bool], list[str]] = {}
    texts: dict[tuple[str, str, str], list[str]] = {}
    for change in planned.changes:
        if change.field in LISTS:
            lists.setdefault((change.field, bool(change.after)), []).append(change.after or change.before)
        else:
            language = "default" if change.language == "x-default" else change.language
            texts.setdefault((change.field, change.before, change.after), []).append(language)
    for (field, before, after), languages in texts.items():
        said = ", ".join(language for language in languages if language)
        yield f"{FIELDS.get(field, field)} ({said})" if said else FIELDS.get(field, field), before or "–", after or "–"
    for (field, added), words in lists.items():
        name = f"{FIELDS[field]}, {'added' if added else 'removed'}"
        yield (name, "–", ", ".join(words)) if added else (name, ", ".join(words), "–")


class EmbedDialog(QDialog):
    """Preview, progress, result.

    Attributes:
        task: the writing, once it was asked for.

    Signals:
        wanted(object): write these photos (ids, None for all approved).
        ended(object): the writing ended, with its `Outcome`; to be answered with `show_result`.
        shown_in_window(): show the photos that failed.
    """

    wanted = Signal(object)
    ended = Signal(object)
    shown_in_window = Signal()

    def __init__(self, library: "Library", chosen: Sequence[int] | None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Write approved words into photos")
        give_room(self, 960, 560)
        self._chosen = chosen
        self.task: Task | None = None
        self._found: deque[PlannedWrite] = deque()
        self._seen = self._photos = self._refused = self._total = 0
        self._said = QLabel()
        self._said.setWordWrap(True)
        self.preview = RowsModel(("Photo", "Goes into", "Field", "In the file now", "Will be written"), self)
        self.failures = RowsModel(("Photo", "What happened"), self)
        self._bar = WorkBar("Progress of writing")
        self._pages = QStackedWidget()
        self._table = rows_table(self.preview, "What would change", (120, 88, 144))
        self._table.setWordWrap(True)
        self._table.horizontalHeader().sectionResized.connect(self._table.resizeRowsToContents)
        self._pages.addWidget(self._table)
        self._pages.addWidget(rows_table(self.failures, "What failed", (200,)))
        self._make_buttons()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(12)
        for widget in (self._said, self._pages, self._bar, self._buttons):
            layout.addWidget(widget)
        self._bar.hide()
        self._bar_due = QTimer(self)
        self._bar_due.setSingleShot(True)
        self._bar_due.setInterval(LASTS_MS)
        self._bar_due.timeout.connect(self._bar.show)
        self._announcer = Announcer(self)
        self._lane = Lane("preview", self)
        self._lane.progressed.connect(self._looked)
        self._lane.finished.connect(self._previewed)
        self._looking = self._lane.start("Preview", lambda: _look(library, chosen, self._found))
        self._table.verticalScrollBar().valueChanged.connect(lambda _: self._look_further())
        self._tell("Looking at what would change…")

    def _make_buttons(self) -> None:
        self._buttons = QDialogButtonBox()
        self._write = self._button("Write", QDialogButtonBox.ButtonRole.ActionRole, self._start_writing)
        self._write.setObjectName("primary")
        self._write.setEnabled(False)
        self._pause = self._button("Pause", QDialogButtonBox.ButtonRole.ActionRole, self._pause_or_go_on)
        self._stop = self._button("Stop writing", QDialogButtonBox.ButtonRole.ActionRole, self._stop_writing)
        self._retry = self._button("Try again", QDialogButtonBox.ButtonRole.ActionRole, self._start_writing)
        self._show = self._button("Show these photos", QDialogButtonBox.ButtonRole.ActionRole, self._show_them)
        self._leave = self._button("Go on in the background", QDialogButtonBox.ButtonRole.RejectRole, self.reject)
        self._close = self._button("Cancel", QDialogButtonBox.ButtonRole.RejectRole, self.reject)
        for button in (self._pause, self._stop, self._retry, self._show, self._leave):
            button.hide()

    def _button(self, text: str, role: QDialogButtonBox.ButtonRole, call: object) -> QPushButton:
        button = self._buttons.addButton(text, role)
        button.clicked.connect(call)
        return named(button, text)

    def _tell(self, sentence: str) -> None:
        self._said.setText(sentence)

    # preview

    def _looked(self, _task: Task, progress: Progress) -> None:
        self._total = progress.total or 0
        self._take()
        if self._seen < self._total and self._is_enough():
            self._looking.pause()
            self._offer()

    def _is_enough(self) -> bool:
        """Whether as much was read as is looked at, and some more."""
        last = self._table.rowAt(self._table.viewport().height() - 1)
        below = self.preview.rowCount() - (last + 1 if last >= 0 else self.preview.rowCount())
        return below >= AHEAD

    def _look_further(self) -> None:
        if self._looking.paused and not self._is_enough():
            self._looking.resume()

    def _take(self) -> None:
        rows: list[tuple[str, ...]] = []
        while self._found:
            planned = self._found.popleft()
            rows += rows_of(planned)
            self._seen += 1
            self._photos += planned.target is not None and bool(planned.changes)
            self._refused += planned.target is None
        before = self.preview.rowCount()
        self.preview.add(rows)
        for row in range(before, self.preview.rowCount()):  # what will be written is read in full
            self._table.resizeRowToContents(row)

    def _previewed(self, _task: Task, outcome: Outcome) -> None:
        if outcome.end == End.CANCELLED:
            return
        self._take()
        self._total = self._seen
        if outcome.end in (End.FAILED, End.BUG):
            self._tell(outcome.message)
        elif not self._photos and not self._refused:
            self._tell("There is nothing to write: no approved words differ from what the photos already say.")
            named(self._close, "Close").setText("Close")
        else:
            self._offer()

    def _offer(self) -> None:
        """Say what will be done and let it be done; what is beyond what was read is the same for more photos."""
        unread = self._total - self._seen
        refused = f" {counted(self._refused, 'photo')} can't be written, see below." if self._refused else ""
        more = f" {counted(unread, 'more photo')} will be shown when you scroll down." if unread else ""
        first = f"Up to {counted(self._photos + unread, 'photo')}" if unread else counted(self._photos, "photo")
        self._tell(
            f"{first} will be changed, only in the fields below. The picture itself, its dates and all other fields "
            f"stay as they are, and undo puts the old words back.{refused}{more}"
        )
        again = self._write.isEnabled()
        words = f"Write into {counted(self._photos + unread, 'photo')}"
        # A dialog that opens is read with its labels; one that is open already is silent about a label that changes.
        named(self._write, words, self._said.text() if self.isActiveWindow() else "").setText(words)
        self._write.setEnabled(self._photos + unread > 0)
        if not again:
            self._write.setFocus()
            # Orca passes over the focus of a button that it finds focused when the dialog becomes active.
            self._announcer.say(f"Return: {words}.")

    # writing

    def _start_writing(self) -> None:
        self._looking.cancel()
        for button in (self._pause, self._stop, self._leave):
            button.show()
        for button in (self._write, self._retry, self._show, self._close):
            button.hide()
        self._leave.setFocus()  # at last: a box whose buttons come and go lets go of the focus
        self._bar.show_done(0, None)
        self._bar_due.start()
        named(self._pause, "Pause").setText("Pause")
        self._tell("Writing…")
        self.wanted.emit(self._chosen)

    def _pause_or_go_on(self) -> None:
        if self.task is None:
            return
        self.task.resume() if self.task.paused else self.task.pause()
        words = "Go on" if self.task.paused else "Pause"
        named(self._pause, words).setText(words)
        if self.task.paused:
            self._tell(f"Paused. {self._said.text().removeprefix('Writing: ')}")

    def _stop_writing(self) -> None:
        if self.task is not None:
            self.task.cancel()

    def hear_progress(self, task: Task, progress: Progress) -> None:
        """Show how far the writing is."""
        if task is not self.task:
            return
        self._bar.show_done(progress.done, progress.total)
        begun = "Paused after" if task.paused else "Writing:"
        self._tell(f"{begun} {progress.done:,} of {progress.total or 0:,} photos. {progress.item}")

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
        self.failures.show([(t.name, t.message) for t in troubles])
        self._pages.setCurrentIndex(1 if failed else 0)
        if not failed:
            self.preview.show(())
        self._retry.setVisible(bool(failed) or outcome.end != End.DONE)
        self._show.setVisible(bool(failed))
        named(self._close, "Close").setText("Close")
        self._close.show()
        self._bar_due.stop()
        for widget in (self._bar, self._pause, self._stop, self._leave):
            widget.hide()
        self._close.setFocus()  # which was on another button: one that only changes its name is not heard as a button

    def _show_them(self) -> None:
        self.shown_in_window.emit()
        self.accept()

    def done(self, result: int) -> None:
        """Stop looking when the dialog goes."""
        self._lane.close()
        super().done(result)

    def closeEvent(self, event: QCloseEvent) -> None:
        """The same when the window manager closes it."""
        self._lane.close()
        super().closeEvent(event)


def _look(
    library: "Library", chosen: Sequence[int] | None, found: "deque[PlannedWrite]"
) -> Generator[Progress, None, None]:
    from storage import embed

    with library.read() as connection:
        waiting = embed.waiting(connection)
    total = len(waiting if chosen is None else set(waiting) & set(chosen))
    for done, planned in enumerate(embed.plan(library, chosen), 1):
        found.append(planned)
        yield Progress(stage="embed", done=done, total=total)


def open_dialog(session: "Session") -> EmbedDialog:
    """The dialog for the photos in hand: the selection where there is one, else all approved photos."""
    session.flow.keep_edits()
    chosen = session.flow.chosen()
    dialog = EmbedDialog(session.desk.library, chosen if len(chosen) > 1 else None, session.window)

    def write(ids: Sequence[int] | None) -> None:
        dialog.task = session.work.write("Writing into photos", session.work.elsewhere(ordered_jobs.embed, ids))

    dialog.wanted.connect(write)
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
