"""Puts a theme and a text size on the application, and follows the system when the user chose "system".

One stylesheet is made from a theme's colours; sizes are on a 4-pixel grid, fonts in points so that they grow with the
text size. Colours for painting by hand come from `Appearance.theme`.
"""

from string import Template

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QIcon, QPalette
from PySide6.QtWidgets import QApplication

from gui import icons
from gui.theme import CONTRAST, DARK, LIGHT, THEMES, Theme, colours

_SHEET = """
QWidget { color: $text; }
QMainWindow, QDialog, QSplitter, #panel, #bar { background: $window; }
#bar { border-bottom: 1px solid $line; }
#status { background: $window; border-top: 1px solid $line; }
#heading { font-size: ${large}pt; font-weight: 600; }
#title { font-size: ${body}pt; font-weight: 600; }
#muted, #caption { color: $muted; }
#caption { font-size: ${small}pt; }
#section { color: $muted; font-size: ${small}pt; font-weight: 600; }
#card { background: $surface; border: 1px solid $line; border-radius: 8px; }
#problem { color: $problem; }
QToolTip { background: $surface; color: $text; border: 1px solid $border; padding: 4px; }
QLineEdit, QPlainTextEdit, QTextEdit, QSpinBox, QComboBox {
  background: $surface; border: 1px solid $border; border-radius: 6px; padding: 4px 8px;
  selection-background-color: $accent; selection-color: $accent_text; }
QLineEdit, QComboBox, QSpinBox { min-height: ${row}px; }
QLineEdit { padding: 4px 6px; placeholder-text-color: $muted; }
QLineEdit QToolButton { border: 0; padding: 0; min-height: 0; background: transparent; }
QLineEdit:focus, QPlainTextEdit:focus, QTextEdit:focus, QSpinBox:focus, QComboBox:focus {
  border: 2px solid $focus; padding: 3px 7px; }
QLineEdit:focus { padding: 3px 5px; }
QComboBox::drop-down { border: 0; width: ${drop}px; }
QComboBox::down-arrow { image: url($arrow); width: ${tick}px; height: ${tick}px; }
QSpinBox::up-button, QSpinBox::down-button { width: ${drop}px; border: 0; background: transparent; }
QSpinBox QLineEdit { min-height: 0; padding: 0; border: 0; background: transparent; }
QSpinBox::up-button { subcontrol-position: top right; }
QSpinBox::down-button { subcontrol-position: bottom right; }
QSpinBox::up-arrow { image: url($rise); width: ${step}px; height: ${step}px; }
QSpinBox::down-arrow { image: url($arrow); width: ${step}px; height: ${step}px; }
QTabWidget::pane { border: 1px solid $line; border-radius: 6px; background: $surface; top: -1px; }
QTabBar::tab { background: transparent; color: $muted; padding: 6px 16px; border: 2px solid transparent;
  border-bottom: 2px solid transparent; }
QTabBar::tab:selected { color: $text; border-bottom: 2px solid $accent; font-weight: 600; }
QTabBar::tab:focus { border: 2px solid $focus; border-radius: 4px; }
QTabWidget QWidget#page { background: $surface; }
QCheckBox::indicator, QListWidget::indicator { width: ${tick}px; height: ${tick}px; border: 1px solid $border;
  border-radius: 4px; background: $surface; }
QCheckBox::indicator:checked, QListWidget::indicator:checked { background: $accent; border-color: $accent;
  image: url($check); }
QRadioButton::indicator { width: ${tick}px; height: ${tick}px; border: 1px solid $border;
  border-radius: ${round}px; background: $surface; }
QRadioButton::indicator:checked { width: ${dot}px; height: ${dot}px; border: ${ring}px solid $accent; }
QComboBox QAbstractItemView { background: $surface; border: 1px solid $border;
  selection-background-color: $selection; selection-color: $selection_text; }
QPushButton, QToolButton { background: $raised; border: 1px solid $border; border-radius: 6px; padding: 4px 12px;
  min-height: 20px; }
QToolButton { padding: 4px; }
QPushButton:hover, QToolButton:hover { background: $hover; }
QPushButton:focus, QToolButton:focus { border: 2px solid $focus; padding: 3px 11px; }
QToolButton:focus { padding: 3px; }
QPushButton:disabled, QToolButton:disabled { color: $muted; border-color: $line; background: transparent; }
QDialogButtonBox { dialogbuttonbox-buttons-have-icons: 0; }
QPushButton#primary { background: $accent; color: $accent_text; border-color: $accent; font-weight: 600; }
QPushButton#primary:focus { background: $surface; color: $accent; border: 2px solid $focus; }
QPushButton#primary:disabled { background: $hover; color: $muted; border-color: $line; }
QToolButton#flat, QPushButton#flat { background: transparent; border: 1px solid transparent; }
QToolButton#flat:hover, QPushButton#flat:hover { background: $hover; }
QToolButton#flat:checked { background: $selection; color: $selection_text; border: 1px solid $border; }
QToolButton#flat:focus, QPushButton#flat:focus { border: 2px solid $focus; }
QPushButton#chip { border-radius: ${pill}px; padding: 0 8px; min-height: ${chip}px; background: $selection;
  color: $selection_text; border: 1px solid $border; }
QPushButton#chip:focus { border: 2px solid $focus; padding: 0 7px; }
QListWidget, QListView, QTreeView, QTableView { background: $surface; border: 1px solid $line; border-radius: 6px;
  padding: 1px; outline: 0; alternate-background-color: $window; gridline-color: $line; }
QTreeView#sidebar { background: $window; border: 0; border-radius: 0; padding: 8px 4px; }
QListWidget:focus, QListView:focus, QTreeView:focus, QTableView:focus, QScrollArea:focus { border: 2px solid $focus;
  padding: 0; }
QAbstractItemView::item { padding: 4px; }
QAbstractItemView::item:hover { background: $hover; }
QAbstractItemView::item:selected { background: $selection; color: $selection_text; }
QTreeView#sidebar:focus { border: 2px solid $focus; padding: 6px 2px; }
QTreeView#sidebar::item:selected { background: $selection; }
QTreeView::branch:has-children:closed { image: url($closed); }
QTreeView::branch:has-children:open { image: url($arrow); }
QHeaderView::section { background: $window; color: $muted; border: 0; border-bottom: 1px solid $line; padding: 6px 8px;
  font-weight: 600; }
QScrollArea, QScrollArea > QWidget > QWidget#inside { background: transparent; border: 0; }
QMenuBar { background: $window; border-bottom: 1px solid $line; }
QMenuBar::item { padding: 4px 8px; background: transparent; border-radius: 4px; }
QMenuBar::item:selected, QMenu::item:selected { background: $selection; color: $selection_text; }
QMenu { background: $surface; border: 1px solid $border; padding: 4px; }
QMenu::item { padding: 5px 24px 5px 12px; border-radius: 4px; }
QMenu::item:disabled { color: $muted; }
QMenu::icon { padding-left: 8px; }
QMenu::separator { height: 1px; background: $line; margin: 4px 8px; }
QSplitter::handle { background: $line; }
QProgressBar { background: $hover; border: 0; border-radius: 3px; max-height: 6px; min-height: 6px; }
QProgressBar::chunk { background: $accent; border-radius: 3px; }
QCheckBox { spacing: 8px; padding: 4px 4px 4px 0; outline: 2px solid $focus; outline-radius: 4px; outline-offset: 4px; }
QRadioButton { spacing: 8px; padding: 2px; border: 2px solid transparent; border-radius: 4px; }
QRadioButton:focus { border: 2px solid $focus; }
QScrollBar:vertical { background: transparent; width: 12px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: 12px; margin: 0; }
QScrollBar::handle { background: $border; border-radius: 3px; margin: 3px; }
QScrollBar::handle:vertical { min-height: 32px; }
QScrollBar::handle:horizontal { min-width: 32px; }
QScrollBar::handle:disabled { background: transparent; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
"""


_DRAWN = {"arrow": "down", "rise": "up", "closed": "right", "check": "check"}
"""Icons that the stylesheet itself needs as files, in a version for each ground."""

FUSION = "has its style"
"""Property of an application that was begun in the style "Fusion" (by `-style`): to set it would import all about
styles, 20 ms before the first screen."""

_SYSTEM_SIZE = "system font size"
"""Property of the application: the system's text size in points."""

LARGE = 1.5
"""Text this many times as large as the system's needs another arrangement: labels above fields, not beside them."""


def text_scale() -> float:
    """How much larger than the system's the text is now, 0.75..3; 1 before an appearance was applied."""
    app = QApplication.instance()
    size = app.property(_SYSTEM_SIZE) if isinstance(app, QApplication) else None
    return app.font().pointSizeF() / float(size) if isinstance(app, QApplication) and size is not None else 1.0


class Appearance(QObject):
    """The look of the application.

    Attributes:
        theme: the colours in use.
        text_size: percent of the system's text size.

    Signals:
        changed(): theme or text size are another now; icons have to be asked for again.
    """

    changed = Signal()

    def __init__(self, app: QApplication) -> None:
        super().__init__(app)
        self._app = app
        self._chosen = "system"
        if app.property(_SYSTEM_SIZE) is None:  # another appearance may have enlarged the font since
            app.setProperty(_SYSTEM_SIZE, max(app.font().pointSizeF(), 8.0))
        self._base = float(app.property(_SYSTEM_SIZE))
        self.theme: Theme = LIGHT
        self.text_size = 100
        if not app.property(FUSION):
            app.setStyle("Fusion")
        app.styleHints().colorSchemeChanged.connect(self._system_changed)
        app.styleHints().accessibility().contrastPreferenceChanged.connect(self._system_changed)

    def apply(self, chosen: str, text_size: int) -> None:
        """Show a theme ("system", "light", "dark", "contrast") at a text size (percent, 75..300)."""
        self.choose(chosen, text_size)
        self.dress()
        self.changed.emit()

    def choose(self, chosen: str, text_size: int) -> None:
        """The first half of `apply`: what widgets have to know while they are made, colours and font.

        A widget that is made before `dress` is dressed once. Under a stylesheet, everything in it is dressed anew each
        time it is put into another one: 60 ms in all for the main window.
        """
        self._chosen, self.text_size = chosen, text_size
        self.theme = THEMES.get(chosen) or self._of_system()
        points = self._base * text_size / 100
        font = QFont(self._app.font())
        font.setPointSizeF(points)
        self._app.setFont(font)
        self._app.setPalette(_palette(self.theme))

    def dress(self) -> None:
        """The other half: the stylesheet, for all that is there and all that comes."""
        font, points = self._app.font(), self._base * self.text_size / 100
        sizes = {"small": f"{points * 0.92:.1f}", "body": f"{points:.1f}", "large": f"{points * 1.5:.1f}"}
        ground = "dark" if self.theme.dark else "light"
        files = {name: (icons.FOLDER / f"{icon}-on-{ground}.svg").as_posix() for name, icon in _DRAWN.items()}
        lengths = {name: str(self.scaled(edge)) for name, edge in (("tick", 16), ("step", 12), ("drop", 28))}
        ring, tick = self.scaled(4) + 1, self.scaled(16)
        lengths |= {"ring": str(ring), "dot": str(tick + 2 - 2 * ring), "round": str(tick // 2 + 1)}
        lengths["row"] = str(max(20, QFontMetrics(font).height()))  # else a layout may squeeze the words of a field
        chip = max(22, int(lengths["row"]))
        lengths |= {"chip": str(chip), "pill": str((chip + 2) // 2)}
        self._app.setStyleSheet(Template(_SHEET).substitute(colours(self.theme), **lengths, **sizes, **files))

    def scaled(self, pixels: int) -> int:
        """A length that grows with the text size, on the 4-pixel grid."""
        return max(4, round(pixels * self.text_size / 400) * 4)

    def icon(self, name: str, colour: str = "text") -> QIcon:
        """An icon in one of the theme's colours."""
        sizes = tuple(sorted({16, self.scaled(16), self.scaled(20)}))
        return icons.icon(name, getattr(self.theme, colour), self.theme.muted, sizes)

    def _of_system(self) -> Theme:
        hints = self._app.styleHints()
        if hints.accessibility().contrastPreference() == Qt.ContrastPreference.HighContrast:
            return CONTRAST
        return DARK if hints.colorScheme() == Qt.ColorScheme.Dark else LIGHT

    def _system_changed(self) -> None:
        if self._chosen == "system" and self._of_system() is not self.theme:
            self.apply("system", self.text_size)


def _palette(theme: Theme) -> QPalette:
    role = QPalette.ColorRole
    palette = QPalette()
    for which, colour in (
        (role.Window, theme.window),
        (role.WindowText, theme.text),
        (role.Base, theme.surface),
        (role.AlternateBase, theme.window),
        (role.Text, theme.text),
        (role.PlaceholderText, theme.muted),
        (role.Button, theme.raised),
        (role.ButtonText, theme.text),
        (role.BrightText, theme.problem),
        (role.ToolTipBase, theme.surface),
        (role.ToolTipText, theme.text),
        (role.Highlight, theme.selection),
        (role.HighlightedText, theme.selection_text),
        (role.Link, theme.accent),
        (role.Light, theme.raised),
        (role.Mid, theme.line),
        (role.Dark, theme.border),
        (role.Accent, theme.accent),
    ):
        palette.setColor(which, QColor(colour))
    for which in (role.Text, role.WindowText, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, which, QColor(theme.muted))
    return palette
