"""What a write block brings up to date before it commits: the states and search rows of the photos it touched.

Both follow from tags and texts alone, so no other room has to remember them, and they can never disagree with what
they are made from.
"""

import json
from collections.abc import Collection
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from storage import text_rules
from storage.job import Job, Progress
from storage.schema import Field, Origin, PhotoState, TagState, TextState
from storage.search.index import RULES_VERSION, VERSION, refresh_rows
from storage.words import ApprovedWords, approved_words, chunks, in_step

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from storage.library import Library

_ROWS = "search.made"
"""Setting: what made the search rows, and the last photo whose row it made where it was stopped."""

_WITH_ALT_TEXT = (
    "SELECT DISTINCT photo_id FROM text WHERE photo_id > ? AND field = 0 AND (state = 1 OR origin > 0) "
    "ORDER BY photo_id"
)
_MERGED = 500
"""Pages of the index merged in one write block: some 80 ms."""

_ALL = "SELECT id FROM photo WHERE id > ? ORDER BY id"


def renew(library: "Library") -> Job:
    """Make the search rows anew where an older program made them; a library that is up to date costs one look.

    Whoever opens a library runs this; one that can only be read stays as it is. With a new release only photos with an
    alt text are looked at, because only the rules for these may be others. Stopped, it goes on when it is run again.

    Raises:
        KnownError: the library can't be written.
    """
    if not library.writable:
        return  # what an older program made still answers
    rules = RULES_VERSION if text_rules.known() else "no rules"
    with library.peek() as connection:  # what is up to date is known before the database's toolkit is imported
        kept = [value for (value,) in connection.exec_driver_sql("SELECT value FROM setting WHERE key = ?", (_ROWS,))]
        rows, ruled, doing, last = json.loads(kept[0]) if kept else ("", "", "", 0)
        if rows == VERSION and ruled in (RULES_VERSION, rules):
            return
        wanted = f"{VERSION} {rules}"
        last = last if doing == wanted else 0
        statement = _WITH_ALT_TEXT if rows == VERSION else _ALL
        photos = [int(photo) for (photo,) in connection.exec_driver_sql(statement, (last,))]
    done = 0
    for chunk in chunks(photos):
        with library.write() as block:
            # Not `touch`: the photos did not change, and nobody needs to load them again.
            refresh_rows(block.connection, chunk)
            _keep(block.connection, (rows, ruled, wanted, chunk[-1]))
        done += len(chunk)
        yield Progress(stage="index", done=done, total=len(photos))
    with library.write() as block:
        _keep(block.connection, (VERSION, rules, "", 0))
    if statement == _ALL and photos:
        _tidy(library)


def _tidy(library: "Library") -> None:
    """Merge the parts of the index, a step in each block: of rows made anew the old words stay in it until then.

    SQLite FTS5, 6.7 and 6.8: a negative number of pages begins what 'optimize' does at once, and less than two changes
    say that nothing is left to do.
    """
    pages, left = -_MERGED, True
    while left:
        with library.write() as block:
            run = block.connection.exec_driver_sql
            before = run("SELECT total_changes()").scalar_one()
            run("INSERT INTO photo_words (photo_words, rank) VALUES ('merge', ?)", (pages,))
            left = run("SELECT total_changes()").scalar_one() - before >= 2
        pages = _MERGED


def _keep(connection: "Connection", made: tuple[str, str, str, int]) -> None:
    connection.exec_driver_sql("INSERT OR REPLACE INTO setting (key, value) VALUES (?, ?)", (_ROWS, json.dumps(made)))


def refresh(connection: "Connection", photos: Collection[int]) -> None:
    """Bring states and search rows of these photos up to date; ids that are gone lose their search row."""
    for chunk in chunks(photos):
        _refresh_states(connection, chunk)
        refresh_rows(connection, chunk)


def _refresh_states(connection: "Connection", photos: Collection[int]) -> None:
    ids = ",".join(str(int(i)) for i in photos)
    draft, approved, judged, kept = set(), set(), set(), {}
    for photo, field, state, origin in connection.exec_driver_sql(
        f"SELECT photo_id, field, state, origin FROM text WHERE photo_id IN ({ids})"
    ):
        if state == TextState.APPROVED and field in (Field.ALT_TEXT, Field.EXTENDED):
            approved.add(photo)
        elif state == TextState.APPROVED and origin != Origin.FILE:
            judged.add(photo)
        elif state == TextState.DRAFT and field == Field.ALT_TEXT:
            draft.add(photo)
    for (photo,) in connection.exec_driver_sql(
        f"SELECT DISTINCT photo_id FROM tag WHERE photo_id IN ({ids}) "
        f"AND state = {int(TagState.ACCEPTED)} AND origin != {int(Origin.FILE)}"
    ):
        judged.add(photo)
    for photo, words, outside in connection.exec_driver_sql(
        f"SELECT photo_id, words, outside FROM embedded WHERE photo_id IN ({ids})"
    ):
        kept[photo] = (words, outside)
    sure = {p for p in photos if p in approved or (p in judged and p not in draft)}
    words_now = approved_words(connection, kept.keys())
    keywords = _writes_keywords(connection)
    sure.update(p for p in kept.keys() - draft if _removed(kept[p][0], words_now[p]))
    now = datetime.now(UTC).isoformat(timespec="seconds")
    states = []
    for photo in photos:
        state = PhotoState.NONE
        if photo in kept and kept[photo][1] is not None:
            state = PhotoState.STALE
        elif photo in sure:
            same = photo in kept and in_step(kept[photo][0], words_now[photo], keywords=keywords)
            state = PhotoState.EMBEDDED if same else PhotoState.APPROVED
        elif photo in draft:
            state = PhotoState.DRAFT
        states.append((int(state), now, photo))
    connection.exec_driver_sql("UPDATE photo SET state = ?, changed = ? WHERE id = ?", states)


def _writes_keywords(connection: "Connection") -> bool:
    from storage import settings

    return settings.load(connection).write_keywords


def out_of_step(connection: "Connection", *, keywords: bool) -> list[int]:
    """Photos whose words wait to be embedded, or no longer do, now that keywords are written or not."""
    found = []
    rows = connection.exec_driver_sql(
        "SELECT e.photo_id, e.words, p.state FROM embedded e JOIN photo p ON p.id = e.photo_id "
        f"WHERE p.state IN ({int(PhotoState.APPROVED)}, {int(PhotoState.EMBEDDED)})"
    ).all()
    for chunk in chunks(range(len(rows))):
        words_now = approved_words(connection, [rows[at][0] for at in chunk])
        for photo, kept, state in (rows[at] for at in chunk):
            if in_step(kept, words_now[photo], keywords=keywords) != (state == PhotoState.EMBEDDED):
                found.append(photo)
    return found


def _removed(in_file: str, now: ApprovedWords) -> bool:
    """Whether words that are in a file were taken away by a person, so that the file has to lose them.

    Keywords are counted and not compared, because concepts change their names with the language.
    """
    if not in_file:
        return False
    kept = json.loads(in_file)
    texts = {(field, language) for field, by in kept["texts"].items() for language in by}
    left = {(str(int(field)), language) for field, by in now.texts.items() for language in by}
    return not texts <= left or len(kept["keywords"]) > len(now.keywords)
