"""A progress bar that stands still where the system asks for no animation.

While nobody knows how much there is to do, a bar moves to and fro. Whoever turned animations off gets an empty bar
instead; what is being done stands in words beside it.

Windows and macOS tell Qt; what Linux desktops say is heard by `gui.motion`.
"""

from PySide6.QtWidgets import QProgressBar, QWidget

from gui import motion
from gui.accessible import named


class WorkBar(QProgressBar):
    """How far some work is, without words."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, name)
        self.setTextVisible(False)
        self._unknown = False

    @property
    def moves(self) -> bool:
        """Whether it may move, as far as the style knows from the system's settings.

        (`QStyle::SH_Widget_Animation_Duration`, milliseconds; 0 asks for no animation. Where Qt knows of no such
        setting, as on Linux, it answers 200.)
        """
        from PySide6.QtWidgets import QStyle  # 20 ms for its hundreds of names, which the first screen does without

        lasts = self.style().styleHint(QStyle.StyleHint.SH_Widget_Animation_Duration, None, self)
        return lasts > 0 and not motion.asks_for_none()

    def show_done(self, done: int, total: int | None) -> None:
        """Show how much is done; busy where the total is unknown or nothing."""
        self._unknown = not total
        if total:
            self.setRange(0, total)
            self.setValue(done)
        else:
            self.settle()

    def settle(self) -> None:
        """Move or stand still as the system wishes now."""
        if self._unknown:
            self.setRange(0, 0 if self.moves else 1)
            self.reset()
