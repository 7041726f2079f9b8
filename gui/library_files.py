"""The libraries a person used, and what the window remembers of each: recent ones first, size and widths of the window.

Kept with the window's own settings, not in a library, because it is asked before one is open.
"""

import hashlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from PySide6.QtCore import QSettings

from storage.library import default_path
from storage.shown import shown

FILES = "Altfolio libraries (*.altfolio)"
"""What dialogs for files offer."""

MOST = 12
"""Libraries that are remembered."""

CHECK_DAYS = 7
"""Days between two looks through a whole library for damage."""


def window_title(library: Path) -> str:
    """What the window on a library is called, so that two are told apart by ear and in a list of windows."""
    name = "" if library == default_path() else f"{shown(library.stem)} – "
    return f"{name}Altfolio"


def recent(stored: QSettings) -> list[Path]:
    """The libraries that were open, the last one first."""
    kept = stored.value("recent", [])
    return [Path(str(path)) for path in ([kept] if isinstance(kept, str) else kept if isinstance(kept, list) else [])]


def remember(stored: QSettings, path: Path) -> None:
    """This library is open now."""
    others = [other for other in recent(stored) if other != path]
    stored.setValue("recent", [str(one) for one in (path, *others)][:MOST])


def forget(stored: QSettings, path: Path) -> None:
    """Name a library no longer among the recent ones."""
    stored.setValue("recent", [str(one) for one in recent(stored) if one != path])


@contextmanager
def own_state(stored: QSettings, path: Path) -> Iterator[QSettings]:
    """Settings of the window for this library alone."""
    stored.beginGroup(f"library-{hashlib.sha256(str(path).encode('utf-8', 'surrogateescape')).hexdigest()[:16]}")
    try:
        yield stored
    finally:
        stored.endGroup()


def found_damaged(stored: QSettings, path: Path, sentence: str) -> None:
    """Note that a library is damaged, for the next start."""
    with own_state(stored, path) as own:
        own.setValue("damaged", sentence)


def take_damage(stored: QSettings, path: Path) -> str:
    """What was noted about a library's damage, "" for nothing; it is noted no longer."""
    with own_state(stored, path) as own:
        sentence = str(own.value("damaged", ""))
        own.remove("damaged")
    return sentence


def check_is_due(stored: QSettings, path: Path) -> bool:
    """Whether a library should be looked through for damage."""
    with own_state(stored, path) as own:
        last = str(own.value("checked", ""))
    try:
        return (date.today() - date.fromisoformat(last)).days >= CHECK_DAYS
    except ValueError:
        return True


def checked(stored: QSettings, path: Path) -> None:
    """A library was looked through today, and is sound."""
    with own_state(stored, path) as own:
        own.setValue("checked", date.today().isoformat())


def command(path: Path) -> list[str]:
    """What opens a library in a process of its own: this Python itself, with the packages it has.

    (`QApplication.applicationFilePath()` would be the Python that an environment links to, which has none of them.)
    """
    if getattr(sys, "frozen", False):
        return [sys.executable, "--library", str(path)]
    main = sys.modules.get("main", sys.modules["__main__"]).__file__ or "main.py"
    return [sys.executable, main, "--library", str(path)]


def open_in_new_window(path: Path) -> bool:
    """Open a library in a process of its own; False where that failed."""
    from PySide6.QtCore import QProcess

    program, *arguments = command(path)
    started = QProcess.startDetached(program, arguments)
    return bool(started[0] if isinstance(started, tuple) else started)
