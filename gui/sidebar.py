"""The sidebar: states, saved searches, folders, tags, people, years, cameras and packs with their numbers.

What is chosen becomes a word of the search (`state:draft`), so that the search field always says all there is to say
about why photos are hidden, and filters can be combined by typing. Below it, while a search is on, are the ways to
narrow what was found.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from gui.accessible import named
from gui.appearance import Appearance
from gui.filter_tree import Entry, FilterTree
from gui.words import PROBLEM, STATES, counted
from storage.schema import PhotoState

if TYPE_CHECKING:
    from storage.overview import Branch
    from storage.search import Facet, Facets
    from storage.search.saved import SavedSearch

ORDER = (PhotoState.DRAFT, PhotoState.NONE, PhotoState.APPROVED, PhotoState.EMBEDDED, PhotoState.STALE)
"""States as one works through them."""

GROUPS = ("Photos", "Saved searches", "Folders", "Tags", "People", "Years", "Cameras", "Model packs")
"""Groups in the order shown; one without entries is hidden."""

CLOSED = ("Years", "Cameras", "Model packs")
"""Groups that are closed at first."""


class Sidebar(FilterTree):
    """The filters of the whole library."""

    def __init__(self, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(appearance, GROUPS, CLOSED, parent)
        named(self, "Filters", "Return shows only these photos.")

    def show_states(self, total: int, states: dict[PhotoState, int], problems: int) -> None:
        """Fill the first group."""
        entries = [Entry("All photos", total, "")]
        entries += [Entry(STATES[s].word, states.get(s, 0), f"state:{s.name.lower()}", STATES[s]) for s in ORDER]
        entries += [Entry("Problems", problems, "problem:", PROBLEM)] if problems else []
        self.show_group("Photos", entries)

    def show_facets(self, group: str, facets: "Sequence[Facet]") -> None:
        """Fill a group of `GROUPS` without branches."""
        self.show_group(group, _entries(group, facets))

    def show_tree(self, group: str, branches: "Sequence[Branch]") -> None:
        """Fill a group of `GROUPS` with branches."""
        self.show_group(group, branches)

    def show_saved(self, searches: "Sequence[SavedSearch]") -> None:
        """Fill the saved searches."""
        self.show_group("Saved searches", [Entry(search.name, -1, search.query) for search in searches])

    def show_packs(self, packs: Sequence[tuple[str, str]]) -> None:
        """Fill the packs.

        Args:
            packs: the name of each, and its id.
        """
        self.show_group("Model packs", [Entry(name, -1, f"pack:{pack}") for name, pack in packs])


class FacetPanel(QWidget):
    """The ways to narrow what a search found; hidden while there is no search.

    Signals:
        chosen(str): words to add to the search.
    """

    chosen = Signal(str)

    def __init__(self, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("panel")
        groups = ("Tags", "People", "Years", "Cameras", "Folders", "States")
        self.tree = named(FilterTree(appearance, groups, ()), "Narrow the result", "Return adds this to the search.")
        self.tree.chosen.connect(self.chosen)
        self._title = QLabel("Narrow the result")
        self._title.setObjectName("section")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 8, 0, 0)
        layout.setSpacing(0)
        self._title.setContentsMargins(12, 0, 8, 0)
        layout.addWidget(self._title)
        layout.addWidget(self.tree, 1)
        self.hide()

    def show_facets(self, facets: "Facets") -> None:
        """Show the ways to narrow a result; the panel is hidden where there is none."""
        groups = {
            "Tags": facets.concepts,
            "People": facets.people,
            "Years": facets.years,
            "Cameras": facets.cameras,
            "Folders": facets.folders,
            "States": tuple(one for one in facets.states if one.photos < facets.photos),
        }
        for group, some in groups.items():
            self.tree.show_group(group, _entries(group, some))
        self._title.setText(f"Narrow {counted(facets.photos, 'photo')}")
        self.setVisible(any(groups.values()))


def _entries(group: str, facets: "Sequence[Facet]") -> list[Entry]:
    return [Entry(_named(group, facet), facet.photos, facet.query) for facet in facets]


def _named(group: str, facet: "Facet") -> str:
    if group == "Folders":
        return Path(facet.name).name or facet.name
    if group == "States":
        return STATES[PhotoState[facet.name.upper()]].word
    if group == "People":
        if facet.name == "0":
            return "No people"
        return counted(int(facet.name), "person", "people") if facet.name.isdigit() else facet.name
    return facet.name
