"""The gallery: only approved words, nothing of the file's metadata, no violation, and every photo by keyboard."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from storage.exchange.html_gallery import MARK, GalleryOptions, gallery
from storage.job import KnownError
from storage.library import Library
from storage.schema import Field, TagState, TextState
from tests.storage.conftest import add_photos
from tests.storage.exchange.chromium import Browser, axe_source, browser
from tests.storage.exchange.conftest import NASTY, Words, put_words

APPROVED = TextState.APPROVED
COUNT = 125
"""Photos of the gallery: more than one page of the overview."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A gallery of photos with words of all kinds, the last of them no photo at all."""
    folder = tmp_path_factory.mktemp("photos")
    for number in range(COUNT - 1):
        picture = Image.new("RGB", (60 + number, 90), (number * 2, 80, 120))
        ImageDraw.Draw(picture).ellipse((10, 10, 50, 50), fill="white")
        exif = Image.Exif()
        exif[0x010E] = "secret caption of the camera"
        picture.save(folder / f"{number}.jpg", exif=exif, comment=b"secret comment")
    (folder / f"{COUNT - 1}.jpg").write_text("no photo")
    with Library(tmp_path_factory.mktemp("library") / "test.altfolio") as library:
        ids = add_photos(library, *(f"{number}.jpg" for number in range(COUNT)), folder=str(folder))
        for photo, text in zip(ids, NASTY, strict=False):
            texts = {(field, "en"): (text, APPROVED, None) for field in Field}
            put_words(library, photo, Words(texts, {"dog": (TagState.ACCEPTED, None, 1)}))
        draft = (Field.ALT_TEXT, "en"), (Field.EXTENDED, "en")
        put_words(library, ids[30], Words(dict.fromkeys(draft, ("A guess.", TextState.DRAFT, None))))
        german = {(Field.ALT_TEXT, "de"): ("Ein weißer Kreis", APPROVED, None)}
        put_words(library, ids[31], Words({**german, (Field.EXTENDED, "en"): ("A long one.", APPROVED, None)}))
        target = tmp_path_factory.mktemp("made") / "gallery"
        steps = list(gallery(library, ids, target, GalleryOptions(title="Beach & <sea>", threads=2)))
        assert (steps[-1].done, steps[-1].problems) == (COUNT, 1)
    yield target


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.alts: list[str | None] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.links += [value for name in ("href", "src") if (value := given.get(name))]
        if tag == "img":
            self.alts.append(given.get("alt"))


def parsed(page: Path) -> _Links:
    found = _Links()
    found.feed(page.read_text(encoding="utf-8"))
    return found


def test_every_link_leads_to_a_file_of_the_folder(made: Path) -> None:
    pages = list(made.rglob("*.html"))
    assert len(pages) == COUNT + 2
    for page in pages:
        for link in parsed(page).links:
            assert "//" not in link
            place = page if link.startswith("#") else (page.parent / link.partition("#")[0]).resolve()
            assert place.is_file(), (page, link)
            assert made in place.parents


def test_pictures_carry_nothing_of_the_file(made: Path) -> None:
    pictures = list(made.rglob("*.jpg"))
    assert len(pictures) == 2 * (COUNT - 1)
    for picture in pictures:
        assert b"secret" not in picture.read_bytes()


def test_alt_is_the_approved_text_and_never_a_guess(made: Path) -> None:
    alts = parsed(made / "index.html").alts
    assert alts[: len(NASTY)] == [text.replace("\r\n", "\n") for text in NASTY]
    assert alts[30] == "30.jpg (not described yet)"
    for page in made.rglob("*.html"):
        assert "A guess." not in page.read_text(encoding="utf-8")
    german = (made / "photos" / "00032.html").read_text(encoding="utf-8")
    assert re.search(r'<img [^>]*alt="Ein weißer Kreis" lang="de"', german)
    assert "A long one." in german


def test_a_photo_that_cannot_be_opened_is_there_and_says_so(made: Path) -> None:
    assert "This photo could not be opened." in (made / "page-2.html").read_text(encoding="utf-8")
    assert f"{COUNT - 1}.jpg" in (made / "photos" / f"{COUNT:05}.html").read_text(encoding="utf-8")


def test_a_gallery_replaces_only_a_gallery(library: Library, tmp_path: Path) -> None:
    target = tmp_path / "gallery"
    list(gallery(library, [], target))
    list(gallery(library, [], target))
    assert (target / MARK).is_file()
    (target / MARK).unlink()
    with pytest.raises(KnownError, match="was not made by Altfolio"):
        list(gallery(library, [], target))
    assert (target / "index.html").is_file()
    assert [place.name for place in tmp_path.iterdir() if place.name.endswith(".part")] == []


def test_a_gallery_that_is_stopped_leaves_the_old_one(library: Library, tmp_path: Path) -> None:
    ids = add_photos(library, "a.jpg", "b.jpg", folder=str(tmp_path))
    target = tmp_path / "gallery"
    list(gallery(library, [], target))
    before = (target / "index.html").read_text(encoding="utf-8")
    job = gallery(library, ids, target)
    next(job)
    job.close()
    assert (target / "index.html").read_text(encoding="utf-8") == before
    assert [place.name for place in tmp_path.iterdir() if place.name.startswith(".gallery")] == []


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with browser(tmp_path_factory.mktemp("profile")) as opened:
        yield opened


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("page", ["index.html", "page-2.html", "photos/00001.html", "photos/00032.html"])
def test_axe_finds_no_violation(made: Path, chromium: Browser, page: str, scheme: str) -> None:
    axe = axe_source()
    chromium.colours(scheme)
    chromium.open(made / page)
    ground = chromium.run("getComputedStyle(document.body).backgroundColor")
    assert ground == {"light": "rgb(255, 255, 255)", "dark": "rgb(20, 23, 26)"}[scheme]
    assert chromium.violations(axe) == []


def test_axe_would_find_one(made: Path, chromium: Browser) -> None:
    axe = axe_source()
    chromium.open(made / "photos" / "00001.html")
    chromium.run("document.querySelector('img').removeAttribute('alt')")
    assert any(line.startswith("image-alt") for line in chromium.violations(axe))


def test_all_photos_are_reached_by_keyboard(made: Path, chromium: Browser) -> None:
    chromium.open(made / "index.html")
    chromium.press("Tab")
    assert chromium.run("document.activeElement.className") == "skip"
    chromium.press("Enter")
    assert chromium.run("document.activeElement.id") == "content"
    chromium.press("Tab")
    assert chromium.run("document.activeElement.getAttribute('href')") == "photos/00001.html"
    for key, address in [
        ("Enter", "photos/00001.html"),
        ("ArrowRight", "photos/00002.html"),
        ("ArrowRight", "photos/00003.html"),
        ("ArrowLeft", "photos/00002.html"),
        ("Escape", "index.html#p2"),
    ]:
        chromium.press(key)
        chromium.wait_for("Page.loadEventFired")
        assert chromium.run("location.href").endswith(address)
    assert all(address.startswith("file://") for address in chromium.requested())


@pytest.mark.parametrize("width", [320, 800, 2000])
def test_no_page_is_wider_than_its_window(made: Path, chromium: Browser, width: int) -> None:
    chromium.send("Emulation.setDeviceMetricsOverride", width=width, height=700, deviceScaleFactor=1, mobile=False)
    for page in ("index.html", "photos/00001.html", "photos/00017.html"):
        chromium.open(made / page)
        assert chromium.run("document.documentElement.scrollWidth") <= width, page
