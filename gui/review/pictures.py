"""The photo in hand as a picture, in the panel and large: loading it, frames on it, looking closer, dragging it out."""

from collections.abc import Sequence

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QDrag, QImage

from gui.desk import Desk
from gui.main_window import MainWindow
from gui.photo_model import PhotoModel
from gui.picture_loader import LONGEST_KEPT, PictureLoader
from gui.picture_view import Frame, PictureView
from gui.words import NO_TEXT
from storage.photos import PhotoRow

FINEST_SIDE = 8192
"""Longest side of a picture that is zoomed: every pixel of all but the largest cameras, in 180 MB."""


class LargePictures(QObject):
    """Shows one photo in both picture views."""

    def __init__(self, window: MainWindow, model: PhotoModel, desk: Desk, loader: PictureLoader) -> None:
        super().__init__(window)
        self._window, self._model, self._desk, self._loader = window, model, desk, loader
        self._views: tuple[PictureView, ...] = (window.panel.picture, window.stage)
        self._photo: PhotoRow | None = None
        self._finest = False
        loader.loaded.connect(self._show)
        window.stage.finer.connect(self._look_closer)
        for view in self._views:
            view.dragged.connect(self.carry)

    def want(self, photo: PhotoRow | None, ahead: Sequence[PhotoRow] = ()) -> None:
        """Show a photo as soon as it is loaded.

        Args:
            ahead: those that are likely to come next.
        """
        self._photo, self._finest = photo, False
        if photo is None:
            self._window.stage.show_picture(None, "none", note="No photo is selected.")
            return
        for view in self._views:
            view.show_picture(None, photo.alt_text or NO_TEXT)
        self._loader.want(photo, LONGEST_KEPT, ahead)

    def tell(self, photo: PhotoRow) -> None:
        """The photo that is shown has another text, or its file is another one."""
        before, self._photo = self._photo, photo
        if before is not None and before.id == photo.id and before.mtime_ns != photo.mtime_ns:
            self._finest = False
            self._loader.want(photo, LONGEST_KEPT)  # what is seen stays until it is loaded
        for view in self._views:
            view.tell_caption(photo.alt_text or NO_TEXT)
        if self._window.actions_table["boxes"].isChecked():
            self.show_boxes()

    def _show(self, photo: int, image: QImage | None, note: str) -> None:
        if self._photo is None or photo != self._photo.id:
            return
        fine = image is not None and max(image.width(), image.height()) > LONGEST_KEPT
        for view in (self._window.stage,) if fine else self._views:
            view.show_picture(image, self._photo.alt_text or NO_TEXT, note=note, same=True)

    def _look_closer(self) -> None:
        """Load the photo once more with all its pixels, because it is zoomed."""
        photo = self._photo
        if photo is not None and not self._finest and max(photo.width or 0, photo.height or 0) > LONGEST_KEPT:
            self._finest = True
            self._loader.want(photo, FINEST_SIDE)

    def carry(self) -> None:
        """Drag the photo out: its file, and its alt text for places that take text."""
        index = self._model.index(self._model.row_of(self._photo.id), 0) if self._photo is not None else None
        if index is not None and index.isValid():
            drag = QDrag(self._window)
            drag.setMimeData(self._model.mimeData([index]))
            drag.exec(Qt.DropAction.CopyAction)

    def show_boxes(self) -> None:
        """Frame what was found in the photo, or no longer."""
        wanted = self._window.actions_table["boxes"].isChecked()
        if not wanted or self._photo is None:
            for view in self._views:
                view.show_frames((), visible=False)
            return
        photo = self._photo.id

        def read() -> list[Frame]:
            from gui.found_boxes import frames

            return frames(self._desk.library, photo)

        def show(found: list[Frame]) -> None:
            if self._photo is not None and photo == self._photo.id:
                for view in self._views:
                    view.show_frames(found, visible=True)

        self._desk.ask_library(read, show, only_latest="boxes")
