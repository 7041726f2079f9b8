"""Find and replace in the texts of photos: what would change, and changing it as one batch.

Invariants: the preview and the change come from the same rule; a text that was changed is a person's, in the state it
was in; a rejected text is left alone; a text that is empty afterwards is removed.
"""

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from storage import history
from storage.batch_step import count_label
from storage.english import article
from storage.job import KnownError
from storage.library import Library, Write
from storage.review import check_words
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

    def apply(self, text: str, language: str = "") -> str:
        """The text with all that was found replaced.

        Args:
            language: of the text. In English an article that stood right before a word that was replaced and fitted
                it is made to fit what stands there now; nothing else is touched.
        """
        if not self.find:
            return text
        pattern = re.escape(self.find)
        if self.whole_words:
            pattern = rf"(?<!\w){pattern}(?!\w)"
        made, at = "", 0
        for found in re.finditer(pattern, text, flags=0 if self.match_case else re.IGNORECASE):
            made += text[at : found.start()]
            at = found.end()
            if language.partition("-")[0] == "en":
                made = _with_article(made, text[found.start() :], self.by + text[at:])
            made += self.by
        return made + text[at:]


_ARTICLE = re.compile(r"(?<![\w'’-])(an?)\s+\Z", re.IGNORECASE)
"""An English article at the end of what stands before a word."""

_Change = tuple[str, str | None, int, int, str]
"""Text and plain form afterwards, photo, field, language."""


def _with_article(before: str, was: str, now: str) -> str:
    """What stands before a place where words are replaced, its article mended.

    Args:
        was, now: what follows it before and after.
    """
    found = _ARTICLE.search(before)
    if found is None or not was[:1].isalnum() or not now.lstrip()[:1].isalnum():
        return before
    written, fits = found.group(1), article(now.lstrip())
    if written.lower() != article(was) or written.lower() == fits:
        return before
    capitals = written == "AN" or (written == "A" and len(was) > 1 and was[:2].isupper() and now[:2].isupper())
    return before[: found.start()] + (fits.upper() if capitals else written[0] + fits[1:]) + before[found.end(1) :]


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
        after = rule.apply(text, language).strip()
        if after != text:
            yield Replacement(photo, Field(field), language, text, after)


class _StoppedError(Exception):
    """Rolls the block back."""


def replace(
    library: Library,
    rule: Rule,
    photos: Collection[int] | None = None,
    *,
    go_on: Callable[[int, int], bool] = lambda _done, _total: True,
) -> int:
    """Change the texts that `find` finds. One batch in the history.

    Args:
        go_on: is told how many photos of how many are done, some hundreds at a time; answers False to stop, and then
            nothing is changed at all.

    Returns:
        how many photos were changed.

    Raises:
        KnownError: nothing is looked for, or the new words have characters that no file format can carry.
    """
    if not rule.find:
        raise KnownError("Say which words to look for.")
    check_words(rule.by)
    try:
        with library.write() as block:
            return _replace(block, rule, photos, go_on)
    except _StoppedError:
        return 0


def _replace(block: Write, rule: Rule, photos: Collection[int] | None, go_on: Callable[[int, int], bool]) -> int:
    wanted: dict[int, list[_Change]] = {}
    for photo, field, language, text, plain in _texts(block.connection, rule, photos):
        after = rule.apply(text, language).strip()
        if after != text:
            change = (after, _plain_after(rule, plain, language), photo, field, language)
            wanted.setdefault(photo, []).append(change)
    if not wanted:
        return 0
    number = history.begin(block, "review", count_label(f"replace “{_short(rule.find)}” in the texts of", len(wanted)))
    done = 0
    for chunk in chunks(wanted):
        if not go_on(done, len(wanted)):
            raise _StoppedError
        history.add_to(block, number, chunk)
        _write(block, [change for photo in chunk for change in wanted[photo]])
        block.refresh(chunk)
        done += len(chunk)
    if not go_on(done, done):
        raise _StoppedError
    return done


def _write(block: Write, changes: list[_Change]) -> None:
    run, key = block.connection.exec_driver_sql, "photo_id = ? AND field = ? AND language = ?"
    changed = [change for change in changes if change[0]]
    removed = [change[2:] for change in changes if not change[0]]
    if changed:
        run(f"UPDATE text SET text = ?, plain = ?, origin = {int(Origin.USER)} WHERE {key}", changed)
    if removed:
        run(f"DELETE FROM text WHERE {key}", removed)


def _plain_after(rule: Rule, plain: str | None, language: str) -> str | None:
    """What an approval puts in the place of a changed draft; None where that is the draft as it reads now.

    A plain form in which nothing was found still says what was just replaced.
    """
    after = rule.apply(plain or "", language).strip()
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
