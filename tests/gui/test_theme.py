"""Colours, letters and icons: contrast as WCAG asks for it, in every theme, at every scale."""

import re
from pathlib import Path

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtGui import QColor

import kiosk.gui
from kiosk.config.options import ScreenSection
from kiosk.files import asset
from kiosk.gui import theme as theme_module
from kiosk.gui.state import Kind
from kiosk.gui.theme import (
    DARK,
    DARK_CONTRAST,
    LIGHT,
    LIGHT_CONTRAST,
    Look,
    Pair,
    Theme,
    icon,
    look_of,
    style_sheet,
)

THEMES = (DARK, LIGHT, DARK_CONTRAST, LIGHT_CONTRAST)


def luminance(colour: str) -> float:
    """Return the relative luminance as WCAG 2 defines it."""
    shares = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = [x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4 for x in shares]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def pairs(theme: Theme) -> list[Pair]:
    named = (theme.page, theme.feed, theme.notice, theme.panel, theme.field, theme.primary, theme.danger)
    return [*named, theme.good, theme.warning, *theme.kinds.values()]


def test_words_frames_and_focus_stand_out_in_every_theme():
    """WCAG 2.1 asks for 4.5:1 for text and 3:1 for what is no text."""
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    for theme in THEMES:
        assert [pair for pair in pairs(theme) if contrast(pair.back, pair.text) < 4.5] == []
        assert min(contrast(back, theme.muted) for back in (theme.page.back, theme.panel.back)) >= 4.5
        assert contrast(theme.page.back, theme.line) >= 3
        assert min(contrast(pair.back, theme.focus) for pair in (theme.page, theme.panel, theme.field)) >= 3
    for theme in (DARK, LIGHT):
        kinds = (Kind.LOCKED, Kind.LOOKING, Kind.UNLOCKED, Kind.REFUSED, Kind.CAMERA_LOST)
        assert len({theme.kinds[kind].back for kind in kinds}) == len(kinds)
    for theme in (DARK_CONTRAST, LIGHT_CONTRAST):
        assert {frozenset((pair.back, pair.text)) for pair in pairs(theme)} == {frozenset(("#000000", "#ffffff"))}


def rule(selector: str, name: str, sheet: str) -> str:
    found = re.search(rf"{re.escape(selector)} {{[^}}]*?\b{name}: ([#\w]+)", sheet)
    assert found is not None, selector
    return found.group(1)


def test_the_style_sheet_is_filled_in_and_has_the_colour_of_every_state():
    for theme in THEMES:
        sheet = style_sheet(theme, 1.0)
        assert not re.search(r"@\w+@|\b\d+[ut]\b", sheet)
        for kind in Kind:
            assert rule(f'#card[kind="{kind.value}"]', "background", sheet) == theme.kinds[kind].back
        for name, back in (("tick", theme.primary.back), ("down", theme.field.back)):
            (stroke,) = re.findall(r'stroke="(#\w+)"', Path(theme.variables()[name]).read_text())
            assert contrast(stroke, back) >= 4.5, name


def test_lengths_grow_with_the_window_and_only_letters_with_large_type():
    for scale, expected in ((1.0, "44px"), (2.25, "99px"), (0.001, "1px")):
        assert rule("#headline", "font-size", style_sheet(DARK, scale)) == expected
    large = style_sheet(DARK, 2.0, Look(DARK, large_type=True).type_scale)
    assert (rule("#headline", "font-size", large), rule("\n#bar", "min-height", large)) == ("132px", "20px")


def test_the_configuration_decides_on_the_theme_and_auto_follows_the_desktop(qapp, monkeypatch):
    assert [look_of(ScreenSection(theme=name)).theme for name in ("dark", "light")] == [DARK, LIGHT]
    for name, theme in (("dark", DARK_CONTRAST), ("light", LIGHT_CONTRAST)):
        assert look_of(ScreenSection(theme=name, high_contrast=True)).theme is theme
    scheme = Qt.ColorScheme
    for desktop, theme in ((scheme.Light, LIGHT), (scheme.Dark, DARK), (scheme.Unknown, DARK)):
        hints = type("Hints", (), {"colorScheme": lambda self, desktop=desktop: desktop})()
        monkeypatch.setattr(theme_module.QGuiApplication, "styleHints", lambda hints=hints: hints)
        assert look_of(ScreenSection()).theme is theme, desktop


def test_icons_have_the_colour_and_size_asked_for_and_each_that_is_shipped_is_used(qapp):
    red = icon("lock_closed", "#ff0000", 64).toImage()
    assert (red.pixelColor(32, 28), red.pixelColor(1, 1).alpha()) == (QColor("#ff0000"), 0)
    assert [icon("alert", "#000000", side).width() for side in (1, 17, 400)] == [1, 17, 400]
    sources = "".join(path.read_text() for path in Path(kiosk.gui.__path__[0]).rglob("*.py"))
    assert {path.stem for path in asset("icons").glob("*.svg") if f'"{path.stem}"' not in sources} == set()
