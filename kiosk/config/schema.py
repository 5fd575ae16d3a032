"""The options as data, read from their declarations: what a form, --set and the comments of config.yaml are made of."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from operator import attrgetter
from typing import Any, TypeAlias, cast

from pydantic import ValidationError

from kiosk.config.options import ANY_ENCODER, VALUES, Applies, Config
from kiosk.files import reason_of
from kiosk.i18n import shown, translate

Value: TypeAlias = bool | int | float | str | list[str] | dict[str, float]

AUTO = "auto"


class Kind(enum.Enum):
    """Sort of value that an option takes, with its type in JSON schema."""

    FLAG = "boolean"
    WHOLE = "integer"
    NUMBER = "number"
    TEXT = "string"  # also the encoder, which may be a list of names, or names with weights
    CHOICE = "enum"
    BY_ENCODER = "object"  # auto, a number for the encoder in use, or one for each encoder that is named


@dataclass(frozen=True, slots=True)
class OptionInfo:
    """One option: its texts, in English, and what it takes.

    Attributes:
        key: as in "decision.k".
        note: more about it, for config.yaml only.
        set_in_file: False: config.yaml has it as a comment.
        minimum: of a number; for BY_ENCODER of each number. None where there is none.
        maximum: likewise.
        above_minimum: the minimum itself is not allowed.
        choices: the words that a CHOICE takes.
    """

    key: str
    title: str
    effect: str
    unit: str
    note: str
    applies: Applies
    set_in_file: bool
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

    def allows(self, number: float) -> bool:
        """Return whether a number is within the limits, and whole where it must be."""
        whole = self.kind is not Kind.WHOLE or float(number).is_integer()
        above = self.minimum is None or number > self.minimum or (number == self.minimum and not self.above_minimum)
        return whole and above and (self.maximum is None or number <= self.maximum)


@cache
def options() -> Mapping[str, OptionInfo]:
    """Return every option by its key, in the order of config.yaml."""
    schema = Config.model_json_schema()
    types = {f"#/$defs/{name}": found for name, found in schema["$defs"].items()}
    found = {}
    for name, field in schema["properties"].items():
        named = types.get(field.get("$ref"), {})
        below = {f"{name}.{key}": option for key, option in named.get("properties", {}).items()}
        for key, option in (below or {name: field}).items():
            found[key] = _info(key, option, types.get(option.get("$ref"), {}).get("enum", ()))
    return found


def _info(key: str, field: Mapping[str, Any], choices: tuple[str, ...]) -> OptionInfo:
    limits = field.get("additionalProperties", field)
    return OptionInfo(
        key,
        **{**field["option"], "applies": Applies(field["option"]["applies"])},
        effect=" ".join(field["description"].split()),
        kind=Kind.CHOICE if choices else Kind(field.get("type", "string")),
        default=_plain(field["default"]),
        minimum=limits.get("minimum", limits.get("exclusiveMinimum")),
        maximum=limits.get("maximum"),
        above_minimum="exclusiveMinimum" in limits,
        choices=tuple(choices),
    )


def values(config: Config) -> dict[str, Value]:
    """Return the values of all options, as config.yaml has them, by key."""
    return {key: _plain(attrgetter(key)(config)) for key in options()}


def _plain(value: object) -> Value:
    if isinstance(value, enum.Enum):
        return str(value.value)
    if value == {}:
        return AUTO
    if isinstance(value, dict) and value.keys() == {ANY_ENCODER}:
        return float(value[ANY_ENCODER])
    return cast("Value", value)


def changed_keys(before: Mapping[str, Value], after: Mapping[str, Value], applies: Applies | None = None) -> list[str]:
    """Return the options that differ; `applies` limits them to those that are in force from that moment."""
    return [
        key
        for key, info in options().items()
        if before[key] != after[key] and (applies is None or info.applies is applies)
    ]


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
        fault = error.errors()[0]
    else:
        return ""
    if fault["loc"] == ("decision",):
        return translate("settings", "No more frames can agree than are counted.")
    if fault["loc"] == ("quality",):
        return translate("settings", "The least light must be below the most light.")
    info = next(
        (one for key, one in options().items() if fault["loc"][: key.count(".") + 1] == (*key.split("."),)), None
    )
    title = translate("settings", info.title) if info else ""
    return translate("settings", "{option}: {reason}").format(option=title, reason=shown(reason_of(fault)))


def called(value: str) -> str:
    """Return the name of a value that is a word, in the language of the screen; the word where it has no name."""
    return translate("settings", VALUES[value]) if value in VALUES else value
