"""Libraries for the tests of the window: real photo files, scanned, with words as the models would leave them."""

import shutil
from pathlib import Path

from storage import concepts, photos
from storage.concepts import ConceptRow
from storage.library import Library
from storage.scan import scan

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


def fill(library: Library, files: list[Path]) -> list[int]:
    """Scan these files, which are all in one folder, and give each photo two suggested tags, a draft and a date."""
    for _ in scan(library, [files[0].parent]):
        pass
    with library.read() as connection:
        ids = [photos.id_of(connection, file) or 0 for file in files]
    with library.write() as block:
        run = block.connection.exec_driver_sql
        concepts.install(block.connection, TREE, "tree of the window's tests")
        keys = concepts.ids_by_key(block.connection)
        for number, photo in enumerate(ids):
            key, score, text, plain = WORDS[number % len(WORDS)]
            run("UPDATE photo SET taken = ? WHERE id = ?", (f"2024-0{1 + number % 9}-01T10:00:00", photo))
            run("INSERT INTO tag VALUES (?, ?, 0, 0, ?, 1)", (photo, keys[key], score))
            run("INSERT INTO tag VALUES (?, ?, 0, 0, ?, NULL)", (photo, keys["animal"], 0.6))
            run("INSERT INTO text VALUES (?, 0, 'en', ?, ?, 0, 0)", (photo, text, plain))
        block.touch(ids)
        block.relist()
    return ids
