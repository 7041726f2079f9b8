"""The photo as a picture: zoomed and moved by keys, alone on the screen, in all its pixels, carried out."""

from pathlib import Path

from PIL import Image
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from gui import library_files
from gui.app import Session
from gui.picture_loader import LONGEST_KEPT
from storage.library import Library
from storage.scan import scan
from storage.schema import PhotoState
from tests.gui.conftest import Until
from tests.gui.test_review import focus, press, state

CONTROL = Qt.KeyboardModifier.ControlModifier


def in_review(session: Session, until: Until) -> None:
    press(session, Qt.Key.Key_2, CONTROL)
    until(lambda: not session.window.stage._picture.isNull())
    focus(session, session.window.stage, until)


def test_arrows_step_until_the_picture_is_zoomed(session: Session, until: Until) -> None:
    in_review(session, until)
    stage, row = session.window.stage, session.flow.row
    QTest.keyClick(stage, Qt.Key.Key_Right)
    assert session.flow.row == row + 1
    QTest.keyClick(stage, Qt.Key.Key_Left)
    until(lambda: not stage._picture.isNull())
    for _ in range(8):
        QTest.keyClick(stage, Qt.Key.Key_Plus)
    centre = stage._centre
    QTest.keyClick(stage, Qt.Key.Key_Right)
    QTest.keyClick(stage, Qt.Key.Key_Down)
    assert session.flow.row == row
    assert stage._centre.x() > centre.x() and stage._centre.y() > centre.y()
    QTest.keyClick(stage, Qt.Key.Key_0)
    assert not stage._zoom


def test_the_photo_alone_is_reviewed_as_before(session: Session, library: Library, until: Until) -> None:
    focus(session, session.window.grid, until)
    window, photo = session.window, session.model.ids[0]
    window.actions_table["sidebar"].trigger()
    window.actions_table["sidebar"].trigger()
    press(session, Qt.Key.Key_F11)
    until(lambda: window.isFullScreen() and window.stage.hasFocus())
    assert window.actions_table["full-screen"].isChecked()
    assert not any(part.isVisible() for part in window.surroundings())
    assert window.stage._captioned and window.stage._caption.startswith("May be an image of")
    press(session, Qt.Key.Key_A)
    until(lambda: state(library, photo) == PhotoState.APPROVED)
    QTest.keyClick(window.stage, Qt.Key.Key_Escape)
    until(lambda: not window.isFullScreen())
    assert window.view() == "library-view"
    assert window.panel.isVisible() and window.aside.isVisible() and not window.stage._captioned
    assert not window.actions_table["full-screen"].isChecked()


def test_the_window_is_remembered_as_it_is_without_the_photo_alone(session: Session, until: Until) -> None:
    press(session, Qt.Key.Key_F11)
    until(session.window.isFullScreen)
    session.window.close()
    with library_files.own_state(session._stored, session.desk.library.path) as own:
        assert own.value("window/sidebar", type=bool) is True


def test_view_and_zoom_are_remembered(session: Session) -> None:
    window = session.window
    with library_files.own_state(session._stored, session.desk.library.path) as own:
        window.show_view("list-view")
        window.grid.zoom(2)
        window.remember(own)
        window.show_view("library-view")
        window.grid.zoom(-3)
        window.recall(own)
    assert (window.view(), window.grid.zoomed) == ("list-view", 2)
    assert window.views.currentWidget() is window.list


def test_a_zoomed_photo_has_all_its_pixels(session: Session, library: Library, tmp_path: Path, until: Until) -> None:
    folder = tmp_path / "large"
    folder.mkdir()
    Image.effect_noise((LONGEST_KEPT + 600, 300), 40).save(folder / "wide.png")
    list(scan(library, [folder]))
    session.window.search.search("wide")
    until(lambda: session.model.rowCount() == 1)
    in_review(session, until)
    stage = session.window.stage
    until(lambda: stage._picture.width() == LONGEST_KEPT)
    while stage._zoom < 1:
        QTest.keyClick(stage, Qt.Key.Key_Plus)
    width = stage._place().width()
    until(lambda: stage._picture.width() == LONGEST_KEPT + 600)
    assert abs(stage._place().width() - width) < 2  # as large on the screen as before
    assert session.window.panel.picture._picture.width() == LONGEST_KEPT


def test_a_picture_that_another_program_changes_is_shown_as_it_is_now(
    session: Session, library: Library, until: Until
) -> None:
    in_review(session, until)
    photo = session.flow.current()
    assert photo is not None
    Image.new("RGB", (64, 48), "red").save(photo.path)
    list(scan(library))
    for view in (session.window.stage, session.window.panel.picture):
        until(lambda view=view: (view._picture.width(), view._picture.height()) == (64, 48))


def test_a_dragged_photo_carries_its_file_and_its_text(session: Session, until: Until) -> None:
    in_review(session, until)
    stage, dragged = session.window.stage, []
    stage.dragged.disconnect()
    stage.dragged.connect(lambda: dragged.append(True))
    QTest.mousePress(stage, Qt.MouseButton.LeftButton, pos=QPoint(100, 100))
    QTest.mouseMove(stage, QPoint(102, 100))
    assert not dragged
    QTest.mouseMove(stage, QPoint(160, 120))
    assert dragged == [True]
    mime = session.model.mimeData([session.model.index(session.flow.row, 0)])
    photo = session.flow.current()
    assert photo is not None
    assert [url.toLocalFile() for url in mime.urls()] == [str(photo.path)]
    assert mime.text() == photo.alt_text
