"""The page of settings for model packs: what each is for, where it comes from, and a switch."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QCheckBox, QLabel, QVBoxLayout, QWidget

from gui.accessible import named
from gui.room import note, noted

if TYPE_CHECKING:
    from inference.packs import Pack


class PacksPage(QWidget):
    """The packs."""

    def __init__(self, packs: "Sequence[Pack]", off: str) -> None:
        super().__init__()
        self.setObjectName("page")
        switched_off = set(off.split(","))
        self._switches: dict[str, QCheckBox] = {}
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(16)
        words = QLabel(
            "All models run on this machine. A pack that is switched off looks at no more photos; what it found before "
            "stays."
            if packs
            else "There is no model pack. Please install Altfolio again."
        )
        words.setWordWrap(True)
        layout.addWidget(words)
        for pack in packs:
            switch = QCheckBox(f"{pack.name} {pack.version}")
            switch.setChecked(pack.id not in switched_off)
            about = note(f"{pack.about} Model: {pack.source.model}. Licence: {pack.licence}.")
            named(switch, f"Use the model pack {pack.name} {pack.version}", about.text())
            self._switches[pack.id] = switch
            layout.addLayout(noted(switch, about))
        layout.addStretch(1)

    @property
    def there(self) -> bool:
        """Whether there are packs to switch."""
        return bool(self._switches)

    def off(self) -> str:
        """The packs that are switched off, as the setting has them."""
        return ",".join(sorted(name for name, switch in self._switches.items() if not switch.isChecked()))
