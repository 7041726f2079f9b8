"""Putting proved content in a photo's place without losing what another program saves in that very moment.

Between the last look at a file and the rename that replaces it, another program may save; a plain rename would throw
its work away (seen: once in 479 races). Linux can exchange two names in one step instead (renameat2, Linux 3.15, on
ext4, XFS, Btrfs, tmpfs, overlayfs): what stood there is still there under the temporary name, and goes back if it is
not what was proved. File systems without it (FAT, network drives) and other systems get the rename.

Invariant: after `take_place` the place has the new content, or what another program saved last.
"""

import ctypes
import errno
import os
import sys
from pathlib import Path
from typing import Final

_HERE: Final = -100
"""AT_FDCWD of linux/fcntl.h."""

_EXCHANGE: Final = 2
"""RENAME_EXCHANGE of linux/fs.h."""

_NOT_HERE: Final = (errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP, errno.EPERM)
"""What kernels, file systems and sandboxes answer that know no exchange; a rename tells what is really wrong."""


def take_place(temporary: Path, path: Path, old: tuple[int, ...]) -> bool:
    """Give the content under a temporary name the name of a file.

    Args:
        temporary: in the same folder; it may have the old content afterwards, and is the caller's to remove.
        path: the file.
        old: `mark` of the file that may be replaced.

    Returns:
        whether it was done; False where another program has just saved something else, which then stands there.

    Raises:
        OSError: the file is no longer there, or the system refuses.
    """
    new = mark(temporary)
    if not exchange(temporary, path):
        os.replace(temporary, path)  # noqa: PTH105 – the call that tests look for
        return True
    if mark(temporary) == old:
        return True
    if mark(path) == new:  # else it was saved once more, and that is the newest
        exchange(temporary, path)
    return False


def mark(path: Path) -> tuple[int, ...]:
    """What tells this state of a file from others: device, inode, size, time of the last change of content, mode."""
    return mark_of(path.stat())


def mark_of(status: os.stat_result) -> tuple[int, ...]:
    """The same, from what the system said of it."""
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_mode


def exchange(one: Path, other: Path) -> bool:
    """Exchange two names in one step.

    Returns:
        False where the system or the file system can't; nothing has happened then.

    Raises:
        OSError: one of them is not there, or the system refuses.
    """
    if not sys.platform.startswith("linux"):
        return False
    try:
        call = ctypes.CDLL(None, use_errno=True).renameat2
    except (OSError, AttributeError):  # a C library before glibc 2.28
        return False
    if call(_HERE, os.fsencode(one), _HERE, os.fsencode(other), _EXCHANGE) == 0:
        return True
    number = ctypes.get_errno()
    if number in _NOT_HERE:
        return False
    raise OSError(number, os.strerror(number), str(other))
