"""Approved words in real files, read back by exiftool; what other programs wrote, failures, and the way back."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from storage import (
    embed,
    embed_report,
    embed_undo,
    history,
    keyword_tree,
    photos,
    review,
    search,
    settings,
    verify,
)
from storage.file_journal import InFile, look
from storage.job import KnownError, Progress
from storage.library import Library
from storage.scan import scan
from storage.schema import Field, PhotoState, TagState
from tests.storage.photo_maker import jpeg, with_xmp, xmp
from tests.system_programs import require_program

WORDS = "A dog 🐕 on the beach,\n狗在沙滩上، كلب على الشاطئ"
SUFFIXES = (".jpg", ".png", ".webp", ".tif")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "photos"
    made.mkdir()
    (made / "photo.jpg").write_bytes(jpeg(1, taken="2024:05:06 07:08:09", orientation=6))
    with Image.open(made / "photo.jpg") as picture:
        for suffix in SUFFIXES[1:]:
            picture.save(made / f"photo{suffix}", exif=picture.getexif())
    return made


@pytest.fixture
def library(tmp_path: Path, folder: Path) -> Iterator[Library]:
    with Library(tmp_path / "test.altfolio") as opened:
        list(scan(opened, [folder]))
        yield opened


def ids(library: Library) -> dict[str, int]:
    with library.read() as connection:
        found = connection.exec_driver_sql("SELECT id, file FROM photo WHERE missing_since IS NULL").all()
    return {os.fsdecode(file): photo for photo, file in found}


def states(library: Library) -> dict[str, PhotoState]:
    with library.read() as connection:
        return {row.name: row.state for row in photos.rows(connection, list(ids(library).values()))}


def last(steps: list[Progress]) -> Progress:
    return steps[-1]


def exiftool(*files: Path) -> dict[str, dict[str, Any]]:
    program = require_program("exiftool")
    done = subprocess.run(
        [program, "-json", "-G1", "-struct", "-charset", "utf8", "-a", *files], capture_output=True, check=True
    )
    return {Path(found["SourceFile"]).name: found for found in json.loads(done.stdout)}


def pixels(path: Path) -> bytes:
    with Image.open(path) as picture:
        return picture.tobytes()


OURS = ("XMP", "SourceFile", "System:", "ExifTool:", "File:FileSize", "File:ExifByteOrder", "RIFF:WebP_Flags")


def others(found: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in found.items() if not name.startswith(OURS)}


def test_exiftool_reads_every_word_back_and_finds_nothing_else_changed(library: Library, folder: Path) -> None:
    files = [folder / f"photo{suffix}" for suffix in SUFFIXES]
    before, seen = exiftool(*files), {path.name: pixels(path) for path in files}
    times = {path.name: path.stat().st_mtime_ns for path in files}
    review.set_text(library, list(ids(library).values()), WORDS)
    review.set_text(library, list(ids(library).values()), "Ein Hund.", language="de")
    review.set_text(library, list(ids(library).values()), "Everything.", field=Field.EXTENDED)
    review.add_tag(library, list(ids(library).values()), "dög 🐕")
    done = last(list(embed.embed(library)))
    assert (done.done, done.total, done.problems) == (4, 4, 0)
    after = exiftool(*files)
    for path in files:
        found = after[path.name]
        assert found["XMP-iptcCore:AltTextAccessibility"] == WORDS
        assert found["XMP-iptcCore:AltTextAccessibility-de"] == "Ein Hund."
        assert found["XMP-iptcCore:AltTextAccessibility-en"] == WORDS
        assert found["XMP-iptcCore:ExtDescrAccessibility"] == "Everything."
        assert found["XMP-dc:Subject"] == ["dög 🐕"]
        assert others(found) == others(before[path.name])
        assert pixels(path) == seen[path.name]
        assert path.stat().st_mtime_ns == times[path.name]
    assert set(states(library).values()) == {PhotoState.EMBEDDED}


def test_nothing_is_written_that_was_not_approved(library: Library, folder: Path) -> None:
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    review.set_text(library, list(ids(library).values()), "A draft.", approve=False)
    assert last(list(embed.embed(library))).total == 0
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_the_dry_run_says_what_embedding_then_does(library: Library, folder: Path) -> None:
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    review.set_text(library, [ids(library)["photo.jpg"]], "A dog.")
    (planned,) = embed.plan(library)
    assert planned.target == folder / "photo.jpg"
    assert {(c.field, c.language, c.before, c.after) for c in planned.changes} == {
        ("alt_text", "x-default", "", "A dog."),
        ("alt_text", "en", "", "A dog."),
    }
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    list(embed.embed(library))
    assert list(embed.plan(library)) == []


def test_undo_restores_every_byte_and_the_words_wait_again(library: Library, folder: Path) -> None:
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    review.set_text(library, list(ids(library).values()), WORDS)
    list(embed.embed(library))
    assert all(path.read_bytes() != before[path.name] for path in folder.iterdir())
    list(embed_undo.undo(library))
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    assert set(states(library).values()) == {PhotoState.APPROVED}
    list(embed.embed(library))
    review.set_text(library, list(ids(library).values()), "Other words.")
    list(embed.embed(library))
    list(embed_undo.remove_all(library))
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_a_batch_that_does_not_exist_is_a_sentence(library: Library) -> None:
    with pytest.raises(KnownError, match="99"):
        list(embed_undo.undo(library, 99))
    assert last(list(embed_undo.undo(library))).total == 0


def test_words_of_others_stay_and_ours_join_them(library: Library, folder: Path) -> None:
    (folder / "theirs.jpg").write_bytes(with_xmp(jpeg(5), xmp(keywords=["Ferien"], caption="Unser Urlaub.")))
    list(scan(library, [folder]))
    photo = ids(library)["theirs.jpg"]
    review.set_text(library, [photo], "A dog.")
    review.add_tag(library, [photo], "Rex")
    list(embed.embed(library))
    found = exiftool(folder / "theirs.jpg")["theirs.jpg"]
    assert found["XMP-dc:Subject"] == ["Ferien", "Rex"]
    assert found["XMP-dc:Description"] == "Unser Urlaub."
    assert "XMP-dc:Description-en" not in found


def test_a_photo_changed_by_another_program_is_read_again_before_it_is_written(library: Library, folder: Path) -> None:
    photo, path = ids(library)["photo.jpg"], folder / "photo.jpg"
    review.set_text(library, [photo], "A dog.")
    path.write_bytes(with_xmp(path.read_bytes(), xmp(keywords=["added meanwhile"])))
    list(embed.embed(library))
    found = exiftool(path)["photo.jpg"]
    assert found["XMP-iptcCore:AltTextAccessibility"] == "A dog."
    assert found["XMP-dc:Subject"] == ["added meanwhile"]


def test_neither_side_wins_silently(library: Library, folder: Path) -> None:
    photo, path = ids(library)["photo.jpg"], folder / "photo.jpg"
    review.set_text(library, [photo], "Ours.")
    list(embed.embed(library))
    changed = path.read_bytes().replace(b">Ours.<", b">Mine!<")
    path.write_bytes(changed)
    list(verify.verify(library))
    assert states(library)["photo.jpg"] == PhotoState.STALE
    with library.read() as connection:
        (one,) = verify.outside(connection)
        assert one == verify.outside(connection, [photo])[0] and (one.photo, one.path) == (photo, path)
    assert one.differences == (verify.Difference(("alt_text", "en"), ("Ours.",), ("Mine!",)),)
    assert last(list(embed.embed(library))).total == 0 and path.read_bytes() == changed
    assert verify.keep_ours(library, [photo]) == 1
    list(embed.embed(library))
    assert exiftool(path)["photo.jpg"]["XMP-iptcCore:AltTextAccessibility"] == "Ours."
    path.write_bytes(changed)
    list(verify.verify(library))
    assert verify.keep_theirs(library, [photo]) == 1
    assert states(library)["photo.jpg"] == PhotoState.EMBEDDED
    with library.read() as connection:
        (row,) = photos.rows(connection, [photo])
    assert row.alt_text == "Mine!" and path.read_bytes() == changed
    with library.read() as connection:
        labels = [batch.label for batch in history.batches(connection)]
    assert labels[0] == "take the file's words of 1 photo" and "keep our words of 1 photo" in labels


def test_outside_changes_are_settled_field_by_field_and_that_is_undone(library: Library, folder: Path) -> None:
    photo, path = ids(library)["photo.jpg"], folder / "photo.jpg"
    before = path.read_bytes()
    review.set_text(library, [photo], "Ours.")
    review.set_text(library, [photo], "Our caption.", field=Field.CAPTION)
    review.add_tag(library, [photo], "our dog")
    list(embed.embed(library))
    path.write_bytes(with_xmp(before, xmp(alt="Theirs.", caption="Their caption.", keywords=["their cat"])))
    list(verify.verify(library))
    with library.read() as connection:
        (one,) = verify.outside(connection)
    assert [d.key for d in one.differences] == [("alt_text", "en"), ("caption", "en"), verify.KEYWORDS]
    assert one.differences[2].ours == ("our dog", "their cat") and one.differences[2].theirs == ("their cat",)
    assert verify.settle(library, {photo: [("caption", "en")]}) == 1
    assert states(library)["photo.jpg"] == PhotoState.APPROVED
    history.undo(library)
    assert states(library)["photo.jpg"] == PhotoState.STALE
    with library.read() as connection:
        assert verify.outside(connection) == [one]
    history.redo(library)
    list(embed.embed(library))
    found = exiftool(path)["photo.jpg"]
    assert found["XMP-iptcCore:AltTextAccessibility"] == "Ours." and found["XMP-dc:Description"] == "Their caption."
    assert found["XMP-dc:Subject"] == ["their cat", "our dog"]


def test_a_failure_is_named_the_others_go_on_and_the_words_wait(library: Library, folder: Path) -> None:
    (folder / "photo.png").unlink()
    review.set_text(library, list(ids(library).values()), "A dog.")
    done = last(list(embed.embed(library)))
    assert (done.done, done.problems) == (4, 1)
    assert states(library)["photo.png"] == PhotoState.APPROVED
    with library.read() as connection:
        report = embed_report.last(connection)
    assert report is not None and report.counts() == {"failed": 1, "written": 3}
    assert "no longer there" in report.as_text() and json.dumps(report.as_json())


def test_a_cut_off_photo_keeps_its_bytes_and_gets_a_sidecar(library: Library, folder: Path) -> None:
    cut = jpeg(9)[:-200]
    (folder / "cut.jpg").write_bytes(cut)
    list(scan(library, [folder]))
    review.set_text(library, [ids(library)["cut.jpg"]], "A dog.")
    list(embed.embed(library))
    assert (folder / "cut.jpg").read_bytes() == cut
    assert b"A dog." in (folder / "cut.jpg.xmp").read_bytes()
    list(scan(library, [folder]))
    assert states(library)["cut.jpg"] == PhotoState.EMBEDDED


KILLED = """
import os, signal, sys
from pathlib import Path
from storage import embed
from storage.library import Library
from storage.metadata import durable
place = sys.argv[2]
def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)
if place == "after":
    from storage.file_journal import FileJournal
    FileJournal.done = die
elif place == "before":
    durable.take_place = die
else:
    os.fsync = die
with Library(Path(sys.argv[1])) as library:
    list(embed.embed(library))
"""


@pytest.mark.parametrize("place", ["fsync", "before", "after"])
def test_killed_in_the_middle_the_next_embedding_finishes(library: Library, folder: Path, place: str) -> None:
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    review.set_text(library, list(ids(library).values()), "A dog.")
    done = subprocess.run([sys.executable, "-c", KILLED, str(library.path), place], check=False)
    assert done.returncode == -signal.SIGKILL
    for path in folder.iterdir():
        if not path.name.startswith("."):
            with Image.open(path) as picture:
                picture.load()
    list(embed.embed(library))
    assert set(states(library).values()) == {PhotoState.EMBEDDED}
    assert sorted(path.name for path in folder.iterdir()) == sorted(before)
    list(embed_undo.remove_all(library))
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_keyword_paths_go_into_the_file_and_back_out_of_it(library: Library, folder: Path) -> None:
    photo, path = ids(library)["photo.jpg"], folder / "photo.jpg"
    path.write_bytes(with_xmp(path.read_bytes(), TREE_OF_LIGHTROOM))
    before = path.read_bytes()
    list(scan(library, [folder]))
    review.add_tag(library, [photo], "Animals|Dogs|Rex")
    (planned,) = embed.plan(library)
    assert ("keyword_paths", "Animals|Dogs|Rex") in [(c.field, c.after) for c in planned.changes]
    list(embed.embed(library))
    found = exiftool(path)["photo.jpg"]
    assert found["XMP-lr:HierarchicalSubject"] == ["Places|Rome", "Animals|Dogs|Rex"]
    assert found["XMP-digiKam:TagsList"] == ["Animals/Dogs/Rex"] and found["XMP-dc:Subject"] == ["Rome", "Rex"]
    with library.read() as connection:
        report = embed_report.last(connection)
        assert keyword_tree.paths_of(connection, [photo])[photo] == [("Animals", "Dogs", "Rex"), ("Places", "Rome")]
        assert list(search.find(connection, "tag:places")) == [photo]
    assert report and report.entries[0].changes["keyword_paths"] == {"added": ["Animals|Dogs|Rex"], "removed": []}
    list(verify.verify(library))
    assert states(library)["photo.jpg"] == PhotoState.EMBEDDED and list(embed.plan(library)) == []
    review.add_tag(library, [photo], "Pets|Rex")
    list(embed.embed(library))
    assert exiftool(path)["photo.jpg"]["XMP-lr:HierarchicalSubject"] == ["Places|Rome", "Pets|Rex"]
    with library.read() as connection:
        (rex,) = [tag.concept for tag in photos.tags(connection, [photo])[photo] if tag.name == "Rex"]
    review.judge_tag(library, [photo], rex, TagState.REJECTED)
    list(embed.embed(library))
    found = exiftool(path)["photo.jpg"]
    assert found["XMP-lr:HierarchicalSubject"] == ["Places|Rome"] and found["XMP-dc:Subject"] == ["Rome"]
    assert "XMP-digiKam:TagsList" not in found
    list(embed_undo.remove_all(library))
    assert path.read_bytes() == before


TREE_OF_LIGHTROOM = xmp(keywords=["Rome"]).replace(
    b"</rdf:Description>",
    b'<lr:hierarchicalSubject xmlns:lr="http://ns.adobe.com/lightroom/1.0/"><rdf:Bag><rdf:li>Places|Rome</rdf:li>'
    b"</rdf:Bag></lr:hierarchicalSubject></rdf:Description>",
)


def test_keywords_that_were_not_written_wait_when_they_are_wanted_again(library: Library, folder: Path) -> None:
    photo, path = ids(library)["photo.jpg"], folder / "photo.jpg"
    review.set_text(library, [photo], "A dog.")
    review.add_tag(library, [photo], "Rex")
    settings.save(library, write_keywords=False)
    list(embed.embed(library))
    assert states(library)["photo.jpg"] == PhotoState.EMBEDDED
    list(verify.verify(library))
    assert states(library)["photo.jpg"] == PhotoState.EMBEDDED
    settings.save(library, write_keywords=True)
    assert states(library)["photo.jpg"] == PhotoState.APPROVED
    list(embed.embed(library))
    assert exiftool(path)["photo.jpg"]["XMP-dc:Subject"] == ["Rex"]
    settings.save(library, write_keywords=False)
    assert states(library)["photo.jpg"] == PhotoState.EMBEDDED


def test_a_sidecar_beside_the_file_that_a_link_leads_to_is_taken_back(library: Library, folder: Path) -> None:
    real = folder.with_name("elsewhere") / "real.jpg"
    real.parent.mkdir()
    real.write_bytes(jpeg(2))
    (folder / "link.jpg").symlink_to(real)
    list(scan(library))
    settings.save(library, sidecar="always")
    review.set_text(library, [ids(library)["link.jpg"]], "A dog.")
    assert last(list(embed.embed(library))).problems == 0
    assert real.with_name("real.jpg.xmp").exists()
    assert last(list(embed_undo.undo(library))).problems == 0
    assert list(real.parent.iterdir()) == [real]
    assert states(library)["link.jpg"] == PhotoState.APPROVED


def test_what_was_read_before_words_were_written_is_not_compared_with_them(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    photo = ids(library)["photo.jpg"]
    review.set_text(library, [photo], "A dog.")
    list(embed.embed(library))
    review.set_text(library, [photo], "A dog on the beach.")

    def slowly(path: Path) -> InFile:
        found = look(path)
        list(embed.embed(library))  # by the window, while the command line verifies
        return found

    monkeypatch.setattr(verify, "look", slowly)
    list(verify.verify(library))
    assert states(library)["photo.jpg"] == PhotoState.EMBEDDED
