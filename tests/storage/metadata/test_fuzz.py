"""A short run of the fuzzer on our own samples, and the proof that it would see a reader that fails."""

import io
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from benchmarks import metadata_fuzz
from benchmarks.metadata_fuzz import Seeds, fuzz
from storage.metadata.read import read_words
from tests.storage.metadata.containers.heif_files import Shape, build
from tests.storage.metadata.containers.packets import packet_of
from tests.storage.metadata.containers.test_jxl import FILES as JXL_FILES

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the worker's memory limit is Linux's")
SAMPLES = Path(__file__).parents[3] / "resources" / "samples"


@pytest.fixture
def seeds(tmp_path: Path) -> Iterator[Seeds]:
    """One small file of each format, a sidecar, and a canary that blocks whoever opens it."""
    folder = tmp_path / "seeds"
    folder.mkdir()
    with Image.open(SAMPLES / "dahlia.jpg") as opened:
        image = opened.convert("RGB").resize((48, 32))
    for kind in ("jpeg", "png", "webp", "gif", "tiff", "avif"):
        options: dict[str, Any] = {"xmp": packet_of("words")} if kind in ("jpeg", "webp", "avif") else {}
        image.save(folder / f"a.{kind}", **options)
    (folder / "a.heic").write_bytes(build(Shape(idat=True, packet=packet_of("words"))))
    (folder / "a.jxl").write_bytes(JXL_FILES["Exif before, XMP after"])
    (folder / "a.xmp").write_bytes(packet_of("words"))
    canary = tmp_path / "canary"
    os.mkfifo(canary)
    yield Seeds.below([folder], canary)


def test_no_mutant_crashes_hangs_or_follows_a_reference(seeds: Seeds) -> None:
    assert len(seeds.files) == 9
    report = fuzz(seeds, seconds=6)
    assert sum(report.outcomes.values()) > 100
    assert not report.failures, report.failures[0]
    assert report.outcomes["read"] and report.outcomes["refused"]


def test_inputs_can_be_made_again_by_number(seeds: Seeds) -> None:
    assert [seeds.input(i) for i in range(30)] == [seeds.input(i) for i in range(30)]
    originals = [data for _, data in seeds.files]
    assert sum(seeds.input(i)[1] not in originals for i in range(30)) > 20


def test_hostile_packets_stay_in_their_own_bytes(seeds: Seeds, tmp_path: Path) -> None:
    buffer = io.BytesIO()
    Image.new("RGB", (8, 8)).save(buffer, "JPEG")
    photo = tmp_path / "a.jpg"
    photo.write_bytes(buffer.getvalue())
    for packet in seeds.hostile:
        (tmp_path / "a.jpg.xmp").write_bytes(packet)
        start = time.monotonic()
        read_words(photo)
        assert time.monotonic() - start < metadata_fuzz.SECONDS


def test_the_fuzzer_names_what_a_bad_reader_does(seeds: Seeds, monkeypatch: pytest.MonkeyPatch) -> None:
    def bad(path: Path) -> None:
        size = path.stat().st_size % 5
        if size == 0:
            raise IndexError("beyond the end")
        if size == 1:
            os._exit(7)

    monkeypatch.setattr(metadata_fuzz, "read_words", bad)
    report = fuzz(seeds, seconds=20, failures_wanted=10)
    kinds = {failure.split(" ", 1)[0] for failure in report.failures}
    assert kinds == {"CRASH", "DIED"}
    assert "IndexError" in " ".join(report.failures)
