"""What the search asks for as chips: each says what it hides photos by, and a press takes it away."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QWidget

from gui.accessible import named
from gui.appearance import Appearance
from gui.flow_layout import FlowLayout

if TYPE_CHECKING:
    from storage.search import Part

MOST_CHIPS = 12
"""Chips shown; a question of more parts was pasted, and a hundred chips would hide the photos."""

LONGEST = 48
"""Letters of a chip; the whole is said, and seen in its tip."""


class FilterChips(QWidget):
    """Chips beside each other, on as many lines as they need; hidden while nothing is asked for.

    Signals:
        removed(str): a chip was pressed; the question without it.
        left(): the last chip went while it had the focus.
    """

    removed = Signal(str)
    left = Signal()

    def __init__(self, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._appearance = appearance
        self._parts: tuple[Part, ...] = ()
        self._chips: list[QPushButton] = []
        self._row = FlowLayout(self)
        self._row.setContentsMargins(12, 8, 12, 8)
        self._row.setSpacing(8)
        label = QLabel("Only:")
        label.setObjectName("caption")
        self._row.addWidget(label)
        self._more = QLabel(self)  # a widget without a parent would be collected by any thread
        self._more.setObjectName("caption")
        self._more.hide()
        self.hide()
        appearance.changed.connect(self._dress)

    def show_parts(self, parts: "Sequence[Part]") -> None:
        """Show what is asked for now."""
        if tuple(parts) == self._parts:
            return
        self._parts = tuple(parts)
        focused = next((number for number, chip in enumerate(self._chips) if chip.hasFocus()), -1)
        for old in (*self._chips, self._more):
            self._row.removeWidget(old)
        for chip in self._chips:
            chip.hide()  # at once, else it would be seen and heard until the event loop removes it
            chip.deleteLater()
        self._chips = [self._chip(part) for part in self._parts[:MOST_CHIPS]]
        more = len(self._parts) - len(self._chips)
        self._more.setText(f"and {more} more in the search field")
        for widget in (*self._chips, self._more):
            self._row.addWidget(widget)
        self._more.setVisible(more > 0)
        self._dress()
        self.setVisible(bool(self._parts))
        if focused >= 0 and self._chips:
            self._chips[min(focused, len(self._chips) - 1)].setFocus(Qt.FocusReason.OtherFocusReason)
        elif focused >= 0:
            self.left.emit()

    @property
    def focused(self) -> bool:
        """Whether a chip has the focus."""
        return self.isAncestorOf(QApplication.focusWidget() or self)

    def _chip(self, part: "Part") -> QPushButton:
        said = part.said if len(part.said) <= LONGEST else f"{part.said[: LONGEST - 1].rstrip()}…"
        chip = named(QPushButton(said.replace("&", "&&"), self), f"Remove filter: {part.said}")
        chip.setObjectName("chip")
        chip.setToolTip(chip.accessibleName())
        chip.setLayoutDirection(Qt.LayoutDirection.RightToLeft)  # the cross stands behind the words
        chip.clicked.connect(lambda: self.removed.emit(part.left))
        return chip

    def _dress(self) -> None:
        edge = self._appearance.scaled(16)
        for chip in self._chips:
            chip.setIcon(self._appearance.icon("close", "selection_text"))
            chip.setIconSize(QSize(edge, edge))
