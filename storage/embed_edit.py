"""What has to change in a photo's file so that it says the approved words, and no more than that.

Invariants: what other programs wrote stays, unless a person rejected it here; a keyword is never said twice, in another
case or language; a keyword path is only taken away where Altfolio itself put it there.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection

from storage import concepts
from storage.file_journal import Outcome
from storage.import_words import texts_by_language, words_of_json
from storage.metadata import undo
from storage.metadata.fields import KEEP, Keep, PhotoWords, WordsEdit
from storage.schema import Field
from storage.words import ApprovedWords, fold


@dataclass(frozen=True, slots=True)
class Known:
    """What the library knows to be in a photo's file.

    Attributes:
        in_file: the words that were last read from it.
        written: keywords that were accepted when Altfolio wrote into it last; words of the file's own among them.
        names: keyword in it → today's names of the concepts it is a word for.
        paths_added: keyword paths that Altfolio put into it.
    """

    in_file: PhotoWords = field(default_factory=PhotoWords)
    written: tuple[str, ...] = ()
    names: Mapping[str, frozenset[str]] = field(default_factory=dict)
    paths_added: tuple[tuple[str, ...], ...] = ()


def to_be_written(words: ApprovedWords, known: Known, *, keywords: bool) -> ApprovedWords:
    """The words that will be in the file: without keywords that are not written, which then still wait."""
    return words if keywords else words.without_keywords({fold(word) for word in known.in_file.keywords})


def last_known(connection: Connection, portion: Sequence[int]) -> dict[int, Known]:
    """What is known of the files of some photos; those without words in their files are left out."""
    ids = ",".join(str(int(p)) for p in portion)
    rows = connection.exec_driver_sql(f"SELECT photo_id, words, in_file, ours FROM embedded WHERE photo_id IN ({ids})")
    found = {
        int(photo): (words_of_json(in_file), tuple(json.loads(words)["keywords"]) if ours and words else ())
        for photo, words, in_file, ours in rows.all()
    }
    names = concepts.names_by_word(connection, {word for _, written in found.values() for word in written})
    return {
        photo: Known(in_file, written, names, _paths_added(connection, photo) if in_file.keyword_paths else ())
        for photo, (in_file, written) in found.items()
    }


def _paths_added(connection: Connection, photo: int) -> tuple[tuple[str, ...], ...]:
    """The keyword paths that writes which are still in a photo's file put there, by their own records."""
    intents = connection.exec_driver_sql(
        f"SELECT intent FROM file_write WHERE photo_id = ? AND done = {int(Outcome.WRITTEN)} AND length(intent) > 0",
        (photo,),
    ).scalars()
    return tuple(path for intent in intents for path in undo.from_bytes(intent).paths_added)


def edit_for(words: ApprovedWords, known: Known, *, language: str, keywords: bool = True) -> WordsEdit:
    """What has to change in a file so that it says the approved words.

    Args:
        words: what is approved now.
        language: the user's, which "x-default" stands for.
        keywords: whether accepted tags are written.
    """
    said = texts_by_language(known.in_file, language)

    def texts(which: Field) -> Mapping[str, str] | Keep:
        before = {tag: text for (field_, tag), text in said.items() if field_ == which}
        now = dict(words.texts.get(which, {}))
        return KEEP if now == before else now

    there = {fold(word): word for word in known.in_file.keywords}
    accepted = {fold(word) for word in words.keywords}
    # A concept has another name in another language: what the file says for it stays, and is not said twice.
    renamed = {
        fold(old): {fold(name) for name in known.names.get(old, ())} & accepted
        for old in known.written
        if fold(old) in there and fold(old) not in accepted
    }
    same = {name for names in renamed.values() for name in names} - {fold(word) for word in known.written}
    kept = {old for old, names in renamed.items() if names & same}
    paths_there = {_folded(path) for path in known.in_file.keyword_paths}
    paths_wanted = {_folded(path) for path in words.paths}
    unwanted = ({fold(word) for word in known.written} - kept | {fold(word) for word in words.rejected}) - accepted
    return WordsEdit(
        alt_text=texts(Field.ALT_TEXT),
        extended_description=texts(Field.EXTENDED),
        caption=texts(Field.CAPTION),
        title=texts(Field.TITLE),
        keywords_add=tuple(word for word in words.keywords if fold(word) not in there.keys() | same)
        if keywords
        else (),
        keywords_remove=tuple(there[word] for word in sorted(unwanted & there.keys())) if keywords else (),
        paths_add=tuple(path for path in words.paths if _folded(path) not in paths_there) if keywords else (),
        # A keyword that goes takes its paths along; here are those that stay, at another place than we once wrote.
        paths_remove=tuple(path for path in known.paths_added if _folded(path) in paths_there - paths_wanted)
        if keywords
        else (),
    )


def _folded(path: Sequence[str]) -> tuple[str, ...]:
    return tuple(map(fold, path))
