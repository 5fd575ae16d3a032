"""The options as data: complete, of the right kind, with the limits that the validation has."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk import i18n
from kiosk.config import Config
from kiosk.config.schema import (
    Applies,
    Kind,
    OptionInfo,
    applies,
    called,
    changed_keys,
    objection,
    options,
    value_of,
    values,
)

INFOS = {info.key: info for info in options()}
NUMBERS = [info for info in INFOS.values() if info.kind in {Kind.WHOLE, Kind.NUMBER}]


@pytest.fixture
def shouting() -> Iterator[None]:
    i18n.install(lambda context, text, disambiguation, n: text.upper())
    yield
    i18n.install(None)


def changed(key: str, value: Any) -> Config:
    section, _, name = key.rpartition(".")
    return Config.model_validate({section: {name: value}} if section else {name: value})


def test_every_option_is_there_with_title_and_effect() -> None:
    assert list(INFOS) == list(values(Config()))
    for info in INFOS.values():
        assert 0 < len(info.title) <= 40
        assert info.effect.endswith((".", "!"))


def test_defaults_are_those_of_the_configuration() -> None:
    assert {key: info.default for key, info in INFOS.items()} == values(Config())


@pytest.mark.parametrize(
    ("key", "kind"),
    [
        ("encoder", Kind.ENCODER),
        ("threads", Kind.WHOLE),
        ("camera.source", Kind.TEXT),
        ("door.open_seconds", Kind.NUMBER),
        ("matching.threshold", Kind.BY_ENCODER),
        ("matching.margin", Kind.BY_ENCODER),
        ("voice.enabled", Kind.FLAG),
        ("voice.text", Kind.TEXT),
        ("screen.theme", Kind.CHOICE),
        ("screen.keyboard", Kind.CHOICE),
        ("screen.language", Kind.TEXT),
    ],
)
def test_kind_is_read_from_the_type(key: str, kind: Kind) -> None:
    assert INFOS[key].kind is kind


def test_choices_are_the_words_of_the_type() -> None:
    assert INFOS["screen.theme"].choices == ("auto", "dark", "light")


@pytest.mark.parametrize("info", NUMBERS, ids=lambda info: info.key)
def test_limits_are_those_of_the_validation(info: OptionInfo) -> None:
    assert info.minimum is not None
    assert info.maximum is not None
    number = int if info.kind is Kind.WHOLE else float
    # The other of a pair is moved out of the way.
    free: dict[str, Any] = {"decision.k": 1, "decision.n": 100, "quality.min_light": 0.0, "quality.max_light": 255.0}
    low = number(info.minimum) if not info.above_minimum else info.minimum + 0.001
    alone = info.key in {"quality.min_light", "quality.max_light"}
    for value in [low] if info.key == "quality.min_light" else [number(info.maximum)] if alone else [low, info.maximum]:
        assert objection(values(Config()), {**free, info.key: number(value)}) == ""
    assert objection(values(Config()), {**free, info.key: number(info.maximum + 1)})
    assert objection(values(Config()), {**free, info.key: number(info.minimum) - (0 if info.above_minimum else 1)})


def test_limits_of_numbers_by_encoder_are_those_of_each_number() -> None:
    threshold, margin = INFOS["matching.threshold"], INFOS["matching.margin"]
    assert (threshold.minimum, threshold.maximum, threshold.above_minimum) == (0, 2, True)
    assert (margin.minimum, margin.maximum, margin.above_minimum) == (0, 1, False)


@pytest.mark.parametrize(
    ("key", "when"),
    [
        ("decision.k", Applies.LIVE),
        ("screen.theme", Applies.LIVE),
        ("screen.mirror", Applies.RESTART),
        ("encoder", Applies.RELOAD),
        ("quality.min_light", Applies.RELOAD),
        ("camera.source", Applies.RESTART),
        ("reception.idle_seconds", Applies.LIVE),
        ("journal.file", Applies.RESTART),
    ],
)
def test_when_a_change_applies_is_known(key: str, when: Applies) -> None:
    assert applies(key) is when


def test_value_is_told_as_the_file_has_it() -> None:
    config = Config.model_validate({"screen": {"theme": "dark"}, "matching": {"threshold": {"sface": 0.9}}})
    assert value_of(config, "screen.theme") == "dark"
    assert type(value_of(config, "screen.theme")) is str
    assert value_of(config, "matching.threshold") == {"sface": 0.9}
    assert value_of(config, "matching.margin") == "auto"
    assert changed_keys(Config(), config) == ["matching.threshold", "screen.theme"]


@pytest.mark.parametrize("key", ["", ".", "decision.", "decision.k.x", "nothing", "decision.model_fields"])
def test_key_that_is_none_raises(key: str) -> None:
    with pytest.raises(KeyError):
        value_of(Config(), key)


def test_objections_that_concern_two_options_are_sentences() -> None:
    assert objection(values(Config()), {"decision.k": 9}) == "No more frames can agree than are counted."
    assert objection(values(Config()), {"quality.min_light": 230.0}).startswith("The least light must be below")
    assert objection(values(Config()), {"decision.k": 9, "decision.n": 9}) == ""
    assert objection(values(Config()), {"voice.text": "{x}"}) == ("Welcome: {names} is the only word that is filled in")
    assert objection(values(Config()), {"voice.text": "{"}) == "Welcome: the braces do not match"
    assert objection(values(Config()), {"gallery.folder": ""}) == "Image folder: must not be empty"
    assert objection(values(Config()), {"threads": 99}).startswith("Processor cores: ")


@given(
    st.sampled_from(sorted(INFOS)), st.none() | st.integers() | st.floats() | st.text() | st.booleans() | st.binary()
)
def test_objection_never_raises_and_is_right(key: str, value: Any) -> None:
    reason = objection(values(Config()), {key: value})
    try:
        changed(key, value)
    except ValueError:
        assert reason
    else:
        assert not reason


@pytest.mark.usefixtures("shouting")
def test_values_that_are_words_are_called_in_the_language_of_the_screen() -> None:
    assert [called(word) for word in ("auto", "dark", "de")] == ["AUTOMATIC", "DARK", "de"]
