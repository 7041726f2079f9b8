"""Spelling by Hunspell dictionaries: those of the system and of LibreOffice, and the English one of the binding.

The binding is `chunspell` (MIT; Hunspell 1.7.2 itself under MPL 1.1, GPL 2 or LGPL 2.1, used under the MPL): it has
wheels for Linux, macOS and Windows and needs nothing of the system. Others were looked at in November 2026: `spylls`
and `phunspell` had no release since 2022, `cyhunspell` none since 2020, `hunspell` has no wheels, `pyenchant` needs a
system library on Linux. Dictionaries are not shipped, because most of them are under the GPL.

Invariants: a text is never changed here; a word that the dictionary's encoding can't hold is not called wrong, nor is
an abbreviation in capitals; where there is no dictionary, nothing is.
"""

import os
import re
import sys
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

MOST_SUGGESTED = 6
"""Suggestions offered for a word."""

LONGEST_ABBREVIATION = 5
"""Letters up to which a word in capitals is taken for an abbreviation."""

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")

_LINUX = (
    "/usr/share/hunspell",
    "/usr/share/myspell",
    "/usr/share/myspell/dicts",
    "/usr/local/share/hunspell",
    "/usr/lib/libreoffice/share/extensions/dict-*",
    "/opt/libreoffice*/share/extensions/dict-*",
    "~/.local/share/hunspell",
)
_MACOS = (
    "~/Library/Spelling",
    "/Library/Spelling",
    "/Applications/LibreOffice.app/Contents/Resources/extensions/dict-*",
)
_WINDOWS = ("C:/Program Files/LibreOffice/share/extensions/dict-*",)


@dataclass(frozen=True, slots=True)
class Misspelt:
    """A word that no dictionary knows: where it is in the text, as offsets of characters, and the word."""

    start: int
    end: int
    word: str


def folders() -> Iterator[Path]:
    """Where dictionaries are: those named in DICPATH (as Hunspell does), the system's, LibreOffice's."""
    yield from (Path(part) for part in os.environ.get("DICPATH", "").split(os.pathsep) if part)
    for pattern in {"darwin": _MACOS, "win32": _WINDOWS}.get(sys.platform, _LINUX):
        path = Path(pattern).expanduser()
        if "*" in pattern:
            root = Path(path.anchor)
            yield from sorted(root.glob(str(path.relative_to(root))))
        else:
            yield path


def find(language: str, places: Iterable[Path]) -> Path | None:
    """The .aff file of a dictionary for a language, None where there is none.

    Args:
        language: BCP 47 tag. A dictionary of just this tag is best, then the country the language is named for
            (de_DE), then English of the United States, then any.
    """
    tag = language.replace("-", "_")
    primary = tag.split("_")[0].lower()
    wanted = [tag, f"{primary}_{primary.upper()}", f"{primary}_US"]
    found: dict[str, Path] = {}
    for place in places:
        for affixes in sorted(place.glob(f"{primary}*.aff")) if place.is_dir() else ():
            name = affixes.stem
            if re.split(r"[_-]", name)[0].lower() == primary and affixes.with_suffix(".dic").is_file():
                found.setdefault(name, affixes)
    best = [name for start in wanted for name in sorted(found) if name == start or name.startswith(f"{start}_")]
    return found[(best or sorted(found))[0]] if found else None


class Dictionary:
    """One dictionary. Not to be used from two threads at once."""

    def __init__(self, affixes: Path, binding: Any) -> None:
        self._hunspell = binding(affixes.stem, hunspell_data_dir=str(affixes.parent), system_encoding="utf-8")

    def knows(self, word: str) -> bool:
        """Whether a word is spelt right, as far as the dictionary can tell."""
        try:
            return bool(self._hunspell.spell(word.replace("’", "'")))
        except UnicodeEncodeError:
            return True

    def misspelt(self, text: str, known: Collection[str] = ()) -> list[Misspelt]:
        """The words of a text that are not spelt right.

        Args:
            known: words that are right beside those of the dictionary, in any case.
        """
        right = {word.casefold() for word in known}
        return [
            Misspelt(found.start(), found.end(), found.group())
            for found in _WORD.finditer(text)
            if not _abbreviation(found.group())
            and found.group().casefold() not in right
            and not self.knows(found.group())
        ]

    def suggest(self, word: str) -> list[str]:
        """Words that may have been meant, the likeliest first."""
        try:
            return list(self._hunspell.suggest(word.replace("’", "'")))[:MOST_SUGGESTED]
        except UnicodeEncodeError:
            return []


@lru_cache(maxsize=4)
def dictionary(language: str) -> Dictionary | None:
    """The dictionary of a language, None where there is none or the binding is not installed."""
    try:
        import hunspell  # type: ignore[import-not-found,import-untyped,unused-ignore]  # it has no types
    except ImportError:
        return None
    bundled = Path(hunspell.__file__).parent / "dictionaries"
    affixes = find(language, [*folders(), bundled])
    return Dictionary(affixes, hunspell.Hunspell) if affixes is not None else None


def words_of(names: Iterable[str]) -> set[str]:
    """The words of tags and other names, which count as spelt right."""
    return {word for name in names for word in _WORD.findall(name)}


def _abbreviation(word: str) -> bool:
    return len(word) == 1 or (word.isupper() and len(word) <= LONGEST_ABBREVIATION)
