"""IPTC-IIM inside a Photoshop resource block: read, and kept in step with XMP where a file already has it.

Only datasets that are there are changed, none is added; whatever is not understood is left as it is. The stored
digest (resource 0x0425) tells other programs whether IIM or XMP is newer, so it follows every change.

Sources: IPTC-NAA IIM 4.2 (1.5 datasets, 1:90 character set, 2:05, 2:25, 2:120), Adobe Photoshop file formats
("Image resource blocks"), MWG guidelines 2.0 (4.2, the digest).
"""

import hashlib
import struct
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from storage.metadata.fields import folded

SIGN: Final = b"Photoshop 3.0\0"
IIM_RESOURCE: Final = 0x0404
DIGEST_RESOURCE: Final = 0x0425
UTF8: Final = b"\x1b%G"
_KEYWORD_LIMIT: Final = 64
"""Bytes of a keyword (IIM 4.2, 2:25); up to 3 fewer where a character would be cut."""
_RESOURCE_TYPES: Final = (b"8BIM", b"MeSa", b"AgHg", b"PHUT", b"DCSR")


@dataclass(frozen=True, slots=True)
class Resource:
    """One image resource: where it is in the block, and its data."""

    type: bytes
    id: int
    start: int
    data_start: int
    data_stop: int
    stop: int


@dataclass(frozen=True, slots=True)
class Dataset:
    """One dataset of IIM; `raw` is all of it, `value` its content."""

    record: int
    number: int
    raw: bytes
    value: bytes


@dataclass(frozen=True, slots=True)
class Iim:
    """What the words' fields hold, decoded; `newer` when the stored digest says another program changed IIM since."""

    caption: str = ""
    title: str = ""
    keywords: tuple[str, ...] = ()
    newer: bool = False


def resources(block: bytes) -> list[Resource] | None:
    """The resources of a block (content of the APP13 segment, with its signature); None where it is broken."""
    found, at = [], len(SIGN)
    while at + 12 <= len(block):
        kind, number = block[at : at + 4], int.from_bytes(block[at + 4 : at + 6], "big")
        if kind not in _RESOURCE_TYPES:
            return None
        name = 1 + block[at + 6]
        data = at + 6 + name + name % 2
        if data + 4 > len(block):
            return None
        size = int.from_bytes(block[data : data + 4], "big")
        stop = data + 4 + size
        if stop > len(block):
            return None
        found.append(Resource(kind, number, at, data + 4, stop, min(stop + size % 2, len(block))))
        at = found[-1].stop
    return found if not block[at:].strip(b"\0") else None


def datasets(data: bytes) -> list[Dataset] | None:
    """The datasets of an IIM stream; None where it is broken or has datasets above 32 KB."""
    found, at = [], 0
    while at + 5 <= len(data) and data[at] == 0x1C:
        size = int.from_bytes(data[at + 3 : at + 5], "big")
        if size & 0x8000 or at + 5 + size > len(data):
            return None
        stop = at + 5 + size
        found.append(Dataset(data[at + 1], data[at + 2], data[at:stop], data[at + 5 : stop]))
        at = stop
    return found if not data[at:].strip(b"\0") else None


def read(block: bytes) -> Iim:
    """The words of an APP13 block; nothing where it has none or is broken."""
    parts = resources(block) or []
    stream = next((block[r.data_start : r.data_stop] for r in parts if r.id == IIM_RESOURCE), b"")
    sets = datasets(stream) or []
    codec = _codec(sets)
    values = [(s.number, _decoded(s.value, codec)) for s in sets if s.record == 2]
    stored = next((block[r.data_start : r.data_stop] for r in parts if r.id == DIGEST_RESOURCE), b"")
    return Iim(
        next((text for number, text in values if number == 120), ""),
        next((text for number, text in values if number == 5), ""),
        tuple(text for number, text in values if number == 25 and text),
        len(stored) == 16 and stored != bytes(16) and stored != hashlib.md5(stream, usedforsecurity=False).digest(),
    )


def alone(keywords: Iterable[str], others: Iterable[str]) -> list[str]:
    """The keywords of IIM that are not among others, whole or as the 64 bytes of them that IIM holds."""
    known = [folded(word) for word in others]
    return [
        word
        for word in keywords
        if (mine := folded(word)) not in known
        and not (len(word.encode()) > _KEYWORD_LIMIT - 4 and any(other.startswith(mine) for other in known))
    ]


def changed(block: bytes, texts: Mapping[int, tuple[str, int]], keywords: Sequence[str] | None) -> bytes | None:
    """The block with its datasets in step, None where nothing is to change or it can't be changed safely.

    Args:
        block: content of the only APP13 segment.
        texts: dataset of record 2 → (new text, longest length in bytes); changed only where the dataset is there.
        keywords: all keywords the photo now has, or None to leave them.
    """
    parts = resources(block)
    mine = [r for r in parts or [] if r.id == IIM_RESOURCE]
    if parts is None or len(mine) != 1:
        return None
    old = block[mine[0].data_start : mine[0].data_stop]
    sets = datasets(old)
    if not sets:
        return None
    new = _new_stream(sets, texts, keywords)
    if new is None or new == old.rstrip(b"\0"):
        return None
    out = [block[: len(SIGN)]]
    for part in parts:
        data = block[part.data_start : part.data_stop]
        if part.id == IIM_RESOURCE:
            data = new
        elif part.id == DIGEST_RESOURCE and len(data) == 16:
            data = hashlib.md5(new, usedforsecurity=False).digest()
        else:
            out.append(block[part.start : part.stop])
            continue
        out += [block[part.start : part.data_start - 4], struct.pack(">I", len(data)), data, bytes(len(data) % 2)]
    return b"".join([*out, block[parts[-1].stop :]])


def same_but_words(before: bytes, after: bytes) -> bool:
    """Whether two blocks differ only in 2:05, 2:25, 2:120 and the digest."""
    return _foreign(before) == _foreign(after) and resources(after) is not None


def _foreign(block: bytes) -> list[tuple[object, ...]]:
    found: list[tuple[object, ...]] = []
    for part in resources(block) or []:
        data = block[part.data_start : part.data_stop]
        if part.id == IIM_RESOURCE:
            kept = [s.raw for s in datasets(data) or [] if not (s.record == 2 and s.number in (5, 25, 120))]
            found.append((part.id, *kept))
        elif part.id != DIGEST_RESOURCE:
            found.append((part.type, part.id, data))
    return found


def _new_stream(
    sets: Sequence[Dataset], texts: Mapping[int, tuple[str, int]], keywords: Sequence[str] | None
) -> bytes | None:
    codec = _codec(sets)
    out: list[bytes] = []
    done: set[int] = set()
    try:
        for item in sets:
            number = item.number if item.record == 2 else -1
            if number in texts:
                text, limit = texts[number]
                if number not in done and text:
                    out.append(_dataset(number, _cut(text, codec, limit)))
            elif number == 25 and keywords is not None:
                if number not in done:
                    kept = {folded(_decoded(s.value, codec)): s.raw for s in sets if (s.record, s.number) == (2, 25)}
                    out += [kept.get(folded(w)) or _dataset(25, _cut(w, codec, _KEYWORD_LIMIT)) for w in keywords]
            else:
                out.append(item.raw)
            done.add(number)
    except UnicodeEncodeError:
        return None  # the block's character set can't hold the words; adding one would change every other text
    return b"".join(out)


def _codec(sets: Sequence[Dataset]) -> str:
    declared = next((s.value for s in sets if (s.record, s.number) == (1, 90)), b"")
    return "utf-8" if declared == UTF8 else "cp1252"


def _decoded(value: bytes, codec: str) -> str:
    """The text; undeclared bytes that are proper UTF-8 are taken for it, as most programs write it undeclared."""
    try:
        return value.decode("utf-8").replace("\0", "").strip()
    except UnicodeDecodeError:
        return value.decode("cp1252" if codec == "cp1252" else "utf-8", "replace").replace("\0", "").strip()


def _cut(text: str, codec: str, limit: int) -> bytes:
    """At most `limit` bytes without half a character. Raises UnicodeEncodeError."""
    raw = text.encode(codec)
    return raw if len(raw) <= limit else raw[:limit].decode(codec, "ignore").encode(codec)


def _dataset(number: int, value: bytes) -> bytes:
    return struct.pack(">BBBH", 0x1C, 2, number, len(value)) + value
