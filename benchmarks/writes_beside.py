"""The longest stall of the window's event loop while a job writes: an embedding, its undo, an export, an import.

Part of `benchmarks.window_speed`; each job begins as a person begins it, by its dialog or action, while the grid is
scrolled. What is told of each is the longest stall and what the frames cost.
"""

import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.looped import pause, row, tell_stalls, until, watch

if TYPE_CHECKING:
    from gui.app import Session

SAMPLES = Path(__file__).parents[1] / "resources" / "samples"

EMBEDDED = 300
"""Photos that are written; with few the job is over before the scrolling has come anywhere."""

EXPORTED = 10_000
"""Photos that are exported and imported again with another text: half a minute."""

SETTLE_MS = 2_000
"""Before each job: what the one before it changed is listed and counted anew."""


def write_beside(session: "Session", library: Path) -> None:
    """Measure every kind of job that writes, one after the other."""
    from gui import handover
    from gui.dialogs.export_dialog import ExportDialog, Scope
    from gui.dialogs.import_dialog import ImportDialog
    from gui.embed_dialog import open_dialog
    from storage import history, review
    from storage.scan import remove_root, scan

    desk, folder, table = session.desk.library, library.with_suffix(".written"), library.with_suffix(".csv")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    originals = [p for p in sorted(SAMPLES.iterdir()) if p.suffix in {".jpg", ".png", ".webp"}]
    for number in range(EMBEDDED):
        original = originals[number % len(originals)]
        shutil.copy(original, folder / f"{number:04}{original.suffix}")
    list(scan(desk, [folder]))
    with desk.read() as connection:
        found = connection.exec_driver_sql("SELECT id FROM photo ORDER BY id DESC LIMIT ?", (EMBEDDED,)).scalars().all()
    review.set_text(desk, list(found), "A photo to be measured.")

    preview = open_dialog(session)
    _measure(session, "embedding", lambda: preview.wanted.emit(list(found)))
    preview.reject()
    until(lambda: session._undo is not None)
    _measure(session, "undo", session.undo)

    dialog = ExportDialog([Scope("Some", list(session.model.ids)[:EXPORTED])], session.window)
    dialog.choose("csv", table)
    _measure(session, "export", lambda: handover.run_export(session, dialog))
    dialog.reject()
    table.write_text(table.read_text("utf-8-sig").replace("thing", "matter"), "utf-8-sig")

    handover.import_words(session)
    (given,) = (one for one in session.window.findChildren(ImportDialog) if one.isVisible())
    given.choose(table)
    _measure(session, "import preview", lambda: None, busy=lambda: not given._go.isEnabled())
    _measure(session, "import", given._go.click)
    history.undo(desk)
    list(remove_root(desk, folder))


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
