"""How accessible a library is, in numbers: how many photos have an approved alt text, where, what is missing.

"Has text" means an approved alt text in any language: a draft is a machine's guess that nobody vouches for.
"""

import itertools
import os
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from storage.photos import shown
from storage.read_lines import read_lines, sure
from storage.schema import Field, TagState, TextState
from storage.search.index import DUPLICATE
from storage.text_rules import CheckedText
from storage.words import CHUNK

Lint = Callable[[CheckedText], Collection[str]]
"""Says what is wrong with an alt text, each as a short name such as "long". The rules live with those who write texts,
which storage does not know; whoever has them hands them in."""

BREAK = 300
"""Seconds between two review steps from which the person is taken to have been away."""

VERSION = 1
"""Version of the survey as JSON."""


@dataclass(frozen=True, slots=True)
class Share:
    """How many photos of a group have text.

    Attributes:
        name: of the group, for people; "" for photos without a date.
        photos: all of them.
        approved: have an approved alt text.
        draft: have none, but a proposed one.
    """

    name: str
    photos: int
    approved: int
    draft: int

    @property
    def nothing(self) -> int:
        """Have neither."""
        return self.photos - self.approved - self.draft


@dataclass(frozen=True, slots=True)
class Survey:
    """The numbers of a library; photos that are missing from disk are not in them.

    Attributes:
        whole: all photos.
        folders, years: by folder, sorted by path, and by year, newest first.
        missing: what photos lack → how many do.
        languages: language → photos with an approved alt text in it.
        embedded: photos whose approved words are in their file.
        problems: photos with a problem.
        lint: finding → approved alt texts with it; None where no rules were given.
        review_steps, review_minutes: of people in the history, breaks of more than `BREAK` left out.
    """

    whole: Share
    folders: tuple[Share, ...]
    years: tuple[Share, ...]
    missing: dict[str, int]
    languages: dict[str, int]
    embedded: int
    problems: int
    lint: dict[str, int] | None
    review_steps: int
    review_minutes: int


def survey(connection: Connection, *, lint: Lint | None = None) -> Survey:
    """Count; a million photos take some seconds."""
    folders: Counter[tuple[str, str]] = Counter()
    years: Counter[tuple[str, str]] = Counter()
    for path, year, kind, count in connection.exec_driver_sql(
        f"SELECT f.path, coalesce(substr(p.taken, 1, 4), ''), {_KIND} AS kind, count(*) FROM photo p "
        "JOIN folder f ON f.id = p.folder_id WHERE p.missing_since IS NULL GROUP BY f.path, 2, kind"
    ):
        folders[shown(os.fsdecode(path)), kind] += count
        years[year, kind] += count
    by_folder, by_year = _shares(folders), _shares(years)
    whole = Share("", *(sum(getattr(s, name) for s in by_folder) for name in ("photos", "approved", "draft")))

    def count_of(condition: str) -> int:
        sql = f"SELECT count(*) FROM photo p WHERE p.missing_since IS NULL AND {condition}"
        return int(connection.exec_driver_sql(sql).scalar_one())

    steps, minutes = _reviewing(connection)
    return Survey(
        whole=whole,
        folders=by_folder,
        years=tuple(sorted(by_year, key=lambda share: share.name, reverse=True)),
        missing={
            "approved alt text": whole.photos - whole.approved,
            "approved extended description": count_of(f"NOT {_has(Field.EXTENDED)}"),
            "accepted tags": count_of(
                f"NOT EXISTS (SELECT 1 FROM tag t WHERE t.photo_id = p.id AND t.state = {int(TagState.ACCEPTED)})"
            ),
            "date": count_of("p.taken IS NULL"),
        },
        languages=_languages(connection),
        embedded=count_of("p.state = 3"),
        problems=count_of("EXISTS (SELECT 1 FROM problem x WHERE x.photo_id = p.id)"),
        lint=None if lint is None else dict(sorted(_findings(connection, lint).items())),
        review_steps=steps,
        review_minutes=minutes,
    )


def _has(field: Field, state: TextState = TextState.APPROVED) -> str:
    return (
        f"EXISTS (SELECT 1 FROM text x WHERE x.photo_id = p.id AND x.field = {int(field)} AND x.state = {int(state)})"
    )


_KIND = (
    f"CASE WHEN {_has(Field.ALT_TEXT)} THEN 'approved' "
    f"WHEN {_has(Field.ALT_TEXT, TextState.DRAFT)} THEN 'draft' ELSE 'nothing' END"
)


def _shares(counts: Counter[tuple[str, str]]) -> tuple[Share, ...]:
    names = sorted({name for name, _ in counts})
    return tuple(
        Share(
            name,
            sum(counts[name, kind] for kind in ("approved", "draft", "nothing")),
            counts[name, "approved"],
            counts[name, "draft"],
        )
        for name in names
    )


def _languages(connection: Connection) -> dict[str, int]:
    return {
        str(language): int(count)
        for language, count in connection.exec_driver_sql(
            "SELECT x.language, count(*) FROM text x JOIN photo p ON p.id = x.photo_id AND p.missing_since IS NULL "
            "WHERE x.field = 0 AND x.state = 1 GROUP BY x.language ORDER BY count(*) DESC, x.language"
        )
    }


def _findings(connection: Connection, lint: Lint) -> Counter[str]:
    """What is wrong with approved alt texts, each with what has to be known of its photo."""
    found: Counter[str] = Counter()
    rows = connection.exec_driver_sql(
        "SELECT x.photo_id, x.text, x.language, p.file, coalesce(c.text, '') FROM text x "
        "JOIN photo p ON p.id = x.photo_id AND p.missing_since IS NULL "
        f"LEFT JOIN text c ON c.photo_id = x.photo_id AND c.field = {int(Field.CAPTION)} "
        f"AND c.language = x.language AND c.state < {int(TextState.REJECTED)} "
        f"WHERE x.field = {int(Field.ALT_TEXT)} AND x.state = {int(TextState.APPROVED)} ORDER BY x.photo_id"
    )
    for chunk in iter(lambda: rows.fetchmany(CHUNK), []):
        read = read_lines(connection, ",".join(str(int(photo)) for photo, *_ in chunk))
        for photo, text, language, file, caption in chunk:
            given = CheckedText(text, language, os.fsdecode(file), caption, sure(read.get(photo, ())))
            found.update(set(lint(given)))
    twice = connection.exec_driver_sql(
        f"SELECT count(*) FROM photo p WHERE {_has(Field.ALT_TEXT)} "
        "AND p.place IN (SELECT rowid FROM photo_words WHERE photo_words MATCH ?)",
        (f'"{DUPLICATE}"',),
    ).scalar_one()
    return found + Counter(duplicate=int(twice))


def _reviewing(connection: Connection) -> tuple[int, int]:
    """How many steps people took and how many minutes they were at it, in whole minutes."""
    times = [
        datetime.fromisoformat(at)
        for (at,) in connection.exec_driver_sql("SELECT at FROM batch WHERE kind = 'review' ORDER BY at")
    ]
    seconds = (abs((b - a).total_seconds()) for a, b in itertools.pairwise(times))
    return len(times), round(sum(s for s in seconds if s <= BREAK) / 60)


def survey_json(found: Survey) -> dict[str, Any]:
    """The survey for programs; every share has the number of photos without any text too."""

    def share(one: Share) -> dict[str, Any]:
        return {**asdict(one), "nothing": one.nothing}

    plain = asdict(found)
    plain.update(whole=share(found.whole), folders=list(map(share, found.folders)), years=list(map(share, found.years)))
    return {"format": "altfolio-report", "version": VERSION, **plain}


def percent(share: Share) -> int:
    """How many of a hundred have text; 100 and 0 are said only of all and none."""
    exact = 0 if not share.photos else 100 * share.approved / share.photos
    return min(99, max(1, round(exact))) if 0 < share.approved < share.photos else round(exact)


def share_words(share: Share) -> str:
    """A share in words: "12 of 40 photos (30%)"."""
    return f"{share.approved:,} of {share.photos:,} photos ({percent(share)}%)"


def biggest(shares: Sequence[Share], most: int) -> Iterator[Share]:
    """The groups with the most photos, in their order."""
    chosen = {id(s) for s in sorted(shares, key=lambda s: -s.photos)[:most]}
    return (share for share in shares if id(share) in chosen)
