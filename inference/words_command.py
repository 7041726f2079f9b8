"""The command `altfolio words`: lists, changes, exports and imports the user's own words for concepts.

The words are a setting of the library, read by `engine.vocabulary` whenever texts are composed. Invariants: a call
changes all that it was asked for or nothing; photos and their texts are not touched, the next description is what
composes drafts again, and approved texts stay as they are.
"""

import argparse
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from inference import own_words
from inference.own_words import OwnWords
from inference.vocabulary import LANGUAGES, Vocabulary
from storage.console import commands, output
from storage.console.commands import WrongUse, absolute
from storage.library import Library
from storage.search.correction import distance

SLIPS = 2
"""Slips of the finger up to which a concept is still proposed."""

Add = Callable[..., argparse.ArgumentParser]
"""Makes the parser of one command: name, what runs it, one line of help. It is `main`'s."""

AFTERWARDS = (
    "“altfolio describe” composes the texts that are not approved again with these words; approved texts stay as they "
    "are."
)


def words_parser(add: Add) -> None:
    """Put the command into the command line.

    Args:
        add: called as `add("words", words_command, "list …")`.
    """
    made = add("words", words_command, "list or change your own words for what is seen in photos")
    made.add_argument(
        "--rename",
        nargs=3,
        action="append",
        metavar=("CONCEPT", "SINGULAR", "PLURAL"),
        help="say these words instead, e.g. --rename dog pooch pooches",
    )
    made.add_argument("--language", help="language of the new names; default: the library's")
    made.add_argument(
        "--synonym", nargs=2, action="append", metavar=("CONCEPT", "WORD"), help="a further word that finds it"
    )
    made.add_argument(
        "--keyword",
        nargs=2,
        action="append",
        metavar=("CONCEPT", "PATH"),
        help="the keyword to use, or a path of keywords: 'Animals|Dogs|Rex'",
    )
    made.add_argument(
        "--threshold",
        nargs=2,
        action="append",
        metavar=("CONCEPT", "CERTAINTY"),
        help="say it only from this certainty on, 0 to 1",
    )
    made.add_argument("--block", action="append", metavar="CONCEPT", help="never say it, nor anything below it")
    made.add_argument("--reset", action="append", metavar="CONCEPT", help="drop all changes to it")
    made.add_argument("--import", dest="source", type=Path, metavar="FILE", help="add the words of a file; they win")
    made.add_argument("--export", dest="target", type=Path, metavar="FILE", help="write the words into a file")
    made.add_argument("--json", action="store_true", help="print the words as JSON")


def words_command(library: Library, arguments: argparse.Namespace) -> int:
    """`altfolio words`: change the words as asked for, else list them.

    Raises:
        WrongUse: there is no such concept or language, or a value can't be; nothing is changed.
    """
    from inference import engine

    shared = own_words.load(absolute(arguments.source)) if arguments.source else OwnWords()
    language = commands.language_of(library, arguments)
    vocabulary = Vocabulary.load()
    with library.write() as block:
        before = engine.kept_words(block.connection)
        after = _changed(own_words.joined(before, shared), arguments, language, vocabulary)
        if after != before:
            engine.keep_words(block.connection, after)
            block.settings_changed()
    if arguments.target:
        own_words.save(after, absolute(arguments.target))
    if arguments.json:
        output.print_json(json.loads(own_words.to_json(after)))
        return 0
    _report(before, after, arguments, vocabulary)
    return 0


def _report(before: OwnWords, after: OwnWords, arguments: argparse.Namespace, vocabulary: Vocabulary) -> None:
    asked = any(getattr(arguments, name) for name in _CHANGES) or arguments.source
    for line in _lines(after, vocabulary):
        print(line)
    if after != before:
        print(AFTERWARDS)
    elif asked:
        print("Nothing changed.")
    elif not after:
        print("There are no words of your own yet, e.g. altfolio words --rename dog pooch pooches")
    if arguments.target:
        print(f"Exported to {arguments.target}.")


def _changed(own: OwnWords, arguments: argparse.Namespace, language: str, vocabulary: Vocabulary) -> OwnWords:
    """The words with all changes of one call; `--reset` comes first, so that a concept can be started afresh."""
    for key in arguments.reset or ():
        own = own_words.without(own, key if key in own_words.changed(own) else _concept(key, vocabulary))
    for name, singular, plural in arguments.rename or ():
        key = _concept(name, vocabulary)
        if language not in LANGUAGES:
            raise WrongUse(f"There are no words in “{language}”; choose one of {', '.join(LANGUAGES)}.")
        pair = _text(singular, "name"), _text(plural, "name")
        own = replace(own, names={**own.names, key: {**own.names.get(key, {}), language: pair}})
    for name, word in arguments.synonym or ():
        key = _concept(name, vocabulary)
        further = dict.fromkeys((*own.synonyms.get(key, ()), _text(word, "synonym")))
        own = replace(own, synonyms={**own.synonyms, key: tuple(further)})
    for name, path in arguments.keyword or ():
        parts = "|".join(_text(part, "keyword") for part in path.split("|"))
        own = replace(own, keywords={**own.keywords, _concept(name, vocabulary): parts})
    for name, value in arguments.threshold or ():
        own = replace(own, thresholds={**own.thresholds, _concept(name, vocabulary): _certainty(value)})
    for name in arguments.block or ():
        own = replace(own, blocked=own.blocked | {_concept(name, vocabulary)})
    return own


_CHANGES = ("reset", "rename", "synonym", "keyword", "threshold", "block")
"""Names of the arguments that change something."""


def _concept(name: str, vocabulary: Vocabulary) -> str:
    """The key of the concept that the user means; WrongUse with the nearest one where there is none.

    A synonym or a name in another language is only proposed: words may be those of several concepts.
    """
    wanted = " ".join(name.split()).lower()
    keys = {concept.key.lower(): concept.key for concept in vocabulary}
    if wanted in keys:
        return keys[wanted]
    words = {word: concept.key for concept in vocabulary for word in vocabulary.search_words(concept.key, LANGUAGES)}
    near = [(distance(wanted, word, SLIPS), word not in keys, word[0] != wanted[:1], word) for word in words | keys]
    slips, *_, word = min(near)
    hint = f" Did you mean “{words[word]}”?" if slips <= SLIPS else " Use the English name that a photo's tag has."
    raise WrongUse(f"There is no concept “{name}”.{hint}")


def _text(value: str, what: str) -> str:
    """A word as it is kept, without needless spaces; WrongUse where nothing is left."""
    text = " ".join(value.split())
    if not text:
        raise WrongUse(f"A {what} is empty.")
    return text


def _certainty(value: str) -> float:
    try:
        number = float(value.replace(",", "."))
    except ValueError:
        number = -1.0
    if not 0.0 <= number <= 1.0:
        raise WrongUse(f"“{value}” is not a certainty; give a number from 0 to 1, e.g. 0.8.")
    return number


def _lines(own: OwnWords, vocabulary: Vocabulary) -> list[str]:
    """What is changed, one concept after the other, for people."""
    lines = []
    for key in sorted(own_words.changed(own)):
        lines.append(key if key in vocabulary else f"{key} (not a concept of this version: without effect)")
        names = sorted(own.names.get(key, {}).items())
        lines += [f"  name ({language}): {one}, plural {several}" for language, (one, several) in names]
        if key in own.synonyms:
            lines.append(f"  also found by: {', '.join(own.synonyms[key])}")
        if key in own.keywords:
            lines.append(f"  keyword: {' › '.join(own.keywords[key].split('|'))}")
        if key in own.thresholds:
            lines.append(f"  said from a certainty of {own.thresholds[key]:g}")
        if key in own.blocked:
            lines.append("  never said")
    return lines
