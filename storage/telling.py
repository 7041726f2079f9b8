"""How far a step is that changes many photos at once, told to who waits for it, and a way to stop it.

A step is one transaction: who stops it finds nothing changed. Who does steps does not pass a listener through every
function; it listens for the length of a block, in its own thread.
"""

import contextlib
from collections.abc import Callable, Iterator
from contextvars import ContextVar

Listener = Callable[[str, int, int, bool], bool]
"""Is told what is done, in the imperative ("approve 214 photos"), how many photos of how many are done, and whether
it may be stopped now; answers False to stop it."""

_listener: ContextVar[Listener | None] = ContextVar("listener of steps", default=None)


class StoppedError(Exception):
    """Who listens wants the step stopped; rolls its transaction back."""


@contextlib.contextmanager
def told_to(listener: Listener) -> Iterator[None]:
    """Tell a listener of all steps of this thread in the block."""
    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)


def tell(what: str, done: int, total: int, *, stoppable: bool = True) -> None:
    """Say how far a step is.

    Args:
        stoppable: False where a stop would leave something half done; then the answer counts for nothing.

    Raises:
        StoppedError: it is to be stopped.
    """
    listener = _listener.get()
    if listener is not None and not listener(what, done, total, stoppable) and stoppable:
        raise StoppedError
