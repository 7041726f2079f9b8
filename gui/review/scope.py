"""Which photos a step for many concerns: those selected, or all that are shown."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QComboBox

from gui.accessible import named
from gui.room import yielding
from gui.words import counted

if TYPE_CHECKING:
    from gui.app import Session


@dataclass(frozen=True, slots=True)
class Scope:
    """One choice of photos.

    Attributes:
        label: what it is called, with the number.
        ids: the photos.
        whole: True where these are all photos of the library.
    """

    label: str
    ids: Sequence[int]
    whole: bool = False


def scopes(session: "Session") -> list[Scope]:
    """The choices there are now, the likeliest first: the selection where there is one."""
    chosen, shown = session.flow.chosen(), session.model.ids
    whole = not session.window.search.words
    found = [Scope(f"The {counted(len(chosen), 'selected photo')}", chosen)] if len(chosen) > 1 else []
    every = f"All {counted(len(shown), 'photo')}" + ("" if whole else " that are shown")
    return [*found, Scope(every, shown, whole)]


def scope_box(choices: Sequence[Scope]) -> QComboBox:
    """A box to choose one of them."""
    box = named(yielding(QComboBox(), 16), "Which photos")
    box.addItems([scope.label for scope in choices])
    return box
