import hashlib
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from shutil import copytree

import pytest

from inference import packs
from storage.job import KnownError


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A folder of the user's with a copy of the objects pack in it."""
    copytree(packs.EMBEDDED / "objects", tmp_path / "packs" / "objects")
    return tmp_path / "packs"


def edit(folder: Path, old: str, new: str) -> None:
    toml = folder / "pack.toml"
    text = toml.read_text("utf-8")
    assert old in text
    toml.write_text(text.replace(old, new, 1), "utf-8")


def test_the_embedded_packs_are_what_was_published() -> None:
    found = packs.discover()
    assert {"objects", "things"} <= {pack.id for pack in found}
    for pack in found:
        packs.check(pack)
        assert pack.licence == "Apache-2.0"
        assert (pack.folder / "LICENSE").read_text("utf-8").count("Apache License") >= 1
        listed = {file.name for file in pack.files}
        assert {path.name for path in pack.folder.iterdir()} == listed | {"pack.toml"}


def test_every_label_of_a_pack_is_there_once() -> None:
    for pack in packs.discover():
        if pack.task != "text":
            labels = packs.read_labels(pack)
            assert len(labels) == {"objects": 80, "things": 1000}[pack.id] == len(set(labels))
            assert all(labels)


def test_a_pack_can_be_shown_as_plain_values() -> None:
    assert asdict(packs.discover()[0])["source"]["sha256"]


def test_listing_packs_imports_nothing_heavy() -> None:
    code = (
        "import sys; from inference import packs, runtime, detect, classify, decoders; packs.discover(); "
        "print({'numpy', 'onnxruntime', 'PIL'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_the_users_pack_wins_over_an_embedded_one_of_the_same_id(own: Path) -> None:
    edit(own / "objects", 'version = "', 'version = "9.')
    found = {pack.id: pack for pack in packs.discover(own)}
    assert found["objects"].version.startswith("9.")
    assert found["objects"].folder == own / "objects"
    assert found["things"].folder == packs.EMBEDDED / "things"


def test_a_folder_that_is_not_there_has_no_packs(tmp_path: Path) -> None:
    assert packs.discover(tmp_path / "none") == packs.discover()


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ('id = "objects"', "", "“id” in pack.toml is missing"),
        ('task = "detect"', 'task = "dream"', "“task” in pack.toml is “dream”"),
        ('decoder = "ssd"', 'decoder = "unheard-of"', "knows only"),
        ('file = "model.onnx"', 'file = "../model.onnx"', "isn't a plain file name"),
        ('file = "model.onnx"', 'file = "other.onnx"', "isn't among the files"),
        ("width = 300", "width = 0", "“width”"),
        ("width = 300", 'width = "300"', "“width”"),
        ("tiles = [2, 3]", "tiles = [1, 3]", "“tiles”"),
        ("floor = 0.10", "floor = 1.5", "“floor”"),
        ("deviation = [127.5, 127.5, 127.5]", "deviation = [127.5, 0, 127.5]", "“deviation”"),
        ("mean = [127.5, 127.5, 127.5]", "mean = [127.5]", "three numbers"),
        ("weight = 0.5", "weight = 0.0", "“weight”"),
        ('alone = ["person"]', "alone = 7", "“alone”"),
        ("[source]", "[sauce]", "no [source]"),
        ("[models.main]", "[model]", "“file” in pack.toml is missing"),
        ('id = "objects"', 'id = "obj', "can't be read"),
    ],
)
def test_a_wrong_pack_toml_is_refused_with_a_sentence(own: Path, old: str, new: str, sentence: str) -> None:
    edit(own / "objects", old, new)
    with pytest.raises(KnownError, match="Install it again, or remove the folder") as caught:
        packs.read_pack(own / "objects")
    assert sentence in str(caught.value)


def test_a_broken_pack_does_not_hide_the_others(own: Path) -> None:
    (own / "objects" / "labels.tsv").unlink()
    broken: list[str] = []
    found = packs.discover(own, broken=broken)
    assert {"objects", "things"} <= {pack.id for pack in found}, "the embedded one is used instead"
    assert len(broken) == 1 and "“labels.tsv” is missing" in broken[0]
    with pytest.raises(KnownError):
        packs.discover(own)


def test_a_shortened_file_is_seen_at_once(own: Path) -> None:
    model = own / "objects" / "model.onnx"
    model.write_bytes(model.read_bytes()[:1000])
    with pytest.raises(KnownError, match="bytes long"):
        packs.read_pack(own / "objects")


def test_a_changed_byte_is_seen_by_the_check(own: Path) -> None:
    labels = own / "objects" / "labels.tsv"
    content = labels.read_bytes()
    labels.write_bytes(content.replace(b"person", b"parson"))
    pack = packs.read_pack(own / "objects")
    assert hashlib.sha256(content).hexdigest() in {file.sha256 for file in pack.files}
    with pytest.raises(KnownError, match=r"“labels\.tsv” isn't the file that was published"):
        packs.check(pack)


@pytest.mark.parametrize("content", [b"", b"one\tperson\n", b"0\n", b"\xff\xfe", b"-1\tperson\n"])
def test_a_broken_list_of_labels_is_refused(own: Path, content: bytes) -> None:
    pack = packs.read_pack(own / "objects")
    (own / "objects" / "labels.tsv").write_bytes(content)
    with pytest.raises(KnownError, match="list of labels"):
        packs.read_labels(pack)
