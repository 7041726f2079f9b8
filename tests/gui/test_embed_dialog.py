"""Writing into photos from the window: nothing before it was seen and asked for, every failure told, undo."""

import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from gui import embed_dialog
from gui.app import Session
from gui.embed_dialog import EmbedDialog, open_dialog
from storage import embed, embed_undo, photos
from storage.job import Progress
from storage.library import Library
from storage.own_process import OwnProcess
from storage.schema import PhotoState
from tests.gui.audit import audit
from tests.gui.conftest import Until


def path_of(library: Library, photo: int) -> Path:
    with library.read() as connection:
        found = photos.path_of(connection, photo)
    assert found is not None
    return found


def state(library: Library, photo: int) -> PhotoState:
    with library.read() as connection:
        return photos.rows(connection, [photo])[0].state


def test_the_preview_says_what_changes_and_writes_nothing(session: Session, library: Library, until: Until) -> None:
    photo = session.model.ids[0]
    path = path_of(library, photo)
    before = path.read_bytes()
    session.desk.approve([photo])
    until(lambda: state(library, photo) == PhotoState.APPROVED)
    dialog = open_dialog(session)
    dialog.show()
    until(lambda: dialog._write.isEnabled())
    assert audit(dialog) == []
    with library.read() as connection:
        text = photos.rows(connection, [photo])[0].alt_text
    assert {row[0] for row in dialog.preview.rows} == {path.name}
    assert (path.name, "the photo", "Alt text (default, en)", "–", text) in dialog.preview.rows
    assert dialog._write.text() == "Write into 1 photo"
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert path.read_bytes() == before
    assert state(library, photo) == PhotoState.APPROVED


def test_nothing_approved_is_nothing_to_write(session: Session, until: Until) -> None:
    dialog = open_dialog(session)
    dialog.show()
    until(lambda: "nothing to write" in dialog._said.text())
    assert not dialog._write.isEnabled()
    dialog.reject()


def test_words_are_written_and_put_back(session: Session, library: Library, until: Until) -> None:
    ids = list(session.model.ids[:3])
    paths = [path_of(library, photo) for photo in ids]
    before = [path.read_bytes() for path in paths]
    session.desk.approve(ids)
    until(lambda: state(library, ids[2]) == PhotoState.APPROVED)
    dialog = open_dialog(session)
    dialog.show()
    until(lambda: dialog._write.isEnabled())
    dialog._write.click()
    assert dialog.focusWidget() is dialog._leave
    assert not dialog._bar.isVisible(), "what is over in a moment needs none"
    until(lambda: dialog._said.text() == "3 photos written.", 30)
    assert dialog.focusWidget() is dialog._close, "the focus moves, or nobody hears that it is another button"
    assert [state(library, photo) for photo in ids] == [PhotoState.EMBEDDED] * 3
    assert all(path.read_bytes() != old for path, old in zip(paths, before, strict=True))
    dialog.accept()
    undo = session.window.actions_table["undo"]
    until(lambda: undo.text().startswith("Undo: embed 3 photos"))
    undo.trigger()
    until(lambda: [path.read_bytes() for path in paths] == before, 30)
    until(lambda: not session.work.busy)


def test_a_photo_that_fails_is_named_and_tried_again(session: Session, library: Library, until: Until) -> None:
    ids = list(session.model.ids[:2])
    broken = path_of(library, ids[0])
    session.desk.approve(ids)
    until(lambda: state(library, ids[1]) == PhotoState.APPROVED)
    whole = broken.read_bytes()
    dialog = open_dialog(session)
    dialog.show()
    until(lambda: dialog._write.isEnabled())
    broken.unlink()
    dialog._write.click()
    until(lambda: dialog._retry.isVisible(), 30)
    assert dialog._said.text() == "1 photo written. 1 failed and stayed as they were."
    assert [row[0] for row in dialog.failures.rows] == [broken.name]
    assert audit(dialog) == []
    broken.write_bytes(whole)
    dialog._retry.click()
    until(lambda: dialog._said.text() == "1 photo written.", 30)
    assert state(library, ids[0]) == PhotoState.EMBEDDED
    dialog.accept()


def test_an_embedding_is_undone_and_redone_in_its_place(session: Session, library: Library, until: Until) -> None:
    photo = session.model.ids[0]
    path = path_of(library, photo)
    before = path.read_bytes()
    session.desk.approve([photo])
    until(lambda: state(library, photo) == PhotoState.APPROVED)
    list(embed.embed(library))
    session.desk.look_for_undo()
    undo, redo = (session.window.actions_table[name] for name in ("undo", "redo"))
    until(lambda: undo.text() == "Undo: embed 1 photo")
    undo.trigger()
    until(lambda: undo.text() == "Undo: approve 1 photo", 30)
    assert path.read_bytes() == before
    undo.trigger()
    until(lambda: redo.text() == "Redo: approve 1 photo")
    redo.trigger()
    until(lambda: redo.text() == "Redo: embed 1 photo")
    redo.trigger()
    until(lambda: state(library, photo) == PhotoState.EMBEDDED, 30)
    until(lambda: not redo.isEnabled() and undo.text() == "Undo: embed 1 photo")
    until(lambda: not session.work.busy)


def test_what_was_done_after_an_embedding_is_undone_before_it(session: Session, library: Library, until: Until) -> None:
    written, other = session.model.ids[:2]
    session.desk.approve([written])
    until(lambda: state(library, written) == PhotoState.APPROVED)
    list(embed.embed(library))
    session.desk.look_for_undo()
    until(lambda: session.window.actions_table["undo"].text() == "Undo: embed 1 photo")
    with_words = path_of(library, written).read_bytes()
    session.desk.approve([other])
    session.window.actions_table["undo"].trigger()  # before the window has heard of the approval
    until(lambda: session.window.announcer.last == "Undone: approve 1 photo.")
    assert state(library, other) == PhotoState.DRAFT
    until(lambda: not session.work.busy)
    assert path_of(library, written).read_bytes() == with_words


def test_an_embedding_is_not_redone_once_something_else_was_done(
    session: Session, library: Library, until: Until
) -> None:
    written, other = session.model.ids[:2]
    session.desk.approve([written])
    until(lambda: state(library, written) == PhotoState.APPROVED)
    list(embed.embed(library))
    list(embed_undo.undo(library))
    session.desk.look_for_undo()
    until(lambda: session.window.actions_table["redo"].text() == "Redo: embed 1 photo")
    before = path_of(library, written).read_bytes()
    session.desk.approve([other])
    session.window.actions_table["redo"].trigger()
    until(lambda: session.window.announcer.last == "There is nothing to redo.")
    until(lambda: not session.work.busy)
    assert path_of(library, written).read_bytes() == before


def test_writing_pauses_goes_on_and_stops(session: Session, library: Library, until: Until) -> None:
    ids = list(session.model.ids)
    session.desk.approve(ids)
    until(lambda: state(library, ids[-1]) == PhotoState.APPROVED)
    dialog = open_dialog(session)
    dialog.show()
    until(lambda: dialog._write.isEnabled())
    dialog._write.click()
    dialog._pause.click()
    assert dialog.task is not None and dialog.task.paused
    assert dialog._pause.text() == "Go on" and dialog._pause.isVisible()
    dialog._pause.click()
    assert not dialog.task.paused
    dialog._stop.click()
    until(lambda: dialog._close.text() == "Close", 30)
    assert dialog._said.text().startswith("Stopped.")
    dialog._retry.click()
    until(lambda: "written." in dialog._said.text() and dialog._close.text() == "Close", 30)
    assert {state(library, photo) for photo in ids} == {PhotoState.EMBEDDED}
    dialog.accept()


def test_a_process_that_is_killed_while_it_writes_is_told_and_nothing_is_lost(
    session: Session, library: Library, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = list(session.model.ids)
    session.desk.approve(ids)
    until(lambda: state(library, ids[-1]) == PhotoState.APPROVED)
    started: list[OwnProcess] = []

    class Known(OwnProcess):
        def __init__(self, *given: Any) -> None:
            super().__init__(*given)
            started.append(self)

    monkeypatch.setattr("storage.job_process.OwnProcess", Known)
    dialog = open_dialog(session)
    dialog.show()
    until(lambda: dialog._write.isEnabled())
    dialog._write.click()
    until(lambda: started, 30)
    os.kill(started[0].number, signal.SIGKILL)
    until(lambda: dialog._retry.isVisible(), 30)
    assert dialog._said.text().startswith("The work was stopped by the system")
    assert session.window.announcer.last == dialog._said.text()
    dialog._retry.click()
    until(lambda: "written." in dialog._said.text() and dialog._close.text() == "Close", 30)
    assert {state(library, photo) for photo in ids} == {PhotoState.EMBEDDED}
    dialog.accept()


def _read_no_faster_than_it_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """Twelve photos are read in less time than a busy window takes to say that it has enough."""
    read, shown, free = embed_dialog._look, EmbedDialog._looked, threading.Semaphore(1)

    def look(*given: Any) -> Iterator[Progress]:
        for progress in read(*given):
            assert free.acquire(timeout=10)
            yield progress

    def looked(dialog: EmbedDialog, *given: Any) -> None:
        shown(dialog, *given)
        free.release()

    monkeypatch.setattr(embed_dialog, "_look", look)
    monkeypatch.setattr(EmbedDialog, "_looked", looked)


def test_of_many_photos_only_the_first_are_read_until_one_scrolls(
    session: Session, library: Library, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = list(session.model.ids)
    session.desk.approve(ids)
    until(lambda: state(library, ids[-1]) == PhotoState.APPROVED)
    monkeypatch.setattr("gui.embed_dialog.AHEAD", 2)
    monkeypatch.setattr("gui.jobs.PROGRESS_INTERVAL", 0.0)
    _read_no_faster_than_it_is_shown(monkeypatch)
    dialog = open_dialog(session)
    dialog.resize(800, 220)
    dialog.show()
    until(lambda: dialog._write.isEnabled())
    assert dialog._seen < len(ids)
    assert dialog._write.text() == "Write into 12 photos"
    assert "when you scroll down" in dialog._said.text()
    bar = dialog._table.verticalScrollBar()

    def read_all() -> bool:
        bar.setValue(bar.maximum())
        return dialog._seen == len(ids)

    until(read_all)
    until(lambda: "scroll" not in dialog._said.text())
    dialog.reject()
