"""Names what a photo shows: an upright photo → labels with probabilities, in the labels of the pack.

Classifiers are trained on the centre of photos whose subject is there. Photos of people often have theirs at a side,
so a pack may ask that the whole photo, squashed, and its mirror image are seen too; the answers are averaged.

Invariants: labels are given once, surest first, and reach the pack's floor; with softmax they sum up to at most 1.
Called from several threads at once.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from inference.findings import Label, RawFindings
from inference.packs import Output, Pack, read_labels
from inference.runtime import Network, Options, mirrored, prepare
from storage.job import KnownError

if TYPE_CHECKING:
    import numpy as np
    from PIL.Image import Image

    Array = np.ndarray[Any, np.dtype[np.float32]]


def load_classes(pack: Pack, options: Options) -> "tuple[Callable[[Image], RawFindings], tuple[Network, ...]]":
    """A classifier whose graph gives one score for each label.

    Raises:
        KnownError: the pack is broken.
    """
    import numpy as np

    output = pack.output
    network = Network(pack, options=options)
    network.require(pack, (output.scores,))
    labels = read_labels(pack)
    squashed = replace(network.input, resize="squash")

    def look(image: "Image") -> RawFindings:
        tensors = [prepare(image, network.input)]
        if pack.views.mirror:
            tensors.append(mirrored(tensors[0], network.input))
        if pack.views.squash:
            tensors.append(prepare(image, squashed))
        answers = [activate(network.run(tensor, (output.scores,))[0], output) for tensor in tensors]
        if answers[0].shape != (len(labels),):
            raise KnownError(
                f"The model pack “{pack.id}” can't be used: its network answers {answers[0].shape}, which doesn't fit "
                f"its {len(labels)} labels. Install it again."
            )
        return RawFindings(labels=named(np.mean(answers, axis=0), labels, output.floor))

    return look, (network,)


def activate(scores: "Array", output: Output) -> "Array":
    """Probabilities [labels] 0..1 of what a network answered [1, labels] or [labels]; softmax that can't overflow."""
    import numpy as np

    flat = scores.reshape(-1) * output.sharpness
    if output.activation == "sigmoid":
        return np.asarray(1 / (1 + np.exp(-flat)), np.float32)
    if output.activation == "softmax":
        powers = np.exp(flat - flat.max())
        return np.asarray(powers / powers.sum(), np.float32)
    return flat


def named(probabilities: "Array", labels: list[str], floor: float) -> tuple[Label, ...]:
    """The labels that reach the floor, surest first."""
    import numpy as np

    order = np.argsort(-probabilities, kind="stable")
    return tuple(
        Label(labels[index], float(probabilities[index]))
        for index in order[: int((probabilities >= floor).sum())]
        if labels[index]
    )
