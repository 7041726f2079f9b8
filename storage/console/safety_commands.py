"""The commands for the library itself: backup, check, restore and rebuild.

`restore` and `rebuild` are for a library that may be damaged, so they take its path and never open it as one;
`safety_parser` puts them into the program's command line.
"""

import argparse
from collections.abc import Callable
from pathlib import Path

from storage.console import output
from storage.console.commands import absolute
from storage.library import Library
from storage.photos import shown


def backup_command(library: Library, arguments: argparse.Namespace) -> int:
    """`altfolio backup FILE`: copy the library while it is in use."""
    from storage import backup, soundness

    target = absolute(arguments.file)
    aside = backup.is_library(target) and soundness.was_opened(target)
    output.follow(backup.backup(library, target))
    kept = " The library that was there was opened before; it is kept beside it." if aside else ""
    print(f"The library is copied to {shown(target)} ({target.stat().st_size:,} bytes) and checked.{kept}")
    return 0


def check_command(library: Library, arguments: argparse.Namespace) -> int:
    """`altfolio check`: examine the library; with `--repair` put right what can be."""
    from storage import backup

    found = backup.check(library)
    if arguments.repair and any(complaint.repairable for complaint in found):
        output.follow(backup.repair(library))
        found = backup.check(library)
    if arguments.json:
        output.print_json([{"kind": c.kind, "message": c.message, "repairable": c.repairable} for c in found])
    else:
        for complaint in found:
            more = " “altfolio check --repair” puts it right." if complaint.repairable else ""
            print(f"{complaint.message}{more}")
        if not found:
            print("The library is in order.")
    return 1 if found else 0


def restore_command(library: Library, arguments: argparse.Namespace) -> int:
    """`altfolio restore BACKUP`: a backup in the place of the library."""
    return restore_from(library.path, arguments)


def restore_from(path: Path, arguments: argparse.Namespace) -> int:
    """The same for a library that can't be opened."""
    from storage import backup

    aside = backup.restore(absolute(arguments.file), path)
    kept = f" The one that was there is kept as {shown(aside)}." if aside else ""
    print(f"The backup is in the place of {shown(path)}.{kept}")
    return 0


def rebuild_command(library: Library, arguments: argparse.Namespace) -> int:
    """`altfolio rebuild FILE [FOLDER…]`: a new library from the words in the photos' files."""
    return rebuild_from(library.path, arguments)


def rebuild_from(old: Path, arguments: argparse.Namespace) -> int:
    """The same for a library that can't be opened."""
    from storage import backup

    target = absolute(arguments.file)
    problems = output.follow(backup.rebuild(old, target, [absolute(folder) for folder in arguments.folders]))
    print(f"The new library is {shown(target)}; “altfolio --library {shown(target)}” opens it.")
    return 1 if problems else 0


def safety_parser(add: Callable[..., argparse.ArgumentParser]) -> None:
    """Put the commands into the command line; `add` as for `exchange_commands.exchange_parser`."""
    made = add("backup", backup_command, "copy the library into a file, also while it is in use")
    made.add_argument("file", type=Path, metavar="FILE")
    made = add("check", check_command, "examine the library itself")
    made.add_argument("--repair", action="store_true", help="put right what can be")
    made.add_argument("--json", action="store_true", help="print the result as JSON")
    made = add("restore", restore_command, "put a backup in the place of the library, which is kept beside it")
    made.add_argument("file", type=Path, metavar="BACKUP")
    made.set_defaults(run_on_path=restore_from)
    made = add("rebuild", rebuild_command, "make a new library from the words in the photos' files")
    made.add_argument("file", type=Path, metavar="FILE", help="the new library")
    made.add_argument("folders", nargs="*", type=Path, metavar="FOLDER", help="default: those of the library")
    # The old library may be damaged: `rebuild_from(path, parsed)` runs without opening it.
    made.set_defaults(run_on_path=rebuild_from)
