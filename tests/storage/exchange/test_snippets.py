"""Snippets give out approved words only, and what reads them gets the same words back."""

from html.parser import HTMLParser
from urllib.parse import unquote

import pytest

from storage.exchange.snippets import Form, snippet
from storage.library import Library
from storage.schema import Field, TextState
from tests.storage.conftest import add_photos
from tests.storage.exchange.conftest import NASTY, Words, put_words


def test_html_is_read_back_as_the_words(library: Library) -> None:
    names = ['a"b.jpg', "ü &<>.jpg", "c d.jpg"]
    ids = add_photos(library, *names)
    for photo, text in zip(ids, ['"Fish" & <chips>', "two\nlines", "plain"], strict=True):
        put_words(library, photo, Words({(Field.ALT_TEXT, "en"): (text, TextState.APPROVED, None)}))
    read: list[dict[str, str | None]] = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            read.append(dict(attrs))

    with library.read() as connection:
        found = snippet(connection, ids, Form.HTML)
    Reader().feed(found.text)
    assert [unquote(one["src"] or "") for one in read] == names
    assert [one["alt"] for one in read] == ['"Fish" & <chips>', "two lines", "plain"]
    assert found.without == ()


def test_a_draft_is_not_given_out(library: Library) -> None:
    a, b = add_photos(library, "a.jpg", "b.jpg")
    put_words(library, a, Words({(Field.ALT_TEXT, "en"): ("Perhaps a dog.", TextState.DRAFT, "A dog.")}))
    put_words(library, b, Words({(Field.ALT_TEXT, "de"): ("Ein Hund.", TextState.APPROVED, None)}))
    with library.read() as connection:
        for form in Form:
            found = snippet(connection, [a, b], form)
            assert "Perhaps" not in found.text
            assert found.without == (a,)
        assert snippet(connection, [a, b], Form.ALT).text == "Ein Hund."
        assert snippet(connection, [a, b], Form.HTML).text.splitlines() == [
            '<img src="a.jpg"><!-- no approved alt text yet -->',
            '<img src="b.jpg" alt="Ein Hund." lang="de">',
        ]


@pytest.mark.parametrize("text", NASTY)
def test_markdown_is_one_line_and_closes_nothing_early(library: Library, text: str) -> None:
    (photo,) = add_photos(library, "a (1).jpg")
    put_words(library, photo, Words({(Field.ALT_TEXT, "en"): (text, TextState.APPROVED, None)}))
    with library.read() as connection:
        made = snippet(connection, [photo], Form.MARKDOWN).text
    assert made.count("\n") == 0
    assert made.startswith("![")
    assert made.endswith("](a%20%281%29.jpg)")
    inside = made[2:].removesuffix("](a%20%281%29.jpg)")
    plain = inside.replace("\\\\", "")
    assert all(before == "\\" for before, c in zip(" " + plain, plain, strict=False) if c in "[]`*_<")
