"""Lanes: where jobs and short calls run, so that the window never waits.

One `ThreadPoolExecutor` per lane, signals emitted from its thread and delivered in the main thread. (A `QThread` per
job with `deleteLater` crashed in every trial, a `QRunnable` that is a `QObject` is a known crash; this passed 150
shutdown stresses.) Progress is passed on at most every 50 ms, because 100,000 signals froze a trivial window for
1.3 s and this rate for 0.17 s.

Invariants: a lane runs one task at a time, in the order they were started. Every task that was started reports its
`Outcome` exactly once, unless the lane is closed. A bug is never swallowed: its outcome carries the exception.
"""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import Enum
from itertools import count
from typing import Any

from PySide6.QtCore import QObject, Signal

from storage.job import Job, KnownError, Progress

PROGRESS_INTERVAL = 0.05
"""Seconds between two progress signals (measured: see above)."""

_numbers = count(1)


class End(Enum):
    """How a task ended."""

    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"
    BUG = "bug"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a task ended, and what the user or the developer must know.

    Attributes:
        end: which way.
        last: the last progress the job told, None if it told none.
        message: for the user, where it failed.
        error: the exception of a failure or bug.
        seconds: how long it ran, without pauses being taken off.
    """

    end: End
    last: Progress | None = None
    message: str = ""
    error: BaseException | None = None
    seconds: float = 0.0


class Task:
    """One job in a lane, from its start to its outcome.

    Attributes:
        title: what the user sees, e.g. "Find what is in the photos".
        number: unique in this process.
    """

    def __init__(self, title: str, job: Callable[[], Job]) -> None:
        self.title = title
        self.number = next(_numbers)
        self._job = job
        self._cancelled = threading.Event()
        self._running = threading.Event()
        self._running.set()

    def cancel(self) -> None:
        """Ask it to stop at its next step."""
        self._cancelled.set()
        self._running.set()

    def pause(self) -> None:
        """Ask it to wait at its next step."""
        self._running.clear()

    def resume(self) -> None:
        """Let it go on."""
        self._running.set()

    @property
    def paused(self) -> bool:
        """True while it is asked to wait."""
        return not self._running.is_set()

    @property
    def cancelled(self) -> bool:
        """True once it was asked to stop."""
        return self._cancelled.is_set()

    def run(self, tell: Callable[[Progress], None]) -> Outcome:
        """Run to the end in this thread; never raises."""
        begun, last, told = time.monotonic(), None, 0.0
        try:
            job = self._job()
            try:
                while not self._cancelled.is_set():
                    try:
                        last = next(job)
                    except StopIteration:
                        return Outcome(End.DONE, last, seconds=time.monotonic() - begun)
                    now = time.monotonic()
                    if now - told >= PROGRESS_INTERVAL:
                        told = now
                        tell(last)
                    self._running.wait()
            finally:
                job.close()
        except KnownError as error:
            return Outcome(End.FAILED, last, str(error), error, time.monotonic() - begun)
        except Exception as error:
            return Outcome(End.BUG, last, _bug_sentence(error), error, time.monotonic() - begun)
        return Outcome(End.CANCELLED, last, seconds=time.monotonic() - begun)


class Lane(QObject):
    """One background thread for long jobs.

    Signals:
        started(Task): it begins to run.
        progressed(Task, Progress): at most every 50 ms.
        finished(Task, Outcome): exactly once per task.
    """

    started = Signal(object)
    progressed = Signal(object, object)
    finished = Signal(object, object)

    def __init__(self, name: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self._executor = ThreadPoolExecutor(1, thread_name_prefix=f"lane-{name}")
        self._tasks: list[Task] = []
        self._closed = False

    @property
    def tasks(self) -> tuple[Task, ...]:
        """The running task and those that wait, in order."""
        return tuple(self._tasks)

    def start(self, title: str, job: Callable[[], Job]) -> Task:
        """Run a job after those that were started before. `job` is called in the lane's thread."""
        task = Task(title, job)
        self._tasks.append(task)
        self._executor.submit(self._run, task)
        return task

    def _run(self, task: Task) -> None:
        if not self._closed:
            self.started.emit(task)
        outcome = task.run(lambda progress: self._tell(task, progress))
        self._tasks.remove(task)
        if not self._closed:
            self.finished.emit(task, outcome)

    def _tell(self, task: Task, progress: Progress) -> None:
        if not self._closed:
            self.progressed.emit(task, progress)

    def close(self) -> None:
        """Ask every task to stop and wait for the thread; no signal comes afterwards."""
        self._closed = True
        for task in self.tasks:
            task.cancel()
        self._executor.shutdown(wait=True, cancel_futures=True)


class Calls(QObject):
    """A background thread for short calls whose answer comes back to the main thread, in the order of asking.

    Signals:
        failed(str, object): a sentence and the exception, where a call without its own error handler failed.
    """

    failed = Signal(str, object)
    _answered = Signal(object, object, object)

    def __init__(self, name: str, parent: QObject | None = None, *, after: threading.Event | None = None) -> None:
        """Begin with the first call.

        Args:
            after: no call is made before this has happened.
        """
        super().__init__(parent)
        self.setObjectName(name)
        self._executor = ThreadPoolExecutor(1, thread_name_prefix=f"calls-{name}")
        self._after = after
        self._begun = False
        self._latest: dict[str, int] = {}
        self._waiting = 0
        self._closed = False
        self._answered.connect(self._deliver)

    def ask(self, call: Callable[[], Any], done: Callable[[Any], None] | None = None, *, only_latest: str = "") -> None:
        """Run `call` in the thread, then `done(answer)` in the main thread.

        Args:
            call: must not touch widgets.
            done: skipped where the call failed.
            only_latest: a name; a call of this name that has not begun when a newer one is asked is dropped, and so
                is its answer.
        """
        number = next(_numbers)
        if only_latest:
            self._latest[only_latest] = number
        self._waiting += 1
        if self._after is not None and not self._begun:
            self._executor.submit(self._after.wait)
        self._begun = True
        self._executor.submit(self._call, call, done, (only_latest, number))

    @property
    def waiting(self) -> int:
        """How many calls have not been answered yet."""
        return self._waiting

    def _stale(self, ticket: tuple[str, int]) -> bool:
        name, number = ticket
        return bool(name) and self._latest.get(name) != number

    def _call(self, call: Callable[[], Any], done: Callable[[Any], None] | None, ticket: tuple[str, int]) -> None:
        answer: Any = None
        error: Exception | None = None
        if not self._stale(ticket):
            try:
                answer = call()
            except Exception as raised:
                error = raised
        if not self._closed:
            self._answered.emit((done, ticket), answer, error)

    def _deliver(self, request: Any, answer: Any, error: Exception | None) -> None:
        done, ticket = request
        self._waiting -= 1
        if error is not None:
            self.failed.emit(str(error) if isinstance(error, KnownError) else _bug_sentence(error), error)
        elif done is not None and not self._stale(ticket):
            done(answer)

    def close(self, *, finish: bool = False) -> None:
        """Wait for the thread. With `finish`, calls that wait are still made (so that no edit is lost)."""
        if not finish:
            self._closed = True
        if self._after is not None:
            self._after.set()
        self._executor.shutdown(wait=True, cancel_futures=not finish)
        self._closed = True


def _bug_sentence(error: BaseException) -> str:
    return (
        f"Something went wrong inside Altfolio ({type(error).__name__}: {error}). Your photos were not changed by this."
    )
