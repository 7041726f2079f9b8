"""Room for words: what dialogs, forms and tables need where the text is larger than usual.

Lengths are given for text of the usual size and grow with it, as far as the screen goes. A form of labels beside their
fields becomes one of labels above them where they would leave the fields no room.
"""

from PySide6.QtCore import QSize
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from gui.appearance import LARGE, text_scale

MARGIN = QSize(32, 64)
"""Of the screen, left free around a dialog: the frame of its window and the system's own bars."""


def grown(pixels: int) -> int:
    """A length at the text size there is, on the 4-pixel grid."""
    return round(pixels * text_scale() / 4) * 4


def give_room(dialog: QDialog, width: int, height: int) -> None:
    """Make a dialog as large as it should be at this text size, as far as the screen allows."""
    dialog.resize(QSize(grown(width), grown(height)).boundedTo(dialog.screen().availableSize() - MARGIN))


def form(parent: QWidget | None = None) -> QFormLayout:
    """A form with the spacing of all forms; its labels stand above the fields where the text is large."""
    made = QFormLayout(parent) if parent is not None else QFormLayout()
    large = text_scale() >= LARGE
    policy = QFormLayout.RowWrapPolicy
    made.setRowWrapPolicy(policy.WrapAllRows if large else policy.WrapLongRows)
    made.setHorizontalSpacing(16)
    made.setVerticalSpacing(8 if large else 12)
    made.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
    return made


def note(words: str) -> QLabel:
    """A sentence of second rank."""
    made = QLabel(words)
    made.setObjectName("muted")
    made.setWordWrap(True)
    return made


def noted(field: QWidget, about: QLabel | None) -> QVBoxLayout:
    """A field, and a note close below it where its own words begin."""
    made = QVBoxLayout()
    made.setSpacing(2)
    made.addWidget(field)
    if about is not None:
        if isinstance(field, QCheckBox):
            about.setContentsMargins(grown(16) + 10, 0, 0, 0)  # the tick with its borders, and the gap behind it
        made.addWidget(about)
    return made


def beside(*widgets: QWidget) -> QHBoxLayout:
    """Widgets beside each other, each no wider than it needs to be."""
    made = QHBoxLayout()
    made.setSpacing(8)
    for widget in widgets:
        made.addWidget(widget)
    made.addStretch(1)
    return made


def yielding(box: QComboBox, letters: int = 12) -> QComboBox:
    """Let a box be narrower than its longest choice, but never than this many letters."""
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    box.setMinimumContentsLength(letters)
    return box


class NumberBox(QSpinBox):
    """A field for a percentage, with its number where the words of other fields begin."""

    def __init__(self, least: int, most: int, step: int = 1) -> None:
        super().__init__()
        self.setRange(least, most)
        self.setSingleStep(step)
        self.setSuffix(" %")
        self.lineEdit().setTextMargins(6, 0, 0, 0)
