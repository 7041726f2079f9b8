"""Faults of the place a photo lies in, for `metadata_faults`: a full disk, a drive that vanishes, locks, links.

The disk is a real one: an ext4 file system of 24 MB in a file, mounted for the length of the trial, where the system
permits that. The vanished drive is that disk taken away in the middle of an embedding with a whole library, and put
back afterwards; where nothing may be mounted, the folder is renamed away.
"""

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from benchmarks.metadata_fault_kinds import OUTCOMES, Case, FileJournal, Tally, in_child, write_one
from storage import embed, photos, review
from storage.file_journal import STAGE
from storage.job import KnownError
from storage.library import Library
from storage.metadata.in_place import sweep
from storage.metadata.read import read_words
from storage.scan import scan
from storage.schema import PhotoState

DISK = 24 * 2**20
"""Bytes of the small disk: room for the largest file three times."""


def mount(image: Path, place: Path) -> bool:
    """Mount an image; False where that is not permitted."""
    return subprocess.run(["mount", "-o", "loop", image, place], capture_output=True, check=False).returncode == 0


@contextmanager
def small_disk(work: Path) -> Iterator[tuple[Path, Path] | None]:
    """A mounted disk and its image; None where nothing may be mounted."""
    image, place = work / "disk.img", work / "disk"
    place.mkdir()
    with image.open("wb") as file:
        file.truncate(DISK)
    made = shutil.which("mkfs.ext4") and subprocess.run(["mkfs.ext4", "-q", "-F", "-m", "0", image], check=False)
    mounted = bool(made) and mount(image, place)
    try:
        yield (image, place) if mounted else None
    finally:
        if mounted:
            subprocess.run(["umount", place], check=False)
        place.rmdir()
        image.unlink()


def full_disk(chosen: Sequence[Case], work: Path) -> Tally:
    """A real disk with so many bytes left: a sentence and the old file, or the new; with room again, the new."""
    tally = Tally()
    with small_disk(work) as disk:
        if disk is None:
            tally.counts["nothing may be mounted here"] = 1
            return tally
        for case in chosen:
            size = len(case.content)
            for left in (0, 4096, size // 2, size, size + 2**16, size + 2**20 + 2**14, 3 * size + 2**21):
                _with_room(tally, case, disk[1], left, work)
    return tally


def _with_room(tally: Tally, case: Case, disk: Path, left: int, work: Path) -> None:
    photo, ballast = case.lay(disk / "photos"), disk / "ballast"
    _fill(ballast, disk, left)
    journal = FileJournal(work / "journal")
    journal.path.unlink(missing_ok=True)
    code = in_child(lambda: write_one(photo, journal))
    tally.tried += 1
    outcome = OUTCOMES.get(code, "crashed")
    tally.counts[outcome] = tally.counts.get(outcome, 0) + 1
    state = case.state(photo)
    if outcome == "crashed" or state == "harmed" or (outcome == "written") != (state == "new"):
        tally.harmed.append(f"{case.name}: {outcome} with {left} bytes left, but the file is {state}")
    tally.leftovers += case.leftovers(photo)
    ballast.unlink()
    sweep(photo.parent)
    with contextlib.suppress(KnownError):
        write_one(photo, journal)
    if case.state(photo) != "new":
        tally.lost.append(f"{case.name}: not written with room again")


def _fill(ballast: Path, disk: Path, left: int) -> None:
    """Take all of a disk but about `left` bytes."""
    os.sync()
    with ballast.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while (spare := _free(disk) - left) >= 4096:
            file.write(bytes(min(spare, 2**20)))
            os.fsync(file.fileno())


def _free(disk: Path) -> int:
    room = os.statvfs(disk)
    return room.f_bavail * room.f_frsize


def vanished_drive(chosen: Sequence[Case], work: Path) -> Tally:
    """The drive goes in the middle of an embedding: the rest fails with a sentence, waits, and is written later."""
    tally = Tally()
    plain = [case for case in chosen if case.in_file and not case.linked and len(case.content) < 200_000][:24]
    for after in (1, len(plain) // 2):
        with small_disk(work) as disk, tempfile.TemporaryDirectory(dir=work) as aside:
            folder = (disk[1] if disk else work) / "drive"
            folder.mkdir()
            for number, case in enumerate(plain):
                (folder / f"{number}{case.name}").write_bytes(case.content)
            with Library(Path(aside) / "test.altfolio") as library:
                _embed_while_it_goes(tally, library, folder, disk, after)
            shutil.rmtree(folder)
    return tally


def _embed_while_it_goes(
    tally: Tally, library: Library, folder: Path, disk: tuple[Path, Path] | None, after: int
) -> None:
    list(scan(library, [folder]))
    with library.read() as connection:
        ids = photos.below(connection, folder)
    review.set_text(library, ids, "A red kite.")
    job = embed.embed(library)
    for _ in range(1 + after):
        next(job)
    away = folder.with_name("taken away")
    if disk:
        subprocess.run(["umount", "-l", disk[1]], check=True)
    else:
        folder.rename(away)
    problems = [step.problems for step in job][-1]
    with library.read() as connection:
        rows = photos.rows(connection, ids)
        told = connection.exec_driver_sql("SELECT photo_id, message FROM problem WHERE stage = ?", (STAGE,))
        said: dict[int, str] = {row[0]: row[1] for row in told}
    failed = [row for row in rows if row.id in said]
    tally.tried += len(rows)
    tally.counts["refused with a sentence"] = tally.counts.get("refused with a sentence", 0) + len(failed)
    if problems != len(failed) or any(row.state != PhotoState.APPROVED for row in failed):
        tally.lost.append(f"{problems} failed, {len(failed)} say so")
    tally.lost += [f"{row.name}: {said[row.id]}" for row in failed if "no longer there" not in said[row.id]]
    if disk:
        mount(*disk)
    else:
        away.rename(folder)
    list(embed.embed(library))
    for row in rows:
        if read_words(row.path).words.alt_text.get("en") != "A red kite.":
            tally.lost.append(f"{row.name}: not written when the drive was back")
    tally.leftovers += [path.name for path in folder.iterdir() if path.name.startswith(".")]


LOCK = """
import fcntl, sys
file = open(sys.argv[1], "rb")
fcntl.flock(file, fcntl.LOCK_EX)
print("locked", flush=True)
sys.stdin.read()
"""


def locked(chosen: Sequence[Case], work: Path) -> Tally:
    """Another program has locked the file: a sentence, the old file; without the lock the new one."""
    tally = Tally()
    for case in [case for case in chosen if case.in_file][:6]:
        photo, journal = case.lay(work / "photos"), FileJournal(work / "journal")
        holder = subprocess.Popen(
            [sys.executable, "-c", LOCK, photo], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert holder.stdout is not None
        holder.stdout.readline()
        code = in_child(lambda photo=photo, journal=journal: write_one(photo, journal))  # type: ignore[misc]
        tally.tried += 1
        tally.counts[OUTCOMES.get(code, "crashed")] = tally.counts.get(OUTCOMES.get(code, "crashed"), 0) + 1
        if code != 3 or case.state(photo) != "old":
            tally.harmed.append(f"{case.name}: written under a lock")
        holder.communicate()
        _write_again(tally, case, photo, work)
    return tally


def links(chosen: Sequence[Case], work: Path) -> Tally:
    """A photo named by a symbolic link, and by a link to a link in another folder; one that leads nowhere."""
    tally = Tally()
    for case in [case for case in chosen if case.in_file]:
        photo = case.lay(work / "photos")
        shutil.rmtree(work / "links", ignore_errors=True)
        (work / "links").mkdir()
        link, second, nowhere = (work / "links" / name for name in ("link", "second", "nowhere"))
        link.symlink_to(os.path.relpath(photo, link.parent))
        second.symlink_to(link)
        nowhere.symlink_to("gone.jpg")
        tally.tried += 1
        write_one(second, FileJournal(work / "journal"))
        if not (link.is_symlink() and second.is_symlink() and case.state(photo) == "new"):
            tally.harmed.append(f"{case.name}: a link was replaced, or not followed")
        try:
            write_one(nowhere, FileJournal(work / "journal"))
            tally.lost.append(f"{case.name}: written into nothing")
        except KnownError:
            tally.counts["links followed"] = tally.counts.get("links followed", 0) + 1
        tally.leftovers += case.leftovers(photo) + [p.name for p in link.parent.iterdir() if p.name.startswith(".")]
    return tally


def _write_again(tally: Tally, case: Case, photo: Path, work: Path) -> None:
    with contextlib.suppress(KnownError):
        write_one(photo, FileJournal(work / "journal"))
    if case.state(photo) != "new":
        tally.lost.append(f"{case.name}: not written afterwards")
    tally.leftovers += case.leftovers(photo)
