"""A text file that a person hands in: read whole, in whatever encoding their other program writes."""

import codecs
import hashlib
from pathlib import Path

from storage.job import KnownError
from storage.photos import shown


def read_given(path: Path, encoding: str | None = None) -> str:
    """The text of a file.

    Raises:
        KnownError: it can't be read, or is not text in that encoding.
    """
    name = shown(path.name)
    try:
        content = path.read_bytes()
    except FileNotFoundError as error:
        raise KnownError(f"There is no file “{shown(path)}”. Check its name.") from error
    except IsADirectoryError as error:
        raise KnownError(f"“{name}” is a folder. Name the file.") from error
    except PermissionError as error:
        raise KnownError(f"“{name}” can't be read: its permissions don't allow it.") from error
    except OSError as error:
        raise KnownError(f"“{name}” can't be read ({error.strerror or error}).") from error
    return decoded(content, encoding)


def digest_of(content: str) -> bytes:
    """What tells the text of one file from that of any other (16 bytes of BLAKE2b)."""
    return hashlib.blake2b(content.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def decoded(content: bytes, encoding: str | None = None) -> str:
    """The text of a file: in the encoding that is asked for, else what its byte order mark says, else UTF-8.

    Raises:
        KnownError: the bytes are not text in that encoding, or nobody knows it.
    """
    if encoding is None and content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding = "utf-16"  # what Excel calls "Unicode text"
    try:
        return content.decode(encoding or "utf-8").removeprefix("\ufeff")
    except LookupError as error:
        raise KnownError(f"The encoding “{encoding}” is not known. Try “utf-8” or “cp1252”.") from error
    except UnicodeError as error:
        line = content[: getattr(error, "start", 0)].count(b"\n") + 1
        raise KnownError(
            f"The file is not {(encoding or 'UTF-8').upper()} text (line {line}). Save it as UTF-8, or name its "
            "encoding, for example “cp1252”."
        ) from error
