"""Photos whose words another program changed: both sides of every field that differs, and a choice between them.

Nothing is decided for a person: a photo is settled only where a side was chosen for each of its fields, one by one, for
the photos selected, or for all by a rule. Settling is one step that undo takes back.
"""

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QHeaderView,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QSplitter,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from gui.accessible import Announcer, named
from gui.appearance import Appearance
from gui.flow_layout import FlowLayout
from gui.review.side_by_side import SPANS, MarkedText, different, missing
from gui.room import give_room, grown, yielding
from gui.words import counted
from storage.photos import shown
from storage.verify import KEYWORDS, Difference, Key, Outside

NAMES = {
    "alt_text": "Alt text",
    "extended_description": "Extended description",
    "caption": "Caption",
    "title": "Title",
    "keywords": "Keywords",
}

SIDES = {None: "not chosen yet", False: "library", True: "file"}
"""What is said of a field: whether the file's words are taken."""


def _only_keywords(photo: Outside) -> bool:
    return all(difference.key == KEYWORDS for difference in photo.differences)


def _nothing_lost_in_file(photo: Outside) -> bool:
    return all(not difference.ours for difference in photo.differences)


def _nothing_lost_here(photo: Outside) -> bool:
    return all(not difference.theirs for difference in photo.differences)


RULES: tuple[tuple[str, Callable[[Outside], bool]], ...] = (
    ("all photos", lambda _: True),
    ("photos where only keywords differ", _only_keywords),
    ("photos where only the file has words", _nothing_lost_in_file),
    ("photos where only the library has words", _nothing_lost_here),
)
"""Photos that a choice in bulk can be for, beside those selected in the list."""


class _Fields(QTableWidget):
    """The fields of one photo; Space and Return choose the other side."""

    def __init__(self, appearance: Appearance, choose: Callable[[int], None]) -> None:
        super().__init__(0, 4)
        self._choose = choose
        named(self, "What differs", "Space chooses the other side.")
        self.setHorizontalHeaderLabels(["Field", "In the library", "In the file", "Keep"])
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header = self.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft)
        header.setHighlightSections(False)
        for column in (1, 2):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Stretch)
        for column in (0, 3):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
        delegate = MarkedText(appearance, self)
        self.setItemDelegateForColumn(1, delegate)
        self.setItemDelegateForColumn(2, delegate)
        self.doubleClicked.connect(lambda index: choose(index.row()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Space and Return."""
        if event.key() in (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentRow() >= 0:
            self._choose(self.currentRow())
        else:
            super().keyPressEvent(event)

    def show_photo(self, photo: Outside | None, chosen: Callable[[Key], bool | None]) -> None:
        """Show both sides of a photo."""
        differences = photo.differences if photo else ()
        self.setRowCount(len(differences))
        for row, difference in enumerate(differences):
            self._fill(row, difference, SIDES[chosen(difference.key)])
        if differences:
            self.setCurrentCell(0, 0)

    def _fill(self, row: int, difference: Difference, side: str) -> None:
        joint = ", " if difference.key == KEYWORDS else "\n"
        ours, theirs = joint.join(difference.ours), joint.join(difference.theirs)
        field, language = difference.key
        both = (difference.ours, difference.theirs)
        spans = missing(*both, joint) if difference.key == KEYWORDS else different(ours, theirs)
        name = f"{NAMES.get(field, field)} ({language})" if language else NAMES.get(field, field)
        for column, text in enumerate((name, ours or "–", theirs or "–", side)):
            item = QTableWidgetItem(text)
            item.setTextAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
            if column in (1, 2) and (ours if column == 1 else theirs):
                item.setData(SPANS, spans[column - 1])
            self.setItem(row, column, item)

    def said(self, row: int) -> tuple[str, ...]:
        """What a row says: field, both sides, and the one that is kept."""
        return tuple(str(self.model().index(row, column).data()) for column in range(self.columnCount()))

    def tell(self, row: int, side: str) -> None:
        """Say which side is kept of a field."""
        self.setItem(row, 3, QTableWidgetItem(side))


class OutsideDialog(QDialog):
    """Asks which side to keep.

    Attributes:
        list, fields: the photos, and what differs in the current one.
    """

    def __init__(
        self, photos: Sequence[Outside], appearance: Appearance, parent: QWidget | None = None, *, current: int = 0
    ) -> None:
        """Ask about these photos, beginning with `current` where it is one of them."""
        super().__init__(parent)
        self.setWindowTitle("Changed outside")
        give_room(self, *((960, 600) if photos else (440, 120)))
        self._photos = photos
        self._taken: dict[int, dict[Key, bool]] = {photo.photo: {} for photo in photos}
        said = QLabel(
            f"Another program changed the words of {counted(len(photos), 'photo')} that you had approved here. Choose "
            "what to keep; what differs is bold and underlined."
            if photos
            else "No photo was changed outside: all files say what the library believes."
        )
        said.setWordWrap(True)
        self.list = named(QListWidget(), "Photos changed outside")
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        for photo in photos:
            self.list.addItem(QListWidgetItem(shown(photo.path.name)))
        self.fields = _Fields(appearance, self._flip)
        sides = QSplitter(Qt.Orientation.Horizontal)
        sides.setChildrenCollapsible(False)
        sides.addWidget(self.list)
        sides.addWidget(self.fields)
        sides.setSizes([grown(240), grown(700)])
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        self.settle = buttons.button(QDialogButtonBox.StandardButton.Ok)
        self.settle.setObjectName("primary")
        leave = "Cancel" if photos else "Close"
        named(buttons.button(QDialogButtonBox.StandardButton.Cancel), leave).setText(leave)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        self._announcer = Announcer(self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(12)
        layout.addWidget(said)
        layout.addWidget(sides, 1)
        bulk = self._bulk()
        layout.addWidget(bulk)
        layout.addWidget(buttons)
        for part in (sides, bulk, self.settle):
            part.setVisible(bool(photos))
        self.list.currentRowChanged.connect(lambda _: self._show())
        if photos:
            self.list.setCurrentRow(next((row for row, photo in enumerate(photos) if photo.photo == current), 0))
        self._tell()
        self.list.setFocus()

    def _bulk(self) -> QWidget:
        self._for = named(yielding(QComboBox(), 24), "Choose for")
        self._for.addItems(["the photos selected in the list", *(words for words, _ in RULES)])
        label = QLabel("For")
        label.setBuddy(self._for)
        all_of_it = QWidget()
        line = FlowLayout(all_of_it)  # several lines where the text is large
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(8)
        line.addWidget(label)
        line.addWidget(self._for)
        for words, theirs in (("Keep the library's words", False), ("Take the file's words", True)):
            button = named(QPushButton(words), words)
            button.setAutoDefault(False)
            button.clicked.connect(lambda _=False, theirs=theirs: self.choose(theirs=theirs))
            line.addWidget(button)
        return all_of_it

    def _meant(self) -> list[Outside]:
        """The photos that a choice in bulk is for."""
        which = self._for.currentIndex()
        if which:
            return [photo for photo in self._photos if RULES[which - 1][1](photo)]
        return [self._photos[index.row()] for index in self.list.selectedIndexes()]

    def choose(self, *, theirs: bool) -> None:
        """Choose a side for the photos that the box names."""
        meant = self._meant()
        for photo in meant:
            self._taken[photo.photo] = {difference.key: theirs for difference in photo.differences}
        self._show()
        self._tell()
        self._announcer.say(f"{SIDES[theirs].capitalize()} chosen for {counted(len(meant), 'photo')}.")

    def _flip(self, row: int) -> None:
        photo = self._photos[self.list.currentRow()]
        chosen, key = self._taken[photo.photo], photo.differences[row].key
        chosen[key] = not chosen.get(key, True)  # the library's side first
        self.fields.tell(row, SIDES[chosen[key]])
        self._tell()
        field, *_, side = self.fields.said(row)
        self._announcer.say(f"{field}: keep {side}.")

    def _show(self) -> None:
        row = self.list.currentRow()
        photo = self._photos[row] if row >= 0 else None
        self.fields.show_photo(photo, lambda key: self._taken[photo.photo].get(key) if photo else None)

    def _side(self, photo: Outside) -> str:
        chosen = self._taken[photo.photo]
        if len(chosen) < len(photo.differences):
            return ""
        return "file" if all(chosen.values()) else "library" if not any(chosen.values()) else "field by field"

    def _tell(self) -> None:
        for row, photo in enumerate(self._photos):
            side, name = self._side(photo), shown(photo.path.name)
            self.list.item(row).setText(f"{name}  –  {side}" if side else name)
            self.list.item(row).setData(
                Qt.ItemDataRole.AccessibleTextRole, f"{name}, keep: {side}" if side else f"{name}, not chosen yet"
            )
        number = len(self.choice())
        named(self.settle, f"Settle {counted(number, 'photo')}").setText(f"Settle {counted(number, 'photo')}")
        self.settle.setEnabled(number > 0)

    def choice(self) -> dict[int, list[Key] | None]:
        """The photos that are decided, as `storage.verify.settle` wants them."""
        decided: dict[int, list[Key] | None] = {}
        for photo in self._photos:
            if self._side(photo):
                taken = [key for key, theirs in self._taken[photo.photo].items() if theirs]
                decided[photo.photo] = None if len(taken) == len(photo.differences) else taken
        return decided
