"""Values, ranges and changes in words, in the language of the screen."""

from PyQt6.QtCore import QLocale

from kiosk.config.editing import rendered
from kiosk.config.schema import Kind, OptionInfo, Value, called
from kiosk.i18n import translate
from kiosk.vision.sources import source_name

_DIGITS = 6
_AS_TYPED = {"voice.text"}  # where "auto" is what people type


def number_text(value: float) -> str:
    """A number as people of this language write it, without needless digits."""
    locale = QLocale()
    locale.setNumberOptions(QLocale.NumberOption.OmitGroupSeparator)
    return locale.toString(float(value), "g", _DIGITS)


def distance_text(distance: float) -> str:
    """A distance in as many digits as tell two people apart."""
    return QLocale().toString(float(distance), "f", 2)


def number_of(text: str) -> float | None:
    """The number that was typed, with a point or with the sign of the language; None where it is none."""
    number, understood = QLocale().toDouble(text.strip())
    if understood:
        return number
    try:
        return float(text)
    except ValueError:
        return None


def with_unit(number: str, unit: str) -> str:
    """A number and its unit."""
    return translate("settings", "{number} {unit}").format(number=number, unit=translate("settings", unit))


def value_text(info: OptionInfo, value: Value) -> str:
    """A value as it is read out: "5 s", "On", "dlib_resnet: 0.36"."""
    if isinstance(value, bool):
        return called("on" if value else "off")
    if isinstance(value, int | float):
        number = number_text(value)
        return with_unit(number, info.unit) if info.unit else number
    if isinstance(value, list):
        return " + ".join(value)
    if isinstance(value, dict):
        return ", ".join(f"{name}: {number_text(number)}" for name, number in value.items())
    if info.key == "camera.source":
        value = source_name(value)
    if not value:
        return translate("settings", "empty")
    return value if info.key in _AS_TYPED else called(value)


def range_text(info: OptionInfo) -> str:
    """Which numbers an option takes, "" for one that takes none."""
    if info.minimum is None or info.maximum is None:
        return ""
    low, high = number_text(info.minimum), number_text(info.maximum)
    if info.above_minimum:
        return translate("settings", "More than {low}, at most {high}.").format(low=low, high=high)
    return translate("settings", "From {low} to {high}.").format(low=low, high=high)


def change_text(key: str, before: Value, after: Value) -> str:
    """A change as the journal holds it: as in the file, and without the passwords of a camera's address."""
    return f"{_in_the_file(key, before)} -> {_in_the_file(key, after)}"


def _in_the_file(key: str, value: Value) -> str:
    if key == "camera.source" and isinstance(value, str):
        value = source_name(value)
    return rendered(value)


def is_number(info: OptionInfo) -> bool:
    """Whether the option takes one number."""
    return info.kind in {Kind.WHOLE, Kind.NUMBER}
