"""Settings in the real window: pages, folders, packs, keys, own words; nothing is changed before OK."""

from pathlib import Path
from typing import TypeVar

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog

from gui.actions import TABLE
from gui.app import Session
from gui.dialogs.words_dialog import WordsDialog
from gui.settings_dialog import PAGES, SettingsDialog
from inference import engine, packs
from inference.own_words import OwnWords
from inference.vocabulary import Vocabulary
from storage.library import Library
from storage.overview import TopFolder, top_folders
from storage.settings import Settings, load
from tests.gui.conftest import Until

Some = TypeVar("Some", bound=QDialog)


def opened(session: Session, action: str, kind: type[Some], until: Until) -> Some:
    """Trigger an action and wait for its dialog."""
    session.window.actions_table[action].trigger()
    until(lambda: isinstance(QApplication.activeModalWidget(), kind))
    dialog = QApplication.activeModalWidget()
    assert isinstance(dialog, kind)
    return dialog


@pytest.fixture
def jobs(session: Session, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The titles of jobs that were started; none runs, for models take long."""
    started: list[str] = []
    monkeypatch.setattr(session.work, "find_words_of_new", lambda: started.append("new"))
    monkeypatch.setattr(session.work, "find_words", lambda folders: started.append(f"scan {folders}"))
    return started


def test_what_is_changed_is_kept_and_cancel_changes_nothing(
    session: Session, library: Library, until: Until, jobs: list[str]
) -> None:
    dialog = opened(session, "settings", SettingsDialog, until)
    style = dialog._fields["style"]
    style.setCurrentIndex(style.findData("plain"))  # type: ignore[union-attr]
    dialog._fields["least_certainty"].setValue(60)  # type: ignore[union-attr]
    assert dialog.changes() == {"style": "plain", "least_certainty": 60}
    dialog.reject()
    dialog = opened(session, "settings", SettingsDialog, until)
    assert dialog.changes() == {}
    dialog._fields["write_when"].setCurrentIndex(1)  # type: ignore[union-attr]
    dialog._fields["least_certainty"].setValue(60)  # type: ignore[union-attr]
    dialog.accept()
    until(lambda: session.desk.settings.least_certainty == 60)
    with library.read() as connection:
        assert load(connection) == Settings(least_certainty=60, write_when="approved")
    until(lambda: jobs == ["new"])


def test_folders_are_listed_added_and_removed(
    session: Session, library: Library, tmp_path: Path, until: Until, jobs: list[str]
) -> None:
    with library.read() as connection:
        assert top_folders(connection) == [TopFolder(tmp_path / "photos", 12, True)]
    dialog = opened(session, "settings", SettingsDialog, until)
    assert dialog.folders._list.item(0).text().endswith("photos, 12 photos")
    (tmp_path / "more").mkdir()
    dialog.folders.add(tmp_path / "more")
    dialog.folders._list.setCurrentRow(0)
    dialog.folders.toggle()
    assert dialog.folders._list.item(0).text().endswith("will be removed")
    dialog.accept()
    until(lambda: not session.work.busy and session.model.rowCount() == 0)
    assert jobs == [f"scan {[tmp_path / 'more']}"]
    with library.read() as connection:
        assert top_folders(connection) == []
    assert (tmp_path / "photos").is_dir()


def test_a_pack_is_switched_off(session: Session, until: Until, jobs: list[str]) -> None:
    dialog = opened(session, "settings", SettingsDialog, until)
    there = packs.discover()
    assert list(dialog.packs._switches) == [pack.id for pack in there]
    dialog.packs._switches["text"].setChecked(False)
    dialog.accept()
    until(lambda: session.desk.settings.packs_off == "text")
    assert not engine.reads_text(session.desk.library)


def test_every_key_can_be_changed_and_conflicts_are_told(session: Session, until: Until) -> None:
    dialog = opened(session, "settings", SettingsDialog, until)
    page = dialog._keys_page
    assert page._table.rowCount() == sum(bool(row.name) for row in TABLE)
    page.choose("approve")
    page.press("R")
    assert "“Reject the proposed text”" in page._said.text()
    page._use(add=False)
    assert page.keys() == {"approve": "R", "reject-text": ""}
    page.choose("withdraw")
    page.press("Ctrl+Alt+Shift+W")
    page._use(add=True)
    assert page.keys()["withdraw"] == "W; Ctrl+Alt+Shift+W"
    page._find.setText("ctrl+alt+shift")
    assert page._table.rowCount() == 1
    dialog.accept()
    shortcuts = session.window.actions_table["approve"].shortcuts()
    assert [key.toString() for key in shortcuts] == ["R"]
    dialog = opened(session, "settings", SettingsDialog, until)
    dialog._keys_page.choose("reject-text")
    dialog._keys_page._reset()
    assert dialog.keys() == {"approve": "", "withdraw": "W; Ctrl+Alt+Shift+W"}
    dialog._keys_page._reset_all()
    assert dialog.keys() == {}
    dialog.accept()
    assert session.window.actions_table["reject-text"].shortcut().toString() == "R"


def test_pages_are_reached_by_keys_at_any_text_size(session: Session, until: Until) -> None:
    session.appearance.apply("light", 200)
    dialog = opened(session, "settings", SettingsDialog, until)
    assert dialog.minimumSizeHint().width() <= 1024
    assert dialog.minimumSizeHint().height() <= 600
    dialog._list.setFocus()
    for number in range(len(PAGES)):
        assert dialog._pages.currentIndex() == number
        QTest.keyClick(dialog._list, Qt.Key.Key_Down)
    dialog.reject()


def test_words_of_ones_own(session: Session, library: Library, tmp_path: Path, until: Until, jobs: list[str]) -> None:
    dialog = opened(session, "own-words", WordsDialog, until)
    QTest.keyClicks(dialog._find, "dog")
    assert dialog._key() == "dog"
    QTest.keyClicks(dialog._name, "pooch")
    QTest.keyClicks(dialog._plural, "pooches")
    QTest.keyClicks(dialog._synonyms, "Rex,  good boy")
    QTest.keyClicks(dialog._keyword, "Animals | Dogs")
    dialog._least.setValue(80)
    own = OwnWords(
        {"dog": {"en": ("pooch", "pooches")}}, {"dog": ("Rex", "good boy")}, {"dog": "Animals|Dogs"}, {"dog": 0.8}
    )
    assert dialog.own == own
    dialog.give_out(tmp_path / "words.json")
    dialog.reset()
    assert not dialog.own
    dialog.take_in(tmp_path / "words.json")
    dialog._never.setChecked(True)
    dialog.accept()
    until(lambda: jobs == ["new"])
    with library.read() as connection:
        kept = engine.kept_words(connection)
    assert kept.blocked == {"dog"}
    assert kept.names == own.names
    assert Vocabulary.load(kept).name("dog") == "pooch"


def test_a_name_of_ones_own_gets_its_regular_plural_unless_another_is_typed(session: Session, until: Until) -> None:
    dialog = opened(session, "own-words", WordsDialog, until)
    QTest.keyClicks(dialog._find, "dog")
    assert dialog._plural.placeholderText() == "dogs"
    QTest.keyClicks(dialog._name, "pooch")
    assert (dialog._plural.text(), dialog._plural.placeholderText()) == ("", "pooches")
    assert dialog.own.names == {"dog": {"en": ("pooch", "pooches")}}
    dialog._fill()
    assert (dialog._plural.text(), dialog._plural.placeholderText()) == ("", "pooches")
    QTest.keyClicks(dialog._plural, "pooch")
    assert dialog.own.names == {"dog": {"en": ("pooch", "pooch")}}
    dialog._fill()
    assert dialog._plural.text() == "pooch"
    dialog.reject()
