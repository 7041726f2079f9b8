"""What a blind user hears: the real Orca, from the first photo to the words written into the file.

Nothing here counts on time: each step waits for what Orca says, as its log tells line by line (see `desktop`), and
only then is the next key pressed.
"""

from pathlib import Path

import pytest

from storage import review, search
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
    heard = max(written, desktop.hear("Close push button", heard))  # it has the focus already and gets this name
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
    desktop.hear("Close push button", heard)
    assert sum("1 problem." in said for said in desktop.said()[: failed + 1]) == 1, "a failure is announced once"


def test_tags_texts_and_undo_are_heard(desktop_with_orca: Desktop, library_file: Path) -> None:
    desktop = desktop_with_orca
    desktop.open(library_file)
    first, second = in_order(library_file)[:2]
    tag = max(first.tags, key=lambda tag: tag.score or 0)
    heard = desktop.hear(f"file {first.row.name}, 1 of 6")
    heard = _press(desktop, "1", f"notification {tag.name} rejected", heard)
    heard = _press(desktop, "ctrl+z", "notification Undone: reject a tag of 1 photo", heard)
    heard = _press(desktop, "g", f"{tag.name}, suggested, {round((tag.score or 0) * 100)} % certain", heard)
    heard = _press(desktop, "space", f"notification {tag.name} accepted", heard)
    heard = _press(desktop, "Escape", f"file {first.row.name}, 1 of 6", heard)
    heard = _press(desktop, "t", "Add a tag text", heard)
    desktop.type("summer")
    heard = _press(desktop, "Return", "notification summer added", heard)
    heard = _press(desktop, "Escape", f"3 tags, file {first.row.name}, 1 of 6", heard)
    heard = _press(desktop, "e", "Alt text text", heard)
    desktop.key("ctrl+a")
    desktop.type("A text of mine.")
    until(lambda: desktop.ask("read", role="text", name="Alt text") == "A text of mine.", "what was typed")
    heard = _press(desktop, "ctrl+Return", second.row.alt_text, heard)
    heard = _press(desktop, "Left", "A text of mine.", heard)
    desktop.hear(f"approved, 3 tags, file {first.row.name}, 1 of 6", heard - 1)


def test_the_way_to_photos_and_commands_is_heard(desktop_with_orca: Desktop, library_file: Path) -> None:
    desktop = desktop_with_orca
    desktop.open(library_file)
    first = in_order(library_file)[0]
    here = f"file {first.row.name}, 1 of 6"
    heard = desktop.hear(here)
    heard = _press(desktop, "question", "Keys and how to review dialog", heard)
    heard = desktop.hear("Approve and go to the next photo", heard)
    heard = desktop.hear("A or Ctrl+Return", heard - 1)
    heard = _press(desktop, "Escape", here, heard)
    heard = _press(desktop, "ctrl+k", "Find a command dialog", heard)
    desktop.type("undecided first")
    heard = desktop.hear("notification Return: First undecided photo, Ctrl+Home", heard)
    heard = _press(desktop, "Escape", here, heard)
    heard = _press(desktop, "ctrl+shift+b", "Photos, group expanded", heard)
    heard = _press(desktop, "Down", "All photos, 6 photos", heard)
    desktop.key("slash")
    desktop.type("cat")
    with Library(library_file) as library, library.read() as connection:
        cats = len(search.find(connection, "cat", typing=True))
    desktop.hear(f"notification {cats} of 6 photos", heard)


def _press(desktop: Desktop, key: str, words: str, heard: int) -> int:
    """Press a key and wait for what is spoken; the number of utterances until then."""
    desktop.key(key)
    return desktop.hear(words, heard)


def _open_preview(desktop: Desktop, heard: int) -> int:
    """Open the dialog for writing: its title and, as the focused button, what Return does; in the order they arrive."""
    desktop.key("ctrl+e")
    dialog = desktop.hear("Write approved words into photos dialog", heard)
    return max(dialog, desktop.hear("Write into 1 photo push button", heard))
