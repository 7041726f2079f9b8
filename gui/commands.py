"""What each action of the table does in a session."""

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QDialog

from gui import daily
from gui.actions import NUMBERED_TAGS
from gui.file_browser import FileBrowser
from gui.main_window import VIEWS
from gui.review import steps
from storage.version import __version__

if TYPE_CHECKING:
    from gui.app import Session

ABOUT = (
    f"Altfolio {__version__}\n\nGives a private photo library its words: tags and alt text, made on your own machine, "
    "reviewed by you, embedded in your photos.\n\nNothing ever leaves this machine.\nApache License 2.0"
)


def connect(session: "Session") -> None:
    """Connect every action."""
    window, flow, actions = session.window, session.flow, session.window.actions_table
    shown_by = FileBrowser(session)
    shown_by.failed.connect(session.say)
    for name, call in (
        ("add-folders", session.choose_folders),
        ("rescan", lambda: session.work.find_words(())),
        ("embed", lambda: embed(session)),
        ("problems", lambda: show_problems(session)),
        ("quit", window.close),
        ("undo", session.undo),
        ("redo", session.redo),
        ("select-all", window.grid.selectAll),
        ("copy-text", flow.copy_text),
        ("search", window.search.start),
        ("clear-search", lambda: window.search.search("")),
        ("approve", flow.approve),
        ("skip", flow.next_undecided),
        ("edit-text", flow.edit_text),
        ("reject-text", flow.reject),
        ("withdraw", flow.withdraw),
        ("previous-text", flow.use_previous_text),
        ("add-tag", window.panel.tags.field.setFocus),
        ("judge-tags", window.panel.tags.list.setFocus),
        ("next", lambda: flow.step(1)),
        ("previous", lambda: flow.step(-1)),
        ("show-file", lambda: show_file(session, shown_by)),
        ("sidebar", lambda: window.show_sidebar(on=actions["sidebar"].isChecked())),
        ("boxes", flow.pictures.show_boxes),
        ("larger", lambda: zoom(session, 1)),
        ("smaller", lambda: zoom(session, -1)),
        ("fit", window.stage.fit),
        ("wider", lambda: session.say(window.list.widen(1))),
        ("narrower", lambda: session.say(window.list.widen(-1))),
        ("usual-widths", lambda: window.list.use_widths({})),
        ("full-screen", session.full_view.toggle),
        ("palette", lambda: find_command(session)),
        ("help", lambda: show_help(session)),
        ("about", lambda: show_about(session)),
    ):
        actions.on(name, call)
    daily.connect(session)
    steps.connect(session)
    for name in VIEWS:
        actions.on(name, partial(window.show_view, name))
    window.viewed.connect(lambda view: _allow_columns(session, view))
    _allow_columns(session, window.view())
    for number in range(1, NUMBERED_TAGS + 1):
        actions.on(f"tag-{number}", partial(flow.judge_number, number))


def _allow_columns(session: "Session", view: str) -> None:
    """Columns can be changed where they are seen."""
    for name in ("wider", "narrower", "usual-widths"):
        session.window.actions_table[name].setEnabled(view == "list-view")


def show_file(session: "Session", shown_by: FileBrowser) -> None:
    """Show the current photo's file in the file manager."""
    photo = session.flow.current()
    if photo is not None:
        shown_by.show_file(photo.path)


def show_about(session: "Session") -> None:
    """Say what this is."""
    from PySide6.QtWidgets import QMessageBox

    QMessageBox.about(session.window, "About Altfolio", ABOUT)


def zoom(session: "Session", steps: int) -> None:
    """Larger or smaller pictures, in whatever view is shown."""
    window = session.window
    if window.view() == "review-view":
        window.stage.zoom_by(steps)
    else:
        window.grid.zoom(steps)


def find_command(session: "Session") -> None:
    """Open the palette and do what was chosen in it."""
    from gui.command_palette import CommandPalette

    palette = CommandPalette(session.window.actions_table, session.window)
    if palette.exec() == QDialog.DialogCode.Accepted and palette.chosen is not None:
        palette.chosen.trigger()


def show_help(session: "Session") -> None:
    """Open the help sheet."""
    from gui.help_sheet import HelpSheet

    HelpSheet(session.window.actions_table, session.window).exec()


def show_problems(session: "Session") -> None:
    """List what failed."""
    from gui.problems_dialog import ProblemsDialog
    from storage import overview
    from storage.overview import Trouble

    def shown(troubles: list[Trouble]) -> None:
        dialog = ProblemsDialog(troubles, session.window)
        dialog.shown.connect(lambda: session.window.search.search("problem:"))
        dialog.retried.connect(lambda: session.work.find_words(()))
        dialog.exec()

    session.desk.ask(overview.troubles, shown)


def embed(session: "Session") -> None:
    """Show what would be written, and write it when told to."""
    from gui.embed_dialog import open_dialog

    dialog = open_dialog(session)
    dialog.exec()
    dialog.deleteLater()
