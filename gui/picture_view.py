"""One photo large: fitted into the space or zoomed and moved, with frames around what was found on demand.

Zooming and moving work by keys (+, -, 0, arrows), wheel and mouse alike; while all of it is shown, arrows go from photo
to photo and the mouse drags it out of the window. The picture is spoken by its alt text.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QEnterEvent,
    QFontMetricsF,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QWheelEvent,
)
from PySide6.QtWidgets import QApplication, QSizePolicy, QWidget

from gui.appearance import Appearance

STEP = 1.25
"""Factor of one zoom step."""

PAN = 64
"""Pixels that an arrow key moves a zoomed picture by."""

ARROWS = {Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, -1), Qt.Key.Key_Down: (0, 1)}
"""Direction of each arrow key: across, down."""

LARGEST = 8.0
"""Most screen pixels that one pixel of the photo may cover."""


@dataclass(frozen=True, slots=True)
class Frame:
    """A frame around something found; left, top, right, bottom as fractions of the picture."""

    label: str
    left: float
    top: float
    right: float
    bottom: float


class PictureView(QWidget):
    """Shows one picture.

    Signals:
        enlarged(): a double click asks for the large view.
        finer(): it is zoomed so far that more pixels of the photo are wanted.
        stepped(int): the next (1) or previous (-1) photo is wanted.
        dragged(): the photo is being dragged out.
        left(): Escape was pressed.
    """

    enlarged = Signal()
    finer = Signal()
    stepped = Signal(int)
    dragged = Signal()
    left = Signal()

    def __init__(self, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._appearance = appearance
        self._picture = QPixmap()
        self._frames: Sequence[Frame] = ()
        self._note = ""
        self._caption = ""
        self._captioned = False
        self._show_frames = False
        self._zoom = 0.0  # 0 is: fitted
        self._centre = QPointF(0.5, 0.5)
        self._grabbed: QPointF | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Photo")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(120, 96)
        appearance.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        """A picture of 4:3."""
        return QSize(320, 240)

    def show_picture(self, image: QImage | None, spoken: str, *, note: str = "", same: bool = False) -> None:
        """Show a picture.

        Args:
            image: None while it is being read or where it can't be.
            spoken: its alt text, the accessible name.
            note: said in place of a picture that is missing.
            same: the same photo in another size; keep zoom and place.
        """
        before = self._picture.width()
        self._picture = QPixmap.fromImage(image) if image is not None else QPixmap()
        self._note, self._caption = note, spoken
        self.setAccessibleName(f"Photo: {spoken}")
        if same and before and not self._picture.isNull():
            self._zoom *= before / self._picture.width()  # as large on the screen as it was
        if not same:
            self._zoom, self._centre, self._frames = 0.0, QPointF(0.5, 0.5), ()
        self.update()

    def show_frames(self, frames: Sequence[Frame], *, visible: bool) -> None:
        """Frames of what was found, drawn where `visible`."""
        self._frames, self._show_frames = frames, visible
        said = ", ".join(frame.label for frame in frames) if visible else ""
        self.setAccessibleDescription(f"Framed: {said}" if said else "")
        self.update()

    def tell_caption(self, caption: str) -> None:
        """Another text for the picture that is shown."""
        self._caption = caption
        self.setAccessibleName(f"Photo: {caption}")
        self.update()

    def show_caption(self, *, visible: bool) -> None:
        """Write the alt text over the lower edge, where nothing else shows it."""
        self._captioned = visible
        self.update()

    def fit(self) -> None:
        """Show the whole picture."""
        self._zoom, self._centre = 0.0, QPointF(0.5, 0.5)
        self.update()

    def zoom_by(self, steps: float) -> None:
        """Larger (positive) or smaller, never smaller than fitted."""
        if self._picture.isNull():
            return
        zoom = (self._zoom or self._fitted()) * STEP**steps
        self._zoom = 0.0 if zoom <= self._fitted() else min(zoom, LARGEST)
        self.update()
        if self._zoom * self.devicePixelRatioF() > 1:
            self.finer.emit()

    def _fitted(self) -> float:
        """Logical pixels per pixel of the picture when all of it is shown; small pictures are not blown up."""
        if self._picture.isNull():
            return 1.0
        room = self.contentsRect().size()
        fit = min(room.width() / self._picture.width(), room.height() / self._picture.height())
        return max(0.01, min(fit, 2.0))

    def _place(self) -> QRectF:
        scale = self._zoom or self._fitted()
        width, height = self._picture.width() * scale, self._picture.height() * scale
        if not self._zoom:
            return QRectF((self.width() - width) / 2, (self.height() - height) / 2, width, height)
        left = self.width() / 2 - self._centre.x() * width
        top = self.height() / 2 - self._centre.y() * height
        left = min(0.0, max(self.width() - width, left)) if width > self.width() else (self.width() - width) / 2
        top = min(0.0, max(self.height() - height, top)) if height > self.height() else (self.height() - height) / 2
        return QRectF(left, top, width, height)

    def _move(self, across: float, down: float) -> None:
        place = self._place()
        if self._zoom:
            x = min(1.0, max(0.0, self._centre.x() + across / place.width()))
            y = min(1.0, max(0.0, self._centre.y() + down / place.height()))
            self._centre = QPointF(x, y)
            self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Plus, minus, 0 zoom; arrows move a zoomed picture, and step from photo to photo otherwise."""
        key, keys = event.key(), Qt.Key
        if key in (keys.Key_Plus, keys.Key_Equal):
            self.zoom_by(1)
        elif key == keys.Key_Minus:
            self.zoom_by(-1)
        elif key == keys.Key_0:
            self.fit()
        elif key == keys.Key_Escape:
            self.left.emit()
        elif key in ARROWS:
            across, down = ARROWS[Qt.Key(key)]
            if self._zoom:
                self._move(across * PAN, down * PAN)
            else:
                self.stepped.emit(across + down)
        else:
            super().keyPressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """The wheel zooms."""
        self.zoom_by(event.angleDelta().y() / 120)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Grab the picture."""
        self._grabbed = event.position()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Move the grabbed picture, or drag it out where there is nothing to move."""
        if self._grabbed is None:
            return
        if not self._zoom:
            distance = (event.position() - self._grabbed).manhattanLength()
            if distance >= QApplication.startDragDistance() and not self._picture.isNull():
                self._grabbed = None
                self.dragged.emit()
        else:
            moved = self._grabbed - event.position()
            self._grabbed = event.position()
            self._move(moved.x(), moved.y())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go."""
        self._grabbed = None

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Ask for the large view."""
        self.enlarged.emit()

    def enterEvent(self, event: QEnterEvent) -> None:
        """A hand where there is something to move."""
        self.setCursor(Qt.CursorShape.OpenHandCursor if self._zoom else Qt.CursorShape.ArrowCursor)

    def focusInEvent(self, event: object) -> None:
        """Show the ring."""
        self.update()

    def focusOutEvent(self, event: object) -> None:
        """Take the ring away."""
        self.update()

    def changeEvent(self, event: QEvent) -> None:
        """Paint anew in other colours."""
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The picture, its frames, the focus ring."""
        theme = self._appearance.theme
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(theme.canvas))
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        if self._picture.isNull():
            painter.setPen(QColor(theme.muted))
            centre = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(self.rect().adjusted(16, 16, -16, -16), int(centre), self._note)
        else:
            place = self._place()
            painter.drawPixmap(place, self._picture, QRectF(self._picture.rect()))
            if self._show_frames:
                self._paint_frames(painter, place)
        if self._captioned and self._caption:
            self._paint_caption(painter)
        if self.hasFocus():
            painter.setPen(QPen(QColor(theme.focus), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self.rect().adjusted(1, 1, -1, -1))

    def _paint_caption(self, painter: QPainter) -> None:
        """White on black, so that it is read on any photo."""
        flags = int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap)
        room = self.rect().adjusted(32, 0, -32, 0)
        words = painter.fontMetrics().boundingRect(room, flags, self._caption)
        band = QRectF(0, self.height() - words.height() - 24, self.width(), words.height() + 24)
        painter.fillRect(band, QColor("#000000"))
        painter.setPen(QColor("#ffffff"))
        painter.drawText(band.adjusted(32, 12, -32, -12), flags, self._caption)

    def _paint_frames(self, painter: QPainter, place: QRectF) -> None:
        metrics = QFontMetricsF(painter.font())
        for frame in self._frames:
            box = QRectF(
                place.left() + frame.left * place.width(),
                place.top() + frame.top * place.height(),
                (frame.right - frame.left) * place.width(),
                (frame.bottom - frame.top) * place.height(),
            )
            painter.setBrush(Qt.BrushStyle.NoBrush)
            for colour, width in (("#000000", 4.0), ("#ffffff", 2.0)):  # seen on any photo
                painter.setPen(QPen(QColor(colour), width))
                painter.drawRect(box)
            label = QRectF(box.left(), box.top(), metrics.horizontalAdvance(frame.label) + 12, metrics.height() + 4)
            painter.fillRect(label, QColor("#000000"))
            painter.setPen(QColor("#ffffff"))
            painter.drawText(label, Qt.AlignmentFlag.AlignCenter, frame.label)
