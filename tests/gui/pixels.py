"""Measures what is seen: colours of a rendered widget, as WCAG 2.2 counts contrast."""

from collections import Counter

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRect
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget

from gui.theme import contrast

Pixels = NDArray[np.uint32]


def seen(widget: QWidget, margin: int = 0) -> Pixels:
    """The pixels of a widget as they are in its window, 0xRRGGBB; with a margin around it."""
    window = widget.window()
    area = QRect(widget.mapTo(window, widget.rect().topLeft()), widget.size())
    area = area.adjusted(-margin, -margin, margin, margin).intersected(window.rect())
    image = window.grab(area).toImage().convertToFormat(QImage.Format.Format_RGB32)
    rows = np.frombuffer(image.constBits(), np.uint32).reshape(image.height(), image.bytesPerLine() // 4)
    return rows[:, : image.width()] & np.uint32(0xFFFFFF)


def ground(pixels: Pixels) -> str:
    """The colour that most pixels have."""
    colours, counts = np.unique(pixels, return_counts=True)
    return name(int(colours[counts.argmax()]))


def strongest(pixels: Pixels) -> float:
    """The highest contrast of any pixel to the ground: that of the strokes of text, as their edges are blended."""
    behind = ground(pixels)
    return max(contrast(name(int(colour)), behind) for colour in np.unique(pixels))


def changed(before: Pixels, after: Pixels, least: float) -> int:
    """How many pixels changed by at least this contrast."""
    both = Counter(zip(before[before != after].tolist(), after[before != after].tolist(), strict=True))
    return sum(count for (old, new), count in both.items() if contrast(name(old), name(new)) >= least)


def name(colour: int) -> str:
    """0xRRGGBB as "#rrggbb"."""
    return f"#{colour:06x}"
