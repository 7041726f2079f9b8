"""PNG, WebP and GIF: every other part keeps its bytes, other programs decode the same, broken files are refused."""

import io
import zlib
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageSequence

from storage.metadata.containers import CONTAINERS
from storage.metadata.containers.base import Refused
from storage.metadata.containers.patches import joined
from storage.metadata.containers.png import KEYWORD, RAW_PROFILE
from storage.metadata.sniff import sniff
from tests.storage.metadata.containers.packets import assert_gap_free, packet_of
from tests.storage.metadata.photos import PLAIN, chunk, encoded, picture

FILES = {name: make() for name, make in PLAIN.items() if name.endswith((".png", ".webp", ".gif"))}


def pixels(data: bytes) -> list[bytes]:
    with Image.open(io.BytesIO(data)) as image:
        return [frame.convert("RGBA").tobytes() for frame in ImageSequence.Iterator(image)]


@pytest.mark.parametrize("name", FILES)
@given(lengths=st.lists(st.integers(0, 5000), min_size=1, max_size=3))
@settings(max_examples=15, deadline=None)
def test_packets_come_and_go_and_all_else_stays(name: str, lengths: list[int]) -> None:
    start = data = FILES[name]
    container = CONTAINERS[sniff(data)]
    for length in lengths:
        packet = packet_of("ü" * length)
        new = joined(data, container.splice(data, packet))
        container.prove(data, new)
        assert container.read_packet(new) == packet
        assert packet in new
        assert_gap_free(container.units(new), len(new))
        data = new
    assert pixels(data) == pixels(start)


@pytest.mark.parametrize("name", FILES)
def test_the_proof_sees_any_changed_byte_that_is_not_the_packet(name: str) -> None:
    data = FILES[name]
    container = CONTAINERS[sniff(data)]
    new = joined(data, container.splice(data, packet_of("words")))
    packet = next(unit for unit in container.units(new) if unit.kind in ("XMP", "XMP "))
    for at in [*range(0, packet.start, 11), *range(packet.stop, len(new), 11)]:
        with pytest.raises(Refused):
            container.prove(data, new[:at] + bytes([new[at] ^ 0x55]) + new[at + 1 :])


@pytest.mark.parametrize("name", FILES)
@given(data=st.data())
@settings(deadline=None)
def test_hostile_parts_are_refused_or_understood_never_a_crash(name: str, data: st.DataObject) -> None:
    raw = bytearray(FILES[name])
    for _ in range(data.draw(st.integers(1, 6))):
        raw[data.draw(st.integers(12, len(raw) - 1))] = data.draw(st.integers(0, 255))
    broken = bytes(raw[: data.draw(st.integers(20, len(raw)))])
    container = CONTAINERS[sniff(bytes(FILES[name]))]
    container.read_packet(broken)
    try:
        new = joined(broken, container.splice(broken, packet_of("words")))
    except Refused:
        return
    container.prove(broken, new)


@pytest.mark.parametrize("name", FILES)
def test_files_that_are_cut_short_are_refused(name: str) -> None:
    data = FILES[name]
    cut = len(data) // 2 if name != "alpha.png" else data.index(b"IEND") - 8
    with pytest.raises(Refused) as refused:
        CONTAINERS[sniff(data)].splice(data[:cut], packet_of("words"))
    assert refused.value.cause == "truncated"


def test_a_compressed_packet_is_read_and_becomes_plain() -> None:
    png, packet = CONTAINERS["PNG"], packet_of("hidden")
    squeezed = chunk(b"iTXt", KEYWORD + b"\1\0\0\0" + zlib.compress(packet))
    data = FILES["grey.png"][:33] + squeezed + FILES["grey.png"][33:]
    assert png.read_packet(data) == packet
    new = joined(data, png.splice(data, packet_of("plain")))
    assert packet_of("plain") in new and squeezed not in new


def test_a_packet_that_unfolds_without_end_is_not_read() -> None:
    bomb = chunk(b"iTXt", KEYWORD + b"\1\0\0\0" + zlib.compress(bytes(64 * 2**20)))
    data = FILES["grey.png"][:33] + bomb + FILES["grey.png"][33:]
    assert CONTAINERS["PNG"].read_packet(data) is None
    with pytest.raises(Refused) as refused:
        CONTAINERS["PNG"].splice(data, packet_of("words"))
    assert refused.value.cause == "xmp-unreadable"


@pytest.mark.parametrize(
    "make", [lambda: encoded("WEBP", picture("RGBA"), lossless=True), lambda: encoded("WEBP", picture())]
)
def test_a_simple_webp_gets_a_header_that_tells_the_truth(make: Callable[[], bytes]) -> None:
    data = make()
    assert data[12:16] in (b"VP8 ", b"VP8L")
    new = joined(data, CONTAINERS["WebP"].splice(data, packet_of("words")))
    flags, width, height = new[20], int.from_bytes(new[24:27], "little"), int.from_bytes(new[27:30], "little")
    assert (width + 1, height + 1) == (48, 32)
    assert flags == (0x14 if data[12:16] == b"VP8L" else 0x04)
    with Image.open(io.BytesIO(new)) as image:
        assert image.info["xmp"] == packet_of("words")


def test_two_packets_are_refused() -> None:
    for name in ("grey.png", "lossy.webp", "still.gif"):
        data = FILES[name]
        container = CONTAINERS[sniff(data)]
        new = joined(data, container.splice(data, packet_of("words")))
        unit = next(unit for unit in container.units(new) if unit.kind in ("XMP", "XMP "))
        twice = new[: unit.stop] + new[unit.start : unit.stop] + new[unit.stop :]
        if name == "lossy.webp":
            twice = twice[:4] + (len(twice) - 8).to_bytes(4, "little") + twice[8:]
        with pytest.raises(Refused) as refused:
            container.splice(twice, packet_of("more"))
        assert refused.value.cause == "xmp-twice"


def in_profile(packet: bytes, *, compressed: bool) -> bytes:
    """A text chunk as ImageMagick wrote it: hexadecimal digits, 72 in a line."""
    digits = packet.hex()
    lines = "\n".join(digits[at : at + 72] for at in range(0, len(digits), 72))
    text = f"\nxmp\n{len(packet):>8}\n{lines}\n".encode()
    if compressed:
        return chunk(b"zTXt", RAW_PROFILE + b"\0" + zlib.compress(text))
    return chunk(b"tEXt", RAW_PROFILE + text)


@pytest.mark.parametrize("compressed", [True, False])
@pytest.mark.parametrize("at_end", [True, False])
def test_a_packet_in_imagemagicks_form_is_read_and_put_in_its_place(compressed: bool, at_end: bool) -> None:
    plain = FILES["grey.png"]
    old = in_profile(packet_of("old words"), compressed=compressed)
    at = len(plain) - 12 if at_end else 33
    data = plain[:at] + old + plain[at:]
    container = CONTAINERS["PNG"]
    assert container.read_packet(data) == packet_of("old words")
    new = joined(data, container.splice(data, packet_of("new words")))
    container.prove(data, new)
    assert container.read_packet(new) == packet_of("new words")
    assert b"Raw profile" not in new and pixels(new) == pixels(data)


def test_an_old_form_that_cannot_be_read_is_left_alone() -> None:
    plain = FILES["grey.png"]
    for text in (b"\nxmp\n       9\n00\n", b"\nxmp\n       1\nxy\n", b"", b"\0junk"):
        data = plain[:33] + chunk(b"tEXt", RAW_PROFILE + text) + plain[33:]
        assert CONTAINERS["PNG"].read_packet(data) is None
        with pytest.raises(Refused) as refused:
            CONTAINERS["PNG"].splice(data, packet_of("new words"))
        assert refused.value.cause == "xmp-unreadable"
