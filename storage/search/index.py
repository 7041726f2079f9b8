"""The search row of a photo: its facts and words in one FTS5 row, kept in step by every write block.

All conditions a question can ask are words of one index, so that a question of any shape is one merge of sorted lists
that stops when the first page is full. Facts (tags, state, people, …) are words that begin with "#", which no text
has. A tag stands there with every concept above it, so "animal" is one list, not a union of three hundred.

The rowid is the photo's place in the usual order, newest taken first: seconds in the upper bits, the photo's id
in the lower. Reading the index backwards therefore needs no sorting. Measured at 1,000,000 photos with 10 tags each on
two busy cores (`benchmarks/search_speed.py`): the first 200 photos of nearly any question in 1 to 30 ms, all ids of a
tag that half of the photos have in 0.6 s. What is rare among what is common is slow: the 161 photos without the most
common tag took 140 ms.

Invariants: a photo has a search row exactly while it isn't missing; the row says what tags, texts and
problems say (`refresh_rows` is called for every photo a write block touched); machine drafts are not in it, because
they only repeat the tags, and "hot dog" in a draft must not answer "dog".
"""

import calendar
import hashlib
import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache
from pathlib import PurePath
from typing import TYPE_CHECKING

from storage import text_rules
from storage.metadata.sniff import RAW
from storage.read_lines import Line, read_lines, sure
from storage.schema import Field, Origin, TagState, TextState
from storage.search import counts
from storage.spelling import tokens
from storage.text_rules import CheckedText
from storage.version import __version__
from storage.words import chunks

if TYPE_CHECKING:
    from sqlalchemy import Connection

VERSION = "2"
"""Of what search rows say; it changes with what is written here, and `refresh.renew` then makes all rows anew."""

RULES_VERSION = __version__
"""Of what search rows say about alt texts: the rules may have changed with every release."""

ID_BITS = 29
"""Lower bits of a place that hold the photo's id: 536,870,911 photos; the other 34 bits hold 544 years in seconds."""

ID_MASK = (1 << ID_BITS) - 1

SQUARE, PANORAMA = 1.05, 2.0
"""Sides of a square photo differ by at most 5 %, which nobody sees; from twice as wide as high on it is a panorama,
wider than any usual sensor (16:9 is 1.78)."""

FIRST_DAY, LAST_DAY = date(1800, 1, 1), date(2344, 1, 1)
"""Days that places tell apart; photos taken earlier or later stand at the ends."""

_FIRST_SECOND = calendar.timegm(FIRST_DAY.timetuple())
_LAST_SECOND = (1 << 34) - 1

MOST_COUNTED = 12
"""Things of a kind that a question can ask for by their number; one is any, and more than a dozen nobody counts: they
stand in the row as one more than this."""

TEXT_COLUMNS = ("alt", "caption", "title", "name")
"""What a plain word looks through, besides tags."""

_COLUMN_OF = {Field.ALT_TEXT: "alt", Field.EXTENDED: "alt", Field.CAPTION: "caption", Field.TITLE: "title"}

_COLUMNS = ("facts", "alt", "caption", "title", "name", "camera", "folder", "problem", "ocr")

_END = " ¶ "
"""Between two texts of one column, so that no phrase reaches from one into the other; no question has this sign."""

_ISO = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d))?)?)?)?")


def seconds(taken: str | None) -> int:
    """Seconds from 1800 to a local time in ISO 8601, 1..2**34-1; 0 where there is no usable time.

    Times before 1800 and after 2344 count as the first and last second that fit.
    """
    found = _ISO.match(taken or "")
    if not found:
        return 0
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups())
    try:
        days = date(year, month or 1, day or 1)
    except ValueError:
        return 0
    moment = calendar.timegm((days.year, days.month, days.day, hour, minute, min(second, 59)))
    return min(max(moment - _FIRST_SECOND, 1), _LAST_SECOND)


def place_of(photo: int, taken: str | None) -> int:
    """The rowid of a photo's search row; greater means taken later, and at the same second the smaller id."""
    return (seconds(taken) << ID_BITS) | (ID_MASK - photo)


def photo_at(place: int) -> int:
    """The photo whose search row has this rowid."""
    return ID_MASK - (place & ID_MASK)


def format_fact(name: str) -> str:
    """The word for a file format; "jpg" and "JPEG" are one."""
    word = "".join(tokens(name))
    return "#f" + {"jpg": "jpeg", "jpe": "jpeg", "tif": "tiff", "heic": "heif", "jpegxl": "jxl"}.get(word, word)


@lru_cache(maxsize=16_384)
def folder_fact(path: str) -> str:
    """The word for a folder: 6 bytes of BLAKE2b over its path's words, so that a question needs no look-up."""
    return "#d" + hashlib.blake2b(_words(path).encode(), digest_size=6).hexdigest()


def below_fact(path: str) -> str:
    """The word for what is in a folder or anywhere below it; unlike `folder_fact` it knows where a name ends."""
    parts = [_words(part) for part in re.split(r"[/\\\\]+", path) if part]
    return "#u" + hashlib.blake2b("/".join(parts).encode(), digest_size=6).hexdigest()


def pack_fact(name: str) -> str:
    """The word for a model pack that has looked at the photo as it is."""
    return "#r" + "".join(tokens(name))


def text_fact(language: str, text: str) -> str | None:
    """The word for what an alt text says; None where it has no words."""
    said = tokens(text)
    key = f"{primary(language)} {' '.join(said)}"
    return "#t" + hashlib.blake2b(key.encode(), digest_size=6).hexdigest() if said else None


def camera_fact(name: str) -> str:
    """The word for a camera."""
    return "#k" + "".join(tokens(name))


def shape_facts(width: int | None, height: int | None) -> list[str]:
    """The words for the shape of an upright photo."""
    if not width or not height:
        return []
    if max(width, height) <= SQUARE * min(width, height):
        return ["#asquare"]
    if width < height:
        return ["#aportrait"]
    return ["#alandscape", "#apanorama"] if width >= PANORAMA * height else ["#alandscape"]


def lint_fact(rule: str = "") -> str:
    """The word for a rule that an alt text breaks; without a rule, for any."""
    return "#l" + "".join(tokens(rule))


DUPLICATE = lint_fact("duplicate")
"""The word for an alt text that another photo has, too."""

_REPEATED = (lint_fact(), DUPLICATE, lint_fact("warning"))
"""An alt text that another photo has, too; no rule about one text can know."""


def primary(language: str) -> str:
    """The first part of a language tag, lower case: "pt" of "pt-BR"."""
    return re.split(r"[-_]", language, maxsplit=1)[0].lower()


def refresh_rows(connection: "Connection", photos: Sequence[int]) -> None:
    """Write the search rows of these photos anew where they changed, and of those whose text is now said once or twice.

    Args:
        photos: at most `words.CHUNK` ids; ids that are gone are left out, their rows went with them (a trigger).
    """
    refresh_repeated(connection, _write_rows(connection, photos))


def texts_said(connection: "Connection", photos: Iterable[int]) -> set[str]:
    """What the alt texts of some photos say, for `refresh_repeated` once these photos are gone."""
    ids = ",".join(str(int(p)) for p in photos)
    rows = connection.exec_driver_sql(
        f"SELECT facts FROM photo_words WHERE rowid IN (SELECT place FROM photo WHERE id IN ({ids}))"
    )
    return {fact for (facts,) in rows for fact in _said(facts)}


def refresh_repeated(connection: "Connection", said: Iterable[str]) -> None:
    """Bring the search rows in step that have a text which other photos no longer have, or now have too.

    Args:
        said: words for the texts (`text_fact`) that came or went.
    """
    wrong: set[int] = set()
    for fact in said:
        some = _places(connection, f'"{fact}"', limit=2)
        wrong.update(some if len(some) == 1 else _places(connection, f'"{fact}" NOT "{_REPEATED[1]}"'))
    for chunk in chunks(map(photo_at, sorted(wrong))):
        _write_rows(connection, chunk)


def also_said(connection: "Connection", language: str, text: str, photo: int) -> bool:
    """Whether another photo has this alt text in this language."""
    fact = text_fact(language, text)
    return fact is not None and any(photo_at(at) != photo for at in _places(connection, f'"{fact}"', limit=2))


def _places(connection: "Connection", expression: str, *, limit: int = -1) -> list[int]:
    found = connection.exec_driver_sql(
        "SELECT rowid FROM photo_words WHERE photo_words MATCH ? LIMIT ?", (expression, limit)
    )
    return [int(place) for (place,) in found]


def _said(facts: str) -> set[str]:
    return {fact for fact in facts.split() if fact.startswith("#t")}


def _write_rows(connection: "Connection", photos: Sequence[int]) -> set[str]:
    """Write search rows anew where they changed.

    Returns:
        the words for alt texts that photos have and did not have, or had and have not.
    """
    ids = ",".join(str(int(p)) for p in photos)
    run = connection.exec_driver_sql
    known = {
        rowid: tuple(columns)
        for rowid, *columns in run(
            f"SELECT rowid, {', '.join(_COLUMNS)} FROM photo_words "
            f"WHERE rowid IN (SELECT place FROM photo WHERE id IN ({ids}) AND place IS NOT NULL)"
        )
    }
    gone, new, places = [], [], []
    said: set[str] = set()
    numbers: Counter[str] = Counter()
    for photo, old, place, columns in _rows(connection, ids):
        if old == place and (place is None or known.get(place) == columns):
            continue
        before, after = known[old][0] if old in known else "", columns[0] if place is not None else ""
        said |= _said(before) ^ _said(after)
        numbers.update(counts.counted(after))
        numbers.subtract(counts.counted(before))
        if old is not None:
            gone.append((old,))
        if place is not None:
            new.append((place, *columns))
        if old != place:
            places.append((place, photo))
    counts.change(connection, numbers)
    if gone:
        run("DELETE FROM photo_words WHERE rowid = ?", gone)
    if places:
        run("UPDATE photo SET place = ? WHERE id = ?", places)
    new.sort()  # ascending: in falling order SQLite leaves each page half empty, 2,229 bytes a photo instead of 1,781
    if new:
        marks = ", ".join("?" * (len(_COLUMNS) + 1))
        run(f"INSERT INTO photo_words (rowid, {', '.join(_COLUMNS)}) VALUES ({marks})", new)
    return said


def _rows(connection: "Connection", ids: str) -> Iterator[tuple[int, int | None, int | None, tuple[str, ...]]]:
    """Each photo's id, old place, new place (None while missing) and the columns of its search row."""
    found = connection.exec_driver_sql(
        "SELECT p.id, p.place, p.missing_since, p.taken, p.state, p.people, p.format, p.camera, p.file, f.path, "
        "p.width, p.height "
        f"FROM photo p JOIN folder f ON f.id = p.folder_id WHERE p.id IN ({ids})"
    ).all()
    facts: dict[int, set[str]] = {row[0]: set() for row in found}
    texts: dict[int, dict[str, list[str]]] = {row[0]: {} for row in found}
    _add_tags(connection, ids, facts)
    read = read_lines(connection, ids)
    names = {row[0]: os.fsdecode(row[8]) for row in found}
    _add_texts(connection, ids, facts, texts, names, read)
    _add_problems(connection, ids, facts, texts)
    _add_packs(connection, ids, facts)
    for photo, lines in read.items():
        facts[photo].add("#hocr")
        texts[photo]["ocr"] = [" ".join(_words(line) for line, _ in lines)]
    for photo, old, missing, taken, state, people, kind, camera, _, folder, width, height in found:
        place = place_of(photo, taken) if missing is None else None
        own = [f"#s{state}"]
        own += ["#hpeople", f"#p{people}"] if people is not None else []
        own += [format_fact(kind)] if kind else []
        own += [format_fact("raw")] if kind in RAW else []
        own += shape_facts(width, height)
        own += ["#hdate", f"#y{str(taken)[:4]}"] if seconds(taken) else []
        own += ["#hcamera", camera_fact(camera)] if camera and tokens(camera) else []
        said = [fact for fact in facts[photo] if fact.startswith("#t")]
        if any({*_places(connection, f'"{fact}"', limit=2)} - {old} for fact in said):
            own += _REPEATED
        words = {column: _END.join(parts) for column, parts in texts[photo].items()}
        words["folder"], folders = _folder(folder)
        own += folders
        words["facts"] = " ".join(own + sorted(facts[photo].difference(own)))
        words["camera"] = _words(camera or "")
        words["name"] = _words(names[photo])
        yield photo, old, place, tuple(words.get(column, "") for column in _COLUMNS)


def _words(text: str) -> str:
    return " ".join(tokens(text))


@lru_cache(maxsize=4_096)
def _folder(path: bytes) -> tuple[str, tuple[str, ...]]:
    """The words of a folder's path, and its facts; thousands of photos ask for the same."""
    place = PurePath(os.fsdecode(path))
    above = tuple(below_fact(str(one)) for one in (place, *place.parents) if one.name)
    return _words(str(place)), (folder_fact(str(place)), *above)


def _add_tags(connection: "Connection", ids: str, facts: dict[int, set[str]]) -> None:
    run = connection.exec_driver_sql
    tags = run(
        "SELECT photo_id, concept_id, origin, count FROM tag "
        f"WHERE photo_id IN ({ids}) AND state < {int(TagState.REJECTED)}"
    ).all()
    concepts = {concept: [f"#c{concept}"] for _, concept, _, _ in tags}
    # Asked once for each concept and not in a join: photos share their concepts.
    listed = ",".join(map(str, concepts))
    for concept, above in run(f"SELECT concept_id, above_id FROM concept_above WHERE concept_id IN ({listed})"):
        concepts[concept].append(f"#c{above}")
    for photo, concept, origin, count in tags:
        known = facts[photo]
        known.update(concepts[concept])
        known.update((f"#o{origin}", "#htag"))
        if count is not None and count > 1:
            known.update(f"#n{fact[2:]}x{min(count, MOST_COUNTED + 1)}" for fact in concepts[concept])


def _add_texts(
    connection: "Connection",
    ids: str,
    facts: dict[int, set[str]],
    texts: dict[int, dict[str, list[str]]],
    names: Mapping[int, str],
    read: Mapping[int, tuple[Line, ...]],
) -> None:
    alt: list[tuple[int, str, str]] = []
    captions: dict[tuple[int, str], str] = {}
    for photo, field, language, text, origin, state in connection.exec_driver_sql(
        "SELECT photo_id, field, language, text, origin, state FROM text "
        f"WHERE photo_id IN ({ids}) AND state < {int(TextState.REJECTED)} ORDER BY photo_id, field, language"
    ):
        spoken = "".join(tokens(primary(language)))
        facts[photo].update((f"#o{origin}", f"#h{field}", f"#h{field}{spoken}"))
        if state == TextState.APPROVED or origin > Origin.MODEL:
            texts[photo].setdefault(_COLUMN_OF[Field(field)], []).append(_words(text))
            if field == Field.ALT_TEXT:
                alt.append((photo, language, text))
                said = text_fact(language, text)
                facts[photo].update((said,) if said else ())
        if field == Field.CAPTION:
            captions[photo, language] = text
    for photo, language, text in alt if text_rules.known() else ():
        caption = captions.get((photo, language), "")
        given = CheckedText(text, language, names[photo], caption, sure(read.get(photo, ())))
        broken = text_rules.broken(given)
        facts[photo].update((lint_fact(), *map(lint_fact, broken)) if broken else ())


def _add_problems(
    connection: "Connection", ids: str, facts: dict[int, set[str]], texts: dict[int, dict[str, list[str]]]
) -> None:
    for photo, stage, message in connection.exec_driver_sql(
        f"SELECT photo_id, stage, message FROM problem WHERE photo_id IN ({ids}) ORDER BY photo_id, stage"
    ):
        facts[photo].add("#b")
        texts[photo].setdefault("problem", []).append(_words(f"{stage} {message}"))


def _add_packs(connection: "Connection", ids: str, facts: dict[int, set[str]]) -> None:
    for photo, pack in connection.exec_driver_sql(
        "SELECT r.photo_id, r.pack FROM run r JOIN photo p ON p.id = r.photo_id "
        f"WHERE r.photo_id IN ({ids}) AND r.digest IS p.digest"
    ):
        facts[photo].add(pack_fact(pack))
