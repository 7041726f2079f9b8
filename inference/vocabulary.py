"""The concepts that people use, and which labels of the models mean them.

Models speak in labels ("n02099601"), people in words ("golden retriever", "dog", "Hund"). The vocabulary is the one
tree in which both meet: a search for "animal" finds what any model called a dog. Loaded from resources/vocabulary,
where build.py makes it from a list that people can read and edit.

Invariants: immutable; no concept is its own ancestor; every shown concept has a name in every language; no label of a
blocked kind means anything. `version` changes with anything that could change a tag or a text.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.resources import files
from typing import Any

from inference import own_nouns
from inference.own_words import OwnWords, to_json

LANGUAGES = ("en", "de", "fr", "es", "it", "pt")
"""Languages with a name for every concept and a grammar."""


@dataclass(frozen=True, slots=True)
class Noun:
    """How a language names a concept.

    Attributes:
        shape: English "a" or "an"; elsewhere the gender "m", "f" or "n"; "mass…" where there is neither plural nor
            count ("broccoli"), "pl…" where there is only a plural ("scissors"); both followed by the gender or, in
            French, the partitive article where the grammar needs one ("mass du").
        scene: how it stands behind what is in it ("on grass", "by the sea"); "" for what is no scene.
    """

    shape: str
    singular: str
    plural: str
    scene: str = ""

    @property
    def countable(self) -> bool:
        """Whether a number may stand before it."""
        return not self.shape.startswith(("mass", "pl"))


@dataclass(frozen=True, slots=True)
class Concept:
    """One thing that can be seen in a photo.

    Attributes:
        key: its English name in the singular; never changes with the language.
        kind: one of `inference.grammar.base.KINDS`: person, animal, food, ….
        parents: keys right above it, empty for a root.
        synonyms: further English words that find it.
        shown: False for concepts that only gather others ("mammal") and are never said.
        detect: least score 0..1 of a detector.
        classify: least probability 0..1 that a classifier gives to it and all below it.
        keyword: what the user wants it called as a keyword, perhaps a path "Animals|Dogs"; "" for its name.
    """

    key: str
    kind: str
    parents: tuple[str, ...]
    synonyms: tuple[str, ...]
    shown: bool
    detect: float
    classify: float
    keyword: str = ""


@cache
def _content(name: str) -> dict[str, Any]:
    text = (files("resources") / "vocabulary" / name).read_text(encoding="utf-8")
    return dict(json.loads(text))


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The tree of concepts, the labels that mean them, and their names.

    Attributes:
        version: 12 hexadecimal digits, equal only where everything else is equal.
        concepts: concept by key.
        labels: concept key by label, for every label of the embedded packs and for each concept's own key.
        blocked: why a label must never be said, by label.
        own: what the user changed.
    """

    version: str
    concepts: Mapping[str, Concept]
    labels: Mapping[str, str]
    blocked: Mapping[str, str]
    own: OwnWords = field(default_factory=OwnWords)
    _ancestors: dict[str, frozenset[str]] = field(default_factory=dict, compare=False, repr=False)

    @staticmethod
    def load(own: OwnWords | None = None) -> "Vocabulary":
        """The vocabulary of this version of the program, with the user's own words where given."""
        content = _content("vocabulary.json")
        concepts = {
            key: Concept(
                key, row["kind"], tuple(row["in"]), tuple(row["also"]), row["shown"], row["detect"], row["classify"]
            )
            for key, row in content["concepts"].items()
        }
        plain = Vocabulary(content["version"], concepts, content["labels"], content["blocked"])
        return plain.with_own_words(own) if own else plain

    def with_own_words(self, own: OwnWords) -> "Vocabulary":
        """This vocabulary as the user wants it; changes to concepts that aren't here have no effect."""
        concepts = dict(self.concepts)
        for key, concept in self.concepts.items():
            threshold = own.thresholds.get(key)
            concepts[key] = replace(
                concept,
                synonyms=tuple(dict.fromkeys((*concept.synonyms, *own.synonyms.get(key, ())))),
                shown=concept.shown and key not in own.blocked,
                detect=concept.detect if threshold is None else threshold,
                classify=concept.classify if threshold is None else threshold,
                keyword=own.keywords.get(key, concept.keyword),
            )
        mark = hashlib.sha256((self.version + to_json(own)).encode()).hexdigest()[:12] if own else self.version
        return Vocabulary(mark, concepts, self.labels, self.blocked, own)

    def __contains__(self, key: object) -> bool:
        """Whether there is such a concept."""
        return key in self.concepts

    def __iter__(self) -> Iterator[Concept]:
        """All concepts, shown or not, in the order of the curated list."""
        return iter(self.concepts.values())

    def concept(self, key: str) -> Concept:
        """The concept with this key; KeyError where there is none."""
        return self.concepts[key]

    def meaning(self, label: str) -> str | None:
        """The concept that a model's label means; None where the label is unknown or blocked.

        Labels that are a concept's key ("dog", of any pack) mean that concept, whatever their case.
        """
        if label in self.labels:
            return self.labels[label]
        if label in self.blocked:
            return None
        key = label.strip().lower().replace("_", " ")
        return key if key in self.concepts else None

    def ancestors(self, key: str) -> frozenset[str]:
        """Keys of all concepts above this one, without itself."""
        if key not in self._ancestors:
            found: set[str] = set()
            for parent in self.concepts[key].parents:
                found.add(parent)
                found |= self.ancestors(parent)
            self._ancestors[key] = frozenset(found)
        return self._ancestors[key]

    def descendants(self, key: str) -> frozenset[str]:
        """Keys of all concepts below this one, without itself."""
        return frozenset(other for other in self.concepts if key in self.ancestors(other))

    def related(self, one: str, other: str) -> bool:
        """Whether the concepts are the same, or one is above the other."""
        return one == other or one in self.ancestors(other) or other in self.ancestors(one)

    def depth(self, key: str) -> int:
        """How many concepts are above it; more specific concepts have more."""
        return len(self.ancestors(key))

    def noun(self, key: str, language: str = "en") -> Noun:
        """How a language names the concept: as the user says it, else as we do, else in English."""
        row = _content(f"words-{language}.json").get(key) or _content("words-en.json").get(key, ["a", key, key])
        if own := self.own.names.get(key, {}).get(language):
            ours = own_nouns.shape(language, own, ours=row[0], our_name=row[1])
            return Noun(ours, *own)  # the scene's wording goes with our name for it
        return Noun(*row)

    def name(self, key: str, language: str = "en") -> str:
        """The concept's name in the singular; in English that is its key, unless the user renamed it."""
        own = self.own.names.get(key, {}).get(language)
        if language == "en":
            return own[0] if own else key
        return self.noun(key, language).singular

    def names(self, language: str = "en") -> dict[str, str]:
        """Name in the singular of every shown concept, by key."""
        return {concept.key: self.name(concept.key, language) for concept in self if concept.shown}

    def keyword(self, key: str, language: str = "en") -> str:
        """What is written into a photo for this concept: the user's keyword or path, else its name."""
        return self.concepts[key].keyword or self.name(key, language)

    def tags(self, key: str) -> tuple[str, ...]:
        """The concept and the everyday word for what it is: ("golden retriever", "dog"), ("dog",).

        People look for both and both belong into a photo's keywords, though a sentence says only the first. The
        everyday words are the classes of COCO, which were chosen for that (Lin et al., "Microsoft COCO", 2014).
        """
        above = sorted(self.ancestors(key), key=lambda other: (-self.depth(other), other))
        return key, *(each for each in above if self.labels.get(each) == each and self.concepts[each].shown)

    def search_words(self, key: str, languages: Iterable[str] = ("en",)) -> tuple[str, ...]:
        """Words that find the concept itself: key, names in singular and plural, synonyms; each once, lower case."""
        words = [key]
        for language in languages:
            noun = self.noun(key, language)
            words += [self.name(key, language), noun.singular, noun.plural]
        words += self.concepts[key].synonyms
        return tuple(dict.fromkeys(word.lower() for word in words))

    def all_search_words(self, key: str, languages: Iterable[str] = ("en",)) -> tuple[str, ...]:
        """Words that find the concept, its own and those of all above it: "golden retriever", "dog", "animal"."""
        codes = tuple(languages)
        above = sorted(self.ancestors(key), key=lambda other: (-self.depth(other), other))
        return tuple(dict.fromkeys(word for each in (key, *above) for word in self.search_words(each, codes)))
