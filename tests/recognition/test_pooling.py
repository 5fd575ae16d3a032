"""Frames of a face averaged: what it gains, and that it opens the door to nobody whom no frame is like."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from kiosk.domain import Conditions, Embedding, Template
from kiosk.errors import EncoderError
from kiosk.people.snapshot import GallerySnapshot
from kiosk.recognition.matching import identify
from kiosk.recognition.pooling import FramePool, mean_embedding, quality
from kiosk.vision.quality import USUAL

THRESHOLD, MARGIN, SIZE = 0.38, 0.04, 128
LIMIT = THRESHOLD + MARGIN
GOOD = Conditions(face_px=150, light=120.0, sharpness=40.0, turn=0.1)


def unit(vector: NDArray[np.float64]) -> NDArray[np.float64]:
    return vector / np.linalg.norm(vector)


def embedded(vector: NDArray[np.float64]) -> Embedding:
    return Embedding(unit(vector).astype(np.float32), "net")


def office(*vectors: NDArray[np.float64]) -> GallerySnapshot:
    templates = (Template(f"p{number}", embedded(vector), "") for number, vector in enumerate(vectors))
    return GallerySnapshot("net", tuple(templates))


def searching(gallery: GallerySnapshot):
    return lambda probe: identify(probe, gallery, threshold=THRESHOLD, margin=MARGIN)


def beside(vector: NDArray[np.float64], distance: float, random: np.random.Generator) -> NDArray[np.float64]:
    """A direction at that distance of a unit vector."""
    across = random.normal(size=vector.size)
    across = unit(across - (across @ vector) * vector)
    angle = 2 * math.asin(distance / 2)
    return math.cos(angle) * vector + math.sin(angle) * across


def test_the_mean_of_embeddings_is_their_direction():
    found = mean_embedding([embedded(np.array([1.0, 0.0])), embedded(np.array([0.0, 1.0]))])
    np.testing.assert_allclose(found.vector, [math.sqrt(0.5)] * 2, atol=1e-6)
    assert (found.encoder, found.count) == ("net", 2)
    assert found.scatter == pytest.approx(0.5)
    weighed = mean_embedding([embedded(np.array([1.0, 0.0])), embedded(np.array([0.0, 1.0]))], [3.0, 1.0])
    np.testing.assert_allclose(weighed.vector, unit(np.array([3.0, 1.0])), atol=1e-6)
    with pytest.raises(EncoderError, match="no direction"):
        mean_embedding([embedded(np.array([1.0, 0.0])), embedded(np.array([-1.0, 0.0]))])


def test_a_good_picture_counts_whole_and_every_fault_makes_it_count_less():
    assert quality(GOOD) == quality(Conditions(face_px=USUAL.min_face_px)) == 1
    for worst in (Conditions(1, 0.0, 0.0, math.inf), replace(GOOD, light=255.0)):
        assert quality(worst) == pytest.approx(0.1)
    for fault in ({"face_px": 60}, {"light": 50.0}, {"light": 215.0}, {"sharpness": 7.0}, {"turn": 0.6}):
        assert 0.1 <= quality(replace(GOOD, **fault)) < quality(GOOD), fault


def test_frames_that_are_each_a_little_too_far_name_somebody_together():
    random = np.random.default_rng(2)
    member = unit(random.normal(size=SIZE))
    gallery, pool = office(member, random.normal(size=SIZE)), FramePool(5, LIMIT)
    found = [pool.identify(embedded(beside(member, 0.40, random)), 1.0, searching(gallery)) for _ in range(5)]
    assert found[0].match is None
    assert [one.match for one in found[1:]] == ["p0"] * 4
    assert found[4].best.distance < found[1].best.distance < 0.38


def test_only_the_last_frames_count_and_better_ones_more():
    random = np.random.default_rng(3)
    member = unit(random.normal(size=SIZE))
    search, pool = searching(office(member)), FramePool(2, LIMIT)
    probes = [embedded(beside(member, distance, random)) for distance in (0.3, 0.3, 0.1, 0.4)]
    found = [pool.identify(probe, 1.0, search) for probe in probes]
    assert found[-1] == search(mean_embedding(probes[-2:], [1.0, 1.0]))
    weighed = []
    for weights in ((1.0, 0.2), (0.2, 1.0)):
        pool = FramePool(5, LIMIT)
        for probe, weight in zip(probes[-2:], weights, strict=True):
            last = pool.identify(probe, weight, search)
        weighed.append(last.best.distance)
    assert weighed[0] < weighed[1]


def test_a_frame_bears_out_whom_it_has_among_its_nearest_within_the_limit():
    random = np.random.default_rng(8)
    member = unit(random.normal(size=SIZE))
    gallery = office(member, random.normal(size=SIZE))
    near = [embedded(beside(member, 0.3, random)) for _ in range(4)]
    for distance, limit, borne in ((0.41, LIMIT, True), (0.41, 0.40, False), (0.43, LIMIT, False), (0.41, 0.0, False)):
        pool = FramePool(5, limit)
        for probe in near:
            pool.identify(probe, 1.0, searching(gallery))
        found = pool.identify(embedded(beside(member, distance, random)), 1.0, searching(gallery))
        assert (found.match == "p0") is borne


def test_a_frame_of_somebody_else_who_is_known_begins_anew():
    random = np.random.default_rng(9)
    ada = unit(random.normal(size=SIZE))
    eve = unit(beside(ada, 0.6, random))
    gallery, pool = office(ada, eve), FramePool(5, LIMIT)
    for _ in range(4):
        pool.identify(embedded(ada), 1.0, searching(gallery))
    assert pool.identify(embedded(eve), 1.0, searching(gallery)) == searching(gallery)(embedded(eve))
    second = pool.identify(embedded(beside(eve, 0.1, random)), 1.0, searching(gallery))
    assert second.match == "p1"


def between(first: NDArray[np.float64], second: NDArray[np.float64], random: np.random.Generator, d: float):
    """A third identity at distance d of both, such that their mean is as near to it as can be."""
    middle = unit(first + second)
    half = float(np.linalg.norm(first - middle))
    height = math.sqrt(max(d * d - half * half, 0.0))
    return unit(beside(middle, min(height, 1.9), random))


@given(st.integers(0, 2**32 - 1), st.floats(0.05, 1.9), st.floats(0.3, 0.7), st.integers(2, 30))
def test_two_people_in_turn_in_one_place_never_open_the_door_as_a_third(
    seed: int, apart: float, far: float, frames: int
) -> None:
    """Though the mean of both lies nearer to the third than either: the newest frame has to speak for whom it names."""
    random = np.random.default_rng(seed)
    first = unit(random.normal(size=SIZE))
    second = unit(beside(first, apart, random))
    third = between(first, second, random, far)
    gallery, pool = office(third, random.normal(size=SIZE)), FramePool(frames, LIMIT)
    alone = [searching(gallery)(embedded(one)) for one in (first, second)]
    for turn in range(12):
        probe = embedded((first, second)[turn % 2])
        found = pool.identify(probe, 1.0, searching(gallery))
        if found.match is not None:
            newest = {one.person: one.distance for one in alone[turn % 2].candidates}
            assert found.match == "p0"
            assert newest["p0"] <= LIMIT


def test_two_people_whose_mean_is_a_members_face_are_refused():
    """The attack that a mean alone would fall for: each is 0.55 from the member, their mean less than 0.38."""
    random = np.random.default_rng(6)
    first = unit(random.normal(size=SIZE))
    second = unit(beside(first, 0.9, random))
    third = between(first, second, random, 0.55)
    gallery, pool = office(third, random.normal(size=SIZE)), FramePool(5, LIMIT)
    mean = mean_embedding([embedded(first), embedded(second)])
    assert searching(gallery)(mean).match == "p0"
    matches = {pool.identify(embedded((first, second)[n % 2]), 1.0, searching(gallery)).match for n in range(20)}
    assert matches == {None}
