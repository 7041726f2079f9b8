"""Photos made for tests: every format with its own peculiarities, and a journal that remembers."""

import hashlib
import io
import struct
import zlib
from collections.abc import Callable
from typing import Any

from PIL import Image

from storage.metadata.durable import Identity
from storage.metadata.undo import UndoRecord, from_bytes


class MemoryJournal:
    """Keeps records as the library does, as bytes; can refuse an intent."""

    def __init__(self, *, refuse: BaseException | None = None) -> None:
        self.records: list[UndoRecord] = []
        self.events: list[tuple[str, Any]] = []
        self.refuse = refuse

    def intent(self, record: UndoRecord) -> int:
        if self.refuse:
            raise self.refuse
        self.records.append(from_bytes(record.to_bytes()))
        self.events.append(("intent", len(self.records) - 1))
        return len(self.records) - 1

    def done(self, token: int, identity: Identity | None) -> None:
        self.events.append(("done", identity))

    def failed(self, token: int, message: str) -> None:
        self.events.append(("failed", message))


def picture(mode: str = "RGB", size: tuple[int, int] = (48, 32)) -> Image.Image:
    image = Image.linear_gradient("L").resize(size)
    if mode == "RGBA":
        return Image.merge("RGBA", [image, image, image, image.rotate(180)])
    return image.convert(mode)


def encoded(kind: str, image: Image.Image | None = None, **options: Any) -> bytes:
    target = io.BytesIO()
    (image or picture()).save(target, kind, **options)
    return target.getvalue()


def jpeg(*, segments: bytes = b"", tail: bytes = b"", **options: Any) -> bytes:
    """A JPEG with more segments right behind SOI, and bytes behind EOI."""
    raw = encoded("JPEG", **options)
    return raw[:2] + segments + raw[2:] + tail


def app(number: int, content: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, 0xE0 + number, len(content) + 2) + content


def exif(order: str = "<", description: bytes = b"OLYMPUS DIGITAL CAMERA\0", maker: bytes = b"maker note") -> bytes:
    """An EXIF segment's content with ImageDescription, a maker note and a value behind both."""
    entries = [(0x010E, 2, description), (0x010F, 2, b"Camera\0\0"), (0x927C, 7, maker)]
    body, at = b"", 8 + 2 + 12 * len(entries) + 4
    raw = struct.pack(order + "H", len(entries))
    for tag, kind, value in entries:
        raw += struct.pack(order + "HHII", tag, kind, len(value), at + len(body))
        body += value + bytes(len(value) % 2)
    head = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(order + "I", 8)
    return b"Exif\0\0" + head + raw + bytes(4) + body


def irb(datasets: list[tuple[int, int, bytes]], *, digest: bool | bytes = True) -> bytes:
    """An APP13 segment's content with IIM, another resource and the digest (True: the right one)."""
    stream = b"".join(struct.pack(">BBBH", 0x1C, r, n, len(v)) + v for r, n, v in datasets)
    right = hashlib.md5(stream, usedforsecurity=False).digest()
    parts = [(0x0404, stream), (0x03ED, b"resolution......"), (0x040F, b"odd")]
    if digest:
        parts.append((0x0425, right if digest is True else digest))
    block = b"Photoshop 3.0\0"
    for number, data in parts:
        block += (
            b"8BIM" + struct.pack(">H", number) + b"\0\0" + struct.pack(">I", len(data)) + data + bytes(len(data) % 2)
        )
    return block


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def frames(count: int = 3) -> list[Image.Image]:
    return [picture(size=(20, 16)).rotate(90 * i) for i in range(count)]


def animated(kind: str) -> bytes:
    first, *more = frames()
    target = io.BytesIO()
    first.save(target, kind, save_all=True, append_images=more, duration=50, loop=0)
    return target.getvalue()


PLAIN: dict[str, Callable[[], bytes]] = {
    "plain.jpg": lambda: encoded("JPEG"),
    "progressive.jpg": lambda: encoded("JPEG", progressive=True),
    "exif.jpg": lambda: jpeg(segments=app(1, exif()), tail=b"motion photo data" * 50),
    "iim.jpg": lambda: jpeg(segments=app(13, irb([(2, 25, b"old"), (2, 120, b"a caption")]))),
    "grey.png": lambda: encoded("PNG", picture("L")),
    "alpha.png": lambda: encoded("PNG", picture("RGBA")) + b"behind the end",
    "animated.png": lambda: animated("PNG"),
    "lossy.webp": lambda: encoded("WEBP"),
    "lossless.webp": lambda: encoded("WEBP", picture("RGBA"), lossless=True),
    "animated.webp": lambda: animated("WEBP"),
    "still.gif": lambda: encoded("GIF"),
    "animated.gif": lambda: animated("GIF"),
    "plain.tif": lambda: encoded("TIFF"),
    "pages.tif": lambda: animated("TIFF"),
    "photo.avif": lambda: encoded("AVIF"),
}
"""A name → a file of that kind; all of them are written in the file."""
