"""Verify and identify against a reference that compares one pair at a time."""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from kiosk.domain import Embedding, TemplateRule
from kiosk.encoders.encoder import NO_AVERAGING, Averaging
from kiosk.errors import EncoderError, UnknownPersonError
from kiosk.recognition.cohort import Cohort
from kiosk.recognition.matching import Comparison, PeopleMeans, identify, person_distances, verify
from kiosk.recognition.pooling import mean_embedding


@dataclass(frozen=True)
class People:
    """A gallery in the form that matching asks for."""

    people: tuple[str, ...]
    owners: NDArray[np.intp]
    matrix: NDArray[np.float32]
    encoder: str = "net"

    @cached_property
    def means(self) -> PeopleMeans:
        return PeopleMeans.of(self.matrix, self.owners, len(self.people))


def gallery(**templates: list[list[float]]) -> People:
    rows = [row for person in templates.values() for row in person]
    owners = [index for index, person in enumerate(templates.values()) for _ in person]
    return People(tuple(templates), np.array(owners, np.intp), np.array(rows, np.float32).reshape(len(rows), -1))


def probe(*values: float, encoder: str = "net") -> Embedding:
    return Embedding(np.array(values, np.float32), encoder)


def unit(rows: NDArray[np.float64]) -> NDArray[np.float32]:
    return np.asarray(rows / np.linalg.norm(rows, axis=-1, keepdims=True), np.float32)


@st.composite
def searches(draw: st.DrawFn) -> tuple[Embedding, People]:
    """A probe and a gallery of unit vectors, templates of one person anywhere in it."""
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    people, size = draw(st.integers(1, 8)), draw(st.integers(2, 16))
    owners = np.array([*range(people), *draw(st.lists(st.integers(0, people - 1), max_size=12))], np.intp)
    random.shuffle(owners)
    matrix = unit(random.normal(size=(len(owners), size)))
    names = tuple(f"p{index}" for index in range(people))
    return Embedding(unit(random.normal(size=size)), "net"), People(names, owners, matrix)


def test_the_second_is_another_person_and_twins_are_ambiguous() -> None:
    known = gallery(Ada=[[1, 0], [0.99, 0.1]], Lin=[[0, 1]])
    found = identify(probe(1, 0), known, threshold=0.39, margin=0.04)
    assert [c.person for c in found.candidates] == ["Ada", "Lin"]
    assert (found.match, found.gallery_size) == ("Ada", 2)
    twins = identify(probe(1, 0), gallery(Ada=[[1, 0]], Eve=[[1, 0]]), threshold=0.39, margin=0.04)
    assert (twins.within_threshold, twins.match) == (True, None)


def test_an_empty_gallery_is_an_answer_and_an_unknown_person_or_encoder_is_a_fault() -> None:
    nobody = People((), np.zeros(0, np.intp), np.zeros((0, 0), np.float32), "")
    assert person_distances(np.ones((3, 2), np.float32), nobody).shape == (3, 0)
    found = identify(probe(1, 0), nobody, threshold=0.39, margin=0.04)
    assert (found.candidates, found.gallery_size, found.match) == ((), 0, None)
    known = gallery(Ada=[[1, 0]])
    with pytest.raises(UnknownPersonError, match=r"Eve: nobody of that name .* `kiosk people`"):
        verify(probe(1, 0), "Eve", known, threshold=0.39)
    with pytest.raises(EncoderError, match="embedding of other: the gallery is of net"):
        identify(probe(1, 0, encoder="other"), known, threshold=0.39, margin=0.04)
    with pytest.raises(EncoderError, match="embedding of other"):
        verify(probe(1, 0, encoder="other"), "Ada", known, threshold=0.39)


def by_rule_one_by_one(sought: Embedding, known: People, rule: TemplateRule) -> dict[str, float]:
    found = {}
    for index, person in enumerate(known.people):
        rows = known.matrix[known.owners == index].astype(np.float64)
        apart = sorted(math.dist(sought.vector.tolist(), row.tolist()) for row in rows)
        if rule is TemplateRule.MEAN:
            found[person] = math.dist(sought.vector.tolist(), unit(rows.mean(axis=0)).tolist())
        else:
            found[person] = apart[0]
    return found


@given(searches(), st.sampled_from(TemplateRule), st.integers(1, 10))
def test_many_probes_at_once_identify_and_verify_are_a_comparison_one_by_one(
    search: tuple[Embedding, People], rule: TemplateRule, keep: int
) -> None:
    sought, known = search
    expected = by_rule_one_by_one(sought, known, rule)
    found = identify(*search, threshold=0.4, margin=0.05, keep=keep, comparison=Comparison(rule))
    assert (found.threshold, found.margin, found.gallery_size) == (0.4, 0.05, len(expected))
    assert [c.distance for c in found.candidates] == pytest.approx(sorted(expected.values())[:keep], abs=1e-5)
    rows = person_distances(np.array([sought.vector, -sought.vector]), known, Comparison(rule))
    assert (rows.shape, rows.dtype) == ((2, len(expected)), np.float32)
    for candidate in found.candidates:
        answer = verify(sought, candidate.person, known, threshold=0.4, comparison=Comparison(rule))
        assert answer.distance == candidate.distance == rows[0, known.people.index(candidate.person)]
        assert candidate.distance == pytest.approx(expected[candidate.person], abs=1e-5)
    cohort = strangers(sought.vector.size)
    seen = person_distances(sought.vector[np.newaxis], known, Comparison(rule, cohort=cohort))
    assert np.isfinite(seen).all()
    assert (seen >= 0).all()


@pytest.mark.filterwarnings("ignore:invalid value encountered")
def test_under_no_rule_does_a_nan_or_a_mean_without_direction_match() -> None:
    averaged = {"threshold": 2.0, "margin": 0.0, "comparison": Comparison(TemplateRule.MEAN)}
    assert identify(probe(1, 0), gallery(Ada=[[1, 0], [-1, 0]]), **averaged).match is None
    spoilt, sound = gallery(Ada=[[math.nan, 0], [1, 0], [1, 0]], Lin=[[0, 1]]), gallery(Ada=[[1, 0]], Lin=[[0, 1]])
    for rule in TemplateRule:
        numbers = {"threshold": 2.0, "comparison": Comparison(rule)}
        for known, sought in ((spoilt, 1.0), (sound, math.nan), (sound, math.inf)):
            assert identify(probe(sought, 0), known, margin=0.0, **numbers).match is None, (rule, sought)
            assert not verify(probe(sought, 0), "Ada", known, **numbers).accepted, (rule, sought)


def test_under_each_rule_a_person_without_template_is_infinitely_far() -> None:
    known = People(("Ada", "Lin", "Eve"), np.array([2, 2], np.intp), np.array([[1, 0], [0, 1]], np.float32))
    for rule in TemplateRule:
        found = person_distances(np.array([[1, 0]], np.float32), known, Comparison(rule))
        assert found[0, :2].tolist() == [math.inf, math.inf]
        assert math.isfinite(found[0, 2])


def strangers(size: int, count: int = 60) -> Cohort:
    return Cohort(unit(np.random.default_rng(9).normal(size=(count, size)) + 0.5), (0.9, 0.1))


AVERAGING = Averaging(scatter=0.0445, share=0.58)


def cloud(random: np.random.Generator, middle: NDArray[np.float64], count: int) -> NDArray[np.float32]:
    """Embeddings of one person, spread about as AVERAGING says."""
    return unit(middle + random.normal(size=(count, middle.size)) * math.sqrt(0.0445 / middle.size))


def test_a_mean_of_pictures_is_no_nearer_to_strangers_than_one_picture() -> None:
    random = np.random.default_rng(1)
    common = random.normal(size=128)
    someone = [unit(common + 0.9 * random.normal(size=128)).astype(np.float64) for _ in range(400)]
    found = {}
    for count in (1, 2, 3, 5):
        rows = np.concatenate([cloud(random, middle, count) for middle in someone[:200]])
        known = People(tuple(map(str, range(200))), np.repeat(np.arange(200), count), rows)
        probes = [mean_embedding([Embedding(row, "net") for row in cloud(random, m, count)]) for m in someone[200:]]
        vectors = np.array([one.vector for one in probes])
        counts, scatters = np.array([one.count for one in probes]), np.array([one.scatter for one in probes])
        for fair in (True, False):
            comparison = Comparison(TemplateRule.MEAN, AVERAGING if fair else NO_AVERAGING)
            apart = person_distances(vectors, known, comparison, counts=counts, scatters=scatters)
            found[count, fair] = float(np.median(apart))
    drift = [abs(found[count, True] - found[1, True]) for count in (2, 3, 5)]
    unfair = [found[1, False] - found[count, False] for count in (2, 3, 5)]
    assert found[1, True] == pytest.approx(found[1, False])
    assert max(drift) < 0.6 * min(unfair)
    assert unfair == sorted(unfair)


def test_frames_that_are_all_the_same_are_not_held_against_anybody() -> None:
    known = gallery(Ada=[[1, 0, 0], [1, 0, 0]], Lin=[[0, 1, 0]])
    same = mean_embedding([probe(0.96, 0.28, 0)] * 5)
    assert (same.count, same.scatter) == (5, pytest.approx(0, abs=1e-6))
    comparison = Comparison(TemplateRule.MEAN, AVERAGING)
    numbers = {"threshold": 0.4, "margin": 0.0, "comparison": comparison}
    one, five = (identify(sought, known, **numbers).best for sought in (probe(0.96, 0.28, 0), same))
    assert five.distance == pytest.approx(one.distance, abs=1e-5)


@given(st.integers(1, 9), st.integers(1, 9), st.floats(0, 0.3), st.sampled_from(TemplateRule))
def test_averaging_never_brings_anybody_nearer_than_the_vectors_are(
    frames: int, templates: int, scatter: float, rule: TemplateRule
) -> None:
    random = np.random.default_rng(frames)
    rows = unit(random.normal(size=(templates, 4)))
    known = People(("Ada",), np.zeros(templates, np.intp), rows)
    sought = Embedding(unit(random.normal(size=4)), "net", frames, scatter)
    plain = identify(sought, known, threshold=1.0, margin=0.0, comparison=Comparison(rule)).best
    fair = identify(sought, known, threshold=1.0, margin=0.0, comparison=Comparison(rule, AVERAGING)).best
    assert plain is not None
    assert fair is not None
    assert plain.distance - 1e-6 <= fair.distance
    assert fair.distance**2 - plain.distance**2 <= 2 * AVERAGING.share * AVERAGING.scatter + 1e-5
    if frames == 1 and (templates == 1 or rule is not TemplateRule.MEAN):
        assert fair.distance == pytest.approx(plain.distance, abs=1e-6)


def test_means_of_people_say_how_many_pictures_scatter_how_far() -> None:
    matrix = np.array([[1, 0], [0, 1], [1, 0], [0.6, 0.8]], np.float32)
    means = PeopleMeans.of(matrix, np.array([2, 2, 0, 3]), 4)
    np.testing.assert_allclose(means.vectors[[0, 2, 3]], [[1, 0], [math.sqrt(0.5)] * 2, [0.6, 0.8]], atol=1e-6)
    assert np.isnan(means.vectors[1]).all()
    assert means.counts.tolist() == [1, 0, 2, 1]
    assert means.scatters[[0, 2, 3]] == pytest.approx([0, 0.5, 0])


def test_beside_a_cohort_less_is_added_for_what_was_averaged() -> None:
    counts, scatters = np.array([1, 3]), np.array([0.0, 0.03])
    alone = Comparison(TemplateRule.MEAN, AVERAGING).averaging_correction(counts, scatters)
    beside = Comparison(TemplateRule.MEAN, AVERAGING, strangers(4)).averaging_correction(counts, scatters)
    assert (alone[0], beside[0]) == (0, 0)
    assert 0 < beside[1] < 0.5 * alone[1]
