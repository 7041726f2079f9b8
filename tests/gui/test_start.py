"""The start of the window: photos are seen before anything heavy is imported, and everything else follows."""

import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from gui.app import Session
from gui.main_window import VIEWS
from storage import search
from storage.library import Library
from storage.photos import newest
from tests.gui import libraries
from tests.gui.conftest import Until
from tests.gui.conftest import _session as opened_session

HEAVY = (
    *("sqlalchemy", "numpy", "PIL", "lxml", "onnxruntime", "watchdog", "inference", "gui.dialogs"),
    *("storage.review", "storage.history", "storage.metadata", "storage.search", "storage.image_file"),
)
"""What the first screen does not wait for; SQLAlchemy alone takes 200 ms."""

PROGRAM = f"""
import sys, main, gui.app as app
from PySide6.QtCore import QTimer
class Watched(app.Session):
    def begin(self, *some, **more):
        super().begin(*some, **more)
        print(self.model.rowCount(), self.flow.row, [name for name in {HEAVY} if name in sys.modules])
        QTimer.singleShot(0, self.window.close)  # once the event loop runs
app.Session = Watched
sys.exit(main.main(["--library", sys.argv[1]]))
"""


def test_photos_are_listed_before_anything_heavy_is_imported(tmp_path: Path) -> None:
    place = tmp_path / "test.altfolio"
    with Library(place) as library:
        libraries.fill(library, libraries.sample_files(tmp_path / "photos", 3))
    done = subprocess.run([sys.executable, "-c", PROGRAM, place], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "3 0 []"


def test_a_library_that_can_only_be_read_is_shown_and_left_alone(
    app: QApplication, library: Library, photos: list[int], tmp_path: Path, until: Until
) -> None:
    library.writable = False
    with opened_session(app, library, tmp_path) as session:
        counted: list[object] = []
        session.desk.counted.connect(counted.append)
        session.begin()
        until(lambda: session.model.rowCount() == len(photos) and counted)
        assert session.window.jobs._said.text().startswith("This library can only be read")
        assert not session.work.busy
        assert session._watch is None


def test_the_first_photos_are_those_that_a_search_lists_first(library: Library, photos: list[int]) -> None:
    with library.read() as connection:
        listed = list(search.find_page(connection, "", limit=5))
    with library.peek() as peek:
        assert newest(peek, 5) == listed


def test_the_first_page_stays_in_sight_when_the_list_comes(session: Session, until: Until) -> None:
    ids = session.model.ids
    seen = session.model.photo(0)
    assert seen is not None
    session.model.set_ids(ids)
    assert session.model.photo(0) is seen
    until(lambda: session.model.photo(0) is not seen)
    session.model.set_ids(ids[1:])
    assert session.model.photo(0) is None


@pytest.mark.parametrize("view", VIEWS)
def test_the_window_looks_as_if_its_parts_had_been_dressed_from_the_first(
    session: Session, until: Until, view: str
) -> None:
    window, look = session.window, session.appearance
    window.show_view(view)
    until(lambda: session.desk.idle and session.thumbnails.idle and not window.stage._picture.isNull())
    first = window.grab().toImage()
    look.apply(session.desk.settings.theme, session.desk.settings.text_size)
    until(lambda: window.grab().toImage() == first)
