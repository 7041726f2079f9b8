"""Everything a user can do, in one table: menus, shortcuts, the help sheet and the command palette are made from it.

Single letters act wherever no text is being typed; a field that takes text keeps its letters. All keys can be changed
(`set_keys`), as WCAG 2.2 criterion 2.1.4 asks for single-letter shortcuts.

Invariants: an action has a name that says what it does; a shortcut belongs to one action.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar, QWidget

from gui.appearance import Appearance


@dataclass(frozen=True, slots=True)
class Row:
    """One action.

    Attributes:
        name: stable, for code and stored keys.
        menu: the menu it is in.
        text: what it does, as a command.
        keys: shortcuts, portable spelling, separated by "; "; the first one is shown.
        icon: file name in `resources/icons`, or "".
        checkable: True where it is on or off.
    """

    name: str
    menu: str
    text: str
    keys: str = ""
    icon: str = ""
    checkable: bool = False


_LINE = Row("", "", "")

NUMBERED_TAGS = 9
"""Tags of a photo that a number key rejects."""

TABLE = (
    Row("add-folders", "File", "Add folders…", "Ctrl+O", "folder-add"),
    Row("rescan", "File", "Look for new and changed photos", "F5", "retry"),
    Row("open-library", "File", "Libraries…", "Ctrl+Shift+O"),
    Row("new-library", "File", "New library…", "Ctrl+Shift+N"),
    _LINE,
    Row("embed", "File", "Write approved words into photos…", "Ctrl+E", "embed"),
    Row("import", "File", "Import words…", "Ctrl+I"),
    Row("export", "File", "Export…", "Ctrl+Shift+E"),
    Row("problems", "File", "Problems…", "Ctrl+P", "state-problem"),
    Row("settings", "File", "Settings…", "Ctrl+,", "settings"),
    _LINE,
    Row("quit", "File", "Quit", "Ctrl+Q"),
    Row("undo", "Edit", "Undo", "Ctrl+Z", "undo"),
    Row("redo", "Edit", "Redo", "Ctrl+Shift+Z; Ctrl+Y", "redo"),
    _LINE,
    Row("select-all", "Edit", "Select all photos", "Ctrl+A"),
    Row("copy-text", "Edit", "Copy alt text", "Ctrl+Shift+C", "copy"),
    Row("copy-html", "Edit", "Copy as HTML for web pages", "Ctrl+Shift+H"),
    Row("copy-markdown", "Edit", "Copy as Markdown", "Ctrl+Shift+M"),
    Row("search", "Edit", "Search", "Ctrl+F; /", "search"),
    Row("clear-search", "Edit", "Show all photos", "Ctrl+Shift+X"),
    Row("suggest", "Edit", "Suggest what to search for", "Ctrl+Shift+Space"),
    Row("narrow", "Edit", "Narrow what was found", "Ctrl+Shift+R"),
    Row("filters", "Edit", "Go to the filters in the sidebar", "Ctrl+Shift+B"),
    Row("save-search", "Edit", "Save this search…", "Ctrl+S"),
    Row("saved-searches", "Edit", "Saved searches…", "Ctrl+Shift+S"),
    Row("approve", "Photo", "Approve and go to the next photo", "A; Ctrl+Return", "approve"),
    Row("skip", "Photo", "Skip to the next undecided photo", "S; N", "next"),
    Row("edit-text", "Photo", "Edit the alt text", "E; F2", "edit"),
    Row("reject-text", "Photo", "Reject the proposed text", "R", "reject"),
    Row("withdraw", "Photo", "Take the approval back", "W"),
    Row("previous-text", "Photo", "Use the text of the photo before", "Ctrl+D"),
    Row("next-language", "Photo", "Text in the next language", "L"),
    Row("make-drafts", "Photo", "Draft alt text and description in this language", "D"),
    Row("spelling", "Photo", "Suggest spellings", "Ctrl+."),
    _LINE,
    Row("set-text", "Photo", "Set one text for the selected photos…", "Ctrl+Shift+T"),
    Row("approve-above", "Photo", "Approve sure photos…", "Ctrl+Shift+A"),
    Row("replace", "Photo", "Find and replace in texts…", "Ctrl+H"),
    Row("outside", "Photo", "Settle photos changed outside…", "Ctrl+U"),
    _LINE,
    Row("add-tag", "Photo", "Add a tag", "T", "tag"),
    Row("judge-tags", "Photo", "Go to the tags", "G"),
    Row("change-tags", "Photo", "Change tags of the selected photos…", "Ctrl+T"),
    _LINE,
    Row("next", "Photo", "Next photo", "J", "next"),
    Row("previous", "Photo", "Previous photo", "K", "previous"),
    Row("first-undecided", "Photo", "First undecided photo", "Ctrl+Home"),
    Row("show-file", "Photo", "Show in the file manager", "Ctrl+Shift+F", "folder"),
    Row("library-view", "View", "Library", "Ctrl+1", "library", True),
    Row("review-view", "View", "Review", "Ctrl+2", "review", True),
    Row("list-view", "View", "List", "Ctrl+3", "list", True),
    _LINE,
    Row("sort-taken", "View", "Sort: newest first", "Alt+1"),
    Row("sort-queue", "View", "Sort: fastest to review first", "Alt+2"),
    Row("sort-folder", "View", "Sort: by folder", "Alt+3"),
    Row("sort-name", "View", "Sort: by name"),
    Row("sort-certainty", "View", "Sort: least certain first"),
    Row("sort-changed", "View", "Sort: last changed first"),
    _LINE,
    Row("sidebar", "View", "Sidebar", "Ctrl+B", "sidebar", True),
    Row("boxes", "View", "Frame what was found", "B", "boxes", True),
    Row("larger", "View", "Larger pictures", "Ctrl++; Ctrl+=", "zoom-in"),
    Row("smaller", "View", "Smaller pictures", "Ctrl+-", "zoom-out"),
    Row("fit", "View", "Fit the picture", "Ctrl+0", "zoom-fit"),
    Row("full-screen", "View", "The photo alone on the whole screen", "F11", "", True),
    _LINE,
    Row("wider", "View", "Widen the column of the list", "Ctrl+Alt++; Ctrl+Alt+="),
    Row("narrower", "View", "Narrow the column of the list", "Ctrl+Alt+-"),
    Row("usual-widths", "View", "Usual widths of all columns"),
    Row("own-words", "Tools", "My own words…", "Ctrl+Shift+W"),
    Row("duplicates", "Tools", "Duplicates and series…", "Ctrl+Shift+D"),
    _LINE,
    Row("backup", "Tools", "Back up the library…", "Ctrl+Shift+K"),
    Row("check", "Tools", "Check the library"),
    Row("rebuild", "Tools", "New library from the words in photos…"),
    _LINE,
    Row("forget", "Tools", "Remove what the machine proposed…"),
    Row("palette", "Help", "Find a command…", "Ctrl+K"),
    Row("help", "Help", "Keys and how to review", "?; F1", "help"),
    Row("about", "Help", "About Altfolio"),
    *(Row(f"tag-{n}", "", f"Reject or restore tag {n}", str(n)) for n in range(1, NUMBERED_TAGS + 1)),
)
"""All actions in the order of the menus; a row without a name is a line between two groups, one without a menu is in
none."""


REPEATED = frozenset({"next", "previous", "larger", "smaller", "wider", "narrower"})
"""Actions that go on while their key is held. A held key must not decide: it would approve photos nobody looked at."""


class Actions(QObject):
    """The actions of one window.

    `actions["approve"]` is a `QAction`.
    """

    def __init__(self, window: QWidget, appearance: Appearance) -> None:
        super().__init__(window)
        self._appearance = appearance
        self._window = window
        self._made: dict[str, QAction] = {}
        for row in TABLE:
            if row.name:
                action = QAction(row.text, window)
                action.setObjectName(row.name)
                action.setCheckable(row.checkable)
                action.setAutoRepeat(row.name in REPEATED)
                action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
                window.addAction(action)
                self._made[row.name] = action
        self.set_keys({})
        appearance.changed.connect(self.dress)

    def __getitem__(self, name: str) -> QAction:
        return self._made[name]

    def on(self, name: str, call: Callable[[], object]) -> None:
        """Do `call` when the action is triggered."""
        self._made[name].triggered.connect(lambda _checked=False: call())

    def set_keys(self, changed: Mapping[str, str]) -> None:
        """Give actions their keys: those of the table, except where `changed` has others ("" is none)."""
        for row in TABLE:
            if row.name:
                keys = changed.get(row.name, row.keys)
                self._made[row.name].setShortcuts([QKeySequence(k) for k in keys.split("; ") if k])

    def fill(self, bar: QMenuBar) -> None:
        """Make the menus."""
        menus: dict[str, QMenu] = {}
        line_due: QMenu | None = None
        last = ""
        for row in TABLE:
            if not row.name:
                line_due = menus.get(last)
                continue
            if not row.menu:
                continue
            if row.menu not in menus:
                menus[row.menu] = bar.addMenu(f"&{row.menu}")
            elif line_due is menus[row.menu]:
                menus[row.menu].addSeparator()
            line_due, last = None, row.menu
            menus[row.menu].addAction(self._made[row.name])

    def menu_of_photos(self, parent: QWidget) -> QMenu:
        """The menu that opens at a photo."""
        menu = QMenu("Photo", parent)
        for name in (
            "approve",
            "edit-text",
            "reject-text",
            "withdraw",
            "",
            "add-tag",
            "change-tags",
            "set-text",
            "",
            "copy-text",
        ):
            menu.addAction(self._made[name]) if name else menu.addSeparator()
        menu.addAction(self._made["show-file"])
        return menu

    def dress(self, names: Collection[str] = ()) -> None:
        """Give actions their icons.

        Args:
            names: those that are seen at once, nothing for all; each icon takes half a millisecond to draw.
        """
        for row in TABLE:
            if row.icon and (not names or row.name in names):
                self._made[row.name].setIcon(self._appearance.icon(row.icon))


def keys_shown(action: QAction) -> str:
    """An action's keys for people: "A or Ctrl+Return"."""
    native = QKeySequence.SequenceFormat.NativeText
    return " or ".join(key.toString(native) for key in action.shortcuts())
