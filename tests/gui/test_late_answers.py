"""Keys that are pressed before the window shows the photo they are for: they are for the photo in hand all the same."""

import threading
from collections.abc import Iterator

import pytest
from PySide6.QtTest import QTest

from gui.app import Session
from inference import engine
from storage import review
from storage.library import Library
from storage.schema import Field, PhotoState, TagState
from storage.suggestions import Proposal, TextProposal, store_proposal
from tests.gui.conftest import Until
from tests.gui.test_review import detail, focus, state


@pytest.fixture
def edits_held(session: Session) -> Iterator[threading.Event]:
    """What a person does is done only once this is set, as behind an edit of many photos."""
    go_on = threading.Event()
    session.desk.edit(go_on.wait)
    yield go_on
    go_on.set()


@pytest.fixture
def answers_held(session: Session, until: Until) -> Iterator[threading.Event]:
    """What is read of photos comes only once this is set, as on a machine that is busy."""
    until(lambda: session.desk.idle)
    go_on = threading.Event()
    session.desk._rows.ask(go_on.wait)
    yield go_on
    go_on.set()


def test_words_typed_before_the_text_is_shown_are_the_next_photos(
    session: Session, library: Library, until: Until, answers_held: threading.Event
) -> None:
    first, second = session.model.ids[:2]
    before = detail(library, first).row.alt_text
    session.flow.step(1)
    session.flow.edit_text()
    field = session.window.panel.text.field
    focus(session, field, until)
    QTest.keyClicks(field, " And")
    answers_held.set()
    until(lambda: session.desk.idle)
    expected = f"{detail(library, second).row.alt_text} And"
    assert session.window.panel.text.words == expected
    session.flow.step(1)
    until(lambda: detail(library, second).row.alt_text == expected)
    assert detail(library, first).row.alt_text == before


def test_words_typed_where_the_cursor_was_are_never_the_last_photos(
    session: Session, library: Library, until: Until, answers_held: threading.Event
) -> None:
    first, second = session.model.ids[:2]
    before = detail(library, first).row.alt_text
    field = session.window.panel.text.field
    focus(session, field, until)
    session.flow.step(1)  # the cursor stays in the text
    QTest.keyClicks(field, "Now ")
    answers_held.set()
    until(lambda: session.desk.idle)
    session.flow.step(1)
    until(lambda: detail(library, second).row.alt_text.startswith("Now "))
    assert detail(library, first).row.alt_text == before


def test_the_text_of_the_photo_before_goes_to_the_photo_in_hand(
    session: Session, library: Library, until: Until, answers_held: threading.Event
) -> None:
    first, source, target = (session.model.ids[row] for row in (0, 2, 3))
    before, wanted = (detail(library, photo).row.alt_text for photo in (first, source))
    assert wanted not in (before, detail(library, target).row.alt_text)
    session.flow.go(3)
    session.flow.use_previous_text()
    session.flow.step(1)
    answers_held.set()
    until(lambda: detail(library, target).row.alt_text == wanted)
    until(lambda: session.desk.idle)
    assert detail(library, first).row.alt_text == before


def test_drafts_are_made_for_the_photo_in_hand(
    session: Session, monkeypatch: pytest.MonkeyPatch, until: Until, answers_held: threading.Event
) -> None:
    asked: list[int] = []

    def drafts(_library: Library, photo: int, _language: str) -> list[TextProposal]:
        asked.append(photo)
        return []

    monkeypatch.setattr(engine, "drafts", drafts)
    session.flow.step(1)
    session.flow.make_drafts()
    answers_held.set()
    until(lambda: asked)
    assert asked == [session.model.ids[1]]


def test_a_tag_of_the_photo_before_is_judged_in_no_selection(
    session: Session, library: Library, answers_held: threading.Event
) -> None:
    name = session.window.panel.tags.shown[0].name
    session.flow.go(1)
    session.window.grid.selectAll()
    session.flow.judge_number(1)
    assert "not shown yet" in session.window.announcer.last
    assert [t.state for t in detail(library, session.model.ids[0]).tags if t.name == name] == [TagState.SUGGESTED]


def test_a_fast_approval_is_of_the_draft_that_was_there(
    session: Session, library: Library, until: Until, answers_held: threading.Event, edits_held: threading.Event
) -> None:
    second = session.model.ids[1]
    session.flow.approve()
    session.flow.approve()  # of the second, whose text is not there yet
    with library.write() as block:
        texts = [TextProposal(Field.ALT_TEXT, "en", "May be a submarine.", "A submarine.")]
        proposal = Proposal((), texts, people=None, people_exact=False, certainty=None)
        store_proposal(block, second, proposal, b"other", {})
    edits_held.set()
    until(lambda: "look at it again" in session.window.announcer.last)
    assert state(library, second) == PhotoState.DRAFT


def test_words_that_wait_for_a_long_edit_are_shown(
    session: Session, library: Library, until: Until, edits_held: threading.Event
) -> None:
    panel, first = session.window.panel, session.model.ids[0]
    panel.text.put("Grandma laughs.")
    session.flow.step(1)
    until(lambda: panel.detail is not None and panel.detail.row.id != first)
    session.flow.step(-1)
    until(lambda: panel.detail is not None and panel.detail.row.id == first)
    assert (panel.text.words, panel.text.changed) == ("Grandma laughs.", False)
    languages = panel.languages
    for language in ("de", "en"):
        languages._activated(languages._box.findData(language))
    assert panel.text.words == "Grandma laughs."
    panel.text.put("Grandma laughs in the garden.")
    session.flow.keep_edits()
    panel.text.put("")
    session.flow.step(1)
    session.flow.step(-1)
    edits_held.set()
    until(lambda: session.desk.idle)
    assert (detail(library, first).text(Field.ALT_TEXT, "en"), panel.text.words) == (None, "")


def test_the_photo_in_hand_follows_the_language_of_the_library(
    session: Session, library: Library, until: Until
) -> None:
    panel, first = session.window.panel, session.model.ids[0]
    review.set_text(library, [first], "Oma lacht.", language="de", approve=False)
    until(lambda: panel.detail is not None and panel.detail.text(Field.ALT_TEXT, "de") is not None)
    panel.text.put("Grandma laughs.")
    session.desk.save_settings(language="de")
    until(lambda: panel.text.words == "Oma lacht.")
    until(lambda: session.desk.idle)
    english = detail(library, first).text(Field.ALT_TEXT, "en")
    assert english is not None and english.text == "Grandma laughs."
