"""Edits of many photos that take long: shown in the line, said once, stopped with nothing changed."""

import threading

import pytest
from PySide6.QtCore import QTimer

from gui import long_edits
from gui.app import Session
from storage import review, telling
from storage.library import Library
from tests.gui.conftest import Until
from tests.gui.test_jobs import endless


def approved(library: Library) -> int:
    with library.read() as connection:
        return int(connection.exec_driver_sql("SELECT count(*) FROM text WHERE state = 1").scalar_one())


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """An edit counts as long from its beginning."""
    monkeypatch.setattr(long_edits, "PATIENCE", 0.0)


class HeldStep:
    """An edit of a hundred photos that goes on when it is let."""

    def __init__(self, library: Library) -> None:
        self.go_on = threading.Event()
        self._library = library

    def __call__(self) -> int:
        with self._library.write() as block:
            block.connection.exec_driver_sql("UPDATE text SET state = 1")
            for done in (0, 40, 80):
                telling.tell("approve 100 photos", done, 100)
                if done:
                    self.go_on.wait()
        return 100


def test_a_short_edit_is_not_told(session: Session, library: Library, until: Until) -> None:
    told: list[object] = []
    session.desk.making.progressed.connect(told.append)
    session.flow.approve_many(list(session.model.ids))
    until(lambda: approved(library) == 12)
    until(lambda: session.window.announcer.last == "12 photos approved.")
    assert told == []


def test_a_long_edit_is_shown_and_said_once_while_the_window_goes_on(
    session: Session, library: Library, until: Until, at_once: None
) -> None:
    said: list[str] = []
    session.work.said.connect(lambda sentence, _error: said.append(sentence))
    turns: list[int] = []
    timer = QTimer()
    timer.timeout.connect(lambda: turns.append(1))
    timer.start(0)
    step, bar = HeldStep(library), session.window.jobs
    session.desk.edit(step, lambda number: session.say(f"{number} photos approved."))
    until(lambda: bar._said.text() == "Approve 100 photos: 0 of 100")
    assert (bar._bar.isVisible(), bar._cancel.isVisible(), bar._pause.isVisible()) == (True, True, False)
    assert bar._cancel.toolTip() == "Stop; nothing is changed then"
    until(lambda: len(turns) > 20)
    step.go_on.set()
    until(lambda: bar._said.text() == "100 photos approved.")
    assert (bar._bar.isVisible(), bar._cancel.isVisible()) == (False, False)
    assert said == ["Approve 100 photos…"]
    assert session.window.announcer.last == "100 photos approved."
    timer.stop()


def test_a_long_edit_that_is_stopped_changes_nothing(
    session: Session, library: Library, until: Until, at_once: None
) -> None:
    step, bar, answers = HeldStep(library), session.window.jobs, list[object]()
    closed = threading.Event()
    session.work.start("Photos", lambda: endless(closed))
    until(lambda: bar._said.text().startswith("Looking"))
    session.desk.edit(step, answers.append)
    until(lambda: bar._said.text().startswith("Approve 100 photos: "))  # what a person waits for comes first
    bar._cancel.click()
    step.go_on.set()
    until(lambda: session.window.announcer.last == "Stopped. Nothing was changed.")
    assert (approved(library), answers) == (0, [])
    assert session.work.busy, "the job goes on"
    until(lambda: bar._said.text().startswith("Looking"))
    assert bar._pause.isVisible()
    session.desk.edit(lambda: review.approve(library, [session.model.ids[0]]), answers.append)
    until(lambda: answers == [1])
    session.work.cancel()
    until(lambda: not session.work.busy)


def test_a_stop_that_comes_too_late_does_not_stop_the_next_edit(
    session: Session, library: Library, until: Until, at_once: None
) -> None:
    step, bar, photo = HeldStep(library), session.window.jobs, session.model.ids[0]
    begun, go_on, answers = threading.Event(), threading.Event(), list[int]()

    def keep_what_was_typed() -> int:
        begun.set()
        go_on.wait()
        return review.set_text(library, [photo], "Grandma laughs.", approve=False)

    session.desk.edit(step)
    session.desk.edit(keep_what_was_typed, answers.append)
    until(lambda: bar._said.text().startswith("Approve 100 photos: "))
    step.go_on.set()
    assert begun.wait(10)
    bar._cancel.click()  # the window has not heard yet that the long edit is over
    go_on.set()
    until(lambda: session.desk.idle)
    assert answers == [1]


def test_what_would_be_left_half_done_is_not_stopped(session: Session, until: Until, at_once: None) -> None:
    go_on, answers, bar = threading.Event(), list[bool](), session.window.jobs

    def draft() -> bool:
        telling.tell("draft the texts of 9 photos anew", 0, 9, stoppable=False)
        go_on.wait()
        telling.tell("draft the texts of 9 photos anew", 5, 9, stoppable=False)
        return True

    session.desk.edit(draft, answers.append)
    until(lambda: bar._said.text() == "Draft the texts of 9 photos anew: 0 of 9")
    assert not bar._cancel.isEnabled()
    session.desk.making.stop()
    go_on.set()
    until(lambda: answers == [True])
