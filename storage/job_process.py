"""Run a job of a library in a process of its own, so that the window's process has nothing to do but the window.

Python runs one thread at a time. Beside a scan and the models the window's thread had to ask for its turn again and
again, and on a busy machine each time wait for a core as well: half of all stalls of the event loop, and the longest.

The process is a Python that opens the same library, runs the job and answers on its output: what changed, as soon as
it is committed, and how far it is, at most every `INTERVAL_S`. After each progress it waits for leave to go on, so the
job stands still while nobody takes its progress (it is paused), and ends when its input is closed (it is cancelled, or
the window has died). Where no process can be started the job runs in the thread that asked.

Invariants: whoever listens to the library hears every change, as if the job ran here; when the job is over, however
that came, the process has ended.
"""

import contextlib
import os
import pickle
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BufferedReader, BufferedWriter
from pathlib import Path
from typing import IO, cast

from storage import text_rules
from storage.job import Job, KnownError, Progress
from storage.library import Changes, Library

INTERVAL_S = 0.05
"""Least seconds between two progresses that are told; a window shows no more (`gui.jobs.PROGRESS_INTERVAL`)."""

LOWER = 5
"""How much lower the priority of the process is ("nice", 0..19): the window gets three quarters of a core that both
want (Linux weighs 1,024 to 335). What the process starts inherits it."""

_SERVE = "import sys; sys.path.insert(0, sys.argv[1]); from storage.job_process import serve; serve()"
_ROOT = Path(__file__).resolve().parents[1]

_GO_ON = b"\n"


@dataclass(frozen=True, slots=True)
class _Order:
    """What the process is to do."""

    library: Path
    rules: text_rules.Rules | None
    work: Callable[..., Job]
    given: tuple[object, ...]


@dataclass(frozen=True, slots=True)
class _End:
    """The job is over.

    Attributes:
        error: what it failed with, None where it did not.
        trace: where a bug happened.
    """

    error: Exception | None = None
    trace: str = ""


def run_elsewhere(library: Library, work: Callable[..., Job], *given: object) -> Job:
    """Run `work(library, *given)` in a process of its own.

    Args:
        work: a function of a module; it and what it is given have to be picklable.

    Raises:
        KnownError: what the job raises, or the process died: the system ended it, or a decoder crashed.
    """
    process = _start(_Order(library.path, text_rules.used(), work, given))
    if process is None:
        yield from work(library, *given)
        return
    try:
        yield from process.follow(library)
    finally:
        process.end(library)


def _start(order: _Order) -> "_Process | None":
    if getattr(sys, "frozen", False) or not sys.executable:
        return None
    try:
        return _Process(order)
    except OSError:
        return None


class _Process:
    """The process of one job."""

    def __init__(self, order: _Order) -> None:
        """Start it; raises OSError where the system refuses."""
        self._popen = subprocess.Popen(
            [sys.executable, "-c", _SERVE, str(_ROOT)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            # A group of its own, as Ctrl-C is for the window, which ends it; no session of its own, because Linux
            # shares the cores out between sessions first and would not heed the priority of what is in one.
            process_group=0,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        self._given = cast("IO[bytes]", self._popen.stdin)
        self._answers = cast("IO[bytes]", self._popen.stdout)
        self._tell(pickle.dumps(order, pickle.HIGHEST_PROTOCOL))

    def follow(self, library: Library) -> Iterator[Progress]:
        """What the job tells, to its end."""
        for message in self._messages(library):
            if isinstance(message, _End):
                if message.error is None:
                    return
                if message.trace:
                    message.error.add_note(message.trace)
                raise message.error
            yield message
            self._tell(_GO_ON)
        raise KnownError("The work was stopped by the system, perhaps for want of memory. Start it again to go on.")

    def _messages(self, library: Library) -> Iterator[Progress | _End]:
        while True:
            try:
                message = pickle.load(self._answers)
            except (EOFError, pickle.UnpicklingError):
                return
            if isinstance(message, Changes):
                library.tell(message)
            else:
                yield message

    def _tell(self, words: bytes) -> None:
        with contextlib.suppress(OSError):  # it has died, which is noticed when its answer is read
            self._given.write(words)
            self._given.flush()

    def end(self, library: Library) -> None:
        """Let the job stop at its next step, pass on what it still changes, and wait for the end."""
        with contextlib.suppress(OSError):
            self._given.close()
        for _ in self._messages(library):
            pass
        self._answers.close()
        self._popen.wait()


def serve() -> None:
    """Run the job that the standard input orders; the main function of the process."""
    given = cast(BufferedReader, sys.stdin.buffer)
    answers = _Answers(os.fdopen(os.dup(sys.stdout.fileno()), "wb"))
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # nothing else may get between the answers
    if hasattr(os, "nice"):
        os.nice(LOWER)
    try:
        order: _Order = pickle.load(given)
        if order.rules is not None:
            text_rules.use(order.rules)
        with Library(order.library) as library:
            library.listen(answers.tell)
            _run(order.work(library, *order.given), given, answers)
        answers.tell(_End())
    except BrokenPipeError:
        os._exit(1)  # the window has died; the streams can't be flushed any more
    except KnownError as error:
        answers.tell(_End(KnownError(str(error))))
    except Exception as error:
        answers.tell(_End(_portable(error), traceback.format_exc()))


def _run(job: Job, given: BufferedReader, answers: "_Answers") -> None:
    told, untold = 0.0, None
    with contextlib.closing(job):
        for progress in job:
            untold = progress
            if time.monotonic() - told < INTERVAL_S:
                continue
            answers.tell(progress)
            told, untold = time.monotonic(), None
            if given.read(1) != _GO_ON:
                return
    if untold is not None:
        answers.tell(untold)


class _Answers:
    """The way to the one who asked; any thread may tell something."""

    def __init__(self, stream: BufferedWriter) -> None:
        self._stream = stream
        self._lock = threading.Lock()

    def tell(self, message: Progress | Changes | _End) -> None:
        with self._lock:
            pickle.dump(message, self._stream, pickle.HIGHEST_PROTOCOL)
            self._stream.flush()


def _portable(error: Exception) -> Exception:
    """The error, or one that says the same, where it can't be passed on."""
    try:
        return cast(Exception, pickle.loads(pickle.dumps(error)))
    except Exception:  # whatever it holds refuses in its own way
        return RuntimeError(f"{type(error).__name__}: {error}")
