"""The real window on a real X server, driven and read through AT-SPI and real keys, as assistive technology does."""

from pathlib import Path

import pytest

from storage import photos, search
from storage.library import Library
from storage.photos import PhotoDetail
from storage.schema import PhotoState, TagState
from tests.end_to_end.desktop import Desktop, until
from tests.end_to_end.keyboard_review import review
from tests.gui import libraries

pytestmark = pytest.mark.end_to_end


def in_order(library: Path) -> list[PhotoDetail]:
    """The photos as the window lists them."""
    with Library(library) as opened, opened.read() as connection:
        found = [photos.detail(connection, photo) for photo in search.find(connection, "")]
    return [detail for detail in found if detail is not None]


def rejected(photo: PhotoDetail) -> int:
    """How many of its tags are rejected."""
    return sum(tag.state == TagState.REJECTED for tag in photo.tags)


def test_everything_has_role_and_name(desktop: Desktop, library_file: Path) -> None:
    desktop.open(library_file)
    shown = in_order(library_file)
    pane = desktop.find("layered pane", "Photos")
    assert pane["children"] == len(shown)
    items = desktop.ask("children", role="layered pane", name="Photos")
    assert [item["name"] for item in items] == [detail.row.alt_text for detail in shown]
    assert all(item["role"] == "list item" for item in items)
    first = items[0]["description"]
    assert first == f"draft, 2 tags, file {shown[0].row.name}, 1 of {len(shown)}"
    desktop.find("text", "Search photos")
    desktop.find("text", "Alt text")
    desktop.find("list", "Tags")
    desktop.find("tree", "Filters")


def test_review_by_keys_alone(desktop: Desktop, library_file: Path) -> None:
    desktop.open(library_file)
    shown = in_order(library_file)

    def focused_on(number: int) -> object:
        focused = desktop.focused()
        place = f"{number + 1} of {len(shown)}"
        return focused and focused["role"] == "list item" and place in focused["description"]

    until(lambda: focused_on(0), "the first photo to have the focus")
    desktop.find("label", shown[0].row.name)
    desktop.key("a")
    until(lambda: focused_on(1), "the next photo")
    desktop.find("label", shown[1].row.name)  # the panel shows its tags and text, which the next keys are about
    desktop.key("1")
    desktop.key("e")
    until(lambda: (desktop.focused() or {}).get("name") == "Alt text", "the editor")
    desktop.key("ctrl+a")
    desktop.type("A text of mine.")
    until(lambda: desktop.ask("read", role="text", name="Alt text") == "A text of mine.", "what was typed")
    desktop.key("ctrl+Return")
    until(lambda: focused_on(2), "the photo after")
    until(lambda: in_order(library_file)[1].row.alt_text == "A text of mine.", "the edited text in the library")
    now = in_order(library_file)
    assert [detail.row.state for detail in now[:3]] == [PhotoState.APPROVED, PhotoState.APPROVED, PhotoState.DRAFT]
    assert rejected(now[1]) == 1
    desktop.key("ctrl+z")
    until(lambda: in_order(library_file)[1].row.state == PhotoState.DRAFT, "undo of the approval")
    assert rejected(in_order(library_file)[1]) == 1
    desktop.key("ctrl+z")
    until(lambda: rejected(in_order(library_file)[1]) == 0, "undo of the rejection")


def test_buttons_and_search_through_the_accessibility_bus(desktop: Desktop, library_file: Path) -> None:
    desktop.open(library_file)
    shown = in_order(library_file)
    until(lambda: (desktop.focused() or {}).get("role") == "list item", "the first photo")
    approve = "Approve and go to the next photo"
    until(lambda: "sensitive" in desktop.find("push button", approve)["states"], "the photo in the panel")
    assert desktop.ask("press", role="push button", name=approve)
    until(lambda: in_order(library_file)[0].row.state == PhotoState.APPROVED, "the approval")
    desktop.ask("type", role="text", name="Search photos", text="tag:cat")
    cats = sum(any(tag.key == "cat" for tag in detail.tags) for detail in shown)
    until(lambda: desktop.find("layered pane", "Photos")["children"] == cats, "the search")


def test_a_session_of_review_takes_one_key_a_photo(desktop: Desktop, tmp_path: Path) -> None:
    library_file = tmp_path / "session.altfolio"
    with Library(library_file) as library:
        libraries.fill(library, libraries.sample_files(tmp_path / "session", 9))
    done = review(desktop, library_file, 8)
    assert done.approving == 8
    assert done.presses == 8 + 2  # open the preview, confirm it
    states = [detail.row.state for detail in in_order(library_file)]
    assert states == [PhotoState.EMBEDDED] * 8 + [PhotoState.DRAFT]
