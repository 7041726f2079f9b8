"""The size check sees what it is there for, counts to the line, and is kept by the project itself."""

from pathlib import Path

import pytest

from tests.checks.sizes import MAX_FILE_LINES, MAX_FUNCTION_LINES, main, too_long


def write_function(path: Path, *, lines: int) -> Path:
    body = "    x = 1\n" * (lines - 1)
    path.write_text(f"@decorated\ndef long_one():\n{body}", encoding="utf-8")
    return path


def test_a_function_may_have_as_many_lines_as_the_limit(tmp_path: Path) -> None:
    assert list(too_long(write_function(tmp_path / "a.py", lines=MAX_FUNCTION_LINES))) == []


def test_one_line_more_is_reported_with_name_and_place(tmp_path: Path) -> None:
    path = write_function(tmp_path / "a.py", lines=MAX_FUNCTION_LINES + 1)
    assert list(too_long(path)) == [f"{path}:2: long_one has 51 lines, 50 allowed"]


def test_methods_and_inner_functions_count_too(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    body = "        x = 1\n" * MAX_FUNCTION_LINES
    path.write_text(f"class Photo:\n    async def load(self):\n{body}", encoding="utf-8")
    assert len(list(too_long(path))) == 1


@pytest.mark.parametrize(("lines", "expected"), [(MAX_FILE_LINES, 0), (MAX_FILE_LINES + 1, 1)])
def test_a_file_is_counted_to_the_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], lines: int, expected: int
) -> None:
    path = tmp_path / "a.py"
    path.write_text("x = 1\n" * lines, encoding="utf-8")
    assert main([str(tmp_path)]) == expected
    assert (str(path) in capsys.readouterr().out) is bool(expected)


def test_the_project_keeps_its_size_rules(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0, capsys.readouterr().out
