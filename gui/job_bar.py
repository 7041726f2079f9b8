"""One quiet line about the work in the background: what, how far, how fast, how long still; pause and cancel.

It speaks sparingly: a screen reader hears the start and the end of a job, not its steps.
"""

import time

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QToolButton, QWidget

from gui.accessible import named
from gui.appearance import Appearance
from gui.words import counted
from gui.work_bar import WorkBar
from storage.job import Progress

WINDOW_SECONDS = 20.0
"""Rate and time left follow the last this many seconds, so that they answer when the work gets slower."""


STOP_JOB = "Stop; what is done is kept, and it goes on from there next time"
STOP_CHANGE = "Stop; nothing is changed then"


class JobBar(QWidget):
    """The status line at the foot of the window.

    Signals:
        cancelled(): stop the job.
        paused(bool): wait, or go on.
        problems_wanted(): show the problems.
    """

    cancelled = Signal()
    paused = Signal(bool)
    problems_wanted = Signal()

    def __init__(self, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("status")
        self._appearance = appearance
        self._history: list[tuple[float, int]] = []
        self._said = QLabel()
        self._said.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._said.setAccessibleName("Status")
        self._bar = WorkBar("Progress")
        self._pause = named(QToolButton(), "Pause the work")
        self._pause.setCheckable(True)
        self._pause.setObjectName("flat")
        self._pause.toggled.connect(self._toggle)
        self._cancel = named(QToolButton(), "Stop the work")
        self._cancel.setObjectName("flat")
        self._cancel.setToolTip(STOP_JOB)
        self._cancel.clicked.connect(self.cancelled)
        self._problems = QPushButton()
        self._problems.setObjectName("flat")
        self._problems.clicked.connect(self.problems_wanted)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 4, 12, 4)
        layout.setSpacing(8)
        layout.addWidget(self._said, 1)
        layout.addWidget(self._problems)
        layout.addWidget(self._bar)
        layout.addWidget(self._pause)
        layout.addWidget(self._cancel)
        appearance.changed.connect(self._dress)
        self._dress()
        self.tell_problems(0)
        self.rest("Ready")

    def rest(self, said: str) -> None:
        """No job runs; show how the last one ended."""
        self._said.setText(said)
        self._history.clear()
        for widget in (self._bar, self._pause, self._cancel):
            widget.hide()

    def say(self, said: str) -> None:
        """Show a sentence; progress replaces it."""
        self._said.setText(said)

    def work(self, title: str, *, changes_photos: bool = False) -> None:
        """A job begins; or a change of many photos, which can't pause and is stopped with nothing changed."""
        self._cancel.setToolTip(STOP_CHANGE if changes_photos else STOP_JOB)
        self.allow_stop(True)
        self._history = [(time.monotonic(), 0)]
        self._said.setText(f"{title}…")
        self._bar.show_done(0, None)
        self._pause.setChecked(False)
        for widget in (self._bar, self._cancel):
            widget.show()
        self._pause.setVisible(not changes_photos)

    def allow_stop(self, on: bool) -> None:
        """Whether it can be stopped now."""
        self._cancel.setEnabled(on)

    def show_progress(self, title: str, progress: Progress) -> None:
        """A job is this far."""
        now = time.monotonic()
        self._history.append((now, progress.done))
        while len(self._history) > 2 and now - self._history[0][0] > WINDOW_SECONDS:
            self._history.pop(0)
        self._bar.show_done(progress.done, progress.total)
        self._said.setText(f"{title}: {self._sentence(progress, now)}")

    def _sentence(self, progress: Progress, now: float) -> str:
        parts = [f"{progress.done:,}" if progress.total is None else f"{progress.done:,} of {progress.total:,}"]
        begun, before = self._history[0]
        rate = (progress.done - before) / (now - begun) if now - begun > 1 else 0.0
        if rate > 0:
            parts.append(f"{rate:.0f} a second" if rate >= 10 else f"{rate:.1f} a second")
            if progress.total and progress.total > progress.done:
                parts.append(f"{_span((progress.total - progress.done) / rate)} left")
        if progress.problems:
            parts.append(counted(progress.problems, "problem"))
        return ", ".join(parts)

    def tell_problems(self, count: int) -> None:
        """How many photos have a problem."""
        self._problems.setVisible(count > 0)
        self._problems.setText(counted(count, "problem"))
        named(self._problems, f"Show {counted(count, 'problem')}")

    def _toggle(self, on: bool) -> None:
        self._dress()
        self._pause.setAccessibleName("Go on with the work" if on else "Pause the work")
        self.paused.emit(on)

    def _dress(self) -> None:
        paused = self._pause.isChecked()
        self._pause.setIcon(self._appearance.icon("resume" if paused else "pause"))
        self._pause.setToolTip("Go on" if paused else "Pause")
        self._cancel.setIcon(self._appearance.icon("close"))
        self._problems.setIcon(self._appearance.icon("state-problem", "problem"))
        self._bar.setFixedWidth(min(240, self._appearance.scaled(160)))
        for button, side in ((self._pause, 20), (self._cancel, 20), (self._problems, 16)):
            edge = self._appearance.scaled(side)
            button.setIconSize(QSize(edge, edge))


def _span(seconds: float) -> str:
    """A length of time for people, coarse: "20 s", "3 min", "2 h 10 min"."""
    if seconds < 55:
        return f"{max(5, round(seconds / 5) * 5)} s"
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"{max(1, minutes)} min"
    return f"{minutes // 60} h {minutes % 60 // 10 * 10} min"
