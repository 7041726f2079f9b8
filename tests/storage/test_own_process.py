"""Processes of our own end when they should, and a death is never taken for silence."""

import gc
import marshal
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from storage import own_process
from storage.own_process import Died, OwnProcess, Starter, Team

ECHO = own_process.serving(__name__)


def serve() -> None:
    """Answer each message with itself, its process and what it sees of the world; the main function of a process."""
    starter = Starter()
    print("what nobody asked for", flush=True)
    os.write(1, b"nor this")
    try:
        while True:
            asked = starter.hear()
            if asked == "die":
                os.kill(os.getpid(), signal.SIGKILL)
            if asked == "talk":
                while not starter.gone:
                    starter.tell("talk")
                return
            starter.tell((asked, os.getpid(), os.getpgid(0), os.read(0, 1)))
    except Died:
        return


@pytest.fixture
def echo() -> Iterator[OwnProcess]:
    process = OwnProcess(ECHO)
    yield process
    process.end()


def is_there(number: int) -> bool:
    """Whether a process is there, be it as a zombie."""
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    return True


def test_it_answers_and_has_the_terminal_and_its_input_to_itself(echo: OwnProcess) -> None:
    message = {"photo": 1, "words": "ä" * 100_000}
    answer, number, group, stolen = echo.ask(message)
    assert answer == message
    assert number == echo.number == group != os.getpid()
    assert stolen == b""
    assert echo.ask(None)[0] is None


def test_its_end_leaves_nothing(echo: OwnProcess) -> None:
    echo.ask(1)
    echo.end()
    assert not is_there(echo.number)
    echo.end()
    with pytest.raises(Died):
        echo.ask(1)


def test_one_that_still_talks_is_ended(echo: OwnProcess) -> None:
    """More than a pipe holds was said, and nobody wants to hear it."""
    assert echo.ask("talk") == "talk"
    echo.end()
    assert not is_there(echo.number)


def test_a_death_is_told(echo: OwnProcess) -> None:
    echo.tell("die")
    with pytest.raises(Died):
        echo.hear()
    with pytest.raises(Died):
        echo.ask("again")


@pytest.mark.parametrize("said", ["b''", "b'cut'", "(9).to_bytes(8, 'big') + b'cut'", "b'no message of ours'"])
def test_what_is_cut_off_or_none_of_ours_is_no_message(said: str) -> None:
    process = OwnProcess([sys.executable, "-c", f"import os; os.write(1, {said})"])
    with pytest.raises(Died):
        process.hear()
    process.end()


def test_one_that_can_not_be_started_has_died() -> None:
    with pytest.raises(Died):
        OwnProcess(["/nowhere/python"])


def test_one_that_is_forgotten_is_ended() -> None:
    process = OwnProcess(ECHO)
    number = process.number
    process.ask(1)
    del process
    gc.collect()
    assert not is_there(number)


FORGETFUL = """
import sys
from tests.storage.test_own_process import ECHO
from storage.own_process import OwnProcess
kept = [OwnProcess(ECHO), OwnProcess(ECHO)]
kept[0].tell("talk")
print(*(process.ask(1)[1] for process in kept[1:]), kept[0].number, flush=True)
if sys.argv[1] == "killed":
    import os, signal
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.parametrize("how", ["left", "killed"])
def test_none_outlives_the_one_who_started_it(how: str) -> None:
    # They inherit the standard error: all have ended when that does. Nor do they complain there.
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", FORGETFUL, how], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == (0 if how == "left" else -signal.SIGKILL)
    assert len(done.stdout.split()) == 2
    assert done.stderr.replace("what nobody asked for", "").replace("nor this", "").split() == []


def test_nothing_is_imported_from_the_current_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "pickle.py").write_text("raise SystemExit('a file of the user was run')")
    monkeypatch.chdir(tmp_path)
    process = OwnProcess(ECHO)
    assert process.ask("still there")[0] == "still there"
    process.end()


def test_a_team_has_a_process_for_each_thread_that_asks() -> None:
    team = Team(2, "test", ECHO)
    together = threading.Barrier(2)

    def ask(number: int) -> tuple[int, int]:
        together.wait()
        answer = team.ask(number)
        return answer[0], answer[1]

    answers = list(team.pool.map(ask, range(2)))
    assert [answer for answer, _ in answers] == [0, 1]
    assert {number for _, number in answers} == {process.number for process in team.processes}
    assert len(team.processes) == 2
    assert team.works
    team.close()
    assert not any(is_there(process.number) for process in team.processes)


@pytest.mark.parametrize("command", [["/nowhere/python"], [sys.executable, "-c", "pass"]])
def test_a_team_whose_process_died_asks_no_more(command: list[str]) -> None:
    team = Team(1, "test", command, marshal)
    for _ in range(2):
        with pytest.raises(Died):
            team.pool.submit(team.ask, 1).result()
    assert not team.works
    assert len(team.processes) <= 1
    team.close()


def test_a_program_in_one_file_starts_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert not own_process.possible()
    team = Team(1, "test", ECHO)
    with pytest.raises(Died):
        team.pool.submit(team.ask, 1).result()
    assert team.processes == []
    team.close()
