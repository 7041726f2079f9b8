"""The steps of reviewing that ask something first: what their actions do in a session.

Each dialog shows what it would do before it is done, and each step is one batch that undo takes back.
"""

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QDialog

from gui.words import LANGUAGES, counted

if TYPE_CHECKING:
    from gui.app import Session


def connect(session: "Session") -> None:
    """Connect the actions."""
    flow, actions = session.flow, session.window.actions_table
    for name, call in (
        ("approve-above", approve_above),
        ("replace", replace_words),
        ("change-tags", change_tags),
        ("outside", settle_outside),
        ("set-text", set_text),
    ):
        actions.on(name, partial(call, session))
    actions.on("first-undecided", flow.first_undecided)
    actions.on("next-language", lambda: session.say(session.window.panel.next_language()))
    actions.on("make-drafts", flow.make_drafts)
    actions.on("spelling", flow.remarks.suggest)


def wanted(dialog: QDialog) -> bool:
    """Open a dialog; whether it was accepted. What it says can be read until the event loop goes on."""
    accepted = dialog.exec() == QDialog.DialogCode.Accepted
    dialog.deleteLater()
    return accepted


def set_text(session: "Session") -> None:
    """Ask for one text for all chosen photos."""
    from gui.text_dialog import TextDialog

    ids = session.flow.chosen()  # as they are now: the list may be another one when the text is typed
    language = session.window.panel.languages.of_new_texts or session.desk.settings.language
    if ids:
        spoken = "" if language == session.desk.settings.language else LANGUAGES.get(language, language)
        dialog = TextDialog(len(ids), session.appearance, session.window, language=spoken)
        if wanted(dialog):
            session.flow.set_text(dialog.words, ids, language=language)


def approve_above(session: "Session") -> None:
    """Approve the photos that the models are sure enough of."""
    from gui.review.above_dialog import AboveDialog
    from gui.review.scope import scopes

    session.flow.keep_edits()
    dialog = AboveDialog(scopes(session), session.desk, session.window)
    if wanted(dialog):
        session.flow.approve_many(dialog.ids)


def replace_words(session: "Session") -> None:
    """Find and replace in the texts."""
    from gui.review.replace_dialog import ReplaceDialog
    from gui.review.scope import scopes

    session.flow.keep_edits()
    dialog = ReplaceDialog(scopes(session), session.desk, session.window)
    if wanted(dialog):
        session.say(f"Texts of {counted(dialog.changed, 'photo')} changed.")


def change_tags(session: "Session") -> None:
    """Add and remove tags of the chosen photos."""
    from gui.review.tags_dialog import TagsDialog
    from storage import review

    ids = session.flow.chosen()
    if not ids:
        return
    dialog = TagsDialog(ids, session.desk, session.window)
    if wanted(dialog):
        add, remove = dialog.add, dialog.remove

        def change() -> int:
            from inference import engine

            number = review.change_tags(session.desk.library, ids, add=add, remove=remove)
            engine.describe_now(session.desk.library, ids if remove else ())
            return number

        session.desk.edit(change, lambda n: session.say(f"Tags of {counted(n, 'photo')} changed."))


def settle_outside(session: "Session") -> None:
    """Compare the words of files that another program changed with those of the library, and choose."""
    from gui.review.outside_dialog import OutsideDialog
    from storage import verify
    from storage.verify import Outside

    def choose(found: list[Outside]) -> None:
        photo = session.flow.current()
        dialog = OutsideDialog(found, session.appearance, session.window, current=photo.id if photo else 0)
        if wanted(dialog):
            choice = dialog.choice()
            session.desk.edit(
                lambda: verify.settle(session.desk.library, choice),
                lambda n: session.say(f"{counted(n, 'photo')} settled."),
            )

    session.flow.keep_edits()
    session.desk.ask(verify.outside, choose)
