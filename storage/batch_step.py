"""A step of a person for many photos: one batch of the history in one transaction, told as it goes."""

from collections.abc import Callable, Collection, Iterable
from typing import TYPE_CHECKING

from storage import history
from storage.library import Library, Write
from storage.telling import tell
from storage.words import chunks

if TYPE_CHECKING:
    from sqlalchemy import Connection

Step = Callable[[Write, str], None]
"""Changes photos whose ids are given as SQL text, "1,2,3"."""


def apply(
    library: Library,
    verb: str,
    photos: Collection[int],
    step: Step,
    *,
    only: Callable[["Connection", str], Iterable[int]] | None = None,
) -> int:
    """Keep what was, change it.

    Args:
        verb: what the batch is called before "214 photos".
        only: which of some photos, given as SQL text, the step concerns; None for all that are in the library.

    Returns:
        how many photos it concerned.

    Raises:
        StoppedError: who listens (`telling`) wants no more of it; nothing is changed.
    """
    with library.write() as block:
        # Photos may have left the library since they were chosen.
        choose = only or present
        chosen = [
            photo
            for ids in chunks(dict.fromkeys(photos))
            for photo in choose(block.connection, ",".join(str(int(i)) for i in ids))
        ]
        if not chosen:
            return 0
        label, done = count_label(verb, len(chosen)), 0
        number = history.begin(block, "review", label)
        for chunk in chunks(chosen):
            tell(label, done, len(chosen))
            history.add_to(block, number, chunk)
            step(block, ",".join(str(int(i)) for i in chunk))
            block.refresh(chunk)
            done += len(chunk)
        tell(label, done, len(chosen))
    return len(chosen)


def present(connection: "Connection", ids: str) -> Iterable[int]:
    """Which of these photos, given as SQL text, are still in the library."""
    return [int(photo) for (photo,) in connection.exec_driver_sql(f"SELECT id FROM photo WHERE id IN ({ids})")]


def count_label(verb: str, photos: int) -> str:
    """What a batch is called: "approve 1 photo", "approve 214 photos"."""
    return f"{verb} {photos:,} photo{'' if photos == 1 else 's'}"
