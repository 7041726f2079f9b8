"""Sees objects: an upright photo → detections, in the labels of the pack.

Small things are lost when a photo is squashed to a network's 300 pixels, so a pack may ask for a second look at
enlarged, overlapping parts of it. What a part cuts off at an inner edge is left to the part beside it or to the whole.

Invariants: boxes lie inside the photo and have an area; scores are at least the pack's floor; no two boxes of one
label are the same thing; surest first. Called from several threads at once.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from inference.findings import COUNTED, Box, Detection, RawFindings
from inference.packs import Input, Pack, Views, read_labels
from inference.runtime import Network, Options, mirrored, prepare
from storage.job import KnownError

if TYPE_CHECKING:
    import numpy as np
    from PIL.Image import Image

    Array = np.ndarray[Any, np.dtype[np.float32]]
    Indices = np.ndarray[Any, np.dtype[np.intp]]

CUT = 0.02
"""A box that ends within this share of an inner edge of a tile is taken as cut off there."""

THIN = 0.001
"""Least side of a box, as a share of the view's; less has no area once it is kept with three digits."""

INSIDE = 0.75
"""A box of a tile that lies to this share in a surer box of the same label is a part of that thing (seen on 128 COCO
photos: people counted rightly rise from 0.72 to 0.79)."""

DOUBT = 0.5
"""How much the whole photo's opinion weighs against the box of a part, both as log odds: it sees the surroundings,
without which much looks like something else. 0.25 to 1 give nearly the same (average precision of classes by photo,
128 COCO photos: 0.854 to 0.857; without it 0.847, without parts 0.805)."""

UNSEEN = 0.05
"""Score of a label that the whole photo doesn't show at all; the least that its opinion can be."""

CROWD = 4
"""Counted boxes from which finer parts are believed about a label that is otherwise left to the coarser ones."""

FEW = range(1, 3)
"""Counts by the coarser views that finer parts never change: close things fall into parts that look like more of them.

Of 61 COCO photos with people and 55 others that were counted by eye the number, or "a group", was right in 94 by the
coarser views alone, in 96 so."""

MOST = 100
"""Boxes kept of one photo; COCO's own evaluation keeps as many."""


@dataclass(frozen=True, slots=True)
class Boxes:
    """Candidates of one or more views: corners [n, 4] as left, top, right, bottom 0..1; scores [n]; labels [n]."""

    corners: "Array"
    scores: "Array"
    labels: "Indices"


@dataclass(frozen=True, slots=True)
class View:
    """A part of a photo as fractions of it, whether it is seen mirrored, and whether it is of a finer size."""

    left: float = 0.0
    top: float = 0.0
    right: float = 1.0
    bottom: float = 1.0
    mirror: bool = False
    fine: bool = False


def load_ssd(pack: Pack, options: Options) -> "tuple[Callable[[Image], RawFindings], Network]":
    """A detector whose graph gives scores [anchors, labels] and boxes [anchors, 4] as top, left, bottom, right 0..1.

    Raises:
        KnownError: the pack is broken.
    """
    network = Network(pack, options=options)
    network.require(pack, (pack.output.scores, pack.output.boxes))
    labels = read_labels(pack)
    sights = tuple(views(pack.views))
    coarse = [labels.index(label) for label in pack.views.coarse if label in labels]

    def look(image: "Image") -> RawFindings:
        whole = prepare(image, network.input)
        seen = [_see(tensor_of(image, view, network.input, whole), view, network, pack, labels) for view in sights]
        found = _together(seen, pack.output.overlap)
        if coarse:
            rough = [boxes for boxes, view in zip(seen, sights, strict=True) if not (view.fine or view.mirror)]
            found = counted_roughly(found, _together(rough, pack.output.overlap), coarse)
        return RawFindings(detections=_detections(found, labels, pack.output.floor))

    return look, network


def views(wanted: Views) -> Iterator[View]:
    """The views of a photo, the whole first."""
    yield View()
    if wanted.mirror:
        yield View(mirror=True)
    for count, shared in zip(wanted.tiles, wanted.shared, strict=True):
        fine = count != wanted.tiles[0]
        side = 1 / (count - (count - 1) * shared)
        starts = [i * (1 - side) / (count - 1) for i in range(count)]
        for top in starts:
            for left in starts:
                yield View(left, top, left + side, top + side, fine=fine)


def counted_roughly(fine: Boxes, rough: Boxes, labels: list[int]) -> Boxes:
    """What all views see, but of these labels what the coarser ones see, unless the finer show a crowd.

    Args:
        fine: by all views. rough: by those that are neither fine nor mirrored, whose boxes lie a little elsewhere.
    """
    import numpy as np

    kept, instead = np.ones(fine.labels.size, bool), np.zeros(rough.labels.size, bool)
    for label in labels:
        few = int((rough.scores[rough.labels == label] >= COUNTED).sum()) in FEW
        if few or (fine.scores[fine.labels == label] >= COUNTED).sum() < CROWD:
            kept &= fine.labels != label
            instead |= rough.labels == label
    scores = np.concatenate((fine.scores[kept], rough.scores[instead]))
    order = np.argsort(-scores, kind="stable")
    corners = np.concatenate((fine.corners[kept], rough.corners[instead]))
    return Boxes(corners[order], scores[order], np.concatenate((fine.labels[kept], rough.labels[instead]))[order])


def tensor_of(image: "Image", view: View, spec: Input, whole: "Array") -> "Array":
    """What a network is to see of a view, where the whole photo is prepared already."""
    if view.mirror:
        return mirrored(whole, spec)
    if view == View():
        return whole
    width, height = image.size
    region = (view.left * width, view.top * height, min(view.right, 1.0) * width, min(view.bottom, 1.0) * height)
    return prepare(image, spec, region=region)


def _see(tensor: "Array", view: View, network: Network, pack: Pack, labels: list[str]) -> Boxes:
    scores, boxes = network.run(tensor, (pack.output.scores, pack.output.boxes))
    if scores.ndim != 2 or scores.shape[1] != len(labels) or boxes.shape != (scores.shape[0], 4):
        raise KnownError(
            f"The model pack “{pack.id}” can't be used: its network answers {scores.shape} and {boxes.shape}, which "
            f"doesn't fit its {len(labels)} labels. Install it again."
        )
    return placed(decode_ssd(scores, boxes, pack.output.activation, min(UNSEEN, pack.output.floor)), view)


def decode_ssd(scores: "Array", boxes: "Array", activation: str, floor: float) -> Boxes:
    """Every label of every anchor that reaches the floor.

    Args:
        scores: [anchors, labels]. boxes: [anchors, 4] as top, left, bottom, right, 0..1.
    """
    import numpy as np

    if activation == "sigmoid":
        scores = np.asarray(1 / (1 + np.exp(-scores)), np.float32)
    anchors, labels = np.divmod(np.flatnonzero(scores >= floor), scores.shape[1])  # a third of np.nonzero's time
    return Boxes(boxes[anchors][:, [1, 0, 3, 2]], scores[anchors, labels], labels)


def placed(boxes: Boxes, view: View) -> Boxes:
    """Boxes of a view as fractions of the photo, without those that an inner edge of the view cuts off."""
    import numpy as np

    corners = np.clip(boxes.corners, 0, 1)
    if view.mirror:
        corners = np.abs(corners[:, [2, 1, 0, 3]] - np.asarray((1, 0, 1, 0), np.float32))
    whole = ((corners[:, 2:] - corners[:, :2]) >= THIN).all(axis=1)
    inner = (view.left > CUT, view.top > CUT, view.right < 1 - CUT, view.bottom < 1 - CUT)
    for column, is_inner in enumerate(inner):
        if is_inner:
            edge = corners[:, column]
            whole &= (edge > CUT) if column < 2 else (edge < 1 - CUT)
    size = (view.right - view.left, view.bottom - view.top)
    corners = corners * np.asarray(size * 2, np.float32) + np.asarray((view.left, view.top) * 2, np.float32)
    return Boxes(np.clip(corners[whole], 0, 1), boxes.scores[whole], boxes.labels[whole])


def _together(seen: list[Boxes], overlap: float) -> Boxes:
    """What several views see, the whole first; one view needs no second opinion."""
    return in_context(merge(seen, overlap), seen[0]) if len(seen) > 1 else merge(seen, overlap)


def merge(seen: list[Boxes], overlap: float) -> Boxes:
    """Each thing once: greedy suppression for each label by IoU, and of parts where there are several views."""
    import numpy as np

    corners = np.concatenate([boxes.corners for boxes in seen])
    scores = np.concatenate([boxes.scores for boxes in seen])
    labels = np.concatenate([boxes.labels for boxes in seen])
    areas = (corners[:, 2] - corners[:, 0]) * (corners[:, 3] - corners[:, 1])
    inside = INSIDE if len(seen) > 1 else 1.0
    kept: list[int] = []
    for label in np.unique(labels):
        rest = np.flatnonzero(labels == label)
        rest = rest[np.argsort(-scores[rest], kind="stable")]
        while rest.size:
            first, rest = rest[0], rest[1:]
            kept.append(int(first))
            if not rest.size:
                break
            least = np.maximum(corners[rest, :2], corners[first, :2])
            most = np.minimum(corners[rest, 2:], corners[first, 2:])
            sides = np.maximum(most - least, 0)
            shared = sides[:, 0] * sides[:, 1]  # np.clip and np.prod would take twice the time of all the rest
            same = shared > overlap * (areas[rest] + areas[first] - shared)
            part = shared > inside * np.minimum(areas[rest], areas[first])
            rest = rest[~(same | part)]
    order = sorted(kept, key=lambda index: -scores[index])[:MOST]
    return Boxes(corners[order], scores[order], labels[order])


def in_context(boxes: Boxes, whole: Boxes) -> Boxes:
    """Boxes with their scores lowered where the whole photo shows less of their label; never raised, so that a sure
    thing doesn't make its doubtful neighbours count. Surest first again.
    """
    import numpy as np

    opinions = np.full(int(boxes.labels.max(initial=-1)) + 1, UNSEEN, np.float32)
    shared = whole.labels < opinions.size
    np.maximum.at(opinions, whole.labels[shared], whole.scores[shared])
    odds = _log_odds(boxes.scores) + DOUBT * _log_odds(opinions[boxes.labels])
    scores = np.minimum(boxes.scores, 1 / (1 + np.exp(-odds / (1 + DOUBT))))
    order = np.argsort(-scores, kind="stable")
    return Boxes(boxes.corners[order], scores[order], boxes.labels[order])


def _log_odds(scores: "Array") -> "Array":
    import numpy as np

    limited = np.clip(scores, 1e-3, 1 - 1e-3)
    return np.asarray(np.log(limited / (1 - limited)), np.float32)


def _detections(boxes: Boxes, labels: list[str], floor: float) -> tuple[Detection, ...]:
    return tuple(
        Detection(labels[label], float(score), Box(*(float(edge) for edge in corners)))
        for corners, score, label in zip(boxes.corners, boxes.scores, boxes.labels, strict=True)
        if labels[label] and score >= floor
    )
