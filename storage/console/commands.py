"""The commands that need no model: search, show, history and what they share.

Each takes the open library and the parsed arguments and returns the exit code: 0 where nothing failed, 1 where some
photos failed. Wrong use raises `WrongUse`, which becomes exit code 2.
"""

import argparse
import contextlib
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from storage import history, photos, search, settings
from storage.console import output
from storage.job import KnownError
from storage.library import Library
from storage.words import chunks

if TYPE_CHECKING:
    from sqlalchemy import Connection

NOTHING = "No description available."
"""What a table shows for a photo that has no alt text."""


class WrongUse(KnownError):
    """The command was called in a way that can't work."""


def absolute(path: Path) -> Path:
    """A path as the library has it: absolute, without `..`, symbolic links as they are."""
    return Path(os.path.abspath(path))  # noqa: PTH100  Path.resolve would follow symbolic links


def language_of(library: Library, arguments: argparse.Namespace) -> str:
    """The language asked for, else the library's."""
    with library.read() as connection:
        return str(getattr(arguments, "language", None) or settings.load(connection).language)


def find_photos(connection: "Connection", paths: list[Path]) -> tuple[list[int], list[Path]]:
    """The ids of photos named on the command line; a folder stands for the photos below it.

    Returns:
        ids in the order asked for, and the paths the library does not know.
    """
    ids: list[int] = []
    unknown: list[Path] = []
    for path in paths:
        place = absolute(path)
        one = photos.id_of(connection, place) or photos.id_of(connection, place.parent.resolve() / place.name)
        many = [one] if one is not None else photos.below(connection, place)
        if many:
            ids.extend(many)
        else:
            unknown.append(path)
    return list(dict.fromkeys(ids)), unknown


def complain(unknown: list[Path]) -> int:
    """Name the paths that are not in the library on stderr.

    Returns:
        the exit code, 1 where there is one.
    """
    for path in unknown:
        why = "not in this library; “altfolio scan” adds its folder" if path.exists() else "not there; check its name"
        print(f"{photos.shown(path)}: {why}.", file=sys.stderr)
    return 1 if unknown else 0


def point_to_problems(problems: int) -> int:
    """Say on stderr how to find the photos in which a job failed, where there are any.

    Returns:
        the exit code, 1 where there are any.
    """
    if problems:
        print("“altfolio search problem:” lists the photos, “altfolio show PHOTO” says what it is.", file=sys.stderr)
    return 1 if problems else 0


@contextlib.contextmanager
def pointing_at(question: str) -> Iterator[None]:
    """Show where in a question the error is that happens in the block.

    Raises:
        WrongUse: the sentence with the question below it, and a mark below the place.
    """
    try:
        yield
    except search.QueryError as error:
        mark = " " * error.start + "^" * max(1, error.end - error.start)
        raise WrongUse(f"{error}\n  {question}\n  {mark}") from error


def search_command(library: Library, arguments: argparse.Namespace) -> int:
    """`altfolio search 'WORDS'`: the paths of the photos that answer, one a line."""
    if not arguments.words:
        raise WrongUse("Say what to search for, e.g. altfolio search dog -beach.")
    limit = arguments.limit if arguments.limit and arguments.limit > 0 else -1
    question = " ".join(arguments.words)
    with library.peek() as connection, pointing_at(question):
        ids = search.find_page(connection, question, limit=limit)
    if not ids:
        _say_why_nothing(library, question)
    if arguments.json:
        language = language_of(library, arguments)
        output.print_json_list(map(output.photo_json, output.details(library, ids, language)))
        return 0
    for page in chunks(ids):
        with library.peek() as connection:
            found = photos.rows(connection, page)
        for row in found:
            # The raw bytes, so that a name that is not text still names its file for the next program.
            sys.stdout.buffer.write(os.fsencode(row.path) + (b"\0" if arguments.null else b"\n"))
    sys.stdout.flush()
    return 0


def _say_why_nothing(library: Library, question: str) -> None:
    with library.read() as connection:
        better = search.corrected(connection, question)
        hint = f" Did you mean “{better}”?" if better else ""
        print(f"{search.why_nothing(connection, question)}{hint}", file=sys.stderr)


def show_command(library: Library, arguments: argparse.Namespace) -> int:
    """`altfolio show PHOTO`: everything the library knows of a photo."""
    language = language_of(library, arguments)
    with library.read() as connection:
        ids, unknown = find_photos(connection, arguments.photos)
    found = _with_paths(library, ids, language)
    if arguments.json:
        listed = (
            output.photo_json(d) | {"keyword_paths": paths, "made_by_ai": list(_made_by_ai(d))} for d, paths in found
        )
        # One photo asked for: its object. Several, or a folder: a list.
        if len(arguments.photos) == 1 and len(ids) == 1:
            output.print_json(next(listed, []))
        else:
            output.print_json_list(listed)
    else:
        for detail, paths in found:
            _print_photo(detail, paths)
    return complain(unknown)


def _with_paths(
    library: Library, ids: Sequence[int], language: str
) -> Iterator[tuple[photos.PhotoDetail, Sequence[Sequence[str]]]]:
    """Everything about these photos and the paths of their keywords, a page at a time."""
    from storage import keyword_tree

    for page in chunks(ids):
        with library.read() as connection:
            details = photos.details(connection, page, language=language)
            paths = keyword_tree.paths_of(connection, page)
        yield from ((detail, paths[detail.row.id]) for detail in details)


def _print_photo(detail: photos.PhotoDetail, paths: Sequence[Sequence[str]]) -> None:
    row = detail.row
    size = f"{row.width} × {row.height}" if row.width else "unknown size"
    print(photos.shown(row.path))
    print(f"  {detail.format or 'unreadable'}, {size}, {row.taken or 'no date'}, {detail.camera or 'no camera'}")
    print(f"  State: {row.state.name.lower()}")
    for text in detail.texts:
        label = {0: "Alt text", 1: "Extended description", 2: "Caption", 3: "Title"}[int(text.field)]
        print(f"  {label} ({text.language}, {text.state.name.lower()}, by {text.origin.name.lower()}): {text.text}")
    if not row.alt_text:
        print(f"  {NOTHING}")
    if row.people is not None:
        print(f"  People: {output.people(detail)}")
    for tag in detail.tags:
        score = "" if tag.score is None else f" {tag.score:.2f}"
        print(f"  Tag: {tag.name}{score} ({tag.state.name.lower()}, by {tag.origin.name.lower()})")
    for path in paths:
        print(f"  Keyword path: {' › '.join(path)}")
    for statement in _made_by_ai(detail):
        print(f"  The file says of the image itself: {statement}")
    for stage, message in detail.problems:
        print(f"  Problem ({stage}): {message}")


def _made_by_ai(detail: photos.PhotoDetail) -> tuple[str, ...]:
    """What the file says about an image that AI made or changed; read now, because Altfolio never writes it."""
    from storage.metadata.read import read_words

    try:
        return read_words(detail.row.path).made_by_ai
    except KnownError:
        return ()  # the photo's own problems are shown already


def history_command(library: Library, arguments: argparse.Namespace) -> int:
    """`altfolio history`: what was done, newest first; `--report N` what became of each file of a batch."""
    if arguments.report is not None:
        return _report(library, arguments.report, as_json=arguments.json)
    with library.read() as connection:
        done = history.batches(connection, arguments.limit or 100)
    if arguments.json:
        output.print_json(
            [
                {"id": b.id, "kind": b.kind, "label": b.label, "at": b.at, "photos": b.photos, "undone": b.undone}
                for b in done
            ]
        )
        return 0
    for batch in done:
        at = datetime.fromisoformat(batch.at).astimezone()  # the library has UTC; people have a clock on the wall
        print(f"{batch.id:>6}  {at:%Y-%m-%d %H:%M:%S}  {batch.label}{'  (undone)' if batch.undone else ''}")
    if not done:
        print("Nothing was done yet.")
    return 0


def _report(library: Library, batch: int, *, as_json: bool) -> int:
    from storage import embed_report

    with library.read() as connection:
        report = embed_report.of(connection, batch)
    if as_json:
        output.print_json(report.as_json())
    else:
        print(report.as_text())
    return 0


def undo_command(library: Library, _: argparse.Namespace) -> int:
    """`altfolio undo`: take back the newest review step."""
    batch = history.undo(library)
    print("Nothing to undo." if batch is None else f"Undone: {batch.label}.")
    return 0


def settings_command(library: Library, arguments: argparse.Namespace) -> int:
    """`altfolio settings [NAME=VALUE …]`: show the settings, or change some."""
    changes: dict[str, object] = {}
    with library.read() as connection:
        now = settings.load(connection)
    for given in arguments.changes:
        name, equals, value = given.partition("=")
        if not equals or not hasattr(now, name):
            raise WrongUse(f"“{given}” is not a setting; write NAME=VALUE, e.g. language=de.")
        changes[name] = _typed(value, getattr(now, name))
    if changes:
        now = settings.save(library, **changes)
    kept = asdict(now)
    if arguments.json:
        output.print_json(kept)
        return 0
    for name, value in kept.items():
        possible = settings.possible_values(name)
        shown = str(value).lower() if isinstance(value, bool) else value
        print(f"{name}={shown}" + (f"  ({possible})" if possible else ""))
    return 0


def _typed(value: str, default: object) -> object:
    """A value as its setting wants it; `settings.save` judges what does not fit."""
    if isinstance(default, bool):
        return {"true": True, "yes": True, "false": False, "no": False}.get(value.lower(), value)
    if isinstance(default, int) and value.isdecimal():
        return int(value)
    return value
