"""What a blind user hears: the real Orca, from the first photo to the words written into the file."""

from pathlib import Path

import pytest

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
    desktop.key("ctrl+e")
    # The title and the button that has the focus are spoken in the order in which they arrive.
    dialog = desktop.hear("Write approved words into photos", heard)
    heard = max(dialog, desktop.hear("Write into 1 photo push button", heard))
    desktop.key("Return")
    written = desktop.hear("1 photo written", heard)
    heard = max(written, desktop.hear("Close push button", heard))
    until(lambda: in_order(library_file)[0].row.state == PhotoState.EMBEDDED, "the words in the file")
    assert desktop.said().count("notification 1 photo written.") == 1, "a result is announced once"
    assert not any("%" in said or "a second" in said for said in desktop.said()), "progress is not read out"
    desktop.key("Return")
    desktop.hear("Altfolio frame", heard)
