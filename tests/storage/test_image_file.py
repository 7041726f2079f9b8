"""Any photo opens upright as RGB, or says in one sentence why not."""

import io
import struct
import subprocess
import sys
import warnings
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from storage.image_file import MOST_PIXELS, open_upright, probe
from storage.job import KnownError
from tests.storage.photo_maker import jpeg, put

CORNERS = {1: "ABCD", 2: "BADC", 3: "DCBA", 4: "CDAB", 5: "ACBD", 6: "BDAC", 7: "DBCA", 8: "CADB"}
"""Orientation → which corners (of the upright picture: A B above C D) are stored where."""
COLOURS = {"A": (220, 30, 30), "B": (30, 220, 30), "C": (30, 30, 220), "D": (220, 220, 30)}


def four_corners(letters: str, size: tuple[int, int] = (96, 64)) -> Image.Image:
    picture = Image.new("RGB", size)
    half = size[0] // 2, size[1] // 2
    for number, letter in enumerate(letters):
        left, top = (number % 2) * half[0], (number // 2) * half[1]
        picture.paste(COLOURS[letter], (left, top, left + half[0], top + half[1]))
    return picture


def corners_of(picture: Image.Image) -> str:
    width, height = picture.size
    found = ""
    for x, y in ((1, 1), (3, 1), (1, 3), (3, 3)):
        pixel: Any = picture.getpixel((x * width // 4, y * height // 4))
        found += min(COLOURS, key=lambda c: sum(abs(a - b) for a, b in zip(COLOURS[c], pixel, strict=True)))
    return found


def encoded(picture: Image.Image, kind: str, **options: Any) -> bytes:
    stream = io.BytesIO()
    picture.save(stream, kind, **options)
    return stream.getvalue()


def exif(orientation: int) -> Image.Exif:
    made = Image.Exif()
    made[0x112] = orientation
    return made


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF"])
@pytest.mark.parametrize("max_side", [None, 24])
def test_every_orientation_of_every_format(tmp_path: Path, kind: str, orientation: int, max_side: int | None) -> None:
    size = (96, 64) if orientation < 5 else (64, 96)
    stored = four_corners(CORNERS[orientation], size)
    options = {"compression": "tiff_lzw"} if kind == "TIFF" and orientation % 2 else {}
    path = put(tmp_path, f"photo.{kind.lower()}", encoded(stored, kind, exif=exif(orientation), **options))
    found = probe(path)
    assert (found.format, found.width, found.height) == (kind, 96, 64)
    picture = open_upright(path, max_side=max_side)
    assert picture.mode == "RGB"
    assert picture.size == ((96, 64) if max_side is None else (24, 16))
    assert corners_of(picture) == "ABCD"


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16", "CMYK", "F", "I", "LAB", "YCbCr", "PA"])
def test_every_mode_becomes_rgb(tmp_path: Path, kind: str, mode: str) -> None:
    grey = Image.linear_gradient("L").resize((32, 32))
    if mode == "I;16":
        picture = Image.fromarray(np.asarray(grey).astype(np.uint16) * 257)
    elif mode in ("F", "I"):
        picture = Image.fromarray(np.asarray(grey).astype(np.float32 if mode == "F" else np.int32) * 100)
    elif mode == "LAB":
        picture = Image.merge("LAB", (grey, Image.new("L", (32, 32), 128), Image.new("L", (32, 32), 128)))
    elif mode == "PA":
        picture = grey.convert("LA").convert("PA")
    else:
        picture = grey.convert(mode)
    try:
        content = encoded(picture, kind)
    except OSError:
        pytest.skip(f"{kind} has no mode {mode}")
    result = open_upright(put(tmp_path, "a.png", content))
    assert result.mode == "RGB"
    column = np.asarray(result)[:, 16].astype(int)
    assert column[0].max() < 60 and column[-1].min() > 195, "dark above, light below"


def test_transparent_parts_are_white(tmp_path: Path) -> None:
    clear = Image.new("RGBA", (40, 40), (255, 0, 0, 0))
    half = Image.new("RGBA", (40, 40), (0, 0, 0, 128))
    palette = Image.new("P", (40, 40), 0)
    palette.putpalette([255, 0, 0] + [0] * 765)
    keyed = encoded(Image.new("RGB", (40, 40), (1, 2, 3)), "PNG", transparency=(1, 2, 3))
    for content, expected in (
        (encoded(clear, "PNG"), 255),
        (encoded(clear, "WEBP", lossless=True), 255),
        (encoded(half, "PNG"), 127),
        (encoded(palette, "PNG", transparency=0), 255),
        (encoded(palette, "GIF", transparency=0), 255),
        (keyed, 255),
    ):
        for max_side in (None, 10):
            pixel: Any = open_upright(put(tmp_path, "a.png", content), max_side=max_side).getpixel((5, 5))
            assert all(abs(value - expected) <= 1 for value in pixel)


def test_the_first_frame_is_shown(tmp_path: Path) -> None:
    frames = [Image.new("RGB", (20, 10), colour) for colour in ("red", "blue")]
    for kind in ("GIF", "WEBP", "PNG", "TIFF", "AVIF"):
        path = put(tmp_path, "a.gif", encoded(frames[0], kind, save_all=True, append_images=frames[1:]))
        pixel: Any = open_upright(path).getpixel((4, 4))
        assert pixel[0] > 200 and pixel[2] < 60, kind


def test_the_content_decides_and_not_the_name(tmp_path: Path) -> None:
    path = put(tmp_path, "really.png", jpeg(1))
    assert probe(path).format == "JPEG"
    assert open_upright(path).size == (64, 48)


def test_large_photos_are_reduced_and_small_ones_stay(tmp_path: Path) -> None:
    path = put(tmp_path, "a.jpg", jpeg(1, size=(1000, 10)))
    assert open_upright(path, max_side=100).size == (100, 1)
    assert open_upright(path, max_side=2000).size == (1000, 10)


def broken_files() -> dict[str, bytes]:
    whole = jpeg(1)
    png = encoded(four_corners("ABCD"), "PNG")
    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    chunk = b"IHDR" + header
    bomb = png[:8] + struct.pack(">I", 13) + chunk + struct.pack(">I", zlib.crc32(chunk)) + png[33:]
    return {
        "empty.jpg": b"",
        "short.jpg": b"\xff",
        "text.jpg": b"just some words, no photo",
        "cut.jpg": whole[: len(whole) // 2],
        "head only.jpg": whole[:600],
        "cut.png": png[: len(png) // 2],
        "cut.webp": encoded(four_corners("ABCD"), "WEBP")[:90],
        "cut.gif": encoded(four_corners("ABCD"), "GIF")[:40],
        "cut.tiff": encoded(four_corners("ABCD"), "TIFF")[:100],
        "cut.avif": encoded(four_corners("ABCD"), "AVIF")[:200],
        "bomb.png": bomb,
        "zeros.heic": b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(200),
        "page.jpg": b"<!DOCTYPE html><title>404</title>",
        "script.jpg": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 100 100\n",
    }


@pytest.mark.parametrize("name", broken_files())
def test_broken_files_are_a_sentence_that_names_them(tmp_path: Path, name: str) -> None:
    path = put(tmp_path, name, broken_files()[name])
    for attempt in (None, 100):
        with pytest.raises(KnownError, match=name.replace(".", r"\.")) as caught:
            open_upright(path, max_side=attempt)
        assert str(caught.value).endswith(".")


def test_what_the_system_refuses_is_a_sentence_too(tmp_path: Path) -> None:
    with pytest.raises(KnownError, match="no longer there"):
        open_upright(tmp_path / "missing.jpg")
    with pytest.raises(KnownError, match="is a folder"):
        open_upright(tmp_path)
    assert MOST_PIXELS > 151_000_000


def test_broken_metadata_does_not_hide_the_picture(tmp_path: Path) -> None:
    picture = jpeg(1)
    nonsense = b"Exif\0\0II*\0\x08\0\0\0\xff\xff" + b"\xee" * 40
    with_nonsense = b"\xff\xd8\xff\xe1" + struct.pack(">H", len(nonsense) + 2) + nonsense + picture[2:]
    assert open_upright(put(tmp_path, "exif.jpg", with_nonsense)).size == (64, 48)
    png = encoded(four_corners("ABCD"), "PNG")
    text = b"tEXtComment\0hello"
    bad = png[:33] + struct.pack(">I", len(text) - 4) + text + b"\0\0\0\0" + png[33:]
    assert corners_of(open_upright(put(tmp_path, "crc.png", bad))) == "ABCD"
    large = zlib.compress(bytes(3_000_000))
    text = b"zTXtComment\0\0" + large
    bad = png[:33] + struct.pack(">I", len(text) - 4) + text + struct.pack(">I", zlib.crc32(text)) + png[33:]
    assert corners_of(open_upright(put(tmp_path, "large.png", bad))) == "ABCD"


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(["JPEG", "PNG", "WEBP", "TIFF", "GIF", "AVIF"]),
    st.lists(st.tuples(st.integers(0, 400), st.integers(0, 255)), min_size=1, max_size=12),
    st.integers(0, 60),
)
def test_hostile_files_open_or_are_refused(tmp_path: Path, kind: str, changes: list[tuple[int, int]], cut: int) -> None:
    content = bytearray(encoded(four_corners("ABCD"), kind, exif=exif(6)))
    for place, value in changes:
        if place < len(content):
            content[place] = value
    path = put(tmp_path, "hostile", bytes(content[: len(content) - cut]))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for look in (probe, open_upright):
            try:
                look(path)
            except KnownError as error:
                assert "hostile" in str(error)


def exchanged_profile() -> bytes:
    """A profile whose red is sRGB's green and the other way round, under another name than sRGB's."""
    from PIL import ImageCms

    content = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    places = {}
    for at in range(132, 132 + 12 * struct.unpack_from(">I", content, 128)[0], 12):
        places[bytes(content[at : at + 4])] = at + 4
    red, green = places[b"rXYZ"], places[b"gXYZ"]
    content[red : red + 8], content[green : green + 8] = content[green : green + 8], content[red : red + 8]
    return bytes(content).replace("sRGB".encode("utf-16-be"), "abcd".encode("utf-16-be"))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_colours_are_what_the_profile_says(tmp_path: Path, kind: str, mode: str) -> None:
    if kind == "JPEG" and mode == "RGBA":
        pytest.skip("JPEG has no transparency")
    content = encoded(Image.new(mode, (40, 40), (250, 10, 10)), kind, icc_profile=exchanged_profile())
    for max_side in (None, 20):
        pixel: Any = open_upright(put(tmp_path, "a.jpg", content), max_side=max_side).getpixel((9, 9))
        assert pixel[1] > 230 and pixel[0] < 40, "red means green here"


def test_a_profile_that_can_not_be_used_is_left_out(tmp_path: Path) -> None:
    for mode, profile in (("RGB", b"no profile"), ("L", exchanged_profile()), ("RGB", exchanged_profile()[:200])):
        content = encoded(Image.new(mode, (40, 40), 200), "PNG", icc_profile=profile)
        assert open_upright(put(tmp_path, "a.png", content)).getpixel((9, 9)) in ((200, 0, 0), (200, 200, 200))


def test_many_threads_at_once(tmp_path: Path) -> None:
    paths = [put(tmp_path, f"{seed}.jpg", jpeg(seed, orientation=6)) for seed in range(16)]
    paths.append(put(tmp_path, "bad.jpg", b"no photo"))

    def size(path: Path) -> tuple[int, int] | None:
        try:
            return open_upright(path, max_side=32).size
        except KnownError:
            return None

    with ThreadPoolExecutor(8) as pool:
        sizes = list(pool.map(size, paths * 10))
    assert sizes == ([(24, 32)] * 16 + [None]) * 10


def test_looking_at_heads_loads_no_decoder() -> None:
    program = "import sys, storage.image_file; "
    program += "sys.exit(any(name in sys.modules for name in ('PIL', 'pi_heif', 'sqlalchemy')))"
    root = Path(__file__).parents[2]
    assert subprocess.run([sys.executable, "-c", program], check=False, cwd=root).returncode == 0


def test_real_heic_photos_are_upright() -> None:
    shared = Path(__file__).parents[2].parent / "shared/data/metadata/pillow_heif/tests/images/heif_other"
    photos = sorted(shared.glob("*.heic")) if shared.exists() else []
    if not photos:
        pytest.skip("the shared collection is not here")
    opened = 0
    for path in photos:
        try:
            head, picture = probe(path), open_upright(path, max_side=200)
        except KnownError:
            continue
        scale = min(1.0, 200 / max(head.width, head.height))
        assert head.format == "HEIC"
        if path.name != "invalid_id.heic":  # names a primary image that does not exist
            assert abs(picture.width - head.width * scale) <= 1 and abs(picture.height - head.height * scale) <= 1
        opened += 1
    assert opened


@pytest.mark.parametrize(
    ("side", "enough", "precise"),
    [(6016, 752, 1024), (5600, 1400, 1024), (4000, 1000, 1024), (1400, 1400, 1024), (1000, 1000, 1000)],
)
def test_models_take_a_photo_about_as_large_as_they_asked_for(
    tmp_path: Path, side: int, enough: int, precise: int
) -> None:
    path = tmp_path / "photo.jpg"
    Image.new("RGB", (side, side // 4), (90, 120, 30)).save(path)
    assert open_upright(path, max_side=1024, least=720).size == (enough, enough // 4)
    assert open_upright(path, max_side=1024).size == (precise, precise // 4)
