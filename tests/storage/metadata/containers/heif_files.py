"""HEIF files built box by box, in the shapes that writers of the world give them, with pixels that lie uncoded."""

from dataclasses import dataclass

PIXELS = bytes(range(200)) * 3
THUMBNAIL = b"thumbnail" * 7


@dataclass(frozen=True, kw_only=True)
class Shape:
    """What differs between writers: field sizes and versions of the tables, their order, and what is around them."""

    version: int = 1
    offset: int = 4
    length: int = 4
    base: int = 0
    index: int = 0
    wide: bool = False
    iloc_last: bool = False
    references: bool = True
    idat: bool = False
    packet: bytes | None = None
    packet_home: str = "mdat"  # "mdat" with the others, "own" mdat, "idat"
    before_mdat: bytes = b""
    trailer: bytes = b""
    large_mdat: bool = False
    open_mdat: bool = False
    sequence: bool = False


def box(kind: str, body: bytes, *, large: bool = False, opened: bool = False) -> bytes:
    if large:
        return b"\0\0\0\1" + kind.encode() + (len(body) + 16).to_bytes(8, "big") + body
    return (0 if opened else len(body) + 8).to_bytes(4, "big") + kind.encode() + body


def full(kind: str, version: int, body: bytes) -> bytes:
    return box(kind, bytes([version, 0, 0, 0]) + body)


def _infe(number: int, kind: str, content: str = "") -> bytes:
    return full("infe", 2, number.to_bytes(2, "big") + bytes(2) + kind.encode() + b"a name\0" + content.encode())


def _iloc(shape: Shape, rows: list[tuple[int, int, int, int]]) -> bytes:
    """Rows are (item, method, offset, length)."""
    count = 4 if shape.version == 2 else 2
    sizes = shape.offset << 12 | shape.length << 8 | shape.base << 4 | (shape.index if shape.version else 0)
    body = sizes.to_bytes(2, "big") + len(rows).to_bytes(count, "big")
    for number, method, offset, length in rows:
        body += number.to_bytes(count, "big") + (method.to_bytes(2, "big") if shape.version else b"") + bytes(2)
        start = offset if not shape.offset else min(offset, 7) if shape.base else 0
        body += start.to_bytes(shape.base, "big") + b"\0\1" + bytes(shape.index if shape.version else 0)
        body += (offset - start if shape.offset else 0).to_bytes(shape.offset, "big")
        body += (length if shape.length else 0).to_bytes(shape.length, "big")
    return full("iloc", shape.version, body)


def build(shape: Shape) -> bytes:
    """Item 1 is the photo, 2 its thumbnail, 3 Exif, 4 (where wanted) the XMP, 5 a grid's description in `idat`."""
    head = box("ftyp", b"mif1\0\0\0\0mif1heic")
    meta_size, offsets = 0, dict.fromkeys((1, 2, 3, 4), 0)
    for _ in range(2):  # the second time with the offsets that the first one found
        meta = _meta(shape, offsets)
        meta_size = len(meta)
        at = len(head) + meta_size
        parts = [(1, PIXELS), (2, THUMBNAIL), (3, b"\0\0\0\0Exif")]
        if shape.packet and shape.packet_home == "mdat":
            parts.insert(1, (4, shape.packet))
        own = box("mdat", shape.packet) if shape.packet and shape.packet_home == "own" else b""
        between = own + shape.before_mdat + (box("moov", b"x" * 20) if shape.sequence else b"")
        offsets[4] = at + 8
        at += len(between) + (16 if shape.large_mdat else 8)
        for number, content in parts:
            offsets[number] = at
            at += len(content)
    body = b"".join(content for _, content in parts)
    mdat = box("mdat", body, large=shape.large_mdat, opened=shape.open_mdat)
    return head + meta + between + mdat + (b"" if shape.open_mdat else shape.trailer)


def _meta(shape: Shape, offsets: dict[int, int]) -> bytes:
    packet = shape.packet or b""
    in_idat = shape.packet_home == "idat"
    rows = [(1, 0, offsets[1], len(PIXELS)), (2, 0, offsets[2], len(THUMBNAIL)), (3, 0, offsets[3], 8)]
    entries = [_infe(1, "unci"), _infe(2, "unci"), _infe(3, "Exif")]
    pairs = [("thmb", 2, 1), ("cdsc", 3, 1)]
    idat = b"grid description" if shape.idat or in_idat else b""
    if idat:
        rows.append((5, 1, 0, len(idat)))
        entries.append(_infe(5, "grid"))
    if shape.packet:
        rows.append((4, 1, len(idat), len(packet)) if in_idat else (4, 0, offsets[4], len(packet)))
        entries.append(_infe(4, "mime", "application/rdf+xml\0"))
        pairs.append(("cdsc", 4, 1))
        idat += packet if in_idat else b""
    number = 4 if shape.wide else 2
    iinf = full("iinf", shape.wide, len(entries).to_bytes(number, "big") + b"".join(entries))
    refs = [box(k, a.to_bytes(number, "big") + b"\0\1" + b.to_bytes(number, "big")) for k, a, b in pairs]
    iref = full("iref", shape.wide, b"".join(refs)) if shape.references else b""
    iloc = _iloc(shape, rows)
    last = box("idat", idat) if idat else b""
    tables = iinf + iref + last + iloc if shape.iloc_last else iloc + iinf + iref + last
    hdlr = full("hdlr", 0, bytes(4) + b"pict" + bytes(13))
    return full("meta", 0, hdlr + full("pitm", 0, b"\0\1") + tables + box("iprp", box("ipco", b"")))
