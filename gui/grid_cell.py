"""How one photo of the grid is painted: picture, mark of its state with its word, file name, first words of its text.

Painted by hand, because the default delegate costs four times as much per frame (18–20 ms against 4.7 ms, measured),
and kept as it was painted: while one scrolls, or thumbnails arrive, most of the cells in sight are the ones of before.
Elided lines are kept, too, as eliding is the dearest part of painting text.

Invariants: a state is shown by shape and word, not by colour alone; the focus is a ring that is not the selection's
colour; every length is on the 4-pixel grid; text grows with the application's font.
"""

from collections import OrderedDict
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol, TypeAlias

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen, QPixmap, QTextLayout, QTextOption
from PySide6.QtWidgets import QApplication

from gui import icons
from gui.appearance import Appearance
from gui.photo_model import PHOTO
from gui.words import NO_TEXT, mark_of
from storage.photos import PhotoRow

PAD = 8
"""Pixels between a cell's edge and what it holds."""

GAP = 4
"""Pixels between picture, name line and text."""

TEXT_LINES = 2
"""Lines of alt text below a picture."""

NAME_LETTERS = 8
"""Average letters for which a file name needs room, unless it is shorter: less of it says nothing."""

MARK = 16
"""Edge of a state's icon in logical pixels at 100 % text size."""


MOST_BYTES = 64 * 1024 * 1024
"""Memory for painted cells: some 300 of the usual size, or two screens of 4K with the largest pictures."""


class Pictures(Protocol):
    """Where a cell's picture comes from; answers at once, None where it is still being made."""

    def picture(self, photo: PhotoRow, width: int, height: int) -> QPixmap | None:
        """The thumbnail that fits into width × height device pixels."""


@dataclass(frozen=True, slots=True)
class CellState:
    """Whether a cell is selected, is the current one, as that has the focus, and whether the pointer is on it."""

    selected: bool
    current: bool
    focused: bool
    hovered: bool


NO_PICTURE = -1
"""Number of a picture that is still awaited; a picture that can't be had is an empty one, whose number is 0."""


class CellPainter(QObject):
    """Paints cells in the colours and fonts of the appearance."""

    def __init__(self, appearance: Appearance, pictures: Pictures) -> None:
        super().__init__(appearance)
        self._appearance = appearance
        self._pictures = pictures
        self._painted: OrderedDict[_Look, QPixmap] = OrderedDict()
        self._bytes = 0
        self._fonts()
        appearance.changed.connect(self._fonts)

    def _fonts(self) -> None:
        self._painted.clear()
        self._bytes = 0
        font = QApplication.font()
        self._body = QFont(font)
        self._small = QFont(font)
        self._small.setPointSizeF(font.pointSizeF() * 0.92)
        self._word = QFont(self._small)
        self._word.setWeight(QFont.Weight.DemiBold)
        self._italic = QFont(self._body)
        self._italic.setItalic(True)
        self._mark = self._appearance.scaled(MARK)
        self._name_height = -(-max(self._mark, QFontMetrics(self._small).height()) // 4) * 4
        self._line_height = QFontMetrics(self._body).lineSpacing()

    def least_width(self, picture_width: int) -> int:
        """How wide a picture has to be at least, so that the words below it fit at this text size."""
        return max(picture_width, self._appearance.scaled(picture_width * 2 // 3))

    def cell_size(self, picture_width: int) -> QSize:
        """Size of a cell whose picture is this wide; pictures stand in a 4:3 frame."""
        text = -(-self._line_height * TEXT_LINES // 4) * 4
        height = PAD + _frame_height(picture_width) + GAP + self._name_height + GAP + text + PAD
        return QSize(picture_width + 2 * PAD, height)

    def ground(self) -> QColor:
        """What lies behind the cells."""
        return QColor(self._appearance.theme.canvas)

    def paint(
        self, painter: QPainter, cell: QRect, index: QModelIndex | QPersistentModelIndex, state: CellState
    ) -> None:
        """Paint one cell."""
        photo: PhotoRow | None = index.data(PHOTO)
        ratio = painter.device().devicePixelRatioF()
        frame = _frame(cell.size())
        picture = None
        if photo is not None:
            picture = self._pictures.picture(photo, round(frame.width() * ratio), round(frame.height() * ratio))
        if picture is not None:
            picture.setDevicePixelRatio(ratio)
        if ratio != round(ratio):  # a kept cell would stand between two pixels, and be blurred
            painter.save()
            painter.translate(cell.topLeft())
            self._paint_cell(painter, cell.size(), photo, picture, state)
            painter.restore()
            return
        number = NO_PICTURE if picture is None else picture.cacheKey()
        look = (photo, number, state, cell.width(), cell.height(), ratio)
        painted = self._painted.get(look)
        if painted is None:
            painted = self._keep(look, cell.size(), photo, picture, state)
        else:
            self._painted.move_to_end(look)
        painter.drawPixmap(cell.topLeft(), painted)

    def _keep(
        self, look: "_Look", size: QSize, photo: PhotoRow | None, picture: QPixmap | None, state: CellState
    ) -> QPixmap:
        """Paint a cell for now and for later."""
        ratio = look[-1]
        painted = QPixmap(size * ratio)
        painted.setDevicePixelRatio(ratio)
        painted.fill(self.ground())
        with QPainter(painted) as painter:
            self._paint_cell(painter, size, photo, picture, state)
        self._painted[look] = painted
        self._bytes += _size(painted)
        while self._bytes > MOST_BYTES and len(self._painted) > 1:
            self._bytes -= _size(self._painted.popitem(last=False)[1])
        return painted

    def _paint_cell(
        self, painter: QPainter, size: QSize, photo: PhotoRow | None, picture: QPixmap | None, state: CellState
    ) -> None:
        theme, cell, frame = self._appearance.theme, QRect(QPoint(0, 0), size), _frame(size)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        if state.selected or state.hovered:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(theme.selection if state.selected else theme.hover))
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.drawRoundedRect(cell.adjusted(2, 2, -2, -2), 6, 6)
        self._paint_picture(painter, frame, photo, picture)
        if photo is not None:
            bottom = cell.bottom() - PAD
            line = QRect(frame.left(), frame.bottom() + 1 + GAP, frame.width(), self._name_height)
            self._paint_name_line(painter, line, photo, state)
            below = QRect(frame.left(), line.bottom() + 1 + GAP, frame.width(), bottom - line.bottom())
            self._paint_text(painter, below, photo, state)
        if state.current:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            colour, width = (theme.focus, 2.0) if state.focused else (theme.border, 1.0)
            painter.setPen(QPen(QColor(colour), width))
            painter.drawRoundedRect(QRectF(cell).adjusted(2, 2, -2, -2), 6, 6)

    def _paint_picture(self, painter: QPainter, frame: QRect, photo: PhotoRow | None, picture: QPixmap | None) -> None:
        theme = self._appearance.theme
        if picture is None or picture.isNull():
            broken = picture is not None
            painter.setPen(QPen(QColor(theme.line), 1, Qt.PenStyle.DashLine if broken else Qt.PenStyle.SolidLine))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(frame.adjusted(0, 0, -1, -1))
            if broken:
                failed = photo is not None and photo.problem  # a RAW file without preview is no problem
                icon, colour = ("state-problem", theme.problem) if failed else ("review", theme.muted)
                sign = icons.pixmap(icon, colour, 32, painter.device().devicePixelRatioF())
                painter.drawPixmap(frame.center().x() - 16, frame.center().y() - 16, sign)
            return
        size = picture.deviceIndependentSize()
        left = frame.left() + round((frame.width() - size.width()) / 2)
        painter.drawPixmap(left, frame.top() + round(frame.height() - size.height()), picture)

    def _paint_name_line(self, painter: QPainter, line: QRect, photo: PhotoRow, state: CellState) -> None:
        theme, mark = self._appearance.theme, mark_of(photo)
        colour = getattr(theme, mark.colour)
        ratio = painter.device().devicePixelRatioF()
        sign = icons.pixmap(mark.icon, colour, self._mark, ratio)
        painter.drawPixmap(line.left(), line.top() + (line.height() - self._mark) // 2, sign)
        left = line.left() + self._mark + 4
        painter.setFont(self._word)
        painter.setPen(QColor(theme.selection_text if state.selected else colour))
        word = _elided(mark.word, self._word.key(), line.right() - left)
        word_width = _width(word, self._word.key())
        middle = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        painter.drawText(QRect(left, line.top(), word_width, line.height()), middle, word)
        left += word_width + 8
        room = line.right() + 1 - left
        whole = _width(photo.name, self._small.key()) <= room
        if whole or room >= NAME_LETTERS * QFontMetrics(self._small).averageCharWidth():
            painter.setFont(self._small)
            painter.setPen(QColor(theme.selection_text if state.selected else theme.muted))
            name = _elided(photo.name, self._small.key(), room)
            right = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
            painter.drawText(QRect(left, line.top(), room, line.height()), right, name)

    def _paint_text(self, painter: QPainter, area: QRect, photo: PhotoRow, state: CellState) -> None:
        theme = self._appearance.theme
        font = self._body if photo.alt_text else self._italic
        colour = theme.text if photo.alt_text else theme.muted
        painter.setFont(font)
        painter.setPen(QColor(theme.selection_text if state.selected else colour))
        ascent, top = QFontMetrics(font).ascent(), area.top()
        for line in _lines(photo.alt_text or NO_TEXT, font.key(), area.width()):
            painter.drawText(area.left(), top + ascent, line)
            top += self._line_height


_Look: TypeAlias = tuple[PhotoRow | None, int, CellState, int, int, float]
"""All that decides what a cell looks like: photo, its picture's number, state, width, height, pixels per pixel."""


def _size(painted: QPixmap) -> int:
    return painted.width() * painted.height() * 4


def _frame(cell: QSize) -> QRect:
    """Where the picture is in a cell."""
    width = cell.width() - 2 * PAD
    return QRect(PAD, PAD, width, _frame_height(width))


def _frame_height(width: int) -> int:
    return width * 3 // 4 // 4 * 4


@lru_cache(maxsize=64)
def _font(key: str) -> QFont:
    font = QFont()
    font.fromString(key)
    return font


@lru_cache(maxsize=256)
def _width(word: str, font: str) -> int:
    return QFontMetrics(_font(font)).horizontalAdvance(word)


@lru_cache(maxsize=4096)
def _elided(text: str, font: str, width: int) -> str:
    return QFontMetrics(_font(font)).elidedText(text, Qt.TextElideMode.ElideMiddle, width)


@lru_cache(maxsize=4096)
def _lines(text: str, font: str, width: int) -> tuple[str, ...]:
    """The first lines of a text in a width, the last one elided."""
    text = " ".join(text[:400].split())
    layout = QTextLayout(text, _font(font))
    layout.setTextOption(QTextOption(Qt.AlignmentFlag.AlignLeft))
    layout.beginLayout()
    lines: list[str] = []
    while len(lines) < TEXT_LINES:
        line = layout.createLine()
        if not line.isValid():
            break
        line.setLineWidth(width)
        start = line.textStart()
        if len(lines) == TEXT_LINES - 1:
            rest = text[start:]
            lines.append(QFontMetrics(_font(font)).elidedText(rest, Qt.TextElideMode.ElideRight, width))
        else:
            lines.append(text[start : start + line.textLength()].rstrip())
    layout.endLayout()
    return tuple(lines)
