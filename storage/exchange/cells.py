"""How words stand in the cells of a table: safe from spreadsheets, and back without loss.

A spreadsheet takes a cell that begins with "=" or one of its kin for a formula, quotes or not, so such a cell gets an
apostrophe in front, as people type it themselves (OWASP, "CSV injection"). What begins with apostrophes and would then
be a formula gets one more, so that taking one away always gives the cell that was meant.

Invariant: `bare(guarded(x)) == x` and `read_tags(tag_cell(x)) == x` for all words.
"""

import re
from collections.abc import Sequence

from storage.exchange.records import TagRecord
from storage.schema import TagState

_FORMULA = re.compile(r"'*(?:[\x00-\x20\u00a0\u3000\ufeff]*[=+\-@＝＋－＠]|[\t\r\n])")
"""Beginnings that some spreadsheet evaluates; white space before them is dropped by some on opening. The full-width
signs are those of Japanese and Chinese spreadsheets."""


def guarded(cell: str) -> str:
    """A cell as it is written."""
    return f"'{cell}" if _FORMULA.match(cell) else cell


def bare(cell: str) -> str:
    """A cell as it was meant."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell


def tag_cell(tags: Sequence[TagRecord]) -> str:
    """Tags as one cell: "dog (0.93 ×2); beach", with a backslash before what would be misread."""
    return "; ".join(_tag(tag) for tag in tags)


def _tag(tag: TagRecord) -> str:
    key = "" if tag.key is None else f" [{_escaped(tag.key)}]"
    facts = [] if tag.score is None else [repr(tag.score)]
    if tag.count is not None:
        facts.append(f"×{tag.count}")
    return _escaped(tag.name) + key + (f" ({' '.join(facts)})" if facts else "")


def _escaped(word: str) -> str:
    return re.sub(r"[\\;()\[\]]|\A\s|\s\Z", r"\\\g<0>", word)


_FACTS = re.compile(r"(?P<score>[0-9.]+(?:e-?[0-9]+)?)?(?: ?×(?P<count>[0-9]{1,9}))?")


_PLAIN = re.compile(
    r"\s*([^()\s](?:[^()]*[^()\s])?)"
    r"(?:\s*\((?=[^)])([0-9.]+(?:e-?[0-9]+)?)?(?: ?×([0-9]{1,9}))?\))?\s*"
)
"""A tag without anything escaped: nearly every one, read in a fifth of the time."""

_MOST_PLAIN = 10_000
"""Longest cell that is read so: the time for one full of spaces grows with the square of its length."""


def read_tags(cell: str, state: TagState) -> list[TagRecord]:
    """The tags of a cell.

    Raises:
        ValueError: a bracket is not what it seems; the text is a part of a sentence for the user.
    """
    if "\\" not in cell and "[" not in cell and len(cell) <= _MOST_PLAIN:
        plain = [_PLAIN.fullmatch(part) for part in cell.split(";") if part.strip()]
        if all(plain):
            return [_tag_of(found[1], state, found[2], found[3]) for found in plain if found]
    return [_read_tag(part, state) for part in _split(cell) if "".join(c for c, _ in part).strip()]


Letters = list[tuple[str, bool]]
"""Characters, each with whether it was escaped."""


def _split(cell: str) -> list[Letters]:
    parts: list[Letters] = [[]]
    letters = iter(cell)
    for letter in letters:
        if letter == "\\":
            parts[-1].append((next(letters, "\\"), True))
        elif letter == ";":
            parts.append([])
        else:
            parts[-1].append((letter, False))
    return parts


def _read_tag(part: Letters, state: TagState) -> TagRecord:
    part = _trimmed(part)
    score, count, key = "", "", None
    inside = _bracket(part, "(", ")")
    facts = _FACTS.fullmatch(_text(inside[1])) if inside else None
    if inside and facts and _text(inside[1]):
        part = _trimmed(inside[0])
        score, count = facts["score"], facts["count"]
    inside = _bracket(part, "[", "]")
    if inside:
        part, key = _trimmed(inside[0]), _text(inside[1])
    return _tag_of(_text(part), state, score, count, key)


def _tag_of(name: str, state: TagState, score: str | None, count: str | None, key: str | None = None) -> TagRecord:
    if not name:
        raise ValueError("there is a tag without a name")
    try:
        number = float(score) if score else None
    except ValueError:
        number = -1.0
    if number is not None and not 0 <= number <= 1:
        raise ValueError(f"the score {score} is not between 0 and 1")
    return TagRecord(name, state, number, int(count) if count else None, key)


def _bracket(part: Letters, opening: str, closing: str) -> tuple[Letters, Letters] | None:
    """What stands before and in a bracket at the end."""
    if not part or part[-1] != (closing, False) or (opening, False) not in part:
        return None
    at = len(part) - 1 - part[::-1].index((opening, False))
    return part[:at], part[at + 1 : -1]


def _trimmed(part: Letters) -> Letters:
    start, stop = 0, len(part)
    while start < stop and part[start][0].isspace() and not part[start][1]:
        start += 1
    while stop > start and part[stop - 1][0].isspace() and not part[stop - 1][1]:
        stop -= 1
    return part[start:stop]


def _text(part: Letters) -> str:
    return "".join(letter for letter, _ in part)
