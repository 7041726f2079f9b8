"""A screen without a screen, for as long as something is measured: an X server of its own, or none, both Full HD."""

import contextlib
import json
import os
import subprocess
import tempfile
from collections.abc import Iterator, Mapping


@contextlib.contextmanager
def own_screen() -> Iterator[Mapping[str, str]]:
    """Start Xvfb.

    Yields:
        the environment in which Qt shows its windows there.

    Raises:
        FileNotFoundError: Xvfb is not installed.
    """
    read, write = os.pipe()
    with os.fdopen(read) as told:
        try:
            command = ["Xvfb", "-displayfd", str(write), "-screen", "0", "1920x1080x24", "-nolisten", "tcp"]
            server = subprocess.Popen(command, pass_fds=(write,), stderr=subprocess.DEVNULL)
        finally:
            os.close(write)
        try:
            display = told.readline().strip()
            yield {**os.environ, "DISPLAY": f":{display}", "QT_QPA_PLATFORM": "xcb"}
        finally:
            server.terminate()
            server.wait()


@contextlib.contextmanager
def no_screen() -> Iterator[Mapping[str, str]]:
    """Let Qt draw nowhere.

    Yields:
        the environment in which it does so as if for a screen as large as that of `own_screen`; its own is 800 × 800,
        on which the window is smaller than on any desk.
    """
    screen = {"name": "none", "x": 0, "y": 0, "width": 1920, "height": 1080, "dpr": 1}
    dots = {"logicalDpi": 96, "logicalBaseDpi": 96}
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump({"screens": [{**screen, **dots}]}, file)
        file.flush()
        yield {**os.environ, "QT_QPA_PLATFORM": f"offscreen:configfile={file.name}"}
