"""Two texts beside each other: which of their words differ, and painting those words so that they are seen.

What differs is bold and underlined, so that it is not told by colour alone.
"""

import re
from collections.abc import Sequence
from difflib import SequenceMatcher
from html import escape

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QTextDocument
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from gui.appearance import Appearance
from storage.words import fold

Index = QModelIndex | QPersistentModelIndex
Span = tuple[int, int]

SPANS = Qt.ItemDataRole.UserRole + 2
"""Role of the parts of a cell's text that differ from the other side, as `Span`s of characters."""

RISE = 2
"""Pixels by which the text is lifted, onto the line of the cells beside it."""

_PIECE = re.compile(r"\w+|[^\w\s]")


def different(ours: str, theirs: str) -> tuple[list[Span], list[Span]]:
    """The words of each text that the other one lacks at that place, as spans of characters."""
    pieces = [list(_PIECE.finditer(text)) for text in (ours, theirs)]
    words = [[piece.group() for piece in some] for some in pieces]
    spans: tuple[list[Span], list[Span]] = ([], [])
    for kind, *bounds in SequenceMatcher(None, words[0], words[1], autojunk=False).get_opcodes():
        for side, (start, end) in enumerate((bounds[:2], bounds[2:])):
            if kind != "equal" and end > start:
                spans[side].append((pieces[side][start].start(), pieces[side][end - 1].end()))
    return spans


def missing(ours: Sequence[str], theirs: Sequence[str], joint: str) -> tuple[list[Span], list[Span]]:
    """The items of each list that the other one lacks, as spans of characters of the lists joined."""
    spans: tuple[list[Span], list[Span]] = ([], [])
    for side, (items, others) in enumerate(((ours, theirs), (theirs, ours))):
        start, known = 0, {fold(item) for item in others}
        for item in items:
            if fold(item) not in known:
                spans[side].append((start, start + len(item)))
            start += len(item) + len(joint)
    return spans


def marked(text: str, spans: Sequence[Span]) -> str:
    """A text as HTML with these parts bold and underlined."""
    parts, last = [], 0
    for start, end in spans:
        parts += [escape(text[last:start]), f"<b><u>{escape(text[start:end])}</u></b>"]
        last = end
    return "".join([*parts, escape(text[last:])]).replace("\n", "<br>")


class MarkedText(QStyledItemDelegate):
    """Paints the text of a cell, wrapped, with what differs bold and underlined."""

    def __init__(self, appearance: Appearance, parent: QWidget) -> None:
        super().__init__(parent)
        self._appearance = appearance

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint one cell."""
        theme, state = self._appearance.theme, option.state
        blank = QStyleOptionViewItem(option)
        self.initStyleOption(blank, index)
        blank.text = ""
        widget = option.widget
        widget.style().drawControl(QStyle.ControlElement.CE_ItemViewItem, blank, painter, widget)
        ink = theme.selection_text if state & QStyle.StateFlag.State_Selected else theme.text
        document = _document(option, index, option.rect.width(), ink)
        painter.save()
        painter.translate(option.rect.topLeft() - QPoint(0, RISE))
        painter.setClipRect(QRectF(0, RISE, option.rect.width(), option.rect.height()))
        document.drawContents(painter)
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """As high as the text needs at the width of its column."""
        table = option.widget
        width = table.columnWidth(index.column())  # type: ignore[attr-defined]  # only tables use it
        return QSize(width, round(_document(option, index, width, "#000000").size().height()))


def _document(option: QStyleOptionViewItem, index: Index, width: int, ink: str) -> QTextDocument:
    document = QTextDocument()
    document.setDefaultFont(option.font)
    document.setDocumentMargin(6)
    text, spans = str(index.data() or ""), index.data(SPANS) or []
    document.setHtml(f'<span style="color: {ink}">{marked(text, spans)}</span>')
    document.setTextWidth(width)
    return document
