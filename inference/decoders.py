"""Loads a pack with the decoder that it names, and gives back one function: photo → findings.

A pack of a known decoder needs no code; a new decoder is a line in the table here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from inference.classify import load_classes
from inference.detect import load_ssd
from inference.findings import RawFindings
from inference.packs import Pack
from inference.read_text import load_lines
from inference.runtime import Network, Options

if TYPE_CHECKING:
    from PIL.Image import Image

    Look = Callable[[Image], RawFindings]

_LOADERS: "dict[str, Callable[[Pack, Options], tuple[Look, tuple[Network, ...]]]]" = {
    "ssd": load_ssd,
    "classes": load_classes,
    "lines": load_lines,
}


@dataclass(frozen=True, slots=True)
class Eye:
    """A loaded pack.

    Attributes:
        look: an upright RGB photo of any size → what the pack found. May be called from several threads at once.
        networks: what it runs on, the main one first.
    """

    pack: Pack
    look: "Look"
    networks: tuple[Network, ...]


def load(pack: Pack, options: Options | None = None) -> Eye:
    """Load a pack.

    Raises:
        KnownError: the pack is broken, or onnxruntime refuses its network.
    """
    look, networks = _LOADERS[pack.output.decoder](pack, options or Options())
    return Eye(pack, look, networks)
