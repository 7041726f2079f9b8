"""Writing: words arrive, everything else stays, whatever stands in the way is a sentence and changes nothing."""

import hashlib
import os
import stat
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from storage.job import KnownError
from storage.metadata import fields as f
from storage.metadata.containers.base import Span
from storage.metadata.digest import image_digest
from storage.metadata.read import read_words
from storage.metadata.undo import from_bytes
from storage.metadata.write import WriteOptions, happened, preview, undo, undo_all, write_words
from tests.storage.metadata.photos import PLAIN, MemoryJournal, app, encoded, exif, irb, jpeg

OPTIONS = WriteOptions()
EDIT = f.WordsEdit(
    alt_text={"en": "A grey cat 🐈", "de": "Eine graue Katze"},
    extended_description={"en": "It sleeps.\nIt dreams."},
    title={"en": "Cat"},
    keywords_add=("cat", "sofa"),
    paths_add=(("animal", "cat"),),
)


def photo(folder: Path, name: str = "plain.jpg") -> Path:
    path = folder / name
    path.write_bytes(PLAIN[name]())
    return path


def leftovers(folder: Path) -> list[str]:
    return [entry.name for entry in folder.iterdir() if "altfolio" in entry.name]


@pytest.mark.parametrize("name", PLAIN)
def test_words_arrive_and_leave_without_a_trace(name: str, tmp_path: Path) -> None:
    path = photo(tmp_path, name)
    original, digest = path.read_bytes(), image_digest(path)
    path.chmod(0o604)
    os.utime(path, ns=(10**18, 10**18 + 5))
    journal = MemoryJournal()
    written = write_words(path, EDIT, options=OPTIONS, journal=journal)
    assert (written.target, written.engine, written.reason) == (path, "splicer", None)
    status = path.stat()
    assert stat.S_IMODE(status.st_mode) == 0o604 and status.st_mtime_ns == 10**18 + 5
    assert written.identity == (status.st_ino, status.st_size, status.st_mtime_ns)
    read = read_words(path)
    assert read.words.alt_text == {"x-default": "A grey cat 🐈", "en": "A grey cat 🐈", "de": "Eine graue Katze"}
    assert read.words.extended_description["en"] == "It sleeps.\nIt dreams."
    assert {"cat", "sofa"} <= set(read.words.keywords) and ("animal", "cat") in read.words.keyword_paths
    assert read.sources["alt_text"] == "file" and image_digest(path) == digest
    assert [kind for kind, _ in journal.events] == ["intent", "done"] and happened(journal.records[0])
    again = write_words(path, EDIT, options=OPTIONS, journal=journal)
    assert again.engine == "unchanged" and again.undo is None
    undo(journal.records[0], options=OPTIONS, journal=journal)
    assert path.read_bytes() == original and path.stat().st_mtime_ns == 10**18 + 5
    assert not leftovers(tmp_path)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    name=st.sampled_from(["exif.jpg", "iim.jpg", "grey.png", "lossy.webp", "still.gif", "plain.tif"]),
    edits=st.lists(
        st.builds(
            f.WordsEdit,
            alt_text=st.one_of(
                st.just(f.KEEP), st.dictionaries(st.sampled_from(["en", "zh", "ar"]), st.text(max_size=200))
            ),
            caption=st.one_of(st.just(f.KEEP), st.dictionaries(st.sampled_from(["en", "he"]), st.text(max_size=3000))),
            keywords_add=st.lists(st.text(max_size=90), max_size=4).map(tuple),
            keywords_remove=st.lists(st.sampled_from(["old", "cat"]), max_size=2).map(tuple),
        ),
        min_size=1,
        max_size=4,
    ),
)
def test_any_row_of_edits_can_be_taken_back_byte_for_byte(name: str, edits: list[f.WordsEdit], tmp_path: Path) -> None:
    path = photo(tmp_path, name)
    original, digest = path.read_bytes(), image_digest(path)
    journal = MemoryJournal()
    for edit in edits:
        write_words(path, edit, options=OPTIONS, journal=journal)
        if not isinstance(edit.alt_text, f.Keep):
            assert read_words(path).words.alt_text == f.in_writing_order(edit.alt_text, "en")
        assert image_digest(path) == digest
    undo_all(journal.records[:], options=OPTIONS, journal=journal)
    assert path.read_bytes() == original


def test_what_an_earlier_version_noted_is_taken_back_byte_for_byte(tmp_path: Path) -> None:
    path = photo(tmp_path)
    original, journal = path.read_bytes(), MemoryJournal()
    write_words(path, EDIT, options=OPTIONS, journal=journal)
    made = journal.records[0]
    with path.open("rb") as file:
        content = file.read()
    spans = [piece for piece in made.reverse if isinstance(piece, Span)]
    kept = hashlib.sha256(b"".join(content[span.start : span.stop] for span in spans)).digest()[:16]
    early = from_bytes(replace(made, kept=kept).to_bytes())
    assert happened(early) and not happened(replace(made, kept=kept[::-1])) and not happened(replace(made, kept=b""))
    undo(early, options=OPTIONS, journal=journal)
    assert path.read_bytes() == original


def test_a_dry_run_says_what_the_write_does(tmp_path: Path) -> None:
    path = photo(tmp_path)
    before = path.read_bytes()
    said = preview(path, EDIT, OPTIONS).changes
    assert path.read_bytes() == before
    assert said == write_words(path, EDIT, options=OPTIONS, journal=MemoryJournal()).changes
    assert ("keywords", "", "", "sofa") in [(c.field, c.language, c.before, c.after) for c in said]
    edit = f.WordsEdit(alt_text={}, keywords_remove=("sofa",))
    assert {(c.field, c.before, c.after) for c in preview(path, edit, OPTIONS).changes} >= {
        ("alt_text", "Eine graue Katze", ""),
        ("keywords", "sofa", ""),
    }


def test_words_of_other_programs_stay_when_only_ours_are_undone(tmp_path: Path) -> None:
    path = photo(tmp_path)
    journal = MemoryJournal()
    write_words(path, EDIT, options=OPTIONS, journal=journal)
    other = f.WordsEdit(keywords_add=("theirs",), title={"en": "Their title"})
    write_words(path, other, options=OPTIONS, journal=MemoryJournal())
    done = undo(journal.records[0], options=OPTIONS, journal=journal)
    words = read_words(path).words
    assert done.engine == "splicer" and words.keywords == ("theirs",)
    assert not words.alt_text and words.title["en"] == "Their title"


def test_caption_title_and_keywords_stay_in_step_where_a_file_has_them_twice(tmp_path: Path) -> None:
    path = tmp_path / "old.jpg"
    block = irb([(1, 90, b"\x1b%G"), (2, 5, b"t"), (2, 25, b"old"), (2, 80, b"By"), (2, 120, b"a caption")])
    path.write_bytes(jpeg(segments=app(1, exif()) + app(13, block)))
    edit = f.WordsEdit(caption={"en": "Größe " * 500}, title={"en": "ü" * 50}, keywords_add=("new",))
    written = write_words(path, edit, options=OPTIONS, journal=MemoryJournal())
    assert written.engine == "splicer"
    with Image.open(path) as image:
        description = image.getexif()[0x010E]
    assert description.encode("latin-1").decode() == ("Größe " * 500) or description == "Größe " * 500
    raw = path.read_bytes()
    assert b"\x1c\x02\x19\0\3old\x1c\x02\x19\0\3new" in raw and b"\x1c\x02\x50\0\2By" in raw
    assert raw.count(b"maker note") == 1 and "ü".encode() * 32 + b"\x1c" in raw
    read = read_words(path)
    assert read.words.keywords == ("old", "new") and read.words.caption["en"] == ("Größe " * 500)
    assert read.sources["caption"] == "file"


def test_keywords_that_only_iim_has_are_not_lost_with_others(tmp_path: Path) -> None:
    path, long = tmp_path / "old.jpg", "Wassersportvereinigung der Freunde des Bodensees und seiner Ufer e. V."
    path.write_bytes(jpeg())
    write_words(path, f.WordsEdit(keywords_add=("in XMP", long)), options=OPTIONS, journal=MemoryJournal())
    raw = path.read_bytes()
    block = irb([(1, 90, b"\x1b%G"), (2, 25, b"in XMP"), (2, 25, b"only here"), (2, 25, long.encode()[:64])])
    path.write_bytes(raw[:2] + app(13, block) + raw[2:])
    assert read_words(path).words.keywords == ("in XMP", long, "only here")
    journal = MemoryJournal()
    write_words(path, f.WordsEdit(keywords_add=("new",)), options=OPTIONS, journal=journal)
    assert read_words(path).words.keywords == ("in XMP", long, "new", "only here")
    assert path.read_bytes().count(long.encode()[:64]) == 2
    write_words(path, f.WordsEdit(title={"en": "Theirs"}), options=OPTIONS, journal=MemoryJournal())
    undo(journal.records[0], options=OPTIONS, journal=journal)
    assert read_words(path).words.keywords == ("in XMP", long, "only here")
    for word, left in (("only here", ("in XMP", long)), (long, ("in XMP",)), ("in XMP", ())):
        written = write_words(path, f.WordsEdit(keywords_remove=(word,)), options=OPTIONS, journal=journal)
        assert [change.before for change in written.changes] == [word]
        assert read_words(path).words.keywords == left
    undo(journal.records[2], options=OPTIONS, journal=journal)
    assert read_words(path).words.keywords == ("only here",)


def test_taking_back_a_first_keyword_leaves_those_of_iim(tmp_path: Path) -> None:
    path, journal = tmp_path / "old.jpg", MemoryJournal()
    path.write_bytes(jpeg(segments=app(13, irb([(2, 25, b"theirs")]))))
    written = write_words(path, f.WordsEdit(keywords_add=("mine",)), options=OPTIONS, journal=journal)
    assert [change.after for change in written.changes] == ["mine"]
    write_words(path, f.WordsEdit(title={"en": "Theirs"}), options=OPTIONS, journal=MemoryJournal())
    undo(journal.records[0], options=OPTIONS, journal=journal)
    assert read_words(path).words.keywords == ("theirs",)
    assert path.read_bytes().count(b"\x1c\x02\x19\0\6theirs") == 1


def test_iim_that_was_changed_last_is_shown(tmp_path: Path) -> None:
    path = tmp_path / "newer.jpg"
    path.write_bytes(jpeg())
    write_words(path, f.WordsEdit(caption={"en": "from XMP"}), options=OPTIONS, journal=MemoryJournal())
    raw = path.read_bytes()
    for digest, expected in ((b"\1" * 16, "from IIM"), (True, "from XMP"), (False, "from XMP")):
        path.write_bytes(raw[:2] + app(13, irb([(2, 120, b"from IIM")], digest=digest)) + raw[2:])
        assert read_words(path).words.caption["x-default"] == expected


def test_older_fields_speak_where_xmp_is_silent(tmp_path: Path) -> None:
    path = tmp_path / "old.jpg"
    block = irb([(2, 25, b"beach"), (2, 25, b"Beach"), (2, 120, "Grüße".encode("cp1252"))])
    path.write_bytes(jpeg(segments=app(1, exif()) + app(13, block)))
    read = read_words(path)
    assert read.words.caption == {"x-default": "Grüße"} and read.sources == {"caption": "iim", "keywords": "iim"}
    assert read.words.keywords == ("beach",) and not read.words.alt_text
    path.write_bytes(jpeg(segments=app(1, exif(">", b"At the sea\0"))))
    read = read_words(path)
    assert read.words.caption == {"x-default": "At the sea"} and read.sources == {"caption": "exif"}


def test_signs_of_ai_are_read_and_never_written(tmp_path: Path) -> None:
    path = photo(tmp_path)
    write_words(path, EDIT, options=OPTIONS, journal=MemoryJournal())
    assert b"DigitalSourceType" not in path.read_bytes() and read_words(path).made_by_ai == ()
    mark = (
        b'<Iptc4xmpExt:DigitalSourceType xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/">'
        b"http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia</Iptc4xmpExt:DigitalSourceType>"
    )
    raw = path.read_bytes()
    padding = raw.index(b" " * 99 + b"\n")
    raw = raw[:padding] + raw[padding + len(mark) :]
    path.write_bytes(raw.replace(b"</rdf:Description>", mark + b"</rdf:Description>"))
    assert read_words(path).made_by_ai == ("DigitalSourceType: trainedAlgorithmicMedia",)


@pytest.mark.parametrize("name", ["photo.bmp", "photo.jpg"])
def test_what_cannot_be_in_the_file_is_beside_it_with_the_reason(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(encoded("BMP") if name.endswith("bmp") else jpeg()[:-100])
    original, journal = path.read_bytes(), MemoryJournal()
    written = write_words(path, EDIT, options=OPTIONS, journal=journal)
    assert written.target == tmp_path / f"{name}.xmp" and written.engine == "sidecar"
    assert written.reason and written.cause in ("bmp", "truncated")
    read = read_words(path)
    assert read.words.alt_text["de"] == "Eine graue Katze" and read.sources["alt_text"] == "sidecar"
    more = write_words(path, f.WordsEdit(keywords_add=("more",)), options=OPTIONS, journal=journal)
    assert more.target == written.target and "more" in read_words(path).words.keywords
    undo_all(journal.records[:], options=OPTIONS, journal=journal)
    assert path.read_bytes() == original and not written.target.exists()
    with pytest.raises(KnownError):
        write_words(path, EDIT, options=WriteOptions(sidecar="never"), journal=journal)


def test_the_newer_of_file_and_sidecar_is_believed(tmp_path: Path) -> None:
    path = photo(tmp_path)
    side = WriteOptions(sidecar="always")
    write_words(path, f.WordsEdit(alt_text={"en": "beside"}), options=side, journal=MemoryJournal())
    write_words(path, f.WordsEdit(alt_text={"en": "inside"}), options=OPTIONS, journal=MemoryJournal())
    sidecar = tmp_path / "plain.jpg.xmp"
    sidecar.write_bytes(sidecar.read_bytes().replace(b"<xmp:MetadataDate", b"<xmp:MetadataDate", 1))
    date = sidecar.read_text().split("MetadataDate")[1].split(">")[1].split("<")[0]
    sidecar.write_text(sidecar.read_text().replace(date, "2001-01-01T00:00:00Z"))
    assert read_words(path).words.alt_text["en"] == "inside"
    sidecar.write_text(sidecar.read_text().replace("2001-01-01T00:00:00Z", "2999-01-01T00:00:00Z"))
    assert read_words(path).words.alt_text["en"] == "beside"
    sidecar.write_text(sidecar.read_text().replace("2999-01-01T00:00:00Z", "no date"))
    assert read_words(path).words.alt_text["en"] == "beside"


def test_a_signed_file_is_only_changed_on_request(tmp_path: Path) -> None:
    path = tmp_path / "signed.jpg"
    path.write_bytes(jpeg(segments=app(11, b"JP\0\1\0\0\0\1\0\0\0\x1ejumb and a manifest")))
    written = write_words(path, EDIT, options=OPTIONS, journal=MemoryJournal())
    assert written.cause == "signed" and written.target != path
    agreed = WriteOptions(allow_signed=True)
    assert write_words(path, EDIT, options=agreed, journal=MemoryJournal()).target == path


def test_the_content_decides_and_not_the_name(tmp_path: Path) -> None:
    path = tmp_path / "really a png.jpg"
    path.write_bytes(PLAIN["grey.png"]())
    assert write_words(path, EDIT, options=OPTIONS, journal=MemoryJournal()).engine == "splicer"
    with Image.open(path) as image:
        assert image.format == "PNG" and "XML:com.adobe.xmp" in image.info


def test_an_unreadable_packet_is_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "broken.jpg"
    path.write_bytes(jpeg(segments=app(1, b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta broken")))
    before = path.read_bytes()
    written = write_words(path, EDIT, options=OPTIONS, journal=MemoryJournal())
    assert written.cause == "xmp-unreadable" and path.read_bytes() == before
    assert "XMP" in (read_words(path).problem or "")


def test_a_refused_intent_stops_the_write(tmp_path: Path) -> None:
    path = photo(tmp_path)
    before = path.read_bytes()
    with pytest.raises(KnownError, match="library is full"):
        write_words(path, EDIT, options=OPTIONS, journal=MemoryJournal(refuse=KnownError("library is full")))
    assert path.read_bytes() == before and not leftovers(tmp_path)


def test_a_write_protected_photo_can_have_a_sidecar(tmp_path: Path) -> None:
    path = photo(tmp_path)
    path.chmod(0o444)
    before = path.stat()
    written = write_words(path, EDIT, options=WriteOptions(sidecar="always"), journal=MemoryJournal())
    assert written.cause == "setting" and written.target.name == "plain.jpg.xmp"
    assert path.stat().st_mtime_ns == before.st_mtime_ns and read_words(path).sources["title"] == "sidecar"


def test_words_go_where_they_are_read_first(tmp_path: Path) -> None:
    path, side = photo(tmp_path), tmp_path / "plain.jpg.xmp"
    write_words(path, EDIT, options=WriteOptions(sidecar="always"), journal=MemoryJournal())
    text = side.read_text()
    start, stop = text.index("<xmp:MetadataDate"), text.index("</xmp:MetadataDate>") + 19
    side.write_text(text[:start] + text[stop:])
    written = write_words(path, f.WordsEdit(title={"en": "New"}), options=OPTIONS, journal=MemoryJournal())
    assert written.cause == "sidecar-first" and read_words(path).words.title["en"] == "New"
    side.write_text("no XMP")
    again = write_words(path, f.WordsEdit(title={"en": "Newer"}), options=OPTIONS, journal=MemoryJournal())
    read = read_words(path)
    assert again.target == path and read.words.title["en"] == "Newer" and "plain.jpg.xmp" in (read.problem or "")
