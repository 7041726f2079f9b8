"""Finding in the real window: suggestions, wrong questions, order, facets, the sidebar's trees, saved searches."""

import contextlib
import sqlite3
import threading

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtGui import QStandardItemModel
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit

from gui.app import Session
from gui.appearance import Appearance
from gui.dialogs.saved_searches import SavedSearchesDialog, SaveSearchDialog
from gui.filter_tree import QUERY, Entry, FilterTree
from gui.search_bar import ORDERS
from storage import photos, review, search
from storage.library import Library
from storage.schema import TagState
from storage.search import saved
from storage.search.saved import SavedSearch
from tests.gui.conftest import Until

SPOKEN = Qt.ItemDataRole.AccessibleTextRole


def typed(session: Session, words: str, until: Until) -> None:
    """Type into the search field, key by key."""
    session.window.activateWindow()
    session.window.search.start()
    field = session.window.search.field
    until(field.hasFocus)
    QTest.keyClicks(field, words)


def offered(session: Session) -> list[str]:
    suggestions = session.window.search.field.suggestions
    return [suggestions.item(row).data(SPOKEN) for row in range(suggestions.count())]


def test_typing_offers_concepts_with_their_counts_and_a_key_takes_one(session: Session, until: Until) -> None:
    search_bar = session.window.search
    typed(session, "ca", until)
    until(search_bar.field.suggestions.isVisible)
    assert offered(session)[0] == "cat, 3 photos"
    until(lambda: session.window.announcer.last.endswith("suggestions"))
    QTest.keyClick(search_bar.field, Qt.Key.Key_Down)
    assert search_bar.field.suggestions.hasFocus()
    QTest.keyClick(search_bar.field.suggestions, Qt.Key.Key_Return)
    assert search_bar.field.text() == "cat "
    assert search_bar.field.hasFocus()
    assert not search_bar.field.suggestions.isVisible()
    until(lambda: session.model.rowCount() == 3)


def test_fields_and_their_values_are_offered(session: Session, until: Until) -> None:
    field = session.window.search.field
    typed(session, "stat", until)
    until(field.suggestions.isVisible)
    QTest.keyClick(field, Qt.Key.Key_Down)
    QTest.keyClick(field.suggestions, Qt.Key.Key_Return)
    assert field.text() == "state:"
    until(lambda: any(one.startswith("draft, ") for one in offered(session)))


def test_typing_goes_on_from_the_suggestions(session: Session, until: Until) -> None:
    field = session.window.search.field
    typed(session, "ca", until)
    until(field.suggestions.isVisible)
    QTest.keyClick(field, Qt.Key.Key_Down)
    QTest.keyClicks(field.suggestions, "t")
    assert field.text() == "cat"
    assert field.hasFocus()
    until(field.suggestions.isVisible)
    QTest.keyClick(field, Qt.Key.Key_Escape)
    assert not field.suggestions.isVisible()
    assert field.text() == "cat"
    QTest.keyClick(field, Qt.Key.Key_Escape)
    assert field.text() == ""


def test_a_wrong_question_is_told_at_its_place_and_changes_no_list(session: Session, until: Until) -> None:
    search_bar = session.window.search
    typed(session, " dog colour:red", until)
    until(lambda: search_bar.complaint)
    assert search_bar.complaint_line.isVisible()
    assert "colour:" in search_bar.complaint
    until(lambda: session.window.announcer.last == search_bar.complaint)
    assert session.window.announcer.assertive
    search_bar.show_wrong()
    assert search_bar.field.selectedText() == "colour:"
    search_bar.search("tag:cat")
    assert not search_bar.complaint_line.isVisible()
    until(lambda: session.model.rowCount() == 3)


def test_better_words_are_offered_and_found_by_one_press(session: Session, until: Until) -> None:
    session.window.search.search("catt")
    page = session.window.nothing_found
    until(lambda: page._better.isVisible())
    page._better.click()
    until(lambda: 3 <= session.model.rowCount() < 12)
    assert session.window.search.words == "cat"


@pytest.mark.parametrize("order", ORDERS)
def test_photos_are_sorted_as_chosen_and_the_current_one_stays(
    session: Session, library: Library, until: Until, order: str
) -> None:
    session.flow.go(4)
    photo = session.flow.current()
    assert photo is not None
    session.window.actions_table[f"sort-{order}"].trigger()
    with library.read() as connection:
        wanted = list(search.find(connection, "", order=search.Order(order)))
    until(lambda: list(session.model.ids) == wanted)
    current = session.flow.current()
    assert current is not None
    assert current.id == photo.id


def entry(tree: FilterTree, *path: str) -> QModelIndex:
    """The entry with these spoken names, one below the other; branches are opened on the way."""
    model = tree.model()
    assert isinstance(model, QStandardItemModel)
    parent = QModelIndex()
    for name in path:
        rows = [model.index(row, 0, parent) for row in range(model.rowCount(parent))]
        parent = next(index for index in rows if index.data(SPOKEN) == name)
        tree.setExpanded(parent, True)
    return parent


def press(tree: FilterTree, index: QModelIndex) -> None:
    tree.setFocus()
    tree.setCurrentIndex(index)
    QTest.keyClick(tree, Qt.Key.Key_Return)


def test_the_result_is_narrowed_by_key(session: Session, until: Until) -> None:
    facets = session.window.facets
    assert not facets.isVisible()
    session.window.search.search("animal")
    until(facets.isVisible)
    press(facets.tree, entry(facets.tree, "Tags, group", "dog, 3 photos"))
    assert session.window.search.words == "animal tag:dog"
    until(lambda: session.model.rowCount() == 3)
    session.window.search.search("tag:cat OR tag:dog")
    until(lambda: facets.isVisible() and session.model.rowCount() == 6)
    until(lambda: facets._title.text() == "Narrow 6 photos")
    press(facets.tree, entry(facets.tree, "Tags, group", "cat, 3 photos"))
    assert session.window.search.words == "(tag:cat OR tag:dog) tag:cat"
    until(lambda: session.model.rowCount() == 3)
    session.window.search.search("")
    assert not facets.isVisible()


def test_tags_and_folders_are_trees(session: Session, until: Until) -> None:
    sidebar = session.window.sidebar
    until(lambda: session.desk.idle)
    assert entry(sidebar, "Folders, group", "photos, 12 photos").isValid()
    press(sidebar, entry(sidebar, "Tags, group", "animal, 12 photos", "cat, 3 photos"))
    until(lambda: session.model.rowCount() == 3)
    assert session.window.search.words == "tag:cat"
    press(sidebar, entry(sidebar, "Years, group", "2024, 12 photos", "2024-01, 2 photos"))
    until(lambda: session.window.search.words == "tag:cat date:2024-01")


def test_a_pack_shows_the_photos_it_has_looked_at(session: Session, until: Until) -> None:
    sidebar = session.window.sidebar
    sidebar.show_packs([("Objects 1.0", "objects")])
    press(sidebar, entry(sidebar, "Model packs, group", "Objects 1.0"))
    until(lambda: session.window.search.words == "pack:objects" and session.model.rowCount() == 0)


def test_counts_follow_what_is_done(session: Session, library: Library, photos: list[int], until: Until) -> None:
    until(lambda: session.desk.idle)
    entry(session.window.sidebar, "Photos, group", "Draft, 12 photos")
    session.desk.approve(photos[:5])
    until(lambda: session.desk.idle and "Approved, 5 photos" in _names(session.window.sidebar, "Photos, group"))


def _names(tree: FilterTree, group: str) -> list[str]:
    parent = entry(tree, group)
    return [tree.model().index(row, 0, parent).data(SPOKEN) for row in range(tree.model().rowCount(parent))]


def test_a_group_in_step_keeps_what_is_open_and_current(app: QApplication, session: Session) -> None:
    tree = session.window.sidebar
    leaves = tuple(Entry(f"leaf {n}", n, f"leaf:{n}") for n in range(3))
    tree.show_group("Tags", [Entry("a", 5, "a", below=leaves), Entry("b", 4, "b")])
    tree.setCurrentIndex(entry(tree, "Tags, group", "a, 5 photos", "leaf 1, 1 photo"))
    tree.show_group("Tags", [Entry("c", 9, "c"), Entry("b", 6, "b"), Entry("a", 6, "a", below=leaves[1:])])
    assert tree.currentIndex().data(QUERY) == "leaf:1"
    assert tree.isExpanded(tree.currentIndex().parent())
    assert _names(tree, "Tags, group") == ["c, 9 photos", "b, 6 photos", "a, 6 photos"]
    tree.show_group("Tags", [])
    assert tree.isRowHidden(3, QModelIndex())


def test_a_group_of_hundreds_grows_from_turn_to_turn(appearance: Appearance, until: Until) -> None:
    tree = FilterTree(appearance, ("Cameras",), ())
    many = [Entry(f"{n}", n, f"many:{n}") for n in range(1_200)]

    def listed() -> list[str]:
        return _names(tree, "Cameras, group")

    tree.show_group("Cameras", many[:350])
    assert len(listed()) == 100
    assert tree.isRowHidden(0, QModelIndex())
    until(lambda: len(listed()) == 350)
    assert not tree.isRowHidden(0, QModelIndex())
    assert tree.isExpanded(tree.model().index(0, 0))
    tree.setCurrentIndex(entry(tree, "Cameras, group", "340, 340 photos"))
    tree.show_group("Cameras", many[:5] + [Entry("new", n, f"new:{n}") for n in range(200)] + many[5:350])
    assert len(listed()) == 550
    assert tree.currentIndex().data(QUERY) == "many:340"
    others = [Entry(f"{n}", n, f"other:{n}") for n in range(900)]
    tree.show_group("Cameras", [*others, many[340]])
    assert len(listed()) == 251, "those that are gone go at once, new ones come by and by"
    until(lambda: len(listed()) == 901)
    assert listed() == [f"{n}, {n} photo{'s' * (n != 1)}" for n in (*range(900), 340)]
    assert tree.currentIndex().data(QUERY) == "many:340"
    tree.show_group("Cameras", [])
    assert tree.isRowHidden(0, QModelIndex())
    tree.show_group("Cameras", many)
    tree.show_group("Cameras", many[3:6])
    until(lambda: listed() == ["3, 3 photos", "4, 4 photos", "5, 5 photos"])
    tree.show_group("Cameras", many)
    until(lambda: len(listed()) == 1_001)
    assert listed()[-1] == "200 more: type in the search field"
    assert listed()[:2] == ["0, 0 photos", "1, 1 photo"]
    tree.deleteLater()


def test_a_search_is_saved_renamed_sorted_and_deleted(session: Session, library: Library, until: Until) -> None:
    session.window.search.search("cat state:draft")
    session.window.actions_table["save-search"].trigger()
    until(lambda: isinstance(QApplication.activeModalWidget(), SaveSearchDialog))
    dialog = QApplication.activeModalWidget()
    assert dialog is not None
    name = dialog.findChild(QLineEdit)
    assert name is not None
    name.setText("Cats to do")
    QTest.keyClick(name, Qt.Key.Key_Return)
    until(lambda: "Cats to do" in _names(session.window.sidebar, "Saved searches, group"))
    saved.save(library, "Dogs", "dog")
    session.window.actions_table["saved-searches"].trigger()
    until(lambda: isinstance(QApplication.activeModalWidget(), SavedSearchesDialog))
    house = QApplication.activeModalWidget()
    assert isinstance(house, SavedSearchesDialog)
    house._list.setCurrentRow(1)
    house._up.click()
    assert [one.name for one in house.searches] == ["Dogs", "Cats to do"]
    house._delete.click()
    house._name.selectAll()
    QTest.keyClicks(house._name, "Only cats")
    house.accept()
    until(lambda: _names(session.window.sidebar, "Saved searches, group") == ["Only cats"])
    with library.read() as connection:
        assert saved.load(connection) == (SavedSearch("Only cats", "cat state:draft"),)


def test_how_many_photos_a_search_finds_is_said_once_typing_rests(session: Session, until: Until) -> None:
    session.window.search.start()
    QTest.keyClicks(session.window.search.field, "dog")
    until(lambda: session.window.announcer.last.startswith("3 of 12 photos"))
    session.window.announcer.last = ""
    session.finder.again()
    until(lambda: not session.finder._speak.isActive())
    assert session.window.announcer.last == "", "the same photos again are no news"


def test_a_newer_question_stops_an_older_one(session: Session, until: Until) -> None:
    for words in ("animal", "cat", "dog", "cup"):
        session.desk.search(words)
        session.desk.narrow(words)
    session.window.search.search("cup")
    until(lambda: session.desk.idle and session.model.rowCount() == 3)
    with session.desk.library.read() as connection:
        assert list(session.model.ids) == list(search.find(connection, "cup"))
        assert photos.rows(connection, session.model.ids)


def test_a_list_that_takes_long_is_not_asked_for_again_before_it_is_there(
    session: Session, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    finder, asked = session.finder, list[tuple[str, ...]]()
    until(lambda: not finder._asked_at)
    monkeypatch.setattr(session.desk, "search", lambda *question: asked.append(question))
    finder.again()
    finder._list_anew()
    finder._list_anew()
    assert len(asked) == 1
    assert not finder._relist.isActive()
    session.desk.found.emit(session.model.ids, "")
    assert finder._relist.isActive(), "photos came meanwhile"
    until(lambda: len(asked) == 2)
    session.desk.found.emit(session.model.ids, "")
    assert not finder._relist.isActive()


def _resets(session: Session) -> list[int]:
    """How many photos were listed, for each time that from now on a list is put into the model."""
    seen: list[int] = []
    session.model.listed.connect(lambda: seen.append(session.model.rowCount()))
    return seen


def _filtered(session: Session, until: Until) -> None:
    until(lambda: session.desk.idle and session.finder._all is not None)
    session.window.search.search("dog")
    until(lambda: session.desk.idle and session.model.rowCount() == 3)


def test_all_photos_come_back_at_once_and_are_listed_anew_all_the_same(
    session: Session, library: Library, until: Until
) -> None:
    ids = list(session.model.ids)
    _filtered(session, until)
    hold, seen = threading.Event(), _resets(session)
    session.desk.ask_library(hold.wait, lambda _: None)
    session.window.actions_table["clear-search"].trigger()
    assert list(session.model.ids) == ids, "before the library answers"
    hold.set()
    until(lambda: session.desk.idle)
    assert seen == [12], "the same photos are not put in again"
    _filtered(session, until)
    del seen[:]
    with contextlib.closing(sqlite3.connect(library.path)) as other, other:  # another program, which tells nobody
        other.execute("UPDATE photo SET missing_since = '2026-01-01', place = NULL WHERE id = ?", (ids[4],))
    session.window.actions_table["clear-search"].trigger()
    until(lambda: seen == [12, 11])
    assert list(session.model.ids) == [photo for photo in ids if photo != ids[4]]


def test_a_list_that_is_known_to_be_old_does_not_come_back(session: Session, library: Library, until: Until) -> None:
    _filtered(session, until)
    seen = _resets(session)
    with library.write() as block:
        block.relist()
    until(lambda: session.finder._all is None)
    until(lambda: session.desk.idle and not session.finder._relist.isActive())
    session.window.actions_table["clear-search"].trigger()
    assert session.model.rowCount() == 3
    until(lambda: session.desk.idle and session.model.rowCount() == 12)
    assert seen[-1] == 12
    assert session.finder._all is not None


def test_all_photos_in_another_order_are_asked_for(session: Session, until: Until) -> None:
    _filtered(session, until)
    session.window.search.sort("name")
    until(lambda: session.desk.idle)
    session.window.actions_table["clear-search"].trigger()
    assert session.model.rowCount() == 3
    until(lambda: session.desk.idle and session.model.rowCount() == 12)
    with session.desk.library.read() as connection:
        assert list(session.model.ids) == list(search.find(connection, "", order=search.Order.NAME))


def test_selected_photos_are_found_again_wherever_they_went(session: Session) -> None:
    flow, ids = session.flow, session.model.ids

    def recalled(photos: dict[int, int], shift: int) -> list[int]:
        session.window.grid.clearSelection()
        flow.recall(photos, shift)
        return sorted(row for rows in session.window.grid.selected_ranges() for row in rows)

    assert recalled({ids[3]: 3, ids[4]: 4}, 0) == [3, 4]
    assert recalled({ids[3]: 1, ids[4]: 2}, 2) == [3, 4]
    assert recalled({ids[3]: 1, ids[0]: 8}, 2) == [0, 3]
    assert recalled({ids[11]: 0, 99_999: 5}, -1) == [11]


def test_the_photo_in_hand_stays_though_it_answers_no_longer(session: Session, library: Library, until: Until) -> None:
    panel, answers = session.window.panel, list[int]()
    session.window.search.search("tag:cat")
    until(lambda: session.model.rowCount() == 3)
    session.flow.go(1)
    photo = session.model.ids[1]
    until(lambda: panel.detail is not None and panel.detail.row.id == photo)
    cat = next(tag.concept for tag in panel.tags.shown if tag.name == "cat")
    review.judge_tag(library, [photo], cat, TagState.REJECTED)
    panel.text.put("A lynx, hal")
    session.desk.found.connect(lambda ids, _words: answers.append(len(ids)))
    with library.write() as block:
        block.relist()  # as a scan does that brings photos
    until(lambda: answers)
    assert answers == [2]
    assert (session.flow.row, session.model.ids[1], panel.text.words) == (1, photo, "A lynx, hal")
    assert panel.text.changed
    session.flow.step(1)
    session.finder.again()
    until(lambda: session.model.rowCount() == 2)
