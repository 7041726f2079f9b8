"""`altfolio restore`: a backup takes the place of a damaged library, which is kept."""

from pathlib import Path

import pytest

import main
from storage import backup
from storage.library import Library


def run(library: Path, *arguments: str) -> int:
    return main.main(["--library", str(library), *arguments])


def test_a_damaged_library_is_told_and_a_backup_takes_its_place(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, copy = tmp_path / "photos.altfolio", tmp_path / "copy.altfolio"
    with Library(path) as library:
        assert list(backup.backup(library, copy))
    content = bytearray(path.read_bytes())
    content[100:20_000] = b"\xa5" * 19_900
    path.write_bytes(content)
    assert run(path, "check") == 1
    assert "altfolio restore" in capsys.readouterr().err
    assert run(path, "restore", str(tmp_path / "nothing")) == 1
    assert "is not a backup" in capsys.readouterr().err
    assert run(path, "restore", str(path)) == 1
    capsys.readouterr()
    assert run(path, "restore", str(copy)) == 0
    said = capsys.readouterr().out
    assert "is kept as" in said
    assert run(path, "check") == 0
    (aside,) = tmp_path.glob("photos 20*.altfolio")
    assert aside.read_bytes() == bytes(content)
    assert copy.is_file()
