"""An import in two steps that may happen in two processes: what would change, in short, and later just that.

What an import would do is as large as the file, so it stays where it was found out; the one who asks gets as much as a
person looks at. When the import is wanted, the file is read once more, and must be the same.

Invariant: no photo is changed that the preview did not count.
"""

from collections.abc import Generator
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from storage.exchange import importing
from storage.exchange.importing import ImportOptions, ImportPlan
from storage.exchange.merge import WordChange, summed
from storage.exchange.records import RowError
from storage.job import KnownError, Progress
from storage.library import Library
from storage.photos import shown


@dataclass(frozen=True, slots=True)
class PreviewLine:
    """One word of a photo that would change.

    Attributes:
        name: of the photo's file.
        stays: it does not change, although the file says otherwise.
    """

    name: str
    word: WordChange
    stays: bool


@dataclass(frozen=True, slots=True)
class ImportPreview:
    """What an import would do.

    Attributes:
        source, options: that were asked about.
        headings: columns of which somebody has to say what they are, before anything else can be known.
        rows: photos in the file.
        changed: the photos that would change.
        words, conflicts: how many words would change, and how many stay although the file says otherwise.
        errors: how many rows are wrong.
        wrong: the first of them.
        lines: the first words, those that stay before the others.
        digest: of the file.
    """

    source: Path
    options: ImportOptions
    headings: tuple[str, ...] = ()
    rows: int = 0
    changed: tuple[int, ...] = ()
    words: int = 0
    conflicts: int = 0
    errors: int = 0
    wrong: tuple[RowError, ...] = ()
    lines: tuple[PreviewLine, ...] = ()
    digest: bytes = b""


def previewing(
    library: Library, source: Path, options: ImportOptions, *, most: int
) -> Generator[Progress, None, ImportPreview]:
    """A job whose result says what an import would do; nothing is changed.

    Args:
        most: lines of each kind.

    Raises:
        KnownError: the file can't be read, is none that can be imported, or is one of a newer program.
    """
    if not options.columns and (headings := importing.headings(source, options)):
        return ImportPreview(source, options, headings)
    plan = yield from importing.planning(library, source, options)
    words, conflicts = summed(list(plan.changes.values()))
    return ImportPreview(
        source,
        options,
        rows=plan.rows,
        changed=tuple(plan.changed),
        words=words,
        conflicts=conflicts,
        errors=len(plan.errors),
        wrong=plan.errors[:most],
        lines=tuple(islice(_lines(plan), most)),
        digest=plan.digest,
    )


def _lines(plan: ImportPlan) -> Generator[PreviewLine, None, None]:
    for photo, change in plan.changes.items():
        for word in change.conflicts:
            yield PreviewLine(plan.paths[photo].name, word, stays=True)
    for photo, change in plan.changes.items():
        for word in change.changes:
            yield PreviewLine(plan.paths[photo].name, word, stays=False)


def importing_previewed(library: Library, preview: ImportPreview) -> Generator[Progress, None, int]:
    """Do what a preview said, as one batch: all of it or nothing; a photo that changed since is compared anew.

    Returns:
        how many photos changed.

    Raises:
        KnownError: the file is not the one that was looked at; and as `importing.importing`.
    """
    plan = yield from importing.planning(library, preview.source, preview.options)
    if plan.digest != preview.digest:
        raise KnownError(
            f"“{shown(preview.source.name)}” was changed after you looked at it. Nothing was imported; choose it "
            "again to see what would change now."
        )
    counted = frozenset(preview.changed)
    seen = {photo: change for photo, change in plan.changes.items() if photo in counted}
    return (yield from importing.importing(library, replace(plan, changes=seen)))
