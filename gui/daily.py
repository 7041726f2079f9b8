"""What the actions of daily life do in a session: finding, handing over, own words, the library itself."""

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer

from gui import handover
from gui.auto_write import AutoWrite
from gui.search_bar import ORDERS
from storage import ordered_jobs

if TYPE_CHECKING:
    from gui.app import Session
    from gui.settings_dialog import SettingsDialog
    from inference.own_words import OwnWords
    from inference.packs import Pack
    from inference.vocabulary import Vocabulary
    from storage.overview import TopFolder

PACKS_MS = 3_000
"""After the start, when the first photos are shown: to read the packs' names loads half of the models' machinery."""

DRAFT_SETTINGS = {"language", "style", "extended", "least_certainty", "read_text", "packs_off"}
"""Settings after whose change drafts are made anew."""


def connect(session: "Session") -> None:
    """Connect every action of daily life."""
    window, actions = session.window, session.window.actions_table
    for name, call in (
        ("settings", lambda: change_settings(session)),
        ("own-words", lambda: change_own_words(session)),
        ("save-search", lambda: save_search(session)),
        ("saved-searches", lambda: arrange_searches(session)),
        ("suggest", lambda: suggest(session)),
        ("filters", lambda: show_filters(session)),
        ("narrow", lambda: narrow(session)),
    ):
        actions.on(name, call)
    handover.connect(session)
    AutoWrite(session)
    QTimer.singleShot(PACKS_MS, session, lambda: list_packs(session))
    for order in ORDERS:
        actions.on(f"sort-{order}", partial(window.search.sort, order))


def list_packs(session: "Session") -> None:
    """Name the model packs in the sidebar, for who wonders who finds all that, and in which photos."""

    def ask() -> list[tuple[str, str]]:
        from inference import engine, packs

        return [(f"{pack.name} {pack.version}", pack.id) for pack in packs.discover(engine.own_packs(), broken=[])]

    session.desk.ask_library(ask, session.window.sidebar.show_packs, only_latest="packs")


def change_settings(session: "Session") -> None:
    """Open the settings and keep what was changed."""
    from gui.settings_dialog import SettingsDialog

    desk = session.desk

    def ask() -> "tuple[list[TopFolder], list[Pack]]":
        from inference import engine, packs
        from storage import overview

        with desk.library.read() as connection:
            return overview.top_folders(connection), packs.discover(engine.own_packs(), broken=[])

    def show(found: "tuple[list[TopFolder], list[Pack]]") -> None:
        dialog = SettingsDialog(desk.settings, session.keys(), session.window, folders=found[0], packs=found[1])
        dialog.own_words_wanted.connect(lambda: session.window.actions_table["own-words"].trigger())
        dialog.ask(lambda: keep_settings(session, dialog))

    desk.ask_library(ask, show, only_latest="settings")


def keep_settings(session: "Session", dialog: "SettingsDialog") -> None:
    """Keep what was changed in the settings, and do what follows from it."""
    session.keep_keys(dialog.keys())
    changes = dialog.changes()
    if changes:
        session.desk.save_settings(**changes)
    added, removed = dialog.folder_changes()
    if removed:
        session.work.start("Removing a folder", session.work.elsewhere(ordered_jobs.remove_folders, removed))
    if added:
        session.add_folders(added)
    elif changes.keys() & DRAFT_SETTINGS:
        session.desk.edit(lambda: None, partial(_draft_anew, session))  # once they are kept


def _draft_anew(session: "Session", _: object) -> None:
    session.work.find_words_of_new()


def change_own_words(session: "Session") -> None:
    """Open the words of the user's own and keep what was changed."""
    from gui.dialogs.words_dialog import WordsDialog

    library = session.desk.library

    def ask() -> "tuple[Vocabulary, OwnWords]":
        from inference import engine
        from inference.vocabulary import Vocabulary

        with library.read() as connection:
            return Vocabulary.load(), engine.kept_words(connection)

    def keep(own: "OwnWords") -> None:
        from inference import engine

        with library.write() as block:
            engine.keep_words(block.connection, own)
            block.settings_changed()

    def show(found: "tuple[Vocabulary, OwnWords]") -> None:
        dialog = WordsDialog(*found, session.desk.settings.language, session.window)

        def take() -> None:
            if dialog.own != found[1]:
                session.desk.edit(partial(keep, dialog.own), partial(_draft_anew, session))

        dialog.ask(take)

    session.desk.ask_library(ask, show, only_latest="words")


def suggest(session: "Session") -> None:
    """Offer what can stand in the search field."""
    search = session.window.search
    search.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
    search.field.wondering.emit()


def show_filters(session: "Session") -> None:
    """Go to the sidebar, which is shown where it was hidden."""
    actions = session.window.actions_table
    if not actions["sidebar"].isChecked():
        actions["sidebar"].trigger()
    session.window.sidebar.setFocus(Qt.FocusReason.ShortcutFocusReason)


def narrow(session: "Session") -> None:
    """Go to the ways to narrow what was found."""
    if not session.window.facets.isVisibleTo(session.window.aside):
        session.say("There is nothing to narrow: search for something first.")
        return
    show_filters(session)
    session.window.facets.tree.setFocus(Qt.FocusReason.ShortcutFocusReason)


def save_search(session: "Session") -> None:
    """Keep what is searched for under a name."""
    from gui.dialogs.saved_searches import SaveSearchDialog
    from storage.search import saved
    from storage.search.saved import SavedSearch

    words, library = session.window.search.words, session.desk.library
    if not words or session.window.search.complaint:
        arrange_searches(session)  # which says how to save one, too
        return

    def ask(known: tuple[SavedSearch, ...]) -> None:
        dialog = SaveSearchDialog(words, [one.name for one in known], session.window)
        dialog.ask(lambda: session.desk.edit(partial(saved.save, library, dialog.name, words), done))

    def done(_: object) -> None:
        session.desk.count()
        session.say("The search is saved; it is in the sidebar.")

    session.desk.ask(saved.load, ask)


def arrange_searches(session: "Session") -> None:
    """Rename, sort and delete saved searches."""
    from gui.dialogs.saved_searches import SavedSearchesDialog
    from storage.search import saved
    from storage.search.saved import SavedSearch

    def ask(known: tuple[SavedSearch, ...]) -> None:
        dialog = SavedSearchesDialog(known, session.window)
        dialog.ask(
            lambda: session.desk.edit(
                partial(saved.arrange, session.desk.library, tuple(dialog.searches)), lambda _: session.desk.count()
            )
        )

    session.desk.ask(saved.load, ask)
