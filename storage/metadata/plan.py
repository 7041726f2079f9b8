"""What a new file would be: the format's container, its pieces, and what must be true of them; nothing is written.

Everything that speaks against writing into a photo is decided here and raised as `Refused` with a cause, so that a
dry run, the write itself and its report all give the same answer.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Literal

from storage.job import KnownError
from storage.metadata import exif as exif_block
from storage.metadata import exif_caption, iim, sidecar
from storage.metadata import fields as f
from storage.metadata.apply import Applied, apply
from storage.metadata.containers import CONTAINERS
from storage.metadata.containers.base import Buffer, Container, Piece, Refused
from storage.metadata.containers.jpeg import Jpeg, content, extended_packet
from storage.metadata.read import Blocks, raw_blocks, stamp
from storage.metadata.sidecar import NameStyle
from storage.metadata.sniff import HEAD, RAW, RAW_SUFFIXES, sniff
from storage.metadata.verify import Expected
from storage.metadata.xmp import Xmp, parse

Change = tuple[f.Texts, f.Texts]
"""A field before and after."""

SidecarPolicy = Literal["never", "risky", "always"]
SIDECAR: Final = sidecar.Sidecar()


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteOptions:
    """How to write.

    Attributes:
        sidecar: "never" (what can't be written in the file is an error), "risky" (RAW and what is refused), "always".
        sidecar_name: how a new sidecar is called.
        keep_times: the file keeps its modification time.
        allow_signed: write into files with a C2PA signature, which breaks it.
        default_language: whose text is x-default.
        backup_folder: where a redo file goes when a photo's own folder takes none; None refuses such photos.
        exiftool: the program, as second engine for files that the splicer refuses; None to do without.
    """

    sidecar: SidecarPolicy = "risky"
    sidecar_name: NameStyle = "IMG.jpg.xmp"
    keep_times: bool = True
    allow_signed: bool = False
    default_language: str = "en"
    backup_folder: Path | None = None
    exiftool: Path | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """A new file: which container, the format's name, its pieces, what must be true of it, what the edit did."""

    container: Container
    kind: str
    pieces: Sequence[Piece]
    expected: Expected
    applied: Applied


EXIFTOOL_CAUSES: Final = frozenset({"lying-structure", "unsorted", "unknown-type", "bigtiff", "jp2", "psd"})
"""Refusals that say nothing against the file being written by an engine that knows more formats."""


def check_policy(photo: Path, edit: f.WordsEdit, options: WriteOptions) -> None:
    """Refuse the file itself where the words belong into the sidecar. Raises Refused.

    The one place where an ending counts: some makers' originals can't be told from an ordinary TIFF by their content.
    """
    if photo.suffix.lower() in RAW_SUFFIXES:
        raise _unsupported("RAW")
    if options.sidecar == "always":
        raise Refused("setting", "The settings say that words go into sidecars.")
    if options.sidecar == "never":
        return
    edited = [row.write for row in f.TEXT_FIELDS if edit.texts(row.name) is not f.KEEP]
    edited += [f.KEYWORDS, f.HIERARCHY, f.TAGS_LIST] if edit.changes_keywords else []
    for path in sidecar.found(photo):
        try:
            xmp = sidecar.load(path.read_bytes(), path.name, lenient=True)
        except KnownError:
            continue  # reading ignores it as well, and says so
        stated = any(xmp.has(place) for place in edited) and sidecar.belongs(xmp, photo, path)
        if stated and stamp(xmp) is None:
            raise Refused("sidecar-first", "Its sidecar has these words already, and programs read them first.")


def make_plan(data: Buffer, edit: f.WordsEdit, options: WriteOptions) -> Plan:
    """What the new file would be. Raises Refused."""
    kind = sniff(bytes(data[:HEAD]))
    container = CONTAINERS.get(kind)
    if data[:1] == b"" or container is None:
        if sidecar_like(data):
            container, kind = SIDECAR, "XMP"
        else:
            raise _unsupported(kind)
    if not options.allow_signed and any(unit.kind == "C2PA" for unit in container.units(data)):
        raise Refused("signed", "This file is signed (C2PA), and a change would break the signature.")
    packet = container.read_packet(data)
    xmp = parse(packet) if packet is not None and packet.strip(b"\0 \t\r\n") else Xmp()
    blocks = raw_blocks(kind, data)
    _check_extended(data, container, edit)
    old = iim.read(blocks.irb) if blocks.irb else iim.Iim()
    before = parse(packet) if packet is not None and packet.strip(b"\0 \t\r\n") else Xmp()
    applied = apply(xmp, edit, default_language=options.default_language, inherited=old.keywords)
    applied = replace(applied, texts=_with_legacy(applied.texts, blocks, old))
    others = before.others(tuple(applied.values))
    if not applied.values:
        return Plan(container, kind, (), Expected({}, others), applied)
    expected = Expected(applied.values, others)
    if isinstance(container, Jpeg):
        exif, irb = _legacy(container, data, edit, applied, options)
        pieces = container.splice_with(data, xmp.serialise(), exif=exif, irb=irb)
        return Plan(container, kind, pieces, replace(expected, legacy=bool(exif or irb)), applied)
    first = _caption_step(kind, data, edit, options)
    if first:
        second = container.splice(exif_caption.spliced(data, first), xmp.serialise())
        expected = replace(expected, first=tuple(first))
        return Plan(container, kind, exif_caption.composed(first, second), expected, applied)
    return Plan(container, kind, container.splice(data, xmp.serialise()), expected, applied)


def _with_legacy(texts: Mapping[str, Change], blocks: Blocks, old: iim.Iim) -> dict[str, Change]:
    """What was said before also where XMP said nothing but EXIF or IIM did, so that an undo does not lose it."""
    said = {"caption": old.caption, "title": old.title}
    if blocks.structure is not None:
        said["caption"] = exif_block.read(blocks.structure).description or old.caption
    return {
        name: (before or ({f.DEFAULT: said[name]} if said.get(name) else {}), after)
        for name, (before, after) in texts.items()
    }


def _caption_step(kind: str, data: Buffer, edit: f.WordsEdit, options: WriteOptions) -> list[Piece]:
    """The file with its EXIF caption in step, before the packet is put into it; none where nothing is to be done."""
    caption = next(row for row in f.TEXT_FIELDS if row.exif)
    return exif_caption.first_step(kind, data, _default(edit, caption, options)) if _edited(edit, caption) else []


def sidecar_like(data: Buffer) -> bool:
    """Whether a file is XMP itself (a sidecar that is taken back field by field)."""
    return (
        bytes(data[:64])
        .lstrip(b"\xef\xbb\xbf\xff\xfe\0 \t\r\n")
        .startswith((b"<?xpacket", b"<?xml", b"<x:xmpmeta", b"<rdf"))
    )


def _unsupported(kind: str) -> Refused:
    if kind in RAW:
        return Refused("raw", "This is a camera's RAW file; originals of that kind are never written.")
    if kind == "BigTIFF":
        return Refused("bigtiff", "This is a BigTIFF, which Altfolio does not write.")
    return Refused(kind.lower() or "unknown", f"Altfolio does not write into {kind or 'files of this kind'}.")


def _check_extended(data: Buffer, container: Container, edit: f.WordsEdit) -> None:
    """ExtendedXMP is left alone, so a field that is in it can't be changed. Raises Refused."""
    if not isinstance(container, Jpeg):
        return
    extended = extended_packet(data, container.units(data))
    places = [row.write for row in f.TEXT_FIELDS if edit.texts(row.name) is not f.KEEP]
    if edit.changes_keywords:
        places += [f.KEYWORDS, f.HIERARCHY, f.TAGS_LIST, f.KEYWORD_TREE]
    if extended and any(parse(extended, lenient=True).has(place) for place in places):
        raise Refused("xmp-extended", "This file has these words in its ExtendedXMP, which Altfolio leaves alone.")


def _legacy(
    container: Jpeg, data: Buffer, edit: f.WordsEdit, applied: Applied, options: WriteOptions
) -> tuple[bytes | None, bytes | None]:
    """New EXIF and IRB segments where the file already says the same there; None for what stays."""
    units = container.units(data)
    texts = {
        row.iim[0]: (_default(edit, row, options), row.iim[1])
        for row in f.TEXT_FIELDS
        if _edited(edit, row) and row.iim
    }
    blocks = [content(data, unit) for unit in units if unit.kind == "APP13 IRB"]
    irb = iim.changed(blocks[0], texts, applied.keywords) if len(blocks) == 1 else None
    structures = [content(data, unit) for unit in units if unit.kind == "APP1 Exif"]
    caption = next(row for row in f.TEXT_FIELDS if row.exif)
    if len(structures) != 1 or not _edited(edit, caption):
        return None, irb
    new = exif_block.with_description(structures[0][6:], _default(edit, caption, options))
    return structures[0][:6] + new if new else None, irb


def _edited(edit: f.WordsEdit, row: f.TextField) -> bool:
    return edit.texts(row.name) is not f.KEEP


def _default(edit: f.WordsEdit, row: f.TextField, options: WriteOptions) -> str:
    wanted = edit.texts(row.name)
    return "" if isinstance(wanted, f.Keep) else f.in_writing_order(wanted, options.default_language).get(f.DEFAULT, "")
