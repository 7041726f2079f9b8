"""What a question means: a tree of frozen nodes between the parser and the SQL.

A node says what is asked, in the question's own words; which concepts a word stands for is looked up in a library
later. `start` and `end` are the characters it came from.
"""

from dataclasses import dataclass
from datetime import date
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Everything:
    """All photos: an empty question."""


@dataclass(frozen=True, slots=True)
class Word:
    """A plain word: a tag, or a word in the texts or the file name.

    Attributes:
        words: as `spelling.tokens` cuts it, at least one; "long-haired" has two that stand in a row.
        phrase: True in quotes: word forms and neighbours don't matter, the words stand in a row.
        beginning: the last word is only the beginning of one.
        typed: the last word is being typed: it is a beginning where nothing has it as a whole.
    """

    words: tuple[str, ...]
    start: int
    end: int
    phrase: bool = False
    beginning: bool = False
    typed: bool = False


@dataclass(frozen=True, slots=True)
class TagNamed:
    """A concept by its name; `exact` leaves out what is below it, `beginning` and `typed` are as in `Word`."""

    words: tuple[str, ...]
    start: int
    end: int
    exact: bool = False
    beginning: bool = False
    typed: bool = False


@dataclass(frozen=True, slots=True)
class TextIn:
    """Words in a row in one of these columns of the search row; `beginning` and `typed` as in `Word`."""

    columns: tuple[str, ...]
    words: tuple[str, ...]
    start: int
    end: int
    beginning: bool = False
    typed: bool = False


@dataclass(frozen=True, slots=True)
class Numbers:
    """A number in a range; None is open. `above`/`below`: the limit itself is not in it."""

    low: float | None
    high: float | None
    above: bool = False
    below: bool = False

    def holds(self, number: float) -> bool:
        """Whether a number is in the range."""
        if self.low is not None and (number < self.low or (self.above and number == self.low)):
            return False
        return not (self.high is not None and (number > self.high or (self.below and number == self.high)))


@dataclass(frozen=True, slots=True)
class People:
    """How many people are seen."""

    numbers: Numbers


@dataclass(frozen=True, slots=True)
class Score:
    """How sure a tag is: the one its neighbours in the tree find, else any tag of the photo."""

    numbers: Numbers


@dataclass(frozen=True, slots=True)
class Taken:
    """Taken on these days, both included; None is open. Photos without a date are in no range."""

    first: date | None
    last: date | None


@dataclass(frozen=True, slots=True)
class Fact:
    """One of these facts stands in the search row."""

    facts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Duplicate:
    """Another photo that isn't missing is like this one.

    Attributes:
        likeness: "exact": it has the same image data; "near", "series": as these were last looked for.
    """

    likeness: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Not:
    """Photos that the part does not find."""

    part: "Query"


@dataclass(frozen=True, slots=True)
class And:
    """Photos that all parts find; words beside each other may be one name."""

    parts: "tuple[Query, ...]"


@dataclass(frozen=True, slots=True)
class Or:
    """Photos that at least one part finds."""

    parts: "tuple[Query, ...]"


Query: TypeAlias = Everything | Word | TagNamed | TextIn | People | Score | Taken | Fact | Duplicate | Not | And | Or
"""The tree of a question."""
