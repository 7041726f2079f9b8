"""The caption in EXIF follows ours where a file has one there, in every format, and everything else stays."""

import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from storage.metadata import exif_caption
from storage.metadata.containers.base import Piece, Span
from storage.metadata.containers.patches import joined
from storage.metadata.fields import WordsEdit
from storage.metadata.read import read_words
from storage.metadata.write import WriteOptions, undo, write_words
from tests.storage.metadata.photos import MemoryJournal

OLD = "The caption that was there"
LONG = "A caption that is longer than the one that was there before, with ümläuts"


def photo(folder: Path, ending: str, *, caption: str = OLD) -> Path:
    exif = Image.Exif()
    if caption:
        exif[270] = caption
    exif[271], exif[33432] = "A maker", "Somebody's rights"
    path = folder / f"photo{ending}"
    Image.effect_noise((64, 48), 60).convert("RGB").save(path, exif=exif)
    return path


def in_exif(path: Path) -> dict[int, str]:
    with Image.open(path) as image:
        return {tag: str(value).rstrip("\0") for tag, value in image.getexif().items() if tag in (270, 271, 33432)}


@pytest.mark.parametrize("ending", [".jpg", ".png", ".webp", ".tif", ".avif"])
@pytest.mark.parametrize("caption", ["Short", LONG, ""])
def test_the_caption_in_exif_follows_ours(tmp_path: Path, ending: str, caption: str) -> None:
    path = photo(tmp_path, ending)
    before, journal = path.read_bytes(), MemoryJournal()
    others = {tag: text for tag, text in in_exif(path).items() if tag != 270}
    edit = WordsEdit(caption={"en": caption} if caption else {}, alt_text={"en": "A cat"})
    assert write_words(path, edit, options=WriteOptions(), journal=journal).engine == "splicer"
    found = in_exif(path)
    said = found.pop(270, "").encode("latin-1", "replace").decode("utf-8", "replace")
    assert found == others
    assert said == (OLD if ending == ".avif" and caption == LONG else caption)
    assert read_words(path).words.caption == ({"x-default": caption, "en": caption} if caption else {})
    undo(journal.records[0], options=WriteOptions(), journal=MemoryJournal())
    assert path.read_bytes() == before


@pytest.mark.parametrize("ending", [".png", ".webp", ".tif", ".avif"])
def test_a_file_without_a_caption_in_exif_gets_none(tmp_path: Path, ending: str) -> None:
    path = photo(tmp_path, ending, caption="")
    write_words(path, WordsEdit(caption={"en": LONG}), options=WriteOptions(), journal=MemoryJournal())
    assert 270 not in in_exif(path) and read_words(path).words.caption["en"] == LONG


def test_what_exif_said_comes_back_though_the_file_was_changed_since(tmp_path: Path) -> None:
    path, journal = photo(tmp_path, ".png"), MemoryJournal()
    write_words(path, WordsEdit(caption={"en": "Ours"}), options=WriteOptions(), journal=journal)
    write_words(path, WordsEdit(title={"en": "Theirs"}), options=WriteOptions(), journal=MemoryJournal())
    undo(journal.records[0], options=WriteOptions(), journal=MemoryJournal())
    assert in_exif(path)[270] == OLD and read_words(path).words.caption["x-default"] == OLD
    assert read_words(path).words.title["en"] == "Theirs"


def test_heic_and_avif_captions_in_exif_are_read(tmp_path: Path) -> None:
    assert read_words(photo(tmp_path, ".avif")).words.caption == {"x-default": OLD}


def test_several_blocks_are_left_alone() -> None:
    exif = Image.Exif()
    exif[270] = OLD
    file = io.BytesIO()
    Image.new("RGB", (8, 8)).save(file, "PNG", exif=exif)
    data = file.getvalue()
    at = data.index(b"eXIf") - 4
    stop = at + 12 + int.from_bytes(data[at : at + 4], "big")
    assert exif_caption.first_step("PNG", data, "new") and not exif_caption.first_step("PNG", data, OLD)
    assert exif_caption.first_step("PNG", data[:stop] + data[at:stop] + data[stop:], "new") == []
    assert exif_caption.first_step("PNG", data[:20], "new") == []


spans = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40), st.binary(max_size=5)), max_size=5)


def some_pieces(size: int, made: list[tuple[int, int, bytes]]) -> list[Piece]:
    found: list[Piece] = []
    for a, b, new in made:
        start, stop = sorted((min(a, size), min(b, size)))
        found += [Span(start, stop), new] if stop > start else [new]
    return found


@given(one=spans, two=spans)
def test_two_steps_make_one(one: list[tuple[int, int, bytes]], two: list[tuple[int, int, bytes]]) -> None:
    data = bytes(range(40))
    first = some_pieces(len(data), one)
    middle = joined(data, first)
    second = some_pieces(len(middle), two)
    seen = exif_caption.spliced(data, first)
    assert bytes(seen[:]) == middle and joined(data, exif_caption.composed(first, second)) == joined(middle, second)
