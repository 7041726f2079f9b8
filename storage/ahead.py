"""Work through many things in threads, in order, with a bounded number under way: so memory does not grow with them."""

from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")


def in_order(
    pool: ThreadPoolExecutor, work: Callable[[T], R], things: Iterable[T], *, ahead: int
) -> Generator[R, None, None]:
    """The results of `work`, in the order of the things.

    Args:
        things: asked for as they are needed, in the caller's thread.
        ahead: most things that are under way or done and not taken yet, ≥ 1.

    Closing it cancels what has not begun; what `work` raises comes out where its result would.
    """
    pending: deque[Future[R]] = deque()
    try:
        for thing in things:
            pending.append(pool.submit(work, thing))
            if len(pending) >= ahead:
                yield pending.popleft().result()
        while pending:
            yield pending.popleft().result()
    finally:
        for future in pending:
            future.cancel()
