"""Photos become pictures of Qt's, whatever lies in the cache."""

import io
from pathlib import Path

import pytest
from PIL import Image

from gui.images import make_thumbnail
from storage import photos, thumbnails
from storage.library import Library
from storage.scan import scan
from tests.storage.photo_maker import jpeg, put


def test_a_damaged_thumbnail_is_made_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    put(tmp_path / "photos", "a.jpg", jpeg(1, size=(600, 300)))
    with Library(tmp_path / "library.altfolio") as library:
        list(scan(library, [tmp_path / "photos"]))
        with library.read() as connection:
            (photo,) = photos.rows(connection, [1])
    assert make_thumbnail(photo, 256).width() == 256
    kept = thumbnails.cached(photo.path, 256, photo.mtime_ns)
    assert kept is not None
    kept.write_bytes(kept.read_bytes()[:2000])  # a disk that was full, or another program
    assert make_thumbnail(photo, 256).width() == 256
    assert Image.open(io.BytesIO(kept.read_bytes())).convert("RGB").size == (256, 128)
