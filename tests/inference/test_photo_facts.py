"""Black and white is seen where it is, and nowhere else."""

import colorsys
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageFilter

from inference.alt_text import compose
from inference.judge import judge
from inference.photo_facts import GREY, is_grey, look
from inference.vocabulary import Vocabulary


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


@given(st.integers(40, 95), st.floats(0, 40))
def test_compression_and_grain_add_no_colour(quality: int, noise: float) -> None:
    assert is_grey(as_jpeg(scene(colour=0, noise=noise).convert("L").convert("RGB"), quality))


@given(st.floats(0.15, 1.0), st.integers(40, 95))
def test_a_coloured_thing_is_enough(colour: float, quality: int) -> None:
    assert not is_grey(as_jpeg(scene(colour=colour), quality))


def test_an_even_surface_is_no_photo_in_black_and_white() -> None:
    assert not is_grey(Image.new("RGB", (50, 50), (120, 120, 120)))
    assert not is_grey(Image.new("RGB", (1, 1)))


def test_the_fact_becomes_words() -> None:
    words = Vocabulary.load()
    raw = look(scene(colour=0))
    assert [label.label for label in raw.labels] == [GREY]
    assert look(scene(colour=0.8)).labels == ()
    assert compose(judge(raw, words), words) == "May be an image of black-and-white photo."
