"""Do the files still say what the library believes? Those that don't are shown side by side and settled by choice.

A file that another program changed where a person had approved words here is STALE: neither side wins silently. The
user keeps ours (the photo is approved again and waits to be embedded) or theirs (the file's words become the
library's): field by field, photo by photo or in bulk. What was settled is a step of the history like any other.
"""

import os
from array import array
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection

from storage import concepts, history, photos, settings, suggestions
from storage.batch_step import count_label
from storage.file_journal import as_known, check_picture, look
from storage.import_words import FIELDS, FileWords, import_words, texts_by_language, words_of_json
from storage.job import Job, KnownError, Progress
from storage.library import WRITE_BLOCK, Library
from storage.metadata.fields import PhotoWords
from storage.schema import Field, Origin, PhotoState, TagState, TextState
from storage.words import ApprovedWords, approved_words, chunks, fold

STAGE = "verify"

Key = tuple[str, str]
"""A field of a photo: "alt_text", "extended_description", "caption" or "title" with a language; or `KEYWORDS`."""

KEYWORDS: Key = ("keywords", "")


@dataclass(frozen=True, slots=True)
class Difference:
    """One field in which library and file say different things.

    Attributes:
        key: which field; it names the field in `settle`.
        ours: what the library says: the text, or each keyword; empty where it says nothing.
        theirs: what the file says, in the same form.
    """

    key: Key
    ours: tuple[str, ...]
    theirs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Outside:
    """A photo whose words another program changed.

    Attributes:
        differences: empty where only the form differs.
    """

    photo: int
    path: Path
    differences: tuple[Difference, ...]


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
        wanted = array("q", (photo for photo in wanted if photo in named))
    total, done, problems = len(wanted), 0, 0
    yield Progress(stage="verify", done=0, total=total)
    for start in range(0, total, WRITE_BLOCK):
        portion = wanted[start : start + WRITE_BLOCK]
        problems += _compare(library, portion, language)
        done += len(portion)
        yield Progress(stage="verify", done=done, total=total, problems=problems)


def _with_words(connection: Connection) -> "array[int]":
    """Ids of photos with words in their files; 8 bytes each, so that a large library needs no large list."""
    rows = connection.exec_driver_sql(
        "SELECT photo_id FROM embedded JOIN photo ON photo.id = photo_id WHERE missing_since IS NULL ORDER BY photo_id"
    )
    return array("q", rows.scalars())


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
        still = as_known(block.connection, found)
        found = {photo: one for photo, one in found.items() if still.get(photo) == known[photo]}  # not written since
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


def outside(connection: Connection, chosen: Sequence[int] | None = None) -> list[Outside]:
    """Both sides of the photos that were changed outside, field by field; only the fields that differ.

    Args:
        chosen: ids; those that are in step are left out. None for all photos.
    """
    stale = photos.in_state(connection, PhotoState.STALE) if chosen is None else _stale(connection, chosen)
    language = settings.load(connection).language
    found = []
    for portion in chunks(stale):
        words, theirs = approved_words(connection, portion), _theirs(connection, portion)
        for row in photos.rows(connection, portion):
            differing = _differences(words[row.id], theirs[row.id], language)
            found.append(Outside(row.id, row.path, tuple(differing)))
    return found


def _theirs(connection: Connection, portion: Sequence[int]) -> dict[int, PhotoWords]:
    ids = ",".join(map(str, portion))
    rows = connection.exec_driver_sql(f"SELECT photo_id, outside FROM embedded WHERE photo_id IN ({ids})")
    return {photo: words_of_json(said or "{}") for photo, said in rows.all()}


def _differences(ours: ApprovedWords, theirs: PhotoWords, language: str) -> Iterator[Difference]:
    said = texts_by_language(theirs, language)
    mine = {(field, tag): text.strip() for field, by in ours.texts.items() for tag, text in by.items()}
    for name, field in FIELDS.items():
        for tag in sorted({tag for which, tag in {**said, **mine} if which == field}):
            pair = (mine.get((field, tag), ""), said.get((field, tag), ""))
            if pair[0] != pair[1]:
                yield Difference((name, tag), _one(pair[0]), _one(pair[1]))
    if {fold(word) for word in ours.keywords} != {fold(word) for word in theirs.keywords}:
        yield Difference(KEYWORDS, ours.keywords, theirs.keywords)


def _one(text: str) -> tuple[str, ...]:
    return (text,) if text else ()


def keep_ours(library: Library, chosen: Sequence[int]) -> int:
    """Settle for the library's words: the photos are approved again, and embedding writes them.

    Returns:
        how many photos were stale.
    """
    return settle(library, dict.fromkeys(chosen, ()))


def keep_theirs(library: Library, chosen: Sequence[int]) -> int:
    """Settle for the files' words: they replace the library's.

    Returns:
        how many photos were stale.
    """
    return settle(library, dict.fromkeys(chosen))


def settle(library: Library, theirs: Mapping[int, Collection[Key] | None]) -> int:
    """Settle photos field by field; one batch in the history, which its undo takes back.

    Args:
        theirs: photo → the fields (`Difference.key`) in which the file's words are taken; ours are kept in all others,
            and embedding writes them. None takes all of the file's.

    Returns:
        how many photos were stale.
    """
    with library.write() as block:
        connection = block.connection
        language = settings.load(connection).language
        stale = _stale(connection, list(theirs))
        if not stale:
            return 0
        sides = {_side(theirs[photo]) for photo in stale}
        verb = {"ours": "keep our words of", "theirs": "take the file's words of"}.get("".join(sides), "settle")
        history.record(block, count_label(verb, len(stale)), stale)
        said = {photo: words for ids in chunks(stale) for photo, words in _theirs(connection, ids).items()}
        for photo in stale:
            _settle(connection, photo, said[photo], theirs[photo], language)
        block.touch(stale)
    return len(stale)


def _side(taken: Collection[Key] | None) -> str:
    return "theirs" if taken is None else "both" if taken else "ours"


def _stale(connection: Connection, chosen: Sequence[int]) -> list[int]:
    stale = set(photos.in_state(connection, PhotoState.STALE))
    return [photo for photo in dict.fromkeys(chosen) if photo in stale]


def _settle(
    connection: Connection, photo: int, theirs: PhotoWords, taken: Collection[Key] | None, language: str
) -> None:
    """Take the file's words in some fields; the next comparison finds both in step, or ours waiting to be written."""
    said = texts_by_language(theirs, language)
    names = {field: name for name, field in FIELDS.items()}
    before = approved_words(connection, [photo])[photo]
    ours_stay = taken is not None and any(d.key not in taken for d in _differences(before, theirs, language))
    for field, tag in sorted({*said, *((field, tag) for field, by in before.texts.items() for tag in by)}):
        if taken is None or (names[field], tag) in taken:
            _take_text(connection, photo, (field, tag), said.get((field, tag)))
    if taken is None or KEYWORDS in taken:
        _take_keywords(connection, photo, theirs.keywords)
    in_step = approved_words(connection, [photo])[photo]
    if ours_stay:  # the file's words as if they had been the library's, so that what we lack counts as taken away
        texts: dict[Field, dict[str, str]] = {}
        for (field, tag), text in said.items():
            texts.setdefault(field, {})[tag] = text
        in_step = ApprovedWords(texts, tuple(sorted(theirs.keywords)))
    connection.exec_driver_sql(
        "UPDATE embedded SET words = ?, in_file = outside, outside = NULL WHERE photo_id = ?",
        (in_step.canonical(), photo),
    )


def _take_text(connection: Connection, photo: int, key: tuple[Field, str], text: str | None) -> None:
    """Make the file's text the library's; None where the file has none."""
    run = connection.exec_driver_sql
    approved = int(TextState.APPROVED)
    run(
        f"DELETE FROM text WHERE photo_id = ? AND field = ? AND language = ? AND state = {approved}",
        (photo, int(key[0]), key[1]),
    )
    if text is not None:
        run(
            "INSERT OR REPLACE INTO text (photo_id, field, language, text, plain, origin, state) "
            f"VALUES (?, ?, ?, ?, NULL, {int(Origin.FILE)}, {approved})",
            (photo, int(key[0]), key[1], text),
        )


def _take_keywords(connection: Connection, photo: int, keywords: Sequence[str]) -> None:
    """Make the file's keywords the library's."""
    run = connection.exec_driver_sql
    accepted = {concepts.for_keyword(connection, keyword) for keyword in keywords if fold(keyword)}
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
