"""Do the files still say what the library believes? Those that don't are shown side by side and settled by choice.

A file that another program changed where a person had approved words here is STALE: neither side wins silently. The
user keeps ours (the photo is approved again and waits to be embedded) or theirs (the file's words become the
library's), one by one or in bulk.
"""

import json
import os
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection

from storage import concepts, history, photos, settings, suggestions
from storage.file_journal import as_known, check_picture, look
from storage.import_words import FIELDS, FileWords, import_words, texts_by_language, words_of_json
from storage.job import Job, KnownError, Progress
from storage.library import WRITE_BLOCK, Library
from storage.review import count_label
from storage.schema import Origin, PhotoState, TagState, TextState
from storage.words import approved_words, fold

STAGE = "verify"


def verify(library: Library, chosen: Sequence[int] | None = None) -> Job:
    """Read the words of every photo that has some in its file, and compare.

    Args:
        chosen: ids; None for all photos with words in their files.
    """
    with library.read() as connection:
        language = settings.load(connection).language
        wanted = _with_words(connection)
    if chosen is not None:
        named = frozenset(chosen)
        wanted = [photo for photo in wanted if photo in named]
    total, done, problems = len(wanted), 0, 0
    yield Progress(stage="verify", done=0, total=total)
    for start in range(0, total, WRITE_BLOCK):
        portion = wanted[start : start + WRITE_BLOCK]
        problems += _compare(library, portion, language)
        done += len(portion)
        yield Progress(stage="verify", done=done, total=total, problems=problems)


def _with_words(connection: Connection) -> list[int]:
    return [
        int(photo)
        for (photo,) in connection.exec_driver_sql(
            "SELECT photo_id FROM embedded JOIN photo ON photo.id = photo_id WHERE missing_since IS NULL "
            "ORDER BY photo_id"
        )
    ]


def _compare(library: Library, portion: Sequence[int], language: str) -> int:
    """Compare some photos.

    Returns:
        how many could not be read.
    """
    with library.read() as connection:
        paths = {photo: photos.path_of(connection, photo) for photo in portion}
        known = as_known(connection, portion)
    found, failed = {}, {}
    for photo, path in paths.items():
        if path is None:
            continue
        try:
            now = look(path)
            check_picture(path, now, known[photo])  # its identity must stay unknown, so that a scan sees it
            found[photo] = (path, now)
        except KnownError as error:
            failed[photo] = str(error)
    with library.write() as block:
        for photo, (_, now) in found.items():
            block.connection.exec_driver_sql(
                "UPDATE photo SET inode = ?, size = ?, mtime_ns = ?, sidecar = ? WHERE id = ?",
                (*now.identity, now.sidecar, photo),
            )
            suggestions.clear_problem(block, photo, STAGE)
        files = [FileWords(photo, os.fsencode(path), now.words) for photo, (path, now) in found.items()]
        if files:
            import_words(block, files, language=language)
        block.touch(found)
        for photo, message in failed.items():
            suggestions.store_problem(block, photo, STAGE, message, history.now())
    return len(failed)


def outside(connection: Connection, photo: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """Both sides of a photo that was changed outside: ours and theirs, field → language → text, and keywords."""
    theirs = connection.exec_driver_sql("SELECT outside FROM embedded WHERE photo_id = ?", (photo,)).scalar()
    words = approved_words(connection, [photo])[photo]
    ours: dict[str, Any] = {name: dict(words.texts.get(field, {})) for name, field in FIELDS.items()}
    ours["keywords"] = list(words.keywords)
    return ours, dict(json.loads(theirs)) if theirs else {}


def keep_ours(library: Library, chosen: Sequence[int]) -> int:
    """Settle for the library's words: the photos are approved again, and embedding writes them.

    Returns:
        how many photos were stale.
    """
    with library.write() as block:
        stale = _stale(block.connection, chosen)
        block.connection.exec_driver_sql(
            "UPDATE embedded SET words = '', in_file = outside, outside = NULL "
            f"WHERE photo_id IN ({','.join(map(str, stale))})"
        )
        block.touch(stale)
    return len(stale)


def keep_theirs(library: Library, chosen: Sequence[int]) -> int:
    """Settle for the files' words: they replace the library's. One batch in the history.

    Returns:
        how many photos were stale.
    """
    with library.write() as block:
        language = settings.load(block.connection).language
        stale = _stale(block.connection, chosen)
        if not stale:
            return 0
        history.record(block, count_label("take the file's words of", len(stale)), stale)
        for photo in stale:
            _take(block.connection, photo, language)
        block.touch(stale)
    return len(stale)


def _stale(connection: Connection, chosen: Sequence[int]) -> list[int]:
    stale = set(photos.in_state(connection, PhotoState.STALE))
    return [photo for photo in dict.fromkeys(chosen) if photo in stale]


def _take(connection: Connection, photo: int, language: str) -> None:
    """Make the file's words the library's; the next comparison finds both in step."""
    run = connection.exec_driver_sql
    theirs = words_of_json(str(run("SELECT outside FROM embedded WHERE photo_id = ?", (photo,)).scalar_one()))
    said = texts_by_language(theirs, language)
    run(f"DELETE FROM text WHERE photo_id = ? AND state = {int(TextState.APPROVED)}", (photo,))
    if said:
        run(
            "INSERT OR REPLACE INTO text (photo_id, field, language, text, plain, origin, state) "
            f"VALUES (?, ?, ?, ?, NULL, {int(Origin.FILE)}, {int(TextState.APPROVED)})",
            [(photo, int(field), tag, text) for (field, tag), text in said.items()],
        )
    accepted = {concepts.for_keyword(connection, keyword) for keyword in theirs.keywords if fold(keyword)}
    kept = ",".join(map(str, accepted))
    run(
        f"DELETE FROM tag WHERE photo_id = ? AND state = {int(TagState.ACCEPTED)} AND concept_id NOT IN ({kept})",
        (photo,),
    )
    if accepted:
        run(
            "INSERT INTO tag (photo_id, concept_id, origin, state) "
            f"VALUES (?, ?, {int(Origin.FILE)}, {int(TagState.ACCEPTED)}) "
            "ON CONFLICT (photo_id, concept_id) DO UPDATE SET state = excluded.state",
            [(photo, concept) for concept in accepted],
        )
    words = approved_words(connection, [photo])[photo].canonical()
    run("UPDATE embedded SET words = ?, in_file = outside, outside = NULL WHERE photo_id = ?", (words, photo))
