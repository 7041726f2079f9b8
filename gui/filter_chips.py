"""The active filters as chips: each says what it hides photos by, and a press removes it."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QLabel, QPushButton, QWidget

from gui.accessible import named
from gui.appearance import Appearance
from gui.flow_layout import FlowLayout


class FilterChips(QWidget):
    """Chips beside each other, on as many lines as they need; hidden while there is no filter.

    Signals:
        removed(str): the filter whose chip was pressed.
    """

    removed = Signal(str)

    def __init__(self, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._appearance = appearance
        self._filters: tuple[str, ...] = ()
        self._chips: list[QPushButton] = []
        self._row = FlowLayout(self)
        self._row.setContentsMargins(12, 8, 12, 8)
        self._row.setSpacing(8)
        label = QLabel("Only:")
        label.setObjectName("caption")
        self._row.addWidget(label)
        self.hide()
        appearance.changed.connect(self._dress)

    def show_filters(self, filters: Sequence[str]) -> None:
        """Show these filters."""
        if tuple(filters) == self._filters:
            return
        self._filters = tuple(filters)
        had_focus = any(chip.hasFocus() for chip in self._chips)
        for chip in self._chips:
            self._row.removeWidget(chip)
            chip.deleteLater()
        self._chips = [self._chip(words) for words in self._filters]
        for chip in self._chips:
            self._row.addWidget(chip)
        if had_focus and self._chips:
            self._chips[0].setFocus(Qt.FocusReason.OtherFocusReason)
        self._dress()
        self.setVisible(bool(self._filters))

    def _chip(self, words: str) -> QPushButton:
        chip = named(QPushButton(words), f"Remove the filter {words}")
        chip.setObjectName("chip")
        chip.setLayoutDirection(Qt.LayoutDirection.RightToLeft)  # the cross stands behind the words
        chip.clicked.connect(lambda: self.removed.emit(words))
        return chip

    def _dress(self) -> None:
        edge = self._appearance.scaled(16)
        for chip in self._chips:
            chip.setIcon(self._appearance.icon("close", "selection_text"))
            chip.setIconSize(QSize(edge, edge))
