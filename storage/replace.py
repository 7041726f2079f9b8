"""Find and replace in the texts of photos: what would change, and changing it as one batch.

Invariants: the preview and the change come from the same rule; a text that was changed is a person's, in the state it
was in; a rejected text is left alone; a text that is empty afterwards is removed.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from storage import history
from storage.job import KnownError
from storage.library import Library
from storage.review import check_words, count_label
from storage.schema import Field, Origin, TextState
from storage.words import chunks

if TYPE_CHECKING:
    from sqlalchemy import Connection


@dataclass(frozen=True, slots=True)
class Rule:
    """What is replaced by what.

    Attributes:
        find: plain words, not a pattern.
        by: what stands in their place, may be empty.
        match_case: "Dog" is not found by "dog".
        whole_words: "dogs" is not found by "dog".
        approved_only: drafts are left alone.
    """

    find: str
    by: str
    match_case: bool = False
    whole_words: bool = False
    approved_only: bool = False

    def apply(self, text: str) -> str:
        """The text with all that was found replaced."""
        if not self.find:
            return text
        pattern = re.escape(self.find)
        if self.whole_words:
            pattern = rf"(?<!\w){pattern}(?!\w)"
        return re.sub(pattern, lambda _: self.by, text, flags=0 if self.match_case else re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Replacement:
    """One text that a rule changes; `after` is "" where nothing is left of it."""

    photo: int
    field: Field
    language: str
    before: str
    after: str


def find(connection: "Connection", rule: Rule, photos: Collection[int] | None = None) -> Iterator[Replacement]:
    """The texts that a rule would change, by photo.

    Args:
        photos: ids; None for all photos.
    """
    for photo, field, language, text, _plain in _texts(connection, rule, photos):
        after = rule.apply(text).strip()
        if after != text:
            yield Replacement(photo, Field(field), language, text, after)


def replace(library: Library, rule: Rule, photos: Collection[int] | None = None) -> int:
    """Change the texts that `find` finds. One batch in the history.

    Returns:
        how many photos were changed.

    Raises:
        KnownError: nothing is looked for, or the new words have characters that no file format can carry.
    """
    if not rule.find:
        raise KnownError("Say which words to look for.")
    check_words(rule.by)
    with library.write() as block:
        run = block.connection.exec_driver_sql
        changed, removed = [], []
        for photo, field, language, text, plain in _texts(block.connection, rule, photos):
            after = rule.apply(text).strip()
            if after == text:
                continue
            if after:
                changed.append((after, _plain_after(rule, plain), photo, field, language))
            else:
                removed.append((photo, field, language))
        chosen = list(dict.fromkeys([row[2] for row in changed] + [row[0] for row in removed]))
        if not chosen:
            return 0
        history.record(block, count_label(f"replace “{_short(rule.find)}” in the texts of", len(chosen)), chosen)
        key = "photo_id = ? AND field = ? AND language = ?"
        if changed:
            run(f"UPDATE text SET text = ?, plain = ?, origin = {int(Origin.USER)} WHERE {key}", changed)
        if removed:
            run(f"DELETE FROM text WHERE {key}", removed)
        block.touch(chosen)
    return len(chosen)


def _plain_after(rule: Rule, plain: str | None) -> str | None:
    """What an approval puts in the place of a changed draft; None where that is the draft as it reads now.

    A plain form in which nothing was found still says what was just replaced.
    """
    after = rule.apply(plain or "").strip()
    return None if after == plain else after or None


def _texts(
    connection: "Connection", rule: Rule, photos: Collection[int] | None
) -> Iterator[tuple[int, int, str, str, str | None]]:
    states = f"state = {int(TextState.APPROVED)}" if rule.approved_only else f"state != {int(TextState.REJECTED)}"
    wanted = [None] if photos is None else [",".join(str(int(i)) for i in chunk) for chunk in chunks(photos)]
    for ids in wanted:
        some = "" if ids is None else f"AND photo_id IN ({ids}) "
        for row in connection.exec_driver_sql(
            f"SELECT photo_id, field, language, text, plain FROM text WHERE {states} {some}"
            "ORDER BY photo_id, field, language"
        ).all():
            yield (*row,)


def _short(words: str) -> str:
    """Words as they fit into the name of a batch."""
    line = " ".join(words.split())
    return line if len(line) <= 24 else f"{line[:23]}…"
