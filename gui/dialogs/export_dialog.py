"""Handing over: the words of some photos as a table, as JSON, as a gallery of pages, or a report on the whole library.

Says how many photos go out and into which file; the work itself goes on in the status line.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QWidget,
)

from gui.accessible import named
from gui.dialogs.frame import Frame
from gui.room import form, note, noted, yielding
from gui.words import counted


@dataclass(frozen=True, slots=True)
class Kind:
    """One way to hand over.

    Attributes:
        name: "csv", "json", "gallery" or "report".
        words: for people.
        about: what comes out.
        ending: of the file, "" for a folder.
    """

    name: str
    words: str
    about: str
    ending: str


KINDS = (
    Kind("csv", "Table (CSV)", "All texts, tags and states, for a spreadsheet. It can be imported again.", ".csv"),
    Kind("json", "JSON", "All texts, tags and states, for programs. It can be imported again.", ".json"),
    Kind(
        "gallery",
        "Web gallery",
        "A folder of pages with approved texts that opens in any browser. Pictures are made anew, without any other "
        "metadata.",
        "",
    ),
    Kind("report", "Accessibility report", "A page with numbers: how many photos of this library have text.", ".html"),
)


@dataclass(frozen=True, slots=True)
class Scope:
    """Photos that can be handed over."""

    words: str
    photos: Sequence[int]


class ExportDialog(Frame):
    """Asks what, how and where to.

    Attributes:
        kind, target: what was chosen.
    """

    def __init__(self, scopes: Sequence[Scope], parent: QWidget | None = None) -> None:
        super().__init__("Export", (620, 272), parent)
        self._scopes = scopes
        self._kinds = named(QComboBox(), "Export as")
        self._which = named(QComboBox(), "Photos")
        for combo, names in (
            (self._kinds, [kind.words for kind in KINDS]),
            (self._which, [f"{scope.words}: {counted(len(scope.photos), 'photo')}" for scope in scopes]),
        ):
            yielding(combo).addItems(names)
            combo.currentIndexChanged.connect(lambda _: self._changed())
        self._title = named(QLineEdit("Photos"), "Title of the gallery")
        self._place = named(QLineEdit(), "Write to")
        self._place.textChanged.connect(lambda _: self._look())
        browse = named(QPushButton("Choose…"), "Choose where to")
        browse.clicked.connect(self._browse)
        where = QHBoxLayout()
        where.setSpacing(8)
        where.addWidget(self._place, 1)
        where.addWidget(browse)
        self._about, self._warning = note(""), QLabel()
        self._warning.setWordWrap(True)
        self._form = form()
        self._form.addRow("Export as", noted(self._kinds, self._about))
        self._form.addRow("Photos", self._which)
        self._form.addRow("Title", self._title)
        self._form.addRow("Write to", where)
        self.body.addLayout(self._form)
        self.body.addWidget(self._warning)
        self.body.addStretch(1)
        self._go = self.add_primary("Export")
        self.add_close("Cancel")
        self._changed()

    @property
    def kind(self) -> Kind:
        """What is made."""
        return KINDS[self._kinds.currentIndex()]

    @property
    def photos(self) -> Sequence[int]:
        """The photos that go out."""
        return self._scopes[self._which.currentIndex()].photos

    @property
    def title(self) -> str:
        """Heading of a gallery."""
        return self._title.text().strip() or "Photos"

    @property
    def target(self) -> Path:
        """The file or folder."""
        return Path(self._place.text().strip()).expanduser()

    def choose(self, kind: str, place: Path | None = None) -> None:
        """Choose a kind by its name, and a place."""
        self._kinds.setCurrentIndex([one.name for one in KINDS].index(kind))
        if place is not None:
            self._place.setText(str(place))

    def _changed(self) -> None:
        self._about.setText(self.kind.about)
        self._form.setRowVisible(self._which, self.kind.name != "report")
        self._form.setRowVisible(self._title, self.kind.name == "gallery")
        name = {"gallery": "gallery", "report": "report.html"}.get(self.kind.name, f"photos{self.kind.ending}")
        typed = self._place.text().strip()
        self._place.setText(str(Path(typed).parent / name) if typed else f"~/{name}")
        self._look()

    def _look(self) -> None:
        """Say what would be replaced."""
        text, target = self._place.text().strip(), self.target
        warning = ""
        if not text:
            warning = "Say where to."
        elif not target.parent.is_dir():
            warning = f"The folder “{target.parent}” is not there."
        elif target.is_file() and self.kind.ending:
            warning = f"“{target.name}” is there already and would be replaced."
        self._warning.setText(warning)
        none = self.kind.name != "report" and not self.photos
        if none:
            self._warning.setText("There are no photos to hand over.")
        self._go.setEnabled(bool(text) and target.parent.is_dir() and not none)
        named(self._go, "Export", self._warning.text())

    def _browse(self) -> None:
        if self.kind.ending:
            chosen, _ = QFileDialog.getSaveFileName(self, "Export", str(self.target), f"*{self.kind.ending}")
        else:
            folder = QFileDialog.getExistingDirectory(self, "Folder for the gallery", str(self.target.parent))
            chosen = str(Path(folder) / "gallery") if folder else ""
        if chosen:
            self._place.setText(chosen)
