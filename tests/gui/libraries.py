"""Libraries for the tests of the window: rows as scanning and tagging leave them, over real photo files."""

import os
import shutil
from pathlib import Path

from storage import concepts
from storage.concepts import ConceptRow
from storage.library import Library

SAMPLES = Path(__file__).parents[2] / "resources" / "samples"

TREE = (
    ConceptRow("animal", "animal", "animal", [], ["animals"]),
    ConceptRow("dog", "dog", "animal", ["animal"], ["dogs"]),
    ConceptRow("cat", "cat", "animal", ["animal"], ["cats"]),
    ConceptRow("person", "person", "person", [], ["people"]),
    ConceptRow("cup", "cup", "object", [], ["cups"]),
)

WORDS = (
    ("cat", 0.97, "May be an image of cat.", "cat"),
    ("cup", 0.91, "May be an image of cup.", "cup"),
    ("person", 0.88, "May be an image of 1 person.", "1 person"),
    ("dog", 0.71, "May be an image of dog.", "dog"),
)


def sample_files(folder: Path, count: int = 8) -> list[Path]:
    """Copies of the sample photos, as many as wanted."""
    folder.mkdir(parents=True, exist_ok=True)
    originals = sorted(p for p in SAMPLES.iterdir() if p.suffix in {".jpg", ".png", ".webp"})
    made = []
    for number in range(count):
        original = originals[number % len(originals)]
        made.append(folder / f"{number:03}-{original.name}")
        shutil.copy(original, made[-1])
    return made


def fill(library: Library, files: list[Path], *, draft: bool = True) -> list[int]:
    """Rows for these files, with a suggested tag and a draft each."""
    with library.write() as block:
        run = block.connection.exec_driver_sql
        concepts.install(block.connection, TREE, "tree of the window's tests")
        keys = concepts.ids_by_key(block.connection)
        folder = os.fsencode(files[0].parent)
        run("INSERT OR IGNORE INTO root (path, added) VALUES (?, '')", (folder,))
        run("INSERT OR IGNORE INTO folder (path) VALUES (?)", (folder,))
        place = run("SELECT id FROM folder WHERE path = ?", (folder,)).scalar_one()
        ids = []
        for number, file in enumerate(files):
            known = file.stat() if file.exists() else None
            run(
                "INSERT INTO photo (folder_id, file, inode, size, mtime_ns, digest, format, width, height, taken,"
                " added) VALUES (?, ?, 1, ?, ?, ?, 'JPEG', 640, 480, ?, '2026-01-01')",
                (
                    place,
                    os.fsencode(file.name),
                    known.st_size if known else 1,
                    known.st_mtime_ns if known else 1,
                    file.name.encode(),
                    f"2024-0{1 + number % 9}-01T10:00:00",
                ),
            )
            ids.append(int(run("SELECT last_insert_rowid()").scalar_one()))
            if draft:
                key, score, text, plain = WORDS[number % len(WORDS)]
                run("INSERT INTO tag VALUES (?, ?, 0, 0, ?, 1)", (ids[-1], keys[key], score))
                run("INSERT INTO tag VALUES (?, ?, 0, 0, ?, NULL)", (ids[-1], keys["animal"], 0.6))
                run("INSERT INTO text VALUES (?, 0, 'en', ?, ?, 0, 0)", (ids[-1], text, plain))
        block.touch(ids)
        block.relist()
    return ids
