"""Cells that were painted once are kept: they look as if painted anew, and never as the photo was before."""

from array import array
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QItemSelection, QItemSelectionModel, QRect, Qt
from PySide6.QtGui import QColor, QPainter, QPixmap
from PySide6.QtWidgets import QApplication

from gui import grid_cell, photo_grid
from gui.appearance import Appearance
from gui.grid_cell import CellPainter, CellState
from gui.photo_grid import PhotoGrid
from gui.photo_model import PhotoModel
from storage.photos import PhotoRow
from storage.schema import Origin, PhotoState, TextState
from tests.gui.pixels import Pixels, seen

PLAIN = CellState(selected=False, current=False, focused=False, hovered=False)


class Photos:
    """Photos whose texts can be changed, and pictures of one colour."""

    def __init__(self) -> None:
        self.texts: dict[int, str] = {}
        self.pictures: dict[int, QPixmap] = {}

    def load(self, ids: Sequence[int]) -> list[PhotoRow]:
        return [self._photo(number) for number in ids]

    def load_later(self, ids: Sequence[int], done: Callable[[list[PhotoRow]], None]) -> None:
        done(self.load(ids))

    def picture(self, photo: PhotoRow, width: int, height: int) -> QPixmap | None:
        return self.pictures.get(photo.id)

    def _photo(self, number: int) -> PhotoRow:
        return PhotoRow(
            id=number,
            path=Path(f"/photos/IMG_{number:07}.jpg"),
            state=PhotoState.DRAFT,
            alt_text=self.texts.get(number, f"Photo {number}."),
            alt_state=TextState.DRAFT,
            alt_origin=Origin.MODEL,
            taken=None,
            width=640,
            height=480,
            people=None,
            tags=0,
            problem=None,
            mtime_ns=0,
            size=1,
        )


@pytest.fixture
def photos() -> Photos:
    return Photos()


@pytest.fixture
def painter(app: QApplication, appearance: Appearance, photos: Photos) -> CellPainter:
    return CellPainter(appearance, photos)


@pytest.fixture
def grid(painter: CellPainter, photos: Photos) -> Iterator[PhotoGrid]:
    view = PhotoGrid(painter)
    model = PhotoModel(photos.load, photos.load_later, view)
    view.setModel(model)
    model.set_ids(array("q", range(1, 5_001)))
    view.resize(900, 600)
    view.show()
    seen(view)  # the first look asks for the photos
    yield view
    view.close()
    view.deleteLater()


def anew(grid: PhotoGrid, painter: CellPainter) -> Pixels:
    """The grid without what is kept."""
    painter._fonts()
    return seen(grid)


def test_what_is_kept_looks_as_if_painted_anew(grid: PhotoGrid, painter: CellPainter) -> None:
    first = seen(grid)
    grid.scrollToBottom()
    seen(grid)
    last = seen(grid)
    grid.scrollToTop()
    kept = len(painter._painted)
    assert np.array_equal(seen(grid), first)
    assert len(painter._painted) == kept, "nothing was painted a second time"
    assert np.array_equal(anew(grid, painter), first)
    assert not np.array_equal(first, last)


def test_selection_focus_and_theme_are_seen_at_once(
    grid: PhotoGrid, painter: CellPainter, appearance: Appearance
) -> None:
    looks = [seen(grid)]
    grid.selectAll()
    looks.append(seen(grid))
    grid.clearSelection()
    assert np.array_equal(seen(grid), looks[0])
    grid.setCurrentIndex(grid.model().index(1, 0))
    looks.append(seen(grid))
    appearance.apply("dark", 100)
    looks.append(seen(grid))
    appearance.apply("light", 150)
    looks.append(seen(grid))
    assert np.array_equal(anew(grid, painter), looks[-1])
    assert all(not np.array_equal(a, b) for number, a in enumerate(looks) for b in looks[:number])


def test_a_changed_text_and_a_picture_that_arrives_are_seen_at_once(grid: PhotoGrid, photos: Photos) -> None:
    model = grid.model()
    assert isinstance(model, PhotoModel)
    before = seen(grid)
    photos.texts[2] = "Another text."
    model.refresh([2])
    changed = seen(grid)
    assert not np.array_equal(changed, before)
    photos.pictures[3] = QPixmap(120, 90)
    photos.pictures[3].fill(QColor("#123456"))
    grid.viewport().update()
    assert 0x123456 in seen(grid)
    photos.pictures[3] = QPixmap(120, 90)
    photos.pictures[3].fill(QColor("#654321"))
    grid.viewport().update()
    assert 0x654321 in seen(grid)
    assert 0x123456 not in seen(grid)


def test_a_photo_of_which_there_is_no_picture_is_told_from_one_whose_picture_is_awaited(
    grid: PhotoGrid, photos: Photos
) -> None:
    awaited = seen(grid)
    photos.pictures[2] = QPixmap()
    grid.viewport().update()
    assert not np.array_equal(seen(grid), awaited)


def test_the_memory_for_painted_cells_is_bounded(
    grid: PhotoGrid, painter: CellPainter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(grid_cell, "MOST_BYTES", 4_000_000)
    for row in range(0, 1_000, 10):
        grid.scrollTo(grid.model().index(row, 0))
        seen(grid)
    sizes = [picture.width() * picture.height() * 4 for picture in painter._painted.values()]
    assert len(sizes) > 1
    assert sum(sizes) == painter._bytes <= 4_000_000


def test_between_whole_densities_nothing_is_kept(grid: PhotoGrid, painter: CellPainter) -> None:
    painter._fonts()
    for ratio, kept in ((1.25, 0), (2.0, 1)):
        screen = QPixmap(400, 400)
        screen.setDevicePixelRatio(ratio)
        screen.fill(Qt.GlobalColor.black)
        with QPainter(screen) as on_screen:
            painter.paint(on_screen, QRect(10, 10, 150, 180), grid.model().index(0, 0), PLAIN)
        assert len(painter._painted) == kept
        assert QColor("black").rgb() != max(np.frombuffer(screen.toImage().constBits(), np.uint32))


@pytest.mark.parametrize("few", [0, 64])
def test_many_ranges_are_shown_as_selected(grid: PhotoGrid, monkeypatch: pytest.MonkeyPatch, few: int) -> None:
    monkeypatch.setattr(photo_grid, "FEW_RANGES", few)
    model, selection = grid.model(), QItemSelection()
    for row in (0, 2, 3, 4, 7):
        selection.select(model.index(row, 0), model.index(row, 0))
    grid.selectionModel().select(selection, QItemSelectionModel.SelectionFlag.Select)
    assert grid._selected_among(range(1, 8)) == {2, 3, 4, 7}
