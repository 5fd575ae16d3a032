from collections.abc import Iterator

import pytest
from PyQt6.QtCore import QLocale

from kiosk.gui.reception.settings.editors import (
    change_text,
    distance_text,
    is_number,
    number_of,
    number_text,
    range_text,
    value_text,
    with_unit,
)
from kiosk.vision.sources import source_name

SECRETIVE = source_name("rtsp://me:secret@door/1")


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    before = QLocale()
    QLocale.setDefault(QLocale("en_GB"))
    yield
    QLocale.setDefault(before)


@pytest.fixture
def german(english) -> None:
    QLocale.setDefault(QLocale("de_DE"))


@pytest.mark.parametrize(("number", "text"), [(30.0, "30"), (0.39, "0.39"), (10000, "10000"), (1e-3, "0.001")])
def test_number_has_no_needless_digits(number, text):
    assert number_text(number) == text
    assert number_of(text) == number


@pytest.mark.parametrize(("text", "number"), [("0,36", 0.36), ("0.36", 0.36), (" 5 ", 5.0), ("-1,5", -1.5)])
def test_number_is_understood_as_the_language_writes_it_and_with_a_point(german, text, number):
    assert number_of(text) == number
    assert number_text(0.36) == "0,36"


@pytest.mark.parametrize("text", ["", "a", "1 2", "0x3", "--1", "1,2.3"])
def test_what_is_no_number_is_none(text):
    assert number_of(text) is None


def test_numbers_without_end_are_numbers_that_no_limit_lets_through():
    assert number_of("nan") is None or number_of("nan") != 5


@pytest.mark.parametrize(
    ("key", "value", "text"),
    [
        ("door.open_seconds", 5.0, "5 s"),
        ("threads", 2, "2 cores"),
        ("voice.enabled", True, "On"),
        ("screen.theme", "auto", "Automatic"),
        ("encoder", ["a", "b"], "a + b"),
        ("encoder", {"a": 1.0, "b": 0.5}, "a: 1, b: 0.5"),
        ("matching.threshold", {"dlib_resnet": 0.36}, "dlib_resnet: 0.36"),
        ("journal.file", "", "empty"),
        ("voice.text", "auto", "auto"),
        ("camera.source", 0, "0"),
        ("camera.source", "rtsp://me:secret@door/1", SECRETIVE),
    ],
)
def test_value_is_read_out(info, key, value, text):
    assert value_text(info(key), value) == text


def test_range_is_a_sentence(info):
    assert range_text(info("threads")) == "From 1 to 64."
    assert range_text(info("door.open_seconds")) == "More than 0, at most 60."
    assert range_text(info("voice.text")) == ""


def test_distance_has_two_digits():
    assert (distance_text(0.4), distance_text(0.3333), distance_text(1.0)) == ("0.40", "0.33", "1.00")


def test_change_is_told_as_the_file_has_it_and_without_passwords():
    assert change_text("matching.threshold", "auto", {"sface": 0.9}) == "auto -> {sface: 0.9}"
    assert change_text("voice.text", "a", "b c") == 'a -> "b c"'
    assert "secret" not in change_text("camera.source", "rtsp://me:secret@door", "demo")


def test_units_stand_behind_the_number(info):
    assert with_unit("5", "px") == "5 px"
    assert is_number(info("threads"))
    assert not is_number(info("voice.enabled"))
