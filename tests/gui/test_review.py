"""Reviewing in the real window on a real library: one key for a right photo, nothing lost, all taken back."""

from pathlib import Path

import pytest
from PySide6.QtCore import QItemSelectionModel, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from gui.app import Session
from gui.text_editor import COMFORTABLE, LONGEST
from gui.words import EDITED, ORIGINS
from storage import photos, review, search
from storage.library import Library
from storage.photos import PhotoDetail
from storage.schema import Field, Origin, PhotoState, TagState
from storage.suggestions import Proposal, TextProposal, store_proposal
from tests.gui import libraries
from tests.gui.conftest import Until


def press(session: Session, key: Qt.Key, held: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    """A key to whatever has the focus, shortcuts included."""
    QTest.keyClick(session.window.windowHandle(), key, held)


def detail(library: Library, photo: int) -> PhotoDetail:
    with library.read() as connection:
        found = photos.detail(connection, photo)
    assert found is not None
    return found


def state(library: Library, photo: int) -> PhotoState:
    return detail(library, photo).row.state


def focus(session: Session, widget: QWidget, until: Until) -> None:
    session.window.activateWindow()
    widget.setFocus()
    until(widget.hasFocus)


def test_one_key_approves_and_goes_on(session: Session, library: Library, until: Until) -> None:
    focus(session, session.window.grid, until)
    ids = list(session.model.ids)
    for number in range(3):
        assert session.flow.row == number
        press(session, Qt.Key.Key_A)
    assert session.flow.row == 3
    until(lambda: all(state(library, photo) == PhotoState.APPROVED for photo in ids[:3]))
    assert state(library, ids[3]) == PhotoState.DRAFT
    assert not detail(library, ids[0]).row.alt_text.startswith("May be")


def test_a_held_key_goes_through_photos_but_decides_nothing(session: Session) -> None:
    actions = session.window.actions_table
    assert actions["next"].autoRepeat()
    for name in ("approve", "reject-text", "withdraw", "skip", "undo", "embed", "tag-1"):
        assert not actions[name].autoRepeat(), name


def test_a_draft_that_came_while_the_key_was_pressed_is_not_approved(
    session: Session, library: Library, until: Until
) -> None:
    photo = session.model.ids[0]
    until(lambda: (shown := session.window.panel.detail) is not None and shown.row.id == photo)
    with library.write() as block:
        texts = [TextProposal(Field.ALT_TEXT, "en", "May be a submarine.", "A submarine.")]
        proposal = Proposal((), texts, people=None, people_exact=False, certainty=None)
        store_proposal(block, photo, proposal, b"other", {})
    session.flow.approve()  # before the window has heard of it
    until(lambda: "look at it again" in session.window.announcer.last)
    assert state(library, photo) == PhotoState.DRAFT
    second = session.model.ids[1]
    until(lambda: (shown := session.window.panel.detail) is not None and shown.row.id == second)
    session.flow.judge_number(1)  # here the draft is another one because of what the person did
    with library.write() as block:
        store_proposal(block, second, proposal, b"other", {})
    session.flow.approve()
    until(lambda: state(library, second) == PhotoState.APPROVED)
    session.flow.go(0)
    until(lambda: (shown := session.window.panel.detail) is not None and shown.row.alt_text == "May be a submarine.")
    session.flow.approve()
    until(lambda: state(library, photo) == PhotoState.APPROVED)


def test_approving_passes_over_decided_photos(session: Session, library: Library, until: Until) -> None:
    focus(session, session.window.grid, until)
    ids = list(session.model.ids)
    session.desk.approve(ids[1:3])
    until(lambda: state(library, ids[2]) == PhotoState.APPROVED)
    until(lambda: (row := session.model.photo(2)) is not None and row.state == PhotoState.APPROVED)
    press(session, Qt.Key.Key_A)
    assert session.flow.row == 3


def test_a_number_rejects_a_tag_and_restores_it(session: Session, library: Library, until: Until) -> None:
    focus(session, session.window.grid, until)
    photo = session.model.ids[0]
    tag = session.window.panel.tags.tag(1)
    assert tag is not None

    def now() -> TagState:
        return next(t.state for t in detail(library, photo).tags if t.concept == tag.concept)

    press(session, Qt.Key.Key_1)
    until(lambda: now() == TagState.REJECTED)
    until(lambda: (t := session.window.panel.tags.tag(1)) is not None and t.state == TagState.REJECTED)
    press(session, Qt.Key.Key_1)
    until(lambda: now() == TagState.SUGGESTED)


def test_a_number_pressed_before_the_tags_are_there_judges_no_tag_of_another_photo(
    session: Session, library: Library, until: Until
) -> None:
    first, second = session.model.ids[:2]
    until(lambda: (shown := session.window.panel.detail) is not None and shown.row.id == first)
    name = session.window.panel.tags.tag(1).name  # type: ignore[union-attr]
    review.add_tag(library, [second], name)
    session.flow.go(1)
    session.flow.judge_number(1)  # the panel still shows the first
    assert "not shown yet" in session.window.announcer.last
    until(lambda: session.desk.idle)
    assert [t.state for t in detail(library, second).tags if t.name == name] == [TagState.ACCEPTED]


def test_keys_in_the_list_of_tags(session: Session, library: Library, until: Until) -> None:
    photo = session.model.ids[0]
    tags = session.window.panel.tags.list
    focus(session, tags, until)
    tag = session.window.panel.tags.tag(1)
    assert tag is not None

    def now() -> TagState:
        return next(t.state for t in detail(library, photo).tags if t.concept == tag.concept)

    QTest.keyClick(tags, Qt.Key.Key_Return)
    until(lambda: now() == TagState.ACCEPTED)
    QTest.keyClick(tags, Qt.Key.Key_Delete)
    until(lambda: now() == TagState.REJECTED)


def test_escape_leaves_the_tags_and_what_became_of_one_is_said(session: Session, until: Until) -> None:
    panel, said = session.window.panel, session.window.announcer
    focus(session, panel.tags.list, until)
    name = panel.tags.shown[0].name
    space, delete = Qt.Key.Key_Space, Qt.Key.Key_Delete
    for key, became, state in (
        (space, "accepted", TagState.ACCEPTED),
        (space, "open again", TagState.SUGGESTED),
        (delete, "rejected", TagState.REJECTED),
        (delete, "restored", TagState.SUGGESTED),
    ):
        press(session, key)
        assert said.last == f"{name} {became}"
        until(lambda state=state: panel.tags.shown[0].state == state)
    press(session, Qt.Key.Key_Escape)
    until(session.window.grid.hasFocus)
    press(session, Qt.Key.Key_T)
    until(panel.tags.field.hasFocus)
    QTest.keyClicks(panel.tags.field, "sum")
    press(session, Qt.Key.Key_Escape)
    until(session.window.grid.hasFocus)
    assert panel.tags.field.text() == "sum"


def test_typed_words_are_approved_as_a_persons(session: Session, library: Library, until: Until) -> None:
    focus(session, session.window.grid, until)
    photo = session.model.ids[0]
    press(session, Qt.Key.Key_E)
    field = session.window.panel.text.field
    until(field.hasFocus)
    session.window.panel.text.put("Grandma laughs in the garden.")
    assert session.window.panel.text._origin.text() == EDITED.word
    press(session, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    until(lambda: state(library, photo) == PhotoState.APPROVED)
    text = detail(library, photo).text(Field.ALT_TEXT, "en")
    assert text is not None
    assert (text.text, text.origin) == ("Grandma laughs in the garden.", Origin.USER)
    assert session.flow.row == 1
    until(session.window.grid.hasFocus)


def test_letters_go_into_the_text_not_to_actions(session: Session, library: Library, until: Until) -> None:
    session.flow.edit_text()
    field = session.window.panel.text.field
    focus(session, field, until)
    field.clear()
    for key in (Qt.Key.Key_A, Qt.Key.Key_S, Qt.Key.Key_1, Qt.Key.Key_R):
        press(session, key)
    assert field.toPlainText() == "as1r"
    assert session.flow.row == 0


def test_leaving_a_photo_keeps_what_was_typed_as_a_draft(session: Session, library: Library, until: Until) -> None:
    photo = session.model.ids[0]
    session.window.panel.text.put("Half a sent")
    session.window.panel.description.put("A long story.")
    session.flow.step(1)
    until(lambda: detail(library, photo).row.alt_text == "Half a sent")
    until(lambda: detail(library, photo).text(Field.EXTENDED, "en") is not None)
    text = detail(library, photo).text(Field.ALT_TEXT, "en")
    assert text is not None
    assert text.origin == Origin.USER
    assert state(library, photo) == PhotoState.DRAFT
    session.flow.step(-1)
    until(lambda: session.window.panel.text.words == "Half a sent")
    assert session.window.panel.text._origin.text() == ORIGINS[Origin.USER].word


def test_closing_the_window_keeps_what_was_typed(session: Session, library: Library) -> None:
    photo = session.model.ids[0]
    session.window.panel.text.put("Typed last")
    session.window.close()
    session.close()
    assert detail(library, photo).row.alt_text == "Typed last"


def test_a_selection_is_approved_at_once_and_undone_at_once(session: Session, library: Library, until: Until) -> None:
    focus(session, session.window.grid, until)
    ids = list(session.model.ids)
    session.window.grid.selectAll()
    press(session, Qt.Key.Key_A)
    until(lambda: all(state(library, photo) == PhotoState.APPROVED for photo in ids))
    until(lambda: "12" in session.window.announcer.last)
    undo = session.window.actions_table["undo"]
    until(lambda: undo.text() == "Undo: approve 12 photos")
    press(session, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    until(lambda: all(state(library, photo) == PhotoState.DRAFT for photo in ids))
    redo = session.window.actions_table["redo"]
    until(lambda: redo.isEnabled())
    press(session, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    until(lambda: all(state(library, photo) == PhotoState.APPROVED for photo in ids))


def test_rejecting_and_taking_back(session: Session, library: Library, until: Until) -> None:
    focus(session, session.window.grid, until)
    photo = session.model.ids[0]
    press(session, Qt.Key.Key_R)
    until(lambda: state(library, photo) == PhotoState.NONE)
    until(lambda: session.window.panel.text.words == "")
    session.flow.undo()
    until(lambda: state(library, photo) == PhotoState.DRAFT)
    session.flow.approve()
    until(lambda: state(library, photo) == PhotoState.APPROVED)
    session.flow.go(0)
    press(session, Qt.Key.Key_W)
    until(lambda: state(library, photo) == PhotoState.DRAFT)


def test_a_tag_is_added_by_keyboard(session: Session, library: Library, until: Until) -> None:
    focus(session, session.window.grid, until)
    photo = session.model.ids[0]
    press(session, Qt.Key.Key_T)
    field = session.window.panel.tags.field
    until(field.hasFocus)
    QTest.keyClicks(field, "summer 2024")
    QTest.keyClick(field, Qt.Key.Key_Return)
    until(lambda: "summer 2024" in {t.name for t in detail(library, photo).tags})


def test_tags_are_offered_while_one_is_typed(session: Session, until: Until) -> None:
    focus(session, session.window.grid, until)
    press(session, Qt.Key.Key_T)
    field = session.window.panel.tags.field
    until(field.hasFocus)
    popup = field.completer().popup()
    assert popup is not None
    QTest.keyClicks(field, "per")
    until(popup.isVisible)
    assert popup.model().index(0, 0).data() == "person"
    popup.hide()


def test_searching_filters_and_says_so(session: Session, until: Until) -> None:
    field = session.window.search.field
    focus(session, field, until)
    QTest.keyClicks(field, "tag:cat")
    until(lambda: session.model.rowCount() == 3)
    assert session.window.search._found.text() == "3 of 12 photos"
    session.window.search.search("tag:zebra")
    until(lambda: session.window.nothing_found.isVisible())
    session.window.nothing_found.button.click()
    until(lambda: session.model.rowCount() == 12)
    assert session.window.grid.isVisible()


def test_the_current_photo_stays_in_hand_when_a_filter_ends(session: Session, until: Until) -> None:
    session.window.search.search("tag:cat")
    until(lambda: session.model.rowCount() == 3)
    session.flow.go(1)
    photo = session.model.ids[1]
    session.window.search.search("")
    until(lambda: session.model.rowCount() == 12)
    assert session.model.ids[session.flow.row] == photo


def test_a_list_that_grows_leaves_work_and_selection_alone(
    session: Session, library: Library, tmp_path: Path, until: Until
) -> None:
    session.window.grid.selectionModel().select(
        session.model.index(3, 0),
        QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows,
    )
    chosen = set(session.flow.chosen())
    assert len(chosen) == 2
    session.window.panel.text.put("Half a sentence")
    libraries.fill(library, libraries.sample_files(tmp_path / "more", 3))
    until(lambda: session.model.rowCount() == 15)
    assert session.window.panel.text.words == "Half a sentence"
    assert session.window.panel.text.changed
    assert set(session.flow.chosen()) == chosen


def test_all_views_share_photo_and_selection(session: Session, library: Library, until: Until) -> None:
    for key, view in ((Qt.Key.Key_3, session.window.list), (Qt.Key.Key_2, session.window.stage)):
        press(session, key, Qt.KeyboardModifier.ControlModifier)
        until(view.isVisible)
    with library.read() as connection:
        wanted = list(search.find(connection, "", order=search.Order(session.window.search.order)))
    until(lambda: list(session.model.ids) == wanted)  # each view has an order of its own
    session.flow.go(4)
    assert session.window.list.currentIndex().row() == 4
    press(session, Qt.Key.Key_J)
    assert session.window.grid.currentIndex().row() == 5
    press(session, Qt.Key.Key_1, Qt.KeyboardModifier.ControlModifier)
    until(session.window.grid.isVisible)


def test_the_large_picture_arrives(session: Session, until: Until) -> None:
    until(lambda: not session.window.stage._picture.isNull())
    assert session.window.stage.accessibleName().startswith("Photo: May be an image of")


@pytest.mark.parametrize(
    ("length", "said"),
    [
        (0, "No text yet"),
        (COMFORTABLE, f"{COMFORTABLE} of {COMFORTABLE}"),
        (COMFORTABLE + 1, "one breath"),
        (LONGEST + 1, "fit"),
    ],
)
def test_length_is_told(session: Session, length: int, said: str) -> None:
    session.window.panel.text.put("x" * length)
    assert said in session.window.panel.text._count.text()
    assert said in session.window.panel.text.field.accessibleDescription()
    session.window.panel.text.put("")


def test_what_is_wrong_with_a_text_is_underlined_and_told(session: Session, until: Until) -> None:
    editor = session.window.panel.text
    editor.put("🐶 An image of a dog")
    until(lambda: editor._remarks.isVisible())
    marks = editor.field.extraSelections()
    assert marks
    assert {"\U0001f436", "g"} <= {mark.cursor.selectedText() for mark in marks}  # an emoji is two units of Qt
    assert editor._remarks.text().splitlines()[0] in f"{editor.field.accessibleDescription()}."
    editor.put("A dog runs after a ball.")
    until(lambda: not editor.field.extraSelections())
    assert not editor._remarks.isVisible()


def test_a_misspelt_search_offers_what_was_meant(session: Session, until: Until) -> None:
    session.window.search.search("persn")
    until(lambda: session.window.nothing_found._better.isVisible())
    session.window.nothing_found._better.click()
    until(lambda: session.model.rowCount() == 3)


def test_previous_text_and_copy(session: Session, until: Until) -> None:
    session.flow.go(1)
    until(lambda: (d := session.window.panel.detail) is not None and d.row.id == session.model.ids[1])
    session.flow.use_previous_text()
    before = session.model.photo(0, wait=True)
    assert before is not None
    assert session.window.panel.text.words == before.alt_text


def test_settings_change_the_look_and_are_kept(session: Session, library: Library, until: Until) -> None:
    session.desk.save_settings(theme="dark", text_size=150)
    until(lambda: session.appearance.theme.name == "dark")
    assert session.appearance.text_size == 150
    session.desk.save_settings(theme="light", text_size=100)
    until(lambda: session.appearance.theme.name == "light")


def test_changed_keys_are_used_and_kept(session: Session, until: Until) -> None:
    focus(session, session.window.grid, until)
    session.keep_keys({"skip": "X"})
    press(session, Qt.Key.Key_S)
    assert session.flow.row == 0
    press(session, Qt.Key.Key_X)
    assert session.flow.row == 1
    assert session.keys() == {"skip": "X"}
