"""Keeps Python's own housekeeping from stopping the window while threads work beside it.

While the window starts nothing is looked for at all, from `main` to `wake`. Afterwards two causes were found of most
stalls of the event loop while a scan and the models ran (100,000 photos):

- A full search for reference cycles looks at every object and lets no other thread run: the longest took 85 ms on two
  nearly quiet cores and 235 on busy ones, 13 to 17 of them in one run, whichever thread happened to start it. Here
  cycles are looked for among young objects only; what has been there for some seconds is set aside (`gc.freeze`,
  which costs nothing), and all of it is looked through once the person has gone to another program.
- A thread that wants to run waits until the one that runs has had its switch interval, and Qt's calls from Python give
  the lock away all the time. A fifth of the usual interval took the 99th percentile of stalls from 44 ms to 21 and from
  25 to 22 in two pairs of runs on busy cores.
"""

import gc
import sys
import time

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtGui import QGuiApplication

SWITCH_S = 0.001
"""Seconds a thread may go on while another one waits; Python's own is 0.005."""

YOUNG = 2_000
"""New objects after which the young ones are looked through; Python's own is 700."""

MIDDLE = 5
"""Such looks before those that survived one are looked through, too."""

NEVER = 1_000_000
"""Looks before all objects would be looked through unasked."""

SET_ASIDE_MS = 10_000
"""Between two times when what is there is set aside."""

WHOLE_S = 300.0
"""Least time between two looks at all objects."""


class CalmMemory(QObject):
    """Looks for reference cycles when it disturbs nobody; there is one for the program, as long as its window.

    Without `close` the settings of the interpreter stay as they are.
    """

    def __init__(self, app: QGuiApplication, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._before = (gc.get_threshold(), sys.getswitchinterval())
        self._looked = time.monotonic()
        gc.set_threshold(YOUNG, MIDDLE, NEVER)
        sys.setswitchinterval(SWITCH_S)
        self._timer = QTimer(self)
        self._timer.setInterval(SET_ASIDE_MS)
        self._timer.timeout.connect(self.set_aside)
        self._timer.start()
        app.applicationStateChanged.connect(self._state_changed)

    def wake(self) -> None:
        """The first photos are seen: look for cycles from now on, but not among what the start made."""
        gc.freeze()
        gc.enable()

    def set_aside(self) -> None:
        """Look through what is young, and never again at what is left but for `look_at_all`."""
        gc.collect(1)
        self.wake()

    def look_at_all(self) -> None:
        """Look for cycles among all objects, unless that was done a short while ago."""
        if time.monotonic() - self._looked >= WHOLE_S:
            gc.unfreeze()
            gc.collect()
            gc.freeze()
            self._looked = time.monotonic()

    def _state_changed(self, state: Qt.ApplicationState) -> None:
        if state != Qt.ApplicationState.ApplicationActive:
            self.look_at_all()

    def close(self) -> None:
        """Leave the interpreter as it was."""
        self._timer.stop()
        thresholds, interval = self._before
        gc.set_threshold(*thresholds)
        sys.setswitchinterval(interval)
        gc.enable()
        gc.unfreeze()
