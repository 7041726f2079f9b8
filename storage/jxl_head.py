"""Size and orientation of a JPEG XL file from its first bits, and where its EXIF is.

The codestream begins with the size in a few bits (ISO/IEC 18181-1, annex D); the file is that alone, or boxes around
it (18181-2). EXIF that is compressed with Brotli is not read: the date and camera of such a file stay unknown.
"""

from dataclasses import dataclass

from storage.exif_head import Read

BARE = b"\xff\x0a"
"""How a codestream begins."""

MOST_BOXES = 1000

_ENOUGH = 32
"""Bytes of the codestream in which size and orientation are: at most 2 × 34 + 3 + 3 bits behind the signature."""

_RATIOS = {1: (1, 1), 2: (12, 10), 3: (4, 3), 4: (3, 2), 5: (16, 9), 6: (5, 4), 7: (2, 1)}
"""Width to height (18181-1, table D.2)."""


@dataclass(frozen=True, slots=True)
class JxlHead:
    """Attributes: width, height as stored; orientation: EXIF 1..8, which decoders apply; exif_at: offset of the EXIF
    block's TIFF structure in the file, or None."""

    width: int
    height: int
    orientation: int
    exif_at: int | None = None


def read_jxl(read: Read, size: int) -> JxlHead:
    """Read the head.

    Args:
        read: (offset, size) → bytes of the file.
        size: bytes in the file.

    Raises:
        ValueError: the file ends before its size is said, or has no codestream.
    """
    if read(0, 2) == BARE:
        return _codestream(read(0, _ENOUGH), None)
    code, exif_at, at = b"", None, 0
    for _ in range(MOST_BOXES):
        head = read(at, 16)
        if len(head) < 8 or (code and exif_at is not None):
            break
        length, kind, skip = int.from_bytes(head[:4], "big"), head[4:8], 8
        if length == 1:
            length, skip = int.from_bytes(head[8:], "big"), 16
        elif length == 0:
            length = size - at
        if length < skip:
            break
        if kind in (b"jxlc", b"jxlp") and not code:
            code = read(at + skip + (4 if kind == b"jxlp" else 0), _ENOUGH)
        elif kind == b"Exif":
            exif_at = at + skip + 4 + int.from_bytes(read(at + skip, 4), "big")
        at += length
    return _codestream(code, exif_at)


def _codestream(code: bytes, exif_at: int | None) -> JxlHead:
    """SizeHeader and the first fields of ImageMetadata; bits are counted from the least significant one."""
    if code[:2] != BARE:
        raise ValueError
    bits = _Bits(code[2:])
    small = bits.take(1)
    height = (bits.take(5) + 1) * 8 if small else bits.size()
    ratio = bits.take(3)
    if ratio:
        above, below = _RATIOS[ratio]
        width = height * above // below
    else:
        width = (bits.take(5) + 1) * 8 if small else bits.size()
    plain = bits.take(1)  # all_default
    extra = 0 if plain else bits.take(1)
    return JxlHead(width, height, bits.take(3) + 1 if extra else 1, exif_at)


class _Bits:
    """Takes bits from bytes."""

    def __init__(self, content: bytes) -> None:
        self._left = int.from_bytes(content, "little")
        self._count = 8 * len(content)

    def take(self, count: int) -> int:
        """The next bits as a number. Raises ValueError at the end."""
        if count > self._count:
            raise ValueError
        value = self._left & ((1 << count) - 1)
        self._left >>= count
        self._count -= count
        return value

    def size(self) -> int:
        """U32(1 + u(9), 1 + u(13), 1 + u(18), 1 + u(30))."""
        return 1 + self.take((9, 13, 18, 30)[self.take(2)])
