"""The size rules of the project: a file has at most 400 lines, a function at most 50.

What fits on a few screens is read as a whole before it is changed; what does not is patched. The limits are the
project's own choice. Lines are counted as they stand, docstrings and blank lines included, a function from its `def`
to its last line.

Invariant: the count depends on the text alone, so it is the same on every machine.

Usage: python -m tests.checks.sizes [FILE_OR_FOLDER…]   (without any: the whole project)
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

MAX_FILE_LINES = 400
MAX_FUNCTION_LINES = 50

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("main.py", ".ci", "gui", "inference", "storage", "resources", "tests", "benchmarks", "docs")


def python_files(places: Iterable[Path]) -> Iterator[Path]:
    """Yield the Python files at and below the places, in a fixed order."""
    for place in places:
        yield from sorted(place.rglob("*.py")) if place.is_dir() else [place]


def too_long(path: Path) -> Iterator[str]:
    """Yield one line for each breach of the size rules in a file: place, count and limit.

    Raises SyntaxError where the file is not Python, OSError where it cannot be read.
    """
    text = path.read_text(encoding="utf-8")
    count = len(text.splitlines())
    if count > MAX_FILE_LINES:
        yield f"{path}: {count} lines, {MAX_FILE_LINES} allowed"
    for node in ast.walk(ast.parse(text, path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            count = (node.end_lineno or node.lineno) - node.lineno + 1
            if count > MAX_FUNCTION_LINES:
                yield f"{path}:{node.lineno}: {node.name} has {count} lines, {MAX_FUNCTION_LINES} allowed"


def main(arguments: list[str]) -> int:
    """Print every breach below the given places; return 1 if there is any, else 0."""
    places = [Path(argument) for argument in arguments] or [ROOT / room for room in ROOMS if (ROOT / room).exists()]
    files = list(python_files(places))
    breaches = [breach for path in files for breach in too_long(path)]
    print(*breaches, sep="\n", end="\n" if breaches else "")
    print(f"Sizes: {len(files)} files looked at, {len(breaches)} too long")
    return 1 if breaches else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
