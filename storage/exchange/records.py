"""The words of photos as they leave the library and come back, before they take the shape of a file.

CSV and JSON are two spellings of the same records, so what one can carry the other can, and reading, comparing and
reporting are written once. `docs/exchange-format.md` describes both for others.

Invariant: a record names a photo by the bytes of its path, so that a name that is not text still comes back.
"""

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Connection

from storage import photos
from storage.concepts import KEYWORD
from storage.photos import Tag
from storage.schema import Field, Origin, PhotoState, TagState, TextState
from storage.spelling import fold, spelled
from storage.words import chunks

VERSION = 1
"""Version of the exchange format; a file of a newer one is refused."""

FIELD_NAMES: Mapping[Field, str] = {
    Field.ALT_TEXT: "alt_text",
    Field.EXTENDED: "extended_description",
    Field.CAPTION: "caption",
    Field.TITLE: "title",
}

TEXT_STATES: Mapping[str, TextState] = {state.name.lower(): state for state in TextState}
TAG_STATES: Mapping[str, TagState] = {state.name.lower(): state for state in TagState}

TextKey = tuple[Field, str]
"""A text of a photo: field and language."""


@dataclass(frozen=True, slots=True)
class TextRecord:
    """One text of a photo.

    Attributes:
        state: None where the file does not say it.
        plain: of a draft: the words that approval puts in its place; None where there are none.
        origin: who said it; None in a record that comes from a file.
    """

    text: str
    state: TextState | None = None
    plain: str | None = None
    origin: Origin | None = None


@dataclass(frozen=True, slots=True)
class TagRecord:
    """One tag of a photo.

    Attributes:
        key: the concept's key; None where its name says it all.
        score: 0..1 or None.
        count: how many are seen, or None.
        origin: who said it; None in a record that comes from a file.
    """

    name: str
    state: TagState
    score: float | None = None
    count: int | None = None
    key: str | None = None
    origin: Origin | None = None


@dataclass(frozen=True, slots=True)
class PhotoRecord:
    """One photo as it leaves.

    Attributes:
        path: as `os.fsencode` gives it.
        state: of the photo's words on their way, a fact that import does not read.
        image: digest of its image data, by which it is found where its path is another.
        taken, camera, format, width, height, people: facts; None where unknown.
    """

    path: bytes
    state: PhotoState
    texts: Mapping[TextKey, TextRecord]
    tags: Sequence[TagRecord]
    image: bytes | None
    taken: str | None
    camera: str | None
    format: str | None
    width: int | None
    height: int | None
    people: int | None


@dataclass(frozen=True, slots=True)
class GivenPhoto:
    """One photo as a file gives it back.

    Attributes:
        row: its place in the file for people, the heading is row 1.
        path: None where the file has only an image digest.
        texts: those that are there; a text the file has a place for and leaves empty is in `no_texts`.
        tags: those that are there.
        tag_states: the states of which the file would name every tag; a tag of such a state that it does not name is
            one that it leaves out.
        plain_said: whether `TextRecord.plain` is what the file says, or just unknown.
        all_texts: whether a text that is not named at all is one the file leaves out.
    """

    row: int
    path: bytes | None
    image: bytes | None
    texts: Mapping[TextKey, TextRecord] = field(default_factory=dict)
    no_texts: frozenset[TextKey] = frozenset()
    tags: Sequence[TagRecord] = ()
    tag_states: frozenset[TagState] = frozenset()
    plain_said: bool = False
    all_texts: bool = False


@dataclass(frozen=True, slots=True)
class RowError:
    """What is wrong with one row of a file; the sentence is for the user."""

    row: int
    message: str


LANGUAGE = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*")
"""What a language tag looks like (BCP 47, 2.1, without checking the registry)."""


def text_problem(text: str) -> str | None:
    """Why a text can't be taken into the library, or None."""
    if any(c < " " and c not in "\n\r\t" for c in text) or any(0xD800 <= ord(c) < 0xE000 for c in text):
        return "the text has control characters that can't be written into a photo"
    return None


def text_columns(connection: Connection, ids: Sequence[int]) -> list[TextKey]:
    """Every field and language that some of these photos has a text in, sorted."""
    found: set[TextKey] = set()
    for chunk in chunks(ids):
        listed = ",".join(str(int(i)) for i in chunk)
        rows = connection.exec_driver_sql(f"SELECT DISTINCT field, language FROM text WHERE photo_id IN ({listed})")
        found.update((Field(number), language) for number, language in rows)
    return sorted(found)


def records(connection: Connection, ids: Sequence[int]) -> Iterator[tuple[int, PhotoRecord]]:
    """These photos with their ids, in the order asked for; photos that are gone are left out."""
    for chunk in chunks(ids):
        listed = ",".join(str(int(i)) for i in chunk)
        texts = texts_of(connection, chunk)
        tags = _tag_records(connection, photos.tags(connection, chunk))
        found = {
            row[0]: PhotoRecord(
                path=os.fsencode(Path(os.fsdecode(row[1])) / os.fsdecode(row[2])),
                state=PhotoState(row[3]),
                texts=texts.get(row[0], {}),
                tags=tags.get(row[0], ()),
                image=row[4],
                taken=row[5],
                camera=row[6],
                format=row[7],
                width=row[8],
                height=row[9],
                people=row[10],
            )
            for row in connection.exec_driver_sql(
                "SELECT p.id, f.path, p.file, p.state, p.digest, p.taken, p.camera, p.format, p.width, p.height, "
                f"p.people FROM photo p JOIN folder f ON f.id = p.folder_id WHERE p.id IN ({listed})"
            )
        }
        yield from ((photo, found[photo]) for photo in chunk if photo in found)


def texts_of(connection: Connection, ids: Sequence[int]) -> dict[int, dict[TextKey, TextRecord]]:
    """All texts of these photos, rejected ones too."""
    found: dict[int, dict[TextKey, TextRecord]] = {}
    for chunk in chunks(ids):
        for photo, number, language, text, plain, origin, state in connection.exec_driver_sql(
            "SELECT photo_id, field, language, text, plain, origin, state FROM text "
            f"WHERE photo_id IN ({','.join(str(int(i)) for i in chunk)}) ORDER BY photo_id, field, language"
        ):
            record = TextRecord(text, TextState(state), plain, Origin(origin))
            found.setdefault(photo, {})[Field(number), language] = record
    return found


def _tag_records(connection: Connection, tags: Mapping[int, Sequence[Tag]]) -> dict[int, list[TagRecord]]:
    by_name = named_concepts(connection, {tag.name for some in tags.values() for tag in some})
    return {
        photo: [
            TagRecord(
                tag.name,
                tag.state,
                tag.score,
                tag.count,
                None if by_name.get(tag.name) == tag.key else tag.key,
                tag.origin,
            )
            # Sorted by what is in the record alone, so that equal words give an equal file.
            for tag in sorted(some, key=lambda t: (t.state, -(t.score or 0.0), t.name, t.key))
        ]
        for photo, some in tags.items()
    }


def named_concepts(connection: Connection, names: set[str]) -> dict[str, str]:
    """The key of the concept that a keyword stands for, as `concepts.for_keyword` finds it, without making one.

    Names that stand for no concept yet are left out.
    """
    found: dict[str, str] = {}
    listed = sorted(names)
    for start in range(0, len(listed), 500):
        part = listed[start : start + 500]
        words = sorted({spelled(name) for name in part})
        marks = ",".join("?" * len(words))
        known: dict[str, list[tuple[str, str]]] = {}
        for word, key, name in connection.exec_driver_sql(
            "SELECT w.word, c.key, c.name FROM concept_word w JOIN concept c ON c.id = w.concept_id "
            f"WHERE w.word IN ({marks}) ORDER BY w.word, w.concept_id",
            tuple(words),
        ):
            known.setdefault(word, []).append((key, name))
        keywords = sorted({keyword_key(name) for name in part})
        marks = ",".join("?" * len(keywords))
        made = set(
            connection.exec_driver_sql(f"SELECT key FROM concept WHERE key IN ({marks})", tuple(keywords)).scalars()
        )
        for name in part:
            folded = fold(name)
            same = next((key for key, other in known.get(spelled(name), ()) if fold(other) == folded), None)
            if same is None and keyword_key(name) in made:
                same = keyword_key(name)
            if same is not None:
                found[name] = same
    return found


def keyword_key(name: str) -> str:
    """The key of a concept that only people use."""
    return f"{KEYWORD}:{fold(name)}"
