"""Files and folders that appear whole or not at all: written beside their place, then renamed into it.

A reader, a killed process or a full disk never leaves half a table where somebody looks for a whole one. What a killed
process leaves has a name that begins with a dot and ends in ".part", and the next export to the same place removes it.
"""

import contextlib
import errno
import os
import re
import secrets
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from storage.job import KnownError
from storage.photos import shown

_PART = ".part"


@contextlib.contextmanager
def new_file(target: Path) -> Iterator[BinaryIO]:
    """A stream whose content is at `target` when the block ends well; an old file there stays until then.

    Raises:
        KnownError: the disk is full, or the place can't be written.
    """
    with new_place(target) as temporary, temporary.open("xb") as stream:
        yield stream


@contextlib.contextmanager
def new_place(target: Path, *, finish: Callable[[Path, Path], object] = Path.replace) -> Iterator[Path]:
    """A place beside `target` for a file that somebody else writes; it is at `target` when the block ends well.

    Args:
        finish: brings the file from the one place to the other.

    Raises:
        KnownError: as `new_file`.
    """
    with _sentences(target):
        _remove_leftovers(target)
        temporary = _beside(target)
        try:
            yield temporary
            sync(temporary)
            finish(temporary, target)
            sync(target.parent)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise


@contextlib.contextmanager
def new_folder(target: Path, *, ours: str) -> Iterator[Path]:
    """A folder to fill that is at `target` when the block ends well.

    Args:
        ours: name of a file that tells a folder we made before, which is replaced; any other that is not empty is not.

    Raises:
        KnownError: the disk is full, the place can't be written, or holds something that is not ours.
    """
    with _sentences(target):
        if target.exists() and not (target.is_dir() and ((target / ours).is_file() or not any(target.iterdir()))):
            raise KnownError(f"“{shown(target)}” exists and was not made by Altfolio. Choose another folder.")
        _remove_leftovers(target)
        temporary = _beside(target)
        temporary.mkdir()
        try:
            yield temporary
            if target.exists():
                old = _beside(target)
                target.rename(old)
                try:
                    temporary.rename(target)
                except BaseException:
                    old.rename(target)
                    raise
                shutil.rmtree(old, ignore_errors=True)
            else:
                temporary.rename(target)
            sync(target.parent)
        except BaseException:
            shutil.rmtree(temporary, ignore_errors=True)
            raise


def _beside(target: Path) -> Path:
    return target.with_name(f".{target.name}.{secrets.token_hex(4)}{_PART}")


def _remove_leftovers(target: Path) -> None:
    ours = re.compile(re.escape(f".{target.name}.") + r"[0-9a-f]{8}\.part(-wal|-shm|-journal)?")
    for found in target.parent.iterdir():
        if ours.fullmatch(found.name):
            if found.is_dir():
                shutil.rmtree(found, ignore_errors=True)
            else:
                found.unlink(missing_ok=True)


def sync(place: Path) -> None:
    """Bring a file's content, or a folder's names, to the disk before anything counts on it."""
    folder = place.is_dir()
    if folder and os.name == "nt":  # Windows can't open folders
        return
    descriptor = os.open(place, os.O_RDONLY if folder else os.O_RDWR)
    try:
        os.fsync(descriptor)
    except OSError:
        if not folder:  # some network file systems can't do it for folders
            raise
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def _sentences(target: Path) -> Iterator[None]:
    name = shown(target)
    try:
        yield
    except FileNotFoundError as error:
        raise KnownError(f"“{name}” can't be written: its folder is not there.") from error
    except PermissionError as error:
        raise KnownError(f"“{name}” can't be written: the permissions don't allow it. Choose another place.") from error
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise KnownError(f"The disk is full; “{name}” was not written. Free some space and try again.") from error
        if error.errno == errno.ENAMETOOLONG:
            raise KnownError(f"The name “{name}” is too long. Choose a shorter one.") from error
        raise KnownError(f"“{name}” can't be written ({error.strerror or error}).") from error
