"""JPEG XL: boxes of others and the codestream stay; a bare codestream is wrapped; what cannot be kept is refused."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.metadata.containers.base import Refused
from storage.metadata.containers.jxl import FILE_TYPE, SIGNATURE, JpegXl
from storage.metadata.containers.patches import joined
from tests.storage.metadata.containers.heif_files import box
from tests.storage.metadata.containers.packets import assert_gap_free, packet_of

JXL = JpegXl()
CODE = b"\xff\x0a" + bytes(range(256)) * 3
HEAD = SIGNATURE + FILE_TYPE


def parts(*numbers: int) -> bytes:
    return b"".join(box("jxlp", number.to_bytes(4, "big") + CODE[:50]) for number in numbers)


def reconstruction(*kinds: int) -> bytes:
    """A `jbrd` box of a JPEG with APP1 markers of these kinds (0 other, 1 ICC, 2 Exif, 3 XMP) and a scan."""
    fields = [(0, 1), *((0xE1 - 0xC0, 6) for _ in kinds), (0xDA - 0xC0, 6), (0xD9 - 0xC0, 6)]
    for kind in kinds:
        fields += [(kind, 2)] if kind < 2 else [(2, 2), (kind - 2, 1)]
        fields.append((1000, 16))
    bits = at = 0
    for value, size in fields:
        bits, at = bits | value << at, at + size
    return box("jbrd", bits.to_bytes(at // 8 + 1, "little") + b"compressed")


FILES = {
    "bare": CODE,
    "one box": HEAD + box("jxlc", CODE),
    "open end": HEAD + box("jxlc", CODE, opened=True),
    "parts": HEAD + box("jxll", b"\x0a") + parts(0, 1, 2 | 0x80000000),
    "large box": HEAD + box("jxlc", CODE, large=True),
    "Exif before, XMP after": HEAD + box("Exif", bytes(9)) + box("jxlc", CODE) + box("xml ", packet_of("old words")),
    "XMP at an open end": HEAD + box("jxlc", CODE) + box("xml ", packet_of("old words"), opened=True),
    "other XML": HEAD + box("xml ", b"<svg/>") + box("jxlc", CODE),
    "from a JPEG without XMP": HEAD + box("Exif", bytes(9)) + reconstruction(1, 2) + box("jxlc", CODE),
}


@pytest.mark.parametrize("name", FILES)
def test_packets_come_and_go_and_all_else_stays(name: str) -> None:
    before = now = FILES[name]
    for words in ("kite", "k" * 5000, ""):
        then = joined(now, JXL.splice(now, packet_of(words)))
        JXL.prove(now, then)
        assert JXL.read_packet(then) == packet_of(words)
        assert b"old words" not in then
        assert_gap_free(JXL.units(then), len(then))
        now = then
    images = [[data[u.start : u.stop] for u in JXL.units(data) if u.image] for data in (before, now)]
    assert images[0] == images[1] and images[0]


@pytest.mark.parametrize(
    ("cause", "data"),
    [
        ("jpeg-reconstruction", HEAD + box("xml ", packet_of("x")) + reconstruction(2, 3) + box("jxlc", CODE)),
        ("jpeg-reconstruction", HEAD + reconstruction(0, 3, 1) + box("jxlc", CODE)),
        ("jpeg-reconstruction", HEAD + box("jbrd", b"\0\0\0") + box("jxlc", CODE)),
        ("xmp-compressed", HEAD + box("brob", b"xml x") + box("jxlc", CODE)),
        ("truncated", FILES["one box"][:-1]),
        ("truncated", HEAD + parts(0, 1)),
        ("truncated", HEAD + parts(0, 2 | 0x80000000)),
        ("truncated", HEAD + box("Exif", b"x" * 9)),
        ("not-jxl", b"\0\0\0\x0cjP  \r\n\x87\n" + bytes(40)),
        ("lying-structure", SIGNATURE + box("jxlc", CODE)),
    ],
)
def test_what_cannot_be_written_safely_is_refused_by_cause(cause: str, data: bytes) -> None:
    with pytest.raises(Refused) as refused:
        JXL.splice(data, packet_of("x"))
    assert refused.value.cause == cause


@pytest.mark.parametrize("signature", [box("jumb", b"manifest"), box("brob", b"jumb" + b"manifest")])
def test_a_signature_is_named_as_one(signature: bytes) -> None:
    kinds = [unit.kind for unit in JXL.units(HEAD + signature + box("jxlc", CODE))]
    assert kinds.count("C2PA") == 1


def test_the_proof_sees_any_changed_byte_that_is_not_the_packet() -> None:
    for before in (FILES["bare"], FILES["Exif before, XMP after"]):
        after = joined(before, JXL.splice(before, packet_of("kite")))
        start = after.index(packet_of("kite"))
        for where in range(len(after)):
            if start <= where < start + len(packet_of("kite")):
                continue
            wrong = after[:where] + bytes([after[where] ^ 1]) + after[where + 1 :]
            if 12 <= where < 32 and before[:2] == b"\xff\x0a" and wrong[16:20] == b"ftyp":
                continue  # a bare codestream has no type of its own to compare with
            with pytest.raises(Refused):
                JXL.prove(before, wrong)


@given(name=st.sampled_from(sorted(FILES)), data=st.data())
@settings(max_examples=200, deadline=None)
def test_hostile_boxes_are_refused_or_understood_never_a_crash(name: str, data: st.DataObject) -> None:
    whole = bytearray(FILES[name])
    for _ in range(data.draw(st.integers(1, 5))):
        whole[data.draw(st.integers(0, min(len(whole) - 1, 100)))] = data.draw(st.integers(0, 255))
    source = bytes(whole[: data.draw(st.integers(0, len(whole)))])
    JXL.read_packet(source)
    try:
        assert_gap_free(JXL.units(source), len(source))
        after = joined(source, JXL.splice(source, packet_of("y")))
        JXL.prove(source, after)
    except Refused:
        return
    assert JXL.read_packet(after) is not None
