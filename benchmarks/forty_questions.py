"""How many of forty questions in plain words are answered right, over photos tagged by the program's own models.

    python -m benchmarks.forty_questions ../shared/data/coco128/images ../shared/data/imagenet200

A question is answered right where at least four of five photos on the first page are asked for, and at least four of
five that are asked for are on it. What a model does not see counts as wrong, like what the search does not understand;
the table says which photos are missing, so that the two can be told apart. The questions, their photos and how these
were judged are in `forty_questions.toml`.
"""

import argparse
import tempfile
import tomllib
from collections.abc import Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

import main as program
from storage import photos, refresh, search, text_rules
from storage.console.output import follow
from storage.library import Library

ENOUGH = 0.8
"""Least share of what is found that is right, and of what is right that is found, for a right answer."""

QUESTIONS = Path(__file__).with_suffix(".toml")


@dataclass(frozen=True, slots=True)
class Question:
    """A question and the photos that answer it, by number; `maybe` may be found or not."""

    ask: str
    expected: frozenset[str]
    maybe: frozenset[str]


@dataclass(frozen=True, slots=True)
class Answer:
    """What was found, by number."""

    question: Question
    found: frozenset[str]

    @property
    def precision(self) -> float:
        """Share of what was found that is right; nothing found is nothing right."""
        judged = self.found - self.question.maybe
        return len(judged & self.question.expected) / len(judged) if judged else 0.0

    @property
    def recall(self) -> float:
        """Share of what is right that was found."""
        return len(self.found & self.question.expected) / len(self.question.expected)

    @property
    def right(self) -> bool:
        """Whether a person would call the question answered."""
        return min(self.precision, self.recall) >= ENOUGH


def read_questions() -> list[Question]:
    """The questions of the table."""
    rows = tomllib.loads(QUESTIONS.read_text(encoding="utf-8"))["question"]
    return [
        Question(row["ask"], frozenset(row["expected"].split()), frozenset(row.get("maybe", "").split()))
        for row in rows
    ]


def number(name: str) -> str:
    """A photo's number: the digits its name begins with, without COCO's leading zeros."""
    digits = name.partition(".")[0].partition("_")[0]
    return digits.lstrip("0") if len(digits) == 12 else digits


def answers(library: Library) -> list[Answer]:
    """What the first page of each question shows."""
    found = []
    with library.read() as connection:
        for question in read_questions():
            ids = search.find_page(connection, question.ask)
            found.append(Answer(question, frozenset(number(row.name) for row in photos.rows(connection, ids))))
    return found


def report(found: Sequence[Answer]) -> None:
    """Print a table, and the share that is right."""
    print(f"{'question':40} {'precision':>9} {'recall':>7}         missing; wrong")
    for one in found:
        missing = sorted(one.question.expected - one.found)
        wrong = sorted(one.found - one.question.expected - one.question.maybe)
        sign = "right" if one.right else "WRONG"
        print(
            f"{one.question.ask:40} {one.precision:9.2f} {one.recall:7.2f}  {sign}  "
            f"{' '.join(missing[:8])}; {' '.join(wrong[:8])}"
        )
    right = sum(one.right for one in found)
    print(
        f"\n{right} of {len(found)} answered right ({right / len(found):.0%}); mean precision "
        f"{sum(one.precision for one in found) / len(found):.2f}, recall "
        f"{sum(one.recall for one in found) / len(found):.2f}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--library", type=Path, help="made, and its photos tagged, where it does not exist")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        library = arguments.library or Path(folder) / "questions.altfolio"
        if not library.exists():
            with redirect_stdout(StringIO()):
                program.main(["--library", str(library), "run", *map(str, arguments.folders)])
        text_rules.use(program.broken_rules)
        with Library(library) as opened:
            follow(refresh.renew(opened))
            report(answers(opened))


if __name__ == "__main__":
    main()
