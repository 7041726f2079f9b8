"""What a person changed about the words: names, synonyms, keywords, thresholds, blocked concepts.

Kept as plain data beside the vocabulary and never inside it, so that it survives a new version of the program, can be
exported, shared and read. Invariants: a value that isn't there changes nothing; loading never drops a key silently.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from storage.job import KnownError

FORMAT = 1
"""Version of the file; a newer one is refused, never half read."""


@dataclass(frozen=True, slots=True)
class OwnWords:
    """A person's changes to the vocabulary; concept keys are those of the vocabulary.

    Attributes:
        names: concept → language → (singular, plural) to say instead.
        synonyms: concept → further words that find it.
        keywords: concept → the keyword to use, or a path of keywords, outermost first: "Animals|Dogs|Rex".
        thresholds: concept → least certainty 0..1 with which it may be said, for every model.
        blocked: concepts that must never be said.
    """

    names: Mapping[str, Mapping[str, tuple[str, str]]] = field(default_factory=dict)
    synonyms: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    keywords: Mapping[str, str] = field(default_factory=dict)
    thresholds: Mapping[str, float] = field(default_factory=dict)
    blocked: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        """Whether anything is changed at all."""
        return bool(self.names or self.synonyms or self.keywords or self.thresholds or self.blocked)


def to_json(own: OwnWords) -> str:
    """The words as text for a file or a settings row; equal words give equal text."""
    content = {
        "altfolio-words": FORMAT,
        "names": {key: {code: list(pair) for code, pair in by.items()} for key, by in own.names.items()},
        "synonyms": {key: list(words) for key, words in own.synonyms.items()},
        "keywords": dict(own.keywords),
        "thresholds": dict(own.thresholds),
        "blocked": sorted(own.blocked),
    }
    return json.dumps(content, ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def from_json(text: str) -> OwnWords:
    """The words in a text that `to_json` wrote; KnownError where it is something else."""
    try:
        content = json.loads(text)
        _check(content)
        return OwnWords(
            {
                str(key): {str(code): _pair(pair) for code, pair in by.items()}
                for key, by in content.get("names", {}).items()
            },
            {str(key): tuple(map(str, words)) for key, words in content.get("synonyms", {}).items()},
            {str(key): str(path) for key, path in content.get("keywords", {}).items()},
            {str(key): _certainty(value) for key, value in content.get("thresholds", {}).items()},
            frozenset(map(str, content.get("blocked", []))),
        )
    except (ValueError, TypeError, AttributeError) as error:
        raise KnownError(
            f"This is not a file with words for Altfolio ({error}). Choose a file that Altfolio exported."
        ) from error


def load(path: Path) -> OwnWords:
    """The words in a file; KnownError where it cannot be read."""
    try:
        return from_json(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise KnownError(f"“{path.name}” cannot be read ({error.strerror}). Check that it exists.") from error


def save(own: OwnWords, path: Path) -> None:
    """Write the words to a file, whole or not at all; KnownError where that isn't possible."""
    partial = path.with_name(path.name + ".partial")
    try:
        partial.write_text(to_json(own), encoding="utf-8")
        partial.replace(path)
    except OSError as error:
        raise KnownError(
            f"“{path.name}” cannot be written ({error.strerror}). Check the folder and the free space."
        ) from error


def joined(own: OwnWords, shared: OwnWords) -> OwnWords:
    """Both; where they differ, the shared words win."""
    languages = {
        key: {**own.names.get(key, {}), **shared.names.get(key, {})} for key in own.names.keys() | shared.names.keys()
    }
    synonyms = {
        key: tuple(dict.fromkeys((*own.synonyms.get(key, ()), *shared.synonyms.get(key, ()))))
        for key in own.synonyms.keys() | shared.synonyms.keys()
    }
    return OwnWords(
        names=languages,
        synonyms=synonyms,
        keywords={**own.keywords, **shared.keywords},
        thresholds={**own.thresholds, **shared.thresholds},
        blocked=own.blocked | shared.blocked,
    )


def without(own: OwnWords, key: str) -> OwnWords:
    """The words without any change to a concept."""
    return OwnWords(
        names={other: value for other, value in own.names.items() if other != key},
        synonyms={other: value for other, value in own.synonyms.items() if other != key},
        keywords={other: value for other, value in own.keywords.items() if other != key},
        thresholds={other: value for other, value in own.thresholds.items() if other != key},
        blocked=own.blocked - {key},
    )


def changed(own: OwnWords) -> set[str]:
    """The concepts that a person changed."""
    return {*own.names, *own.synonyms, *own.keywords, *own.thresholds, *own.blocked}


def _check(content: Any) -> None:
    if not isinstance(content, dict) or not isinstance(content.get("altfolio-words"), int):
        raise ValueError("the mark of such a file is missing")
    if content["altfolio-words"] > FORMAT:
        raise ValueError("it was written by a newer version")
    known = {"altfolio-words", "names", "synonyms", "keywords", "thresholds", "blocked"}
    if unknown := sorted(set(content) - known):
        raise ValueError(f"it has parts that are not known: {', '.join(unknown)}")


def _pair(value: Any) -> tuple[str, str]:
    singular, several = value
    if not (isinstance(singular, str) and isinstance(several, str) and singular.strip() and several.strip()):
        raise ValueError("a name is empty")
    return singular, several


def _certainty(value: Any) -> float:
    number = float(value)
    if not 0.0 <= number <= 1.0:
        raise ValueError("a threshold is not between 0 and 1")
    return number
