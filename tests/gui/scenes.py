"""Every view and dialog of the window, opened on a real library.

The audit, the tests of contrast and of room, and the screenshots of the documentation all go through these scenes; a
test fails while a widget of `gui` is in none of them. A new dialog gets a row of `SCENES` that opens it.
"""

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from PySide6.QtWidgets import QWidget

import gui
from gui.app import Session
from gui.command_palette import CommandPalette
from gui.embed_dialog import open_dialog
from gui.help_sheet import HelpSheet
from gui.problems_dialog import ProblemsDialog
from gui.settings_dialog import SettingsDialog
from gui.text_dialog import TextDialog
from storage import overview
from storage.overview import Trouble


@dataclass(frozen=True, slots=True)
class Scene:
    """One view, or one dialog.

    Attributes:
        name: also that of its picture in the documentation.
        open: makes the window and returns what is to be looked at: the window itself, or a dialog that need not be
            shown yet.
        empty: True where it needs a library without photos.
    """

    name: str
    open: Callable[[Session], QWidget]
    empty: bool = False

    def __str__(self) -> str:
        return self.name


def _view(name: str) -> Callable[[Session], QWidget]:
    def show(session: Session) -> QWidget:
        session.window.show_view(name)
        return session.window

    return show


def _searched(session: Session) -> QWidget:
    session.window.search.search("state:draft -nothing")
    return session.window


def _nothing_found(session: Session) -> QWidget:
    session.window.show_nothing_found("No photo answers “dgo”.")
    session.window.nothing_found.offer("Search for “dog”", "dog")
    return session.window


def _working(session: Session) -> QWidget:
    session.window.jobs.work("Photos")
    session.window.jobs.tell_problems(2)
    return session.window


def _first_run(session: Session) -> QWidget:
    session.window.show_first_run(on=True)
    return session.window


def _problems(session: Session) -> QWidget:
    with session.desk.library.read() as connection:
        found = overview.troubles(connection)
    return ProblemsDialog(found or [Trouble("a.jpg", "scan", "It is broken.")], session.window)


SCENES = (
    Scene("library", _view("library-view")),
    Scene("review", _view("review-view")),
    Scene("list", _view("list-view")),
    Scene("search", _searched),
    Scene("nothing-found", _nothing_found),
    Scene("working", _working),
    Scene("first-run", _first_run, empty=True),
    Scene("keys", lambda s: HelpSheet(s.window.actions_table, s.window)),
    Scene("commands", lambda s: CommandPalette(s.window.actions_table, s.window)),
    Scene("settings", lambda s: SettingsDialog(s.desk.settings, {}, s.window)),
    Scene("set-text", lambda s: TextDialog(12, s.appearance, s.window)),
    Scene("problems", _problems),
    Scene("no-problems", lambda s: ProblemsDialog([], s.window)),
    Scene("embed", open_dialog),
)


def widgets_of_gui() -> set[type[QWidget]]:
    """Every class of widget that the window's code defines."""
    for module in pkgutil.walk_packages(gui.__path__, "gui."):
        importlib.import_module(module.name)
    return {made for made in _subclasses(QWidget) if made.__module__.startswith("gui.")}


def _subclasses(of: type[QWidget]) -> Iterator[type[QWidget]]:
    for made in of.__subclasses__():
        yield made
        yield from _subclasses(made)
