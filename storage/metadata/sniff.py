"""What a file is, by its content. The extension decides nothing: a PNG named .jpg and a HEIC named .jpg are common.

Signatures as in the formats' own specifications; RAW signatures as ExifTool knows them.
"""

import struct
from typing import Final

HEAD: Final = 4096
"""Bytes of the start that `sniff` wants to see; fewer serve for all but the TIFF-like RAW formats."""

_STARTS: Final[tuple[tuple[bytes, str], ...]] = (
    (b"\xff\xd8\xff", "JPEG"),
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"GIF87a", "GIF"),
    (b"GIF89a", "GIF"),
    (b"\xff\x0a", "JXL"),
    (b"\0\0\0\x0cJXL \r\n\x87\n", "JXL"),
    (b"\0\0\0\x0cjP  \r\n\x87\n", "JP2"),
    (b"\xff\x4f\xff\x51", "JP2"),
    (b"8BPS\0\x01", "PSD"),
    (b"8BPS\0\x02", "PSD"),
    (b"FUJIFILMCCD-RAW", "RAF"),
    (b"IIRO", "ORF"),
    (b"IIRS", "ORF"),
    (b"MMOR", "ORF"),
    (b"IIU\0", "RW2"),
    (b"FOVb", "X3F"),
    (b"\0MRM", "MRW"),
    (b"II\x1a\0\0\0HEAPCCDR", "CRW"),
    (b"\0\0\0\x18ftypcrx ", "CR3"),
    (b"II+\0", "BigTIFF"),
    (b"MM\0+", "BigTIFF"),
    (b"II*\0", "TIFF"),
    (b"MM\0*", "TIFF"),
    (b"BM", "BMP"),
)

RAW: Final = frozenset({"RAF", "ORF", "RW2", "X3F", "MRW", "CRW", "CR2", "CR3", "DNG", "NEF", "ARW", "PEF", "RAW"})
"""Camera originals that are never written. "RAW" are those of makers that are not told apart."""

RAW_SUFFIXES: Final = frozenset({
    ".3fr", ".ari", ".arq", ".arw", ".bay", ".cap", ".cr2", ".cr3", ".crw", ".dcr", ".dcs", ".dng", ".drf",
    ".eip", ".erf", ".fff", ".gpr", ".iiq", ".k25", ".kdc", ".mdc", ".mef", ".mos", ".mrw", ".nef", ".nrw",
    ".orf", ".ori", ".pef", ".ptx", ".pxn", ".r3d", ".raf", ".raw", ".rw2", ".rwl", ".rwz", ".sr2", ".srf",
    ".srw", ".x3f",
})  # fmt: skip
"""Extensions of camera RAW files (LibRaw's and ExifTool's lists), in lower case. They say which files are worth a
look, and whose a sidecar is; never what a file is."""

UNKNOWN_RAW_SUFFIXES: Final = frozenset({".ari", ".bay", ".cap", ".drf", ".eip", ".mdc", ".pxn", ".r3d", ".rwz"})
"""Those among them whose content is not told from other files' here: film, archives, cameras of before 2003."""

RAW_COMPRESSIONS: Final = frozenset({32767, 32769, 32770, 32772, 34316, 34713, 34892, 65000, 65535})
"""Sony, packed (Epson), Samsung (two), Panasonic, Nikon, lossy DNG, Kodak, Pentax (ExifTool's table)."""

RAW_PHOTOMETRIC: Final = frozenset({32803, 34892})
"""Colour filter array (TIFF/EP) and LinearRaw (DNG)."""

_HEIF_BRANDS: Final = {
    b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"mif2", b"msf1", b"miaf",
    b"avci", b"avcs", b"jpeg", b"j2ki", b"vvic", b"1pic", b"unif", b"tmap",
}  # fmt: skip
_MAKERS: Final = {b"NIKON": "NEF", b"SONY": "ARW", b"PENTAX": "PEF", b"RICOH": "PEF"}


def sniff(head: bytes) -> str:
    """The format's name ("JPEG", "PNG", "WebP", "GIF", "TIFF", "HEIF", "AVIF", "JXL", a name in `RAW`, …) or ""."""
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "WebP"
    if head[4:8] == b"ftyp":
        return _brand(head)
    for start, name in _STARTS:
        if head.startswith(start):
            return _tiff(head) if name == "TIFF" else name
    return ""


def _brand(head: bytes) -> str:
    size = min(int.from_bytes(head[:4], "big"), len(head), 512)
    brands = [head[8:12], *(head[i : i + 4] for i in range(16, size - 3, 4))]
    if brands[0] == b"crx ":
        return "CR3"
    if b"avif" in brands or b"avis" in brands:
        return "AVIF"
    return "HEIF" if any(brand in _HEIF_BRANDS for brand in brands) else ""


def _tiff(head: bytes) -> str:
    """ "TIFF", or the RAW format that is built like one, as far as the first directory in `head` tells."""
    if head[8:10] == b"CR":
        return "CR2"
    if head[8:12] in (b"IIII", b"MMMM"):  # Phase One and Leaf
        return "RAW"
    order = "<" if head[:2] == b"II" else ">"
    tags: dict[int, bytes] = {}
    try:
        (start,) = struct.unpack_from(order + "I", head, 4)
        (count,) = struct.unpack_from(order + "H", head, start)
        for at in range(start + 2, start + 2 + 12 * min(count, 200), 12):
            (tag,) = struct.unpack_from(order + "H", head, at)
            tags[tag] = head[at + 8 : at + 12]
    except struct.error:
        pass
    if 50706 in tags:  # DNGVersion
        return "DNG"
    # IFD0 is a reduced preview (NewSubfileType 1), and the sensor's data is in a sub-directory; or it is that data
    preview = 330 in tags and tags.get(254) in (b"\x01\0\0\0", b"\0\0\0\x01")
    compression, photometric = (
        struct.unpack_from(order + "H", tags.get(tag, b"").ljust(4, b"\0"))[0] for tag in (259, 262)
    )
    if not preview and compression not in RAW_COMPRESSIONS and photometric not in RAW_PHOTOMETRIC:
        return "TIFF"
    (at,) = struct.unpack(order + "I", tags.get(271, b"").ljust(4, b"\0"))
    maker = head[at : at + 8].upper()
    return next((name for start, name in _MAKERS.items() if maker.startswith(start)), "RAW")
