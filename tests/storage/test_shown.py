"""Paths as people read them."""

from pathlib import Path

import pytest

from storage.shown import shown_place


def test_what_is_in_the_home_is_told_from_there(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    assert shown_place(tmp_path / "Pictures" / "2024") == str(Path("~/Pictures/2024"))
    assert shown_place(tmp_path) == "~"
    assert shown_place(tmp_path.parent) == str(tmp_path.parent)
