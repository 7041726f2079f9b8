"""Reference cycles are looked for when it disturbs nobody, and are not kept for ever."""

import gc
import sys
import weakref
from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from gui import calm
from gui.calm import CalmMemory


class _Knot:
    def __init__(self) -> None:
        self.own = self


@pytest.fixture
def memory(app: QApplication) -> Iterator[CalmMemory]:
    made = CalmMemory(app)
    yield made
    made.close()


def test_young_cycles_go_and_what_stays_is_set_aside(memory: CalmMemory) -> None:
    knot, kept = weakref.ref(_Knot()), _Knot()
    memory.set_aside()
    assert knot() is None
    assert gc.get_freeze_count() > 1_000
    assert kept not in gc.get_objects()


def test_cycles_that_were_set_aside_go_once_the_person_is_elsewhere(
    memory: CalmMemory, app: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = _Knot()
    knot = weakref.ref(old)
    memory.set_aside()
    del old
    memory.set_aside()
    assert knot() is not None
    app.applicationStateChanged.emit(Qt.ApplicationState.ApplicationInactive)
    assert knot() is not None, "looked through a short while ago"
    monkeypatch.setattr(calm, "WHOLE_S", 0.0)
    app.applicationStateChanged.emit(Qt.ApplicationState.ApplicationActive)
    assert knot() is not None, "the person is here"
    app.applicationStateChanged.emit(Qt.ApplicationState.ApplicationInactive)
    assert knot() is None


def test_no_full_search_begins_by_itself(memory: CalmMemory) -> None:
    full = gc.get_stats()[2]["collections"]
    kept = [[] for _ in range(200_000)]  # type: ignore[var-annotated]
    assert len(kept) == 200_000
    assert gc.get_stats()[2]["collections"] == full


def test_the_interpreter_is_left_as_it_was(app: QApplication) -> None:
    before = gc.get_threshold(), sys.getswitchinterval()
    made = CalmMemory(app)
    assert sys.getswitchinterval() < before[1]
    made.close()
    assert (gc.get_threshold(), sys.getswitchinterval()) == before
    assert gc.get_freeze_count() == 0
