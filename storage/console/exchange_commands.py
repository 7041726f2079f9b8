"""The commands that carry words out and in: export, import, gallery, report, snippets and duplicates.

Each takes the open library and the parsed arguments and returns the exit code, as in `commands`;
`exchange_parser` puts them into the program's command line.
"""

import argparse
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from storage import photos, search
from storage.console import commands, output
from storage.console.commands import WrongUse, absolute
from storage.library import Library
from storage.schema import TextState

if TYPE_CHECKING:
    from sqlalchemy import Connection

MOST_SHOWN = 50
"""Changes that a dry run lists for people; `--json` has all."""


def found_photos(connection: "Connection", words: list[str]) -> list[int]:
    """The photos a search finds; all of the library where no words are given."""
    with commands.pointing_at(question := " ".join(words)):
        return list(search.find(connection, question))


def export_command(library: Library, arguments: argparse.Namespace) -> int:
    """`altfolio export FILE [WORDS…]`: the words of a search as CSV or JSON; FILE “-” is standard output."""
    from storage.exchange import exporting

    with library.read() as connection:
        ids = found_photos(connection, arguments.words)
    if str(arguments.file) == "-":
        with closing(exporting.write_records(library, ids, sys.stdout.buffer, arguments.format or "json")) as steps:
            for _ in steps:
                pass
        sys.stdout.flush()
        return 0
    output.follow(exporting.export(library, ids, absolute(arguments.file), format=arguments.format))
    print(f"{_photos(len(ids))} exported to {photos.shown(arguments.file)}.")
    return 0


def import_command(library: Library, arguments: argparse.Namespace) -> int:
    """`altfolio import FILE`: words from CSV or JSON into the library, or with `--dry-run` what they would change."""
    from storage.exchange import importing
    from storage.exchange.merge import MergeOptions, Rule

    options = importing.ImportOptions(
        merging=MergeOptions(Rule(arguments.rule), TextState.DRAFT if arguments.as_drafts else TextState.APPROVED),
        columns=tuple(arguments.column or ()),
        encoding=arguments.encoding,
        base=absolute(arguments.base) if arguments.base else None,
        skip_errors=arguments.skip_errors,
    )
    plan = importing.plan_import(library, absolute(arguments.file), options)
    if arguments.json:
        output.print_json(_plan_json(plan))
    else:
        _print_plan(plan, everything=arguments.dry_run)
    for error in plan.errors:
        print(f"Row {error.row}: {error.message}.", file=sys.stderr)
    if arguments.dry_run:
        return 1 if plan.errors else 0
    changed = importing.apply_import(library, plan)
    if not arguments.json:
        print(f"{_photos(changed)} changed. “altfolio undo” takes it back." if changed else "Nothing changed.")
    return 1 if plan.errors else 0


def _print_plan(plan: Any, *, everything: bool) -> None:
    from storage.exchange.merge import summed

    words, conflicts = summed(list(plan.changes.values()))
    print(
        f"{_photos(plan.rows)} in the file: {output.plural(words, 'word')} to change in {_photos(len(plan.changed))}, "
        f"{conflicts:,} kept although the file says otherwise, {output.plural(len(plan.errors), 'wrong row')}."
    )
    listed = [
        (photos.shown(plan.paths[photo]), sign, word)
        for photo, change in plan.changes.items()
        for sign, some in (("change", change.changes), ("keep", change.conflicts))
        for word in some
        if everything or sign == "keep"
    ]
    for path, sign, word in listed[:MOST_SHOWN]:
        print(f"{path}\n  {sign} {word.what}: “{word.before}” → “{word.after}”")
    if len(listed) > MOST_SHOWN:
        print(f"… and {len(listed) - MOST_SHOWN:,} more; --json lists all.")
    if conflicts:
        print("People's words are kept; “--rule replace” lets the file win.")


def _plan_json(plan: Any) -> dict[str, Any]:
    def words(some: Any) -> list[dict[str, str]]:
        return [{"what": word.what, "before": word.before, "after": word.after} for word in some]

    return {
        "rows": plan.rows,
        "photos": [
            {
                "row": change.row,
                "path": photos.shown(plan.paths[photo]),
                "changes": words(change.changes),
                "conflicts": words(change.conflicts),
            }
            for photo, change in plan.changes.items()
        ],
        "errors": [{"row": error.row, "message": error.message} for error in plan.errors],
    }


def _photos(count: int) -> str:
    return f"{count:,} photo{'' if count == 1 else 's'}"


def gallery_command(library: Library, arguments: argparse.Namespace) -> int:
    """`altfolio gallery FOLDER [WORDS…]`: the photos of a search as a folder of pages."""
    from storage.exchange.html_gallery import GalleryOptions, gallery

    language = commands.language_of(library, arguments)
    with library.read() as connection:
        ids = found_photos(connection, arguments.words)
    if not ids:
        raise WrongUse("No photo is found, so there is nothing to show.")
    title = arguments.title or " ".join(arguments.words) or "Photos"
    options = GalleryOptions(title=title, language=language)
    problems = output.follow(gallery(library, ids, absolute(arguments.folder), options))
    without = f", {problems:,} of them without a picture" if problems else ""
    print(f"{_photos(len(ids))} in {photos.shown(arguments.folder / 'index.html')}{without}.")
    return commands.point_to_problems(problems)


def report_command(library: Library, arguments: argparse.Namespace) -> int:
    """`altfolio report [FILE]`: how accessible the library is, as a page or JSON; without FILE, one line or JSON."""
    from storage.exchange.report import write_report
    from storage.exchange.survey import share_words, survey, survey_json

    if arguments.file is not None:
        if arguments.file.suffix.lower() not in {".html", ".htm", ".json"}:
            raise WrongUse(
                f"The name “{photos.shown(arguments.file)}” does not say a format. End it in .html or .json."
            )
        lint, language = getattr(arguments, "lint", None), arguments.language
        found = write_report(library, absolute(arguments.file), lint=lint, language=language)
    else:
        with library.read() as connection:
            found = survey(connection, lint=getattr(arguments, "lint", None))
    if arguments.json:
        output.print_json(survey_json(found))
    else:
        print(f"{share_words(found.whole)} have an approved alt text.")
    return 0


def snippet_command(library: Library, arguments: argparse.Namespace) -> int:
    """`altfolio snippet PHOTO…`: approved alt texts as plain text, HTML or Markdown, a line for each photo."""
    from storage.exchange.snippets import Form, snippet

    language = commands.language_of(library, arguments)
    with library.read() as connection:
        ids, unknown = commands.find_photos(connection, arguments.photos)
        found = snippet(connection, ids, Form(arguments.form), language=language)
    if found.text:
        print(found.text)
    if found.without:
        print(f"{_photos(len(found.without))} without an approved alt text.", file=sys.stderr)
    return max(commands.complain(unknown), 1 if found.without else 0)


def duplicates_command(library: Library, arguments: argparse.Namespace) -> int:
    """`altfolio duplicates`: photos that are there more than once, in groups; or words from one photo to its likes."""
    from storage import duplicates, picture_hash

    problems = 0
    if arguments.kind == "exact":
        with library.read() as connection:
            found = duplicates.exact_copies(connection)
    else:
        problems = output.follow(picture_hash.hash_pictures(library))
        find = duplicates.near_duplicates if arguments.kind == "near" else duplicates.series
        found = find(library)
    if arguments.copy_from is not None:
        return _copy_words(library, arguments.copy_from, found)
    with library.read() as connection:
        groups = [photos.rows(connection, group.photos) for group in found]
    if arguments.json:
        output.print_json([[photos.shown(row.path) for row in rows] for rows in groups])
        return 1 if problems else 0
    for number, rows in enumerate(groups, start=1):
        print(f"{number}. {_photos(len(rows))}")
        for row in rows:
            size = f"{row.width} × {row.height}" if row.width else "unknown size"
            print(f"   {photos.shown(row.path)}  ({size}, {row.size:,} bytes, {row.state.name.lower()})")
    if not groups:
        print("No duplicates.")
    return commands.point_to_problems(problems)


def _copy_words(library: Library, source: Path, groups: list[Any]) -> int:
    from storage import duplicates

    with library.read() as connection:
        ids, unknown = commands.find_photos(connection, [source])
    if len(ids) != 1:
        raise WrongUse(f"“{photos.shown(source)}” is not one photo of this library.")
    likes = [photo for group in groups if ids[0] in group.photos for photo in group.photos if photo != ids[0]]
    if not likes:
        print("Nothing is like this photo.")
        return commands.complain(unknown)
    copied = duplicates.copy_words(library, ids[0], likes)
    # Where nothing was copied, `undo` would take back what was done before.
    rest = "“altfolio undo” takes it back." if copied else "They have them, or there are none that are approved."
    print(f"Words copied to {_photos(copied)}. {rest}")
    return 0


def keywords_command(library: Library, arguments: argparse.Namespace) -> int:
    """`altfolio keywords FILE`: the keyword hierarchy of another program into the library."""
    from storage.exchange.given_file import read_given
    from storage.keyword_tree import import_keywords, read_keyword_list

    rows = read_keyword_list(read_given(absolute(arguments.file), arguments.encoding))
    if arguments.dry_run:
        for row in rows:
            print(" › ".join(row.path) + (f" ({', '.join(row.synonyms)})" if row.synonyms else ""))
        return 0
    placed = import_keywords(library, rows)
    print(f"{placed.keywords:,} keywords are in the library.")
    for keyword, above in placed.left_out:
        print(f"“{keyword}” was not put below “{above}”: here it stands above it.", file=sys.stderr)
    return 1 if placed.left_out else 0


Add = Callable[..., argparse.ArgumentParser]
"""Makes the parser of one command: name, what runs it, one line of help. It is `main`'s."""


def exchange_parser(add: Add) -> None:
    """Put the commands into the command line.

    Args:
        add: called as `add("export", export_command, "write …")`.
    """
    made = add("export", export_command, "write the words of photos into CSV or JSON")
    made.add_argument("file", type=Path, metavar="FILE", help="ends in .csv or .json; - is standard output")
    made.add_argument("words", nargs="*", metavar="WORDS", help="a search; default: all photos")
    made.add_argument("--format", choices=("csv", "json"), help="default: by the file's name; for -: json")
    _import_parser(add("import", import_command, "bring words from CSV or JSON into the library"))
    made = add("gallery", gallery_command, "show photos as a folder of pages that needs no server")
    made.add_argument("folder", type=Path, metavar="FOLDER")
    made.add_argument("words", nargs="*", metavar="WORDS", help="a search; default: all photos")
    made.add_argument("--title", help="heading of the gallery")
    made.add_argument("--language", help="language of the pages, e.g. en")
    made = add("report", report_command, "say how accessible the library is")
    made.add_argument("file", nargs="?", type=Path, metavar="FILE", help="ends in .html or .json; default: one line")
    made.add_argument("--language", help="language of the page, e.g. en; default: the library's")
    made.add_argument("--json", action="store_true", help="print the result as JSON")
    made = add("snippet", snippet_command, "print approved alt texts, ready to paste")
    made.add_argument("photos", nargs="+", type=Path, metavar="PHOTO")
    made.add_argument("--as", dest="form", choices=("alt", "html", "markdown"), default="alt", help="default: alt")
    made.add_argument("--language", help="language of the texts, e.g. en")
    made = add("keywords", keywords_command, "bring in a keyword hierarchy from Lightroom or digiKam")
    made.add_argument("file", type=Path, metavar="FILE", help="a text file: one keyword a line, tabs or paths")
    made.add_argument("--dry-run", action="store_true", help="only show what is in it")
    made.add_argument("--encoding", help="of the file, e.g. cp1252")
    made = add("duplicates", duplicates_command, "list photos that are there more than once")
    made.add_argument("--kind", choices=("exact", "near", "series"), default="exact", help="default: exact")
    made.add_argument("--copy-from", type=Path, metavar="PHOTO", help="copy this photo's approved words to its likes")
    made.add_argument("--json", action="store_true", help="print the result as JSON")


def _import_parser(made: argparse.ArgumentParser) -> None:
    made.add_argument("file", type=Path, metavar="FILE")
    made.add_argument("--dry-run", action="store_true", help="only show what would change")
    made.add_argument(
        "--rule",
        choices=("keep", "replace", "mirror"),
        default="keep",
        help="where file and library differ: keep words of people (default), let the file win, or also remove what "
        "the file leaves empty",
    )
    made.add_argument("--as-drafts", action="store_true", help="texts without a state become drafts, not approved")
    made.add_argument("--skip-errors", action="store_true", help="leave out wrong rows and import the others")
    made.add_argument(
        "--column", action="append", metavar="NAME=WHAT", help="a table from anywhere: Description=alt_text.en"
    )
    made.add_argument("--encoding", help="of a table, e.g. cp1252")
    made.add_argument("--base", type=Path, metavar="FOLDER", help="where paths of a table begin; default: its folder")
    made.add_argument("--json", action="store_true", help="print the result as JSON")
