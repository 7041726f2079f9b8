"""How fast the window is on a large library: start, scrolling, selecting, filtering, reviewing while a job writes.

    python -m benchmarks.window_speed --library /tmp/large.altfolio --photos 100000

The library is made up where it does not exist (`benchmarks.search_speed`), with real photos as the newest ones, so
that the first screen is made of real thumbnails. Runs offscreen, or on a display with `QT_QPA_PLATFORM=xcb`.
Cold start needs the right to drop the system's file cache (root on Linux); it is left out elsewhere.
"""

import argparse
import os
import re
import resource
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Generator
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.rows import Row

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from gui.app import Session

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

SAMPLES = Path(__file__).parents[1] / "resources" / "samples"
REAL = 64
"""Real photos put on top: more than the first screen shows."""

FRAMES = 300
REVIEWED = 50
STARTS = 5
TAGGED = 64
BESIDE_SECONDS = 40
"""Photos that are scanned and tagged beside the use, and how long that is watched."""


def main() -> None:
    """Measure everything and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photos", type=int, default=100_000)
    parser.add_argument("--library", type=Path, required=True, help="made where it does not exist")
    parser.add_argument("--child", choices=("start", "empty", "use"), help=argparse.SUPPRESS)
    parser.add_argument("--begun", type=float, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.child == "empty":
        empty_window(arguments.begun)
    elif arguments.child == "start":
        start(arguments.library, arguments.begun)
    elif arguments.child == "use":
        use(arguments.library)
    else:
        _make(arguments.library, arguments.photos)
        _print_starts(arguments.library)
        _run("use", arguments.library)


LINE = re.compile(r"(?P<what>.{48}) *(?P<figure>[0-9,.]+) (?P<unit>ms|MB)(?:.*goal (?P<goal>[0-9,]+))?")
"""A line of what is printed here."""


def rows(scratch: Path, *, photos: int) -> list[Row]:
    """All that is printed, as rows of the table of all benchmarks."""
    command = [sys.executable, "-m", "benchmarks.window_speed"]
    command += ["--library", str(scratch / "window.altfolio"), "--photos", str(photos)]
    printed = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
    return [_as_row(found, photos) for line in printed.splitlines() if (found := LINE.match(line))]


def _as_row(line: re.Match[str], photos: int) -> Row:
    figure = float(line["figure"].replace(",", ""))
    stage = f"{line['what'].strip()}, {photos:,} photos"
    if line["goal"] is None:
        return Row(stage=stage, unit=line["unit"], ours=figure)
    goal = float(line["goal"].replace(",", ""))
    note = "the ratio is the time"
    return Row(stage=stage, unit=line["unit"], ours=figure, ratio=figure, sign="≤", goal=goal, note=note)


def _make(place: Path, photos: int) -> None:
    from benchmarks.search_speed import fill
    from storage.library import Library

    if place.exists():
        return
    originals = [p for p in sorted(SAMPLES.iterdir()) if p.suffix in {".jpg", ".png", ".webp"}]
    folder = place.with_suffix(".photos")
    folder.mkdir()
    first = photos + 1
    with Library(place) as library:
        fill(library, photos)
        with library.write() as block:
            run = block.connection.exec_driver_sql
            run("INSERT INTO root (path, added) VALUES (?, '')", (os.fsencode(folder),))
            run("INSERT INTO folder (id, path) VALUES (?, ?)", (photos, os.fsencode(folder)))
            for number in range(REAL):
                original = originals[number % len(originals)]
                copy = folder / f"{number:03}{original.suffix}"
                shutil.copy(original, copy)
                known, taken = copy.stat(), datetime(2030, 1, 1) + timedelta(hours=number)
                run(
                    "INSERT INTO photo (id, folder_id, file, inode, size, mtime_ns, format, taken, added) "
                    "VALUES (?, ?, ?, ?, ?, ?, 'JPEG', ?, '')",
                    (
                        *(first + number, photos, os.fsencode(copy.name)),
                        *(known.st_ino, known.st_size, known.st_mtime_ns, taken.isoformat()),
                    ),
                )
                run(
                    "INSERT INTO text VALUES (?, 0, 'en', 'A draft to be reviewed.', NULL, 0, 0)",
                    (photos + 1 + number,),
                )
            block.touch(range(first, first + REAL))
            block.relist()


# start


def _run(child: str, library: Path) -> str:
    command = [sys.executable, "-m", "benchmarks.window_speed", "--library", str(library), "--child", child]
    command += ["--begun", str(time.time())]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, stderr=subprocess.DEVNULL)
    if child == "use":
        print(done.stdout, end="")
    return done.stdout


def _print_starts(library: Path) -> None:
    def best(child: str) -> list[float]:
        runs = [[float(part) for part in _run(child, library).split()] for _ in range(STARTS)]
        return [statistics.median(column) for column in zip(*runs, strict=True)]

    empty = best("empty")[0]
    painted, thumbnails = best("start")
    _row("empty PySide6 window, first paint", empty, "")
    _row("window, first paint, warm", painted, f"{painted / empty:.1f} × empty")
    _row("first screen of thumbnails, warm", thumbnails, f"{thumbnails / empty:.1f} × empty, goal 600")
    try:
        Path("/proc/sys/vm/drop_caches").write_text("3")
    except OSError:
        return
    cold = [float(part) for part in _run("start", library).split()]
    _row("first screen of thumbnails, cold", cold[1], "goal 1,200")


def _row(what: str, milliseconds: float, note: str) -> None:
    print(f"{what:<48}{milliseconds:>10,.1f} ms   {note}", flush=True)


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
    print((time.time() - begun) * 1000)


def start(library: Path, begun: float) -> None:
    """The window until its first screen is full of thumbnails."""
    from gui.photo_grid import PhotoGrid
    from gui.photo_model import PHOTO

    def full(grid: PhotoGrid) -> bool:
        model = grid.model()
        photos = [model.index(row, 0).data(PHOTO) for row in grid.visible_rows()]
        return bool(photos) and session.thumbnails.idle and all(photo is not None for photo in photos)

    session, app = _session(library)
    session.window.show()
    session.begin(work=False)
    app.processEvents()
    painted = time.time() - begun
    _until(lambda: full(session.window.grid))
    session.window.grid.viewport().repaint()
    print(painted * 1000, (time.time() - begun) * 1000)
    sys.stdout.flush()
    session.close()


# use


def use(library: Path) -> None:
    """Scroll, jump, select, filter and review."""
    session, _ = _session(library)
    session.window.resize(1280, 800)
    session.window.show()
    session.begin(work=False)
    _until(lambda: session.model.rowCount() > REAL and session.flow.row == 0)
    grid, bar = session.window.grid, session.window.grid.verticalScrollBar()

    def frame(number: int) -> float:
        bar.setValue(number * 97)
        begun = time.perf_counter()
        grid.viewport().repaint()
        spent = time.perf_counter() - begun
        _pause(1)
        return spent

    _spread("frame while scrolling", [frame(number) for number in range(FRAMES)], "goal 16")
    begun = time.perf_counter()
    bar.setValue(bar.maximum())
    _until(lambda: session.model.photo(session.model.rowCount() - 1) is not None)
    grid.viewport().repaint()
    _row("jump to the end, painted", (time.perf_counter() - begun) * 1000, "")
    begun = time.perf_counter()
    grid.selectAll()
    grid.viewport().repaint()
    _row(f"select all {session.model.rowCount():,}", (time.perf_counter() - begun) * 1000, "")
    grid.clearSelection()
    _filter(session, "thing7")
    _filter(session, "")
    _review(session)
    _work_beside(session, library)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform == "linux" else 1024 * 1024)
    print(f"{'peak memory':<48}{memory:>10,.0f} MB")
    session.close()


def _review(session: "Session") -> None:
    """Approve photo by photo while a job writes; undone afterwards, so that it can be measured again."""
    from storage import history
    from storage.job import Job, Progress

    stalls = _watch_stalls()
    session.flow.go(0)

    def busy() -> Job:
        photo, most = 1, session.model.rowCount() - REAL
        while True:
            with session.desk.library.write() as block:
                block.touch(range(photo, photo + 32))
            photo = photo % (most - 64) + 32
            yield Progress(stage="tag", done=photo)

    task = session.work.start("Busy", busy)
    times = [_approve(session) for _ in range(REVIEWED)]
    task.cancel()
    _until(lambda: not session.work.busy and session.desk.idle)
    _spread("key to next photo shown, a job writing", times, "p95 goal 100")
    _row("longest stall of the event loop meanwhile", max(stalls) * 1000, "goal 50")
    for _ in range(REVIEWED):
        history.undo(session.desk.library)


def _work_beside(session: "Session", library: Path) -> None:
    """The longest stall of the event loop while a scan and the real models work, and what the frames cost then."""
    folder = library.with_suffix(".new")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    originals = [p for p in sorted(SAMPLES.iterdir()) if p.suffix in {".jpg", ".png", ".webp"}]
    for number in range(TAGGED):
        original = originals[number % len(originals)]
        shutil.copy(original, folder / f"{number:03}{original.suffix}")
    task = session.work.find_words([folder])
    stalls = _watch_stalls()
    bar = session.window.grid.verticalScrollBar()
    frames: list[float] = []
    end = time.monotonic() + BESIDE_SECONDS
    while session.work.busy and time.monotonic() < end:
        bar.setValue(len(frames) * 97)
        begun = time.perf_counter()
        session.window.grid.viewport().repaint()
        frames.append(time.perf_counter() - begun)
        _pause(20)
    task.cancel()
    _until(lambda: not session.work.busy)
    ordered = sorted(stalls)
    _spread("frame while scan and models work", frames, "")
    _row("stall of the event loop meanwhile, p99", ordered[int(len(ordered) * 0.99)] * 1000, "")
    _row("longest stall of the event loop meanwhile", ordered[-1] * 1000, "goal 50")


def _filter(session: "Session", words: str) -> None:
    count = session.model.rowCount()
    begun = time.perf_counter()
    session.window.search.search(words)
    _until(lambda: session.model.rowCount() != count)
    session.window.grid.viewport().repaint()
    _row(f"filter “{words}”, {session.model.rowCount():,} found", (time.perf_counter() - begun) * 1000, "")


def _approve(session: "Session") -> float:
    """One key, until the next photo's words are in the panel and its large picture is shown."""
    begun = time.perf_counter()
    session.window.actions_table["approve"].trigger()
    photo = session.model.ids[session.flow.row]
    _until(lambda: (d := session.window.panel.detail) is not None and d.row.id == photo)
    _until(lambda: not session.window.stage._picture.isNull())
    spent = time.perf_counter() - begun
    _pause(100)  # a person looks at the photo
    return spent


def _watch_stalls() -> list[float]:
    from PySide6.QtCore import QCoreApplication, QTimer

    stalls = [0.0]
    last = [time.perf_counter()]
    timer = QTimer(QCoreApplication.instance())
    timer.setInterval(1)

    def tick() -> None:
        now = time.perf_counter()
        stalls.append(now - last[0] - 0.001)
        last[0] = now

    timer.timeout.connect(tick)
    timer.start()
    return stalls


def _spread(what: str, seconds: list[float], note: str) -> None:
    ordered = sorted(seconds)
    _row(f"{what}, p50", ordered[len(ordered) // 2] * 1000, "")
    _row(f"{what}, p95", ordered[int(len(ordered) * 0.95)] * 1000, note)


def _session(library: Path) -> "tuple[Session, QApplication]":
    from PySide6.QtCore import QSettings
    from PySide6.QtWidgets import QApplication

    from gui.app import Session
    from gui.calm import CalmMemory
    from storage.library import Library

    app = QApplication(["altfolio"])
    CalmMemory(app, app)
    stored = QSettings(str(library.with_suffix(".ini")), QSettings.Format.IniFormat)
    return Session(app, Library(library), stored), app


def _until(condition: Callable[[], object], seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    for _ in _loop():
        if condition():
            return
        if time.monotonic() > end:
            raise TimeoutError


def _loop() -> Generator[None, None, None]:
    while True:
        _pause(1)
        yield


def _pause(milliseconds: int) -> None:
    from PySide6.QtCore import QEventLoop, QTimer

    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


if __name__ == "__main__":
    main()
