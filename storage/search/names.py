"""Which concepts the words of a question stand for in a library.

The whole name wins over a part of it: "dog" is the concept dog and not "hot dog", while "golden", which is nobody's
name, finds "golden retriever". Words beside each other are one name where together they are one, the longest first.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from storage.search.index import MOST_COUNTED, TEXT_COLUMNS
from storage.search.plan import is_some
from storage.search.speech_words import FILLERS, NUMBER_WORDS, PEOPLE, SOFT
from storage.search.tree import And, Not, Or, Query, Score, TagNamed, Word
from storage.spelling import forms

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from storage.library import Peek

PERSON = "person"
"""The concept of people, by its name in the vocabulary."""

LONGEST_NAME = 6
"""Words that are tried together as one name; the vocabulary's longest has four."""

MOST_BEGUN = 64
"""Concepts that a beginning may stand for while it is typed; the shortest names come first."""

SHORTEST_BEGINNING = 3
"""Letters from which on a word being typed is looked for as a beginning in texts; a shorter one is the beginning of a
twentieth of all words, and adding up where they are takes FTS5 half a second in a large library."""

NUMBERS = {
    **{(word,): number for word, number in NUMBER_WORDS.items()},
    **{(str(number),): number for number in range(2, MOST_COUNTED + 1)},
}
"""Numbers that count what stands after them, up to `index.MOST_COUNTED`."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """What words of a question may be in a photo.

    Attributes:
        concepts: any of these as a tag, or anything below them.
        texts: any of these rows of words in the texts or the file name.
        beginning: the last word of each row may go on.
        count: how many of the concepts are asked for ("two dogs"), None where the question doesn't say; a text
            that has the number too (`count_texts`) will do.
    """

    concepts: tuple[int, ...]
    texts: tuple[tuple[str, ...], ...]
    beginning: bool = False
    count: int | None = None
    count_texts: tuple[tuple[str, ...], ...] = ()


class Names:
    """The names in one library, looked up for one question.

    Attributes:
        meanings: what each word or run of words means.
    """

    def __init__(self, connection: "Connection | Peek", query: Query) -> None:
        self._connection = connection
        self._known = _whole_names(connection, {*_candidates(query), PERSON})
        person = self._known.get(PERSON, ())
        # Nobody guesses age, gender or kinship from a photo; who asks for a woman is shown people.
        self._known = {**dict.fromkeys(PEOPLE, person), **self._known} if person else self._known

    def whole(self, words: Sequence[str]) -> tuple[int, ...]:
        """Concepts with this name, or else with its singular or plural; none where nobody has it."""
        for name in name_forms(words):
            if name in self._known:
                return self._known[name]
        return ()

    def named(self, word: Word | TagNamed) -> tuple[int, ...]:
        """Concepts that words stand for: by the whole name, else by a part of a name, or by its beginning."""
        if word.beginning:
            return self._begun(word.words, -1)
        return self.whole(word.words) or (self._begun(word.words, MOST_BEGUN) if word.typed else self._part(word.words))

    def meaning(self, word: Word) -> Meaning:
        """What one word or phrase stands for."""
        concepts = self.named(word)
        if word.beginning:
            return Meaning(concepts, (word.words,), beginning=True)
        return Meaning(concepts, _texts(word), beginning=word.typed and self.goes_on(word.words, TEXT_COLUMNS))

    def goes_on(self, words: Sequence[str], columns: Sequence[str]) -> bool:
        """Whether words being typed are a beginning in these columns: long enough, and no photo has them as a whole."""
        if len(words[-1]) < SHORTEST_BEGINNING:
            return False
        expression = f"{{{' '.join(columns)}}} : {quoted(words)}"
        return not is_some(
            self._connection, "SELECT 1 FROM photo_words WHERE photo_words MATCH ? LIMIT 1", (expression,)
        )

    def runs(self, parts: Sequence[Query]) -> Iterator[Meaning | Query]:
        """The parts of an AND, with words that are one name together taken together."""
        at, kept = 0, False
        while at < len(parts):
            part = parts[at]
            if not isinstance(part, Word) or part.phrase:
                yield part
                at, kept = at + 1, True
                continue
            counted = self._counted(parts[at : at + 1 + LONGEST_NAME])
            if counted is not None:
                meaning, length = counted
                yield meaning
                at, kept = at + length, True
                continue
            length = self._longest(parts[at : at + LONGEST_NAME])
            if length > 1:
                yield self._joined(parts[at : at + length])
                at, kept = at + length, True
                continue
            at += 1
            if says_nothing(part) and (kept or at < len(parts)):
                continue
            yield self.meaning(part)
            kept = True

    def taken_together(self, parts: Sequence[Query]) -> int:
        """How many parts of an AND, from the first on, are one thing: a name of several words, a number and a name."""
        if not isinstance(parts[0], Word) or parts[0].phrase:
            return 1
        counted = self._counted(parts[: 1 + LONGEST_NAME])
        return counted[1] if counted is not None else self._longest(parts[:LONGEST_NAME])

    def _counted(self, parts: Sequence[Query]) -> tuple[Meaning, int] | None:
        """A number and the whole name after it, and how many parts that is; None where it is something else."""
        number, rest = parts[0], parts[1:]
        if not (isinstance(number, Word) and number.words in NUMBERS) or self._longest(parts[:LONGEST_NAME]) > 1:
            return None
        if not rest or not isinstance(rest[0], Word) or rest[0].phrase or rest[0].beginning:
            return None
        length = self._longest(rest)
        meaning = self._joined(rest[:length])
        if not meaning.concepts:
            return None
        return replace(meaning, count=NUMBERS[number.words], count_texts=(number.words,)), length + 1

    def _joined(self, parts: Sequence[Query]) -> Meaning:
        """Plain words that are one name together, or a single one."""
        words = tuple(w for part in parts if isinstance(part, Word) for w in part.words)
        texts = tuple((*words[:-1], last) for last in forms(words[-1]))
        return Meaning(self.whole(words), texts if len(parts) > 1 or len(words) == 1 else (words,))

    def _longest(self, parts: Sequence[Query]) -> int:
        """How many words from the first on are one name; 1 where none are."""
        words: list[str] = []
        longest = 1
        for number, part in enumerate(parts, 1):
            if not isinstance(part, Word) or part.phrase or part.beginning:
                break
            words += part.words
            if number > 1 and self.whole(words):
                longest = number
        return longest

    def _part(self, words: Sequence[str]) -> tuple[int, ...]:
        """Concepts that have these words in a row as a part of their own name.

        Not of a synonym: "birthday" is no cake because a birthday cake is one.
        """
        found = self._connection.exec_driver_sql(
            "SELECT DISTINCT concept_id FROM concept_word WHERE own AND instr(' ' || word || ' ', ?) "
            "ORDER BY concept_id",
            (f" {' '.join(words)} ",),
        )
        return tuple(int(concept) for (concept,) in found)

    def _begun(self, words: Sequence[str], limit: int) -> tuple[int, ...]:
        """Concepts with a name in which words begin like this, -1 for all of them."""
        found = self._connection.exec_driver_sql(
            "SELECT concept_id FROM concept_word WHERE instr(' ' || word, ?) "
            "GROUP BY concept_id ORDER BY min(length(word)), concept_id LIMIT ?",
            (f" {' '.join(words)}", limit),
        )
        return tuple(int(concept) for (concept,) in found)


def without_soft(parts: Sequence[Query]) -> Sequence[Query]:
    """The parts of an AND without words such as "playing"; the same parts where nothing else is asked for."""
    kept = [part for part in parts if not (_is_plain(part, SOFT) and not (isinstance(part, Word) and part.typed))]
    return kept if any(not isinstance(part, Score) and not says_nothing(part) for part in kept) else parts


def says_nothing(part: Query) -> bool:
    """Whether a part of an AND is a small word such as "the"."""
    return _is_plain(part, FILLERS)


def _is_plain(part: Query, words: frozenset[str]) -> bool:
    """Whether a part is one of these words, neither quoted nor a beginning."""
    return (
        isinstance(part, Word)
        and len(part.words) == 1
        and part.words[0] in words
        and not (part.phrase or part.beginning)
    )


def quoted(words: Sequence[str]) -> str:
    """Words in a row as a string of an FTS5 expression; they have no quotes, see `spelling`."""
    text = " ".join(words)
    assert '"' not in text and "\0" not in text
    return f'"{text}"'


def _texts(word: Word) -> tuple[tuple[str, ...], ...]:
    """The rows of words that a word finds in texts: a single one in its singular and plural too."""
    if len(word.words) == 1 and not word.phrase:
        return tuple((form,) for form in forms(word.words[0]))
    return (word.words,)


def name_forms(words: Sequence[str]) -> Iterator[str]:
    """A name, and the same with the last word in singular and plural."""
    before = list(words[:-1])
    for last in forms(words[-1]):
        yield " ".join([*before, last])


def _candidates(query: Query) -> Iterator[str]:
    """All names a question may mean: each word or phrase, and neighbours together."""
    if isinstance(query, Word | TagNamed):
        yield from name_forms(query.words)
    elif isinstance(query, Not):
        yield from _candidates(query.part)
    elif isinstance(query, And | Or):
        for part in query.parts:
            yield from _candidates(part)
        if isinstance(query, And):
            for at in range(len(query.parts)):
                words: list[str] = []
                for part in query.parts[at : at + LONGEST_NAME]:
                    if not isinstance(part, Word) or part.phrase:
                        break
                    words += part.words
                    yield from name_forms(words)


def _whole_names(connection: "Connection | Peek", names: Iterable[str]) -> dict[str, tuple[int, ...]]:
    found: dict[str, list[int]] = {}
    wanted = sorted(names)
    marks = ",".join("?" * len(wanted))
    for word, concept in connection.exec_driver_sql(
        f"SELECT word, concept_id FROM concept_word WHERE word IN ({marks}) ORDER BY word, concept_id", tuple(wanted)
    ):
        found.setdefault(word, []).append(int(concept))
    return {word: tuple(concepts) for word, concepts in found.items()}
