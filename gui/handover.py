"""What the actions of handing over do in a session: export, import, copy for web pages, forget the machine's words."""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtGui import QGuiApplication

from gui.words import counted
from storage import ordered_jobs

if TYPE_CHECKING:
    from gui.app import Session
    from gui.dialogs.export_dialog import ExportDialog
    from storage.exchange.snippets import Snippet

MOST_COPIED = 1_000
"""Photos whose words go to the clipboard at once; more is an export."""


def connect(session: "Session") -> None:
    """Connect every action of handing over."""
    actions = session.window.actions_table
    for name, call in (
        ("export", lambda: export(session)),
        ("import", lambda: import_words(session)),
        ("duplicates", lambda: show_duplicates(session)),
        ("copy-html", lambda: copy_as(session, "html")),
        ("copy-markdown", lambda: copy_as(session, "markdown")),
        ("forget", lambda: forget(session)),
    ):
        actions.on(name, call)


def export(session: "Session") -> None:
    """Ask what to hand over and where to, and do it as a job."""
    from gui.dialogs.export_dialog import ExportDialog, Scope

    chosen = session.flow.chosen()
    words = session.window.search.words
    scopes = [Scope(f"Found by “{words}”" if words else "All photos", list(session.model.ids))]
    if len(chosen) > 1:
        scopes.insert(0, Scope("Selected", list(chosen)))
    elif chosen:
        scopes.append(Scope("The current photo", list(chosen)))
    session.flow.keep_edits()
    dialog = ExportDialog(scopes, session.window)
    dialog.ask(lambda: run_export(session, dialog))


def run_export(session: "Session", dialog: "ExportDialog") -> None:
    """Start what was asked for."""
    kind, target, photos, title = dialog.kind, dialog.target, dialog.photos, dialog.title
    work, done = session.work, f"{counted(len(photos), 'photo')} exported to {target}."
    if kind.name == "report":
        from inference.whole_job import report

        work.write("Report", work.elsewhere(report, target), done=f"The report is in {target}.")
    elif kind.name == "gallery":
        language = session.desk.settings.language
        work.write("Export", work.elsewhere(ordered_jobs.gallery, photos, target, title, language), done=done)
    else:
        work.write("Export", work.elsewhere(ordered_jobs.export, photos, target, kind.name), done=done)


def import_words(session: "Session") -> None:
    """Ask for a file, show what it would change, and take it in as a job."""
    from gui.dialogs.import_dialog import ImportDialog

    session.flow.keep_edits()
    library = session.desk.library
    dialog = ImportDialog(library, session.desk.settings.language, session.window)

    def take_in() -> None:
        plan = dialog.plan
        assert plan is not None
        done = f"The words of {counted(len(plan.changed), 'photo')} were imported; undo takes them back."
        session.work.write("Import", session.work.elsewhere(ordered_jobs.import_words, plan), done=done)

    dialog.ask(take_in)


def show_duplicates(session: "Session") -> None:
    """Show photos that are there more than once."""
    from gui.dialogs.duplicates_dialog import SIDE, DuplicatesDialog

    session.flow.keep_edits()
    side = session.appearance.scaled(SIDE)
    DuplicatesDialog(session.desk, session.thumbnails, side, session.window).ask()


def copy_as(session: "Session", form: str) -> None:
    """Put the approved alt texts of the chosen photos on the clipboard, as HTML or Markdown."""
    from storage.exchange.snippets import Form, snippet

    ids: Sequence[int] = list(session.flow.chosen())
    if len(ids) > MOST_COPIED:
        session.say(f"These are too many photos to copy; up to {MOST_COPIED:,} are possible. Export them instead.")
        return
    session.flow.keep_edits()

    def copy(found: "Snippet") -> None:
        QGuiApplication.clipboard().setText(found.text)
        missing = f", {counted(len(found.without), 'photo')} without an approved alt text" if found.without else ""
        session.say(
            f"{counted(len(ids), 'photo')} copied as {form.upper() if form == 'html' else 'Markdown'}{missing}."
        )

    language = session.desk.settings.language
    ask = partial(snippet, ids=ids, form=Form(form), language=language)
    session.desk.edit(lambda: None, lambda _: session.desk.ask(ask, copy))


def forget(session: "Session") -> None:
    """Remove everything machines proposed and nobody decided on, once that was confirmed."""
    from PySide6.QtWidgets import QMessageBox

    box = QMessageBox(session.window)
    box.setWindowTitle("Remove what the machine proposed")
    box.setText(
        "Remove all tags and drafts that models proposed and you did not decide on?\n\nWhat you approved, rejected or "
        "wrote stays, and no file is touched. This can't be undone, but models propose again when you look for new "
        "photos (F5)."
    )
    remove = box.addButton("Remove", QMessageBox.ButtonRole.DestructiveRole)
    box.setDefaultButton(box.addButton("Cancel", QMessageBox.ButtonRole.RejectRole))
    remove.clicked.connect(lambda: _forget(session))
    box.open()


def _forget(session: "Session") -> None:
    from storage.suggestions import remove_proposals

    def change() -> int:
        with session.desk.library.write() as block:
            return remove_proposals(block)

    def done(photos: int) -> None:
        session.desk.count()
        session.finder.again()
        session.say(f"The machine's proposals for {counted(photos, 'photo')} were removed.")

    session.desk.edit(change, done)
