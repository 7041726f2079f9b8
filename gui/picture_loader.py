"""The large picture of the photo in hand, and of the next one before it is asked for.

Decoding takes 40–120 ms at 12–24 megapixels (measured), the goal from key to next photo is 100 ms: so the neighbour
is decoded ahead, and the few pictures around the present one are kept.
"""

import threading
from collections import OrderedDict
from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from gui.images import to_qimage
from gui.jobs import Calls
from storage.job import KnownError
from storage.photos import PhotoRow

KEPT = 6
"""Pictures kept: the present one, its neighbours and where one came from; at 4 MP each some 100 MB at most."""


LONGEST_KEPT = 2048
"""Longest side in pixels of pictures that are kept, more than most screens show of a photo; a larger one is made
for one look through the magnifying glass."""


class PictureLoader(QObject):
    """Loads large pictures.

    Signals:
        loaded(int, object, str): photo, its `QImage` or None, and why it is None.
    """

    loaded = Signal(int, object, str)

    def __init__(self, parent: QObject | None = None, *, after: threading.Event | None = None) -> None:
        """Load pictures, but none before `after` has happened."""
        super().__init__(parent)
        self._calls = Calls("picture", self, after=after)
        self.failed = self._calls.failed
        self._kept: OrderedDict[tuple[int, int, int], tuple[QImage | None, str]] = OrderedDict()
        self._wanted = 0

    def want(self, photo: PhotoRow, side: int, ahead: Sequence[PhotoRow] = ()) -> None:
        """Load a photo, at most `side` pixels long, then those that are likely to come next."""
        self._wanted = photo.id
        known = self._kept.get(_key(photo, side))
        if known is not None:
            self.loaded.emit(photo.id, *known)
        else:
            self._calls.ask(
                lambda: _read(photo, side), lambda read: self._arrived(photo, side, read), only_latest="want"
            )
        for number, next_one in enumerate(ahead):
            if _key(next_one, side) not in self._kept:
                self._ahead(next_one, side, f"ahead {number}")

    def _ahead(self, photo: PhotoRow, side: int, name: str) -> None:
        self._calls.ask(lambda: _read(photo, side), lambda read: self._keep(photo, side, read), only_latest=name)

    def _arrived(self, photo: PhotoRow, side: int, read: tuple[QImage | None, str]) -> None:
        self._keep(photo, side, read)
        if photo.id == self._wanted:
            self.loaded.emit(photo.id, *read)

    def _keep(self, photo: PhotoRow, side: int, read: tuple[QImage | None, str]) -> None:
        if side > LONGEST_KEPT:
            return
        self._kept[_key(photo, side)] = read
        self._kept.move_to_end(_key(photo, side))
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)

    def close(self) -> None:
        """Wait for the thread."""
        self._calls.close()


def _key(photo: PhotoRow, side: int) -> tuple[int, int, int]:
    return photo.id, photo.mtime_ns, side


def _read(photo: PhotoRow, side: int) -> tuple[QImage | None, str]:
    from storage.image_file import open_upright

    try:
        return to_qimage(open_upright(photo.path, max_side=side)), ""
    except KnownError as error:
        return None, str(error)
