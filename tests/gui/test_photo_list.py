"""The columns of the list view: what is read first has room at any text size, and chosen widths are kept."""

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QSettings, QSize
from PySide6.QtWidgets import QApplication

from gui.app import Session
from gui.photo_list import FILE, GIVING_WAY, LEAST, PROBLEM, STATE, STEP, TEXT, USUAL, PhotoList
from gui.words import STATES
from storage.schema import PhotoState
from tests.gui.conftest import Until

Shown = Callable[[QSize, int, bool], PhotoList]


@pytest.fixture
def shown(session: Session, until: Until) -> Iterator[Shown]:
    until(lambda: session.desk.idle)

    def show(size: QSize, text_size: int, problems: bool) -> PhotoList:
        session.appearance.apply("light", text_size)
        session.window.show_view("list-view")
        session.window.resize(size)
        session.window.list.show_problems(on=problems)
        QApplication.processEvents()
        return session.window.list

    yield show
    session.appearance.apply("light", 100)


def whole(view: PhotoList) -> list[int]:
    """Columns that are seen without scrolling."""
    ends = {column: view.columnViewportPosition(column) + view.columnWidth(column) for column in LEAST}
    return [c for c in LEAST if not view.isColumnHidden(c) and ends[c] <= view.viewport().width()]


@pytest.mark.parametrize("problems", [False, True])
@pytest.mark.parametrize("text_size", [100, 200])
@pytest.mark.parametrize("size", [QSize(1280, 800), QSize(1024, 600)], ids=["usual", "small"])
def test_state_and_text_are_read_at_any_size(shown: Shown, size: QSize, text_size: int, problems: bool) -> None:
    view = shown(size, text_size, problems)
    assert {TEXT, STATE} <= set(whole(view))
    assert sum(map(view.columnWidth, whole(view))) == view.viewport().width(), "no column is cut"
    assert view.isColumnHidden(PROBLEM) != problems
    for column in LEAST:
        if not view.isColumnHidden(column):
            assert view.columnWidth(column) >= LEAST[column] * text_size // 100
    words = view.fontMetrics().horizontalAdvance(STATES[PhotoState.APPROVED].word)
    assert view.columnWidth(STATE) >= words + view.iconSize().width() + 12
    if any(not view.isColumnHidden(column) for column in GIVING_WAY):
        assert view.columnWidth(TEXT) >= USUAL[TEXT] * text_size // 100
    if problems and (size.width(), text_size) != (1024, 200):
        assert PROBLEM in whole(view)


def test_where_there_is_room_all_columns_have_what_they_need(shown: Shown) -> None:
    view = shown(QSize(2400, 800), 100, True)
    assert whole(view) == list(LEAST)
    assert all(view.columnWidth(column) >= USUAL[column] for column in LEAST)


def test_a_width_that_somebody_chose_stays_and_is_remembered(
    session: Session, shown: Shown, tmp_path_factory: pytest.TempPathFactory
) -> None:
    view = shown(QSize(1280, 800), 100, False)
    assert view.widths() == {}
    view.horizontalHeader().resizeSection(FILE, 300)
    assert view.widths() == {"File": 300}
    kept = QSettings(str(tmp_path_factory.mktemp("kept") / "w.ini"), QSettings.Format.IniFormat)
    session.window.remember(kept)
    view.use_widths({})
    assert view.columnWidth(FILE) < 300
    session.window.recall(kept)
    shown(QSize(1280, 800), 100, False)  # the screen of the tests is smaller
    assert view.columnWidth(FILE) == 300
    session.appearance.apply("light", 150)
    assert view.columnWidth(FILE) == 450 or view.isColumnHidden(FILE)
    assert view.widths() == {"File": 300}, "at 100 % text size"
    view.use_widths({"File": "wide", "Nothing": 3, "State": "99999", "Tags": 80})
    assert view.widths() == {"Tags": 80}


def test_columns_change_without_a_mouse(session: Session, shown: Shown) -> None:
    view, actions = shown(QSize(1280, 800), 100, False), session.window.actions_table
    usual = view.columnWidth(FILE)
    view.setCurrentIndex(view.model().index(0, FILE))
    actions["wider"].trigger()
    assert view.columnWidth(FILE) == usual + STEP and view.widths() == {"File": usual + STEP}
    assert session.window.jobs._said.text() == "File wider."
    for _ in range(20):
        actions["narrower"].trigger()
    assert view.columnWidth(FILE) == LEAST[FILE]
    assert session.window.jobs._said.text() == "File is as narrow as it can be read."
    actions["usual-widths"].trigger()
    assert view.columnWidth(FILE) == usual and view.widths() == {}
    session.window.show_view("library-view")
    assert not actions["wider"].isEnabled()
