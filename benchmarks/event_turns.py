"""How long the event loop of the window does not answer, and why: own work, waiting for a core, waiting for others.

On a machine that others use too, a thread waits for a core after each time it slept or was suspended, so the longest
stall by the clock says as much of the machine as of the program. Linux tells for each thread how long it worked and
how long it waited for a core (`/proc/<pid>/task/<tid>/schedstat`, Documentation/scheduler/sched-stats.rst); what is
left of a stall are waits for other threads (Python's lock, above all) and for the disk. Elsewhere only the clock is
known.
"""

import os
import sys
import threading
import time
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication, QObject, Qt, QTimer


@dataclass(frozen=True, slots=True)
class Turn:
    """From one answer of the event loop to the next.

    Attributes, all in milliseconds:
        clock: how long it took, without the one that is asked for.
        worked: in which its thread worked.
        queued: in which its thread was ready and another one had the core.
    """

    clock: float
    worked: float = 0.0
    queued: float = 0.0

    @property
    def on_core(self) -> float:
        """What it would have taken with a core at hand."""
        return max(0.0, self.clock - self.queued)

    def __str__(self) -> str:
        waited = max(0.0, self.clock - self.worked - self.queued)
        return f"work {self.worked:.0f}, for a core {self.queued:.0f}, for others {waited:.0f}"


class EventTurns(QObject):
    """Asks the event loop of its thread to answer every millisecond, from its making until `stop`.

    Attributes:
        turns: so far.
    """

    def __init__(self) -> None:
        super().__init__(QCoreApplication.instance())
        self.turns: list[Turn] = []
        self._counts = -1
        if sys.platform == "linux":
            self._counts = os.open(f"/proc/self/task/{threading.get_native_id()}/schedstat", os.O_RDONLY)
        self._last = self._now()
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(1)
        self._timer.timeout.connect(self._answer)
        self._timer.start()

    def _now(self) -> tuple[float, float, float]:
        worked, queued = (0, 0)
        if self._counts >= 0:
            worked, queued = (int(count) for count in os.pread(self._counts, 64, 0).split()[:2])
        return time.perf_counter() * 1000, worked / 1e6, queued / 1e6

    def _answer(self) -> None:
        now = self._now()
        clock, worked, queued = (after - before for before, after in zip(self._last, now, strict=True))
        self.turns.append(Turn(clock - 1, worked, queued))
        self._last = now

    def stop(self) -> None:
        """Ask no longer."""
        self._timer.stop()
        if self._counts >= 0:
            os.close(self._counts)
            self._counts = -1
        self.deleteLater()

    def longest(self) -> tuple[Turn, Turn]:
        """The longest turn by the clock, and the one that would be the longest with a core at hand."""
        return max(self.turns, key=lambda turn: turn.clock), max(self.turns, key=lambda turn: turn.on_core)
