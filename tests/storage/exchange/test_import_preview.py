"""An import that is looked at in one process and done in another: what was counted is done, and nothing else."""

import os
import signal
from collections.abc import Generator
from pathlib import Path
from typing import TypeVar

import pytest

from storage import history, job_process, ordered_jobs, photos, review
from storage.exchange.import_preview import ImportPreview
from storage.exchange.importing import ImportOptions
from storage.job import Job, KnownError, Progress
from storage.job_process import run_elsewhere
from storage.library import Library
from tests.storage.conftest import add_photos

Result = TypeVar("Result")

MOST = 3


def result(job: Generator[Progress, None, Result]) -> Result:
    while True:
        try:
            next(job)
        except StopIteration as end:
            value: Result = end.value
            return value


def preview(library: Library, table: Path, *, skip: bool = False) -> ImportPreview:
    options = ImportOptions(skip_errors=skip)
    return result(run_elsewhere(library, ordered_jobs.preview_import, table, options, MOST))


def texts(library: Library, ids: list[int]) -> list[str]:
    with library.read() as connection:
        return [row.alt_text for row in photos.rows(connection, ids)]


def write(table: Path, *rows: str) -> Path:
    table.write_text("\r\n".join(["altfolio_version,path,alt_text.en", *(f"1,/photos/{row}" for row in rows)]), "utf-8")
    return table


def test_what_is_looked_at_is_short_and_what_was_counted_is_imported(library: Library, tmp_path: Path) -> None:
    ids = add_photos(library, *(f"{number}.jpg" for number in range(9)))
    review.set_text(library, ids[:1], "Mine.")
    table = write(tmp_path / "words.csv", *(f"{number}.jpg,Text {number}." for number in range(9)), "none.jpg,No.")
    seen = preview(library, table, skip=True)
    assert (seen.rows, seen.words, seen.conflicts, seen.errors) == (10, 8, 1, 1)
    assert seen.changed == tuple(ids[1:])
    assert [error.row for error in seen.wrong] == [11]
    assert [(line.name, line.word.after, line.stays) for line in seen.lines] == [
        ("0.jpg", "Text 0.", True),
        ("1.jpg", "Text 1.", False),
        ("2.jpg", "Text 2.", False),
    ]
    assert texts(library, ids) == ["Mine.", *[""] * 8]
    assert result(run_elsewhere(library, ordered_jobs.import_words, seen)) == 8
    assert texts(library, ids) == ["Mine.", *(f"Text {number}." for number in range(1, 9))]
    assert history.undo(library) is not None
    assert texts(library, ids) == ["Mine.", *[""] * 8]


def test_a_photo_that_the_preview_did_not_count_is_not_changed(library: Library, tmp_path: Path) -> None:
    ids = add_photos(library, "a.jpg", "b.jpg")
    review.set_text(library, ids[1:], "Mine.")
    seen = preview(library, write(tmp_path / "words.csv", "a.jpg,Theirs.", "b.jpg,Theirs."))
    review.set_text(library, ids[1:], "")
    assert result(run_elsewhere(library, ordered_jobs.import_words, seen)) == 1
    assert texts(library, ids) == ["Theirs.", ""]


def test_a_file_that_was_changed_after_it_was_looked_at_is_not_imported(library: Library, tmp_path: Path) -> None:
    ids = add_photos(library, "a.jpg")
    seen = preview(library, write(tmp_path / "words.csv", "a.jpg,First."))
    write(tmp_path / "words.csv", "a.jpg,Second.")
    with pytest.raises(KnownError, match="changed after you looked at it"):
        result(run_elsewhere(library, ordered_jobs.import_words, seen))
    assert texts(library, ids) == [""]


def test_of_a_table_of_another_program_the_columns_are_asked_for(library: Library, tmp_path: Path) -> None:
    table = tmp_path / "theirs.csv"
    table.write_text("File;Words\na.jpg;One\n")
    assert preview(library, table).headings == ("File", "Words")
    (tmp_path / "none.csv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(KnownError):
        preview(library, tmp_path / "none.csv")


def import_and_say_who(library: Library, seen: ImportPreview) -> Job:
    job_process.INTERVAL_S = 0.0  # every step waits for the one who asked
    yield Progress(stage="import", done=0, item=str(os.getpid()))
    yield from ordered_jobs.import_words(library, seen)


def test_a_process_that_is_killed_in_an_import_has_imported_all_or_nothing(library: Library, tmp_path: Path) -> None:
    names = [f"{number}.jpg" for number in range(600)]
    ids = add_photos(library, *names)
    seen = preview(library, write(tmp_path / "words.csv", *(f"{name},Text." for name in names)))
    job = run_elsewhere(library, import_and_say_who, seen)
    number = int(next(job).item)
    with pytest.raises(KnownError, match="stopped by the system"):
        for progress in job:
            if progress.total is not None:  # it has begun to write
                os.kill(number, signal.SIGKILL)
    assert set(texts(library, ids)) in ({"Text."}, {""})
    review.set_text(library, ids[:1], "Nobody holds the library any more.")


def export_and_say_who(library: Library, ids: list[int], target: Path) -> Job:
    job_process.INTERVAL_S = 0.0
    yield Progress(stage="export", done=0, item=str(os.getpid()))
    yield from ordered_jobs.export(library, ids, target, "csv")


def test_a_process_that_is_killed_in_an_export_leaves_the_old_file(library: Library, tmp_path: Path) -> None:
    ids = add_photos(library, *(f"{number}.jpg" for number in range(2_000)))
    target = tmp_path / "words.csv"
    target.write_text("old")
    job = run_elsewhere(library, export_and_say_who, ids, target)
    number = int(next(job).item)
    assert next(job).done < len(ids)
    os.kill(number, signal.SIGKILL)
    with pytest.raises(KnownError, match="stopped by the system"):
        list(job)
    assert target.read_text() == "old"
    list(run_elsewhere(library, ordered_jobs.export, ids, target, "csv"))
    assert len(target.read_text("utf-8-sig").splitlines()) == 2_001
    assert not [path for path in tmp_path.iterdir() if path.name.endswith(".part")]
