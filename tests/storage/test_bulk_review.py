"""Steps for many photos at once: each is one batch, says how many it would change, and is taken back at once."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage import embed, embed_undo, history, photos, replace, review, review_counts, search, telling
from storage.job import KnownError
from storage.library import Library
from storage.replace import Rule
from storage.scan import scan
from storage.schema import Field, Origin, PhotoState, TagState, TextState
from storage.suggestions import TextProposal
from storage.words import CHUNK
from tests.storage import photo_maker
from tests.storage.conftest import add_photos
from tests.storage.test_review import detail, propose, tag_states


def certain(library: Library, **scores: float) -> None:
    with library.write() as block:
        for photo, score in scores.items():
            block.connection.exec_driver_sql(
                "UPDATE photo SET certainty = ? WHERE id = ?", (score, int(photo.removeprefix("p")))
            )


def label(library: Library) -> str:
    with library.read() as connection:
        step = history.last_step(connection)
    assert step is not None
    return step.label


def tagged(library: Library) -> int:
    with library.read() as connection:
        return search.count(connection, "tag:dog")


def test_approving_above_a_score_counts_first(library: Library) -> None:
    ids = add_photos(library, "a.jpg", "b.jpg", "c.jpg", "d.jpg")
    for photo in ids[:3]:
        propose(library, photo, "dog")
    certain(library, **{f"p{ids[0]}": 0.95, f"p{ids[1]}": 0.9, f"p{ids[2]}": 0.5, f"p{ids[3]}": 0.99})
    with library.read() as connection:
        found = review_counts.certainties(connection, ids)
    assert found == {ids[0]: 0.95, ids[1]: 0.9, ids[2]: 0.5}  # the fourth has nothing to approve
    chosen = review_counts.above(found, 0.9)
    assert chosen == ids[:2]
    assert review.approve(library, chosen) == 2
    assert [detail(library, photo).row.state for photo in ids[:3]] == [
        PhotoState.APPROVED,
        PhotoState.APPROVED,
        PhotoState.DRAFT,
    ]


def test_tags_of_many_are_changed_as_one_step(library: Library) -> None:
    ids = add_photos(library, "a.jpg", "b.jpg")
    propose(library, ids[0], "dog", "frisbee")
    propose(library, ids[1], "dog")
    dog = next(t.concept for t in detail(library, ids[0]).tags if t.key == "dog")
    assert review.change_tags(library, ids, add=["summer", " the  park "], remove=[dog]) == 2
    assert tag_states(library, ids[1])["dog"] == TagState.REJECTED
    assert {t.name for t in detail(library, ids[1]).tags if t.state == TagState.ACCEPTED} == {"summer", "the park"}
    assert label(library) == "change the tags of 2 photos"
    history.undo(library)
    assert tag_states(library, ids[1]) == {"dog": TagState.SUGGESTED}
    with pytest.raises(KnownError):
        review.change_tags(library, ids, add=[" "])


def test_tags_are_counted_and_waiting_photos_found(library: Library) -> None:
    ids = add_photos(library, "a.jpg", "b.jpg", "c.jpg")
    propose(library, ids[0], "dog", "frisbee")
    propose(library, ids[1], "dog")
    review.approve(library, [ids[1]])
    with library.read() as connection:
        counts = review_counts.tag_counts(connection, ids)
        waiting = review_counts.waiting(connection)
    assert [(tag.name, tag.photos) for tag in counts] == [("dog", 2), ("frisbee", 1)]
    assert waiting == {ids[0], ids[2]}


def test_tags_are_offered_while_one_is_typed(library: Library) -> None:
    (photo,) = add_photos(library, "a.jpg")
    review.change_tags(library, [photo], add=["Seaside", "chelsea", "50% off", "sea"])
    with library.read() as connection:
        assert review_counts.names_like(connection, "SEA") == ["sea", "Seaside", "chelsea"]
        assert review_counts.names_like(connection, "0%") == ["50% off"]
        assert review_counts.names_like(connection, "_") == review_counts.names_like(connection, " ") == []


def test_a_draft_that_was_asked_for_never_replaces_a_persons_words(library: Library) -> None:
    (photo,) = add_photos(library, "a.jpg")
    review.set_text(library, [photo], "Ours.")
    asked = [
        TextProposal(Field.ALT_TEXT, "en", "May be an image of dog.", "A dog."),
        TextProposal(Field.EXTENDED, "en", "Machine text. Animals: dog.", "Animals: dog."),
    ]
    assert review.draft(library, photo, asked) == asked[1:]
    assert detail(library, photo).row.alt_text == "Ours."
    assert label(library) == "draft a text of 1 photo"
    review.approve(library, [photo])
    extended = detail(library, photo).text(Field.EXTENDED, "en")
    assert extended is not None and extended.text == "Animals: dog."
    assert review.draft(library, photo, asked) == []


def test_removing_a_tag_changes_only_photos_that_have_it(library: Library) -> None:
    ids = add_photos(library, "a.jpg", "b.jpg")
    propose(library, ids[0], "dog")
    dog = detail(library, ids[0]).tags[0].concept
    assert review.change_tags(library, ids, remove=[dog]) == 1
    assert review.change_tags(library, ids, remove=[dog]) == 0
    assert review.change_tags(library, ids) == 0


def test_replacing_does_what_the_preview_said(library: Library) -> None:
    ids = add_photos(library, "a.jpg", "b.jpg", "c.jpg")
    review.set_text(library, [ids[0]], "A Dog and two dogs.")
    propose(library, ids[1], "dog", text="May be an image of dog.")
    propose(library, ids[2], "dog", text="May be an image of dog.")
    review.reject(library, [ids[2]])
    rule = Rule("dog", "hound", whole_words=True)
    with library.read() as connection:
        said = [(r.photo, r.before, r.after) for r in replace.find(connection, rule)]
    assert said == [
        (ids[0], "A Dog and two dogs.", "A hound and two dogs."),
        (ids[1], "May be an image of dog.", "May be an image of hound."),
    ]
    assert replace.replace(library, rule) == 2
    assert label(library) == "replace “dog” in the texts of 2 photos"
    draft = detail(library, ids[1]).text(Field.ALT_TEXT, "en")
    assert draft is not None
    assert (draft.text, draft.origin, draft.state) == ("May be an image of hound.", Origin.USER, TextState.DRAFT)
    review.approve(library, [ids[1]])
    assert detail(library, ids[1]).row.alt_text == "A hound."
    history.undo(library)
    history.undo(library)
    assert detail(library, ids[0]).row.alt_text == "A Dog and two dogs."


def test_replacing_tells_how_far_it_is_and_changes_nothing_where_it_is_stopped(library: Library) -> None:
    ids = add_photos(library, *(f"{number}.jpg" for number in range(CHUNK + 1)))
    review.set_text(library, ids, "A dog.")
    done = label(library)
    told: list[tuple[int, int]] = []

    def go_on(photos: int, total: int) -> bool:
        told.append((photos, total))
        return photos == 0

    assert replace.replace(library, Rule("dog", "cat"), go_on=go_on) == 0
    assert told == [(0, CHUNK + 1), (CHUNK, CHUNK + 1)]
    assert label(library) == done
    assert {detail(library, photo).row.alt_text for photo in (ids[0], ids[-1])} == {"A dog."}
    assert replace.replace(library, Rule("dog", "cat")) == CHUNK + 1
    with library.read() as connection:
        assert list(search.find(connection, "cat")) == list(search.find(connection, ""))
    history.undo(library)
    assert {detail(library, photo).row.alt_text for photo in (ids[0], ids[-1])} == {"A dog."}


@pytest.mark.parametrize("stop_at", [0, CHUNK, CHUNK + 1])
def test_steps_tell_how_far_they_are_and_change_nothing_where_they_are_stopped(library: Library, stop_at: int) -> None:
    ids = add_photos(library, *(f"{number}.jpg" for number in range(CHUNK + 1)))
    review.set_text(library, ids, "A dog.", approve=False)
    dog = review.add_tag(library, ids, "dog")
    assert dog is not None
    states = {detail(library, photo).row.state for photo in ids[::CHUNK]}
    total = len(ids)
    steps: list[tuple[str, Callable[[], object]]] = [
        ("approve 501 photos", lambda: review.approve(library, ids)),
        ("change the tags of 501 photos", lambda: review.change_tags(library, ids, remove=[dog])),
        ("set the text of 501 photos", lambda: review.set_text(library, ids, "A cat.")),
        ("undo: add “dog” to 501 photos", lambda: history.undo(library)),
    ]
    for what, step in steps:
        before, told = label(library), list[tuple[str, int, int, bool]]()

        def listen(*said: Any, told: list[tuple[str, int, int, bool]] = told) -> bool:
            told.append(said)
            return bool(said[1] < stop_at)

        with telling.told_to(listen), pytest.raises(telling.StoppedError):
            step()
        assert told == [(what, done, total, True) for done in (0, CHUNK, total) if done <= stop_at]
        assert label(library) == before
        assert {detail(library, photo).row.alt_text for photo in ids[::CHUNK]} == {"A dog."}
        assert {detail(library, photo).row.state for photo in ids[::CHUNK]} == states
        assert tagged(library) == total
    history.undo(library)
    with telling.told_to(lambda *said: said[1] < total), pytest.raises(telling.StoppedError):
        history.redo(library)
    assert not tagged(library)
    assert history.redo(library) is not None
    assert tagged(library) == total


def test_replacing_can_leave_drafts_alone_and_remove_a_text(library: Library) -> None:
    ids = add_photos(library, "a.jpg", "b.jpg")
    review.set_text(library, [ids[0]], "Draft!")
    review.set_text(library, [ids[1]], "Draft!", approve=False)
    assert replace.replace(library, Rule("draft!", "", match_case=True)) == 0
    assert replace.replace(library, Rule("draft!", "", approved_only=True), ids) == 1
    assert detail(library, ids[0]).texts == ()
    assert detail(library, ids[1]).row.alt_text == "Draft!"
    for rule in (Rule("", "x"), Rule("x", "\x07")):
        with pytest.raises(KnownError):
            replace.replace(library, rule)


def test_words_replaced_in_a_draft_are_those_that_are_approved(library: Library) -> None:
    first, second = add_photos(library, "a.jpg", "b.jpg")
    for photo in (first, second):
        review.draft(
            library, photo, [TextProposal(Field.ALT_TEXT, "en", "Probably a dog on a beach.", "A dog on a beach.")]
        )
    replace.replace(library, Rule("Probably a dog", "A cat"), [first])  # nothing of this is in the plain form
    replace.replace(library, Rule("beach", "quay"), [second])
    review.approve(library, [first, second])
    assert [text.text for photo in (first, second) for text in detail(library, photo).texts] == [
        "A cat on a beach.",
        "A dog on a quay.",
    ]


@given(st.text(min_size=1, max_size=6), st.text(max_size=6), st.text(max_size=40))
def test_a_rule_without_options_replaces_as_text_does(find: str, by: str, text: str) -> None:
    assert Rule(find, by, match_case=True).apply(text) == text.replace(find, by)


@pytest.mark.parametrize(
    ("find", "by", "text", "expected"),
    [
        ("photo", "image", "May be a photo of a dog.", "May be an image of a dog."),
        ("owl", "big bird", "An owl and the owl, an Owl.", "A big bird and the big bird, a big bird."),
        ("old ", "", "An old dog.", "A dog."),
        ("dog", "SUV", "a  dog\nA DOG", "an  SUV\nAN SUV"),
        ("photo", "image", "Plan-a photo, l'a photo, an photo.", "Plan-a image, l'a image, an image."),
        ("photo", "“image”", "a photo", "a “image”"),
        ("a photo", "image", "Take a photo", "Take image"),
        ("photo", "", "a photo", "a "),
        ("dog", "cat", "an dog", "an cat"),
    ],
)
def test_an_english_article_that_fitted_fits_what_is_put_behind_it(
    find: str, by: str, text: str, expected: str
) -> None:
    rule = Rule(find, by)
    assert rule.apply(text, "en") == rule.apply(text, "en-GB") == expected
    assert rule.apply("a photo", "pt") == "a photo".replace(find, by)


def test_the_preview_of_replacing_shows_the_article_that_is_written(library: Library) -> None:
    (photo,) = add_photos(library, "a.jpg")
    propose(library, photo, "dog", text="May be a photo of dog.")
    with library.read() as connection:
        shown = [found.after for found in replace.find(connection, Rule("photo", "image"))]
    replace.replace(library, Rule("photo", "image"))
    written = detail(library, photo).text(Field.ALT_TEXT, "en")
    assert written is not None
    assert [written.text] == shown == ["May be an image of dog."]


def test_an_embedding_is_taken_back_and_done_again(library: Library, tmp_path: Path) -> None:
    folder = tmp_path / "photos"
    folder.mkdir()
    path = photo_maker.put(folder, "a.jpg", photo_maker.jpeg())
    before = path.read_bytes()
    list(scan(library, [folder]))
    with library.read() as connection:
        photo = photos.id_of(connection, path) or 0
    review.set_text(library, [photo], "A dog.")
    list(embed.embed(library))
    assert label(library) == "embed 1 photo"
    with library.read() as connection:
        step = history.last_step(connection)
    assert step is not None
    list(embed_undo.undo(library, step.id))
    assert path.read_bytes() == before
    assert label(library) == "set the text of 1 photo"
    history.undo(library)
    history.redo(library)
    with library.read() as connection:
        again = history.undone_step(connection)
    assert again is not None
    assert (again.kind, again.label) == ("embed", "embed 1 photo")
    list(embed_undo.redo(library, again.id))
    assert path.read_bytes() != before
    with library.read() as connection:
        assert history.undone_step(connection) is None
    assert label(library) == "embed 1 photo"


def test_a_new_step_ends_what_could_be_redone(library: Library, tmp_path: Path) -> None:
    (photo,) = add_photos(library, "a.jpg")
    review.set_text(library, [photo], "A dog.")
    history.undo(library)
    review.set_text(library, [photo], "A cat.")
    with library.read() as connection:
        assert history.undone_step(connection) is None
