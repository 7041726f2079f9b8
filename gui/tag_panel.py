"""The tags of the photo: each with its certainty, a tick and a cross; all of it by keyboard as well.

Keys in the list: Return or Space accepts (and leaves open again), Delete rejects (and restores), and the numbers 1 to
9 reject or restore from anywhere in the window. A rejected tag stays in sight, struck out, so that it can be taken
back.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import (
    QAbstractItemModel,
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QSize,
    QStringListModel,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QFont, QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCompleter,
    QLabel,
    QLineEdit,
    QListView,
    QStyledItemDelegate,
    QVBoxLayout,
    QWidget,
)

from gui import icons
from gui.accessible import named
from gui.appearance import Appearance
from gui.words import TAG_STATES, percent
from storage.photos import Tag
from storage.schema import Origin, TagState

if TYPE_CHECKING:
    from PySide6.QtWidgets import QStyleOptionViewItem

Index = QModelIndex | QPersistentModelIndex

TAG = Qt.ItemDataRole.UserRole + 1
"""Role of the `Tag`."""

BUTTON = 24
"""Edge of a tick or cross at the usual text size, the least size of a target by WCAG 2.2 criterion 2.5.8."""

ROWS_SHOWN = 9
"""Rows after which the list scrolls: as many as there are number keys."""


class TagModel(QAbstractListModel):
    """The tags of one photo in the order shown."""

    def __init__(self) -> None:
        super().__init__()
        self.photo = 0
        self.tags: tuple[Tag, ...] = ()

    def show(self, photo: int, tags: Sequence[Tag]) -> None:
        """Show these tags; of the same photo in its present order, so that none jumps away when it is judged.

        What comes instead of a rejected tag stands last: the number that rejected it takes that back.
        """
        place = {tag.concept: number for number, tag in enumerate(self.tags)} if photo == self.photo else {}
        self.photo = photo
        in_order = tuple(sorted(tags, key=lambda t: place.get(t.concept, len(place))))
        if [t.concept for t in in_order] == [t.concept for t in self.tags]:
            self.tags = in_order
            if self.tags:
                self.dataChanged.emit(self.index(0, 0), self.index(len(self.tags) - 1, 0))
            return
        self.beginResetModel()
        self.tags = in_order
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        """How many tags."""
        return 0 if parent.isValid() else len(self.tags)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The tag, its name, and the sentence that is spoken."""
        tag = self.tags[index.row()]
        if role == TAG:
            return tag
        if role == Qt.ItemDataRole.DisplayRole:
            return tag.name
        if role == Qt.ItemDataRole.AccessibleTextRole:
            count = f", {tag.count} of them" if tag.count and tag.count > 1 else ""
            score = f", {percent(tag.score)} certain" if tag.score is not None else ""
            return f"{tag.name}, {TAG_STATES[tag.state]}{score}{count}"
        if role == Qt.ItemDataRole.AccessibleDescriptionRole:
            return f"tag {index.row() + 1} of {len(self.tags)}"
        if role == Qt.ItemDataRole.ToolTipRole:
            return "Return accepts, Delete rejects; rejected tags are never proposed again."
        return None


class TagDelegate(QStyledItemDelegate):
    """Paints number, name, certainty, tick and cross of a tag, and hears clicks on the last two.

    Signals:
        judged(int, object): concept and its new `TagState`.
    """

    judged = Signal(int, object)

    def __init__(self, appearance: Appearance, parent: QWidget) -> None:
        super().__init__(parent)
        self._appearance = appearance

    def sizeHint(self, option: "QStyleOptionViewItem", index: Index) -> QSize:
        """A row that holds a button or a line of text."""
        metrics = QFontMetrics(option.font)
        return QSize(160, max(self._appearance.scaled(BUTTON) + 4, metrics.height() + 8))

    def paint(self, painter: QPainter, option: "QStyleOptionViewItem", index: Index) -> None:
        """Paint one row."""
        theme, tag, area = self._appearance.theme, index.data(TAG), option.rect
        state = option.state
        selected = bool(state & state.State_Selected)
        focused = bool(state & state.State_HasFocus)
        ink = theme.selection_text if selected else theme.text
        if selected or state & state.State_MouseOver:
            painter.fillRect(area, QColor(theme.selection if selected else theme.hover))
        if focused:
            painter.setPen(QPen(QColor(theme.focus), 2))
            painter.drawRect(area.adjusted(1, 1, -1, -1))
        accept, reject = _buttons(area, self._appearance.scaled(BUTTON))
        painter.setFont(option.font)
        self._paint_words(painter, area.adjusted(8, 0, accept.left() - area.right() - 4, 0), index.row(), tag, ink)
        rejected, accepted = tag.state == TagState.REJECTED, tag.state == TagState.ACCEPTED
        self._paint_button(painter, accept, "approve", theme.approved, on=accepted)
        self._paint_button(painter, reject, "reject", theme.problem, on=rejected)

    def _paint_words(self, painter: QPainter, area: QRect, row: int, tag: Tag, ink: str) -> None:
        font, small = QFont(painter.font()), QFont(painter.font())
        small.setPointSizeF(font.pointSizeF() * 0.92)
        middle = Qt.AlignmentFlag.AlignVCenter
        muted = self._appearance.theme.muted if ink == self._appearance.theme.text else ink
        painter.setPen(QColor(muted))
        painter.setFont(small)
        number = str(row + 1) if row < ROWS_SHOWN else ""
        digit = QFontMetrics(small).horizontalAdvance("0")
        painter.drawText(area, int(middle | Qt.AlignmentFlag.AlignLeft), number)
        right = percent(tag.score) or ("yours" if tag.origin == Origin.USER else "file")
        width = QFontMetrics(small).horizontalAdvance("100 %")
        painter.drawText(area, int(middle | Qt.AlignmentFlag.AlignRight), right)
        font.setStrikeOut(tag.state == TagState.REJECTED)
        font.setItalic(tag.state == TagState.SUGGESTED)
        painter.setFont(font)
        painter.setPen(QColor(muted if tag.state == TagState.REJECTED else ink))
        name = f"{tag.name}  × {tag.count}" if tag.count and tag.count > 1 else tag.name
        room = area.adjusted(digit + 12, 0, -width - 8, 0)
        shown = QFontMetrics(font).elidedText(name, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, int(middle | Qt.AlignmentFlag.AlignLeft), shown)
        painter.setFont(small)

    def _paint_button(self, painter: QPainter, area: QRect, icon: str, colour: str, *, on: bool) -> None:
        theme = self._appearance.theme
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if on:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colour))
            painter.drawRoundedRect(area.adjusted(2, 2, -2, -2), 4, 4)
        edge, ink = self._appearance.scaled(16), theme.surface if on else theme.muted
        inset = (area.width() - edge) // 2
        sign = icons.pixmap(icon, ink, edge, painter.device().devicePixelRatioF())
        painter.drawPixmap(area.left() + inset, area.top() + inset, sign)
        painter.restore()

    def editorEvent(
        self, event: QEvent, model: QAbstractItemModel, option: "QStyleOptionViewItem", index: Index
    ) -> bool:
        """A click on the tick or the cross."""
        if event.type() == QEvent.Type.MouseButtonRelease and isinstance(event, QMouseEvent):
            accept, reject = _buttons(option.rect, self._appearance.scaled(BUTTON))
            tag: Tag = index.data(TAG)
            for area, state in ((accept, TagState.ACCEPTED), (reject, TagState.REJECTED)):
                if area.contains(event.position().toPoint()):
                    self.judged.emit(tag.concept, toggled(tag, state))
                    return True
        return super().editorEvent(event, model, option, index)


def toggled(tag: Tag, state: TagState) -> TagState:
    """What a tag becomes when `state` is asked for: that, or open again where it is that already."""
    if tag.state != state:
        return state
    return TagState.SUGGESTED if tag.origin == Origin.MODEL else TagState.ACCEPTED


def _buttons(area: QRect, edge: int) -> tuple[QRect, QRect]:
    top = area.top() + (area.height() - edge) // 2
    reject = QRect(area.right() - edge - 3, top, edge, edge)
    return reject.translated(-edge - 4, 0), reject


class TagList(QListView):
    """The list of tags with its keys.

    Signals:
        judged(int, object): concept and its new `TagState`.
        left(): Escape was pressed.
    """

    judged = Signal(int, object)
    left = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Return and Space accept, Delete and Backspace reject, Escape leaves."""
        keys = Qt.Key
        if event.key() == keys.Key_Escape:
            self.left.emit()
            return
        wanted = {
            keys.Key_Return: TagState.ACCEPTED,
            keys.Key_Enter: TagState.ACCEPTED,
            keys.Key_Space: TagState.ACCEPTED,
            keys.Key_Delete: TagState.REJECTED,
            keys.Key_Backspace: TagState.REJECTED,
        }.get(Qt.Key(event.key()))
        tag: Tag | None = self.currentIndex().data(TAG) if self.currentIndex().isValid() else None
        if wanted is None or tag is None:
            super().keyPressEvent(event)
        else:
            self.judged.emit(tag.concept, toggled(tag, wanted))

    def focusInEvent(self, event: Any) -> None:
        """A tag is current as soon as the list has the focus."""
        super().focusInEvent(event)
        if not self.currentIndex().isValid() and self.model().rowCount():
            self.setCurrentIndex(self.model().index(0, 0))


class TagField(QLineEdit):
    """The field that adds a tag.

    Signals:
        left(): Escape was pressed.
    """

    left = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape leaves; what was typed stays until it is added."""
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)


class TagPanel(QWidget):
    """The list of tags and the field that adds one.

    Signals:
        left(): the photos are wanted.
        judged(int, object): concept and its new `TagState`.
        added(str): a keyword for the photo.
        completing(str): the beginning of a word, to be answered with `complete`.
    """

    left = Signal()
    judged = Signal(int, object)
    added = Signal(str)
    completing = Signal(str)

    def __init__(self, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = TagModel()
        self.list = named(TagList(), "Tags", "Return accepts a tag, Delete rejects it.")
        self.list.setModel(self._model)
        self._delegate = TagDelegate(appearance, self.list)
        self.list.setItemDelegate(self._delegate)
        self.list.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.list.setMouseTracking(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.judged.connect(self.judged)
        self._delegate.judged.connect(self.judged)
        self._empty = QLabel("No tags yet.")
        self._empty.setObjectName("muted")
        self.field = named(TagField(), "Add a tag", "Type a keyword and press Return.")
        for part in (self.list, self.field):
            part.left.connect(self.left)
        self.field.setPlaceholderText("Add a tag…")
        self._words = QStringListModel(self)
        completer = QCompleter(self._words, self)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        self.field.setCompleter(completer)
        self.field.textEdited.connect(self.completing)
        self.field.returnPressed.connect(self._add)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        for widget in (self._empty, self.list, self.field):
            layout.addWidget(widget)
        self.show_tags(0, ())
        appearance.changed.connect(self._fit)

    def show_tags(self, photo: int, tags: Sequence[Tag]) -> None:
        """Show the tags of a photo."""
        current = self.list.currentIndex().row()
        self._model.show(photo, tags)
        self.list.setVisible(bool(tags))
        self._empty.setVisible(not tags)
        if tags:
            if current >= 0:
                self.list.setCurrentIndex(self._model.index(min(current, len(tags) - 1), 0))
            self._fit()

    def _fit(self) -> None:
        """As high as its rows, which grow with the text."""
        height = self.list.sizeHintForRow(0) * min(len(self._model.tags), ROWS_SHOWN)
        self.list.setFixedHeight(height + 2 * self.list.frameWidth() + 4)

    @property
    def shown(self) -> Sequence[Tag]:
        """The tags that are shown."""
        return self._model.tags

    def tag(self, number: int) -> Tag | None:
        """The tag with a number of the list, from 1."""
        return self._model.tags[number - 1] if 0 < number <= len(self._model.tags) else None

    def complete(self, words: Sequence[str]) -> None:
        """Offer words for what was typed."""
        self._words.setStringList(list(words))
        if words and self.field.hasFocus() and self.field.text():
            self.field.completer().complete()

    def _add(self) -> None:
        word = self.field.text().strip()
        if word:
            self.field.clear()
            self.added.emit(word)
