"""The grid: arithmetic, keys, selection, what assistive technology is told, at a million photos."""

import gc
import time
from array import array
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QItemSelectionModel, QPoint, QRect, Qt
from PySide6.QtGui import QAccessible, QPixmap
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from gui.appearance import Appearance
from gui.grid_accessible import KEPT, GridAccessible
from gui.grid_cell import CellPainter
from gui.photo_grid import PhotoGrid
from gui.photo_model import KEPT_PAGES, PAGE, PhotoModel
from storage.photos import PhotoRow
from storage.schema import Origin, PhotoState, TextState
from tests.gui.conftest import Until

MILLION = 1_000_000


def photo(number: int) -> PhotoRow:
    has_text = number % 5 != 0
    return PhotoRow(
        id=number,
        path=Path(f"/photos/IMG_{number:07}.jpg"),
        state=PhotoState(number % 5),
        alt_text=f"Alt text of photo {number}." if has_text else "",
        alt_state=TextState.DRAFT if has_text else None,
        alt_origin=Origin.MODEL if has_text else None,
        taken=None,
        width=640,
        height=480,
        people=None,
        tags=3,
        problem="It broke." if number == 7 else None,
        mtime_ns=0,
        size=1,
    )


def load(ids: Sequence[int]) -> list[PhotoRow]:
    return [photo(number) for number in ids]


def load_at_once(ids: Sequence[int], done: Callable[[list[PhotoRow]], None]) -> None:
    done(load(ids))


class NoPictures:
    def picture(self, photo: PhotoRow, width: int, height: int) -> QPixmap | None:
        return None


@pytest.fixture
def grid(app: QApplication, appearance: Appearance) -> Iterator[PhotoGrid]:
    view = PhotoGrid(CellPainter(appearance, NoPictures()))
    model = PhotoModel(load, load_at_once, view)
    view.setModel(model)
    model.set_ids(array("q", range(MILLION)))
    view.resize(900, 600)
    view.show()
    view.setFocus()
    yield view
    view.close()
    view.deleteLater()


def test_cells_tile_the_rows_without_overlap(grid: PhotoGrid) -> None:
    columns = grid.columns()
    assert columns > 1
    first, second, below = grid.cell_rect(0), grid.cell_rect(1), grid.cell_rect(columns)
    assert first.right() + 1 == second.left()
    assert first.bottom() + 1 == below.top()
    assert grid.cell_rect(columns - 1).right() < grid.viewport().width()


@pytest.mark.parametrize("row", [0, 1, 17, 999, 500_000, MILLION - 1])
def test_a_cell_is_found_again_where_it_is(grid: PhotoGrid, row: int) -> None:
    grid.scrollTo(grid.model().index(row, 0))
    cell = grid.cell_rect(row)
    assert grid.viewport().rect().contains(cell)
    assert grid.indexAt(cell.center()).row() == row
    assert row in grid.visible_rows()


def test_nothing_is_found_outside_of_cells(grid: PhotoGrid) -> None:
    assert not grid.indexAt(QPoint(-1, 10)).isValid()
    grid.scrollToBottom()
    last = grid.cell_rect(MILLION - 1)
    assert not grid.indexAt(QPoint(last.right() + 2, last.center().y())).isValid() or last.right() > 800


def test_selecting_a_million_is_one_range_and_fast(grid: PhotoGrid) -> None:
    begun = time.perf_counter()
    grid.selectAll()
    assert list(grid.selected_ranges()) == [range(MILLION)]
    assert time.perf_counter() - begun < 0.5  # a loop over rows takes seconds


def test_arrow_keys_walk_the_grid(grid: PhotoGrid) -> None:
    columns = grid.columns()
    grid.setCurrentIndex(grid.model().index(0, 0))

    def press(key: Qt.Key) -> int:
        QTest.keyClick(grid, key)
        return grid.currentIndex().row()

    assert press(Qt.Key.Key_Right) == 1
    assert press(Qt.Key.Key_Down) == 1 + columns
    assert press(Qt.Key.Key_Left) == columns
    assert press(Qt.Key.Key_Up) == 0
    assert press(Qt.Key.Key_Up) == 0
    assert press(Qt.Key.Key_Left) == 0
    assert press(Qt.Key.Key_End) == MILLION - 1
    assert press(Qt.Key.Key_Right) == MILLION - 1
    assert press(Qt.Key.Key_Down) == MILLION - 1
    assert press(Qt.Key.Key_PageUp) < MILLION - 1
    assert press(Qt.Key.Key_Home) == 0
    assert press(Qt.Key.Key_PageDown) >= columns


def test_down_from_the_last_but_one_line_reaches_the_last_photo(grid: PhotoGrid) -> None:
    columns = grid.columns()
    model = grid.model()
    assert isinstance(model, PhotoModel)
    model.set_ids(array("q", range(columns + 1)))
    grid.setCurrentIndex(model.index(columns - 1, 0))
    QTest.keyClick(grid, Qt.Key.Key_Down)
    assert grid.currentIndex().row() == columns


def test_shift_selects_in_reading_order(grid: PhotoGrid) -> None:
    columns = grid.columns()
    grid.setCurrentIndex(grid.model().index(1, 0))
    QTest.keyClick(grid, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert [*grid.selected_ranges()] == [range(1, columns + 2)]
    QTest.keyClick(grid, Qt.Key.Key_Up, Qt.KeyboardModifier.ShiftModifier)
    assert [*grid.selected_ranges()] == [range(1, 2)]
    QTest.keyClick(grid, Qt.Key.Key_End, Qt.KeyboardModifier.ShiftModifier)
    assert [*grid.selected_ranges()] == [range(1, MILLION)]


def test_the_mouse_selects_one_more_and_a_range(grid: PhotoGrid) -> None:
    left, viewport = Qt.MouseButton.LeftButton, grid.viewport()

    def click(row: int, held: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> set[int]:
        QTest.mouseClick(viewport, left, held, grid.cell_rect(row).center())
        return {row for rows in grid.selected_ranges() for row in rows}

    assert click(2) == {2}
    assert click(4, Qt.KeyboardModifier.ControlModifier) == {2, 4}
    assert click(2, Qt.KeyboardModifier.ControlModifier) == {4}
    assert click(3) == {3}
    assert click(5, Qt.KeyboardModifier.ShiftModifier) == {3, 4, 5}


def test_a_dragged_frame_selects_what_it_covers(grid: PhotoGrid) -> None:
    columns = grid.columns()
    grid.setState(PhotoGrid.State.DragSelectingState)
    frame = QRect(grid.cell_rect(1).center(), grid.cell_rect(2 + columns).center())
    grid.setSelection(frame, QItemSelectionModel.SelectionFlag.ClearAndSelect)
    assert {r for rows in grid.selected_ranges() for r in rows} == {1, 2, 1 + columns, 2 + columns}
    grid.setState(PhotoGrid.State.NoState)


def test_zooming_keeps_the_current_photo_in_sight(grid: PhotoGrid) -> None:
    grid.setCurrentIndex(grid.model().index(500_000, 0))
    columns = grid.columns()
    grid.zoom(1)
    assert grid.columns() < columns
    assert 500_000 in grid.visible_rows()
    grid.zoom(-20)
    assert grid.columns() > columns
    assert 500_000 in grid.visible_rows()


def test_it_paints_states_that_differ_without_colour(grid: PhotoGrid) -> None:
    grid.clearSelection()
    grid.setCurrentIndex(grid.model().index(MILLION - 1, 0))
    grid.verticalScrollBar().setValue(0)
    picture = grid.viewport().grab().toImage().convertToFormat(QPixmap(1, 1).toImage().Format.Format_Grayscale8)
    ratio = picture.devicePixelRatio()

    def name_line(row: int) -> object:
        cell = grid.cell_rect(row)
        area = QRect(cell.left(), cell.bottom() - 60, cell.width() // 2, 28)
        return picture.copy(QRect(area.topLeft() * ratio, area.size() * ratio))

    lines = [name_line(row) for row in range(3)]
    assert lines[0] != lines[1] != lines[2] != lines[0]


# what assistive technology is told


@pytest.fixture
def told(grid: PhotoGrid) -> Iterator[GridAccessible]:
    QAccessible.setActive(True)
    found = QAccessible.queryAccessibleInterface(grid)
    assert isinstance(found, GridAccessible)
    yield found
    QAccessible.setActive(False)


def test_a_photo_says_text_state_file_and_place(told: GridAccessible) -> None:
    child = told.child(7)
    assert child is not None
    assert child.role() == QAccessible.Role.ListItem
    assert child.text(QAccessible.Text.Name) == "Alt text of photo 7."
    said = child.text(QAccessible.Text.Description)
    assert said == "approved, problem: It broke, 3 tags, file IMG_0000007.jpg, 8 of 1,000,000"
    nothing = told.child(5)
    assert nothing is not None
    assert nothing.text(QAccessible.Text.Name) == "No description yet"


def test_children_are_as_many_as_photos_but_few_are_kept(told: GridAccessible) -> None:
    assert told.childCount() == MILLION
    for row in range(5 * KEPT):
        child = told.child(row)
        assert child is not None
        assert told.indexOfChild(child) == row
        assert child.state().focusable
    gc.collect()
    assert told.kept() == KEPT
    assert told.child(MILLION) is None
    assert told.child(-1) is None


def test_focus_and_selection_are_states_of_the_photo(grid: PhotoGrid, told: GridAccessible, until: Until) -> None:
    grid.activateWindow()
    grid.setFocus()
    until(grid.hasFocus)
    grid.setCurrentIndex(grid.model().index(3, 0))
    child, other = told.child(3), told.child(4)
    assert child is not None
    assert other is not None
    assert (child.state().focused, child.state().selected) == (1, 1)
    assert (other.state().focused, other.state().selected) == (0, 0)
    focused = told.focusChild()
    assert focused is not None
    assert told.indexOfChild(focused) == 3
    far = told.child(MILLION - 1)
    assert far is not None
    assert far.state().offscreen


def test_a_photo_is_found_at_its_place_on_the_screen(grid: PhotoGrid, told: GridAccessible) -> None:
    child = told.child(4)
    assert child is not None
    centre = child.rect().center()
    found = told.childAt(centre.x(), centre.y())
    assert found is not None
    assert told.indexOfChild(found) == 4


def test_a_photo_that_is_gone_is_not_valid(grid: PhotoGrid, told: GridAccessible) -> None:
    child = told.child(100)
    assert child is not None
    model = grid.model()
    assert isinstance(model, PhotoModel)
    model.set_ids(array("q", range(10)))
    assert not child.isValid()
    assert child.text(QAccessible.Text.Name) == ""


# the model behind it


def test_only_pages_that_are_looked_at_are_loaded(app: QApplication) -> None:
    asked: list[int] = []

    def counting(ids: Sequence[int]) -> list[PhotoRow]:
        asked.append(len(ids))
        return load(ids)

    model = PhotoModel(counting, lambda ids, done: done(counting(ids)))
    model.set_ids(array("q", range(MILLION)))
    assert asked == []
    assert model.photo(PAGE * 3) is None  # asked for; here the answer comes at once
    assert model.photo(PAGE * 3) == photo(PAGE * 3)
    assert model.photo(MILLION - 1, wait=True) == photo(MILLION - 1)
    assert asked == [PAGE, MILLION % PAGE or PAGE]


def test_pages_used_long_ago_are_forgotten(app: QApplication) -> None:
    model = PhotoModel(load, load_at_once)
    model.set_ids(array("q", range(MILLION)))
    for page in range(KEPT_PAGES + 10):
        model.photo(page * PAGE, wait=True)
    assert len(model._pages) == KEPT_PAGES


def test_changed_photos_are_read_again_and_only_they(app: QApplication) -> None:
    asked: list[list[int]] = []

    def later(ids: Sequence[int], done: Callable[[list[PhotoRow]], None]) -> None:
        asked.append(list(ids))
        done(load(ids))

    model = PhotoModel(load, later)
    model.set_ids(array("q", range(1000)))
    model.photo(5, wait=True)
    model.refresh({6, 999})
    assert asked == [[6]]


def test_what_changes_while_its_page_is_read_is_read_again(app: QApplication) -> None:
    on_the_way: list[tuple[list[int], Callable[[list[PhotoRow]], None]]] = []
    model = PhotoModel(load, lambda ids, done: on_the_way.append((list(ids), done)))
    model.set_ids(array("q", range(1000)))
    assert model.photo(5) is None  # its page is being read from now on
    model.refresh({5, 999})
    ids, done = on_the_way.pop()
    done(load(ids))
    again, done = on_the_way.pop()
    assert again == [5] and not on_the_way
    done([replace(photo(5), alt_text="Changed.")])
    row = model.photo(5)
    assert row is not None and row.alt_text == "Changed."


def test_a_photo_that_left_the_library_has_no_row(app: QApplication) -> None:
    model = PhotoModel(lambda ids: load([i for i in ids if i != 3]), load_at_once)
    model.set_ids(array("q", range(10)))
    assert model.photo(3, wait=True) is None
    assert model.index(3, 0).data(Qt.ItemDataRole.AccessibleTextRole) == "Photo that is gone"
    assert model.row_of(4) == 4
    assert model.row_of(77) == -1
    assert [model.row_of(photo, near) for photo in (0, 4) for near in (0, 3, 1_000_000)] == [0, 0, 0, 4, 4, 4]


def test_dragged_photos_carry_files_and_texts(app: QApplication) -> None:
    model = PhotoModel(load, load_at_once)
    model.set_ids(array("q", range(10)))
    mime = model.mimeData([model.index(1, 0), model.index(5, 0)])
    assert [Path(url.toLocalFile()).name for url in mime.urls()] == ["IMG_0000001.jpg", "IMG_0000005.jpg"]
    assert mime.text() == "Alt text of photo 1.\nIMG_0000005.jpg"
