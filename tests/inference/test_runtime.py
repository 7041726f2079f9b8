import errno
import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from shutil import copytree

import numpy as np
import pytest
from PIL import Image
from PIL.Image import Transpose

from inference import packs, runtime
from inference.packs import Input
from storage.job import KnownError

CPU_ONLY = runtime.Options(accelerate=False)


def spec(**changes: object) -> Input:
    made = Input("image", 8, 4, "NCHW", "RGB", (0.0, 0.0, 0.0), (1.0, 1.0, 1.0), "squash", "nearest")
    return replace(made, **changes)  # type: ignore[arg-type]


def quarters() -> Image.Image:
    """Red and green above, blue and white below."""
    image = Image.new("RGB", (40, 20), (255, 255, 255))
    image.paste((255, 0, 0), (0, 0, 20, 10))
    image.paste((0, 255, 0), (20, 0, 40, 10))
    image.paste((0, 0, 255), (0, 10, 20, 20))
    return image


def test_squash_keeps_the_whole_photo_and_the_layout_is_the_packs() -> None:
    tensor = runtime.prepare(quarters(), spec())
    assert tensor.shape == (1, 3, 4, 8) and tensor.dtype == np.float32 and tensor.flags.c_contiguous
    assert tensor[0, :, 0, 0].tolist() == [255, 0, 0]
    assert tensor[0, :, 0, -1].tolist() == [0, 255, 0]
    assert tensor[0, :, -1, 0].tolist() == [0, 0, 255]
    assert np.array_equal(runtime.prepare(quarters(), spec(layout="NHWC"))[0].transpose(2, 0, 1), tensor[0])


def test_colours_mean_and_deviation_are_applied_by_channel() -> None:
    tensor = runtime.prepare(quarters(), spec(colours="BGR", mean=(5.0, 10.0, 20.0), deviation=(2.0, 4.0, 5.0)))
    assert tensor[0, :, 0, 0].tolist() == pytest.approx([-2.5, -2.5, 47.0])


@pytest.mark.parametrize("layout", ["NCHW", "NHWC"])
@pytest.mark.parametrize("resize", ["squash", "pad", "crop"])
def test_a_mirrored_tensor_is_that_of_the_mirrored_photo(layout: str, resize: str) -> None:
    wanted = spec(layout=layout, resize=resize, width=8, height=6)
    mirror_image = quarters().transpose(Transpose.FLIP_LEFT_RIGHT)
    mirrored = runtime.mirrored(runtime.prepare(quarters(), wanted), wanted)
    assert np.array_equal(mirrored, runtime.prepare(mirror_image, wanted))
    assert mirrored.flags.c_contiguous


def test_a_region_is_cut_out_before_it_is_resized() -> None:
    tensor = runtime.prepare(quarters(), spec(), region=(20, 0, 40, 10))
    assert (tensor[0, 1] == 255).all() and (tensor[0, 0] == 0).all()


def test_pad_keeps_the_shape_and_fills_with_grey() -> None:
    tensor = runtime.prepare(quarters(), spec(width=8, height=8, resize="pad"))
    assert (tensor[0, :, 4:] == runtime.PAD).all()
    assert tensor[0, :, 3, 0].tolist() == [0, 0, 255]


def test_crop_is_the_centre_after_the_shorter_side_was_resized() -> None:
    """As the reference does it in two steps; on a smooth picture both ways give the same to a grey level."""
    y, x = np.mgrid[0:300, 0:480]
    image = Image.fromarray(np.stack([x / 2, y / 2, (x + y) / 4], axis=-1).astype(np.uint8))
    tensor = runtime.prepare(image, spec(width=26, height=26, margin=4, resize="crop", filter="bicubic"))
    small = image.resize((48, 30), Image.Resampling.BICUBIC).crop((11, 2, 37, 28))
    assert np.abs(tensor[0] - np.asarray(small, np.float32).transpose(2, 0, 1)).max() <= 1.5


@pytest.mark.parametrize("size", [(1, 1), (1, 5000), (5000, 1), (3, 2)])
@pytest.mark.parametrize("resize", ["squash", "crop", "pad"])
def test_photos_of_every_shape_can_be_prepared(size: tuple[int, int], resize: str) -> None:
    tensor = runtime.prepare(Image.new("RGB", size, (9, 9, 9)), spec(width=30, height=30, resize=resize, margin=4))
    assert tensor.shape == (1, 3, 30, 30) and np.isfinite(tensor).all()


def test_more_effort_means_more_workers() -> None:
    counts = [runtime.workers(effort) for effort in runtime.EFFORTS]
    assert counts[0] == 1 and counts == sorted(counts)


def test_only_the_calling_thread_yields_to_others() -> None:
    if not hasattr(threading, "get_native_id") or not Path("/proc/self/task").is_dir():
        pytest.skip("priorities of threads are Linux's")
    import os

    before = os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

    def lowered() -> int:
        runtime.yield_to_others()
        return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(lowered).result() == 10
    assert os.getpriority(os.PRIO_PROCESS, threading.get_native_id()) == before


def test_the_optimised_graph_is_kept_and_answers_the_same(tmp_path: Path) -> None:
    pack = packs.read_pack(packs.EMBEDDED / "objects")
    plain = runtime.Network(pack, options=CPU_ONLY)
    image = Image.radial_gradient("L").convert("RGB")
    tensor = runtime.prepare(image, plain.input)
    options = runtime.Options(cache=tmp_path / "models", accelerate=False)
    for _ in range(2):
        kept = runtime.Network(pack, options=options)
        for ours, theirs in zip(kept.run(tensor), plain.run(tensor), strict=True):
            assert np.abs(ours - theirs).max() < 1e-4
    (made,) = (tmp_path / "models").iterdir()
    assert pack.version in made.name
    made.write_bytes(b"damaged")
    assert runtime.Network(pack, options=options).run(tensor)[0].shape == (1917, 80)
    assert made.stat().st_size > 1000, "made again"


def test_a_cache_that_cannot_be_written_costs_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "models").write_text("a file where the folder should be")
    pack = packs.read_pack(packs.EMBEDDED / "objects")
    assert runtime.Network(pack, options=runtime.Options(cache=tmp_path / "models", accelerate=False)).where


def test_a_damaged_cache_that_cannot_be_written_costs_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pack = packs.read_pack(packs.EMBEDDED / "objects")
    options = runtime.Options(cache=tmp_path, accelerate=False)
    runtime.Network(pack, options=options)
    for made in tmp_path.iterdir():
        made.write_bytes(b"damaged")

    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    for change in ("mkdir", "replace", "unlink"):  # as root no folder of a test can be read-only
        monkeypatch.setattr(Path, change, refuse)
    assert runtime.Network(pack, options=options).where == runtime.ON_CPU


def test_the_user_is_told_what_runs_where() -> None:
    pack = packs.read_pack(packs.EMBEDDED / "objects")
    line = runtime.describe([runtime.Network(pack, options=CPU_ONLY)] * 2)
    assert line.startswith("Models run on the CPU (onnxruntime ")
    networks = [
        runtime.Network(packs.read_pack(packs.EMBEDDED / name), options=CPU_ONLY) for name in ("objects", "things")
    ]
    networks[1].where = "the graphics card"
    line = runtime.describe([*networks, networks[0]])
    assert line.startswith("Models run: objects on the CPU, things on the graphics card (onnxruntime ")


class LostDriver:
    """What a session does when its graphics card has gone."""

    def run(self, *_: object) -> list[object]:
        raise RuntimeError("device removed")


def test_an_accelerator_that_fails_is_given_up_for_the_cpu() -> None:
    network = runtime.Network(next(pack for pack in packs.discover() if pack.task == "classify"), options=CPU_ONLY)
    tensor = runtime.prepare(quarters(), network.input)
    expected = network.run(tensor)
    network._session, network.where = LostDriver(), "the graphics card"
    with ThreadPoolExecutor(2) as pool:
        for answer in pool.map(lambda _: network.run(tensor), range(4)):
            assert all(np.array_equal(a, b) for a, b in zip(answer, expected, strict=True))
    assert network.where == runtime.ON_CPU
    network._session = LostDriver()
    with pytest.raises(RuntimeError, match="device removed"):
        network.run(tensor)


def test_a_network_that_cannot_be_loaded_is_refused_with_a_sentence(tmp_path: Path) -> None:
    folder = tmp_path / "objects"
    copytree(packs.EMBEDDED / "objects", folder)
    pack = packs.read_pack(folder)
    model = folder / "model.onnx"
    model.write_bytes(bytes(model.stat().st_size))
    with pytest.raises(KnownError, match=r"onnxruntime can't load “model\.onnx”"):
        runtime.Network(pack, options=CPU_ONLY)


def test_a_network_without_the_stated_output_is_refused() -> None:
    pack = packs.read_pack(packs.EMBEDDED / "objects")
    with pytest.raises(KnownError, match="has no output “masks”"):
        runtime.Network(pack, options=CPU_ONLY).require(pack, ("scores", "masks"))


def test_the_runtime_keeps_no_record_of_the_person_and_reports_nothing(tmp_path: Path) -> None:
    """Its official builds note a device number and events in the home folder, and send them, unless they are told."""
    code = (
        "from inference import packs, runtime; "
        "runtime.Network(packs.discover()[0], options=runtime.Options(accelerate=False))"
    )
    telling = ("ORT_DISABLE_TELEMETRY", "CI", "XDG_CACHE_HOME", "XDG_DATA_HOME")
    environment = {name: value for name, value in os.environ.items() if name not in telling}
    environment["HOME"] = environment["USERPROFILE"] = str(tmp_path)
    subprocess.run([sys.executable, "-c", code], env=environment, check=True)
    assert list(tmp_path.rglob("*")) == []
