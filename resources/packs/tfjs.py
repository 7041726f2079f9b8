"""Reads a TensorFlow.js graph model, for the scripts that build packs of it; the program itself never imports this.

Needs tensorflow and tf2onnx, in the versions that those scripts name.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any


def convert(model_json: Path, target: Path) -> None:
    """The whole graph as ONNX, as tf2onnx makes it."""
    import tf2onnx.convert  # type: ignore[import-not-found]

    # What `python -m tf2onnx.convert --tfjs` calls; there is no public function for this format.
    tf2onnx.convert._convert_common(None, tfjs_path=str(model_json), opset=13, output_path=str(target))


def run(model_json: Path, outputs: Sequence[str], feed: Mapping[str, Any]) -> list[Any]:
    """What TensorFlow itself answers: the named outputs for these inputs."""
    import tensorflow as tf  # type: ignore[import-untyped]
    from tf2onnx import tfjs_utils

    content = json.loads(model_json.read_text(encoding="utf-8"))
    manifest = content["weightsManifest"][0]
    raw = b"".join((model_json.parent / path).read_bytes() for path in manifest["paths"])
    weights, offset = {}, 0
    for weight in manifest["weights"]:
        name, array, size = tfjs_utils.read_tfjs_weight(weight, raw, offset)
        weights[name], offset = array, offset + size
    definition = tf.compat.v1.GraphDef()
    for node in content["modelTopology"]["node"]:
        tfjs_utils.fix_string_attr(node)
        if node["name"] in weights:
            node.get("attr", {}).pop("value", None)
        made = tfjs_utils.tfjs_node_to_tf_node_def(node)
        if node["name"] in weights:
            dtype = tf.dtypes.as_dtype(made.attr["dtype"].type)
            made.attr["value"].tensor.CopyFrom(tf.make_tensor_proto(weights[node["name"]], dtype))
        definition.node.append(made)
    with tf.Graph().as_default() as graph:
        tf.import_graph_def(definition, name="")
        with tf.compat.v1.Session(graph=graph) as session:
            return list(session.run(list(outputs), dict(feed)))
