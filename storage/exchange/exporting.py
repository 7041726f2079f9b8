"""Words out of the library into a file, as a job that can be stopped: the file appears whole or not at all."""

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import BinaryIO

from storage.exchange.csv_file import CsvWriter, UnknownColumn
from storage.exchange.json_file import JsonWriter
from storage.exchange.new_file import new_file
from storage.exchange.records import records, text_columns
from storage.job import Job, KnownError, Progress
from storage.library import Library
from storage.photos import shown
from storage.words import CHUNK

FORMATS = ("csv", "json")


def format_of(target: Path) -> str:
    """The format that a file's name asks for.

    Raises:
        KnownError: none of ours.
    """
    ending = target.suffix.lower().removeprefix(".")
    if ending not in FORMATS:
        raise KnownError(
            f"The name “{shown(target.name)}” does not say a format. End it in .csv or .json, or name the format."
        )
    return ending


def export(library: Library, ids: Sequence[int], target: Path, *, format: str | None = None) -> Job:
    """Write the words of these photos into a file, in the order given.

    Args:
        format: "csv" or "json"; None goes by the file's name.

    Raises:
        KnownError: the file can't be written; an old one at its place stays.
    """
    chosen = format or format_of(target)
    if chosen not in FORMATS:
        raise KnownError(f"“{chosen}” is no format for an export; choose {' or '.join(FORMATS)}.")
    return _export(library, ids, target, chosen)


def _export(library: Library, ids: Sequence[int], target: Path, format: str) -> Job:
    while True:
        try:
            with new_file(target) as stream, closing(write_records(library, ids, stream, format)) as steps:
                yield from steps
            return
        except UnknownColumn:
            continue  # a language came while the table was written; the table begins again with its column


def write_records(library: Library, ids: Sequence[int], stream: BinaryIO, format: str) -> Job:
    """Write the words of these photos into a stream.

    Raises:
        UnknownColumn: a text in a new language came meanwhile; what was written is worthless.
    """
    writer: CsvWriter | JsonWriter
    if format == "csv":
        with library.read() as connection:
            writer = CsvWriter(stream, text_columns(connection, ids))
    else:
        writer = JsonWriter(stream)
    for start in range(0, len(ids), CHUNK):
        portion = ids[start : start + CHUNK]
        with library.read() as connection:
            for _, record in records(connection, portion):
                writer.add(record)
        yield Progress(stage="export", done=start + len(portion), total=len(ids))
    writer.flush()
