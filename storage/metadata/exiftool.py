"""ExifTool as a second engine, where it is installed: for files that the splicer refuses without a reason of safety.

It never sees the user's file. It is given a temporary copy in a folder of its own and the new XMP packet's values;
what comes out goes through the same protocol, and is taken only where the same proof finds our words and ExifTool
itself finds every other tag unchanged.

Invariants: one process with `-stay_open`, ended with the program; it gets no option from a file; a run that takes
longer than `PATIENCE` is killed.
"""

import atexit
import contextlib
import hashlib
import io
import json
import re
import subprocess
import tempfile
import threading
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from storage.metadata import fields as f
from storage.metadata.apply import apply
from storage.metadata.containers.base import Buffer, Piece, Refused, Span, Unit
from storage.metadata.containers.patches import unproved
from storage.metadata.plan import Plan, WriteOptions
from storage.metadata.verify import Expected
from storage.metadata.xmp import Xmp, parse

PATIENCE: Final = 60.0
"""Seconds for one command; 31 ms is usual for a 5 MB JPEG."""
SIZE_LIMIT: Final = 256 * 2**20
"""Largest file for this engine; its result is held in memory."""
MAY_CHANGE: Final = frozenset({"FileSize", "FileModifyDate", "FileAccessDate", "FileInodeChangeDate", "FileName"})


class ExifTool:
    """A running ExifTool; use it from one thread at a time (it locks).

    Attributes:
        program: which one.
    """

    def __init__(self, program: Path) -> None:
        self.program = program
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()

    def run(self, arguments: Sequence[str]) -> str:
        """Run one command and return what it prints. Raises Refused if it does not answer."""
        with self._lock:
            process = self._started()
            assert process.stdin is not None and process.stdout is not None
            lines = "".join(f"{argument}\n" for argument in [*arguments, "-execute"] if "\n" not in argument)
            timer = threading.Timer(PATIENCE, process.kill)
            timer.start()
            try:
                process.stdin.write(lines.encode("utf-8", "surrogateescape"))
                process.stdin.flush()
                found = bytearray()
                while not found.endswith(b"{ready}\n"):
                    line = process.stdout.readline()
                    if not line:
                        raise OSError("ended")
                    found += line
            except (OSError, ValueError) as error:
                self._drop(process)
                raise Refused("exiftool", "ExifTool did not answer.") from error
            finally:
                timer.cancel()
            return found[: -len(b"{ready}\n")].decode("utf-8", "replace")

    def _started(self) -> "subprocess.Popen[bytes]":
        if self._process is not None and self._process.poll() is not None:
            self._drop(self._process)
        if self._process is None:
            self._process = subprocess.Popen(
                [
                    self.program,
                    "-config",
                    "",
                    "-stay_open",
                    "True",
                    "-@",
                    "-",
                    "-common_args",
                    "-charset",
                    "filename=utf8",
                ],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        return self._process

    def close(self) -> None:
        """End the process; the next command starts another."""
        process = self._process
        if process is None:
            return
        with contextlib.suppress(OSError, subprocess.TimeoutExpired):
            if process.stdin is not None:
                process.stdin.write(b"-stay_open\nFalse\n")
                process.stdin.close()
            process.wait(5)
        self._drop(process)

    def _drop(self, process: "subprocess.Popen[bytes]") -> None:
        """Make sure that a process is gone, with its pipes."""
        self._process = None
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            with contextlib.suppress(OSError):
                if pipe is not None:
                    pipe.close()


_running: dict[Path, ExifTool] = {}
_starting = threading.Lock()


def engine(program: Path) -> ExifTool:
    """The one running engine of a program."""
    with _starting:
        if program not in _running:
            _running[program] = ExifTool(program)
        return _running[program]


def close_engines() -> None:
    """End all running engines; a later write starts one again."""
    with _starting:
        for tool in _running.values():
            tool.close()


atexit.register(close_engines)


class Foreign:
    """A file that only ExifTool understands, as a `Container` for the proof."""

    name = "ExifTool"

    def __init__(self, tool: ExifTool, suffix: str, *, allow_signed: bool) -> None:
        self._tool, self._suffix, self._allow_signed = tool, suffix, allow_signed

    def units(self, source: Buffer) -> Sequence[Unit]:
        """One unit."""
        return [Unit("file", 0, len(source), image=True)]

    def read_packet(self, source: Buffer) -> bytes | None:
        """The XMP block, as ExifTool finds it."""
        with _copy(source, self._suffix) as path:
            return self._tool.run(["-XMP", "-b", str(path)]).encode() or None

    def splice(self, source: Buffer, packet: bytes) -> Sequence[Piece]:
        """The whole new file, as ExifTool writes it. Raises Refused if it changes any tag outside of XMP."""
        with _copy(source, self._suffix) as old:
            new, xmp = old.with_name(f"new{self._suffix}"), old.with_name("packet.xmp")
            xmp.write_bytes(packet)
            before = tags(self._tool, old)
            if not self._allow_signed and any(name.startswith("JUMBF") for name in before):
                raise Refused("signed", "This file is signed (C2PA), and a change would break the signature.")
            answer = self._tool.run([f"-XMP<={xmp}", "-o", str(new), str(old)])
            if not new.exists():
                raise Refused("exiftool", f"ExifTool refused it as well ({answer.strip()[:200]}).")
            if tags(self._tool, new) != before:
                raise unproved("ExifTool changed more than the words")
            return _pieces(old.read_bytes(), new.read_bytes())

    def prove(self, before: Buffer, after: Buffer) -> None:
        """Pillow decodes the same picture from both. Raises Refused, also where it can't decode."""
        if _pixels(before) != _pixels(after):
            raise unproved("its pixels have changed")


def plan_with(program: Path, data: Buffer, suffix: str, edit: f.WordsEdit, options: WriteOptions) -> Plan:
    """The new file as ExifTool writes it. Raises Refused."""
    if len(data) > SIZE_LIMIT:
        raise Refused("too-large", "This file is too large for ExifTool to be given a copy of it.")
    plain = re.fullmatch(r"\.\w{1,5}", suffix, re.ASCII) is not None  # it is part of a command line by lines
    container = Foreign(engine(program), suffix if plain else "", allow_signed=options.allow_signed)
    packet = container.read_packet(data)
    xmp, before = (parse(packet) if packet else Xmp() for _ in range(2))
    applied = apply(xmp, edit, default_language=options.default_language)
    expected = Expected(applied.values, before.others(tuple(applied.values)))
    pieces = container.splice(data, xmp.serialise()) if applied.values else ()
    return Plan(container, "ExifTool", pieces, expected, applied)


def _pieces(old: bytes, new: bytes) -> list[Piece]:
    """The new file as spans of the old one around what differs, so that undo keeps no whole photo."""
    head = _common(old, new)
    tail = _common(old[head:][::-1], new[head:][::-1])
    parts: list[Piece] = [Span(0, head), new[head : len(new) - tail], Span(len(old) - tail, len(old))]
    return [part for part in parts if (part.stop > part.start if isinstance(part, Span) else part)]


def _common(a: bytes, b: bytes) -> int:
    """How many bytes at the start are the same."""
    low, high = 0, min(len(a), len(b))
    while low < high:
        middle = (low + high + 1) // 2
        if a[low:middle] == b[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


@contextlib.contextmanager
def _copy(source: Buffer, suffix: str) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="altfolio-") as folder:
        path = Path(folder) / f"old{suffix}"
        path.write_bytes(bytes(source[:]))
        yield path


def _pixels(source: Buffer) -> bytes:
    from PIL import Image, ImageSequence

    digest = hashlib.blake2b()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(bytes(source[:]))) as image:
                for frame in ImageSequence.Iterator(image):
                    digest.update(repr((frame.mode, frame.size)).encode())
                    digest.update(frame.tobytes())
    except Exception as error:  # whatever a decoder thinks of it, it means: not to be proved
        raise unproved("its picture could not be decoded for comparison") from error
    return digest.digest()


def tags(tool: ExifTool, path: Path) -> dict[str, Any]:
    """Every tag but XMP and what the file system says, with binary ones as they are."""
    found = json.loads(tool.run(["-j", "-G1", "-a", "-s", "-n", "-b", "-ee", "--XMP:all", "--System:all", str(path)]))
    skip = {"SourceFile", "ExifTool:Warning"}
    return {
        name: value for name, value in found[0].items() if name not in skip and name.split(":")[-1] not in MAY_CHANGE
    }
