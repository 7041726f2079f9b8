"""The commands that carry words out and in: export and import, and what belongs to them.

Each takes the open library and the parsed arguments and returns the exit code, as in `commands`;
`add_exchange_commands` puts them into the program's parser.
"""

import argparse
import sys
from contextlib import closing
from typing import Any

from sqlalchemy import Connection

from storage import photos, search
from storage.console import output
from storage.console.commands import absolute
from storage.library import Library
from storage.schema import TextState

MOST_SHOWN = 50
"""Changes that a dry run lists for people; `--json` has all."""


def found_photos(connection: Connection, words: list[str]) -> list[int]:
    """The photos a search finds; all of the library where no words are given."""
    return list(search.find(connection, " ".join(words)))


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
        f"{_photos(plan.rows)} in the file: {words:,} words to change in {_photos(len(plan.changed))}, "
        f"{conflicts:,} kept although the file says otherwise, {len(plan.errors):,} wrong rows."
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
