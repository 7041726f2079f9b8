"""The words a photo already has: from its XMP, its sidecar, and where these are silent from IIM and EXIF.

Precedence, field by field: XMP before IIM before EXIF; of the file's XMP and a sidecar's, the one with the newer
xmp:MetadataDate, and the sidecar where either has no date (it exists because a program would not or could not write
the file). IIM beats XMP only where the stored IPTC digest shows that another program changed IIM since. Keywords are
the union of all. Alt text comes from AltTextAccessibility alone: a caption is never silently promoted.

Invariants: nothing is written; a file is read up to its metadata and not further; broken metadata is a sentence in
`problem`, never an exception, and everything else is still read.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from storage.job import KnownError
from storage.metadata import exif, exif_caption, iim, keyword_struct, sidecar
from storage.metadata import fields as f
from storage.metadata.containers import CONTAINERS, READ_ONLY
from storage.metadata.containers.base import Buffer, FileBytes, Unit
from storage.metadata.containers.jpeg import EXIF_SIGN, XMP_SIGN, content, extended_packet, segments
from storage.metadata.containers.png import chunks as png_chunks
from storage.metadata.containers.webp import chunks as webp_chunks
from storage.metadata.sniff import sniff
from storage.metadata.xmp import Xmp, parse
from storage.photo_source import PhotoSource, open_source

FILE: Final = "file"
SIDECAR: Final = "sidecar"
IIM: Final = "iim"
EXIF: Final = "exif"
SIDECAR_LIMIT: Final = 16 * 2**20
_EXIF_LIMIT: Final = 2**20


@dataclass(frozen=True, slots=True)
class WordsRead:
    """What was found.

    Attributes:
        words: all of it; a caption that a camera or program left is not there (`fields.junk`).
        sources: name of a field ("alt_text", …, "keywords") → "file", "sidecar", "iim" or "exif", where it has a value.
        made_by_ai: what the file says about an image made or edited by AI, as "name: value", for showing.
        problem: a sentence about metadata that could not be read, or None.
        format: as `sniff` names it.
        sidecars: those that were read, the one that counts most first.
    """

    words: f.PhotoWords = field(default_factory=f.PhotoWords)
    sources: Mapping[str, str] = field(default_factory=dict)
    made_by_ai: tuple[str, ...] = ()
    problem: str | None = None
    format: str = ""
    sidecars: tuple[Path, ...] = ()


@dataclass(slots=True)
class Blocks:
    """The raw metadata of a file."""

    packet: bytes | None = None
    extended: bytes = b""
    structure: exif.Read | None = None
    irb: bytes = b""


def read_words(path: Path) -> WordsRead:
    """The words of a photo and its sidecars.

    Raises:
        KnownError: the photo can't be opened or read.
    """
    with open_source(path) as source:
        return read_words_from(source)


def read_words_from(source: PhotoSource, *, neighbours: Sequence[str] | None = None) -> WordsRead:
    """As `read_words`, of a photo that is open already.

    Args:
        source: the photo.
        neighbours: names of all files in its folder where the caller knows them (saves listing it again).
    """
    kind = sniff(source.head)
    problems: list[str] = []
    try:
        blocks = raw_blocks(kind, FileBytes(source.size, source.read, source.head))
    except KnownError as error:
        blocks = Blocks()
        problems.append(str(error))
    packets: list[tuple[str, Xmp]] = []
    for packet in (blocks.packet, blocks.extended):
        if packet:
            packets += _parsed(packet, FILE, problems)
    beside = _sidecars(source.path, neighbours, problems)
    for path in beside:
        packets += _sidecar(path, source.path, problems)
    words, sources, ai = _compose(_ordered(packets), blocks)
    return WordsRead(words, sources, ai, " ".join(problems) or None, kind, beside)


def raw_blocks(kind: str, data: Buffer) -> Blocks:
    """The metadata blocks of a file of that format; the parts that can be found where it is broken."""
    if kind == "JPEG":
        return _jpeg(data)
    container = CONTAINERS.get(kind) or READ_ONLY.get(kind)
    blocks = Blocks(container.read_packet(data) if container else None)
    if kind == "PNG":
        blocks.structure = _chunk(data, "eXIf", png_chunks(data, lenient=True))
    elif kind == "WebP":
        blocks.structure = _chunk(data, "EXIF", webp_chunks(data, len(data), lenient=True))
    elif kind in ("HEIF", "AVIF", "JXL"):
        place = exif_caption.place_in_boxes(kind, data)
        blocks.structure = _in(bytes(data[place[0] : place[1]]).removeprefix(b"Exif\0\0")) if place else None
    elif kind == "TIFF" or READ_ONLY.get(kind) is CONTAINERS["TIFF"]:
        blocks.structure = lambda offset, size: bytes(data[offset : offset + size])
    return blocks


def _jpeg(data: Buffer) -> Blocks:
    blocks = Blocks()
    units, _ = segments(data, lenient=True)
    for unit in units:
        if unit.kind == "APP1 XMP" and blocks.packet is None:
            blocks.packet = content(data, unit)[len(XMP_SIGN) :]
        elif unit.kind == "APP1 Exif" and blocks.structure is None:
            blocks.structure = _in(content(data, unit)[len(EXIF_SIGN) + 1 :])
        elif unit.kind == "APP13 IRB" and not blocks.irb:
            blocks.irb = content(data, unit)
    blocks.extended = extended_packet(data, units)
    return blocks


def _chunk(data: Buffer, kind: str, units: Iterator[Unit]) -> exif.Read | None:
    """The EXIF in the first chunk of that kind, with or without the JPEG signature that some programs leave there."""
    for unit in units:
        if unit.kind == kind:
            raw = bytes(data[unit.start + 8 : min(unit.stop, unit.start + _EXIF_LIMIT)])
            return _in(raw.removeprefix(b"Exif\0\0"))
    return None


def _in(block: bytes) -> exif.Read:
    return lambda offset, size: block[offset : offset + size]


def _parsed(packet: bytes, source: str, problems: list[str]) -> list[tuple[str, Xmp]]:
    try:
        return [(source, parse(packet, lenient=True))]
    except KnownError as error:
        problems.append(str(error))
        return []


def _sidecars(path: Path, neighbours: Sequence[str] | None, problems: list[str]) -> tuple[Path, ...]:
    try:
        return sidecar.found(path, neighbours)
    except KnownError as error:
        problems.append(str(error))
        return ()


def _sidecar(path: Path, photo: Path, problems: list[str]) -> list[tuple[str, Xmp]]:
    try:
        with open_source(path) as source:
            if source.size > SIDECAR_LIMIT:
                raise KnownError(f"The sidecar {path.name} is larger than 16 MB, so it is not read.")
            xmp = sidecar.load(source.read(0, source.size), path.name, lenient=True)
    except KnownError as error:
        problems.append(str(error))
        return []
    return [(SIDECAR, xmp)] if sidecar.belongs(xmp, photo, path) else []


def _ordered(packets: list[tuple[str, Xmp]]) -> list[tuple[str, Xmp]]:
    """The packet that counts most first (see the module)."""
    in_file = [packet for packet in packets if packet[0] == FILE]
    beside = [packet for packet in packets if packet[0] == SIDECAR]
    if in_file and beside:
        mine, theirs = stamp(in_file[0][1]), stamp(beside[0][1])
        if mine and theirs and mine > theirs:
            return in_file + beside
    return beside + in_file


def stamp(xmp: Xmp) -> datetime | None:
    """When the packet was last edited, by its own word; None where it does not say."""
    try:
        date = datetime.fromisoformat((xmp.text(f.METADATA_DATE) or "").strip())
    except ValueError:
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)


def _compose(
    packets: Sequence[tuple[str, Xmp]], blocks: Blocks
) -> tuple[f.PhotoWords, dict[str, str], tuple[str, ...]]:
    old = iim.read(blocks.irb) if blocks.irb else iim.Iim()
    block = exif.read(blocks.structure) if blocks.structure else exif.ExifTexts()
    fallback = {
        "caption": ((EXIF, block.description), (IIM, old.caption), (EXIF, block.comment)),
        "title": ((IIM, old.title), (EXIF, block.title)),
    }
    newer = {"caption": old.caption, "title": old.title} if old.newer else {}
    sources: dict[str, str] = {}
    found: dict[str, f.Texts] = {}
    for row in f.TEXT_FIELDS:
        texts, source = _texts(packets, row)
        other = newer.get(row.name, "")
        if other and texts and other != texts.get(f.DEFAULT):
            texts, source = {f.DEFAULT: other}, IIM
        for origin, text in () if texts else fallback.get(row.name, ()):
            if text and not (row.name == "caption" and f.junk(text)):
                texts, source = {f.DEFAULT: text}, origin
                break
        if texts:
            found[row.name], sources[row.name] = texts, source
    words = replace(f.PhotoWords(**found), **_keywords(packets, old, block, sources))  # type: ignore[arg-type]
    return words, sources, tuple(f.unique(made_by_ai(packets)))


def _texts(packets: Sequence[tuple[str, Xmp]], row: f.TextField) -> tuple[f.Texts, str]:
    for source, xmp in packets:
        for place in (row.write, *row.also_read):
            texts = xmp.lang_alt(place)
            if row.name == "caption":
                texts = {language: text for language, text in texts.items() if not f.junk(text)}
            if texts:
                return texts, source
    return {}, ""


def _keywords(
    packets: Sequence[tuple[str, Xmp]], old: iim.Iim, block: exif.ExifTexts, sources: dict[str, str]
) -> dict[str, tuple[object, ...]]:
    """The union of all keywords, and of all paths; where the first came from goes into `sources`."""
    words: list[str] = []
    paths: list[tuple[str, ...]] = []
    for source, xmp in packets:
        given = xmp.items(f.KEYWORDS)
        trees = keyword_paths(xmp)
        words += [*given, *(path[-1] for path in trees if path)]
        paths += trees
        if given or trees:
            sources.setdefault("keywords", source)
    for source, more in ((IIM, iim.alone(old.keywords, words)), (EXIF, block.keywords)):
        words += more
        if more:
            sources.setdefault("keywords", source)
    return {
        "keywords": f.unique(words),
        "keyword_paths": tuple(path for path in f.unique_paths(paths) if len(path) > 1),
    }


def keyword_paths(xmp: Xmp) -> list[tuple[str, ...]]:
    """The hierarchies of a packet, from Lightroom's, digiKam's and the MWG's properties."""
    joined = [(item, "|") for place in (f.HIERARCHY, f.HIERARCHY_OLD) for item in xmp.items(place)]
    joined += [(item, "/") for item in xmp.items(f.TAGS_LIST)]
    found = [path for item, mark in joined if (path := tuple(p.strip() for p in item.split(mark) if p.strip()))]
    return found + keyword_struct.paths(xmp)


def made_by_ai(packets: Sequence[tuple[str, Xmp]]) -> Iterator[str]:
    """What the packets say about AI, as "name: value"."""
    for _, xmp in packets:
        for place in f.MADE_BY_AI:
            text = xmp.text(place)
            if text:
                yield f"{place.local}: {text.rsplit('/', 1)[-1] if text.startswith('http') else text}"
