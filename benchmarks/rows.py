"""Rows of the table of all benchmarks: what was measured, against what, and whether the goal is met."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal


@dataclass(frozen=True, kw_only=True)
class Row:
    """One stage.

    Attributes:
        stage: what is measured.
        unit: of the three figures ("s", "ms", "MB", "B", "photos/s").
        ours: our figure, median of the runs.
        peer, against: the peer's figure in the same runs, and its name; None where the peer is not installed.
        limit, limited_by: the least or most that is possible, measured too, and by what.
        ratio: what the goal is about; None where it can't be said.
        sign, goal: "≤ 2" as its two parts; None where there is no goal.
        note: whatever else has to be said.
    """

    stage: str
    unit: str
    ours: float | None
    peer: float | None = None
    against: str = ""
    limit: float | None = None
    limited_by: str = ""
    ratio: float | None = None
    sign: Literal["≤", "≥", ""] = ""
    goal: float | None = None
    note: str = ""

    @property
    def met(self) -> bool | None:
        """Whether the goal is met; None where there is none, or nothing to compare with."""
        if self.goal is None or self.ratio is None:
            return None
        return self.ratio <= self.goal if self.sign == "≤" else self.ratio >= self.goal


def to_json(rows: Sequence[Row]) -> str:
    """The rows as JSON, one object each, `met` included."""
    return json.dumps([asdict(row) | {"met": row.met} for row in rows], ensure_ascii=False, indent=1)


def from_json(text: str) -> list[Row]:
    """The rows that `to_json` wrote."""
    given: list[dict[str, Any]] = json.loads(text)
    return [Row(**{name: value for name, value in row.items() if name != "met"}) for row in given]


def table(rows: Sequence[Row]) -> str:
    """The rows for people."""
    head = ("stage", "ours", "peer", "limit", "ratio", "goal", "met")
    lines = [head, *(_cells(row) for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    text = []
    for line, row in zip(lines, (None, *rows), strict=True):
        first, *others = (f"{cell:<{w}}" if n == 0 else f"{cell:>{w}}" for n, (cell, w) in _numbered(line, widths))
        text.append("  ".join((first, *others)).rstrip() + (f"   {_remark(row)}" if row and _remark(row) else ""))
    return "\n".join(text)


def _numbered(line: Sequence[str], widths: Sequence[int]) -> "enumerate[tuple[str, int]]":
    return enumerate(zip(line, widths, strict=True))


def _cells(row: Row) -> tuple[str, ...]:
    met = {True: "yes", False: "NO", None: "–"}[row.met]
    goal = "–" if row.goal is None else f"{row.sign} {row.goal:g}"
    figures = (f"{_short(value)} {row.unit}" if value is not None else "–" for value in (row.ours, row.peer, row.limit))
    return row.stage, *figures, "–" if row.ratio is None else f"{row.ratio:.2f}", goal, met


def _short(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _remark(row: Row) -> str:
    parts = [f"peer: {row.against}"] if row.against else []
    parts += [f"limit: {row.limited_by}"] if row.limited_by else []
    return "; ".join([*parts, *([row.note] if row.note else [])])
