"""What a long task tells the one who runs it, and the two kinds of failure.

A job is a generator of `Progress`. It knows no window and no terminal: the command line loops over it and draws
a progress bar, the window runs the same object in a background lane, a test calls `list(job)`. Closing the
generator at a yield stops the job; at a yield no transaction is open, so nothing is half done.
"""

from collections.abc import Generator
from dataclasses import dataclass


class KnownError(Exception):
    """A failure that the environment caused (disk full, broken file). Its text is read by the user.

    The text is one or two plain sentences: what happened, and what can be done. Anything that is not a
    `KnownError` is a bug of ours and must be loud.
    """


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How far a job is.

    Attributes:
        stage: the word the user sees ("scan", "tag", "describe", "embed", "verify").
        done: photos finished, with or without a problem, 0 ≤ done.
        total: photos to do in all, or None while that is not known yet.
        item: what was just finished, for people; often a file name; may be empty.
        problems: photos that failed so far, 0 ≤ problems ≤ done.
    """

    stage: str
    done: int
    total: int | None = None
    item: str = ""
    problems: int = 0


Job = Generator[Progress, None, None]
"""The type of every job."""
