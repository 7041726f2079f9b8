"""TIFF: nothing but the packet and the way to it changes, and what could change more is refused."""

import io
import struct
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageSequence

from storage.metadata.containers.base import Refused, Span
from storage.metadata.containers.patches import filled, joined
from storage.metadata.containers.tiff import Tiff
from tests.storage.metadata.containers.packets import assert_gap_free, packet_of

TIFF = Tiff()
Fields = dict[int, tuple[int, list[int]]]


def build(order: str, pages: list[Fields], *, tail: bytes = b"", loop: bool = False) -> bytes:
    """A TIFF of 4 × 4 grey pixels per page; `pages` adds or replaces SHORT (3), LONG (4), BYTE (1) fields."""
    mark = {"<": b"II*\0", ">": b"MM\0*"}[order]
    data = bytearray(mark + bytes(4))
    link = 4
    for number, extra in enumerate(pages):
        image = len(data)
        data += bytes(range(number, number + 16))
        fields: Fields = {256: (3, [4]), 257: (3, [4]), 258: (3, [8]), 259: (3, [1]), 262: (3, [1])}
        fields |= {273: (4, [image]), 277: (3, [1]), 278: (3, [4]), 279: (4, [16])} | extra
        values = b""
        entries = b""
        for tag, (kind, numbers) in sorted(fields.items(), key=lambda item: item[0]):
            raw = struct.pack(f"{order}{len(numbers)}{ {1: 'B', 3: 'H', 4: 'I'}.get(kind, 'I') }", *numbers)
            if len(raw) > 4:
                where, values = len(data) + len(values), values + raw + bytes(len(raw) % 2)
                raw = struct.pack(order + "I", where)
            entries += struct.pack(order + "HHI", tag, kind, len(numbers)) + raw.ljust(4, b"\0")
        data += values
        struct.pack_into(order + "I", data, link, len(data))
        link = len(data) + 2 + len(entries)
        data += struct.pack(order + "H", len(fields)) + entries + bytes(4)
    if loop:
        struct.pack_into(order + "I", data, link, struct.unpack_from(order + "I", data, 4)[0])
    return bytes(data) + tail


def pixels(data: bytes) -> list[bytes]:
    with Image.open(io.BytesIO(data)) as image:
        return [frame.tobytes() for frame in ImageSequence.Iterator(image)]


@pytest.mark.parametrize("order", ["<", ">"])
def test_a_first_packet_changes_only_the_pointer_of_the_header(order: str) -> None:
    before = build(order, [{}, {}, {}])
    packet = packet_of("red kite")
    after = joined(before, TIFF.splice(before, packet))
    assert after[:4] == before[:4] and after[8 : len(before)] == before[8:]
    assert TIFF.read_packet(after) == packet
    assert pixels(after) == pixels(before)
    TIFF.prove(before, after)
    assert_gap_free(TIFF.units(after), len(after))


@pytest.mark.parametrize("order", ["<", ">"])
@given(lengths=st.lists(st.integers(0, 5000), min_size=2, max_size=5), odd=st.booleans())
@settings(max_examples=25, deadline=None)
def test_packets_of_any_length_replace_one_another(order: str, lengths: list[int], odd: bool) -> None:
    before = build(order, [{700: (1, list(packet_of("old words")))}, {}], tail=b"x" * odd)
    now = before
    for length in lengths:
        packet = packet_of("w" * length)
        then = joined(now, TIFF.splice(now, packet))
        TIFF.prove(now, then)
        found = TIFF.read_packet(then)
        assert found is not None and found == filled(packet, len(found))
        assert b"old words" not in then
        now = then
    assert pixels(now) == pixels(before)
    longest = len(packet_of("w" * max(lengths)))
    assert len(now) <= len(before) + 1 + longest, "a file grows by its longest packet, not by every edit"


@pytest.mark.parametrize("order", ["<", ">"])
def test_packets_of_bigtiff_and_raw_variants_are_read(order: str) -> None:
    packet = packet_of("from a camera")
    mark = b"II" if order == "<" else b"MM"
    big = struct.pack(order + "2sHHHQ", mark, 43, 8, 0, 16) + struct.pack(order + "Q", 1)
    big += struct.pack(order + "HHQQ", 700, 1, len(packet), 44) + packet
    assert TIFF.read_packet(big) == packet
    classic = build(order, [{700: (1, list(packet))}])
    for magic in (0x55, 0x4F52, 0x5352):
        assert TIFF.read_packet(mark + struct.pack(order + "H", magic) + classic[4:]) == packet
        with pytest.raises(Refused):
            TIFF.units(mark + struct.pack(order + "H", magic) + classic[4:])
    assert TIFF.read_packet(mark + struct.pack(order + "H", 77) + classic[4:]) is None


def test_a_signature_is_named_as_one() -> None:
    signed = build("<", [{52545: (7, list(b"manifest" * 4))}])
    assert [unit.kind for unit in TIFF.units(signed)].count("C2PA") == 1


def test_a_packet_whose_bytes_serve_another_field_too_is_left_there() -> None:
    packet = packet_of("shared")
    before = bytearray(build("<", [{700: (1, list(packet)), 60000: (1, list(packet))}]))
    xmp, other = (before.find(struct.pack("<HHI", tag, 1, len(packet))) for tag in (700, 60000))
    before[other + 8 : other + 12] = before[xmp + 8 : xmp + 12]
    after = joined(bytes(before), TIFF.splice(bytes(before), packet_of("new")))
    TIFF.prove(bytes(before), after)
    assert TIFF.read_packet(after) == packet_of("new")
    assert packet in after


@pytest.mark.parametrize(
    ("cause", "data"),
    [
        ("bigtiff", b"II+\0\x08\0\0\0" + bytes(40)),
        ("not-tiff", b"\x89PNG" + bytes(40)),
        ("loop", build("<", [{}, {}], loop=True)),
        ("truncated", build("<", [{}])[:-30]),
        ("truncated", build("<", [{279: (4, [4000])}])),
        ("truncated", build(">", [{270: (1, [65] * 50)}]).replace(b"\0\0\0\x32\0\0\0\x18", b"\0\0\0\x32\0\xff\0\0")),
        ("unknown-type", build("<", [{60000: (99, [1])}])),
        ("lying-structure", build("<", [{259: (3, [5]), 279: (99, [])}]).replace(b"\x17\x01\x63\0", b"\x18\x01\x03\0")),
        ("raw", build("<", [{262: (3, [32803])}])),
        ("raw", build("<", [{50706: (1, [1, 4, 0, 0])}])),
        ("raw", build(">", [{259: (3, [34713])}])),
        ("trailer", build("<", [{}], tail=bytes(30) + b"cbipcbbl")),
    ],
)
def test_what_cannot_be_written_safely_is_refused_by_cause(cause: str, data: bytes) -> None:
    with pytest.raises(Refused) as refused:
        TIFF.splice(data, packet_of("x"))
    assert refused.value.cause == cause


def test_fields_out_of_order_are_refused() -> None:
    data = bytearray(build("<", [{}]))
    first = data.index(struct.pack("<HHI", 256, 3, 1))
    data[first : first + 24] = data[first + 12 : first + 24] + data[first : first + 12]
    with pytest.raises(Refused) as refused:
        TIFF.splice(bytes(data), packet_of("x"))
    assert refused.value.cause == "unsorted"


def test_uncompressed_image_without_byte_counts_has_its_size_computed() -> None:
    data = build("<", [{279: (3, [0])}]).replace(struct.pack("<H", 279), struct.pack("<H", 280))
    image = [unit for unit in TIFF.units(data) if unit.image]
    assert [(unit.start, unit.stop) for unit in image] == [(8, 24)]


def test_the_proof_sees_a_changed_pixel_value_and_pointer() -> None:
    before = build("<", [{270: (1, list(b"a description"))}])
    after = joined(before, TIFF.splice(before, packet_of("x")))
    for where in (8, 23, before.index(b"a description"), len(before) + 12):
        wrong = after[:where] + bytes([after[where] ^ 1]) + after[where + 1 :]
        with pytest.raises(Refused):
            TIFF.prove(before, wrong)


@given(data=st.data())
@settings(max_examples=150, deadline=None)
def test_hostile_bytes_are_refused_or_understood_never_a_crash(data: st.DataObject) -> None:
    whole = bytearray(build("<", [{700: (1, list(packet_of("x"))), 330: (4, [8])}, {270: (1, list(b"long text"))}]))
    for _ in range(data.draw(st.integers(1, 6))):
        whole[data.draw(st.integers(4, len(whole) - 1))] = data.draw(st.integers(0, 255))
    source = bytes(whole[: data.draw(st.integers(0, len(whole)))])
    TIFF.read_packet(source)
    try:
        assert_gap_free(TIFF.units(source), len(source))
        parts = TIFF.splice(source, packet_of("y"))
    except Refused:
        return
    assert all(0 <= part.start < part.stop <= len(source) for part in parts if isinstance(part, Span))
    assert TIFF.read_packet(joined(source, parts)) is not None


def test_real_scans_keep_pixels_and_pages(tmp_path: Path) -> None:
    for compression in ("raw", "tiff_lzw", "tiff_adobe_deflate", "jpeg", "packbits"):
        path = tmp_path / f"{compression}.tif"
        frames = [Image.effect_noise((60, 40), 30 + i).convert("RGB") for i in range(3)]
        frames[0].save(path, compression=compression, save_all=True, append_images=frames[1:], description="Kite")
        before = path.read_bytes()
        after = joined(before, TIFF.splice(before, packet_of("red kite")))
        TIFF.prove(before, after)
        assert pixels(after) == pixels(before)
