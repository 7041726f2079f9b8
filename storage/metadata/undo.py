"""What a write replaced, kept so that it can be put back: byte for byte, or field by field.

A record holds the bytes that the edit took away and where they were; what it kept is only named by a digest. If the
file's kept bytes still have that digest and our new bytes are where we left them, nobody touched it since, and the old
file is made again exactly. Otherwise each field that still says what we wrote gets its old value back, and keywords
that we added go; everything that others did since stays.

Invariant: a record says everything that is needed; it is plain data that the library stores as bytes.
"""

import base64
import hashlib
import json
import os
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from storage.job import KnownError
from storage.metadata import fields as f
from storage.metadata.apply import Applied
from storage.metadata.containers.base import Buffer, Piece, Span
from storage.metadata.pieces import kept_digest, new_size

_VERSION: Final = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoRecord:
    """One write, as needed to take it back.

    Attributes:
        photo: whose words they are.
        target: the file that was written: the photo, or its sidecar.
        created: the target did not exist before.
        size_before, size_after: bytes.
        mtime_ns: of the target before.
        reverse: pieces that make the old content out of the new one.
        written: (offset, length, BLAKE2b) of the new bytes.
        kept: digest of the bytes that both have (`pieces.kept_digest`).
        texts: field → (before, after).
        added, removed, paths_added, paths_removed: keywords, as in `Applied`.
        kind: what it was: "write" or "undo".
    """

    photo: Path
    target: Path
    created: bool = False
    size_before: int = 0
    size_after: int = 0
    mtime_ns: int = 0
    reverse: tuple[Piece, ...] = ()
    written: tuple[tuple[int, int, bytes], ...] = ()
    kept: bytes = b""
    texts: Mapping[str, tuple[f.Texts, f.Texts]] = field(default_factory=dict)
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    paths_added: tuple[tuple[str, ...], ...] = ()
    paths_removed: tuple[tuple[str, ...], ...] = ()
    kind: str = "write"

    def to_bytes(self) -> bytes:
        """For the library; a few hundred bytes for an ordinary photo."""
        plain: dict[str, Any] = {name: getattr(self, name) for name in self.__slots__}
        plain |= {"version": _VERSION, "photo": _b64(os.fsencode(self.photo)), "target": _b64(os.fsencode(self.target))}
        plain["reverse"] = [[p.start, p.stop] if isinstance(p, Span) else _b64(p) for p in self.reverse]
        plain["written"] = [[at, length, digest.hex()] for at, length, digest in self.written]
        plain["kept"] = self.kept.hex()
        plain["texts"] = {name: [dict(before), dict(after)] for name, (before, after) in self.texts.items()}
        return zlib.compress(json.dumps(plain, ensure_ascii=False).encode())


def from_bytes(raw: bytes) -> UndoRecord:
    """A record from the library. Raises KnownError if a newer Altfolio made it, ValueError if it is none."""
    plain = json.loads(zlib.decompress(raw))
    if plain.pop("version") != _VERSION:
        raise KnownError("This write was made by a newer Altfolio. Undo it with that one.")
    plain |= {name: Path(os.fsdecode(base64.b64decode(plain[name]))) for name in ("photo", "target")}
    plain["reverse"] = tuple(Span(*p) if isinstance(p, list) else base64.b64decode(p) for p in plain["reverse"])
    plain["written"] = tuple((at, length, bytes.fromhex(digest)) for at, length, digest in plain["written"])
    plain["kept"] = bytes.fromhex(plain["kept"])
    plain["texts"] = {name: (before, after) for name, (before, after) in plain["texts"].items()}
    for name in ("added", "removed"):
        plain[name] = tuple(plain[name])
    for name in ("paths_added", "paths_removed"):
        plain[name] = tuple(tuple(path) for path in plain[name])
    return UndoRecord(**plain)


def record(
    photo: Path, target: Path, source: Buffer, pieces: Sequence[Piece], *, mtime_ns: int, created: bool = False,
    applied: Applied | None = None, kind: str = "write",
) -> UndoRecord:  # fmt: skip
    """The record of a write that makes `pieces` out of `source`; `kept` is added when the new content is written."""
    done = applied or Applied()
    return UndoRecord(
        photo=photo,
        target=target,
        created=created,
        size_before=len(source),
        size_after=new_size(pieces),
        mtime_ns=mtime_ns,
        reverse=_reverse(source, pieces),
        written=_written(pieces),
        texts=done.texts,
        added=done.added,
        removed=done.removed,
        paths_added=done.paths_added,
        paths_removed=done.paths_removed,
        kind=kind,
    )


def is_after(made: UndoRecord, data: Buffer) -> bool:
    """Whether a file is exactly what this write made of it."""
    if len(data) != made.size_after:
        return False
    for at, length, digest in made.written:
        if _digest(bytes(data[at : at + length])) != digest:
            return False
    spans = [piece for piece in made.reverse if isinstance(piece, Span)]
    return bool(made.kept) and kept_digest(data, spans, len(made.kept)) == made.kept


def inverse(made: UndoRecord, now: Mapping[str, f.Texts]) -> f.WordsEdit:
    """The edit that takes a write back in a file that others have changed since.

    Args:
        made: the write.
        now: field → what the file says today.
    """
    texts = {name: before for name, (before, after) in made.texts.items() if dict(now.get(name, {})) == dict(after)}
    return f.WordsEdit(
        **texts,
        keywords_add=made.removed,
        keywords_remove=made.added,
        paths_add=made.paths_removed,
        paths_remove=made.paths_added,
    )


def _reverse(source: Buffer, pieces: Sequence[Piece]) -> tuple[Piece, ...]:
    """Old bytes where the pieces have none of the original, spans of the new file elsewhere."""
    found: list[Piece] = []
    at = old = 0
    for piece in pieces:
        if isinstance(piece, bytes):
            at += len(piece)
            continue
        if piece.start < old:
            raise ValueError("the pieces move bytes of the original before others")
        if piece.start > old:
            found.append(bytes(source[old : piece.start]))
        length = piece.stop - piece.start
        found.append(Span(at, at + length))
        at, old = at + length, piece.stop
    if len(source) > old:
        found.append(bytes(source[old : len(source)]))
    return tuple(found)


def _written(pieces: Sequence[Piece]) -> tuple[tuple[int, int, bytes], ...]:
    found, at = [], 0
    for piece in pieces:
        if isinstance(piece, bytes):
            found.append((at, len(piece), _digest(piece)))
            at += len(piece)
        else:
            at += piece.stop - piece.start
    return tuple(found)


def _digest(raw: bytes) -> bytes:
    return hashlib.blake2b(raw, digest_size=16).digest()


def _b64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
