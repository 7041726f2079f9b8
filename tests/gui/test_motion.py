"""Whether nothing moves where the desktop asks for that: a real bus, a portal as GNOME's answers, and `gsettings`."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtDBus import QDBusConnection
from PySide6.QtWidgets import QApplication

from gui import motion
from gui.motion import APPEARANCE, GNOME, Motion
from gui.start import follow_motion
from gui.work_bar import WorkBar
from tests.gui.conftest import Until
from tests.system_programs import not_available, require_program

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere Qt knows of the setting")

SYSTEM_PYTHON = "/usr/bin/python3"


class Desktop:
    """A session bus with a settings portal."""

    def __init__(self, **settings: object) -> None:
        self._started: list[subprocess.Popen[str]] = []
        bus = self._start("dbus-daemon", "--session", "--nofork", "--print-address=1")
        assert bus.stdout is not None
        self.address = bus.stdout.readline().strip()
        script = Path(__file__).with_name("settings_portal.py")
        self._portal = self._start(SYSTEM_PYTHON, script, json.dumps(settings))
        assert self._portal.stdout is not None
        assert self._portal.stdout.readline().strip() == "ready"

    def _start(self, *command: object) -> "subprocess.Popen[str]":
        environment = {**os.environ, "DBUS_SESSION_BUS_ADDRESS": getattr(self, "address", "")}
        process = subprocess.Popen(
            [str(part) for part in command],
            env=environment,
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self._started.append(process)
        return process

    def change(self, setting: tuple[str, str], value: object) -> None:
        assert self._portal.stdin is not None
        self._portal.stdin.write(f"{json.dumps([*setting, value])}\n")
        self._portal.stdin.flush()

    def close(self) -> None:
        QDBusConnection.disconnectFromBus("window")
        for process in reversed(self._started):
            process.terminate()
            process.communicate()


@pytest.fixture
def desktop(request: pytest.FixtureRequest) -> Iterator[Desktop]:
    require_program("dbus-daemon")
    tried = subprocess.run([SYSTEM_PYTHON, "-c", "from gi.repository import Gio"], capture_output=True)
    if tried.returncode:
        not_available("python3-gi is not installed; `make test` installs it")
    made = Desktop(**request.param)
    yield made
    made.close()


@pytest.fixture
def heard(app: QApplication) -> Iterator[Motion]:
    made = Motion(app)
    yield made
    app.setProperty(motion._ASKS_FOR_NONE, None)
    made.deleteLater()


@pytest.mark.parametrize("desktop", [{GNOME[1]: False}], indirect=True)
def test_gnomes_switch_is_heard_and_followed(desktop: Desktop, heard: Motion, until: Until) -> None:
    bar = WorkBar("Progress")
    heard.changed.connect(bar.settle)
    bar.show_done(0, None)
    assert bar.maximum() == 0, "it moves"
    heard.ask(QDBusConnection.connectToBus(desktop.address, "window"))
    until(motion.asks_for_none)
    assert bar.maximum() == 1, "it stands still"
    desktop.change(GNOME, True)
    until(lambda: not motion.asks_for_none())
    assert bar.maximum() == 0
    desktop.change(APPEARANCE, 1)
    until(motion.asks_for_none)


@pytest.mark.parametrize("desktop", [{APPEARANCE[1]: 1, GNOME[1]: True}], indirect=True)
def test_newer_portals_have_a_setting_for_all_desktops(desktop: Desktop, heard: Motion, until: Until) -> None:
    heard.ask(QDBusConnection.connectToBus(desktop.address, "window"))
    until(motion.asks_for_none)
    desktop.change(APPEARANCE, 0)
    until(lambda: not motion.asks_for_none())


def test_without_a_portal_gsettings_is_asked(
    heard: Motion, until: Until, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "gsettings"
    program.write_text('#!/bin/sh\n[ "$*" = "get org.gnome.desktop.interface enable-animations" ] && echo false\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    heard.ask(QDBusConnection("nowhere"))
    until(motion.asks_for_none)


def test_bars_that_move_already_stop(app: QApplication) -> None:
    bar = WorkBar("Progress")
    bar.show_done(0, None)
    made = follow_motion(app)
    made._take(GNOME, value=False)
    assert bar.maximum() == 1
    made._take(GNOME, value=True)
    assert bar.maximum() == 0
    made.deleteLater()
    app.setProperty(motion._ASKS_FOR_NONE, None)
