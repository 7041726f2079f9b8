"""The PySide that is installed keeps the references it was given.

PySide 6.12.0 on Python 3.11 lets go of None and True on ordinary calls from Qt into Python, until the process ends
with "Fatal Python error: none_dealloc" after some minutes of scrolling. The version is pinned below 6.12 for that
reason; this test says whether a newer one may come in.
"""

import json
import os
import subprocess
import sys

import pytest

NOISE = 20  # counts move by a few on their own; the fault moves them by one and more for each of 200 calls


@pytest.mark.skipif(
    sys.version_info >= (3, 12),
    reason="from Python 3.12 on None, True and False are immortal (PEP 683): their counts say nothing",
)
def test_calls_from_qt_into_python_lose_no_references() -> None:
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    command = [sys.executable, "-m", "tests.gui.pyside_refcount_probe"]
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=120)
    assert ended.returncode == 0, ended.stderr
    drifts = json.loads(ended.stdout)
    assert drifts, "the probe watched nothing"
    lost = {name: drift for name, drift in drifts.items() if any(abs(count) > NOISE for count in drift)}
    assert not lost, f"None, True and False after 200 calls each: {lost}"
