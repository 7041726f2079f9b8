"""The jobs that a window has done in a process of their own (`job_process`), by name.

Who orders a job needs nothing but its name and what it takes. So the rooms that do the work are imported where they do
it, and the window does not wait for a quarter of a second of imports that it has no use for.
"""

from collections.abc import Generator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from storage.job import Job, Progress
from storage.library import Library

if TYPE_CHECKING:
    from storage.exchange.import_preview import ImportPreview
    from storage.exchange.importing import ImportOptions


def embed(library: Library, chosen: Sequence[int] | None = None) -> Job:
    """`embed.embed`."""
    from storage import embed as room

    yield from room.embed(library, chosen)


def undo_embedding(library: Library, batch: int) -> Job:
    """`embed_undo.undo`."""
    from storage import embed_undo

    yield from embed_undo.undo(library, batch)


def redo_embedding(library: Library, batch: int) -> Job:
    """`embed_undo.redo`."""
    from storage import embed_undo

    yield from embed_undo.redo(library, batch)


def export(library: Library, photos: Sequence[int], target: Path, format: str) -> Job:
    """`exporting.export`."""
    from storage.exchange import exporting

    yield from exporting.export(library, photos, target, format=format)


def gallery(library: Library, photos: Sequence[int], target: Path, title: str, language: str) -> Job:
    """`html_gallery.gallery`."""
    from storage.exchange.html_gallery import GalleryOptions, gallery

    yield from gallery(library, photos, target, GalleryOptions(title=title, language=language))


def preview_import(
    library: Library, source: Path, options: "ImportOptions", most: int
) -> Generator[Progress, None, "ImportPreview"]:
    """`import_preview.previewing`."""
    from storage.exchange import import_preview

    return (yield from import_preview.previewing(library, source, options, most=most))


def import_words(library: Library, preview: "ImportPreview") -> Generator[Progress, None, int]:
    """`import_preview.importing_previewed`."""
    from storage.exchange import import_preview

    return (yield from import_preview.importing_previewed(library, preview))


def remove_folders(library: Library, folders: Sequence[Path]) -> Job:
    """`scan.remove_root` of each."""
    from storage.scan import remove_root

    for folder in folders:
        yield from remove_root(library, folder)


def back_up(library: Library, target: Path) -> Job:
    """`backup.backup`."""
    from storage import backup

    yield from backup.backup(library, target)


def repair(library: Library) -> Job:
    """`backup.repair`."""
    from storage import backup

    yield from backup.repair(library)


def rebuild(library: Library, target: Path) -> Job:
    """`backup.rebuild`."""
    from storage import backup

    yield from backup.rebuild(library.path, target)
