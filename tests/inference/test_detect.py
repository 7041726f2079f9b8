from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from inference import decoders, detect, packs, runtime
from inference.boxes import Boxes
from inference.views import View
from resources import RESOURCES

CPU_ONLY = runtime.Options(accelerate=False)
REFERENCES = Path(__file__).parent / "references"


@pytest.fixture(scope="module")
def objects() -> decoders.Eye:
    return decoders.load(packs.read_pack(packs.EMBEDDED / "objects"), CPU_ONLY)


def sample(name: str) -> Image.Image:
    with Image.open(RESOURCES / "samples" / name) as photo:
        return photo.convert("RGB")


def boxes(*rows: tuple[float, float, float, float, float, int]) -> Boxes:
    table = np.asarray(rows, np.float32).reshape(-1, 6)
    return Boxes(table[:, :4], table[:, 4], table[:, 5].astype(np.intp))


def test_the_network_answers_what_the_framework_it_was_made_with_answers() -> None:
    recorded = np.load(REFERENCES / "objects.npz")
    network = runtime.Network(packs.read_pack(packs.EMBEDDED / "objects"), options=CPU_ONLY)
    tensor = runtime.to_tensor(recorded["photo"].astype(np.float32), network.input)
    scores, corners = network.run(tensor, ("scores", "boxes"))
    # Weights of 16 bits: 0.0052 and 0.0011 seen; the same graph with 32 bits 0.000002.
    assert np.abs(scores[recorded["anchors"]] - recorded["scores"]).max() < 0.01
    assert np.abs(corners[recorded["anchors"]] - recorded["boxes"]).max() < 0.005
    assert np.abs(scores.sum(axis=0) - recorded["sum"]).max() < 0.1


def test_the_second_network_answers_what_the_framework_it_was_made_with_answers() -> None:
    recorded = np.load(REFERENCES / "objects-second.npz")
    network = runtime.Network(packs.read_pack(packs.EMBEDDED / "objects"), "second", CPU_ONLY)
    tensor = runtime.to_tensor(recorded["photo"].astype(np.float32), network.input)
    scores, corners = network.run(tensor, ("scores", "boxes"))
    # The published weights have 16 bits already: 0.0000007 and 0.0000005 seen.
    assert np.abs(scores[recorded["cells"]] - recorded["scores"]).max() < 1e-4
    assert np.abs(corners[recorded["cells"]] - recorded["boxes"]).max() < 1e-4
    assert np.abs(scores.sum(axis=0) - recorded["sum"]).max() < 1e-2


@pytest.mark.parametrize(
    ("name", "label"), [("cat.png", "cat"), ("coffee.webp", "cup"), ("grace-hopper.jpg", "person")]
)
def test_the_sample_photos_show_what_they_show(objects: decoders.Eye, name: str, label: str) -> None:
    found = objects.look(sample(name)).detections
    assert next(one.score for one in found if one.label == label) > 0.5
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)
    for one in found:
        assert 0 <= one.box.left < one.box.right <= 1 and 0 <= one.box.top < one.box.bottom <= 1
        assert one.score >= 0.1


def test_an_empty_photo_shows_nothing_sure(objects: decoders.Eye) -> None:
    found = objects.look(Image.new("RGB", (640, 480), (90, 120, 200))).detections
    assert all(one.score < 0.4 for one in found)


def test_workers_may_look_at_the_same_time(objects: decoders.Eye) -> None:
    photos = [sample(name) for name in ("cat.png", "coffee.webp")] * 4
    alone = [objects.look(photo) for photo in photos]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(objects.look, photos)) == alone


def _row(count: int, label: int = 0, score: float = 0.9) -> list[tuple[float, float, float, float, float, int]]:
    return [(i / 10, 0.1, i / 10 + 0.05, 0.2, score, label) for i in range(count)]


@pytest.mark.parametrize(
    ("coarse", "all_views", "counted"),
    [(1, 5, 1), (2, 6, 2), (2, 3, 2), (0, 3, 0), (3, 3, 3), (0, 4, 4), (3, 4, 4), (5, 7, 7)],
)
def test_finer_parts_change_a_count_only_to_a_crowd(coarse: int, all_views: int, counted: int) -> None:
    rough, fine = boxes(*_row(coarse), *_row(1, 3)), boxes(*_row(all_views), *_row(4, 3, 0.5))
    found = detect.counted_roughly(fine, rough, [0])
    assert (found.labels == 0).sum() == counted
    assert (found.labels == 3).sum() == 4
    assert found.scores.tolist() == sorted(found.scores.tolist(), reverse=True)


def test_the_labels_that_are_counted_are_the_packs_own() -> None:
    pack = packs.read_pack(packs.EMBEDDED / "objects")
    assert pack.views.coarse == ("person",) and set(pack.views.coarse) <= set(packs.read_labels(pack))


def test_boxes_of_a_tile_are_placed_in_the_photo_and_cut_ones_are_left_out() -> None:
    tile = View(0.0, 0.5, 0.5, 1.0)
    placed = detect.placed(boxes((0.2, 0.2, 0.4, 0.6, 0.9, 1), (0.5, 0.2, 1.0, 0.6, 0.8, 1)), tile)
    assert placed.corners.tolist() == [pytest.approx([0.1, 0.6, 0.2, 0.8])]
    at_the_rim = detect.placed(boxes((0.0, 0.5, 0.3, 1.0, 0.9, 1)), tile)
    assert len(at_the_rim.scores) == 1, "the photo's own edge cuts nothing off"


@pytest.mark.parametrize(("size", "corners"), [((640, 480), [0.25, 0.5, 1, 1]), ((300, 600), [0.5, 0.375, 1, 0.75])])
def test_grey_beside_a_photo_is_no_part_of_it(size: tuple[int, int], corners: list[float]) -> None:
    spec = packs.read_pack(packs.EMBEDDED / "objects").model("second").input
    assert spec.resize == "pad"
    seen = detect.unpadded(boxes((0.25, 0.375, 1.0, 0.75, 0.9, 1)), size, spec)
    assert seen.corners.tolist() == [pytest.approx(corners)]


def test_a_mirrored_view_is_turned_back() -> None:
    placed = detect.placed(boxes((0.1, 0.2, 0.4, 0.6, 0.9, 1)), View(mirror=True))
    assert placed.corners.tolist() == [pytest.approx([0.6, 0.2, 0.9, 0.6])]


def test_boxes_beyond_the_photo_are_clipped_and_empty_ones_left_out() -> None:
    placed = detect.placed(boxes((-0.5, -0.5, 0.5, 1.5, 0.9, 1), (1.1, 0.2, 1.3, 0.4, 0.9, 1)), View())
    assert placed.corners.tolist() == [[0, 0, 0.5, 1]]
