"""The commands that need models: run, scan, tag, describe, packs. Models are imported when the work begins."""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from storage.console import commands, output
from storage.console.commands import WrongUse, absolute
from storage.library import Library
from storage.text_rules import CheckedText


def _folders(arguments: argparse.Namespace) -> list[Path]:
    folders = [absolute(folder) for folder in arguments.folders]
    for folder in folders:
        if not folder.is_dir():
            raise WrongUse(f"“{folder}” is not a folder.")
    return folders


def scan_command(library: Library, arguments: argparse.Namespace) -> int:
    """`altfolio scan FOLDER…`: bring the library in step with folders."""
    problems, unread = _scan(library, _folders(arguments))
    return max(commands.point_to_problems(problems), min(1, unread))


def _scan(library: Library, folders: Sequence[Path]) -> tuple[int, int]:
    """Scan, and name the folders that could not be read: their photos were not looked at, which no count shows.

    Returns:
        how many photos had a problem, and how many folders.
    """
    from inference.whole_job import know_words
    from storage.file_journal import recover
    from storage.scan import folder_problems, scan

    recover(library)  # else what a crash interrupted while it wrote looks like a change by another program
    know_words(library)
    problems = output.follow(scan(library, folders))
    unread = [
        message
        for path, message in folder_problems(library)
        if not folders or any(path.is_relative_to(top) or top.is_relative_to(path) for top in folders)
    ]
    for message in unread:
        print(message, file=sys.stderr)
    return problems, len(unread)


def tag_command(library: Library, arguments: argparse.Namespace) -> int:
    """`altfolio tag`: let the packs look at photos; `--forget` removes what machines proposed."""
    if arguments.forget:
        from storage import suggestions

        with library.write() as block:
            forgotten = suggestions.remove_proposals(block)
        print(f"Suggestions of {forgotten:,} photo{'' if forgotten == 1 else 's'} removed.")
        return 0
    problems = _tag(library)
    if not arguments.no_text:
        problems += _read(library)
    return commands.point_to_problems(problems)


def _tag(library: Library) -> int:
    from inference import engine

    ready = engine.start(library)
    print(ready.sentence, file=sys.stderr)
    return output.follow(ready.tag(library))


def _read(library: Library) -> int:
    """Read the text in photos, unless the settings say otherwise."""
    from inference import engine

    if not engine.reads_text(library):
        return 0
    return output.follow(engine.start(library, engine.TEXT_PASS).tag(library))


def describe_command(library: Library, arguments: argparse.Namespace) -> int:
    """`altfolio describe`: make suggested tags and drafts of what was found."""
    return commands.point_to_problems(_describe(library, arguments))


def _describe(library: Library, arguments: argparse.Namespace) -> int:
    from inference import engine, jobs

    rules = engine.rules(library, commands.language_of(library, arguments))
    return output.follow(jobs.describe(library, rules))


def run_command(library: Library, arguments: argparse.Namespace) -> int:
    """`altfolio run FOLDER…`: scan, tag and describe, then the table of photos and their words."""
    folders = _folders(arguments)
    problems = sum(_scan(library, folders))
    problems += _tag(library)
    problems += _describe(library, arguments)
    if not arguments.no_text:
        problems += _read(library)
        problems += _describe(library, arguments)
    language = commands.language_of(library, arguments)
    with library.read() as connection:
        ids, _ = commands.find_photos(connection, folders)
    found = output.details(library, ids, language)
    if arguments.json:
        output.print_json_list(map(output.photo_json, found))
    else:
        output.print_photos(found, commands.NOTHING)
    return 1 if problems else 0


def remarks(given: CheckedText) -> list[str]:
    """Names of the rules that an alt text breaks, for the report; storage can't know the rules."""
    from inference.alt_rules import Circumstances, check

    about = Circumstances(
        language=given.language, file_name=given.file_name, caption=given.caption, written=given.written
    )
    return [remark.rule for remark in check(given.text, about)]


def describe_now(library: Library, photos: Sequence[int]) -> None:
    """Let the drafts of some photos follow a judgement of their tags; storage can't compose."""
    from inference import engine

    engine.describe_now(library, photos)


def packs_command(_library: Library, arguments: argparse.Namespace) -> int:
    """`altfolio packs`: what packs there are, from where, under which licence."""
    from inference import packs

    found = packs.discover()
    if arguments.check:
        for pack in found:
            packs.check(pack)
    if arguments.json:
        output.print_json([{k: str(v) if isinstance(v, Path) else v for k, v in asdict(p).items()} for p in found])
        return 0
    for pack in found:
        print(f"{pack.id} {pack.version}: {pack.name} ({pack.task}), {pack.licence}")
    if arguments.check:
        print("Every file is as its pack says.")
    return 0
