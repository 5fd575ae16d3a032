"""Threshold, margin and cohort of an encoder, and what others would have changed."""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from kiosk.config import CohortUse, ConfigFile, MatchingSection, PathSection
from kiosk.domain import Candidate, Decision, Identification, Outcome, Reason, TemplateRule
from kiosk.door.build import load_configured_encoder
from kiosk.door.matching import (
    Changes,
    advice_for,
    automatic_threshold,
    cohort_file,
    comparison_of,
    find_cohort,
    matching_numbers,
    names_of_none,
    names_spelt_otherwise,
    past_decisions,
    threshold_remark,
)
from kiosk.encoders import EncoderSpec, encoder_spec, load_encoder
from kiosk.encoders.encoder import Averaging
from kiosk.encoders.statistics import QuantileTable, Statistics
from kiosk.errors import WeightsError
from kiosk.files import shipped_weights
from kiosk.recognition.cohort import Cohort, cohort_bytes
from kiosk.store.journal import Journal
from kiosk.weights.catalogue import DEFAULT_ENCODER, FORMER_ENCODER


def written(home: Path, text: str) -> ConfigFile:
    (home / "config.yaml").write_text(text)
    return ConfigFile(home / "config.yaml")


def named(*names: str) -> MatchingSection:
    """Return a section with a threshold for each of the names, the margin for the last."""
    return MatchingSection.model_validate({"threshold": dict.fromkeys(names, 0.5), "margin": {names[-1]: 0.1}})


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
        assert matching_numbers(config.current.matching, load_configured_encoder(config).spec, people=0) == numbers

    def test_a_composite_has_its_own(self, home, save_spec):
        save_spec("other", mirror=False, threshold=0.5, margin=0.05)
        config = written(home, "encoder: {dlib_resnet: 1, other: 1}\nmatching: {threshold: {dlib_resnet: 0.1}}")
        spec = load_configured_encoder(config).spec
        assert matching_numbers(config.current.matching, spec, people=0) == (spec.threshold, spec.margin)
        config = written(home, f"encoder: [dlib_resnet, other]\nmatching: {{threshold: {{{spec.name}: 0.1}}}}")
        assert matching_numbers(config.current.matching, spec, people=0)[0] == 0.1


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


# The file of a cohort: the user's first, a shipped one only as it is known, and nothing of another encoder.


@pytest.fixture(scope="module")
def spec() -> EncoderSpec:
    return load_encoder("dlib_resnet", 1).spec


def made(spec: EncoderSpec, seed: int = 1) -> bytes:
    people = np.random.default_rng(seed).normal(size=(120, spec.dimension)) + 1
    people /= np.linalg.norm(people, axis=1, keepdims=True)
    return cohort_bytes(Cohort.of(people.astype(np.float32), 60), spec.key)


@pytest.fixture
def folders(tmp_path: Path, ship_weights: Callable[[Path], None]) -> list[Path]:
    """The user's own folder, and one that is shipped, with a manifest of nothing."""
    found = [tmp_path / "own", tmp_path / "shipped"]
    for folder in found:
        folder.mkdir()
    (found[1] / "manifest.yaml").write_text("{}\n")
    ship_weights(found[1])
    return found


def ship(folder: Path, spec: EncoderSpec, content: bytes) -> None:
    (folder / cohort_file(spec.name)).write_bytes(content)
    (folder / "manifest.yaml").write_text(
        f"{cohort_file(spec.name)}: {{sha256: {hashlib.sha256(content).hexdigest()}, size: {len(content)},"
        " source: a test, licence: CC0-1.0, rebuild: kiosk weights cohort}\n"
    )


def test_the_users_own_comes_before_the_shipped(folders, spec):
    ship(folders[1], spec, made(spec, 1))
    shipped = find_cohort(spec, folders)
    (folders[0] / cohort_file(spec.name)).write_bytes(made(spec, 2))
    own = find_cohort(spec, folders)
    assert shipped is not None
    assert own is not None
    assert not np.array_equal(shipped.vectors, own.vectors)


def test_a_shipped_one_that_was_altered_is_refused(folders, spec):
    ship(folders[1], spec, made(spec, 1))
    (folders[1] / cohort_file(spec.name)).write_bytes(made(spec, 2))
    with pytest.raises(WeightsError, match=r"dlib_resnet\.cohort\.npz"):
        find_cohort(spec, folders)


def test_one_of_another_encoder_is_refused(folders, spec):
    (folders[0] / cohort_file(spec.name)).write_bytes(made(replace(spec, key="other")))
    with pytest.raises(WeightsError, match="another state of the encoder"):
        find_cohort(spec, folders)


def test_the_default_encoders_is_shipped_as_the_manifest_says(spec):
    cohort = find_cohort(spec, [shipped_weights()])
    assert cohort is not None
    assert cohort.vectors.shape == (600, spec.dimension)
    assert 0.3 < cohort.usual[0] < 0.6
    assert 0.02 < cohort.usual[1] < 0.06


# What another threshold would have changed: counted from rows as the door writes them.


NOW = datetime(2026, 5, 20, 12, tzinfo=UTC)
GRANTED, REFUSED = (Outcome.GRANTED, Reason.RECOGNISED), (Outcome.REFUSED, Reason.TOO_FAR)


def decision(what: tuple[Outcome, Reason], nearest: float | None, second: float | None = None) -> Decision:
    candidates = [Candidate(name, at) for name, at in (("Ada", nearest), ("Bo", second)) if at is not None]
    found = Identification(tuple(candidates), 0.4, 0.05, len(candidates))
    return Decision(what[0], what[1], 1, 1, 1.0, 3, 3, "Ada" if what is GRANTED else None, found)


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    made = Journal(tmp_path / "journal.sqlite3")
    for what, nearest, second in [
        (GRANTED, 0.20, 0.80),
        (GRANTED, 0.38, 0.70),
        (GRANTED, 0.39, None),
        (REFUSED, 0.44, 0.60),
        (REFUSED, 0.47, 0.49),
        (REFUSED, 0.90, 0.95),
        ((Outcome.REFUSED, Reason.AMBIGUOUS), 0.30, 0.32),
    ]:
        made.record(decision(what, nearest, second), "dlib_resnet", NOW - timedelta(days=2))
    return made


def changes(journal: Journal, threshold: float, margin: float = 0.05) -> Changes:
    return past_decisions(journal, "dlib_resnet", NOW).with_numbers(threshold, margin)


def test_stricter_threshold_would_have_refused_some(journal: Journal) -> None:
    assert changes(journal, 0.385) == Changes(7, let_in=0, refused=1)
    assert changes(journal, 0.1) == Changes(7, let_in=0, refused=3)


def test_more_lenient_one_would_have_let_in_those_who_were_clear(journal: Journal) -> None:
    assert changes(journal, 0.45) == Changes(7, let_in=1, refused=0)
    assert changes(journal, 0.5) == Changes(7, let_in=1, refused=0)
    assert changes(journal, 0.5, margin=0.0).changed == 3


def test_other_encoders_older_rows_and_what_no_distance_settled_do_not_count(journal: Journal) -> None:
    far = decision(REFUSED, 0.9, 0.95)
    journal.record(far, "sface", NOW - timedelta(days=1))
    journal.record(far, "dlib_resnet", NOW - timedelta(days=8))
    for outcome, reason in [
        (Outcome.GRANTED, Reason.TESTED),
        (Outcome.REFUSED, Reason.FAULT),
        (Outcome.REFUSED, Reason.SUSPENDED),
        (Outcome.REFUSED, Reason.NOBODY_ENROLLED),
    ]:
        journal.record(replace(far, outcome=outcome, reason=reason), "dlib_resnet", NOW - timedelta(days=1))
    assert changes(journal, 1.9).considered == 7
