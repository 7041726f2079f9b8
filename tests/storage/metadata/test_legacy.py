"""Sniffing, IIM, EXIF and the digest of the picture: broken input is no input, and only our own values change."""

import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.job import KnownError
from storage.metadata import exif, iim
from storage.metadata.containers import CONTAINERS
from storage.metadata.containers.base import FileBytes
from storage.metadata.digest import image_digest
from storage.metadata.read import read_words
from storage.metadata.sniff import sniff
from tests.storage.metadata.photos import PLAIN, app, chunk, encoded, irb, jpeg
from tests.storage.metadata.photos import exif as exif_segment

UTF8 = (1, 90, b"\x1b%G")


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (b"\xff\xd8\xff\xe0", "JPEG"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "WebP"),
        (b"RIFF\0\0\0\0WAVEfmt ", ""),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "HEIF"),
        (b"\0\0\0\x1cftypmif1\0\0\0\0mif1avifmiaf", "AVIF"),
        (b"\0\0\0\x18ftypcrx \0\0\0\1crx isom", "CR3"),
        (b"\0\0\0\x18ftypmp42\0\0\0\0isommp42", ""),
        (b"II*\0\x10\0\0\0CR\2\0", "CR2"),
        (b"MM\0+\0\x08\0\0", "BigTIFF"),
        (b"FUJIFILMCCD-RAW 0201", "RAF"),
        (b"", ""),
        (b"GIF89a", "GIF"),
    ],
)
def test_formats_are_told_by_content(head: bytes, expected: str) -> None:
    assert sniff(head) == expected


def test_raw_formats_that_look_like_tiff() -> None:
    def tiff(*entries: tuple[int, int, int, int]) -> bytes:
        body = b"".join(struct.pack("<HHII", *entry) for entry in entries)
        return b"II*\0\x08\0\0\0" + struct.pack("<H", len(entries)) + body + bytes(4) + b"NIKON CORPORATION\0"

    at = 8 + 2 + 36 + 4
    assert sniff(tiff((254, 4, 1, 1), (271, 2, 18, at), (330, 4, 1, 99))) == "NEF"
    assert sniff(tiff((254, 4, 1, 0), (271, 2, 18, at), (50706, 1, 4, 1))) == "DNG"
    assert sniff(tiff((254, 4, 1, 0), (271, 2, 18, at), (330, 4, 1, 99))) == "TIFF"


@given(st.binary(max_size=100))
def test_sniffing_never_crashes(head: bytes) -> None:
    for start in (b"", b"II*\0", b"MM\0*", b"\0\0\0\x20ftyp"):
        assert isinstance(sniff(start + head), str)


def test_iim_changes_only_what_is_there() -> None:
    block = irb([UTF8, (2, 5, b"old"), (2, 25, b"a"), (2, 25, b"b"), (2, 80, b"By-line"), (2, 25, b"c")])
    new = iim.changed(block, {5: ("Größe", 64), 120: ("nowhere", 2000)}, ["b", "ü" * 60])
    assert new is not None and iim.same_but_words(block, new)
    found = iim.read(new)
    assert (found.title, found.keywords, found.caption) == ("Größe", ("b", "ü" * 32), "")
    assert not found.newer and b"By-line" in new and b"nowhere" not in new


@pytest.mark.parametrize(
    ("block", "texts", "words"),
    [
        (irb([(2, 120, b"plain")]), {120: ("猫", 2000)}, None),  # no character set that could hold it
        (irb([(2, 80, b"By-line")]), {120: ("text", 2000)}, ["word"]),  # nothing of ours is there
        (irb([UTF8, (2, 120, b"same")]), {120: ("same", 2000)}, None),
        (irb([UTF8, (2, 120, b"x")])[:-10], {120: ("text", 2000)}, None),
        (b"Photoshop 3.0\0rubbish of some length", {120: ("text", 2000)}, None),
        (b"Photoshop 3.0\0", {120: ("text", 2000)}, None),
    ],
)
def test_iim_that_cannot_follow_is_left(
    block: bytes, texts: dict[int, tuple[str, int]], words: list[str] | None
) -> None:
    assert iim.changed(block, texts, words) is None


def reader(raw: bytes) -> exif.Read:
    return lambda offset, size: raw[offset : offset + size]


@given(st.binary(max_size=200), st.integers(0, 250))
def test_broken_blocks_are_no_blocks(rubbish: bytes, at: int) -> None:
    for block in (rubbish, irb([UTF8, (2, 25, b"word")])[:at] + rubbish):
        iim.read(block)
        iim.changed(block, {120: ("text", 2000)}, ["word"])
    structure = exif_segment()[6:]
    for raw in (rubbish, structure[:at] + rubbish):
        exif.read(reader(raw))
        exif.with_description(raw, "text")


@given(st.text(min_size=1, max_size=300), st.sampled_from("<>"))
def test_exif_is_only_appended_to(text: str, order: str) -> None:
    text = text.replace("\0", "").strip() or "x"
    block = exif_segment(order)[6:]
    try:
        text.encode()
    except UnicodeEncodeError:
        return
    new = exif.with_description(block, text)
    assert new is not None and exif.same_but_description(block, new)
    read = exif.read(reader(new))
    assert read.description == text and b"maker note" in new
    assert new[: len(block)].count(b"maker note") == 1 and len(new) >= len(block)
    other = bytearray(new)
    other[block.index(b"maker note")] ^= 1
    assert not exif.same_but_description(block, bytes(other))


def test_exif_of_other_formats_is_read(tmp_path: Path) -> None:
    block = exif_segment(description=b"At the sea\0")[6:]
    png = encoded("PNG")
    path = tmp_path / "photo.png"
    path.write_bytes(png[:33] + chunk(b"eXIf", block) + png[33:])
    assert read_words(path).words.caption == {"x-default": "At the sea"}
    path.write_bytes(encoded("WEBP", exif=b"Exif\0\0" + block))
    assert read_words(path).words.caption == {"x-default": "At the sea"}
    path.write_bytes(encoded("TIFF", tiffinfo={270: "At the sea"}))
    assert read_words(path).words.caption == {"x-default": "At the sea"}


def test_windows_keywords_are_read(tmp_path: Path) -> None:
    raw = "beach; sea;Beach\0".encode("utf-16-le")
    block = b"II*\0\x08\0\0\0" + struct.pack("<HHHIII", 1, 40094, 1, len(raw), 26, 0) + raw
    path = tmp_path / "photo.jpg"
    path.write_bytes(jpeg(segments=app(1, b"Exif\0\0" + block)))
    assert read_words(path).words.keywords == ("beach", "sea")


@pytest.mark.parametrize("name", PLAIN)
def test_the_digest_tells_pictures_apart(name: str, tmp_path: Path) -> None:
    path, other = tmp_path / name, tmp_path / ("other " + name)
    raw = PLAIN[name]()
    path.write_bytes(raw)
    other.write_bytes(raw)
    assert image_digest(path) == image_digest(other) and len(image_digest(path)) == 16
    container = CONTAINERS[sniff(raw)]
    unit = max((unit for unit in container.units(raw) if unit.image), key=lambda unit: unit.stop - unit.start)
    middle = (unit.start + unit.stop) // 2
    other.write_bytes(raw[:middle] + bytes([raw[middle] ^ 0x10]) + raw[middle + 1 :])
    assert image_digest(path) != image_digest(other)


def test_every_file_has_a_digest(tmp_path: Path) -> None:
    path = tmp_path / "what"
    for raw in (b"", b"x", jpeg()[:30], b"RIFF\0\0\0\0WEBP", b"II*\0\xff\xff\xff\xff"):
        path.write_bytes(raw)
        assert len(image_digest(path)) == 16 and not read_words(path).words.alt_text
    path.unlink()
    with pytest.raises(KnownError):
        image_digest(path)


@given(st.binary(max_size=300), st.integers(-320, 320), st.integers(-320, 320), st.integers(0, 50))
def test_a_file_is_sliced_like_bytes(raw: bytes, start: int, stop: int, head: int) -> None:
    data = FileBytes(len(raw), reader(raw), raw[:head])
    assert (len(data), bytes(data), data[start:stop], data[start:]) == (len(raw), raw, raw[start:stop], raw[start:])
    assert data[10:20] + data[15:40] + data[5:12] == raw[10:20] + raw[15:40] + raw[5:12]
    if -len(raw) <= start < len(raw):
        assert data[start] == raw[start]
    else:
        with pytest.raises(IndexError):
            data[start]
