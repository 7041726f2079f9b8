"""Words as a table: one photo a row, every text of every language in a column of its own.

RFC 4180 with a byte order mark, without which Excel takes UTF-8 for a local encoding. The columns follow from the
photos, so a table has as many languages as there are; `docs/exchange-format.md` describes them.

Invariants: cells never start a formula (see `cells`); equal words give equal bytes.
"""

import base64
import binascii
import csv
import io
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import BinaryIO

from storage.exchange.cells import bare, guarded, read_tags, tag_cell
from storage.exchange.records import (
    FIELD_NAMES,
    TEXT_STATES,
    VERSION,
    GivenPhoto,
    PhotoRecord,
    RowError,
    TagRecord,
    TextKey,
    TextRecord,
    text_problem,
)
from storage.job import KnownError
from storage.schema import Field, TagState

VERSION_COLUMN = "altfolio_version"
PATH, PATH_BYTES, STATE, IMAGE = "path", "path_bytes", "state", "image"
TAG_COLUMNS: Mapping[TagState, str] = {
    TagState.ACCEPTED: "tags",
    TagState.SUGGESTED: "tags.suggested",
    TagState.REJECTED: "tags.rejected",
}
FACTS = ("people", "taken", "camera", "format", "width", "height")
"""Columns for people, which import does not read."""

_FIELDS = {name: field for field, name in FIELD_NAMES.items()}

MOST_CELL = 2**31 - 1
"""Longest cell; the csv module's own limit of 131,072 characters is less than a text may have."""


class UnknownColumn(Exception):
    """A photo has a text in a language for which the table has no column: it came while the table was written."""


class CsvWriter:
    """Writes photos as rows; the heading comes with the first."""

    def __init__(self, stream: BinaryIO, columns: Sequence[TextKey]) -> None:
        """Write to a stream.

        Args:
            columns: every field and language that some photo has a text in.
        """
        self._stream = stream
        self._columns = columns
        self._known = frozenset(columns)
        self._rows = io.StringIO(newline="")
        self._csv = csv.writer(self._rows, lineterminator="\r\n")
        self._rows.write("\ufeff")
        self._csv.writerow([guarded(name) for name in self._heading()])

    def _heading(self) -> list[str]:
        texts = [name for key in self._columns for name in (text_column(key), f"{text_column(key)}.state")]
        return [VERSION_COLUMN, PATH, PATH_BYTES, STATE, *texts, *TAG_COLUMNS.values(), *FACTS, IMAGE]

    def add(self, record: PhotoRecord) -> None:
        """Write a photo.

        Raises:
            UnknownColumn: it has a text for which there is no column.
        """
        if not record.texts.keys() <= self._known:
            raise UnknownColumn
        path, path_bytes = path_cells(record.path)
        cells = [str(VERSION), path, path_bytes, record.state.name.lower()]
        for key in self._columns:
            text = record.texts.get(key)
            state = "" if text is None or text.state is None else text.state.name.lower()
            cells += [text.text if text else "", state]
        cells += [tag_cell([tag for tag in record.tags if tag.state == state]) for state in TAG_COLUMNS]
        facts = (getattr(record, name) for name in FACTS)
        cells += ["" if fact is None else str(fact) for fact in facts]
        cells.append(record.image.hex() if record.image else "")
        self._csv.writerow([guarded(cell) for cell in cells])
        self.flush()

    def flush(self) -> None:
        """Hand what is written on to the stream."""
        self._stream.write(self._rows.getvalue().encode("utf-8"))
        self._rows.seek(0)
        self._rows.truncate()


def text_column(key: TextKey) -> str:
    """The name of a text's column: "alt_text.en". What is not a letter, digit or hyphen is escaped as in a URI."""
    language = re.sub(r"[^A-Za-z0-9-]", lambda m: "".join(f"%{b:02X}" for b in m[0].encode()), key[1])
    return f"{FIELD_NAMES[key[0]]}.{language}"


def path_cells(path: bytes) -> tuple[str, str]:
    """A path for people, and its bytes in base64 (RFC 4648) where it is not text."""
    try:
        return path.decode("utf-8"), ""
    except UnicodeDecodeError:
        return path.decode("utf-8", "replace"), base64.b64encode(path).decode()


def is_ours(heading: Sequence[str]) -> bool:
    """Whether a table was written by Altfolio."""
    return VERSION_COLUMN in heading


def read_table(content: str, delimiter: str = ",") -> Iterator[tuple[int, list[str]]]:
    """The rows of a table with their numbers, the heading first; empty lines are left out.

    Raises:
        KnownError: it is not a table.
    """
    csv.field_size_limit(min(MOST_CELL, sys.maxsize))
    rows = csv.reader(io.StringIO(content, newline=""), delimiter=delimiter, strict=True)
    number = 0
    while True:
        try:
            row = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            raise KnownError(
                f"The table can't be read near line {rows.line_num} ({error}). Save it as CSV again."
            ) from error
        if any(row):
            number += 1
            yield number, [bare(cell) for cell in row]


def read_ours(rows: Iterator[tuple[int, list[str]]], heading: Sequence[str]) -> Iterator[GivenPhoto | RowError]:
    """The photos of a table of our own, and what is wrong with rows.

    Raises:
        KnownError: the heading is wrong; nothing can be read.
    """
    columns = Columns(heading)
    for number, cells in rows:
        try:
            yield columns.photo(number, cells)
        except ValueError as error:
            yield RowError(number, str(error))


class Columns:
    """Which column of a table of our own is what."""

    def __init__(self, heading: Sequence[str]) -> None:
        """Understand a heading.

        Raises:
            KnownError: a column is there twice or is none that can be imported.
        """
        twice = {name for name in heading if name and heading.count(name) > 1}
        if twice:
            raise KnownError(f"The table has the column “{min(twice)}” twice. Remove one of them.")
        self._at = {name: number for number, name in enumerate(heading)}
        self._width = len(heading)
        self._texts = {}
        known = {VERSION_COLUMN, PATH, PATH_BYTES, STATE, IMAGE, *TAG_COLUMNS.values(), *FACTS, ""}
        for name in heading:
            key = text_key(name)
            if key is not None:
                self._texts[key] = name
            elif name not in known and text_key(name.removesuffix(".state")) is None:
                raise KnownError(
                    f"The table has a column “{name}”, which Altfolio does not know. Rename it (for example to "
                    "“alt_text.en”) or remove it."
                )
        if PATH not in self._at and IMAGE not in self._at:
            raise KnownError(f"The table has no column “{PATH}”, so its rows can't be told apart.")

    def photo(self, number: int, cells: Sequence[str]) -> GivenPhoto:
        """One row.

        Raises:
            ValueError: what is wrong with it.
        """
        if len(cells) > self._width and any(cells[self._width :]):
            raise ValueError(f"the row has {len(cells)} cells, the heading {self._width}")
        check_version(self._cell(cells, VERSION_COLUMN))
        texts, no_texts = {}, set()
        for key, name in self._texts.items():
            text = self._text(cells, name)
            if text is None:
                no_texts.add(key)
            else:
                texts[key] = text
        tags: list[TagRecord] = []
        said = {state for state, name in TAG_COLUMNS.items() if name in self._at}
        for state in said:
            tags += read_tags(self._cell(cells, TAG_COLUMNS[state]), state)
        return GivenPhoto(
            row=number,
            path=self._path(cells),
            image=read_image(self._cell(cells, IMAGE)),
            texts=texts,
            no_texts=frozenset(no_texts),
            tags=tags,
            tag_states=frozenset(said),
            all_texts=True,
        )

    def _cell(self, cells: Sequence[str], name: str) -> str:
        at = self._at.get(name)
        return cells[at] if at is not None and at < len(cells) else ""

    def _path(self, cells: Sequence[str]) -> bytes | None:
        coded, path = self._cell(cells, PATH_BYTES), self._cell(cells, PATH)
        if coded:
            return read_path_bytes(coded)
        return path.encode("utf-8") if path else None

    def _text(self, cells: Sequence[str], name: str) -> TextRecord | None:
        text, word = self._cell(cells, name), self._cell(cells, f"{name}.state").strip()
        if not text and not word:
            return None
        return read_text(text, word, name)


def text_key(name: str) -> TextKey | None:
    """Which text a column is about, or None."""
    field, dot, language = name.partition(".")
    if not dot or field not in _FIELDS or "." in language:
        return None
    try:
        raw = re.sub(rb"%([0-9A-Fa-f]{2})", lambda m: bytes([int(m[1], 16)]), language.encode())
        return _FIELDS[field], raw.decode()
    except UnicodeError:
        return None


def read_text(text: str, state: str, where: str) -> TextRecord:
    """A text with the name of its state.

    Raises:
        ValueError: what is wrong with it.
    """
    if state and state not in TEXT_STATES:
        raise ValueError(f"“{state}” in {where}.state is none of {', '.join(TEXT_STATES)}")
    problem = text_problem(text)
    if problem:
        raise ValueError(f"{where}: {problem}")
    return TextRecord(text, TEXT_STATES.get(state))


def check_version(version: str) -> None:
    """Refuse rows of a newer program.

    Raises:
        KnownError: the version is newer than this program's.
        ValueError: it is no version.
    """
    if version and not (version.isascii() and version.isdigit()):
        raise ValueError(f"“{version}” in {VERSION_COLUMN} is no version")
    if version and int(version) > VERSION:
        raise KnownError("The file was made by a newer Altfolio. Please update Altfolio to import it.")


def read_image(cell: str) -> bytes | None:
    """An image digest.

    Raises:
        ValueError: it is none.
    """
    try:
        return bytes.fromhex(cell) if cell else None
    except ValueError as error:
        raise ValueError(f"“{cell}” is no image digest") from error


def read_path_bytes(coded: str) -> bytes:
    """The bytes of a path.

    Raises:
        ValueError: they are not base64.
    """
    try:
        return base64.b64decode(coded, validate=True)
    except binascii.Error as error:
        raise ValueError(f"“{coded}” in {PATH_BYTES} is not base64") from error


def field_of(name: str) -> Field | None:
    """The field of a name such as "alt_text", or None."""
    return _FIELDS.get(name)
