"""The colours of the window in its three themes, as plain values with their contrast computed.

Colours are named for what they are for, so that a widget never asks which theme is on. Every pair in which one
colour is read on another is listed here (`TEXT_PAIRS`, `MARK_PAIRS`); a test holds each pair of each theme to
WCAG 2.2: 4.5:1 for text (criterion 1.4.3), 3:1 for icons, borders of controls and focus marks (1.4.11).

Invariant: no state is told by colour alone; `gui.words` gives each state a shape and a word.
"""

from dataclasses import dataclass, fields

TEXT_CONTRAST = 4.5
"""Least contrast of text, WCAG 2.2 criterion 1.4.3."""

MARK_CONTRAST = 3.0
"""Least contrast of icons, control borders and focus marks, WCAG 2.2 criterion 1.4.11."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Theme:
    """One set of colours, each as `#rrggbb`.

    Attributes:
        name: "light", "dark" or "contrast".
        dark: True where light text stands on a dark ground.
        window: behind panels and bars.
        canvas: behind photos.
        surface: of fields, lists and cards.
        raised: of buttons and chips.
        hover: of buttons under the pointer.
        text: of everything read.
        muted: of second-rank text.
        line: hairlines between areas; decoration only.
        border: edge of fields and buttons.
        accent: the main button, links, progress.
        accent_text: on the accent.
        focus: the ring around what has the focus.
        selection: behind what is selected.
        selection_text: on the selection.
        none, draft, approved, embedded, stale, problem: marks of a photo's state.
    """

    name: str
    dark: bool
    window: str
    canvas: str
    surface: str
    raised: str
    hover: str
    text: str
    muted: str
    line: str
    border: str
    accent: str
    accent_text: str
    focus: str
    selection: str
    selection_text: str
    none: str
    draft: str
    approved: str
    embedded: str
    stale: str
    problem: str


LIGHT = Theme(
    name="light",
    dark=False,
    window="#f4f5f7",
    canvas="#e9ebef",
    surface="#ffffff",
    raised="#ffffff",
    hover="#e8edf4",
    text="#1b1f24",
    muted="#545c66",
    line="#d5d9df",
    border="#7d8590",
    accent="#0b5cad",
    accent_text="#ffffff",
    focus="#0b5cad",
    selection="#cfe2f6",
    selection_text="#10202f",
    none="#616a75",
    draft="#855600",
    approved="#17703a",
    embedded="#0b5cad",
    stale="#96421a",
    problem="#b3151c",
)

DARK = Theme(
    name="dark",
    dark=True,
    window="#1d2024",
    canvas="#15171a",
    surface="#272b30",
    raised="#31363c",
    hover="#3b424a",
    text="#e9ebee",
    muted="#b0b8c2",
    line="#3a4048",
    border="#868f9b",
    accent="#7fb6f2",
    accent_text="#0a1725",
    focus="#9cc9fb",
    selection="#2c4a6b",
    selection_text="#f4f8fd",
    none="#a3acb7",
    draft="#e8b65a",
    approved="#74cf90",
    embedded="#86bbf5",
    stale="#f0a27c",
    problem="#ff9a96",
)

CONTRAST = Theme(
    name="contrast",
    dark=True,
    window="#000000",
    canvas="#000000",
    surface="#000000",
    raised="#000000",
    hover="#303030",
    text="#ffffff",
    muted="#ffffff",
    line="#ffffff",
    border="#ffffff",
    accent="#ffe14d",
    accent_text="#000000",
    focus="#ffe14d",
    selection="#004a8f",
    selection_text="#ffffff",
    none="#ffffff",
    draft="#ffd27a",
    approved="#7dffa0",
    embedded="#8fd0ff",
    stale="#ffb38a",
    problem="#ffa8a8",
)

THEMES = {theme.name: theme for theme in (LIGHT, DARK, CONTRAST)}

STATES = ("none", "draft", "approved", "embedded", "stale", "problem")

TEXT_PAIRS = (
    *((text, ground) for text in ("text", "muted") for ground in ("window", "canvas", "surface", "raised")),
    ("text", "hover"),
    ("accent_text", "accent"),
    ("accent", "surface"),
    ("accent", "window"),
    ("selection_text", "selection"),
    *((state, ground) for state in STATES for ground in ("window", "canvas", "surface")),
)
"""(text, ground): where words of the first colour stand on the second."""

MARK_PAIRS = (
    *((mark, ground) for mark in ("focus", "border") for ground in ("window", "canvas", "surface")),
    ("focus", "selection"),
    *((state, "selection") for state in STATES),
)
"""(mark, ground): where icons, borders or focus marks of the first colour stand on the second."""


def contrast(first: str, second: str) -> float:
    """Contrast of two `#rrggbb` colours, 1..21, as WCAG 2.2 defines contrast ratio and relative luminance."""
    light, dark = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def colours(theme: Theme) -> dict[str, str]:
    """Every colour of a theme by its name."""
    return {f.name: getattr(theme, f.name) for f in fields(theme) if f.name not in ("name", "dark")}


def _luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
