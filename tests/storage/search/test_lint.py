"""`lint:` finds what the real rules say of the texts as they are now, in every language, also in an older library."""

from collections.abc import Iterator

import pytest

import main
from inference.alt_rules import RULES, Severity
from storage import refresh, review, search, text_rules
from storage.library import Library
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


def test_every_rule_about_one_photo_can_be_asked_for() -> None:
    rules = {lint_fact(name) for name in ("empty", *RULES) if name != "duplicate"}  # that one is about two photos
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


def test_rows_of_an_older_program_are_made_anew(library: Library) -> None:
    add_photos(library, *(f"{number}.jpg" for number in range(600)))
    review.set_text(library, [1, 600], "photo")
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
