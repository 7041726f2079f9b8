"""Processes of our own: how they are started, spoken with and ended, seen from both sides.

Python runs one thread at a time, so what computes much has a process: the jobs of the window (`job_process`), those
who read the photos of a first scan (`scan.readers`), those who look at folders in a long rescan (`scan.glances`). Each
is a Python that is told messages on its input and answers on its output; what else it prints goes where our errors go.

Invariants:
- A process ends with its input. Only the one who started it has the other end, so none outlives that one, however it
  came to its end; and whoever started it waits for its end, so none is left as a zombie.
- One that dies is noticed when it is heard (`Died`), never taken for one that has nothing to say: a message that was
  cut off is no message.
- It speaks with nobody but the one who started it: Ctrl-C in the terminal is for the program, which ends it.
- Where none can be started (a program in one file has no Python to start, the system refuses) `possible` or `Died` say
  so, and the work is done in the process that asked.
"""

import contextlib
import os
import pickle
import subprocess
import sys
import threading
import weakref
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO, Any, Protocol, cast

_ROOT = Path(__file__).resolve().parents[1]

_BEGIN = "import importlib, sys; sys.path.insert(0, sys.argv[1]); importlib.import_module(sys.argv[2]).serve()"

_HEAD = 8
"""Bytes before each message that say how long it is, big-endian."""

_LONGEST = 2**31
"""Bytes of a message; who says that more will come is none of us."""


class Died(Exception):
    """A process has ended, or could not be started: there is nobody to answer."""


class Language(Protocol):
    """How a message becomes bytes: the module `pickle`, or `marshal` for plain values and a start without imports."""

    def dumps(self, message: Any, /) -> bytes:
        """The bytes of a message."""

    def loads(self, written: bytes, /) -> Any:
        """The message."""


def possible() -> bool:
    """Whether there is a Python to start."""
    return bool(sys.executable) and not getattr(sys, "frozen", False)


def serving(module: str) -> list[str]:
    """The command that runs the function `serve` of a module of ours; nothing is imported from the current folder."""
    return [sys.executable, "-P", "-c", _BEGIN, str(_ROOT), module]


def bare(script: Path, *arguments: str) -> list[str]:
    """The command that runs a file that needs nothing but built-in modules: it starts in a third of the time."""
    return [sys.executable, "-I", "-S", str(script), *arguments]


class OwnProcess:
    """A process, as the one who started it sees it. One thread at a time speaks with it."""

    def __init__(self, command: Sequence[str], language: Language = pickle) -> None:
        """Start it.

        Raises:
            Died: the system refuses.
        """
        try:
            self._popen = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                # A group of its own, as Ctrl-C is not for it; no session of its own, because Linux shares the cores
                # out between sessions first and would not heed the priority of what is in one.
                process_group=0,
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
        except OSError as error:
            raise Died from error
        self._language = language
        self._given = cast("IO[bytes]", self._popen.stdin)
        self._answers = cast("IO[bytes]", self._popen.stdout)
        # Who forgets it, or leaves the program without a word, ends it too.
        self.end = weakref.finalize(self, _end, self._popen)
        """Let it end, whatever it still says, and wait for that; nothing where it has ended before."""

    @property
    def number(self) -> int:
        """Its number in the system."""
        return self._popen.pid

    def tell(self, message: object) -> None:
        """Tell it something. That it has died is noticed when its answer is heard."""
        written = self._language.dumps(message)
        with contextlib.suppress(OSError, ValueError):  # ValueError: it was ended
            self._given.write(len(written).to_bytes(_HEAD, "big"))
            self._given.write(written)
            self._given.flush()

    def hear(self) -> Any:
        """Wait for the next thing it says.

        Raises:
            Died: nothing more will come.
        """
        return _hear(self._answers, self._language)

    def ask(self, question: object) -> Any:
        """Tell it something and wait for the answer.

        Raises:
            Died: none will come.
        """
        self.tell(question)
        return self.hear()

    def tell_no_more(self) -> None:
        """End its input, by which it knows that it has to end; it can still be heard."""
        with contextlib.suppress(OSError):
            self._given.close()


def _hear(stream: IO[bytes], language: Language) -> Any:
    try:
        head = stream.read(_HEAD)
        size = int.from_bytes(head, "big")
        written = stream.read(size) if len(head) == _HEAD and size <= _LONGEST else b""
    except (OSError, ValueError) as error:
        raise Died from error
    if len(head) < _HEAD or len(written) < size:
        raise Died
    return language.loads(written)


def _end(popen: "subprocess.Popen[bytes]") -> None:
    for stream in (popen.stdin, popen.stdout):
        with contextlib.suppress(OSError):
            cast("IO[bytes]", stream).close()
    popen.wait()


class Team:
    """Threads, each of which has a process of its own as soon as it asks something.

    Once one of the processes has died, or could not be started, nobody asks again.

    Attributes:
        pool: the threads.
        processes: those that were started.
    """

    def __init__(self, count: int, name: str, command: Sequence[str], language: Language = pickle) -> None:
        """Gather it; no process is started yet.

        Args:
            count: of threads, ≥ 1.
            name: of the threads.
            command: that starts a process.
        """
        self.pool = ThreadPoolExecutor(count, thread_name_prefix=name)
        self.processes: list[OwnProcess] = []
        self._command, self._language = command, language
        self._own = threading.local()
        self._lock = threading.Lock()
        self._works = possible()

    @property
    def works(self) -> bool:
        """False once there is nobody to ask."""
        return self._works

    def ask(self, question: object) -> Any:
        """What the process of this thread, which is one of the pool, answers.

        Raises:
            Died: there is none.
        """
        if not self._works:
            raise Died
        try:
            if not hasattr(self._own, "process"):
                self._own.process = OwnProcess(self._command, self._language)
                with self._lock:
                    self.processes.append(self._own.process)
            return cast(OwnProcess, self._own.process).ask(question)
        except Died:
            self._works = False
            raise

    def close(self) -> None:
        """End all threads and processes; what has not begun is left out."""
        self.pool.shutdown(wait=True, cancel_futures=True)
        for process in self.processes:
            process.end()


class Starter:
    """The one who started this process, as it sees it. Made once, before anything is printed."""

    def __init__(self, language: Language = pickle) -> None:
        self._language = language
        self._given = os.fdopen(os.dup(0), "rb")
        self._answers = os.dup(1)
        self._lock = threading.Lock()
        self._gone = False
        _leave_streams()

    @property
    def gone(self) -> bool:
        """True once it was noticed that nobody listens any more."""
        return self._gone

    def hear(self) -> Any:
        """Wait for the next message.

        Raises:
            Died: none will come, so this process has to end.
        """
        return _hear(self._given, self._language)

    def tell(self, message: object) -> None:
        """Answer; any thread may. Where nobody listens any more it is `gone`, and nothing else happens."""
        written = self._language.dumps(message)
        rest = memoryview(len(written).to_bytes(_HEAD, "big") + written)
        with self._lock:
            try:
                while rest and not self._gone:
                    rest = rest[os.write(self._answers, rest) :]
            except OSError:
                self._gone = True


def _leave_streams() -> None:
    """Nothing else may take our messages, or get between the answers."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 0)
    try:
        os.dup2(2, 1)
    except OSError:  # a program without a terminal may have no such stream
        os.dup2(nowhere, 1)
    os.close(nowhere)
