"""The newest photos and their kept thumbnails are read while the window is built, so that its first paint has them."""

import gc
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QSettings
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from gui.app import Session
from gui.calm import CalmMemory
from gui.first_photos import MOST_SEEN, SEEN, SIDE, FirstPhotos, Glance
from storage import photos as photo_rows
from storage.job import KnownError
from storage.library import Library
from storage.photos import PhotoRow
from storage.thumbnails import cached, thumbnail
from tests.gui.conftest import Until


def rows_of(library: Library, ids: list[int]) -> list[PhotoRow]:
    with library.read() as connection:
        return photo_rows.rows(connection, ids)


@pytest.fixture
def kept(library: Library, photos: list[int]) -> list[PhotoRow]:
    """The newest photos; all but the last have a thumbnail."""
    with library.peek() as peek:
        rows = rows_of(library, photo_rows.newest(peek, 12))
    for row in rows[:-1]:
        thumbnail(row.path, SIDE, row.mtime_ns)
    return rows


@pytest.fixture
def unbegun(app: QApplication, library: Library, kept: list[PhotoRow], tmp_path: Path) -> Iterator[Session]:
    first = FirstPhotos(library, Glance())
    first._thread.join()
    made = Session(app, library, QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat), first)
    yield made
    made.window.close()
    made.close()
    for thing in (made.window, made.appearance, made):
        thing.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


def test_rows_and_kept_thumbnails_are_read(library: Library, kept: list[PhotoRow]) -> None:
    first = FirstPhotos(library, Glance())
    assert first.rows() == kept
    first._thread.join()
    image = first.take(kept[0], 176)
    place = cached(kept[0].path, SIDE, kept[0].mtime_ns)
    assert image is not None and image == QImage(str(place))
    assert first.take(kept[0], 176) is None, "given once"
    assert first.take(kept[1], SIDE + 1) is None, "too small"
    assert first.take(kept[-1], 176) is None, "never made"
    first.close()
    assert first.take(kept[2], 176) is None


def test_only_as_many_thumbnails_are_read_as_were_seen_before(library: Library, kept: list[PhotoRow]) -> None:
    first = FirstPhotos(library, Glance(photos=2))
    first._thread.join()
    assert [first.take(row, 10) is not None for row in kept[:4]] == [True, True, False, False]
    first.close()


def test_a_library_that_cant_be_read_is_told_to_who_asks(library: Library) -> None:
    library.path.write_bytes(b"no library any more, but long enough to be looked at" * 99)
    for beside in ("-wal", "-shm"):
        library.path.with_name(library.path.name + beside).unlink(missing_ok=True)
    first = FirstPhotos(library, Glance())
    with pytest.raises(KnownError):
        first.rows()
    first.close()


def test_what_was_seen_at_once_is_remembered(tmp_path: Path) -> None:
    stored = QSettings(str(tmp_path / "some.ini"), QSettings.Format.IniFormat)
    assert Glance.recall(stored) == Glance(SEEN, SIDE)
    Glance(40, 512).keep(stored)
    assert Glance.recall(stored) == Glance(40, 512)
    Glance(4_000, 512).keep(stored)
    assert Glance.recall(stored).photos == MOST_SEEN


def test_the_first_paint_has_the_thumbnails(unbegun: Session, kept: list[PhotoRow], until: Until) -> None:
    painted: list[tuple[bool, int]] = []
    unbegun.window.grid.painted.connect(lambda: painted.append((unbegun.thumbnails.idle, unbegun.model.rowCount())))
    icon = unbegun.window.actions_table["settings"].icon
    assert icon().isNull(), "a menu's icons are drawn later"
    unbegun.window.show()
    unbegun.begin(work=False)
    until(lambda: painted)
    seen = unbegun.window.grid.visible_rows()
    assert painted[0] == (len(kept) - 1 not in seen, len(kept)), "idle unless the one without a thumbnail is in sight"
    until(lambda: not icon().isNull() and unbegun.window.search.found == f"{len(kept)} photos")


def test_who_left_in_another_view_does_not_wait_for_thumbnails(unbegun: Session, until: Until) -> None:
    unbegun.window.show_view("review-view")
    unbegun.window.search.sort("taken")
    unbegun.window.show()
    unbegun.begin(work=False)
    assert unbegun._first_shown.is_set()
    until(lambda: unbegun.window.panel.detail is not None)


def test_a_window_that_is_closed_at_once_begins_nothing(unbegun: Session, until: Until) -> None:
    begun: list[str] = []
    unbegun.desk.counted.connect(lambda _: begun.append("counted"))
    unbegun.window.show()
    unbegun.begin(work=False)
    unbegun._see()
    unbegun.close()
    QCoreApplication.processEvents()
    assert not begun


def test_cycles_are_looked_for_once_the_first_photos_are_seen(app: QApplication) -> None:
    memory = CalmMemory(app)
    gc.disable()
    memory.wake()
    assert gc.isenabled()
    gc.disable()
    memory.close()
    assert gc.isenabled()
