"""What is asked about photos: one for the panel, a page of them for a view, the id of a path.

Answers are frozen values that outlive the read block. A path is a `pathlib.Path` here; names that are not text in the
file system's encoding survive the way Python keeps them (surrogate escapes), `shown` makes them fit for people.
"""

import os
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from storage.chunks import chunks
from storage.schema import Field, Origin, PhotoState, TagState, TextState
from storage.shown import shown as shown

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from storage.library import Peek


@dataclass(frozen=True, slots=True)
class Tag:
    """One tag of a photo.

    Attributes:
        concept: id of the concept in this library.
        key: the concept's stable name in the vocabulary; keywords of people have keys that begin with "keyword:".
        name: what people see.
        kind: "person", "animal", "food", …, "keyword".
        score: 0..1, or None where nobody measured it (a person or a file said it).
        count: how many are seen, or None.
    """

    concept: int
    key: str
    name: str
    kind: str
    state: TagState
    origin: Origin
    score: float | None
    count: int | None


@dataclass(frozen=True, slots=True)
class PhotoText:
    """One text of a photo in one language.

    Attributes:
        plain: the draft without its hedge, which approval puts in its place; None for texts of people.
    """

    field: Field
    language: str
    text: str
    origin: Origin
    state: TextState
    plain: str | None = None


@dataclass(frozen=True, slots=True)
class PhotoRow:
    """One photo as lists and grids show it.

    Attributes:
        alt_text: the text to show (asked-for language, else any), "" where there is none.
        alt_state, alt_origin: of that text, None where there is none.
        taken: local time of the camera, ISO 8601, or None.
        problem: the first problem's sentence, or None.
        width, height: pixels of the upright photo, None where it can't be read.
    """

    id: int
    path: Path
    state: PhotoState
    alt_text: str
    alt_state: TextState | None
    alt_origin: Origin | None
    taken: str | None
    width: int | None
    height: int | None
    people: int | None
    tags: int
    problem: str | None
    mtime_ns: int
    size: int

    @property
    def name(self) -> str:
        """The file name for people."""
        return shown(self.path.name)


@dataclass(frozen=True, slots=True)
class PhotoDetail:
    """Everything the library knows of one photo."""

    row: PhotoRow
    format: str | None
    camera: str | None
    people_exact: bool
    tags: tuple[Tag, ...]
    texts: tuple[PhotoText, ...]
    problems: tuple[tuple[str, str], ...]

    def text(self, field: Field, language: str) -> PhotoText | None:
        """The text of a field in a language, else None."""
        return next((t for t in self.texts if t.field == field and t.language == language), None)


def newest(connection: "Connection | Peek", limit: int) -> list[int]:
    """The first photos in the usual order of a search, newest taken first, for the first screen."""
    order = "SELECT id FROM photo WHERE place IS NOT NULL ORDER BY place DESC LIMIT ?"
    return [int(photo) for (photo,) in connection.exec_driver_sql(order, (limit,))]


def rows(connection: "Connection | Peek", photos: Sequence[int], *, language: str = "en") -> list[PhotoRow]:
    """The photos with these ids, in the order asked for; ids that are gone are left out."""
    found: dict[int, PhotoRow] = {}
    for chunk in chunks(photos):
        found.update(_rows(connection, chunk, language))
    return [found[photo] for photo in photos if photo in found]


def _rows(connection: "Connection | Peek", photos: Collection[int], language: str) -> dict[int, PhotoRow]:
    ids = ",".join(str(int(i)) for i in photos)
    alts: dict[int, tuple[str, int, int]] = {}
    for photo, spoken, text, state, origin in connection.exec_driver_sql(
        f"SELECT photo_id, language, text, state, origin FROM text WHERE photo_id IN ({ids}) "
        f"AND field = 0 AND state != {int(TextState.REJECTED)} ORDER BY photo_id, language"
    ):
        if photo not in alts or spoken == language:
            alts[photo] = (text, state, origin)
    problems: dict[int, str] = {}
    for photo, message in connection.exec_driver_sql(
        f"SELECT photo_id, message FROM problem WHERE photo_id IN ({ids}) ORDER BY photo_id, at"
    ):
        problems.setdefault(photo, message)
    found = {}
    for row in connection.exec_driver_sql(
        "SELECT p.id, f.path, p.file, p.state, p.taken, p.width, p.height, p.people, p.mtime_ns, p.size, "
        f"(SELECT count(*) FROM tag t WHERE t.photo_id = p.id AND t.state < {int(TagState.REJECTED)}) "
        f"FROM photo p JOIN folder f ON f.id = p.folder_id WHERE p.id IN ({ids})"
    ):
        alt = alts.get(row[0])
        found[row[0]] = PhotoRow(
            id=row[0],
            path=Path(os.fsdecode(row[1])) / os.fsdecode(row[2]),
            state=PhotoState(row[3]),
            alt_text=alt[0] if alt else "",
            alt_state=TextState(alt[1]) if alt else None,
            alt_origin=Origin(alt[2]) if alt else None,
            taken=row[4],
            width=row[5],
            height=row[6],
            people=row[7],
            tags=row[10],
            problem=problems.get(row[0]),
            mtime_ns=row[8],
            size=row[9],
        )
    return found


def detail(connection: "Connection", photo: int, *, language: str = "en") -> PhotoDetail | None:
    """Everything about one photo, or None where it is gone."""
    return next(iter(details(connection, [photo], language=language)), None)


def details(connection: "Connection", photos: Sequence[int], *, language: str = "en") -> list[PhotoDetail]:
    """Everything about these photos, in order; ids that are gone are left out.

    Args:
        photos: at most `chunks.CHUNK` ids, because all of it is held in memory.
    """
    ids = ",".join(str(int(i)) for i in photos)
    own = {
        photo: (kind, camera, bool(exact))
        for photo, kind, camera, exact in connection.exec_driver_sql(
            f"SELECT id, format, camera, people_exact FROM photo WHERE id IN ({ids})"
        )
    }
    texts: dict[int, list[PhotoText]] = {}
    for photo, field, spoken, text, origin, state, plain in connection.exec_driver_sql(
        f"SELECT photo_id, field, language, text, origin, state, plain FROM text WHERE photo_id IN ({ids}) "
        "ORDER BY photo_id, field, language"
    ):
        texts.setdefault(photo, []).append(
            PhotoText(Field(field), spoken, text, Origin(origin), TextState(state), plain)
        )
    problems: dict[int, list[tuple[str, str]]] = {}
    for photo, stage, message in connection.exec_driver_sql(
        f"SELECT photo_id, stage, message FROM problem WHERE photo_id IN ({ids}) ORDER BY photo_id, at"
    ):
        problems.setdefault(photo, []).append((stage, message))
    tagged = tags(connection, photos)
    return [
        PhotoDetail(
            row, *own[row.id], tagged.get(row.id, ()), tuple(texts.get(row.id, ())), tuple(problems.get(row.id, ()))
        )
        for row in rows(connection, photos, language=language)
    ]


def tags(connection: "Connection", photos: Iterable[int]) -> dict[int, tuple[Tag, ...]]:
    """All tags of these photos, rejected ones too; accepted first, then the most certain."""
    found: dict[int, list[Tag]] = {}
    for chunk in chunks(photos):
        for row in connection.exec_driver_sql(
            "SELECT t.photo_id, t.concept_id, c.key, c.name, c.kind, t.state, t.origin, t.score, t.count "
            "FROM tag t JOIN concept c ON c.id = t.concept_id "
            f"WHERE t.photo_id IN ({','.join(str(int(i)) for i in chunk)})"
        ):
            found.setdefault(row[0], []).append(
                Tag(row[1], row[2], row[3], row[4], TagState(row[5]), Origin(row[6]), row[7], row[8])
            )
    order = {TagState.ACCEPTED: 0, TagState.SUGGESTED: 1, TagState.REJECTED: 2}
    return {
        photo: tuple(sorted(some, key=lambda t: (order[t.state], -(t.score or 1.0), t.name)))
        for photo, some in found.items()
    }


def id_of(connection: "Connection", path: Path) -> int | None:
    """The id of the photo at this path, or None where the library does not know it."""
    found = connection.exec_driver_sql(
        "SELECT p.id FROM photo p JOIN folder f ON f.id = p.folder_id WHERE f.path = ? AND p.file = ?",
        (os.fsencode(path.parent), os.fsencode(path.name)),
    ).first()
    return int(found[0]) if found else None


def path_of(connection: "Connection", photo: int) -> Path | None:
    """Where the photo is, or None where it is gone."""
    found = connection.exec_driver_sql(
        "SELECT f.path, p.file FROM photo p JOIN folder f ON f.id = p.folder_id WHERE p.id = ?", (photo,)
    ).first()
    return Path(os.fsdecode(found[0])) / os.fsdecode(found[1]) if found else None


def state_counts(connection: "Connection") -> dict[PhotoState, int]:
    """How many photos are in each state; states without photos are 0."""
    counts = dict.fromkeys(PhotoState, 0)
    for state, count in connection.exec_driver_sql(
        "SELECT state, count(*) FROM photo WHERE missing_since IS NULL GROUP BY state"
    ):
        counts[PhotoState(state)] = count
    return counts


def problem_count(connection: "Connection") -> int:
    """How many photos have a problem."""
    return int(
        connection.exec_driver_sql(
            "SELECT count(DISTINCT photo_id) FROM problem JOIN photo ON photo.id = photo_id WHERE missing_since IS NULL"
        ).scalar_one()
    )


def in_state(connection: "Connection", state: PhotoState) -> list[int]:
    """The photos in a state, newest first."""
    return [
        int(photo)
        for (photo,) in connection.exec_driver_sql(
            "SELECT id FROM photo WHERE state = ? AND missing_since IS NULL ORDER BY taken DESC, id", (int(state),)
        )
    ]


def below(connection: "Connection", folder: Path) -> list[int]:
    """The photos in a folder and the folders below it, by path."""
    place = os.fsencode(folder)
    inside = place.rstrip(b"/") + os.fsencode(os.sep)
    return [
        int(photo)
        for (photo,) in connection.exec_driver_sql(
            "SELECT p.id FROM photo p JOIN folder f ON f.id = p.folder_id WHERE p.missing_since IS NULL "
            "AND (f.path = ? OR substr(f.path, 1, ?) = ?) ORDER BY f.path, p.file",
            (place, len(inside), inside),
        )
    ]
