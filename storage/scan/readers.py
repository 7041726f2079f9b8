"""Read photos in threads, and as soon as there are many in processes of their own.

Reading a photo is two thirds Python, which runs one thread at a time; a process is not bound to the others. Seen for
5,000 photos on 2 cores: 0.33 ms of a core for reading one and 0.2 ms for writing it down, in turns in one process, side
by side in two.

Where processes can't be started, or one dies, the threads read themselves.

Invariants: a photo is read once, in whatever way; a process that dies costs nothing but time.
"""

import threading
from collections.abc import Sequence
from typing import cast

from storage import own_process
from storage.own_process import Died, Starter, Team
from storage.scan.read_photo import Found, PhotoRead, read_photos

MANY = 512
"""Photos that are read before processes are started: starting one takes as long as reading about 300."""

COMMAND = own_process.serving(__name__)


class Readers:
    """The readers of one scan.

    Attributes:
        team: threads that call `read`, and their processes.
    """

    def __init__(self, count: int) -> None:
        """Args: count: of threads, and of processes where there is much to read, ≥ 1."""
        self.team = Team(count, "scan", COMMAND)
        self._alone = count == 1
        self._lock = threading.Lock()
        self._photos = 0

    def read(self, chunk: Sequence[Found]) -> list[PhotoRead]:
        """Read some photos; called from the threads of the pool."""
        with self._lock:
            self._photos += len(chunk)
            alone = self._alone or self._photos <= MANY
        if not alone:
            try:
                return cast("list[PhotoRead]", self.team.ask(list(chunk)))
            except Died:
                pass  # it was killed, or is out of memory
        return read_photos(chunk)

    def close(self) -> None:
        """End all threads and processes; what has not begun is left out."""
        self.team.close()


def serve() -> None:
    """Read chunks of photos until no more come; the main function of a reading process."""
    starter = Starter()
    try:
        while not starter.gone:
            starter.tell(read_photos(starter.hear()))
    except Died:
        return
