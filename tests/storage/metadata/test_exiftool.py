"""ExifTool as second engine: only on copies, only where the same proof holds, and never in the way."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.metadata import exiftool
from storage.metadata.containers.base import Refused
from storage.metadata.fields import WordsEdit
from storage.metadata.read import read_words
from storage.metadata.write import WriteOptions, undo, write_words
from tests.storage.metadata.photos import MemoryJournal, app, encoded, exif, jpeg

PROGRAM = shutil.which("exiftool")
EDIT = WordsEdit(alt_text={"en": "A cat 🐈\nasleep"}, keywords_add=("cat",))


@pytest.fixture(autouse=True)
def ended() -> Iterator[None]:
    yield
    exiftool.close_engines()


@pytest.fixture
def options() -> WriteOptions:
    if PROGRAM is None:
        pytest.skip("ExifTool is not installed")
    return WriteOptions(exiftool=Path(PROGRAM))


def test_a_format_of_its_own_is_written_and_taken_back(options: WriteOptions, tmp_path: Path) -> None:
    path, journal = tmp_path / "photo.jp2", MemoryJournal()
    path.write_bytes(before := encoded("JPEG2000"))
    written = write_words(path, EDIT, options=options, journal=journal)
    assert (written.engine, written.target, written.reason) == ("exiftool", path, None)
    tool = exiftool.engine(options.exiftool or Path())
    assert "A cat 🐈" in tool.run(["-charset", "utf8", "-XMP-iptcCore:AltTextAccessibility", str(path)])
    assert read_words(path).words.alt_text["en"] == "A cat 🐈\nasleep" and read_words(path).words.keywords == ("cat",)
    more = write_words(path, WordsEdit(keywords_add=("dog",)), options=options, journal=MemoryJournal())
    assert more.engine == "exiftool" and more.undo is not None
    undo(more.undo, options=options, journal=journal)
    undo(journal.records[0], options=options, journal=journal)
    assert path.read_bytes() == before


def test_later_changes_of_others_stay(options: WriteOptions, tmp_path: Path) -> None:
    path, journal = tmp_path / "photo.jp2", MemoryJournal()
    path.write_bytes(encoded("JPEG2000"))
    write_words(path, EDIT, options=options, journal=journal)
    write_words(path, WordsEdit(keywords_add=("dog",)), options=options, journal=MemoryJournal())
    assert undo(journal.records[0], options=options, journal=journal).engine == "exiftool"
    assert read_words(path).words.keywords == ("dog",) and not read_words(path).words.alt_text


def test_what_cannot_be_proved_goes_into_a_sidecar(options: WriteOptions, tmp_path: Path) -> None:
    path = tmp_path / "photo.jp2"
    path.write_bytes(before := encoded("JPEG2000")[:-200])
    written = write_words(path, EDIT, options=options, journal=MemoryJournal())
    assert (written.engine, written.cause) == ("sidecar", "jp2")
    assert path.read_bytes() == before


def test_undo_keeps_only_what_was_replaced(options: WriteOptions, tmp_path: Path) -> None:
    path, journal = tmp_path / "photo.jpg", MemoryJournal()
    path.write_bytes(before := jpeg(segments=app(1, exif()) + b"rubbish", tail=bytes(100_000)))
    written = write_words(path, EDIT, options=options, journal=journal)
    assert written.engine == "exiftool" and written.undo is not None
    assert sum(len(piece) for piece in written.undo.reverse if isinstance(piece, bytes)) < 1000
    undo(journal.records[0], options=options, journal=journal)
    assert path.read_bytes() == before


def test_a_program_that_answers_nothing_is_only_a_refusal(tmp_path: Path) -> None:
    program = shutil.which("true")
    if program is None:
        pytest.skip("no such program here")
    with pytest.raises(Refused):
        exiftool.ExifTool(Path(program)).run(["-ver"])
    path = tmp_path / "photo.jp2"
    path.write_bytes(encoded("JPEG2000"))
    written = write_words(path, EDIT, options=WriteOptions(exiftool=Path(program)), journal=MemoryJournal())
    assert written.engine == "sidecar" and written.cause == "jp2"
