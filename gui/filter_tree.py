"""A tree of filters with their numbers: what the sidebar and the ways to narrow a result have in common.

The numbers change all the time while jobs run, so a group is brought in step entry by entry: focus, selection and open
branches stay. What is below a branch is made when it is opened first, so that a library with thousands of folders costs
no more than the entries one sees.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from PySide6.QtCore import QEvent, QModelIndex, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QHeaderView, QTreeView, QWidget
from shiboken6 import isValid

from gui.appearance import Appearance
from gui.words import PROBLEM, STATES, Mark, counted

QUERY = Qt.ItemDataRole.UserRole + 1
"""Role of the words an entry searches for; "" shows all photos."""

MOST = 1_000
"""Entries in one branch; who has more folders in one folder finds them by typing."""

LEAST = 232
"""Pixels that the tree keeps on a small screen, whatever the text size."""

BESIDE = 40
"""Pixels beside the words of an entry: padding of the tree and of two cells, and the scroll bar."""


AT_ONCE = 100
"""New entries that are made before the event loop has its turn again: 4 ms."""

AT_ONCE_SHOWN = 250
"""The same of a group that is shown, whose rows are put in order as well: 13 ms. An import can bring a thousand."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One filter.

    Attributes:
        photos: how many photos it finds, -1 where that is not counted.
        query: what it searches for, None where it is no filter.
        below: entries of its branch.
    """

    name: str
    photos: int
    query: str | None
    mark: Mark | None = None
    below: "tuple[Entry, ...]" = ()


class Listed(Protocol):
    """What an entry can be made from: an `Entry`, or a branch of the library that is not copied before it is shown."""

    @property
    def name(self) -> str:
        """As in `Entry`, and so the others."""

    @property
    def photos(self) -> int: ...  # noqa: D102

    @property
    def query(self) -> str | None: ...  # noqa: D102

    @property
    def below(self) -> "Sequence[Listed]": ...  # noqa: D102


class FilterTree(QTreeView):
    """Groups of filters.

    Signals:
        chosen(str): words to filter by.
    """

    chosen = Signal(str)

    def __init__(
        self, appearance: Appearance, groups: Sequence[str], closed: Sequence[str], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._longest = 0
        self._shown: dict[str, tuple[Listed, ...]] = {}
        self._groups: dict[str, QStandardItem] = {}
        self.setObjectName("sidebar")
        self._appearance = appearance
        self._closed = closed
        self._model = QStandardItemModel(0, 2, self)
        self.setModel(self._model)
        self.setHeaderHidden(True)
        self.setUniformRowHeights(True)
        self.setEditTriggers(QTreeView.EditTrigger.NoEditTriggers)
        self.setExpandsOnDoubleClick(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        header = self.header()
        header.setStretchLastSection(False)
        header.setMinimumSectionSize(24)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.Fixed)
        self._groups.update((name, self._group(name)) for name in groups)
        self._entries: dict[str, dict[str, Listed]] = {name: {} for name in groups}
        self.clicked.connect(self._choose)
        self.activated.connect(self._choose)
        self.expanded.connect(self._open)
        appearance.changed.connect(self._dress)
        self._dress()

    def _group(self, name: str) -> QStandardItem:
        item, blank = QStandardItem(name), QStandardItem()
        font = QFont(self.font())
        font.setWeight(QFont.Weight.DemiBold)
        item.setFont(font)
        for one in (item, blank):
            one.setSelectable(False)
        item.setData(f"{name}, group", Qt.ItemDataRole.AccessibleTextRole)
        self._model.appendRow([item, blank])
        self.setRowHidden(item.row(), QModelIndex(), True)
        return item

    def show_group(self, group: str, entries: Sequence[Listed]) -> None:
        """Bring a group in step; one without entries is hidden. One with many entries is shown a little later."""
        if self._shown.get(group) == tuple(entries):
            return
        self._shown[group] = given = tuple(entries)
        parent = self._groups[group]
        if self.isRowHidden(parent.row(), QModelIndex()):
            parent.removeRows(0, parent.rowCount())
            self._fill(group, given)
        else:
            self._follow(group, given)

    def _follow(self, group: str, entries: tuple[Listed, ...]) -> None:
        """Bring a group that is shown in step, with the next of the entries that are new."""
        if self._shown[group] is not entries:
            return  # others came meanwhile
        parent = self._groups[group]
        given = _with_some_new(entries, {parent.child(row).data(QUERY) for row in range(parent.rowCount())})
        current = self._model.itemFromIndex(self.currentIndex().siblingAtColumn(0))
        self._sync(group, parent, given)
        there = current is not None and isValid(current) and current.index().isValid()
        if current is not None and there and self.currentIndex() != current.index():
            self.setCurrentIndex(current.index())
        self.setRowHidden(parent.row(), QModelIndex(), not entries)
        if given is not entries:
            QTimer.singleShot(0, self, partial(self._follow, group, entries))

    def _fill(self, group: str, entries: tuple[Listed, ...]) -> None:
        """Make the next entries of a group, and show it when all are there: each part would be laid out by itself."""
        if self._shown[group] is not entries:
            return  # others came meanwhile
        parent, listed = self._groups[group], _listed(entries)
        begin = parent.rowCount()
        for row, entry in enumerate(listed[begin : begin + AT_ONCE], begin):
            self._insert(group, parent, row, entry)
        if parent.rowCount() < len(listed):
            QTimer.singleShot(0, self, partial(self._fill, group, entries))
        elif listed:
            self.setExpanded(parent.index(), group not in self._closed)
            self.setRowHidden(parent.row(), QModelIndex(), False)

    def _sync(self, group: str, parent: QStandardItem, entries: Sequence[Listed]) -> None:
        entries = _listed(entries)
        there = [parent.child(row).data(QUERY) for row in range(parent.rowCount())]
        if there != [entry.query for entry in entries]:
            self._arrange(group, parent, entries, there)
        for row, entry in enumerate(entries):
            if entry.query is not None:
                if self._entries[group].get(entry.query) == entry:
                    continue
                self._entries[group][entry.query] = entry
            item = parent.child(row)
            self._write(item, parent.child(row, 1), entry)
            if not entry.below:
                item.removeRows(0, item.rowCount())
            elif _is_filled(item):
                self._sync(group, item, entry.below)
            elif not item.rowCount():
                item.appendRow(QStandardItem("…"))

    def _insert(self, group: str, parent: QStandardItem, row: int, entry: Listed) -> None:
        """A new row for an entry."""
        item, number = QStandardItem(), QStandardItem()
        item.setData(entry.query, QUERY)
        number.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        number.setForeground(QColor(self._appearance.theme.muted))
        if entry.below:
            item.appendRow(QStandardItem("…"))
        if entry.query is not None:
            self._entries[group][entry.query] = entry
        parent.insertRow(row, [item, number])
        self._write(item, number, entry)

    def _arrange(self, group: str, parent: QStandardItem, entries: Sequence[Listed], there: list[str | None]) -> None:
        """Make the rows of a branch stand for these, and take as few of them away as possible.

        Args:
            there: the words of the rows, changed with them: to ask a thousand items for theirs takes milliseconds.
        """
        kept = {entry.query for entry in entries}
        for row in reversed(range(len(there))):
            if there[row] not in kept:
                parent.removeRow(row)
                del there[row]
        known = set(there)
        for row, entry in enumerate(entries):
            query = entry.query
            if row < len(there) and there[row] == query:
                continue
            if query in known:
                at = there.index(query, row)
                opened = self.isExpanded(parent.child(at).index())
                parent.insertRow(row, parent.takeRow(at))
                self.setExpanded(parent.child(row).index(), opened)
                there.insert(row, there.pop(at))
                continue
            self._insert(group, parent, row, entry)
            there.insert(row, query)

    def _write(self, item: QStandardItem, number: QStandardItem, entry: Listed) -> None:
        said = f"{entry.photos:,}" if entry.photos >= 0 else ""
        spoken = f"{entry.name}, {counted(entry.photos, 'photo')}" if entry.photos >= 0 else entry.name
        if number.text() != said:
            number.setText(said)
            self._make_room(number)
        if item.data(Qt.ItemDataRole.AccessibleTextRole) != spoken:
            item.setText(entry.name)
            item.setData(spoken, Qt.ItemDataRole.AccessibleTextRole)
            item.setToolTip(spoken)
        if item.icon().isNull() and (mark := _mark(entry)) is not None:
            item.setIcon(self._appearance.icon(mark.icon, mark.colour))

    def _make_room(self, number: QStandardItem) -> None:
        """Let the column of numbers grow with the longest one.

        Left to Qt, all rows are measured again for each number that changes: 1.5 s for those of 400 folders.
        """
        if len(number.text()) > self._longest:
            self._longest = len(number.text())
            self.setColumnWidth(1, self.sizeHintForIndex(number.index()).width())

    def changeEvent(self, event: QEvent) -> None:
        """Measure the numbers again when the text has another size."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._longest = 0
            for group in self._groups.values():
                for row in range(group.rowCount()):
                    self._make_room(group.child(row, 1))

    def _open(self, index: QModelIndex) -> None:
        item = self._model.itemFromIndex(index)
        if item is not None and item.parent() is not None and not _is_filled(item):
            item.removeRows(0, item.rowCount())
            group = _group_of(item).text()
            self._sync(group, item, self._entries[group][item.data(QUERY)].below)

    def _choose(self, index: QModelIndex) -> None:
        first = index.siblingAtColumn(0)
        query = first.data(QUERY)
        if query is not None:
            self.chosen.emit(query)
        else:
            self.setExpanded(first, not self.isExpanded(first))

    def wanted_width(self) -> int:
        """Room for the words of every state with its icon, its number and a scroll bar: only names that people gave
        may be cut."""
        metrics, scaled = QFontMetrics(self.font()), self._appearance.scaled
        words = max(metrics.horizontalAdvance(mark.word) for mark in (*STATES.values(), PROBLEM))
        return 2 * scaled(12) + scaled(16) + 4 + words + metrics.horizontalAdvance("1,234") + BESIDE

    def _dress(self) -> None:
        edge = self._appearance.scaled(16)
        self.setIconSize(QSize(edge, edge))
        self.setIndentation(self._appearance.scaled(12))
        self.setMinimumWidth(min(LEAST, self.wanted_width()))
        for name, group in self._groups.items():
            group.setForeground(QColor(self._appearance.theme.muted))
            self._colour(group, self._entries[name])

    def _colour(self, parent: QStandardItem, entries: dict[str, Listed]) -> None:
        theme = self._appearance.theme
        for row in range(parent.rowCount()):
            item, number = parent.child(row), parent.child(row, 1)
            if number is not None:
                number.setForeground(QColor(theme.muted))
            mark = _mark(entries.get(item.data(QUERY)))
            if mark is not None:
                item.setIcon(self._appearance.icon(mark.icon, mark.colour))
            self._colour(item, entries)


def _listed(entries: Sequence[Listed]) -> Sequence[Listed]:
    """The entries that are listed, and what is said instead of the others."""
    if len(entries) <= MOST:
        return entries
    return (*entries[:MOST], Entry(f"{len(entries) - MOST:,} more: type in the search field", -1, None))


def _with_some_new(entries: tuple[Listed, ...], there: set[str | None]) -> tuple[Listed, ...]:
    """The entries that are there and as many new ones as are made at once; all, the same tuple, where it is no more."""
    late = [entry.query for entry in entries[:MOST] if entry.query not in there][AT_ONCE_SHOWN:]
    if not late:
        return entries
    waiting = set(late)
    return tuple(entry for entry in entries[:MOST] if entry.query not in waiting)


def _mark(entry: Listed | None) -> Mark | None:
    return entry.mark if isinstance(entry, Entry) else None


def _is_filled(item: QStandardItem) -> bool:
    """Whether the entries below are there, not only the sign that there are some."""
    return item.rowCount() > 0 and item.child(0, 1) is not None


def _group_of(item: QStandardItem) -> QStandardItem:
    above = item.parent()
    return item if above is None else _group_of(above)
