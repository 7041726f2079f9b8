"""Words of files come into the library, follow the file, and never write over a person's."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage import embed, embed_undo, photos, review
from storage.import_words import texts_by_language, words_json, words_of_json
from storage.library import Library
from storage.metadata.fields import PhotoWords
from storage.metadata.read import read_words
from storage.photos import PhotoDetail
from storage.scan import scan
from storage.schema import Field, Origin, PhotoState, TagState, TextState
from tests.storage.photo_maker import jpeg, put, with_xmp, xmp


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Library(tmp_path / "library.altfolio") as opened:
        yield opened


class OnePhoto:
    """A library of one photo whose file others change."""

    def __init__(self, library: Library, folder: Path) -> None:
        self.library = library
        self.path = folder / "photos/a.jpg"
        self._image = jpeg(1)

    def says(
        self, *, alt: str | None = None, keywords: tuple[str, ...] = (), caption: str | None = None
    ) -> PhotoDetail:
        """Give the file these words, scan, and look."""
        put(self.path.parent, "a.jpg", with_xmp(self._image, xmp(alt=alt, keywords=keywords, caption=caption)))
        list(scan(self.library, [self.path.parent]))
        return self.look()

    def look(self) -> PhotoDetail:
        with self.library.read() as connection:
            found = photos.detail(connection, 1)
        assert found is not None
        return found

    def outside(self) -> PhotoWords | None:
        with self.library.read() as connection:
            kept = connection.exec_driver_sql("SELECT outside FROM embedded").scalar()
        return None if kept is None else words_of_json(kept)


@pytest.fixture
def photo(library: Library, tmp_path: Path) -> OnePhoto:
    return OnePhoto(library, tmp_path)


def keywords(found: PhotoDetail) -> dict[str, tuple[Origin, TagState]]:
    return {tag.name: (tag.origin, tag.state) for tag in found.tags}


def test_words_of_a_file_come_in_as_approved(photo: OnePhoto) -> None:
    found = photo.says(alt="A dog", keywords=("Beach", "dog"), caption="Rex, 2024")
    alt, caption = found.text(Field.ALT_TEXT, "en"), found.text(Field.CAPTION, "en")
    assert alt is not None and caption is not None
    assert (alt.text, alt.origin, alt.state) == ("A dog", Origin.FILE, TextState.APPROVED)
    assert (caption.text, caption.origin) == ("Rex, 2024", Origin.FILE)
    assert keywords(found) == {
        "Beach": (Origin.FILE, TagState.ACCEPTED),
        "dog": (Origin.FILE, TagState.ACCEPTED),
    }
    assert found.row.state == PhotoState.EMBEDDED


def test_a_file_without_words_leaves_nothing(photo: OnePhoto) -> None:
    found = photo.says()
    assert (found.texts, found.tags, found.row.state) == ((), (), PhotoState.NONE)


def test_values_of_the_file_follow_the_file(photo: OnePhoto) -> None:
    photo.says(alt="A dog", keywords=("beach", "dog"))
    found = photo.says(alt="A brown dog", keywords=("dog", "sand"))
    assert found.row.alt_text == "A brown dog"
    assert keywords(found).keys() == {"dog", "sand"}
    assert (found.row.state, photo.outside()) == (PhotoState.EMBEDDED, None)
    found = photo.says()
    assert (found.texts, found.tags, found.row.state) == ((), (), PhotoState.NONE)


def test_a_text_of_a_person_is_not_overwritten(photo: OnePhoto) -> None:
    photo.says(alt="A dog", keywords=("beach",))
    review.set_text(photo.library, [1], "My own words")
    assert photo.look().row.state == PhotoState.APPROVED
    found = photo.says(alt="Others' words", keywords=("beach", "sea"))
    assert found.row.alt_text == "My own words"
    assert found.row.state == PhotoState.STALE
    outside = photo.outside()
    assert outside is not None and outside.alt_text == {"x-default": "Others' words"}
    assert "sea" in keywords(found), "what nobody here decided follows the file"

    assert photo.says(alt="A dog", keywords=("beach",)).row.state == PhotoState.APPROVED
    assert photo.outside() is None
    assert photo.says(alt="My own words", keywords=("beach",)).row.state == PhotoState.EMBEDDED


def test_a_text_that_was_removed_outside_is_kept_here(photo: OnePhoto) -> None:
    photo.says(alt="A dog")
    review.set_text(photo.library, [1], "A dog")  # the person says the same
    found = photo.says()
    assert (found.row.alt_text, found.row.state) == ("A dog", PhotoState.STALE)
    assert photo.outside() == PhotoWords()


def test_drafts_give_way_and_suggestions_become_certain(photo: OnePhoto) -> None:
    photo.says()
    with photo.library.write() as block:
        run = block.connection.exec_driver_sql
        run("INSERT INTO text VALUES (1, 0, 'en', 'May be a dog', 'A dog', 0, 0)")
        run("INSERT INTO concept (id, key, name, kind) VALUES (1, 'dog', 'dog', 'animal'), (2, 'cat', 'cat', 'animal')")
        run("INSERT INTO concept_word VALUES ('dog', 1, 1), ('cat', 2, 1)")
        run("INSERT INTO tag VALUES (1, 1, 0, 0, 0.7, 2), (1, 2, 0, 2, 0.6, 1)")
        block.touch(1)
    found = photo.says(alt="Rex", keywords=("Dog", "cat"))
    assert (found.row.alt_text, found.row.alt_origin) == ("Rex", Origin.FILE)
    assert keywords(found) == {"dog": (Origin.FILE, TagState.ACCEPTED), "cat": (Origin.MODEL, TagState.REJECTED)}
    assert found.row.state == PhotoState.STALE, "a rejected tag is in the file"


def test_approved_words_that_are_not_in_the_file_still_have_to_be_written(photo: OnePhoto) -> None:
    photo.says()
    review.set_text(photo.library, [1], "A red door")
    found = photo.says(keywords=("holiday",))
    assert (found.row.state, found.row.alt_text) == (PhotoState.APPROVED, "A red door")
    assert photo.outside() is None


def test_words_in_a_sidecar_come_in_and_follow_it(photo: OnePhoto) -> None:
    assert photo.says().row.state == PhotoState.NONE
    sidecar = put(photo.path.parent, "a.jpg.xmp", xmp(alt="From the sidecar"))
    list(scan(photo.library))
    assert photo.look().row.alt_text == "From the sidecar"
    with photo.library.read() as connection:
        assert connection.exec_driver_sql("SELECT target FROM embedded").scalar_one() == bytes(sidecar)
    sidecar.unlink()
    list(scan(photo.library))
    assert photo.look().row.alt_text == ""


def test_broken_metadata_is_not_taken_for_removed_words(photo: OnePhoto) -> None:
    photo.says(alt="A dog")
    put(photo.path.parent, "a.jpg", with_xmp(jpeg(1), b"<x:xmpmeta xmlns:x='adobe:ns:meta/'><broken"))
    list(scan(photo.library))
    found = photo.look()
    assert found.row.alt_text == "A dog"
    assert found.row.problem is not None


def test_words_move_with_the_photo(photo: OnePhoto) -> None:
    photo.says(alt="A dog", keywords=("beach",))
    review.set_text(photo.library, [1], "Ours")
    photo.path.rename(photo.path.with_name("b.jpg"))
    list(scan(photo.library))
    found = photo.look()
    assert (found.row.name, found.row.alt_text, found.row.state) == ("b.jpg", "Ours", PhotoState.APPROVED)


@pytest.mark.parametrize(
    ("given_texts", "expected"),
    [
        ({"x-default": "A"}, {"en": "A"}),
        ({"x-default": "A", "en": "A"}, {"en": "A"}),
        ({"x-default": "A", "en-US": "B"}, {"en": "B"}),
        ({"en-GB": "Colour", "en-US": "Color"}, {"en": "Colour", "en-US": "Color"}),
        ({"en-GB": "A", "en-US": "A"}, {"en": "A"}),
        ({"x-default": "Hund", "de": "Hund"}, {"de": "Hund"}),
        ({"x-default": "A", "de": "Hund"}, {"en": "A", "de": "Hund"}),
        ({"de_AT": "Hund"}, {"de-AT": "Hund"}),
        ({"en": "  "}, {}),
    ],
)
def test_languages(given_texts: dict[str, str], expected: dict[str, str]) -> None:
    found = texts_by_language(PhotoWords(alt_text=given_texts), "en")
    assert {tag: text for (_, tag), text in found.items()} == expected


WORDS = st.builds(
    PhotoWords,
    alt_text=st.dictionaries(st.sampled_from(["x-default", "en", "de"]), st.text(max_size=20), max_size=3),
    caption=st.dictionaries(st.sampled_from(["x-default", "fr"]), st.text(max_size=20), max_size=2),
    keywords=st.lists(st.text(max_size=8), max_size=4).map(tuple),
)


@given(WORDS)
def test_words_survive_being_kept(words: PhotoWords) -> None:
    kept = words_json(words)
    assert words_json(words_of_json(kept)) == kept
    assert json.loads(kept) == json.loads(words_json(words))


@pytest.mark.parametrize(
    ("theirs", "after"),
    [
        ({"x-default": "Colour", "en-GB": "Colour", "en-US": "Color"}, {"en-US": "Color"}),
        ({"x-default": "C", "en": "C", "en-GB": "Colour"}, {"en-GB": "Colour"}),
        ({"x-default": "Colour", "en-GB": "Colour"}, {}),
        ({"x-default": "Hund", "de": "Hund", "de-AT": "Hunderl"}, {"de": "Hund", "de-AT": "Hunderl"}),
    ],
)
def test_a_text_that_was_not_shown_stays_in_the_file(
    photo: OnePhoto, theirs: dict[str, str], after: dict[str, str]
) -> None:
    items = "".join(f'<rdf:li xml:lang="{language}">{text}</rdf:li>' for language, text in theirs.items())
    packet = xmp(alt="shown").replace(b'<rdf:li xml:lang="x-default">shown</rdf:li>', items.encode())
    put(photo.path.parent, "a.jpg", with_xmp(jpeg(1), packet))
    before = photo.path.read_bytes()
    list(scan(photo.library, [photo.path.parent]))
    review.set_text(photo.library, [1], "Ours")
    list(embed.embed(photo.library))
    assert read_words(photo.path).words.alt_text == {"x-default": "Ours", "en": "Ours", **after}
    list(scan(photo.library))
    assert photo.look().row.state == PhotoState.EMBEDDED
    list(embed_undo.undo(photo.library))
    assert photo.path.read_bytes() == before
