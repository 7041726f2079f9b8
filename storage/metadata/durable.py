"""The one way a file of the user is changed: either all of the new content is there, or all of the old.

New content goes into a temporary file in the same folder, gets owner, mode, attributes and times of the old one, is
flushed to the disk, read again and proved; only then it takes the old one's name, in one step of the file system.
Where that is not possible (hard links, a folder that takes no new file), the new content is first made durable in a
redo file, then written in place; a crash in between is finished at the next start by `sweep`.

Invariants: the original is never opened for writing before its whole replacement is durable and proved; the order is
fsync of the new content, rename, fsync of the folder; on any failure the temporary file is gone and the original is
as it was.
"""

import contextlib
import errno
import os
import secrets
import shutil
import stat
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from storage.job import KnownError
from storage.metadata.containers.base import Buffer, FileBytes, Piece, Span
from storage.metadata.pieces import kept_digest, new_digest, new_size, parts
from storage.metadata.swap import mark, mark_of, take_place
from storage.photos import shown

try:
    import fcntl
except ImportError:  # Windows: a file that is open elsewhere can't be replaced there anyway
    fcntl = None  # type: ignore[assignment]

TEMPORARY: Final = ".altfolio-tmp"
REDO: Final = ".altfolio-redo"
SIZE_LIMIT: Final = 4 * 2**30
"""Largest file that is written; a proof reads all of it, and formats have 32-bit offsets."""
SPARE: Final = 2**20
"""Bytes that stay free on the disk."""
PATIENCE: Final = 1.0
"""Seconds to wait for whoever has locked a file: a write of ours takes a tenth of that."""
AT_ONCE: Final = 16 * 2**20
"""Files up to this size are read once and looked at in memory: seven passes over a 5 MB JPEG take 6 ms less."""

Identity = tuple[int, int, int]
"""(inode, size, mtime_ns), as `PhotoSource.identity`."""


@dataclass(slots=True)
class Original:
    """An open, locked file that is to be changed.

    Attributes:
        path: without symbolic links.
        status: when it was opened.
        data: its content, read where it is asked for.
    """

    path: Path
    status: os.stat_result
    data: FileBytes

    @property
    def identity(self) -> Identity:
        """When it was opened."""
        return identity(self.status)


def identity(status: os.stat_result) -> Identity:
    """(inode, size, mtime_ns)."""
    return status.st_ino, status.st_size, status.st_mtime_ns


@contextmanager
def opened(path: Path) -> Iterator[Original]:
    """Open and lock a file that may be changed.

    Raises:
        KnownError: gone, not a regular file, in use by another write, too large; the sentences for full disks and
            the like also for what happens inside of the block.
    """
    name = shown(path.name)
    with sentences(path):
        real = Path(os.path.realpath(path, strict=True))
        status = real.stat()
        if not stat.S_ISREG(status.st_mode):
            raise KnownError(f"“{name}” is not a file, so nothing is written to it.")
        if status.st_size > SIZE_LIMIT:
            raise KnownError(f"“{name}” is larger than 4 GB, so it is left as it is.")
        descriptor = os.open(real, os.O_RDONLY | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0))
        try:
            _lock(descriptor, name)
            status = os.fstat(descriptor)
            yield Original(real, status, content(descriptor, status.st_size))
        finally:
            os.close(descriptor)


@contextmanager
def sentences(path: Path) -> Iterator[None]:
    """Turn what the system refuses into `KnownError`."""
    try:
        yield
    except OSError as error:
        raise unwritable(path, error) from error


def unwritable(path: Path, error: OSError) -> KnownError:
    """The sentence for a file that could not be written; its words stay queued."""
    name, folder = shown(path.name), shown(str(path.parent))
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return KnownError(f"There is not enough room on the disk for “{name}”. Free some space and try again.")
    if error.errno == errno.EROFS:
        return KnownError(f"“{name}” is on a disk that can only be read. Make it writable and try again.")
    if isinstance(error, PermissionError):
        return KnownError(
            f"“{name}” can't be written: its folder {folder} does not allow it. Change that and try again."
        )
    if isinstance(error, FileNotFoundError):
        return KnownError(f"“{name}” is no longer there. Connect its disk or scan its folder, and try again.")
    return KnownError(f"“{name}” could not be written ({error.strerror or error}). Check the disk and try again.")


def reader(descriptor: int, offset: int = 0) -> Callable[[int, int], bytes]:
    """A function (offset, size) → bytes of an open file, for `FileBytes`."""

    def read(at: int, size: int) -> bytes:
        parts = []
        while size > 0:
            if hasattr(os, "pread"):
                part = os.pread(descriptor, size, at + offset)
            else:
                os.lseek(descriptor, at + offset, os.SEEK_SET)
                part = os.read(descriptor, size)
            if not part:
                break
            parts.append(part)
            at, size = at + len(part), size - len(part)
        return parts[0] if len(parts) == 1 else b"".join(parts)

    return read


def content(descriptor: int, size: int) -> FileBytes:
    """The bytes of an open file: a small one as it is now, read at once; a large one read where it is asked for."""
    read = reader(descriptor)
    return FileBytes(size, read, read(0, size) if size <= AT_ONCE else b"")


def _lock(descriptor: int, name: str) -> None:
    if fcntl is None:
        return
    patience = time.monotonic() + PATIENCE
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            if time.monotonic() > patience:
                raise KnownError(f"“{name}” is just being written by another program. Try again.") from error
            time.sleep(0.01)
        except OSError:
            return  # network file systems without locks; the identity is checked again before the replacement
        else:
            return


Commit = Callable[[bytes], None]
"""Given the `kept_digest` of what stays; notes the intent in the library."""
Prove = Callable[[FileBytes, Path], None]
"""Given the new content on the disk and the file it is in; raises Refused."""


def replace(
    original: Original, pieces: Sequence[Piece], *, prove: Prove, commit: Commit, keep_times: bool,
    backup_folder: Path | None, mtime_ns: int | None = None,
) -> Identity:  # fmt: skip
    """Give a file new content.

    Args:
        original: from `opened`.
        pieces: the new content.
        prove: looks at the new content after it was flushed and compared with the pieces.
        commit: called when all is ready, just before the change.
        keep_times: whether the new content gets the old times.
        backup_folder: where a redo file goes if the file's own folder takes none.
        mtime_ns: the time to set instead, with `keep_times`.

    Raises:
        KnownError: what the system refuses; the file was changed meanwhile; nothing is changed then.
    """
    check_writable(original)
    path, status = original.path, original.status
    times = (status.st_atime_ns, mtime_ns or status.st_mtime_ns) if keep_times or mtime_ns else None
    size = new_size(pieces)
    if status.st_nlink == 1 and os.access(path.parent, os.W_OK | os.X_OK):
        _check_space(path.parent, size)
        temporary, descriptor = _temporary(path, 0o600)
        try:
            kept = _fill(descriptor, original.data, pieces)
            if _dress(descriptor, path, status, times):
                os.fsync(descriptor)
                new = content(descriptor, size)
                _compare(new, original.data, pieces, path)
                prove(new, temporary)
                check_unchanged(original)
                commit(kept)
                check_unchanged(original)  # noting the intent takes milliseconds, in which another program may save
                if not take_place(temporary, path, mark_of(status)):
                    raise _changed(path)
                sync_folder(path.parent)
                return identity(os.fstat(descriptor))
        finally:
            with contextlib.suppress(OSError):  # what is left is swept, and a change that is done must not look failed
                temporary.unlink()
            os.close(descriptor)
    from storage.metadata.in_place import rewrite

    return rewrite(original, pieces, prove=prove, commit=commit, times=times, backup_folder=backup_folder)


def create(path: Path, packet: bytes, *, prove: Prove, commit: Commit) -> Identity:
    """Make a new file, all of it or nothing. Raises KnownError, also where the name is taken meanwhile."""
    with sentences(path):
        _check_space(path.parent, len(packet))
        temporary, descriptor = _temporary(path, 0o666)
        try:
            kept = _fill(descriptor, b"", [packet])
            os.fsync(descriptor)
            new = content(descriptor, len(packet))
            _compare(new, b"", [packet], path)
            prove(new, temporary)
            commit(kept)
            try:
                os.link(temporary, path)  # fails where the name exists, which a rename would overwrite
            except FileExistsError as error:
                raise KnownError(f"“{shown(path.name)}” has just been made by another program. Try again.") from error
            except OSError:  # a file system without hard links
                if path.exists():
                    raise
                temporary.rename(path)
            sync_folder(path.parent)
            return identity(os.fstat(descriptor))
        finally:
            with contextlib.suppress(OSError):  # what is left is swept, and a change that is done must not look failed
                temporary.unlink()
            os.close(descriptor)


def remove(original: Original, *, commit: Commit) -> None:
    """Delete a file that we made. Raises KnownError."""
    check_writable(original)
    check_unchanged(original)
    commit(kept_digest(original.data, ()))
    check_unchanged(original)
    original.path.unlink()
    sync_folder(original.path.parent)


_NEW_FILE: Final = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)


def _temporary(path: Path, mode: int) -> tuple[Path, int]:
    """A new file beside another, open and locked, so that a `sweep` does not take it for what a crash left."""
    start = os.fsencode(path.name)[:200]  # with what follows below the 255 bytes of a name
    while True:
        made = path.with_name("." + os.fsdecode(start) + "." + secrets.token_hex(4) + TEMPORARY)
        descriptor = os.open(made, _NEW_FILE, mode)
        if fcntl is None:
            return made, descriptor
        with contextlib.suppress(OSError):  # network file systems without locks
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        with contextlib.suppress(FileNotFoundError):
            if made.stat().st_ino == os.fstat(descriptor).st_ino:
                return made, descriptor
        os.close(descriptor)  # swept by another program between the two steps


def _check_space(folder: Path, size: int) -> None:
    if shutil.disk_usage(folder).free < size + SPARE:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _fill(descriptor: int, source: Buffer, pieces: Sequence[Piece]) -> bytes:
    """Write the new content; the digest of what it keeps."""
    digest = new_digest()
    for piece in pieces:
        for part in parts(source, [piece]):
            if isinstance(piece, Span):
                digest.update(part)
            view = memoryview(part)
            while view:
                view = view[os.write(descriptor, view) :]
    return digest.digest()


def _dress(descriptor: int, path: Path, status: os.stat_result, times: tuple[int, int] | None) -> bool:
    """Owner, mode, extended attributes with ACL, times; False where the new file can't get what the old one has."""
    if not hasattr(os, "fchown"):
        return True  # Windows: rights come from the folder
    try:
        mine = os.fstat(descriptor)
        if (mine.st_uid, mine.st_gid) != (status.st_uid, status.st_gid):
            os.fchown(descriptor, status.st_uid, status.st_gid)
        os.fchmod(descriptor, stat.S_IMODE(status.st_mode))
        _copy_attributes(descriptor, path)
        if times:
            os.utime(descriptor, ns=times)
    except PermissionError:
        return False
    return True


def _copy_attributes(descriptor: int, path: Path) -> None:
    if not hasattr(os, "listxattr"):
        return
    try:
        names = os.listxattr(path)
    except OSError:
        return  # a file system without attributes
    for name in names:
        try:
            os.setxattr(descriptor, name, os.getxattr(path, name))
        except OSError:
            if name.startswith(("user.", "system.posix_acl")):
                raise PermissionError(errno.EPERM, f"attribute {name}") from None


def _compare(written: FileBytes, source: Buffer, pieces: Sequence[Piece], path: Path) -> None:
    at = 0
    for part in parts(source, pieces):
        if not written.holds(part, at):
            raise KnownError(f"The disk did not keep what was written for “{shown(path.name)}”. Check the disk.")
        at += len(part)


def check_writable(original: Original) -> None:
    """Raises KnownError for a write-protected file; its mode counts even where a rename would get around it.

    Raises OSError where it is no longer there.
    """
    if not original.status.st_mode & 0o222 or not os.access(original.path, os.W_OK):
        original.path.stat()  # where the drive is gone by now, that is what to say
        name = shown(original.path.name)
        raise KnownError(f"“{name}” is write-protected. Allow writing to it and try again; its words are kept.")


def check_unchanged(original: Original) -> None:
    """Raises KnownError unless the file under this name is still the one that was opened."""
    if mark(original.path) != mark_of(original.status):
        raise _changed(original.path)


def _changed(path: Path) -> KnownError:
    return KnownError(f"“{shown(path.name)}” was changed by another program meanwhile. Scan it, then try again.")


def sync_folder(folder: Path) -> None:
    """Make names in a folder durable; where the system can't, it does so itself."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    with contextlib.suppress(OSError):  # the change is done by now, and a failure here must not look like its failure
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
