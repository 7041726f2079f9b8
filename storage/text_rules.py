"""What is wrong with an alt text, for the search: the place where those who know the rules hand them in.

The rules live with those who write texts, which storage does not know. They are asked whenever the search row of a
photo is made, so that what `lint:` finds always follows the texts; see `search.index.VERSION` for what happens when
the rules change.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class CheckedText:
    """An alt text and what has to be known of its photo to judge it.

    Attributes:
        language: of the text.
        file_name: of the photo.
        caption: of the photo in the same language, "" without one.
        written: lines that were read in the photo.
    """

    text: str
    language: str
    file_name: str = ""
    caption: str = ""
    written: tuple[str, ...] = ()


Rules: TypeAlias = Callable[[CheckedText], Collection[str]]
"""The names of the rules that a text breaks, and how bad that is: "error", "warning", "advice"."""

_used: list[Rules] = []


def use(rules: Rules) -> None:
    """Ask these rules from now on, in all libraries of this process."""
    _used[:] = [rules]


def used() -> Rules | None:
    """The rules that were handed in, None where nobody did."""
    return _used[0] if _used else None


def known() -> bool:
    """Whether rules were handed in."""
    return bool(_used)


def broken(text: CheckedText) -> Collection[str]:
    """The rules that a text breaks; none where nobody handed rules in."""
    return _used[0](text) if _used else ()
