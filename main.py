"""The two doors of Altfolio: without a command the window opens, with one the command line works.

Heavy rooms (Qt, models, the database) are imported inside the command that needs them, so that `--help` and a search
answer at once.
"""

import argparse
import signal
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

from storage import text_rules
from storage.job import KnownError
from storage.version import __version__

if TYPE_CHECKING:
    from storage.library import Library

Command = Callable[["Library", argparse.Namespace], int]

MAKE_A_LIBRARY = frozenset({"run", "scan", "settings", "keywords", "words", "import", "packs"})
"""The commands one may begin a library with. For the others a library that is not there is a slip of the keyboard:
making it would leave an empty file behind, and say of a full library that it has no photos."""

INTERRUPTED = 130
"""Exit code after Ctrl-C, as shells use it: 128 + SIGINT."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run Altfolio.

    Args:
        arguments: of the command line, without the program's name; None for those of this process.

    Returns:
        the exit code: 0 where nothing failed, 1 where some photos failed or the work couldn't be done, 2 for wrong
        use, 130 after Ctrl-C.
    """
    text_rules.use(broken_rules)
    only_window, more = _window_parser().parse_known_args(arguments)
    if not more:
        return _window(only_window)
    parsed = _parse(arguments)
    if getattr(parsed, "run", None) is None:
        return _window(parsed)
    return _run(parsed)


def _run(parsed: argparse.Namespace) -> int:
    """Run the command, and say in a sentence why it could not be done."""
    _stop_on_terminate()
    from storage.console import streams
    from storage.console.commands import WrongUse

    streams.prepare()
    try:
        code = _command_of(parsed)
        sys.stdout.flush()  # here, where a full disk can still be told
        return code
    except WrongUse as error:
        print(f"altfolio: {error}", file=sys.stderr)
        return 2
    except KnownError as error:
        print(f"altfolio: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Stopped. What was done is kept; the same command goes on from here.", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        # The reader of our output has gone (`| head`); what is left to flush must not raise again at exit.
        sys.stderr.close()
        return 0
    except OSError as error:
        if not streams.is_full(error):
            raise
        streams.give_up_stdout()
        print(f"altfolio: The output can't be written ({error.strerror}). Send it somewhere else.", file=sys.stderr)
        return 1


def _command_of(parsed: argparse.Namespace) -> int:
    from storage import refresh
    from storage.console import output
    from storage.console.commands import WrongUse

    if hasattr(parsed, "run_on_path"):
        return int(parsed.run_on_path(_path(parsed), parsed))
    if parsed.library is not None and parsed.command not in MAKE_A_LIBRARY and not parsed.library.exists():
        raise WrongUse(
            f"There is no library “{parsed.library}”. Check its name; “altfolio run FOLDER” makes a new one."
        )
    with _library(parsed) as library:
        output.follow(refresh.renew(library))
        command: Command = parsed.run
        return command(library, parsed)


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """The parsed arguments; what looks like an unknown option of `search` is a word to leave out ("-cat")."""
    top = parser(_named(sys.argv[1:] if arguments is None else arguments))
    parsed, rest = top.parse_known_args(arguments)
    left_out = [word for word in rest if word.startswith("-") and not word.startswith("--")]
    if hasattr(parsed, "words") and left_out == rest:
        parsed.words = [*parsed.words, *rest]
    elif rest:
        top.error(f"unrecognized arguments: {' '.join(rest)}")
    return parsed


def broken_rules(given: text_rules.CheckedText) -> set[str]:
    """The rules that an alt text breaks, and how bad that is."""
    from inference.alt_rules import Circumstances, check

    about = Circumstances(
        language=given.language, file_name=given.file_name, caption=given.caption, written=given.written
    )
    return {name for remark in check(given.text, about) for name in (remark.rule, str(remark.severity))}


def _window_parser() -> argparse.ArgumentParser:
    """What the window takes. Making the parser of all commands would cost a third of the time to the first screen."""
    made = argparse.ArgumentParser(prog="altfolio", add_help=False)
    _add_library(made, None)
    return made


def _stop_on_terminate() -> None:
    """Let `kill` stop as cleanly as Ctrl-C."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, stop)


def _path(parsed: argparse.Namespace) -> Path:
    from storage.library import default_path

    return Path(parsed.library or default_path())


def _library(parsed: argparse.Namespace) -> "Library":
    from storage.library import Library

    return Library(_path(parsed))


def _window(parsed: argparse.Namespace) -> int:
    import gc

    gc.disable()  # until the first photos are seen, see `gui.start`
    try:
        from gui.start import run_window
    except ImportError as error:
        print(
            f"altfolio: the window can't open, a system library is missing ({error}).\n"
            "“make run” in the source folder installs it; the README names the packages. "
            "The commands work without it: altfolio --help",
            file=sys.stderr,
        )
        return 1
    return run_window(parsed.library)


def parser(only: str | None = None) -> argparse.ArgumentParser:
    """The whole command line.

    Args:
        only: the command that was given; the others, whose rooms take 0.1 s to load, may be left out. None for all.
    """
    top = argparse.ArgumentParser(
        prog="altfolio",
        description="Give your photos their words: tags and alt text, made on this machine, reviewed by you, "
        "embedded in the files. Without a command the window opens.",
        epilog="Nothing ever leaves this machine.",
    )
    top.add_argument("--version", action="version", version=f"Altfolio {__version__}")
    _add_library(top, None)
    commands = top.add_subparsers(title="commands", metavar="COMMAND", dest="command")
    for names, add in GROUPS.items():
        if only is None or only in names:
            add(commands)
    return top


def _named(arguments: Sequence[str]) -> str | None:
    """The command that is surely meant by arguments, or None."""
    given = iter(arguments)
    for argument in given:
        if argument == "--library":
            next(given, None)
        elif not argument.startswith("--library="):
            return argument if any(argument in names for names in GROUPS) else None
    return None


def _add_library(some: argparse.ArgumentParser, default: object) -> None:
    some.add_argument(
        "--library",
        type=Path,
        metavar="FILE",
        default=default,
        help="the library file (default: one for this user)",
    )


def _command(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, run: Command, text: str, about: str = ""
) -> argparse.ArgumentParser:
    made = commands.add_parser(name, help=text, description=about or text[0].upper() + text[1:] + ".")
    made.set_defaults(run=run)
    # Also after the command; SUPPRESS, so that it does not wipe out one given before it.
    _add_library(made, argparse.SUPPRESS)
    return made


def _json(made: argparse.ArgumentParser) -> None:
    made.add_argument("--json", action="store_true", help="print the result as JSON")


def _count(typed: str) -> int:
    """A number of things to list; none or fewer is a slip, not a wish for all."""
    if not typed.isdecimal() or int(typed) < 1:
        raise argparse.ArgumentTypeError(f"“{typed}” is not a number from 1 on")
    return int(typed)


def _add_job_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    from inference import commands as job

    made = _command(commands, "run", job.run_command, "scan folders, tag and describe their photos, show the result")
    made.add_argument("folders", nargs="+", type=Path, metavar="FOLDER")
    made.add_argument("--no-text", action="store_true", help="do not read text in photos, which is slow")
    made.add_argument("--language", help="language of the texts, e.g. en")
    _json(made)
    made = _command(commands, "scan", job.scan_command, "find new, changed, moved and vanished photos in folders")
    made.add_argument("folders", nargs="*", type=Path, metavar="FOLDER", help="default: all folders of the library")
    made = _command(commands, "tag", job.tag_command, "let the model packs look at photos they have not seen")
    made.add_argument("--no-text", action="store_true", help="do not read text in photos, which is slow")
    made.add_argument("--forget", action="store_true", help="remove everything machines proposed, and nothing else")
    made = _command(commands, "describe", job.describe_command, "turn what was found into tags and draft texts")
    made.add_argument("--language", help="language of the texts, e.g. en")
    made = _command(commands, "packs", job.packs_command, "list the model packs and where they come from")
    made.add_argument("--check", action="store_true", help="compare every file with its checksum")
    _json(made)


def _add_word_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    from storage.console import commands as word

    made = _command(commands, "search", word.search_command, "find photos by their tags and texts")
    made.add_argument("words", nargs="*", metavar="WORDS", help="all must be met; -word leaves out")
    made.add_argument("--limit", type=_count, metavar="N", help="at most N photos")
    made.add_argument("-0", "--null", action="store_true", help="end each path with a NUL byte, for xargs -0")
    _json(made)
    made = _command(commands, "show", word.show_command, "show everything known about a photo")
    made.add_argument("photos", nargs="+", type=Path, metavar="PHOTO")
    _json(made)


def _add_review_command(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    from inference.commands import describe_now
    from storage.console.review_command import review_parser

    review_parser(partial(_command, commands))
    commands.choices["review"].set_defaults(describe=describe_now)


def _add_step_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    from storage.console import commands as word

    made = _command(commands, "history", word.history_command, "list what was done, newest first")
    made.add_argument("--limit", type=_count, metavar="N", help="at most N steps")
    made.add_argument("--report", type=int, metavar="BATCH", help="what became of each file of an embedding")
    _json(made)
    made = _command(commands, "settings", word.settings_command, "show the settings of the library, or change some")
    made.add_argument("changes", nargs="*", metavar="NAME=VALUE", help="e.g. language=de sidecar=always")
    _json(made)
    _command(commands, "undo", word.undo_command, "take back the newest review step")


def _add_file_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    from storage.console import file_commands as file

    made = _command(commands, "embed", file.embed_command, "write approved words into the photos' own metadata")
    made.add_argument("photos", nargs="*", type=Path, metavar="PHOTO", help="default: every approved photo")
    made.add_argument("--dry-run", action="store_true", help="only show each field before and after")
    made.add_argument("--undo", nargs="?", type=int, const=0, metavar="BATCH", help="put the files back as they were")
    made.add_argument("--remove-all", action="store_true", help="remove everything Altfolio ever wrote into files")
    _json(made)
    made = _command(commands, "verify", file.verify_command, "compare the files with what the library believes")
    made.add_argument("photos", nargs="*", type=Path, metavar="PHOTO", help="default: every photo with words in it")
    made.add_argument("--keep", choices=("ours", "theirs"), help="settle photos that another program changed")
    _json(made)


def _add_exchange_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    from inference.commands import remarks
    from storage.console.exchange_commands import exchange_parser

    exchange_parser(partial(_command, commands))
    commands.choices["report"].set_defaults(lint=remarks)


def _add_safety_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    from storage.console.safety_commands import safety_parser

    safety_parser(partial(_command, commands))


def _add_words_command(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    from inference.words_command import words_parser

    words_parser(partial(_command, commands))


GROUPS = {
    ("run", "scan", "tag", "describe", "packs"): _add_job_commands,
    ("search", "show"): _add_word_commands,
    ("review",): _add_review_command,
    ("history", "settings", "undo"): _add_step_commands,
    ("embed", "verify"): _add_file_commands,
    ("export", "import", "gallery", "report", "snippet", "keywords", "duplicates"): _add_exchange_commands,
    ("backup", "check", "restore", "rebuild"): _add_safety_commands,
    ("words",): _add_words_command,
}
"""Commands, and what adds them to the command line."""


if __name__ == "__main__":
    from main import main as main_of_the_module  # so that what it hands to other processes has a name there

    raise SystemExit(main_of_the_module())
