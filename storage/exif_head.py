"""The few EXIF values the library keeps, read straight from the TIFF structure they are in.

Pillow and piexif decode every tag of a block (0.3 to 3 ms); a scan needs six. The reader is given a function that
reads bytes, so the same code serves an EXIF block in memory and a whole TIFF file. Nothing here raises on broken
input: a value that can't be read is not there.
"""

import re
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

MOST_ENTRIES = 1000
"""Entries read of one directory; cameras write below 100, a hostile count must not cost time."""

Read = Callable[[int, int], bytes]
"""(offset, size) → up to that many bytes."""

_WIDTH, _HEIGHT, _MAKE, _MODEL, _ORIENTATION, _CHANGED = 0x100, 0x101, 0x10F, 0x110, 0x112, 0x132
_EXIF_IFD, _ORIGINAL, _DIGITIZED, _THUMBNAIL, _THUMBNAIL_SIZE = 0x8769, 0x9003, 0x9004, 0x201, 0x202
_FIRST_TAGS = frozenset({_WIDTH, _HEIGHT, _MAKE, _MODEL, _ORIENTATION, _CHANGED, _EXIF_IFD})
_DATE = re.compile(rb"\s*(\d{4})[:\-/.](\d\d)[:\-/.](\d\d)[ T](\d\d):(\d\d):(\d\d)")


@dataclass(frozen=True, slots=True)
class ExifHead:
    """What EXIF says of a photo (Exif 3.0, CIPA DC-008; TIFF 6.0).

    Attributes:
        orientation: 1..8, 1 where none or nonsense is given.
        width, height: of a TIFF's first page as stored, 0 where not given.
        taken: DateTimeOriginal, else DateTimeDigitized, else DateTime; local time, ISO 8601 without zone.
        camera: make and model for people.
        thumbnail: (offset, size) of the embedded JPEG preview in the structure, or None.
    """

    orientation: int = 1
    width: int = 0
    height: int = 0
    taken: str | None = None
    camera: str | None = None
    thumbnail: tuple[int, int] | None = None


NO_EXIF = ExifHead()
"""A photo without EXIF."""


def read_exif(read: Read) -> ExifHead:
    """Read a TIFF structure; what is broken in it counts as not given."""
    start = read(0, 8)
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(start[:4])
    if order is None or len(start) < 8:
        return NO_EXIF
    tags, following = _directory(read, order, struct.unpack(order + "I", start[4:])[0], _FIRST_TAGS)
    nested: Mapping[int, int | bytes] = {}
    if isinstance(tags.get(_EXIF_IFD), int):
        nested, _ = _directory(read, order, _number(tags, _EXIF_IFD), frozenset({_ORIGINAL, _DIGITIZED}))
    preview: Mapping[int, int | bytes] = {}
    if following:
        preview, _ = _directory(read, order, following, frozenset({_THUMBNAIL, _THUMBNAIL_SIZE}))
    orientation = _number(tags, _ORIENTATION)
    offset, size = _number(preview, _THUMBNAIL), _number(preview, _THUMBNAIL_SIZE)
    return ExifHead(
        orientation if 1 <= orientation <= 8 else 1,
        _number(tags, _WIDTH),
        _number(tags, _HEIGHT),
        date_of(nested.get(_ORIGINAL)) or date_of(nested.get(_DIGITIZED)) or date_of(tags.get(_CHANGED)),
        camera_name(text_of(tags.get(_MAKE)), text_of(tags.get(_MODEL))),
        (offset, size) if offset and size else None,
    )


def camera_name(make: str, model: str) -> str | None:
    """Make and model as people say them: "Canon" and "Canon EOS R5" make "Canon EOS R5"."""
    if model and make and not model.casefold().startswith(make.split()[0].casefold()):
        return f"{make} {model}"
    return model or make or None


def _directory(read: Read, order: str, offset: int, wanted: frozenset[int]) -> tuple[dict[int, int | bytes], int]:
    """The wanted entries of one directory and the offset of the next (0 for none)."""
    counted = read(offset, 2)
    if len(counted) < 2:
        return {}, 0
    count = min(struct.unpack(order + "H", counted)[0], MOST_ENTRIES)
    entries = read(offset + 2, count * 12 + 4)
    found: dict[int, int | bytes] = {}
    for tag, kind, number, value in struct.iter_unpack(order + "HHI4s", entries[: min(len(entries) // 12, count) * 12]):
        if tag not in wanted or tag in found:
            continue
        if kind == 3:
            found[tag] = struct.unpack(order + "H", value[:2])[0]
        elif kind in (4, 13):
            found[tag] = struct.unpack(order + "I", value)[0]
        elif kind in (2, 7) and number <= 256:
            found[tag] = value[:number] if number <= 4 else read(struct.unpack(order + "I", value)[0], number)
    after = entries[count * 12 : count * 12 + 4]
    return found, struct.unpack(order + "I", after)[0] if len(after) == 4 else 0


def _number(tags: Mapping[int, int | bytes], tag: int) -> int:
    value = tags.get(tag)
    return value if isinstance(value, int) else 0


def text_of(value: int | bytes | None) -> str:
    """A text of EXIF in one line of printable characters; empty where it is none."""
    if not isinstance(value, bytes):
        return ""
    text = value.split(b"\0", 1)[0].decode("utf-8", "replace")
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def date_of(value: int | bytes | None) -> str | None:
    """A date of EXIF as ISO 8601; None where it is none."""
    found = _DATE.match(value) if isinstance(value, bytes) else None
    if found is None:
        return None
    year, month, day, hour, minute, second = map(int, found.groups())
    try:
        return datetime(year, month, day, hour, minute, second).isoformat()
    except ValueError:
        return None
