"""Cells that are painted by hand or by a delegate: contrast of what is seen in them, in every state and theme.

Measured on the pixels of the real window: captions and marks of the grid, rows of the list, tags with their scores,
entries of the sidebar; each plain, selected, current, and current with the focus.
"""

from collections.abc import Callable, Iterable, Iterator

import pytest
from PySide6.QtCore import QEvent, QItemSelectionModel, QModelIndex, QRect, Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QAbstractItemView, QApplication, QWidget

from gui import theme
from gui.app import Session
from gui.grid_cell import GAP, MARK, PAD, _frame
from gui.photo_list import STATE
from gui.photo_model import COLUMNS
from gui.tag_panel import BUTTON, _buttons
from gui.words import mark_of
from storage.library import Library
from storage.schema import PhotoState, TagState
from tests.gui.conftest import Until
from tests.gui.pixels import Pixels, changed, seen, strongest

TEXT, ICON = theme.TEXT_CONTRAST, theme.MARK_CONTRAST

Part = tuple[str, QRect, float]
"""What it is, where in the viewport, and the contrast that it needs."""

MODES = ("plain", "selected", "current", "focused")


@pytest.fixture
def all_states(library: Library, photos: list[int]) -> None:
    """A photo in each state, one with a problem, one without a text; tags in each state."""
    with library.write() as block:
        run = block.connection.exec_driver_sql
        for photo, state in zip(photos, PhotoState, strict=False):
            run("UPDATE photo SET state = ? WHERE id = ?", (int(state), photo))
        run("INSERT INTO problem VALUES (?, 'scan', 'It ends too early.', '')", (photos[len(PhotoState)],))
        run("DELETE FROM text WHERE photo_id = ?", (photos[0],))
        for number, photo in enumerate(photos):
            for concept, state in zip((1, 2, 3, 4, 5), (*TagState, TagState.SUGGESTED, TagState.REJECTED), strict=True):
                run(
                    "INSERT INTO tag VALUES (?, ?, 0, ?, 0.5, NULL) ON CONFLICT DO UPDATE SET state = excluded.state",
                    (photo, concept, int(state) if number else 0),
                )


@pytest.fixture
def dressed(all_states: None, session: Session, until: Until) -> Iterator[Callable[[str], Session]]:
    until(lambda: session.desk.idle)
    until(lambda: session.thumbnails.idle)

    def dress(name: str) -> Session:
        session.appearance.apply(name, 100)
        session.window.resize(1280, 800)
        QApplication.processEvents()
        return session

    yield dress
    session.appearance.apply("light", 100)


def show(view: QAbstractItemView, elsewhere: QWidget, index: QModelIndex, mode: str) -> Pixels:
    """The viewport with a cell in one of the modes; the pointer is nowhere."""
    selection, flags = view.selectionModel(), QItemSelectionModel.SelectionFlag
    rows = flags.Rows if view.selectionBehavior() == view.SelectionBehavior.SelectRows else flags.NoUpdate
    other = index.sibling(index.row() + 1, 0) if index.row() == 0 else index.sibling(0, 0)
    selection.clearSelection()
    (view if mode == "focused" else elsewhere).setFocus()
    if mode == "plain":
        selection.setCurrentIndex(other, flags.NoUpdate)
    elif mode == "selected":
        selection.setCurrentIndex(other, flags.NoUpdate)
        selection.select(index, flags.Select | rows)
    else:
        selection.setCurrentIndex(index, flags.ClearAndSelect | rows)
    view.scrollTo(index)
    QApplication.sendEvent(view.viewport(), QEvent(QEvent.Type.Leave))
    QApplication.processEvents()
    return seen(view.viewport())


def faint(what: str, pixels: Pixels, parts: Iterable[Part]) -> list[str]:
    """Parts that can't be read well enough; and those of which nothing is there at all."""
    found = []
    for name, area, least in parts:
        inside = area.intersected(QRect(0, 0, pixels.shape[1], pixels.shape[0]))
        if inside == area and not area.isEmpty():
            contrast = strongest(pixels[area.top() : area.bottom() + 1, area.left() : area.right() + 1])
            if contrast < least:
                found.append(f"{what}, {name}: {contrast:.1f} of {least}")
    return found


def grid_parts(session: Session, row: int) -> list[Part]:
    """Mark, its word, the name and the text of a cell."""
    grid, photo = session.window.grid, session.model.photo(row, wait=True)
    assert photo is not None
    cell = grid.cell_rect(row)
    frame = _frame(cell.size()).translated(cell.topLeft())
    mark = session.appearance.scaled(MARK)
    font = QApplication.font()
    font.setPointSizeF(font.pointSizeF() * 0.92)
    height = -(-max(mark, QFontMetrics(font).height()) // 4) * 4
    line = QRect(frame.left(), frame.bottom() + 1 + GAP, frame.width(), height)
    word = QFontMetrics(font).horizontalAdvance(mark_of(photo).word)
    behind = line.left() + mark + 4
    below = QRect(frame.left(), line.bottom() + 1 + GAP, frame.width(), cell.bottom() - PAD - line.bottom() - GAP)
    return [
        ("mark", QRect(line.left(), line.top(), mark, height), ICON),
        ("word", QRect(behind, line.top(), word, height), TEXT),
        ("name", QRect(line.right() - 24, line.top(), 24, height), TEXT),
        ("text", below, TEXT),
    ]


@pytest.mark.parametrize("name", theme.THEMES)
def test_cells_of_the_grid_can_be_read(dressed: Callable[[str], Session], name: str) -> None:
    session, wrong = dressed(name), list[str]()
    grid, elsewhere = session.window.grid, session.window.search.field
    states = set()
    for row in range(session.model.rowCount()):
        photo = session.model.photo(row, wait=True)
        assert photo is not None
        states.add(mark_of(photo).word)
        for mode in MODES:
            pixels = show(grid, elsewhere, session.model.index(row, 0), mode)
            wrong += faint(f"{mark_of(photo).word}, {mode}", pixels, grid_parts(session, row))
    assert len(states) == len(PhotoState) + 1
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("name", theme.THEMES)
def test_rows_of_the_list_can_be_read(dressed: Callable[[str], Session], name: str) -> None:
    session, wrong = dressed(name), list[str]()
    session.window.show_view("list-view")
    view, elsewhere = session.window.list, session.window.search.field
    view.show_problems(on=True)
    icon = view.iconSize().width() + 8
    for row in range(session.model.rowCount()):
        for mode in MODES:
            pixels = show(view, elsewhere, session.model.index(row, 0), mode)
            for column, title in enumerate(COLUMNS):
                index = session.model.index(row, column)
                if view.isColumnHidden(column) or not index.data():
                    continue
                area = view.visualRect(index)
                parts: list[Part] = [("words", area, TEXT)]
                if column == STATE:
                    parts = [("mark", area.adjusted(0, 0, icon - area.width(), 0), ICON)]
                    parts.append(("word", area.adjusted(icon, 0, 0, 0), TEXT))
                wrong += faint(f"{title} of {index.sibling(row, STATE).data()}, {mode}", pixels, parts)
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("name", theme.THEMES)
def test_tags_and_their_scores_can_be_read(dressed: Callable[[str], Session], name: str, until: Until) -> None:
    session, wrong = dressed(name), list[str]()
    panel, states = session.window.panel, set[TagState]()
    session.flow.go(1)
    until(lambda: panel.detail is not None and panel.detail.row.id == session.model.ids[1])
    tags, elsewhere = panel.tags.list, session.window.search.field
    edge = session.appearance.scaled(BUTTON)
    score = tags.fontMetrics().horizontalAdvance("100 %")
    for row, tag in enumerate(panel.tags.shown):
        states.add(tag.state)
        for mode in MODES:
            index = tags.model().index(row, 0)
            pixels = show(tags, elsewhere, index, mode)
            area = tags.visualRect(index)
            accept, reject = _buttons(area, edge)
            words = area.adjusted(8, 0, accept.left() - area.right() - 4, 0)
            parts = [
                ("number", words.adjusted(0, 3, 12 - words.width(), -3), TEXT),
                ("name", words.adjusted(16, 3, -score, -3), TEXT),
                ("score", words.adjusted(words.width() - score, 3, 0, -3), TEXT),
                ("tick", accept.adjusted(4, 4, -4, -4), ICON),
                ("cross", reject.adjusted(4, 4, -4, -4), ICON),
            ]
            wrong += faint(f"{tag.name}, {tag.state.name}, {mode}", pixels, parts)
    assert states == set(TagState)
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("name", theme.THEMES)
def test_entries_of_the_sidebar_can_be_read(dressed: Callable[[str], Session], name: str) -> None:
    session, wrong = dressed(name), list[str]()
    tree, elsewhere = session.window.sidebar, session.window.search.field
    model = tree.model()
    for group in range(model.rowCount()):
        top = model.index(group, 0)
        if tree.isRowHidden(group, QModelIndex()):
            continue
        for row in range(model.rowCount(top)):
            for mode in MODES:
                index = model.index(row, 0, top)
                pixels = show(tree, elsewhere, index, mode)
                parts = [("words", tree.visualRect(index), TEXT)]
                icon = tree.iconSize().width()
                if index.data(Qt.ItemDataRole.DecorationRole) is not None:
                    area = tree.visualRect(index)
                    parts = [("mark", area.adjusted(0, 0, icon + 6 - area.width(), 0), ICON)]
                    parts.append(("words", area.adjusted(icon + 8, 0, 0, 0), TEXT))
                number = index.siblingAtColumn(1)
                if number.data():
                    parts.append(("number", tree.visualRect(number), TEXT))
                wrong += faint(f"{index.data()}, {mode}", pixels, parts)
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("name", theme.THEMES)
def test_the_cell_that_has_the_focus_is_marked(dressed: Callable[[str], Session], name: str) -> None:
    """The ring differs from the cell that is only current, and that from one that is only selected."""
    session = dressed(name)
    grid, elsewhere = session.window.grid, session.window.search.field
    for row in range(session.model.rowCount()):
        cell = grid.cell_rect(row)
        if not grid.viewport().rect().contains(cell):
            continue
        index = session.model.index(row, 0)
        plain, selected, focused = (show(grid, elsewhere, index, mode) for mode in ("plain", "selected", "focused"))
        inside = (slice(cell.top(), cell.bottom() + 1), slice(cell.left(), cell.right() + 1))
        around = 2 * (cell.width() + cell.height()) // 2
        assert changed(plain[inside], focused[inside], ICON) >= around, f"row {row} against a plain cell"
        assert changed(selected[inside], focused[inside], ICON) >= around, f"row {row} against a selected cell"
