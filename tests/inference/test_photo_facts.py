"""Black and white, drawn pictures and darkness are seen where they are, and nowhere else."""

import colorsys
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFilter

from inference.alt_text import compose
from inference.judge import judge
from inference.photo_facts import GRAPHIC, GREY, NIGHT, is_grey, look
from inference.vocabulary import Vocabulary
from resources import RESOURCES


def scene(*, colour: float, noise: float = 0.0) -> Image.Image:
    """A picture with light, shade and, at `colour` 0..1, a coloured thing on a third of it."""
    picture = Image.linear_gradient("L").resize((200, 150)).convert("RGB")
    red = tuple(round(255 * part) for part in colorsys.hsv_to_rgb(0.02, colour, 0.8))
    picture.paste(red, (20, 40, 90, 140))
    if noise:
        grain = Image.effect_noise((200, 150), noise).convert("RGB").filter(ImageFilter.GaussianBlur(1))
        picture = Image.blend(picture, grain, 0.2)
    return picture


def as_jpeg(picture: Image.Image, quality: int) -> Image.Image:
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=quality)
    return Image.open(buffer)


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA", "CMYK", "P"])
def test_a_grey_picture_is_black_and_white_in_every_mode(mode: str) -> None:
    assert is_grey(scene(colour=0).convert("L").convert(mode))


@settings(deadline=None)
@given(st.integers(40, 95), st.floats(0, 40))
def test_compression_and_grain_add_no_colour(quality: int, noise: float) -> None:
    assert is_grey(as_jpeg(scene(colour=0, noise=noise).convert("L").convert("RGB"), quality))


@settings(deadline=None)
@given(st.floats(0.15, 1.0), st.integers(40, 95))
def test_a_coloured_thing_is_enough(colour: float, quality: int) -> None:
    assert not is_grey(as_jpeg(scene(colour=colour), quality))


def test_an_even_surface_is_no_photo_in_black_and_white() -> None:
    assert not is_grey(Image.new("RGB", (50, 50), (120, 120, 120)))
    assert not is_grey(Image.new("RGB", (1, 1)))


def test_the_fact_becomes_words() -> None:
    words = Vocabulary.load()
    raw = look(scene(colour=0, noise=30).convert("L"))
    assert [label.label for label in raw.labels] == [GREY]
    assert look(scene(colour=0.8, noise=30)).labels == ()
    assert compose(judge(raw, words), words) == "May be a black-and-white image."


def facts(picture: Image.Image) -> list[str]:
    return [label.label for label in look(picture).labels]


@pytest.mark.parametrize("ground", [(255, 255, 255), (30, 30, 34), (20, 60, 120)])
def test_letters_and_lines_on_an_even_ground_are_a_graphic_and_nothing_else(ground: tuple[int, int, int]) -> None:
    picture = Image.new("RGB", (600, 400), ground)
    pen = ImageDraw.Draw(picture)
    ink = (255 - ground[0], 255 - ground[1], 200)
    for row in range(10):
        pen.text((20, 20 + 36 * row), "The quick brown fox jumps over the lazy dog", fill=ink)
    pen.rectangle((400, 30, 560, 200), outline=ink)
    assert facts(picture) == [GRAPHIC]


def test_a_photo_cut_out_on_white_is_no_graphic() -> None:
    with Image.open(RESOURCES / "samples" / "cat.png") as cat:
        small = cat.convert("RGB").resize((200, 150))
    picture = Image.new("RGB", (600, 450), "white")
    picture.paste(small, (200, 150))
    assert facts(picture) == []


@pytest.mark.parametrize("name", ["astronaut.jpg", "book-page.jpg", "coffee.webp", "dahlia.jpg", "pagoda.jpg"])
def test_photos_are_no_graphics_and_by_day_not_dark(name: str) -> None:
    with Image.open(RESOURCES / "samples" / name) as photo:
        assert not {GRAPHIC, NIGHT} & set(facts(photo))


def test_a_photo_with_little_light_is_dark() -> None:
    with Image.open(RESOURCES / "samples" / "coffee.webp") as photo:
        dim = photo.convert("RGB").point(lambda value: value // 5)
    assert facts(dim) == [NIGHT]
    assert facts(Image.new("RGB", (300, 200), (8, 8, 8))) == []
