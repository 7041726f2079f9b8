"""Read all that a scan wants of one photo, with one open file and no library. Runs in the scan's threads."""

# File names are bytes here, which pathlib does not take.
# ruff: noqa: PTH118, PTH208

import logging
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from storage.image_file import Probe, check_size, probe_of
from storage.image_head import read_head
from storage.job import KnownError
from storage.metadata.digest import image_digest_from
from storage.metadata.fields import PhotoWords
from storage.metadata.read import SIDECAR, read_words_from
from storage.metadata.sidecar import group_of, grouped
from storage.photo_source import open_source
from storage.scan.walk import Entry
from storage.shown import shown


@dataclass(frozen=True, slots=True)
class Found:
    """A photo on the disk that the library does not know, or knows differently."""

    folder: bytes
    entry: Entry

    @property
    def file(self) -> bytes:
        """Its file name."""
        return self.entry[0]

    @property
    def path(self) -> Path:
        """Where it is."""
        return Path(os.fsdecode(os.path.join(self.folder, self.entry[0])))


@dataclass(frozen=True, slots=True)
class PhotoRead:
    """What was read of a photo.

    Attributes:
        found: which photo.
        identity: (inode, size, mtime_ns) when it was opened.
        probe, digest, words: what is known; None where it could not be read.
        target: the file that has the words: the photo or its sidecar.
        problem: the sentence for the user where something could not be read.
        vanished: True where the file was gone when it was to be read.
    """

    found: Found
    identity: tuple[int, int, int]
    probe: Probe | None = None
    digest: bytes | None = None
    words: PhotoWords | None = None
    target: bytes = b""
    problem: str | None = None
    vanished: bool = False


def read_photos(chunk: Sequence[Found]) -> list[PhotoRead]:
    """Read some photos. Never raises for what is in the files or what the disk does."""
    groups: dict[bytes, dict[str, list[str]]] = {}
    reads = []
    for found in chunk:
        neighbours: Sequence[str] = ()
        if found.entry[4] is not None:  # only then its folder has to be listed
            if found.folder not in groups:
                groups[found.folder] = grouped(_names(found.folder))
            neighbours = groups[found.folder].get(group_of(os.fsdecode(found.file)), ())
        reads.append(_read_photo(found, neighbours))
    return reads


def _names(folder: bytes) -> list[str]:
    try:
        return [os.fsdecode(name) for name in os.listdir(folder)]
    except OSError:
        return []


def _read_photo(found: Found, neighbours: Sequence[str]) -> PhotoRead:
    path = found.path
    identity = found.entry[1:4]
    digest: bytes | None = None
    try:
        with open_source(path) as source:
            identity = source.identity
            digest = image_digest_from(source) if source.size else None
            head = read_head(source)
            read = read_words_from(source, neighbours=neighbours)
        check_size(path, head)
    except KnownError as error:
        gone = isinstance(error.__cause__, FileNotFoundError)
        return PhotoRead(found, identity, digest=digest, problem=str(error), vanished=gone)
    except Exception as error:  # a fault of ours must not keep all other photos out of the library
        logging.getLogger(__name__).exception("reading %s", shown(path))
        sentence = f"“{shown(path.name)}” met a fault of Altfolio ({error!r}). Please report it."
        return PhotoRead(found, identity, digest=digest, problem=sentence)
    # Words that could not be read whole are not words that somebody removed.
    words = None if read.problem is not None else read.words
    beside = read.sidecars if SIDECAR in read.sources.values() else ()
    target = os.fsencode(beside[0] if beside else path)
    return PhotoRead(found, identity, probe_of(head), digest, words, target, read.problem)
