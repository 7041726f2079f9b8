"""Steps for many photos in the real window: each says what it would do, is done at once and taken back at once."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog

from gui.app import Session
from gui.review.above_dialog import AboveDialog
from gui.review.outside_dialog import OutsideDialog
from gui.review.replace_dialog import ReplaceDialog
from gui.review.side_by_side import different, marked, missing
from gui.review.tags_dialog import TagsDialog
from gui.text_dialog import TextDialog
from storage import embed, photos, verify
from storage.library import Library
from storage.schema import Field, PhotoState, TagState
from tests.gui.conftest import Until
from tests.gui.test_review import detail, focus, press, state
from tests.storage import photo_maker

Dialog = TypeVar("Dialog", bound=QDialog)
CONTROL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


def in_dialog(kind: type[Dialog], until: Until, open_it: Callable[[], object], act: Callable[[Dialog], bool]) -> None:
    """Open a dialog, then call `act` with it again and again until it says that it is done."""
    done = False
    wrong: list[AssertionError] = []

    def look() -> None:
        nonlocal done
        for window in QApplication.topLevelWidgets():
            if isinstance(window, kind) and window.isVisible() and not done:
                try:
                    done = act(window)
                except AssertionError as error:  # Qt would only print it
                    wrong.append(error)
                    done = True
                    window.reject()

    timer = QTimer()
    timer.timeout.connect(look)
    timer.start(10)
    open_it()
    until(lambda: done)
    timer.stop()
    if wrong:
        raise wrong[0]


def certain(library: Library, ids: list[int]) -> None:
    """Certainties from 0.5 up, in the order of the list."""
    with library.write() as block:
        for number, photo in enumerate(ids):
            block.connection.exec_driver_sql("UPDATE photo SET certainty = ? WHERE id = ?", (0.5 + number / 25, photo))
        block.relist()


def test_sure_photos_are_approved_and_their_number_is_told_before(
    session: Session, library: Library, until: Until
) -> None:
    ids = list(session.model.ids)
    certain(library, ids)  # 0.5 … 0.94
    focus(session, session.window.grid, until)

    def act(dialog: AboveDialog) -> bool:
        if not dialog.approve.isEnabled():
            return False
        assert dialog.approve.text() == "Approve 2 photos"  # 0.90 and 0.94
        dialog.score.setValue(80)
        assert dialog.approve.text() == "Approve 4 photos"
        assert dialog._count.text().startswith("4 of the 12 photos that wait")
        QTest.keyClick(dialog.score, Qt.Key.Key_Return)
        return True

    in_dialog(AboveDialog, until, lambda: press(session, Qt.Key.Key_A, CONTROL | SHIFT), act)
    until(lambda: [state(library, p) for p in ids].count(PhotoState.APPROVED) == 4)
    undo = session.window.actions_table["undo"]
    until(lambda: undo.text() == "Undo: approve 4 photos")
    focus(session, session.window.grid, until)
    press(session, Qt.Key.Key_Z, CONTROL)
    until(lambda: all(state(library, photo) == PhotoState.DRAFT for photo in ids))


def test_words_are_replaced_as_the_preview_showed(session: Session, library: Library, until: Until) -> None:
    focus(session, session.window.grid, until)

    def act(dialog: ReplaceDialog) -> bool:
        if dialog._find.text() == "":
            QTest.keyClicks(dialog._find, "CAT")
            QTest.keyClicks(dialog._by, "kitten")
        if not dialog.replace.isEnabled():
            return False
        assert {row[2:] for row in dialog.preview.rows} == {("May be an image of cat.", "May be an image of kitten.")}
        assert dialog.replace.text() == "Replace in 3 texts"
        dialog.replace.click()
        return True

    in_dialog(ReplaceDialog, until, lambda: press(session, Qt.Key.Key_H, CONTROL), act)
    undo = session.window.actions_table["undo"]
    until(lambda: undo.text() == "Undo: replace “CAT” in the texts of 3 photos")
    texts = [detail(library, photo).row.alt_text for photo in session.model.ids]
    assert texts.count("May be an image of kitten.") == 3


def test_replacing_shows_how_far_it_is_and_stop_changes_nothing(session: Session, until: Until) -> None:
    told: list[tuple[int, int]] = []
    hold = threading.Event()  # what was done before goes on until the key is pressed

    def act(dialog: ReplaceDialog) -> bool:
        if not dialog._find.text():
            dialog.look_for("cat", "kitten")
            dialog.progressed.connect(lambda done, total: told.append((done, total)))
        if told and not dialog._running:
            assert dialog._said.text() == "Stopped. No text was changed."
            assert dialog.replace.isEnabled()
            dialog.reject()
            return True
        if dialog.replace.isEnabled() and not told:
            session.desk.edit(hold.wait)
            dialog.replace.click()
            assert dialog._bar.isVisible()
            assert not dialog.replace.isEnabled()
            assert dialog._cancel.text() == "Stop"
            QTest.keyClick(dialog, Qt.Key.Key_Escape)
            hold.set()
        return False

    in_dialog(ReplaceDialog, until, session.window.actions_table["replace"].trigger, act)
    assert told[0] == (0, 3)
    assert not session.window.actions_table["undo"].text().startswith("Undo: replace")


def test_the_preview_follows_what_is_typed(session: Session, until: Until) -> None:
    def act(dialog: ReplaceDialog) -> bool:
        if not dialog._find.text():
            dialog.look_for("ca", "x")
        if "No text has" in dialog._said.text():
            dialog._whole.setChecked(False)
        if not dialog.replace.isEnabled():
            return False
        assert dialog.preview.rowCount() == 3
        QTest.keyClick(dialog, Qt.Key.Key_Escape)
        return True

    in_dialog(ReplaceDialog, until, session.window.actions_table["replace"].trigger, act)
    assert not session.window.actions_table["undo"].text().startswith("Undo: replace")


def test_tags_of_a_selection_change_together(session: Session, library: Library, until: Until) -> None:
    focus(session, session.window.grid, until)
    session.window.grid.selectAll()
    ids = list(session.model.ids)

    def act(dialog: TagsDialog) -> bool:
        if not dialog.list.count():
            return False
        assert dialog.list.item(0).text() == "animal  (12)"
        QTest.keyClicks(dialog.field, "summer, lake ")
        dialog.list.setFocus()
        QTest.keyClick(dialog.list, Qt.Key.Key_Space)
        assert (dialog.add, len(dialog.remove)) == (["summer", "lake"], 1)
        dialog.change.click()
        return True

    in_dialog(TagsDialog, until, lambda: press(session, Qt.Key.Key_T, CONTROL), act)
    until(lambda: {"summer", "lake"} <= {t.name for t in detail(library, ids[-1]).tags})
    states = {t.name: t.state for t in detail(library, ids[0]).tags}
    assert states["animal"] == TagState.REJECTED
    until(lambda: session.window.actions_table["undo"].text() == "Undo: change the tags of 12 photos")


def test_one_text_for_many(session: Session, library: Library, until: Until) -> None:
    focus(session, session.window.grid, until)
    session.window.grid.selectAll()

    def act(dialog: TextDialog) -> bool:
        QTest.keyClicks(dialog._editor.field, "Our garden in May.")
        dialog.accept()
        return True

    in_dialog(TextDialog, until, lambda: press(session, Qt.Key.Key_T, CONTROL | SHIFT), act)
    until(lambda: all(detail(library, p).row.alt_text == "Our garden in May." for p in session.model.ids))


def changed_outside(session: Session, library: Library, until: Until, count: int) -> list[int]:
    """Photos whose approved words were written, and whose files another program changed then."""
    jpegs = [row.id for row in session.desk.read_rows(session.model.ids) if row.path.suffix == ".jpg"]
    ids = jpegs[:count]
    with library.read() as connection:
        files = [photos.path_of(connection, photo) or Path() for photo in ids]
    before = [file.read_bytes() for file in files]
    session.desk.approve(ids)
    until(lambda: state(library, ids[-1]) == PhotoState.APPROVED)
    list(embed.embed(library))
    for file, content in zip(files, before, strict=True):
        file.write_bytes(photo_maker.with_xmp(content, photo_maker.xmp(alt="Their words.", keywords=["theirs"])))
    list(verify.verify(library))
    assert [state(library, photo) for photo in ids] == [PhotoState.STALE] * count
    return ids


def test_outside_changes_are_settled_side_by_side(session: Session, library: Library, until: Until) -> None:
    ids = changed_outside(session, library, until, 3)
    ours = {photo: detail(library, photo).row.alt_text for photo in ids}

    def act(dialog: OutsideDialog) -> bool:
        assert not dialog.settle.isEnabled()
        first = dialog.fields.said(0)[1]
        assert first in ours.values() and dialog.fields.said(0)[2] == "Their words."
        assert dialog.fields.said(0)[3] == "not chosen yet"
        dialog.fields.setFocus()
        QTest.keyClick(dialog.fields, Qt.Key.Key_Space)
        assert dialog.fields.said(0)[3] == "library"
        QTest.keyClick(dialog.fields, Qt.Key.Key_Space)
        assert dialog.fields.said(0)[3] == "file"
        assert not dialog.settle.isEnabled()  # its keywords are not chosen yet
        dialog.fields.setCurrentCell(1, 0)
        QTest.keyClick(dialog.fields, Qt.Key.Key_Return)
        assert dialog.settle.text() == "Settle 1 photo"
        assert dialog.list.item(0).text().endswith("field by field")
        dialog.list.setCurrentRow(1)
        dialog.choose(theirs=False)  # of those selected
        assert dialog.settle.text() == "Settle 2 photos"
        assert dialog.list.item(1).text().endswith("library")
        dialog.settle.click()
        return True

    focus(session, session.window.grid, until)
    in_dialog(OutsideDialog, until, lambda: press(session, Qt.Key.Key_U, CONTROL), act)
    until(lambda: [state(library, photo) for photo in ids].count(PhotoState.STALE) == 1)
    texts = [detail(library, photo).row.alt_text for photo in ids]
    assert texts.count("Their words.") == 1
    undo = session.window.actions_table["undo"]
    until(lambda: undo.text() == "Undo: settle 2 photos")
    undo.trigger()
    until(lambda: [state(library, photo) for photo in ids] == [PhotoState.STALE] * 3)


def test_all_outside_changes_are_settled_by_a_rule(session: Session, library: Library, until: Until) -> None:
    ids = changed_outside(session, library, until, 3)
    session.window.search.search("state:stale")
    until(lambda: session.model.rowCount() == 3)
    session.flow.go(1)
    until(session.window.panel._compare.isVisible)

    def act(dialog: OutsideDialog) -> bool:
        current = session.flow.current()
        assert current is not None and dialog.list.currentItem().text() == current.name
        dialog._for.setCurrentIndex(2)  # only keywords differ: none of them
        dialog.choose(theirs=True)
        assert not dialog.settle.isEnabled()
        dialog._for.setCurrentIndex(1)
        dialog.choose(theirs=True)
        assert dialog.choice() == dict.fromkeys(ids)
        dialog.settle.click()
        return True

    in_dialog(OutsideDialog, until, session.window.panel._compare.click, act)
    until(lambda: [detail(library, photo).row.alt_text for photo in ids] == ["Their words."] * 3)


def test_what_differs_is_marked_word_by_word() -> None:
    ours, theirs = different("A brown dog, 2 cats", "A black dog, 3 cats & more")
    assert ours == [(2, 7), (13, 14)]
    assert theirs == [(2, 7), (13, 14), (20, 26)]
    assert missing(("Cat", "sofa", "tree"), ("cat", "dog"), ", ") == ([(5, 9), (11, 15)], [(5, 8)])
    assert marked("A <brown> dog", [(3, 8)]) == "A &lt;<b><u>brown</u></b>&gt; dog"


def test_review_has_an_order_of_its_own_that_is_remembered(session: Session, library: Library, until: Until) -> None:
    ids = list(session.model.ids)
    certain(library, ids)
    search = session.window.search
    assert search.order == "taken"
    press(session, Qt.Key.Key_2, CONTROL)
    assert search.order == "queue"
    until(lambda: list(session.model.ids) == ids[::-1])
    assert session.model.ids[session.flow.row] == ids[0]  # the photo in hand stays in hand
    press(session, Qt.Key.Key_Home, CONTROL)
    until(lambda: session.flow.row == 0)
    press(session, Qt.Key.Key_3, Qt.KeyboardModifier.AltModifier)
    assert search.order == "folder"
    until(lambda: list(session.model.ids) == sorted(ids, key=lambda p: detail(library, p).row.name))
    press(session, Qt.Key.Key_1, CONTROL)
    assert search.order == "taken"
    press(session, Qt.Key.Key_2, CONTROL)
    assert search.order == "folder"


def test_the_queue_goes_back_to_what_was_skipped(session: Session, library: Library, until: Until) -> None:
    ids = list(session.model.ids)
    focus(session, session.window.grid, until)
    session.desk.approve(ids[3:-1])
    until(lambda: (row := session.model.photo(len(ids) - 2)) is not None and row.state == PhotoState.APPROVED)
    session.flow.go(len(ids) - 1)
    press(session, Qt.Key.Key_Return, CONTROL)
    until(lambda: session.flow.row == 0)
    assert len(session.flow.chosen()) == 1  # although Ctrl was held
    until(lambda: (row := session.model.photo(len(ids) - 1)) is not None and row.state == PhotoState.APPROVED)
    for _ in range(3):
        press(session, Qt.Key.Key_A)
    until(lambda: "decided" in session.window.announcer.last)
    assert all(detail(library, photo).text(Field.ALT_TEXT, "en") for photo in ids)
