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
from kiosk.encoders import EncoderSpec, encoder_spec
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


def test_threshold_and_margin_are_the_users_only_where_meant_for_this_encoder(home, save_spec):
    spec = encoder_spec("sface_fp16")
    for option, numbers in (
        ("", (1.12, 0.05)),
        ("matching: {threshold: auto, margin: auto}", (1.12, 0.05)),
        ("matching: {threshold: {sface_fp16: 0.9}}", (0.9, 0.05)),
        ("matching: {threshold: 0.35, margin: 0.02}", (0.35, 0.02)),
        ("matching: {threshold: {sface: 0.9, dlib_resnet+sface: 0.8}, margin: {sface_fp16: 0.0}}", (1.12, 0.0)),
    ):
        assert matching_numbers(written(home, option).current.matching, spec, people=0) == numbers, option
    lenient = written(home, "matching: {threshold: 1.05}").current.matching  # with that, everybody would get in
    assert matching_numbers(lenient, encoder_spec("dlib_resnet"), people=0)[0] == 0.38
    save_spec("other", mirror=False, threshold=0.5, margin=0.05)
    config = written(home, "encoder: {dlib_resnet: 1, other: 1}\nmatching: {threshold: {dlib_resnet: 0.1}}")
    spec = load_configured_encoder(config).spec
    assert matching_numbers(config.current.matching, spec, people=0) == (spec.threshold, spec.margin)
    config = written(home, f"encoder: [dlib_resnet, other]\nmatching: {{threshold: {{{spec.name}: 0.1}}}}")
    assert matching_numbers(config.current.matching, spec, people=0)[0] == 0.1


def test_the_automatic_threshold_falls_with_each_person_whom_a_stranger_may_resemble():
    statistics = Statistics(
        "made up",
        1000,
        QuantileTable(1_000_000, (1e-5, 1e-4, 1e-3, 1e-2, 1.0), (0.30, 0.34, 0.38, 0.42, 1.2)),
        QuantileTable(1000, (0.01, 0.1, 1.0), (0.5, 0.4, 0.1)),
    )
    spec = replace(encoder_spec("dlib_resnet"), threshold=0.38, statistics=statistics)
    for people, rate, threshold in (
        *((1, 1e-3, 0.38), (10, 1e-3, 0.34), (100, 1e-3, 0.30), (1, 1e-4, 0.34), (10, 1e-4, 0.30)),
        *((1000, 1e-3, 0.26), (0, 1e-4, 0.38)),
    ):
        assert automatic_threshold(spec, people, rate) == pytest.approx(threshold, abs=0.0011), (people, rate)
    assert automatic_threshold(replace(spec, statistics=None), 50, 1e-4) == 0.38


def test_a_threshold_on_another_scale_or_above_the_encoders_own_is_remarked():
    for threshold, told in (
        *((None, ""), (0.38, ""), (0.19, "")),
        (0.189, "0.189 is on another encoder's scale: dlib_resnet works around 0.38"),
        (1.05, "1.05 is not used: it is on another encoder's scale, dlib_resnet works around 0.38"),
        (0.4, "0.4 is more lenient than dlib_resnet's own 0.38: more strangers get in"),
    ):
        assert threshold_remark(threshold, encoder_spec("dlib_resnet")) == told


def test_names_that_belong_to_no_encoder_or_spell_it_otherwise_are_found():
    config = named("sface", "sfacee", "sface+other", "2*sface+1*dlib_resnet")
    assert names_of_none(config, ("sface", "dlib_resnet")) == ["sface+other", "sfacee"]
    for name, encoder, told in (
        ("sface+dlib_resnet", "dlib_resnet+sface", True),
        ("dlib_resnet + sface", "dlib_resnet+sface", True),
        ("1*sface+2.0*dlib_resnet", "2*dlib_resnet+1*sface", True),
        ("dlib_resnet+sface", "dlib_resnet+sface", False),
        ("1*sface+3*dlib_resnet", "2*dlib_resnet+1*sface", False),
        ("dlib_resnet+sface", "2*dlib_resnet+1*sface", False),
        ("x*sface", "sface", False),
    ):
        assert names_spelt_otherwise(named(name), encoder) == ([name] if told else []), name


def test_only_the_former_encoder_has_advice_which_names_the_default_one():
    assert f"`encoder: {DEFAULT_ENCODER}`" in advice_for(FORMER_ENCODER)
    assert not advice_for(DEFAULT_ENCODER)


# The file of a cohort: the user's first, a shipped one only as it is known, and nothing of another encoder.


@pytest.fixture(scope="module")
def spec() -> EncoderSpec:
    return encoder_spec("dlib_resnet")


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


def test_the_users_own_cohort_comes_before_the_shipped_and_a_wrong_one_is_refused(folders, spec):
    ship(folders[1], spec, made(spec, 1))
    shipped = find_cohort(spec, folders)
    (folders[0] / cohort_file(spec.name)).write_bytes(made(spec, 2))
    own = find_cohort(spec, folders)
    assert shipped is not None
    assert own is not None
    assert not np.array_equal(shipped.vectors, own.vectors)
    (folders[0] / cohort_file(spec.name)).write_bytes(made(replace(spec, key="other")))
    with pytest.raises(WeightsError, match="another state of the encoder"):
        find_cohort(spec, folders)
    (folders[0] / cohort_file(spec.name)).unlink()
    (folders[1] / cohort_file(spec.name)).write_bytes(made(spec, 2))  # a shipped one that was altered
    with pytest.raises(WeightsError, match=r"dlib_resnet\.cohort\.npz"):
        find_cohort(spec, folders)


def test_the_default_is_the_mean_beside_the_shipped_cohort_and_a_missing_one_is_told_on_request(home, spec):
    folders = [home, shipped_weights()]
    found = comparison_of(PathSection(), spec, folders)
    assert (found.rule, found.averaging) == (TemplateRule.MEAN, Averaging(scatter=0.0445, share=0.58))
    assert found.cohort is not None
    assert found.cohort.vectors.shape == (600, spec.dimension)
    assert 0.3 < found.cohort.usual[0] < 0.6
    spec = replace(spec, name="other")
    assert comparison_of(PathSection(), spec, folders).cohort is None
    with pytest.raises(WeightsError, match=r"other\.cohort\.npz: is not there; make it with `kiosk weights cohort"):
        comparison_of(PathSection(cohort=CohortUse.ON), spec, folders)


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


def test_another_threshold_would_have_refused_some_or_let_in_those_who_were_clear(journal: Journal) -> None:
    assert changes(journal, 0.385) == Changes(7, let_in=0, refused=1)
    assert changes(journal, 0.1) == Changes(7, let_in=0, refused=3)
    assert changes(journal, 0.45) == changes(journal, 0.5) == Changes(7, let_in=1, refused=0)
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
