"""Finding in the window: what is typed, chosen in the sidebar or taken away as a chip becomes one question, its answer
becomes the list of photos, and all that stands around the photos says why they are these.

Invariant: the search field always has the whole question; there is no hidden filter. The photo in hand alone stays
where the same question is asked anew, until somebody goes on.
"""

import time
from array import array
from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from gui.desk import Counts, Desk
from gui.filter_words import added, narrowed
from gui.main_window import MainWindow
from gui.photo_model import PhotoModel, place_of
from gui.review_flow import ReviewFlow

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from storage.search import Facets, Part, QueryError

RELIST_MS = 500
"""Between two searches while a scan brings photos: the list grows twice a second."""

REST = 4
"""After such a search it rests this many times as long as that took: to list a million photos takes seconds."""

SPEAK_MS = 700
"""Silence after a key before suggestions or a wrong question are spoken; they are shown at once."""


class Finder(QObject):
    """Connects the search field and everything around it with the library."""

    def __init__(self, window: MainWindow, model: PhotoModel, desk: Desk, flow: ReviewFlow) -> None:
        super().__init__(window)
        self._window, self._model, self._desk, self._flow = window, model, desk, flow
        self._search = window.search
        self._total = -1
        self._found_words = ""
        self._asked_at = 0.0  # when the question was asked that is not answered yet
        self._changed = False  # photos came or went since
        self._all: tuple[str, Sequence[int]] | None = None  # all photos and their order, as they were listed last
        self._all_shown = False  # and shown before they were listed anew
        self._relist = QTimer(self)
        self._relist.setSingleShot(True)
        self._relist.setInterval(RELIST_MS)
        self._relist.timeout.connect(self._list_anew)
        self._offer = self._result = ""  # what is still to be spoken
        self._speak = QTimer(self)
        self._speak.setSingleShot(True)
        self._speak.setInterval(SPEAK_MS)
        self._speak.timeout.connect(self._say)
        desk.found.connect(self._found)
        desk.corrected.connect(self._corrected)
        desk.misunderstood.connect(self._misunderstood)
        desk.failed.connect(self._answered)
        desk.counted.connect(self._counted)
        desk.completed.connect(self._search.offer)
        desk.narrowed.connect(self._narrowed)
        self._search.asked.connect(self._asked)
        self._search.sorted.connect(self.again)
        self._search.completing.connect(desk.complete)
        self._search.offered.connect(self._say_offer)
        self._search.left.connect(window.focus_photos)
        window.chips.removed.connect(self._search.search)
        window.chips.left.connect(window.focus_photos)
        window.nothing_found.pressed.connect(self._search.search)
        window.sidebar.chosen.connect(self._filter)
        window.facets.chosen.connect(lambda words: self._search.search(added(self._search.words, words)))

    def again(self) -> None:
        """Find anew what is searched for."""
        self._asked_at = time.monotonic()
        self._changed = False
        self._desk.search(self._search.words, self._search.order)

    def again_soon(self) -> None:
        """The same in a while, because photos come or go."""
        self._all = None
        if not self._relist.isActive():
            self._relist.start()

    def _list_anew(self) -> None:
        if self._asked_at:
            self._changed = True  # a question that is asked again before its answer would never be answered
        else:
            self.again()

    def _answered(self) -> None:
        if self._asked_at:
            spent = time.monotonic() - self._asked_at
            self._relist.setInterval(max(RELIST_MS, round(spent * 1000) * REST))
            self._asked_at = 0.0
        if self._changed:
            self.again_soon()

    def _asked(self, words: str) -> None:
        self._speak.stop()
        self._search.complain(None)
        self._desk.ask(
            lambda connection: _parts(connection, words),
            lambda parts: self._show_parts(parts, words),
            only_latest="parts",
        )
        if not words:
            self._window.facets.hide()
            self._show_all()
        self.again()

    def _show_all(self) -> None:
        """Show all photos at once, as they were listed last: to list a million takes half a second.

        They are listed anew all the same, because another program may have changed them.
        """
        if self._all is not None and self._all[0] == self._search.order and self._found_words:
            self._show(self._all[1], "")
            self._all_shown = True

    def _show_parts(self, parts: "Sequence[Part] | None", words: str) -> None:
        """Show the chips; while the words can't be understood, those of the photos that are still shown."""
        if words == self._search.words and parts is not None:
            self._window.chips.show_parts(parts)

    def _say(self) -> None:
        if self._search.complaint:
            self._window.announcer.say(self._search.complaint, assertive=True)
        elif self._search.field.hasFocus() or self._window.chips.focused:
            said = ", ".join(part for part in (self._result, self._offer) if part)
            if said:
                self._window.announcer.say(said)
            self._result = self._offer = ""

    def _say_offer(self, sentence: str) -> None:
        self._offer = sentence
        self._speak.start()

    def _filter(self, words: str) -> None:
        self._search.search(narrowed(self._search.words, words) if words else "")

    def _found(self, ids: Sequence[int], words: str) -> None:
        changed = self._changed or self._relist.isActive()
        self._answered()
        if words != self._search.words:
            return
        known = self._all_shown and not words and ids == self._model.ids
        self._all_shown = False
        if not words and not changed:
            self._all = (self._search.order, ids)
        if known:
            return
        if words and words != self._found_words:
            self._desk.narrow(words)
        self._show(ids, words)

    def _show(self, ids: Sequence[int], words: str) -> None:
        grid, flow = self._window.grid, self._flow
        again = words == self._found_words
        keep = flow.remember() if again else {}
        photo, before = flow.current(), flow.row
        current, scrolled = photo.id if photo else 0, grid.verticalScrollBar().value()
        self._found_words = words
        if again and words and current and place_of(current, ids, before) < 0 and self._desk.read_rows([current]):
            ids = array("q", ids)  # somebody works on it, though it is no answer any more: it stays until they go on
            ids.insert(before, current)
        self._model.set_ids(ids)
        row = self._model.row_of(current, before) if current else -1
        if len(ids):
            self._window.show_found()
            flow.go(max(row, 0))
            if keep and row >= 0:
                flow.recall(keep, row - before)
                grid.verticalScrollBar().setValue(scrolled)
        elif words:
            self._window.show_nothing_found(f"No photo answers “{words}”.")
            self._desk.correct(words)
        self._tell_found()
        if not again:
            self._result = self._search.found
            self._speak.start()

    def _corrected(self, words: str, better: str) -> None:
        if words == self._search.words:
            self._window.nothing_found.say(f"No photo answers “{words}”. Did you mean “{better}”?")
            self._window.nothing_found.offer(f"Search for “{better}”", better)

    def _misunderstood(self, error: "QueryError", words: str) -> None:
        self._answered()
        if words == self._search.words:
            self._search.complain(error)
            self._window.facets.hide()
            self._speak.start()

    def _narrowed(self, facets: "Facets", words: str) -> None:
        if words == self._search.words:
            self._window.facets.show_facets(facets)

    def _counted(self, counts: Counts) -> None:
        self._total = counts.total
        sidebar = self._window.sidebar
        sidebar.show_states(counts.total, dict(counts.states), counts.problems)
        sidebar.show_saved(counts.saved)
        for group, branches in (("Folders", counts.folders), ("Tags", counts.concepts), ("Years", counts.years)):
            sidebar.show_tree(group, branches)
        for group, facets in (("People", counts.facets.people), ("Cameras", counts.facets.cameras)):
            sidebar.show_facets(group, facets)
        self._tell_found()
        if self._search.words and not self._search.complaint:
            self._desk.narrow(self._search.words)

    def _tell_found(self) -> None:
        if self._total >= 0:
            self._search.tell_found(self._model.rowCount(), self._total)


def _parts(connection: "Connection", words: str) -> "Sequence[Part] | None":
    from storage import search

    try:
        return search.take_apart(connection, words)
    except search.QueryError:
        return None
