"""The settings of a library and of the window, and the keys."""

from collections.abc import Mapping

from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QKeySequenceEdit,
    QLabel,
    QScrollArea,
    QSpinBox,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from gui.accessible import named
from gui.actions import TABLE
from storage.settings import CHOICES, Settings

WORDS = {
    "language": "Language of the texts",
    "sidecar": "Write into",
    "sidecar_name": "Name of a new sidecar",
    "theme": "Colours",
    "effort": "Work in the background",
    "keep_times": "Keep a photo's modification time when writing",
    "write_keywords": "Write accepted tags as keywords, too",
    "read_text": "Read the text in photos (slower)",
    "write_signed": "Write into signed photos, which breaks the signature (C2PA)",
    "exiftool": "Let ExifTool, where installed, write formats that Altfolio refuses",
    "text_size": "Text size",
}

VALUES = {
    "en": "English",
    "de": "Deutsch",
    "fr": "Français",
    "es": "Español",
    "it": "Italiano",
    "pt": "Português",
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

_FILES = ("sidecar", "sidecar_name", "keep_times", "write_signed", "exiftool")

PAGES = (
    ("Words", ("language", "read_text", "write_keywords", *_FILES)),
    ("Window", ("theme", "text_size", "effort")),
)


class SettingsDialog(QDialog):
    """Shows the settings; `changes` and `keys` say what was changed."""

    def __init__(self, settings: Settings, keys: Mapping[str, str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Settings")
        self.resize(600, 480)
        self._settings = settings
        self._given_keys = dict(keys)
        self._fields: dict[str, QComboBox | QCheckBox | QSpinBox] = {}
        self._keys: dict[str, QKeySequenceEdit] = {}
        tabs = named(QTabWidget(), "Groups of settings")
        tabs.tabBar().setAccessibleName("Groups of settings")
        for title, names in PAGES:
            tabs.addTab(self._page(names), title)
        tabs.addTab(self._keys_page(), "Keys")
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(12)
        layout.addWidget(tabs)
        layout.addWidget(buttons)

    def _page(self, names: tuple[str, ...]) -> QWidget:
        page = QWidget()
        page.setObjectName("page")
        form = QFormLayout(page)
        form.setContentsMargins(16, 16, 16, 16)
        form.setHorizontalSpacing(16)
        form.setVerticalSpacing(12)
        for name in names:
            field = self._field(name)
            named(field, WORDS[name])
            self._fields[name] = field
            form.addRow("" if isinstance(field, QCheckBox) else WORDS[name], field)
        return page

    def _field(self, name: str) -> QComboBox | QCheckBox | QSpinBox:
        value = getattr(self._settings, name)
        if name in CHOICES:
            combo = QComboBox()
            for choice in CHOICES[name]:
                combo.addItem(VALUES.get(choice, choice), choice)
            combo.setCurrentIndex(combo.findData(value))
            return combo
        if isinstance(value, bool):
            check = QCheckBox(WORDS[name])
            check.setChecked(value)
            return check
        spin = QSpinBox()
        spin.setRange(75, 300)
        spin.setSingleStep(25)
        spin.setSuffix(" %")
        spin.setValue(int(value))
        return spin

    def _keys_page(self) -> QWidget:
        inside = QWidget()
        inside.setObjectName("page")
        form = QFormLayout(inside)
        form.setContentsMargins(16, 16, 16, 16)
        form.setVerticalSpacing(8)
        for row in TABLE:
            if row.name:
                edit = QKeySequenceEdit(QKeySequence(self._given_keys.get(row.name, row.keys).split("; ")[0]))
                edit.setMaximumSequenceLength(1)
                edit.setClearButtonEnabled(True)
                label = row.text.rstrip("…")
                named(edit, f"Key of: {label}")
                self._keys[row.name] = edit
                form.addRow(QLabel(label), edit)
        scroll = named(QScrollArea(), "Keys")
        scroll.setWidgetResizable(True)
        scroll.setWidget(inside)
        return scroll

    def changes(self) -> dict[str, object]:
        """Settings that differ from those given."""
        now: dict[str, object] = {}
        for name, field in self._fields.items():
            if isinstance(field, QComboBox):
                now[name] = field.currentData()
            else:
                now[name] = field.isChecked() if isinstance(field, QCheckBox) else field.value()
        return {name: value for name, value in now.items() if value != getattr(self._settings, name)}

    def keys(self) -> dict[str, str]:
        """All keys that differ from the table: those changed before and now."""
        changed = dict(self._given_keys)
        for row in TABLE:
            if row.name:
                before = self._given_keys.get(row.name, row.keys)
                typed = self._keys[row.name].keySequence().toString(QKeySequence.SequenceFormat.PortableText)
                if typed != before.split("; ")[0]:
                    changed[row.name] = typed
        return changed
