"""A library where nothing can be written: it is searched and shown, and says why nothing is kept."""

import contextlib
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

import main
from storage import backup, history, review, search, settings
from storage.job import KnownError
from storage.library import Library
from storage.search.index import VERSION
from tests.storage.conftest import add_photos

pytestmark = pytest.mark.skipif(os.name == "nt", reason="permissions of POSIX")

NOBODY = 65_534
"""A user without rights, by convention; root may write whatever the permissions say."""


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder that another user gets to, with a library."""
    folder = Path(tempfile.mkdtemp(prefix="altfolio-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def path(place: Path) -> Path:
    made = place / "test.altfolio"
    with Library(made) as library:
        (photo,) = add_photos(library, "dog.jpg")
        review.set_text(library, [photo], "A dog on a beach.")
    with contextlib.closing(sqlite3.connect(made)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return made


@contextlib.contextmanager
def only_reading(path: Path, folder: int = 0o555) -> Iterator[None]:
    for file in path.parent.iterdir():
        file.chmod(0o444)
    path.parent.chmod(folder)
    if os.geteuid() == 0:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        if os.getuid() == 0:
            os.seteuid(0)
        path.parent.chmod(0o755)
        for file in path.parent.iterdir():
            file.chmod(0o644)


def found(library: Library, words: str) -> list[int]:
    with library.read() as connection:
        return list(search.find(connection, words))


@pytest.mark.parametrize("folder", [0o555, 0o777])
def test_it_is_searched_and_refuses_edits_with_a_reason(path: Path, folder: int) -> None:
    with Library(path) as library:  # what is imported at the first use is not for everybody to read
        photos = found(library, "beach")
        review.set_text(library, photos, "A dog on the beach.")
        assert library.writable
    with only_reading(path, folder), Library(path) as library:
        assert not library.writable
        assert found(library, "beach") == photos
        with library.peek() as connection:
            assert list(search.find_page(connection, "beach")) == photos
        for edit in (
            lambda: review.set_text(library, photos, "Other words."),
            lambda: settings.save(library, language="de"),
            lambda: history.undo(library),
        ):
            with pytest.raises(KnownError, match="can only be read, so nothing is kept"):
                edit()
    with Library(path) as library:
        assert library.writable
        assert found(library, "dog beach") == photos


def test_the_command_line_searches_it(
    path: Path, capfdbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    command = ["--library", str(path), "search", "beach"]
    main.main(command)
    monkeypatch.setattr("storage.refresh.VERSION", f"newer than {VERSION}")
    capfdbinary.readouterr()
    with only_reading(path):
        assert main.main(command) == 0
    assert capfdbinary.readouterr().out == b"/photos/dog.jpg\n"


def test_it_is_backed_up_and_not_taken_for_damaged(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(2):  # what is imported at the first use is not for everybody to read
        target = Path(tempfile.mkdtemp(prefix="altfolio-")) / "backup.altfolio"
        target.parent.chmod(0o777)
        monkeypatch.setenv("XDG_CACHE_HOME", str(target.parent))
        with only_reading(path), Library(path) as library:
            assert backup.damage(path) is None
            assert backup.check(library) == []
            list(backup.backup(library, target))
        with Library(target) as copy:
            assert found(copy, "beach")
        shutil.rmtree(target.parent)


def test_words_that_are_only_in_its_log_are_not_left_out_silently(path: Path, place: Path) -> None:
    copy = place / "copy" / path.name
    copy.parent.mkdir()
    with Library(path) as library:
        review.set_text(library, found(library, "dog"), "A cat.")
        for ending in ("", "-wal"):  # as it is copied while it is in use
            shutil.copyfile(f"{path}{ending}", f"{copy}{ending}")
    with only_reading(copy), pytest.raises(KnownError, match="last words are in its log"):
        Library(copy)
    with Library(copy) as library:
        assert found(library, "cat")


def test_one_that_is_open_elsewhere_is_read_with_its_newest_words(path: Path) -> None:
    with Library(path) as writer:
        review.set_text(writer, found(writer, "dog"), "A cat.")
        with only_reading(path), Library(path) as reader:
            assert not reader.writable
            assert found(reader, "cat")
    with only_reading(path), Library(path) as reader:
        assert found(reader, "cat")


def test_an_old_one_or_none_is_refused_as_ever(path: Path, place: Path) -> None:
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 10000")
    (place / "other.altfolio").write_text("no library, only the name of one " * 20)
    with only_reading(path):
        with pytest.raises(KnownError, match="newer Altfolio"):
            Library(path)
        with pytest.raises(KnownError, match="not an Altfolio library"):
            Library(place / "other.altfolio")
        with pytest.raises(KnownError, match="can't be opened"):
            Library(place / "none.altfolio")
