"""What the actions of daily life do in a session: finding, handing over, own words, the library itself."""

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

from gui.search_bar import ORDERS

if TYPE_CHECKING:
    from gui.app import Session


def connect(session: "Session") -> None:
    """Connect every action of daily life."""
    window, actions = session.window, session.window.actions_table
    for name, call in (
        ("save-search", lambda: save_search(session)),
        ("saved-searches", lambda: arrange_searches(session)),
        ("suggest", lambda: suggest(session)),
        ("filters", lambda: show_filters(session)),
        ("narrow", lambda: narrow(session)),
    ):
        actions.on(name, call)
    for order in ORDERS:
        actions.on(f"sort-{order}", partial(window.search.sort, order))


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
        session.say("There is no search to save: search for something first.")
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
