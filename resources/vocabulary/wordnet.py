"""Reads the noun part of WordNet 3.0, to place the labels of image classifiers in a tree.

Only the build of the vocabulary needs it; the program itself never opens WordNet. The file format is that of
`wndb(5WN)`: a line per synset with its offset, its words and its pointers; `@` and `@i` point to hypernyms.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

WHERE = (Path("/usr/share/wordnet"), Path("/usr/local/share/wordnet"), Path("/usr/share/wordnet/dict"))
"""Where Debian's `wordnet-base` and other packages put the files."""


@dataclass(frozen=True, slots=True)
class Synset:
    """One meaning: its offset ("02084071"), its words as people write them, and the offsets right above it."""

    offset: str
    words: tuple[str, ...]
    above: tuple[str, ...]


def find_wordnet() -> Path:
    """The folder with `data.noun`; FileNotFoundError says which package brings it."""
    for folder in WHERE:
        if (folder / "data.noun").exists():
            return folder
    raise FileNotFoundError("WordNet 3.0 is not installed: apt-get install wordnet-base")


def read_nouns(folder: Path) -> dict[str, Synset]:
    """All noun synsets by offset."""
    with (folder / "data.noun").open(encoding="ascii") as lines:
        return {synset.offset: synset for line in lines if not line.startswith("  ") for synset in [_parse(line)]}


def _parse(line: str) -> Synset:
    fields = line.split(" | ", 1)[0].split()
    count = int(fields[3], 16)
    words = tuple(fields[4 + 2 * i].replace("_", " ") for i in range(count))
    pointers = fields[5 + 2 * count :]
    above = tuple(
        pointers[i + 1] for i in range(0, len(pointers) - 3, 4) if pointers[i] in ("@", "@i") and pointers[i + 2] == "n"
    )
    return Synset(fields[0], words, above)


def upwards(nouns: dict[str, Synset], offset: str) -> Iterator[str]:
    """The synset itself and all above it, nearest first (breadth first), each once."""
    seen = {offset}
    level = [offset]
    while level:
        yield from level
        level = [above for each in level for above in nouns[each].above]
        level = [above for above in dict.fromkeys(level) if above not in seen]
        seen.update(level)
