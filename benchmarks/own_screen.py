"""A screen without a screen: an X server of its own for as long as something is measured."""

import contextlib
import os
import subprocess
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
