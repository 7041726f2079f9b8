"""Run a job of a library in a process of its own, so that the window's process has nothing to do but the window.

Python runs one thread at a time. Beside a scan and the models the window's thread had to ask for its turn again and
again, and on a busy machine each time wait for a core as well: half of all stalls of the event loop, and the longest.

The process (`own_process`) opens the same library, runs the job and tells what changed, as soon as it is committed,
and how far it is, at most every `INTERVAL_S`. After each progress it waits for leave to go on, so the job stands still
while nobody takes its progress (it is paused), and stops at its next step when its input is closed (it is cancelled, or
the window has died). Where no process can be started the job runs in the thread that asked.

Invariants: whoever listens to the library hears every change, as if the job ran here; when the job is over, however
that came, the process has ended.
"""

import contextlib
import os
import pickle
import time
import traceback
from collections.abc import Callable, Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

from storage import own_process, text_rules
from storage.job import KnownError, Progress
from storage.library import PATIENCE_S, Changes, Library
from storage.own_process import Died, OwnProcess, Starter

INTERVAL_S = 0.05
"""Least seconds between two progresses that are told; a window shows no more (`gui.jobs.PROGRESS_INTERVAL`)."""

LOWER = 5
"""How much lower the priority of the process is ("nice", 0..19): the window gets three quarters of a core that both
want (Linux weighs 1,024 to 335). What the process starts inherits it."""

Given = ParamSpec("Given")
Result = TypeVar("Result")

_GO_ON = "go on"


@dataclass(frozen=True, slots=True)
class _Order:
    """What the process is to do."""

    library: Path
    rules: text_rules.Rules | None
    work: Callable[..., Generator[Progress, None, Any]]
    given: tuple[object, ...]
    named: dict[str, object]


@dataclass(frozen=True, slots=True)
class _End:
    """The job is over.

    Attributes:
        result: what it returned.
        error: what it failed with, None where it did not.
        trace: where a bug happened.
    """

    result: object = None
    error: Exception | None = None
    trace: str = ""


def run_elsewhere(
    library: Library,
    work: Callable[Concatenate[Library, Given], Generator[Progress, None, Result]],
    *given: Given.args,
    **named: Given.kwargs,
) -> Generator[Progress, None, Result]:
    """Run `work(library, *given, **named)` in a process of its own.

    Args:
        work: a function of a module; it, what it is given and what it returns have to be picklable.

    Returns:
        what the job returns.

    Raises:
        KnownError: what the job raises, or the process died: the system ended it, or a decoder crashed.
    """
    process = _start()
    if process is None:
        return (yield from work(library, *given, **named))
    process.tell(_Order(library.path, text_rules.used(), work, given, named))
    with library.patient():
        try:
            return cast(Result, (yield from _follow(process, library)))
        finally:
            process.tell_no_more()
            with contextlib.suppress(Died):  # what it still changes while it stops is heard, too
                while True:
                    _take(process.hear(), library)
            process.end()


def _start() -> OwnProcess | None:
    try:
        return OwnProcess(own_process.serving(__name__)) if own_process.possible() else None
    except Died:
        return None


def _follow(process: OwnProcess, library: Library) -> Generator[Progress, None, object]:
    """What the job tells, to its end."""
    while True:
        try:
            message = process.hear()
        except Died:
            raise KnownError(
                "The work was stopped by the system, perhaps for want of memory. Start it again to go on."
            ) from None
        if isinstance(message, _End):
            if message.error is None:
                return message.result
            if message.trace:
                message.error.add_note(message.trace)
            raise message.error
        if isinstance(message, Progress):
            yield message
            process.tell(_GO_ON)
        else:
            _take(message, library)


def _take(message: object, library: Library) -> None:
    if isinstance(message, Changes):
        library.tell(message)


def serve() -> None:
    """Run the job that is ordered; the main function of the process."""
    starter = Starter()
    if hasattr(os, "nice"):
        os.nice(LOWER)
    try:
        order: _Order = starter.hear()
        if order.rules is not None:
            text_rules.use(order.rules)
        with Library(order.library) as library, library.patient(PATIENCE_S):
            library.listen(starter.tell)
            result = _run(order.work(library, *order.given, **order.named), starter)
        starter.tell(_End(result))
    except Died:
        return
    except KnownError as error:
        starter.tell(_End(error=KnownError(str(error))))
    except Exception as error:
        starter.tell(_End(error=_portable(error), trace=traceback.format_exc()))


def _run(job: Generator[Progress, None, Any], starter: Starter) -> object:
    """Run a job to its end, or until nobody wants it any more; returns what it returns."""
    told, untold = 0.0, None
    with contextlib.closing(job):
        while not starter.gone:
            try:
                untold = next(job)
            except StopIteration as end:
                if untold is not None:
                    starter.tell(untold)
                return end.value
            if time.monotonic() - told < INTERVAL_S:
                continue
            starter.tell(untold)
            told, untold = time.monotonic(), None
            starter.hear()
    raise Died


def _portable(error: Exception) -> Exception:
    """The error, or one that says the same, where it can't be passed on."""
    try:
        return cast(Exception, pickle.loads(pickle.dumps(error)))
    except Exception:  # whatever it holds refuses in its own way
        return RuntimeError(f"{type(error).__name__}: {error}")
