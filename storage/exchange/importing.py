"""Words back into the library: read a file, say what would change, change all of it or nothing.

An import is the user's act: one batch of the history that can be undone, origin USER. Nothing is written while the
file is read and compared; what is written is written in one transaction, in which the photos concerned are compared
once more, so that an edit made in between is not lost.
"""

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Connection

from storage import concepts, history, photos
from storage.exchange import csv_file, json_file, mapped_csv
from storage.exchange.given_file import read_given
from storage.exchange.merge import MergeOptions, PhotoChange, merge
from storage.exchange.records import (
    LANGUAGE,
    GivenPhoto,
    RowError,
    TagRecord,
    keyword_key,
    named_concepts,
    text_problem,
    texts_of,
)
from storage.job import KnownError
from storage.library import Library, Write
from storage.review import count_label
from storage.schema import TagState
from storage.words import chunks

PORTION = 500
"""Photos compared with one round of queries."""


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """How to import.

    Attributes:
        merging: who wins.
        columns: "COLUMN=what" for a table from anywhere; none for a file of ours.
        encoding: of a table; None finds out.
        base: folder that paths without one begin at; None is the file's own.
        skip_errors: rows that are wrong are left out instead of keeping all others out.
    """

    merging: MergeOptions = field(default_factory=MergeOptions)
    columns: tuple[str, ...] = ()
    encoding: str | None = None
    base: Path | None = None
    skip_errors: bool = False


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """What an import would do.

    Attributes:
        rows: photos in the file.
        changes: by photo; with only conflicts where nothing of it changes.
        paths: of the photos in `changes`.
        errors: rows that are left out, in order.
    """

    rows: int
    changes: dict[int, PhotoChange]
    paths: dict[int, Path]
    errors: tuple[RowError, ...]
    given: dict[int, GivenPhoto]
    options: ImportOptions

    @property
    def changed(self) -> list[int]:
        """The photos that change."""
        return [photo for photo, change in self.changes.items() if change.changes]


def plan_import(library: Library, source: Path, options: ImportOptions = ImportOptions()) -> ImportPlan:
    """Read a file and compare it with the library; nothing is changed.

    Raises:
        KnownError: the file can't be read, is none that can be imported, or is one of a newer program.
    """
    errors: list[RowError] = []
    given: dict[int, GivenPhoto] = {}
    changes: dict[int, PhotoChange] = {}
    paths: dict[int, Path] = {}
    rows = 0
    base = options.base or source.absolute().parent
    for portion in _portions(read_file(source, options)):
        rows += len(portion)
        errors += [one for one in portion if isinstance(one, RowError)]
        with library.read() as connection:
            found = _find(connection, [one for one in portion if isinstance(one, GivenPhoto)], base, errors)
            twice = found.keys() & given.keys()
            for photo in twice:
                errors.append(RowError(found[photo].row, f"row {given[photo].row} is about the same photo"))
            fresh = {photo: one for photo, one in found.items() if photo not in twice}
            compared = _compare(connection, fresh, options.merging, errors)
            given.update(fresh)
            changes.update(compared)
            paths.update({row.id: row.path for row in photos.rows(connection, list(compared))})
    kept = {photo: given[photo] for photo in changes}
    return ImportPlan(rows, changes, paths, tuple(sorted(errors, key=lambda e: e.row)), kept, options)


def apply_import(library: Library, plan: ImportPlan) -> int:
    """Do what was planned, as one batch: all of it or nothing.

    Returns:
        how many photos changed.

    Raises:
        KnownError: rows are wrong and were not to be left out; the library can't be written.
    """
    if plan.errors and not plan.options.skip_errors:
        first = plan.errors[0]
        more = f" and {len(plan.errors) - 1:,} more" if len(plan.errors) > 1 else ""
        raise KnownError(f"Nothing was imported: row {first.row} is wrong ({first.message}){more}.")
    if not plan.changed:
        return 0
    with library.write() as block:
        given = {photo: plan.given[photo] for photo in plan.changed}
        changes = {
            photo: change
            for photo, change in _compare(block.connection, given, plan.options.merging, []).items()
            if change.changes
        }
        if changes:
            history.record(block, count_label("import the words of", len(changes)), changes)
            write_changes(block, changes)
    return len(changes)


def read_file(source: Path, options: ImportOptions = ImportOptions()) -> Iterator[GivenPhoto | RowError]:
    """The photos of a file: JSON or a table of ours, or any table with a mapping.

    Raises:
        KnownError: as `plan_import`.
    """
    content = read_given(source, options.encoding)
    if content.lstrip()[:1] == "{" and not options.columns:
        return json_file.read_json(content)
    rows = csv_file.read_table(content, mapped_csv.delimiter_of(content))
    _, heading = next(rows, (0, []))
    if options.columns:
        return mapped_csv.read_mapped(rows, mapped_csv.checked_mapping(options.columns, heading))
    if not csv_file.is_ours(heading):
        raise KnownError(
            "The table was not written by Altfolio. Say what its columns are, for example “File=path” and "
            f"“Description=alt_text.en”. It has: {', '.join(name for name in heading if name) or 'none'}."
        )
    return csv_file.read_ours(rows, heading)


def _portions(found: Iterable[GivenPhoto | RowError]) -> Iterator[list[GivenPhoto | RowError]]:
    portion: list[GivenPhoto | RowError] = []
    for one in found:
        portion.append(one)
        if len(portion) == PORTION:
            yield portion
            portion = []
    if portion:
        yield portion


def _find(
    connection: Connection, given: Sequence[GivenPhoto], base: Path, errors: list[RowError]
) -> dict[int, GivenPhoto]:
    """The photos that rows are about; rows that are about none, or are wrong, become errors."""
    found: dict[int, GivenPhoto] = {}
    for one in given:
        problem = _problem(one)
        try:
            photo = None if problem else _photo_of(connection, one, base)
        except ValueError as error:
            photo, problem = None, str(error)
        if photo is None:
            errors.append(RowError(one.row, problem or f"“{_shown(one)}” is not in this library"))
        elif photo in found:
            errors.append(RowError(one.row, f"row {found[photo].row} is about the same photo"))
        else:
            found[photo] = one
    return found


def _problem(given: GivenPhoto) -> str | None:
    for _, language in given.texts:
        if not LANGUAGE.fullmatch(language):
            return f"“{language}” is not a language, which is written like “en” or “pt-BR”"
    return "a tag has control characters" if any(text_problem(tag.name) for tag in given.tags) else None


def _shown(given: GivenPhoto) -> str:
    return photos.shown(os.fsdecode(given.path)) if given.path else "the image"


def _photo_of(connection: Connection, given: GivenPhoto, base: Path) -> int | None:
    """The photo of a row: by its path, else by its image, else by a file name that only one photo has.

    Raises:
        ValueError: several photos could be meant.
    """
    if given.path is not None:
        path = Path(os.fsdecode(given.path))
        found = photos.id_of(connection, Path(os.path.abspath(base / path)))  # noqa: PTH100  resolve follows links
        if found is not None:
            return found
    ids: Sequence[int] = ()
    if given.image is not None:
        ids = connection.exec_driver_sql("SELECT id FROM photo WHERE digest = ?", (given.image,)).scalars().all()
    elif given.path is not None and b"/" not in given.path and b"\\" not in given.path:
        ids = connection.exec_driver_sql("SELECT id FROM photo WHERE file = ?", (given.path,)).scalars().all()
    if len(ids) > 1:
        raise ValueError(f"“{_shown(given)}” could be one of {len(ids)} photos; give the whole path")
    return int(ids[0]) if ids else None


def _compare(
    connection: Connection, given: dict[int, GivenPhoto], options: MergeOptions, errors: list[RowError]
) -> dict[int, PhotoChange]:
    """What changes; photos of which nothing changes are left out."""
    found: dict[int, PhotoChange] = {}
    for chunk in chunks(given):
        texts, tags = texts_of(connection, chunk), _tags(connection, chunk)
        names = named_concepts(connection, {tag.name for photo in chunk for tag in given[photo].tags})
        keys = _known_keys(connection, {tag.key for photo in chunk for tag in given[photo].tags if tag.key})
        for photo in chunk:
            named: dict[str, TagRecord] = {}
            try:
                for tag in given[photo].tags:
                    key = tag.key if tag.key in keys else names.get(tag.name) or keyword_key(tag.name)
                    if key in named and named[key].state != tag.state:
                        raise ValueError(f"the tag “{tag.name}” is there twice, with different states")
                    named[key] = tag
                change = merge(given[photo], texts.get(photo, {}), tags.get(photo, {}), named, options)
            except ValueError as error:
                errors.append(RowError(given[photo].row, str(error)))
                continue
            if change.changes or change.conflicts:
                found[photo] = change
    return found


def _tags(connection: Connection, ids: Sequence[int]) -> dict[int, dict[str, TagRecord]]:
    return {
        photo: {tag.key: TagRecord(tag.name, tag.state, tag.score, tag.count, tag.key, tag.origin) for tag in some}
        for photo, some in photos.tags(connection, ids).items()
    }


def _known_keys(connection: Connection, keys: set[str]) -> set[str]:
    found: set[str] = set()
    for key in keys:
        found.update(connection.exec_driver_sql("SELECT key FROM concept WHERE key = ?", (key,)).scalars())
    return found


def write_changes(block: Write, changes: dict[int, PhotoChange]) -> None:
    """Write what was compared; the caller has kept what was there in the history."""
    run = block.connection.exec_driver_sql
    ids = concepts.ids_by_key(block.connection)
    rejudged = []
    for photo, change in changes.items():
        for (which, language), text in change.texts.items():
            place = (photo, int(which), language)
            run("DELETE FROM text WHERE photo_id = ? AND field = ? AND language = ?", place)
            if text is not None and text.state is not None and text.origin is not None:
                run(
                    "INSERT INTO text (photo_id, field, language, text, plain, origin, state) "
                    "VALUES (?, ?, ?, ?, ?, ?, ?)",
                    (*place, text.text, text.plain, int(text.origin), int(text.state)),
                )
        for key, tag in change.tags.items():
            if key not in ids and tag is not None:
                ids[key] = concepts.for_keyword(block.connection, tag.name)
            run("DELETE FROM tag WHERE photo_id = ? AND concept_id = ?", (photo, ids[key]))
            if tag is not None and tag.origin is not None:
                run(
                    "INSERT INTO tag (photo_id, concept_id, origin, state, score, count) VALUES (?, ?, ?, ?, ?, ?)",
                    (photo, ids[key], int(tag.origin), int(tag.state), tag.score, tag.count),
                )
        if any(tag is None or tag.state is not TagState.SUGGESTED for tag in change.tags.values()):
            rejudged.append((photo,))
    if rejudged:
        # A draft was made from the tags as they were; the next description makes it again.
        run("UPDATE photo SET described = NULL WHERE id = ?", rejudged)
    block.touch(changes)
