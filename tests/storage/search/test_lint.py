"""`lint:` finds what the real rules say of the texts as they are now, in every language, also in an older library."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

import main
from inference.alt_rules import RULES, Severity
from inference.judge import LEGIBLE
from storage import history, refresh, review, search, text_rules
from storage.library import Library
from storage.read_lines import SURE
from storage.scan import top_folders
from storage.schema import Field
from storage.search.fields import LINT
from storage.search.index import lint_fact
from tests.storage.conftest import add_photos


@pytest.fixture
def ruled(library: Library) -> Iterator[Library]:
    """A library in a process that has handed the rules in."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(text_rules, "_used", [main.broken_rules])
        yield library


def found(library: Library, query: str) -> list[int]:
    with library.read() as connection:
        return sorted(search.find(connection, query))


def test_every_rule_can_be_asked_for() -> None:
    rules = {lint_fact(name) for name in ("empty", *RULES)}
    assert set(LINT.values()) == rules | {lint_fact()} | {lint_fact(severity) for severity in Severity}


def test_the_answer_follows_every_edit(ruled: Library) -> None:
    first, second = add_photos(ruled, "IMG_1.jpg", "IMG_2.jpg")
    review.set_text(ruled, [first], "Ein Foto von einem Hund, der " + "sehr " * 30 + "müde ist.", language="de")
    review.set_text(ruled, [second], "IMG_2.jpg")
    assert found(ruled, "lint:too-long") == found(ruled, "lint:opening") == found(ruled, "lint:warning") == [first]
    assert found(ruled, "lint:file-name") == found(ruled, "lint:error") == [second]
    assert found(ruled, "lint:") == [first, second]
    review.set_text(ruled, [first], "Ein müder Hund liegt im Gras.", language="de")
    assert found(ruled, "lint:") == [second]
    review.set_text(ruled, [first], "Ein müder Hund liegt im Gras.", language="de", field=Field.CAPTION)
    assert found(ruled, "lint:caption") == [first]
    assert found(ruled, "-lint:") == []


def test_a_text_that_two_photos_have_is_found_as_long_as_both_have_it(library: Library) -> None:
    one, two, three, four = add_photos(library, "a.jpg", "b.jpg", "c.jpg", "d.jpg")
    review.set_text(library, [one], "A dog runs on the beach.")
    assert found(library, "lint:duplicate") == []
    review.set_text(library, [two], "a dog runs on the beach")
    review.set_text(library, [four], "Ein Hund rennt am Strand.", language="de")
    assert found(library, "lint:duplicate") == found(library, "lint:warning") == [one, two]
    review.set_text(library, [three], "A dog runs on the beach.")
    review.set_text(library, [one], "A dog sleeps.")
    assert found(library, "lint:duplicate") == [two, three]
    review.set_text(library, [two, three], "A dog sleeps.")
    assert found(library, "lint:duplicate") == [one, two, three]
    with library.write() as block:
        block.connection.exec_driver_sql("UPDATE photo SET missing_since = 'x' WHERE id IN (?, ?)", (one, two))
        block.touch([one, two])
    assert found(library, "lint:") == []
    history.undo(library)
    assert found(library, "lint:") == []
    history.undo(library)
    review.set_text(library, [four], "A dog runs on the beach.")
    assert found(library, "lint:duplicate") == [three, four]


def test_a_text_is_no_longer_there_twice_when_a_folder_leaves(library: Library, tmp_path: Path) -> None:
    stays, leaves = tmp_path / "stays", tmp_path / "leaves"
    (one,), (two,) = add_photos(library, "a.jpg", folder=str(stays)), add_photos(library, "b.jpg", folder=str(leaves))
    review.set_text(library, [one, two], "A dog runs on the beach.")
    assert found(library, "lint:duplicate") == [one, two]
    with library.write() as block:
        block.connection.exec_driver_sql("INSERT INTO root VALUES (?, '')", (os.fsencode(leaves),))
    list(top_folders.remove_root(library, leaves))
    assert found(library, "") == [one]
    assert found(library, "lint:duplicate") == []


def test_only_lines_that_are_surely_there_are_asked_for(ruled: Library) -> None:
    one, two = add_photos(ruled, "a.jpg", "b.jpg")
    for photo, line in ((one, '["STOP",0.95]'), (two, '["qzv",0.5]')):
        with ruled.write() as block:
            block.connection.exec_driver_sql(
                "INSERT INTO run (photo_id, pack, version, digest, findings) "
                "SELECT id, 'text', '1', digest, ? FROM photo WHERE id = ?",
                (f'{{"t":[{line}]}}', photo),
            )
    review.set_text(ruled, [one, two], "A road in the desert.")
    assert found(ruled, "lint:unmentioned-text") == [one]
    assert found(ruled, "ocr:qzv") == [two]
    assert SURE == LEGIBLE


def test_rows_of_an_older_program_are_made_anew(library: Library) -> None:
    add_photos(library, *(f"{number}.jpg" for number in range(600)))
    review.set_text(library, [1], "photo")
    review.set_text(library, [600], "A photo.")
    assert found(library, "lint:") == []
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(text_rules, "_used", [main.broken_rules])
        job = refresh.renew(library)
        next(job)
        job.close()
        assert found(library, "lint:") == [1]
        job = refresh.renew(library)
        assert [(step.done, step.total) for step in job] == [(100, 100)]  # it goes on where it was stopped
        assert found(library, "lint:placeholder") == [1, 600]
        assert list(refresh.renew(library)) == []
        patched.setattr(refresh, "RULES_VERSION", "the next release")
        assert [step.total for step in refresh.renew(library)] == [2]
        assert list(refresh.renew(library)) == []
        patched.setattr(refresh, "VERSION", "other rows")
        assert [step.total for step in refresh.renew(library)] == [600, 600]
        assert list(refresh.renew(library)) == []


def test_a_new_library_has_nothing_to_renew(library: Library) -> None:
    assert list(refresh.renew(library)) == []
    add_photos(library, "a.jpg")
    assert list(refresh.renew(library)) == []
