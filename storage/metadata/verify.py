"""The proof that a new file is the old one with our words in it; made on the new file's bytes, read from the disk.

Three readers look at it, and none is the one that wrote it: the container parses the structure of both files from
scratch and compares every part that should be the same; the packet is parsed again, and what we meant to change must
be there, what we did not must be equal in canonical form; and Pillow, which shares no code with us, must see the same
picture and the same packet.

Invariant: any doubt raises `Refused` with the cause "proof", and the new file is thrown away.
"""

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import BinaryIO, Final

from storage.metadata import exif, exif_caption, iim, keyword_struct
from storage.metadata import fields as f
from storage.metadata.containers.base import Buffer, Container, Piece, Refused
from storage.metadata.containers.jpeg import Jpeg, content, segments
from storage.metadata.containers.patches import unproved
from storage.metadata.xmp import Xmp, parse

_PILLOW: Final = {"JPEG": ("JPEG", "MPO"), "PNG": ("PNG",), "WebP": ("WEBP",), "GIF": ("GIF",), "TIFF": ("TIFF",)}
"""Formats whose packet Pillow reads without decoding the picture; HEIF, AVIF and JPEG XL prove their pixels."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What must be true of the new file.

    Attributes:
        values: property → its items as (language, text); none where it must be gone.
        others: `Xmp.others` of the old packet for those properties.
        legacy: whether EXIF and IIM of a JPEG were changed too.
        first: pieces of the old file with another caption in its EXIF (`exif_caption`), which the new one is made of.
    """

    values: Mapping[f.Property, tuple[tuple[str, str], ...]]
    others: tuple[bytes, ...]
    legacy: bool = False
    first: tuple[Piece, ...] = ()


def verify(container: Container, before: Buffer, after: Buffer, expected: Expected) -> bytes:
    """Prove structure and words; the new file's packet, for `second_reader`. Raises Refused ("proof")."""
    if isinstance(container, Jpeg):
        container.prove(before, after, legacy=expected.legacy)
        if expected.legacy:
            _prove_legacy(before, after)
    else:
        container.prove(exif_caption.spliced(before, expected.first) if expected.first else before, after)
    packet = container.read_packet(after)
    if packet is None:
        raise unproved("its words are not found")
    prove_words(packet, expected)
    return packet


def prove_words(packet: bytes, expected: Expected) -> None:
    """The packet says what it should and nothing else has changed in it. Raises Refused ("proof")."""
    try:
        xmp = parse(packet)
    except Refused as refused:
        raise unproved("its words can't be read again") from refused
    for place, items in expected.values.items():
        if _found(xmp, place) != items:
            raise unproved(f"{place.prefix}:{place.local} is not what it should be")
    if xmp.others(tuple(expected.values)) != expected.others:
        raise unproved("other words in it have changed")


def _found(xmp: Xmp, place: f.Property) -> tuple[tuple[str, str], ...]:
    if place.shape is f.Shape.LANG_ALT:
        return tuple(xmp.lang_alt(place).items())
    if place.shape is f.Shape.TEXT:
        text = xmp.text(place)
        return () if text is None else (("", text),)
    if place.shape is f.Shape.TREE:
        return tuple(("", "|".join(path)) for path in keyword_struct.paths(xmp))
    return tuple(("", item) for item in xmp.items(place))


def _prove_legacy(before: Buffer, after: Buffer) -> None:
    """EXIF and IIM are the same but for caption, title, keywords and the digest."""
    for kind, skip in (("APP1 Exif", 6), ("APP13 IRB", 0)):
        old, new = (
            [content(source, unit)[skip:] for unit in segments(source)[0] if unit.kind == kind]
            for source in (before, after)
        )
        if len(old) != len(new):
            raise unproved("it has another number of EXIF or IPTC blocks")
        same = exif.same_but_description if kind == "APP1 Exif" else iim.same_but_words
        if any(a != b and not same(a, b) for a, b in zip(old, new, strict=True)):
            raise unproved("EXIF or IPTC values have changed that should not")


def second_reader(kind: str, before: BinaryIO, after: BinaryIO, packet: bytes, *, had_packet: bool) -> None:
    """Let Pillow look: same format, size and mode, same colour profile, our packet. Raises Refused ("proof").

    A file that Pillow can't open in the first place proves nothing this way; other readers have to do.
    """
    if kind not in _PILLOW:
        return
    try:
        wanted, seen_before = _seen(kind, before)
    except Exception:
        return
    try:
        found, text = _seen(kind, after)
    except Exception as error:  # whatever a decoder thinks of the new file alone, it means: not proved
        raise unproved("another program can't open it any more") from error
    if wanted != found:
        raise unproved("another program sees another picture in it")
    visible = kind != "GIF" and not (seen_before == b"" and had_packet)  # Pillow shows no packet behind the picture
    if visible and text.strip(b"\0") != packet.strip(b"\0"):
        raise unproved("another program does not find the words in it")


def _seen(kind: str, file: BinaryIO) -> tuple[tuple[object, ...], bytes]:
    """What Pillow sees without decoding, and the packet."""
    from PIL import Image

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        file.seek(0)
        with Image.open(file, formats=_PILLOW[kind]) as image:
            text = image.info.get("xmp") or image.info.get("XML:com.adobe.xmp") or b""
            raw = text.encode() if isinstance(text, str) else bytes(text)
            frames = getattr(image, "n_frames", 1) if kind in ("WebP", "PNG") else 1
            return (image.format, image.size, image.mode, image.info.get("icc_profile"), frames), raw
