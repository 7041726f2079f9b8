"""What happens to the photo in hand: looking at it, deciding, going on. The keys a reviewer presses end here.

The window moves on at once; what was decided is written in order behind it (`gui.desk`). What was typed is kept
before another photo is shown, as a draft of the person, so that no work is lost and nothing is approved unasked.

Invariant: with several photos selected a decision concerns the selection, otherwise the current photo.
"""

from array import array
from collections.abc import Container, Mapping, Sequence
from functools import partial
from itertools import chain, compress
from typing import Any

from PySide6.QtCore import QItemSelection, QItemSelectionModel, QObject, Signal
from PySide6.QtGui import QGuiApplication

from gui.desk import Desk
from gui.main_window import MainWindow
from gui.photo_model import PhotoModel
from gui.picture_loader import PictureLoader
from gui.review import made_by_ai
from gui.review.on_the_way import TextsOnTheWay
from gui.review.pictures import LargePictures
from gui.review.remarks import Remarks
from gui.review_panel import EDITORS
from gui.tag_panel import toggled
from gui.words import counted
from storage.photos import PhotoDetail, PhotoRow
from storage.schema import Field, PhotoState, TagState

UNDECIDED = (PhotoState.NONE, PhotoState.DRAFT, PhotoState.STALE)
"""States in which a photo waits for a person."""

JUDGED = {TagState.ACCEPTED: "accepted", TagState.REJECTED: "rejected", TagState.SUGGESTED: "open again"}
"""What a tag is once a person judged it."""

LOOK_AHEAD = 512
"""Photos that are looked at for the next undecided one; some milliseconds per 64."""

MOST_REMEMBERED = 2_000
"""Selected photos that are found again when the list is another; a larger selection is dropped."""


class ReviewFlow(QObject):
    """Decisions about photos.

    Attributes:
        pictures: shows the photo in hand.
        remarks: looks through what is typed.

    Signals:
        said(str): something happened that is worth a sentence.
        approved(object): ids of photos that a person approved.
    """

    said = Signal(str)
    approved = Signal(object)

    def __init__(self, window: MainWindow, model: PhotoModel, desk: Desk, loader: PictureLoader) -> None:
        super().__init__(window)
        self._window, self._model, self._desk = window, model, desk
        self._panel = window.panel
        self._shown = 0
        self._on_the_way = TextsOnTheWay(self._panel, desk, self.look_again)
        self._judged: PhotoDetail | None = None  # what was shown when a tag was judged last
        selection = window.grid.selectionModel()
        selection.currentChanged.connect(self._current_changed)
        selection.selectionChanged.connect(self._selection_changed)
        desk.detailed.connect(self._show)
        model.listed.connect(self._listed)
        self.pictures = LargePictures(window, model, desk, loader)
        for view in (window.stage, self._panel.picture):
            view.stepped.connect(self.step)
        self.remarks = Remarks(self._panel, desk, window.actions_table["spelling"])
        self.remarks.said.connect(self.said)
        self._panel.languages.leaving.connect(self.keep_edits)
        for field in EDITORS:
            self._panel.editor(field).field.touched.connect(self._catch_up)
        tags = self._panel.tags
        tags.judged.connect(self._judge_aloud)
        tags.added.connect(self.add_tag)
        tags.completing.connect(lambda typed: desk.complete_tag(typed, tags.complete))

    # which photos

    @property
    def row(self) -> int:
        """The current row, -1 without one."""
        return self._window.grid.currentIndex().row()

    def current(self) -> PhotoRow | None:
        """The current photo."""
        return self._model.photo(self.row, wait=True)

    def chosen(self) -> Sequence[int]:
        """The ids a decision concerns."""
        ids = array("q")
        for rows in self._window.grid.selected_ranges():
            ids.extend(self._model.ids[rows.start : rows.stop])
        if len(ids) > 1:
            return ids
        return [self._model.ids[self.row]] if self.row >= 0 else []

    def remember(self) -> dict[int, int]:
        """The selected ids and their rows, to be selected again in a new list; none where they are one, or too many."""
        ranges = list(self._window.grid.selected_ranges())
        count = sum(len(rows) for rows in ranges)
        if not 1 < count <= MOST_REMEMBERED:
            return {}
        return {self._model.ids[row]: row for rows in ranges for row in rows}

    def recall(self, photos: Mapping[int, int], shift: int) -> None:
        """Select these photos where they are listed now.

        Args:
            photos: what `remember` gave.
            shift: by how many rows the current photo has moved; most others moved with it.
        """
        ids = self._model.ids
        moved = ((photo, row + shift) for photo, row in photos.items())
        rows = [row for photo, row in moved if 0 <= row < len(ids) and ids[row] == photo]
        if len(rows) < len(photos):  # a million ids take 60 ms
            rows = list(compress(range(len(ids)), map(photos.__contains__, ids)))
        selection = QItemSelection()
        for row in rows:
            index = self._model.index(row, 0)
            selection.select(index, index)
        flags = QItemSelectionModel.SelectionFlag
        self._window.grid.selectionModel().select(selection, flags.Select | flags.Rows)

    def go(self, row: int) -> None:
        """Make a row the current one and the only selected one, also while Ctrl is held for a shortcut."""
        if 0 <= row < self._model.rowCount():
            flags = QItemSelectionModel.SelectionFlag
            self._window.grid.selectionModel().setCurrentIndex(
                self._model.index(row, 0), flags.ClearAndSelect | flags.Rows
            )

    def step(self, by: int) -> None:
        """The next (1) or previous (-1) photo."""
        self.go(self.row + by)

    def next_undecided(self) -> None:
        """Go to the next photo that waits, from the end back to the beginning."""
        for row in range(self.row + 1, min(self.row + 1 + LOOK_AHEAD, self._model.rowCount())):
            photo = self._model.photo(row, wait=True)
            if photo is not None and photo.state in UNDECIDED:
                self.go(row)
                return
        self._look_for_undecided(self.row, or_next=True)

    def first_undecided(self) -> None:
        """Go to the first photo that waits."""
        self._look_for_undecided(-1)

    def _look_for_undecided(self, after: int, *, or_next: bool = False) -> None:
        """Look through all listed photos, once everything that was decided before is kept."""
        ids, here = self._model.ids, self._shown

        def look() -> int:
            from storage import review_counts

            with self._desk.library.read() as connection:
                waiting = review_counts.waiting(connection)
            rows = chain(range(after + 1, len(ids)), range(max(after, 0)))
            return next((ids[row] for row in rows if ids[row] in waiting), 0)

        def go(photo: int) -> None:
            row = self._model.row_of(photo) if photo else -1
            if self._shown != here:
                return  # somebody went on already
            if row < 0:
                self.said.emit("Every photo here is decided.")
                if or_next:
                    self.step(1)
            else:
                if or_next and row < self.row:
                    self.said.emit("From the beginning again, to what was skipped.")
                self.go(row)

        self._desk.edit(look, go)

    # looking

    def _current_changed(self) -> None:
        photo = self._model.photo(self.row, wait=True)
        if photo is not None and photo.id == self._shown:
            return  # the list was found anew around the same photo; what is being typed is left alone
        self.keep_edits()
        if photo is None:
            self._shown = 0
            self._panel.show_photo(None, language=self._desk.settings.language)
            self.pictures.want(None)
            return
        self._shown = photo.id
        self._desk.look_at(photo.id)
        ahead = [p for n in (1, 2) if (p := self._model.photo(self.row + n)) is not None]
        self.pictures.want(photo, ahead)

    def _selection_changed(self) -> None:
        self._panel.tell_selected(sum(len(rows) for rows in self._window.grid.selected_ranges()))

    def _show(self, detail: PhotoDetail | None) -> None:
        if detail is not None and detail.row.id == self._shown:
            if (usual := self._desk.settings.language) != self._panel.usual:
                self.keep_edits()  # the editors may go to another language
            detail = self._on_the_way.over(detail)
            new = self._panel.detail is None or self._panel.detail.row.id != self._shown
            self._panel.show_photo(detail, language=usual)
            if new:
                made_by_ai.look(self._panel, self._desk, detail)
            self.pictures.tell(detail.row)

    def _catch_up(self) -> PhotoDetail | None:
        """All about the photo in hand, read now where the panel still shows the one before: a few milliseconds."""
        detail = self._panel.detail
        if self._shown and (detail is None or detail.row.id != self._shown):
            self._show(self._desk.read_detail(self._shown))
            detail = self._panel.detail
        return detail if detail is not None and detail.row.id == self._shown else None

    def look_again(self, changed: Container[int] | None = None) -> None:
        """Read the photo in hand again where it, or something about all photos, has changed."""
        if self._shown and (changed is None or self._shown in changed):
            self._desk.look_at(self._shown)

    def _listed(self) -> None:
        if not self._model.rowCount():
            self._current_changed()

    def keep_edits(self) -> None:
        """Keep what was typed, as a draft of the person."""
        detail = self._panel.detail
        if detail is None:
            return
        for field, words in self._panel.edits().items():
            self._keep(detail.row.id, field, words, approve=False)

    def _keep(self, photo: int, field: Field, words: str, *, approve: bool) -> None:
        self._desk.set_text([photo], words, field=field, language=self._panel.language, approve=approve)
        self._await(photo, field, words)

    def _await(self, photo: int, field: Field, words: str) -> None:
        before = self._panel.detail
        self._on_the_way.add(photo, field, words)
        self._judged = self._panel.detail if self._judged is before else self._judged

    # deciding

    def approve(self) -> None:
        """Approve what is in hand and go on."""
        ids = self.chosen()
        if len(ids) > 1:
            self.keep_edits()
            self.approve_many(ids)
            return
        if not ids:
            return
        detail, edits = self._catch_up(), self._panel.edits()
        if detail is not None and Field.ALT_TEXT in edits:
            if Field.EXTENDED in edits:
                self._keep(ids[0], Field.EXTENDED, edits[Field.EXTENDED], approve=True)
            self._desk.approve_words(
                detail, edits[Field.ALT_TEXT], language=self._panel.language, done=lambda _: self.approved.emit(ids)
            )
            self._await(ids[0], Field.ALT_TEXT, edits[Field.ALT_TEXT])
        else:
            self.keep_edits()
            seen = None if detail is self._judged else detail  # the draft follows the person's own judgement
            self._desk.approve(ids, partial(self._tell_approved, ids, seen), seen=seen)
        typing = self._panel.text.field.hasFocus() or self._panel.description.field.hasFocus()
        self.next_undecided()
        if typing:
            self._window.focus_photos()

    def _tell_approved(self, ids: Sequence[int], seen: PhotoDetail | None, number: int) -> None:
        if not number and seen is not None and seen.row.state == PhotoState.DRAFT:
            self.said.emit(f"{seen.row.name} was not approved: it has another draft now. Please look at it again.")
        else:
            self.approved.emit(ids)

    def approve_many(self, ids: Sequence[int]) -> None:
        """Approve these photos as one step."""

        def tell(number: int) -> None:
            self.said.emit(f"{counted(number, 'photo')} approved.")
            self.approved.emit(ids)

        self._desk.approve(ids, tell)

    def reject(self) -> None:
        """Reject the proposed text; it is not proposed again."""
        self._desk.reject(self.chosen(), lambda n: self.said.emit(_done(n, "text rejected", "texts rejected")))

    def withdraw(self) -> None:
        """Take approvals back."""
        said = "approval taken back", "approvals taken back"
        self._desk.withdraw(self.chosen(), lambda n: self.said.emit(_done(n, *said)))

    def edit_text(self) -> None:
        """Type the alt text."""
        if self.row >= 0:
            self._panel.text.start()

    def use_previous_text(self) -> None:
        """Put the text of the photo before into the editor."""
        self._catch_up()
        before = self._model.photo(self.row - 1, wait=True)
        if before is not None and before.alt_text:
            self._panel.text.put(before.alt_text)
            self._panel.text.start()

    def set_text(self, words: str, ids: Sequence[int], *, language: str) -> None:
        """Give these photos one text."""

        def tell(number: int) -> None:
            self.said.emit(f"Text of {counted(number, 'photo')} set.")
            self.approved.emit(ids)

        self._desk.set_text(ids, words, language=language, approve=True, done=tell)

    def make_drafts(self) -> None:
        """Draft alt text and extended description in the language of the editor, from what was found in the photo."""
        detail, language = self._catch_up(), self._panel.language
        if detail is None:
            return
        self.keep_edits()

        def make() -> int:
            from inference import engine
            from storage import review

            made = engine.drafts(self._desk.library, detail.row.id, language)
            return len(review.draft(self._desk.library, detail.row.id, made))

        def tell(number: int) -> None:
            nothing = "Nothing to draft: there are words already, or nothing was found in the photo."
            self.said.emit(f"{counted(number, 'draft')} written." if number else nothing)

        self._desk.edit(make, tell)

    def judge(self, concept: int, state: TagState) -> bool:
        """Accept, reject or leave open a tag of the chosen photos; False where the tags shown are not theirs yet."""
        ids, detail = self.chosen(), self._panel.detail
        if detail is None or detail.row.id != self._shown:
            self.said.emit("The tags of this photo are not shown yet; nothing was changed.")
            return False
        self._judged = detail
        self._desk.judge_tag(ids, concept, state)
        return True

    def judge_number(self, number: int) -> None:
        """Reject the tag with this number, or restore it."""
        tag = self._panel.tags.tag(number)
        if tag is not None:
            self._judge_aloud(tag.concept, toggled(tag, TagState.REJECTED))

    def _judge_aloud(self, concept: int, state: TagState) -> None:
        """Judge a tag that is shown, and say what it is now."""
        tag = next((tag for tag in self._panel.tags.shown if tag.concept == concept), None)
        if tag is not None and self.judge(concept, state):
            restored = tag.state == TagState.REJECTED and state != TagState.ACCEPTED
            self.said.emit(f"{tag.name} {'restored' if restored else JUDGED[state]}")

    def add_tag(self, keyword: str) -> None:
        """Give the chosen photos a keyword."""
        ids = self.chosen()
        self._desk.add_tag(ids, keyword)
        self.said.emit(f"{keyword} added" if len(ids) == 1 else f"{keyword} added to {counted(len(ids), 'photo')}")

    # taking back

    def undo(self) -> None:
        """Take back what was done last, typing that was not kept included."""
        self.keep_edits()
        self._desk.undo(lambda b: self._tell_swapped(b, "Undone", "There is nothing to undo."))

    def redo(self) -> None:
        """Do the review step again that was taken back last."""
        self._desk.redo(lambda b: self._tell_swapped(b, "Done again", "There is nothing to redo."))

    def _tell_swapped(self, batch: Any, what: str, nothing: str) -> None:
        """Say what was taken back or done again, and go to the photo where it was only one."""
        self.said.emit(f"{what}: {batch.label}." if batch else nothing)
        if batch and batch.only:
            self.go(self._model.row_of(batch.only, self.row))

    # taking out

    def copy_text(self) -> None:
        """Put the alt texts of the chosen photos on the clipboard."""
        rows = self._desk.read_rows(list(self.chosen())[:1000])
        texts = [row.alt_text for row in rows if row.alt_text]
        QGuiApplication.clipboard().setText("\n".join(texts))
        self.said.emit("Alt text copied." if texts else "There is no alt text to copy.")


def _done(count: int, one: str, many: str) -> str:
    return f"{count:,} {one if count == 1 else many}." if count else "Nothing to do here."
