"""The settings of a library and of the window, in pages: folders, words, models, writing, window, keys.

Pages are chosen in a list beside them and scroll where there is little room, so that all can be reached at twice the
text size on a small screen. Nothing is changed before OK.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFrame,
    QHBoxLayout,
    QListWidget,
    QPushButton,
    QScrollArea,
    QSpinBox,
    QStackedWidget,
    QWidget,
)

from gui.accessible import named
from gui.dialogs.folders_page import FoldersPage
from gui.dialogs.frame import Frame
from gui.dialogs.keys_page import KeysPage
from gui.dialogs.packs_page import PacksPage
from gui.room import NumberBox, beside, form, note, noted, yielding
from storage.settings import CHOICES, Settings

if TYPE_CHECKING:
    from inference.packs import Pack
    from storage.overview import TopFolder

WORDS = {
    "language": "Language of the texts",
    "style": "Drafts say",
    "extended": "Draft a longer description, too",
    "date_and_camera": "Date and camera in descriptions",
    "least_certainty": "Say nothing that is less sure than",
    "write_when": "Write approved words",
    "sidecar": "Write into",
    "sidecar_name": "Name of a new sidecar",
    "theme": "Colours",
    "effort": "Work in the background",
    "keep_times": "Keep modification times",
    "write_keywords": "Write tags as keywords, too",
    "read_text": "Read text in photos",
    "write_signed": "Write into signed photos, too",
    "exiftool": "Let ExifTool help",
    "text_size": "Text size",
}

NOTES = {
    "date_and_camera": "In those whose draft you ask for.",
    "least_certainty": "Single concepts can have higher limits among your own words.",
    "read_text": "It can be found and described then; it takes much longer than all else.",
    "write_when": "Nothing is ever written that you did not approve, and undo puts the old words back.",
    "write_signed": "This breaks their signature (C2PA), which says where a photo comes from.",
    "exiftool": "Where it is installed, it writes formats that Altfolio itself refuses.",
}
"""What is worth knowing about a setting, shown below it."""

VALUES = {
    "en": "English",
    "de": "Deutsch",
    "fr": "Français",
    "es": "Español",
    "it": "Italiano",
    "pt": "Português",
    "hedged": "“May be an image of a dog.”",
    "plain": "“A dog.”",
    "asked": "when I ask for it",
    "approved": "soon after I approved them",
    "never": "the photo only",
    "risky": "the photo; a sidecar where that is risky",
    "always": "a sidecar beside the photo",
    "system": "As the system",
    "light": "Light",
    "dark": "Dark",
    "contrast": "High contrast",
    "quiet": "quietly",
    "balanced": "balanced",
    "all cores": "with all cores",
}

RANGES = {"text_size": (75, 300, 25), "least_certainty": (0, 95, 5)}
"""Least, most and step of the settings that are numbers, all in percent."""

FORMS = {
    "Words": ("language", "style", "extended", "date_and_camera", "least_certainty", "read_text"),
    "Writing": ("write_when", "write_keywords", "sidecar", "sidecar_name", "keep_times", "write_signed", "exiftool"),
    "Window": ("theme", "text_size", "effort"),
}
"""Pages that are forms: title → settings."""

PAGES = ("Folders", "Words", "Models", "Writing", "Window", "Keys")


class SettingsDialog(Frame):
    """Shows the settings; `changes`, `keys` and `folders` say what was changed.

    Signals:
        own_words_wanted(): the words of the user's own are wanted.
    """

    own_words_wanted = Signal()

    def __init__(
        self,
        settings: Settings,
        keys: Mapping[str, str],
        parent: QWidget | None = None,
        *,
        folders: "Sequence[TopFolder]" = (),
        packs: "Sequence[Pack]" = (),
        page: str = PAGES[0],
    ) -> None:
        super().__init__("Settings", (760, 520), parent)
        self._settings = settings
        self._fields: dict[str, QComboBox | QCheckBox | QSpinBox] = {}
        self.folders = FoldersPage(folders)
        self.packs = PacksPage(packs, settings.packs_off)
        self._keys_page = KeysPage(keys)
        own = {"Folders": self.folders, "Models": self.packs, "Keys": self._keys_page}
        self._list = named(QListWidget(), "Groups of settings")
        self._list.addItems(PAGES)
        self._list.setMaximumWidth(max(120, self._list.sizeHintForColumn(0) + 40))
        self._pages = QStackedWidget()
        for title in PAGES:
            self._pages.addWidget(_scrolling(own.get(title) or self._form(FORMS[title], title), title))
        self._list.currentRowChanged.connect(self._pages.setCurrentIndex)
        self._list.setCurrentRow(PAGES.index(page))
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addWidget(self._list)
        row.addWidget(self._pages, 1)
        self.body.addLayout(row)
        self.add_primary("OK")
        self.add_close("Cancel")
        self._list.setFocus()

    def _form(self, names: tuple[str, ...], title: str) -> QWidget:
        page = QWidget()
        page.setObjectName("page")
        rows = form(page)
        rows.setContentsMargins(16, 16, 16, 16)
        for name in names:
            field = self._field(name)
            named(field, WORDS[name], NOTES.get(name, ""))
            self._fields[name] = field
            placed = noted(field, note(NOTES[name]) if name in NOTES else None)
            if isinstance(field, QCheckBox):
                rows.addRow(placed)
            else:
                rows.addRow(WORDS[name], placed)
        if title == "Words":
            own = named(QPushButton("My own words…"), "My own words")
            own.clicked.connect(self.own_words_wanted)
            rows.addRow(note("Other names, synonyms, keywords and limits for concepts, and words never to be said:"))
            rows.addRow(beside(own))
        return page

    def _field(self, name: str) -> QComboBox | QCheckBox | QSpinBox:
        value = getattr(self._settings, name)
        if name in CHOICES:
            combo = yielding(QComboBox())
            for choice in CHOICES[name]:
                combo.addItem(VALUES.get(choice, choice), choice)
            combo.setCurrentIndex(combo.findData(value))
            return combo
        if isinstance(value, bool):
            check = QCheckBox(WORDS[name])
            check.setChecked(value)
            return check
        spin = NumberBox(*RANGES[name])
        spin.setValue(int(value))
        return spin

    def changes(self) -> dict[str, object]:
        """Settings that differ from those given."""
        now: dict[str, object] = {"packs_off": self.packs.off() if self.packs.there else self._settings.packs_off}
        for name, field in self._fields.items():
            if isinstance(field, QComboBox):
                now[name] = field.currentData()
            else:
                now[name] = field.isChecked() if isinstance(field, QCheckBox) else field.value()
        return {name: value for name, value in now.items() if value != getattr(self._settings, name)}

    def keys(self) -> dict[str, str]:
        """All keys that differ from the table."""
        return self._keys_page.keys()

    def folder_changes(self) -> tuple[list[Path], list[Path]]:
        """Folders to add, and folders to remove."""
        return self.folders.added, self.folders.removed


def _scrolling(page: QWidget, title: str) -> QScrollArea:
    scroll = named(QScrollArea(), title)
    scroll.setFrameShape(QFrame.Shape.NoFrame)
    scroll.setWidgetResizable(True)
    scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # what is in it takes the focus and is scrolled to
    scroll.setWidget(page)
    return scroll
