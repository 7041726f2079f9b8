"""A photo without its metadata, for decoders that stumble over metadata that is broken.

Pillow reads EXIF, text chunks and more while it opens a file, and gives up on the whole photo where one of them is
broken (a wrong checksum of a comment is enough). The picture is in other parts of the file; these alone decode.
"""

import struct

_KEPT_JPEG = frozenset({0xE0, 0xEE})
"""JFIF and Adobe segments say how colours are coded (ITU-T T.871; Adobe 5116); all other APPn and COM are metadata."""

_KEPT_PNG = frozenset({b"tRNS"})
"""Transparency; all other chunks that begin with a small letter can be left out (PNG 3rd edition, 5.4)."""


def bare(content: bytes, kind: str) -> bytes | None:
    """The file with nothing but its picture.

    Args:
        kind: "JPEG", "PNG", ….

    Returns:
        None for formats where the picture can't be separated so easily.
    """
    if kind == "JPEG":
        return _jpeg(content)
    return _png(content) if kind == "PNG" else None


def _jpeg(content: bytes) -> bytes:
    kept = [content[:2]]
    at = 2
    while at + 4 <= len(content):
        if content[at] != 0xFF:
            at += 1
            continue
        code = content[at + 1]
        if code == 0xDA:
            kept.append(content[at:])
            break
        if code in (0x00, 0x01, 0xFF) or 0xD0 <= code <= 0xD9:
            at += 1 if code == 0xFF else 2
            continue
        size = 2 + struct.unpack_from(">H", content, at + 2)[0]
        if code in _KEPT_JPEG or not (0xE0 <= code <= 0xEF or code == 0xFE):
            kept.append(content[at : at + size])
        at += size
    return b"".join(kept)


def _png(content: bytes) -> bytes:
    kept = [content[:8]]
    at = 8
    while at + 12 <= len(content):
        size = 12 + struct.unpack_from(">I", content, at)[0]
        name = content[at + 4 : at + 8]
        if name[:1].isupper() or name in _KEPT_PNG:
            kept.append(content[at : at + size])
        at += size
    return b"".join(kept)
