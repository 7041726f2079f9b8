"""The protocol around every write: links, rights, attributes, interruptions."""

import errno
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from storage.job import KnownError
from storage.metadata import durable, in_place, swap
from storage.metadata.containers.base import FileBytes, Piece, Refused, Span
from storage.metadata.fields import WordsEdit
from storage.metadata.read import read_words
from storage.metadata.write import WriteOptions, sweep, undo, write_words
from tests.storage.metadata.photos import MemoryJournal, jpeg

EDIT = WordsEdit(alt_text={"en": "A cat"}, keywords_add=("cat",))
OPTIONS = WriteOptions()


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "photo.jpg"
    path.write_bytes(jpeg(tail=os.urandom(50_000)))
    return path


def replaced(path: Path, pieces: list[Piece], **hooks: Callable[..., None]) -> None:
    with durable.opened(path) as original:
        durable.replace(
            original,
            pieces,
            prove=hooks.get("prove", lambda after, place: None),
            commit=hooks.get("commit", lambda kept: None),
            keep_times=True,
            backup_folder=None,
        )


def test_a_symbolic_link_stays_one(photo: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.jpg"
    link.symlink_to(photo.name)
    written = write_words(link, EDIT, options=OPTIONS, journal=MemoryJournal())
    assert link.is_symlink() and written.target == photo
    assert read_words(photo).words.alt_text["en"] == "A cat"


def test_hard_links_stay_one_file(photo: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.jpg"
    other.hardlink_to(photo)
    before, inode, journal = photo.read_bytes(), photo.stat().st_ino, MemoryJournal()
    write_words(photo, EDIT, options=OPTIONS, journal=journal)
    assert read_words(other).words.alt_text["en"] == "A cat" and photo.stat().st_ino == inode
    undo(journal.records[0], options=OPTIONS, journal=journal)
    assert other.read_bytes() == before and sorted(p.name for p in tmp_path.iterdir()) == ["other.jpg", "photo.jpg"]


def test_attributes_of_the_file_are_kept(photo: Path) -> None:
    try:
        os.setxattr(photo, "user.comment", b"mine")
    except OSError:
        pytest.skip("this file system has no extended attributes")
    write_words(photo, EDIT, options=OPTIONS, journal=MemoryJournal())
    assert os.getxattr(photo, "user.comment") == b"mine"


@pytest.mark.parametrize("mode", [0o444, 0o400])
def test_a_write_protected_photo_is_left_alone(photo: Path, mode: int) -> None:
    photo.chmod(mode)
    before = photo.stat()
    with pytest.raises(KnownError, match="write-protected"):
        write_words(photo, EDIT, options=OPTIONS, journal=MemoryJournal())
    assert photo.stat().st_mtime_ns == before.st_mtime_ns and photo.stat().st_ino == before.st_ino


def test_no_photo_and_a_folder_are_sentences(tmp_path: Path) -> None:
    with pytest.raises(KnownError, match="no longer there"):
        write_words(tmp_path / "gone.jpg", EDIT, options=OPTIONS, journal=MemoryJournal())
    with pytest.raises(KnownError, match="not a file"):
        write_words(tmp_path, EDIT, options=OPTIONS, journal=MemoryJournal())


def test_a_photo_that_changes_meanwhile_is_not_overwritten(photo: Path) -> None:
    def prove(after: FileBytes, place: Path) -> None:
        photo.write_bytes(b"another program was here")

    with pytest.raises(KnownError, match="changed by another program"):
        replaced(photo, [b"ours"], prove=prove)
    assert photo.read_bytes() == b"another program was here"
    assert [p.name for p in photo.parent.iterdir()] == ["photo.jpg"]


def test_an_identity_that_the_caller_does_not_know_is_refused(photo: Path) -> None:
    with pytest.raises(KnownError, match="changed by another program"):
        write_words(photo, EDIT, options=OPTIONS, journal=MemoryJournal(), known=(1, 2, 3))


def test_two_writes_at_once_are_not_possible(photo: Path) -> None:
    with durable.opened(photo), pytest.raises(KnownError, match="just being written"), durable.opened(photo):
        pass


def test_what_the_disk_did_not_keep_is_noticed(photo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before, write = photo.read_bytes(), os.write
    monkeypatch.setattr(os, "write", lambda descriptor, data: write(descriptor, bytes(len(data))))
    with pytest.raises(KnownError, match="did not keep"):
        replaced(photo, [b"our new content"])
    monkeypatch.undo()
    assert photo.read_bytes() == before and [p.name for p in photo.parent.iterdir()] == ["photo.jpg"]


def test_the_order_is_flush_rename_flush(photo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []
    for room, name in ((os, "fsync"), (durable, "take_place")):
        real = getattr(room, name)

        def traced(*arguments: object, _real: Callable[..., object] = real, _name: str = name) -> object:
            calls.append(_name)
            return _real(*arguments)

        monkeypatch.setattr(room, name, traced)
    journal = MemoryJournal()
    write_words(photo, EDIT, options=OPTIONS, journal=journal)
    assert calls == ["fsync", "take_place", "fsync"] and [kind for kind, _ in journal.events] == ["intent", "done"]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux exchanges names in one step")
@pytest.mark.parametrize("again", [False, True])
def test_what_another_program_saves_in_the_last_moment_stays(
    photo: Path, monkeypatch: pytest.MonkeyPatch, again: bool
) -> None:
    real, other = swap.exchange, photo.parent.with_name("other")

    def save(content: bytes) -> None:
        other.write_bytes(content)
        other.replace(photo)

    def exchange(one: Path, place: Path) -> bool:
        monkeypatch.setattr(swap, "exchange", real)
        save(b"saved by another program")
        done = real(one, place)
        if again:
            save(b"saved by another program, twice")
        return done

    monkeypatch.setattr(swap, "exchange", exchange)
    with pytest.raises(KnownError, match="changed by another program"):
        write_words(photo, EDIT, options=OPTIONS, journal=MemoryJournal())
    assert photo.read_bytes() == b"saved by another program" + b", twice" * again
    assert [path.name for path in photo.parent.iterdir()] == [photo.name]


def test_where_names_can_not_be_exchanged_they_are_renamed(photo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(swap, "_EXCHANGE", 1 << 30)  # a flag that no kernel knows is refused like an unknown exchange
    write_words(photo, EDIT, options=OPTIONS, journal=MemoryJournal())
    assert read_words(photo).words.alt_text
    assert [path.name for path in photo.parent.iterdir()] == [photo.name]


def test_a_drive_that_fails_behind_the_change_does_not_make_it_look_failed(
    photo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, journal = photo.read_bytes(), MemoryJournal()

    def unlink(path: Path, missing_ok: bool = False) -> None:
        raise OSError(errno.EIO, f"{path} {missing_ok}")

    monkeypatch.setattr(Path, "unlink", unlink)
    write_words(photo, EDIT, options=OPTIONS, journal=journal)
    monkeypatch.undo()
    assert [kind for kind, _ in journal.events] == ["intent", "done"]
    undo(journal.records[0], options=OPTIONS, journal=journal)
    assert photo.read_bytes() == before


def test_a_refused_proof_leaves_nothing_behind(photo: Path) -> None:
    def prove(after: FileBytes, place: Path) -> None:
        raise Refused("proof", "no")

    before = photo.read_bytes()
    for link in (None, photo.with_name("second.jpg")):
        if link:
            link.hardlink_to(photo)
        with pytest.raises(Refused):
            replaced(photo, [b"x", Span(0, 10)], prove=prove)
        assert photo.read_bytes() == before and not list(photo.parent.glob(".*"))


@pytest.mark.parametrize("stop_at", [0, 512, 4096, 30_208, 60_000])
@pytest.mark.parametrize("growth", [-20_000, 0, 20_000])
def test_a_write_in_place_is_finished_after_a_crash(
    photo: Path, stop_at: int, growth: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    photo.with_name("second.jpg").hardlink_to(photo)
    old = photo.read_bytes()
    new = os.urandom(len(old) + growth)

    def crash(path: Path, content: FileBytes, size: int, times: object) -> None:
        with path.open("r+b") as file:
            file.write(content[0:stop_at])
        raise KeyboardInterrupt

    monkeypatch.setattr(in_place, "_overwrite", crash)
    with pytest.raises(KeyboardInterrupt):
        replaced(photo, [new])
    monkeypatch.undo()
    swept = sweep(photo.parent)
    expected = old if stop_at == 0 else new
    assert photo.read_bytes() == expected and (swept.finished == (photo,) or stop_at == 0)
    assert sorted(p.name for p in photo.parent.iterdir()) == ["photo.jpg", "second.jpg"]


def test_a_photo_that_was_saved_again_after_a_crash_is_not_overwritten(
    photo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    photo.with_name("second.jpg").hardlink_to(photo)

    def crash(path: Path, content: FileBytes, size: int, times: object) -> None:
        with path.open("r+b") as file:
            file.write(content[0:100])
        raise KeyboardInterrupt

    monkeypatch.setattr(in_place, "_overwrite", crash)
    with pytest.raises(KeyboardInterrupt):
        replaced(photo, [os.urandom(60_000)])
    photo.write_bytes(theirs := os.urandom(len(photo.read_bytes())))
    swept = sweep(photo.parent)
    assert photo.read_bytes() == theirs and not swept.finished and len(swept.kept) == 1


def test_temporary_files_of_the_dead_are_swept_and_of_the_living_stay(tmp_path: Path) -> None:
    dead, mine, other = (tmp_path / name for name in (".a.jpg.1234.altfolio-tmp", ".b.altfolio-tmp", "c.jpg"))
    for path in (dead, mine, other):
        path.write_bytes(b"x")
    with durable.opened(mine):
        assert sweep(tmp_path).removed == 1
    assert not dead.exists() and mine.exists() and other.exists()
    assert sweep(tmp_path).removed == 1 and sweep(tmp_path / "missing").removed == 0


def test_a_long_name_can_be_written(tmp_path: Path) -> None:
    path = tmp_path / ("ü" * 125 + ".jpg")
    path.write_bytes(jpeg())
    assert write_words(path, EDIT, options=OPTIONS, journal=MemoryJournal()).engine == "splicer"


def test_a_folder_that_takes_no_file_needs_a_backup_folder(photo: Path, tmp_path: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("root may write everywhere")
    folder, backup = tmp_path / "closed", tmp_path / "backup"
    folder.mkdir()
    backup.mkdir()
    path = photo.rename(folder / "photo.jpg")
    folder.chmod(0o555)
    try:
        with pytest.raises(KnownError, match="takes no new file"):
            write_words(path, EDIT, options=OPTIONS, journal=MemoryJournal())
        written = write_words(path, EDIT, options=WriteOptions(backup_folder=backup), journal=MemoryJournal())
        assert written.engine == "splicer" and not list(backup.iterdir())
    finally:
        folder.chmod(0o755)


def test_a_redo_file_in_use_is_not_swept(photo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    photo.with_name("second.jpg").hardlink_to(photo)
    before, seen = photo.read_bytes(), []

    def prove(after: FileBytes, place: Path) -> None:
        seen.append(sweep(photo.parent))
        assert len(list(photo.parent.glob("*" + durable.REDO))) == 1

    replaced(photo, [b"x" * 5000], prove=prove)
    assert seen[0].finished == () and photo.read_bytes() == b"x" * 5000 != before
    assert not list(photo.parent.glob(".*"))


@pytest.mark.parametrize("beside", [False, True])
def test_a_new_file_that_is_swept_before_it_is_locked_is_made_again(photo: Path, beside: bool) -> None:
    """Another Altfolio that ends a batch in the same folder takes what is not locked for the remains of a crash."""
    fcntl = pytest.importorskip("fcntl")
    lock, swept = fcntl.flock, list[int]()

    def overtaken(descriptor: int, how: int) -> None:
        if not swept and list(photo.parent.glob(f".*{durable.TEMPORARY}")):
            swept.append(0)  # only once
            swept[0] = sweep(photo.parent).removed
        lock(descriptor, how)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fcntl, "flock", overtaken)
        write_words(photo, EDIT, options=WriteOptions(sidecar="always" if beside else "risky"), journal=MemoryJournal())
    assert swept == [1]
    assert read_words(photo).words.alt_text["en"] == "A cat"
    assert not list(photo.parent.glob(f".*{durable.TEMPORARY}"))
