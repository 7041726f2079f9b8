"""The texts in an EXIF block: read, and the caption kept in step where a valid block already has one.

A block is only ever appended to: a new ImageDescription goes into the space of the old one, else behind the end of
the block, and the one entry that points at it changes. Nothing moves, so maker notes with offsets of their own stay
whole.

Sources: TIFF 6.0 section 2, Exif 3.0 (CIPA DC-008, 4.6.5 UserComment), Microsoft's XP tags (40091–40095, UTF-16LE).
"""

import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import piexif

DESCRIPTION: Final[int] = piexif.ImageIFD.ImageDescription
XP_TITLE: Final[int] = piexif.ImageIFD.XPTitle
XP_COMMENT: Final[int] = piexif.ImageIFD.XPComment
XP_KEYWORDS: Final[int] = piexif.ImageIFD.XPKeywords
EXIF_IFD: Final[int] = piexif.ImageIFD.ExifTag
USER_COMMENT: Final[int] = piexif.ExifIFD.UserComment
MAKER_NOTE: Final = 0x927C
TEXT_LIMIT: Final = 64 * 1024
BLOCK_LIMIT: Final = 65527
"""Longest TIFF structure in one APP1 segment: 65,533 less the six bytes "Exif\\0\\0"."""
_MOST_ENTRIES: Final = 1000

Read = Callable[[int, int], bytes]
"""(offset, size) → up to that many bytes of the TIFF structure."""


@dataclass(frozen=True, slots=True)
class ExifTexts:
    """The words an EXIF block has."""

    description: str = ""
    comment: str = ""
    title: str = ""
    keywords: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of a directory: where it is, its type and count, and where its value is."""

    where: int
    kind: int
    count: int
    value_at: int
    size: int


def read(get: Read) -> ExifTexts:
    """The texts of a TIFF structure; what is broken counts as not given."""
    order = _order(get(0, 8))
    if order is None:
        return ExifTexts()
    first = _entries(get, order, _first(get, order))
    comment = _xp(get, first.get(XP_COMMENT))
    if EXIF_IFD in first and first[EXIF_IFD].size == 4:
        nested = _entries(get, order, _number(get, order, first[EXIF_IFD]))
        comment = _user_comment(get, nested.get(USER_COMMENT), order) or comment
    return ExifTexts(
        _ascii(get, first.get(DESCRIPTION)),
        comment,
        _xp(get, first.get(XP_TITLE)),
        tuple(word.strip() for word in _xp(get, first.get(XP_KEYWORDS)).split(";") if word.strip()),
    )


def maker_note(get: Read) -> int | None:
    """Where the maker note begins in a TIFF structure, None where it has none."""
    order = _order(get(0, 8))
    if order is None:
        return None
    first = _entries(get, order, _first(get, order))
    nested = _entries(get, order, _number(get, order, first[EXIF_IFD])) if EXIF_IFD in first else first
    return nested[MAKER_NOTE].value_at if MAKER_NOTE in nested else None


def with_description(block: bytes, text: str) -> bytes | None:
    """The TIFF structure with a new ImageDescription, None where it has none or is not safe to change.

    Args:
        block: the structure, without "Exif\\0\\0".
        text: the caption, "" to empty it; written in UTF-8, as the MWG guidelines ask (2.0, 5.1).
    """
    order = _order(block[:8])
    if order is None:
        return None
    get = _in(block)
    start = _first(get, order)
    count = int.from_bytes(get(start, 2), "little" if order == "<" else "big")
    entry = _entries(get, order, start).get(DESCRIPTION)
    if entry is None or entry.kind != 2 or not entry.size or count > _MOST_ENTRIES or not _tags_once(block, order):
        return None
    value = text.encode() + b"\0"
    if len(value) <= entry.size:
        padded = value.ljust(entry.size, b"\0")
        return block[: entry.value_at] + padded + block[entry.value_at + entry.size :]
    at = len(block) + len(block) % 2
    if at + len(value) > BLOCK_LIMIT:
        return None
    head = struct.pack(order + "II", len(value), at)
    return block[: entry.where + 4] + head + block[entry.where + 12 :] + bytes(len(block) % 2) + value


def same_but_description(before: bytes, after: bytes) -> bool:
    """Whether two structures differ only in the entry and the value of ImageDescription, and in what is appended."""
    order = _order(before[:8])
    if order is None or len(after) < len(before):
        return False
    get = _in(before)
    entry = _entries(get, order, _first(get, order)).get(DESCRIPTION)
    if entry is None:
        return False
    free = [(entry.where + 4, entry.where + 12), (entry.value_at, entry.value_at + entry.size)]
    at = 0
    for start, stop in sorted(free):
        if before[at : max(at, start)] != after[at : max(at, start)]:
            return False
        at = max(at, stop)
    return before[at:] == after[at : len(before)]


def _in(block: bytes) -> Read:
    return lambda offset, size: block[offset : offset + size]


def _order(head: bytes) -> str | None:
    return {b"II*\0": "<", b"MM\0*": ">"}.get(head[:4]) if len(head) == 8 else None


def _first(get: Read, order: str) -> int:
    return int.from_bytes(get(4, 4), "little" if order == "<" else "big")


def _entries(get: Read, order: str, start: int) -> dict[int, Entry]:
    """Tag → entry of one directory; the first of a tag counts."""
    found: dict[int, Entry] = {}
    counted = get(start, 2)
    if len(counted) < 2 or start < 8:
        return found
    count = min(struct.unpack(order + "H", counted)[0], _MOST_ENTRIES)
    raw = get(start + 2, count * 12)
    for i in range(len(raw) // 12):
        tag, kind, number, offset = struct.unpack_from(order + "HHII", raw, i * 12)
        size = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 13: 4}.get(kind, 0) * number
        where = start + 2 + i * 12
        found.setdefault(tag, Entry(where, kind, number, where + 8 if size <= 4 else offset, size))
    return found


def _tags_once(block: bytes, order: str) -> bool:
    """Whether ImageDescription's value is inside the block, is not shared, and the directory names it once."""
    get = _in(block)
    start = _first(get, order)
    raw = get(start + 2, 12 * struct.unpack(order + "H", get(start, 2))[0])
    tags = [struct.unpack_from(order + "H", raw, i)[0] for i in range(0, len(raw) - 11, 12)]
    entries = _entries(get, order, start)
    mine = entries[DESCRIPTION]
    if tags.count(DESCRIPTION) != 1 or mine.value_at + mine.size > len(block) or mine.value_at < 8:
        return False
    others = [e for tag, e in entries.items() if tag != DESCRIPTION and e.size > 4]
    if mine.size > 4 and start <= mine.value_at < start + 2 + len(raw) + 4:
        return False
    return not any(e.value_at < mine.value_at + mine.size and mine.value_at < e.value_at + e.size for e in others)


def _number(get: Read, order: str, entry: Entry) -> int:
    raw = get(entry.value_at, 4)
    return struct.unpack(order + "I", raw)[0] if len(raw) == 4 else 0


def _value(get: Read, entry: Entry | None) -> bytes:
    return get(entry.value_at, min(entry.size, TEXT_LIMIT)) if entry and entry.kind in (1, 2, 7) else b""


def _ascii(get: Read, entry: Entry | None) -> str:
    raw = _value(get, entry).split(b"\0")[0]
    try:
        return raw.decode("utf-8").strip()
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace").strip()


def _xp(get: Read, entry: Entry | None) -> str:
    return _value(get, entry).decode("utf-16-le", "replace").split("\0")[0].strip()


def _user_comment(get: Read, entry: Entry | None, order: str) -> str:
    raw = _value(get, entry)
    kind, text = raw[:8], raw[8:]
    if kind == b"ASCII\0\0\0":
        return text.decode("utf-8", "replace").split("\0")[0].strip()
    if kind == b"UNICODE\0":
        codec = "utf-16" if text[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-16-le" if order == "<" else "utf-16-be"
        return text.decode(codec, "replace").split("\0")[0].strip()
    return ""
