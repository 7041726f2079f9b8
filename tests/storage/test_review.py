"""What people decide stays decided, and every step can be taken back and done again."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage import concepts, history, photos, review, suggestions
from storage.job import KnownError
from storage.library import Library
from storage.schema import Field, Origin, PhotoState, TagState, TextState
from storage.suggestions import Proposal, TagProposal, TextProposal
from tests.storage.conftest import add_photos

RULES = b"rules 1"


def propose(library: Library, photo: int, *keys: str, text: str = "May be an image of a dog.") -> None:
    """What describing does for a photo."""
    with library.write() as block:
        ids = concepts.ids_by_key(block.connection)
        proposal = Proposal(
            [TagProposal(key, 0.9, 1) for key in keys],
            [TextProposal(Field.ALT_TEXT, "en", text, "A dog.")],
            people=0,
            people_exact=True,
            certainty=0.9,
        )
        suggestions.store_proposal(block, photo, proposal, RULES, ids)


def detail(library: Library, photo: int) -> photos.PhotoDetail:
    with library.read() as connection:
        found = photos.detail(connection, photo)
    assert found is not None
    return found


def tag_states(library: Library, photo: int) -> dict[str, TagState]:
    return {tag.key: tag.state for tag in detail(library, photo).tags}


def test_approval_drops_the_hedge_and_accepts_what_is_left(library: Library) -> None:
    (photo,) = add_photos(library, "a.jpg")
    propose(library, photo, "dog", "frisbee")
    assert detail(library, photo).row.state == PhotoState.DRAFT
    with library.read() as connection:
        frisbee = concepts.ids_by_key(connection)["frisbee"]
    review.judge_tag(library, [photo], frisbee, TagState.REJECTED)
    assert review.approve(library, [photo]) == 1
    shown = detail(library, photo)
    assert shown.row.state == PhotoState.APPROVED
    assert shown.row.alt_text == "A dog."
    assert tag_states(library, photo) == {"dog": TagState.ACCEPTED, "frisbee": TagState.REJECTED}


def test_what_a_machine_proposed_after_a_person_looked_is_not_approved(library: Library) -> None:
    first, second = add_photos(library, "a.jpg", "b.jpg")
    for photo in (first, second):
        propose(library, photo, "dog")
    seen = detail(library, first)
    propose(library, first, "dog", text="May be an image of a cat.")
    assert review.approve(library, [first], seen=seen) == 0
    assert detail(library, first).row.state == PhotoState.DRAFT
    assert review.approve(library, [first], seen=detail(library, first)) == 1
    seen = detail(library, second)
    propose(library, second, "dog", "frisbee")
    assert review.approve(library, [second], seen=seen) == 0
    review.approve_text(library, second, "My dog.", seen=seen)  # these are a person's own words
    assert detail(library, second).row.alt_text == "My dog."
    assert tag_states(library, second) == {"dog": TagState.SUGGESTED, "frisbee": TagState.SUGGESTED}


def test_a_rejected_tag_stays_rejected_when_the_photo_is_tagged_again(library: Library) -> None:
    (photo,) = add_photos(library, "a.jpg")
    propose(library, photo, "dog", "frisbee")
    with library.read() as connection:
        dog = concepts.ids_by_key(connection)["dog"]
    review.judge_tag(library, [photo], dog, TagState.REJECTED)
    propose(library, photo, "dog", "hot dog")
    assert tag_states(library, photo) == {"dog": TagState.REJECTED, "hot dog": TagState.SUGGESTED}


def test_rejecting_a_tag_asks_for_a_new_draft(library: Library) -> None:
    (photo,) = add_photos(library, "a.jpg")
    with library.write() as block:
        pending = suggestions.PendingPhoto(photo, Path("/photos/a.jpg"), frozenset({"objects"}), b"a.jpg")
        suggestions.store_run(block, pending, {"objects": ("1", "{}")})
    propose(library, photo, "dog")
    with library.read() as connection:
        assert suggestions.undescribed(connection, RULES, after=0, limit=9) == []
        dog = concepts.ids_by_key(connection)["dog"]
    review.judge_tag(library, [photo], dog, TagState.REJECTED)
    with library.read() as connection:
        assert suggestions.undescribed(connection, RULES, after=0, limit=9) == [photo]
        assert suggestions.found(connection, [photo])[0].rejected == {"dog"}


def test_text_of_a_person_is_never_overwritten_by_a_machine(library: Library) -> None:
    (photo,) = add_photos(library, "a.jpg")
    review.set_text(library, [photo], "  Rex catches a disc.\n", approve=False)
    propose(library, photo, "dog")
    text = detail(library, photo).text(Field.ALT_TEXT, "en")
    assert text is not None
    assert (text.text, text.origin, text.state) == ("Rex catches a disc.", Origin.USER, TextState.DRAFT)


@pytest.mark.parametrize("approved", [False, True])
@pytest.mark.parametrize("where", ["list", "editor"])
def test_a_machines_text_that_a_person_removed_is_not_proposed_again(
    library: Library, where: str, approved: bool
) -> None:
    (photo,) = add_photos(library, "a.jpg")
    propose(library, photo, "dog")
    if approved:
        review.approve(library, [photo])
    if where == "list":
        review.set_text(library, [photo], "")
    else:
        review.approve_text(library, photo, "")
    propose(library, photo, "dog")  # a new vocabulary, or a tag was rejected
    review.approve(library, [photo])
    assert detail(library, photo).row.alt_text == ""


def test_a_rejected_text_is_not_proposed_again_until_asked_for(library: Library) -> None:
    (photo,) = add_photos(library, "a.jpg")
    propose(library, photo, "dog")
    assert review.reject(library, [photo]) == 1
    propose(library, photo, "dog")
    assert detail(library, photo).row.alt_text == ""
    assert detail(library, photo).row.state == PhotoState.NONE
    with library.write() as block:
        suggestions.propose_again(block, [photo])
    propose(library, photo, "dog")
    assert detail(library, photo).row.state == PhotoState.DRAFT


def test_words_in_the_editor_count_as_a_persons_only_when_they_were_changed(library: Library) -> None:
    same, edited = add_photos(library, "a.jpg", "b.jpg")
    for photo in (same, edited):
        propose(library, photo, "dog")
    review.approve_text(library, same, "May be an image of a dog.")
    review.approve_text(library, edited, "Rex.")
    first = detail(library, same).text(Field.ALT_TEXT, "en")
    second = detail(library, edited).text(Field.ALT_TEXT, "en")
    assert first is not None and second is not None
    assert (first.text, first.origin) == ("A dog.", Origin.MODEL)
    assert (second.text, second.origin, second.state) == ("Rex.", Origin.USER, TextState.APPROVED)


def test_a_tag_of_a_person_joins_the_concept_of_that_name(library: Library) -> None:
    (photo,) = add_photos(library, "a.jpg")
    review.add_tag(library, [photo], " Dog ")
    review.add_tag(library, [photo], "Rex  the first")
    keys = {(tag.key, tag.name, tag.origin, tag.state) for tag in detail(library, photo).tags}
    assert keys == {
        ("dog", "dog", Origin.USER, TagState.ACCEPTED),
        ("keyword:rex the first", "Rex the first", Origin.USER, TagState.ACCEPTED),
    }
    with pytest.raises(KnownError):
        review.add_tag(library, [photo], "  ")


def test_control_characters_are_refused(library: Library) -> None:
    (photo,) = add_photos(library, "a.jpg")
    with pytest.raises(KnownError, match="control characters"):
        review.set_text(library, [photo], "a\x00b")
    assert review.set_text(library, [photo], "line one\nline two") == 1


@pytest.mark.parametrize("language", ["english", "de_DE", "", "e", "en-", "x y"])
def test_a_language_that_no_reader_would_know_is_refused(library: Library, language: str) -> None:
    (photo,) = add_photos(library, "a.jpg")
    with pytest.raises(KnownError, match="language tag"):
        review.set_text(library, [photo], "words", language=language)
    assert review.set_text(library, [photo], "palavras", language="pt-BR") == 1


def test_everything_machines_proposed_can_be_removed_and_nothing_else(library: Library) -> None:
    proposed, decided = add_photos(library, "a.jpg", "b.jpg")
    propose(library, proposed, "dog")
    propose(library, decided, "dog")
    review.add_tag(library, [proposed], "Rex")
    review.approve(library, [decided])
    before = detail(library, decided)
    with library.write() as block:
        assert suggestions.remove_proposals(block) == 1
    after = detail(library, decided)
    assert (after.texts, after.tags, after.row.state) == (before.texts, before.tags, before.row.state)
    assert tag_states(library, proposed) == {"keyword:rex": TagState.ACCEPTED}


def take_step(library: Library, ids: list[int], dog: int, step: str, number: int) -> None:
    if step == "approve":
        review.approve(library, ids)
    elif step == "reject":
        review.reject(library, ids[:1])
    elif step == "set":
        review.set_text(library, ids, f"text {number}")
    elif step == "add":
        review.add_tag(library, ids, f"tag {number}")
    elif step == "withdraw":
        review.withdraw(library, ids)
    else:
        review.judge_tag(library, ids, dog, TagState.ACCEPTED if step == "accept" else TagState.REJECTED)


STEPS = st.lists(st.sampled_from(["approve", "reject", "set", "add", "accept", "refuse", "withdraw"]), max_size=6)


@given(steps=STEPS)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_undoing_every_step_brings_everything_back_and_redo_does_it_again(library: Library, steps: list[str]) -> None:
    with library.write() as block:
        block.connection.exec_driver_sql("DELETE FROM batch")
        block.connection.exec_driver_sql("DELETE FROM photo")
    ids = add_photos(library, "a.jpg", "b.jpg")
    for photo in ids:
        propose(library, photo, "dog", "frisbee")
    with library.read() as connection:
        dog = concepts.ids_by_key(connection)["dog"]
    words = [detail(library, p) for p in ids]
    for number, step in enumerate(steps):
        take_step(library, ids, dog, step, number)
    after = [detail(library, p) for p in ids]
    while history.undo(library):
        pass
    assert [detail(library, p) for p in ids] == words
    while history.redo(library):
        pass
    assert [detail(library, p) for p in ids] == after


def test_labels_say_what_undo_will_do(library: Library) -> None:
    ids = add_photos(library, *(f"{i}.jpg" for i in range(3)))
    for photo in ids:
        propose(library, photo, "dog")
    review.approve(library, ids)
    with library.read() as connection:
        step = history.next_undo(connection)
    assert step is not None and step.label == "approve 3 photos" and step.photos == 3
    assert history.undo(library) is not None
    review.set_text(library, ids[:1], "new")
    with library.read() as connection:
        assert history.next_redo(connection) is None
