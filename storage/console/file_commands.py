"""The commands that touch the users' files: embed and verify."""

import argparse
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from storage import photos
from storage.console import commands, output
from storage.console.commands import WrongUse
from storage.library import Library
from storage.schema import PhotoState

if TYPE_CHECKING:
    from storage.verify import Outside


def embed_command(library: Library, arguments: argparse.Namespace) -> int:
    """`altfolio embed`: write approved words into files, show what would be written, or take it back."""
    from storage import embed, embed_undo

    ways = [arguments.dry_run, arguments.undo is not None, arguments.remove_all]
    if sum(ways) > 1:
        raise WrongUse("Give only one of --dry-run, --undo and --remove-all.")
    if arguments.photos and any(ways[1:]):
        raise WrongUse("--undo and --remove-all work on whole batches; they take no photos.")
    with library.read() as connection:
        ids, unknown = commands.find_photos(connection, arguments.photos)
    chosen = ids if arguments.photos else None
    unknown_code = commands.complain(unknown)
    if arguments.dry_run:
        return max(unknown_code, _dry_run(library, chosen, as_json=arguments.json))
    if arguments.undo is not None:
        job = embed_undo.undo(library, arguments.undo or None)
    elif arguments.remove_all:
        job = embed_undo.remove_all(library)
    else:
        _say_left_out(library, chosen)
        job = embed.embed(library, chosen)
    before = _last_report(library)
    failed = output.follow(job)
    nothing = "take back" if any(ways) else "write"
    _print_result(library, before, nothing=nothing, as_json=arguments.json)
    return max(unknown_code, 1 if failed else 0)


def _say_left_out(library: Library, chosen: list[int] | None) -> None:
    """Photos named on the command line that have nothing approved to write are named, not passed over in silence;
    where all photos are meant, those are counted that wait for a person."""
    with library.read() as connection:
        rows = photos.rows(connection, chosen or [])
        stale = photos.in_state(connection, PhotoState.STALE) if chosen is None else []
    if stale:
        them = "1 photo is" if len(stale) == 1 else f"{len(stale):,} photos are"
        print(f"{them} left out: another program changed the words; “altfolio verify” shows them.", file=sys.stderr)
    reasons = {
        PhotoState.NONE: "it has no text yet",
        PhotoState.DRAFT: "its text is a draft; “altfolio review --approve” approves it",
        PhotoState.EMBEDDED: "its words are in the file already",
        PhotoState.STALE: "another program changed its words; “altfolio verify” shows them",
    }
    for row in rows:
        if row.state in reasons:
            print(f"{photos.shown(row.path)}: left out, {reasons[row.state]}.", file=sys.stderr)


def _dry_run(library: Library, chosen: list[int] | None, *, as_json: bool) -> int:
    from storage import embed

    failed = 0
    listed: list[dict[str, Any]] = []
    for planned in embed.plan(library, chosen):
        failed += planned.target is None
        target = None if planned.target is None else photos.shown(planned.target)
        if as_json:
            listed.append(
                {
                    "path": photos.shown(planned.path),
                    "target": target,
                    "reason": planned.reason or None,
                    "changes": [
                        {"field": c.field, "language": c.language, "before": c.before, "after": c.after}
                        for c in planned.changes
                    ],
                }
            )
            continue
        print(photos.shown(planned.path))
        if planned.reason:
            print(f"  {'can not be written' if target is None else 'goes to ' + target}: {planned.reason}")
        for change in planned.changes:
            language = f" ({change.language})" if change.language else ""
            print(f"  {change.field}{language}: {change.before or '—'} → {change.after or '—'}")
        if target and not planned.changes:
            print("  nothing to change")
    if as_json:
        output.print_json(listed)
    return 1 if failed else 0


def _last_report(library: Library) -> int | None:
    """The number of the newest batch of writes, or None before the first."""
    from storage import embed_report

    with library.read() as connection:
        return embed_report.last_batch(connection)


def _print_result(library: Library, before: int | None, *, nothing: str, as_json: bool) -> None:
    """Print what became of the batch that came after `before`, if there is one: nothing to do makes none.

    Args:
        nothing: what there was nothing to do of.
    """
    from storage import embed_report

    number = _last_report(library)
    with library.read() as connection:
        report = None if number is None or number == before else embed_report.of(connection, number)
    if report is None:
        if as_json:
            output.print_json(None)
        else:
            print(f"There was nothing to {nothing}.")
    elif as_json:
        output.print_json(report.as_json())
    else:
        print(report.as_text())


def verify_command(library: Library, arguments: argparse.Namespace) -> int:
    """`altfolio verify`: compare files with what the library believes; `--keep` settles those that differ."""
    from storage import verify

    with library.read() as connection:
        ids, unknown = commands.find_photos(connection, arguments.photos)
    unknown_code = commands.complain(unknown)
    failed = output.follow(verify.verify(library, ids if arguments.photos else None))
    with library.read() as connection:
        found = verify.outside(connection, ids if arguments.photos else None)
    _print_differences(found, as_json=arguments.json)
    if arguments.keep:
        settle = verify.keep_ours if arguments.keep == "ours" else verify.keep_theirs
        settled = settle(library, [one.photo for one in found])
        rest = "; “altfolio embed” writes it" if arguments.keep == "ours" and settled else ""
        print(f"{settled:,} settled by keeping {arguments.keep}{rest}.", file=sys.stderr)
        return 1 if failed else unknown_code
    if not found and not failed and not arguments.json and (ids or not arguments.photos):
        print("All files say what the library believes.")
    return 1 if failed or found else unknown_code


def _print_differences(found: Sequence["Outside"], *, as_json: bool) -> None:
    if as_json:
        output.print_json(
            [
                {
                    "path": photos.shown(one.path),
                    "state": PhotoState.STALE.name.lower(),
                    "differences": [
                        {"field": d.key[0], "language": d.key[1], "ours": list(d.ours), "theirs": list(d.theirs)}
                        for d in one.differences
                    ],
                }
                for one in found
            ]
        )
        return
    for one in found:
        print(f"{photos.shown(one.path)}: changed outside")
        for d in one.differences:
            print(f"  {d.key[0]}{f' ({d.key[1]})' if d.key[1] else ''}")
            print(f"    ours:   {', '.join(d.ours) or '—'}\n    theirs: {', '.join(d.theirs) or '—'}")
