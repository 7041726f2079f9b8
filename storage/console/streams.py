"""The standard streams as they have to be: open, in step with any locale, and harmless for the terminal they end in.

Names of files and words in photos come from anybody. In a terminal their control characters would be obeyed: colours,
cleared lines, keys that are typed. What goes into a file or a pipe is left as it is, for the next program.

Invariants: nothing here fails for what a stream is; a locale without a character gets its escape instead.
"""

import errno
import io
import os
import re
import sys
from pathlib import Path
from typing import Any, TextIO

_OBEYED = "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069"
"""What terminals obey instead of showing it: C0 and C1 but for tab and line ends (ECMA-48), and what turns the
direction of writing (UAX 9)."""

RESULTS = re.compile(f"[{_OBEYED}\r]")
PROGRESS = re.compile(f"[{_OBEYED}]")
"""What is not sent to a terminal. The bar of the progress begins with a carriage return."""


class Tame(io.TextIOBase):
    """A text stream into a terminal, which shows control characters instead of sending them."""

    def __init__(self, stream: TextIO, unwanted: re.Pattern[str] = RESULTS) -> None:
        self._stream, self._unwanted = stream, unwanted

    def write(self, text: str) -> int:
        """Write it, with pictures in place of what the terminal would obey."""
        self._stream.write(self._unwanted.sub(_visible, text))
        return len(text)

    def flush(self) -> None:
        """Hand on what waits."""
        self._stream.flush()

    def isatty(self) -> bool:
        """It always is one."""
        return True

    def fileno(self) -> int:
        """The number of the terminal."""
        return self._stream.fileno()

    @property
    def buffer(self) -> "_TameBytes":
        """For what is written as bytes: paths, tables."""
        return _TameBytes(self)


class _TameBytes(io.RawIOBase):
    def __init__(self, stream: Tame) -> None:
        self._stream = stream

    def write(self, given: Any) -> int:
        return self._stream.write(bytes(given).decode("utf-8", "replace"))

    def flush(self) -> None:
        self._stream.flush()


def _visible(found: re.Match[str]) -> str:
    number = ord(found[0])
    return chr(0x2400 + number) if number < 0x20 else "\ufffd"  # Unicode's Control Pictures


def prepare() -> None:
    """Make the streams of this process ready, once, before anything is opened or printed.

    Tests, which give Python other streams, keep theirs.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            # Closed (`>&-`): the next file to be opened, a photo maybe, would get its number and all that is printed.
            os.open(os.devnull, os.O_RDWR)
    if sys.stdout is None:
        sys.stdout = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 (open as long as the process)
    elif sys.stdout is sys.__stdout__ and isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
        if sys.stdout.isatty():
            sys.stdout = Tame(sys.stdout)
    _keep_stderr_to_ourselves()


def is_full(error: OSError) -> bool:
    """Whether this is what writing to a stream raises where its disk is full or has gone.

    What touches files turns such errors into sentences of its own, which name the file.
    """
    full = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)
    return error.errno in full and error.filename is None


def give_up_stdout() -> None:
    """Let what is left to print go nowhere, so that Python's own flush at the end does not fail once more."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


def _keep_stderr_to_ourselves() -> None:
    """Let what the C libraries that decode photos say of broken ones go nowhere: hundreds of lines for one file.

    We say it ourselves, in one sentence. Tests, which give Python another stderr, hear them still.
    """
    if sys.stderr is not sys.__stderr__ or sys.stderr is None:
        return
    try:
        number = sys.stderr.fileno()
        ours = os.dup(number)
    except (OSError, ValueError):  # closed, or no file at all
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, number)
    os.close(nowhere)
    stream = os.fdopen(ours, "w", buffering=1, encoding=sys.stderr.encoding, errors="backslashreplace")
    sys.stderr = Tame(stream, PROGRESS) if stream.isatty() else stream
