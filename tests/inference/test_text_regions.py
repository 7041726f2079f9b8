import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from PIL import Image, ImageDraw

from inference import text_regions


def flooded(mask: np.ndarray) -> set[frozenset[tuple[int, int]]]:
    """The connected parts, pixel by pixel, as x, y."""
    rest = {(int(x), int(y)) for y, x in zip(*np.nonzero(mask), strict=True)}
    parts = set()
    while rest:
        stack, part = [rest.pop()], set()
        while stack:
            x, y = stack.pop()
            part.add((x, y))
            near = {(x + i, y + j) for i in (-1, 0, 1) for j in (-1, 0, 1)} & rest
            rest -= near
            stack.extend(near)
        parts.add(frozenset(part))
    return parts


@given(arrays.arrays(np.bool_, st.tuples(st.integers(1, 12), st.integers(1, 12))))
def test_parts_are_those_of_a_flood_fill(mask: np.ndarray) -> None:
    found = [{(int(x), int(y)) for x, y in part} for part in text_regions.components(mask)]
    expected = flooded(mask)
    assert len(found) == len(expected)
    for part in found:
        (owner,) = (whole for whole in expected if part <= whole)
        for y in {y for _, y in owner}:
            row = [x for x, at in owner if at == y]
            assert {(min(row), y), (max(row), y)} <= part, "the ends of every row are kept: the hull is the same"


def line_at(angle: float) -> np.ndarray:
    """A map [200, 300] with one core of 160 × 20 pixels around its middle, turned by degrees."""
    image = Image.new("L", (300, 200))
    turn = math.radians(angle)
    along, across = np.asarray([math.cos(turn), math.sin(turn)]), np.asarray([-math.sin(turn), math.cos(turn)])
    signs = ((-1, -1), (1, -1), (1, 1), (-1, 1))
    corners = [np.asarray([150, 100]) + along * 80 * a + across * 10 * b for a, b in signs]
    ImageDraw.Draw(image).polygon([tuple(corner) for corner in corners], fill=230)
    return np.asarray(image, np.float32) / 255


@pytest.mark.parametrize("angle", [0, 10, -25, 44])
def test_a_tilted_line_is_found_and_grown(angle: float) -> None:
    (region,) = text_regions.regions(line_at(angle))
    width, height = text_regions.sides(region.corners)
    margin = 2 * 160 * 20 * text_regions.GROWTH / (2 * (160 + 20))
    assert width == pytest.approx(160 + margin, abs=5)
    assert height == pytest.approx(20 + margin, abs=5)
    assert region.corners.mean(axis=0) == pytest.approx([150, 100], abs=2)
    top_left, top_right = region.corners[:2]
    across, down = top_right - top_left
    assert math.degrees(math.atan2(down, across)) == pytest.approx(angle, abs=1)
    assert region.score > 0.8


def test_faint_and_tiny_cores_are_left_out() -> None:
    map_ = np.zeros((100, 100), np.float32)
    map_[10:20, 10:60] = 0.4
    map_[50:52, 50:52] = 0.9
    assert text_regions.regions(map_) == []
    assert text_regions.regions(np.zeros((32, 32), np.float32)) == []
    assert len(text_regions.regions(np.ones((32, 32), np.float32))) == 1


_points = arrays.arrays(np.float64, st.tuples(st.integers(1, 20), st.just(2)), elements=st.integers(0, 50).map(float))


@given(_points)
def test_the_smallest_rectangle_holds_all_points(points: np.ndarray) -> None:
    rectangle = text_regions.smallest_rectangle(points)
    width, height = text_regions.sides(rectangle)
    upright = np.prod(points.max(axis=0) - points.min(axis=0))
    assert width * height <= upright + 1e-6
    first, second, _, fourth = rectangle
    for side, length in ((second - first, width), (fourth - first, height)):
        if length > 1e-9:
            reach = (points - first) @ (side / length)
            assert reach.min() >= -1e-6 and reach.max() <= length + 1e-6


def test_a_tilted_part_is_cut_out_straight() -> None:
    image = Image.new("RGB", (300, 200), (255, 255, 255))
    corners = np.asarray([(50.0, 40.0), (210.0, 80.0), (200.0, 120.0), (40.0, 80.0)])
    ImageDraw.Draw(image).polygon([tuple(corner) for corner in corners], fill=(200, 0, 0))
    cut = text_regions.cut_out(image, corners, 48)
    assert cut.height == 48 and cut.width == pytest.approx(48 * 165 / 41, abs=3)
    assert np.abs(np.asarray(cut, np.int16)[4:-4, 4:-4] - (200, 0, 0)).max() < 12


def test_a_line_that_runs_downwards_is_laid_down() -> None:
    image = Image.new("RGB", (100, 300), (0, 0, 200))
    image.paste((200, 0, 0), (0, 0, 100, 150))
    cut = text_regions.cut_out(image, np.asarray([(20.0, 10.0), (60.0, 10.0), (60.0, 290.0), (20.0, 290.0)]), 48)
    pixels = np.asarray(cut)
    assert cut.width > 5 * cut.height
    assert pixels[24, 10].tolist() == [200, 0, 0] and pixels[24, -10].tolist() == [0, 0, 200]
