"""Options: their declarations, the config.yaml made from them, --set, and what version 0.1 had."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from kiosk.config import Config, ConfigFile
from kiosk.config.file import overridden
from kiosk.config.options import SECTIONS, VALUES
from kiosk.config.saving import ConfigWriter
from kiosk.config.schema import Kind, changed_keys, objection, options, values
from kiosk.config.template import template
from kiosk.errors import ConfigError
from kiosk.health.checks import config_found

SHIPPED = Path(__file__).parents[2] / "config.yaml"
DEFAULTS = values(Config())


def test_the_shipped_file_is_made_from_the_declarations():
    assert SHIPPED.read_text(encoding="utf-8") == template(), "run: python -m kiosk.config.template"
    shipped = ConfigFile(SHIPPED).current
    assert shipped == Config()
    # Not set there, so that an installation of version 0.1 keeps its own.
    assert "encoder" not in shipped.model_fields_set
    assert "stranger_rate" not in shipped.matching.model_fields_set
    assert max(map(len, template().splitlines())) <= 120


def test_every_option_has_a_title_of_its_own_an_effect_and_named_choices():
    infos = options().values()
    assert {info.key: info.default for info in infos} == DEFAULTS
    assert {info.section for info in infos} == set(SECTIONS)
    assert len({(info.section, info.title) for info in infos}) == len(infos)
    for info in infos:
        assert 0 < len(info.title) <= 40, info.key
        assert info.effect.endswith("."), info.key
        assert set(info.choices) <= set(VALUES), info.key


def test_the_kind_is_read_from_the_type():
    kinds = {
        "encoder": Kind.TEXT,
        "threads": Kind.WHOLE,
        "camera.source": Kind.TEXT,
        "door.open_seconds": Kind.NUMBER,
        "matching.threshold": Kind.BY_ENCODER,
        "voice.enabled": Kind.FLAG,
        "screen.theme": Kind.CHOICE,
        "screen.language": Kind.TEXT,
    }
    assert {key: options()[key].kind for key in kinds} == kinds
    assert options()["screen.theme"].choices == ("auto", "dark", "light")
    threshold, margin = options()["matching.threshold"], options()["matching.margin"]
    assert (threshold.minimum, threshold.maximum, threshold.above_minimum) == (0, 2, True)
    assert (margin.minimum, margin.maximum, margin.above_minimum) == (0, 1, False)


def test_limits_are_those_of_the_validation():
    # The other of a pair is moved out of the way.
    free: dict[str, Any] = {"decision.k": 1, "decision.n": 100, "quality.min_light": 0.0, "quality.max_light": 255.0}
    for info in options().values():
        if info.kind not in {Kind.WHOLE, Kind.NUMBER}:
            continue
        number = int if info.kind is Kind.WHOLE else float
        assert info.unit, info.key
        assert info.minimum is not None, info.key
        assert info.maximum is not None, info.key
        for value in (info.maximum + 1, info.minimum - (0 if info.above_minimum else 1)):
            assert objection(DEFAULTS, {**free, info.key: number(value)}), info.key
        if info.key not in free:
            assert objection(DEFAULTS, {info.key: number(info.maximum)}) == "", info.key
            assert objection(DEFAULTS, {info.key: number(info.minimum + 0.001)}) == "" or number is int, info.key


def test_values_are_told_as_the_file_has_them():
    config = Config.model_validate({"screen": {"theme": "dark"}, "matching": {"threshold": {"sface": 0.9}}})
    found = values(config)
    assert type(found["screen.theme"]) is str
    assert (found["screen.theme"], found["matching.threshold"], found["matching.margin"]) == (
        "dark",
        {"sface": 0.9},
        "auto",
    )
    assert changed_keys(DEFAULTS, found) == ["matching.threshold", "screen.theme"]


def test_what_options_must_not_be():
    wrong = (
        {"matching": {"threshold": {"sface": 2.5}}},
        {"matching": {"margin": "none"}},
        {"encoder": []},
        {"encoder": ["sface", "sface"]},
        {"encoder": {"sface": 0}},
        {"camera": {"source": ""}},
        {"gallery": {"folder": "a\0b"}},
        {"screen": {"language": "german"}},
        {"threads": True},
        {"door": {"open_seconds": float("nan")}},
    )
    for content in wrong:
        with pytest.raises(ValidationError):
            Config.model_validate(content)
    numbers = Config.model_validate({"matching": {"threshold": 0.4, "margin": {"sface": 0.1}}}).matching
    assert numbers.numbers_for("sface") == (0.4, 0.1)
    assert numbers.numbers_for("other") == (0.4, None)


def test_objections_are_sentences_for_the_screen():
    assert objection(DEFAULTS, {"decision.k": 9}) == "No more frames can agree than are counted."
    assert objection(DEFAULTS, {"quality.min_light": 230.0}).startswith("The least light must be below")
    assert objection(DEFAULTS, {"decision.k": 9, "decision.n": 9}) == ""
    assert objection(DEFAULTS, {"voice.text": "{x}"}) == "Welcome: {names} is the only word that is filled in"
    assert objection(DEFAULTS, {"voice.text": "{"}) == "Welcome: the braces do not match"
    assert objection(DEFAULTS, {"gallery.folder": ""}) == "Image folder: must not be empty"
    assert objection(DEFAULTS, {"threads": 99}).startswith("Processor cores: ")


@given(
    st.sampled_from(sorted(DEFAULTS)),
    st.none() | st.integers() | st.floats() | st.text() | st.booleans() | st.binary(),
)
def test_an_objection_never_raises(key, value):
    assert isinstance(objection(DEFAULTS, {key: value}), str)


# Removed options ---------------------------------------------------------------------------------------------------

REMOVED = """# of version 0.1
encoder: dlib_resnet
path:
  # how faces are compared
  template_rule: nearest_two  # two pictures
  template_copies: 8
  landmark_passes: 1

decision: {k: 2}
"""


def test_options_and_values_that_were_removed_are_ignored_named_and_gone_after_the_next_saving(tmp_path):
    path = tmp_path / "config.yaml"
    path.write_text(REMOVED)
    config = ConfigFile(path)
    assert config.current == Config.model_validate({"encoder": "dlib_resnet", "decision": {"k": 2}})
    assert [(one.line, str(one)) for one in config.removed] == [
        (5, "path.template_rule: nearest_two"),
        (6, "path.template_copies"),
        (7, "path.landmark_passes"),
    ]
    told = config_found(config).message
    for part in ("path.template_rule: nearest_two (line 5)", "path.template_copies (line 6)"):
        assert part in told
    writer = ConfigWriter(path)
    writer.change({"threads": 4}, writer.look())
    assert config.changed() is not None
    assert config.removed == ()
    said = path.read_text()
    assert "template" not in said
    assert said.startswith("# of version 0.1\n")
    assert "decision: {k: 2}\n" in said
    assert config.current.threads == 4


def test_every_config_of_version_0_1_still_starts(tmp_path):
    path = tmp_path / "config.yaml"
    old = (Path(__file__).parent / "config-0.1.yaml").read_text(encoding="utf-8")
    for content in (old, old + "\npath: {template_copies: 50, landmark_passes: 1, template_rule: nearest_two}\n"):
        path.write_text(content, encoding="utf-8")
        config = ConfigFile(path)
        assert config.current.encoder == "dlib_resnet"
        writer = ConfigWriter(path)
        writer.change({"decision.k": 2}, writer.look())
        assert ConfigFile(path).current.decision.k == 2
        assert ConfigFile(path).removed == ()
        assert "template_copies" not in path.read_text(encoding="utf-8")


# --set -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def config(tmp_path: Path) -> ConfigFile:
    path = tmp_path / "config.yaml"
    path.write_text("decision: {k: 2}\nencoder: [dlib_resnet, sface]\n")
    return ConfigFile(path)


def test_an_option_is_set_and_file_and_other_options_stay(config):
    assert config.path is not None
    before = config.path.read_text()
    fresh = overridden(config, ["decision.n=9", "quality.min_light=12.5", "voice.enabled=false", "decision.n=7"])
    assert (fresh.current.decision.k, fresh.current.decision.n, fresh.current.quality.min_light) == (2, 7, 12.5)
    assert fresh.current.encoder == ["dlib_resnet", "sface"]
    assert config.current.decision.n == 5
    assert config.path.read_text() == before
    assert fresh.below("weights") == config.below("weights")
    assert overridden(config, []).current == config.current


def test_values_are_written_as_in_the_file(config):
    settings = {
        "encoder=sface": ("encoder", "sface"),
        "encoder=[dlib_resnet, sface]": ("encoder", ["dlib_resnet", "sface"]),
        "encoder={dlib_resnet: 1.0, sface: 2.0}": ("encoder", {"dlib_resnet": 1.0, "sface": 2.0}),
        " weights =elsewhere": ("weights", "elsewhere"),
        "threads=4": ("threads", 4),
        "journal.file=": ("journal.file", ""),
        "matching.threshold={sface: 0.9}": ("matching.threshold", {"sface": 0.9}),
    }
    for setting, (key, value) in settings.items():
        assert values(overridden(config, [setting]).current)[key] == value, setting


def test_what_cannot_be_set_is_told_without_a_line_of_the_file(config):
    faults = {
        "decision.n": "names no value",
        "": "names no value",
        "decision.m=3": "there is no such option",
        "decision=3": "there is no such option",
        "decison.n=3": "did you mean 'decision.n'",
        "path.template_copies=3": "there is no such option",
        "decision.n=three": "decision.n",
        "decision.n=[": "is no YAML",
        "camera.source=!!python/object:os.system x": "camera.source",
        "decision.n=*all": "decision.n",
        "encoder=" + "x" * 2000: "encoder",
    }
    for setting, reason in faults.items():
        with pytest.raises(ConfigError) as caught:
            overridden(config, [setting])
        assert reason in str(caught.value), setting
        assert len(str(caught.value)) < 400, setting
    assert str(overridden(config, ["encoder=x"]).fault("encoder", "is not known", "look")).startswith("encoder: is not")
    assert "line 2" in str(overridden(config, []).fault("encoder", "is not known", "look"))
