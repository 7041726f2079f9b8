"""What `embed` and `verify` say, and the exit codes they give."""

import argparse
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from storage import photos, review, settings
from storage.console.file_commands import embed_command, verify_command
from storage.library import Library
from storage.scan import scan
from tests.storage.photo_maker import jpeg, put


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return put(tmp_path / "photos", "a.jpg", jpeg(1))


@pytest.fixture
def library(tmp_path: Path, path: Path) -> Iterator[Library]:
    with Library(tmp_path / "test.altfolio") as opened:
        list(scan(opened, [path.parent]))
        with opened.read() as connection:
            number = photos.id_of(connection, path)
        assert number is not None
        review.set_text(opened, [number], "A dog.")
        yield opened


def embed(library: Library, *, undo: int | None = None, as_json: bool = False) -> int:
    return embed_command(
        library, argparse.Namespace(dry_run=False, undo=undo, remove_all=False, photos=[], json=as_json)
    )


def test_a_report_is_never_that_of_an_earlier_embedding(library: Library, capsys: pytest.CaptureFixture[str]) -> None:
    assert embed(library) == 0
    assert "1 written" in capsys.readouterr().out
    assert embed(library) == 0
    assert capsys.readouterr().out == "There was nothing to write.\n"
    assert embed(library, as_json=True) == 0
    assert json.loads(capsys.readouterr().out) is None


def test_what_was_taken_back_is_not_called_written(
    library: Library, path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.save(library, sidecar="always")
    embed(library)
    capsys.readouterr()
    assert embed(library, undo=0) == 0
    assert capsys.readouterr().out == (
        f"Take back the embedding of 1 photo: 1 taken back\n  {path}: by the sidecar a.jpg.xmp\n"
    )
    assert embed(library, undo=0) == 0
    assert capsys.readouterr().out == "There was nothing to take back.\n"
    settings.save(library, sidecar="never")
    before = path.read_bytes()
    embed(library)
    path.write_bytes(before)
    capsys.readouterr()
    assert embed(library, undo=0) == 0
    assert capsys.readouterr().out == "Take back the embedding of 1 photo: all were as before already\n"


def test_verify_does_not_vouch_for_files_it_could_not_read(
    library: Library, path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    embed(library)
    path.unlink()
    capsys.readouterr()
    unknown = path.with_name("unknown.jpg")
    assert verify_command(library, argparse.Namespace(photos=[path, unknown], json=False, keep=None)) == 1
    printed = capsys.readouterr()
    assert "All files" not in printed.out and "unknown.jpg" in printed.err


def test_verify_does_not_vouch_for_files_that_are_not_there(
    library: Library, path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = argparse.Namespace(photos=[path.with_name("mistyped.jpg")], keep=None, json=False)
    assert verify_command(library, given) == 1
    said = capsys.readouterr()
    assert "not there" in said.err and said.out == ""
