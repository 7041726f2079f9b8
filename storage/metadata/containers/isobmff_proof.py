"""The proof that a HEIF file with new words is otherwise the same file: item by item, box by box, pixel by pixel.

Offsets are what a HEIF writer gets wrong, and a wrong offset is a lost photo. So both files are read anew, the bytes
of every item are followed through both tables and compared, and both are decoded by an independent decoder.

Invariants: nothing here looks at how the new file was made; a file that the decoder cannot decode before the edit is
refused, unless its pixels lie there uncoded, where equal item bytes are equal pixels.
"""

import hashlib
import io
import threading
import warnings
from collections.abc import Iterator

from storage.job import KnownError
from storage.metadata.containers.base import Buffer
from storage.metadata.containers.isobmff_boxes import XMP_TYPE, Box, Heif, broken, parse, spans, xmp_item
from storage.metadata.containers.isobmff_tracks import chunks
from storage.metadata.containers.patches import same, unproved

PIXEL_LIMIT = 400_000_000
"""Most pixels that are decoded for the proof (1.2 GB as RGB); phones reach 200 megapixels."""
FRAME_LIMIT = 32
"""Frames or images of a file that are compared; a sequence is only ever written without moving its data."""
_DECODING = threading.Lock()
"""One proof decodes at a time: 200 megapixels take 0.9 GB (3 bytes a pixel as RGB, 1.5 in the decoder), once for the
old file and then for the new one. libheif has no way to decode a part; its own threads use the cores."""
UNCODED = {"unci"}
"""Item types whose bytes are the pixels (ISO/IEC 23001-17)."""


def prove(before: Buffer, after: Buffer) -> None:
    """Raises Refused ("proof", "undecodable") unless the files are equal but for the packet of the photo."""
    old, new = parse(before), parse(after)
    _prove_items(before, old, after, new)
    _prove_boxes(before, old, after, new)
    _prove_tracks(before, old, after, new)
    primary = old.items.get(old.primary or 0)
    if primary is None or primary.type not in UNCODED:
        _prove_pixels(before, old, after)


def _prove_items(before: Buffer, old: Heif, after: Buffer, new: Heif) -> None:
    mine, theirs = xmp_item(old), xmp_item(new)
    if theirs is None or old.primary != new.primary:
        raise unproved("its items are others")
    added = [(theirs.id, "mime", XMP_TYPE)] if mine is None else []
    kept = [(item, new.items[number]) for number, item in old.items.items() if number in new.items]
    if not all(same(before, a.start, a.stop, after, b.start) for a, b in kept):
        raise unproved("an item has another name")
    listed = [(i.id, i.type, i.content) for i in new.items.values()]
    if [(i.id, i.type, i.content) for i in old.items.values()] + added != listed:
        raise unproved("its items are others")
    wanted = [*old.references, *([("cdsc", theirs.id, (old.primary,))] if mine is None else [])]
    if wanted != new.references or {*old.places, theirs.id} != set(new.places):
        raise unproved("its references are others")
    for number, place in old.places.items():
        other = new.places[number]
        if mine is not None and number == mine.id:
            continue
        if (place.method.value, place.reference) != (other.method.value, other.reference):
            raise unproved("an item is kept elsewhere")
        a, b = spans(old, place), spans(new, other)
        if len(a) != len(b) or not all(
            p[1] - p[0] == q[1] - q[0] and same(before, *p, after, q[0]) for p, q in zip(a, b, strict=True)
        ):
            raise unproved("the bytes of an item have changed")


def _prove_boxes(before: Buffer, old: Heif, after: Buffer, new: Heif) -> None:
    """Boxes other than the tables and `mdat` are equal, in order; so is what follows the last box."""
    own_proof = {"meta", "mdat", "moov"}
    pairs = [(_others(old.top, own_proof), _others(new.top, own_proof))]
    tables = {"iinf", "iloc", "iref"}
    pairs.append((_others(old.all_children, tables), _others(new.all_children, tables)))
    packets = _packet_spans(old)
    for mine, theirs in pairs:
        if [b.type for b in mine] != [b.type for b in theirs]:
            raise unproved("its boxes are others")
        for a, b in zip(mine, theirs, strict=True):
            if not _same_body(before, a, after, b, packets):
                raise unproved(f"its {a.type} box has changed")
    if old.size - old.trailer != new.size - new.trailer or not same(before, old.trailer, old.size, after, new.trailer):
        raise unproved("what follows the photo has changed")


def _prove_tracks(before: Buffer, old: Heif, after: Buffer, new: Heif) -> None:
    """The tracks are the same but for where their chunks are, and there are the same bytes."""
    mine, theirs = ([box for box in heif.top if box.type == "moov"] for heif in (old, new))
    if len(mine) != len(theirs):
        raise unproved("its tracks are others")
    if old.top == new.top and all(same(before, box.start, box.stop, after, box.start) for box in mine):
        return  # nothing has moved, whatever kind of tracks they are
    chunks_before, chunks_after = chunks(before, old), chunks(after, new)
    if [(c.offset.size, c.stop - c.start) for c in chunks_before] != [
        (c.offset.size, c.stop - c.start) for c in chunks_after
    ]:
        raise unproved("its tracks are others")
    for a, b in zip(chunks_before, chunks_after, strict=True):
        if not same(before, a.start, a.stop, after, b.start):
            raise unproved("a frame has changed")
    for box, other in zip(mine, theirs, strict=True):
        fields = sorted((c.offset.at, c.offset.at + c.offset.size) for c in chunks_before)
        if not _same_body(before, box, after, other, [f for f in fields if box.start <= f[0] < box.stop]):
            raise unproved("its tracks have changed")


def _others(boxes: list[Box], types: set[str]) -> list[Box]:
    return [box for box in boxes if box.type not in types]


def _packet_spans(heif: Heif) -> list[tuple[int, int]]:
    item = xmp_item(heif)
    place = heif.places.get(item.id) if item else None
    return sorted(spans(heif, place)) if place else []


def _same_body(before: Buffer, a: Box, after: Buffer, b: Box, packets: list[tuple[int, int]]) -> bool:
    """Whether two boxes are equal outside of the old packet."""
    if a.stop - a.body != b.stop - b.body:
        return False
    at = a.body
    for start, stop in [*packets, (a.stop, a.stop)]:
        start, stop = min(max(start, a.body), a.stop), min(max(stop, a.body), a.stop)
        if start > at and not same(before, at, start, after, b.body + at - a.body):
            return False
        at = max(at, stop)
    return True


def _prove_pixels(before: Buffer, old: Heif, after: Buffer) -> None:
    with _DECODING:
        _compare_pixels(before, old, after)


def _compare_pixels(before: Buffer, old: Heif, after: Buffer) -> None:
    decode = _avif if any(item.type == "av01" for item in old.items.values()) else _heic
    try:
        wanted = list(decode(bytes(before[:])))
    except KnownError:
        raise
    except Exception as error:  # whatever a decoder thinks of a file, it means: not to be proved
        raise broken("could not be decoded, so an edit could not be proved harmless", "undecodable") from error
    try:
        found = list(decode(bytes(after[:])))
    except Exception as error:
        raise unproved("it does not decode any more") from error
    if not wanted or wanted != found:
        raise unproved("its pixels have changed")


def _heic(data: bytes) -> Iterator[bytes]:
    """One digest per top-level image, by libheif."""
    import pi_heif

    file = pi_heif.open_heif(io.BytesIO(data), convert_hdr_to_8bit=False)
    for image in list(file)[:FRAME_LIMIT]:
        _check_size(*image.size)
        yield _digest(f"{image.mode}{image.size}".encode(), image.data)


def _avif(data: bytes) -> Iterator[bytes]:
    """One digest per frame, by Pillow's libavif."""
    from PIL import Image, ImageSequence

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        with Image.open(io.BytesIO(data)) as image:
            _check_size(*image.size)
            for number, frame in enumerate(ImageSequence.Iterator(image)):
                if number == FRAME_LIMIT:
                    break
                yield _digest(f"{frame.mode}{frame.size}".encode(), frame.tobytes())


def _digest(kind: bytes, data: bytes | memoryview) -> bytes:
    digest = hashlib.blake2b(kind, digest_size=16)
    digest.update(data)
    return digest.digest()


def _check_size(width: int, height: int) -> None:
    if width * height > PIXEL_LIMIT:
        raise broken("has too many pixels to prove an edit harmless", "too-large")
