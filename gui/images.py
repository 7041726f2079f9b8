"""From decoded photos to Qt's images; may be called in any thread (a `QImage` is only memory, a `QPixmap` is not)."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage

if TYPE_CHECKING:
    from PIL.Image import Image


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
