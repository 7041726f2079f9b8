from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from inference import decoders, engine, packs, runtime, views
from inference.findings import RawFindings
from inference.packs import Input, Views
from inference.views import View, tensors
from inference.views import views as views_of

OBJECTS = packs.read_pack(packs.EMBEDDED / "objects")


def scene(width: int, height: int) -> Image.Image:
    """A picture without edges finer than the pixels of any view."""
    across = Image.linear_gradient("L").resize((width, height))
    rings = Image.radial_gradient("L").resize((width, height))
    return Image.merge("RGB", (across, rings, across.rotate(180)))


def prepared(image: Image.Image, view: View, spec: Input) -> np.ndarray:
    width, height = image.size
    region = (view.left * width, view.top * height, min(view.right, 1) * width, min(view.bottom, 1) * height)
    tensor = runtime.prepare(image, spec, region=region)
    return runtime.mirrored(tensor, spec) if view.mirror else tensor


def test_tiles_overlap_and_reach_the_edges() -> None:
    seen = list(views_of(Views(tiles=(2,), shared=(0.2,), mirror=True)))
    assert seen[:2] == [View(), View(mirror=True)]
    tiles = seen[2:]
    assert len(tiles) == 4
    assert min(tile.left for tile in tiles) == 0 and max(tile.right for tile in tiles) == pytest.approx(1)
    assert tiles[0].right - tiles[1].left == pytest.approx(0.2 * (tiles[0].right - tiles[0].left))
    assert list(views_of(Views())) == [View()]
    assert len(list(views_of(Views(tiles=(2, 3), shared=(0.2, 0.3))))) == 1 + 4 + 9


def test_only_the_finer_parts_are_fine() -> None:
    seen = list(views_of(Views(tiles=(2, 3), shared=(0.2, 0.3))))
    assert [view.fine for view in seen] == [False] * 5 + [True] * 9


@pytest.mark.parametrize("size", [(640, 480), (1280, 960), (480, 1200), (90, 70)])
@pytest.mark.parametrize("resize", ["squash", "pad", "crop"])
def test_each_part_shows_what_it_would_if_it_were_resized_alone(size: tuple[int, int], resize: str) -> None:
    spec, image = replace(OBJECTS.model("main").input, resize=resize), scene(*size)
    seen = list(tensors(image, OBJECTS.views, spec))
    assert [view for view, _ in seen] == list(views_of(OBJECTS.views))
    step = 1 / 127.5  # of a pixel's value, once it is scaled
    for view, tensor in seen:
        alone = prepared(image, view, spec)
        assert tensor.shape == alone.shape == (1, 3, 300, 300) and tensor.flags.c_contiguous
        inner = np.abs(tensor - alone)[..., 8:-8, 8:-8]  # at its own edge a part alone knows no neighbours
        assert inner.max() <= 4 * step


def test_a_photo_is_decoded_as_large_as_the_finest_picture_of_a_pack() -> None:
    assert views.finest(OBJECTS) == 720
    assert views.finest(replace(OBJECTS, views=Views())) == 416  # the second network's input
    fine = replace(OBJECTS, views=Views(tiles=(4,), shared=(0.0,)))
    assert views.finest(fine) == 1200
    eye = decoders.Eye(fine, lambda image: RawFindings(), ())
    assert (engine._loaded(eye, 1024, 720).side, engine._loaded(eye, 1024, 720).least) == (1200, 1200)


@settings(deadline=None, max_examples=40)
@given(st.integers(2, 5), st.floats(0, 0.9), st.integers(20, 70), st.integers(20, 70))
def test_parts_of_any_pack_have_the_networks_size(count: int, shared: float, width: int, height: int) -> None:
    spec = replace(OBJECTS.model("main").input, width=width, height=height, layout="NHWC")
    wanted = Views(tiles=(count,), shared=(shared,))
    seen = [tensor.shape for _, tensor in tensors(scene(64, 48), wanted, spec)]
    assert seen == [(1, height, width, 3)] * (1 + count * count)
