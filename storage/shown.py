"""Make paths fit for people. A room of its own, because whoever only reads image files needs no database."""

from pathlib import Path


def shown(path: Path | str) -> str:
    """A path or name for people, log files and JSON: undecodable bytes become U+FFFD."""
    return str(path).encode("utf-8", "surrogateescape").decode("utf-8", "replace")
