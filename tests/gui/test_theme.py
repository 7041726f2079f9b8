"""Every colour that is read on another can be read, in every theme."""

import pytest
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QApplication

from gui import theme
from gui.appearance import Appearance


@pytest.mark.parametrize("name", theme.THEMES)
@pytest.mark.parametrize("pair", theme.TEXT_PAIRS, ids="/".join)
def test_text_has_contrast(name: str, pair: tuple[str, str]) -> None:
    colours = theme.colours(theme.THEMES[name])
    assert theme.contrast(colours[pair[0]], colours[pair[1]]) >= theme.TEXT_CONTRAST


@pytest.mark.parametrize("name", theme.THEMES)
@pytest.mark.parametrize("pair", theme.MARK_PAIRS, ids="/".join)
def test_marks_have_contrast(name: str, pair: tuple[str, str]) -> None:
    colours = theme.colours(theme.THEMES[name])
    assert theme.contrast(colours[pair[0]], colours[pair[1]]) >= theme.MARK_CONTRAST


def test_contrast_is_that_of_the_standard() -> None:
    assert theme.contrast("#000000", "#ffffff") == pytest.approx(21)
    assert theme.contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
    assert theme.contrast("#336699", "#336699") == 1


@pytest.mark.parametrize("name", theme.THEMES)
def test_the_real_palette_has_contrast(app: QApplication, name: str) -> None:
    Appearance(app).apply(name, 100)
    role = QPalette.ColorRole
    for text, ground in (
        (role.WindowText, role.Window),
        (role.Text, role.Base),
        (role.PlaceholderText, role.Base),
        (role.ButtonText, role.Button),
        (role.HighlightedText, role.Highlight),
        (role.ToolTipText, role.ToolTipBase),
    ):
        for group in (QPalette.ColorGroup.Active, QPalette.ColorGroup.Disabled):
            first, second = (app.palette().color(group, which).name() for which in (text, ground))
            assert theme.contrast(first, second) >= theme.TEXT_CONTRAST, (name, text, group)


def test_text_size_reaches_the_font_and_lengths(app: QApplication) -> None:
    look = Appearance(app)
    look.apply("light", 100)
    size = app.font().pointSizeF()
    look.apply("light", 200)
    assert app.font().pointSizeF() == pytest.approx(2 * size)
    assert look.scaled(16) == 32
    look.apply("light", 100)
    assert app.font().pointSizeF() == pytest.approx(size)
