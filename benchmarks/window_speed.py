"""How fast the window is on a large library: start, scrolling, selecting, filtering, reviewing while a job writes.

    python -m benchmarks.window_speed --library /tmp/large.altfolio --photos 100000

The library is made up where it does not exist (`benchmarks.search_speed`), with real photos as the newest ones, so
that the first screen is made of real thumbnails. Runs offscreen, with `--xvfb` on an X server of its own, or on a
display with `QT_QPA_PLATFORM=xcb`. On a machine that others use too, look at what is said of waits for a core
(`benchmarks.event_turns`), and at the work of a frame beside its time. The start is measured by
`benchmarks.window_start`; a cold one needs the right to drop the system's file cache (root on Linux), and is left out
elsewhere.
"""

import argparse
import contextlib
import os
import re
import resource
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image

from benchmarks.looped import pause, row, spread, tell_stalls, until, watch
from benchmarks.own_screen import no_screen, own_screen
from benchmarks.rows import Row
from benchmarks.sample_photos import copies

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from gui.app import Session

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

REAL = 64
"""Real photos put on top: more than the first screen shows."""

FRAMES = 300
STARTS = 5
REVIEWED = 50
SCANNED = 2_000
TAGGED = 64
BESIDE_SECONDS = 60
"""Small photos and samples that are scanned and tagged beside the use, and how long that is watched: the scan, the
models and the drafts all have their turn."""


def main() -> None:
    """Measure everything and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photos", type=int, default=100_000)
    parser.add_argument("--library", type=Path, required=True, help="made where it does not exist")
    parser.add_argument("--xvfb", action="store_true", help="on an X server of its own")
    parser.add_argument("--writes", action="store_true", help="only the jobs that write")
    parser.add_argument("--child", choices=("use", "writes"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.child:
        use(arguments.library, writes=arguments.child == "writes")
    else:
        _make(arguments.library, arguments.photos)
        with _screen(x11=arguments.xvfb) as environment:
            if not arguments.writes:
                _print_starts(arguments.library, environment)
                _run("use", arguments.library, environment)
            _run("writes", arguments.library, environment)


def _screen(*, x11: bool) -> AbstractContextManager[Mapping[str, str]]:
    if x11:
        return own_screen()
    return no_screen() if os.environ["QT_QPA_PLATFORM"] == "offscreen" else contextlib.nullcontext(os.environ)


LINE = re.compile(r"(?P<what>.{48}) *(?P<figure>[0-9,.]+) (?P<unit>ms|MB)(?:.*goal (?P<goal>[0-9,]+))?")
"""A line of what is printed here."""


def rows(scratch: Path, *, photos: int) -> list[Row]:
    """All that is printed, as rows of the table of all benchmarks; a second time on a screen where Xvfb is there."""
    command = [sys.executable, "-m", "benchmarks.window_speed"]
    command += ["--library", str(scratch / "window.altfolio"), "--photos", str(photos)]
    places = {"": command} | ({", X11": [*command, "--xvfb"]} if shutil.which("Xvfb") else {})
    found = []
    for place, how in places.items():
        printed = subprocess.run(how, stdout=subprocess.PIPE, text=True, check=True).stdout
        lines = (LINE.match(line) for line in printed.splitlines())
        found += [_as_row(line, f"{photos:,} photos{place}") for line in lines if line]
    return found


def _as_row(line: re.Match[str], where: str) -> Row:
    figure = float(line["figure"].replace(",", ""))
    stage = f"{line['what'].strip()}, {where}"
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
    folder = place.with_suffix(".photos")
    shown = copies(folder, REAL)
    first = photos + 1
    with Library(place) as library:
        fill(library, photos)
        with library.write() as block:
            run = block.connection.exec_driver_sql
            run("INSERT INTO root (path, added) VALUES (?, '')", (os.fsencode(folder),))
            run("INSERT INTO folder (id, path) VALUES (?, ?)", (photos, os.fsencode(folder)))
            for number, copy in enumerate(shown):
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


def _run(child: str, library: Path, environment: Mapping[str, str]) -> None:
    command = [sys.executable, "-m", "benchmarks.window_speed", "--library", str(library), "--child", child]
    subprocess.run(command, check=True, stderr=subprocess.DEVNULL, env=environment)


# start


def _print_starts(library: Path, environment: Mapping[str, str]) -> None:
    """Medians of some starts in turns with an empty window, and a cold start where the file cache may be dropped."""
    shutil.rmtree(_settings(library), ignore_errors=True)
    _start("window", library, environment)  # leaves what one finds from the start before: bytecode, thumbnails, sizes
    empty, warm = [], []
    for _ in range(STARTS):
        empty.append(_start("empty", library, environment))
        warm.append(_start("window", library, environment))
    [nothing, idle], [painted, full, work, memory] = (
        [statistics.median(column) for column in zip(*runs, strict=True)] for runs in (empty, warm)
    )
    row("empty PySide6 window, first paint", nothing, f"work {idle:.0f}")
    row("window, first paint, warm", painted, f"{painted / nothing:.1f} × empty")
    row("first screen of thumbnails, warm", full, f"{full / nothing:.1f} × empty, work {work:.0f}, goal 600")
    print(f"{'memory at the first screen':<48}{memory:>10,.0f} MB", flush=True)
    try:
        Path("/proc/sys/vm/drop_caches").write_text("3")
    except OSError:
        return
    row("first screen of thumbnails, cold", _start("window", library, environment)[1], "goal 1,200")


def _start(kind: str, library: Path, environment: Mapping[str, str]) -> list[float]:
    """Start one of the programs of `benchmarks.window_start`, and what it printed."""
    own = {**environment, "XDG_CONFIG_HOME": str(_settings(library))}
    own.pop("PYTHONDONTWRITEBYTECODE", None)  # else all of the program would be compiled at each start
    command = [sys.executable, "-m", "benchmarks.window_start", kind, str(time.time()), str(library)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, stderr=subprocess.DEVNULL, env=own)
    return [float(part) for part in done.stdout.split()]


def _settings(library: Path) -> Path:
    return library.with_suffix(".settings")


# use


def use(library: Path, *, writes: bool) -> None:
    """Scroll, jump, select, filter and review; or only scroll while jobs write."""
    from benchmarks.writes_beside import write_beside
    from main import broken_rules
    from storage import text_rules

    text_rules.use(broken_rules)
    session, _ = _session(library)
    with contextlib.closing(session):
        session.window.resize(1280, 800)
        session.window.show()
        session.begin(work=False)
        until(lambda: session.model.rowCount() > REAL and session.flow.row == 0)
        if writes:
            write_beside(session, library)
        else:
            _scroll(session)
            _filter(session, "thing7")
            _filter(session, "")
            _review(session)
            _work_beside(session, library)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform == "linux" else 1024 * 1024)
    print(f"{'peak memory':<48}{memory:>10,.0f} MB")


def _scroll(session: "Session") -> None:
    """Scroll, jump to the end, select all."""
    grid, bar = session.window.grid, session.window.grid.verticalScrollBar()

    def frame(number: int) -> tuple[float, float]:
        bar.setValue(number * 97)
        begun, work = time.perf_counter(), time.thread_time()
        grid.viewport().repaint()
        spent = time.perf_counter() - begun, time.thread_time() - work
        pause(1)
        return spent

    frames = [frame(number) for number in range(FRAMES)]
    spread("frame while scrolling", [spent for spent, _ in frames], "goal 16")
    row("work for a frame while scrolling, p95", sorted(work for _, work in frames)[int(FRAMES * 0.95)] * 1000, "")
    begun = time.perf_counter()
    bar.setValue(bar.maximum())
    until(lambda: session.model.photo(session.model.rowCount() - 1) is not None)
    grid.viewport().repaint()
    row("jump to the end, painted", (time.perf_counter() - begun) * 1000, "")
    begun = time.perf_counter()
    grid.selectAll()
    grid.viewport().repaint()
    row(f"select all {session.model.rowCount():,}", (time.perf_counter() - begun) * 1000, "")
    grid.clearSelection()


def _review(session: "Session") -> None:
    """Approve photo by photo while a job writes; undone afterwards, so that it can be measured again."""
    from storage import history
    from storage.job import Job, Progress

    turns = watch()
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
    until(lambda: not session.work.busy and session.desk.idle)
    spread("key to next photo shown, a job writing", times, "p95 goal 100")
    tell_stalls("a job writing", turns)
    for _ in range(REVIEWED):
        history.undo(session.desk.library)


def _work_beside(session: "Session", library: Path) -> None:
    """The longest stall of the event loop while a scan and the real models work, and what the frames cost then."""
    folder = library.with_suffix(".new")
    originals = copies(folder, TAGGED)
    small = Image.open(originals[0]).convert("RGB").resize((160, 120))
    for number in range(SCANNED):
        small.putpixel((number % 160, number // 160), (255, 0, 0))
        small.save(folder / f"small{number:04}.jpg")
    task = session.work.find_words([folder])
    turns = watch()
    bar = session.window.grid.verticalScrollBar()
    frames: list[float] = []
    end = time.monotonic() + BESIDE_SECONDS
    while session.work.busy and time.monotonic() < end:
        bar.setValue(len(frames) * 97)
        begun = time.perf_counter()
        session.window.grid.viewport().repaint()
        frames.append(time.perf_counter() - begun)
        pause(20)
    spread("frame while scan and models work", frames, "")
    tell_stalls("scan and models", turns)
    task.cancel()
    until(lambda: not session.work.busy)


def _filter(session: "Session", words: str) -> None:
    count = session.model.rowCount()
    begun = time.perf_counter()
    session.window.search.search(words)
    until(lambda: session.model.rowCount() != count)
    session.window.grid.viewport().repaint()
    row(f"filter “{words}”, {session.model.rowCount():,} found", (time.perf_counter() - begun) * 1000, "")


def _approve(session: "Session") -> float:
    """One key, until the next photo's words are in the panel and its large picture is shown."""
    begun = time.perf_counter()
    session.window.actions_table["approve"].trigger()
    photo = session.model.ids[session.flow.row]
    until(lambda: (d := session.window.panel.detail) is not None and d.row.id == photo)
    until(lambda: not session.window.stage._picture.isNull())
    spent = time.perf_counter() - begun
    pause(100)  # a person looks at the photo
    return spent


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


if __name__ == "__main__":
    main()
