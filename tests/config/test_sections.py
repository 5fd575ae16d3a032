"""Every option: its default, its limits, and its one line in config.yaml."""

import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from ruamel.yaml import YAML

from kiosk.config import Config, ConfigFile, DecisionSection, QualitySection, Theme, VoiceSection
from kiosk.config.schema import Applies, applies, value_of

SHIPPED = Path(__file__).parents[2] / "config.yaml"
# Encoder and stranger rate are not set there, so that an installation of version 0.1 keeps its own.
SHIPPED_TEXT = (
    SHIPPED.read_text(encoding="utf-8")
    .replace("#encoder: ", "encoder: ")
    .replace("#stranger_rate: ", "stranger_rate: ")
)


def options(
    model: type[BaseModel] = Config, above: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], FieldInfo]]:
    """Every option with its key, sections left out."""
    for name, field in model.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from options(field.annotation, (*above, name))
        else:
            yield (*above, name), field


def written(content: dict[str, Any], above: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for name, value in content.items():
        if isinstance(value, dict):
            yield from written(value, (*above, name))
        else:
            yield (*above, name)


def limits(field: FieldInfo) -> dict[str, float]:
    return {
        name: getattr(limit, name)
        for limit in field.metadata
        for name in ("ge", "gt", "le", "lt")
        if hasattr(limit, name)
    }


def unit(field: FieldInfo) -> str:
    extra = field.json_schema_extra
    return str(extra["unit"]) if isinstance(extra, dict) else ""


def changed(key: tuple[str, ...], value: object) -> dict[str, Any]:
    content: Any = value
    for name in reversed(key):
        content = {name: content}
    return dict(content)


OPTIONS = dict(options())
NUMBERS = {key: field for key, field in OPTIONS.items() if field.annotation in (int, float)}
TEXTS = [key for key, field in OPTIONS.items() if field.annotation is str]
FLAGS = [key for key, field in OPTIONS.items() if field.annotation is bool]


def dotted(key: tuple[str, ...]) -> str:
    return ".".join(key)


def comment_of(key: tuple[str, ...]) -> str:
    """The comment at the line of an option, with the lines that continue it."""
    lines = SHIPPED_TEXT.splitlines()
    section, name = ("", key[0]) if len(key) == 1 else key
    start = 0 if not section else next(i for i, line in enumerate(lines) if line.startswith(f"{section}:"))
    indent = "  " if section else ""
    at = next(i for i, line in enumerate(lines) if i >= start and line.startswith(f"{indent}{name}:"))
    comment = lines[at].partition(" # ")[2]
    for line in lines[at + 1 :]:
        if not re.match(r" +# ", line):
            break
        comment += " " + line.strip(" #")
    return comment


def test_shipped_file_says_what_the_defaults_say() -> None:
    assert ConfigFile(SHIPPED).current == Config()


def test_shipped_file_names_every_option_once_and_in_order() -> None:
    assert list(written(YAML(typ="safe").load(SHIPPED_TEXT))) == list(OPTIONS)
    shipped = ConfigFile(SHIPPED).current
    assert "encoder" not in shipped.model_fields_set
    assert "stranger_rate" not in shipped.matching.model_fields_set


@pytest.mark.parametrize("key", OPTIONS, ids=dotted)
def test_shipped_file_tells_effect_and_unit(key: tuple[str, ...]) -> None:
    comment = comment_of(key)
    assert len(comment.split()) >= 3
    assert unit(OPTIONS[key]) in comment


@pytest.mark.parametrize("key", OPTIONS, ids=dotted)
def test_shipped_file_tells_when_a_change_applies(key: tuple[str, ...]) -> None:
    told = [mark for mark in ("live", "reload") if comment_of(key).endswith(f" ({mark})")]
    assert told == [applies(dotted(key)).value] or (not told and applies(dotted(key)) is Applies.RESTART)


@pytest.mark.parametrize("key", NUMBERS, ids=dotted)
def test_every_number_has_unit_and_limits(key: tuple[str, ...]) -> None:
    assert unit(NUMBERS[key])
    assert len(limits(NUMBERS[key])) == 2


@pytest.mark.parametrize("key", NUMBERS, ids=dotted)
def test_number_outside_its_limits_is_refused(key: tuple[str, ...]) -> None:
    field = NUMBERS[key]
    step = 1 if field.annotation is int else 1e-6
    bounds = limits(field)
    low = bounds["ge"] - step if "ge" in bounds else bounds["gt"]
    for value in (low, bounds["le"] + step, -bounds["le"] - 1):
        with pytest.raises(ValidationError, match=dotted(key)):
            Config.model_validate(changed(key, value))


@pytest.mark.parametrize("key", NUMBERS, ids=dotted)
@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, "1", True, None, [1], {"a": 1}], ids=repr)
def test_number_of_another_kind_is_refused(key: tuple[str, ...], value: object) -> None:
    with pytest.raises(ValidationError, match=dotted(key)):
        Config.model_validate(changed(key, value))


@pytest.mark.parametrize("key", [key for key, field in NUMBERS.items() if field.annotation is int], ids=dotted)
def test_whole_number_takes_no_fraction(key: tuple[str, ...]) -> None:
    with pytest.raises(ValidationError, match=dotted(key)):
        Config.model_validate(changed(key, float(OPTIONS[key].default)))


@pytest.mark.parametrize(
    "key",
    [key for key, field in NUMBERS.items() if field.annotation is float and limits(field).get("le", 1) >= 1],
    ids=dotted,
)
def test_number_with_a_fraction_may_be_written_without(key: tuple[str, ...]) -> None:
    whole = math.ceil(OPTIONS[key].default)
    assert isinstance(whole, int)
    Config.model_validate(changed(key, whole))


@pytest.mark.parametrize("key", TEXTS, ids=dotted)
@pytest.mark.parametrize("value", [3, True, None, ["a"], "a\0b", "a" * 501, "\ud800"], ids=ascii)
def test_text_of_another_kind_or_without_end_is_refused(key: tuple[str, ...], value: object) -> None:
    with pytest.raises(ValidationError, match=dotted(key)):
        Config.model_validate(changed(key, value))


@pytest.mark.parametrize(
    "key", [("encoder",), ("detector",), ("weights",), ("gallery", "folder"), ("camera", "source")], ids=dotted
)
def test_text_that_must_name_something_is_not_empty(key: tuple[str, ...]) -> None:
    with pytest.raises(ValidationError, match=dotted(key)):
        Config.model_validate(changed(key, ""))


@pytest.mark.parametrize("key", FLAGS, ids=dotted)
@pytest.mark.parametrize("value", [0, 1, "true", None])
def test_flag_is_true_or_false_only(key: tuple[str, ...], value: object) -> None:
    with pytest.raises(ValidationError, match=dotted(key)):
        Config.model_validate(changed(key, value))


@pytest.mark.parametrize(
    "choice", ["sface", ["dlib_resnet"], ["dlib_resnet", "sface"], {"dlib_resnet": 1, "sface": 0.5}], ids=repr
)
def test_encoder_is_a_name_or_several_with_or_without_weights(choice: object) -> None:
    assert Config.model_validate({"encoder": choice}).encoder == choice


@pytest.mark.parametrize(
    ("choice", "reason"),
    [
        (3, "a name was expected"),
        (None, "a name was expected"),
        ([], "a name was expected"),
        ({}, "a name was expected"),
        ([""], "a name was expected"),
        (["a", 3], "a name was expected"),
        (["a" * 101], "a name was expected"),
        ([f"e{number}" for number in range(9)], "a name was expected"),
        (["a", "a"], "names an encoder twice"),
        ({"a": 0}, "the weight of an encoder"),
        ({"a": math.nan}, "the weight of an encoder"),
        ({"a": 1001}, "the weight of an encoder"),
        ({"a": True}, "the weight of an encoder"),
        ({"a": "1"}, "the weight of an encoder"),
    ],
    ids=repr,
)
def test_other_encoders_are_refused_in_one_sentence(choice: object, reason: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Config.model_validate({"encoder": choice})
    assert [(fault["loc"], reason in fault["msg"]) for fault in caught.value.errors()] == [(("encoder",), True)]


@pytest.mark.parametrize("option", ["threshold", "margin"])
def test_number_for_matching_is_automatic_or_meant_for_an_encoder(option: str) -> None:
    assert getattr(Config.model_validate({"matching": {option: "auto"}}).matching, option) == {}
    own = {"dlib_resnet": 0.36, "dlib_resnet+sface": 0.5}
    assert getattr(Config.model_validate({"matching": {option: own}}).matching, option) == own


@pytest.mark.parametrize(("option", "place"), [("threshold", 0), ("margin", 1)])
@pytest.mark.parametrize("value", [0.36, 1])
def test_a_bare_number_for_matching_is_meant_for_any_encoder_in_use(option: str, place: int, value: float) -> None:
    config = Config.model_validate({"matching": {option: value}})
    assert config.matching.numbers_for("sface_fp16")[place] == value
    assert value_of(config, f"matching.{option}") == value
    both = Config.model_validate({"matching": {option: {"a": 0.2}}})
    assert (both.matching.numbers_for("a")[place], both.matching.numbers_for("b")[place]) == (0.2, None)


@pytest.mark.parametrize("option", ["threshold", "margin"])
@pytest.mark.parametrize(
    "value",
    [
        3,
        -1,
        True,
        math.nan,
        None,
        "0.36",
        "automatic",
        [0.36],
        {"a": math.nan},
        {"a": 2.1},
        {"a": -0.1},
        {"a": "0.4"},
        {"": 0.3},
    ],
)
def test_what_is_no_number_for_matching_is_refused(option: str, value: object) -> None:
    with pytest.raises(ValidationError, match=rf"matching\.{option}"):
        Config.model_validate({"matching": {option: value}})


@pytest.mark.parametrize("source", [0, 3, "/dev/v4l/by-id/usb-door", "rtsp://door/1", "demo"])
def test_source_is_a_number_or_a_text(source: int | str) -> None:
    assert Config.model_validate({"camera": {"source": source}}).camera.source == source


@pytest.mark.parametrize("source", [1.5, True, None, [0]])
def test_source_is_nothing_else(source: object) -> None:
    with pytest.raises(ValidationError, match=r"camera\.source"):
        Config.model_validate({"camera": {"source": source}})


@pytest.mark.parametrize("name", ["auto", "dark", "light"])
def test_theme_is_chosen_by_name(name: str) -> None:
    assert Config.model_validate({"screen": {"theme": name}}).screen.theme is Theme(name)


@pytest.mark.parametrize("name", ["Dark", "", "blue", 1, None])
def test_other_themes_are_refused(name: object) -> None:
    with pytest.raises(ValidationError, match=r"screen\.theme"):
        Config.model_validate({"screen": {"theme": name}})


def test_k_is_at_most_n() -> None:
    assert DecisionSection(k=4, n=4).k == 4
    with pytest.raises(ValidationError, match="k must not be larger than n"):
        DecisionSection(k=5, n=4)
    with pytest.raises(ValidationError, match="k must not be larger than n"):
        DecisionSection(n=2)


@pytest.mark.parametrize("light", [(100.0, 100.0), (101.0, 100.0)])
def test_light_has_room_between_dark_and_bright(light: tuple[float, float]) -> None:
    with pytest.raises(ValidationError, match="min_light must be below max_light"):
        QualitySection(min_light=light[0], max_light=light[1])


@pytest.mark.parametrize("text", ["Hello!", "{names}", "Welcome {names}, {names}!"])
def test_welcome_may_name_people(text: str) -> None:
    assert VoiceSection(text=text).text == text


@pytest.mark.parametrize(
    "text", ["{", "}", "{}", "{0}", "{name}", "{names.x}", "{names[0]}", "{names!r}", "{names:>9}", "{names:{names}}"]
)
def test_welcome_fills_in_nothing_else(text: str) -> None:
    with pytest.raises(ValidationError):
        VoiceSection(text=text)


def test_unknown_option_is_refused_in_every_section() -> None:
    sections = [()] + [(name,) for name in Config.model_fields if (name,) not in OPTIONS]
    assert len(sections) > 5
    for section in sections:
        with pytest.raises(ValidationError, match="tolerance"):
            Config.model_validate(changed((*section, "tolerance"), 1))


def test_configuration_is_frozen_to_its_leaves() -> None:
    config = Config()
    with pytest.raises(ValidationError, match="frozen"):
        config.threads = 3  # type: ignore[misc]
    with pytest.raises(ValidationError, match="frozen"):
        config.matching.threshold = {}  # type: ignore[misc]
