"""A short run of the fault trials on our own samples, and the proof that they would see a careless writer."""

import sys
import tempfile
from pathlib import Path

import pytest
from PIL import Image

from benchmarks import metadata_fault_jobs as jobs
from benchmarks import metadata_fault_kinds as kinds
from benchmarks import metadata_fault_places as places
from benchmarks.metadata_fault_kinds import Case, Tally
from benchmarks.metadata_faults import events_of, in_place_order, power_cut, rename_order
from storage.metadata.containers.base import Buffer
from tests.storage.metadata.containers.heif_files import Shape, build
from tests.storage.metadata.containers.test_jxl import FILES as JXL_FILES

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="signals, limits and strace are Linux's")
SAMPLES = Path(__file__).parents[3] / "resources" / "samples"


@pytest.fixture(scope="module")
def chosen(tmp_path_factory: pytest.TempPathFactory) -> list[Case]:
    """A photo of each format, two with a second name, and one whose words go into a sidecar."""
    folder = tmp_path_factory.mktemp("photos")
    with Image.open(SAMPLES / "dahlia.jpg") as opened:
        image = opened.convert("RGB").resize((320, 200))
    for kind in ("jpeg", "png", "webp", "gif", "tiff", "avif", "bmp"):
        image.save(folder / f"photo.{kind}")
    (folder / "photo.heic").write_bytes(build(Shape(idat=True)))
    (folder / "photo.jxl").write_bytes(JXL_FILES["one box"])
    linked = {"photo.png", "photo.tiff"}
    return [Case(p.name, p.read_bytes(), linked=p.name in linked) for p in sorted(folder.iterdir())]


def clean(tally: Tally) -> bool:
    assert tally.tried
    assert not tally.bad, (tally.harmed, tally.lost, tally.leftovers)
    return True


def test_killed_writes_leave_the_old_file_or_a_proved_new_one(chosen: list[Case], tmp_path: Path) -> None:
    tally = kinds.kill(chosen, 60, tmp_path)
    assert clean(tally)
    assert tally.counts.get("killed while writing"), tally.counts


def test_a_full_disk_is_a_sentence_and_the_edit_can_be_repeated(chosen: list[Case], tmp_path: Path) -> None:
    tally = kinds.disk_full(chosen, tmp_path)
    assert clean(tally)
    assert tally.counts["refused with a sentence"] > len(chosen) and "crashed" not in tally.counts


def test_closed_folders_and_protected_files_are_left_alone(chosen: list[Case]) -> None:
    with tempfile.TemporaryDirectory() as folder:  # not pytest's, which a user without rights does not reach
        Path(folder).chmod(0o755)
        tally = kinds.closed_folder(chosen, Path(folder))
    assert clean(tally)
    assert "crashed" not in tally.counts
    assert tally.counts["refused with a sentence"] >= 2 * len(chosen)
    assert tally.counts["written"] >= len(chosen), "the same user can write where nothing is closed"


def test_what_another_program_saves_meanwhile_stays(chosen: list[Case], tmp_path: Path) -> None:
    assert clean(kinds.replaced_meanwhile(chosen, tmp_path))
    assert clean(kinds.racing(chosen, 1.0, tmp_path))


def test_every_write_can_be_taken_back_byte_for_byte(chosen: list[Case], tmp_path: Path) -> None:
    assert clean(kinds.undone(chosen, tmp_path))


def test_a_power_cut_finds_a_whole_file_at_any_moment(chosen: list[Case], tmp_path: Path) -> None:
    tally = power_cut(chosen, tmp_path)
    if not tally.tried:
        pytest.skip("strace is not there or may not trace here")
    assert clean(tally)


GOOD = ["open new", "write new", "fsync new", "write journal", "fsync journal", "rename new", "fsync folder"]
IN_PLACE = ["write new", "fsync new", "rename new", "fsync folder", "fsync journal", "open photo", "write photo"]


def test_a_killed_embedding_goes_on_with_all_that_was_under_way(chosen: list[Case], tmp_path: Path) -> None:
    assert clean(jobs.killed_embedding(chosen, 3, tmp_path))


def test_photos_side_by_side_keep_the_order_of_flushes(chosen: list[Case], tmp_path: Path) -> None:
    tally = jobs.order_side_by_side(chosen, tmp_path)
    if not tally.tried:
        pytest.skip(str(tally.counts))
    assert clean(tally)


def test_the_order_side_by_side_is_judged() -> None:
    photo, library = Path("/p/a.jpg"), Path("/l/x.altfolio")
    good = [
        (1.0, "flush", "/p/.a.jpg.12.altfolio-tmp"),
        (2.0, "flush", "/l/x.altfolio-wal"),
        (3.0, "rename", "/p/.a.jpg.12.altfolio-tmp"),
        (4.0, "flush", "/p"),
    ]
    assert jobs._wrong_order(good, photo, library) == ""
    for left_out in range(4):
        assert jobs._wrong_order(good[:left_out] + good[left_out + 1 :], photo, library)
    late = [good[0], (3.5, *good[1][1:]), *good[2:]]
    assert jobs._wrong_order(sorted(late), photo, library)


def test_a_drive_that_vanishes_loses_nothing(chosen: list[Case], tmp_path: Path) -> None:
    tally = places.vanished_drive(chosen, tmp_path)
    assert clean(tally) and tally.counts["refused with a sentence"]


def test_locks_and_links_are_respected(chosen: list[Case], tmp_path: Path) -> None:
    assert clean(places.locked(chosen[:2], tmp_path)) and clean(places.links(chosen[:2], tmp_path))


def test_the_order_of_calls_is_judged() -> None:
    assert rename_order(GOOD) == []
    assert rename_order([e for e in GOOD if e != "fsync new"])
    assert rename_order([e for e in GOOD if e != "fsync folder"])
    assert rename_order([e for e in GOOD if e != "fsync journal"])
    assert rename_order([*GOOD[:2], "write new", *GOOD[2:], "write new"])
    assert rename_order(["open photo", *GOOD])
    done = [*IN_PLACE, "fsync photo", "unlink new"]
    assert in_place_order(done) == []
    for missing in ("fsync new", "fsync folder", "fsync photo", "fsync journal"):
        assert in_place_order([e for e in done if e != missing])
    assert in_place_order([*IN_PLACE, "unlink new", "fsync photo"])


def test_calls_are_read_from_a_trace() -> None:
    log = """12 openat(AT_FDCWD</w>, "/p/.a.jpg.1.altfolio-tmp", O_RDWR|O_CREAT, 0600) = 5</p/.a.jpg.1.altfolio-tmp>
12 write(5</p/.a.jpg.1.altfolio-tmp>, "\\377"..., 10) = 10
12 fsync(5</p/.a.jpg.1.altfolio-tmp>) = 0
12 openat(AT_FDCWD</w>, "/p/a.jpg", O_RDONLY) = 6</p/a.jpg>
12 fsync(7</j>)       = 0
12 rename("/p/.a.jpg.1.altfolio-tmp", "/p/a.jpg") = 0
12 unlink("/p/.a.jpg.1.altfolio-tmp") = -1 ENOENT (No such file or directory)
12 fsync(8</p>) = 0
"""
    found = events_of(log, Path("/p/a.jpg"), Path("/j"))
    assert found == ["open new", "write new", "fsync new", "fsync journal", "rename new", "fsync folder"]


def test_a_writer_that_truncates_and_rewrites_is_caught(chosen: list[Case], tmp_path: Path) -> None:
    case = next(case for case in chosen if case.name == "photo.jpeg")
    photo = case.lay(tmp_path / "photos")
    assert case.state(photo) == "old"
    photo.write_bytes(case.content[:-100])
    assert case.state(photo) == "harmed"
    photo.write_bytes(case.content[:-100] + bytes(100))
    assert case.state(photo) == "harmed"
    (photo.parent / ".photo.jpeg.1.altfolio-tmp").touch()
    assert case.leftovers(photo) == [".photo.jpeg.1.altfolio-tmp"]


def test_a_writer_that_raises_what_is_no_sentence_is_caught(
    chosen: list[Case], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def careless(path: Path, *_: object, **__: object) -> Buffer:
        path.write_bytes(b"half")
        raise OSError("no space")

    monkeypatch.setattr(kinds, "write_words", careless)
    tally = Tally()
    case = chosen[0]
    photo = case.lay(tmp_path / "photos")
    kinds._try(tally, case, photo, kinds.FileJournal(tmp_path / "journal"), lambda: None)
    assert tally.lost and tally.counts == {"crashed": 1}
