"""One window on one library: the only place where objects meet and signals are connected.

What happens in which order until the first photos are seen is in `gui.start`.
"""

import os
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QSettings, Qt, QTimer, Signal
from PySide6.QtWidgets import QApplication, QWidget

from gui import accessible, library_files
from gui.appearance import Appearance
from gui.desk import FIRST_ORDER, Counts, Desk
from gui.finder import Finder
from gui.first_photos import FirstPhotos, Glance
from gui.images import make_thumbnail
from gui.library_care import LibraryCare
from gui.library_signals import LibrarySignals
from gui.main_window import VIEWS, MainWindow
from gui.photo_model import PhotoModel
from gui.picture_loader import PictureLoader
from gui.review.full_view import FullView
from gui.review.order import ViewOrders
from gui.review_flow import ReviewFlow
from gui.thumbnail_loader import ThumbnailLoader
from gui.work import Work
from storage import ordered_jobs
from storage.job import KnownError
from storage.library import Changes, Library
from storage.settings import Settings

if TYPE_CHECKING:
    from storage.watch import LibraryWatch

NEW_PHOTOS_MS = 1_500
"""Quiet time after photos came, before the models look at them."""

LONGEST_FIRST_MS = 500
"""After which the library is read even where the first thumbnails are still being made."""


class Session(QObject):
    """One window on one library, with everything that serves it.

    Attributes:
        window, desk, model, flow, finder, work: see their classes.

    Signals:
        seen(): the first photos are painted with their thumbnails, or there is none to wait for.
    """

    seen = Signal()

    def __init__(
        self, app: QApplication, library: Library, stored: QSettings, first: FirstPhotos | None = None
    ) -> None:
        """Make the window, which `begin` fills.

        Args:
            first: the newest photos, where they are being read already.
        """
        super().__init__()
        self._first = first or FirstPhotos(library, Glance())
        accessible.install(app)
        self._stored = stored
        self._closed = False
        self.appearance = Appearance(app)
        self._first_shown = threading.Event()
        self.desk = Desk(library, self, after=self._first_shown)
        self.appearance.choose(self.desk.settings.theme, self.desk.settings.text_size)
        self.model = PhotoModel(self.desk.read_rows, self.desk.read_rows_later, self)
        self.thumbnails = ThumbnailLoader(make_thumbnail, ahead=self._first.take, parent=self)
        self.pictures = PictureLoader(self, after=self._first_shown)
        self.window = MainWindow(self.appearance, self.model, self.thumbnails)
        self.window.setWindowTitle(library_files.window_title(library.path))
        self.appearance.dress()
        self.flow = ReviewFlow(self.window, self.model, self.desk, self.pictures)
        self.full_view = FullView(self.window)
        self.work = Work(library, self.window.jobs, self)
        self.work.follow(self.desk.making)
        self._signals = LibrarySignals(self)
        self._stop_listening = library.listen(self._signals.hear)
        self.finder = Finder(self.window, self.model, self.desk, self.flow)
        self.orders = ViewOrders(self.window, stored)
        self._watch: LibraryWatch | None = None
        self._new_photos = QTimer(self)
        self._new_photos.setSingleShot(True)
        self._new_photos.setInterval(NEW_PHOTOS_MS)
        self._new_photos.timeout.connect(self._look_at_new)
        self._connect()
        self._connect_actions()
        with library_files.own_state(stored, library.path) as own:
            self.window.recall(own)
        self.window.actions_table.set_keys(self._keys())

    def begin(self, folders: Sequence[Path] = (), *, work: bool = True) -> None:
        """Fill the window, then go on with what is left to do.

        Args:
            work: False leaves jobs alone.
        """
        work = work and self.desk.library.writable
        self._work_when_counted, self._watch_when_counted = work and not folders, work
        if not self.desk.library.writable:
            self.say("This library can only be read: you can search and look at it, but nothing is kept.")
        self.seen.connect(self._begin_rest)
        self._show_first()
        if folders:
            self.add_folders(folders)
        self.window.focus_photos()

    def _show_first(self) -> None:
        """Show the newest photos before the database is even imported; everything else is done once they are seen."""
        search = self.window.search
        rows = self._first.rows() if not search.words and search.order == FIRST_ORDER else []
        if rows:
            self.model.show_first(rows)
            self.flow.go(0)
        if rows and self.window.view() == VIEWS[0]:
            self.window.grid.painted.connect(self._look_whether_seen)
            QTimer.singleShot(LONGEST_FIRST_MS, self, self._see)
        else:
            self._see()

    def _look_whether_seen(self) -> None:
        if self.thumbnails.idle:
            self.window.grid.painted.disconnect(self._look_whether_seen)
            self._see()

    def _see(self) -> None:
        if not (self._first_shown.is_set() or self._closed):
            self._first_shown.set()
            QTimer.singleShot(0, self, self.seen.emit)

    def _begin_rest(self) -> None:
        if self._closed:
            return
        self._first.close()
        self.finder.again()
        self.desk.count()
        self.desk.look_for_undo()
        QTimer.singleShot(0, self, self.window.actions_table.dress)  # in a turn of its own: it takes 20 ms

    _work_when_counted = _watch_when_counted = False
    _undo: Any = None  # the embedding that undo would take back
    _redo: Any = None  # the embedding that redo would do again

    def undo(self) -> None:
        """Take back what was done last: a review step at once, an embedding as a job."""
        self._take(0, self._undo, self.flow.undo, "Putting the old words back", ordered_jobs.undo_embedding)

    def redo(self) -> None:
        """Do again what was taken back last: a review step at once, an embedding as a job."""
        self._take(1, self._redo, self.flow.redo, "Writing into photos", ordered_jobs.redo_embedding)

    def _take(
        self, place: int, embedding: object, review: Callable[[], object], title: str, job: Callable[..., Any]
    ) -> None:
        """Take the step that undo (0) or redo (1) names: at once where it is of the review, else as a job.

        Args:
            embedding: that the window knows of; by the time all is done that was asked for there may be a newer step.
        """

        def take(*steps: Any) -> None:
            if _embeds(steps[place]):
                self.work.write(title, self.work.elsewhere(job, steps[place].id))
            else:
                review()

        if embedding is None:
            review()
        else:
            self.desk.steps(take)

    # wiring

    def _connect(self) -> None:
        window, desk = self.window, self.desk
        self._signals.changed.connect(self._library_changed)
        self.thumbnails.arrived.connect(window.grid.viewport().update)
        desk.counted.connect(self._counted)
        desk.undoable.connect(self._undoable)
        desk.changed_settings.connect(self._settings_changed)
        for failing in (desk.failed, self.pictures.failed):
            failing.connect(self._failed)
        window.first_run.chosen.connect(self.choose_folders)
        window.first_run.dropped.connect(self.add_folders)
        window.dropped.connect(self.add_folders)
        window.panel.left.connect(window.focus_photos)
        window.panel.picture.enlarged.connect(lambda: window.show_view("review-view"))
        window.grid.doubleClicked.connect(lambda: window.show_view("review-view"))
        window.list.doubleClicked.connect(lambda: window.show_view("review-view"))
        window.jobs.problems_wanted.connect(lambda: window.actions_table["problems"].trigger())
        window.closing.connect(self._closing)
        self.flow.said.connect(self.say)
        self.work.said.connect(lambda text, error: window.announcer.say(text, assertive=error))
        for ask in (self.desk.count, self.desk.look_for_undo):  # an embedding can be undone once a file was written
            self.work.ended.connect(lambda *_, ask=ask: ask())
        for view in (window.grid, window.list, window.stage):
            view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
            view.customContextMenuRequested.connect(lambda at, view=view: self._open_menu(view, at))

    def _connect_actions(self) -> None:
        from gui.commands import connect

        connect(self)
        self.care = LibraryCare(self, self._stored)

    def _open_menu(self, view: QWidget, at: object) -> None:
        from PySide6.QtCore import QPoint

        assert isinstance(at, QPoint)
        self.window.actions_table.menu_of_photos(view).popup(view.mapToGlobal(at))

    # what the library says

    def _counted(self, counts: Counts) -> None:
        self.window.jobs.tell_problems(counts.problems)
        self.window.list.show_problems(on=counts.problems > 0)
        self.window.show_first_run(on=counts.empty and not self.work.busy)
        if self._work_when_counted:
            self._work_when_counted = False
            if not counts.empty:
                self.work.find_words(())
        if self._watch_when_counted:
            self._watch_when_counted = False
            self.watch()

    def watch(self) -> None:
        """Notice from now on what happens in the library's folders."""

        def make() -> "LibraryWatch":
            from storage.watch import LibraryWatch

            return LibraryWatch(self.desk.library)

        def start(made: "LibraryWatch") -> None:
            self._watch = made
            made.start()

        self.desk.ask_library(make, start)

    def _look_at_new(self) -> None:
        if self._watch is not None and not self.work.busy:
            self.work.find_words_of_new()

    def _library_changed(self, changes: Changes) -> None:
        self.model.refresh(changes.photos)
        self.flow.look_again(changes.photos)
        if changes.listing:
            self.finder.again_soon()
            self._new_photos.start()
        if changes.listing or changes.photos:
            self.desk.count()
        if changes.settings:
            self.desk.look_for_undo()

    def _undoable(self, undo: object, redo: object) -> None:
        for name, batch in (("undo", undo), ("redo", redo)):
            action = self.window.actions_table[name]
            label = getattr(batch, "label", "")
            action.setText(f"{name.capitalize()}: {label}" if label else name.capitalize())
            action.setEnabled(batch is not None)
        self._undo, self._redo = (b if _embeds(b) else None for b in (undo, redo))

    def _settings_changed(self, settings: Settings) -> None:
        self.appearance.apply(settings.theme, settings.text_size)
        self.window.grid.updateGeometries()
        if settings.language != self.window.panel.usual:
            self.flow.look_again()
        self.finder.again()

    # what the user asks

    def say(self, sentence: str) -> None:
        """Show a sentence in the status line and speak it."""
        self.window.jobs.say(sentence)
        self.window.announcer.say(sentence)

    def _failed(self, sentence: str, error: BaseException | None) -> None:
        if error is not None and not isinstance(error, KnownError):
            sys.excepthook(type(error), error, error.__traceback__)
        self.window.jobs.say(sentence)
        self.window.announcer.say(sentence, assertive=True)
        from PySide6.QtWidgets import QMessageBox

        QMessageBox.warning(self.window, "Altfolio", sentence)

    def choose_folders(self) -> None:
        """Ask for folders with photos: for one with the system's chooser, then whether there are others."""
        from gui.dialogs.folders_dialog import FoldersDialog, choose_folder

        first = choose_folder(self.window)
        if first is not None:
            dialog = FoldersDialog([first], self.window)
            dialog.ask(lambda: self.add_folders(dialog.folders))

    def add_folders(self, folders: Sequence[Path]) -> None:
        """Look through folders and find the words of their photos."""
        if folders:
            self.window.show_first_run(on=False)
            self.work.find_words([Path(os.path.abspath(f)) for f in folders])  # noqa: PTH100 - links stay as they are

    def _keys(self) -> dict[str, str]:
        kept = self._stored.value("keys", {})
        return {str(k): str(v) for k, v in kept.items()} if isinstance(kept, dict) else {}

    def keep_keys(self, keys: dict[str, str]) -> None:
        """Use other keys from now on."""
        self._stored.setValue("keys", keys)
        self.window.actions_table.set_keys(keys)

    def keys(self) -> dict[str, str]:
        """Keys that differ from the table."""
        return self._keys()

    def _closing(self) -> None:
        self.flow.keep_edits()
        with library_files.own_state(self._stored, self.desk.library.path) as own:
            self.window.remember(own)
            Glance(len(self.window.grid.visible_rows()), self.thumbnails.side).keep(own)

    def close(self) -> None:
        """Stop asking jobs, finish edits, join all threads."""
        if not self._closed:
            self._closed = True
            self._first.close()
            self._stop_listening()
            if self._watch is not None:
                self._watch.stop()
            self.care.close()
            self.work.close()
            self.thumbnails.close()
            self.pictures.close()
            self.desk.close()


def _embeds(batch: object) -> bool:
    return getattr(batch, "kind", "") == "embed"
