"""The photo alone on the whole screen, with its text over the lower edge; every key of reviewing works as before."""

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QWidget

from gui.main_window import MainWindow


class FullView(QObject):
    """Hides everything but the photo, and brings it back."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._hidden: list[QWidget] = []
        self._state = Qt.WindowState.WindowNoState
        self._view = ""
        window.stage.left.connect(self.leave)
        window.closing.connect(self.leave)  # so that the window is remembered as it usually is

    def toggle(self) -> None:
        """Show the photo alone, or the window again."""
        if self._view:
            self.leave()
            return
        window = self._window
        self._view, self._state = window.view(), window.windowState()
        window.show_view("review-view")
        self._hidden = [part for part in window.surroundings() if part.isVisibleTo(window)]
        for part in self._hidden:
            part.hide()
        window.stage.show_caption(visible=True)
        window.stage.fit()
        window.showFullScreen()
        window.stage.setFocus(Qt.FocusReason.OtherFocusReason)
        window.actions_table["full-screen"].setChecked(True)

    def leave(self) -> None:
        """Show the window as it was."""
        if not self._view:
            return
        window, view, self._view = self._window, self._view, ""
        for part in self._hidden:
            part.show()
        window.stage.show_caption(visible=False)
        window.setWindowState(self._state)
        window.actions_table["full-screen"].setChecked(False)
        window.show_view(view)
