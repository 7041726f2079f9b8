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
from storage.search.index import VERSION, refresh_rows
from storage.words import ApprovedWords, approved_words, chunks, in_step

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from storage.library import Library

_ROWS = "search.rows"
"""Setting: the version of the search rows, see `search.index.VERSION`."""


def renew(library: "Library") -> Job:
    """Make the search rows anew where an older program made them; a library that is up to date costs one look.

    Whoever opens a library runs this. Stopped, it begins again.

    Raises:
        KnownError: the library can't be written.
    """
    version = VERSION if text_rules.known() else f"{VERSION} without rules"
    with library.read() as connection:
        made_by = connection.exec_driver_sql("SELECT value FROM setting WHERE key = ?", (_ROWS,)).scalar()
        if made_by in (VERSION, version):
            return
        photos = [int(photo) for photo in connection.exec_driver_sql("SELECT id FROM photo ORDER BY id").scalars()]
    done = 0
    for chunk in chunks(photos):
        with library.write() as block:
            # Not `touch`: the photos did not change, and nobody needs to load them again.
            refresh_rows(block.connection, chunk)
        done += len(chunk)
        yield Progress(stage="index", done=done, total=len(photos))
    with library.write() as block:
        block.connection.exec_driver_sql("INSERT OR REPLACE INTO setting (key, value) VALUES (?, ?)", (_ROWS, version))


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
