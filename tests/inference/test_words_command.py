"""The command for the user's own words, on a library with real photos: what it changes, and what it must not."""

import json
import shutil
import signal
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

import main
from inference import engine, own_words
from inference.own_words import OwnWords
from resources import RESOURCES
from storage.library import Library


@pytest.fixture
def altfolio(tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Any:
    """Runs a command; returns exit code, what it printed, and what it complained about."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(signal, "signal", lambda *_: None)  # the tests' own handlers stay

    def run(*arguments: str | Path) -> tuple[int, str, str]:
        capfd.readouterr()
        code = main.main(["--library", str(tmp_path / "test.altfolio"), *map(str, arguments)])
        printed = capfd.readouterr()
        return code, printed.out, printed.err

    return run


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "photos"
    made.mkdir()
    shutil.copy(RESOURCES / "samples" / "cat.png", made / "approved.png")
    shutil.copy(RESOURCES / "samples" / "cat.png", made / "draft.png")
    return made


def own(altfolio: Any) -> Mapping[str, Any]:
    code, listed, _ = altfolio("words", "--json")
    assert code == 0
    found = json.loads(listed)
    assert isinstance(found, dict)
    return found


def text_of(altfolio: Any, photo: Path) -> str:
    return str(json.loads(altfolio("show", "--json", photo)[1])["alt_text"].get("en", ""))


def test_drafts_are_composed_again_and_approved_texts_stay(altfolio: Any, folder: Path) -> None:
    altfolio("run", "--no-text", folder)
    altfolio("review", "--approve", folder / "approved.png")
    approved = text_of(altfolio, folder / "approved.png")
    assert "cat" in approved and "cat" in text_of(altfolio, folder / "draft.png")
    photos = {path: path.read_bytes() for path in folder.iterdir()}

    code, printed, _ = altfolio("words", "--rename", "cat", "house tiger", "house tigers")
    assert code == 0 and "altfolio describe" in printed
    assert "cat" in text_of(altfolio, folder / "draft.png")
    assert altfolio("describe")[0] == 0

    assert "house tiger" in text_of(altfolio, folder / "draft.png")
    assert text_of(altfolio, folder / "approved.png") == approved
    assert {path: path.read_bytes() for path in folder.iterdir()} == photos
    found = altfolio("search", "house tiger")[1].split()
    assert set(found) == {str(path) for path in photos}

    altfolio("words", "--reset", "cat")
    altfolio("describe")
    assert "house tiger" not in text_of(altfolio, folder / "draft.png")
    assert text_of(altfolio, folder / "approved.png") == approved


def test_a_blocked_concept_and_a_high_threshold_are_unsaid(altfolio: Any, folder: Path) -> None:
    altfolio("run", "--no-text", folder)
    for change in (("--block", "cat"), ("--threshold", "cat", "1.0")):
        altfolio("words", *change)
        altfolio("describe")
        assert "cat" not in text_of(altfolio, folder / "draft.png").split()
        altfolio("words", "--reset", "cat")
        altfolio("describe")
        assert "cat" in text_of(altfolio, folder / "draft.png")


def test_a_keyword_and_a_synonym_find_the_photo(altfolio: Any, folder: Path) -> None:
    altfolio("run", "--no-text", folder)
    assert altfolio("search", "chelsea")[1] == ""
    altfolio("words", "--keyword", "cat", "Animals | Cats|Chelsea", "--synonym", "cat", "mouser")
    assert own(altfolio)["keywords"] == {"cat": "Animals|Cats|Chelsea"}
    altfolio("describe")
    for word in ("Chelsea", "mouser"):
        assert len(altfolio("search", word)[1].split()) == 2
    tags = json.loads(altfolio("show", "--json", folder / "draft.png")[1])["tags"]
    assert "Chelsea" in {tag["name"] for tag in tags}


def test_several_changes_at_once_are_listed(altfolio: Any) -> None:
    code, printed, _ = altfolio("words")
    assert code == 0 and "no words of your own" in printed
    altfolio("words", "--rename", "dog", "Hündchen", "Hündchen", "--language", "de", "--block", "mammal")
    code, printed, _ = altfolio(
        "words", "--threshold", "DOG", "0,8", "--synonym", "dog", "pooch", "--synonym", "dog", "x"
    )
    assert code == 0
    for words in ("name (de): Hündchen, plural Hündchen", "also found by: pooch, x", "certainty of 0.8", "never said"):
        assert words in printed
    assert "Nothing changed." in altfolio("words", "--block", "mammal")[1]


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (("--block", "dgo"), "Did you mean “dog”?"),
        (("--block", "Hund"), "Did you mean “dog”?"),
        (("--reset", "qqqqqqqq"), "no concept “qqqqqqqq”"),
        (("--threshold", "dog", "1.5"), "“1.5” is not a certainty"),
        (("--threshold", "dog", "nan"), "“nan” is not a certainty"),
        (("--threshold", "dog", "much"), "“much” is not a certainty"),
        (("--rename", "dog", " ", "dogs"), "A name is empty."),
        (("--rename", "dog", "a", "b", "--language", "xx"), "no words in “xx”"),
        (("--keyword", "dog", "Animals||Rex"), "A keyword is empty."),
    ],
)
def test_wrong_use_changes_nothing(altfolio: Any, change: tuple[str, ...], complaint: str) -> None:
    altfolio("words", "--block", "cat")
    before = own(altfolio)
    code, _, said = altfolio("words", "--synonym", "dog", "pooch", *change)
    assert code == 2 and complaint in said
    assert own(altfolio) == before


def test_words_are_shared_as_a_file(altfolio: Any, tmp_path: Path) -> None:
    altfolio("words", "--rename", "dog", "pooch", "pooches", "--block", "cat", "--threshold", "car", "0.9")
    code, printed, _ = altfolio("words", "--export", tmp_path / "mine.json")
    assert code == 0 and "Exported to" in printed
    exported = own(altfolio)
    altfolio("words", "--reset", "dog", "--reset", "cat", "--reset", "car")
    with Library(tmp_path / "test.altfolio") as library, library.read() as connection:
        assert not connection.exec_driver_sql("SELECT 1 FROM setting WHERE key = ?", (engine.OWN_WORDS,)).all()
    altfolio("words", "--synonym", "dog", "hound", "--threshold", "car", "0.7")
    assert altfolio("words", "--import", tmp_path / "mine.json")[0] == 0
    found = own(altfolio)
    assert found == {**exported, "synonyms": {"dog": ["hound"]}}
    with Library(tmp_path / "test.altfolio") as library:
        assert engine.vocabulary(library).own.names["dog"]["en"] == ("pooch", "pooches")


def test_words_of_another_version_are_kept_named_and_can_be_dropped(altfolio: Any, tmp_path: Path) -> None:
    own_words.save(OwnWords(synonyms={"gryphon": ("griffin",)}), tmp_path / "other.json")
    code, printed, _ = altfolio("words", "--import", tmp_path / "other.json")
    assert code == 0 and "gryphon (not a concept of this version" in printed
    altfolio("words", "--reset", "gryphon")
    assert own(altfolio)["synonyms"] == {}


def test_a_file_of_something_else_is_refused(altfolio: Any, tmp_path: Path) -> None:
    (tmp_path / "other.json").write_text('{"dog": 1}', encoding="utf-8")
    code, _, said = altfolio("words", "--import", tmp_path / "other.json")
    assert code == 1 and "not a file with words" in said
    assert altfolio("words", "--import", tmp_path / "none.json")[0] == 1
