"""The thread that edits, with a word about edits that take long.

An edit of some photos is done at once; one of a hundred thousand takes a minute. After half a second it is told how far
it is, and it can be stopped, which leaves everything as it was (`storage.telling`).
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from typing import Any

from PySide6.QtCore import QObject, Signal

from gui.jobs import PROGRESS_INTERVAL, Calls
from storage.telling import StoppedError, told_to

PATIENCE = 0.5
"""Seconds after which an edit counts as long: until then its result is the best word about it."""


@dataclass(frozen=True, slots=True)
class Step:
    """How far a long edit is.

    Attributes:
        edit: its number.
        what: in the imperative: "approve 100,000 photos".
        done, total: photos.
        stoppable: False where it can't be stopped now.
    """

    edit: int
    what: str
    done: int
    total: int
    stoppable: bool


class LongEdits(Calls):
    """The thread that edits.

    Signals:
        progressed(Step): a long edit is this far; at most every 50 ms.
        ended(bool): a long edit is over, before its answer is delivered; True where it was stopped.
    """

    progressed = Signal(object)
    ended = Signal(bool)

    def __init__(self, name: str, parent: QObject | None = None, *, after: threading.Event | None = None) -> None:
        super().__init__(name, parent, after=after)
        self._numbers = count(1)
        self._shown = self._stopped = 0
        self.progressed.connect(self._show)

    def _show(self, step: Step) -> None:
        self._shown = step.edit

    def stop(self) -> None:
        """Ask the edit that was told of last to stop, with nothing changed; none after it, where it is over already."""
        self._stopped = self._shown

    def ask(self, call: Callable[[], Any], done: Callable[[Any], None] | None = None, *, only_latest: str = "") -> None:
        """Make an edit after those before it; `done` as for `Calls`, and skipped where it was stopped."""

        def answered(answer: Any) -> None:
            if not isinstance(answer, StoppedError) and done is not None:
                done(answer)

        super().ask(lambda: self._edit(call), answered, only_latest=only_latest)

    def _edit(self, call: Callable[[], Any]) -> Any:
        begun, number = time.monotonic(), next(self._numbers)
        told = 0.0
        stopped = False

        def listen(what: str, done: int, total: int, stoppable: bool) -> bool:
            nonlocal told
            now = time.monotonic()
            if now - begun >= PATIENCE and now - told >= PROGRESS_INTERVAL:
                told = now
                self.progressed.emit(Step(number, what, done, total, stoppable))
            return self._stopped != number

        try:
            with told_to(listen):
                return call()
        except StoppedError as error:
            stopped = True
            return error
        finally:
            if told:
                self.ended.emit(stopped)
