"""Reads the text in a photo: an upright photo → lines in reading order.

Two networks: one shows where text is, the other reads a line of it. Reading costs many times what looking for things
does, so it is a second, lower-priority pass and runs only as a pack of its own.

Invariants: lines reach the pack's floor, have at least one visible character, and lie inside the photo. Called from
several threads at once.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from inference import text_regions
from inference.findings import Box, RawFindings, TextLine
from inference.packs import Input, Pack, read_labels
from inference.placement import in_reading_order
from inference.runtime import Network, Options, to_tensor
from storage.job import KnownError

if TYPE_CHECKING:
    import numpy as np
    from PIL.Image import Image

    Array = np.ndarray[Any, np.dtype[np.float32]]

STEP = 32
"""The detector halves its input five times, so its sides are multiples of this."""

LONGEST = 48 * 50
"""Widest line that is read, in pixels of the recogniser: about 100 letters; what is longer is squeezed."""


def load_lines(pack: Pack, options: Options) -> "tuple[Callable[[Image], RawFindings], tuple[Network, ...]]":
    """A detector with a map of probabilities, and a recogniser trained with CTC; labels are its characters.

    Raises:
        KnownError: the pack is broken.
    """
    detector, recogniser = (Network(pack, role, options) for role in ("detector", "recogniser"))
    for network in (detector, recogniser):
        network.require(pack, (pack.output.scores,))
    characters = read_labels(pack)

    def look(image: "Image") -> RawFindings:
        lines = []
        for region in find_regions(image, detector, pack.output.scores):
            tensor = line_tensor(text_regions.cut_out(image, region.corners, recogniser.input.height), recogniser.input)
            (answer,) = recogniser.run(tensor, (pack.output.scores,))
            if answer.shape[-1] != len(characters):
                raise KnownError(
                    f"The model pack “{pack.id}” can't be used: its network knows {answer.shape[-1]} characters, its "
                    f"list {len(characters)}. Install it again."
                )
            text, score = decode_ctc(answer[0], characters)
            if text and score >= pack.output.floor:
                lines.append(TextLine(text, score, _box(region.corners, image.size)))
        return RawFindings(text=tuple(in_reading_order(lines)))

    return look, (detector, recogniser)


def find_regions(image: "Image", detector: Network, output: str) -> list[text_regions.Region]:
    """Where text is, in pixels of the photo."""
    import numpy as np
    from PIL import Image as pillow

    spec = detector.input
    factor = min(1.0, spec.width / image.width, spec.height / image.height)
    width, height = (max(STEP, round(side * factor / STEP) * STEP) for side in image.size)
    small = image.resize((width, height), pillow.Resampling[spec.filter.upper()])
    (answer,) = detector.run(to_tensor(np.asarray(small, np.float32), spec), (output,))
    back = np.asarray([image.width / width, image.height / height])
    return [text_regions.Region(region.corners * back, region.score) for region in text_regions.regions(answer[0, 0])]


def line_tensor(line: "Image", spec: Input) -> "Array":
    """The recogniser's input: the line at its left, and nothing (the mean) right of it up to the least width."""
    import numpy as np

    if line.width > LONGEST:
        line = line.resize((LONGEST, line.height))
    filled = np.empty((line.height, max(spec.width, line.width), 3), np.float32)
    filled[:] = spec.mean
    filled[:, : line.width] = np.asarray(line, np.float32)
    return to_tensor(filled, spec)


def decode_ctc(probabilities: "Array", characters: Sequence[str]) -> tuple[str, float]:
    """The text, and the mean probability of its characters (0 without any).

    Args:
        probabilities: [steps, characters], where character 0 is the blank. Greedy: the best of each step, the same
            one again only after a blank (Graves et al., ICML 2006).
    """
    import numpy as np

    best = probabilities.argmax(axis=1)
    new = best != 0
    new[1:] &= best[1:] != best[:-1]
    if not new.any():
        return "", 0.0
    text = "".join(characters[index] for index in best[new])
    return text.strip(), float(np.mean(probabilities.max(axis=1)[new]))


def _box(corners: "text_regions.Points", size: tuple[int, int]) -> Box:
    import numpy as np

    low = np.clip(corners.min(axis=0) / size, 0, 1)
    high = np.clip(corners.max(axis=0) / size, 0, 1)
    return Box(float(low[0]), float(low[1]), float(high[0]), float(high[1]))
