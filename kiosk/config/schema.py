"""The options as data, read from the models of the configuration: what a form is made of."""

import enum
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias, cast, get_args

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from kiosk.config.sections import ANY_ENCODER, Config
from kiosk.config.wording import VALUES, WORDS
from kiosk.i18n import translate

Value: TypeAlias = bool | int | float | str | list[str] | dict[str, float]

AUTO = "auto"


class Kind(enum.Enum):
    """What sort of value an option takes."""

    FLAG = "flag"
    WHOLE = "whole"  # a number without a fraction
    NUMBER = "number"
    TEXT = "text"
    CHOICE = "choice"
    ENCODER = "encoder"  # a name, a list of names, or names with weights
    BY_ENCODER = "by_encoder"  # auto, a number for the encoder in use, or one for each encoder that is named


class Applies(enum.Enum):
    """When a value that was saved while the kiosk runs is in force."""

    LIVE = "live"  # within two seconds
    RELOAD = "reload"  # when the recognition was loaded anew, while the door stays shut
    RESTART = "restart"  # at the next start


# Sections or options; what is named in none of them waits for the next start.
_LIVE = frozenset(
    {
        *("matching", "decision", "door", "voice"),
        *("screen.theme", "screen.language", "screen.large_type", "screen.high_contrast", "screen.reduced_motion"),
        *("screen.keyboard", "reception.idle_seconds", "reception.consent", "reception.keep_refused_hours"),
    }
)
_RELOADED = frozenset({"encoder", "detector", "weights", "threads", "quality", "path"})


@dataclass(frozen=True, slots=True)
class OptionInfo:
    """One option; title, effect and unit are English and translated where they are shown, in context "settings".

    Attributes:
        key: as in "decision.k".
        minimum: of a number; for BY_ENCODER of each number. None where there is none.
        maximum: likewise.
        above_minimum: the minimum itself is not allowed.
        choices: the words that a CHOICE takes.
    """

    key: str
    kind: Kind
    title: str
    effect: str
    unit: str
    default: Value
    applies: Applies
    minimum: float | None = None
    maximum: float | None = None
    above_minimum: bool = False
    choices: tuple[str, ...] = ()

    @property
    def section(self) -> str:
        """The section it stands in, "" for none."""
        return self.key.rpartition(".")[0]


def options() -> tuple[OptionInfo, ...]:
    """Every option, in the order of config.yaml."""
    return tuple(_info(key, field) for key, field in _fields(Config))


def value_of(config: Config, key: str) -> Value:
    """The value of an option as config.yaml has it. Raises KeyError for a key that is none."""
    found: object = config
    for name in key.split("."):
        if not isinstance(found, BaseModel) or name not in type(found).model_fields:
            raise KeyError(key)
        found = getattr(found, name)
    return _plain(found)


def values(config: Config) -> dict[str, Value]:
    """All of them, by key."""
    return {key: value_of(config, key) for key, _ in _fields(Config)}


def applies(key: str) -> Applies:
    """When a change of the option is in force."""
    names = {key, key.partition(".")[0]}
    if names & _LIVE:
        return Applies.LIVE
    return Applies.RELOAD if names & _RELOADED else Applies.RESTART


def changed_keys(before: Config, after: Config) -> list[str]:
    """The options that differ."""
    old = values(before)
    return [key for key, value in values(after).items() if value != old[key]]


def objection(before: Mapping[str, Value], changes: Mapping[str, Value]) -> str:
    """Why the values of a configuration cannot be changed so, for the screen; "" where they can."""
    sections: dict[str, dict[str, object]] = {}
    for key, value in {**before, **changes}.items():
        section, _, name = key.rpartition(".")
        sections.setdefault(section, {})[name] = value
    top = sections.pop("", {})
    try:
        Config.model_validate({**top, **sections})
    except ValidationError as error:
        return _in_words(error)
    return ""


def called(value: str) -> str:
    """What a value that is a word is called, in the language of the screen; the word itself where it has no name."""
    return translate("settings", VALUES[value]) if value in VALUES else value


def _in_words(error: ValidationError) -> str:
    fault = error.errors()[0]
    if fault["loc"] == ("decision",):
        return translate("settings", "No more frames can agree than are counted.")
    if fault["loc"] == ("quality",):
        return translate("settings", "The least light must be below the most light.")
    key = next((key for key in WORDS if fault["loc"][: key.count(".") + 1] == tuple(key.split("."))), "")
    if fault["type"] in {"string_too_short", "too_short"}:
        reason = translate("settings", "must not be empty")
    else:
        reason = fault["msg"].removeprefix("Value error, ")
    title = translate("settings", WORDS[key].title) if key else ""
    return translate("settings", "{option}: {reason}").format(option=title, reason=reason)


def _fields(model: type[BaseModel], prefix: str = "") -> Iterator[tuple[str, FieldInfo]]:
    for name, field in model.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from _fields(field.annotation, f"{prefix}{name}.")
        else:
            yield prefix + name, field


def _info(key: str, field: FieldInfo) -> OptionInfo:
    kind, words = _kind(key, field), WORDS[key]
    extra = field.json_schema_extra
    low, high, above = _limits(_number_limits(field) if kind is Kind.BY_ENCODER else field.metadata)
    return OptionInfo(
        key=key,
        kind=kind,
        title=words.title,
        effect=words.effect,
        unit=str(extra["unit"]) if isinstance(extra, dict) else "",
        default=_plain(field.default),
        applies=applies(key),
        minimum=low,
        maximum=high,
        above_minimum=above,
        choices=tuple(choice.value for choice in field.annotation) if kind is Kind.CHOICE else (),  # type: ignore[union-attr]
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
    """What limits the numbers of a field that has one for each encoder."""
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
