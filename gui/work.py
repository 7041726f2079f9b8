"""The jobs of the window: looking for photos, finding what is in them, drafting, writing into files.

Scanning, tagging and describing follow each other as one job, because the library knows what is left to do. Writing
into files has a lane of its own: whoever approved photos must not wait until the models have seen a hundred thousand
others. One line shows the work, the writing before the rest; starts and ends are said, steps are not.

What takes long works in a process of its own, or Python would let the window wait for it.
"""

from collections.abc import Callable, Generator, Sequence
from pathlib import Path
from typing import Any, Concatenate, ParamSpec

from PySide6.QtCore import QObject, Signal

from gui.job_bar import JobBar
from gui.jobs import End, Lane, Outcome, Task
from gui.long_edits import LongEdits, Step
from gui.words import counted
from storage.job import Job, Progress
from storage.library import Library

STAGES = {
    "scan": "Looking for photos",
    "tag": "Finding what is in them",
    "read": "Reading text in photos",
    "describe": "Writing drafts",
    "embed": "Writing into photos",
    "undo": "Putting the old words back",
    "verify": "Checking files",
    "thumbnail": "Making thumbnails",
    "export": "Writing the file",
    "gallery": "Making the gallery",
    "report": "Writing the report",
    "import": "Reading the file",
    "backup": "Copying the library",
    "repair": "Repairing the library",
    "remove": "Taking photos out",
    "compare": "Comparing photos",
    "index": "Renewing the search",
}
"""What a stage is called while it runs."""

Given = ParamSpec("Given")

PHOTOS = "Looking for photos"
"""Title of the job that finds photos and their words."""


class Work(QObject):
    """Runs jobs and tells the line about them.

    Signals:
        progressed(Task, Progress): so far.
        ended(Task, Outcome): a job ended, well or not.
        said(str, bool): a sentence worth speaking, and whether it is an error.
    """

    progressed = Signal(object, object)
    ended = Signal(object, object)
    said = Signal(str, bool)

    def __init__(self, library: Library, bar: JobBar, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._library = library
        self._bar = bar
        self._lane, self._writing = Lane("jobs", self), Lane("writing", self)
        self._running: list[Task] = []
        self._writes: set[int] = set()
        self._said_when_done: dict[int, str] = {}
        for lane in (self._lane, self._writing):
            lane.started.connect(self._started)
            lane.progressed.connect(self._progressed)
            lane.finished.connect(self._finished)
        self._edits: LongEdits | None = None
        self._edit_shown = False
        bar.cancelled.connect(self.cancel)
        bar.paused.connect(self._pause)

    @property
    def busy(self) -> bool:
        """True while a job runs or waits."""
        return bool(self._lane.tasks or self._writing.tasks)

    def find_words(self, folders: Sequence[Path]) -> Task:
        """Scan folders (none: those of the library), find what is in the photos, write drafts."""
        from inference.whole_job import find_words

        return self._lane.start(PHOTOS, self.elsewhere(find_words, tuple(folders)))

    def find_words_of_new(self) -> Task:
        """Only find what is in photos that nobody looked at yet, and write drafts."""
        from inference.whole_job import look

        return self._lane.start(PHOTOS, self.elsewhere(look))

    def elsewhere(
        self,
        work: Callable[Concatenate[Library, Given], Generator[Progress, None, Any]],
        *given: Given.args,
        **named: Given.kwargs,
    ) -> Callable[[], Job]:
        """A job to start that runs in a process of its own: a function of `storage.ordered_jobs` or the like."""

        def job() -> Job:
            from storage.job_process import run_elsewhere

            return run_elsewhere(self._library, work, *given, **named)

        return job

    def start(self, title: str, job: Callable[[], Job]) -> Task:
        """Run another job after those that run."""
        return self._lane.start(title, job)

    def write(self, title: str, job: Callable[[], Job], *, done: str = "") -> Task:
        """Run a job that writes files, beside what else runs.

        Args:
            done: what is said where all went well; none for a sentence made of its title and numbers.
        """
        task = self._writing.start(title, job)
        self._writes.add(task.number)
        if done:
            self._said_when_done[task.number] = done
        return task

    @property
    def writing(self) -> bool:
        """True while a job that writes files runs or waits."""
        return bool(self._writing.tasks)

    def follow(self, edits: LongEdits) -> None:
        """Show long edits, too: they are what somebody waits for, so the line is theirs before it is a job's."""
        self._edits = edits
        edits.progressed.connect(self._edit_progressed)
        edits.ended.connect(self._edit_ended)

    def _edit_progressed(self, step: Step) -> None:
        title = f"{step.what[:1].upper()}{step.what[1:]}"
        if not self._edit_shown:
            self._edit_shown = True
            self._bar.work(title, changes_photos=True)
            self.said.emit(f"{title}…", False)
        self._bar.allow_stop(step.stoppable)
        self._bar.show_progress(title, Progress(stage="edit", done=step.done, total=step.total))

    def _edit_ended(self, stopped: bool) -> None:
        self._edit_shown = False
        sentence = "Stopped. Nothing was changed." if stopped else "Done."
        self._bar.rest(sentence)
        if self._shown is not None:
            self._bar.work(self._shown.title)
        if stopped:
            self.said.emit(sentence, False)

    def cancel(self) -> None:
        """Stop the edit or job that is shown and the jobs that wait for it; what jobs did is kept."""
        if self._edit_shown and self._edits is not None:
            self._edits.stop()
            self._bar.say("Stopping…")
            return
        for task in self._writing.tasks or self._lane.tasks:
            task.cancel()

    @property
    def _shown(self) -> Task | None:
        """The job that the line is about."""
        writing = (task for task in self._running if task.number in self._writes)
        return next(writing, self._running[-1] if self._running else None)

    def _pause(self, on: bool) -> None:
        if not self._edit_shown and self._shown is not None:
            self._shown.pause() if on else self._shown.resume()

    def _started(self, task: Task) -> None:
        self._running.append(task)
        if task is self._shown and not self._edit_shown:
            self._bar.work(task.title)

    def _progressed(self, task: Task, progress: Progress) -> None:
        if task is self._shown and not self._edit_shown:
            self._bar.show_progress(STAGES.get(progress.stage, task.title), progress)
        self.progressed.emit(task, progress)

    def _finished(self, task: Task, outcome: Outcome) -> None:
        self._running.remove(task)
        writes = task.number in self._writes
        self._writes.discard(task.number)
        done = self._said_when_done.pop(task.number, "")
        clean = outcome.end is End.DONE and not _failures(outcome)
        sentence = done if done and clean else _sentence(task, outcome)
        if not self._edit_shown:
            self._bar.rest(sentence)
            if self._shown is not None:
                self._bar.work(self._shown.title)
        self.said.emit(sentence, outcome.end in (End.FAILED, End.BUG) or (writes and _failures(outcome) > 0))
        self.ended.emit(task, outcome)

    def close(self) -> None:
        """Stop and wait."""
        for lane in (self._lane, self._writing):
            lane.close()


def _failures(outcome: Outcome) -> int:
    return outcome.last.problems if outcome.last else 0


def _sentence(task: Task, outcome: Outcome) -> str:
    last = outcome.last
    if outcome.end in (End.FAILED, End.BUG):
        return outcome.message
    if outcome.end == End.CANCELLED:
        return "Stopped. What was done is kept; it goes on from there next time."
    trouble = f", {counted(last.problems, 'problem')}" if last and last.problems else ""
    if last and last.stage == "embed":
        return f"{counted(last.done - last.problems, 'photo')} written{trouble}."
    return f"{task.title}: done{trouble}." if task.title != PHOTOS else f"All photos are ready for review{trouble}."
