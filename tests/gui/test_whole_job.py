"""The whole job from the window: choose a folder, real models find the words, new photos are noticed."""

import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from gui.app import Session
from gui.first_run import PRIVATE
from storage import embed, embed_undo, photos, review
from storage.file_journal import recover
from storage.library import Library
from storage.scan import scan
from storage.schema import PhotoState
from tests.gui import libraries
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
    until(lambda: empty_session._watch is not None and folder in empty_session._watch._events)
    shutil.copy(SAMPLES / "cat.png", folder)
    until(lambda: empty_session.model.rowCount() == 2, 30)

    def described() -> bool:
        with library.read() as connection:
            cat = photos.id_of(connection, folder / "cat.png")
            return cat is not None and photos.rows(connection, [cat])[0].state == PhotoState.DRAFT

    until(described, 120)


def test_a_signal_closes_the_program_and_keeps_what_was_typed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    place = tmp_path / "test.altfolio"
    with Library(place) as library:
        photo = libraries.fill(library, libraries.sample_files(tmp_path / "photos", 1))[0]
    program = (
        "import os, signal, sys; from pathlib import Path; from PySide6.QtCore import QTimer\n"
        "import gui.app as app, gui.start as start\n"
        "class Typing(app.Session):\n"
        "    def begin(self, folders=(), *, work=True):\n"
        "        super().begin(folders, work=False)\n"
        "        self.desk.detailed.connect(lambda _: QTimer.singleShot(0, self, self.type_and_die))\n"
        "    def type_and_die(self):\n"
        "        self.window.panel.text.put('Typed last')\n"
        "        os.kill(os.getpid(), signal.SIGTERM)\n"
        "app.Session = Typing\n"
        "sys.exit(start.run_window(Path(sys.argv[1])))\n"
    )
    done = subprocess.run([sys.executable, "-c", program, str(place)], timeout=60, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    with Library(place) as library, library.read() as connection:
        assert photos.rows(connection, [photo])[0].alt_text == "Typed last"


def test_a_window_that_is_killed_while_a_process_writes_harms_no_photo(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    place = tmp_path / "test.altfolio"
    files = libraries.sample_files(tmp_path / "photos", 12)
    before = {file.name: file.read_bytes() for file in files}
    with Library(place) as library:
        review.approve(library, libraries.fill(library, files))
    program = (
        "import os, signal, sys; from pathlib import Path\n"
        "import gui.app as app; from gui.embed_dialog import open_dialog; from gui.start import run_window\n"
        "class Writing(app.Session):\n"
        "    def begin(self, folders=(), *, work=True):\n"
        "        super().begin(folders, work=False)\n"
        "        self.work.progressed.connect(lambda *_: os.kill(os.getpid(), signal.SIGKILL))\n"
        "        open_dialog(self).wanted.emit(None)\n"
        "app.Session = Writing\n"
        "run_window(Path(sys.argv[1]))\n"
    )
    # The process that writes inherits the streams: it has ended when they do.
    done = subprocess.run([sys.executable, "-c", program, str(place)], timeout=60, capture_output=True, text=True)
    assert done.returncode == -signal.SIGKILL, done.stderr
    with Library(place) as library:
        recover(library)
        list(scan(library))
        with library.read() as connection:
            counts = photos.state_counts(connection)
        assert counts[PhotoState.APPROVED] + counts[PhotoState.EMBEDDED] == 12
        list(embed.embed(library))
        list(embed_undo.remove_all(library))
    assert {file.name: file.read_bytes() for file in (tmp_path / "photos").iterdir()} == before
