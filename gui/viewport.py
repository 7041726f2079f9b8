"""The inner widget of a scrolling view, made here instead of by Qt.

A widget that Qt made gets its Python object when Python asks for it first, and to find the right class for a plain one
all classes of widgets are prepared: 13 ms of the start, most of which nobody needs.
"""

from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QAbstractScrollArea, QWidget


def give_viewport(view: QAbstractScrollArea) -> None:
    """Put a viewport of our own into a view; to be called before the view is arranged."""
    made = QWidget(view)
    made.setObjectName("qt_scrollarea_viewport")  # as Qt calls its own, by which it is left out of what is spoken
    made.setBackgroundRole(QPalette.ColorRole.Base)
    made.setAutoFillBackground(True)
    view.setViewport(made)
