"""Copies are found whatever their metadata, likes whatever their size; the index misses nothing."""

import random
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter

from storage import duplicates, history, photos, review, search
from storage.duplicates import Likeness
from storage.exchange.merge import Rule
from storage.job import KnownError
from storage.library import Library
from storage.near_pairs import MOST_BITS, near_groups
from storage.picture_hash import hash_picture, hash_pictures, open_cache
from storage.scan import scan
from storage.schema import Field, Origin, TagState, TextState
from tests.storage.conftest import add_photos

SAMPLES = Path(__file__).parents[2] / "resources" / "samples"


def picture(seed: int) -> Image.Image:
    """Something with as many shapes as a photo has."""
    chance = random.Random(seed)
    made = Image.new("RGB", (300, 200), (chance.randrange(256), chance.randrange(256), chance.randrange(256)))
    draw = ImageDraw.Draw(made)
    for _ in range(25):
        x, y = chance.randrange(300), chance.randrange(200)
        colour = (chance.randrange(256), chance.randrange(256), chance.randrange(256))
        draw.ellipse((x, y, x + chance.randrange(10, 150), y + chance.randrange(10, 150)), fill=colour)
    return made.filter(ImageFilter.GaussianBlur(2))


def slowly(numbers: list[int], checks: list[int], bits: int, check_bits: int) -> list[int]:
    """The groups by comparing each with each."""
    group = list(range(len(numbers)))
    for right in range(len(numbers)):
        for left in range(right):
            near = (numbers[left] ^ numbers[right]).bit_count() <= bits
            if near and (checks[left] ^ checks[right]).bit_count() <= check_bits:
                low, high = sorted((group[left], group[right]))
                group = [low if g == high else g for g in group]
    return group


numbers = st.one_of(st.integers(0, 2**64 - 1), st.sampled_from([0, 2**64 - 1, 0xFFFF, 0xFFFF << 48]))


@given(
    st.lists(st.tuples(numbers, st.lists(st.integers(0, 63), max_size=9)), max_size=20),
    st.integers(0, MOST_BITS),
    st.integers(0, 64),
    st.randoms(),
)
@settings(max_examples=200, deadline=None)
def test_the_index_finds_what_comparing_each_with_each_finds(
    seeds: list[tuple[int, list[int]]], bits: int, check_bits: int, chance: random.Random
) -> None:
    found = [seed for seed, _ in seeds]
    for seed, flips in seeds:
        found.append(seed)
        for flip in flips:
            found[-1] ^= 1 << flip
    chance.shuffle(found)
    checks = [number ^ (number >> 3) for number in found]
    expected = slowly(found, checks, bits, check_bits)
    arrays = np.array(found, dtype=np.uint64), np.array(checks, dtype=np.uint64)
    assert near_groups(*arrays, bits=bits, check_bits=check_bits).tolist() == expected


def test_more_bits_than_the_index_can_promise_are_refused() -> None:
    nothing = np.array([], dtype=np.uint64)
    assert near_groups(nothing, nothing, bits=7, check_bits=9).tolist() == []
    with pytest.raises(ValueError, match="0 to 7"):
        near_groups(nothing, nothing, bits=8, check_bits=9)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two pictures as they are passed on, two others, a blank page, and no photo at all."""
    place = tmp_path / "photos"
    (place / "more").mkdir(parents=True)
    first = picture(1)
    first.save(place / "a.jpg", quality=92)
    content = (place / "a.jpg").read_bytes()
    (place / "b.jpg").write_bytes(content)
    comment = b"\xff\xfe\x00\x0bA comment"
    (place / "more" / "copy.jpg").write_bytes(content[:2] + comment + content[2:])
    first.resize((150, 100)).save(place / "small.webp", quality=50)
    ImageEnhance.Brightness(first).enhance(1.15).save(place / "bright.png")
    for number in (2, 3):
        picture(number).save(place / f"other{number}.jpg")
    Image.new("RGB", (300, 200), "white").save(place / "blank1.png")
    Image.new("RGB", (200, 300), (255, 255, 250)).save(place / "blank2.png")
    (place / "none.jpg").write_text("no photo")
    return place


def names(library: Library, found: list[duplicates.Group]) -> list[set[str]]:
    with library.read() as connection:
        return [{row.name for row in photos.rows(connection, group.photos)} for group in found]


def test_copies_and_likes_are_found_and_nothing_else(
    library: Library, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    cache = tmp_path / "pictures.sqlite"
    list(scan(library, [folder]))
    with library.read() as connection:
        assert names(library, duplicates.exact_copies(connection)) == [{"a.jpg", "b.jpg", "copy.jpg"}]
        with pytest.raises(search.QueryError, match="were not looked for yet"):
            search.find(connection, "dog OR duplicate:near")
    assert duplicates.near_duplicates(library, cache=cache) == []
    steps = list(hash_pictures(library, cache=cache))
    found = duplicates.near_duplicates(library, cache=cache)
    assert names(library, found) == [{"a.jpg", "b.jpg", "copy.jpg", "small.webp", "bright.png"}]
    assert found[0].likeness is Likeness.NEAR
    with library.read() as connection:
        assert sorted(search.find(connection, "duplicate:near")) == sorted(found[0].photos)
        assert len(search.find(connection, "duplicate:")) == 3
    assert steps[-1].done == steps[-1].total
    # Nothing that was looked at is looked at again.
    assert len(list(hash_pictures(library, cache=cache))) <= 1
    cache.write_bytes(b"rubbish" * 1000)
    assert duplicates.near_duplicates(library, cache=cache) == []


def test_a_series_is_what_was_taken_in_one_go(library: Library, tmp_path: Path) -> None:
    cache = tmp_path / "pictures.sqlite"
    ids = add_photos(library, *(f"{number}.jpg" for number in range(7)))
    seconds = [0, 1, 3, 7, 8, 8, 100]
    with library.write() as block:
        for photo, second in zip(ids, seconds, strict=True):
            block.connection.exec_driver_sql(
                "UPDATE photo SET camera = 'A', taken = ? WHERE id = ?",
                (f"2024-05-01T10:{second // 60:02}:{second % 60:02}", photo),
            )
    looks = [0, 0b1111, 0b11111111, 0, 0, 2**62 - 1, 0]  # the sixth shows something else
    kept = open_cache(cache)
    kept.executemany(
        "INSERT INTO picture VALUES (?, ?, 0)", [(f"{n}.jpg".encode(), look) for n, look in enumerate(looks)]
    )
    kept.close()
    found = duplicates.series(library, cache=cache)
    assert [group.photos for group in found] == [tuple(ids[:3]), tuple(ids[3:5])]
    with library.read() as connection:
        assert sorted(search.find(connection, "duplicate:series")) == ids[:5]
    with library.write() as block:  # one is gone, one shows something else now
        block.connection.exec_driver_sql("UPDATE photo SET missing_since = '2026-01-01' WHERE id = ?", (ids[0],))
        block.connection.exec_driver_sql("UPDATE photo SET digest = 'new' WHERE id = ?", (ids[4],))
        block.touch([ids[0], ids[4]])
    with library.read() as connection:
        assert sorted(search.find(connection, "duplicate:series")) == ids[1:3]


def test_real_photos_are_told_apart_and_known_again() -> None:
    looks = {}
    for path in sorted(SAMPLES.glob("*.[jpw]*")):
        with Image.open(path) as stream:
            whole = stream.convert("RGB")
        looks[path.name] = look = hash_picture(whole)
        assert look is not None
        for changed in (whole.resize((200, 150)), whole.convert("L").convert("RGB")):
            again = hash_picture(changed)
            assert again is not None
            assert (again.frequencies ^ look.frequencies).bit_count() <= duplicates.NEAR
            assert (again.steps ^ look.steps).bit_count() <= duplicates.NEAR_STEPS
    numbers = [look.frequencies for look in looks.values() if look is not None]
    assert len(numbers) >= 5
    assert min((a ^ b).bit_count() for i, a in enumerate(numbers) for b in numbers[:i]) > duplicates.NEAR


def test_words_are_copied_to_the_others_and_taken_back(library: Library) -> None:
    source, plain, own = add_photos(library, "a.jpg", "b.jpg", "c.jpg")
    review.set_text(library, [source], "A dog.")
    review.set_text(library, [source], "Nobody approved this.", field=Field.CAPTION, approve=False)
    review.add_tag(library, [source], "dog")
    review.set_text(library, [own], "My own words.")
    assert duplicates.copy_words(library, source, [source, plain, own]) == 2
    with library.read() as connection:
        rows = photos.rows(connection, [plain, own])
        assert [row.alt_text for row in rows] == ["A dog.", "My own words."]
        found = photos.detail(connection, plain)
    assert found is not None
    assert [(text.field, text.state, text.origin) for text in found.texts] == [
        (Field.ALT_TEXT, TextState.APPROVED, Origin.USER)
    ]
    assert [(tag.name, tag.state) for tag in found.tags] == [("dog", TagState.ACCEPTED)]
    assert duplicates.copy_words(library, source, [own], rule=Rule.REPLACE) == 1
    assert history.undo(library) is not None
    with library.read() as connection:
        assert photos.rows(connection, [own])[0].alt_text == "My own words."
    with pytest.raises(KnownError, match="no approved words"):
        duplicates.copy_words(library, add_photos(library, "d.jpg")[0], [own])
