"""Run the event loop of the window in a benchmark, and print what was seen of it."""

import time
from collections.abc import Callable

from PySide6.QtCore import QEventLoop, QTimer

from benchmarks.event_turns import EventTurns


def row(what: str, milliseconds: float, note: str) -> None:
    """Print a line of the table."""
    print(f"{what:<48}{milliseconds:>10,.1f} ms   {note}", flush=True)


def watch() -> EventTurns:
    """Watch the turns of the event loop from now on."""
    return EventTurns()


def tell_stalls(while_: str, watched: EventTurns) -> None:
    """Stop watching and print what was seen."""
    watched.stop()
    clock = sorted(turn.clock for turn in watched.turns)
    longest, on_core = watched.longest()
    row(f"stalls of the event loop, {while_}: p99", clock[int(len(clock) * 0.99)], "")
    row(f"stalls, {while_}: longest", longest.clock, f"{longest}, goal 50")
    row(f"stalls, {while_}: longest with a core", on_core.on_core, f"{on_core}, goal 50")


def spread(what: str, seconds: list[float], note: str) -> None:
    """Print the median and the 95th of 100."""
    ordered = sorted(seconds)
    row(f"{what}, p50", ordered[len(ordered) // 2] * 1000, "")
    row(f"{what}, p95", ordered[int(len(ordered) * 0.95)] * 1000, note)


def until(condition: Callable[[], object], seconds: float = 60.0) -> None:
    """Run the event loop until the condition holds; raises TimeoutError where that takes too long."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError
        pause(1)


def pause(milliseconds: int) -> None:
    """Run the event loop for so long."""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()
