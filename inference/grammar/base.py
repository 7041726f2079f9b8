"""What a language must bring to say what is in a photo. Pure data and a few word rules; no findings, no layout.

Lists are joined as Unicode CLDR 46 says for each language (`listPattern-type-standard`; English as in en-001, without
a comma before "and", which is also what alt texts in the wild do). Plural rules of all six languages have "one" and
"other" alone for whole numbers of things up to a hundred (CLDR `plurals.xml`), so singular and plural are enough.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from inference.placement import Position, Size
from inference.vocabulary import Noun


@dataclass(frozen=True, slots=True)
class Frame:
    """How a hedged sentence begins where the whole picture is of a kind ("a black-and-white image").

    Attributes:
        of: with {} for the list of what is in it.
        alone: where nothing else is sure.
    """

    of: str
    alone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Grammar:
    """How one language builds the sentences.

    Attributes:
        code: "en".
        hedge: sentence that shows doubt, with {} for the list.
        frames: what it is instead where a fact about the whole picture is known, by the fact's concept.
        listed: the older form of the hedge, a heading before the list.
        nothing: what is said where nothing is sure enough.
        machine: sentence that warns before an extended description which nobody has reviewed.
        pair: pattern of two items, {0} and {1}; the last two of a longer list as well.
        article: noun → "a dog"; mass and plural-only nouns as they stand in a list.
        several: noun → "several dogs".
        bare: whether hedged lists leave the article out ("2 people, dog and frisbee").
        person: "1 person", "a person".
        people: pattern for a counted number, {} is ≥ 2.
        group: many people, uncounted.
        unsure: people whose number isn't known.
        quote: pattern of what is written in the photo, {} is the quotation.
        inner_quotes: what quotation marks become inside a quotation, so that it can be told where it ends.
        text: what is written, unread.
        kinds: heading of each kind in an extended description.
        positions: each cell of the grid.
        sizes: each size.
        date: pattern with {day}, {month} and {year}.
        first: the first day of a month in it ("1er janvier").
        months: names of the months as a date uses them.
        taken: label of the date.
        camera: label of the camera.
        colon, semicolon: what stands between label and value, and between places (a space before it in French).
        joined: last correction of two items around "and" (Spanish "e" before i, Italian "ed" before e).
    """

    code: str
    hedge: str
    frames: Mapping[str, Frame]
    listed: str
    nothing: str
    machine: str
    pair: str
    article: Callable[[Noun], str]
    several: Callable[[Noun], str]
    bare: bool
    person: tuple[str, str]
    people: str
    group: str
    unsure: str
    quote: str
    inner_quotes: Mapping[str, str]
    text: str
    kinds: Mapping[str, str]
    positions: Mapping[Position, str]
    sizes: Mapping[Size, str]
    date: str
    months: Sequence[str]
    taken: str
    camera: str
    first: str = "1"
    colon: str = ": "
    semicolon: str = "; "
    joined: Callable[[str, str], str] | None = None


def positions(*names: str) -> dict[Position, str]:
    """The nine cells by row from the top left."""
    return dict(zip(Position, names, strict=True))


def sizes(large: str, medium: str, small: str) -> dict[Size, str]:
    """The three sizes."""
    return {Size.LARGE: large, Size.MEDIUM: medium, Size.SMALL: small}


def join(items: Sequence[str], grammar: Grammar) -> str:
    """A list as the language writes it; "" for no items."""
    if len(items) < 2:
        return "".join(items)
    *first, last = items
    before = ", ".join(first)
    if grammar.joined is not None:
        return grammar.joined(before, last)
    return grammar.pair.format(before, last)


KINDS = ("person", "animal", "food", "vehicle", "building", "nature", "place", "object", "activity", "photo", "text")
"""Order of the headings that `kinds` gives names to."""


def kinds(*names: str) -> dict[str, str]:
    """The eleven headings in the order of `KINDS`."""
    return dict(zip(KINDS, names, strict=True))


FACTS = ("screenshot or graphic", "black-and-white photo", "dark photo")
"""Facts about a whole picture that `frames` words, the most telling first: a text begins with one of them only."""


def frames(*pairs: tuple[str, str]) -> dict[str, Frame]:
    """The beginnings in the order of `FACTS`."""
    return {fact: Frame(*pair) for fact, pair in zip(FACTS, pairs, strict=True)}
