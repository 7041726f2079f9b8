"""RAW photos and JPEG XL in the library, from the command line on: words in and out through sidecars, and back."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import main
from inference import jobs
from inference.findings import RawFindings
from inference.jobs import LoadedPack
from storage import photos, suggestions
from storage.library import Library
from storage.scan import scan
from storage.watch import LibraryWatch
from tests.storage import raw_maker as made
from tests.storage.conftest import TREE
from tests.storage.photo_maker import jpeg, put, xmp
from tests.system_programs import require_program

ALT = "XMP-iptcCore:AltTextAccessibility"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    put(tmp_path, "photos/IMG_1.CR2", made.cr2(made.preview(), orientation=6))
    put(tmp_path, "photos/IMG_1.JPG", jpeg(1))
    put(tmp_path, "photos/b.orf", made.orf())
    put(tmp_path, "photos/c.jxl", made.JXL)
    return tmp_path / "photos"


@pytest.fixture
def altfolio(tmp_path: Path, folder: Path, capfd: pytest.CaptureFixture[str]) -> Any:
    """Runs a command; returns what it printed, and fails where it fails."""

    def run(*arguments: str | Path) -> str:
        capfd.readouterr()
        code = main.main(["--library", str(tmp_path / "test.altfolio"), *map(str, arguments)])
        printed = capfd.readouterr()
        assert code == 0, printed.err
        return printed.out

    run("scan", folder)
    return run


@pytest.fixture
def library(tmp_path: Path, folder: Path) -> Iterator[Library]:
    with Library(tmp_path / "test.altfolio") as opened:
        list(scan(opened, [folder]))
        yield opened


def details(library: Library) -> dict[str, photos.PhotoDetail]:
    with library.read() as connection:
        ids = connection.exec_driver_sql("SELECT id FROM photo WHERE missing_since IS NULL").scalars().all()
        found = [photos.detail(connection, int(photo)) for photo in ids]
    return {one.row.name: one for one in found if one is not None}


def alt_texts(library: Library) -> dict[str, str]:
    return {name: one.row.alt_text for name, one in details(library).items() if one.row.alt_text}


def exiftool(path: Path) -> dict[str, Any]:
    program = require_program("exiftool")
    done = subprocess.run([program, "-json", "-G1", "-a", path], capture_output=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout)[0]
    return found


def test_approved_words_of_a_raw_photo_go_into_its_sidecar_and_back_out(altfolio: Any, folder: Path) -> None:
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    for name in before:
        altfolio("review", "--set", f"This is {name}.", folder / name)
    said = altfolio("embed")
    assert "4 written" in said and "in the sidecar IMG_1.CR2.xmp" in said
    assert [exiftool(folder / f"{name}.xmp")[ALT] for name in ("IMG_1.CR2", "b.orf")] == [
        "This is IMG_1.CR2.",
        "This is b.orf.",
    ]
    assert [exiftool(folder / name)[ALT] for name in ("IMG_1.JPG", "c.jxl")] == ["This is IMG_1.JPG.", "This is c.jxl."]
    assert all((folder / name).read_bytes() == before[name] for name in ("IMG_1.CR2", "b.orf"))
    assert altfolio("verify") == "All files say what the library believes.\n"
    altfolio("scan")
    counts = {
        kind: len(json.loads(altfolio("search", "--json", "state:embedded", f"format:{kind}")))
        for kind in ("cr2", "raw", "jxl")
    }
    assert counts == {"cr2": 1, "raw": 2, "jxl": 1}
    altfolio("embed", "--undo")
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_what_another_program_wrote_beside_is_edited_noticed_and_put_back(altfolio: Any, folder: Path) -> None:
    lightroom = put(folder, "IMG_1.xmp", xmp(caption="From Lightroom", keywords=["river"]))
    before = lightroom.read_bytes()
    altfolio("scan")
    assert "river" in altfolio("show", folder / "IMG_1.CR2")
    assert "river" not in altfolio("show", folder / "IMG_1.JPG"), "IMG_1.xmp is the RAW's"
    altfolio("review", "--set", "A river in the morning.", folder / "IMG_1.CR2")
    assert "in the sidecar IMG_1.xmp" in altfolio("embed")
    now = exiftool(lightroom)
    assert (now[ALT], now["XMP-dc:Description"], now["XMP-dc:Subject"]) == (
        "A river in the morning.",
        "From Lightroom",
        "river",
    )
    written = lightroom.read_bytes()
    lightroom.write_bytes(written.replace(b"in the morning", b"in the evening"))
    altfolio("scan")
    assert json.loads(altfolio("search", "--json", "state:stale"))[0]["path"] == str(folder / "IMG_1.CR2")
    lightroom.write_bytes(written)
    altfolio("embed", "--undo")
    assert lightroom.read_bytes() == before


def test_an_original_that_looks_like_an_ordinary_tiff_is_not_written(altfolio: Any, folder: Path) -> None:
    pixels = bytes(8 * 8 * 3)
    tags: made.Tags = {0x100: 8, 0x101: 8, 0x102: 8, 0x103: 1, 0x106: 2, 0x115: 3, 0x111: made.Blob(pixels), 0x117: 192}
    content = made.tiff([{**made.facts(b"EPSON", b"R-D1", 1), **tags}])
    for name in ("a.erf", "a.tif"):
        put(folder, name, content)
    altfolio("scan")
    for name in ("a.erf", "a.tif"):
        altfolio("review", "--set", "Something.", folder / name)
    altfolio("embed")
    assert (folder / "a.erf").read_bytes() == content and (folder / "a.erf.xmp").exists()
    assert (folder / "a.tif").read_bytes() != content and not (folder / "a.tif.xmp").exists()


def test_words_in_the_raw_file_itself_come_in(library: Library, folder: Path) -> None:
    packet = xmp(alt="Inside", keywords=["boat"])
    uuid = made.box(b"uuid", bytes.fromhex("be7acfcb97a942e89c71999491e3afac") + packet)
    content = made.cr3(made.preview(), made.preview())
    at = content.index(b"moov") - 4  # the places in the file are not looked up by a scan
    put(folder, "own.cr3", content[:at] + uuid + content[at:])
    first = {**made.facts(b"NIKON CORPORATION", b"NIKON Z 6", 1), 700: made.Inside(packet), 0xFE: 1}
    put(folder, "own.nef", made.tiff([{**first, 0x14A: [{0x100: 1440, 0x101: 960}]}]))
    list(scan(library))
    found = {name: (one.row.alt_text, [tag.name for tag in one.tags]) for name, one in details(library).items()}
    assert found["own.cr3"] == found["own.nef"] == ("Inside", ["boat"])


def test_a_sidecar_that_appears_changes_and_vanishes(library: Library, folder: Path) -> None:
    for name in ("IMG_1.xmp", "IMG_1.CR2.xmp"):
        sidecar = put(folder, name, xmp(alt="One"))
        list(scan(library))
        assert alt_texts(library) == {"IMG_1.CR2": "One"}
        sidecar.write_bytes(xmp(alt="Another"))
        list(scan(library))
        assert alt_texts(library) == {"IMG_1.CR2": "Another"}
        sidecar.unlink()
        list(scan(library))
        assert alt_texts(library) == {}


def test_the_watch_sees_raw_photos_and_their_sidecars(library: Library, folder: Path) -> None:
    changed = threading.Event()
    library.listen(lambda _: changed.set())
    watch = LibraryWatch(library)
    watch.start()
    try:
        assert watch.wait_until_watching(10)
        put(folder, "new.nef", made.nef(made.preview()))
        assert changed.wait(10)
        while "new.nef" not in details(library):
            changed.clear()
            assert changed.wait(10)
        put(folder, "new.xmp", xmp(alt="Seen"))
        while "new.nef" not in alt_texts(library):
            changed.clear()
            assert changed.wait(10)
    finally:
        watch.stop()


def test_a_photo_without_a_picture_is_no_failure_and_gets_no_words(
    library: Library, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pylibjxl", None)  # as on platforms for which there is none
    looked: list[object] = []

    def look(image: object) -> RawFindings:
        looked.append(image)
        return RawFindings()

    pack = LoadedPack("any", "1", look)
    steps = list(jobs.tag(library, [pack], workers=1))
    assert (steps[-1].done, steps[-1].problems, len(looked)) == (4, 0, 2)
    rules = jobs.Rules(lambda _raw, _rejected: suggestions.Proposal((), (), 0, True, None), b"rules", TREE)
    list(jobs.describe(library, rules))
    found = details(library)
    assert {name: one.row.people for name, one in found.items()} == {
        "IMG_1.CR2": 0,
        "IMG_1.JPG": 0,
        "b.orf": None,
        "c.jxl": None,
    }
    assert all(not one.problems for one in found.values())
    assert list(jobs.tag(library, [pack], workers=1))[-1].total == 0, "it is not asked for again"
    os.utime(folder / "b.orf", ns=(1, 1))
    list(scan(library))
    assert not any(one.problems for one in details(library).values())
