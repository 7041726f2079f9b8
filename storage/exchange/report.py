"""The survey of a library as a page with charts, each with its data as a table, and as JSON; in six languages.

A chart is one image for a screen reader, with a sentence that says what it shows; the table below has every number.
Kinds are told apart by pattern and label, never by colour alone (WCAG 2.2, 1.4.1).
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from storage import settings
from storage.exchange.new_file import new_file
from storage.exchange.page import STYLE, escaped, frame_words, page
from storage.exchange.report_words import LINT, WORDS, number
from storage.exchange.survey import Lint, Share, Survey, biggest, percent, survey, survey_json
from storage.library import Library

BARS = 20
"""Most bars of a chart; more can't be read at a glance. The table has all."""

ROWS = 1_000
"""Most rows of a table on the page; the JSON has all."""

_WIDTH, _ROW, _LABEL = 660, 26, 240
"""Of a chart, in its own units: whole width, height of a bar with its gap, room for names."""

_LETTERS = 32
"""Letters of a name that have room."""


def write_report(library: Library, target: Path, *, lint: Lint | None = None, language: str | None = None) -> Survey:
    """Write the report: JSON where the name ends in .json, else a page.

    Args:
        language: of the page; None for the library's. One that we don't speak is English.

    Raises:
        KnownError: the file can't be written.
    """
    with library.read() as connection:
        found = survey(connection, lint=lint)
        language = language or settings.load(connection).language
    if target.suffix.lower() == ".json":
        content = json.dumps(survey_json(found), ensure_ascii=False, indent=2) + "\n"
    else:
        content = report_page(found, language)
    with new_file(target) as stream:
        stream.write(content.encode("utf-8"))
    return found


def report_page(found: Survey, language: str) -> str:
    """The survey as a page that stands alone."""
    return _Page(found, language).text()


class _Page:
    """One page in one language."""

    def __init__(self, found: Survey, language: str) -> None:
        self._found = found
        self._language, frame = frame_words(language)
        self._words, self._skip = WORDS[self._language], frame["skip"]

    def text(self) -> str:
        """All of it."""
        found, whole, words = self._found, self._found.whole, self._words
        more = words["more"].format(
            draft=self._number(whole.draft),
            embedded=self._number(found.embedded),
            problems=self._number(found.problems),
            steps=self._number(found.review_steps),
            minutes=self._number(found.review_minutes),
        )
        lead = words["lead"].format(share=self._share(whole))
        all_photos = Share(words["whole"], whole.photos, whole.approved, whole.draft)
        missing = {words[name]: count for name, count in found.missing.items()}
        parts = [
            f'<p class="lead">{escaped(lead)}</p>',
            f"<p>{escaped(more if whole.photos else words['empty'])}</p>",
            self._shares("whole", "part", (all_photos,)),
            self._shares("years", "year", found.years),
            self._shares("folders", "folder", found.folders),
            self._counts("missing", "part", missing, whole.photos),
            self._counts("languages", "language", found.languages, whole.photos),
        ]
        if found.lint is not None:
            said = LINT[self._language]
            lint = {said.get(name, name): count for name, count in found.lint.items()}
            parts.append(self._counts("lint", "finding", lint, whole.approved))
        return page(
            title=words["title"],
            language=self._language,
            header=f"<h1>{escaped(words['title'])}</h1>",
            main=_PATTERN + "\n".join(parts),
            skip=self._skip,
            style=STYLE + _STYLE,
        )

    def _number(self, count: int) -> str:
        return number(count, self._language)

    def _share(self, share: Share) -> str:
        return self._words["share"].format(
            approved=self._number(share.approved), photos=self._number(share.photos), percent=percent(share)
        )

    def _shares(self, title: str, what: str, shares: Sequence[Share]) -> str:
        """A section with a chart of stacked bars and its table."""
        if not any(share.photos for share in shares):
            return ""
        words = self._words
        bars = list(biggest(shares, BARS))
        most = max(share.photos for share in bars)
        rows = []
        for place, share in enumerate(bars):
            start, y = float(_LABEL), place * _ROW
            pieces = [_label(share.name or words["undated"], y)]
            for kind, count in (("approved", share.approved), ("draft", share.draft), ("nothing", share.nothing)):
                width = count / most * (_WIDTH - _LABEL - 60)
                if count:
                    pieces.append(f'<rect class="{kind}" x="{start:.1f}" y="{y + 3}" width="{width:.1f}" height="18"/>')
                start += width
            pieces.append(f'<text x="{start + 6:.1f}" y="{y + 17}">{self._number(share.photos)}</text>')
            rows.append("".join(pieces))
        least = min(bars, key=lambda share: share.approved / share.photos)
        sentence = f"{words[title]}. {words['lead'].format(share=self._share(_sum(shares)))}"
        if len(bars) > 1:
            sentence += " " + words["least"].format(name=least.name or words["undated"], share=self._share(least))
        table = self._table(
            words[title],
            (words[what], words["photos"], words["approved"], words["draft"], words["nothing"]),
            [(s.name or words["undated"], s.photos, s.approved, s.draft, s.nothing) for s in shares],
        )
        note = words["biggest"].format(count=BARS)
        return (
            f"<section><h2>{escaped(words[title])}</h2>{self._legend()}{_chart(sentence, rows)}"
            + (f'<p class="muted">{escaped(note)}</p>' if len(shares) > BARS else "")
            + f"{table}</section>"
        )

    def _legend(self) -> str:
        items = "".join(
            f'<li><svg width="18" height="18" aria-hidden="true"><rect class="{kind}" x="1" y="1" width="16" '
            f'height="16"/></svg> {escaped(self._words[kind])}</li>'
            for kind in ("approved", "draft", "nothing")
        )
        return f'<ul class="legend">{items}</ul>'

    def _counts(self, title: str, what: str, counts: Mapping[str, int], photos: int) -> str:
        """A section with a chart of plain bars and its table."""
        if not counts:
            return ""
        words = self._words
        shown = dict(list(counts.items())[:BARS])
        most = max(1, photos, *shown.values())
        rows = []
        for place, (name, count) in enumerate(shown.items()):
            y, width = place * _ROW, count / most * (_WIDTH - _LABEL - 60)
            bar = f'<rect class="draft" x="{_LABEL}" y="{y + 3}" width="{width:.1f}" height="18"/>' if count else ""
            end = f'<text x="{_LABEL + width + 6:.1f}" y="{y + 17}">{self._number(count)}</text>'
            rows.append(f"{_label(name, y)}{bar}{end}")
        listed = ", ".join(f"{name} {self._number(count)}" for name, count in list(shown.items())[:5])
        sentence = words["of"].format(title=words[title], photos=self._number(photos), counts=listed)
        table = self._table(words[title], (words[what], words["photos"]), list(counts.items()))
        return f"<section><h2>{escaped(words[title])}</h2>{_chart(sentence, rows)}{table}</section>"

    def _table(self, title: str, heads: Sequence[str], rows: Sequence[tuple[str, *tuple[int, ...]]]) -> str:
        head = "".join(f'<th scope="col">{escaped(name)}</th>' for name in heads)
        body = "".join(
            f'<tr><th scope="row" dir="auto">{escaped(name)}</th>'
            + "".join(f"<td>{escaped(self._number(count))}</td>" for count in counts)
            + "</tr>"
            for name, *counts in rows[:ROWS]
        )
        more = self._words["further"].format(count=self._number(len(rows) - ROWS))
        named = self._words["table"].format(title=title)
        return (
            f'<div class="scroll" role="region" tabindex="0" aria-label="{escaped(named)}"><table>'
            f"<caption>{escaped(title)}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
            + (f'<p class="muted">{escaped(more)}</p>' if len(rows) > ROWS else "")
        )


def _sum(shares: Sequence[Share]) -> Share:
    return Share("", sum(s.photos for s in shares), sum(s.approved for s in shares), sum(s.draft for s in shares))


def _label(name: str, y: int) -> str:
    short = name if len(name) <= _LETTERS else "…" + name[1 - _LETTERS :]
    return f'<text x="{_LABEL - 8}" y="{y + 17}" text-anchor="end">{escaped(short)}</text>'


def _chart(sentence: str, rows: Sequence[str]) -> str:
    return (
        f'<svg class="chart" role="img" aria-label="{escaped(sentence)}" '
        f'viewBox="0 0 {_WIDTH} {len(rows) * _ROW}">{"".join(rows)}</svg>'
    )


_PATTERN = (
    '<svg width="0" height="0" aria-hidden="true" focusable="false"><defs><pattern id="hatch" width="6" height="6" '
    'patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect class="ground" width="6" height="6"/>'
    '<rect class="stripe" width="3" height="6"/></pattern></defs></svg>\n'
)

_STYLE = """\
.lead { font-size: 1.25rem; }
.chart { display: block; width: 100%; max-width: 48rem; height: auto; font-size: 13px; }
.chart text { fill: var(--text); }
rect.approved { fill: var(--good); stroke: var(--good); }
rect.draft { fill: url(#hatch); stroke: var(--draft); }
rect.nothing { fill: var(--ground); stroke: var(--none); }
rect.stripe { fill: var(--draft); }
rect.ground { fill: var(--ground); }
.legend { list-style: none; padding: 0; display: flex; flex-wrap: wrap; gap: 1rem; }
.legend svg { vertical-align: middle; }
.scroll { overflow-x: auto; max-width: 100%; margin-top: 0.5rem; }
table { border-collapse: collapse; }
caption { text-align: left; color: var(--muted); }
th, td { padding: 0.25rem 0.75rem; border-bottom: 1px solid var(--line); text-align: right; }
th:first-child { text-align: left; overflow-wrap: anywhere; font-weight: normal; }
thead th { font-weight: bold; }
section { break-inside: avoid-page; }
"""
