"""RAW files of every maker say what they are, and show a picture that is the right way up, or say why not."""

import random
import sys
from collections.abc import Callable
from pathlib import Path

import piexif
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage import thumbnails
from storage.image_file import open_upright, probe
from storage.image_head import PHOTO_SUFFIXES, NoPicture, read_head
from storage.job import KnownError
from storage.metadata import sniff
from storage.photo_source import open_source
from tests.storage import raw_maker as made
from tests.storage.photo_maker import put
from tests.storage.test_image_file import CORNERS, corners_of

TAKEN = "2024-05-06T07:08:09"
SHARED = Path(__file__).parents[3] / "shared/data/metadata"


def with_exif(orientation: int) -> bytes:
    """A preview that carries the facts of the photo, as Fujifilm's does."""
    first = {
        piexif.ImageIFD.Make: b"FUJIFILM",
        piexif.ImageIFD.Model: b"X-T5",
        piexif.ImageIFD.Orientation: orientation,
    }
    return made.preview(exif=piexif.dump({"0th": first, "Exif": {piexif.ExifIFD.DateTimeOriginal: made.TAKEN[:-1]}}))


TURNABLE: dict[str, Callable[[int], bytes]] = {
    "NEF": lambda turn: made.nef(made.preview(), orientation=turn),
    "ARW": lambda turn: made.arw(made.preview(), orientation=turn),
    "CR2": lambda turn: made.cr2(made.preview(), orientation=turn),
    "CR3": lambda turn: made.cr3(made.preview((1440, 960)), made.preview(), orientation=turn),
    "DNG": lambda turn: made.dng(made.preview(), orientation=turn),
    "PEF": lambda turn: made.pef(made.preview(), orientation=turn),
    "RW2": lambda turn: made.rw2(made.preview(), orientation=turn),
    "ORF": lambda turn: made.orf(made.preview(), orientation=turn),
    "RAF": lambda turn: made.raf(with_exif(turn)),
    "DNG without preview": lambda turn: made.dng(None, orientation=turn),
}


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", TURNABLE)
def test_every_maker_and_every_turn(tmp_path: Path, kind: str, orientation: int) -> None:
    path = put(tmp_path, f"photo.{kind[:3].lower()}", TURNABLE[kind](orientation))
    found = probe(path)
    size = (1440, 960) if orientation < 5 else (960, 1440)
    assert (found.format, found.width, found.height, found.taken) == (kind[:3], *size, TAKEN)
    assert found.camera
    picture = open_upright(path, max_side=360)
    assert (picture.mode, max(picture.size)) == ("RGB", 360)
    turned_back = {6: 8, 8: 6}.get(orientation, orientation)
    assert corners_of(picture) == CORNERS[turned_back]


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
@pytest.mark.parametrize("maker", [made.crw, made.x3f])
def test_the_turn_that_old_formats_say_in_degrees(tmp_path: Path, maker: Callable[..., bytes], turn: int) -> None:
    path = put(tmp_path, "photo.raw", maker(made.preview(), turn=turn))
    assert corners_of(open_upright(path, max_side=360)) == {0: "ABCD", 90: "CADB", 180: "DCBA", 270: "BDAC"}[turn]


def test_facts_of_files_whose_picture_only_libraw_would_know(tmp_path: Path) -> None:
    for name, content, camera in (
        ("a.orf", made.orf(orientation=6), "OLYMPUS IMAGING CORP. E-M1"),
        ("a.mrw", made.mrw(orientation=6), "Minolta Co., Ltd. DiMAGE 7"),
    ):
        found = probe(put(tmp_path, name, content))
        assert (found.width, found.height, found.taken, found.camera) == (960, 1440, TAKEN, camera)
    found = probe(put(tmp_path, "a.crw", made.crw(made.preview())))
    assert (found.width, found.height, found.taken, found.camera) == (1440, 960, TAKEN, "Canon PowerShot S40")


@pytest.mark.parametrize("orientation", [6, 8])
def test_a_preview_that_stands_already_is_not_turned_again(tmp_path: Path, orientation: int) -> None:
    upright = made.preview((480, 720))
    path = put(tmp_path, "photo.nef", made.nef(upright, orientation=orientation))
    picture = open_upright(path, max_side=360)
    assert (picture.size, corners_of(picture)) == ((240, 360), "ABCD")


def test_the_previews_own_orientation_is_not_applied_on_top(tmp_path: Path) -> None:
    path = put(tmp_path, "photo.nef", made.nef(with_exif(6), orientation=6))
    assert corners_of(open_upright(path, max_side=360)) == "CADB"


def test_the_smallest_preview_that_is_large_enough_is_read(tmp_path: Path) -> None:
    full, middle = made.preview((1440, 960), "AAAA"), made.preview((720, 480), "BBBB")
    path = put(tmp_path, "photo.cr3", made.cr3(full, middle))
    assert corners_of(open_upright(path, max_side=700)) == "BBBB"
    assert corners_of(open_upright(path, max_side=800)) == "AAAA"
    assert open_upright(path).size == (1440, 960)


def test_a_damaged_preview_gives_way_to_another(tmp_path: Path) -> None:
    full, middle = made.preview((1440, 960), "AAAA"), made.preview((720, 480), "BBBB")
    path = put(tmp_path, "photo.cr3", made.cr3(full[: len(full) // 2].ljust(len(full), b"\0"), middle))
    assert open_upright(path).size == (720, 480)
    path = put(tmp_path, "cut.cr3", made.cr3(full, middle)[: -1440 * 240 - len(full)])
    assert open_upright(path).size == (720, 480), "the card was full, or pulled out"


def test_a_small_preview_is_better_than_none(tmp_path: Path) -> None:
    path = put(tmp_path, "photo.nef", made.nef(made.preview((320, 240))))
    assert open_upright(path).size == (320, 240)
    path = put(tmp_path, "photo.nef", made.nef(made.preview((80, 60))))
    with pytest.raises(KnownError):
        open_upright(path)


def test_sensor_data_that_is_cut_off_does_not_become_a_black_picture(tmp_path: Path) -> None:
    content = made.dng(None)
    for left in (len(content) - 1000, len(content) // 2):
        with pytest.raises(KnownError, match="incomplete"):
            open_upright(put(tmp_path, "photo.dng", content[:left]))


def test_where_the_sensors_data_ends(tmp_path: Path) -> None:
    for name, content in (
        ("a.rw2", made.rw2(made.preview())),
        ("a.nef", made.nef(made.preview())),
        ("a.dng", made.dng(made.preview())),
        ("a.orf", made.orf()),
    ):
        with open_source(put(tmp_path, name, content)) as source:
            stop = read_head(source).stop
            assert 1440 * 240 <= stop <= len(content)


def test_a_photo_without_any_picture_says_so_each_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    path = put(tmp_path, "photo.orf", made.orf())
    for _ in range(2):
        with pytest.raises(NoPicture, match=r"“photo\.orf” has no preview .* write its texts and tags yourself"):
            thumbnails.thumbnail(path, 128, path.stat().st_mtime_ns)


def test_without_libraw_only_what_has_no_preview_has_no_picture(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "rawpy", None)
    assert open_upright(put(tmp_path, "a.dng", made.dng(made.preview()))).size == (720, 480)
    with pytest.raises(NoPicture):
        open_upright(put(tmp_path, "b.dng", made.dng(None)))


def test_a_tiff_with_the_ending_of_a_raw_file_shows_its_preview_not_its_first_directory(tmp_path: Path) -> None:
    small = b"".join(bytes(pixel) for pixel in [(9, 9, 9)] * 64)
    strip: made.Tags = {0x100: 8, 0x101: 8, 0x102: 8, 0x103: 1, 0x106: 2, 0x111: made.Blob(small), 0x115: 3, 0x117: 192}
    shown: made.Tags = {0x103: 6, 0x201: made.Blob(made.preview()), 0x202: len(made.preview())}
    content = made.tiff([{**made.facts(b"EPSON", b"R-D1", 1), **strip, 0x14A: [shown]}])
    assert (probe(put(tmp_path, "a.tif", content)).format, probe(put(tmp_path, "a.erf", content)).format) == (
        "TIFF",
        "RAW",
    )
    assert open_upright(tmp_path / "a.erf").size == (720, 480)


def test_every_ending_that_is_looked_at_can_have_a_sidecar() -> None:
    from storage.metadata.sidecar import PHOTO_SUFFIXES as claimed

    assert {suffix.decode() for suffix in PHOTO_SUFFIXES} <= claimed
    assert all(suffix.encode() not in PHOTO_SUFFIXES for suffix in sniff.UNKNOWN_RAW_SUFFIXES)


WHOLE = [
    made.nef(made.preview(), orientation=6), made.cr2(made.preview()), made.rw2(made.preview()), made.orf(),
    made.raf(with_exif(6)), made.cr3(made.preview(), made.preview()), made.crw(made.preview()), made.mrw(),
    made.x3f(made.preview()),
]  # fmt: skip


@settings(max_examples=300, deadline=2000, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(which=st.sampled_from(range(len(WHOLE))), seed=st.integers(0, 2**32))
def test_a_broken_head_is_a_sentence_and_never_anything_else(tmp_path: Path, which: int, seed: int) -> None:
    rng, content = random.Random(seed), bytearray(WHOLE[which])
    for _ in range(rng.randint(1, 16)):
        at = rng.randrange(rng.choice((128, 1024, len(content) - 4)))
        content[at : at + 4] = rng.choice((b"\xff" * 4, bytes(4), b"\x7f\xff\xff\xff", rng.randbytes(4)))
    path = put(tmp_path, "photo.raw", bytes(content[: rng.choice((len(content), rng.randrange(len(content))))]))
    try:
        found = probe(path)
    except KnownError:
        return
    assert found.width > 0 and found.height > 0


FACTS = {
    "CanonRaw.cr2": ("CR2", 3456, 2304, "2005-08-03T18:59:18", "Canon EOS 350D DIGITAL"),
    "CanonRaw.cr3": ("CR3", 6000, 4000, "2018-02-21T12:08:56", "Canon EOS M50"),
    "CanonRaw.crw": ("CRW", 3072, 2048, "2003-11-10T17:39:26", "Canon EOS DIGITAL REBEL"),
    "DNG.dng": ("DNG", 3456, 2304, "2005-08-03T18:59:18", "Canon EOS 350D DIGITAL"),
    "Minolta.mrw": ("MRW", 3264, 2448, "2004-11-18T23:14:58", "Konica Minolta Camera, Inc. DiMAGE A2"),
    "Nikon.nef": ("NEF", 3040, 2014, "2004-06-09T16:02:35", "NIKON D70"),
    "Panasonic.rw2": ("RW2", 3648, 2736, "2008-08-06T15:21:56", "Panasonic DMC-LX3"),
    "SigmaDP2.x3f": ("X3F", 2640, 1760, "2009-11-28T13:05:20", "SIGMA DP2"),
}
"""Of files of real cameras, as exiftool reads them; the DNG's size is the one that is to be shown."""


@pytest.mark.skipif(not SHARED.exists(), reason="the photos of other projects are not beside this one")
@pytest.mark.parametrize("name", FACTS)
def test_facts_of_real_cameras(name: str) -> None:
    found = probe(SHARED / "exiftool/t/images" / name)
    assert (found.format, found.width, found.height, found.taken, found.camera) == FACTS[name]


@pytest.mark.skipif(not SHARED.exists(), reason="the photos of other projects are not beside this one")
def test_a_real_file_whose_large_preview_is_cut_off_shows_the_middle_one() -> None:
    assert open_upright(SHARED / "exiv2/test/data/Canon-R6-pruned.CR3").size == (1620, 1080)
