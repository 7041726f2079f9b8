"""Read photos in threads, and as soon as there are many in processes of their own.

Reading a photo is two thirds Python, which runs one thread at a time; a process is not bound to the others. Seen for
5,000 photos on 2 cores: 0.33 ms of a core for reading one and 0.2 ms for writing it down, in turns in one process, side
by side in two.

A process is a Python that reads chunks from its input and answers on its output. It ends with its input, so none
outlives the scan, however that ends. Where processes can't be started the threads read themselves.

Invariants: a photo is read once, in whatever way; a process that dies costs nothing but time.
"""

import contextlib
import os
import pickle
import subprocess
import sys
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from io import BufferedReader
from pathlib import Path
from typing import IO, cast

from storage.scan.read_photo import Found, PhotoRead, read_photos

MANY = 512
"""Photos that are read before processes are started: starting one takes as long as reading about 300."""

_SERVE = "import sys; sys.path.insert(0, sys.argv[1]); from storage.scan.readers import serve; serve()"
_ROOT = Path(__file__).resolve().parents[2]


class Readers:
    """The readers of one scan.

    Attributes:
        pool: threads that call `read`.
    """

    def __init__(self, count: int) -> None:
        """Args: count: of threads, and of processes where there is much to read, ≥ 1."""
        self.pool = ThreadPoolExecutor(count, thread_name_prefix="scan")
        self._own = threading.local()
        self._lock = threading.Lock()
        self._processes: list[_Process] = []
        self._photos = 0
        self._alone = count == 1 or getattr(sys, "frozen", False) or not sys.executable

    def read(self, chunk: Sequence[Found]) -> list[PhotoRead]:
        """Read some photos; called from the threads of the pool."""
        process = self._process(len(chunk))
        if process is not None:
            try:
                return process.read(chunk)
            except (OSError, EOFError, pickle.UnpicklingError):  # it was killed, or is out of memory
                process.end()
                self._alone = True
        return read_photos(chunk)

    def close(self) -> None:
        """End all threads and processes; what has not begun is left out."""
        self.pool.shutdown(wait=True, cancel_futures=True)
        for process in self._processes:
            process.end()

    def _process(self, photos: int) -> "_Process | None":
        """The process of this thread, or None while, or where, the thread is to read by itself."""
        with self._lock:
            self._photos += photos
            if self._alone or self._photos <= MANY:
                return None
        if not hasattr(self._own, "process"):
            try:
                self._own.process = _Process()
            except OSError:
                self._alone = True
                return None
            with self._lock:
                self._processes.append(self._own.process)
        return cast(_Process, self._own.process)


class _Process:
    """A Python process that reads photos for one thread."""

    def __init__(self) -> None:
        """Start it; raises OSError where the system refuses."""
        self._popen = subprocess.Popen(
            [sys.executable, "-c", _SERVE, str(_ROOT)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            process_group=0,  # Ctrl-C is for the scan, which ends it; a session would not heed the priority
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )

    def read(self, chunk: Sequence[Found]) -> list[PhotoRead]:
        """Have it read a chunk; raises OSError, EOFError or UnpicklingError where it has died."""
        given, answer = cast("IO[bytes]", self._popen.stdin), cast("IO[bytes]", self._popen.stdout)
        pickle.dump(list(chunk), given, pickle.HIGHEST_PROTOCOL)
        given.flush()
        return cast("list[PhotoRead]", pickle.load(answer))

    def end(self) -> None:
        """Let it end, and wait for that."""
        with contextlib.suppress(OSError):
            self._popen.communicate()


def serve() -> None:
    """Read chunks of photos from the standard input until it ends; the main function of a reading process."""
    given, answers = cast(BufferedReader, sys.stdin.buffer), os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # nothing else may get between the answers
    while given.peek(1):
        pickle.dump(read_photos(pickle.load(given)), answers, pickle.HIGHEST_PROTOCOL)
        answers.flush()
