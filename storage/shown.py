"""Make paths fit for people. A room of its own, because whoever only reads image files needs no database."""

from pathlib import Path


def shown(path: Path | str) -> str:
    """A path or name for people, log files and JSON: undecodable bytes become U+FFFD."""
    text = str(path)
    return text if text.isascii() else text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def shown_place(path: Path) -> str:
    """A folder or file for people to recognise, with "~" for their home, as desktops show it."""
    try:
        return shown(Path("~") / path.relative_to(Path.home()))
    except (ValueError, RuntimeError):  # somewhere else, or a user without a home
        return shown(path)
