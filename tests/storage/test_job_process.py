"""A job in a process of its own: all that it tells and changes arrives, and it ends with the one who asked for it."""

import contextlib
import os
import signal
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from main import broken_rules
from storage import settings, text_rules
from storage.job import Job, KnownError, Progress
from storage.job_process import run_elsewhere
from storage.library import Changes, Library

KEY = "test"


def count(library: Library, total: int) -> Job:
    """A job that writes its process and how far it is."""
    done = 0
    try:
        for done in range(1, total + 1):
            with library.write() as block:
                block.touch(done)
            yield Progress(stage="scan", done=done, total=total)
    finally:
        note(library, f"{os.getpid()} {done} {text_rules.known()}")


def note(library: Library, words: str) -> None:
    with library.write() as block:
        block.connection.exec_driver_sql("INSERT OR REPLACE INTO setting (key, value) VALUES (?, ?)", (KEY, words))
        block.settings_changed()


def noted(library: Library) -> list[str]:
    with library.read() as connection:
        words = connection.exec_driver_sql("SELECT value FROM setting WHERE key = ?", (KEY,)).scalar()
    return str(words).split()


def full(_: Library) -> Job:
    yield Progress(stage="scan", done=1)
    raise KnownError("The disk is full.")


def wrong(_: Library) -> Job:
    yield Progress(stage="scan", done=1)
    raise ZeroDivisionError("oops")


class Unportable(Exception):
    def __init__(self, one: int, two: int) -> None:
        super().__init__(f"{one} and {two}")


def wrong_in_an_own_way(_: Library) -> Job:
    yield Progress(stage="scan", done=1)
    raise Unportable(1, 2)


def die(_: Library) -> Job:
    yield Progress(stage="scan", done=1)
    os.kill(os.getpid(), signal.SIGKILL)


def talk(_: Library) -> Job:
    print("what nobody asked for", flush=True)
    os.write(1, b"nor this")
    yield Progress(stage="scan", done=1)


def test_every_change_is_heard_and_the_last_progress_is_told(library: Library) -> None:
    heard: list[Changes] = []
    library.listen(heard.append)
    told = list(run_elsewhere(library, count, 500))
    assert told[-1] == Progress(stage="scan", done=500, total=500)
    assert [p.done for p in told] == sorted({p.done for p in told})
    assert len(told) < 500
    assert set().union(*(changes.photos for changes in heard)) == set(range(1, 501))
    assert heard[-1].settings
    assert noted(library)[0] != str(os.getpid())


def test_it_stands_still_until_its_progress_is_taken_and_stops_when_it_is_closed(library: Library) -> None:
    heard: list[Changes] = []
    library.listen(heard.append)
    job = run_elsewhere(library, count, 1_000_000)
    first = next(job)
    job.close()
    _, done, _ = noted(library)
    assert first.done <= int(done) < 1_000_000
    assert set().union(*(changes.photos for changes in heard)) == set(range(1, int(done) + 1))
    assert heard[-1].settings, "what it changes while it stops is heard, too"


def test_failures_are_those_of_the_job(library: Library) -> None:
    with pytest.raises(KnownError, match=r"^The disk is full\.$"):
        list(run_elsewhere(library, full))
    with pytest.raises(ZeroDivisionError, match="oops") as bug:
        list(run_elsewhere(library, wrong))
    assert "in wrong" in bug.value.__notes__[0]
    with pytest.raises(RuntimeError, match="Unportable: 1 and 2"):
        list(run_elsewhere(library, wrong_in_an_own_way))


def test_a_process_that_dies_is_told_as_a_sentence(library: Library) -> None:
    with pytest.raises(KnownError, match="stopped by the system"):
        list(run_elsewhere(library, die))


def test_what_it_prints_does_not_get_between_its_answers(library: Library) -> None:
    assert [p.done for p in run_elsewhere(library, talk)] == [1]


def test_texts_are_judged_by_the_same_rules(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    list(run_elsewhere(library, count, 1))
    assert noted(library)[2] == "False"
    monkeypatch.setattr(text_rules, "_used", [broken_rules])
    list(run_elsewhere(library, count, 1))
    assert noted(library)[2] == "True"


@pytest.mark.parametrize("cause", ["no Python", "refused"])
def test_where_no_process_can_be_started_the_job_runs_here(
    library: Library, monkeypatch: pytest.MonkeyPatch, cause: str
) -> None:
    if cause == "no Python":
        monkeypatch.setattr(sys, "executable", "")
    else:
        monkeypatch.setattr(sys, "executable", "/nowhere/python")
    assert list(run_elsewhere(library, count, 3))[-1].done == 3
    assert noted(library)[0] == str(os.getpid())


def test_it_sees_what_was_written_before_and_leaves_the_terminal_to_the_window(library: Library) -> None:
    settings.save(library, language="de")
    assert [p.item for p in run_elsewhere(library, language_and_group)] == ["de True"]


def language_and_group(library: Library) -> Job:
    with library.read() as connection:
        language = settings.load(connection).language
    yield Progress(stage="scan", done=1, item=f"{language} {os.getpgid(0) == os.getpid()}")


def hold(library: Library, begun: Path, end: Path) -> Job:
    """Keep the library's write lock from the moment that a pipe is read until another one is written to."""
    with library.write() as block:
        block.touch(1)
        begun.write_text("begun")
        end.read_text()
    yield Progress(stage="import", done=1)


def test_an_edit_waits_for_a_job_of_ours_however_long_that_writes(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.library.BUSY_TIMEOUT_MS", 20)
    begun, end = tmp_path / "begun", tmp_path / "end"
    for pipe in (begun, end):
        os.mkfifo(pipe)
    with ThreadPoolExecutor(2) as pool:
        job = pool.submit(list, run_elsewhere(library, hold, begun, end))
        begun.read_text()
        edit = pool.submit(note, library, "an edit")
        with pytest.raises(TimeoutError):
            edit.result(timeout=0.5)
        end.write_text("end")
        edit.result()
        assert [progress.done for progress in job.result()] == [1]
    assert noted(library) == ["an", "edit"]


def test_nobody_else_is_waited_for_that_long(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storage.library.BUSY_TIMEOUT_MS", 20)
    with (
        contextlib.closing(sqlite3.connect(library.path, isolation_level=None)) as other,
        pytest.raises(KnownError, match="Another program has been using"),
    ):
        other.execute("BEGIN IMMEDIATE")
        note(library, "an edit")


def test_it_ends_when_the_window_has_died(tmp_path: Path) -> None:
    """The one who asks is killed in the middle; the job notices at its next progress and stops."""
    place = tmp_path / "killed.altfolio"
    program = (
        "import os, signal, sys; from pathlib import Path\n"
        "from storage.library import Library; from storage.job_process import run_elsewhere\n"
        "from tests.storage.test_job_process import count\n"
        "next(run_elsewhere(Library(Path(sys.argv[1])), count, 1_000_000))\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    # The process inherits the standard error: it has ended when that does.
    done = subprocess.run([sys.executable, "-c", program, str(place)], stderr=subprocess.PIPE, timeout=60, check=False)
    assert done.returncode == -signal.SIGKILL
    with Library(place) as library:
        assert int(noted(library)[1]) < 1_000_000
