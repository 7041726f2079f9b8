"""A private desktop for each test; a reason to skip where the system has no X server or no screen reader."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.library import Library
from tests.end_to_end.desktop import Desktop, missing
from tests.gui import libraries


def _need(*, orca: bool) -> None:
    absent = missing(orca=orca)
    if absent and os.environ.get("CI"):
        pytest.fail(f"CI must run the end-to-end tests; {absent}")
    if absent:
        pytest.skip(absent)


@pytest.fixture
def library_file(tmp_path: Path) -> Path:
    """Six photos with a draft each."""
    path = tmp_path / "library.altfolio"
    with Library(path) as library:
        libraries.fill(library, libraries.sample_files(tmp_path / "photos", 6))
    return path


@pytest.fixture
def desktop(tmp_path: Path) -> Iterator[Desktop]:
    _need(orca=False)
    folder = tmp_path / "desktop"
    folder.mkdir()
    with Desktop(folder) as made:
        yield made


@pytest.fixture
def desktop_with_orca(tmp_path: Path) -> Iterator[Desktop]:
    _need(orca=True)
    folder = tmp_path / "desktop"
    folder.mkdir()
    with Desktop(folder, orca=True) as made:
        yield made
