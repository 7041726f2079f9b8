"""The table of the benchmarks says what was measured and whether a goal is met, and nothing it does not know."""

import pytest

from benchmarks.rows import Row, from_json, table, to_json

ROWS = [
    Row(stage="fast", unit="ms", ours=1.5, peer=30.0, against="tool", ratio=20.0, sign="≥", goal=10),
    Row(stage="slow", unit="s", ours=1234.5, peer=400.0, limit=2.0, limited_by="the disk", ratio=3.1, sign="≤", goal=2),
    Row(stage="alone", unit="ms", ours=2.0, against="tool is not installed", sign="≥", goal=10),
    Row(stage="plain", unit="B", ours=7.0),
]


@pytest.mark.parametrize(("row", "met"), list(zip(ROWS, (True, False, None, None), strict=True)))
def test_a_goal_is_met_missed_or_not_known(row: Row, met: bool | None) -> None:
    assert row.met is met


def test_rows_survive_json() -> None:
    assert from_json(to_json(ROWS)) == ROWS


def test_the_table_has_a_line_for_each_row_with_figures_verdict_and_remarks() -> None:
    head, fast, slow, alone, plain = table(ROWS).splitlines()
    assert head.split() == ["stage", "ours", "peer", "limit", "ratio", "goal", "met"]
    assert fast.split()[:9] == ["fast", "1.5", "ms", "30", "ms", "–", "20.00", "≥", "10"]
    assert "yes" in fast
    assert "1,234 s" in slow
    assert "NO" in slow
    assert slow.endswith("limit: the disk")
    assert alone.endswith("tool is not installed")
    assert "NO" not in alone
    assert plain.split()[-1] == "–"
