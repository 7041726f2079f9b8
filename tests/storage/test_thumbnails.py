"""Thumbnails are made once, shared with other programs, and never stand for another picture."""

import hashlib
import io
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from storage import thumbnails
from storage.job import KnownError
from tests.storage.photo_maker import jpeg, put


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(thumbnails, "SHARED", True)
    yield tmp_path / "cache/thumbnails"


def time_of(path: Path) -> int:
    return path.stat().st_mtime_ns


def test_made_once_then_found(tmp_path: Path, cache: Path) -> None:
    path = put(tmp_path, "a.jpg", jpeg(1, size=(600, 300), orientation=6))
    made = thumbnails.thumbnail(path, 200, time_of(path))
    assert isinstance(made, Image.Image)
    assert (made.mode, made.size) == ("RGB", (128, 256))
    found = thumbnails.thumbnail(path, 200, time_of(path))
    assert isinstance(found, Path)
    assert found == thumbnails.cached(path, 256, time_of(path))
    assert thumbnails.cached(path, 257, time_of(path)) is None
    assert thumbnails.cached(path, 10, time_of(path)) == found, "a larger one serves too"
    with Image.open(found) as kept:
        assert kept.size == (128, 256)


def test_it_is_what_the_standard_asks_for(tmp_path: Path, cache: Path) -> None:
    path = put(tmp_path, "Ein Foto (1) & më #5 100%.jpg", jpeg(1, size=(600, 300)))
    thumbnails.thumbnail(path, 128, time_of(path))
    uri = f"file://{tmp_path}/Ein%20Foto%20(1)%20&%20m%C3%AB%20%235%20100%25.jpg"  # as GLib's g_filename_to_uri has it
    place = cache / "normal" / f"{hashlib.md5(uri.encode()).hexdigest()}.png"
    assert place.stat().st_mode & 0o777 == 0o600
    assert place.parent.stat().st_mode & 0o777 == 0o700
    assert cache.stat().st_mode & 0o777 == 0o700
    with Image.open(place) as kept:
        texts = dict(kept.info)
    assert texts["Thumb::URI"] == uri
    assert texts["Thumb::MTime"] == str(time_of(path) // 10**9)
    assert [entry.name for entry in place.parent.iterdir()] == [place.name], "no leftovers"


def test_thumbnails_of_other_programs_are_used_while_they_are_valid(tmp_path: Path, cache: Path) -> None:
    path = put(tmp_path, "a.jpg", jpeg(1, size=(600, 300)))
    place = cache / "x-large" / f"{hashlib.md5(thumbnails.uri_of(path).encode()).hexdigest()}.png"
    place.parent.mkdir(parents=True)
    labels = PngInfo()
    labels.add_text("Thumb::MTime", str(time_of(path) // 10**9))
    labels.add_text("Thumb::URI", thumbnails.uri_of(path))
    Image.new("RGB", (512, 256)).save(place, pnginfo=labels)
    assert thumbnails.thumbnail(path, 300, time_of(path)) == place
    os.utime(path, (1_000_000, 1_000_000))
    assert isinstance(thumbnails.thumbnail(path, 300, time_of(path)), Image.Image)


def test_a_changed_photo_gets_a_new_thumbnail(tmp_path: Path) -> None:
    path = put(tmp_path, "a.jpg", jpeg(1))
    thumbnails.thumbnail(path, 128, time_of(path))
    put(tmp_path, "a.jpg", jpeg(2, size=(30, 10)))
    os.utime(path, (5, 5))
    made = thumbnails.thumbnail(path, 128, time_of(path))
    assert isinstance(made, Image.Image) and made.size == (30, 10)


def test_a_broken_photo_is_tried_once_until_it_changes(tmp_path: Path, cache: Path) -> None:
    path = put(tmp_path, "broken.jpg", jpeg(1)[:900])
    with pytest.raises(KnownError, match="incomplete"):
        thumbnails.thumbnail(path, 128, time_of(path))
    assert len(list(cache.glob("fail/*/*.png"))) == 1
    with pytest.raises(KnownError, match="tried again"):
        thumbnails.thumbnail(path, 128, time_of(path))
    put(tmp_path, "broken.jpg", jpeg(1))
    os.utime(path, (5, 5))
    assert isinstance(thumbnails.thumbnail(path, 128, time_of(path)), Image.Image)


@pytest.mark.parametrize("shared", [True, False])
def test_a_photo_that_is_whole_in_the_same_second_is_shown(
    tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch, shared: bool
) -> None:
    monkeypatch.setattr(thumbnails, "SHARED", shared)
    monkeypatch.setattr(thumbnails, "folder", lambda: cache)
    path = put(tmp_path, "arriving.jpg", jpeg(1)[:900])
    os.utime(path, ns=(0, 5 * 10**9 + 100_000))
    with pytest.raises(KnownError, match="incomplete"):
        thumbnails.thumbnail(path, 128, time_of(path))
    put(tmp_path, "arriving.jpg", jpeg(1))
    os.utime(path, ns=(0, 5 * 10**9 + 900_000))
    assert isinstance(thumbnails.thumbnail(path, 128, time_of(path)), Image.Image)
    put(tmp_path, "arriving.jpg", jpeg(2, size=(30, 10)))
    os.utime(path, ns=(0, 5 * 10**9 + 950_000))
    made = thumbnails.thumbnail(path, 128, time_of(path))
    assert isinstance(made, Image.Image) and made.size == (30, 10)


def test_a_photo_that_is_away_is_not_kept_as_broken(tmp_path: Path, cache: Path) -> None:
    with pytest.raises(KnownError, match="no longer there"):
        thumbnails.thumbnail(tmp_path / "gone.jpg", 128, 1)
    assert not list(cache.glob("fail/*/*.png"))


def test_a_cache_that_can_not_be_written_only_costs_time(tmp_path: Path, cache: Path) -> None:
    cache.parent.mkdir()
    cache.write_text("a file where the folder should be")
    path = put(tmp_path, "a.jpg", jpeg(1))
    for _ in range(2):
        assert isinstance(thumbnails.thumbnail(path, 128, time_of(path)), Image.Image)


def test_no_thumbnails_of_thumbnails(tmp_path: Path, cache: Path) -> None:
    inside = put(cache / "large", "x.png", b"")
    Image.new("RGB", (8, 8)).save(inside)
    thumbnails.thumbnail(inside, 128, time_of(inside))
    assert not (cache / "normal").exists()


def test_without_the_standard_jpegs_in_a_folder_of_our_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(thumbnails, "SHARED", False)
    monkeypatch.setattr(thumbnails, "folder", lambda: tmp_path / "own")
    path = put(tmp_path, "a.jpg", jpeg(1, size=(600, 300)))
    assert isinstance(thumbnails.thumbnail(path, 256, time_of(path)), Image.Image)
    found = thumbnails.thumbnail(path, 256, time_of(path))
    assert isinstance(found, Path) and found.suffix == ".jpg"
    assert isinstance(thumbnails.thumbnail(path, 256, time_of(path) + 2 * 10**9), Image.Image)


def test_many_threads_make_whole_files(tmp_path: Path, cache: Path) -> None:
    path = put(tmp_path, "a.jpg", jpeg(1, size=(900, 600)))
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: thumbnails.thumbnail(path, 256, time_of(path)), range(24)))
    (only,) = (cache / "large").iterdir()
    with Image.open(only) as kept:
        kept.load()


def test_pruning_takes_our_oldest_and_leaves_those_of_others(tmp_path: Path, cache: Path) -> None:
    for seed in range(10):
        path = put(tmp_path, f"{seed}.jpg", jpeg(seed, size=(300, 200)))
        thumbnails.thumbnail(path, 256, time_of(path))
    total = sum(entry.stat().st_size for entry in (cache / "large").iterdir())
    theirs = put(cache / "large", "0" * 32 + ".png", b"")
    Image.effect_noise((256, 256), 90).save(theirs)
    assert thumbnails.prune(total) == 0, "what others keep there is theirs to count"
    deleted = thumbnails.prune(total // 2)
    assert 3 < deleted < 10
    assert theirs.exists()
    assert sum(entry.stat().st_size for entry in (cache / "large").iterdir() if entry != theirs) <= total // 2
    thumbnails.prune(0)
    assert [entry.name for entry in (cache / "large").iterdir()] == [theirs.name]


def test_the_cache_stays_bounded_while_thumbnails_are_made(
    tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(thumbnails, "PRUNED_EACH", 1)
    monkeypatch.setattr(thumbnails.prune, "__defaults__", (1,))
    for seed in range(3):
        path = put(tmp_path, f"{seed}.jpg", jpeg(seed, size=(300, 200)))
        thumbnails.thumbnail(path, 256, time_of(path))
    assert list((cache / "large").iterdir()) == []


def preview(size: tuple[int, int], bars: int = 0) -> bytes:
    picture = Image.new("RGB", size, "black")
    picture.paste((200, 40, 40), (0, bars, size[0], size[1] - bars))
    stream = io.BytesIO()
    picture.save(stream, "JPEG")
    return stream.getvalue()


@pytest.mark.parametrize(("orientation", "expected"), [(1, (160, 107)), (6, (107, 160))])
def test_the_cameras_preview_is_cut_to_the_photo_and_turned(
    tmp_path: Path, orientation: int, expected: tuple[int, int]
) -> None:
    photo = jpeg(1, size=(600, 400), orientation=orientation, preview=preview((160, 120), bars=7))
    found = thumbnails.quick_preview(put(tmp_path, "a.jpg", photo))
    assert found is not None
    assert found.size == expected
    red = found.getpixel((2, 2))
    assert isinstance(red, tuple) and red[0] > 150, "no black bars"


def test_previews_that_do_not_fit_are_not_used(tmp_path: Path) -> None:
    cases = {
        "none.jpg": jpeg(1),
        "small.jpg": jpeg(1, size=(600, 400), preview=preview((60, 40))),
        "other shape.jpg": jpeg(1, size=(400, 600), preview=preview((160, 120))),
        "broken.jpg": jpeg(1, size=(600, 400), preview=preview((160, 120), bars=7)[:-120]),
        "text.jpg": b"no photo",
    }
    for name, content in cases.items():
        assert thumbnails.quick_preview(put(tmp_path, name, content)) is None, name
    assert thumbnails.quick_preview(tmp_path / "missing.jpg") is None
