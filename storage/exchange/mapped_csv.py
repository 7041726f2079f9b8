"""A table from anywhere, read with a mapping of its columns: "Description" is the alt text, "File" is the path.

What other programs and people write is not ours to prescribe: any delimiter, UTF-8, UTF-16 or a local encoding, names
without folders, keywords between commas.

Invariant: a column that is not mapped is not read.
"""

import re
from collections.abc import Iterator, Mapping, Sequence

from storage.exchange.csv_file import PATH, TAG_COLUMNS, read_text, text_key
from storage.exchange.records import LANGUAGE, GivenPhoto, RowError, TagRecord, TextKey, TextRecord
from storage.job import KnownError
from storage.schema import TagState

DELIMITERS = ",;\t|"

_TAG_STATES = {name: state for state, name in TAG_COLUMNS.items()}


def delimiter_of(content: str) -> str:
    """What separates the cells: the candidate that is most often in the first line, outside of quotes."""
    first = re.sub(r'"(?:[^"]|"")*"', "", content[:65536]).partition("\n")[0]
    return max(DELIMITERS, key=lambda c: (first.count(c), -DELIMITERS.index(c)))


def checked_mapping(pairs: Sequence[str], heading: Sequence[str]) -> dict[str, int]:
    """Which column is what, from words such as "Description=alt_text.en".

    Returns:
        what → number of the column.

    Raises:
        KnownError: a column is not there, or what it should be is not known.
    """
    found: dict[str, int] = {}
    for pair in pairs:
        column, equals, what = pair.rpartition("=")
        if not equals:
            raise KnownError(f"“{pair}” does not say what the column is. Write it like “{pair}=alt_text.en”.")
        if column not in heading:
            raise KnownError(f"The table has no column “{column}”. It has: {', '.join(n for n in heading if n)}.")
        key = text_key(what)
        if what != PATH and what not in _TAG_STATES and (key is None or not LANGUAGE.fullmatch(key[1])):
            raise KnownError(
                f"“{what}” is nothing a column can be. It can be path, tags, tags.rejected, or a text with its "
                "language: alt_text.en, extended_description.en, caption.en, title.en."
            )
        if what in found:
            raise KnownError(f"Two columns are said to be “{what}”.")
        found[what] = heading.index(column)
    if PATH not in found:
        raise KnownError("No column is said to be the path, so the rows can't be told apart. Add “COLUMN=path”.")
    return found


def read_mapped(rows: Iterator[tuple[int, list[str]]], columns: Mapping[str, int]) -> Iterator[GivenPhoto | RowError]:
    """The photos of a table, and what is wrong with rows."""
    for number, cells in rows:
        try:
            yield _photo(number, cells, columns)
        except ValueError as error:
            yield RowError(number, str(error))


def _photo(number: int, cells: Sequence[str], columns: Mapping[str, int]) -> GivenPhoto:
    texts: dict[TextKey, TextRecord] = {}
    no_texts: set[TextKey] = set()
    tags: list[TagRecord] = []
    for what, at in columns.items():
        cell = cells[at].strip() if at < len(cells) else ""
        key = text_key(what)
        if key is not None and cell:
            texts[key] = read_text(cell, "", what)
        elif key is not None:
            no_texts.add(key)
        elif what in _TAG_STATES:
            tags += [TagRecord(word, _TAG_STATES[what]) for word in keywords(cell)]
    path = cells[columns[PATH]].strip() if columns[PATH] < len(cells) else ""
    return GivenPhoto(
        row=number,
        path=path.encode("utf-8") if path else None,
        image=None,
        texts=texts,
        no_texts=frozenset(no_texts),
        tags=tags,
        tag_states=frozenset(TagState(_TAG_STATES[what]) for what in columns if what in _TAG_STATES),
    )


def keywords(cell: str) -> list[str]:
    """The keywords of a cell: between semicolons, else lines, vertical bars or commas; without what stands twice."""
    separator = next((s for s in ";\n|," if s in cell), ";")
    words = (" ".join(word.split()) for word in cell.split(separator))
    return list(dict.fromkeys(word for word in words if word))
