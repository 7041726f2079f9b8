"""The icon set: SVG files of `resources/icons`, drawn in a colour of the theme at the size and density asked for.

The files use `currentColor`, so that one drawing serves every theme; they are ours (licence beside them).
"""

from functools import lru_cache
from pathlib import Path

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QGuiApplication, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

import resources

FOLDER = Path(resources.__path__[0]) / "icons"


@lru_cache(maxsize=1024)
def pixmap(name: str, colour: str, size: int, ratio: float = 1.0) -> QPixmap:
    """One icon as a picture; main thread only.

    Args:
        name: file name in `resources/icons` without its ending.
        colour: `#rrggbb`.
        size: edge in logical pixels.
        ratio: device pixels per logical pixel.
    """
    edge = round(size * ratio)
    picture = QPixmap(edge, edge)
    picture.fill(Qt.GlobalColor.transparent)
    renderer = QSvgRenderer(QByteArray(_drawing(name).replace("currentColor", colour).encode()))
    painter = QPainter(picture)
    renderer.render(painter, QRectF(0, 0, edge, edge))
    painter.end()
    picture.setDevicePixelRatio(ratio)
    return picture


@lru_cache(maxsize=512)
def icon(name: str, colour: str, disabled: str | None = None, sizes: tuple[int, ...] = (16, 20)) -> QIcon:
    """An icon for buttons and menus, in `colour`, and in `disabled` where it can't be used.

    Args:
        sizes: edges in logical pixels in which it will be shown; only these are drawn, for the densest screen, because
            drawing every icon in every size took 150 ms of the start. (A `QIconEngine` in Python, which could draw
            on demand, crashes.)
    """
    made, ratio = QIcon(), max((screen.devicePixelRatio() for screen in QGuiApplication.screens()), default=1.0)
    for size in sizes:
        drawn = pixmap(name, colour, size, ratio)
        for mode in (QIcon.Mode.Normal, QIcon.Mode.Selected):  # a style would wash out an icon in a selected row
            made.addPixmap(drawn, mode)
        if disabled is not None:
            made.addPixmap(pixmap(name, disabled, size, ratio), QIcon.Mode.Disabled)
    return made


@lru_cache(maxsize=128)
def _drawing(name: str) -> str:
    return (FOLDER / f"{name}.svg").read_text(encoding="utf-8")
