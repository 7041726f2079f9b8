"""The photos a search found, as a model: only ids are held, everything else is loaded by the page when it is shown.

A million ids are 8 MB and come from one query; the rows of a page are asked for in the reading thread when a view
first paints one of them, and those used longest ago are forgotten. What assistive technology asks is answered at once,
because it does not ask again.

Invariant: after a write only the pages that hold changed photos are loaded again; the list itself stays as it was
found until the search changes, so that no photo jumps away under the hands of the one who reviews it.
"""

from array import array
from collections import OrderedDict
from collections.abc import Callable, Collection, Sequence
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QMimeData,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    QUrl,
    Signal,
)

from gui import words
from gui.first_photos import PAGE as PAGE
from storage.photos import PhotoRow

Index = QModelIndex | QPersistentModelIndex

PHOTO = Qt.ItemDataRole.UserRole + 1
"""Role of the `PhotoRow`, None while its page is being loaded."""

COLUMNS = ("Alt text", "State", "File", "Tags", "Taken", "Problem")
"""Columns of the list view. The alt text is the first, so that it is a row's name in the grid and in the table."""

NEAR = 1_024
"""Rows on either side in which a photo is looked for before all are looked at."""

KEPT_PAGES = 128
"""Pages kept: 8,192 photos, some 4 MB."""

Load = Callable[[Sequence[int]], list[PhotoRow]]
"""Reads the rows of some ids; may leave out those that are gone."""

LoadLater = Callable[[Sequence[int], Callable[[list[PhotoRow]], None]], None]
"""The same in the background, with the answer given in the main thread."""


def place_of(photo: int, ids: Sequence[int], near: int = 0) -> int:
    """Where a photo is among ids, -1 where it is not; `near` as for `PhotoModel.row_of`."""
    begin = max(0, near - NEAR)
    try:
        if photo in (around := ids[begin : near + NEAR]):
            return begin + around.index(photo)
        return ids.index(photo)
    except ValueError:
        return -1


class PhotoModel(QAbstractTableModel):
    """Photos by their ids.

    Signals:
        listed(): other ids than before.
    """

    listed = Signal()

    def __init__(self, load: Load, load_later: LoadLater, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._load = load
        self._load_later = load_later
        self._ids: Sequence[int] = array("q")
        self._pages: OrderedDict[int, dict[int, PhotoRow]] = OrderedDict()
        self._asked: dict[int, set[int]] = {}  # pages that are being read, and what has changed meanwhile
        self._generation = 0

    # the list

    @property
    def ids(self) -> Sequence[int]:
        """The ids in order."""
        return self._ids

    def set_ids(self, ids: Sequence[int]) -> None:
        """Show these photos. The first page stays in sight where it begins as before, until it is read again."""
        first = self._pages.get(0) if self._ids and self._ids[0:PAGE] == ids[0:PAGE] else None
        self.beginResetModel()
        self._ids = ids
        self._generation += 1
        self._pages.clear()
        self._asked.clear()
        if first is not None:
            self._pages[0] = first
            self._ask(0)
        self.endResetModel()
        self.listed.emit()

    def show_first(self, rows: list[PhotoRow]) -> None:
        """Show these photos, which are known already, until the list is there."""
        self.set_ids(array("q", (row.id for row in rows)))
        self._store(0, rows)

    def row_of(self, photo: int, near: int = 0) -> int:
        """The row of a photo, -1 where it is not listed. Looks at all ids: for single jumps only.

        Args:
            near: a row around which it is looked for first; to look at a million ids takes 28 ms.
        """
        return place_of(photo, self._ids, near)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        """How many photos are listed."""
        return 0 if parent.isValid() else len(self._ids)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        """Columns of the list view; the grid uses the first."""
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Names of the columns, numbers of the rows."""
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        return COLUMNS[section] if orientation == Qt.Orientation.Horizontal else section + 1

    # the rows

    def photo(self, row: int, *, wait: bool = False) -> PhotoRow | None:
        """The photo of a row.

        Args:
            wait: read it now where it is not here yet (a few milliseconds), instead of answering None.
        """
        if not 0 <= row < len(self._ids):
            return None
        number = row // PAGE
        page = self._pages.get(number)
        if page is not None:
            self._pages.move_to_end(number)
        elif wait:
            page = self._store(number, self._load(self._page_ids(number)))
        else:
            self._ask(number)
            return None
        return page.get(self._ids[row])

    def _page_ids(self, number: int) -> list[int]:
        return list(self._ids[number * PAGE : (number + 1) * PAGE])

    def _ask(self, number: int) -> None:
        if number in self._asked:
            return
        self._asked[number] = set()
        generation = self._generation

        def arrived(rows: list[PhotoRow]) -> None:
            if generation == self._generation:
                changed = self._asked.pop(number)
                self._store(number, rows)
                self._tell(number)
                self._read_again(number, changed)

        self._load_later(self._page_ids(number), arrived)

    def _tell(self, number: int) -> None:
        last = min((number + 1) * PAGE, len(self._ids)) - 1
        self.dataChanged.emit(self.index(number * PAGE, 0), self.index(last, len(COLUMNS) - 1))

    def _store(self, number: int, rows: list[PhotoRow]) -> dict[int, PhotoRow]:
        page = self._pages[number] = {row.id: row for row in rows}
        self._pages.move_to_end(number)
        while len(self._pages) > KEPT_PAGES:
            self._pages.popitem(last=False)
        return page

    def refresh(self, photos: Collection[int]) -> None:
        """Read changed photos again, where their page is here or on its way. Old values are shown until then."""
        changed = set(photos)
        for meanwhile in self._asked.values():
            meanwhile |= changed
        for number in list(self._pages):
            self._read_again(number, changed)

    def _read_again(self, number: int, changed: set[int]) -> None:
        wanted = [photo for photo in self._pages[number] if photo in changed]
        if not wanted:
            return
        generation = self._generation

        def arrived(rows: list[PhotoRow]) -> None:
            page = self._pages.get(number)
            if page is not None and generation == self._generation:
                page.update({row.id: row for row in rows})
                self._tell(number)

        self._load_later(wanted, arrived)

    # what views ask

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The photo, its words for the eye and for assistive technology."""
        if role == PHOTO:
            return self.photo(index.row())
        if role == Qt.ItemDataRole.AccessibleTextRole:
            photo = self.photo(index.row(), wait=True)
            return _cell(photo, index.column()) if photo else "Photo that is gone"
        if role == Qt.ItemDataRole.AccessibleDescriptionRole:
            photo = self.photo(index.row(), wait=True)
            if photo is None or index.column():
                return ""
            return words.spoken_description(photo, index.row() + 1, len(self._ids))
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            photo = self.photo(index.row())
            if photo is None:
                return ""
            return _cell(photo, index.column()) if role == Qt.ItemDataRole.DisplayRole else _tip(photo)
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Every photo can be selected and dragged out."""
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsDragEnabled

    def mimeTypes(self) -> list[str]:
        """Files and text."""
        return ["text/uri-list", "text/plain"]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        """Dragged photos: their files, and their alt texts for places that take text."""
        photos = [p for i in indexes if i.column() == 0 and (p := self.photo(i.row(), wait=True)) is not None]
        mime = QMimeData()
        mime.setUrls([QUrl.fromLocalFile(str(p.path)) for p in photos])
        mime.setText("\n".join(p.alt_text or p.name for p in photos))
        return mime


def _cell(photo: PhotoRow, column: int) -> str:
    """What a column says of a photo, seen and spoken."""
    if column == 0:
        return words.spoken_name(photo)
    if column == 1:
        return words.mark_of(photo).word
    if column == 2:
        return photo.name
    if column == 3:
        return words.counted(photo.tags, "tag")
    if column == 4:
        return (photo.taken or "").replace("T", " ")[:16]
    problem = (photo.problem or "").removeprefix(f"“{photo.name}” ")  # the row names it
    return problem[:1].upper() + problem[1:]


def _tip(photo: PhotoRow) -> str:
    parts = [photo.name, words.STATES[photo.state].meaning]
    if photo.problem:
        parts.append(photo.problem)
    return "\n".join(parts)
