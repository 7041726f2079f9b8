"""The programs whose start `benchmarks.window_speed` measures: the window until its first screen of thumbnails, and an
empty window beside it.

The program is started as by `main`; only its jobs are left alone. Nothing but what it needs itself is imported here.
"""

import gc
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gui.app import Session


def main() -> None:
    """Be one of the programs: `empty BEGUN` or `window BEGUN LIBRARY`."""
    kind, begun, *library = sys.argv[1:]
    if kind == "empty":
        empty_window(float(begun))
    else:
        window(Path(library[0]), float(begun))


def empty_window(begun: float) -> None:
    """The least that a PySide6 program does, for comparison."""
    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QApplication, QWidget

    app = QApplication(["empty"])
    window = QWidget()
    window.resize(1280, 800)
    window.show()
    QTimer.singleShot(0, app.quit)
    app.exec()
    print((time.time() - begun) * 1000, time.process_time() * 1000)


def window(library: Path, begun: float) -> None:
    """The program until its first screen is full of thumbnails.

    Printed are milliseconds since the process was begun until the first photos and until all thumbnails were painted,
    those of work of all threads, and the most memory in MB.
    """
    import main  # noqa: F401 - as the program does

    gc.disable()  # as `main` does
    from gui.start import run_window

    run_window(library, work=False, watch=lambda session: _watch(session, begun))


def _watch(session: "Session", begun: float) -> None:
    from PySide6.QtCore import QTimer

    first = 0.0
    told = False

    def look() -> None:
        nonlocal first, told
        now = time.time() - begun
        first = first or now
        if not told and _is_full(session):
            told = True
            print(first * 1000, now * 1000, time.process_time() * 1000, _most_memory(), flush=True)
            QTimer.singleShot(0, session.window, session.window.close)

    session.window.grid.painted.connect(look)


def _is_full(session: "Session") -> bool:
    """Whether all photos in sight were painted with their thumbnails."""
    from gui.photo_model import PHOTO

    grid = session.window.grid
    photos = [grid.model().index(row, 0).data(PHOTO) for row in grid.visible_rows()]
    return session.thumbnails.idle and bool(photos) and all(photos)


def _most_memory() -> float:
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform == "linux" else 1024 * 1024)


if __name__ == "__main__":
    main()
