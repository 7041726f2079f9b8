"""Embedding in a process of its own: whoever is killed, photos are whole, and the next start finishes what was left."""

import os
import signal
import subprocess
import sys
from argparse import Namespace
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image

from inference.commands import scan_command
from inference.whole_job import find_words
from storage import embed as embedding
from storage import embed_report, embed_undo, file_journal, history, job_process, ordered_jobs, photos, review
from storage.file_journal import FileJournal, Outcome
from storage.job import Job, KnownError, Progress
from storage.job_process import run_elsewhere
from storage.library import Library
from storage.metadata import durable, in_place, write
from storage.metadata.containers.base import FileBytes
from storage.scan import scan
from storage.schema import PhotoState
from tests.storage.photo_maker import jpeg

PHOTOS = 24
"""More than are written while one progress is told."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "photos"
    made.mkdir()
    for number in range(PHOTOS):
        (made / f"{number:02}.jpg").write_bytes(jpeg(number))
    return made


@pytest.fixture
def library(tmp_path: Path, folder: Path) -> Iterator[Library]:
    with Library(tmp_path / "test.altfolio") as opened:
        list(scan(opened, [folder]))
        with opened.read() as connection:
            every = connection.exec_driver_sql("SELECT id FROM photo").scalars().all()
        review.set_text(opened, list(every), "A grey square.")
        yield opened


def content(folder: Path) -> dict[str, bytes]:
    """All files, what a crash left behind included."""
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def photos_are_whole(folder: Path) -> None:
    for path in folder.glob("*.jpg"):
        with Image.open(path) as picture:
            picture.load()


def states(library: Library) -> list[PhotoState]:
    with library.read() as connection:
        every = connection.exec_driver_sql("SELECT id FROM photo").scalars().all()
        return [row.state for row in photos.rows(connection, list(every))]


def under_way(library: Library) -> int:
    with library.read() as connection:
        rows = connection.exec_driver_sql(f"SELECT count(*) FROM file_write WHERE done = {int(Outcome.UNDER_WAY)}")
        return int(rows.scalar_one())


def finish_and_take_back(library: Library, folder: Path, before: dict[str, bytes]) -> None:
    """The next embedding writes what is left, leaves nothing behind, and all of it can be taken back."""
    list(run_elsewhere(library, ordered_jobs.embed))
    assert set(states(library)) == {PhotoState.EMBEDDED}
    assert content(folder).keys() == before.keys()
    assert under_way(library) == 0
    list(run_elsewhere(library, remove_all))
    assert content(folder) == before
    assert set(states(library)) == {PhotoState.APPROVED}


def remove_all(library: Library) -> Job:
    return embed_undo.remove_all(library)


def test_what_it_writes_is_what_it_would_write_here(library: Library, folder: Path) -> None:
    before = content(folder)
    (folder / "00.jpg").write_bytes(b"no photo")
    told = list(run_elsewhere(library, ordered_jobs.embed))
    assert (told[0].done, told[0].total) == (0, PHOTOS)
    assert (told[-1].done, told[-1].total, told[-1].problems) == (PHOTOS, PHOTOS, 1)
    assert states(library).count(PhotoState.EMBEDDED) == PHOTOS - 1
    with library.read() as connection:
        report = embed_report.last(connection)
        step = history.last_step(connection)
    assert report is not None and report.counts() == {"failed": 1, "written": PHOTOS - 1}
    assert step is not None and (step.kind, step.label) == ("embed", f"embed {PHOTOS} photos")
    (folder / "00.jpg").write_bytes(before["00.jpg"])
    told = list(run_elsewhere(library, ordered_jobs.undo_embedding, step.id))
    assert (told[0].stage, told[-1].done, told[-1].problems) == ("undo", PHOTOS - 1, 0)
    assert content(folder) == before
    list(run_elsewhere(library, ordered_jobs.redo_embedding, step.id))
    assert set(states(library)) == {PhotoState.EMBEDDED}


def test_a_photo_that_is_no_longer_approved_when_it_is_its_turn_is_not_written(library: Library, folder: Path) -> None:
    before = content(folder)
    job = run_elsewhere(library, ordered_jobs.embed)
    next(job)  # which photos are approved has been asked; it waits for leave to go on
    with library.read() as connection:
        every = connection.exec_driver_sql("SELECT id FROM photo").scalars().all()
    review.set_text(library, list(every), "")
    assert list(job)[-1].problems == 0
    assert content(folder) == before


def die(*_: object, **__: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def embed_and_die(library: Library, place: str) -> Job:
    """An embedding that is killed at a place of the protocol."""
    if place == "after":
        FileJournal.done = die  # type: ignore[method-assign]
    elif place == "before":
        durable.take_place = die  # type: ignore[assignment, attr-defined]
    elif place == "in place":
        in_place._overwrite = _write_half  # type: ignore[assignment]
    else:
        os.fsync = die
    yield from embedding.embed(library)


def _write_half(path: Path, content: FileBytes, *_: object) -> None:
    with path.open("r+b", buffering=0) as file:
        file.write(content[: len(content) // 2])
        os.fsync(file.fileno())
    die()


@pytest.mark.parametrize("place", ["fsync", "before", "after", "in place"])
def test_a_process_killed_in_the_middle_harms_no_photo_and_is_told(
    library: Library, folder: Path, tmp_path: Path, place: str
) -> None:
    before = content(folder)
    if place == "in place":
        for number in range(PHOTOS):
            os.link(folder / f"{number:02}.jpg", tmp_path / f"{number}.jpg")
    with pytest.raises(KnownError, match="stopped by the system"):
        list(run_elsewhere(library, embed_and_die, place))
    if place != "in place":  # half of it is there until the next start, and the other half safe beside the library
        photos_are_whole(folder)
    assert (under_way(library) > 0) == (place != "fsync"), "a new file is flushed before the intent is written down"
    finish_and_take_back(library, folder, before)


def embed_and_say_who(library: Library) -> Job:
    job_process.INTERVAL_S = 0.0  # every step waits for the one who asked
    yield Progress(stage="embed", done=0, item=str(os.getpid()))
    yield from embedding.embed(library)


def test_a_process_killed_from_outside_harms_no_photo(library: Library, folder: Path) -> None:
    before = content(folder)
    job = run_elsewhere(library, embed_and_say_who)
    number = int(next(job).item)
    with pytest.raises(KnownError, match="stopped by the system"):
        for progress in job:
            if progress.done:
                os.kill(number, signal.SIGKILL)
    photos_are_whole(folder)
    assert PhotoState.APPROVED in states(library)
    finish_and_take_back(library, folder, before)


def start_window(library: Library, folder: Path) -> None:
    job = find_words(library, [folder])
    next(job)
    job.close()


def scan_from_the_shell(library: Library, folder: Path) -> None:
    assert scan_command(library, Namespace(folders=[folder])) == 0


@pytest.mark.parametrize("start", [start_window, scan_from_the_shell])
@pytest.mark.parametrize("place", ["nowhere", "after"])
def test_a_start_after_a_crash_finishes_what_was_begun_before_it_looks_for_changes(
    library: Library, folder: Path, place: str, start: Callable[[Library, Path], None]
) -> None:
    before = content(folder)
    if place == "after":
        with pytest.raises(KnownError):
            list(run_elsewhere(library, embed_and_die, place))
        assert under_way(library) > 0
    (folder / ".00.jpg.0123abcd.altfolio-tmp").write_bytes(b"left")
    with library.write() as block:  # as an embedding that was killed leaves it
        block.connection.exec_driver_sql(
            "INSERT OR REPLACE INTO setting (key, value) VALUES (?, ?)",
            (file_journal.WRITING, file_journal.folders_json([folder])),
        )
    start(library, folder)
    assert under_way(library) == 0
    assert content(folder).keys() == before.keys()
    assert (PhotoState.EMBEDDED in states(library)) == (place == "after")
    finish_and_take_back(library, folder, before)


WINDOW = """
import os, signal, sys
from pathlib import Path
from storage import ordered_jobs
from storage.job_process import run_elsewhere
from storage.library import Library
for progress in run_elsewhere(Library(Path(sys.argv[1])), ordered_jobs.embed):
    if progress.done >= int(sys.argv[2]):
        os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.parametrize("done", [0, 1])
def test_whoever_asked_is_killed_while_the_process_writes(library: Library, folder: Path, done: int) -> None:
    before = content(folder)
    # The process inherits the standard error: it has ended when that does.
    killed = subprocess.run(
        [sys.executable, "-c", WINDOW, str(library.path), str(done)], stderr=subprocess.PIPE, timeout=60, check=False
    )
    assert (killed.returncode, killed.stderr) == (-signal.SIGKILL, b"")
    photos_are_whole(folder)
    assert under_way(library) == 0, "what it had begun it has finished"
    assert content(folder).keys() == before.keys()
    with library.read() as connection:
        assert not connection.exec_driver_sql("SELECT * FROM problem").all()
    finish_and_take_back(library, folder, before)


def test_finishing_leaves_alone_what_another_process_finishes_at_that_moment(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between its look at the file and its own word the write is done, by the process that was thought dead."""
    with pytest.raises(KnownError):
        list(run_elsewhere(library, embed_and_die, "after"))

    def finished_meanwhile(*_: object) -> bool:
        with library.write() as block:
            block.connection.exec_driver_sql(f"UPDATE file_write SET done = {int(Outcome.WRITTEN)}")
        return False

    monkeypatch.setattr(write, "happened", finished_meanwhile)
    file_journal.recover(library)
    with library.read() as connection:
        outcomes = connection.exec_driver_sql("SELECT DISTINCT done FROM file_write").scalars().all()
    assert outcomes == [Outcome.WRITTEN]
