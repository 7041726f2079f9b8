"""The longest stall of the window's event loop while others write: an embedding, its undo, an export, an import, and
what notices that photos are copied into a watched folder.

Part of `benchmarks.window_speed`; each job begins as a person begins it, by its dialog or action, while the grid is
scrolled. What is told of each is the longest stall and what the frames cost.
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image

from benchmarks.looped import pause, row, tell_stalls, until, watch
from benchmarks.sample_photos import SAMPLES, copies

if TYPE_CHECKING:
    from gui.app import Session


EMBEDDED = 300
"""Photos that are written; with few the job is over before the scrolling has come anywhere."""

SHARE = 10
"""One photo of so many is exported and imported again with another tag: of 100,000 half a minute."""

ARRIVING = 1_000
"""Small photos that are copied into a watched folder."""

COPYING = """
import shutil, sys
for number in range(int(sys.argv[2])):
    shutil.copy(sys.argv[1], f"{sys.argv[1]}{number}.jpg")
"""

SETTLE_MS = 2_000
"""Before each job: what the one before it changed is listed and counted anew."""


def write_beside(session: "Session", library: Path) -> None:
    """Measure every kind of job that writes, one after the other."""
    from gui import handover
    from gui.dialogs.export_dialog import ExportDialog, Scope
    from gui.dialogs.import_dialog import ImportDialog
    from gui.embed_dialog import open_dialog
    from storage import history, photos, review
    from storage.scan import remove_root, scan

    desk, folder, table = session.desk.library, library.with_suffix(".written"), library.with_suffix(".csv")
    copies(folder, EMBEDDED)
    list(scan(desk, [folder]))
    with desk.read() as connection:
        found = photos.below(connection, folder)
    review.set_text(desk, found, f"A photo to be measured at {time.time()}.")

    preview = open_dialog(session)
    _measure(session, "embedding", lambda: preview.wanted.emit(found))
    preview.reject()
    until(lambda: session._undo is not None)
    # It begins once it is known what the newest step is, and has ended when it can be done again.
    _measure(session, "undo", session.undo, busy=lambda: session._redo is None or session.work.busy)

    dialog = ExportDialog([Scope("Some", list(session.model.ids)[: session.model.rowCount() // SHARE])], session.window)
    dialog.choose("csv", table)
    _measure(session, "export", lambda: handover.run_export(session, dialog))
    dialog.reject()
    table.write_text(table.read_text("utf-8-sig").replace("thing", "matter"), "utf-8-sig")

    handover.import_words(session)
    (given,) = (one for one in session.window.findChildren(ImportDialog) if one.isVisible())
    _measure(session, "import preview", lambda: given.choose(table), busy=lambda: given.plan is None)
    _measure(session, "import", given._go.click)
    history.undo(desk)
    _watch_folder(session, folder)
    list(remove_root(desk, folder))


def _watch_folder(session: "Session", folder: Path) -> None:
    """Photos come into a folder while it is watched, from a process of another program."""

    with session.desk.library.read() as connection:
        place = connection.exec_driver_sql("SELECT id FROM folder WHERE path = ?", (os.fsencode(folder),)).scalar_one()

    def arrived() -> int:
        with session.desk.library.read() as connection:
            return int(
                connection.exec_driver_sql("SELECT count(*) FROM photo WHERE folder_id = ?", (place,)).scalar_one()
            )

    small = folder / "small.jpg"
    Image.open(SAMPLES / "dahlia.jpg").resize((160, 120)).save(small)
    session._new_photos.timeout.disconnect()  # the models have a measurement of their own
    session.watch()
    pause(SETTLE_MS)
    other = [sys.executable, "-c", COPYING, str(small), str(ARRIVING)]
    copying: list[subprocess.Popen[bytes]] = []
    _measure(
        session,
        "watch",
        lambda: copying.append(subprocess.Popen(other)),
        busy=lambda: arrived() < EMBEDDED + 1 + ARRIVING,
    )
    copying[0].wait()


def _measure(
    session: "Session", what: str, begin: Callable[[], object], busy: Callable[[], bool] | None = None
) -> None:
    busy = busy or (lambda: session.work.busy)
    bar = session.window.grid.verticalScrollBar()
    until(lambda: not session.work.busy and session.desk.idle)
    pause(SETTLE_MS)
    begun, frames = time.monotonic(), 0
    turns = watch()
    begin()
    while busy():
        frames += 1
        bar.setValue(frames * 97)
        session.window.grid.viewport().repaint()
        pause(20)
    tell_stalls(what, turns)
    row(f"{what}: took", (time.monotonic() - begun) * 1000, "")
