"""Words of photos for the clipboard: as plain alt text, as HTML and as Markdown, for one photo or many.

Only approved texts are given out. A photo without one is named, never given an empty alt text: that would tell screen
readers to pass over it (HTML Living Standard, 4.8.4.4). Markdown's own image always gets one, so HTML stands there.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from urllib.parse import quote_from_bytes

from sqlalchemy import Connection

from storage import photos
from storage.exchange.page import escaped
from storage.exchange.records import TextKey, TextRecord, texts_of
from storage.schema import Field, TextState


class Form(Enum):
    """What a snippet is for."""

    ALT = "alt"
    HTML = "html"
    MARKDOWN = "markdown"


@dataclass(frozen=True, slots=True)
class Snippet:
    """Text for the clipboard.

    Attributes:
        text: one line for each photo, without a line break at its end.
        without: photos that have no approved alt text. In plain alt text they have no line.
    """

    text: str
    without: tuple[int, ...]


def snippet(connection: Connection, ids: Sequence[int], form: Form, *, language: str = "en") -> Snippet:
    """The words of these photos in their order.

    Args:
        language: the one wanted; where it is not there, another is taken and, in HTML, marked.
    """
    texts = texts_of(connection, ids)
    lines, without = [], []
    for row in photos.rows(connection, ids, language=language):
        found = _approved(texts.get(row.id, {}), language)
        if found is None:
            without.append(row.id)
        if form is Form.ALT:
            lines += [] if found is None else [_one_line(found[0])]
            continue
        address = quote_from_bytes(os.fsencode(row.path.name))
        if form is Form.MARKDOWN and found is not None:
            lines.append(f"![{_markdown(found[0])}]({address})")
        else:
            lines.append(_img(address, row, found, language))
    return Snippet("\n".join(lines), tuple(without))


def _approved(texts: dict[TextKey, TextRecord], language: str) -> tuple[str, str] | None:
    """An approved alt text and its language: the one wanted, else one of its base language, else the first."""
    found = {
        spoken: text.text
        for (field, spoken), text in texts.items()
        if field is Field.ALT_TEXT and text.state is TextState.APPROVED
    }
    base = language.split("-")[0]
    best = min(found, key=lambda spoken: (spoken != language, spoken.split("-")[0] != base, spoken), default=None)
    return None if best is None else (found[best], best)


def _img(address: str, row: photos.PhotoRow, found: tuple[str, str] | None, language: str) -> str:
    size = f' width="{row.width}" height="{row.height}"' if row.width and row.height else ""
    if found is None:
        return f'<img src="{escaped(address)}"{size}><!-- no approved alt text yet -->'
    lang = "" if found[1] == language else f' lang="{escaped(found[1])}"'
    return f'<img src="{escaped(address)}"{size} alt="{escaped(_one_line(found[0]))}"{lang}>'


def _markdown(text: str) -> str:
    """Escaped so that all of it is read as text (CommonMark 0.31.2, 2.4)."""
    return "".join(f"\\{c}" if c in "\\`*_[]<>&!~|$#" else c for c in _one_line(text))


def _one_line(text: str) -> str:
    return " ".join(text.split())
