"""JPEG XL: the packet is a box of its own, so nothing has to move; a bare codestream is put into boxes first.

A JPEG XL file is either boxes (ISO/IEC 18181-2), where `xml ` holds XMP, or nothing but the codestream, which has no
place for it. A file made from a JPEG can be turned back into that JPEG bit by bit (`jbrd`). Where the JPEG had XMP,
the way back takes it from the `xml ` box, and an edit would break it: such a file is refused. Packets compressed with
Brotli (`brob`) are neither read nor replaced: two packets would contradict each other.

Invariants: the codestream and every box of others keep their bytes and their order.
"""

from collections.abc import Sequence

from storage.metadata.containers.base import Buffer, Piece, Refused, Unit
from storage.metadata.containers.isobmff_boxes import PACKET_LIMIT, Box, walk
from storage.metadata.containers.patches import Change, pieces, same, unproved

BARE = b"\xff\x0a"
"""How a codestream begins (ISO/IEC 18181-1)."""
SIGNATURE = b"\0\0\0\x0cJXL \r\n\x87\n"
FILE_TYPE = b"\0\0\0\x14ftypjxl \0\0\0\0jxl "
CODE_BOXES = ("jxlc", "jxlp")
IMAGE_BOXES = (*CODE_BOXES, "jbrd")
LAST_PART = 0x80000000
"""Set in the number of the last `jxlp` (ISO/IEC 18181-2, 9.9)."""


class JpegXl:
    """The `Container` of JPEG XL."""

    name = "JPEG XL"

    def units(self, source: Buffer) -> Sequence[Unit]:
        """Boxes, with the heads of image boxes as units of their own; a bare codestream is one image unit."""
        if bytes(source[:2]) == BARE:
            return [Unit("codestream", 0, len(source), image=True)]
        units = []
        boxes = _boxes(source)
        packet = _packet_box(source, boxes)
        for box in boxes:
            if box.type in IMAGE_BOXES:
                units.append(Unit(f"{box.type} head", box.start, box.body))
                units += [Unit(box.type, box.body, box.stop, image=True)] if box.stop > box.body else []
            else:
                inner = bytes(source[box.body : box.body + 4]).decode("latin-1") if box.type == "brob" else box.type
                kind = "XMP" if box is packet else "C2PA" if inner == "jumb" else box.type
                units.append(Unit(kind, box.start, box.stop))
        return units

    def read_packet(self, source: Buffer) -> bytes | None:
        """The first `xml ` box that holds XMP, or None; never raises."""
        if bytes(source[:2]) == BARE:
            return None
        try:
            box = _packet_box(source, _boxes(source))
        except Refused:
            return None
        return bytes(source[box.body : box.stop]) if box and box.stop - box.body <= PACKET_LIMIT else None

    def splice(self, source: Buffer, packet: bytes) -> Sequence[Piece]:
        """The pieces with `packet` in an `xml ` box. Raises Refused as the module says."""
        new = (len(packet) + 8).to_bytes(4, "big") + b"xml " + packet
        size = len(source)
        if bytes(source[:2]) == BARE:
            return pieces(size, [Change(0, 0, SIGNATURE + FILE_TYPE + new + _head("jxlc", size))])
        boxes = _boxes(source)
        _check_code(source, boxes)
        if any(_takes_xmp_back(source, box) for box in boxes if box.type == "jbrd"):
            raise _broken(
                "was made from a JPEG and can be turned back into it, which an edit of its metadata would break",
                "jpeg-reconstruction",
            )
        if any(box.type == "brob" and source[box.body : box.body + 4] == b"xml " for box in boxes):
            raise _broken("holds compressed XMP, which Altfolio does not write", "xmp-compressed")
        old = _packet_box(source, boxes)
        if old is not None:
            return pieces(size, [Change(old.start, old.stop, new)])
        at = next(box.start for box in boxes if box.type in CODE_BOXES)
        return pieces(size, [Change(at, at, new)])

    def prove(self, before: Buffer, after: Buffer) -> None:
        """Every box but the packet's is the same, in order; so is the codestream. Raises Refused ("proof")."""
        theirs = _boxes(after)
        packet = _packet_box(after, theirs)
        others = [box for box in theirs if box is not packet]
        if bytes(before[:2]) == BARE:
            code = others[-1]
            right = [box.type for box in others] == ["JXL ", "ftyp", "jxlc"] and code.stop - code.body == len(before)
            if not right or not same(before, 0, len(before), after, code.body):
                raise unproved("its codestream has changed")
            return
        mine = _boxes(before)
        old = _packet_box(before, mine)
        mine = [box for box in mine if box is not old]
        if [box.stop - box.start for box in mine] != [box.stop - box.start for box in others]:
            raise unproved("its boxes are others")
        for a, b in zip(mine, others, strict=True):
            if not same(before, a.start, a.stop, after, b.start):
                raise unproved(f"its {a.type} box has changed")


def _broken(sentence: str, cause: str = "lying-structure") -> Refused:
    return Refused(cause, f"This JPEG XL file {sentence}, so it is left as it is.")


def _boxes(source: Buffer) -> list[Box]:
    if bytes(source[:12]) != SIGNATURE:
        raise _broken("does not begin like one", "not-jxl")
    boxes = list(walk(source, 0, len(source), _broken))
    if len(boxes) < 2 or boxes[1].type != "ftyp":
        raise _broken("does not say its type")
    return boxes


def _check_code(source: Buffer, boxes: list[Box]) -> None:
    """The codestream is there, in one box or in numbered parts up to the last one."""
    code = [box for box in boxes if box.type in CODE_BOXES]
    whole = [box.type for box in code] == ["jxlc"]
    numbers = [int.from_bytes(source[box.body : box.body + 4], "big") for box in code]
    parts = bool(code) and numbers == [*range(len(code) - 1), (len(code) - 1) | LAST_PART]
    if not whole and not (parts and all(box.type == "jxlp" for box in code)):
        raise _broken("is cut short: part of its image data is missing", "truncated")


def _takes_xmp_back(source: Buffer, box: Box) -> bool:
    """Whether a `jbrd` box puts the XMP of the file into the JPEG it leads back to, or cannot be read.

    Its head is a bit stream, lowest bit first: 1 bit grey, 6 bits per JPEG marker (less 0xC0) up to EOI, then for each
    APP marker its kind (3 is XMP) and 16 bits of length. Source: ISO/IEC 18181-2, annex A.
    """
    raw = bytes(source[box.body : min(box.stop, box.body + 32768)])
    bits, at = int.from_bytes(raw, "little"), 1

    def take(count: int) -> int:
        nonlocal at
        at += count
        return bits >> at - count & (1 << count) - 1

    apps = marker = 0
    while marker != 0xD9:
        marker = take(6) + 0xC0
        apps += 0xE0 <= marker <= 0xEF
        if at >= 8 * len(raw):
            return True
    for _ in range(apps):
        selector = take(2)
        kind = selector if selector < 2 else take(1) + 2 if selector == 2 else take(2) + 4
        if kind == 3 or at >= 8 * len(raw):
            return True
        take(16)
    return False


def _packet_box(source: Buffer, boxes: list[Box]) -> Box | None:
    """The box with XMP; an `xml ` box may also hold other XML."""
    for box in boxes:
        if box.type == "xml ":
            head = bytes(source[box.body : min(box.stop, box.body + 4096)]).replace(b"\0", b"")
            if b"<x:xmpmeta" in head or b"adobe:ns:meta/" in head or b"<?xpacket" in head or b"rdf:RDF" in head:
                return box
    return None


def _head(kind: str, size: int) -> bytes:
    """The head of a box with a body of `size` bytes."""
    if size + 8 < 1 << 32:
        return (size + 8).to_bytes(4, "big") + kind.encode()
    return b"\0\0\0\1" + kind.encode() + (size + 16).to_bytes(8, "big")
