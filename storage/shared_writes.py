"""Write blocks of several threads, committed together: one wait for the disk serves all who wait at that moment.

Four threads that embed words note an intent each; by themselves that were four flushes, one after the other. Whoever
comes first commits for all that are waiting by then, so nobody waits longer than for one commit more than before.

Invariants: a step returns only after it is committed, as durable as it asked for; a step that fails takes no other
with it.
"""

import threading
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar, cast

from storage.library import Library, Write

T = TypeVar("T")


class _Waiting(Generic[T]):
    """One step on its way."""

    def __init__(self, step: Callable[[Write], T], flush: bool) -> None:
        self.step, self.flush = step, flush
        self.finished = False
        self.value: T | None = None
        self.error: BaseException | None = None

    def result(self) -> T:
        if self.error is not None:
            raise self.error
        return cast("T", self.value)


class SharedWrites:
    """The write blocks of one job of a library."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._queue: list[_Waiting[object]] = []
        self._queueing, self._committing = threading.Lock(), threading.Lock()

    def run(self, step: Callable[[Write], T], *, flush: bool = True) -> T:
        """Run a step in a write block and commit it, perhaps with others.

        Args:
            step: must be quick, as all in a write block; it is called again where another step spoiled the block.
            flush: as in `Library.write`.

        Raises:
            KnownError: as `Library.write`; and whatever the step raises.
        """
        mine = _Waiting(step, flush)
        with self._queueing:
            self._queue.append(cast("_Waiting[object]", mine))
        with self._committing:
            if not mine.finished:
                with self._queueing:
                    batch, self._queue = self._queue, []
                self._commit(batch)
        return mine.result()

    def _commit(self, batch: Sequence[_Waiting[object]]) -> None:
        try:
            with self._library.write(flush=any(one.flush for one in batch)) as block:
                for one in batch:
                    one.value = one.step(block)
        except BaseException as error:
            if len(batch) > 1:
                for one in batch:
                    self._commit([one])
                return
            batch[0].error = error
        for one in batch:
            one.finished = True
