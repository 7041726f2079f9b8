"""Whole stories of a library and real files: what a person, another program and a job do, one after the other."""

import contextlib
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from storage import concepts, embed, embed_undo, history, photos, review, settings, verify
from storage.file_journal import FileJournal
from storage.job import KnownError
from storage.library import Library, Write
from storage.metadata import write
from storage.metadata.read import read_words
from storage.scan import scan
from storage.schema import Field, PhotoState, TagState, TextState
from storage.words import approved_words
from tests.storage.photo_maker import jpeg, put, with_xmp, xmp


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "photos"
    for number, name in enumerate(("a.jpg", "b.jpg", "c.jpg")):
        put(made, name, jpeg(number))
    return made


@pytest.fixture
def library(tmp_path: Path, folder: Path) -> Iterator[Library]:
    with Library(tmp_path / "test.altfolio") as opened:
        list(scan(opened, [folder]))
        yield opened


def photo(library: Library, path: Path) -> int:
    with library.read() as connection:
        found = photos.id_of(connection, path)
    assert found is not None
    return found


def state(library: Library, number: int) -> PhotoState:
    with library.read() as connection:
        (row,) = photos.rows(connection, [number])
    return row.state


def in_file(path: Path) -> str:
    return read_words(path).words.alt_text.get("x-default", "")


def keywords(library: Library, number: int) -> tuple[str, ...]:
    with library.read() as connection:
        return approved_words(connection, [number])[number].keywords


def more_photos(library: Library, folder: Path) -> list[int]:
    """Twelve photos, three times as many as are written at once."""
    names = [f"more{number}.jpg" for number in range(12)]
    for number, name in enumerate(names):
        put(folder, name, jpeg(20 + number))
    list(scan(library, [folder]))
    return [photo(library, folder / name) for name in names]


def test_words_edited_while_an_embedding_runs_are_not_taken_for_written(library: Library, folder: Path) -> None:
    numbers = more_photos(library, folder)
    review.set_text(library, numbers, "First.")
    job = embed.embed(library)
    next(job), next(job)
    review.set_text(library, numbers, "Second.")
    list(job)
    written = [in_file(path) for path in sorted(folder.glob("more*.jpg"))]
    assert 1 <= written.count("First.") <= embed.SIDE_BY_SIDE + 1
    assert written.count("First.") + written.count("Second.") == len(numbers)
    states = [state(library, photo(library, path)) for path in sorted(folder.glob("more*.jpg"))]
    assert [found == PhotoState.EMBEDDED for found in states] == [words == "Second." for words in written]
    list(embed.embed(library))
    assert {in_file(path) for path in folder.glob("more*.jpg")} == {"Second."}


def test_an_approval_that_is_taken_back_while_an_embedding_runs_is_not_written(library: Library, folder: Path) -> None:
    numbers = more_photos(library, folder)
    review.set_text(library, numbers, "First.")
    job = embed.embed(library)
    next(job), next(job)
    review.withdraw(library, numbers)
    list(job)
    written = [in_file(path) for path in folder.glob("more*.jpg")]
    assert 1 <= written.count("First.") <= embed.SIDE_BY_SIDE + 1 and set(written) == {"", "First."}


def test_words_never_go_into_another_picture_that_took_the_photos_name(library: Library, folder: Path) -> None:
    a, b = photo(library, folder / "a.jpg"), photo(library, folder / "b.jpg")
    review.set_text(library, [a], "Words of a.")
    review.set_text(library, [b], "Words of b.")
    (folder / "a.jpg").rename(folder / "x")
    (folder / "b.jpg").rename(folder / "a.jpg")
    (folder / "x").rename(folder / "b.jpg")
    list(verify.verify(library))
    steps = list(embed.embed(library))
    assert steps[-1].problems == 2
    assert {in_file(folder / "a.jpg"), in_file(folder / "b.jpg")} == {""}
    list(scan(library, [folder]))
    list(embed.embed(library))
    assert in_file(folder / "a.jpg") == "Words of b." and in_file(folder / "b.jpg") == "Words of a."


def test_verify_leaves_another_picture_to_the_scan(library: Library, folder: Path) -> None:
    a, b = photo(library, folder / "a.jpg"), photo(library, folder / "b.jpg")
    review.set_text(library, [a], "Words of a.")
    review.set_text(library, [b], "Words of b.")
    list(embed.embed(library))
    (folder / "a.jpg").rename(folder / "x")
    (folder / "b.jpg").rename(folder / "a.jpg")
    (folder / "x").rename(folder / "b.jpg")
    list(verify.verify(library))
    list(scan(library, [folder]))
    assert photo(library, folder / "a.jpg") == b and photo(library, folder / "b.jpg") == a
    assert state(library, a) == state(library, b) == PhotoState.EMBEDDED


def test_a_sidecar_changed_since_the_scan_does_not_lose_silently(library: Library, folder: Path) -> None:
    put(folder, "d.jpg", jpeg(9)[:-200])
    list(scan(library, [folder]))
    d = photo(library, folder / "d.jpg")
    review.set_text(library, [d], "Ours.")
    list(embed.embed(library))
    beside = folder / "d.jpg.xmp"
    beside.write_bytes(beside.read_bytes().replace(b"Ours.", b"Theirs!"))
    review.set_text(library, [d], "Ours again.")
    steps = list(embed.embed(library))
    assert b"Theirs!" in beside.read_bytes() and steps[-1].problems == 1
    assert state(library, d) == PhotoState.STALE


def test_a_text_that_is_removed_leaves_the_file_at_the_next_embedding(library: Library, folder: Path) -> None:
    a = photo(library, folder / "a.jpg")
    review.set_text(library, [a], "A mistake.")
    list(embed.embed(library))
    review.set_text(library, [a], "")
    assert state(library, a) == PhotoState.APPROVED
    list(embed.embed(library))
    assert in_file(folder / "a.jpg") == ""
    assert state(library, a) == PhotoState.NONE


def test_a_keyword_of_the_file_that_is_rejected_leaves_it(library: Library, folder: Path) -> None:
    put(folder, "d.jpg", with_xmp(jpeg(7), xmp(keywords=["wrong", "right"])))
    list(scan(library, [folder]))
    d = photo(library, folder / "d.jpg")
    assert state(library, d) == PhotoState.NONE
    with library.read() as connection:
        (wrong,) = [tag for tag in photos.tags(connection, [d])[d] if tag.name == "wrong"]
    review.judge_tag(library, [d], wrong.concept, TagState.REJECTED)
    list(embed.embed(library))
    assert read_words(folder / "d.jpg").words.keywords == ("right",)


def test_a_keyword_whose_adding_is_undone_leaves_the_file(library: Library, folder: Path) -> None:
    a = photo(library, folder / "a.jpg")
    review.add_tag(library, [a], "Rex")
    list(embed.embed(library))
    assert read_words(folder / "a.jpg").words.keywords == ("Rex",)
    history.undo(library)
    list(embed.embed(library))
    assert read_words(folder / "a.jpg").words.keywords == ()


def test_a_caption_or_title_alone_is_embedded(library: Library, folder: Path) -> None:
    a = photo(library, folder / "a.jpg")
    review.set_text(library, [a], "Our holiday.", field=Field.CAPTION)
    list(embed.embed(library))
    assert read_words(folder / "a.jpg").words.caption.get("x-default") == "Our holiday."


def test_undoing_a_review_keeps_what_the_file_said_meanwhile(library: Library, folder: Path) -> None:
    a, path = photo(library, folder / "a.jpg"), folder / "a.jpg"
    review.set_text(library, [a], "Ours.")
    put(folder, "a.jpg", with_xmp(path.read_bytes(), xmp(keywords=["Ferien"], caption="Unser Urlaub.")))
    list(scan(library, [folder]))
    list(embed.embed(library))
    history.undo(library)
    assert keywords(library, a) == ("Ferien",)
    review.set_text(library, [a], "Ours, better.")
    list(embed.embed(library))
    found = read_words(path).words
    assert found.keywords == ("Ferien",) and found.caption["x-default"] == "Unser Urlaub."


def test_taking_an_embedding_back_does_not_settle_a_conflict(library: Library, folder: Path) -> None:
    a, path = photo(library, folder / "a.jpg"), folder / "a.jpg"
    review.set_text(library, [a], "Ours.")
    list(embed.embed(library))
    path.write_bytes(path.read_bytes().replace(b">Ours.<", b">Mine!<"))
    list(embed_undo.undo(library))
    assert state(library, a) == PhotoState.STALE
    list(embed.embed(library))
    assert in_file(path) == "Mine!"


def test_everything_goes_even_where_an_older_embedding_was_taken_back_first(library: Library, folder: Path) -> None:
    a, path = photo(library, folder / "a.jpg"), folder / "a.jpg"
    before = path.read_bytes()
    review.set_text(library, [a], "One.")
    list(embed.embed(library))
    with library.read() as connection:
        first = embed_undo.last_batch(connection)
    review.set_text(library, [a], "Two.")
    list(embed.embed(library))
    list(embed_undo.undo(library, first))
    assert in_file(path) == "Two."
    list(embed_undo.remove_all(library))
    assert path.read_bytes() == before


def test_a_database_of_another_program_is_neither_taken_nor_changed(tmp_path: Path) -> None:
    for version in (0, 1, 74):
        path = tmp_path / f"places{version}.sqlite"
        other = sqlite3.connect(path)
        other.executescript(f"CREATE TABLE place (name TEXT); PRAGMA user_version = {version}")
        other.close()
        before = path.read_bytes()
        with pytest.raises(KnownError, match="another program"):
            Library(path)
        assert path.read_bytes() == before


def test_photos_that_left_the_library_meanwhile_are_passed_over(library: Library, folder: Path) -> None:
    a = photo(library, folder / "a.jpg")
    assert review.set_text(library, [a, 9999], "A dog.") == 1
    assert review.approve(library, [9999]) == 0
    review.add_tag(library, [9999], "Rex")
    review.add_tag(library, [], "Rex")
    assert keywords(library, a) == ()


def test_a_draft_made_behind_the_editor_is_never_approved_unseen(library: Library, folder: Path) -> None:
    a = photo(library, folder / "a.jpg")
    review.set_text(library, [a], "Seen.", approve=False)

    class Busy(Library):
        """A job gets its turn to write right before the person does."""

        @contextlib.contextmanager
        def write(self, *, flush: bool = True) -> Iterator[Write]:
            with super().write(flush=flush) as block:
                change = "UPDATE text SET text = 'Unseen.', origin = 0 WHERE photo_id = ?"
                block.connection.exec_driver_sql(change, (a,))
            with super().write() as block:
                yield block

    with Busy(library.path) as busy:
        review.approve_text(busy, a, "Seen.")
    with library.read() as connection:
        assert approved_words(connection, [a])[a].texts[Field.ALT_TEXT] == {"en": "Seen."}


def test_a_rejected_text_stays_rejected_when_the_tags_are_approved(library: Library, folder: Path) -> None:
    a = photo(library, folder / "a.jpg")
    with library.write() as block:
        block.connection.exec_driver_sql("INSERT INTO text VALUES (?, 0, 'en', 'Maybe a dog.', 'A dog.', 0, 0)", (a,))
    review.reject(library, [a])
    review.approve_text(library, a, "")
    with library.read() as connection:
        found = photos.detail(connection, a)
    assert found is not None and [text.state for text in found.texts] == [TextState.REJECTED]


@pytest.mark.parametrize("bad", ["a\0b", "a\x1bb", "a\udc80b", "a\uffffb"])
def test_characters_that_no_file_can_hold_are_refused(library: Library, folder: Path, bad: str) -> None:
    a = photo(library, folder / "a.jpg")
    for give in (review.set_text, review.add_tag):
        with pytest.raises(KnownError, match="control"):
            give(library, [a], bad)
    with pytest.raises(KnownError, match="control"):
        review.approve_text(library, a, bad)


def test_a_concept_with_another_name_takes_no_keyword_out_of_a_file(library: Library, folder: Path) -> None:
    def named(name: str) -> None:
        with library.write() as block:
            dog = concepts.ConceptRow("dog", name, "animal", [], ["dog", "dogs", "Hund", "Hunde"])
            concepts.install(block.connection, [dog], name)

    named("dog")
    put(folder, "d.jpg", with_xmp(jpeg(7), xmp(keywords=["dog", "own"])))
    list(scan(library, [folder]))
    a, d = photo(library, folder / "a.jpg"), photo(library, folder / "d.jpg")
    review.add_tag(library, [a], "dog")
    review.set_text(library, [a, d], "First.")
    list(embed.embed(library))
    named("Hund")
    review.set_text(library, [a, d], "Second.")
    list(embed.embed(library))
    assert read_words(folder / "d.jpg").words.keywords == ("dog", "own")
    assert read_words(folder / "a.jpg").words.keywords == ("dog",)
    assert in_file(folder / "a.jpg") == "Second."


def test_a_text_that_can_not_be_taken_away_is_said_and_waits(library: Library, folder: Path) -> None:
    a = photo(library, folder / "a.jpg")
    review.set_text(library, [a], "A mistake.")
    list(embed.embed(library))
    settings.save(library, sidecar="always")
    review.set_text(library, [a], "")
    for _ in range(2):
        assert list(embed.embed(library))[-1].problems == 1
        assert state(library, a) == PhotoState.APPROVED
    settings.save(library, sidecar="risky")
    assert list(embed.embed(library))[-1].problems == 0
    assert in_file(folder / "a.jpg") == "" and state(library, a) == PhotoState.NONE


def test_words_of_a_file_do_not_stay_under_a_language_the_user_had_before(library: Library, folder: Path) -> None:
    put(folder, "d.jpg", with_xmp(jpeg(7), xmp(alt="Old words.")))
    list(scan(library, [folder]))
    d = photo(library, folder / "d.jpg")
    settings.save(library, language="de")
    put(folder, "d.jpg", with_xmp(jpeg(7), xmp(alt="Old words.", keywords=["more"])))
    list(scan(library, [folder]))
    with library.read() as connection:
        assert approved_words(connection, [d])[d].texts == {Field.ALT_TEXT: {"en": "Old words."}}
    put(folder, "d.jpg", with_xmp(jpeg(7), xmp(alt="Neue Worte.")))
    list(scan(library, [folder]))
    with library.read() as connection:
        assert approved_words(connection, [d])[d].texts == {Field.ALT_TEXT: {"de": "Neue Worte."}}


def test_two_embeddings_at_once_leave_no_problem_behind(library: Library, folder: Path) -> None:
    numbers = [photo(library, folder / name) for name in ("a.jpg", "b.jpg", "c.jpg")]
    review.set_text(library, numbers, "A dog.")
    real, first = write.write_words, threading.Lock()

    def overtaken(*given: Any, **named: Any) -> Any:
        """Another program embeds all photos in the moment before this one writes the first."""
        if first.acquire(blocking=False):
            with Library(library.path) as other:
                list(embed.embed(other))
        return real(*given, **named)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(write, "write_words", overtaken)
        assert list(embed.embed(library))[-1].problems == 0
    with library.read() as connection:
        assert [row.problem for row in photos.rows(connection, numbers)] == [None] * 3
    assert {state(library, number) for number in numbers} == {PhotoState.EMBEDDED}


@pytest.mark.parametrize("policy", ["always", "risky"])
def test_an_undo_that_was_cut_off_after_the_file_changed_is_finished(
    library: Library, folder: Path, policy: str
) -> None:
    a = photo(library, folder / "a.jpg")
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    settings.save(library, sidecar=policy)
    review.set_text(library, [a], "A dog.")
    list(embed.embed(library))
    with pytest.MonkeyPatch.context() as patch, pytest.raises(KeyboardInterrupt):

        def cut_off(*_: object) -> None:
            raise KeyboardInterrupt

        patch.setattr(FileJournal, "done", cut_off)
        list(embed_undo.undo(library))
    assert list(embed_undo.undo(library))[-1].problems == 0
    assert state(library, a) == PhotoState.APPROVED
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    with library.read() as connection:
        assert embed_undo.last_batch(connection) is None
