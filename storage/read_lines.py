"""The lines that the pack "text" read in photos, as its findings in the library have them."""

import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sqlalchemy import Connection

SURE = 0.8
"""Least score of a line that is taken to be there; below it readings are mostly noise (`inference.judge.LEGIBLE`)."""

Line = tuple[str, float]
"""A line and its score, 0..1."""


def read_lines(connection: "Connection", ids: str) -> dict[int, tuple[Line, ...]]:
    """Photo → lines read in it as it is now, in reading order; photos without any are left out.

    Args:
        ids: of photos, separated by commas.
    """
    found = {}
    for photo, findings in connection.exec_driver_sql(
        "SELECT r.photo_id, r.findings FROM run r JOIN photo p ON p.id = r.photo_id "
        f"WHERE r.photo_id IN ({ids}) AND r.pack = 'text' AND r.digest IS p.digest"
    ):
        lines = tuple(_lines(json.loads(findings)))
        if lines:
            found[photo] = lines
    return found


def sure(lines: Sequence[Line]) -> tuple[str, ...]:
    """The lines that are sure enough to ask a person for them."""
    return tuple(text for text, score in lines if score >= SURE)


def _lines(findings: Any) -> Iterator[Line]:
    """The lines in the findings of the pack: `{"t": [[line, score, …], …]}`; without a score it is certain."""
    for line in findings.get("t", ()) if isinstance(findings, dict) else ():
        if isinstance(line, list) and line and isinstance(line[0], str):
            score = line[1] if len(line) > 1 and isinstance(line[1], int | float) else 1.0
            yield line[0], float(score)
