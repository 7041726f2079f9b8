"""The main window: places the panels and nothing else. What they do is wired in `gui.app`."""

from PySide6.QtCore import QSettings, QSize, Qt, Signal
from PySide6.QtGui import QActionGroup, QCloseEvent, QDragEnterEvent, QDropEvent, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QHBoxLayout,
    QMainWindow,
    QSplitter,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from gui.accessible import Announcer, named
from gui.actions import Actions
from gui.appearance import Appearance
from gui.empty_page import EmptyPage
from gui.filter_chips import FilterChips
from gui.first_run import FirstRun, folders_in
from gui.grid_cell import CellPainter, Pictures
from gui.job_bar import JobBar
from gui.photo_grid import PhotoGrid
from gui.photo_list import PhotoList
from gui.photo_model import PhotoModel
from gui.picture_view import PictureView
from gui.review_panel import ReviewPanel
from gui.search_bar import SearchBar
from gui.sidebar import FacetPanel, Sidebar

SIDEBAR, PANEL = 224, 360
"""Widths of the sidebar and of the panel in pixels at first, where their words need no more."""

LEAST_COLUMNS = 2
"""Photos side by side for which the sidebar makes room."""

VIEWS = ("library-view", "review-view", "list-view")
"""Actions that switch the view, in the order of the pages."""


class MainWindow(QMainWindow):
    """The window.

    Attributes:
        actions_table: everything a user can do.
        chips: the active filters.
        grid, list, stage: the three views; `stage` is the large picture of the review view.
        panel, sidebar, facets, search, jobs, first_run, nothing_found: what their names say.
        aside: sidebar and facets, one below the other.
        announcer: speaks for the window.

    Signals:
        closing(): the window is about to close.
        dropped(object): folders that were dropped on the window.
        viewed(str): another view of `VIEWS` is shown.
    """

    closing = Signal()
    viewed = Signal(str)
    dropped = Signal(object)

    def __init__(self, appearance: Appearance, model: PhotoModel, pictures: Pictures) -> None:
        super().__init__()
        self.setWindowTitle("Altfolio")
        self.resize(1280, 800)
        self.setMinimumSize(800, 480)
        self.setAcceptDrops(True)
        self._appearance = appearance
        self._room_for = 0
        self._sidebar_wanted, self._sidebar_insisted = True, False
        self.announcer = Announcer(self)
        self.actions_table = Actions(self, appearance)
        self.search = SearchBar(appearance)
        self.chips = FilterChips(appearance)
        self.chips.setObjectName("panel")
        self.sidebar = Sidebar(appearance)
        self.facets = FacetPanel(appearance)
        self.grid = PhotoGrid(CellPainter(appearance, pictures))
        self.grid.setModel(model)
        self.list = PhotoList(self.grid, appearance)
        self.stage = PictureView(appearance)
        self.panel = ReviewPanel(self.actions_table, appearance)
        self.jobs = JobBar(appearance)
        self.first_run = FirstRun(appearance)
        self.nothing_found = EmptyPage("Show all photos")
        self.actions_table.fill(self.menuBar())
        self.menuBar().setAccessibleName("Menu")
        self._place()
        self.actions_table.dress([tool.defaultAction().objectName() for tool in self._tools])
        self._dress()
        appearance.changed.connect(self._dress)

    def _place(self) -> None:
        self.views = QStackedWidget()
        for view in (self.grid, self.stage, self.list, self.nothing_found):
            self.views.addWidget(view)
        self.aside = QSplitter(Qt.Orientation.Vertical)
        self.aside.setChildrenCollapsible(False)
        self.aside.setHandleWidth(1)
        for tree in (self.sidebar, self.facets):
            self.aside.addWidget(tree)
        self._splitter = QSplitter(Qt.Orientation.Horizontal)
        self._splitter.setChildrenCollapsible(False)
        self._splitter.setHandleWidth(1)
        for part, stretch in ((self.aside, 0), (self.views, 1), (self.panel, 0)):
            self._splitter.addWidget(part)
            self._splitter.setStretchFactor(self._splitter.indexOf(part), stretch)
        desk = QWidget()
        column = QVBoxLayout(desk)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self._head = self._bar()
        column.addWidget(self._head)
        column.addWidget(self.search.complaint_line)
        column.addWidget(self.chips)
        column.addWidget(self._splitter, 1)
        self._pages = QStackedWidget()
        self._pages.addWidget(desk)
        self._pages.addWidget(self.first_run)
        whole = QWidget()
        layout = QVBoxLayout(whole)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._pages, 1)
        layout.addWidget(self.jobs)
        self.setCentralWidget(whole)

    def _bar(self) -> QWidget:
        self._tools: list[QToolButton] = []
        bar = QWidget()
        bar.setObjectName("bar")
        row = QHBoxLayout(bar)
        row.setContentsMargins(12, 8, 12, 8)
        row.setSpacing(8)
        row.addWidget(self._tool("sidebar"))
        row.addWidget(self.search, 1)
        row.addSpacing(8)
        group = QActionGroup(self)
        for name in VIEWS:
            group.addAction(self.actions_table[name])
            row.addWidget(self._tool(name))
        row.addSpacing(8)
        for name in ("undo", "redo", "embed"):
            row.addWidget(self._tool(name))
        return bar

    def _tool(self, name: str) -> QToolButton:
        action = self.actions_table[name]
        button = QToolButton()
        button.setObjectName("flat")
        button.setDefaultAction(action)
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._tools.append(button)

        def rename() -> None:
            named(button, action.text().rstrip("…"))
            button.setToolTip(f"{action.text()} ({action.shortcut().toString()})")

        action.changed.connect(rename)
        rename()
        return button

    def surroundings(self) -> tuple[QWidget, ...]:
        """Everything around the photos."""
        return (self.menuBar(), self._head, self.search.complaint_line, self.chips, self.aside, self.panel, self.jobs)

    def show_view(self, name: str) -> None:
        """Switch to a view of `VIEWS`, and to its photos."""
        self._switch(name)
        self.focus_photos()

    def _switch(self, name: str) -> None:
        self.views.setCurrentIndex(VIEWS.index(name))
        self.actions_table[name].setChecked(True)
        self.panel.picture.setVisible(name != "review-view")
        self.viewed.emit(name)

    def view(self) -> str:
        """The view that is chosen, even while nothing is found."""
        return next((name for name in VIEWS if self.actions_table[name].isChecked()), VIEWS[0])

    def show_nothing_found(self, sentence: str) -> None:
        """Say why no photo is shown."""
        self.nothing_found.say(sentence)
        self.views.setCurrentWidget(self.nothing_found)

    def show_found(self) -> None:
        """Show the chosen view again."""
        self.views.setCurrentIndex(VIEWS.index(self.view()))

    def show_first_run(self, *, on: bool) -> None:
        """Show the page of an empty library, or the desk."""
        if on != (self._pages.currentIndex() == 1):
            self._pages.setCurrentIndex(int(on))
            (self.first_run.button if on else self.grid).setFocus(Qt.FocusReason.OtherFocusReason)

    def focus_photos(self) -> None:
        """Give the focus to the photos."""
        views: tuple[QWidget, ...] = (self.grid, self.stage, self.list, self.nothing_found.button)
        views[self.views.currentIndex()].setFocus(Qt.FocusReason.ShortcutFocusReason)

    def remember(self, settings: QSettings) -> None:
        """Keep size, place, widths, those of columns too, the view and how large pictures are."""
        settings.setValue("window/geometry", self.saveGeometry())
        settings.setValue("window/splitter", self._splitter.saveState())
        settings.setValue("window/sidebar", self._sidebar_wanted)
        settings.setValue("window/view", self.view())
        settings.setValue("window/zoom", self.grid.zoomed)
        settings.setValue("window/columns", self.list.widths())

    def recall(self, settings: QSettings) -> None:
        """Come back to what was kept."""
        if settings.contains("window/geometry"):
            self.restoreGeometry(settings.value("window/geometry"))
            self._splitter.restoreState(settings.value("window/splitter"))
        self._sidebar_wanted = settings.value("window/sidebar", True, type=bool) is True
        self._give_way()
        self.grid.zoom(int(str(settings.value("window/zoom", 0))) - self.grid.zoomed)
        columns = settings.value("window/columns", {})
        self.list.use_widths(columns if isinstance(columns, dict) else {})
        view = str(settings.value("window/view", VIEWS[0]))
        self._switch(view if view in VIEWS else VIEWS[0])  # the focus comes when there is something to be said

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Return presses the button that has the focus, as it does in dialogs; Qt leaves it to Space in windows."""
        button = QApplication.focusWidget()
        pressed = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.isAutoRepeat()
        if pressed and isinstance(button, QAbstractButton) and self.isAncestorOf(button):
            button.animateClick()
        else:
            super().keyPressEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Folders are welcome anywhere."""
        if event.source() is None and folders_in(event):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Take the folders."""
        self.dropped.emit(folders_in(event))

    def closeEvent(self, event: QCloseEvent) -> None:
        """Tell before closing."""
        self.closing.emit()
        super().closeEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Let the sidebar go or come back."""
        super().resizeEvent(event)
        self._give_way()

    def show_sidebar(self, *, on: bool) -> None:
        """Show the sidebar or hide it, as somebody wishes, however little room it leaves."""
        self._sidebar_wanted = self._sidebar_insisted = on
        self._set_sidebar(on=on)

    def _set_sidebar(self, *, on: bool) -> None:
        self.aside.setVisible(on)
        self.actions_table["sidebar"].setChecked(on)

    def _give_way(self) -> None:
        """Hide the sidebar while it would leave no room for two photos side by side; it comes back with the room."""
        if self._head.isHidden():
            return  # a photo stands alone on the screen
        sidebar, panel = max(SIDEBAR, self.sidebar.wanted_width()), max(PANEL, self.panel.minimumWidth())
        room = self.width() - sidebar - panel - 2 * self._splitter.handleWidth()
        fits = room >= self.grid.width_of(LEAST_COLUMNS)
        self._sidebar_insisted = self._sidebar_insisted and not fits
        on = self._sidebar_wanted and (fits or self._sidebar_insisted)
        used = self.aside.isAncestorOf(QApplication.focusWidget() or self)
        if on or not used:
            self._set_sidebar(on=on)

    def _share_room(self) -> None:
        """Give the sidebar the width of its words as far as there is room for photos and their panel, too."""
        panel = max(PANEL, self.panel.minimumWidth())
        others = panel + self.grid.minimumWidth() + 2 * self._splitter.handleWidth()
        sidebar = min(max(SIDEBAR, self.sidebar.wanted_width()), self.width() - others)
        self._splitter.setSizes([sidebar, self.width() - sidebar - panel, panel])

    def _dress(self) -> None:
        if self._room_for != self._appearance.text_size:  # else the widths are as somebody left them
            self._room_for = self._appearance.text_size
            self._share_room()
            self._sidebar_insisted = False
            self._give_way()
        self.setWindowIcon(self._appearance.icon("altfolio", "accent"))
        edge = self._appearance.scaled(20)
        for tool in self._tools:
            tool.setIconSize(QSize(edge, edge))
