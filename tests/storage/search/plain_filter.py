"""The same questions answered slowly in plain Python over plain values: what the index must agree with.

Only the parser and the cut into words are shared with the search; names, tags, texts and facts are judged here from
the rows themselves.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from storage.search.index import below_fact, camera_fact, folder_fact
from storage.search.tree import (
    And,
    Duplicate,
    Everything,
    Fact,
    Not,
    Numbers,
    Or,
    People,
    Query,
    Score,
    TagNamed,
    Taken,
    TextIn,
    Word,
)
from storage.spelling import forms, tokens
from storage.text_rules import CheckedText

COUNTS = {("two",): 2, ("2",): 2}
COLUMNS = ("alt", "caption", "title", "name")
FILLERS = {"a", "the", "with", "photos", "of", "no", "in", "bild"}
SOFT = {"playing"}


@dataclass(frozen=True)
class PlainTag:
    concept: str
    state: int
    origin: int
    score: float | None
    count: int | None = None


@dataclass(frozen=True)
class PlainText:
    field: int
    language: str
    text: str
    origin: int
    state: int

    @property
    def searchable(self) -> bool:
        return self.state == 1 or (self.state == 0 and self.origin > 0)


@dataclass(frozen=True)
class PlainPhoto:
    name: str
    folder: str
    taken: str | None
    format: str
    camera: str | None
    people: int | None
    digest: int
    missing: bool
    tags: tuple[PlainTag, ...]
    texts: tuple[PlainText, ...]
    problems: tuple[tuple[str, str], ...]
    read: str | None
    size: tuple[int | None, int | None] = (None, None)
    file: str = ""
    look: int = 0

    @property
    def said(self) -> set[tuple[str, ...]]:
        """The alt texts, each with its language."""
        return {(t.language, *tokens(t.text)) for t in self.texts if t.searchable and t.field == 0}

    @property
    def live(self) -> tuple[PlainTag, ...]:
        return tuple(tag for tag in self.tags if tag.state < 2)

    @property
    def state(self) -> int:
        if self.file == "changed":
            return 4
        decided = self._decided
        return 3 if decided == 2 and self.file == "written" else decided

    @property
    def _decided(self) -> int:
        if any(t.state == 1 and t.field in (0, 1) for t in self.texts):
            return 2
        draft = any(t.state == 0 and t.field == 0 for t in self.texts)
        judged = any(t.state == 1 and t.origin != 1 for t in self.tags)
        judged |= any(t.state == 1 and t.origin != 1 for t in self.texts)
        return 1 if draft else 2 if judged else 0

    def column(self, name: str) -> list[list[str]]:
        """The texts of a column, each cut into words."""
        fields = {"alt": (0, 1), "caption": (2,), "title": (3,)}
        if name in fields:
            return [tokens(t.text) for t in self.texts if t.searchable and t.field in fields[name]]
        if name == "problem":
            return [tokens(f"{stage} {message}") for stage, message in self.problems]
        own = {"name": self.name, "folder": self.folder, "camera": self.camera or "", "ocr": self.read or ""}
        return [tokens(own[name])]


@dataclass(frozen=True)
class PlainLibrary:
    """Photos, and the concepts by key, which is their name: what is above each, and all its words as `spelled`."""

    photos: tuple[PlainPhoto, ...]
    above: Mapping[str, frozenset[str]]
    names: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def answers(self, query: Query) -> set[int]:
        """Numbers of the photos, from 0."""
        return {
            number for number, photo in enumerate(self.photos) if not photo.missing and self.holds(query, photo, ())
        }

    def holds(self, node: Query, photo: PlainPhoto, scores: Sequence[Numbers]) -> bool:
        match node:
            case Everything():
                return True
            case Word():
                return self._word([node], photo, scores)
            case TagNamed():
                below = not node.exact
                return self._tagged(self._named(node), photo, scores, below=below)
            case TextIn():
                go_on = node.beginning or (node.typed and self._goes_on(node.words, node.columns))
                return any(_in_row(photo.column(c), node.words, go_on=go_on) for c in node.columns)
            case Fact():
                return any(fact in _facts(photo) | self._repeated(photo) for fact in node.facts)
            case People():
                return photo.people is not None and node.numbers.holds(photo.people)
            case Taken():
                return photo.taken is not None and _between(photo.taken[:10], node.first, node.last)
            case Score():
                return any(t.score is not None and node.numbers.holds(t.score) for t in photo.live)
            case Duplicate(likeness="near"):
                return photo.look > 0 and sum(p.look == photo.look and not p.missing for p in self.photos) > 1
            case Duplicate():
                return sum(p.digest == photo.digest and not p.missing for p in self.photos) > 1
            case Not():
                return not self.holds(node.part, photo, ())
            case Or():
                return any(self.holds(part, photo, scores) for part in node.parts)
            case And():
                return self._all(node, photo, scores)

    def _repeated(self, photo: PlainPhoto) -> set[str]:
        others = [p for p in self.photos if p is not photo and not p.missing]
        repeated = photo.said & {text for other in others for text in other.said}
        return {"#l", "#lduplicate", "#lwarning"} if repeated else set()

    def _all(self, node: And, photo: PlainPhoto, scores: Sequence[Numbers]) -> bool:
        rest = tuple(part for part in node.parts if not (_is_small(part, SOFT) and not _is_typed(part)))
        says = [part for part in rest if not isinstance(part, Score) and not _is_small(part, FILLERS)]
        if len(rest) < len(node.parts) and says:
            present = [p for p in self.photos if not p.missing]
            if not any(self._every(node, p, scores) for p in present):
                node = And(rest)
        return self._every(node, photo, scores)

    def _every(self, node: And, photo: PlainPhoto, scores: Sequence[Numbers]) -> bool:
        own = [part.numbers for part in node.parts if isinstance(part, Score)]
        bound = any(_about_tags(part) for part in node.parts)
        passed = [*scores, *own] if bound else []
        for part in self._neighbours(node.parts):
            if isinstance(part, list):
                if not self._word(part, photo, passed):
                    return False
            elif isinstance(part, Score):
                if not bound and not self.holds(part, photo, ()):
                    return False
            elif not self.holds(part, photo, passed if _about_tags(part) else ()):
                return False
        return True

    def _neighbours(self, parts: Sequence[Query]) -> list[Query | list[Word]]:
        """Words that are one name together as one list; fillers left out where something else is there."""
        parts = [p for p in parts if not isinstance(p, Everything)]
        parts = [p for p in parts if not isinstance(p, Score)] + [p for p in parts if isinstance(p, Score)]
        found: list[Query | list[Word]] = []
        while parts:
            run = list(_leading_words(parts))[:6]
            begun = next((n for n, word in enumerate(run) if word.beginning), len(run))
            size = max((n for n in range(2, begun + 1) if self._whole(_cut(run[:n]))), default=1)
            after = run[1:]
            if size == 1 and run and run[0].words in COUNTS and after and not after[0].beginning:
                named = max((n for n in range(1, len(after) + 1) if self._whole(_cut(after[:n]))), default=0)
                if named:
                    found.append(run[: 1 + named])
                    parts = parts[1 + named :]
                    continue
            if run:
                filler = size == 1 and _is_small(run[0], FILLERS)
                if not (filler and (found or len(parts) > 1)):
                    found.append(list(run[:size]))
                parts = parts[size:]
            else:
                found.append(parts[0])
                parts = parts[1:]
        return found

    def _word(self, words: Sequence[Word], photo: PlainPhoto, scores: Sequence[Numbers]) -> bool:
        if len(words) > 1 and words[0].words in COUNTS and not self._whole(_cut(words)):
            often = COUNTS[words[0].words]
            concepts = self._whole(_cut(words[1:]))
            if self._tagged(concepts, photo, scores, below=True, count=often):
                return True
            said = any(_in_row(photo.column(c), words[0].words, go_on=False) for c in COLUMNS)
            return not scores and said and self._word([replace(words[1], typed=False), *words[2:]], photo, ())
        cut, last = _cut(words), words[-1]
        concepts = self._named(words[0]) if len(words) == 1 else self._whole(cut)
        if self._tagged(concepts, photo, scores, below=True):
            return True
        if scores:
            return False
        rows = [cut]
        if not last.phrase and not last.beginning and (len(words) > 1 or len(cut) == 1):
            rows = [(*cut[:-1], form) for form in forms(cut[-1])]
        go_on = last.beginning or (last.typed and len(words) == 1 and self._goes_on(cut, COLUMNS))
        return any(_in_row(photo.column(c), row, go_on=go_on) for c in COLUMNS for row in rows)

    def _goes_on(self, words: Sequence[str], columns: Sequence[str]) -> bool:
        """Whether words being typed are a beginning: no photo has them as a whole."""
        present = [p for p in self.photos if not p.missing]
        return len(words[-1]) >= 3 and not any(
            _in_row(photo.column(c), words, go_on=False) for photo in present for c in columns
        )

    def _tagged(
        self,
        concepts: Iterable[str],
        photo: PlainPhoto,
        scores: Sequence[Numbers],
        *,
        below: bool,
        count: int | None = None,
    ) -> bool:
        wanted = set(concepts)
        for tag in photo.live:
            own = {tag.concept} | (self.above[tag.concept] if below else frozenset())
            sure = all(tag.score is not None and numbers.holds(tag.score) for numbers in scores)
            if own & wanted and sure and count in (None, tag.count):
                return True
        return False

    def _whole(self, words: Sequence[str]) -> set[str]:
        for last in forms(words[-1]):
            name = " ".join([*words[:-1], last])
            found = {key for key, names in self.names.items() if name in names}
            if found:
                return found
        return set()

    def _named(self, node: Word | TagNamed) -> set[str]:
        if node.beginning:
            return self._begun(node.words)
        if found := self._whole(node.words):
            return found
        part = f" {' '.join(node.words)} "
        parts = {key for key in self.names if part in f" {' '.join(tokens(key))} "}
        return self._begun(node.words) if node.typed else parts

    def _begun(self, words: Sequence[str]) -> set[str]:
        begun = f" {' '.join(words)}"
        return {key for key, names in self.names.items() if any(begun in f" {n}" for n in names)}


def _cut(words: Sequence[Word]) -> tuple[str, ...]:
    return tuple(w for word in words for w in word.words)


def _is_small(part: Query, words: set[str]) -> bool:
    if not isinstance(part, Word) or part.phrase or part.beginning:
        return False
    return len(part.words) == 1 and part.words[0] in words


def _is_typed(part: Query) -> bool:
    return isinstance(part, Word) and part.typed


def _leading_words(parts: Sequence[Query]) -> Iterable[Word]:
    for part in parts:
        if not isinstance(part, Word) or part.phrase:
            return
        yield part


def _about_tags(node: Query) -> bool:
    match node:
        case Word() | TagNamed():
            return True
        case Or():
            return all(_about_tags(part) for part in node.parts)
        case And():
            return any(map(_about_tags, node.parts)) and not any(isinstance(p, Score) for p in node.parts)
        case _:
            return False


def _in_row(texts: Sequence[Sequence[str]], words: Sequence[str], *, go_on: bool) -> bool:
    for text in texts:
        for at in range(len(text) - len(words) + 1):
            there = text[at : at + len(words)]
            same = list(there[:-1]) == list(words[:-1])
            if same and (there[-1] == words[-1] or (go_on and there[-1].startswith(words[-1]))):
                return True
    return False


def _between(day: str, first: date | None, last: date | None) -> bool:
    return (first is None or day >= first.isoformat()) and (last is None or day <= last.isoformat())


def _facts(photo: PlainPhoto) -> set[str]:
    live = [t for t in photo.texts if t.state < 2]
    facts = {f"#s{photo.state}", "#f" + {"JPG": "jpeg", "TIF": "tiff"}.get(photo.format, photo.format.lower())}
    facts |= {f"#o{t.origin}" for t in live} | {f"#o{t.origin}" for t in photo.live}
    facts |= {f"#h{t.field}" for t in live} | {f"#h{t.field}{t.language.split('-')[0].lower()}" for t in live}
    facts |= {"#htag"} if photo.live else set()
    facts |= {"#hdate"} if photo.taken else set()
    facts |= {"#hcamera", camera_fact(photo.camera)} if photo.camera else set()
    facts |= {"#hpeople"} if photo.people is not None else set()
    facts |= {"#hocr", "#rtext"} if photo.read is not None else set()
    parts = photo.folder.split("/")
    facts |= {below_fact("/".join(parts[: n + 1])) for n in range(1, len(parts))}
    facts |= {folder_fact(photo.folder), *_shapes(*photo.size)}
    return facts | ({"#b"} if photo.problems else set()) | _lint(photo)


def _shapes(width: int | None, height: int | None) -> set[str]:
    if width is None or height is None:
        return set()
    ratio = width / height
    if 1 / 1.05 <= ratio <= 1.05:
        return {"#asquare"}
    wide = {"#alandscape"} if ratio > 1 else {"#aportrait"}
    return wide | ({"#apanorama"} if ratio >= 2 else set())


def broken_rules(given: CheckedText) -> set[str]:
    """Three rules, each about something else that a rule may know, to be handed in."""
    found = {"long", "warning"} if len(given.text) > 12 else set()
    found |= {"caption", "error"} if given.text == given.caption else set()
    found |= {"file_name", "error"} if given.text == given.file_name.lstrip("/") else set()
    return found | ({"written", "advice"} if given.written and given.text not in given.written else set())


def _lint(photo: PlainPhoto) -> set[str]:
    captions = {t.language: t.text for t in photo.texts if t.field == 2 and t.state < 2}
    facts = set()
    for text in photo.texts:
        if text.searchable and text.field == 0:
            caption = captions.get(text.language, "")
            read = () if photo.read is None else (photo.read,)
            for rule in broken_rules(CheckedText(text.text, text.language, photo.name, caption, read)):
                facts |= {"#l", "#l" + rule.replace("_", "")}
    return facts
