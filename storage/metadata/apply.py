"""What an edit does to one packet: which properties change, from what, to what; pure, no file is touched.

Invariants: keywords and paths of others stay; nothing is added that is there already in another case or
normalisation; an edit that changes nothing leaves the packet as it is, its date too.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from storage.metadata import fields as f
from storage.metadata import iim, keyword_struct
from storage.metadata.read import keyword_paths
from storage.metadata.xmp import Xmp

_LISTS: Final = (f.KEYWORDS, f.HIERARCHY, f.HIERARCHY_OLD, f.TAGS_LIST, f.KEYWORD_TREE)


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One line of a dry run.

    Attributes:
        field: "alt_text", "extended_description", "caption", "title", "keywords" or "keyword_paths".
        language: tag of a text; empty for keywords.
        before, after: the value; empty where there is none.
    """

    field: str
    language: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Applied:
    """What was done to a packet.

    Attributes:
        values: each property that was set or removed → the items that must be found there afterwards, as (language,
            text); none for a removed one.
        texts: field → (before, after) by language, for undo.
        added, removed: keywords that were not there before, that were; for undo.
        paths_added, paths_removed: the same for paths.
        keywords: all flat keywords afterwards, those that only IIM has included; None where they are as before.
    """

    values: Mapping[f.Property, tuple[tuple[str, str], ...]] = field(default_factory=dict)
    texts: Mapping[str, tuple[f.Texts, f.Texts]] = field(default_factory=dict)
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    paths_added: tuple[tuple[str, ...], ...] = ()
    paths_removed: tuple[tuple[str, ...], ...] = ()
    keywords: tuple[str, ...] | None = None

    @property
    def changes(self) -> tuple[FieldChange, ...]:
        """Field by field, for people."""
        found = []
        for name, (before, after) in self.texts.items():
            for language in dict.fromkeys((*before, *after)):
                old, new = before.get(language, ""), after.get(language, "")
                if old != new:
                    found.append(FieldChange(name, language, old, new))
        found += [FieldChange("keywords", "", word, "") for word in self.removed]
        found += [FieldChange("keywords", "", "", word) for word in self.added]
        found += [FieldChange("keyword_paths", "", "|".join(path), "") for path in self.paths_removed]
        return tuple(found + [FieldChange("keyword_paths", "", "", "|".join(path)) for path in self.paths_added])


def apply(
    xmp: Xmp, edit: f.WordsEdit, *, default_language: str, inherited: Sequence[str] = (), now: datetime | None = None
) -> Applied:
    """Change a packet.

    Args:
        xmp: the packet; changed in place.
        edit: what is wanted.
        default_language: whose text becomes x-default where the edit names none.
        inherited: keywords the file has elsewhere (IIM), which must not be lost.
        now: for xmp:MetadataDate; the current time in the local zone unless given.
    """
    values, texts = _texts(xmp, edit, default_language)
    lists = {place: _listed(xmp, place) for place in _LISTS}
    old_paths = f.unique_paths(keyword_paths(xmp))
    only = iim.alone(f.unique(inherited), lists[f.KEYWORDS])
    words = _keywords(xmp, edit, only)
    _paths(xmp, edit)
    _tree(xmp, edit)
    new_paths = f.unique_paths(keyword_paths(xmp))
    for place, old in lists.items():
        new = _listed(xmp, place)
        if new != old:
            values[place] = tuple(("", item) for item in new)
    removed = () if words is None else _but((*lists[f.KEYWORDS], *only), words)
    if values or removed:  # maybe from IIM alone, which follows the packet
        stamp = (now or datetime.now()).astimezone().isoformat(timespec="seconds")
        xmp.set_text(f.METADATA_DATE, stamp)
        values[f.METADATA_DATE] = (("", stamp),)
    return Applied(
        values,
        texts,
        _but(xmp.items(f.KEYWORDS), (*lists[f.KEYWORDS], *only)),
        removed,
        tuple(path for path in new_paths if path not in old_paths),
        tuple(path for path in old_paths if path not in new_paths),
        words,
    )


def _texts(
    xmp: Xmp, edit: f.WordsEdit, default_language: str
) -> tuple[dict[f.Property, tuple[tuple[str, str], ...]], dict[str, tuple[f.Texts, f.Texts]]]:
    """Set and remove the texts: the properties and the fields that changed."""
    values: dict[f.Property, tuple[tuple[str, str], ...]] = {}
    texts: dict[str, tuple[f.Texts, f.Texts]] = {}
    for row in f.TEXT_FIELDS:
        wanted = edit.texts(row.name)
        if isinstance(wanted, f.Keep):
            continue
        before, after = xmp.lang_alt(row.write), f.in_writing_order(wanted, default_language)
        stale = [place for place in row.also_read if not after and xmp.has(place)]
        if list(before.items()) != list(after.items()):
            xmp.set_lang_alt(row.write, after)
            values[row.write] = tuple(after.items())
            texts[row.name] = (before, after)
        for place in stale:  # a removed text must not come back from where only reading looks
            xmp.remove(place)
            values[place] = ()
    return values, texts


def _listed(xmp: Xmp, place: f.Property) -> list[str]:
    if place.shape is f.Shape.TREE:
        return ["|".join(path) for path in keyword_struct.paths(xmp)]
    return xmp.items(place)


def _but(words: Iterable[str], others: Iterable[str]) -> tuple[str, ...]:
    known = {f.folded(word) for word in others}
    return f.unique(word for word in words if f.folded(word) not in known)


def _keywords(xmp: Xmp, edit: f.WordsEdit, only: Sequence[str]) -> tuple[str, ...] | None:
    """The flat list; what it is afterwards with those that only IIM has, None where nobody asked for a change."""
    if not edit.keywords_add and not edit.keywords_remove:
        return None
    before = xmp.items(f.KEYWORDS)
    gone = {f.folded(word) for word in edit.keywords_remove}
    start = before or only
    kept = [word for word in start if f.folded(word) not in gone]
    new = kept + list(_but((f.cleaned(word) for word in edit.keywords_add), kept))
    if new != before:
        xmp.set_items(f.KEYWORDS, new)
    return (*new, *_but((word for word in only if f.folded(word) not in gone), new))


def _paths(xmp: Xmp, edit: f.WordsEdit) -> None:
    """The hierarchies: a path is added where it is missing, and removed with its leaf or by its own name."""
    leaves = {f.folded(word) for word in edit.keywords_remove}
    gone = {tuple(map(f.folded, path)) for path in f.unique_paths(edit.paths_remove)}
    adding = f.unique_paths(tuple(f.cleaned(part) for part in path) for path in edit.paths_add)
    for place, mark in ((f.HIERARCHY, "|"), (f.HIERARCHY_OLD, "|"), (f.TAGS_LIST, "/")):
        before = xmp.items(place)
        kept = []
        for item in before:
            path = tuple(f.folded(part) for part in item.split(mark) if f.folded(part))
            if not path or (path not in gone and path[-1] not in leaves):
                kept.append(item)
        known = {f.folded(item) for item in kept}
        if place != f.HIERARCHY_OLD:
            fitting = [mark.join(path) for path in adding if not any(mark in part for part in path)]
            kept += [item for item in fitting if f.folded(item) not in known]
        if kept != before:
            xmp.set_items(place, kept)


def _tree(xmp: Xmp, edit: f.WordsEdit) -> None:
    """The MWG's tree, where there is one: the same paths come and go as in the lists."""
    if not xmp.has(f.KEYWORD_TREE):
        return
    leaves = {f.folded(word) for word in edit.keywords_remove}
    gone = {tuple(map(f.folded, path)) for path in f.unique_paths(edit.paths_remove)}
    remove = [
        path for path in keyword_struct.paths(xmp) if tuple(map(f.folded, path)) in gone or f.folded(path[-1]) in leaves
    ]
    add = f.unique_paths(tuple(map(f.cleaned, path)) for path in edit.paths_add)
    keyword_struct.change(xmp, add=add, remove=remove)
