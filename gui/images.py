"""From decoded photos to Qt's images; may be called in any thread (a `QImage` is only memory, a `QPixmap` is not)."""

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage

if TYPE_CHECKING:
    from PIL.Image import Image

    from storage.photos import PhotoRow


def to_qimage(picture: "Image") -> QImage:
    """An RGB picture as a `QImage` of its own memory, in the format that is painted fastest."""
    plain = picture if picture.mode == "RGB" else picture.convert("RGB")
    raw = plain.tobytes()
    width, height = plain.size
    return QImage(raw, width, height, 3 * width, QImage.Format.Format_RGB888).convertToFormat(
        QImage.Format.Format_RGB32
    )


def fitted(image: QImage, width: int, height: int) -> QImage:
    """The image in a frame of width × height pixels; a smaller image stays as it is."""
    if image.width() <= width and image.height() <= height:
        return image
    return image.scaled(width, height, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation)


def make_thumbnail(photo: "PhotoRow", side: int) -> QImage:
    """A photo's thumbnail from the cache, or made; one that is damaged in the cache, by whoever, is made anew.

    Args:
        side: as for `storage.thumbnails.thumbnail`.

    Raises:
        KnownError: the photo can't be read or decoded.
    """
    from storage.thumbnails import make_anew, thumbnail

    made = thumbnail(photo.path, side, photo.mtime_ns)
    if isinstance(made, Path):
        image = QImage(str(made))
        if not image.isNull():
            return image
        made = make_anew(photo.path, side, photo.mtime_ns)
    return to_qimage(made)
