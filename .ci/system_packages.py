"""Find out which system packages are missing and install them through apt where that is allowed.

A wheel brings Qt but not the libraries Qt loads from the system, and the tests need programs that are not Python's.
Whether something is there is found out by trying it (loading the library, finding the program), never by asking a
package database: so it also works where the package has another name or another origin.

Invariants: apt is not called when nothing is missing; nothing ever waits for an answer; what could not be installed
is named, and it is up to the caller to go on without it.
"""

from __future__ import annotations

import ctypes
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

_LIBRARIES = {  # what libqoffscreen.so, libqxcb.so and the Qt libraries of PySide6 6.11 load: package by library
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libX11-xcb.so.1": "libx11-xcb1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-shm.so.0": "libxcb-shm0",
}

_PROGRAMS = {  # what the tests start: package by program
    "exiftool": "libimage-exiftool-perl",
    "Xvfb": "xvfb",
    "xdotool": "xdotool",
    "openbox": "openbox",
    "dbus-daemon": "dbus",
    "dbus-send": "dbus-bin",
    "orca": "orca",
    "speech-dispatcher": "speech-dispatcher",
    "lsof": "lsof",
    "chromium": "chromium",
}

_PEERS = {  # what the benchmarks compare with: package by program; digiKam can only be measured on a desktop
    "exiftool": "libimage-exiftool-perl",
    "vipsthumbnail": "libvips-tools",
    "find": "findutils",
}

_SYSTEM_PYTHON = "/usr/bin/python3"  # Debian's gi and pyatspi can only be imported by Debian's Python
_PYTHON_LINES = {  # what the AT-SPI client of the tests imports: package by statement
    "import gi": "python3-gi",
    "import gi; gi.require_version('Atspi', '2.0')": "gir1.2-atspi-2.0",
    "import pyatspi": "python3-pyatspi",
}

_FONT_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.fonts", "~/.local/share/fonts")
_LAUNCHER_FOLDERS = ("/usr/libexec", "/usr/lib/at-spi2-core", "/usr/lib/at-spi2")
_UNKNOWN_PACKAGE = re.compile(r"^E: (?:Unable to locate package |Package ')([a-z0-9.+-]+)", re.MULTILINE)
_LOCK_SECONDS = 300  # an unattended upgrade that has just started on a fresh machine takes minutes


@dataclass(frozen=True, slots=True)
class Need:
    """One thing the system has to have, the Debian package that brings it, and how to see whether it is there."""

    name: str
    package: str
    is_there: Callable[[], bool]


def window_needs() -> Iterator[Need]:
    """Yield what Qt needs to show a window, or to draw one where there is no display."""
    for library, package in _LIBRARIES.items():
        yield Need(library, package, partial(_loads, library))
    yield Need("a font", "fonts-dejavu-core", _has_font)


def test_needs() -> Iterator[Need]:
    """Yield what only the tests need: exiftool, a browser, an X server, AT-SPI, a screen reader."""
    for program, package in _PROGRAMS.items():
        yield Need(program, package, partial(_has_program, program))
    yield Need("at-spi-bus-launcher", "at-spi2-core", _has_bus_launcher)
    for line, package in _PYTHON_LINES.items():
        yield Need(f"{_SYSTEM_PYTHON}: {line}", package, partial(_python_runs, line))


def peer_needs() -> Iterator[Need]:
    """Yield the programs that the benchmarks compare with; what is missing is left out of their table."""
    for program, package in _PEERS.items():
        yield Need(program, package, partial(_has_program, program))


def ensure(needs: Iterable[Need]) -> list[Need]:
    """Install what is missing where apt is there and allowed, and return what is missing after that.

    Prints the packages it installs before it does so, and those it could not install.
    """
    wanted = list(needs)
    missing = [need for need in wanted if not need.is_there()]
    if missing and _apt_prefix() is not None:
        install([need.package for need in missing])
        missing = [need for need in missing if not need.is_there()]
    if missing:
        _say("Missing on this system: " + ", ".join(need.name for need in missing))
        _say("To install them on Debian or Ubuntu: sudo apt install " + _listed(missing))
    return missing


def install(packages: Iterable[str]) -> bool:
    """Install Debian packages through apt; return whether all could be installed, False where apt is not allowed."""
    names = sorted(set(packages))
    prefix = _apt_prefix()
    if prefix is None:
        return False
    _say(f"Installing through apt: {' '.join(names)}")
    _refresh(tuple(prefix))
    command = [*prefix, "install", "-qq", "-y", "--no-install-recommends"]
    ended = _call([*command, *names])
    unknown = set(_UNKNOWN_PACKAGE.findall(ended.stderr))
    if ended.returncode != 0 and unknown:  # a name this release doesn't have would keep all others out
        ended = _call([*command, *(name for name in names if name not in unknown)])
    if ended.returncode != 0:
        _say(ended.stderr)
    return ended.returncode == 0 and not unknown


def _apt_prefix() -> list[str] | None:
    apt = shutil.which("apt-get")
    if apt is None:
        return None
    settings = ["-o", f"DPkg::Lock::Timeout={_LOCK_SECONDS}", "-o", "Acquire::Retries=3", "-o", "Dpkg::Use-Pty=0"]
    call = ["env", "DEBIAN_FRONTEND=noninteractive", "LC_ALL=C", apt, *settings]
    if os.geteuid() == 0:
        return call
    sudo = shutil.which("sudo")
    return [sudo, "-n", *call] if sudo and _succeeds([sudo, "-n", "true"]) else None


@cache
def _refresh(prefix: tuple[str, ...]) -> None:
    # A source that cannot be reached makes update fail although the others are fresh: install will tell.
    _succeeds([*prefix, "update", "-qq"])


def _succeeds(command: list[str]) -> bool:
    return _call(command).returncode == 0


def _call(command: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def _has_font() -> bool:
    folders = (Path(folder).expanduser() for folder in _FONT_FOLDERS)
    return any(True for folder in folders for _font in folder.rglob("*.[to]t[fc]"))


def _has_program(program: str) -> bool:
    return shutil.which(program) is not None


def _has_bus_launcher() -> bool:
    return any((Path(folder) / "at-spi-bus-launcher").exists() for folder in _LAUNCHER_FOLDERS)


def _python_runs(line: str) -> bool:
    return Path(_SYSTEM_PYTHON).exists() and _succeeds([_SYSTEM_PYTHON, "-c", line])


def _listed(needs: Iterable[Need]) -> str:
    return " ".join(sorted({need.package for need in needs}))


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
