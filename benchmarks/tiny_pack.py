"""A model pack with a real but tiny network, for measuring what tagging costs beside the networks.

It is a folder like every other pack and goes the way of every other pack: it is read and checked, loaded by
onnxruntime, fed with prepared photos, and its answer becomes findings, tags and texts. The network averages the photo's
colours and multiplies them with fixed weights, so that one label is sure and all others are doubtful.
"""

import hashlib
import struct
from pathlib import Path

from inference import packs

SIDE = 16
"""Pixels of the input."""

LABELS = ("n01443537", "n02099601", "n02123045", "n07753592", "n03792782", "n02124075", "n07745940", "n03028079")
"""WordNet names of things that the vocabulary knows: goldfish, golden retriever, tabby and so on; the first is said."""

SURE = 10.0
"""Weight of the first label; for the middle grey of noise its score is 5, and its probability 0.95."""

FLOAT = 1
"""Number of 32-bit floats in ONNX's TensorProto.DataType."""

_TOML = """
id = "tiny"
version = "1.0.0"
name = "Tiny"
about = "Measures what tagging costs beside the networks."
task = "classify"
licence = "Apache-2.0"
memory_mb = 1

[source]
model = "Written by a benchmark"
package = "none"
version = "1.0.0"
sha256 = "{nothing}"

[models.main]
file = "model.onnx"

[models.main.input]
name = "image"
width = {side}
height = {side}
layout = "NCHW"
colours = "RGB"
mean = [0.0, 0.0, 0.0]
deviation = [255.0, 255.0, 255.0]
resize = "squash"
filter = "bilinear"

[output]
decoder = "classes"
activation = "softmax"
labels = "labels.tsv"
scores = "scores"
floor = 0.003
"""


def make_pack(folder: Path) -> packs.Pack:
    """Write the pack into a folder of its own, and read it again as the program does."""
    folder.mkdir(parents=True)
    labels = "".join(f"{number}\t{label}\t{label}\n" for number, label in enumerate(LABELS))
    files = {"model.onnx": network(), "labels.tsv": labels.encode()}
    toml = _TOML.format(side=SIDE, nothing=hashlib.sha256(b"").hexdigest())
    for name, content in files.items():
        (folder / name).write_bytes(content)
        digest = hashlib.sha256(content).hexdigest()
        toml += f'\n[[files]]\nname = "{name}"\nsize = {len(content)}\nsha256 = "{digest}"\n'
    (folder / "pack.toml").write_text(toml, encoding="utf-8")
    return packs.read_pack(folder)


def network() -> bytes:
    """The network as ONNX: image [1, 3, side, side] → GlobalAveragePool → Flatten → MatMul → scores [1, labels].

    ONNX is a message of Protocol Buffers (onnx.proto of ONNX 1.14, opset 13); so little of one is written by hand.
    """
    columns = len(LABELS)
    weights = struct.pack(f"<{3 * columns}f", SURE, *[0.0] * (3 * columns - 1))
    tensor = _number(1, 3) + _number(1, columns) + _number(2, FLOAT) + _bytes(8, b"weights") + _bytes(9, weights)
    graph = _node("GlobalAveragePool", ["image"], "mean") + _node("Flatten", ["mean"], "flat")
    graph += _node("MatMul", ["flat", "weights"], "scores") + _bytes(2, b"tiny") + _bytes(5, tensor)
    graph += _value(11, "image", (1, 3, SIDE, SIDE)) + _value(12, "scores", (1, columns))
    return _number(1, 8) + _bytes(7, graph) + _bytes(8, _number(2, 13))


def _node(operator: str, inputs: list[str], output: str) -> bytes:
    content = b"".join(_bytes(1, name.encode()) for name in inputs) + _bytes(2, output.encode())
    return _bytes(1, content + _bytes(4, operator.encode()))


def _value(field: int, name: str, shape: tuple[int, ...]) -> bytes:
    sides = _bytes(2, b"".join(_bytes(1, _number(1, side)) for side in shape))
    return _bytes(field, _bytes(1, name.encode()) + _bytes(2, _bytes(1, _number(1, FLOAT) + sides)))


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _bytes(field: int, content: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(content)) + content


def _varint(value: int) -> bytes:
    made = bytearray()
    while value > 0x7F:
        made.append(value & 0x7F | 0x80)
        value >>= 7
    made.append(value)
    return bytes(made)
