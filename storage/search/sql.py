"""Third step of a question: its tree as one FTS5 expression, with SQL conditions for what no word can say.

Nothing a person typed is ever a part of the SQL text. An FTS5 expression is itself a bound value, and between its
quotes stand only words that `spelling.tokens` cut, which have no quotes, and facts of our own.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from storage.schema import TagState
from storage.search.errors import QueryError
from storage.search.index import FIRST_DAY, ID_BITS, LAST_DAY, TEXT_COLUMNS, seconds
from storage.search.names import Meaning, Names, quoted, says_nothing, without_soft
from storage.search.plan import ALL, Plan, is_some, source
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
from storage.search.values import looked_for

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from storage.library import Peek

MOST_PEOPLE = 64
"""People a range is written out for, one word each; a photo with more is compared as a number."""

MOST_LISTED = 300
"""Concepts that are asked for as words of the index. FTS5 looks at each of them for each photo: 500 took 0.3 s for
200,000 photos, 5,000 took 3 s; more are looked up in the photo's tags."""

NOTHING = '"#"'
"""No search row has a fact without a name."""


@dataclass(frozen=True, slots=True)
class Match:
    """A condition that is an FTS5 expression alone."""

    expression: str


@dataclass(frozen=True, slots=True)
class Where:
    """A condition in SQL on `p`, a row of photo, with its bound values."""

    sql: str
    values: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class Both:
    """An FTS5 expression and a condition in SQL, both to hold: the index finds the few photos to look at."""

    match: Match
    where: Where


Condition = Match | Where | Both


def plan(connection: "Connection | Peek", query: Query) -> Plan:
    """How the photos of a question are found in this library."""
    parts = query.parts if isinstance(query, And) else (query,)
    dates = [part for part in parts if isinstance(part, Taken) and _has_place(part)]
    rest = tuple(part for part in parts if part not in dates)
    if dates and all(map(says_nothing, rest)):
        rest = ()
    lows = [_place(d.first) for d in dates if d.first is not None] + [1 << ID_BITS for _ in dates]
    highs = [_place_after(d.last) - 1 for d in dates if d.last is not None]
    found = _planned(_Compiler(connection, query).all(rest))
    return replace(found, low=max(lows) if lows else None, high=min(highs) if highs else None)


def _planned(conditions: Sequence[Condition]) -> Plan:
    """How photos are found for which all of these conditions hold."""
    matches, wheres = _parted(conditions)
    return Plan(
        match=_joined(matches).expression if matches else None,
        low=None,
        high=None,
        where=" AND ".join(w.sql for w in wheres),
        values=tuple(value for w in wheres for value in w.values),
    )


def _place(day: date) -> int:
    return seconds(datetime.combine(day, time.min).isoformat()) << ID_BITS


def _place_after(day: date) -> int:
    """The first place after a day."""
    return _place(day + timedelta(1))


def _has_place(node: Taken) -> bool:
    """Whether the limits are days that places tell apart."""
    return all(day is None or FIRST_DAY < day < LAST_DAY for day in (node.first, node.last))


class _Compiler:
    """Turns nodes into conditions, with the names of one library."""

    def __init__(self, connection: "Connection | Peek", query: Query) -> None:
        self._connection = connection
        self._names = Names(connection, query)

    def all(self, parts: Sequence[Query]) -> list[Condition]:
        """Conditions that all have to hold."""
        return self._with_or_without_soft(parts, self._every)

    def _with_or_without_soft(
        self, parts: Sequence[Query], compiled: Callable[[Sequence[Query]], list[Condition]]
    ) -> list[Condition]:
        """Words such as "playing" count where a photo has them beside the rest; else they are left out."""
        conditions = compiled(parts)
        rest = without_soft(parts)
        if len(rest) == len(parts):
            return conditions
        rows, values = source(_planned(conditions))
        some = is_some(self._connection, f"SELECT 1 {rows} LIMIT 1", values)
        return conditions if some else compiled(rest)

    def _every(self, parts: Sequence[Query]) -> list[Condition]:
        parts = [part for part in parts if not isinstance(part, Everything)]
        scores = tuple(part.numbers for part in parts if isinstance(part, Score))
        bound = scores and any(_takes_score(part) for part in parts)
        conditions: list[Condition] = []
        for part in self._names.runs(parts):
            if isinstance(part, Score):
                conditions += [] if bound else [_any_score(part.numbers)]
            elif bound and (isinstance(part, Meaning) or _takes_score(part)):
                conditions.append(self._scored(part, scores))
            else:
                conditions.append(_meaning(part) if isinstance(part, Meaning) else self._one(part))
        return conditions

    def _one(self, node: Query) -> Condition:
        match node:
            case Everything():
                return Match(f"({ALL})")
            case Word():
                return _meaning(self._names.meaning(node))
            case TagNamed():
                return self._tag(node)
            case TextIn():
                return self._text_in(node)
            case Fact():
                return Match(_any_fact(node.facts))
            case People():
                return _people(node.numbers)
            case Taken():
                return _taken(node)
            case Score():
                return _any_score(node.numbers)
            case Duplicate():
                return self._duplicate(node)
            case Not():
                return _not(self._one(node.part))
            case And():
                return _and(self.all(node.parts))
            case Or():
                return _or([self._one(part) for part in node.parts])

    def _duplicate(self, node: Duplicate) -> Condition:
        if node.likeness == "exact":
            return Where(
                "EXISTS (SELECT 1 FROM photo q WHERE q.digest = p.digest AND q.id != p.id AND q.place IS NOT NULL)"
            )
        if not is_some(self._connection, "SELECT 1 FROM setting WHERE key = ?", (looked_for(node.likeness),)):
            raise QueryError(
                "Photos that look alike were not looked for yet. Look for duplicates once, in the window or with "
                f"“altfolio duplicates --kind {node.likeness}”, then they can be searched for.",
                node.start,
                node.end,
            )
        return Where(
            "EXISTS (SELECT 1 FROM alike a JOIN alike b ON b.likeness = a.likeness AND b.first_id = a.first_id "
            "AND b.photo_id != a.photo_id JOIN photo q ON q.id = b.photo_id AND q.digest = b.digest "
            "AND q.place IS NOT NULL WHERE a.likeness = ? AND a.photo_id = p.id AND a.digest = p.digest)",
            (node.likeness,),
        )

    def _text_in(self, node: TextIn) -> Condition:
        beginning = node.beginning or (node.typed and self._names.goes_on(node.words, node.columns))
        return Match(_texts(node.columns, [node.words], beginning=beginning))

    def _tag(self, node: TagNamed) -> Condition:
        found = self._names.named(node)
        if not node.exact:
            return _concepts(found)
        return _and([_concepts(found), _tagged(found, (), below=False)])

    def _scored(self, node: Query | Meaning, scores: tuple[Numbers, ...]) -> Condition:
        """A node that takes a score, with the score that its tags must have."""
        match node:
            case Meaning():
                concepts = node.concepts
                tagged = _tagged(concepts, scores, below=True, count=node.count)
                return _and([_concepts(concepts), tagged])
            case Word():
                return self._scored(self._names.meaning(node), scores)
            case TagNamed():
                concepts = self._names.named(node)
                return _and([_concepts(concepts), _tagged(concepts, scores, below=not node.exact)])
            case Or():
                return _or([self._scored(part, scores) for part in node.parts])
            case And():
                return _and(self._with_or_without_soft(node.parts, partial(self._every_scored, scores)))
            case _:
                return self._one(node)

    def _every_scored(self, scores: tuple[Numbers, ...], parts: Sequence[Query]) -> list[Condition]:
        return [
            self._scored(part, scores) if isinstance(part, Meaning) or _takes_score(part) else self._one(part)
            for part in self._names.runs(parts)
        ]


def _takes_score(node: Query) -> bool:
    """Whether a score beside this node is about the tags it finds."""
    match node:
        case Word() | TagNamed():
            return True
        case Or():
            return all(_takes_score(part) for part in node.parts)
        case And():
            return any(_takes_score(part) for part in node.parts) and not any(
                isinstance(part, Score) for part in node.parts
            )
        case _:
            return False


def _meaning(found: Meaning) -> Condition:
    texts = Match(_texts(TEXT_COLUMNS, found.texts, beginning=found.beginning))
    either = _or([_concepts(found.concepts), texts]) if found.concepts else texts
    if found.count is None:
        return either
    said = Match(_texts(TEXT_COLUMNS, found.count_texts, beginning=False))
    return _or([_concepts(found.concepts, count=found.count), _and([said, either])])


def _concepts(concepts: Sequence[int], count: int | None = None) -> Condition:
    """The photo has one of these concepts or one below, and that often where a count is given."""
    if len(concepts) > MOST_LISTED:
        return _tagged(concepts, (), below=True, count=count)
    counted = count is not None
    return Match(_any_fact([f"#n{int(c)}x{count}" if counted else f"#c{int(c)}" for c in concepts]))


def _any_fact(facts: Sequence[str]) -> str:
    if not facts:
        return NOTHING
    return f"({' OR '.join(quoted((fact,)) for fact in facts)})"


def _texts(columns: Sequence[str], rows: Iterable[Sequence[str]], *, beginning: bool) -> str:
    """Any of some rows of words in some columns."""
    phrases = " OR ".join(quoted(words) + (" *" if beginning else "") for words in rows)
    return f"{{{' '.join(columns)}}} : ({phrases})"


def _tagged(concepts: Sequence[int], scores: Sequence[Numbers], *, below: bool, count: int | None = None) -> Where:
    """The photo has a tag of one of these concepts (or of one below) with such a score and that often."""
    ids = ",".join(str(int(concept)) for concept in concepts)
    chosen = f"t.concept_id IN ({ids})"
    if below:
        chosen = f"({chosen} OR t.concept_id IN (SELECT concept_id FROM concept_above WHERE above_id IN ({ids})))"
    live = f"t.photo_id = p.id AND t.state < {int(TagState.REJECTED)}"
    ranges = [_range("t.score", numbers) for numbers in scores]
    ranges += [Where("t.count = ?", (count,))] if count is not None else []
    sql = " AND ".join([live, chosen, *(r.sql for r in ranges)])
    return Where(f"EXISTS (SELECT 1 FROM tag t WHERE {sql})", tuple(v for r in ranges for v in r.values))


def _any_score(numbers: Numbers) -> Where:
    limits = _range("t.score", numbers)
    return Where(
        f"EXISTS (SELECT 1 FROM tag t WHERE t.photo_id = p.id AND t.state < {int(TagState.REJECTED)} AND {limits.sql})",
        limits.values,
    )


def _range(column: str, numbers: Numbers) -> Where:
    parts, values = [f"{column} IS NOT NULL"], []
    if numbers.low is not None:
        parts.append(f"{column} {'>' if numbers.above else '>='} ?")
        values.append(numbers.low)
    if numbers.high is not None:
        parts.append(f"{column} {'<' if numbers.below else '<='} ?")
        values.append(numbers.high)
    return Where(" AND ".join(parts), tuple(values))


def _people(numbers: Numbers) -> Condition:
    """Numbers of people are words of the index: the few of a closed range, or all without the few below it."""
    limit = numbers.low if numbers.high is None else numbers.high
    if limit is None or limit > MOST_PEOPLE:
        return _range("p.people", numbers)
    counted = range(int(limit) + 1)
    if numbers.high is not None:
        return Match(_any_fact([f"#p{n}" for n in counted if numbers.holds(n)]))
    return Match(f'("#hpeople" NOT {_any_fact([f"#p{n}" for n in counted if not numbers.holds(n)])})')


def _taken(node: Taken) -> Where:
    if not _has_place(node):
        first, last = node.first or date.min, node.last or date.max
        return Where(
            "(p.place >= ? AND substr(p.taken, 1, 10) BETWEEN ? AND ?)",
            (1 << ID_BITS, first.isoformat(), last.isoformat()),
        )
    low = _place(node.first) if node.first is not None else 1 << ID_BITS
    if node.last is None:
        return Where("p.place >= ?", (low,))
    return Where("p.place BETWEEN ? AND ?", (low, _place_after(node.last) - 1))


def _joined(matches: Sequence[Match]) -> Match:
    if len(matches) == 1:
        return matches[0]
    return Match(f"({' AND '.join(m.expression for m in matches)})")


def _parted(conditions: Sequence[Condition]) -> tuple[list[Match], list[Where]]:
    """Conditions that all have to hold: what the index answers, and the rest."""
    matches = [c.match if isinstance(c, Both) else c for c in conditions if not isinstance(c, Where)]
    wheres = [c.where if isinstance(c, Both) else c for c in conditions if not isinstance(c, Match)]
    return matches, wheres


def _as_where(condition: Condition) -> Where:
    if isinstance(condition, Where):
        return condition
    if isinstance(condition, Both):
        found = _as_where(condition.match)
        return Where(f"({found.sql} AND {condition.where.sql})", (*found.values, *condition.where.values))
    return Where("p.place IN (SELECT rowid FROM photo_words WHERE photo_words MATCH ?)", (condition.expression,))


def _not(condition: Condition) -> Condition:
    if isinstance(condition, Match):
        return Match(f"(({ALL}) NOT {condition.expression})")
    whole = _as_where(condition)
    return Where(f"NOT ({whole.sql})", whole.values)


def _and(conditions: Sequence[Condition]) -> Condition:
    matches, wheres = _parted(conditions)
    if not wheres:
        return _joined(matches) if matches else Match(f"({ALL})")
    where = wheres[0]
    if len(wheres) > 1:
        where = Where(f"({' AND '.join(w.sql for w in wheres)})", tuple(v for w in wheres for v in w.values))
    return Both(_joined(matches), where) if matches else where


def _or(conditions: Sequence[Condition]) -> Condition:
    if all(isinstance(c, Match) for c in conditions):
        return Match(f"({' OR '.join(c.expression for c in conditions if isinstance(c, Match))})")
    wheres = [_as_where(c) for c in conditions]
    return Where(f"({' OR '.join(w.sql for w in wheres)})", tuple(v for w in wheres for v in w.values))
