"""Two numbers by which pictures that look alike are found, and the cache that keeps them.

The first, from the lowest frequencies of the picture (DCT, as "pHash": Zauner, "Implementation and Benchmarking of
Perceptual Image Hash Functions", 2010), is what is searched; the second, from the steps of brightness between
neighbours ("dHash": N. Krawetz, 2013), must agree. Written here in a few lines of numpy because the
libraries for it bring much more along than is needed.

Measured on 328 photos (COCO, ImageNet): half size, JPEG quality 30, brightness +25 %, contrast -25 %, grey and a cut of
2 % at one side differ in at most 7 of 64 bits for 98 to 100 %; the two most alike of 53,628 pairs of different photos
differ in 14.

Invariants: keyed by the digest of the image data, so metadata edits and moves cost nothing; the cache may be deleted.
"""

import contextlib
import os
import sqlite3
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from storage import thumbnails
from storage.ahead import in_order
from storage.image_head import NoPicture
from storage.job import Job, KnownError, Progress
from storage.library import Library
from storage.photos import shown

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL.Image import Image

    Floats: TypeAlias = NDArray[np.float64]

VERSION = 1
"""Of the numbers; a cache of another version is made anew."""

SIDE = 32
"""Pixels to which a picture is reduced for the DCT (Zauner 2010, 3.2.1)."""

PLAIN = 2.0
"""Standard deviation of brightness (0..255) below which a picture shows nothing to tell it by, like a blank page."""

PORTION = 256
"""Photos whose numbers are written at once."""


@dataclass(frozen=True, slots=True)
class PictureHash:
    """What a picture looks like, in 2 × 64 bits."""

    frequencies: int
    steps: int


def hash_picture(picture: "Image") -> PictureHash | None:
    """The numbers of a picture, or None where it shows nothing to tell it by.

    Args:
        picture: RGB, upright, any size.
    """
    import numpy as np
    from PIL.Image import Resampling

    grey = picture.convert("L")
    small = np.asarray(grey.resize((SIDE, SIDE), Resampling.BOX), dtype=np.float64)
    if small.std() < PLAIN:
        return None
    cosines = _cosines()
    spectrum = cosines @ small @ cosines.T
    # All of the lowest 8 × 8 but the mean, which only says how bright it is, and the next one in its place.
    low = np.append(spectrum[:8, :8].ravel()[1:], spectrum[0, 8])
    steps = np.asarray(grey.resize((9, 8), Resampling.BOX), dtype=np.int16)
    return PictureHash(_number(low > np.median(low)), _number((steps[:, 1:] > steps[:, :-1]).ravel()))


@lru_cache
def _cosines() -> "Floats":
    """The matrix of the DCT-II."""
    import numpy as np

    k = np.arange(SIDE)
    matrix: Floats = np.cos(np.pi * (2 * k[None, :] + 1) * k[:, None] / (2 * SIDE))
    return matrix


def _number(bits: "NDArray[np.bool_]") -> int:
    import numpy as np

    return int.from_bytes(np.packbits(bits).tobytes(), "big")


def cache_path() -> Path:
    """Where the numbers are kept: the cache folder of this user on this platform."""
    parent = thumbnails.folder().parent
    return (parent / "altfolio" if thumbnails.SHARED else parent) / "pictures.sqlite"


def open_cache(path: Path | None = None) -> sqlite3.Connection:
    """Open the cache, made anew where it is not there, damaged or of another version.

    Raises:
        KnownError: its place can't be written.
    """
    path = path or cache_path()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            return _opened(path)
        except sqlite3.DatabaseError as error:
            if getattr(error, "sqlite_errorcode", 0) & 0xFF not in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
                raise
            path.unlink(missing_ok=True)
            return _opened(path)
    except (OSError, sqlite3.Error) as error:
        raise KnownError(f"What pictures look like can't be kept in “{shown(path.parent)}” ({error}).") from error


def _opened(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, timeout=20)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = OFF")  # a cache may be lost
        if connection.execute("PRAGMA user_version").fetchone()[0] != VERSION:
            connection.execute("DROP TABLE IF EXISTS picture")
        connection.execute(
            "CREATE TABLE IF NOT EXISTS picture (digest BLOB PRIMARY KEY, frequencies INTEGER, steps INTEGER) "
            "WITHOUT ROWID"
        )
        connection.execute(f"PRAGMA user_version = {VERSION}")
    except BaseException:
        connection.close()
        raise
    return connection


def hash_pictures(library: Library, *, cache: Path | None = None, threads: int | None = None) -> Job:
    """Look at every photo that was not looked at yet. Stopped, it goes on when it is run again.

    Raises:
        KnownError: the cache can't be written.
    """
    with contextlib.closing(open_cache(cache)) as kept:
        total = sum(1 for _ in _unseen(library, kept))
        done, problems = 0, 0
        rows: list[tuple[bytes, int | None, int | None]] = []
        workers = threads or min(os.cpu_count() or 1, 8)
        with ThreadPoolExecutor(workers, thread_name_prefix="pictures") as pool:
            for digest, found in in_order(pool, _look_at, _unseen(library, kept), ahead=4 * workers + 1):
                done += 1
                if isinstance(found, KnownError):
                    problems += 1
                else:
                    rows.append((digest, *((None, None) if found is None else map(_signed, _both(found)))))
                if len(rows) >= PORTION:
                    _keep(kept, rows)
                    rows = []
                yield Progress(stage="compare", done=done, total=max(total, done), problems=problems)
        _keep(kept, rows)


def _both(found: PictureHash) -> tuple[int, int]:
    return found.frequencies, found.steps


def _signed(number: int) -> int:
    """64 bits as SQLite's signed integer."""
    return number - (number >> 63 << 64)


def _keep(kept: sqlite3.Connection, rows: Sequence[tuple[bytes, int | None, int | None]]) -> None:
    kept.execute("BEGIN")
    kept.executemany("INSERT OR REPLACE INTO picture VALUES (?, ?, ?)", rows)
    kept.execute("COMMIT")


def _unseen(library: Library, kept: sqlite3.Connection) -> Iterator[tuple[bytes, Path, int]]:
    """Digest, path and time of the first photo of each image that is not in the cache, asked for in portions."""
    after = 0
    while True:
        with library.read() as connection:
            rows = connection.exec_driver_sql(
                "SELECT p.id, p.digest, f.path, p.file, p.mtime_ns FROM photo p JOIN folder f ON f.id = p.folder_id "
                "WHERE p.id > ? AND p.missing_since IS NULL AND p.digest IS NOT NULL AND NOT EXISTS (SELECT 1 "
                "FROM photo q WHERE q.digest = p.digest AND q.id < p.id AND q.missing_since IS NULL) "
                "ORDER BY p.id LIMIT ?",
                (after, PORTION),
            ).all()
        if not rows:
            return
        after = rows[-1][0]
        asked = ",".join("?" * len(rows))
        known = kept.execute(f"SELECT digest FROM picture WHERE digest IN ({asked})", [row[1] for row in rows])
        seen = {bytes(digest) for (digest,) in known}
        for _, digest, folder, file, mtime in rows:
            if digest not in seen:
                yield bytes(digest), Path(os.fsdecode(folder)) / os.fsdecode(file), mtime


Looked: TypeAlias = tuple[bytes, PictureHash | KnownError | None]


def _look_at(one: tuple[bytes, Path, int]) -> Looked:
    from PIL import Image

    digest, path, mtime_ns = one
    try:
        small = thumbnails.thumbnail(path, 128, mtime_ns)
        if isinstance(small, Path):
            try:
                with Image.open(small, formats=("PNG", "JPEG")) as stream:
                    return digest, hash_picture(stream.convert("RGB"))
            except (OSError, SyntaxError, ValueError):  # a damaged thumbnail of another program
                from storage.image_file import open_upright

                return digest, hash_picture(open_upright(path, max_side=256))
        return digest, hash_picture(small)
    except NoPicture:  # nothing to compare, and no failure
        return digest, None
    except KnownError as error:
        return digest, error
