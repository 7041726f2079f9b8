"""Photos of a search as a gallery: one folder of plain pages that opens without a server and tells nobody anything.

The pictures are made anew, small enough for the web and without any metadata, so that no place, serial number or
unapproved word leaves with them. Only approved texts and accepted tags are shown; a photo without an approved text
says so instead of showing a machine's guess.

Invariant: the folder appears whole or not at all; a photo that can't be opened is in it with its words and the reason.
"""

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from storage import photos
from storage.ahead import in_order
from storage.exchange import gallery_pages
from storage.exchange.gallery_pages import GalleryFrame, Shown
from storage.exchange.new_file import new_folder
from storage.image_file import open_upright
from storage.job import Job, KnownError, Progress
from storage.library import Library
from storage.schema import TagState, TextState

if TYPE_CHECKING:
    from PIL.Image import Image

LARGE, SMALL = 1600, 480
"""Longest sides in pixels: a full screen of today's phones and most laptops, and twice a column of the grid."""

QUALITY = 85
"""JPEG quality; above 85 files grow faster than anybody sees (libjpeg's own advice: 75 to 95)."""

PAGE = 120
"""Photos on one page of the overview: divisible by 2, 3, 4, 5 and 6 columns."""

MARK = "altfolio-gallery.txt"
"""The file by which a gallery of ours is told from somebody's folder."""


@dataclass(frozen=True, slots=True)
class GalleryOptions:
    """How a gallery looks.

    Attributes:
        title: heading of the gallery.
        language: of the frame, and the one whose texts come first.
        threads: that make pictures; None for one per core, at most 8.
    """

    title: str = "Photos"
    language: str = "en"
    threads: int | None = None


def gallery(library: Library, ids: Sequence[int], target: Path, options: GalleryOptions = GalleryOptions()) -> Job:
    """Make a gallery of these photos, in the order given.

    Args:
        target: the folder; an older gallery of ours there is replaced when the new one is ready.

    Raises:
        KnownError: the place can't be written, or holds something that is not ours.
    """
    problems, done = 0, 0
    listed: list[Shown] = []
    with new_folder(target, ours=MARK) as folder:
        for name in ("photos", "large", "small"):
            (folder / name).mkdir()
        threads = options.threads or min(os.cpu_count() or 1, 8)
        with ThreadPoolExecutor(threads, thread_name_prefix="gallery") as pool:
            numbered = _numbered(library, ids, options.language)
            for shown in in_order(pool, partial(_make, folder=folder), numbered, ahead=2 * threads + 1):
                listed.append(shown)
                done += 1
                problems += shown.problem is not None
                yield Progress(stage="gallery", done=done, total=len(ids), item=shown.name, problems=problems)
        frame = GalleryFrame(options.title, options.language, len(listed), PAGE)
        for name, content in gallery_pages.pages(listed, frame):
            (folder / name).write_text(content, encoding="utf-8")
        (folder / MARK).write_text("Made by Altfolio; a new gallery at this place replaces it.\n", encoding="utf-8")


def _numbered(library: Library, ids: Sequence[int], language: str) -> Iterator[tuple[int, photos.PhotoDetail]]:
    number = 0
    for photo in ids:
        with library.read() as connection:
            detail = photos.detail(connection, photo, language=language)
        if detail is not None:
            number += 1
            yield number, detail


def _make(numbered: tuple[int, photos.PhotoDetail], *, folder: Path) -> Shown:
    """Make the pictures of one photo."""
    number, detail = numbered
    name = f"{number:05}.jpg"
    problem, size = None, (0, 0)
    try:
        picture = open_upright(detail.row.path, max_side=LARGE)
        size = picture.size
        _save(picture, folder / "large" / name)
        picture.thumbnail((SMALL, SMALL))
        _save(picture, folder / "small" / name)
    except KnownError as error:
        problem = str(error)
    small = picture.size if problem is None else (0, 0)
    return Shown(
        number=number,
        name=detail.row.name,
        texts={
            (text.field, text.language): text.text
            for text in detail.texts
            if text.state is TextState.APPROVED and text.text.strip()
        },
        tags=tuple(tag.name for tag in detail.tags if tag.state is TagState.ACCEPTED),
        taken=detail.row.taken,
        large=size,
        small=small,
        problem=problem,
    )


def _save(picture: "Image", place: Path) -> None:
    profile = picture.info.get("icc_profile")
    picture.info.clear()  # comments and the like would be written too
    picture.save(place, "JPEG", quality=QUALITY, optimize=True, progressive=True, icc_profile=profile)
    picture.info["icc_profile"] = profile
