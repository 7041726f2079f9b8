"""How the command line speaks: progress on stderr, results on stdout, as a table for people or JSON for programs."""

import json
import shutil
import sys
import textwrap
import time
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TextIO

from storage import photos
from storage.job import Job, Progress
from storage.library import Library
from storage.schema import Field, TextState
from storage.words import chunks

BAR = 30
"""Width of the progress bar in columns; with counts and a file name it fits a line of 80."""

TERMINAL_SECONDS = 0.1
"""Shortest time between two drawings of the bar; faster can't be read."""

LOG_SECONDS = 10.0
"""Shortest time between two lines of progress where stderr is a file or a pipe."""


def follow(job: Job, stream: TextIO | None = None) -> int:
    """Run a job to its end and draw its progress on stderr.

    Returns:
        how many photos had a problem.
    """
    stream = stream or sys.stderr
    terminal = stream.isatty()
    pause = TERMINAL_SECONDS if terminal else LOG_SECONDS
    shown_at, last, drawn = 0.0, None, None
    try:
        for progress in job:
            if last is not None and last.stage != progress.stage:
                if terminal or last is not drawn:
                    _draw(last, stream, terminal=terminal, final=True)
                shown_at = 0.0
            last = progress
            if time.monotonic() - shown_at >= pause:
                _draw(progress, stream, terminal=terminal, final=False)
                shown_at, drawn = time.monotonic(), progress
    finally:
        job.close()
        if last is not None and (terminal or last is not drawn):
            _draw(last, stream, terminal=terminal, final=True)
    return last.problems if last else 0


def _draw(progress: Progress, stream: TextIO, *, terminal: bool, final: bool) -> None:
    total = progress.total
    count = f"{progress.done:,}" if total is None else f"{progress.done:,}/{total:,}"
    trouble = f", {plural(progress.problems, 'problem')}" if progress.problems else ""
    if not terminal:
        print(f"{progress.stage}: {count}{trouble}", file=stream, flush=True)
        return
    share = 0.0 if not total else min(1.0, progress.done / total)
    filled = round(BAR * share)
    bar = "" if total is None else f" [{'#' * filled}{'.' * (BAR - filled)}]"
    item = "" if final else f"  {progress.item}"
    line = f"{progress.stage:<9}{bar} {count}{trouble}{item}"
    columns = shutil.get_terminal_size().columns - 1
    stream.write("\r" + line[:columns].ljust(columns) + ("\n" if final else ""))
    stream.flush()


def plural(count: int, noun: str) -> str:
    """ "1 photo", "2 photos"."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def print_json(value: object) -> None:
    """Print a value as JSON, readable, all of Unicode as it is."""
    print(json.dumps(value, ensure_ascii=False, indent=2))


def print_json_list(values: Iterable[object]) -> None:
    """Print values as a JSON array in the form of `print_json`, each as soon as it is there."""
    before = "["
    for value in values:
        print(before + "\n" + textwrap.indent(json.dumps(value, ensure_ascii=False, indent=2), "  "), end="")
        before = ","
    print("[]" if before == "[" else "\n]")


def photo_json(detail: photos.PhotoDetail) -> dict[str, Any]:
    """One photo as the command line's JSON gives it: `path`, `state`, `alt_text` by language, `tags`, and more."""

    def texts(field: Field) -> dict[str, str]:
        return {t.language: t.text for t in detail.texts if t.field == field and t.state != TextState.REJECTED}

    return {
        "path": photos.shown(detail.row.path),
        "state": detail.row.state.name.lower(),
        "alt_text": texts(Field.ALT_TEXT),
        "extended_description": texts(Field.EXTENDED),
        "caption": texts(Field.CAPTION),
        "title": texts(Field.TITLE),
        "people": detail.row.people,
        "people_exact": detail.people_exact,
        "tags": [
            {
                "name": tag.name,
                "score": tag.score,
                "state": tag.state.name.lower(),
                "origin": tag.origin.name.lower(),
                "count": tag.count,
                "kind": tag.kind,
            }
            for tag in detail.tags
        ],
        "taken": detail.row.taken,
        "camera": detail.camera,
        "format": detail.format,
        "width": detail.row.width,
        "height": detail.row.height,
        "problems": [{"stage": stage, "message": message} for stage, message in detail.problems],
    }


def details(library: Library, ids: Iterable[int], language: str) -> Iterator[photos.PhotoDetail]:
    """Everything about these photos, in order; photos that are gone are left out.

    They are read a page at a time while they are used, so that a list of any length takes the same memory.
    """
    for page in chunks(ids):
        with library.read() as connection:
            found = photos.details(connection, page, language=language)
        yield from found


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table: its heading and its share of the width that is left after narrow columns."""

    heading: str
    width: int


def print_table(columns: Sequence[Column], rows: Iterable[Sequence[str]]) -> None:
    """Print rows as a table that fits the terminal; long cells wrap inside their column."""
    room = max(60, shutil.get_terminal_size((100, 24)).columns) - 2 * (len(columns) - 1)
    weight = sum(c.width for c in columns)
    widths = [max(6, room * c.width // weight) for c in columns]
    _print_row([c.heading for c in columns], widths)
    print("  ".join("-" * w for w in widths))
    for row in rows:
        _print_row(row, widths)


def _print_row(cells: Sequence[str], widths: Sequence[int]) -> None:
    wrapped = [textwrap.wrap(cell, width) or [""] for cell, width in zip(cells, widths, strict=True)]
    for line in range(max(len(w) for w in wrapped)):
        parts = [_pad(w[line] if line < len(w) else "", width) for w, width in zip(wrapped, widths, strict=True)]
        print("  ".join(parts).rstrip())


def _pad(cell: str, width: int) -> str:
    wide = sum(unicodedata.east_asian_width(c) in "WF" for c in cell)
    return cell + " " * max(0, width - len(cell) - wide)


def print_photos(found: Iterable[photos.PhotoDetail], nothing: str) -> None:
    """Print photos as the table photo → people count, tags with scores, alt text.

    Args:
        nothing: what stands in place of an alt text where there is none.
    """
    columns = (Column("Photo", 22), Column("People", 6), Column("Tags", 30), Column("Alt text", 42))

    def row(detail: photos.PhotoDetail) -> tuple[str, ...]:
        alt = detail.row.alt_text or ("; ".join(dict.fromkeys(m for _, m in detail.problems)) or nothing)
        return (detail.row.name, people(detail), tag_line(detail), alt)

    print_table(columns, (row(detail) for detail in found))


def people(detail: photos.PhotoDetail) -> str:
    """The people count for people: "2", "5+" where it is not exact, "" where nobody counted."""
    count = detail.row.people
    return "" if count is None else f"{count}{'' if detail.people_exact else '+'}"


def tag_line(detail: photos.PhotoDetail) -> str:
    """Tags of a photo with their scores in one line; rejected ones are left out."""
    return ", ".join(
        tag.name if tag.score is None else f"{tag.name} {tag.score:.2f}"
        for tag in detail.tags
        if tag.state.name != "REJECTED"
    )
