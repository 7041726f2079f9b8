"""Sidecars: which XMP file beside a photo belongs to it, which one is written, and the file itself as a container.

Two names are in use: `IMG.CR2.xmp` (digiKam, darktable; says exactly which photo it is for) and `IMG.xmp` (Lightroom,
Camera Raw, for RAW). Both are read. The second is ambiguous where a RAW and its JPEG share a stem: then it belongs to
the RAW, as Lightroom means it; the new sidecar of a photo that `IMG.xmp` would not belong to gets the first name.

Invariants: a sidecar that exists is edited, never replaced by a new one and never doubled by one of the other name;
what is written is the one that is read first; a sidecar that cannot be read is left as it is, with a sentence.
"""

import os
import re
from collections.abc import Iterable, Sequence
from itertools import product
from pathlib import Path
from typing import Final, Literal

from storage.job import KnownError
from storage.metadata.containers.base import Buffer, Piece, Refused, Unit
from storage.metadata.containers.patches import unproved
from storage.metadata.fields import Property, Shape
from storage.metadata.sniff import RAW_SUFFIXES
from storage.metadata.xmp import PACKET_LIMIT, Xmp, parse

NameStyle = Literal["IMG.jpg.xmp", "IMG.xmp"]
"""The setting for new sidecars, spelled as its example."""

PHOTO_SUFFIXES: Final = RAW_SUFFIXES | frozenset({
    ".apng", ".avif", ".bmp", ".gif", ".heic", ".heif", ".hif", ".jfif", ".jp2", ".jpe", ".jpeg", ".jpg",
    ".jxl", ".mpo", ".png", ".psd", ".tif", ".tiff", ".webp",
})  # fmt: skip
"""Extensions of files that could claim `IMG.xmp` for themselves. Only names are known of neighbours, so here, and
nowhere else, the extension decides."""

SIDECAR_FOR: Final = Property("photoshop", "SidecarForExtension", Shape.TEXT)
"""What Camera Raw writes into `IMG.xmp`: the extension of the photo it is for."""

_PADDING: Final = re.compile(rb"\s+(?=<\?xpacket end)")


def found(photo: Path, neighbours: Iterable[str] | None = None) -> tuple[Path, ...]:
    """The sidecars of a photo that exist, the one that counts most first.

    Args:
        photo: the photo itself, symbolic links resolved; it need not exist.
        neighbours: names in its folder, where the caller knows them already (all of them, or its group of
            `grouped`); else the disk is asked.
    """
    if neighbours is None and not _any_beside(photo):
        return ()  # without listing the folder, which for each of n photos would be n × n names
    names = _names(photo, neighbours)
    exact = [name for name in names if _is_sidecar_of(name, photo.name)]
    general = [name for name in names if _is_sidecar_of(name, photo.stem) and photo.suffix]
    if general and not _owns_stem(photo, names):
        general = []
    return tuple(photo.with_name(name) for name in [*sorted(exact), *sorted(general)])


def target(photo: Path, style: NameStyle, neighbours: Iterable[str] | None = None) -> Path:
    """The sidecar to write: the one that exists, else a new name by the setting (see the module for the exception)."""
    names = _names(photo, neighbours)
    existing = found(photo, names)
    if existing:
        return existing[0]
    if style == "IMG.xmp" and photo.suffix and _owns_stem(photo, names):
        return photo.with_name(photo.stem + ".xmp")
    return photo.with_name(photo.name + ".xmp")


def group_of(name: str) -> str:
    """What a photo, its sidecars and those that could claim them have in common: the name without these endings."""
    stem = name[:-4] if name.lower().endswith(".xmp") else name
    suffix = Path(stem).suffix
    return stem[: -len(suffix)] if suffix.lower() in PHOTO_SUFFIXES else stem


def grouped(names: Iterable[str]) -> dict[str, list[str]]:
    """The names of a folder by `group_of`, so that a scan of n photos does not compare n × n names."""
    groups: dict[str, list[str]] = {}
    for name in names:
        groups.setdefault(group_of(name), []).append(name)
    return groups


def belongs(xmp: Xmp, photo: Path, sidecar: Path) -> bool:
    """Whether what a sidecar says of itself fits the photo: `IMG.xmp` may name another extension than the photo's."""
    if _is_sidecar_of(sidecar.name, photo.name):
        return True
    extension = (xmp.text(SIDECAR_FOR) or "").strip().lower().lstrip(".")
    return extension in ("", photo.suffix.lower().lstrip("."))


def load(content: bytes, name: str, *, lenient: bool = False) -> Xmp:
    """Parse the content of a sidecar. Raises KnownError with a sentence that names the file."""
    try:
        if not content.strip(b"\0 \t\r\n"):
            raise Refused("xmp-unreadable", "It is empty.")
        return parse(content, lenient=lenient)
    except Refused as refused:
        raise KnownError(
            f"The sidecar {name} cannot be read as XMP, so nothing is written to it. Repair it with the program that"
            " made it, or move it away, and try again."
        ) from refused


class Sidecar:
    """The `Container` of a sidecar: the whole file is the packet."""

    name = "XMP sidecar"

    def units(self, source: Buffer) -> Sequence[Unit]:
        """One unit, the packet."""
        return [Unit("XMP", 0, len(source))] if len(source) else []

    def read_packet(self, source: Buffer) -> bytes | None:
        """The file's content, or None where it is empty or longer than any packet."""
        return bytes(source[:]) if 0 < len(source) <= PACKET_LIMIT else None

    def splice(self, source: Buffer, packet: bytes) -> Sequence[Piece]:  # noqa: ARG002 – the protocol's signature
        """The packet, without the padding that only a packet inside of another file needs."""
        return [_PADDING.sub(b"\n", packet)]

    def prove(self, before: Buffer, after: Buffer) -> None:  # noqa: ARG002
        """The new file can be read again; that its properties are right is the proof of the words themselves."""
        try:
            parse(bytes(after[:]))
        except Refused as refused:
            raise unproved("the new sidecar cannot be read") from refused


def _any_beside(photo: Path) -> bool:
    """Whether a file may be a sidecar, or there is no folder to ask; few calls, however many photos are in it."""
    endings = ["." + "".join(letters) for letters in product("xX", "mM", "pP")]
    names = [start + ending for start in {photo.name, photo.stem} for ending in endings]
    return any(os.path.lexists(photo.with_name(name)) for name in names) or not photo.parent.is_dir()


def _names(photo: Path, neighbours: Iterable[str] | None) -> list[str]:
    """Names in the photo's folder that begin like the photo; none where the folder cannot be listed."""
    if neighbours is None:
        try:
            neighbours = [entry.name for entry in photo.parent.iterdir()]
        except FileNotFoundError as error:
            raise KnownError(
                f"The folder of {photo.name} is no longer there. Connect its disk or scan its folder, and try again."
            ) from error
        except OSError as error:
            raise KnownError(f"The folder of {photo.name} cannot be read: {error.strerror}.") from error
    return [name for name in neighbours if name.startswith(photo.stem)]


def _is_sidecar_of(name: str, start: str) -> bool:
    return name.startswith(start) and name[len(start) :].lower() == ".xmp"


def _sharers(photo: Path, names: Iterable[str]) -> list[str]:
    """Other photos with the same stem."""
    others = (Path(name) for name in names if name != photo.name)
    return [p.name for p in others if p.stem == photo.stem and p.suffix.lower() in PHOTO_SUFFIXES]


def _owns_stem(photo: Path, names: Iterable[str]) -> bool:
    """Whether `IMG.xmp` is for this photo: nobody else could claim it, or it is the RAW among them.

    Beside another RAW a DNG does not count: Adobe's programs keep its words inside of it.
    """
    raw = [name for name in _sharers(photo, names) if Path(name).suffix.lower() in RAW_SUFFIXES - {".dng"}]
    return not _sharers(photo, names) or (photo.suffix.lower() in RAW_SUFFIXES and not raw)
