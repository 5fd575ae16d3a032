from pathlib import Path

import pytest

from kiosk.gui.keyboard import touch_only

SCREEN = """\
I: Bus=0018 Vendor=04f3 Product=2234 Version=0100
N: Name="ELAN Touchscreen"
H: Handlers=mouse0 event5
B: PROP=2
B: EV=b
B: KEY=400 0 0 0 0 0
B: ABS=260800000000003
"""
PAD = SCREEN.replace("Touchscreen", "Touchpad").replace("PROP=2", "PROP=5")
POWER_BUTTON = """\
I: Bus=0019 Vendor=0000 Product=0001 Version=0000
N: Name="Power Button"
H: Handlers=kbd event0
B: PROP=0
B: EV=3
B: KEY=10000000000000 0
"""
KEYBOARD = """\
I: Bus=0011 Vendor=0001 Product=0001 Version=ab41
N: Name="AT Translated Set 2 keyboard"
H: Handlers=sysrq kbd event1 leds
B: PROP=0
B: EV=120013
B: KEY=402000000 3803078f800d001 feffffdfffefffff fffffffffffffffe
"""
NUMBER_PAD = KEYBOARD.replace("402000000 3803078f800d001 feffffdfffefffff fffffffffffffffe", "e080ffdf01cfffff 0")


@pytest.mark.parametrize(
    ("devices", "answer"),
    [
        ([SCREEN, POWER_BUTTON], True),
        ([POWER_BUTTON, SCREEN, NUMBER_PAD], True),
        ([SCREEN, KEYBOARD], False),
        ([KEYBOARD], False),
        ([PAD, POWER_BUTTON], False),
        ([POWER_BUTTON], False),
        ([], False),
        (["B: KEY=nonsense\nB: PROP\nB: =2", SCREEN], True),
    ],
)
def test_fingers_are_all_there_is_where_a_touch_screen_is_and_no_letters(
    tmp_path: Path, devices: list[str], answer: bool
):
    (tmp_path / "devices").write_text("\n".join(devices), encoding="utf-8")
    assert touch_only(tmp_path / "devices") is answer


def test_a_machine_that_lists_no_devices_has_a_keyboard(tmp_path: Path):
    assert not touch_only(tmp_path / "devices")
