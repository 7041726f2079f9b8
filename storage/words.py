"""The words of a photo as the library has them: to compare, to embed, to put back.

Two forms, each for one use: `approved_words` is what may be written into a file; a snapshot is everything a person can
change about a photo, kept so that it can be put back.
"""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import TYPE_CHECKING, Any

from storage.chunks import CHUNK as CHUNK
from storage.chunks import chunks as chunks
from storage.schema import Field, Origin, TagState
from storage.spelling import fold as fold

if TYPE_CHECKING:
    from sqlalchemy import Connection


class PathOrigin(IntEnum):
    """Who says where a keyword stands in a hierarchy; all but the first are written into photos."""

    FILE = 0
    """The file of some photo, or a person for one photo: for searching."""
    LIST = 1
    """A keyword list of another program that the user brought."""
    WORDS = 2
    """The user's own words for a concept."""


@dataclass(frozen=True, slots=True)
class ApprovedWords:
    """What of a photo may be written into its file: approved texts by language, accepted keywords.

    Attributes:
        texts: field → language → text.
        keywords: accepted, as they are shown, sorted.
        rejected: keywords that must not be in the file, sorted.
        paths: where accepted keywords stand in the user's hierarchy, outermost first, the keyword last; sorted.
    """

    texts: Mapping[Field, Mapping[str, str]] = field(default_factory=dict)
    keywords: tuple[str, ...] = ()
    rejected: tuple[str, ...] = ()
    paths: tuple[tuple[str, ...], ...] = ()

    def canonical(self) -> str:
        """The same words always as the same string, to see whether anything changed since."""
        texts = {str(int(f)): dict(sorted(by.items())) for f, by in sorted(self.texts.items()) if by}
        kept: dict[str, object] = {"texts": texts, "keywords": list(self.keywords)}
        if self.paths:
            kept["paths"] = [list(path) for path in self.paths]
        return json.dumps(kept, ensure_ascii=False, sort_keys=True)

    def without_keywords(self, but: Collection[str] = ()) -> "ApprovedWords":
        """The texts alone, and the keywords that are in `but`, folded."""
        keywords = tuple(word for word in self.keywords if fold(word) in but)
        return ApprovedWords(self.texts, keywords, self.rejected)


def in_step(kept: str, now: ApprovedWords, *, keywords: bool) -> bool:
    """Whether the library's words are those that were last in step with the file.

    Args:
        kept: canonical, from `embedded.words`; "" where they never were.
        keywords: whether keywords are written; where not, they don't count.
    """
    if keywords or not kept:
        return kept == now.canonical()
    texts = json.loads(kept)["texts"]
    return bool(texts == json.loads(now.canonical())["texts"])


def approved_words(connection: "Connection", photos: Collection[int]) -> dict[int, ApprovedWords]:
    """The words of each photo that may be embedded; every id asked for is in the answer."""
    texts: dict[int, dict[Field, dict[str, str]]] = {}
    accepted: dict[int, list[str]] = {}
    rejected: dict[int, list[str]] = {}
    for row in _rows(
        connection,
        "SELECT photo_id, field, language, text FROM text WHERE state = 1 AND photo_id IN ({ids})",
        photos,
    ):
        texts.setdefault(row[0], {}).setdefault(Field(row[1]), {})[row[2]] = row[3]
    for row in _rows(
        connection,
        "SELECT t.photo_id, c.name, t.state FROM tag t JOIN concept c ON c.id = t.concept_id "
        "WHERE t.state > 0 AND t.photo_id IN ({ids})",
        photos,
    ):
        (accepted if row[2] == TagState.ACCEPTED else rejected).setdefault(row[0], []).append(row[1])
    paths = _paths(connection, photos)
    return {
        photo: ApprovedWords(
            texts.get(photo, {}),
            tuple(sorted(accepted.get(photo, ()))),
            tuple(sorted(rejected.get(photo, ()))),
            tuple(sorted(paths.get(photo, ()))),
        )
        for photo in photos
    }


def _paths(connection: "Connection", photos: Collection[int]) -> dict[int, list[tuple[str, ...]]]:
    """The path of each accepted keyword: the one given with the photo's tag, else the concept's only one.

    A path whose last part is not the keyword's name today (in another language) is left out, and so is the place of a
    keyword that stands in several: only a person knows which is meant.
    """
    given: dict[tuple[int, str], dict[int, set[str]]] = {}
    for photo, name, path, origin in _rows(connection, _PATHS, photos):
        given.setdefault((photo, name), {}).setdefault(origin, set()).add(path)
    found: dict[int, list[tuple[str, ...]]] = {}
    for (photo, name), by_origin in given.items():
        first, *others = by_origin[max(by_origin)]
        path = tuple(json.loads(first))
        if not others and fold(path[-1]) == fold(name):
            found.setdefault(photo, []).append(path)
    return found


_PATHS = f"""
SELECT t.photo_id, c.name, p.path, p.origin FROM tag t JOIN concept c ON c.id = t.concept_id
JOIN concept_path p ON p.concept_id = t.concept_id AND p.origin > {int(PathOrigin.FILE)}
WHERE t.state = {int(TagState.ACCEPTED)} AND t.photo_id IN ({{ids}}) UNION ALL
SELECT t.photo_id, c.name, p.path, {max(PathOrigin) + 1} FROM tag t JOIN concept c ON c.id = t.concept_id
JOIN tag_path p ON p.concept_id = t.concept_id AND p.photo_id = t.photo_id
WHERE t.state = {int(TagState.ACCEPTED)} AND t.photo_id IN ({{ids}})
"""


def snapshots(connection: "Connection", photos: Collection[int]) -> dict[int, str]:
    """All tags and texts of each photo, and what is known of its file, as JSON for `restore`."""
    found: dict[int, dict[str, Any]] = {photo: {"texts": [], "tags": [], "paths": [], "file": None} for photo in photos}
    for row in _rows(
        connection,
        "SELECT photo_id, field, language, text, plain, origin, state FROM text WHERE photo_id IN ({ids})",
        photos,
    ):
        found[row[0]]["texts"].append(list(row[1:]))
    for row in _rows(
        connection,
        "SELECT photo_id, concept_id, origin, state, score, count FROM tag WHERE photo_id IN ({ids})",
        photos,
    ):
        found[row[0]]["tags"].append(list(row[1:]))
    for row in _rows(connection, "SELECT photo_id, concept_id, path FROM tag_path WHERE photo_id IN ({ids})", photos):
        found[row[0]]["paths"].append(list(row[1:]))
    for row in _rows(
        connection, "SELECT photo_id, words, in_file, outside FROM embedded WHERE photo_id IN ({ids})", photos
    ):
        found[row[0]]["file"] = list(row[1:])
    return {photo: json.dumps(value, ensure_ascii=False) for photo, value in found.items()}


def restore(connection: "Connection", photo: int, snapshot: str) -> None:
    """Put back what `snapshots` kept of one photo.

    What came from the photo's file meanwhile was no step of a person and stays where the snapshot has no person's
    word against it: what the library loses, the next embedding takes out of the file.
    """
    kept = json.loads(snapshot)
    run = connection.exec_driver_sql
    for table in ("text", "tag"):  # APPROVED of a text and ACCEPTED of a tag are the same number
        run(f"DELETE FROM {table} WHERE photo_id = ? AND NOT (origin = {_FILE} AND state = {_SURE})", (photo,))
    for *key, words, plain, origin, state in kept["texts"]:
        verb = "REPLACE" if _is_decision(origin, state) else "IGNORE"
        run(f"INSERT OR {verb} INTO text VALUES (?, ?, ?, ?, ?, ?, ?)", (photo, *key, words, plain, origin, state))
    for concept, origin, state, score, count in kept["tags"]:
        verb = "REPLACE" if _is_decision(origin, state) else "IGNORE"
        run(f"INSERT OR {verb} INTO tag VALUES (?, ?, ?, ?, ?, ?)", (photo, concept, origin, state, score, count))
    run("DELETE FROM tag_path WHERE photo_id = ?", (photo,))
    for concept, path in kept.get("paths", ()):
        run("INSERT INTO tag_path VALUES (?, ?, ?)", (photo, concept, path))
    if (file := kept.get("file")) is not None:  # only while the file says what it said then
        words, in_file, outside = file
        run(
            "UPDATE embedded SET words = ?, in_file = ?, outside = ? "
            "WHERE photo_id = ? AND coalesce(outside, in_file) = ?",
            (words, in_file, outside, photo, in_file if outside is None else outside),
        )


_FILE, _SURE = int(Origin.FILE), int(TagState.ACCEPTED)


def _is_decision(origin: int, state: int) -> bool:
    """Whether a text or tag of a snapshot is what a person said, and not a machine's proposal or a file's word."""
    return origin == Origin.USER or (origin == Origin.MODEL and state > 0) or state == TagState.REJECTED


def _rows(connection: "Connection", statement: str, photos: Iterable[int]) -> Iterable[Any]:
    for chunk in chunks(photos):
        # The ids are integers of our own; as literals a large selection needs no variables.
        yield from connection.exec_driver_sql(statement.format(ids=",".join(str(int(i)) for i in chunk)))
