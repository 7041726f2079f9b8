"""Runs networks with onnxruntime: sessions on what the machine has, and photos turned into tensors as a pack says.

onnxruntime and numpy are imported when the first session is made, so that commands without models start quickly.

A session uses no threads of its own: the tagging job looks at several photos side by side, each in its own worker,
which keeps all cores busy without any of them waiting for another. Seen on 2 cores with other work on them, photos
per second of the embedded detector: 54 by two workers of one thread, 39 by two of two, 26 by one of two.

Invariants: a session may be used from several threads at once. What can't run on an accelerator runs on the CPU.
onnxruntime is imported here alone, after it was told to report nothing.
"""

import contextlib
import os
import platform
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from inference.packs import Input, Pack
from storage.job import KnownError

if TYPE_CHECKING:
    import numpy as np
    from PIL.Image import Image

    Array = np.ndarray[Any, np.dtype[np.float32]]

os.environ["ORT_DISABLE_TELEMETRY"] = "1"
"""Before the first import: official builds (1.32, its Privacy.md) otherwise note a device number and events in the
home folder and send them to their maker. disable_telemetry_events() comes too late for the first of them."""

Effort = Literal["quiet", "balanced", "all cores"]
"""How much of the machine tagging may take; a setting of the user."""

EFFORTS: tuple[Effort, ...] = ("quiet", "balanced", "all cores")

ACCELERATORS = {
    "CUDAExecutionProvider": "the NVIDIA graphics card",
    "CoreMLExecutionProvider": "Apple's Core ML",
    "DmlExecutionProvider": "the graphics card (DirectML)",
    "OpenVINOExecutionProvider": "OpenVINO",
}
"""Execution providers in the order in which they are tried, and what the user knows them as."""

CPU = "CPUExecutionProvider"

ON_CPU = "the CPU"

PAD = 114
"""Grey beside a photo that is padded; what the YOLO family was trained with, and neutral for others."""


GAP = 1.5
"""How much larger than the input a photo is at least after the quick reduction by whole steps that comes before the
filter: at three times the input's size preparing takes 3 ms instead of 5.5. With 1.2 the classifier was surer of wrong
words in 3 of 73 large photos."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How packs are run.

    Attributes:
        cache: folder where optimised graphs are kept; None to keep none. Made when it is needed.
        accelerate: whether accelerators are tried; False means the CPU alone.
    """

    cache: Path | None = None
    accelerate: bool = True


def workers(effort: Effort) -> int:
    """How many photos to look at side by side: half the cores where the machine is to stay quiet, else all of them.

    "balanced" takes all cores too, at a low priority: other programs get what they ask for, nothing lies idle.
    """
    cores = len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
    return {"quiet": max(1, cores // 2), "balanced": cores, "all cores": cores}[effort]


def yield_to_others() -> None:
    """Lower the priority of the calling thread, where the system has priorities of threads (Linux)."""
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), 10)


class Network:
    """One loaded network of a pack.

    Attributes:
        pack: id of its pack.
        input: how its input is prepared.
        where: what it runs on, for people ("the CPU").
    """

    def __init__(self, pack: Pack, role: str = "main", options: Options | None = None) -> None:
        """Load it.

        Raises:
            KnownError: onnxruntime can't load the file.
        """
        model = pack.model(role)
        self.pack = pack.id
        self.input: Input = model.input
        self._pack, self._file, self._options = pack, model.file, options or Options()
        self._session, self.where = _load(pack, model.file, self._options)
        self._lock = threading.Lock()
        self._outputs = tuple(output.name for output in self._session.get_outputs())

    def run(self, tensor: "Array", outputs: Sequence[str] = ()) -> "list[Any]":
        """The named outputs, or all of them, for one prepared input.

        An accelerator that fails (its memory is full, its driver has gone) is given up for the CPU.
        """
        session, wanted, given = self._session, list(outputs) or None, {self.input.name: tensor}
        try:
            return list(session.run(wanted, given))
        except Exception:  # each provider raises what it likes
            if self.where == ON_CPU:
                raise
        with self._lock:
            if self._session is session:
                self._session, self.where = _load(self._pack, self._file, replace(self._options, accelerate=False))
        return list(self._session.run(wanted, given))

    def require(self, pack: Pack, outputs: Sequence[str]) -> None:
        """Raise KnownError unless the graph has these outputs."""
        missing = [name for name in outputs if name not in self._outputs]
        if missing:
            raise KnownError(
                f"The model pack “{pack.id}” can't be used: its network has no output “{missing[0]}”. Install it again."
            )

    @property
    def metadata(self) -> Mapping[str, str]:
        """What the ONNX file says about itself, e.g. a list of characters."""
        properties: Mapping[str, str] = self._session.get_modelmeta().custom_metadata_map
        return properties


def describe(networks: Sequence[Network]) -> str:
    """One line for the user: what the packs run on, and which pack on what where they differ."""
    import onnxruntime

    places: dict[str, set[str]] = {}
    for network in networks:
        places.setdefault(network.where, set()).add(network.pack)
    if len(places) == 1:
        said = f" on {next(iter(places))}"
    else:
        said = ": " + ", ".join(f"{' and '.join(sorted(ids))} on {place}" for place, ids in sorted(places.items()))
    return f"Models run{said} (onnxruntime {onnxruntime.__version__})."


def _load(pack: Pack, file: str, options: Options) -> tuple[Any, str]:
    import onnxruntime

    path = pack.folder / file
    if options.accelerate:
        here = onnxruntime.get_available_providers()
        for provider, name in ACCELERATORS.items():
            if provider in here and (session := _accelerated(path, provider)) is not None:
                return session, name
    try:
        return _on_cpu(path, _cached(pack, file, options)), ON_CPU
    except Exception as error:  # onnxruntime raises a class of its own for each of a dozen reasons
        raise KnownError(
            f"The model pack “{pack.id}” can't be used: onnxruntime can't load “{file}” ({str(error)[:200]}). "
            "Install the pack again."
        ) from error


def _options() -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return options


def _accelerated(path: Path, provider: str) -> Any | None:
    """A session on an accelerator, or None where it refuses: a driver is missing, or the memory is full."""
    import onnxruntime

    options = _options()
    if provider == "DmlExecutionProvider":
        options.enable_mem_pattern = False  # demanded by its documentation
    try:
        session = onnxruntime.InferenceSession(str(path), options, providers=[provider, CPU])
    except Exception:  # each provider raises what it likes; the CPU is the answer to all of it
        return None
    return session if session.get_providers()[0] == provider else None


def _on_cpu(path: Path, cached: Path | None) -> Any:
    import onnxruntime

    if cached is not None and cached.is_file():
        with contextlib.suppress(Exception):  # a damaged cache must cost no more than making it again
            return onnxruntime.InferenceSession(str(cached), _options(), providers=[CPU])
    if cached is not None:
        _optimise(path, cached)
    return onnxruntime.InferenceSession(str(path), _options(), providers=[CPU])


def _cached(pack: Pack, file: str, options: Options) -> Path | None:
    """Where the optimised graph is kept; another pack, content, version of onnxruntime or machine has another name."""
    if options.cache is None:
        return None
    import onnxruntime

    digest = next(each.sha256 for each in pack.files if each.name == file)
    machine = platform.machine().lower() or "any"
    return options.cache / f"{pack.id}-{pack.version}-{digest[:12]}-{onnxruntime.__version__}-{machine}.onnx"


def _optimise(path: Path, target: Path) -> None:
    """Keep the optimised graph, at the level that doesn't depend on the processor; a full disk only costs the cache."""
    import onnxruntime

    options = _options()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_EXTENDED
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=target.parent) as scratch:
            made = Path(scratch, "model.onnx")
            options.optimized_model_filepath = str(made)
            onnxruntime.InferenceSession(str(path), options, providers=[CPU])
            made.replace(target)
    except OSError:
        return
    except Exception:
        # The same failure comes again, and is reported, when the graph itself is loaded.
        return


def prepare(
    image: "Image", spec: Input, *, region: tuple[float, float, float, float] | None = None, gap: float = GAP
) -> "Array":
    """The tensor for a photo: float32, a batch of one, in the pack's layout.

    Args:
        image: upright, RGB, any size.
        region: left, top, right, bottom of the part to see, in pixels of the image; None for all of it.
        gap: as `GAP`.
    """
    import numpy as np
    from PIL import Image as pillow

    region = region or (0.0, 0.0, float(image.width), float(image.height))
    size = (spec.width, spec.height)
    kind = pillow.Resampling[spec.filter.upper()]
    if spec.resize == "pad":
        size, (width, height) = fitted(region, size), size
        small = pillow.new("RGB", (width, height), (PAD,) * 3)
        small.paste(image.resize(size, kind, region, reducing_gap=gap))
    else:
        part = _centre(region, spec) if spec.resize == "crop" else region
        small = image.resize(size, kind, part, reducing_gap=gap)
    return to_tensor(np.asarray(small), spec)


def mirrored(tensor: "Array", spec: Input) -> "Array":
    """A prepared tensor with left and right exchanged, padding included: 0.2 ms instead of 3 for preparing it anew."""
    import numpy as np

    return np.ascontiguousarray(tensor[..., ::-1] if spec.layout == "NCHW" else tensor[:, :, ::-1])


def to_tensor(pixels: "np.ndarray[Any, Any]", spec: Input) -> "Array":
    """[height, width, 3] on the scale 0..255, RGB, of any type → a batch of one, scaled and laid out as the pack says.

    Written straight into the tensor, plane by plane: 0.2 ms for 300 × 300 pixels instead of 1.3.
    """
    import numpy as np

    scale = 1 / np.asarray(spec.deviation, np.float32)
    shift = np.asarray(spec.mean, np.float32) * scale
    if spec.colours == "BGR":
        pixels = pixels[:, :, ::-1]
    if spec.layout == "NCHW":
        tensor = np.empty((1, 3, *pixels.shape[:2]), np.float32)
        for colour in range(3):
            plane = tensor[0, colour]
            plane[...] = pixels[:, :, colour]
            plane *= scale[colour]
            plane -= shift[colour]
        return tensor
    tensor = np.empty((1, *pixels.shape), np.float32)
    tensor[0] = pixels
    tensor *= scale
    tensor -= shift
    return tensor


def fitted(region: tuple[float, float, float, float], size: tuple[int, int]) -> tuple[int, int]:
    """Width and height ≥ 1 of a region, made as big as fits into a size in its own shape."""
    width, height = region[2] - region[0], region[3] - region[1]
    factor = min(size[0] / width, size[1] / height)
    return max(1, round(width * factor)), max(1, round(height * factor))


def _centre(region: tuple[float, float, float, float], spec: Input) -> tuple[float, float, float, float]:
    """The part in the middle that remains of a region whose shorter side becomes input plus margin."""
    left, top, right, bottom = region
    factor = min((right - left) / (spec.width + spec.margin), (bottom - top) / (spec.height + spec.margin))
    width, height = spec.width * factor, spec.height * factor
    x, y = (left + right - width) / 2, (top + bottom - height) / 2
    return x, y, x + width, y + height
