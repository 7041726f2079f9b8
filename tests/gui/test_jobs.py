"""Lanes and calls: order, outcomes, throttling, stopping."""

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication

from gui.app import Session
from gui.jobs import Calls, End, Lane, Outcome, Task
from storage.job import Job, KnownError, Progress
from tests.gui.conftest import Until


@pytest.fixture
def lane(app: QApplication) -> Iterator[Lane]:
    made = Lane("test")
    yield made
    made.close()


class Ears:
    """Hears a lane."""

    def __init__(self, lane: Lane) -> None:
        self.started: list[Task] = []
        self.progress: list[Progress] = []
        self.outcomes: list[tuple[Task, Outcome]] = []
        lane.started.connect(self.started.append)
        lane.progressed.connect(lambda _task, progress: self.progress.append(progress))
        lane.finished.connect(lambda task, outcome: self.outcomes.append((task, outcome)))


def counting(total: int) -> Job:
    for done in range(1, total + 1):
        yield Progress(stage="scan", done=done, total=total)


def test_a_hundred_thousand_steps_are_a_handful_of_signals(lane: Lane, until: Until) -> None:
    ears = Ears(lane)
    task = lane.start("Count", lambda: counting(100_000))
    until(lambda: ears.outcomes)
    assert ears.started == [task]
    outcome = ears.outcomes[0][1]
    assert outcome.end == End.DONE
    assert outcome.last == Progress(stage="scan", done=100_000, total=100_000)
    assert 1 <= len(ears.progress) <= 2 + outcome.seconds / 0.05


def test_jobs_follow_each_other(lane: Lane, until: Until) -> None:
    ears = Ears(lane)
    tasks = [lane.start(str(n), lambda: counting(3)) for n in range(4)]
    until(lambda: len(ears.outcomes) == 4)
    assert [task for task, _ in ears.outcomes] == tasks
    assert lane.tasks == ()


def endless(closed: threading.Event) -> Job:
    done = 0
    try:
        while True:
            done += 1
            yield Progress(stage="scan", done=done)
    finally:
        closed.set()


def test_cancelling_closes_the_job(lane: Lane, until: Until) -> None:
    ears, closed = Ears(lane), threading.Event()
    task = lane.start("Endless", lambda: endless(closed))
    until(lambda: ears.progress)
    task.cancel()
    until(lambda: ears.outcomes)
    assert ears.outcomes[0][1].end == End.CANCELLED
    assert closed.is_set()


def test_a_paused_job_waits_and_goes_on(lane: Lane, until: Until) -> None:
    ears, closed = Ears(lane), threading.Event()
    task = lane.start("Endless", lambda: endless(closed))
    until(lambda: ears.progress)
    task.pause()
    assert task.paused
    task.resume()
    heard = len(ears.progress)
    until(lambda: len(ears.progress) > heard)
    task.pause()
    task.cancel()  # also ends a paused job
    until(lambda: ears.outcomes)


def failing(error: Exception) -> Job:
    yield Progress(stage="scan", done=1)
    raise error


def test_a_known_error_is_a_sentence_and_a_bug_is_loud(lane: Lane, until: Until) -> None:
    ears = Ears(lane)
    lane.start("Full", lambda: failing(KnownError("The disk is full. Free some space.")))
    lane.start("Bug", lambda: failing(ZeroDivisionError("oops")))
    until(lambda: len(ears.outcomes) == 2)
    known, bug = (outcome for _, outcome in ears.outcomes)
    assert (known.end, known.message) == (End.FAILED, "The disk is full. Free some space.")
    assert bug.end == End.BUG
    assert isinstance(bug.error, ZeroDivisionError)
    assert "ZeroDivisionError: oops" in bug.message


def test_closing_a_busy_lane_joins_its_thread(app: QApplication, until: Until) -> None:
    for _ in range(20):
        lane, closed = Lane("stress"), threading.Event()
        ears = Ears(lane)
        lane.start("Endless", lambda closed=closed: endless(closed))  # type: ignore[misc]
        lane.start("Waits", lambda: counting(10))
        until(lambda ears=ears: ears.started)
        lane.close()
        assert closed.is_set()


@pytest.fixture
def calls(app: QApplication) -> Iterator[Calls]:
    made = Calls("test")
    yield made
    made.close()


def test_answers_come_to_the_main_thread_in_order(calls: Calls, until: Until) -> None:
    answers: list[tuple[int, bool]] = []
    main = threading.current_thread()
    for number in range(20):
        calls.ask(lambda n=number: n, lambda n: answers.append((n, threading.current_thread() is main)))  # type: ignore[misc]
    until(lambda: len(answers) == 20)
    assert answers == [(n, True) for n in range(20)]
    assert calls.waiting == 0


def test_only_the_latest_of_a_name_is_answered(calls: Calls, until: Until) -> None:
    gate = threading.Event()
    answers: list[int] = []
    calls.ask(gate.wait)
    for number in range(10):
        calls.ask(lambda n=number: n, answers.append, only_latest="search")  # type: ignore[misc]
    gate.set()
    until(lambda: calls.waiting == 0)
    assert answers == [9]


def test_a_failed_call_is_told(calls: Calls, until: Until) -> None:
    heard: list[tuple[str, Any]] = []
    calls.failed.connect(lambda sentence, error: heard.append((sentence, error)))

    def fail() -> None:
        raise KnownError("The library is read-only.")

    calls.ask(fail, lambda _: heard.append(("answered", None)))
    calls.ask(lambda: 1 / 0)
    until(lambda: len(heard) == 2)
    assert heard[0][0] == "The library is read-only."
    assert isinstance(heard[1][1], ZeroDivisionError)


def test_edits_that_wait_are_made_before_closing(app: QApplication) -> None:
    calls, gate, made = Calls("edits"), threading.Event(), []
    calls.ask(gate.wait)
    for number in range(50):
        calls.ask(lambda n=number: made.append(n))  # type: ignore[misc]
    gate.set()
    calls.close(finish=True)
    assert made == list(range(50))


def test_writing_does_not_wait_for_the_models(session: Session, until: Until) -> None:
    work, bar = session.work, session.window.jobs
    shown: list[str] = []
    closed = threading.Event()
    work.start("Photos", lambda: endless(closed))
    until(lambda: bar._said.text().startswith("Looking"))
    work.ended.connect(lambda task, outcome: shown.append(f"{task.title}: {outcome.end.value}"))
    work.write("Writing into photos", lambda: counting(3))
    until(lambda: shown == ["Writing into photos: done"])
    assert work.busy
    until(lambda: bar._said.text().startswith("Looking"))
    work.cancel()
    until(closed.is_set)
    until(lambda: not work.busy)
