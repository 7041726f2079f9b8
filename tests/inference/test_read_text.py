from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFont

from inference import decoders, packs, read_text, runtime
from resources import RESOURCES

CPU_ONLY = runtime.Options(accelerate=False)
REFERENCE = Path(__file__).parent / "references" / "text.npz"


@pytest.fixture(scope="module")
def reader() -> decoders.Eye:
    return decoders.load(packs.read_pack(packs.EMBEDDED / "text"), CPU_ONLY)


def sign(*lines: str, size: int = 48, angle: float = 0) -> Image.Image:
    image = Image.new("RGB", (900, 600), (40, 70, 60))
    draw = ImageDraw.Draw(image)
    for row, line in enumerate(lines):
        draw.text((120, 120 + 2 * size * row), line, (250, 250, 240), ImageFont.load_default(size))
    return image.rotate(angle, Image.Resampling.BICUBIC, fillcolor=(40, 70, 60))


@pytest.mark.parametrize("role", ["detector", "recogniser"])
def test_the_networks_answer_what_the_published_ones_answer(role: str) -> None:
    recorded = np.load(REFERENCE)
    network = runtime.Network(packs.read_pack(packs.EMBEDDED / "text"), role, CPU_ONLY)
    (answer,) = network.run(runtime.to_tensor(recorded[role].astype(np.float32), network.input))
    says = recorded[f"{role}_says"]
    if role == "detector":
        # Weights of 16 bits: 0.0076 seen.
        assert np.abs(answer[0, 0] - says).max() < 0.03 and says.max() > 0.9
    else:
        assert np.array_equal(answer[0].argmax(axis=1), says) and (says != 0).any()


@pytest.mark.parametrize("angle", [0, 12, -20])
def test_rendered_lines_are_read_in_reading_order(reader: decoders.Eye, angle: float) -> None:
    lines = reader.look(sign("Platform 9", "Mind the gap!", angle=angle)).text
    assert [line.text for line in lines] == ["Platform 9", "Mind the gap!"]
    for line in lines:
        assert 0.8 <= line.score <= 1
        assert 0 <= line.box.left < line.box.right <= 1 and 0 <= line.box.top < line.box.bottom <= 1
    assert lines[0].box.top < lines[1].box.top


def test_small_photos_are_read_too(reader: decoders.Eye) -> None:
    small = sign("EXIT", size=200).resize((120, 80))
    assert [line.text for line in reader.look(small).text] == ["EXIT"]


def test_a_printed_page_is_read(reader: decoders.Eye) -> None:
    with Image.open(RESOURCES / "samples" / "book-page.jpg") as photo:
        page = photo.convert("RGB")
    page = page.crop((0, 0, page.width, page.height // 2))
    text = " ".join(line.text for line in reader.look(page).text)
    assert "WELL, I got a good going-over in the morning," in text


@pytest.mark.parametrize("size", [(640, 480), (1, 1), (2000, 3), (33, 700)])
def test_photos_without_text_have_none(reader: decoders.Eye, size: tuple[int, int]) -> None:
    assert reader.look(Image.new("RGB", size, (90, 120, 200))).text == ()


def test_the_blank_separates_double_letters() -> None:
    characters = ["", "a", "b", " "]
    steps = [1, 1, 0, 1, 2, 2, 3, 3, 0]
    probabilities = np.full((len(steps), 4), 0.1, np.float32)
    probabilities[np.arange(len(steps)), steps] = 0.7
    text, score = read_text.decode_ctc(probabilities, characters)
    assert text == "aab" and score == pytest.approx(0.7)
    assert read_text.decode_ctc(probabilities[2:3], characters) == ("", 0.0)


@given(st.text("ab ", max_size=20))
def test_any_text_survives_its_encoding(text: str) -> None:
    characters = ["", "a", "b", " "]
    steps = [index for letter in text for index in (0, characters.index(letter))] or [0]
    probabilities = np.eye(4, dtype=np.float32)[steps]
    found, score = read_text.decode_ctc(probabilities, characters)
    assert found == text.strip()
    assert score == (1 if text else 0)
