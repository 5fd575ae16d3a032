from dataclasses import replace
from pathlib import Path

import pytest

from kiosk.config import CohortUse, Config, ConfigFile, PathSection
from kiosk.domain import TemplateRule
from kiosk.door.build import load_configured_encoder
from kiosk.door.matching import (
    advice_for,
    automatic_threshold,
    comparison_of,
    matching_numbers,
    names_of_none,
    names_spelt_otherwise,
    threshold_remark,
)
from kiosk.encoders import encoder_spec
from kiosk.encoders.encoder import Averaging
from kiosk.encoders.statistics import QuantileTable, Statistics
from kiosk.errors import WeightsError
from kiosk.files import shipped_weights
from kiosk.weights.catalogue import DEFAULT_ENCODER, FORMER_ENCODER


def written(home: Path, text: str) -> ConfigFile:
    (home / "config.yaml").write_text(text)
    return ConfigFile(home / "config.yaml")


def named(*names: str) -> Config:
    """A configuration with a threshold for each of the names, the margin for the last."""
    return Config.model_validate({"matching": {"threshold": dict.fromkeys(names, 0.5), "margin": {names[-1]: 0.1}}})


class TestMatchingNumbers:
    @pytest.mark.parametrize(
        ("option", "numbers"),
        [
            ("", (1.12, 0.05)),
            ("matching: {threshold: auto, margin: auto}", (1.12, 0.05)),
            ("matching: {threshold: {sface_fp16: 0.9}}", (0.9, 0.05)),
            ("matching: {threshold: 0.35, margin: 0.02}", (0.35, 0.02)),
            ("matching: {threshold: {sface: 0.9, dlib_resnet+sface: 0.8}, margin: {sface_fp16: 0.0}}", (1.12, 0.0)),
        ],
    )
    def test_they_are_the_users_only_where_meant_for_this_encoder(self, home, option, numbers):
        config = written(home, option)
        assert matching_numbers(config.current, load_configured_encoder(config).spec, people=0) == numbers

    def test_a_composite_has_its_own(self, home, save_spec):
        save_spec("other", mirror=False, threshold=0.5, margin=0.05)
        config = written(home, "encoder: {dlib_resnet: 1, other: 1}\nmatching: {threshold: {dlib_resnet: 0.1}}")
        spec = load_configured_encoder(config).spec
        assert matching_numbers(config.current, spec, people=0) == (spec.threshold, spec.margin)
        config = written(home, f"encoder: [dlib_resnet, other]\nmatching: {{threshold: {{{spec.name}: 0.1}}}}")
        assert matching_numbers(config.current, spec, people=0)[0] == 0.1


class TestAutomaticThreshold:
    STATISTICS = Statistics(
        "made up",
        1000,
        QuantileTable(1_000_000, (1e-5, 1e-4, 1e-3, 1e-2, 1.0), (0.30, 0.34, 0.38, 0.42, 1.2)),
        QuantileTable(1000, (0.01, 0.1, 1.0), (0.5, 0.4, 0.1)),
    )

    def spec(self, statistics=STATISTICS):
        return replace(encoder_spec("dlib_resnet"), threshold=0.38, statistics=statistics)

    @pytest.mark.parametrize(
        ("people", "rate", "threshold"),
        [(1, 1e-3, 0.38), (10, 1e-3, 0.34), (100, 1e-3, 0.30), (1, 1e-4, 0.34), (10, 1e-4, 0.30), (1000, 1e-3, 0.26)],
    )
    def test_each_person_more_is_one_more_whom_a_stranger_may_resemble(self, people, rate, threshold):
        assert automatic_threshold(self.spec(), people, rate) == pytest.approx(threshold, abs=0.0011)

    @pytest.mark.parametrize(("people", "statistics"), [(0, STATISTICS), (50, None)])
    def test_it_is_the_encoders_own_where_nobody_is_enrolled_or_nothing_is_known(self, people, statistics):
        assert automatic_threshold(self.spec(statistics), people, 1e-4) == 0.38


@pytest.mark.parametrize(
    ("threshold", "told"),
    [
        (None, ""),
        (0.38, ""),
        (0.19, ""),
        (0.189, "0.189 is on another encoder's scale: dlib_resnet works around 0.38"),
        (1.05, "1.05 is not used: it is on another encoder's scale, dlib_resnet works around 0.38"),
        (0.4, "0.4 is more lenient than dlib_resnet's own 0.38: more strangers get in"),
    ],
)
def test_a_threshold_on_another_scale_or_above_the_encoders_own_is_remarked(threshold, told):
    assert threshold_remark(threshold, encoder_spec("dlib_resnet")) == told


def test_a_name_with_a_part_that_is_not_known_is_of_none():
    config = named("sface", "sfacee", "sface+other", "2*sface+1*dlib_resnet")
    assert names_of_none(config, ("sface", "dlib_resnet")) == ["sface+other", "sfacee"]


@pytest.mark.parametrize(
    ("name", "encoder", "told"),
    [
        ("sface+dlib_resnet", "dlib_resnet+sface", True),
        ("dlib_resnet + sface", "dlib_resnet+sface", True),
        ("1*sface+2.0*dlib_resnet", "2*dlib_resnet+1*sface", True),
        ("dlib_resnet+sface", "dlib_resnet+sface", False),
        ("1*sface+3*dlib_resnet", "2*dlib_resnet+1*sface", False),
        ("dlib_resnet+sface", "2*dlib_resnet+1*sface", False),
        ("sface", "dlib_resnet", False),
        ("x*sface", "sface", False),
    ],
)
def test_the_same_parts_under_another_name_do_not_count(name, encoder, told):
    assert names_spelt_otherwise(named(name), encoder) == ([name] if told else [])


class TestComparison:
    SPEC = encoder_spec("dlib_resnet")

    def test_the_default_is_the_mean_beside_the_cohort_that_is_shipped(self, home):
        found = comparison_of(PathSection(), self.SPEC, [home, shipped_weights()])
        assert (found.rule, found.averaging) == (TemplateRule.MEAN, Averaging(0.0445, 0.58))
        assert found.cohort is not None

    def test_an_encoder_without_a_cohort_goes_without_unless_one_is_asked_for(self, home):
        spec = replace(self.SPEC, name="other")
        assert comparison_of(PathSection(), spec, [home, shipped_weights()]).cohort is None
        with pytest.raises(WeightsError, match=r"other\.cohort\.npz: is not there; make it with `kiosk weights cohort"):
            comparison_of(PathSection(cohort=CohortUse.ON), spec, [home, shipped_weights()])


def test_only_the_former_encoder_has_advice_which_names_the_default_one():
    assert f"`encoder: {DEFAULT_ENCODER}`" in advice_for(FORMER_ENCODER)
    assert not advice_for(DEFAULT_ENCODER)
