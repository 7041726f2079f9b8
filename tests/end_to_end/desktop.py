"""A desktop of its own for one test: X server, session bus, AT-SPI, window manager, if wanted the Orca screen reader.

Nothing of the user's desktop is touched: the X display, the bus, HOME and the runtime folder are private. Every wait
has a deadline and says what it waited for.
"""

import json
import os
import pty
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import tty
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

REPOSITORY = Path(__file__).parents[2]

PROGRAMS = ("Xvfb", "xdotool", "openbox", "dbus-daemon")
ORCA_PROGRAMS = ("orca", "speech-dispatcher")
LAUNCHERS = ("/usr/libexec/at-spi-bus-launcher", "/usr/lib/at-spi2-core/at-spi-bus-launcher")

SPOKEN = re.compile(r"SPEECH OUTPUT: '(.*)'(?:\s*\{.*\})?\s*$")

SPEECH_CONFIGURATION = 'LogLevel 3\nAudioOutputMethod "libao"\nAddModule "dummy" "sd_dummy" ""\nDefaultModule dummy\n'


def missing(*, orca: bool = False) -> str:
    """Which system packages are not there, as a reason to skip; "" where all are."""
    absent = [name for name in (*PROGRAMS, *(ORCA_PROGRAMS if orca else ())) if shutil.which(name) is None]
    if not any(Path(launcher).exists() for launcher in LAUNCHERS):
        absent.append("at-spi2-core")
    python = Path("/usr/bin/python3")
    # Without a bus the module ends the interpreter with a signal, which still proves that it is there.
    tried = subprocess.run([python, "-c", "import pyatspi"], capture_output=True) if python.exists() else None
    if tried is None or tried.returncode > 0:
        absent.append("python3-pyatspi")
    return f"not installed: {', '.join(absent)}" if absent else ""


def until(condition: Callable[[], Any], what: str, seconds: float = 30.0) -> Any:
    """Wait for a condition; its value.

    Raises:
        TimeoutError: it did not come true in time.
    """
    end, pause = time.monotonic() + seconds, threading.Event()
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise TimeoutError(f"waited {seconds:.0f} s for {what}")
        pause.wait(0.03)


class Desktop:
    """A private desktop with one program on it.

    Attributes:
        environment: of everything that runs on it.
    """

    def __init__(self, folder: Path, *, orca: bool = False) -> None:
        self._folder = folder
        # Not in the test's folder: the path of a socket has at most 107 bytes.
        self._runtime = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        self._orca = orca
        self._processes: list[subprocess.Popen[Any]] = []
        self._client: subprocess.Popen[str] | None = None
        self._keyboard: subprocess.Popen[str] | None = None
        self._speech = folder / "orca.log"
        self._terminal: int | None = None
        self._errors = folder / "program.err"
        self.environment = dict(os.environ)

    def __enter__(self) -> "Desktop":
        try:
            self._start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        for process in reversed(self._processes):
            try:
                os.killpg(process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            process.wait()
            for stream in (process.stdin, process.stdout):
                if stream is not None:
                    stream.close()
        if self._terminal is not None:
            os.close(self._terminal)
        self._runtime.cleanup()

    def _run(self, *command: object, **options: Any) -> "subprocess.Popen[Any]":
        options.setdefault("stdout", subprocess.DEVNULL)
        options.setdefault("stderr", subprocess.DEVNULL)
        process = subprocess.Popen(
            [str(part) for part in command], env=self.environment, start_new_session=True, **options
        )
        self._processes.append(process)
        return process

    def _start(self) -> None:
        home = self._folder / "home"
        home.mkdir()
        for name in ("WAYLAND_DISPLAY", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "QT_QPA_PLATFORM"):
            self.environment.pop(name, None)
        self.environment.update(
            HOME=str(home),
            XDG_RUNTIME_DIR=self._runtime.name,
            QT_LINUX_ACCESSIBILITY_ALWAYS_ON="1",
            QT_QPA_PLATFORM="xcb",
            LC_ALL="C.UTF-8",
            NO_AT_BRIDGE="0",
        )
        self._start_display()
        self._start_bus()
        launcher = next(launcher for launcher in LAUNCHERS if Path(launcher).exists())
        self._run(launcher, "--launch-immediately")
        self._window_manager = self._run("openbox")
        until(lambda: self._xdotool("get_num_desktops").strip(), "the window manager")
        if self._orca:
            self._start_orca()

    def _start_display(self) -> None:
        read, write = os.pipe()
        self._run("Xvfb", "-displayfd", write, "-screen", "0", "1280x900x24", "-nolisten", "tcp", pass_fds=(write,))
        os.close(write)
        with os.fdopen(read) as pipe:
            self.environment["DISPLAY"] = f":{pipe.readline().strip()}"

    def _start_bus(self) -> None:
        bus = self._run("dbus-daemon", "--session", "--nofork", "--print-address=1", stdout=subprocess.PIPE, text=True)
        assert bus.stdout is not None
        self.environment["DBUS_SESSION_BUS_ADDRESS"] = bus.stdout.readline().strip()

    def _start_orca(self) -> None:
        configuration = self._folder / "speech"
        configuration.mkdir()
        (configuration / "speechd.conf").write_text(SPEECH_CONFIGURATION)
        self._run("speech-dispatcher", "-s", "-t", "0", "-C", configuration, "-L", self._folder)
        socket = Path(self._runtime.name, "speech-dispatcher", "speechd.sock")
        until(socket.exists, "speech-dispatcher")
        # Orca never flushes its log, so what it said last would be missing from a file; a terminal gets it by line.
        try:
            heard, told = pty.openpty()
        except OSError as error:
            pytest.skip(f"Orca is heard through a pseudo-terminal, which this system does not give: {error}")
        tty.setraw(told)
        with self._speech.open("wb") as log:
            self._run("cat", stdin=heard, stdout=log)
        self._run("orca", "--replace", "--debug-file", os.ttyname(told))
        os.close(heard)
        self._terminal = told
        until(lambda: any("Screen reader on" in said for said in self.said()), "Orca to begin", 45)

    # the program

    def open(self, library: Path, *options: str) -> None:
        """Open the window on a library and wait until it is active; for the options see `open_window`."""
        with self._errors.open("w") as errors:
            command = (sys.executable, "-m", "tests.end_to_end.open_window", library, *options)
            program = self._run(*command, cwd=REPOSITORY, stderr=errors)
        try:
            until(self._activate, "the window to be active", 60)
        except TimeoutError as error:
            ended = [process.args for process in self._processes if process.poll() is not None]
            seen = f"ended {ended}, windows {self._windows()}, active {self._xdotool('getactivewindow').strip()!r}"
            raise TimeoutError(
                f"{error}; {seen}; exit code {program.poll()}; {self._errors.read_text()[-1500:]}"
            ) from error

    def _windows(self) -> list[str]:
        return self._xdotool("search", "--onlyvisible", "--name", "Altfolio$").split()

    def _activate(self) -> bool:
        if self._window_manager.poll() is not None:
            self._window_manager = self._run("openbox")
        windows = self._windows()
        if not windows or self._xdotool("getactivewindow").strip() not in windows:
            for window in windows:
                self._xdotool("windowactivate", window)
            return False
        return not self._orca or any("Altfolio" in said for said in self.said())

    def _xdotool(self, *arguments: str) -> str:
        return subprocess.run(["xdotool", *arguments], env=self.environment, capture_output=True, text=True).stdout

    def key(self, *keys: str) -> None:
        """Press keys, by the names of X: "Right", "ctrl+e"; at once, without the start of a program in between."""
        self._press(f"key --delay 0 {' '.join(keys)}")

    def type(self, text: str) -> None:
        """Type a text, after the keys that were pressed before."""
        self._press(f'type --delay 8 "{text}"')

    def _press(self, command: str) -> None:
        """Give all keys to one program: of two, the later one may be the first to press."""
        if self._keyboard is None:
            self._keyboard = self._run("xdotool", "-", stdin=subprocess.PIPE, text=True)
        assert self._keyboard.stdin is not None
        self._keyboard.stdin.write(f"{command}\n")
        self._keyboard.stdin.flush()

    def rest(self, seconds: float) -> None:
        """Do nothing, as a person who looks."""
        threading.Event().wait(seconds)

    # what a screen reader sees and says

    def ask(self, do: str, **what: str) -> Any:
        """One question to the accessibility bus; see `atspi_client`."""
        if self._client is None:
            client = Path(__file__).with_name("atspi_client.py")
            self._client = self._run(
                "/usr/bin/python3", client, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
            )
        assert self._client.stdin is not None
        assert self._client.stdout is not None
        self._client.stdin.write(json.dumps({"do": do, **what}) + "\n")
        self._client.stdin.flush()
        reply = json.loads(self._client.stdout.readline())
        return reply.get("answer")

    def find(self, role: str, name: str, seconds: float = 30.0) -> Any:
        """Wait for an object with this role and name."""
        return until(lambda: self.ask("find", role=role, name=name), f"{role} “{name}”", seconds)

    def announced(self, *lines: str) -> list[tuple[int, str]]:
        """Have lines announced by `announce`, and say how each arrived on the bus: politeness and text."""
        heard: list[tuple[int, str]] = []
        ears = self._run(
            "/usr/bin/python3", Path(__file__).with_name("hear_announcements.py"), stdout=subprocess.PIPE, text=True
        )
        assert ears.stdout is not None
        assert ears.stdout.readline().strip() == "ready"
        threading.Thread(
            target=lambda: heard.extend(map(tuple, map(json.loads, ears.stdout or ()))), daemon=True
        ).start()
        program = self._run(
            sys.executable, "-m", "tests.end_to_end.announce", cwd=REPOSITORY, stdin=subprocess.PIPE, text=True
        )
        assert program.stdin is not None
        for line in lines:

            def told(line: str = line) -> bool:
                assert program.stdin is not None
                program.stdin.write(f"{line}\n")  # again, until the bus has taken the window in
                program.stdin.flush()
                self.rest(0.2)
                return any(text == line.removeprefix("!") for _, text in heard)

            until(told, f"“{line}” to be announced")
        return list(dict.fromkeys(heard))

    def focused(self) -> Any:
        """The innermost named object that has the focus, or None."""
        found = [thing for thing in self.ask("focused") or () if thing["name"]]
        return found[-1] if found else None

    def said(self) -> list[str]:
        """Everything Orca has said so far."""
        if not self._speech.exists():
            return []
        lines = self._speech.read_text(errors="replace").splitlines()
        return [match.group(1) for line in lines if (match := SPOKEN.search(line))]

    def hear(self, words: str, after: int = 0, seconds: float = 30.0) -> int:
        """Wait until Orca says these words.

        Args:
            after: utterances that are passed over.

        Returns:
            the number of utterances up to the one with the words.
        """

        def heard() -> int:
            for number, said in enumerate(self.said()):
                if number >= after and words in said:
                    return number + 1
            return 0

        try:
            return int(until(heard, f"Orca to say “{words}”", seconds))
        except TimeoutError as error:
            raise TimeoutError(f"{error}; it said {self.said()[after:]}") from error
