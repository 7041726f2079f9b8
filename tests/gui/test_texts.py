"""Writing texts in the real window: several languages, drafts on demand, spelling, what files say of AI."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QTextCharFormat
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QMenu

from gui.app import Session
from gui.review import dictionary
from gui.text_dialog import TextDialog
from gui.words import ORIGINS
from inference import engine, raw_json
from inference.findings import Box, Detection, RawFindings, TextLine
from storage import own_spellings, replace, review
from storage.library import Library
from storage.schema import Field, Origin, PhotoState, TagState, TextState
from storage.suggestions import Proposal, TextProposal, store_proposal
from tests.gui.conftest import Until
from tests.gui.test_review import detail, focus, press, state
from tests.storage.photo_maker import with_xmp

AFFIXES = "SET UTF-8\nTRY esianrtolcdugmphbyfvkwz\nSFX S Y 1\nSFX S 0 s .\n"
WORDS = ("an", "image", "of", "the", "old", "dog/S", "Garten", "runs", "after", "ball", "für", "be", "may")


@pytest.fixture
def books(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Small dictionaries of English and German, found the way Hunspell finds its own."""
    pytest.importorskip("hunspell")
    folder = tmp_path / "dictionaries"
    folder.mkdir()
    for name in ("en_US", "de_DE_frami"):
        (folder / f"{name}.aff").write_text(AFFIXES, encoding="utf-8")
        (folder / f"{name}.dic").write_text(f"{len(WORDS)}\n" + "\n".join(WORDS), encoding="utf-8")
    monkeypatch.setenv("DICPATH", str(folder))
    dictionary.dictionary.cache_clear()
    yield folder
    dictionary.dictionary.cache_clear()


def test_each_language_has_a_text_of_its_own(session: Session, library: Library, until: Until) -> None:
    focus(session, session.window.grid, until)
    panel, photo = session.window.panel, session.model.ids[0]
    english = panel.text.words
    panel.text.put("A cat, edited.")
    press(session, Qt.Key.Key_L)
    assert panel.language == "de"
    assert panel.text.words == ""
    until(lambda: detail(library, photo).row.alt_text == "A cat, edited.")  # leaving the language kept it
    press(session, Qt.Key.Key_E)
    until(panel.text.field.hasFocus)
    QTest.keyClicks(panel.text.field, "Eine Katze.")
    press(session, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    until(lambda: state(library, photo) == PhotoState.APPROVED)
    texts = {t.language: t.text for t in detail(library, photo).texts if t.field == Field.ALT_TEXT}
    assert texts == {"en": "A cat, edited.", "de": "Eine Katze."}
    assert english not in texts.values()
    assert panel.language == "de"  # whoever translates stays in the language
    session.flow.go(0)
    until(lambda: panel.text.words == "Eine Katze.")
    until(lambda: panel.languages._box.currentText() == "Deutsch – approved")  # the photo's details come later


def test_what_is_being_typed_stays_when_a_draft_in_the_usual_language_comes(
    session: Session, library: Library, until: Until
) -> None:
    photo, panel = session.model.ids[1], session.window.panel
    with library.write() as block:
        block.connection.exec_driver_sql("UPDATE text SET language = 'de' WHERE photo_id = ?", (photo,))
        block.touch(photo)
    session.flow.go(1)
    until(lambda: panel.language == "de")
    panel.text.put("Eine Katze auf dem D")
    with library.write() as block:
        texts = [TextProposal(Field.ALT_TEXT, "en", "May be a cat.", "A cat.")]
        proposal = Proposal((), texts, people=None, people_exact=False, certainty=None)
        store_proposal(block, photo, proposal, b"other", {})
    until(lambda: panel.detail is not None and panel.detail.text(Field.ALT_TEXT, "en") is not None)
    assert (panel.language, panel.text.words) == ("de", "Eine Katze auf dem D")
    session.flow.go(0)
    until(lambda: panel.language == "en")
    until(lambda: (found := detail(library, photo).text(Field.ALT_TEXT, "de")) is not None and found.text.endswith("D"))


def test_one_text_for_several_goes_to_those_that_were_chosen_and_in_the_language_that_was(
    session: Session, library: Library, until: Until
) -> None:
    chosen = session.model.ids[:2]
    session.window.grid.selectAll()
    session.flow.recall({}, 0)
    session.flow.go(0)
    session.window.panel.next_language()
    session.window.grid.clearSelection()
    session.flow.recall({photo: row for row, photo in enumerate(chosen)}, 0)
    until(lambda: sorted(session.flow.chosen()) == sorted(chosen))

    def answer() -> None:
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, TextDialog)
        assert "2 photos will have this alt text in Deutsch" in dialog.findChildren(QLabel)[0].text()
        session.flow.go(5)  # as where the list is found anew while somebody types
        dialog._editor.put("Zwei Katzen.")
        dialog.accept()

    QTimer.singleShot(0, answer)
    session.window.actions_table["set-text"].trigger()
    until(lambda: all(detail(library, photo).text(Field.ALT_TEXT, "de") is not None for photo in chosen))
    assert detail(library, session.model.ids[5]).text(Field.ALT_TEXT, "de") is None


def test_a_photo_with_another_language_is_shown_in_it(session: Session, library: Library, until: Until) -> None:
    photo = session.model.ids[1]
    with library.write() as block:
        block.connection.exec_driver_sql("UPDATE text SET language = 'fr' WHERE photo_id = ?", (photo,))
        block.touch(photo)
    session.flow.go(1)
    until(lambda: (d := session.window.panel.detail) is not None and d.row.id == photo)
    assert session.window.panel.language == "fr"
    assert session.window.panel.text.words
    session.flow.go(2)
    until(lambda: session.window.panel.language == "en")


def found_in(library: Library, photo: int) -> None:
    """What the models would have left."""
    found = RawFindings(detections=(Detection("cat", 0.95, Box(0.2, 0.2, 0.8, 0.8)),))
    with library.write() as block:
        digest = block.connection.exec_driver_sql("SELECT digest FROM photo WHERE id = ?", (photo,)).scalar()
        block.connection.exec_driver_sql(
            "INSERT INTO run (photo_id, pack, version, digest, findings) VALUES (?, 'objects', '1', ?, ?)",
            (photo, digest, raw_json.dump(found)),
        )


def test_drafts_are_made_on_demand_in_the_language_of_the_editor(
    session: Session, library: Library, until: Until
) -> None:
    focus(session, session.window.grid, until)
    photo, panel = session.model.ids[0], session.window.panel
    found_in(library, photo)
    press(session, Qt.Key.Key_L)
    press(session, Qt.Key.Key_D)
    until(lambda: detail(library, photo).text(Field.EXTENDED, "de") is not None)
    until(lambda: bool(panel.description.words) and bool(panel.text.words))
    draft = detail(library, photo).text(Field.ALT_TEXT, "de")
    assert draft is not None and "Katze" in draft.text
    assert (draft.origin, draft.state) == (Origin.MODEL, TextState.DRAFT)
    assert panel.text._origin.text() == ORIGINS[Origin.MODEL].word
    until(lambda: session.window.actions_table["undo"].text() == "Undo: draft a text of 1 photo")
    press(session, Qt.Key.Key_D)
    until(lambda: "drafts written" in session.window.announcer.last)


def test_the_draft_follows_a_rejected_tag_and_the_same_number_takes_that_back(
    session: Session, library: Library, until: Until
) -> None:
    focus(session, session.window.grid, until)
    photo, tags = session.model.ids[0], session.window.panel.tags
    found_in(library, photo)
    engine.describe_now(library, [photo])
    until(lambda: "cat" in session.window.panel.text.words)
    assert (cat := tags.tag(1)) is not None and cat.name == "cat"
    press(session, Qt.Key.Key_1)
    until(lambda: "cat" not in session.window.panel.text.words)
    assert (first := tags.tag(1)) is not None
    assert (first.name, first.state) == ("cat", TagState.REJECTED)
    press(session, Qt.Key.Key_1)
    until(lambda: "cat" in session.window.panel.text.words)


def test_nothing_found_is_nothing_drafted(session: Session, until: Until) -> None:
    focus(session, session.window.grid, until)
    press(session, Qt.Key.Key_D)
    until(lambda: session.window.announcer.last.startswith("Nothing to draft"))


def opened_menu(until: Until) -> QMenu:
    until(lambda: isinstance(QApplication.activePopupWidget(), QMenu))
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    return menu


def test_misspelt_words_are_underlined_and_respelt_by_key(
    session: Session, library: Library, books: Path, until: Until
) -> None:
    editor = session.window.panel.text
    editor.start()
    focus(session, editor.field, until)
    editor.put("The old dogs runns after the ball")
    until(lambda: "“runns”" in editor._remarks.text())
    dots = [m for m in editor.field.extraSelections() if m.format.underlineStyle() == m.format.UnderlineStyle.DotLine]
    assert [mark.cursor.selectedText() for mark in dots] == ["runns"]
    assert "runns" in editor.field.accessibleDescription()
    press(session, Qt.Key.Key_Period, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClick(opened_menu(until), Qt.Key.Key_Return)
    assert editor.words == "The old dogs runs after the ball"
    until(lambda: "Spelling" not in editor._remarks.text())
    assert QTextCharFormat.UnderlineStyle.DotLine not in [
        m.format.underlineStyle() for m in editor.field.extraSelections()
    ]


def test_what_other_photos_say_and_what_is_written_is_known_while_typing(
    session: Session, library: Library, until: Until
) -> None:
    photo, other = session.model.ids[:2]
    review.set_text(library, [other], "A cat sleeps on a chair.")
    found = RawFindings(text=(TextLine("EXIT", 0.95, Box(0, 0, 1, 1)), TextLine("qzv", 0.4, Box(0, 0, 1, 1))))
    with library.write() as block:
        block.connection.exec_driver_sql(
            "INSERT INTO run (photo_id, pack, version, digest, findings) "
            "SELECT id, 'text', '1', digest, ? FROM photo WHERE id = ?",
            (raw_json.dump(found), photo),
        )
    editor = session.window.panel.text
    editor.start()
    focus(session, editor.field, until)
    editor.put("A cat sleeps on a chair.")
    until(lambda: "Another photo has the same text" in editor._remarks.text())
    assert "contains text (“EXIT”)" in editor._remarks.text()
    editor.put("A cat sleeps under a sign: “Exit”.")
    until(lambda: editor._remarks.text() == "" or "Spelling" in editor._remarks.text().splitlines()[0])


def test_own_words_and_tags_are_right(session: Session, library: Library, books: Path, until: Until) -> None:
    editor = session.window.panel.text
    editor.start()
    focus(session, editor.field, until)
    editor.put("The old cat of Heuchelheim")  # “cat” is no word of this dictionary, but a tag of the photo
    until(lambda: "Spelling: “Heuchelheim”." in editor._remarks.text())
    press(session, Qt.Key.Key_Period, Qt.KeyboardModifier.ControlModifier)
    menu = opened_menu(until)
    menu.actions()[-1].trigger()
    menu.close()
    until(lambda: "Spelling" not in editor._remarks.text())
    with library.read() as connection:
        assert own_spellings.load(connection) == {"Heuchelheim"}


def test_without_a_dictionary_it_says_so(session: Session, books: Path, until: Until) -> None:
    shutil.rmtree(books)
    editor = session.window.panel.text
    focus(session, session.window.grid, until)
    press(session, Qt.Key.Key_L)
    editor.put("Hund im Garrten")
    until(lambda: "no dictionary for Deutsch" in editor._remarks.text())
    assert not editor._misspelt
    session.window.actions_table["spelling"].trigger()
    assert "no dictionary" in session.window.announcer.last
    editor.put("")


def test_dictionaries_are_found_by_language(books: Path) -> None:
    assert dictionary.find("de", [books]) == books / "de_DE_frami.aff"
    assert dictionary.find("en-GB", [books]) == books / "en_US.aff"
    assert dictionary.find("fr", [books]) is None
    book = dictionary.dictionary("de")
    assert book is not None
    assert [m.word for m in book.misspelt("Für EXIF: dogs Graten Hase", ["hase"])] == ["Graten"]
    assert book.suggest("Garren")[:1] == ["Garten"]


def test_what_the_file_says_of_ai_is_shown(session: Session, library: Library, until: Until) -> None:
    said = session.window.panel._made_by_ai
    assert not said.isVisibleTo(session.window.panel)
    row = next(r for r in session.desk.read_rows(session.model.ids[1:]) if r.path.suffix == ".jpg")
    packet = (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description rdf:about="" xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" '
        'Iptc4xmpExt:DigitalSourceType="http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"/>'
        "</rdf:RDF></x:xmpmeta>"
    )
    row.path.write_bytes(with_xmp(row.path.read_bytes(), packet.encode()))
    session.flow.go(list(session.model.ids).index(row.id))
    until(lambda: said.isVisibleTo(session.window.panel))
    assert "trainedAlgorithmicMedia" in said.text()


def test_the_opening_of_a_draft_is_not_blamed_where_approval_takes_it_away(
    session: Session, library: Library, until: Until
) -> None:
    photo, text = session.model.ids[0], session.window.panel.text
    assert "Once approved it reads: cat" in text._count.text()
    assert "Once approved it reads: cat" in text.field.accessibleDescription()
    asked: list[str] = []
    text.rested.connect(asked.append)
    replace.replace(library, replace.Rule("cat", "kitten"), [photo])
    until(lambda: text.words == "May be an image of kitten.")
    until(lambda: text._origin.text() == ORIGINS[Origin.USER].word)
    until(lambda: text.words in asked)
    until(lambda: session.desk.idle)
    assert "begin" not in text._remarks.text()
    text.put("May be an image of kitten on a chair.")
    until(lambda: "This is how drafts begin." in text._remarks.text())
    assert "Once approved" not in text._count.text()


def test_the_photo_in_hand_follows_a_change_while_the_list_is_elsewhere(
    session: Session, library: Library, until: Until
) -> None:
    session.model._pages.clear()  # as after scrolling through thousands of photos
    replace.replace(library, replace.Rule("cat", "kitten"), [session.model.ids[0]])
    until(lambda: session.window.panel.text.words == "May be an image of kitten.")
