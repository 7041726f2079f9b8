"""The survey of a library as a page with charts, each with its data as a table, and as JSON.

A chart is one image for a screen reader, with a sentence that says what it shows; the table below has every number.
Kinds are told apart by pattern and label, never by colour alone (WCAG 2.2, 1.4.1).
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from storage.exchange.new_file import new_file
from storage.exchange.page import STYLE, escaped, page
from storage.exchange.survey import Lint, Share, Survey, biggest, share_words, survey, survey_json
from storage.library import Library

BARS = 20
"""Most bars of a chart; more can't be read at a glance. The table has all."""

ROWS = 1_000
"""Most rows of a table on the page; the JSON has all."""

_WIDTH, _ROW, _LABEL = 640, 26, 200
"""Of a chart, in its own units: whole width, height of a bar with its gap, room for names."""


def write_report(library: Library, target: Path, *, lint: Lint | None = None) -> Survey:
    """Write the report: JSON where the name ends in .json, else a page.

    Raises:
        KnownError: the file can't be written.
    """
    with library.read() as connection:
        found = survey(connection, lint=lint)
    if target.suffix.lower() == ".json":
        content = json.dumps(survey_json(found), ensure_ascii=False, indent=2) + "\n"
    else:
        content = report_page(found)
    with new_file(target) as stream:
        stream.write(content.encode("utf-8"))
    return found


def report_page(found: Survey) -> str:
    """The survey as a page that stands alone."""
    whole = found.whole
    said = f"{share_words(whole)} have an approved alt text."
    minutes = "1 minute" if found.review_minutes == 1 else f"{found.review_minutes:,} minutes"
    parts = [
        f'<p class="lead">{escaped(said)}</p>',
        f"<p>{whole.draft:,} more wait for review. The words of {found.embedded:,} photos are in their files. "
        f"{found.problems:,} photos have a problem. Reviewing took about {minutes} in {found.review_steps:,} steps.</p>"
        if whole.photos
        else "<p>There are no photos yet.</p>",
        _shares("All photos", "Part", (Share("All photos", whole.photos, whole.approved, whole.draft),)),
        _shares("By year", "Year", found.years),
        _shares("By folder", "Folder", found.folders),
        _counts("What is missing", "Missing", found.missing, whole.photos),
        _counts("Languages of approved alt texts", "Language", found.languages, whole.photos),
    ]
    if found.lint is not None:
        parts.append(_counts("What could be better in approved alt texts", "Finding", found.lint, whole.approved))
    return page(
        title="How accessible these photos are",
        language="en",
        header="<h1>How accessible these photos are</h1>",
        main=_PATTERN + "\n".join(parts),
        skip="Skip to content",
        style=STYLE + _STYLE,
    )


def _shares(title: str, what: str, shares: Sequence[Share]) -> str:
    """A section with a chart of stacked bars and its table."""
    if not any(share.photos for share in shares):
        return ""
    bars = list(biggest(shares, BARS))
    most = max(share.photos for share in bars)
    rows = []
    for number, share in enumerate(bars):
        start, y = float(_LABEL), number * _ROW
        pieces = [_label(share.name or "no date", y)]
        for kind, count in (("approved", share.approved), ("draft", share.draft), ("nothing", share.nothing)):
            width = count / most * (_WIDTH - _LABEL - 60)
            if count:
                pieces.append(f'<rect class="{kind}" x="{start:.1f}" y="{y + 3}" width="{width:.1f}" height="18"/>')
            start += width
        pieces.append(f'<text x="{start + 6:.1f}" y="{y + 17}">{share.photos:,}</text>')
        rows.append("".join(pieces))
    least = min(bars, key=lambda share: share.approved / share.photos)
    sentence = f"{title}: {share_words(_sum(shares))} have an approved alt text."
    if len(bars) > 1:
        sentence += f" The least has {least.name or 'no date'}: {share_words(least)}."
    legend = "".join(
        f'<li><svg width="18" height="18" aria-hidden="true"><rect class="{kind}" x="1" y="1" width="16" height="16"/>'
        f"</svg> {words}</li>"
        for kind, words in (("approved", "approved"), ("draft", "waits for review"), ("nothing", "no alt text"))
    )
    table = _table(
        title,
        (what, "Photos", "Approved", "Waiting for review", "No alt text"),
        [(share.name or "no date", share.photos, share.approved, share.draft, share.nothing) for share in shares],
    )
    note = f'<p class="muted">The {BARS} with the most photos.</p>' if len(shares) > BARS else ""
    return (
        f'<section><h2>{escaped(title)}</h2><ul class="legend">{legend}</ul>'
        f"{_chart(sentence, rows)}{note}{table}</section>"
    )


def _counts(title: str, what: str, counts: Mapping[str, int], photos: int) -> str:
    """A section with a chart of plain bars and its table."""
    if not counts:
        return ""
    shown = dict(list(counts.items())[:BARS])
    most = max(1, photos, *shown.values())
    rows = []
    for number, (name, count) in enumerate(shown.items()):
        y, width = number * _ROW, count / most * (_WIDTH - _LABEL - 60)
        bar = f'<rect class="draft" x="{_LABEL}" y="{y + 3}" width="{width:.1f}" height="18"/>' if count else ""
        rows.append(f'{_label(name, y)}{bar}<text x="{_LABEL + width + 6:.1f}" y="{y + 17}">{count:,}</text>')
    sentence = f"{title}, of {photos:,}: " + ", ".join(f"{name} {count:,}" for name, count in list(shown.items())[:5])
    table = _table(title, (what, "Photos"), list(counts.items()))
    return f"<section><h2>{escaped(title)}</h2>{_chart(sentence + '.', rows)}{table}</section>"


def _sum(shares: Sequence[Share]) -> Share:
    return Share("", sum(s.photos for s in shares), sum(s.approved for s in shares), sum(s.draft for s in shares))


def _label(name: str, y: int) -> str:
    short = name if len(name) <= 26 else "…" + name[-25:]
    return f'<text x="{_LABEL - 8}" y="{y + 17}" text-anchor="end">{escaped(short)}</text>'


def _chart(sentence: str, rows: Sequence[str]) -> str:
    return (
        f'<svg class="chart" role="img" aria-label="{escaped(sentence)}" '
        f'viewBox="0 0 {_WIDTH} {len(rows) * _ROW}">{"".join(rows)}</svg>'
    )


def _table(title: str, heads: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    head = "".join(f'<th scope="col">{escaped(name)}</th>' for name in heads)
    body = "".join(
        f'<tr><th scope="row" dir="auto">{escaped(str(row[0]))}</th>'
        + "".join(f"<td>{cell:,}</td>" for cell in row[1:])
        + "</tr>"
        for row in rows[:ROWS]
    )
    more = f'<p class="muted">{len(rows) - ROWS:,} more are in the JSON.</p>' if len(rows) > ROWS else ""
    return (
        f'<div class="scroll" role="region" tabindex="0" aria-label="{escaped(title)}: table"><table>'
        f"<caption>{escaped(title)}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>{more}"
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
