"""Builds vocabulary.json from the curated list, the languages, the calibrated thresholds and WordNet 3.0.

Run `python -m resources.vocabulary.build` after a change of curated.toml, languages/*.toml or thresholds.toml and
commit the result: the program loads only that, so WordNet is needed by nobody else. `--check` writes nothing and
fails where the committed file is not what the sources say; `--labels` prints which concept each label became.

Every label lands on the nearest concept that claims it or something above it in WordNet, so an ImageNet class without
a concept of its own still counts for the concept it is a kind of.
"""

import argparse
import hashlib
import json
import sys
import tomllib
from pathlib import Path
from typing import Any

from resources.vocabulary.wordnet import Synset, find_wordnet, read_nouns, upwards

HERE = Path(__file__).parent
LANGUAGES = ("de", "fr", "es", "it", "pt")
"""The languages beside English, each with a file languages/CODE.toml."""

Row = dict[str, Any]


def plural(noun: str) -> str:
    """The regular English plural of the last word."""
    if noun.endswith(("s", "x", "z", "ch", "sh")):
        return noun + "es"
    if noun.endswith("y") and noun[-2] not in "aeiou":
        return noun[:-1] + "ies"
    return noun + "s"


def split(text: str, separator: str | None = ",") -> list[str]:
    """The parts of a list in the curated file, without blanks."""
    return [part.strip() for part in text.split(separator) if part.strip()]


def read_curated(path: Path) -> tuple[dict[str, Row], dict[str, str]]:
    """Concepts by key, each with its kind, and the blocked synsets with their reasons."""
    tables = tomllib.loads(path.read_text(encoding="utf-8"))
    blocked = {str(offset): str(reason) for offset, reason in tables.pop("blocked").items()}
    rows: dict[str, Row] = {}
    for kind, table in tables.items():
        for key, row in table.items():
            if key in rows:
                raise ValueError(f"{key!r} is there twice")
            rows[key] = {"kind": kind, **row}
    for key, row in rows.items():
        for parent in split(row.get("in", "")):
            if parent not in rows:
                raise ValueError(f"{key!r} is in {parent!r}, which isn't there")
    return rows, blocked


def claims(rows: dict[str, Row]) -> dict[str, str]:
    """Synset → the concept that claims it."""
    found: dict[str, str] = {}
    for key, row in rows.items():
        for offset in split(row.get("wn", ""), None):
            if offset in found:
                raise ValueError(f"{offset} is claimed by {found[offset]!r} and {key!r}")
            found[offset] = key
    return found


def place_labels(
    rows: dict[str, Row], blocked: dict[str, str], nouns: dict[str, Synset], wnids: list[str]
) -> tuple[dict[str, str], dict[str, str]]:
    """Label → concept for the detector's and the classifier's labels, and blocked label → reason."""
    claimed = claims(rows)
    if unknown := [offset for offset in (*claimed, *blocked) if offset not in nouns]:
        raise ValueError(f"WordNet has no noun {unknown}")
    labels = {key: key for key, row in rows.items() if row.get("coco")}
    barred: dict[str, str] = {}
    for wnid in wnids:
        for offset in upwards(nouns, wnid[1:]):
            if offset in blocked:
                barred[wnid] = blocked[offset]
                break
            if offset in claimed:
                labels[wnid] = claimed[offset]
                break
        else:
            raise ValueError(f"nothing claims {wnid} {nouns[wnid[1:]].words}")
    return labels, barred


def english(key: str, row: Row) -> list[str]:
    """[shape, singular, plural, scene] of a concept in English, in the form of the other languages' rows."""
    singular, several = key, row.get("plural", "") or plural(key)
    if "said" in row:
        parts = split(row["said"])
        singular, several = parts[0], parts[-1]
    shape = row.get("an", "an" if singular[0].lower() in "aeiou" else "a")
    if row.get("mass") or row.get("pair"):
        shape, several = "mass" if row.get("mass") else "pl", singular
    return [shape, singular, several, *split(row.get("scene", ""))]


def search_words(rows: dict[str, Row], nouns: dict[str, Synset]) -> dict[str, list[str]]:
    """Further words that find each concept: curated ones, other languages', WordNet's, no word that is another's name.

    WordNet's words are taken from the first synset a concept claims, without scientific names (capitals).
    """
    names = {name.lower() for key, row in rows.items() for name in (key, *english(key, row)[1:3])}
    elsewhere = tomllib.loads((HERE / "languages" / "also.toml").read_text(encoding="utf-8"))
    if unknown := elsewhere.keys() - rows.keys():
        raise ValueError(f"languages/also.toml: unknown {sorted(unknown)}")
    found: dict[str, list[str]] = {}
    for key, row in rows.items():
        own = {key, *(name.lower() for name in english(key, row)[1:3])}
        more = [word.lower() for word in split(row.get("also", "")) + split(elsewhere.get(key, ""))]
        offsets = split(row.get("wn", ""), None)
        if offsets and row.get("shown", True):
            words = nouns[offsets[0]].words
            more += [w for w in words if w == w.lower() and w not in names]
        found[key] = [word for word in dict.fromkeys(more) if word not in own]
    return found


def language_rows(code: str, rows: dict[str, Row]) -> dict[str, list[str]]:
    """[shape, singular, plural, scene] of each concept in a language; ValueError where a shown one is missing."""
    table = tomllib.loads((HERE / "languages" / f"{code}.toml").read_text(encoding="utf-8"))
    missing = [key for key, row in rows.items() if row.get("shown", True) and key not in table]
    unknown = [key for key in table if key not in rows]
    if missing or unknown:
        raise ValueError(f"languages/{code}.toml: missing {missing}, unknown {unknown}")
    found = {}
    for key, text in table.items():
        noun, _, scene = str(text).partition("|")
        shape, names = (part.strip() for part in noun.split(":", 1))
        parts = split(names)
        found[key] = [shape, parts[0], parts[-1], *split(scene)]
    return found


def build() -> dict[str, Any]:
    """All that the program needs to know about words, ready for JSON."""
    rows, blocked = read_curated(HERE / "curated.toml")
    nouns = read_nouns(find_wordnet())
    wnids = (HERE / "imagenet-1k.txt").read_text(encoding="ascii").split()
    labels, barred = place_labels(rows, blocked, nouns, wnids)
    levels = tomllib.loads((HERE / "thresholds.toml").read_text(encoding="utf-8"))
    also = search_words(rows, nouns)
    concepts = {}
    for key, row in rows.items():
        concepts[key] = {
            "kind": row["kind"],
            "in": split(row.get("in", "")),
            "also": also[key],
            "shown": row.get("shown", True),
            "detect": max(row.get("floor", 0.0), levels["detect"].get(key, levels["default"]["detect"])),
            "classify": max(row.get("floor", 0.0), levels["classify"].get(key, levels["default"]["classify"])),
        }
    words = {"en": {key: english(key, row) for key, row in rows.items()}}
    words |= {code: language_rows(code, rows) for code in LANGUAGES if (HERE / "languages" / f"{code}.toml").exists()}
    content = {"concepts": concepts, "labels": labels, "blocked": barred, "words": words}
    digest = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
    return {"version": digest[:12], **content}


def to_files(content: dict[str, Any]) -> dict[str, str]:
    """File name → text: the tree, and one file of words per language, so that only what is used is loaded."""
    words = content["words"]
    tree = {name: part for name, part in content.items() if name != "words"}

    def dump(value: dict[str, Any]) -> str:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"), indent=0) + "\n"

    return {"vocabulary.json": dump(tree)} | {f"words-{code}.json": dump(part) for code, part in words.items()}


def main() -> int:
    """Write or check the built files; 1 where a check finds a difference."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, fail where a file is out of date")
    parser.add_argument("--labels", action="store_true", help="print label, words and concept, then stop")
    arguments = parser.parse_args()
    content = build()
    if arguments.labels:
        nouns = read_nouns(find_wordnet())
        for wnid, concept in sorted(content["labels"].items()):
            print(wnid, ", ".join(nouns[wnid[1:]].words[:2]) if wnid[1:] in nouns else "", "→", concept)
        return 0
    stale = []
    for name, text in to_files(content).items():
        path = HERE / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            stale.append(name)
            if not arguments.check:
                path.write_text(text, encoding="utf-8")
    print(f"{len(content['concepts'])} concepts, {len(content['labels'])} labels; changed: {stale or 'nothing'}")
    return 1 if arguments.check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
