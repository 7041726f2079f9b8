"""A library's file put in the place of another one, which is kept beside it under another name.

Where the system can exchange two names in one step (`metadata.swap`) it does; elsewhere the old library is copied first
and then replaced in one step. The log beside an old library goes with it: a library must never meet the log of another.

Invariant: at every moment one of the two, whole, has the library's name, and neither is lost, whatever ends us.
"""

import contextlib
import shutil
from collections.abc import Iterator
from datetime import datetime
from itertools import count
from pathlib import Path

from storage import soundness
from storage.exchange.new_file import new_place, sync
from storage.job import KnownError
from storage.metadata.swap import exchange
from storage.photos import shown


def put_in_place(new: Path, path: Path) -> Path | None:
    """Make a file the library. Neither may be open anywhere.

    Args:
        new: in the same folder, and flushed to the disk.
        path: of the library.

    Returns:
        where the old library is now, None where there was none.

    Raises:
        KnownError: the old library is open, or can't be copied.
        OSError: the system refuses; the old library stays in its place, and the new one where it was.
    """
    if not path.exists():
        new.replace(path)
        return None
    if soundness.in_use(path):  # which writes back what is in the log of a sound library
        raise KnownError(f"“{shown(path)}” is open. Close its window, wait for its commands, and try again.")
    aside = _free_name(path)
    with _log_moved(path, aside):
        new.rename(aside)
        try:
            exchanged = exchange(aside, path)
        except OSError:
            aside.rename(new)
            raise
        if not exchanged:
            aside.rename(new)
            with new_place(aside) as temporary:
                shutil.copyfile(path, temporary)
            new.replace(path)
    sync(path.parent)
    return aside


def _free_name(path: Path) -> Path:
    """A name that says when, and that nothing has."""
    when = f"{path.stem} {datetime.now():%Y-%m-%d %H.%M.%S}"
    names = (path.with_name(f"{when}{f' {number}' if number else ''}{path.suffix}") for number in count())
    return next(name for name in names if not name.exists())


@contextlib.contextmanager
def _log_moved(path: Path, aside: Path) -> Iterator[None]:
    """Give the log of a library another name, and its own again where the block fails."""
    moved = []
    try:
        for ending in ("-wal", "-shm"):
            old, kept = (place.with_name(place.name + ending) for place in (path, aside))
            if old.exists():
                old.rename(kept)
                moved.append((kept, old))
        yield
    except BaseException:
        for kept, old in moved:
            kept.rename(old)
        raise
