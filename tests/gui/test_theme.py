import re

import pytest

from kiosk.files import asset
from kiosk.gui.state import Kind
from kiosk.gui.theme import DARK, DARK_CONTRAST, LIGHT, LIGHT_CONTRAST, Look, style_sheet

THEMES = pytest.mark.parametrize("theme", [DARK, LIGHT], ids=["dark", "light"])
CONTRASTS = pytest.mark.parametrize("theme", [DARK_CONTRAST, LIGHT_CONTRAST], ids=["dark", "light"])


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2 defines it."""
    shares = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = [x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4 for x in shares]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_the_contrast_of_black_and_white_is_21():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


@THEMES
@pytest.mark.parametrize("kind", Kind)
def test_the_words_of_every_state_stand_out(theme, kind):
    assert contrast(theme.kinds[kind].back, theme.kinds[kind].text) >= 4.5


@THEMES
def test_small_print_stands_out(theme):
    pairs = [theme.page, theme.feed, theme.notice]
    assert contrast(theme.page.back, theme.muted) >= 4.5
    assert all(contrast(pair.back, pair.text) >= 4.5 for pair in pairs)


@THEMES
def test_open_locked_refused_and_lost_have_colours_of_their_own(theme):
    kinds = (Kind.LOCKED, Kind.LOOKING, Kind.UNLOCKED, Kind.REFUSED, Kind.CAMERA_LOST)
    assert len({theme.kinds[kind].back for kind in kinds}) == len(kinds)


@THEMES
def test_nothing_is_left_to_fill_in(theme):
    assert not re.search(r"@\w+@|\b\d+[ut]\b", style_sheet(theme, 1.0))


@THEMES
@pytest.mark.parametrize("kind", Kind)
def test_the_style_sheet_has_a_rule_for_every_state(theme, kind):
    rule = re.search(rf'#card\[kind="{kind.value}"\] {{ background: (#\w+)', style_sheet(theme, 1.0))
    assert rule is not None
    assert rule.group(1) == theme.kinds[kind].back


@pytest.mark.parametrize(("scale", "expected"), [(1.0, "44px"), (2.25, "99px"), (0.001, "1px")])
def test_lengths_grow_with_the_window_and_never_vanish(scale, expected):
    headline = re.search(r"#headline {\s*font-size: (\w+);", style_sheet(DARK, scale))
    assert headline is not None
    assert headline.group(1) == expected


@THEMES
def test_the_words_of_buttons_fields_and_states_stand_out(theme):
    for pair in (theme.panel, theme.field, theme.primary, theme.danger, theme.good, theme.warning):
        assert contrast(pair.back, pair.text) >= 4.5
    assert contrast(theme.panel.back, theme.muted) >= 4.5


@THEMES
def test_frames_and_the_focus_can_be_seen(theme):
    """3:1 is what WCAG 2.1 asks of what is no text."""
    assert contrast(theme.page.back, theme.line) >= 3
    assert all(contrast(back, theme.focus) >= 3 for back in (theme.page.back, theme.panel.back, theme.field.back))


@CONTRASTS
def test_high_contrast_is_black_and_white(theme):
    pairs = [theme.page, theme.panel, theme.field, theme.primary, theme.danger, theme.notice, *theme.kinds.values()]
    assert {frozenset((pair.back, pair.text)) for pair in pairs} == {frozenset(("#000000", "#ffffff"))}
    assert contrast(theme.page.back, theme.muted) == pytest.approx(21)
    assert contrast(theme.page.back, theme.focus) >= 4.5


def test_large_type_makes_letters_half_as_large_again_and_leaves_frames_as_they_are():
    large = style_sheet(DARK, 2.0, Look(DARK, large_type=True).type_scale)
    assert rule("#headline", "font-size", large) == "132px"
    assert rule("#headline", "font-size", style_sheet(DARK, 2.0)) == "88px"
    assert rule("#bar", "min-height", large) == "20px"


def rule(selector: str, name: str, sheet: str) -> str:
    found = re.search(rf"\n{selector} {{[^}}]*?\b{name}: (\w+);", sheet)
    assert found is not None
    return found.group(1)


@pytest.mark.parametrize("theme", [DARK, DARK_CONTRAST, LIGHT_CONTRAST], ids=["dark", "black", "white"])
def test_the_tick_of_a_switch_can_be_seen_on_its_colour(theme):
    drawing = asset("icons", f"{'tick' if theme.primary.text == '#ffffff' else 'tick_dark'}.svg").read_text()
    assert theme.primary.text in drawing
    assert f'url("{asset("icons")}' in style_sheet(theme, 1.0)


@pytest.mark.parametrize(
    ("theme", "drawing"), [(DARK, "down"), (LIGHT, "down_dark"), (DARK_CONTRAST, "down"), (LIGHT_CONTRAST, "down_dark")]
)
def test_the_arrow_of_a_choice_has_the_colour_of_its_words(theme, drawing):
    assert theme.variables()["down"].endswith(f"icons/{drawing}.svg")
