"""What a blind user hears: the real Orca, from the first photo to the words written into the file.

Nothing here counts on time: each step waits for what Orca says, as its log tells line by line (see `desktop`), and
only then is the next key pressed.
"""

from pathlib import Path

import pytest

from storage import review
from storage.library import Library
from storage.schema import PhotoState
from tests.end_to_end.desktop import Desktop, until
from tests.end_to_end.test_window import in_order

pytestmark = pytest.mark.end_to_end


def test_a_photo_is_reviewed_and_written_by_ear(desktop_with_orca: Desktop, library_file: Path) -> None:
    desktop = desktop_with_orca
    desktop.open(library_file)
    first, second = in_order(library_file)[:2]
    heard = desktop.hear(first.row.alt_text)
    heard = desktop.hear(f"draft, 2 tags, file {first.row.name}, 1 of 6", heard - 1)
    desktop.key("a")
    heard = desktop.hear(second.row.alt_text, heard)
    heard = desktop.hear(f"draft, 2 tags, file {second.row.name}, 2 of 6", heard - 1)
    until(lambda: in_order(library_file)[0].row.state == PhotoState.APPROVED, "the approval")
    desktop.key("Left")
    heard = desktop.hear(f"approved, 2 tags, file {first.row.name}, 1 of 6", heard)
    heard = _open_preview(desktop, heard)
    desktop.key("Return")
    written = desktop.hear("1 photo written", heard)
    heard = max(written, desktop.hear("Close", heard))  # the button has the focus already and gets this name
    until(lambda: in_order(library_file)[0].row.state == PhotoState.EMBEDDED, "the words in the file")
    desktop.key("Return")
    heard = desktop.hear("Altfolio frame", heard)
    desktop.hear(f"in the file, 2 tags, file {first.row.name}, 1 of 6", heard)
    assert desktop.said().count("notification 1 photo written.") == 1, "a result is announced once"
    assert not any("%" in said or "a second" in said for said in desktop.said()), "progress is not read out"


def test_a_photo_without_words_and_a_failure_are_heard(desktop_with_orca: Desktop, library_file: Path) -> None:
    desktop = desktop_with_orca
    first, second = in_order(library_file)[:2]
    with Library(library_file) as library:
        review.reject(library, [second.row.id])
    desktop.open(library_file)
    heard = desktop.hear(f"file {first.row.name}, 1 of 6")
    desktop.key("a")
    heard = desktop.hear("No description yet", heard)
    heard = desktop.hear(f"no text, 2 tags, file {second.row.name}, 2 of 6", heard - 1)
    until(lambda: in_order(library_file)[0].row.state == PhotoState.APPROVED, "the approval")
    heard = _open_preview(desktop, heard)
    first.row.path.unlink()
    desktop.key("Return")
    failed = desktop.hear("notification 0 photos written, 1 problem.", heard)
    desktop.hear("Close", heard)
    assert sum("1 problem." in said for said in desktop.said()[: failed + 1]) == 1, "a failure is announced once"


def _open_preview(desktop: Desktop, heard: int) -> int:
    """Open the dialog for writing; title and focused button are spoken in the order in which they arrive."""
    desktop.key("ctrl+e")
    dialog = desktop.hear("Write approved words into photos dialog", heard)
    return max(dialog, desktop.hear("Write into 1 photo push button", heard))
