"""The programs of the system that tests start: exiftool, an X server, a screen reader.

`make test` installs them where it may. Where it may not, a newcomer still gets the other tests, with the reason said
for the ones left out; on the machine that decides about a change nothing may be left out silently.

Invariant: with CI set, a missing program fails the test, never skips it.
"""

import os
import shutil
from pathlib import Path
from typing import NoReturn

import pytest


def require_program(name: str) -> Path:
    """Return the place of a program; skip the running test where it is missing, or fail it where CI is set."""
    place = shutil.which(name)
    if place is None:
        not_available(f"{name} is not installed; `make test` says which package brings it")
    return Path(place)


def not_available(reason: str) -> NoReturn:
    """End the running test because this machine lacks something: skipped with the reason, or failed where CI is set.

    For what `require_program` can't find out, such as a service that doesn't start.
    """
    if os.environ.get("CI", "") not in ("", "0", "false"):
        pytest.fail(reason)
    pytest.skip(reason)
