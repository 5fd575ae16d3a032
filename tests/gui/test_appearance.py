import pytest
from PyQt6.QtCore import Qt

from kiosk.gui import theme as appearance
from kiosk.gui.theme import DARK, DARK_CONTRAST, LIGHT, LIGHT_CONTRAST, Appearance


@pytest.mark.parametrize(("name", "theme"), [("dark", DARK), ("light", LIGHT)])
def test_a_theme_that_is_asked_for_is_used(qapp, name, theme):
    assert Appearance(name).look().theme is theme


@pytest.mark.parametrize(
    ("scheme", "theme"),
    [(Qt.ColorScheme.Light, LIGHT), (Qt.ColorScheme.Dark, DARK), (Qt.ColorScheme.Unknown, DARK)],
)
def test_auto_follows_the_desktop(qapp, monkeypatch, scheme, theme):
    hints = type("Hints", (), {"colorScheme": lambda self: scheme})()
    monkeypatch.setattr(appearance.QGuiApplication, "styleHints", lambda: hints)
    assert Appearance().look().theme is theme


@pytest.mark.parametrize(("name", "theme"), [("dark", DARK_CONTRAST), ("light", LIGHT_CONTRAST)])
def test_high_contrast_keeps_to_dark_or_light(qapp, name, theme):
    assert Appearance(name, high_contrast=True).look().theme is theme


def test_large_type_and_stillness_are_handed_on(qapp):
    look = Appearance("dark", large_type=True, still=True).look()
    assert (look.large_type, look.still) == (True, True)
