"""A question taken apart into what it asks for, each to be said and to be taken away by itself.

Parts are those of the parser, so that each is what really is asked: "without people" is one, so is "golden retriever"
in a library that knows it, so are alternatives. Small words ("photos of") ask for nothing and go with what follows.

Invariant: taking parts away one after the other ends with an empty question.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING

from storage.search.names import Names, says_nothing
from storage.search.parser import Parser, parser_of, rule_named
from storage.search.tokenizer import Token
from storage.search.tree import And

if TYPE_CHECKING:
    from sqlalchemy import Connection


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that a question asks for.

    Attributes:
        said: it in words, for people: "dog", "without dog", "“on the beach”", "dog or cat", "state: draft".
        left: the question without it.
    """

    said: str
    left: str


def take_apart(connection: "Connection", query: str) -> list[Part]:
    """What a question asks for, in its order; as it is understood while it is being typed.

    Raises:
        QueryError: the question can't be understood.
    """
    parser = parser_of(query, typing=True)
    tree = parser.whole()
    if not parser.parts:
        return []
    if parser.alternatives:
        return [Part(_said(query, parser.signs), "")]
    nodes = tree.parts if isinstance(tree, And) and len(parser.parts) > 1 else (tree,)
    names, runs, at = Names(connection, tree), [], 0
    while at < len(nodes):
        length = names.taken_together(nodes[at:])
        runs.append((at, at + length))
        at += length
    asking = [run for run in runs if run[1] - run[0] > 1 or not says_nothing(nodes[run[0]])] or runs
    return [Part(_said(query, _signs(parser, run)), _left(query, parser, asking, run)) for run in asking]


def _signs(parser: Parser, run: tuple[int, int]) -> Sequence[Token]:
    """The signs of some parts."""
    return parser.signs[parser.parts[run[0]][0] : parser.parts[run[1] - 1][1]]


def _left(query: str, parser: Parser, asking: Sequence[tuple[int, int]], run: tuple[int, int]) -> str:
    """The question without some parts, the small words and the AND before them; what follows where they come first."""
    number = asking.index(run)
    if len(asking) == 1:
        return ""
    signs = parser.signs
    if number:
        last = number == len(asking) - 1  # takes what is unfinished behind it along
        begin = signs[parser.parts[asking[number - 1][1] - 1][1] - 1].end
        end = len(query) if last else _signs(parser, run)[-1].end
    else:
        begin, end = 0, signs[parser.parts[asking[1][0]][0]].start
    return f"{query[:begin].rstrip()} {query[end:].lstrip()}".strip()


def _said(query: str, signs: Sequence[Token]) -> str:
    """Signs as people say them."""
    negative, at = False, 0
    while signs[at].kind in ("minus", "not"):
        negative = not negative
        at += 1
    rest = signs[at:]
    if _is_one_group(rest):
        rest = rest[1:-1] if rest[-1].kind == "close" else rest[1:]
    said = ""
    for sign in rest:
        gap = not said or said.endswith("(") or sign.kind == "close"
        said += ("" if gap else " ") + _word(query, sign)
    return f"without {said}" if negative else said


def _is_one_group(signs: Sequence[Token]) -> bool:
    """Whether the first parenthesis is closed by the last sign, or not yet."""
    depth = 0
    for number, sign in enumerate(signs, 1):
        depth += (sign.kind == "open") - (sign.kind == "close")
        if not depth:
            return number == len(signs) > 1
    return len(signs) > 1


def _word(query: str, sign: Token) -> str:
    if sign.kind == "phrase":
        return f"“{sign.text}”"
    if sign.kind == "field":
        written = query.startswith(f"{sign.field}:", sign.start)
        return _field(sign) if written else query[sign.start : sign.end].rstrip(",;")
    return {"or": "or", "and": "and", "not": "without", "minus": "without"}.get(sign.kind, sign.text.rstrip(",;"))


def _field(sign: Token) -> str:
    """A field and its value: "state: draft or stale", "people: at least 3"; of one folder its name alone."""
    rule, value = rule_named(sign.field), sign.text.strip()
    if not value or rule is None:
        return sign.field
    if rule.name == "folder" and value.startswith("="):
        path = PurePath(value[1:].removesuffix("**").rstrip("/\\"))
        return f"{sign.field}: {path.name or value[1:]}"
    if rule.kind in ("choice", "format"):
        value = " or ".join(part.strip() for part in value.split(","))
    if rule.kind in ("whole", "share"):
        value = _number(value)
    if value.startswith("="):
        value = f"only {value[1:]}"
    return f"{sign.field}: {value}"


_COMPARED = {">=": "at least", "<=": "at most", ">": "more than", "<": "less than", "=": "exactly"}


def _number(value: str) -> str:
    for written, said in _COMPARED.items():
        if value.startswith(written):
            return f"{said} {value.removeprefix(written).strip()}"
    low, dots, high = value.partition("..")
    return value if not dots else f"{low} to {high}" if low and high else f"{low} or more" if low else f"up to {high}"
