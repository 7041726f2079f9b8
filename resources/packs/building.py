"""What the scripts that build the embedded packs have in common; the program itself never imports this.

A pack is built once from a published package and committed, so that no user needs a model hub or the framework in
which the model was trained. The scripts stay here so that anybody can do it again and compare.

Needs onnx and onnxruntime next to the framework of the script that calls it.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

HERE = Path(__file__).resolve().parent
SAMPLES = HERE.parent / "samples"
REFERENCES = HERE.parents[1] / "tests" / "inference" / "references"
"""Where a reference framework's recorded outputs are kept for the parity tests."""

STAMP = "# From here on written by the build script.\n"


def sha256(path: Path) -> str:
    """The SHA-256 of a file in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def require(path: Path, expected: str) -> None:
    """Raise ValueError unless the package is the very one that the pack was built from."""
    found = sha256(path)
    if found != expected:
        raise ValueError(f"{path.name} has SHA-256 {found}, expected {expected}")


def sample(name: str, width: int, height: int) -> "np.ndarray[Any, np.dtype[np.uint8]]":
    """A sample photo squashed to a size: uint8 [height, width, 3], RGB."""
    with Image.open(SAMPLES / name) as photo:
        return np.asarray(photo.convert("RGB").resize((width, height), Image.Resampling.BILINEAR))


def optimise(source: Path, target: Path) -> None:
    """Fold constants and fuse what is the same on every machine (batch norm into convolutions), offline.

    Only the basic level: its result is plain ONNX which every execution provider reads; what depends on the machine
    is done, and cached, where the program runs.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    options.optimized_model_filepath = str(target)
    onnxruntime.InferenceSession(str(source), options, providers=["CPUExecutionProvider"])


def halve(model: Path, least: int = 256) -> None:
    """Store the weights in 16 bits, half the size; they are turned back to 32 bits when the model is loaded.

    Not a faster model, and none that calculates in 16 bits: the program computes as before with weights rounded to
    11 bits. Arrays of fewer than `least` numbers stay as they are.
    """
    import onnx  # type: ignore[import-not-found]

    content = onnx.load(str(model))
    graph = content.graph
    arrays, nodes, casts = list(graph.initializer), list(graph.node), []
    del graph.initializer[:], graph.node[:]
    for tensor in arrays:
        array = onnx.numpy_helper.to_array(tensor)
        if array.dtype == np.float32 and array.size >= least:
            short = onnx.numpy_helper.from_array(array.astype(np.float16), f"{tensor.name}_half")
            casts.append(onnx.helper.make_node("Cast", [short.name], [tensor.name], to=onnx.TensorProto.FLOAT))
            graph.initializer.append(short)
        else:
            graph.initializer.append(tensor)
    graph.node.extend([*casts, *nodes])
    onnx.checker.check_model(content)
    onnx.save(content, str(model))


def run(model: Path, feed: Mapping[str, Any]) -> list[Any]:
    """All outputs of a model for one input."""
    import onnxruntime

    return list(onnxruntime.InferenceSession(str(model), providers=["CPUExecutionProvider"]).run(None, dict(feed)))


def write_labels(target: Path, rows: Iterable[tuple[int, str, str]]) -> None:
    """Write the label list: output index, label, words for people; separated by tabs, a line each."""
    lines = (f"{index}\t{label}\t{words}\n" for index, label, words in rows)
    target.write_text("".join(lines), encoding="utf-8", newline="\n")


def stamp(folder: Path) -> None:
    """Write size and SHA-256 of every file of the pack to the end of its pack.toml."""
    toml = folder / "pack.toml"
    head = toml.read_text(encoding="utf-8").split(STAMP)[0]
    files = sorted(path for path in folder.iterdir() if path.is_file() and path != toml)
    rows = [
        f'\n[[files]]\nname = {json.dumps(path.name)}\nsize = {path.stat().st_size}\nsha256 = "{sha256(path)}"\n'
        for path in files
    ]
    toml.write_text(head + STAMP + "".join(rows), encoding="utf-8")
