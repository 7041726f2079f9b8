"""A short run of the torture on made photos, and the proof that its judges see harm."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks import metadata_torture as torture
from storage.metadata.exiftool import ExifTool
from storage.metadata.write import WriteOptions, Written, write_words
from tests.storage.metadata.photos import PLAIN, encoded

PROGRAM = shutil.which("exiftool")
if PROGRAM is None:
    pytest.skip("ExifTool, the judge, is not installed", allow_module_level=True)


@pytest.fixture(scope="module")
def tool() -> Iterator[ExifTool]:
    running = ExifTool(Path(PROGRAM or ""))
    yield running
    running.close()


@pytest.mark.parametrize("name", [*PLAIN, "photo.bmp"])
def test_no_photo_is_harmed(name: str, tool: ExifTool, tmp_path: Path) -> None:
    source, work = tmp_path / "source" / name, tmp_path / "work"
    source.parent.mkdir()
    work.mkdir()
    source.write_bytes(PLAIN[name]() if name in PLAIN else encoded("BMP"))
    assert [path.name for path in torture.files([tmp_path])] == [name]
    result = torture.torture(source, work, tool, WriteOptions())
    assert not result.harm, result.harm
    assert result.engine == ("sidecar" if name == "photo.bmp" else "splicer")
    minded = {"photo.bmp", *(["alpha.png"] if shutil.which("pngcheck") else [])}  # it minds bytes behind the end
    assert result.ordinary == (name not in minded)


@pytest.mark.parametrize(
    ("what", "damage"),
    [
        ("pixels", lambda raw: raw.replace(b"IDAT", b"IDAT", 1)[:-30] + bytes(30)),
        ("words missing", lambda raw: raw.replace("schläft".encode(), b"erwacht")),
        ("tags", lambda raw: raw.replace(b"tEXtComment\0mine", b"tEXtComment\0gone")),
        ("mode or time", None),
    ],
)
def test_the_judges_see_harm(what: str, damage: object, tool: ExifTool, tmp_path: Path) -> None:
    from PIL.PngImagePlugin import PngInfo

    text = PngInfo()
    text.add_text("Comment", "mine")
    path = tmp_path / "photo.png"
    path.write_bytes(original := encoded("PNG", pnginfo=text))
    path.chmod(0o640)
    kind = "PNG"
    before = (
        torture.tags(tool, path),
        torture.image_data(path),
        torture.pixels(path, kind),
        torture.structure(path, kind),
    )
    write_words(path, torture.EDIT, options=WriteOptions(), journal=torture.Journal())
    if callable(damage):
        path.write_bytes(damage(path.read_bytes()))
    else:
        path.chmod(0o600)
    assert torture.judged(path, original, kind, Written(path, "splicer"), before, tool)
