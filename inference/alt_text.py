"""Writes what was found in a photo as a sentence a person would have written. Pure: findings in, text out.

An alt text tells who and what can be seen, most important first, in one breath; an extended description tells
everything, on demand. Until a person has reviewed it, the text shows its doubt: wording that shows doubt prevents
false trust (MacLeod et al., CHI 2017).

Invariants: people come first, then activities and things by prominence, then buildings and scene, then text; nothing
is said twice; a text is never longer than its limit nor than `LONGEST`; it gets shorter by leaving out the least
certain, never by cutting a word; nothing is said that the findings don't contain.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from inference.findings import Box, Finding, Findings, TextLine
from inference.grammar import FACTS, GRAMMARS, Grammar, join
from inference.placement import position, size
from inference.vocabulary import Noun, Vocabulary

LIMIT = 125
"""Characters that an alt text aims at: where many screen readers pause or stop (issue 4)."""

LONGEST = 250
"""Characters that no alt text exceeds, whatever limit is asked for (IPTC Alt Text asks for "under 250")."""

QUOTED = 60
"""Characters of a quotation in an alt text: one line; all of it is in the extended description."""

NUMBERED = 4
"""Up to this many things of one kind are counted in words; beyond, detectors miscount and "several" is honest."""

COMPANY = 3
"""From about this many people on, whose number isn't sure, they are "a group"; fewer are "one or more people"."""

NO_DESCRIPTION = {code: grammar.nothing for code, grammar in GRAMMARS.items()}
"""What a hedged text says where nothing is sure enough, by language; a plain text is empty then."""

AMBIENCE = ("sunset", "night", "outdoor", "indoor", "nature", "closeup")
"""What is true of a whole photo, rather than a place to stand: one may follow a place ("on grass at night")."""

_ENDS = (".", "!", "?", "…")
_GROUPS = {"person": 0, "activity": 1, "building": 3, "nature": 4, "place": 4, "photo": 5, "text": 6}
_THINGS = 2
_ORDER = ("person", "activity", "animal", "vehicle", "food", "object", "building", "nature", "place", "photo", "text")


class Style(StrEnum):
    """How sure a text sounds.

    HEDGED: "May be an image of 2 people and dog.", for what nobody has reviewed.
    LISTED: "Image may contain: 2 people and dog", the older form of the same.
    PLAIN: "2 people and a dog.", once a person has approved it.
    """

    HEDGED = "hedged"
    LISTED = "listed"
    PLAIN = "plain"


@dataclass(frozen=True, slots=True)
class _Item:
    """One part of the list: its words, how certain it is, and its words as the scene of the rest, if it can be.

    `fact` is the concept's key where it is a fact about the whole picture in our own words; `ambience` is for one of
    `AMBIENCE`.
    """

    words: str
    score: float
    group: int
    scene: str = ""
    fact: str = ""
    ambience: bool = False


def compose(
    findings: Findings,
    vocabulary: Vocabulary,
    *,
    language: str = "en",
    style: Style | str = Style.HEDGED,
    limit: int = LIMIT,
) -> str:
    """The alt text of a photo.

    Args:
        language: one of `inference.vocabulary.LANGUAGES`; KeyError for another.
        limit: most characters; at most `LONGEST` whatever is asked for.

    Returns:
        one sentence; `NO_DESCRIPTION` (hedged, listed) or "" (plain) where there is nothing to say.
    """
    grammar, style = GRAMMARS[language], Style(style)
    limit = min(limit, LONGEST)
    items = list(_items(findings, vocabulary, grammar, style))
    while items:
        text = _sentence(items, grammar, style)
        if len(text) <= limit:
            return text
        items = _shorter(items)
    return "" if style is Style.PLAIN else grammar.nothing


def phrase(noun: Noun, count: int | None, grammar: Grammar, *, bare: bool) -> str:
    """A noun with its number or article: "dog", "a dog", "2 dogs", "several dogs"."""
    if not noun.countable or count is None or count <= 1:
        return noun.singular if bare else grammar.article(noun)
    return f"{count} {noun.plural}" if count <= NUMBERED else grammar.several(noun)


def people_phrase(findings: Findings, grammar: Grammar, *, plain: bool, own: Noun | None = None) -> str:
    """Who is there: "1 person", "2 people", "a group of people", "one or more people".

    Args:
        own: what the user calls a person.
    """
    if own is not None and (findings.people_exact or findings.people >= COMPANY):
        if not findings.people_exact:
            return grammar.several(own)
        if findings.people == 1:
            return grammar.article(own) if plain else f"1 {own.singular}"
        return f"{findings.people} {own.plural}"
    if findings.people_exact:
        one = grammar.person[plain]
        return one if findings.people == 1 else grammar.people.format(findings.people)
    return grammar.group if findings.people >= COMPANY else grammar.unsure


def _own_person(vocabulary: Vocabulary, language: str) -> Noun | None:
    """What the user calls a person in a language, if not as we do."""
    named = language in vocabulary.own.names.get("person", {})
    return vocabulary.noun("person", language) if named else None


def distinct(findings: Findings, vocabulary: Vocabulary) -> list[Finding]:
    """The concepts that may be said, in their order: known, shown, each once, none above another."""
    known = [f for f in findings.concepts if f.concept in vocabulary and vocabulary.concept(f.concept).shown]
    above = {ancestor for finding in known for ancestor in vocabulary.ancestors(finding.concept)}
    first: dict[str, Finding] = {}
    for finding in known:
        if finding.concept not in above:
            first.setdefault(finding.concept, finding)
    return list(first.values())


def quotation(text: str, grammar: Grammar, longest: int) -> str:
    """A line as it can stand between quotation marks: one line, whole words, "…" where it was shortened."""
    line = " ".join(text.split()).translate({ord(mark): inner for mark, inner in grammar.inner_quotes.items()})
    if len(line) <= longest:
        return line
    cut = line[: longest - 1]
    whole = cut if line[longest - 1] == " " else cut.rpartition(" ")[0]
    return f"{whole.rstrip(' ,;:.-')}…" if whole.strip(" ,;:.-") else ""


_CREDIT = re.compile(
    r"\W*(?:©|\(c\)|copyright\b|(?:photo|image|picture|foto|bild)s?\s*(?::|by\b|courtesy\b|von\b)|all rights reserved)",
    re.IGNORECASE,
)


def is_credit(line: str) -> bool:
    """Whether a line that was read names the photographer: written on the photo, not seen in it."""
    return _CREDIT.match(line) is not None


def compose_extended(
    findings: Findings,
    vocabulary: Vocabulary,
    *,
    language: str = "en",
    style: Style | str = Style.HEDGED,
) -> str:
    """Everything that was found, for those who ask for more: by kind, with size and position, all text in order.

    Returns:
        sentences of the form "Animals: 2 dogs (large, left; small, right)."; "" where nothing was found.
    """
    grammar = GRAMMARS[language]
    concepts = distinct(findings, vocabulary)
    parts: dict[str, list[str]] = {}
    if findings.people:
        boxes = next((f.boxes for f in concepts if f.concept == "person"), ())
        own = _own_person(vocabulary, language)
        parts["person"] = [people_phrase(findings, grammar, plain=False, own=own) + _places(boxes, grammar)]
    for finding in concepts:
        kind = vocabulary.concept(finding.concept).kind
        if (kind == "person" and findings.people) or (finding.concept == "text" and findings.text):
            continue
        noun = vocabulary.noun(finding.concept, language)
        words = phrase(noun, finding.count, grammar, bare=True) + _places(finding.boxes, grammar)
        parts.setdefault(kind, []).append(words)
    if findings.text:
        read = " / ".join(" ".join(line.text.split()) for line in findings.text)
        parts.setdefault("text", []).append(read)
    if not parts:
        return ""
    sentences = [grammar.kinds[kind] + grammar.colon + ", ".join(parts[kind]) for kind in _ORDER if kind in parts]
    first = [] if Style(style) is Style.PLAIN else [grammar.machine]
    return " ".join(first + [_ended(sentence) for sentence in sentences])


def shot(taken: date | None, camera: str, language: str) -> str:
    """When and with what a photo was taken, as the end of an extended description: "" where neither is known."""
    grammar = GRAMMARS[language]
    sentences = []
    if taken is not None:
        sentences.append(grammar.taken + grammar.colon + _date(taken, grammar))
    if camera.strip():
        sentences.append(grammar.camera + grammar.colon + " ".join(camera.split()))
    return " ".join(map(_ended, sentences))


def _ended(sentence: str) -> str:
    return sentence if sentence.endswith(_ENDS) else f"{sentence}."


def _places(boxes: Sequence[Box], grammar: Grammar) -> str:
    """Size and position of each box, most certain first, for as many as are numbered."""
    if not boxes:
        return ""
    ordered = sorted(boxes[:NUMBERED], key=lambda box: -box.area)
    places = (f"{grammar.sizes[size(box)]}, {grammar.positions[position(box)]}" for box in ordered)
    return f" ({grammar.semicolon.join(dict.fromkeys(places))})"


def _date(taken: date, grammar: Grammar) -> str:
    day = grammar.first if taken.day == 1 else taken.day
    return grammar.date.format(day=day, month=grammar.months[taken.month - 1], year=taken.year)


def _items(findings: Findings, vocabulary: Vocabulary, grammar: Grammar, style: Style) -> Iterator[_Item]:
    plain = style is Style.PLAIN
    bare = grammar.bare and not plain
    items = []
    concepts = distinct(findings, vocabulary)
    if findings.people:
        surest = max((f.score for f in concepts if f.concept == "person"), default=1.0)
        own = _own_person(vocabulary, grammar.code)
        items.append(_Item(people_phrase(findings, grammar, plain=plain, own=own), surest, 0))
    for finding in concepts:
        kind = vocabulary.concept(finding.concept).kind
        if (kind == "person" and findings.people) or (finding.concept == "text" and findings.text):
            continue
        noun = vocabulary.noun(finding.concept, grammar.code)
        words = phrase(noun, finding.count, grammar, bare=bare)
        fact = finding.concept if finding.concept in FACTS and noun.scene else ""
        ambience = finding.concept in AMBIENCE and bool(noun.scene)
        items.append(_Item(words, finding.score, _GROUPS.get(kind, _THINGS), noun.scene, fact, ambience))
    if lines := [line for line in findings.text if not is_credit(line.text)]:
        items.append(_text_item(lines, grammar))
    items.sort(key=lambda item: item.group)
    seen: set[str] = set()
    fact = min((item.fact for item in items if item.fact), key=FACTS.index, default="")
    for item in items:
        if item.words.lower() not in seen and item.fact in ("", fact):
            seen.add(item.words.lower())
            yield item


def _text_item(lines: Sequence[TextLine], grammar: Grammar) -> _Item:
    """The first line that was read, with as many of the next as make one line of an alt text."""
    read = ""
    for line in lines:
        longer = f"{read} {line.text}".strip()
        if read and len(longer) > QUOTED:
            break
        read = longer
    quoted = quotation(read, grammar, QUOTED)
    if quoted.endswith(".") and quoted.split()[-1].count(".") == 1:
        quoted = quoted.removesuffix(".")  # the sentence ends with its own; "U.S." and "..." keep theirs
    words = grammar.quote.format(quoted) if quoted else grammar.text
    return _Item(words, min(line.score for line in lines), _GROUPS["text"])


def _shorter(items: Sequence[_Item]) -> list[_Item]:
    """Without the least certain; people are the last to go, and of equals the later one goes first."""
    candidates = [item for item in items if item.group > 0] or list(items)
    least = min(reversed(candidates), key=lambda item: item.score)
    return [item for item in items if item is not least]


def _sentence(items: Sequence[_Item], grammar: Grammar, style: Style) -> str:
    if style is Style.HEDGED:
        return _hedged(items, grammar)
    if style is Style.LISTED:
        return grammar.listed.format(_with_text_apart(items, grammar))
    scenes = _scenes(items)
    others = [item for item in items if item not in scenes and not item.ambience]
    text = [item.words for item in others if item.group == _GROUPS["text"]]
    things = [item.words for item in others if item.group != _GROUPS["text"]]
    if not things:
        return _finish(join([item.words for item in items], grammar))
    if not scenes:
        return _finish(join(things + text, grammar))
    behind = " ".join((join(things, grammar), *(item.scene for item in scenes)))
    return _finish(", ".join((behind, *text)))


def _hedged(items: Sequence[_Item], grammar: Grammar) -> str:
    """As “May be an image of …”, or of what kind of picture, which then isn't said among the things."""
    frame = next((grammar.frames[item.fact] for item in items if item.fact), None)
    others = [item.words for item in items if not item.fact]
    if frame is None:
        return grammar.hedge.format(join(others, grammar))
    return frame.of.format(join(others, grammar)) if others else frame.alone


def _scenes(items: Sequence[_Item]) -> list[_Item]:
    """What stands behind the things: the place if there is one only, the surest ambience, how the photo was taken."""
    scenes = [item for item in items if item.scene]
    ambience = sorted((item for item in scenes if item.ambience), key=lambda item: -item.score)
    photo = [item for item in scenes if item.group == _GROUPS["photo"]]
    places = [item for item in scenes if item not in ambience and item not in photo]
    return (places if len(places) == 1 else []) + ambience[:1] + photo[:1]


def _with_text_apart(items: Sequence[_Item], grammar: Grammar) -> str:
    """The older form: commas between what people are and do, and before what is written.

    "2 people, people smiling, people standing", but "1 person, water and nature".
    """
    quoted = [item.words for item in items if item.group == _GROUPS["text"]]
    others = [item for item in items if item.group != _GROUPS["text"]]
    words = [item.words for item in others]
    people_only = all(item.group <= _GROUPS["activity"] for item in others)
    return ", ".join(filter(None, (", ".join(words) if people_only else join(words, grammar), *quoted)))


def _finish(words: str) -> str:
    """Capital letter and full stop."""
    sentence = words[:1].upper() + words[1:]
    return sentence if not sentence or sentence.endswith(_ENDS) else f"{sentence}."
