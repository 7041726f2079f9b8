"""Filters: taken apart, shown as chips, added by the sidebar, removed one by one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtWidgets import QPushButton

from gui.app import Session
from gui.filter_words import filters, narrowed, terms, without
from tests.gui.conftest import Until


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("", []),
        ("dog beach", []),
        ("dog state:draft", ["state:draft"]),
        ('folder:"my photos/a:b" -car', ['folder:"my photos/a:b"']),
        ('"a:b" people:2..', ["people:2.."]),
        ('tag:"golden retriever', ['tag:"golden retriever']),
    ],
)
def test_filters_are_the_words_that_ask_for_a_field(words: str, expected: list[str]) -> None:
    assert filters(words) == expected


def test_another_filter_of_a_field_takes_its_place() -> None:
    assert narrowed("dog state:draft", "tag:cat") == "dog state:draft tag:cat"
    assert narrowed("dog state:draft tag:cat", "state:approved") == "dog tag:cat state:approved"
    assert without('dog folder:"a b"', 'folder:"a b"') == "dog"
    assert without("dog", "cat") == "dog"


@given(st.text(alphabet='ab: "-', max_size=30))
def test_taking_apart_loses_nothing_but_blanks(words: str) -> None:
    assert "".join(terms(words)).replace(" ", "") == words.replace(" ", "")
    assert terms(" ".join(terms(words))) == terms(words) or words.count('"') % 2


def test_a_chip_says_and_removes_its_filter(session: Session, until: Until) -> None:
    session.window.sidebar.chosen.emit("state:draft")
    session.window.sidebar.chosen.emit("tag:cat")
    until(lambda: session.model.rowCount() == 3)
    assert session.window.search.words == "state:draft tag:cat"
    chips = session.window.chips.findChildren(QPushButton)
    shown = [chip for chip in chips if chip.isVisible()]
    assert [chip.accessibleName() for chip in shown] == [
        "Remove the filter state:draft",
        "Remove the filter tag:cat",
    ]
    shown[1].click()
    until(lambda: session.model.rowCount() == 12)
    assert session.window.search.words == "state:draft"
    session.window.sidebar.chosen.emit("")
    until(lambda: not session.window.chips.isVisible())


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
