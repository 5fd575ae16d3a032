from pathlib import Path

import pytest
from PyQt6.QtGui import QColor

import kiosk.gui
from kiosk.files import asset
from kiosk.gui.state import Kind
from kiosk.gui.theme import ICONS, icon


def drawn(picture) -> int:
    image = picture.toImage()
    return sum(image.pixelColor(x, y).alpha() > 128 for x in range(image.width()) for y in range(image.height()))


@pytest.mark.parametrize("kind", Kind)
def test_every_state_has_an_icon_that_is_more_than_a_speck(qapp, kind):
    assert drawn(icon(ICONS[kind], "#ffffff", 64)) > 200


def test_no_two_states_share_an_icon(qapp):
    pictures = {icon(ICONS[kind], "#ffffff", 64).toImage().bits().asstring(64 * 64 * 4) for kind in Kind}
    assert len(pictures) == len(Kind)


def test_an_icon_takes_the_colour_asked_for(qapp):
    image = icon("lock_closed", "#ff0000", 64).toImage()
    assert image.pixelColor(32, 28) == QColor("#ff0000")
    assert image.pixelColor(1, 1).alpha() == 0


@pytest.mark.parametrize("side", [1, 17, 400])
def test_an_icon_is_drawn_in_any_size(qapp, side):
    picture = icon("alert", "#000000", side)
    assert (picture.width(), picture.height()) == (side, side)


def test_no_icon_is_shipped_that_is_not_used():
    sources = "".join(path.read_text() for path in Path(kiosk.gui.__path__[0]).rglob("*.py"))
    assert {path.stem for path in asset("icons").glob("*.svg") if f'"{path.stem}"' not in sources} == set()
