"""Files that come with the program: model packs, vocabulary, icons, samples."""

from pathlib import Path

RESOURCES = Path(__file__).resolve().parent
"""The folder of this package on disk."""
