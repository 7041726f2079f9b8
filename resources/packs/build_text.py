"""Builds the `text` pack: the PP-OCRv6 small detector and recogniser, which are published as ONNX already.

Run it from the root of the repository in an environment of its own (Python 3.11):

    pip install onnx 'onnxruntime>=1.23' Pillow numpy
    pip download --no-deps rapidocr==3.10.0
    python -m resources.packs.build_text rapidocr-3.10.0-py3-none-any.whl

Only the models are taken: the package's own code would bring OpenCV, Shapely, pyclipper and a downloader. The list of
characters is moved out of the recogniser into the pack's labels. At the end the script prints how far weights of 16
bits are from the published ones, and records the published models' output for the test of the same in tests/inference.
"""

import argparse
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from PIL import Image

from resources.packs import building

PACKAGE_SHA256 = "2fc34e26cd0f48514804a94f8832283039c7334076bff60768b1fed9ad068050"
MODELS = {
    "detector": "rapidocr/models/PP-OCRv6_det_small.onnx",
    "recogniser": "rapidocr/models/PP-OCRv6_rec_small.onnx",
}
LICENCES = ("LICENSE", "MODEL_LICENSES.md")


def session(model: Path) -> Any:
    """The model, ready to answer."""
    return onnxruntime.InferenceSession(str(model), providers=["CPUExecutionProvider"])


def characters(recogniser: Path) -> list[tuple[int, str, str]]:
    """Output index and character: 0 is the blank of CTC, the list in the model follows, the last is the space."""
    listed = session(recogniser).get_modelmeta().custom_metadata_map["character"].split("\n")
    return [*((index, sign, "") for index, sign in enumerate(listed, 1)), (len(listed) + 1, " ", "")]


def cases() -> dict[str, Any]:
    """A part of the book page for the detector, and a line of it for the recogniser: uint8 [height, width, 3]."""
    with Image.open(building.SAMPLES / "book-page.jpg") as photo:
        page = photo.convert("RGB")
        part = page.resize((320, 320), Image.Resampling.BILINEAR, (0, 0, page.width, page.width))
        line = page.resize((320, 48), Image.Resampling.BILINEAR, (0, 0, page.width, page.width * 48 // 320))
    return {"detector": np.asarray(part), "recogniser": np.asarray(line)}


def main() -> None:
    """Build the pack from the package that is named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("package", type=Path, help="rapidocr-3.10.0-py3-none-any.whl")
    package = parser.parse_args().package
    building.require(package, PACKAGE_SHA256)
    folder = building.HERE / "text"
    recorded: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as scratch, zipfile.ZipFile(package) as wheel:
        for role, name in MODELS.items():
            published = Path(wheel.extract(name, scratch))
            building.optimise(published, folder / f"{role}.onnx")
            building.halve(folder / f"{role}.onnx")
            photo = cases()[role]
            tensor = (photo[:, :, ::-1].astype(np.float32) / 127.5 - 1).transpose(2, 0, 1)[None]
            theirs = session(published).run(None, {"x": tensor})[0][0]
            ours = session(folder / f"{role}.onnx").run(None, {"x": tensor})[0][0]
            print(f"{role}: greatest difference {abs(theirs - ours).max():.2e}")
            recorded |= {role: photo, f"{role}_says": theirs[0] if role == "detector" else theirs.argmax(axis=1)}
        building.write_labels(folder / "labels.tsv", characters(Path(scratch, MODELS["recogniser"])))
        for name in LICENCES:
            content = wheel.read(f"rapidocr-3.10.0.dist-info/licenses/{name}")
            (folder / name).write_bytes(content)
    building.REFERENCES.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(building.REFERENCES / "text.npz", **recorded)
    building.stamp(folder)


if __name__ == "__main__":
    main()
