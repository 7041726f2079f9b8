"""Filters: taken apart, shown as chips, added by the sidebar, removed one by one."""

from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton

from gui.app import Session
from gui.filter_words import narrowed, terms
from tests.gui.conftest import Until


def test_another_filter_of_a_field_takes_its_place() -> None:
    assert narrowed("dog state:draft", "tag:cat") == "dog state:draft tag:cat"
    assert narrowed("dog state:draft tag:cat", "state:approved") == "dog tag:cat state:approved"


@given(st.text(alphabet='ab: "-', max_size=30))
def test_taking_apart_loses_nothing_but_blanks(words: str) -> None:
    assert "".join(terms(words)).replace(" ", "") == words.replace(" ", "")
    assert terms(" ".join(terms(words))) == terms(words) or words.count('"') % 2


def chips(session: Session) -> list[QPushButton]:
    return [chip for chip in session.window.chips.findChildren(QPushButton) if chip.isVisible()]


def names(session: Session) -> list[str]:
    return [chip.accessibleName() for chip in chips(session)]


def press_space() -> None:
    focused = QApplication.focusWidget()
    assert focused is not None
    QTest.keyClick(focused, Qt.Key.Key_Space)


def test_a_chip_says_and_removes_its_filter(session: Session, until: Until) -> None:
    session.window.sidebar.chosen.emit("state:draft")
    session.window.sidebar.chosen.emit("tag:cat")
    until(lambda: session.model.rowCount() == 3)
    assert session.window.search.words == "state:draft tag:cat"
    assert names(session) == ["Remove filter: state: draft", "Remove filter: tag: cat"]
    chips(session)[1].click()
    until(lambda: session.model.rowCount() == 12)
    assert session.window.search.words == "state:draft"
    session.window.sidebar.chosen.emit("")
    until(lambda: not session.window.chips.isVisible())


def test_words_phrases_and_exclusions_have_chips_that_keys_remove(session: Session, until: Until) -> None:
    session.window.search.search('animal -dog (cat OR cup) -"of the"')
    until(lambda: session.model.rowCount() < 12)
    assert names(session) == [
        "Remove filter: animal",
        "Remove filter: without dog",
        "Remove filter: cat or cup",
        "Remove filter: without “of the”",
    ]
    assert [chip.text() for chip in chips(session)] == ["animal", "without dog", "cat or cup", "without “of the”"]
    chips(session)[1].setFocus()
    for left in (3, 2, 1):  # the focus goes to the chip that takes the place, so that one can go on
        press_space()
        until(lambda left=left: len(names(session)) == left)
        until(lambda: isinstance(QApplication.focusWidget(), QPushButton))
    assert session.window.search.words == "animal"
    until(lambda: session.window.announcer.last == "12 of 12 photos")
    press_space()
    until(lambda: not session.window.chips.isVisible())
    until(session.window.grid.hasFocus)


def test_what_can_not_be_understood_leaves_the_chips_of_what_is_shown(session: Session, until: Until) -> None:
    session.window.search.search("cat")
    until(lambda: names(session) == ["Remove filter: cat"])
    session.window.search.search("cat ) dog")
    until(lambda: session.window.search.complaint)
    until(lambda: session.desk.idle)
    assert names(session) == ["Remove filter: cat"]
    chips(session)[0].click()
    until(lambda: session.model.rowCount() == 12 and not session.window.search.complaint)


def test_a_pasted_page_of_words_leaves_room_for_photos(session: Session, until: Until) -> None:
    session.window.search.search(" ".join(f"word{n}" for n in range(30)) + " " + "long" * 30)
    until(lambda: len(chips(session)) == 12)
    assert "and 19 more in the search field" in [label.text() for label in session.window.chips.findChildren(QLabel)]
    session.window.search.search("l" * 90)
    until(lambda: [len(chip.text()) for chip in chips(session)] == [48])
    assert names(session) == [f"Remove filter: {'l' * 90}"]


def test_numbers_are_shown_whole_however_long_and_large(session: Session, until: Until) -> None:
    sidebar = session.window.sidebar
    until(lambda: sidebar.columnWidth(1) >= sidebar.sizeHintForColumn(1) > 0)
    before = sidebar.columnWidth(1)
    sidebar.show_states(1_234_567, {}, 0)
    until(lambda: sidebar.columnWidth(1) >= sidebar.sizeHintForColumn(1) > before)
    wide = sidebar.columnWidth(1)
    session.appearance.apply("light", 200)
    until(lambda: sidebar.columnWidth(1) >= sidebar.sizeHintForColumn(1) > wide)
    session.appearance.apply("light", 100)
    until(lambda: sidebar.columnWidth(1) < wide + 8)
