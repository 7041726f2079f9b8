"""Photos that are there more than once, side by side, and the words of one for all the others.

Exact copies are known from the library; photos that look alike have to be compared first, which goes on where it was
stopped. Nothing here deletes or changes a file.
"""

from collections.abc import Generator, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QRadioButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from gui.accessible import Announcer, named
from gui.dialogs.frame import Frame
from gui.jobs import End, Lane, Outcome, Task
from gui.words import NO_TEXT, STATES, counted
from gui.work_bar import WorkBar
from storage.job import KnownError, Progress
from storage.shown import shown_place

if TYPE_CHECKING:
    from gui.desk import Desk
    from gui.thumbnail_loader import ThumbnailLoader
    from storage.duplicates import Group
    from storage.photos import PhotoRow

KINDS = {"exact": "Exact copies", "near": "Photos that look alike", "series": "Series, taken in one go"}
"""What is looked for, by the value of `storage.duplicates.Likeness`."""

NONE = {
    "exact": "No photo is there twice.",
    "near": "No two photos look alike.",
    "series": "No photos look as if they were taken in one go.",
}
"""What is said where nothing was found."""

SIDE = 192
"""Longest side of a picture in pixels, at 100 % text size."""

LARGEST_SIDE = 320
"""Longest side at any text size, so that a whole card is seen on a screen of 1024 pixels."""

MOST = 2_000
"""Groups listed."""


class _Card(QWidget):
    """One photo: picture, name, state, words."""

    def __init__(self, photo: "PhotoRow", side: int) -> None:
        super().__init__()
        self.photo, self._side = photo, side
        self._picture = QLabel()
        self._picture.setFixedSize(side, side)
        self._picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._picture.setAccessibleName(f"Picture of {photo.name}")
        size = f"{photo.width} × {photo.height}, " if photo.width else ""
        state, place = STATES[photo.state].word, shown_place(photo.path.parent)
        self.choose = QRadioButton()
        room = side - 24
        self.choose.setText(self.choose.fontMetrics().elidedText(photo.name, Qt.TextElideMode.ElideMiddle, room))
        self.choose.setToolTip(photo.name)
        named(self.choose, f"{photo.name}, {state}: {photo.alt_text or NO_TEXT}", f"{size}{place}")
        words = QLabel(photo.alt_text or NO_TEXT)
        facts = QLabel(f"{state} · {size}{counted(photo.tags, 'tag')}\n{place}")
        facts.setObjectName("muted")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 8, 8)
        column.addWidget(self._picture)
        column.addWidget(self.choose)
        for label in (words, facts):
            label.setWordWrap(True)
            column.addWidget(label)
        column.addStretch(1)
        self.setFixedWidth(side + 16)

    def load(self, thumbnails: "ThumbnailLoader") -> None:
        """Show the picture, where it was made already."""
        ratio = self.devicePixelRatioF()
        wanted = round(self._side * ratio)
        made = thumbnails.picture(self.photo, wanted, wanted)
        if made is not None and not made.isNull():
            shown = QPixmap(made)
            shown.setDevicePixelRatio(ratio)
            self._picture.setPixmap(shown)


class DuplicatesDialog(Frame):
    """Groups, and the photos of one of them.

    Attributes:
        groups: what was found.
        looking: whether groups are still being looked for.
    """

    def __init__(self, desk: "Desk", thumbnails: "ThumbnailLoader", side: int, parent: QWidget | None = None) -> None:
        super().__init__("Duplicates and series", (920, 580), parent)
        self._desk, self._thumbnails, self._side = desk, thumbnails, min(side, LARGEST_SIDE)
        self.groups: list[Group] = []
        self._cards: list[_Card] = []
        self._sources = QButtonGroup(self)
        self._sources.buttonToggled.connect(lambda *_: self._dress())
        self._kind = named(QComboBox(), "Look for")
        for kind, words in KINDS.items():
            self._kind.addItem(words, kind)
        self._list = named(QListWidget(), "Groups")
        self._bar = WorkBar("Progress of comparing")
        self._announcer = Announcer(self)
        self._lane = Lane("duplicates", self)
        self._place()
        self._replace = QCheckBox("Also replace words that the others have")
        named(self._replace, self._replace.text())
        self.body.addWidget(self._replace)
        self._copy = self.add_primary("Copy words to the others", self.copy)
        self.add_close()
        self._kind.currentIndexChanged.connect(lambda _: self.look())
        self._list.currentRowChanged.connect(self._show)
        self._lane.progressed.connect(self._progressed)
        self._lane.finished.connect(self._found)
        thumbnails.arrived.connect(self._load)
        self.finished.connect(self._close)
        self._dress()
        self.look()

    def _place(self) -> None:
        left = QVBoxLayout()
        left.setSpacing(8)
        left.addWidget(self._kind)
        left.addWidget(self._list, 1)
        left.addWidget(self._bar)
        left.addStretch(0)
        self._inside = QWidget()
        self._inside.setObjectName("inside")
        self._row = QHBoxLayout(self._inside)
        self._row.addStretch(1)
        self._row.setSpacing(8)
        scroll = self._shown = named(QScrollArea(), "Photos of the group")
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidgetResizable(True)
        scroll.setWidget(self._inside)
        row = QHBoxLayout()
        row.setSpacing(16)
        row.addLayout(left, 1)
        row.addWidget(scroll, 4)
        self.body.addLayout(row, 1)

    # looking

    def look(self) -> None:
        """Look for groups of the chosen kind."""
        for task in self._lane.tasks:
            task.cancel()
        kind = self._kind.currentData()
        self.looking = True
        self._bar.show_done(0, None)
        self._bar.show()
        self.tell("Looking for them…" if kind == "exact" else "Comparing photos; what is compared is kept.")
        self._answer: list[Group] = []

        def job() -> Generator[Progress, None, None]:
            from storage import duplicates, picture_hash

            library = self._desk.library
            if kind == "exact":
                yield Progress(stage="compare", done=0)
                with library.read() as connection:
                    self._answer = duplicates.exact_copies(connection)
            else:
                yield from picture_hash.hash_pictures(library)
                find = duplicates.near_duplicates if kind == "near" else duplicates.series
                self._answer = find(library)

        self._lane.start("Duplicates", job)

    def _progressed(self, _task: Task, progress: Progress) -> None:
        self._bar.show_done(progress.done, progress.total)

    def _found(self, _task: Task, outcome: Outcome) -> None:
        if outcome.end is End.CANCELLED or self._lane.tasks:
            return
        self.looking = False
        self._bar.hide()
        if outcome.end is not End.DONE:
            self.tell(outcome.message)
            return
        self._announcer.say(self.show_groups(self._answer))

    def show_groups(self, groups: "list[Group]") -> str:
        """List groups, and show the photos of the first.

        Returns:
            how many there are, in words.
        """
        self.groups = groups
        sentence = f"{counted(len(groups), 'group')} found." if groups else NONE[self._kind.currentData()]
        if len(groups) > MOST:
            sentence += f" The first {MOST:,} are listed."
        self.tell(f"{sentence} Choose whose approved words the others get." if groups else sentence)
        self._list.clear()
        self._list.addItems([counted(len(group.photos), "photo") for group in groups[:MOST]])
        self._list.setCurrentRow(0)
        self._show()
        return sentence

    def _show(self) -> None:
        for card in self._cards:
            self._sources.removeButton(card.choose)
            self._row.removeWidget(card)
            card.deleteLater()
        self._cards = []
        row = self._list.currentRow()
        if 0 <= row < len(self.groups):
            photos = self.groups[row].photos
            self._desk.read_rows_later(photos, lambda rows: self.show_rows(photos, rows))
        self._dress()

    def show_rows(self, photos: Sequence[int], rows: "list[PhotoRow]") -> None:
        """Show the photos of the current group, unless another was chosen meanwhile."""
        at = self._list.currentRow()
        if self._cards or not 0 <= at < len(self.groups) or self.groups[at].photos != photos:
            return
        self._cards = [_Card(row, self._side) for row in rows]
        for number, card in enumerate(self._cards):
            self._row.insertWidget(number, card)
            self._sources.addButton(card.choose)
        best = max(self._cards, key=lambda card: card.photo.state.value if card.photo.alt_text else -1, default=None)
        if best is not None:
            best.choose.setChecked(True)
        if rows:
            self._list.item(at).setText(f"{counted(len(rows), 'photo')}: {rows[0].name}")
        self._load()
        self._dress()

    def _load(self) -> None:
        for card in self._cards:
            card.load(self._thumbnails)

    def _dress(self) -> None:
        for part in (self._list, self._shown, self._replace):  # nothing to choose, no empty boxes
            part.setVisible(bool(self.groups))
        self._copy.setEnabled(len(self._cards) > 1 and self._sources.checkedButton() is not None)

    # copying

    def copy(self) -> None:
        """Give the others the words of the chosen photo: one step that undo takes back."""
        from storage import duplicates
        from storage.exchange.merge import Rule

        source = next(card.photo.id for card in self._cards if card.choose.isChecked())
        others = [card.photo.id for card in self._cards if card.photo.id != source]
        rule = Rule.REPLACE if self._replace.isChecked() else Rule.KEEP

        def change() -> int | str:
            try:
                return duplicates.copy_words(self._desk.library, source, others, rule=rule)
            except KnownError as error:
                return str(error)

        self._desk.edit(change, self._told)

    def _told(self, found: int | str) -> None:
        sentence = (
            found if isinstance(found, str) else f"Words copied to {counted(found, 'photo')}; undo takes it back."
        )
        self.tell(sentence)
        self._announcer.say(sentence)
        self._show()

    def _close(self) -> None:
        self._thumbnails.arrived.disconnect(self._load)
        self._lane.close()
