"""A real Chromium for tests of pages, steered over its own protocol through two pipes: no driver, no network port.

The protocol is JSON with a NUL after each message on file descriptors 3 and 4 (`--remote-debugging-pipe`). axe-core is
not part of this project (MPL-2.0): the tests use the copy in the folder ".cache/axe-core", which `make test` fetches,
or the one that the environment variable AXE_CORE names, and say so where there is none.
"""

import base64
import itertools
import json
import os
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.system_programs import require_program

SECONDS = 60
"""Longest wait for an answer; starting takes some 2 s on a busy machine."""


def axe_source() -> str:
    """The script of axe-core; skips the running test where there is none: the set-up had no network."""
    named = os.environ.get("AXE_CORE")
    place = Path(named) if named else Path(__file__).parents[3] / ".cache" / "axe-core" / "axe.min.js"
    if place.is_file():
        return place.read_text(encoding="utf-8")
    pytest.skip("axe-core is not there; “make test” fetches it, or AXE_CORE=…/axe.min.js names a copy")


_START = """
import fcntl, os, sys
ends = [fcntl.fcntl(int(end), fcntl.F_DUPFD, 10) for end in sys.argv[1:3]]
os.dup2(ends[0], 3)
os.dup2(ends[1], 4)
os.execv(sys.argv[3], sys.argv[3:])
"""
"""Puts two pipes where Chromium looks for them and becomes Chromium."""


class Browser:
    """A page in a headless Chromium."""

    def __init__(self, to_browser: int, from_browser: int) -> None:
        self._to, self._from = to_browser, from_browser
        self._numbers = itertools.count(1)
        self._read = b""
        self._events: list[dict[str, Any]] = []
        target = self._send("Target.createTarget", {"url": "about:blank"})["targetId"]
        self._session = self._send("Target.attachToTarget", {"targetId": target, "flatten": True})["sessionId"]
        for domain in ("Page", "Runtime", "Network"):
            self.send(f"{domain}.enable")
        self.send("Emulation.setDeviceMetricsOverride", width=1100, height=800, deviceScaleFactor=1, mobile=False)

    def send(self, method: str, **values: Any) -> dict[str, Any]:
        """Ask the page for something."""
        return self._send(method, values, session=True)

    def open(self, page: Path) -> None:
        """Go to a page and wait until it is loaded."""
        self._events.clear()
        self.send("Page.navigate", url=page.as_uri())
        self.wait_for("Page.loadEventFired")

    def wait_for(self, event: str) -> dict[str, Any]:
        """Wait until the page reports something."""
        while True:
            for found in self._events:
                if found["method"] == event:
                    self._events.remove(found)
                    return found
            self._events.append(self._next())

    def requested(self) -> list[str]:
        """The addresses that were asked for since the last page was opened."""
        return [e["params"]["request"]["url"] for e in self._events if e.get("method") == "Network.requestWillBeSent"]

    def run(self, script: str) -> Any:
        """The value of an expression in the page; promises are waited for."""
        answer = self.send("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def colours(self, scheme: str) -> None:
        """Let the page be asked for "light" or "dark"."""
        self.send("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])

    def press(self, key: str) -> None:
        """Press and release a key."""
        codes = {"Tab": 9, "Enter": 13, "Escape": 27, "ArrowLeft": 37, "ArrowRight": 39}
        text = {"text": "\r"} if key == "Enter" else {}
        for kind in ("keyDown", "keyUp"):
            self.send("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=codes[key], **text)

    def screenshot(self, target: Path) -> None:
        """Save what is seen."""
        target.write_bytes(base64.b64decode(self.send("Page.captureScreenshot")["data"]))

    def violations(self, axe: str) -> list[str]:
        """What axe-core finds wrong with the page, all of its rules for WCAG 2.2 A and AA and best practices."""
        self.run(axe)
        found = json.loads(self.run("axe.run().then(result => JSON.stringify(result.violations))"))
        return [f"{v['id']}: {node['html'][:200]} {node['failureSummary']}" for v in found for node in v["nodes"]]

    def close(self) -> None:
        """End Chromium."""
        self._send("Browser.close", {})

    def _send(self, method: str, values: dict[str, Any], *, session: bool = False) -> dict[str, Any]:
        number = next(self._numbers)
        message = {"id": number, "method": method, "params": values}
        if session:
            message["sessionId"] = self._session
        os.write(self._to, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._next()
            if answer.get("id") == number:
                assert "error" not in answer, answer
                result: dict[str, Any] = answer["result"]
                return result
            if "method" in answer:
                self._events.append(answer)

    def _next(self) -> dict[str, Any]:
        end = time.monotonic() + SECONDS
        while b"\0" not in self._read:
            ready, _, _ = select.select([self._from], [], [], max(0.0, end - time.monotonic()))
            assert ready, "Chromium does not answer"
            read = os.read(self._from, 1 << 20)
            assert read, "Chromium has ended"
            self._read += read
        message, _, self._read = self._read.partition(b"\0")
        found: dict[str, Any] = json.loads(message)
        return found


@contextmanager
def browser(profile: Path) -> Iterator[Browser]:
    """A Chromium with an empty profile and no way to the network."""
    program = require_program("chromium")
    read_there, write_here = os.pipe()
    read_here, write_there = os.pipe()
    arguments = [
        *("--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"),
        *("--remote-debugging-pipe", "--host-resolver-rules=MAP * ~NOTFOUND", f"--user-data-dir={profile}"),
        "about:blank",
    ]  # no sandbox, because tests may run as root in a container
    process = subprocess.Popen(
        [sys.executable, "-c", _START, str(read_there), str(write_there), str(program), *arguments],
        pass_fds=(read_there, write_there),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(read_there)
    os.close(write_there)
    try:
        opened = Browser(write_here, read_here)
        yield opened
        opened.close()
        process.wait(SECONDS)
    finally:
        process.kill()
        process.wait()
        os.close(write_here)
        os.close(read_here)
