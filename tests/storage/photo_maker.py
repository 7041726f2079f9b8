"""Makes small real photos for tests."""

import io
import os
import random
from collections.abc import Iterable
from pathlib import Path

import piexif
from PIL import Image


def jpeg(
    seed: int = 0,
    *,
    size: tuple[int, int] = (64, 48),
    orientation: int | None = None,
    taken: str | None = None,
    preview: bytes | None = None,
) -> bytes:
    """A JPEG whose picture differs with the seed."""
    picture = Image.frombytes("RGB", size, random.Random(seed).randbytes(3 * size[0] * size[1]))
    first: dict[int, object] = {piexif.ImageIFD.Make: b"Canon", piexif.ImageIFD.Model: b"Canon EOS R5"}
    if orientation is not None:
        first[piexif.ImageIFD.Orientation] = orientation
    block: dict[str, object] = {"0th": first, "Exif": {}, "1st": {}, "thumbnail": preview}
    if taken is not None:
        block["Exif"] = {piexif.ExifIFD.DateTimeOriginal: taken.encode()}
    if preview is not None:
        block["1st"] = {piexif.ImageIFD.Compression: 6}
    stream = io.BytesIO()
    picture.save(stream, "JPEG", quality=90, exif=piexif.dump(block))
    return stream.getvalue()


def xmp(*, alt: str | None = None, keywords: Iterable[str] = (), caption: str | None = None) -> bytes:
    """An XMP packet with these words in the language x-default."""

    def lang_alt(name: str, text: str | None) -> str:
        if text is None:
            return ""
        return f'<{name}><rdf:Alt><rdf:li xml:lang="x-default">{text}</rdf:li></rdf:Alt></{name}>'

    bag = "".join(f"<rdf:li>{word}</rdf:li>" for word in keywords)
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" '
        'xmlns:Iptc4xmpCore="http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/">'
        + lang_alt("Iptc4xmpCore:AltTextAccessibility", alt)
        + lang_alt("dc:description", caption)
        + (f"<dc:subject><rdf:Bag>{bag}</rdf:Bag></dc:subject>" if bag else "")
        + '</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>'
    ).encode()


def with_xmp(photo: bytes, packet: bytes) -> bytes:
    """The same JPEG with this packet in front; its image data stays as it is."""
    content = b"http://ns.adobe.com/xap/1.0/\0" + packet
    return photo[:2] + b"\xff\xe1" + (len(content) + 2).to_bytes(2, "big") + content + photo[2:]


def put(folder: Path, name: str | bytes, content: bytes) -> Path:
    """Write a file, its folders too."""
    path = folder / os.fsdecode(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path
