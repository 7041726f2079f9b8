"""The command line as a user meets it: what it prints, what it returns, and that it goes on where it stopped."""

import json
import os
import shutil
import signal
import subprocess
import sys
import zlib
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

import main
from resources import RESOURCES
from tests.storage.photo_maker import with_xmp

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    made = tmp_path / "my photos"
    made.mkdir()
    for name in ("astronaut.jpg", "cat.png", "coffee.webp"):
        shutil.copy(RESOURCES / "samples" / name, made)
    return made


@pytest.fixture
def altfolio(tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Any:
    """Runs a command; returns exit code, what it printed, and what it complained about."""
    monkeypatch.setattr(signal, "signal", lambda *_: None)  # the tests' own handlers stay

    def run(*arguments: str | Path) -> tuple[int, str, str]:
        capfd.readouterr()
        code = main.main(["--library", str(tmp_path / "test.altfolio"), *map(str, arguments)])
        printed = capfd.readouterr()
        return code, printed.out, printed.err

    return run


def test_from_a_folder_to_approved_words(altfolio: Any, folder: Path) -> None:
    code, table, progress = altfolio("run", folder)
    assert code == 0
    assert "cat.png" in table and "May be an image of" in table
    assert "tag" in progress and "3/3" in progress
    code, found, _ = altfolio("search", "animal")
    assert (code, found) == (0, f"{folder / 'cat.png'}\n")
    code, found, _ = altfolio("show", "--json", folder / "cat.png")
    shown = json.loads(found)
    assert shown["path"] == str(folder / "cat.png")
    assert shown["state"] == "draft"
    assert "cat" in shown["alt_text"]["en"]
    (tag,) = [t for t in shown["tags"] if t["name"] == "cat"]
    assert (tag["state"], tag["origin"]) == ("suggested", "model") and 0 < tag["score"] <= 1
    code, _, _ = altfolio("review", "--approve", folder / "cat.png")
    assert code == 0
    (approved,) = json.loads(altfolio("search", "--json", "state:approved")[1])
    assert approved["path"] == str(folder / "cat.png")
    assert "May be" not in approved["alt_text"]["en"]


def test_words_that_begin_with_a_dash_leave_out(altfolio: Any, folder: Path) -> None:
    altfolio("run", folder)
    assert altfolio("search", "animal", "-cat")[:2] == (0, "")
    code, found, said = altfolio("search", "aminal", "without", "cats")
    assert (code, found) == (0, "")
    assert "No photo has “aminal”." in said
    code, _, said = altfolio("search", "cat people:many")
    assert code == 2
    assert said.endswith("\n  cat people:many\n             ^^^^\n")
    with pytest.raises(SystemExit) as stopped:
        altfolio("search", "animal", "--nonsense")
    assert stopped.value.code == 2


def test_a_broken_photo_is_named_and_changes_the_exit_code(altfolio: Any, folder: Path) -> None:
    (folder / "empty.jpg").touch()
    code, table, progress = altfolio("run", folder)
    assert code == 1
    assert "1 problem" in progress
    assert "empty.jpg" in table
    assert json.loads(altfolio("show", "--json", folder / "empty.jpg")[1])["problems"]


def test_many_photos_are_reviewed_at_once(altfolio: Any, folder: Path) -> None:
    altfolio("run", "--no-text", folder)
    assert altfolio("review", "--approve", "--all", "--above", "1")[1] == "0 photos approved.\n"
    _, approved, _ = altfolio("review", "--approve", "--all", "--above", "0")
    assert approved.endswith("approved.\n") and not approved.startswith("0 ")
    altfolio("review", "--set", "A Cat on a sofa, catlike.", folder / "cat.png")
    assert altfolio("review", "--replace", "cat", "tiger", "--whole-words", "--all")[1].startswith("1 photo changed")
    assert json.loads(altfolio("show", "--json", folder / "cat.png")[1])["alt_text"]["en"].startswith(
        "A tiger on a sofa, catlike"
    )
    assert altfolio("review", "--add-tag", "holidays", folder / "cat.png")[1] == "1 photo tagged.\n"
    assert altfolio("review", "--remove-tag", "Holidays", folder / "cat.png")[1] == "1 photo changed.\n"


def test_wrong_use_is_told_apart_from_failure(altfolio: Any, folder: Path) -> None:
    assert altfolio("scan", folder / "nowhere")[0] == 2
    assert altfolio("review", "--approve")[0] == 2
    assert altfolio("review", "--set", "words", "--all")[0] == 2
    assert altfolio("review", "--above", "0.9", "--all")[0] == 2
    assert altfolio("review", "--approve", "--all", "--whole-words")[0] == 2
    assert altfolio("search")[0] == 2
    code, _, complaint = altfolio("show", folder / "cat.png")
    assert code == 1 and "not in this library" in complaint
    with pytest.raises(SystemExit) as stopped:
        altfolio("nonsense")
    assert stopped.value.code == 2


def test_a_draft_does_not_name_a_tag_that_was_rejected(altfolio: Any, folder: Path) -> None:
    altfolio("run", "--no-text", folder)
    shown = json.loads(altfolio("review", "--json", "--remove-tag", "cat", folder / "cat.png")[1])[0]
    assert "cat" not in " ".join(shown["alt_text"].values())
    altfolio("review", "--approve", folder / "cat.png")
    shown = json.loads(altfolio("show", "--json", folder / "cat.png")[1])
    assert "cat" not in " ".join(shown["alt_text"].values())
    altfolio("undo")
    altfolio("undo")
    assert "cat" in json.loads(altfolio("show", "--json", folder / "cat.png")[1])["alt_text"]["en"]


def test_a_mistyped_library_is_not_made(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    typo = tmp_path / "typo.altfolio"
    for command in (["search", "dog"], ["embed"], ["check"]):
        assert main.main(["--library", str(typo), *command]) == 2
        assert "There is no library" in capfd.readouterr().err
        assert not typo.exists()


def test_photos_that_are_named_and_left_are_told(altfolio: Any, folder: Path) -> None:
    altfolio("scan", folder)
    code, said, told = altfolio("review", "--approve", folder / "cat.png")
    assert (code, said) == (0, "0 photos approved.\n") and told.endswith("each has no draft.\n")
    assert altfolio("review", "--set", "A cat.", folder / "cat.png")[1:] == ("1 photo set.\n", "")
    assert altfolio("review", "--set", " ", folder / "cat.png")[1] == "1 photo left without an alt text.\n"
    assert altfolio("show", folder / "nope.png")[2].endswith("nope.png: not there; check its name.\n")


def test_photos_with_problems_can_be_found_after_each_job(altfolio: Any, folder: Path) -> None:
    (folder / "empty.jpg").touch()
    code, _, told = altfolio("scan", folder)
    assert code == 1 and "“altfolio search problem:”" in told
    assert altfolio("search", "problem:")[1] == f"{folder / 'empty.jpg'}\n"


def test_what_decoders_say_of_broken_photos_is_not_heard(tmp_path: Path, folder: Path) -> None:
    # LibTIFF itself speaks of a strip without bytes.
    Image.new("L", (64, 64)).save(folder / "strip.tif", compression="tiff_lzw")
    whole = (folder / "strip.tif").read_bytes()
    (folder / "strip.tif").write_bytes(whole.replace(b"\x17\x01\x04\x00", b"\x17\x01\x05\x00"))
    command = [sys.executable, "main.py", "--library", str(tmp_path / "x.altfolio"), "run", "--no-text", str(folder)]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False).stderr
    assert "tag: 4/4" in told and "TIFF" not in told


def test_every_command_has_help(capsys: pytest.CaptureFixture[str]) -> None:
    words = main.parser().format_help().split("COMMAND\n")[1].splitlines()
    commands = [line.split()[0] for line in words if line.startswith("    ") and line[4] != " "]
    assert commands == [name for names in main.GROUPS for name in names]
    for command in ("", *commands):
        with pytest.raises(SystemExit) as stopped:
            main.main([*([command] if command else []), "--help"])
        assert stopped.value.code == 0
        assert "--library" in capsys.readouterr().out


def test_text_of_a_person_outlives_tagging_again(altfolio: Any, folder: Path) -> None:
    altfolio("run", folder)
    altfolio("review", "--set", "Chelsea, our cat.", folder / "cat.png")
    altfolio("tag", "--forget")
    altfolio("run", folder)
    shown = json.loads(altfolio("show", "--json", folder / "cat.png")[1])
    assert shown["alt_text"] == {"en": "Chelsea, our cat."}
    assert altfolio("undo")[1].startswith("Undone: set the text of 1 photo")


def test_a_change_of_another_program_is_shown_and_settled_by_choice(altfolio: Any, folder: Path) -> None:
    photo = folder / "cat.png"
    altfolio("run", "--no-text", folder)
    altfolio("review", "--set", "Ours.", photo)
    assert altfolio("embed", photo)[0] == 0
    assert altfolio("verify")[0] == 0
    changed = photo.read_bytes().replace(b">Ours.<", b">Mine!<")
    photo.write_bytes(_with_right_sums(changed))
    code, shown, _ = altfolio("verify", "--json")
    assert code == 1
    assert [p["differences"] for p in json.loads(shown)] == [
        [{"field": "alt_text", "language": "en", "ours": ["Ours."], "theirs": ["Mine!"]}]
    ]
    assert altfolio("verify", "--keep", "theirs")[0] == 0
    assert json.loads(altfolio("show", "--json", photo)[1])["alt_text"] == {"en": "Mine!"}
    assert altfolio("verify")[0] == 0


def _with_right_sums(png: bytes) -> bytes:
    """The same PNG with the checksum of each chunk put right."""
    fixed, at = bytearray(png[:8]), 8
    while at < len(png):
        length = int.from_bytes(png[at : at + 4], "big")
        body = png[at + 4 : at + 8 + length]
        fixed += png[at : at + 4] + body + zlib.crc32(body).to_bytes(4, "big")
        at += 12 + length
    return bytes(fixed)


def test_what_a_file_says_about_ai_is_shown_and_stays(altfolio: Any, folder: Path) -> None:
    photo = folder / "made.jpg"
    packet = (
        b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        b'<rdf:Description xmlns:e="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" e:AISystemUsed="Brush 3"/>'
        b"</rdf:RDF></x:xmpmeta>"
    )
    photo.write_bytes(with_xmp((folder / "astronaut.jpg").read_bytes(), packet))
    altfolio("run", "--no-text", folder)
    altfolio("review", "--set", "A woman in a space suit.", photo)
    assert altfolio("embed", photo)[0] == 0
    assert json.loads(altfolio("show", "--json", photo)[1])["made_by_ai"] == ["AISystemUsed: Brush 3"]
    assert "Brush 3" in altfolio("show", photo)[1]
    assert json.loads(altfolio("show", "--json", folder / "cat.png")[1])["made_by_ai"] == []


def test_settings_are_shown_and_changed(altfolio: Any) -> None:
    code, shown, _ = altfolio("settings", "language=de", "keep_times=no", "text_size=150")
    assert code == 0 and "language=de" in shown and "keep_times=false" in shown
    assert json.loads(altfolio("settings", "--json")[1])["text_size"] == 150
    assert altfolio("settings", "nonsense=1")[0] == 2
    assert altfolio("settings", "language=klingon")[0] == 1
    assert altfolio("settings", "text_size=9000")[0] == 1
    assert "\nleast_certainty=0  (0 to 95 percent)\n" in altfolio("settings")[1]
    for wrong, said in (("least_certainty=0.5", "0 to 95 percent"), ("keep_times=maybe", "true | false")):
        code, _, complaint = altfolio("settings", wrong)
        assert code == 1 and said in complaint


def test_packs_are_listed_with_their_licence_and_whole(altfolio: Any) -> None:
    code, listed, _ = altfolio("packs", "--check", "--json")
    assert code == 0
    assert {p["id"]: p["licence"] for p in json.loads(listed)}["objects"] == "Apache-2.0"


def test_killed_at_any_moment_the_next_run_finishes_the_work(tmp_path: Path, folder: Path) -> None:
    command = [sys.executable, "main.py", "--library", str(tmp_path / "killed.altfolio"), "run", "--json", str(folder)]
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    environment = os.environ | {"XDG_CACHE_HOME": str(tmp_path / "cache")}
    for seconds in (0.4, 0.8, 1.1):
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=True)
    assert [bool(photo["alt_text"]) for photo in json.loads(done.stdout)] == [True] * 3
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_ctrl_c_stops_cleanly(tmp_path: Path, folder: Path) -> None:
    for number in range(40):
        shutil.copy(folder / "astronaut.jpg", folder / f"more-{number}.jpg")
    command = [sys.executable, "main.py", "--library", str(tmp_path / "stopped.altfolio"), "run", str(folder)]
    environment = os.environ | {"XDG_CACHE_HOME": str(tmp_path / "cache"), "PYTHONUNBUFFERED": "1"}
    # Where the tests run in the background of a shell, SIGINT is ignored, and a child would inherit that.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
    finally:
        signal.signal(signal.SIGINT, before)
    assert process.stderr is not None
    for line in process.stderr:
        if line.startswith("tag: 0/"):
            process.send_signal(signal.SIGINT)
            break
    _, rest = process.communicate()
    assert process.returncode == main.INTERRUPTED
    assert "goes on from here" in rest and "Traceback" not in rest


def test_a_folder_that_cannot_be_scanned_is_named(altfolio: Any, folder: Path) -> None:
    altfolio("scan", folder)
    away = folder.rename(folder.with_name("away"))
    code, _, said = altfolio("scan")
    assert code == 1 and "is not there. Nothing was marked as missing." in said
    away.rename(folder)
    code, _, said = altfolio("scan")
    assert code == 0 and "not there" not in said


@pytest.mark.parametrize("wrong", ["0", "-3", "ten"])
def test_a_limit_is_a_number_from_one_on(wrong: str, capsys: pytest.CaptureFixture[str]) -> None:
    for command in (["search", "dog"], ["history"]):
        with pytest.raises(SystemExit) as stopped:
            main.main([*command, f"--limit={wrong}"])
        assert stopped.value.code == 2
        assert f"“{wrong}” is not a number from 1 on" in capsys.readouterr().err
