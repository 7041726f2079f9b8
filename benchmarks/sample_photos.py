"""Copies of the sample photos for what has to be measured on real ones."""

import shutil
from pathlib import Path

SAMPLES = Path(__file__).parents[1] / "resources" / "samples"


def copies(folder: Path, count: int) -> list[Path]:
    """So many copies in a new folder, each sample in its turn; a folder that is there already is replaced."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    originals = [path for path in sorted(SAMPLES.iterdir()) if path.suffix in {".jpg", ".png", ".webp"}]
    made = [folder / f"{number:04}{originals[number % len(originals)].suffix}" for number in range(count)]
    for number, copy in enumerate(made):
        shutil.copy(originals[number % len(originals)], copy)
    return made
