"""The commands that carry words out and in, and those for the library itself, as a person types them."""

import argparse
import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from storage import photos, review, search
from storage.console.commands import WrongUse
from storage.console.exchange_commands import exchange_parser
from storage.console.safety_commands import safety_parser
from storage.job import KnownError
from storage.library import Library
from storage.scan import scan
from storage.schema import Field

Run = Callable[..., int]


@pytest.fixture
def run(library: Library) -> Run:
    """Run a command line on the library."""
    top = argparse.ArgumentParser()
    commands = top.add_subparsers()

    def add(name: str, command: Callable[[Library, argparse.Namespace], int], text: str) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=text)
        made.set_defaults(run=command)
        return made

    exchange_parser(add)
    safety_parser(add)

    def call(*words: object) -> int:
        parsed = top.parse_args([str(word) for word in words])
        code: int = parsed.run(library, parsed)
        return code

    return call


@pytest.fixture
def folder(library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Three photos, two of them described."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    place = tmp_path / "photos"
    place.mkdir()
    for number, name in enumerate(("a.jpg", "b.jpg", "c.jpg")):
        Image.radial_gradient("L").rotate(40 * number).convert("RGB").save(place / name)
    list(scan(library, [place]))
    with library.read() as connection:
        ids = [photos.id_of(connection, place / name) for name in ("a.jpg", "b.jpg")]
    review.set_text(library, [i for i in ids if i], "A grey disc.")
    review.set_text(library, [i for i in ids[:1] if i], "Longer.", field=Field.EXTENDED)
    return place


def test_words_go_out_and_come_back(
    run: Run, library: Library, folder: Path, tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    table = tmp_path / "words.csv"
    assert run("export", table, "disc") == 0
    assert table.read_bytes().count(b"A grey disc.") == 2
    assert run("export", "-") == 0
    assert len(json.loads(capsysbinary.readouterr().out.split(b"\n", 1)[1])["photos"]) == 3
    table.write_bytes(table.read_bytes().replace(b"A grey disc.", b"A white disc.", 1))
    assert run("import", table, "--dry-run", "--json") == 0
    (photo,) = json.loads(capsysbinary.readouterr().out)["photos"]
    assert photo["conflicts"] == [{"what": "alt_text.en", "before": "A grey disc.", "after": "A white disc."}]
    assert run("import", table, "--rule", "replace", "--dry-run") == 0
    assert "change alt_text.en: “A grey disc.” → “A white disc.”" in capsysbinary.readouterr().out.decode()
    assert run("import", table, "--rule", "replace") == 0
    assert "1 photo changed." in capsysbinary.readouterr().out.decode()
    with library.read() as connection:
        assert search.count(connection, "white") == 1


def test_wrong_rows_are_said_and_end_in_code_1(
    run: Run, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = tmp_path / "other.csv"
    table.write_text(f"File,Text\n{folder / 'c.jpg'},A disc.\nnowhere.jpg,Nothing.\n", encoding="utf-8")
    mapped = ("--column", "File=path", "--column", "Text=alt_text.en")
    assert run("import", table, "--dry-run", *mapped) == 1
    assert "Row 3: “nowhere.jpg” is not in this library." in capsys.readouterr().err
    with pytest.raises(KnownError, match="Nothing was imported"):
        run("import", table, *mapped)
    assert run("import", table, "--skip-errors", "--as-drafts", *mapped) == 1
    assert "1 photo changed." in capsys.readouterr().out


def test_gallery_report_and_snippets(
    run: Run, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("gallery", tmp_path / "gallery", "disc", "--title", "Discs", "--language", "fr") == 0
    assert "Toutes les photos" in (tmp_path / "gallery" / "photos" / "00002.html").read_text(encoding="utf-8")
    with pytest.raises(WrongUse, match="No photo is found"):
        run("gallery", tmp_path / "empty", "zebra")
    assert run("report", tmp_path / "report.html") == 0
    assert "2 of 3 photos (67%)" in capsys.readouterr().out
    with pytest.raises(WrongUse, match="does not say a format"):
        run("report", tmp_path / "report.txt")
    assert run("report", "--json") == 0
    assert json.loads(capsys.readouterr().out)["whole"]["approved"] == 2
    assert run("snippet", folder / "a.jpg", folder / "c.jpg", "--as", "markdown") == 1
    said = capsys.readouterr()
    first, second = said.out.splitlines()
    assert first == "![A grey disc.](a.jpg)"
    assert second.startswith('<img src="c.jpg"') and "no approved alt text yet" in second and "alt=" not in second
    assert "1 photo without an approved alt text." in said.err


def test_duplicates_are_listed_and_share_their_words(
    run: Run, library: Library, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("duplicates") == 0
    assert "No duplicates." in capsys.readouterr().out
    (folder / "again.jpg").write_bytes((folder / "a.jpg").read_bytes())
    list(scan(library))
    assert run("duplicates", "--json") == 0
    assert json.loads(capsys.readouterr().out) == [[str(folder / "a.jpg"), str(folder / "again.jpg")]]
    with Image.open(folder / "a.jpg") as whole:
        whole.resize((128, 128)).save(folder / "small.png")
    list(scan(library))
    assert run("duplicates", "--kind", "near", "--json") == 0
    names = {Path(name).name for group in json.loads(capsys.readouterr().out) for name in group}
    assert {"a.jpg", "again.jpg", "small.png"} <= names
    assert run("duplicates", "--copy-from", folder / "a.jpg") == 0
    assert "Words copied to 1 photo. “altfolio undo” takes it back." in capsys.readouterr().out
    assert run("duplicates", "--copy-from", folder / "a.jpg") == 0
    assert "undo" not in capsys.readouterr().out  # it would take back what was done before
    with library.read() as connection:
        assert search.count(connection, "longer") == 2


def test_the_library_is_copied_examined_and_made_anew(
    run: Run, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("backup", tmp_path / "backup.altfolio") == 0
    assert run("check") == 0
    assert "in order" in capsys.readouterr().out
    assert run("check", "--json", "--repair") == 0
    assert run("rebuild", tmp_path / "new.altfolio") == 0
    with Library(tmp_path / "new.altfolio") as new, new.read() as connection:
        assert search.count(connection, "") == 3
    assert not [name for name in os.listdir(tmp_path) if ".part" in name]  # noqa: PTH208


def test_a_keyword_list_comes_in(
    run: Run, library: Library, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with library.read() as connection:
        photo = photos.id_of(connection, folder / "a.jpg")
    assert photo is not None
    review.add_tag(library, [photo], "Rome")
    listed = tmp_path / "keywords.txt"
    listed.write_text("Places\n\tRome\n\t\t{Roma}\n", encoding="utf-16")
    assert run("keywords", listed, "--dry-run") == 0
    assert capsys.readouterr().out == "Places\nPlaces › Rome (Roma)\n"
    assert run("keywords", listed) == 0
    with library.read() as connection:
        assert list(search.find(connection, "tag:places")) == [photo]
    listed.write_text("Rome/Places\n")
    assert run("keywords", listed) == 1
    assert "“Places” was not put below “Rome”" in capsys.readouterr().err
    with pytest.raises(KnownError, match="There is no file"):
        run("keywords", tmp_path / "nothing.txt")
    with pytest.raises(KnownError, match="is a folder"):
        run("import", tmp_path)
