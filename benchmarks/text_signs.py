"""Makes photos with known text, and photos without any that look as if there were; for benchmarks.text_accuracy.

The same seed gives the same photos on a system with the same fonts.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from inference.engine import READ_SIDE
from inference.findings import Box
from resources import RESOURCES
from storage.image_file import open_upright

FONT_FOLDERS = ("/usr/share/fonts", "/Library/Fonts", "/System/Library/Fonts", "C:/Windows/Fonts")
NO_LETTERS = ("symbol", "dingbat", "d050000l", "emoji", "icon", "cursor", "braille", "math", "awesome")
"""Parts of the names of fonts whose letters are pictures."""

SIZE = (1600, 1200)
"""Pixels of a made photo."""

HEIGHTS = ((0.015, 0.025), (0.025, 0.05), (0.05, 0.1))
"""Ranges of the size of letters, as shares of the photo's longer side: fine print, a sign, a headline."""


BARE = 0.3
"""Share of signs without a board, as captions and watermarks are."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What a camera does to a sign.

    Attributes:
        turn: most degrees it is turned.
        shift: how far its corners are moved, as a share of its shorter side.
        blur: most pixels of blur (standard deviation).
        noise: grey levels of noise (standard deviation).
        quality: of the JPEG.
    """

    name: str
    turn: float
    shift: float
    blur: float
    noise: float
    quality: int


FAULTS = (
    Fault("as printed", 0, 0, 0, 0, 92),
    Fault("photographed", 8, 0.06, 1.2, 6, 85),
    Fault("badly photographed", 15, 0.12, 2.5, 14, 60),
)


@dataclass(frozen=True, slots=True)
class Sign:
    """A made photo and the lines that are in it.

    Attributes:
        lines: text, and its left, top, right and bottom on the board.
        matrix: 3 × 3, from pixels of the board to those of the photo.
    """

    photo: Image.Image
    lines: Sequence[tuple[str, tuple[float, float, float, float]]]
    matrix: "np.ndarray[Any, Any]"

    def place(self, box: Box) -> tuple[float, float]:
        """Where on the board the middle of a box in the photo is."""
        middle = (box.left + box.right) / 2 * SIZE[0], (box.top + box.bottom) / 2 * SIZE[1], 1.0
        x, y, scale = np.linalg.inv(self.matrix) @ middle
        return float(x / scale), float(y / scale)


def fonts() -> list[Path]:
    """Fonts of this system that have Latin letters; empty where none is found."""
    found = []
    for folder in FONT_FOLDERS:
        for path in sorted(Path(folder).rglob("*")):
            if path.suffix.lower() in (".ttf", ".otf") and not any(n in path.name.lower() for n in NO_LETTERS):
                font = ImageFont.truetype(str(path), 40)
                missing = bytes(font.getmask("\uffff"))
                if all(bytes(font.getmask(letter)) not in (missing, b"") for letter in "aZ8éßñ€"):
                    found.append(path)
    return found


def backgrounds() -> list[Image.Image]:
    """The sample photos without text."""
    names = ("cat.png", "coffee.webp", "dahlia.jpg")
    return [open_upright(RESOURCES / "samples" / name, max_side=READ_SIDE) for name in names]


def some_text(rng: random.Random, words: Sequence[str]) -> str:
    """One line: one to four words, or a number as it stands on signs."""
    if rng.random() < 0.2:
        number = rng.randrange(10, 10_000)
        forms = f"{number}", f"{number / 100:.2f} €", f"Tel. {number} {rng.randrange(10_000):04}", f"No. {number}"
        return rng.choice(forms)
    text = " ".join(rng.sample(words, rng.randint(1, 3)))
    return rng.choice((text, text.capitalize(), text.title(), text.upper()))


def background(rng: random.Random, photos: Sequence[Image.Image]) -> Image.Image:
    """A piece of a photo, turned and mirrored at random."""
    photo = rng.choice(photos)
    share = rng.uniform(0.5, 1.0)
    width, height = (max(16, int(side * share)) for side in photo.size)
    left, top = rng.randint(0, photo.width - width), rng.randint(0, photo.height - height)
    piece = photo.crop((left, top, left + width, top + height)).resize(SIZE, Image.Resampling.BICUBIC)
    return piece.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if rng.random() < 0.5 else piece


def make_sign(
    rng: random.Random, fault: Fault, height: float, words: Sequence[str], files: Sequence[Path], photo: Image.Image
) -> Sign:
    """One to four lines on a board, or straight on the photo with an outline, seen through a camera with faults.

    Args:
        height: of the letters, as a share of the photo's longer side.
    """
    size = round(height * max(SIZE))
    font = ImageFont.truetype(str(rng.choice(files)), size) if files else ImageFont.load_default(size)
    texts = [some_text(rng, words) for _ in range(rng.randint(1, 4))]
    texts = [text for text in texts if font.getlength(text) < 0.75 * SIZE[0]] or ["EXIT"]
    dark = rng.random() < 0.5
    ink, paper = ((rng.randint(*span), rng.randint(*span), rng.randint(*span)) for span in _spans(dark=dark))
    spacing = rng.uniform(1.5, 2.0) * size
    width = round(max(font.getlength(text) for text in texts) + 2 * size)
    board = Image.new("RGB", (width, round(spacing * len(texts) + size)), paper)
    mask = Image.new("L", board.size, 0 if rng.random() < BARE else 255)
    lines = []
    for number, text in enumerate(texts):
        place = (float(size), size / 2 + number * spacing)
        ImageDraw.Draw(board).text(place, text, ink, font)
        ImageDraw.Draw(mask).text(place, text, 255, font, stroke_width=max(1, size // 12))
        lines.append((text, ImageDraw.Draw(board).textbbox(place, text, font)))
    photo, matrix = _hang(rng, board, mask, fault, photo)
    return Sign(_seen(rng, photo, fault), lines, matrix)


def _spans(*, dark: bool) -> tuple[tuple[int, int], tuple[int, int]]:
    low, high = (0, 90), (165, 255)
    return (high, low) if dark else (low, high)


def _hang(
    rng: random.Random, board: Image.Image, mask: Image.Image, fault: Fault, photo: Image.Image
) -> "tuple[Image.Image, np.ndarray[Any, Any]]":
    """The board in the photo, turned and seen from aside; and the matrix from its pixels to the photo's."""
    corners = np.array([(0, 0), (board.width, 0), (board.width, board.height), (0, board.height)], float)
    angle = np.radians(rng.uniform(-fault.turn, fault.turn))
    turned = (corners - corners.mean(axis=0)) @ np.array(
        [(np.cos(angle), np.sin(angle)), (-np.sin(angle), np.cos(angle))]
    )
    least = min(board.size)
    turned += [(rng.uniform(-1, 1) * fault.shift * least, rng.uniform(-1, 1) * fault.shift * least) for _ in corners]
    turned *= min(1.0, *(0.96 * side / extent for side, extent in zip(SIZE, np.ptp(turned, axis=0), strict=True)))
    free = np.array(SIZE) - np.ptp(turned, axis=0)
    turned += -turned.min(axis=0) + [rng.uniform(0, free[0]), rng.uniform(0, free[1])]
    matrix = _homography(corners, turned)
    back = np.linalg.inv(matrix)
    data = tuple((back / back[2, 2]).ravel()[:8])
    layer = board.transform(SIZE, Image.Transform.PERSPECTIVE, data, Image.Resampling.BICUBIC)
    shape = mask.transform(SIZE, Image.Transform.PERSPECTIVE, data, Image.Resampling.BICUBIC)
    return Image.composite(layer, photo, shape), matrix


def _homography(source: Any, target: Any) -> "np.ndarray[Any, Any]":
    """The 3 × 3 matrix that moves four points to four others."""
    rows, right = [], []
    for (x, y), (u, v) in zip(source, target, strict=True):
        rows += [(x, y, 1, 0, 0, 0, -u * x, -u * y), (0, 0, 0, x, y, 1, -v * x, -v * y)]
        right += [u, v]
    return np.append(np.linalg.solve(np.array(rows, float), np.array(right, float)), 1.0).reshape(3, 3)


def _seen(rng: random.Random, photo: Image.Image, fault: Fault) -> Image.Image:
    """The photo as a camera keeps it: blurred, noisy, unevenly lit, compressed."""
    photo = photo.filter(ImageFilter.GaussianBlur(fault.blur * rng.random())) if fault.blur else photo
    values = np.asarray(photo, np.float64)
    if fault.noise:
        noise = np.random.default_rng(rng.randrange(2**32)).normal(0, fault.noise, values.shape)
        light = np.linspace(rng.uniform(0.6, 1), rng.uniform(0.6, 1), values.shape[1])[None, :, None]
        values = values * light + noise
    kept = BytesIO()
    Image.fromarray(values.clip(0, 255).astype(np.uint8)).save(kept, "JPEG", quality=fault.quality)
    return Image.open(kept).convert("RGB")


def make_textures(rng: random.Random, count: int, photos: Sequence[Image.Image]) -> Iterator[Image.Image]:
    """Photos without text, many of them of what looks like it: bricks, blinds, windows, twigs, pebbles, tiles."""
    kinds = ("plain", "bricks", "blinds", "windows", "twigs", "pebbles")
    for number in range(count):
        photo = background(rng, photos)
        draw = ImageDraw.Draw(photo)
        kind = kinds[number % len(kinds)]
        step = rng.randint(24, 90)
        colours = [(rng.randint(0, 255), rng.randint(0, 255), rng.randint(0, 255)) for _ in range(2)]
        if kind in ("bricks", "windows"):
            for y in range(0, SIZE[1], step):
                for x in range(-(y // step % 2) * step * (kind == "bricks"), SIZE[0], 2 * step):
                    inside = (x, y, x + round(step * (1.9 if kind == "bricks" else 1.1)), y + round(step * 0.8))
                    draw.rectangle(inside, fill=colours[rng.random() < 0.2])
        elif kind == "blinds":
            for x in range(0, SIZE[0], step):
                draw.line((x, 0, x + rng.randint(-5, 5), SIZE[1]), colours[0], rng.randint(3, step // 2))
        elif kind != "plain":
            for _ in range(rng.randint(100, 600)):
                start = rng.uniform(0, SIZE[0]), rng.uniform(0, SIZE[1])
                end = start[0] + rng.uniform(2, 2 * step), start[1] + rng.uniform(2, 2 * step)
                if kind == "twigs":
                    draw.line((start, (end[0] - step, end[1] - step)), colours[0], rng.randint(1, 7))
                else:
                    draw.ellipse((start, end), colours[rng.random() < 0.5], colours[0])
        yield _seen(rng, photo, FAULTS[number % len(FAULTS)])
