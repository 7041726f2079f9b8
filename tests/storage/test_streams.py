"""Results reach every kind of output: a terminal unharmed, any locale, a full disk with a sentence."""

import os
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest

from storage.console import streams
from storage.library import Library
from tests.storage.conftest import add_photos

PHOTO = "/photos/“Žluťoučký” 🐶.jpg"

MAIN = (sys.executable, "-m", "main")


class Screen(StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A library with one photo whose name is in no Latin-1."""
    with Library(tmp_path / "a.altfolio") as library:
        add_photos(library, Path(PHOTO).name)
    return tmp_path / "a.altfolio"


def run(place: Path, *arguments: str, **more: object) -> "subprocess.CompletedProcess[str]":
    command = (*MAIN, "--library", str(place), *arguments)
    settings: dict[str, object] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | more
    return subprocess.run(command, text=True, encoding="latin-1", check=False, **settings)  # type: ignore[call-overload, no-any-return]


def test_names_and_words_do_not_command_the_terminal() -> None:
    screen = Screen()
    tame = streams.Tame(screen)
    print("a\x1b[31mb\x07\r\x9b2J\u202egpj\tc\nd", file=tame)
    tame.buffer.write("é\x1b\0".encode())
    assert screen.getvalue() == "a␛[31mb␇␍\ufffd2J\ufffdgpj\tc\nd\né␛␀"
    progress = streams.Tame(bar := Screen(), streams.PROGRESS)
    progress.write("\rscan\x1b")
    assert bar.getvalue() == "\rscan␛"
    assert tame.isatty()


def test_closed_streams_are_no_file_of_ours(place: Path) -> None:
    done = run(place, "search", ".jpg", stdout=None, preexec_fn=lambda: os.closerange(0, 2))
    assert (done.returncode, "Traceback" in done.stderr) == (0, False)


@pytest.mark.parametrize("arguments", [("review", PHOTO), ("show", PHOTO), ("search", ".jpg"), ("packs",)])
def test_a_locale_without_the_characters_gets_their_escapes(place: Path, arguments: tuple[str, ...]) -> None:
    done = run(place, *arguments, env=os.environ | {"PYTHONIOENCODING": "latin-1"})
    assert (done.returncode, "Traceback" in done.stderr) == (0, False)
    if arguments[0] in ("review", "show"):  # a search gives the bytes of the names
        assert r"\u017d" in done.stdout


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
@pytest.mark.parametrize("arguments", [("search", ".jpg"), ("export", "-"), ("show", PHOTO)])
def test_a_full_output_is_told_in_a_sentence(place: Path, arguments: tuple[str, ...]) -> None:
    with Path("/dev/full").open("wb") as full:
        done = run(place, *arguments, stdout=full)
    assert done.returncode == 1
    assert "altfolio: The output can't be written (No space left on device)." in done.stderr
    assert "Traceback" not in done.stderr and "Exception ignored" not in done.stderr
