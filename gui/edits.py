"""What a person does to the library, without waiting: each edit is made after all that were made before it.

The rooms of the library that change photos are imported by the thread that makes the edits, not for the first screen.
"""

import threading
from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QObject, Signal

from gui.long_edits import LongEdits
from storage import settings
from storage.library import Library
from storage.photos import PhotoDetail
from storage.schema import Field, TagState


class Edits(QObject):
    """The edits of one library.

    Attributes:
        library: it.
        settings: the user's choices as last read.
        making: the thread that makes them.

    Signals:
        changed_settings(Settings): other choices than before.
    """

    changed_settings = Signal(object)

    def __init__(self, library: Library, parent: QObject | None, after: threading.Event) -> None:
        """Take edits, which are made once `after` has happened."""
        super().__init__(parent)
        self.library = library
        with library.peek() as connection:
            self.settings = settings.load(connection)
        self.making = LongEdits("edits", self, after=after)

    def edit(self, change: Callable[[], Any], done: Callable[[Any], None] | None = None) -> None:
        """Do something to the library after everything that was done before."""
        self.making.ask(change, done)

    def approve(
        self, ids: Sequence[int], done: Callable[[int], None] | None = None, *, seen: PhotoDetail | None = None
    ) -> None:
        """Approve drafts and remaining tags; of one photo that is shown only what was `seen`."""

        def change() -> int:
            from storage import review

            return review.approve(self.library, ids, seen=seen)

        self.edit(change, done)

    def approve_words(
        self, seen: PhotoDetail, words: str, *, language: str, done: Callable[[Any], None] | None = None
    ) -> None:
        """Approve one photo with the words that stand in the editor, and what else was seen of it."""

        def change() -> Any:
            from storage import review

            return review.approve_text(self.library, seen.row.id, words, language=language, seen=seen)

        self.edit(change, done)

    def reject(self, ids: Sequence[int], done: Callable[[int], None] | None = None) -> None:
        """Reject proposed texts."""

        def change() -> int:
            from storage import review

            return review.reject(self.library, ids)

        self.edit(change, done)

    def withdraw(self, ids: Sequence[int], done: Callable[[int], None] | None = None) -> None:
        """Take approvals back."""

        def change() -> int:
            from storage import review

            return review.withdraw(self.library, ids)

        self.edit(change, done)

    def set_text(
        self,
        ids: Sequence[int],
        words: str,
        *,
        field: Field = Field.ALT_TEXT,
        language: str = "",
        approve: bool,
        done: Callable[[int], None] | None = None,
    ) -> None:
        """Give photos a person's text, in the library's language where no other is named."""
        spoken = language or self.settings.language

        def change() -> int:
            from storage import review

            return review.set_text(self.library, ids, words, field=field, language=spoken, approve=approve)

        self.edit(change, done)

    def judge_tag(
        self, ids: Sequence[int], concept: int, state: TagState, done: Callable[[int], None] | None = None
    ) -> None:
        """Accept, reject or leave open a tag; the drafts follow before anything else is done."""

        def judge() -> int:
            from inference import engine
            from storage import review

            number = review.judge_tag(self.library, ids, concept, state)
            engine.describe_now(self.library, ids)
            return number

        self.edit(judge, done)

    def add_tag(self, ids: Sequence[int], keyword: str) -> None:
        """Give photos a keyword."""

        def change() -> int | None:
            from storage import review

            return review.add_tag(self.library, ids, keyword)

        self.edit(change)

    def undo(self, done: Callable[[Any], None]) -> None:
        """Take back the newest batch."""

        def change() -> Any:
            from storage import history

            return history.undo(self.library)

        self.edit(change, done)

    def redo(self, done: Callable[[Any], None]) -> None:
        """Do the batch again that was taken back last."""

        def change() -> Any:
            from storage import history

            return history.redo(self.library)

        self.edit(change, done)

    def save_settings(self, **changes: object) -> None:
        """Keep other choices; answered by `changed_settings`."""

        def saved(now: settings.Settings) -> None:
            self.settings = now
            self.changed_settings.emit(now)

        self.edit(lambda: settings.save(self.library, **changes), saved)
