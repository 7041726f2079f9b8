"""JPEG: nothing that is found by an offset gets lost, and broken files are refused by cause."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.metadata.containers.base import Refused
from storage.metadata.containers.jpeg import PACKET_LIMIT, XMP_SIGN, Jpeg, segments
from storage.metadata.containers.mpf import image_starts
from storage.metadata.containers.patches import joined
from tests.storage.metadata.containers.packets import assert_gap_free, packet_of
from tests.storage.metadata.photos import app, encoded, exif, jpeg

JPEG = Jpeg()


def spliced(data: bytes, packet: bytes) -> bytes:
    new = joined(data, JPEG.splice(data, packet))
    JPEG.prove(data, new)
    assert JPEG.read_packet(new) is not None
    return new


def with_second_image(order: str, *, xmp_behind: bytes = b"") -> tuple[bytes, bytes]:
    """A JPEG whose MPF index points at another JPEG behind its end, as gain maps are stored."""
    second = encoded("JPEG")
    entries = struct.pack(order + "IIIHHIIIHH", 0, 0, 0, 0, 0, 0, len(second), 0xAAAAAAAA, 0, 0)
    head = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(order + "I", 8)
    index = b"MPF\0" + head + struct.pack(order + "HHHII", 1, 0xB002, 7, 32, 26) + bytes(4) + entries
    data = jpeg(segments=app(2, index) + xmp_behind)
    base = data.index(b"MPF\0") + 4
    data = data.replace(struct.pack(order + "I", 0xAAAAAAAA), struct.pack(order + "I", len(data) - base))
    return data + second, second


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("behind", [False, True])
def test_a_second_image_is_still_found(order: str, behind: bool) -> None:
    old = app(1, XMP_SIGN + packet_of("old")) if behind else b""
    data, second = with_second_image(order, xmp_behind=old)
    new = spliced(data, packet_of("new " * 300))
    unit = next(unit for unit in JPEG.units(new) if unit.kind == "APP2 MPF")
    (at,) = image_starts(new, unit)
    assert new[at:] == second


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("origin", [b"Exif\0\0", b"preview at "])
def test_a_preview_that_the_maker_note_points_at_stays_where_it_says(order: str, origin: bytes) -> None:
    skip = 6 if origin.startswith(b"Exif") else 0
    data = jpeg(segments=app(1, exif(order, maker=b"preview at " + struct.pack(order + "I", 0xBBBBBBBB))))
    base = data.index(origin) + skip
    data = data.replace(struct.pack(order + "I", 0xBBBBBBBB), struct.pack(order + "I", len(data) - base))
    preview = encoded("JPEG")
    new = spliced(data + preview, packet_of("words"))
    base = new.index(origin) + skip
    (offset,) = struct.unpack(order + "I", new[new.index(b"preview at ") + 11 :][:4])
    assert new[base + offset :] == preview


def test_a_longer_packet_that_would_move_such_a_preview_is_refused() -> None:
    old = app(1, XMP_SIGN + packet_of("short"))
    data = jpeg(segments=app(1, exif(maker=struct.pack("<I", 0xBBBBBBBB))) + old)
    base = data.index(b"Exif\0\0") + 6
    data = data.replace(struct.pack("<I", 0xBBBBBBBB), struct.pack("<I", len(data) - base)) + encoded("JPEG")
    with pytest.raises(Refused) as refused:
        JPEG.splice(data, packet_of("much longer " * 500))
    assert refused.value.cause == "pinned-preview"


def test_a_thumbnail_that_reaches_out_of_its_block_keeps_its_bytes() -> None:
    entries = struct.pack("<HHIIHHII", 0x201, 4, 1, 44, 0x202, 4, 1, 300)
    block = b"II*\0\x08\0\0\0" + struct.pack("<HIH", 0, 14, 2) + entries + bytes(4) + b"thumb"
    data = jpeg(segments=app(1, b"Exif\0\0" + block))
    new = spliced(data, packet_of("words"))
    assert new[new.index(b"Exif\0\0") :] == data[data.index(b"Exif\0\0") :]
    with pytest.raises(Refused):
        JPEG.splice(jpeg(segments=app(1, b"Exif\0\0" + block) + app(1, XMP_SIGN + packet_of("a"))), packet_of("b"))


@given(st.lists(st.integers(0, 40_000), min_size=1, max_size=4))
def test_packets_of_any_length_replace_one_another(lengths: list[int]) -> None:
    start = data = jpeg(segments=app(1, exif()), tail=b"SEFT trailer", progressive=True)
    for length in lengths:
        data = spliced(data, packet_of("x" * length))
        assert_gap_free(JPEG.units(data), len(data))
    assert data.endswith(start[start.index(b"\xff\xda") :])


def test_padding_gives_way_before_words_do() -> None:
    data = encoded("JPEG")
    packet = packet_of("x" * 64_000) + b""
    bare = packet.replace(b"<?xpacket end", b" " * 2048 + b"<?xpacket end")
    assert len(bare) > PACKET_LIMIT
    assert len(JPEG.read_packet(spliced(data, bare)) or b"") == PACKET_LIMIT
    with pytest.raises(Refused) as refused:
        JPEG.splice(data, packet_of("x" * 66_000))
    assert refused.value.cause == "too-large"


def whole() -> bytes:
    return jpeg(segments=app(1, exif()))


@pytest.mark.parametrize(
    ("data", "cause"),
    [
        (whole()[:-2], "truncated"),
        (whole()[:-200], "truncated"),
        (whole()[:30], "truncated"),
        (jpeg(segments=app(1, XMP_SIGN + packet_of("a")) * 2), "xmp-twice"),
        (jpeg(segments=app(1, b"strange " + packet_of("a"))), "xmp-twice"),
        (jpeg(segments=b"rubbish"), "lying-structure"),
        (jpeg(tail=b"trailer AXS!12345678"), "trailer"),
        (b"\x89PNG", "lying-structure"),
    ],
)
def test_what_cannot_be_written_safely_is_refused_by_cause(data: bytes, cause: str) -> None:
    with pytest.raises(Refused) as refused:
        JPEG.splice(data, packet_of("words"))
    assert refused.value.cause == cause


def test_signed_files_are_told_by_their_segment() -> None:
    jumbf = b"JP\0\1\0\0\0\1" + struct.pack(">I", 30) + b"jumb" + b"c2pa manifest"
    assert "C2PA" in [unit.kind for unit in JPEG.units(jpeg(segments=app(11, jumbf)))]


def test_the_proof_sees_any_changed_byte_that_is_not_the_packet() -> None:
    data = jpeg(segments=app(1, exif()) + app(2, b"ICC_PROFILE\0\1\1abc"), tail=b"trailer")
    new = spliced(data, packet_of("words"))
    units, _ = segments(new)
    packet = next(unit for unit in units if unit.kind == "APP1 XMP")
    for at in [*range(2, packet.start, 7), *range(packet.stop, len(new), 13)]:
        broken = new[:at] + bytes([new[at] ^ 0x55]) + new[at + 1 :]
        with pytest.raises(Refused):
            JPEG.prove(data, broken)


def test_a_maker_note_that_claims_to_lie_far_behind_the_file_points_at_nothing_in_it() -> None:
    raw = jpeg(segments=app(1, exif()), tail=b"\xff\xd8\xfftail")
    at = raw.index(b"\x7c\x92\x07\x00") + 11
    hostile = raw[:at] + b"\x87" + raw[at + 1 :]
    JPEG.prove(hostile, joined(hostile, JPEG.splice(hostile, packet_of("words"))))


@given(st.data())
def test_hostile_segments_are_refused_or_understood_never_a_crash(data: st.DataObject) -> None:
    raw = bytearray(jpeg(segments=app(1, exif()), tail=b"tail"))
    for _ in range(data.draw(st.integers(1, 8))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    JPEG_bytes = bytes(raw[: data.draw(st.integers(4, len(raw)))])
    try:
        new = joined(JPEG_bytes, JPEG.splice(JPEG_bytes, packet_of("words")))
    except Refused:
        return
    JPEG.prove(JPEG_bytes, new)
