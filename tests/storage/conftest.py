"""A library with a few photos in it, for the tests of the rooms that need no real file."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from storage import concepts, text_rules
from storage.concepts import ConceptRow
from storage.library import DamagedError, Library
from storage.search import counts

TREE = (
    ConceptRow("animal", "animal", "animal", [], ["animals"]),
    ConceptRow("dog", "dog", "animal", ["animal"], ["dogs", "chien"]),
    ConceptRow("golden retriever", "golden retriever", "animal", ["dog", "animal"], ["golden retrievers"]),
    ConceptRow("hot dog", "hot dog", "food", [], ["hot dogs"]),
    ConceptRow("frisbee", "frisbee", "object", [], ["frisbees"]),
)


@pytest.fixture(scope="module", autouse=True)
def no_rules() -> Iterator[None]:
    """The rules about texts are handed in by the program; here a test that wants them hands them in itself."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(text_rules, "_used", [])
        yield


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Library(tmp_path / "test.altfolio") as opened:
        yield opened
        with contextlib.suppress(DamagedError), opened.read() as connection:
            assert not counts.wrong(connection), "numbers of facts differ from the search rows"


def add_photos(library: Library, *names: str, folder: str = "/photos") -> list[int]:
    """Rows for photos that were scanned; their files need not exist."""
    with library.write() as block:
        run = block.connection.exec_driver_sql
        run("INSERT OR IGNORE INTO folder (path) VALUES (?)", (folder.encode(),))
        place = run("SELECT id FROM folder WHERE path = ?", (folder.encode(),)).scalar_one()
        ids = []
        for name in names:
            run(
                "INSERT INTO photo (folder_id, file, inode, size, mtime_ns, digest, format, added) "
                "VALUES (?, ?, 1, 1, 1, ?, 'JPEG', '2026-01-01')",
                (place, name.encode(), name.encode()),
            )
            ids.append(int(run("SELECT last_insert_rowid()").scalar_one()))
        concepts.install(block.connection, TREE, "tree 1")
        block.touch(ids)
        block.relist()
    return ids
