"""HEIC and AVIF: whatever the shape of the tables, every item keeps its bytes and the photo its pixels."""

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from storage.metadata.containers.base import Refused
from storage.metadata.containers.isobmff import Isobmff
from storage.metadata.containers.isobmff_boxes import parse, spans
from storage.metadata.containers.isobmff_tracks import chunks
from storage.metadata.containers.patches import filled, joined
from tests.storage.metadata.containers.heif_files import PIXELS, THUMBNAIL, Shape, box, build
from tests.storage.metadata.containers.packets import assert_gap_free, packet_of

HEIF = Isobmff()

VIDEO = box("ftyp", b"mp42\0\0\0\0") + box("moov", b"v" * 9)
shapes = st.builds(
    Shape,
    version=st.sampled_from([0, 1, 2]),
    offset=st.sampled_from([4, 8]),
    length=st.sampled_from([4, 8]),
    base=st.sampled_from([0, 4, 8]),
    index=st.sampled_from([0, 4]),
    wide=st.booleans(),
    iloc_last=st.booleans(),
    references=st.just(True),
    packet=st.sampled_from([None, packet_of("old words"), packet_of("old words" * 90)]),
    packet_home=st.sampled_from(["mdat", "own"]),
    before_mdat=st.sampled_from([b"", box("free", bytes(64))]),
    trailer=st.sampled_from([b"", box("mpvd", b"video" * 9), VIDEO, b"\1" * 40]),
    large_mdat=st.booleans(),
)


def item(data: bytes, number: int) -> bytes:
    heif = parse(data)
    return b"".join(data[start:stop] for start, stop in spans(heif, heif.places[number]))


@given(shape=shapes, lengths=st.lists(st.integers(0, 4000), min_size=1, max_size=3))
@settings(max_examples=150, deadline=None)
def test_every_item_keeps_its_bytes_whatever_the_tables_look_like(shape: Shape, lengths: list[int]) -> None:
    before = now = build(shape)
    for length in lengths:
        packet = packet_of("w" * length)
        then = joined(now, HEIF.splice(now, packet))
        HEIF.prove(now, then)
        found = HEIF.read_packet(then)
        assert found is not None and found == filled(packet, len(found))
        assert (item(then, 1), item(then, 2)) == (PIXELS, THUMBNAIL)
        assert b"old words" not in then
        assert then.endswith(shape.trailer), "a motion photo is found by counting from the end"
        assert parse(then).iloc_sizes == parse(before).iloc_sizes
        assert_gap_free(HEIF.units(then), len(then))
        now = then


@pytest.mark.parametrize(
    "shape",
    [
        Shape(idat=True),
        Shape(packet=packet_of("old words"), packet_home="idat"),
        Shape(references=False),
        Shape(offset=0, base=4),
        Shape(open_mdat=True),
        Shape(packet=packet_of("old words"), packet_home="own", open_mdat=True, sequence=False),
    ],
)
def test_rare_shapes_of_the_tables(shape: Shape) -> None:
    before = build(shape)
    after = joined(before, HEIF.splice(before, packet_of("w" * 3000)))
    HEIF.prove(before, after)
    assert HEIF.read_packet(after) == packet_of("w" * 3000)
    assert (item(after, 1), item(after, 2)) == (PIXELS, THUMBNAIL)


def test_image_units_are_the_same_before_and_after() -> None:
    before = build(Shape(idat=True, iloc_last=True))
    after = joined(before, HEIF.splice(before, packet_of("kite")))
    old = [before[unit.start : unit.stop] for unit in HEIF.units(before) if unit.image]
    assert old and old == [after[unit.start : unit.stop] for unit in HEIF.units(after) if unit.image]
    assert [unit.kind for unit in HEIF.units(after)].count("XMP") == 1


def animated() -> bytes:
    """Five frames as AVIF, with a track whose chunks lie behind the tables."""
    file = io.BytesIO()
    frames = [Image.effect_noise((64, 48), 40 + 10 * number).convert("RGB") for number in range(5)]
    frames[0].save(file, "AVIF", save_all=True, append_images=frames[1:], duration=100)
    return file.getvalue()


def test_the_frames_of_a_sequence_move_with_their_offsets() -> None:
    before = animated()
    for words in ("w" * 500, "v" * 9000, "short"):
        after = joined(before, HEIF.splice(before, packet_of(words)))
        HEIF.prove(before, after)
        assert HEIF.read_packet(after).strip() == packet_of(words) or words == "short"  # type: ignore[union-attr]
        found = [[data[c.start : c.stop] for c in chunks(data, parse(data))] for data in (before, after)]
        assert found[0] and found[0] == found[1]
        before = after


def test_a_frame_that_is_no_longer_found_is_noticed() -> None:
    before = animated()
    after = bytearray(joined(before, HEIF.splice(before, packet_of("w" * 500))))
    field = chunks(bytes(after), parse(bytes(after)))[0].offset
    after[field.at : field.at + field.size] = (field.value - 1).to_bytes(field.size, "big")
    with pytest.raises(Refused):
        HEIF.prove(before, bytes(after))


def test_tracks_whose_offsets_cannot_follow_are_refused() -> None:
    for data in (animated() + box("moof", b""), build(Shape(sequence=True))):
        with pytest.raises(Refused) as refused:
            HEIF.splice(data, packet_of("w" * 500))
        assert refused.value.cause in ("sequence", "truncated")
    cut = animated()
    for table in (b"stsc", b"stsz", b"stco"):
        broken = cut.replace(table, b"free")
        with pytest.raises(Refused):
            HEIF.splice(broken, packet_of("w"))
    for table in (b"stsc", b"stsz"):
        at = cut.index(table) + 8
        with pytest.raises(Refused):
            HEIF.splice(cut[:at] + b"\0\0\xff\xff" * 2 + cut[at + 8 :], packet_of("w"))


def test_a_signature_is_named_as_one() -> None:
    manifest = box("uuid", bytes.fromhex("d8fec3d61b0e483c92975828877ec481") + b"manifest")
    kinds = [unit.kind for unit in HEIF.units(build(Shape(before_mdat=manifest)))]
    assert kinds.count("C2PA") == 1


def test_xmp_that_describes_another_image_is_left_alone() -> None:
    before = build(Shape(packet=packet_of("depth map")))
    cdsc = before.index(b"cdsc\0\4")
    before = before[: cdsc + 8] + b"\0\2" + before[cdsc + 10 :]
    after = joined(before, HEIF.splice(before, packet_of("photo")))
    HEIF.prove(before, after)
    assert HEIF.read_packet(before) is None
    assert HEIF.read_packet(after) == packet_of("photo")
    assert item(after, 4) == packet_of("depth map")


def test_a_packet_that_shares_its_bytes_with_another_item_is_not_overwritten() -> None:
    before = build(Shape(packet=packet_of("shared" * 20)))
    heif = parse(before)
    start, stop = spans(heif, heif.places[4])[0]
    (offset, length), wanted = heif.places[3].extents[0], (start, stop - start)
    changed = bytearray(before)
    for field, value in zip((offset, length), wanted, strict=True):
        changed[field.at : field.at + field.size] = value.to_bytes(field.size, "big")
    after = joined(bytes(changed), HEIF.splice(bytes(changed), packet_of("x")))
    HEIF.prove(bytes(changed), after)
    assert item(after, 3) == packet_of("shared" * 20)


@pytest.mark.parametrize(
    ("cause", "data"),
    [
        ("truncated", build(Shape())[:-5]),
        ("not-heif", build(Shape()).replace(b"mif1", b"crx ").replace(b"heic", b"crx ")),
        ("not-heif", box("free", b"x") + build(Shape())),
        ("unsupported-structure", box("ftyp", b"mif1\0\0\0\0") + box("mdat", b"x")),
        ("iloc-fields", build(Shape(length=0))),
    ],
)
def test_what_cannot_be_written_safely_is_refused_by_cause(cause: str, data: bytes) -> None:
    with pytest.raises(Refused) as refused:
        HEIF.splice(data, packet_of("x"))
    assert refused.value.cause == cause


def test_the_proof_sees_any_changed_byte_that_is_not_the_packet() -> None:
    before = build(Shape(idat=True, trailer=b"\1" * 20, before_mdat=box("free", bytes(9))))
    after = joined(before, HEIF.splice(before, packet_of("kite")))
    start = after.index(packet_of("kite"))
    missed = []
    for where in range(len(after)):
        if start - 8 <= where < start + len(packet_of("kite")):
            continue
        wrong = after[:where] + bytes([after[where] ^ 0x55]) + after[where + 1 :]
        try:
            HEIF.prove(before, wrong)
            missed.append(where)
        except Refused:
            pass
    heif = parse(after)
    free = next(b for b in heif.top if b.type == "mdat" and b.start > start)
    assert all(heif.the_meta().body <= where < heif.the_meta().stop for where in missed), (missed, free)
    assert len(missed) < 40, missed


def test_avif_keeps_pixels_exif_and_profile() -> None:
    image = Image.effect_noise((64, 48), 60).convert("RGBA")
    exif = Image.Exif()
    exif[270] = "a kite"
    for options in ({}, {"xmp": packet_of("old words")}, {"xmp": packet_of("o" * 5000), "exif": exif.tobytes()}):
        file = io.BytesIO()
        image.save(file, "AVIF", **options)
        before = file.getvalue()
        after = joined(before, HEIF.splice(before, packet_of("w" * 2000)))
        HEIF.prove(before, after)
        with Image.open(io.BytesIO(before)) as old, Image.open(io.BytesIO(after)) as new:
            assert old.tobytes() == new.tobytes()
            assert new.info["xmp"].replace(b" ", b"").replace(b"\n", b"") == packet_of("w" * 2000).replace(b" ", b"")
            assert old.info.get("exif") == new.info.get("exif")


def test_avif_that_does_not_decode_is_refused_by_the_proof() -> None:
    file = io.BytesIO()
    Image.effect_noise((64, 48), 60).save(file, "AVIF")
    data = bytearray(file.getvalue())
    start = next(unit.start for unit in HEIF.units(bytes(data)) if unit.image)
    data[start : start + 40] = bytes(40)
    after = joined(bytes(data), HEIF.splice(bytes(data), packet_of("x")))
    with pytest.raises(Refused) as refused:
        HEIF.prove(bytes(data), after)
    assert refused.value.cause == "undecodable"


@given(shape=shapes, data=st.data())
@settings(max_examples=300, deadline=None)
def test_hostile_tables_are_refused_or_understood_never_a_crash(shape: Shape, data: st.DataObject) -> None:
    whole = bytearray(build(shape))
    for _ in range(data.draw(st.integers(1, 5))):
        whole[data.draw(st.integers(0, min(len(whole) - 1, 600)))] = data.draw(st.integers(0, 255))
    source = bytes(whole)
    HEIF.read_packet(source)
    try:
        assert_gap_free(HEIF.units(source), len(source))
        after = joined(source, HEIF.splice(source, packet_of("y")))
        HEIF.prove(source, after)
    except Refused:
        return
    assert HEIF.read_packet(after) is not None
