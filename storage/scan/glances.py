"""Look at folders of a long rescan in processes of their own, before the scan comes to them.

Comparing a folder with its mark is Python and system calls in turns, in which threads only get into each other's way;
processes share it out. The scan lists one part of the folders itself, each process another, and all an equal one.
A process is told the mark that the library has of a folder, and answers only whether the folder still has it: what
differs, or is not plain (`storage.scan.plain`), is listed by the scan as ever.

Invariants: what is not known for sure is not answered; a process that dies costs nothing but time; what is under way is
bounded.
"""

import marshal
import os
from collections.abc import Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import cast

from storage import own_process
from storage.library import Library
from storage.own_process import Died, Team
from storage.scan import plain
from storage.scan.walk import USUAL

MANY = 5_000
"""Unchanged photos after which processes are started: starting one takes as long as looking at that many."""

MOST = 3
"""Processes at most; more would wait for the disk, or for the scan."""

TOGETHER = 4
"""Folders in one question: 50 µs for asking, against 4 µs for each photo."""

AHEAD = 64
"""Folders that are looked at before the scan comes to them."""

PROGRAM = Path(plain.__file__)

Asked = tuple["Future[list[int | None]]", int]
"""The answers to a question, and which of them is meant."""


class Glances:
    """What the processes of one scan have seen."""

    def __init__(self, library: Library, cores: int | None = None) -> None:
        """Args: cores: of the machine; None to count them. The scan keeps one for itself."""
        self._library = library
        helpers = min((cores or os.cpu_count() or 1) - 1, MOST)
        self._helpers = helpers if own_process.possible() else 0
        endings = [os.fsdecode(ending) for ending in sorted(USUAL)]
        self._team = Team(max(1, helpers), "glance", own_process.bare(PROGRAM, *endings), marshal)
        self._unchanged = 0
        self._asked: dict[bytes, Asked] = {}
        self._left: set[bytes] = set()  # for the scan itself
        self._turn = 0

    def unchanged(self, photos: int) -> None:
        """So many photos more were unchanged."""
        self._unchanged += photos

    def look_at(self, pending: Sequence[bytes]) -> None:
        """Let folders be looked at, unless enough of them are; the last one is needed first."""
        if (
            self._helpers < 1
            or not self._team.works
            or self._unchanged < MANY
            or len(self._asked) + len(self._left) > AHEAD // 2
        ):
            return
        paths = [path for path in reversed(pending[-AHEAD:]) if path not in self._asked and path not in self._left]
        marks = self._marks(paths)
        marked = [(path, marks[path]) for path in paths if path in marks]
        for start in range(0, len(marked), TOGETHER):
            some = marked[start : start + TOGETHER]
            if self._turn == 0:
                self._left.update(path for path, _ in some)
            else:
                answers = self._team.pool.submit(self._ask, some)
                self._asked.update((path, (answers, at)) for at, (path, _) in enumerate(some))
            self._turn = (self._turn + 1) % (self._helpers + 1)

    def same(self, path: bytes) -> int | None:
        """How many photos a folder has, where it has nothing else and all are as the library knows them."""
        self._left.discard(path)
        asked = self._asked.pop(path, None)
        return None if asked is None else asked[0].result()[asked[1]]

    def close(self) -> None:
        """End all processes; what has not begun is left out."""
        self._team.close()

    def _marks(self, paths: Sequence[bytes]) -> dict[bytes, bytes]:
        if not paths:
            return {}
        with self._library.read() as connection:
            rows = connection.exec_driver_sql(
                f"SELECT path, mark FROM folder WHERE mark IS NOT NULL AND path IN ({','.join('?' * len(paths))})",
                tuple(paths),
            )
            return {bytes(path): bytes(mark) for path, mark in rows}

    def _ask(self, folders: Sequence[tuple[bytes, bytes]]) -> list[int | None]:
        """Called from the threads of the pool, each of which has a process."""
        try:
            return cast("list[int | None]", self._team.ask(list(folders)))
        except Died:
            return [None] * len(folders)
