"""Walk folders and list the photos in them, fast and on bytes: a file name need not be text.

Hidden files and folders are left out, and with them everything this program puts beside a photo while it writes. Files
and folders behind symbolic links count, each folder once: a real path wins over a link to it, and a loop ends where it
meets a folder that was seen.

Invariant: one listing is in memory at a time, of at most `PART` entries, whatever the size of the library or of a
folder.
"""

# File names are bytes here, which pathlib does not take.
# ruff: noqa: PTH116, PTH118

import os
import stat
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice, repeat
from operator import attrgetter
from typing import Protocol

from storage.image_head import PHOTO_SUFFIXES
from storage.photo_source import identity_of
from storage.scan.plain import SMALL, mark_of, plain_folder, plain_photos

PART = 10_000
"""Entries of a folder that are listed at once, some 5 MB; a folder with more comes in parts."""

Entry = tuple[bytes, int, int, int, str | None]
"""One photo of a folder: name, inode, size, mtime_ns, identity of its sidecar (None without one)."""

USUAL = frozenset(each for ending in PHOTO_SUFFIXES if len(ending) == 4 for each in (ending, ending.upper()))
"""Endings of photos as nearly all have them."""

_SCANDIR_HAS_INODES = os.name != "nt"  # Windows lists folders without file numbers

_DOT = ord(".")
_name = attrgetter("name")


@dataclass(frozen=True, slots=True)
class Photos:
    """The photos of a folder, sorted by name; columns, because making a row for each would cost a fifth of a rescan.

    Attributes:
        names, inodes, sizes, times: of each photo.
        sidecars: identity of each photo's sidecar; None where no photo has one.
    """

    names: Sequence[bytes] = ()
    inodes: Sequence[int] = ()
    sizes: Sequence[int] = ()
    times: Sequence[int] = ()
    sidecars: Sequence[str | None] | None = None

    @staticmethod
    def of(entries: Iterable[Entry]) -> "Photos":
        """From rows in any order."""
        columns = [list(column) for column in zip(*sorted(entries), strict=True)]
        if not columns:
            return Photos()
        names, inodes, sizes, times, sidecars = columns
        return Photos(names, inodes, sizes, times, sidecars if any(sidecars) else None)

    def entries(self) -> list[Entry]:
        """As rows."""
        sidecars = repeat(None) if self.sidecars is None else self.sidecars
        return list(zip(self.names, self.inodes, self.sizes, self.times, sidecars, strict=False))

    def mark(self) -> bytes:
        """16 bytes that tell whether any name or identity differs."""
        return mark_of((*map(list, (self.names, self.inodes, self.sizes, self.times)), self.sidecars))


@dataclass(slots=True)
class Listing:
    """One folder, or a part of a large one.

    Attributes:
        path: the folder.
        photos: its photos; only the names decide here.
        folders, links: names of the folders in it; real ones, and those behind symbolic links.
        first, last: whether the folder begins and ends with this listing; both are true of a folder in one piece.
    """

    path: bytes
    photos: Photos = Photos()
    folders: list[bytes] = field(default_factory=list)
    links: list[bytes] = field(default_factory=list)
    first: bool = True
    last: bool = True

    @property
    def whole(self) -> bool:
        """Whether this is all of the folder."""
        return self.first and self.last


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A folder that can't be listed, and why."""

    path: bytes
    error: OSError


@dataclass(frozen=True, slots=True)
class Same:
    """A folder that has nothing but the photos the library knows, as it knows them, and how many these are."""

    path: bytes
    photos: int


Seen = set[tuple[int, int]]
"""(device, inode) of the folders that were listed."""


class Beforehand(Protocol):
    """Somebody who looks at folders before the walk comes to them."""

    def look_at(self, pending: Sequence[bytes]) -> None:
        """These folders come next, the last one first; called often."""

    def same(self, path: bytes) -> int | None:
        """How many photos a folder has, where it is known to be unchanged; None where it has to be listed."""


def walk(
    top: bytes, seen: Seen, *, recursive: bool = True, beforehand: Beforehand | None = None
) -> Iterator[Listing | Same | Unreadable]:
    """List a folder and those below it; folders in `seen` are left out, and every one listed is put there."""
    pending, links = [top], list[bytes]()
    while pending or links:
        if beforehand is not None:
            beforehand.look_at(pending)
        path = pending.pop() if pending else links.pop()
        try:
            status = os.stat(path)
            key = (status.st_dev, status.st_ino)
            if key in seen:
                continue
            seen.add(key)
            if beforehand is not None and (same := beforehand.same(path)) is not None:
                yield Same(path, same)  # a folder without folders
                continue
            plain = _plain_listing(path) if status.st_size <= SMALL else None
            for listing in list_folder(path) if plain is None else (plain,):
                yield listing
                if recursive:
                    pending.extend(os.path.join(path, name) for name in sorted(listing.folders, reverse=True))
                    links.extend(os.path.join(path, name) for name in listing.links)
        except OSError as error:
            yield Unreadable(path, error)


def _plain_listing(path: bytes) -> Listing | None:
    """A folder that has nothing but photos with one usual ending, or None: by names alone, a tenth faster."""
    columns = plain_folder(path, USUAL)
    return None if columns is None else Listing(path, Photos(*columns))


def list_folder(path: bytes) -> Iterator[Listing]:
    """List one folder, in one piece or in parts.

    Raises:
        OSError: it can't be read.
    """
    with os.scandir(path) as entries:
        part = list(islice(entries, PART + 1))
        if len(part) <= PART:
            yield _listing(path, part)
            return
        with os.scandir(path) as again:  # a sidecar may stand in another part than its photo
            sidecars = _sidecars(again)
        first = True
        while True:
            following = list(islice(entries, PART))
            listing = _listing(path, part, sidecars)
            listing.first, listing.last = first, not following
            yield listing
            if not following:
                return
            part, first = following, False


def _listing(path: bytes, entries: list[os.DirEntry[bytes]], sidecars: dict[bytes, str] | None = None) -> Listing:
    """Sort entries into a listing; `sidecars` are those of the whole folder where the entries are only a part."""
    names = list(map(_name, entries))
    likely = [name for name in names if name[-4:] in USUAL and name[0] != _DOT]
    columns = plain_photos(path, likely)
    photos = None if columns is None else Photos(*columns)
    if photos is not None and len(likely) == len(names) and not sidecars:
        return Listing(path, photos)
    done = frozenset(likely) if photos is not None else frozenset()
    others = [entry for entry in entries if entry.name not in done]
    listing = Listing(path)
    rows = [*([] if photos is None else photos.entries()), *_sort_in(listing, others)]
    sidecars = _sidecars(others) if sidecars is None else sidecars
    if sidecars:
        rows = [(*row[:4], _sidecar(row[0], sidecars)) for row in rows]
    listing.photos = Photos.of(rows)
    return listing


def _sort_in(listing: Listing, entries: list[os.DirEntry[bytes]]) -> list[Entry]:
    """Put folders where they belong, and return the photos."""
    photos: list[Entry] = []
    for entry in entries:
        name = entry.name
        if name[0] == _DOT:
            continue
        try:
            if name[name.rfind(b".") :].lower() in PHOTO_SUFFIXES:
                status = entry.stat() if _SCANDIR_HAS_INODES else os.stat(entry.path)
                if stat.S_ISREG(status.st_mode):
                    photos.append((name, *identity_of(status), None))
                    continue
            if entry.is_dir():
                (listing.links if entry.is_symlink() else listing.folders).append(name)
        except OSError:  # a link to nowhere or to itself, or a file deleted this moment
            continue
    return photos


def _sidecars(entries: Iterable[os.DirEntry[bytes]]) -> dict[bytes, str]:
    """The identity of each sidecar among these entries, by its name."""
    found = {}
    for entry in entries:
        name = entry.name
        if name[-4:].lower() == b".xmp" and name[0] != _DOT:
            try:
                if entry.is_file():
                    found[name] = ":".join(map(str, identity_of(os.stat(entry.path))))
            except OSError:  # as above
                continue
    return found


def _sidecar(photo: bytes, sidecars: dict[bytes, str]) -> str | None:
    """Identity of the sidecars of a photo: "IMG.jpg.xmp" and "IMG.xmp", in any case of the ending."""
    stem = photo[: photo.rfind(b".")]
    found = [sidecars[name] for base in (photo, stem) for name in (base + b".xmp", base + b".XMP") if name in sidecars]
    return " ".join(dict.fromkeys(found)) or None  # where case does not matter, both endings are one file


def sidecar_identity(photo: bytes) -> str | None:
    """Identity of the sidecars of one photo, as a listing of its folder would give it."""
    folder, name = os.path.split(photo)
    stem = name[: name.rfind(b".")]
    sidecars = {}
    for side in {base + ending for base in (name, stem) for ending in (b".xmp", b".XMP")}:
        try:
            sidecars[side] = ":".join(map(str, identity_of(os.stat(os.path.join(folder, side)))))
        except OSError:
            continue
    return _sidecar(name, sidecars)
