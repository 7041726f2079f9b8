"""Small pictures of photos, kept where other programs find them and where theirs are found.

On Linux (and other systems with XDG folders) this is the freedesktop.org Thumbnail Managing Standard 0.9: PNG files
named by the MD5 of the photo's URI, valid while `Thumb::MTime` is the photo's time. That is in whole seconds, so ours
have the whole time beside it: of a photo that is being copied the first half must not stand for all of it. Elsewhere
the same pictures are JPEG files in a cache folder of our own. Everything in here can be deleted at any time.

Invariants: no Qt; safe to call from many threads and programs at once; a thumbnail appears whole or not at all; a photo
that can't be decoded is not tried again until it changes. What finds a picture that is kept imports no decoder: the
window's first screen is made of them.
"""

import contextlib
import hashlib
import os
import sys
import zlib
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote_from_bytes

from storage.job import KnownError
from storage.shown import shown
from storage.version import __version__

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.PngImagePlugin import PngInfo

SIDES = {"normal": 128, "large": 256, "x-large": 512, "xx-large": 1024}
"""Folder → longest side in pixels (Thumbnail Managing Standard 0.9)."""

MOST_BYTES = 2 * 1024**3
"""Size to which `prune` keeps our part of the cache: about 20,000 pictures of 256 pixels."""

PRUNED_EACH = 1_000
"""Thumbnails written, some 100 MB, between two looks at the size of the cache."""

_FAILED = f"fail/altfolio-{__version__}"
_SOFTWARE = "Altfolio"
_EXACT = "Altfolio::MTime"  # in nanoseconds
_PLAIN = "!$&'()*+,-./:=@_~"  # what GLib leaves as it is in a file's URI; other programs hash exactly that

SHARED = sys.platform not in ("win32", "darwin")
"""Whether thumbnails are shared with other programs."""


def folder() -> Path:
    """The cache folder of this user on this platform."""
    home = Path.home()
    if SHARED:
        return Path(os.environ.get("XDG_CACHE_HOME") or home / ".cache") / "thumbnails"
    if sys.platform == "darwin":
        return home / "Library" / "Caches" / "Altfolio" / "thumbnails"
    return Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local") / "Altfolio" / "thumbnails"


def thumbnail(path: Path, side: int, mtime_ns: int) -> "Path | Image":
    """A small picture of a photo: from the cache, or made and kept there.

    Args:
        path: the photo, absolute.
        side: pixels that the picture's longest side should have at least (a smaller photo stays smaller), 1 or more.
        mtime_ns: the photo's modification time; a thumbnail of another time is made anew. 0, as the
            library has it for photos with a problem, asks the disk.

    Returns:
        a PNG or JPEG file in the cache whose longest side is at least `side`, or the picture just made (RGB, upright).

    Raises:
        KnownError: the photo can't be read or decoded; for a photo that failed before, at once.
    """
    mtime_ns = mtime_ns or _time_of(path)
    kept = cached(path, side, mtime_ns)
    if kept is not None:
        return kept
    failed = _place(path, _FAILED)
    if _is_valid(failed, path, mtime_ns):
        raise KnownError(f"“{shown(path.name)}” could not be decoded. It is tried again as soon as the file changes.")
    return _make(path, side, mtime_ns, failed)


def make_anew(path: Path, side: int, mtime_ns: int) -> "Image":
    """As `thumbnail`, for a photo whose thumbnail in the cache proved to be damaged: the new one takes its place."""
    return _make(path, side, mtime_ns or _time_of(path), _place(path, _FAILED))


def _time_of(path: Path) -> int:
    with contextlib.suppress(OSError):
        return path.stat().st_mtime_ns
    return 0


def _make(path: Path, side: int, mtime_ns: int, failed: Path) -> "Image":
    from storage.image_file import open_upright
    from storage.image_head import NoPicture

    size = next((size for size in SIDES if SIDES[size] >= side), None)
    try:
        picture = open_upright(path, max_side=SIDES[size] if size else side)
    except NoPicture:  # says why, and costs nothing to find out again
        raise
    except KnownError as error:
        if not isinstance(error.__cause__, MemoryError) and getattr(error.__cause__, "errno", None) is None:
            _keep_failure(failed, path, mtime_ns)  # the file's fault, not the system's
        raise
    if size is not None:
        _keep(picture, _place(path, size), path, mtime_ns)
        _prune_now_and_then()
    return picture


def cached(path: Path, side: int, mtime_ns: int) -> Path | None:
    """A valid thumbnail that is at least this large and in the cache already, whoever made it, or None."""
    for size, pixels in SIDES.items():
        if pixels >= side:
            place = _place(path, size)
            if _is_valid(place, path, mtime_ns):
                return place
    return None


def quick_preview(path: Path, *, least: int = 96) -> "Image | None":
    """The preview that the camera put into a JPEG's EXIF, in under a millisecond, to show until the thumbnail is there.

    It is only good for a moment: some programs leave an old one behind when they edit a photo. One whose shape is not
    the photo's is cut (cameras pad 3:2 photos to 160 × 120) or, where it is turned, not used.

    Args:
        least: pixels its longest side must have.

    Returns:
        RGB, upright; None where there is none that fits.
    """
    from storage.image_file import decode
    from storage.image_head import ImageHead, read_head
    from storage.photo_source import open_source

    try:
        with open_source(path) as source:
            head = read_head(source)
            if head.format != "JPEG" or head.exif.thumbnail is None or head.exif_at is None:
                return None
            offset, size = head.exif.thumbnail
            encoded = source.read(head.exif_at + offset, min(size, 65536))
    except KnownError:
        return None
    if not encoded.startswith(b"\xff\xd8"):
        return None
    try:
        picture = decode(encoded, ImageHead("JPEG", 0, 0, head.orientation))
    except Exception:  # a damaged preview is no preview; the photo itself says what is wrong with it
        return None
    return _cut(picture, *head.upright) if max(picture.size) >= least else None


def prune(most_bytes: int = MOST_BYTES) -> int:
    """Delete our oldest thumbnails until ours take at most nine tenths of `most_bytes`; those of others stay.

    Making thumbnails calls it now and then. Cheap while there is room: one listing.

    Returns:
        how many were deleted.
    """
    entries = sorted(_entries())
    if sum(size for _, size, _ in entries) <= most_bytes:
        return 0
    ours = [entry for entry in entries if not SHARED or _texts(entry[2]).get("Software") == _SOFTWARE]
    total = sum(size for _, size, _ in ours)
    if total <= most_bytes:
        return 0
    deleted = 0
    for _, size, place in ours:
        if total <= most_bytes * 0.9:
            break
        with contextlib.suppress(OSError):
            place.unlink()
            total -= size
            deleted += 1
    return deleted


_writes = count()


def _prune_now_and_then() -> None:
    """Look at the cache's size at the first and then at every `PRUNED_EACH`th thumbnail that this process writes."""
    if next(_writes) % PRUNED_EACH == 0:
        prune()


def uri_of(path: Path) -> str:
    """The photo's URI exactly as GLib writes it, so that all programs agree on the name of its thumbnail."""
    if os.name == "nt":
        return path.as_uri()
    return "file://" + quote_from_bytes(os.fsencode(path), safe=_PLAIN)


def _place(path: Path, size: str) -> Path:
    name = hashlib.md5(uri_of(path).encode(), usedforsecurity=False).hexdigest()
    return folder() / size / f"{name}.{'png' if SHARED else 'jpg'}"


def _is_valid(place: Path, path: Path, mtime_ns: int) -> bool:
    if not SHARED:
        with contextlib.suppress(OSError):
            return place.stat().st_mtime_ns in (mtime_ns, mtime_ns // 10**9 * 10**9)  # HFS+ keeps whole seconds
        return False
    texts = _texts(place)
    return (
        texts.get("Thumb::MTime", "").split(".")[0] == str(mtime_ns // 10**9)
        and texts.get(_EXACT, str(mtime_ns)) == str(mtime_ns)
        and texts.get("Thumb::URI", uri_of(path)) == uri_of(path)
    )


def _texts(place: Path) -> dict[str, str]:
    """The tEXt chunks at the beginning of a PNG file; empty where there is no such file."""
    found: dict[str, str] = {}
    try:
        with place.open("rb") as stream:
            start = stream.read(4096)
    except OSError:
        return found
    at = 8
    while at + 8 <= len(start) and start[at + 4 : at + 8] != b"IDAT":
        size = int.from_bytes(start[at : at + 4], "big")
        if start[at + 4 : at + 8] == b"tEXt":
            key, _, value = start[at + 8 : at + 8 + size].partition(b"\0")
            found[key.decode("latin-1")] = value.decode("latin-1")
        at += 12 + size
    return found


def _keep(picture: "Image", place: Path, path: Path, mtime_ns: int) -> None:
    """Write a thumbnail; a full disk or a read-only home only means that it is made again next time."""
    if place.parents[1] in path.parents:  # never thumbnails of thumbnails
        return
    import secrets

    with contextlib.suppress(OSError):
        for part in reversed(place.relative_to(folder()).parents):  # each, as mkdir gives parents no mode
            (folder() / part).mkdir(mode=0o700, parents=True, exist_ok=True)
        temporary = place.with_name(f".{place.stem}.{secrets.token_hex(4)}.part")
        try:
            descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
            with os.fdopen(descriptor, "wb") as stream:
                if SHARED:
                    # As small as zlib's level 1 makes a photo, in two thirds of its time.
                    picture.save(stream, "PNG", pnginfo=_labels(path, mtime_ns), compress_type=zlib.Z_HUFFMAN_ONLY)
                else:
                    picture.save(stream, "JPEG", quality=85)
            if not SHARED:
                os.utime(temporary, ns=(mtime_ns, mtime_ns))
            temporary.replace(place)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise


def _keep_failure(place: Path, path: Path, mtime_ns: int) -> None:
    from PIL import Image as pillow

    _keep(pillow.new("RGB", (1, 1)), place, path, mtime_ns)


def _labels(path: Path, mtime_ns: int) -> "PngInfo":
    from PIL.PngImagePlugin import PngInfo

    labels = PngInfo()
    labels.add_text("Thumb::URI", uri_of(path))
    labels.add_text("Thumb::MTime", str(mtime_ns // 10**9))
    labels.add_text(_EXACT, str(mtime_ns))
    labels.add_text("Software", _SOFTWARE)
    return labels


def _entries() -> Iterator[tuple[float, int, Path]]:
    """(time, bytes, place) of every thumbnail in the cache."""
    for size in (*SIDES, _FAILED):
        with contextlib.suppress(OSError), os.scandir(folder() / size) as entries:
            for entry in entries:
                with contextlib.suppress(OSError):
                    status = entry.stat(follow_symlinks=False)
                    yield max(status.st_ctime, status.st_mtime if SHARED else 0.0), status.st_size, Path(entry.path)


def _cut(picture: "Image", width: int, height: int) -> "Image | None":
    """Cut a preview to the shape of its photo; None where more than a quarter of it would go."""
    if picture.width * height > picture.height * width:
        new = max(1, round(picture.height * width / height)), picture.height
    else:
        new = picture.width, max(1, round(picture.width * height / width))
    if new[0] * new[1] * 4 < picture.width * picture.height * 3:
        return None
    left, top = (picture.width - new[0]) // 2, (picture.height - new[1]) // 2
    return picture.crop((left, top, left + new[0], top + new[1]))
