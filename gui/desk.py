"""The library as the window uses it: questions answered in the background, what a person does done in order.

Each kind of question has a thread of its own, so that none waits for a slower one: pages of rows and single photos
(milliseconds), completions while typing, searches, counts; and one more is for edits. An edit never makes the window
wait, not even while a job holds the library's write lock; edits happen in the order they were made, and the window
closes only when the last one is kept.

Invariant: every failure is told by `failed`; nothing is swallowed.
"""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer, Signal

from gui.edits import Edits
from gui.jobs import Calls
from gui.questions import STOPPED, Question
from storage import photos
from storage.job import KnownError
from storage.library import Library
from storage.photos import PhotoDetail, PhotoRow
from storage.schema import PhotoState

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from storage.overview import Branch
    from storage.search import Completion, Facets, QueryError
    from storage.search.saved import SavedSearch

FIRST_ORDER = "taken"
"""The order in which photos are listed when nobody says otherwise, and that of `storage.photos.newest`."""

MOST_FACETS = 60
"""Years and cameras listed in the sidebar, the most frequent; all others are found by typing."""

MOST_NARROWING = 8
"""Ways to narrow a result offered in each group."""

REST = 4
"""After counting, the desk rests this many times as long as it took: jobs change photos all the time, and counting a
million of them must not take a whole core."""

LONGEST_REST = 10.0
"""Seconds of rest after which even a slow count is made anew."""


def _import(ready: threading.Event) -> None:
    """Import what questions need in one thread: two that import rooms which need each other find them half made."""
    try:
        from storage import history, overview, refresh, review, search  # noqa: F401
    finally:
        ready.set()


@dataclass(frozen=True, slots=True)
class Counts:
    """What the sidebar and the search bar say of the whole library.

    Attributes:
        folders, concepts: as trees; a branch counts what is below it, too.
        years: with their months below them.
        empty: there are neither photos nor folders.
    """

    total: int
    states: Mapping[PhotoState, int]
    problems: int
    facets: "Facets"
    folders: "tuple[Branch, ...]"
    concepts: "tuple[Branch, ...]"
    years: "tuple[Branch, ...]"
    saved: "tuple[SavedSearch, ...]"
    empty: bool


class Desk(Edits):
    """One open library, without waiting: what is asked of it; what is done to it is in `gui.edits`.

    Signals:
        found(object, str): ids of photos and the words they were searched by.
        corrected(str, str): words that find nothing, and better ones.
        misunderstood(object, str): the `QueryError`, and the words that can't be searched for.
        completed(object, str, int): completions of words at a cursor.
        narrowed(Facets, str): the ways to narrow what words find.
        detailed(object): the `PhotoDetail` that was asked for last, None where it is gone.
        counted(Counts): after `count`.
        undoable(object, object): the batches that undo and redo would take, or None.
        failed(str, object): a sentence and the exception.
    """

    found = Signal(object, str)
    corrected = Signal(str, str)
    misunderstood = Signal(object, str)
    completed = Signal(object, str, int)
    narrowed = Signal(object, str)
    detailed = Signal(object)
    counted = Signal(object)
    undoable = Signal(object, object)
    failed = Signal(str, object)

    def __init__(
        self, library: Library, parent: QObject | None = None, *, after: threading.Event | None = None
    ) -> None:
        """Open the desk.

        Args:
            after: nothing is read before this has happened.
        """
        ready = threading.Event()
        super().__init__(library, parent, after=ready)
        self._rows = Calls("rows", self, after=after)
        others = ("completions", "questions", "counts")
        self._completions, self._questions, self._counts = (Calls(n, self, after=ready) for n in others)
        self._all = (self._rows, self._completions, self._questions, self._counts, self.making)
        self._rows.ask(lambda: _import(ready))
        for calls in self._all:
            calls.failed.connect(self.failed)
        self._asked: dict[str, Question] = {}
        self._counting = self._count_again = False
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.timeout.connect(self._counted_enough)

    # questions

    def search(self, words: str, order: str = FIRST_ORDER) -> None:
        """Find photos; answered by `found`, or by `misunderstood`.

        Args:
            order: a value of `storage.search.Order`.
        """

        def ask(connection: "Connection") -> "Sequence[int] | QueryError":
            from storage import search

            try:
                return search.find(connection, words, order=search.Order(order), typing=True)
            except search.QueryError as error:
                return error

        def answer(found: "Sequence[int] | QueryError") -> None:
            if isinstance(found, KnownError):
                self.misunderstood.emit(found, words)
            else:
                self.found.emit(found, words)

        self._ask_newest(self._questions, "search", ask, answer)

    def correct(self, words: str) -> None:
        """Look for a question that finds something; answered by `corrected` where there is one."""

        def ask(connection: "Connection") -> str | None:
            from storage import search

            return search.corrected(connection, words)

        def answer(better: str | None) -> None:
            if better is not None:
                self.corrected.emit(words, better)

        self._ask_newest(self._questions, "correct", ask, answer)

    def complete(self, words: str, cursor: int) -> None:
        """Look for what can stand at the cursor; answered by `completed`."""

        def ask(connection: "Connection") -> "list[Completion]":
            from storage import search

            return search.complete(connection, words, cursor)

        self._ask_newest(self._completions, "complete", ask, lambda some: self.completed.emit(some, words, cursor))

    def complete_tag(self, typed: str, done: Callable[[list[str]], None]) -> None:
        """Look for keywords that begin with what was typed."""

        def ask(connection: "Connection") -> list[str]:
            from storage import review_counts

            return review_counts.names_like(connection, typed)

        self.ask(ask, done, only_latest="complete tag")

    def narrow(self, words: str) -> None:
        """Look for ways to narrow what words find; answered by `narrowed`, unless they can't be searched for."""

        def ask(connection: "Connection") -> "Facets | None":
            from storage import search

            try:
                return search.facets(connection, words, limit=MOST_NARROWING)
            except search.QueryError:
                return None

        def answer(facets: "Facets | None") -> None:
            if facets is not None:
                self.narrowed.emit(facets, words)

        self._ask_newest(self._counts, "narrow", ask, answer)

    def _ask_newest(
        self,
        calls: Calls,
        name: str,
        ask: Callable[["Connection"], Any],
        answer: Callable[[Any], None],
    ) -> None:
        """Ask in the place of an older question of this name, which is stopped even where it is being worked on."""
        if name in self._asked:
            self._asked[name].stop()
        self._asked[name] = question = Question(self.library, ask)

        def hear(found: Any) -> None:
            if found is not STOPPED:
                answer(found)

        calls.ask(question.run, hear, only_latest=name)

    def count(self) -> None:
        """Count what the sidebar shows, soon; answered by `counted`."""
        if self._counting or self._rest.isActive():
            self._count_again = True
            return
        self._counting = True
        begun = time.monotonic()

        def ask(connection: "Connection") -> Counts:
            try:
                return _count(connection)
            finally:
                self._counting = False

        def answer(counts: Counts) -> None:
            self._rest.start(round(min((time.monotonic() - begun) * REST, LONGEST_REST) * 1000))
            self.counted.emit(counts)

        self._ask_newest(self._counts, "count", ask, answer)

    def _counted_enough(self) -> None:
        if self._count_again:
            self._count_again = False
            self.count()

    def look_for_undo(self) -> None:
        """Ask what undo and redo would do; answered by `undoable`."""
        self._questions.ask(self._steps, lambda pair: self.undoable.emit(*pair), only_latest="undo")

    def steps(self, done: Callable[[Any, Any], None]) -> None:
        """What undo and redo would do once all is done that was done before: `done(undo, redo)`, batches or None."""
        self.edit(self._steps, lambda pair: done(*pair))

    def _steps(self) -> tuple[Any, Any]:
        from storage import history

        with self.library.read() as connection:
            return history.last_step(connection), history.undone_step(connection)

    def look_at(self, photo: int) -> None:
        """Read all about one photo; answered by `detailed`."""
        self._rows.ask(lambda: self.read_detail(photo), self.detailed.emit, only_latest="detail")

    def read_detail(self, photo: int) -> PhotoDetail | None:
        """All about one photo, now; None where it is gone."""
        with self.library.read() as connection:
            return photos.detail(connection, photo, language=self.settings.language)

    def read_rows(self, ids: Sequence[int]) -> list[PhotoRow]:
        """The rows of some photos, now."""
        with self.library.read() as connection:
            return photos.rows(connection, ids, language=self.settings.language)

    def read_rows_later(self, ids: Sequence[int], done: Callable[[list[PhotoRow]], None]) -> None:
        """The rows of some photos, in a while."""
        self._rows.ask(lambda: self.read_rows(ids), done)

    def ask(self, question: Callable[[Any], Any], done: Callable[[Any], None], *, only_latest: str = "") -> None:
        """Any other question: `question(connection)` in the background, `done(answer)` in the main thread."""

        def ask() -> Any:
            with self.library.read() as connection:
                return question(connection)

        self._questions.ask(ask, done, only_latest=only_latest)

    def ask_library(self, question: Callable[[], Any], done: Callable[[Any], None], *, only_latest: str = "") -> None:
        """A question that opens its own reads."""
        self._questions.ask(question, done, only_latest=only_latest)

    @property
    def idle(self) -> bool:
        """True where every question is answered and every edit made."""
        return not self._count_again and not any(calls.waiting for calls in self._all)

    def close(self) -> None:
        """Drop questions, finish edits."""
        self._rest.stop()
        for question in self._asked.values():
            question.stop()
        for calls in self._all:
            calls.close(finish=calls is self.making)


def _count(connection: "Connection") -> Counts:
    from storage import overview, search
    from storage.search import saved

    states = photos.state_counts(connection)
    total = sum(states.values())
    return Counts(
        total,
        states,
        photos.problem_count(connection),
        search.facets(connection, "", limit=MOST_FACETS),
        overview.folders(connection),
        overview.concepts(connection),
        overview.years(connection),
        saved.load(connection),
        empty=not total and connection.exec_driver_sql("SELECT 1 FROM root").first() is None,
    )
