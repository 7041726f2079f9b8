"""Thumbnails for the grid: made by threads as `QImage`, kept as `QPixmap` in the main thread, newest wish first.

While one scrolls, what is wanted now matters and what was passed by does not: wishes are a stack of bounded height.
Arrivals are gathered into one repaint per interval, because a repaint costs as much as a screen of thumbnails.

Invariants: pixmaps are made in the main thread only; a photo that can't be decoded is asked for once and gets an
empty pixmap; a thumbnail belongs to the file as it was (its modification time is part of the key).
"""

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import TypeAlias

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QImage, QPixmap

from gui.images import fitted
from storage.job import KnownError
from storage.photos import PhotoRow

MOST_WISHES = 256
"""Wishes that wait; more than two screens are never looked at again."""

MOST_BYTES = 192 * 1024 * 1024
"""Memory for pixmaps; at 4 bytes a pixel some 1,400 thumbnails of 240 × 180."""

REPAINT_MS = 24
"""Between two repaints by arrivals."""

Key: TypeAlias = tuple[int, int, int, int]
"""Photo, its modification time, width and height of the frame in device pixels."""


Make: TypeAlias = Callable[[PhotoRow, int], QImage]
"""Photo and longest side in pixels → an upright picture; raises `KnownError` where it can't."""

Ahead: TypeAlias = Callable[[PhotoRow, int], QImage | None]
"""The same at once, None where there is none."""


class ThumbnailLoader(QObject):
    """Answers at once with what it has and makes the rest.

    Attributes:
        side: pixels of the longest side that was asked for last, 0 before that.

    Signals:
        arrived(): thumbnails that were asked for can be painted now.
    """

    arrived = Signal()
    _made = Signal(object, object)

    def __init__(
        self, make: Make, *, threads: int = 2, ahead: Ahead | None = None, parent: QObject | None = None
    ) -> None:
        """Load with `make`.

        Args:
            threads: how many at once; decoding releases Python's lock.
            ahead: gives pictures that were made before anybody asked.
        """
        super().__init__(parent)
        self.side = 0
        self._make, self._ahead = make, ahead
        self._pixmaps: OrderedDict[Key, QPixmap] = OrderedDict()
        self._bytes = 0
        self._wishes: OrderedDict[Key, PhotoRow] = OrderedDict()
        self._under_way: set[Key] = set()
        self._condition = threading.Condition()
        self._closed = False
        self._made.connect(self._keep)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(REPAINT_MS)
        self._timer.timeout.connect(self.arrived)
        self._threads = [
            threading.Thread(target=self._work, name=f"thumbnails-{n}", daemon=True) for n in range(threads)
        ]
        for thread in self._threads:
            thread.start()

    def picture(self, photo: PhotoRow, width: int, height: int) -> QPixmap | None:
        """The thumbnail that fits into width × height device pixels; None: it comes later; empty: it can't be made."""
        key = (photo.id, photo.mtime_ns, width, height)
        known = self._pixmaps.get(key)
        if known is not None:
            self._pixmaps.move_to_end(key)
            return known
        self.side = max(width, height)
        image = self._ahead(photo, self.side) if self._ahead is not None else None
        if image is not None:
            return self._store(key, fitted(image, width, height))
        with self._condition:
            if key not in self._under_way:
                self._wishes[key] = photo
                self._wishes.move_to_end(key)
                while len(self._wishes) > MOST_WISHES:
                    self._wishes.popitem(last=False)
                self._condition.notify()
        return None

    @property
    def idle(self) -> bool:
        """True where nothing is wished for or being made."""
        with self._condition:
            return not self._wishes and not self._under_way

    def _work(self) -> None:
        while True:
            with self._condition:
                while not self._wishes and not self._closed:
                    self._condition.wait()
                if self._closed:
                    return
                key, photo = self._wishes.popitem(last=True)
                self._under_way.add(key)
            image = QImage()
            try:
                image = fitted(self._make(photo, max(key[2], key[3])), key[2], key[3])
            except KnownError:
                pass  # told as a problem of the photo by the scan; here it is an empty picture
            finally:
                if not self._closed:
                    self._made.emit(key, image)

    def _keep(self, key: Key, image: QImage) -> None:
        with self._condition:
            self._under_way.discard(key)
        self._store(key, image)
        if not self._timer.isActive():
            self._timer.start()

    def _store(self, key: Key, image: QImage) -> QPixmap:
        pixmap = self._pixmaps[key] = QPixmap.fromImage(image)
        self._bytes += image.sizeInBytes()
        while self._bytes > MOST_BYTES and len(self._pixmaps) > 1:
            _, old = self._pixmaps.popitem(last=False)
            self._bytes -= old.width() * old.height() * 4
        return pixmap

    def close(self) -> None:
        """Drop all wishes and wait for the threads."""
        with self._condition:
            self._closed = True
            self._wishes.clear()
            self._condition.notify_all()
        for thread in self._threads:
            thread.join()
