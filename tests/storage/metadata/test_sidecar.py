"""Sidecars: the right one is found, the right name is chosen, and broken ones are left alone."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.job import KnownError
from storage.metadata.containers.base import Refused
from storage.metadata.containers.patches import joined
from storage.metadata.sidecar import NameStyle, Sidecar, belongs, found, group_of, grouped, load, target
from storage.metadata.xmp import Xmp
from tests.storage.metadata.containers.packets import packet_of

EXACT: NameStyle = "IMG.jpg.xmp"
STEM: NameStyle = "IMG.xmp"


@pytest.mark.parametrize(
    ("photo", "folder", "expected"),
    [
        ("a.jpg", ["a.jpg"], []),
        ("a.jpg", ["a.jpg", "a.jpg.xmp"], ["a.jpg.xmp"]),
        ("a.jpg", ["a.jpg", "a.xmp"], ["a.xmp"]),
        ("a.CR2", ["a.CR2", "a.XMP"], ["a.XMP"]),
        ("a.CR2", ["a.CR2", "a.CR2.XMP", "a.xmp"], ["a.CR2.XMP", "a.xmp"]),
        ("a.CR2", ["a.CR2", "a.JPG", "a.xmp"], ["a.xmp"]),
        ("a.JPG", ["a.CR2", "a.JPG", "a.xmp"], []),
        ("a.JPG", ["a.CR2", "a.JPG", "a.xmp", "a.JPG.xmp"], ["a.JPG.xmp"]),
        ("a.jpg", ["a.jpg", "a.png", "a.xmp"], []),
        ("a.heic", ["a.heic", "a.mov", "a.xmp"], ["a.xmp"]),
        ("a.CR2", ["a.CR2", "a.DNG", "a.xmp"], ["a.xmp"]),
        ("a.DNG", ["a.CR2", "a.DNG", "a.xmp"], []),
        ("a.CR2", ["a.CR2", "a.NEF", "a.xmp"], []),
        ("a.jpg", ["a.jpg", "ab.xmp", "a.jpg.txt.xmp", "A.xmp"], []),
        ("a", ["a", "a.xmp"], ["a.xmp"]),
        ("a.b.jpg", ["a.b.jpg", "a.xmp", "a.b.xmp"], ["a.b.xmp"]),
    ],
)
def test_which_sidecars_belong_to_a_photo(photo: str, folder: list[str], expected: list[str], tmp_path: Path) -> None:
    for name in folder:
        (tmp_path / name).touch()
    assert [path.name for path in found(tmp_path / photo)] == expected
    assert [path.name for path in found(tmp_path / photo, folder)] == expected


@pytest.mark.parametrize(
    ("photo", "style", "folder", "expected"),
    [
        ("a.jpg", EXACT, ["a.jpg"], "a.jpg.xmp"),
        ("a.jpg", STEM, ["a.jpg"], "a.xmp"),
        ("a.jpg", EXACT, ["a.jpg", "a.xmp"], "a.xmp"),
        ("a.jpg", STEM, ["a.jpg", "a.jpg.XMP"], "a.jpg.XMP"),
        ("a.CR2", STEM, ["a.CR2", "a.JPG"], "a.xmp"),
        ("a.JPG", STEM, ["a.CR2", "a.JPG", "a.xmp"], "a.JPG.xmp"),
        ("a.CR2", EXACT, ["a.CR2", "a.JPG", "a.xmp"], "a.xmp"),
        ("a", STEM, ["a"], "a.xmp"),
    ],
)
def test_which_sidecar_is_written(photo: str, style: NameStyle, folder: list[str], expected: str) -> None:
    assert target(Path("/photos") / photo, style, folder) == Path("/photos") / expected


names = st.sampled_from(
    ["a.jpg", "a.CR2", "a.dng", "a.png", "a.mov", "a.xmp", "a.XMP", "a.jpg.xmp", "a.CR2.xmp", "ab.jpg", "a.CR2.XMP"]
)


@given(folder=st.sets(names), photo=st.sampled_from(["a.jpg", "a.CR2"]), style=st.sampled_from([EXACT, STEM]))
def test_what_is_written_is_what_is_read_first(folder: set[str], photo: str, style: NameStyle) -> None:
    path = Path("/photos") / photo
    written = target(path, style, folder | {photo})
    assert found(path, folder | {photo, written.name})[0] == written


@given(folder=st.sets(names), photo=st.sampled_from(["a.jpg", "a.CR2", "ab.jpg"]))
def test_a_group_holds_all_that_matters(folder: set[str], photo: str) -> None:
    everything = folder | {photo}
    group = grouped(everything)[group_of(photo)]
    assert found(Path(photo), group) == found(Path(photo), everything)


@given(folder=st.sets(names), style=st.sampled_from([EXACT, STEM]))
def test_two_photos_never_share_a_new_sidecar(folder: set[str], style: NameStyle) -> None:
    photos = sorted(name for name in folder if not name.lower().endswith((".xmp", ".mov")))
    targets = [target(Path("/photos") / name, style, folder) for name in photos]
    assert len(set(targets)) == len(targets)


def test_a_sidecar_may_say_which_extension_it_is_for() -> None:
    named = 'xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/" photoshop:SidecarForExtension="CR2"'
    text = packet_of("x").replace(b'rdf:about=""', b'rdf:about="" ' + named.encode())
    xmp = load(text, "a.xmp")
    assert belongs(xmp, Path("a.cr2"), Path("a.xmp"))
    assert not belongs(xmp, Path("a.jpg"), Path("a.xmp"))
    assert belongs(xmp, Path("a.jpg"), Path("a.jpg.xmp"))
    assert belongs(Xmp(), Path("a.jpg"), Path("a.xmp"))


@pytest.mark.parametrize("content", [b"", b"\0" * 40, b"not XML", packet_of("x")[:-120], b"<a><!-- no RDF --></a>"])
def test_unreadable_sidecars_are_refused_by_name(content: bytes) -> None:
    with pytest.raises(KnownError, match=r"IMG\.xmp") as error:
        load(content, "IMG.xmp")
    assert "try again" in str(error.value)


def test_entities_in_a_sidecar_are_never_followed(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("secret words")
    bomb = f'<!DOCTYPE x [<!ENTITY s SYSTEM "file://{secret}">]>'.encode() + packet_of("&s;")
    with pytest.raises(KnownError):
        load(bomb, "a.xmp")


def test_a_sidecar_is_a_container_without_padding() -> None:
    container = Sidecar()
    packet = Xmp().serialise()
    new = joined(b"", container.splice(b"", packet))
    assert b"  \n" not in new and len(new) < len(packet) - 1900
    container.prove(b"", new)
    assert container.read_packet(new) == new
    assert [(u.start, u.stop) for u in container.units(new)] == [(0, len(new))]
    with pytest.raises(Refused):
        container.prove(b"", new[:-100])
    with pytest.raises(KnownError):
        found(Path("/no such folder at all/a.jpg"))
