import pytest

from kiosk.config import ConfigFile
from kiosk.config.file import overridden
from kiosk.errors import ConfigError


@pytest.fixture
def config(tmp_path):
    path = tmp_path / "config.yaml"
    path.write_text("decision: {k: 2}\nencoder: [dlib_resnet, sface]\n")
    return ConfigFile(path)


def test_an_option_is_set_and_the_others_stay(config):
    fresh = overridden(config, ["decision.n=9", "quality.min_light=12.5", "voice.enabled=false"]).current
    assert (fresh.decision.k, fresh.decision.n) == (2, 9)
    assert fresh.quality.min_light == 12.5
    assert not fresh.voice.enabled
    assert fresh.encoder == ["dlib_resnet", "sface"]


def test_the_file_and_what_was_read_of_it_stay_as_they_are(config):
    before = config.path.read_text()
    fresh = overridden(config, ["decision.n=9"])
    assert config.current.decision.n == 5
    assert config.path.read_text() == before
    assert fresh.below("weights") == config.below("weights")


def test_a_fault_names_the_option_and_no_line_of_the_file(config):
    assert str(overridden(config, ["encoder=x"]).fault("encoder", "is not known", "look")).startswith("encoder: is not")
    assert "line 2" in str(overridden(config, []).fault("encoder", "is not known", "look"))


@pytest.mark.parametrize(
    ("setting", "key", "value"),
    [
        ("encoder=sface", "encoder", "sface"),
        ("encoder=[dlib_resnet, sface]", "encoder", ["dlib_resnet", "sface"]),
        ("encoder={dlib_resnet: 1.0, sface: 2.0}", "encoder", {"dlib_resnet": 1.0, "sface": 2.0}),
        (" weights =elsewhere", "weights", "elsewhere"),
        ("threads=4", "threads", 4),
    ],
)
def test_values_are_written_as_in_the_file(config, setting, key, value):
    assert getattr(overridden(config, [setting]).current, key) == value


def test_a_threshold_is_set_for_its_encoder(config):
    assert overridden(config, ["matching.threshold={sface: 0.9}"]).current.matching.threshold == {"sface": 0.9}
    assert overridden(config, ["matching.threshold=auto"]).current.matching.threshold == {}


def test_an_empty_text_can_be_set(config):
    assert overridden(config, ["journal.file="]).current.journal.file == ""


def test_the_last_of_two_settings_counts_and_none_is_none(config):
    assert overridden(config, ["decision.n=9", "decision.n=7"]).current.decision.n == 7
    assert overridden(config, []).current == config.current


@pytest.mark.parametrize(
    ("setting", "reason"),
    [
        ("decision.n", "names no value"),
        ("", "names no value"),
        ("decision.m=3", "there is no such option"),
        ("decision=3", "there is no such option"),
        ("decision.n=three", "decision.n"),
        ("decision.n=1", "decision.n"),
        ("decision.n=[", "is no YAML"),
        ("camera.source=!!python/object:os.system x", "camera.source"),
        ("decision.n=*all", "decision.n"),
        ("encoder=" + "x" * 2000, "encoder"),
    ],
)
def test_what_cannot_be_set_is_told(config, setting, reason):
    with pytest.raises(ConfigError) as caught:
        overridden(config, [setting])
    assert reason in str(caught.value)
    assert caught.value.reason
    assert len(str(caught.value)) < 400


def test_a_misspelt_option_is_answered_with_the_nearest(config):
    with pytest.raises(ConfigError, match=r"did you mean 'decision\.n'"):
        overridden(config, ["decison.n=3"])
