"""Sees objects: an upright photo → detections, in the labels of the pack.

Small things are lost when a photo is squashed to a network's 300 pixels, so a pack may ask for a second look at
enlarged, overlapping parts of it. What a part cuts off at an inner edge is left to the part beside it or to the whole.

Invariants: boxes lie inside the photo and have an area; scores are at least the pack's floor; no two boxes of one
label are the same thing; surest first. Called from several threads at once.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from inference.boxes import UNSEEN, Boxes, Second, in_context, merge, only, voted
from inference.findings import COUNTED, Box, Detection, RawFindings
from inference.packs import Input, Pack, read_labels
from inference.runtime import Network, Options, fitted, prepare
from inference.views import View, tensors
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

CROWD = 4
"""Counted boxes from which finer parts are believed about a label that is otherwise left to the coarser ones."""

VOTER_GAP = 1.2
"""As `runtime.GAP`, for the network that votes: what it said of 73 large photos changed no word, in half the time."""

FEW = range(1, 3)
"""Counts by the coarser views that finer parts never change: close things fall into parts that look like more of them.

Of 61 COCO photos with people and 55 others that were counted by eye the number, or "a group", was right in 94 by the
coarser views alone, in 96 so."""


def load_ssd(pack: Pack, options: Options) -> "tuple[Callable[[Image], RawFindings], tuple[Network, ...]]":
    """A detector whose graph gives scores [anchors, labels] and boxes [anchors, 4] as top, left, bottom, right 0..1.

    Where the pack has a second network of the same kind, that looks at the whole photo and votes.

    Raises:
        KnownError: the pack is broken.
    """
    network = Network(pack, options=options)
    network.require(pack, (pack.output.scores, pack.output.boxes))
    labels = read_labels(pack)
    coarse = [labels.index(label) for label in pack.views.coarse if label in labels]
    second = Network(pack, "second", options) if pack.output.second else None
    vote = _second_vote(pack, labels, second) if second else None

    def look(image: "Image") -> RawFindings:
        sights, seen = [], []
        for view, tensor in tensors(image, pack.views, network.input):
            sights.append(view)
            seen.append(_see(tensor, view, network, pack, labels))
        found = _together(seen, pack.output.overlap)
        if coarse:
            pairs = zip(seen, sights, strict=True)
            rough = [only(boxes, coarse) for boxes, view in pairs if not (view.fine or view.mirror)]
            found = counted_roughly(found, _together(rough, pack.output.overlap), coarse)
        if vote:
            found = vote(image, found)
        return RawFindings(detections=_detections(found, labels, pack.output.floor))

    return look, (network, second) if second else (network,)


def _second_vote(pack: Pack, labels: list[str], network: Network) -> "Callable[[Image, Boxes], Boxes]":
    """What lets a second network look at the whole photo and vote on what the first one saw."""
    import numpy as np

    wanted = pack.output.second
    if wanted is None:
        raise ValueError(f"no second network votes in the pack {pack.id}")
    network.require(pack, (pack.output.scores, pack.output.boxes))
    alone = np.array([labels.index(label) for label in wanted.alone if label in labels], np.intp)
    rule = Second(wanted.weight, wanted.shift, alone)

    def vote(image: "Image", first: Boxes) -> Boxes:
        seen = _see(prepare(image, network.input, gap=VOTER_GAP), View(), network, pack, labels)
        return voted(first, merge([unpadded(seen, image.size, network.input)], pack.output.overlap), rule)

    return vote


def unpadded(boxes: Boxes, size: tuple[int, int], spec: Input) -> Boxes:
    """Boxes as fractions of the photo, where the network saw it with grey beside it.

    Args:
        size: width and height of the photo.
    """
    import numpy as np

    if spec.resize != "pad":
        return boxes
    width, height = fitted((0.0, 0.0, float(size[0]), float(size[1])), (spec.width, spec.height))
    grown = boxes.corners * np.asarray((spec.width / width, spec.height / height) * 2, np.float32)
    return Boxes(np.clip(grown, 0, 1), boxes.scores, boxes.labels)


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


def _detections(boxes: Boxes, labels: list[str], floor: float) -> tuple[Detection, ...]:
    return tuple(
        Detection(labels[label], float(score), Box(*(float(edge) for edge in corners)))
        for corners, score, label in zip(boxes.corners, boxes.scores, boxes.labels, strict=True)
        if labels[label] and score >= floor
    )
