"""The newest photos and their thumbnails, read by a thread while the window is still being built.

Reading a library and decoding pictures need another core than building the window does, so the first paint can show
thumbnails at once. Only thumbnails that are kept from before are read, 2 ms each; others are made when they are seen.

The thread ends by itself; whoever asks for rows waits for them, thumbnails are there or are not.
"""

import threading
from dataclasses import dataclass

from PySide6.QtCore import QSettings
from PySide6.QtGui import QImage

from storage import photos, settings
from storage.library import Library
from storage.photos import PhotoRow
from storage.thumbnails import cached

PAGE = 64
"""Photos read at once, a screen of thumbnails: also a page of `gui.photo_model`."""

SEEN, MOST_SEEN = 24, 96
"""Photos whose thumbnails are read where nobody knows how many the window will show, and at most: 0.2 s of work."""

SIDE = 256
"""Pixels of the longest side at first: what the usual size of cells needs on a usual screen."""


@dataclass(frozen=True, slots=True)
class Glance:
    """How many photos one saw at once, and the pixels that the longest side of their pictures needed."""

    photos: int = SEEN
    side: int = SIDE

    @classmethod
    def recall(cls, stored: QSettings) -> "Glance":
        """What was kept."""
        seen, side = (int(str(stored.value(f"window/{name}", 0))) for name in ("seen", "side"))
        return cls(min(seen, MOST_SEEN) or SEEN, side or SIDE)

    def keep(self, stored: QSettings) -> None:
        """Keep it for the next start."""
        stored.setValue("window/seen", self.photos)
        stored.setValue("window/side", self.side)


class FirstPhotos:
    """Reads from its making on."""

    def __init__(self, library: Library, glance: Glance) -> None:
        self._library, self._glance = library, glance
        self._rows: list[PhotoRow] = []
        self._failure: Exception | None = None
        self._listed = threading.Event()
        self._images: dict[tuple[int, int], QImage] = {}
        self._closed = False
        self._thread = threading.Thread(target=self._read, name="first-photos")
        self._thread.start()

    def rows(self) -> list[PhotoRow]:
        """The newest photos.

        Raises:
            KnownError: the library can't be read.
        """
        self._listed.wait()
        if self._failure is not None:
            raise self._failure
        return self._rows

    def take(self, photo: PhotoRow, side: int) -> QImage | None:
        """The thumbnail of a photo whose longest side needs so many pixels, once; None where it is not there."""
        image = self._images.pop((photo.id, photo.mtime_ns), None)
        return image if side <= self._glance.side else None

    def _read(self) -> None:
        try:
            with self._library.peek() as connection:
                language = settings.load(connection).language
                self._rows = photos.rows(connection, photos.newest(connection, PAGE), language=language)
        except Exception as error:
            self._failure = error
        finally:
            self._listed.set()
        for photo in self._rows[: self._glance.photos]:
            if self._closed:
                return
            if photo.mtime_ns and (kept := cached(photo.path, self._glance.side, photo.mtime_ns)) is not None:
                image = QImage(str(kept))
                if not image.isNull():
                    self._images[photo.id, photo.mtime_ns] = image

    def close(self) -> None:
        """Stop reading."""
        self._closed = True
        self._images.clear()
        self._thread.join()
