"""Every view and dialog of the window, opened on a real library.

The audit, the tests of contrast and of room, and the screenshots of the documentation all go through these scenes; a
test fails while a widget of `gui` is in none of them. A new dialog gets a row of `SCENES` that opens it.
"""

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtWidgets import QApplication, QWidget

import gui
from gui.app import Session
from gui.command_palette import CommandPalette
from gui.dialogs.check_dialog import CheckDialog
from gui.dialogs.duplicates_dialog import SIDE, DuplicatesDialog
from gui.dialogs.export_dialog import ExportDialog, Scope
from gui.dialogs.folders_dialog import FoldersDialog
from gui.dialogs.import_dialog import ImportDialog
from gui.dialogs.libraries_dialog import LibrariesDialog
from gui.dialogs.mend_dialog import MendDialog
from gui.dialogs.saved_searches import SavedSearchesDialog, SaveSearchDialog
from gui.dialogs.words_dialog import WordsDialog
from gui.embed_dialog import open_dialog
from gui.help_sheet import HelpSheet
from gui.problems_dialog import ProblemsDialog
from gui.review.above_dialog import AboveDialog
from gui.review.outside_dialog import OutsideDialog
from gui.review.replace_dialog import ReplaceDialog
from gui.review.scope import scopes
from gui.review.tags_dialog import TagsDialog
from gui.settings_dialog import PAGES, SettingsDialog
from gui.text_dialog import TextDialog
from gui.work import PHOTOS
from inference import packs
from inference.own_words import OwnWords
from inference.vocabulary import Vocabulary
from storage import overview
from storage.backup import Complaint
from storage.duplicates import Group, Likeness
from storage.overview import Trouble
from storage.search.saved import SavedSearch
from storage.verify import KEYWORDS, Difference, Outside


@dataclass(frozen=True, slots=True)
class Scene:
    """One view, or one dialog.

    Attributes:
        name: also that of its picture in the documentation.
        open: makes the window and returns what is to be looked at: the window itself, or a dialog that need not be
            shown yet.
        empty: True where it needs a library without photos.
    """

    name: str
    open: Callable[[Session], QWidget]
    empty: bool = False

    def __str__(self) -> str:
        return self.name


def _view(name: str) -> Callable[[Session], QWidget]:
    def show(session: Session) -> QWidget:
        session.window.show_view(name)
        return session.window

    return show


def _searched(session: Session) -> QWidget:
    session.window.search.search("state:draft -nothing")
    return session.window


def _nothing_found(session: Session) -> QWidget:
    session.window.search.search("dgo")
    session.window.show_nothing_found("No photo answers “dgo”.")
    session.window.nothing_found.offer("Search for “dog”", "dog")
    return session.window


def _working(session: Session) -> QWidget:
    session.window.jobs.work(PHOTOS)
    session.window.jobs.tell_problems(2)
    return session.window


def _first_run(session: Session) -> QWidget:
    session.window.show_first_run(on=True)
    return session.window


def _problems(session: Session) -> QWidget:
    with session.desk.library.read() as connection:
        found = overview.troubles(connection)
    return ProblemsDialog(found or [Trouble("a.jpg", "scan", "It is broken.")], session.window)


def _replacing(session: Session) -> QWidget:
    dialog = ReplaceDialog(scopes(session), session.desk, session.window)
    dialog.look_for("image", "picture")
    return dialog


def _outside(session: Session) -> QWidget:
    found = []
    for photo in session.desk.read_rows(session.model.ids[:3]):
        text = ("A brown cat sleeps on a sofa.",), ("A black cat sleeps on the old sofa.",)
        differences = (Difference(("alt_text", "en"), *text), Difference(KEYWORDS, ("cat", "sofa"), ("cat",)))
        found.append(Outside(photo.id, photo.path, differences))
    return OutsideDialog(found, session.appearance, session.window)


def _duplicates(session: Session) -> QWidget:
    alike = tuple(session.model.ids[:3])
    dialog = DuplicatesDialog(session.desk, session.thumbnails, session.appearance.scaled(SIDE), session.window)
    while dialog.looking:  # for the copies that are there, if any
        QApplication.processEvents()
    dialog.show_groups([Group(Likeness.SERIES, alike)])
    dialog.show_rows(alike, session.desk.read_rows(alike))
    return dialog


def _settings(session: Session, page: str) -> QWidget:
    with session.desk.library.read() as connection:
        folders = overview.top_folders(connection)
    return SettingsDialog(session.desk.settings, {}, session.window, folders=folders, packs=packs.discover(), page=page)


SCENES = (
    Scene("library", _view("library-view")),
    Scene("review", _view("review-view")),
    Scene("list", _view("list-view")),
    Scene("search", _searched),
    Scene("nothing-found", _nothing_found),
    Scene("working", _working),
    Scene("first-run", _first_run, empty=True),
    Scene("keys", lambda s: HelpSheet(s.window.actions_table, s.window)),
    Scene("commands", lambda s: CommandPalette(s.window.actions_table, s.window)),
    Scene("settings", lambda s: _settings(s, PAGES[0])),
    *(
        Scene(f"settings-{page.lower()}", lambda s, page=page: _settings(s, page))  # type: ignore[misc]
        for page in PAGES[1:]
    ),
    Scene("folders", lambda s: FoldersDialog([Path("/home/me/Pictures"), Path("/media/disk/Photos")], s.window)),
    Scene("export", lambda s: ExportDialog([Scope("All photos", list(s.model.ids))], s.window)),
    Scene("import", lambda s: ImportDialog(s.desk.library, "en", s.window)),
    Scene("libraries", lambda s: LibrariesDialog([s.desk.library.path], s.desk.library.path, s.window)),
    Scene("check", lambda s: CheckDialog([Complaint("search", "3 photos are not in the search.", True)], s.window)),
    Scene("damaged", lambda s: MendDialog(s.desk.library.path, "The library is damaged.", s.window)),
    Scene("duplicates", _duplicates),
    Scene("save-search", lambda s: SaveSearchDialog("cat state:draft", ["Dogs"], s.window)),
    Scene("saved-searches", lambda s: SavedSearchesDialog([SavedSearch("Dogs", "dog")], s.window)),
    Scene("own-words", lambda s: WordsDialog(Vocabulary.load(), OwnWords(blocked=frozenset({"dog"})), "en", s.window)),
    Scene("set-text", lambda s: TextDialog(12, s.appearance, s.window)),
    Scene("problems", _problems),
    Scene("no-problems", lambda s: ProblemsDialog([], s.window)),
    Scene("embed", open_dialog),
    Scene("approve-sure", lambda s: AboveDialog(scopes(s), s.desk, s.window)),
    Scene("replace", _replacing),
    Scene("change-tags", lambda s: TagsDialog(s.model.ids, s.desk, s.window)),
    Scene("changed-outside", _outside),
    Scene("nothing-changed-outside", lambda s: OutsideDialog([], s.appearance, s.window)),
)


def widgets_of_gui() -> set[type[QWidget]]:
    """Every class of widget that the window's code defines."""
    for module in pkgutil.walk_packages(gui.__path__, "gui."):
        importlib.import_module(module.name)
    return {made for made in _subclasses(QWidget) if made.__module__.startswith("gui.")}


def _subclasses(of: type[QWidget]) -> Iterator[type[QWidget]]:
    for made in of.__subclasses__():
        yield made
        yield from _subclasses(made)
