"""What a file's words change in a library: compared word by word, by one of three rules, without touching anything.

A person's words are the library's most precious thing, so the rule that nobody chose keeps them and only says where
the file says something else.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum

from storage.exchange.records import FIELD_NAMES, GivenPhoto, TagRecord, TextKey, TextRecord
from storage.schema import Origin, TagState, TextState


class Rule(Enum):
    """Who wins where file and library both say something.

    Attributes:
        KEEP: what a person or a photo's file said or decided stays; machine suggestions give way.
        REPLACE: the file wins wherever it says something.
        MIRROR: as REPLACE, and what the file leaves out is removed, so that the photo has the file's words exactly.
    """

    KEEP = "keep"
    REPLACE = "replace"
    MIRROR = "mirror"


@dataclass(frozen=True, slots=True)
class MergeOptions:
    """How to merge.

    Attributes:
        rule: who wins.
        text_state: of a text whose state the file does not say.
    """

    rule: Rule = Rule.KEEP
    text_state: TextState = TextState.APPROVED


@dataclass(frozen=True, slots=True)
class WordChange:
    """One word of a photo that changes, or that conflicts.

    Attributes:
        what: "alt_text.en" or "tag dog".
        before, after: for people; "" where there is nothing.
    """

    what: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class PhotoChange:
    """What an import does to one photo.

    Attributes:
        row: of the file.
        texts: new text of each field and language, None where it is removed.
        tags: new tag by concept key, or by name where the concept is not there yet; None where it is removed.
        changes: the same for people.
        conflicts: what the file says otherwise and the library keeps.
    """

    row: int
    texts: Mapping[TextKey, TextRecord | None]
    tags: Mapping[str, TagRecord | None]
    changes: tuple[WordChange, ...]
    conflicts: tuple[WordChange, ...]


@dataclass(slots=True)
class _Merge:
    texts: dict[TextKey, TextRecord | None]
    tags: dict[str, TagRecord | None]
    changes: list[WordChange]
    conflicts: list[WordChange]


def merge(
    given: GivenPhoto,
    texts: Mapping[TextKey, TextRecord],
    tags: Mapping[str, TagRecord],
    given_tags: Mapping[str, TagRecord],
    options: MergeOptions,
) -> PhotoChange:
    """Compare one photo of a file with the library.

    Args:
        texts, tags: what the library has; tags by concept key.
        given_tags: the file's tags by concept key, or by name where the concept is not there yet.

    Raises:
        ValueError: a text has a state but no words.
    """
    result = _Merge({}, {}, [], [])
    for key, record in given.texts.items():
        _merge_text(result, key, texts.get(key), record, plain_said=given.plain_said, options=options)
    for concept, tag in given_tags.items():
        _merge_tag(result, concept, tags.get(concept), tag, options.rule)
    if options.rule is Rule.MIRROR:
        for key, text in texts.items():
            if key not in given.texts and (given.all_texts or key in given.no_texts):
                result.texts[key] = None
                result.changes.append(WordChange(_name(key), _said(text), ""))
        for concept, tag in tags.items():
            if concept not in given_tags and tag.state in given.tag_states:
                result.tags[concept] = None
                result.changes.append(WordChange(f"tag {tag.name}", _judged(tag), ""))
    return PhotoChange(given.row, result.texts, result.tags, tuple(result.changes), tuple(result.conflicts))


def _merge_text(
    result: _Merge,
    key: TextKey,
    present: TextRecord | None,
    given: TextRecord,
    *,
    plain_said: bool,
    options: MergeOptions,
) -> None:
    if present is not None and present.text == given.text:
        state = present.state if given.state is None else given.state
        plain = given.plain if plain_said else present.plain
    else:
        state = options.text_state if given.state is None else given.state
        plain = given.plain
        if present is not None and plain == present.plain and options.rule is not Rule.MIRROR:
            plain = None  # the words were edited, what they were to become was not: it is not theirs any more
    if state is TextState.APPROVED:
        plain = None
    wanted = TextRecord(given.text, state, plain, Origin.USER)
    if present is not None and replace(wanted, origin=present.origin) == present:
        return
    if not given.text.strip():
        raise ValueError(f"{_name(key)} has a state but no words")
    change = WordChange(_name(key), _said(present), _said(wanted))
    if options.rule is Rule.KEEP and present is not None and _is_decided(present, wanted):
        result.conflicts.append(change)
    else:
        result.texts[key] = wanted
        result.changes.append(change)


def _is_decided(present: TextRecord, wanted: TextRecord) -> bool:
    """Whether somebody other than a machine decided about the text that is there."""
    if present.state is TextState.REJECTED and present.text != wanted.text:
        return False  # it is the other words that were rejected
    return present.origin is not Origin.MODEL or present.state is not TextState.DRAFT


def _merge_tag(result: _Merge, key: str, present: TagRecord | None, given: TagRecord, rule: Rule) -> None:
    exact = rule is Rule.MIRROR
    score, count = given.score, given.count
    if present is not None and not exact:
        score, count = present.score, present.count  # what a machine measured is not the file's to say
    wanted = TagRecord(given.name, given.state, score, count, origin=Origin.USER)
    if present is not None and (present.state, present.score, present.count) == (given.state, score, count):
        return
    change = WordChange(f"tag {given.name}", _judged(present), _judged(wanted))
    decided = present is not None and (present.origin is not Origin.MODEL or present.state is not TagState.SUGGESTED)
    if rule is Rule.KEEP and decided:
        result.conflicts.append(change)
    else:
        result.tags[key] = wanted
        result.changes.append(change)


def _name(key: TextKey) -> str:
    return f"{FIELD_NAMES[key[0]]}.{key[1]}"


def _said(text: TextRecord | None) -> str:
    if text is None:
        return ""
    return text.text if text.state in (None, TextState.APPROVED) else f"{text.text} ({text.state.name.lower()})"


def _judged(tag: TagRecord | None) -> str:
    if tag is None:
        return ""
    return tag.state.name.lower() + ("" if tag.score is None else f" {tag.score:g}")


def summed(changes: Sequence[PhotoChange]) -> tuple[int, int]:
    """How many words change, and how many conflict."""
    return sum(len(c.changes) for c in changes), sum(len(c.conflicts) for c in changes)
