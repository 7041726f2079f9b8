"""Words back into the library: read a file, say what would change, change all of it or nothing.

An import is the user's act: one batch of the history that can be undone, origin USER. Nothing is written while the
file is read and compared; what is written is written in one transaction, in which the photos concerned are compared
once more, so that an edit made in between is not lost.
"""

import contextlib
import os
import threading
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import TypeVar

from sqlalchemy import Connection

from storage import concepts, history, photos
from storage.batch_step import count_label
from storage.exchange import csv_file, json_file, mapped_csv
from storage.exchange.given_file import digest_of, read_given
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
from storage.job import KnownError, Progress
from storage.library import Library, Write
from storage.schema import TagState
from storage.words import chunks

Result = TypeVar("Result")

_STEP = 0.05
"""Seconds between two looks at whether the writing ended."""

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
        digest: of the file's text.
    """

    rows: int
    changes: dict[int, PhotoChange]
    paths: dict[int, Path]
    errors: tuple[RowError, ...]
    given: dict[int, GivenPhoto]
    options: ImportOptions
    digest: bytes = b""

    @property
    def changed(self) -> list[int]:
        """The photos that change."""
        return [photo for photo, change in self.changes.items() if change.changes]


def plan_import(library: Library, source: Path, options: ImportOptions = ImportOptions()) -> ImportPlan:
    """Read a file and compare it with the library; nothing is changed.

    Raises:
        KnownError: the file can't be read, is none that can be imported, or is one of a newer program.
    """
    return _finished(planning(library, source, options))


def planning(
    library: Library, source: Path, options: ImportOptions = ImportOptions()
) -> Generator[Progress, None, ImportPlan]:
    """The same step by step: a job whose result is the plan.

    Raises:
        KnownError: as `plan_import`.
    """
    errors: list[RowError] = []
    given: dict[int, GivenPhoto] = {}
    changes: dict[int, PhotoChange] = {}
    paths: dict[int, Path] = {}
    rows = 0
    base = options.base or source.absolute().parent
    content = read_given(source, options.encoding)
    for portion in _portions(read_content(content, options)):
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
        yield Progress(stage="import", done=rows, problems=len(errors))
    kept = {photo: given[photo] for photo in changes}
    return ImportPlan(
        rows, changes, paths, tuple(sorted(errors, key=lambda e: e.row)), kept, options, digest_of(content)
    )


def apply_import(library: Library, plan: ImportPlan) -> int:
    """Do what was planned, as one batch: all of it or nothing.

    Returns:
        how many photos changed.

    Raises:
        KnownError: rows are wrong and were not to be left out; the library can't be written.
    """
    return _finished(importing(library, plan))


def importing(library: Library, plan: ImportPlan) -> Generator[Progress, None, int]:
    """The same as a job that can be stopped until the last word is written: then nothing was imported.

    All is one transaction, which stays in a thread of its own while this one tells how far it is.

    Raises:
        KnownError: as `apply_import`.
    """
    if plan.errors and not plan.options.skip_errors:
        first = plan.errors[0]
        more = f" and {len(plan.errors) - 1:,} more" if len(plan.errors) > 1 else ""
        raise KnownError(f"Nothing was imported: row {first.row} is wrong ({first.message}){more}.")
    if not plan.changed:
        return 0
    reports: SimpleQueue[int] = SimpleQueue()
    stopped = threading.Event()

    def tell(done: int) -> None:
        if stopped.is_set():
            raise _Stopped
        reports.put(done)

    with ThreadPoolExecutor(1, thread_name_prefix="import") as pool:
        writing = pool.submit(_apply, library, plan, tell)
        try:
            while not writing.done():
                with contextlib.suppress(Empty):
                    yield Progress(stage="import", done=reports.get(timeout=_STEP), total=len(plan.changed))
            changed = writing.result()
        finally:
            stopped.set()
            with contextlib.suppress(Exception):
                writing.result()
    yield Progress(stage="import", done=changed, total=changed)
    return changed


class _Stopped(Exception):
    """The one who ran the import closed it."""


def _apply(library: Library, plan: ImportPlan, tell: Callable[[int], None]) -> int:
    with library.write() as block:
        given = {photo: plan.given[photo] for photo in plan.changed}
        changes = {
            photo: change
            for photo, change in _compare(block.connection, given, plan.options.merging, []).items()
            if change.changes
        }
        tell(0)
        if changes:
            history.record(block, count_label("import the words of", len(changes)), changes)
            write_changes(block, changes, tell)
    return len(changes)


def _finished(steps: Generator[Progress, None, Result]) -> Result:
    """The result of a job, without looking at its steps."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            result: Result = end.value
            return result


def headings(source: Path, options: ImportOptions = ImportOptions()) -> tuple[str, ...]:
    """The columns of a table from anywhere, for which somebody has to say what they are; none for a file of ours.

    Raises:
        KnownError: the file can't be read.
    """
    content = read_given(source, options.encoding)
    if content.lstrip()[:1] == "{":
        return ()
    _, heading = next(csv_file.read_table(content, mapped_csv.delimiter_of(content)), (0, []))
    return () if csv_file.is_ours(heading) else tuple(name for name in heading if name)


def read_content(content: str, options: ImportOptions = ImportOptions()) -> Iterator[GivenPhoto | RowError]:
    """The photos of a file's text: JSON or a table of ours, or any table with a mapping.

    Raises:
        KnownError: as `plan_import`.
    """
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


def write_changes(
    block: Write, changes: dict[int, PhotoChange], tell: Callable[[int], None] = lambda _done: None
) -> None:
    """Write what was compared; the caller has kept what was there in the history.

    Args:
        tell: called with the number of photos written so far.
    """
    run = block.connection.exec_driver_sql
    ids = concepts.ids_by_key(block.connection)
    rejudged = []
    for done, (photo, change) in enumerate(changes.items(), 1):
        tell(done)
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
