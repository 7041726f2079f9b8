"""A real application without a screen, real libraries, and a watch for threads that outlive their test."""

import contextlib
import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QCoreApplication, QEvent, QEventLoop, QSettings, QTimer
from PySide6.QtWidgets import QApplication

from gui.app import Session
from gui.appearance import Appearance
from storage.library import Library
from tests.gui import libraries

Until = Callable[..., None]


@pytest.fixture(scope="session")
def app() -> QApplication:
    made = QApplication.instance() or QApplication(["altfolio"])
    assert isinstance(made, QApplication)
    return made


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Thumbnails go where the test's files are, not into the cache of the one who runs it."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture
def appearance(app: QApplication) -> Iterator[Appearance]:
    look = Appearance(app)
    look.apply("light", 100)
    yield look
    look.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


@pytest.fixture
def until(app: QApplication) -> Until:
    """`until(condition)` runs the event loop until the condition holds; fails at a deadline."""

    def wait(condition: Callable[[], object], seconds: float = 10.0) -> None:
        end = time.monotonic() + seconds
        loop = QEventLoop()
        timer = QTimer()
        timer.setInterval(5)

        def look() -> None:
            if condition() or time.monotonic() > end:
                loop.quit()

        timer.timeout.connect(look)
        timer.start()
        if not condition():
            loop.exec()
        timer.stop()
        assert condition(), "the deadline passed"

    return wait


@pytest.fixture(autouse=True)
def no_thread_is_left() -> Iterator[None]:
    before = set(threading.enumerate())
    yield
    left = [t.name for t in threading.enumerate() if t not in before and t.is_alive()]
    assert not left, f"threads outlived the test: {left}"


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Library(tmp_path / "test.altfolio") as opened:
        yield opened


@pytest.fixture
def photos(library: Library, tmp_path: Path) -> list[int]:
    """Twelve photos with a draft each, newest first in the window."""
    return libraries.fill(library, libraries.sample_files(tmp_path / "photos", 12))


@pytest.fixture
def empty_session(app: QApplication, library: Library, tmp_path: Path, until: Until) -> Iterator[Session]:
    with _session(app, library, tmp_path) as made:
        yield made


@pytest.fixture
def session(app: QApplication, library: Library, photos: list[int], tmp_path: Path, until: Until) -> Iterator[Session]:
    """The window on the twelve photos, shown and filled."""
    with _session(app, library, tmp_path) as made:
        until(lambda: made.model.rowCount() == len(photos) and made.flow.row == 0)
        until(lambda: made.window.panel.detail is not None)
        yield made


@contextlib.contextmanager
def _session(app: QApplication, library: Library, tmp_path: Path) -> Iterator[Session]:
    made = Session(app, library, QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat))
    failures: list[str] = []
    made.desk.failed.disconnect(made._failed)  # a message box would wait for a person
    made.desk.failed.connect(lambda sentence, _error: failures.append(sentence))
    made.window.show()
    made.window.activateWindow()
    made.begin(work=False)
    try:
        yield made
    finally:
        made.window.close()
        made.close()
        for thing in (made.window, made.appearance, made):
            thing.deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
        app.setStyleSheet("")  # the next window is built as the first one, undressed: 0.1 s less
    assert not failures
