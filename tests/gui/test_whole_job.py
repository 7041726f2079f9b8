"""The whole job from the window: choose a folder, real models find the words, new photos are noticed."""

import shutil
from pathlib import Path

from gui.app import Session
from gui.first_run import PRIVATE
from storage import photos
from storage.library import Library
from storage.schema import PhotoState
from tests.gui.conftest import Until
from tests.gui.libraries import SAMPLES


def test_from_an_empty_library_to_drafts(
    empty_session: Session, library: Library, tmp_path: Path, until: Until
) -> None:
    window = empty_session.window
    until(lambda: window.first_run.isVisible())
    assert "Nothing ever leaves this machine" in PRIVATE
    folder = tmp_path / "photos"
    folder.mkdir()
    shutil.copy(SAMPLES / "cat.png", folder)
    (folder / "broken.jpg").write_bytes((SAMPLES / "pagoda.jpg").read_bytes()[:5000])
    empty_session.add_folders([folder])
    until(lambda: window.jobs._said.text().startswith("All photos are ready"), 120)
    until(lambda: empty_session.model.rowCount() == 2)
    assert not window.first_run.isVisible()
    with library.read() as connection:
        cat = photos.id_of(connection, folder / "cat.png")
        broken = photos.id_of(connection, folder / "broken.jpg")
        assert cat is not None
        assert broken is not None
        rows = photos.rows(connection, [cat, broken])
    assert rows[0].state == PhotoState.DRAFT
    assert "cat" in rows[0].alt_text
    assert rows[1].problem
    until(lambda: window.jobs._problems.isVisible())
    assert window.announcer.last.startswith("All photos are ready for review")


def test_a_new_photo_shows_up_by_itself(empty_session: Session, library: Library, tmp_path: Path, until: Until) -> None:
    folder = tmp_path / "photos"
    folder.mkdir()
    shutil.copy(SAMPLES / "coffee.webp", folder)
    empty_session.begin([folder])
    until(lambda: empty_session.model.rowCount() == 1 and not empty_session.work.busy, 120)
    shutil.copy(SAMPLES / "cat.png", folder)
    until(lambda: empty_session.model.rowCount() == 2, 30)

    def described() -> bool:
        with library.read() as connection:
            cat = photos.id_of(connection, folder / "cat.png")
            return cat is not None and photos.rows(connection, [cat])[0].state == PhotoState.DRAFT

    until(described, 120)
