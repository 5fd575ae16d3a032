"""The options as data, read from their declarations: what a form, --set and the comments of config.yaml are made of."""

import enum
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import cache
from typing import TypeAlias, cast, get_args

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from kiosk.config.options import ANY_ENCODER, VALUES, Applies, Config, Declaration
from kiosk.i18n import translate

Value: TypeAlias = bool | int | float | str | list[str] | dict[str, float]

AUTO = "auto"


class Kind(enum.Enum):
    """Sort of value that an option takes."""

    FLAG = "flag"
    WHOLE = "whole"  # a number without a fraction
    NUMBER = "number"
    TEXT = "text"
    CHOICE = "choice"
    ENCODER = "encoder"  # a name, a list of names, or names with weights
    BY_ENCODER = "by_encoder"  # auto, a number for the encoder in use, or one for each encoder that is named


@dataclass(frozen=True, slots=True)
class OptionInfo(Declaration):
    """One option and what it takes.

    Attributes:
        key: as in "decision.k".
        minimum: of a number; for BY_ENCODER of each number. None where there is none.
        maximum: likewise.
        above_minimum: the minimum itself is not allowed.
        choices: the words that a CHOICE takes.
    """

    key: str
    kind: Kind
    default: Value
    minimum: float | None
    maximum: float | None
    above_minimum: bool
    choices: tuple[str, ...]

    @property
    def section(self) -> str:
        """The section it stands in, "" for none."""
        return self.key.rpartition(".")[0]


@cache
def options() -> Mapping[str, OptionInfo]:
    """Return every option by its key, in the order of config.yaml."""
    return {key: _info(key, field) for key, field in _fields(Config)}


def values(config: Config) -> dict[str, Value]:
    """Return the values of all options, as config.yaml has them, by key."""
    return {key: _plain(_found(config, key)) for key in options()}


def applies(key: str) -> Applies:
    """Return when a change of the option is in force."""
    return options()[key].applies


def changed_keys(before: Config, after: Config) -> list[str]:
    """Return the options that differ."""
    old = values(before)
    return [key for key, value in values(after).items() if value != old[key]]


def with_changes(before: Mapping[str, Value], changes: Mapping[str, Value]) -> Config:
    """Return the configuration with these values; raises ValidationError."""
    sections: dict[str, dict[str, Value]] = {"": {}}
    for key, value in {**before, **changes}.items():
        section, _, name = key.rpartition(".")
        sections.setdefault(section, {})[name] = value
    return Config.model_validate({**sections.pop(""), **sections})


def objection(before: Mapping[str, Value], changes: Mapping[str, Value]) -> str:
    """Return why values cannot be changed so, for the screen; "" where they can."""
    try:
        with_changes(before, changes)
    except ValidationError as error:
        return _in_words(error)
    return ""


def called(value: str) -> str:
    """Return the name of a value that is a word, in the language of the screen; the word where it has no name."""
    return translate("settings", VALUES[value]) if value in VALUES else value


def _in_words(error: ValidationError) -> str:
    fault = error.errors()[0]
    if fault["loc"] == ("decision",):
        return translate("settings", "No more frames can agree than are counted.")
    if fault["loc"] == ("quality",):
        return translate("settings", "The least light must be below the most light.")
    key = next((key for key in options() if fault["loc"][: key.count(".") + 1] == tuple(key.split("."))), "")
    if fault["type"] in {"string_too_short", "too_short"}:
        reason = translate("settings", "must not be empty")
    else:
        reason = fault["msg"].removeprefix("Value error, ")
    title = translate("settings", options()[key].title) if key else ""
    return translate("settings", "{option}: {reason}").format(option=title, reason=reason)


def _found(config: BaseModel, key: str) -> object:
    found: object = config
    for name in key.split("."):
        found = getattr(found, name)
    return found


def _fields(model: type[BaseModel], prefix: str = "") -> Iterator[tuple[str, FieldInfo]]:
    for name, field in model.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from _fields(field.annotation, f"{prefix}{name}.")
        else:
            yield prefix + name, field


def _info(key: str, field: FieldInfo) -> OptionInfo:
    kind = _kind(key, field)
    low, high, above = _limits(_number_limits(field) if kind is Kind.BY_ENCODER else field.metadata)
    choices = tuple(choice.value for choice in cast("type[enum.Enum]", field.annotation)) if kind is Kind.CHOICE else ()
    declaration = cast("dict[str, Declaration]", field.json_schema_extra)["declaration"]
    return OptionInfo(
        **asdict(declaration),
        key=key,
        kind=kind,
        default=_plain(field.default),
        minimum=low,
        maximum=high,
        above_minimum=above,
        choices=choices,
    )


def _kind(key: str, field: FieldInfo) -> Kind:
    if key == "encoder":
        return Kind.ENCODER
    simple = {bool: Kind.FLAG, int: Kind.WHOLE, float: Kind.NUMBER}
    annotation = field.annotation
    if annotation in simple:
        return simple[annotation]
    if isinstance(annotation, type) and issubclass(annotation, enum.Enum):
        return Kind.CHOICE
    return Kind.BY_ENCODER if getattr(annotation, "__origin__", None) is dict else Kind.TEXT


def _number_limits(field: FieldInfo) -> list[object]:
    """Return the limits of the numbers in a field that has one for each encoder."""
    number = get_args(field.annotation)[1]
    return [limit for extra in number.__metadata__ for limit in getattr(extra, "metadata", [extra])]


def _limits(metadata: list[object]) -> tuple[float | None, float | None, bool]:
    low = high = None
    above = False
    for limit in metadata:
        low = getattr(limit, "ge", getattr(limit, "gt", low))
        high = getattr(limit, "le", high)
        above = above or hasattr(limit, "gt")
    return low, high, above


def _plain(value: object) -> Value:
    if isinstance(value, enum.Enum):
        return str(value.value)
    if value == {}:
        return AUTO
    if isinstance(value, dict) and value.keys() == {ANY_ENCODER}:
        return float(value[ANY_ENCODER])
    return cast("Value", value)
