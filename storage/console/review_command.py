"""The command that reviews: approve, reject, set and replace texts, add and remove tags; without an action, a list."""

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from storage import photos, replace, review, review_counts
from storage.console import output
from storage.console.commands import NOTHING, WrongUse, complain, find_photos, language_of
from storage.library import Library
from storage.schema import PhotoState
from storage.words import fold


def review_parser(add: Callable[..., argparse.ArgumentParser]) -> None:
    """Put the command into the command line; `add` as for `exchange_commands.exchange_parser`."""
    made = add("review", review_command, "approve, reject, set or replace texts, change tags; without an action, list")
    made.add_argument("photos", nargs="*", type=Path, metavar="PHOTO")
    made.add_argument("--all", action="store_true", help="all photos with a draft; with --replace, all photos")
    action = made.add_mutually_exclusive_group()
    action.add_argument("--approve", action="store_true", help="approve drafts and the tags that are left")
    action.add_argument("--reject", action="store_true", help="reject drafts; they are not proposed again")
    action.add_argument("--set", metavar="TEXT", help="give the photos this alt text, approved; “” removes it")
    action.add_argument("--replace", nargs=2, metavar=("WORDS", "BY"), help="replace words in their texts")
    action.add_argument("--add-tag", action="append", metavar="TAG", help="give the photos this tag")
    action.add_argument("--remove-tag", action="append", metavar="TAG", help="reject this tag of the photos")
    made.add_argument("--above", type=_score, metavar="SCORE", help="approve only photos this certain, 0 to 1")
    made.add_argument("--match-case", action="store_true", help="with --replace: “Dog” is not “dog”")
    made.add_argument("--whole-words", action="store_true", help="with --replace: “dogs” is not “dog”")
    made.add_argument("--language", help="language of the text")
    made.add_argument("--json", action="store_true", help="print the result as JSON")


def review_command(library: Library, arguments: argparse.Namespace) -> int:
    """`altfolio review`: one step of reviewing for the photos named; without an action, list what waits."""
    _check_use(arguments)
    language = language_of(library, arguments)
    with library.read() as connection:
        waiting = photos.in_state(connection, PhotoState.DRAFT)
        ids, unknown = find_photos(connection, arguments.photos)
    chosen = ids if arguments.photos else waiting
    did = _act(library, arguments, chosen, language)
    found = output.details(library, chosen, language)
    if arguments.json:
        output.print_json_list(map(output.photo_json, found))
    elif did is None:
        output.print_photos(found, NOTHING)
    else:
        done, word = did
        print(f"{done:,} photo{'' if done == 1 else 's'} {word}.")
        if (arguments.approve or arguments.reject) and (left := len(ids) - done) > 0:
            # Named, and still not done: never in silence.
            why = "has no draft" + ("" if arguments.above is None else f", or is less certain than {arguments.above:g}")
            print(f"{left:,} of the photos named left as they are: each {why}.", file=sys.stderr)
    return complain(unknown)


def _check_use(arguments: argparse.Namespace) -> None:
    """Refuse what can't be meant.

    Raises:
        WrongUse: the sentence says why.
    """
    tags = arguments.add_tag or arguments.remove_tag
    named = arguments.set is not None or tags
    acting = arguments.approve or arguments.reject or arguments.replace or named
    if arguments.all and arguments.photos:
        raise WrongUse("Name photos or give --all, not both.")
    if acting and not (arguments.all or arguments.photos):
        raise WrongUse("Name the photos to review, or give --all.")
    if arguments.all and named:
        option = "--set gives one text" if arguments.set is not None else "Tags are given"
        raise WrongUse(f"{option} to the photos that are named; that can't be used with --all.")
    if arguments.above is not None and not arguments.approve:
        raise WrongUse("--above goes with --approve.")
    if (arguments.match_case or arguments.whole_words) and not arguments.replace:
        raise WrongUse("--match-case and --whole-words go with --replace.")


def _act(
    library: Library, arguments: argparse.Namespace, chosen: Sequence[int], language: str
) -> tuple[int, str] | None:
    """Do what was asked.

    Returns:
        how many photos were changed and the word for it; None where nothing was asked.
    """
    if arguments.approve:
        if arguments.above is not None:
            with library.read() as connection:
                chosen = review_counts.above(review_counts.certainties(connection, chosen), arguments.above)
        return review.approve(library, chosen), "approved"
    if arguments.reject:
        return review.reject(library, chosen), "rejected"
    if arguments.set is not None:
        word = "set" if arguments.set.strip() else "left without an alt text"
        return review.set_text(library, chosen, arguments.set, language=language), word
    if arguments.replace:
        words, by = arguments.replace
        rule = replace.Rule(words, by, match_case=arguments.match_case, whole_words=arguments.whole_words)
        return replace.replace(library, rule, None if arguments.all else chosen), "changed"
    if arguments.add_tag:
        return review.change_tags(library, chosen, add=arguments.add_tag), "tagged"
    if arguments.remove_tag:
        unwanted = {fold(tag) for tag in arguments.remove_tag}
        with library.read() as connection:
            some = photos.tags(connection, chosen).values()
        concepts = {tag.concept for tags in some for tag in tags if fold(tag.name) in unwanted}
        changed = review.change_tags(library, chosen, remove=concepts)
        arguments.describe(library, chosen)  # a draft would name what was rejected, and could be approved so
        return changed, "changed"
    return None


def _score(typed: str) -> float:
    score = float(typed)
    if not 0 <= score <= 1:
        raise argparse.ArgumentTypeError(f"{typed} is not between 0 and 1")
    return score
