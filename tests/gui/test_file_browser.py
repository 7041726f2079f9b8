"""Showing a file in the file manager: on a real bus with one that answers, one that hangs, and none."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QProcess, QUrl
from PySide6.QtDBus import QDBusConnection
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QApplication

from gui import file_browser
from gui.file_browser import FileBrowser
from tests.gui.conftest import Until
from tests.system_programs import not_available, require_program

SYSTEM_PYTHON = "/usr/bin/python3"

PHOTO = Path("/photos/A trip/100 % näh.jpg")

on_linux = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there is no session bus")


class Bus:
    """A session bus of its own; `serve` puts a file manager on it."""

    def __init__(self) -> None:
        self._started: list[subprocess.Popen[str]] = []
        daemon = self._start("dbus-daemon", "--session", "--nofork", "--print-address=1", address="")
        assert daemon.stdout is not None
        self.address = daemon.stdout.readline().strip()
        self.connection = QDBusConnection.connectToBus(self.address, "shows files")

    def _start(self, *command: object, address: str) -> "subprocess.Popen[str]":
        process = subprocess.Popen(
            [str(part) for part in command],
            env={**os.environ, "DBUS_SESSION_BUS_ADDRESS": address},
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self._started.append(process)
        return process

    def serve(self, *how: str) -> "subprocess.Popen[str]":
        script = Path(__file__).with_name("file_browser_service.py")
        process = self._start(SYSTEM_PYTHON, script, *how, address=self.address)
        assert process.stdout is not None
        assert process.stdout.readline().strip() == "ready"
        return process

    def close(self) -> None:
        QDBusConnection.disconnectFromBus("shows files")
        for process in reversed(self._started):
            process.terminate()
            process.communicate()


@pytest.fixture
def bus() -> Iterator[Bus]:
    require_program("dbus-daemon")
    tried = subprocess.run([SYSTEM_PYTHON, "-c", "from gi.repository import Gio"], capture_output=True)
    if tried.returncode:
        not_available("python3-gi is not installed; `make test` installs it")
    made = Bus()
    yield made
    made.close()


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Folders that were opened instead."""
    found: list[str] = []

    def open_url(url: QUrl) -> bool:
        found.append(url.toLocalFile())
        return True

    monkeypatch.setattr(QDesktopServices, "openUrl", open_url)
    return found


@pytest.fixture
def manager(app: QApplication) -> Iterator[FileBrowser]:
    made = FileBrowser(app)
    yield made
    made.deleteLater()


@on_linux
def test_the_file_itself_is_shown(bus: Bus, manager: FileBrowser, opened: list[str], until: Until) -> None:
    service = bus.serve()
    manager.show_file(PHOTO, bus.connection)
    until(lambda: not manager._calls)
    assert service.stdout is not None
    assert json.loads(service.stdout.readline()) == [["file:///photos/A%20trip/100%20%25%20n%C3%A4h.jpg"], ""]
    assert opened == []


@on_linux
def test_without_a_file_manager_on_the_bus_the_folder_is_opened(
    bus: Bus, manager: FileBrowser, opened: list[str], until: Until
) -> None:
    manager.show_file(PHOTO, bus.connection)
    until(lambda: opened)
    manager.show_file(PHOTO, QDBusConnection("nowhere"))
    assert opened == ["/photos/A trip"] * 2


@on_linux
def test_a_file_manager_that_hangs_does_not_stop_the_window(
    bus: Bus, manager: FileBrowser, opened: list[str], until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file_browser, "ANSWER_MS", 200)
    service = bus.serve("hangs")
    manager.show_file(PHOTO, bus.connection)
    assert manager._calls, "it came back before there was an answer"
    assert opened == []
    until(lambda: opened)
    assert opened == ["/photos/A trip"]
    assert service.poll() is None


@pytest.mark.parametrize(
    ("system", "command"),
    [("win32", ["explorer", "/select,", str(PHOTO)]), ("darwin", ["open", "-R", str(PHOTO)])],
)
def test_elsewhere_the_systems_own_command_shows_it(
    system: str, command: list[str], manager: FileBrowser, opened: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[list[str]] = []

    def start(program: str, arguments: list[str]) -> tuple[bool, int]:
        started.append([program, *arguments])
        return len(started) == 1, 0

    monkeypatch.setattr(sys, "platform", system)
    monkeypatch.setattr(QProcess, "startDetached", start)
    manager.show_file(PHOTO)
    assert (started, opened) == ([command], [])
    manager.show_file(PHOTO)
    assert opened == ["/photos/A trip"]


def test_where_nothing_can_be_opened_the_place_is_said(manager: FileBrowser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda _url: False)
    said: list[str] = []
    manager.failed.connect(said.append)
    manager.open_folder(PHOTO)
    assert said == ["No file manager could be opened. The photo is in /photos/A trip."]
