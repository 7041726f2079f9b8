"""Changing a file without giving it a new inode, and finishing at the next start what a crash interrupted.

For files with several names (hard links) and for folders that take no new file, the new content can't simply take the
old one's name. It is first made durable in a redo file, which also says what the old content was, by hashes; then it
is written over the old one. After a crash in between, every block of the file is either old or new, and the redo file
finishes the job; if anything else is found there, another program has been at it and nothing is done.

Invariant: the file is not touched before the redo file and its name are on the disk.
"""

import base64
import contextlib
import errno
import hashlib
import json
import os
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final

from storage.job import KnownError
from storage.metadata.containers.base import Buffer, FileBytes, Piece, Span
from storage.metadata.durable import (
    REDO,
    TEMPORARY,
    Commit,
    Identity,
    Original,
    Prove,
    check_unchanged,
    identity,
    reader,
    sync_folder,
)
from storage.metadata.pieces import kept_digest, new_size, parts
from storage.photos import shown

try:
    import fcntl
except ImportError:
    fcntl = None  # type: ignore[assignment]

_SIGN: Final = b"ALTFOLIO REDO 1\n"
_PAGE: Final = 512
"""What every disk writes as a whole: no byte of such a block is new while another is old."""
_HASH: Final = 8


@dataclass(frozen=True, slots=True)
class Swept:
    """What was left by a crash.

    Attributes:
        removed: temporary files that were deleted.
        finished: photos whose interrupted write was finished.
        kept: redo files of photos that another program has changed since; nothing was done.
    """

    removed: int = 0
    finished: tuple[Path, ...] = ()
    kept: tuple[Path, ...] = ()


def rewrite(
    original: Original, pieces: Sequence[Piece], *, prove: Prove, commit: Commit,
    times: tuple[int, int] | None, backup_folder: Path | None,
) -> Identity:  # fmt: skip
    """Change a file in place by way of a redo file; as `durable.replace`."""
    path, size = original.path, new_size(pieces)
    folder = path.parent if os.access(path.parent, os.W_OK | os.X_OK) else backup_folder
    if folder is None or not os.access(folder, os.W_OK | os.X_OK):
        raise KnownError(
            f"The folder of “{shown(path.name)}” takes no new file, so it can't be changed safely. Allow writing to it."
        )
    redo = folder / f".{secrets.token_hex(8)}{REDO}"
    start = _write_redo(redo, original, pieces)
    touched = False
    try:
        with redo.open("rb") as file:
            _hold(redo, file)
            content = FileBytes(size, reader(file.fileno(), start))
            plain = redo.with_suffix(TEMPORARY)
            try:
                _copy_out(content, plain)  # the proof wants a file that is the photo alone
                prove(content, plain)
            finally:
                plain.unlink(missing_ok=True)
            check_unchanged(original)
            commit(kept_digest(original.data, [piece for piece in pieces if isinstance(piece, Span)]))
            check_unchanged(original)
            touched = True
            _overwrite(path, content, original.status.st_size, times)
            touched = False
        return identity(path.stat())
    finally:
        if not touched or not _half_written(path, redo):
            redo.unlink()
            sync_folder(folder)


def sweep(folder: Path) -> Swept:
    """Remove what a crash left in a folder, and finish writes that it interrupted. Never raises for what it finds."""
    removed = 0
    finished: list[Path] = []
    kept: list[Path] = []
    try:
        names = [Path(entry.path) for entry in os.scandir(folder) if entry.name.startswith(".")]
    except OSError:
        return Swept()
    for path in names:
        if not path.name.endswith((TEMPORARY, REDO)):
            continue
        with _unused(path) as unused, contextlib.suppress(OSError, ValueError, KeyError):
            if unused and path.name.endswith(TEMPORARY):
                path.unlink()
                removed += 1
            elif unused:
                target = _finish(path)
                (kept if target is None else finished).append(target or path)
    return Swept(removed, tuple(finished), tuple(kept))


def _write_redo(redo: Path, original: Original, pieces: Sequence[Piece]) -> int:
    """Make the redo file durable; where the content begins in it."""
    new = hashlib.blake2b(digest_size=16)
    for part in parts(original.data, pieces):
        new.update(part)
    header = {
        "target": base64.b64encode(os.fsencode(original.path)).decode(),
        "inode": original.status.st_ino,
        "old_size": original.status.st_size,
        "new_size": new_size(pieces),
        "new": new.hexdigest(),
        "old": base64.b64encode(b"".join(_pages(original.data))).decode(),
    }
    raw = json.dumps(header).encode()
    start = _SIGN + len(raw).to_bytes(8, "big") + raw
    temporary = redo.with_suffix(TEMPORARY)
    try:
        with temporary.open("xb") as file:
            file.write(start)
            for part in parts(original.data, pieces):
                file.write(part)
            file.flush()
            os.fsync(file.fileno())
        temporary.rename(redo)
    finally:
        with contextlib.suppress(FileNotFoundError):
            temporary.unlink()
    sync_folder(redo.parent)
    return len(start)


def _hold(redo: Path, file: BinaryIO) -> None:
    """Lock a redo file, so that another program's `sweep` does not take it for what a crash left."""
    if fcntl is not None:
        with contextlib.suppress(OSError):
            fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
    if redo.stat().st_ino != os.fstat(file.fileno()).st_ino:
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))


def _copy_out(content: FileBytes, path: Path) -> None:
    with path.open("xb") as file:
        for part in parts(content, [Span(0, len(content))]):
            file.write(part)


def _overwrite(path: Path, content: FileBytes, old_size: int, times: tuple[int, int] | None) -> None:
    with path.open("r+b", buffering=0) as file:
        if len(content) > old_size and hasattr(os, "posix_fallocate"):
            try:  # room for the longer file before the first byte changes
                os.posix_fallocate(file.fileno(), old_size, len(content) - old_size)
            except OSError:
                file.truncate(old_size)
                raise
        for part in parts(content, [Span(0, len(content))]):
            view = memoryview(part)
            while view:
                view = view[file.write(view) :]
        file.truncate(len(content))
        if times:
            os.utime(file.fileno(), ns=times)
        os.fsync(file.fileno())


def _pages(data: Buffer) -> Iterator[bytes]:
    for part in parts(data, [Span(0, len(data))]):
        for at in range(0, len(part), _PAGE):
            yield hashlib.blake2b(part[at : at + _PAGE], digest_size=_HASH).digest()


def _header(file: FileBytes) -> tuple[dict[str, Any], int]:
    """The header and where the content begins. Raises ValueError for what is no redo file."""
    if file[: len(_SIGN)] != _SIGN:
        raise ValueError("no redo file")
    at = len(_SIGN) + 8
    start = at + int.from_bytes(file[len(_SIGN) : at], "big")
    return json.loads(file[at:start]), start


def _half_written(path: Path, redo: Path) -> bool:
    """Whether the file is part old, part new; if so the redo file must stay."""
    with contextlib.suppress(OSError, ValueError, KeyError), redo.open("rb") as file:
        header, start = _header(FileBytes(redo.stat().st_size, reader(file.fileno())))
        return _state(path, header, FileBytes(header["new_size"], reader(file.fileno(), start))) != "old"
    return True


def _state(target: Path, header: dict[str, Any], content: FileBytes) -> str:
    """ "old", "new", "between" or "foreign"."""
    old = base64.b64decode(header["old"])
    with target.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        data = FileBytes(size, reader(file.fileno()))
        if not min(header["old_size"], len(content)) <= size <= max(header["old_size"], len(content)):
            return "foreign"
        is_old, is_new = size == header["old_size"], size == len(content)
        for number, page in enumerate(_pages(data)):
            at = number * _PAGE
            mine = old[number * _HASH : (number + 1) * _HASH] == page
            found = data[at : at + _PAGE]
            theirs = found == content[at : at + _PAGE] or (
                at + len(found) > header["old_size"] and not found.strip(b"\0")
            )
            if not mine and not theirs and at + _PAGE <= min(header["old_size"], len(content)):
                return "foreign"
            is_old, is_new = is_old and mine, is_new and found == content[at : at + _PAGE]
    return "old" if is_old else "new" if is_new else "between"


def _finish(redo: Path) -> Path | None:
    """Finish what a redo file is for; its photo, or None where another program has changed that."""
    with redo.open("rb") as file:
        header, start = _header(FileBytes(redo.stat().st_size, reader(file.fileno())))
        target = Path(os.fsdecode(base64.b64decode(header["target"])))
        content = FileBytes(header["new_size"], reader(file.fileno(), start))
        state = _state(target, header, content)
        if state == "foreign":
            return None
        if state == "between":
            status = target.stat()
            _overwrite(target, content, status.st_size, (status.st_atime_ns, status.st_mtime_ns))
    redo.unlink()
    sync_folder(redo.parent)
    return target


@contextlib.contextmanager
def _unused(path: Path) -> Iterator[bool]:
    """Whether no running process is still using this file; none can begin to for the length of the block."""
    if fcntl is None:
        yield True
        return
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except OSError:
        yield False
        return
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield False
        else:
            yield True
    finally:
        os.close(descriptor)
