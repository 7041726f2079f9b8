"""JPEG XL photos say what they are, show their picture upright, and are taken in where nothing decodes them."""

import io
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from storage.image_file import open_upright, probe
from storage.image_head import NoPicture
from storage.job import KnownError
from storage.jxl_head import read_jxl
from storage.metadata.containers.jxl import FILE_TYPE, SIGNATURE
from tests.storage.photo_maker import put
from tests.storage.raw_maker import JXL, box, picture
from tests.storage.test_image_file import CORNERS, corners_of, encoded, exif

pylibjxl = pytest.importorskip("pylibjxl")

SHARED = Path(__file__).parents[3] / "shared/data/metadata"


def jxl(image: Image.Image) -> bytes:
    pixels = np.asarray(image)
    return bytes(pylibjxl.encode(pixels if pixels.ndim == 3 else pixels[..., None], effort=1))


@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_codestreams_orientation_counts(tmp_path: Path, orientation: int) -> None:
    size = (96, 64) if orientation < 5 else (64, 96)
    taken = exif(orientation)
    taken[0x110] = "Camera"
    from_jpeg = pylibjxl.jpeg_to_jxl(encoded(picture(size, CORNERS[orientation]), "JPEG", exif=taken))
    path = put(tmp_path, "photo.jxl", from_jpeg)
    found = probe(path)
    assert (found.format, found.width, found.height) == ("JXL", 96, 64)
    shown = open_upright(path, max_side=48)
    assert (shown.size, shown.mode, corners_of(shown)) == ((48, 32), "RGB", "ABCD")


def test_exif_of_the_container_is_read_and_its_orientation_is_not_applied(tmp_path: Path) -> None:
    block = exif(6)
    block[0x10F], block[0x110], block[0x132] = "Canon", "EOS R5", "2024:05:06 07:08:09"
    content = jxl(picture((96, 64)))
    described = box(b"Exif", bytes(4) + block.tobytes().removeprefix(b"Exif\0\0"))
    coded = box(b"jxlc", content[content.index(b"\xff\x0a") :])
    path = put(tmp_path, "photo.jxl", SIGNATURE + FILE_TYPE + coded + described)
    found = probe(path)
    assert (found.width, found.height) == (96, 64)
    assert (found.taken, found.camera) == ("2024-05-06T07:08:09", "Canon EOS R5")
    assert corners_of(open_upright(path)) == "ABCD"


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA"])
def test_grey_colour_and_transparent(tmp_path: Path, mode: str) -> None:
    path = put(tmp_path, "photo.jxl", jxl(picture((40, 24)).convert(mode)))
    shown = open_upright(path)
    assert (shown.mode, shown.size) == ("RGB", (40, 24))


@given(width=st.integers(1, 3000), height=st.integers(1, 40))
def test_the_size_as_every_file_says_it(width: int, height: int) -> None:
    content = jxl(Image.new("L", (width, height)))
    start = content.index(b"\xff\x0a")
    for file in (content, content[start:]):
        head = read_jxl(lambda at, size, file=file: file[at : at + size], len(file))  # type: ignore[misc]
        assert (head.width, head.height, head.orientation) == (width, height, 1)


def test_a_photo_that_nothing_here_decodes_is_taken_in_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = put(tmp_path, "photo.jxl", jxl(picture((96, 64))))
    monkeypatch.setitem(sys.modules, "pylibjxl", None)
    assert probe(path).width == 96
    with pytest.raises(NoPicture, match=r"“photo\.jxl” is a JPEG XL photo, which can't be shown"):
        open_upright(path)


def test_a_bare_codestream(tmp_path: Path) -> None:
    shown = open_upright(put(tmp_path, "photo.jxl", JXL))
    assert (shown.size, shown.getpixel((0, 0))) == ((96, 64), (200, 40, 40))


def test_broken_files_are_a_sentence(tmp_path: Path) -> None:
    content = jxl(picture((96, 64)))
    for broken in (content[:30], content[: len(content) // 2], b"\xff\x0a", b"\xff\x0a" + bytes(40)):
        with pytest.raises(KnownError, match="photo"):
            open_upright(put(tmp_path, "photo.jxl", broken))


@pytest.mark.skipif(not SHARED.exists(), reason="the photos of other projects are not beside this one")
def test_a_real_file(tmp_path: Path) -> None:
    path = SHARED / "exiv2/test/data/Reagan.jxl"
    found = probe(path)
    assert (found.width, found.height, found.taken, found.camera) == (200, 130, "2004-06-21T23:37:53", "NIKON D1X")
    stream = io.BytesIO()
    open_upright(path).save(stream, "PNG")
    assert open_upright(path).size == (200, 130)
