"""Every picture of a gallery against the others."""

import numpy as np
import pytest

from kiosk.domain import TemplateRule
from kiosk.evaluation.calibration import distances
from kiosk.evaluation.calibration.distances import gallery_distances
from kiosk.recognition.matching import Comparison


def angle(*degrees: float) -> list[np.ndarray]:
    return [np.array([np.cos(np.radians(each)), np.sin(np.radians(each))], np.float32) for each in degrees]


def chord(degrees: float) -> float:
    return float(2 * np.sin(np.radians(degrees / 2)))


FOUR = {"Ada": angle(0, 10), "Bo": angle(90), "Cy": angle(180, 183, 200)}


def test_impostor_distances_are_to_the_nearest_of_each_other_person(snapshot) -> None:
    found = gallery_distances(snapshot(FOUR)).impostor
    told = {(int(a), int(b), round(float(d), 3)) for (a, b), d in zip(found.people, found.distances, strict=True)}
    assert (0, 1, round(chord(80), 3)) in told
    assert (1, 0, round(chord(80), 3)) in told
    assert (2, 1, round(chord(110), 3)) in told
    assert len(found.distances) == 2 * (2 + 1 + 3)
    assert found.templates[(found.people == [1, 2]).all(axis=1)].tolist() == [3]


def test_each_pair_of_people_weighs_the_same(snapshot) -> None:
    found = gallery_distances(snapshot(FOUR)).impostor
    for pair in ((0, 1), (0, 2), (1, 2), (2, 0)):
        assert found.weights[(found.people == pair).all(axis=1)].sum() == pytest.approx(1)


def test_genuine_distances_are_to_the_nearest_of_the_persons_other_pictures(snapshot) -> None:
    found = gallery_distances(snapshot(FOUR)).genuine
    assert np.sort(found.distances) == pytest.approx(sorted([chord(10)] * 2 + [chord(3)] * 2 + [chord(17)]), abs=1e-3)
    assert found.templates.tolist() == [1, 1, 2, 2, 2]
    assert found.weights.sum() == pytest.approx(2)


def test_a_picture_that_is_left_out_is_compared_with_nobody(snapshot) -> None:
    found = gallery_distances(snapshot(FOUR), left_out={1})
    assert len(found.genuine.distances) == 3
    assert chord(80) not in np.round(found.impostor.distances, 6)
    assert found.sizes.tolist() == [2, 1, 3]


def test_a_mean_of_pictures_is_one_to_a_stranger(snapshot) -> None:
    found = gallery_distances(snapshot(FOUR), comparison=Comparison(TemplateRule.MEAN))
    assert found.as_one
    assert found.sizes.tolist() == [2, 1, 3]
    assert set(found.impostor.templates.tolist()) == {1}


@pytest.mark.parametrize("people", [{}, {"Ada": angle(0)}, {"Ada": angle(0, 5)}])
def test_small_galleries_say_nothing_and_fail_nowhere(snapshot, people: dict[str, list[np.ndarray]]) -> None:
    found = gallery_distances(snapshot(people))
    assert len(found.impostor.distances) == 0
    assert found.template_correlation == pytest.approx(0.8)


def test_of_a_large_gallery_some_pairs_are_drawn(world, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(distances, "_MOST_PAIRS", 500)
    gallery = world.gallery(40, 2)
    found = gallery_distances(gallery)
    assert len(found.impostor.distances) == 500
    assert np.array_equal(found.impostor.distances, gallery_distances(gallery).impostor.distances)


def test_templates_that_are_alike_are_told_from_those_that_are_not(snapshot, world) -> None:
    twins = {f"p{number}": [vector, vector] for number, (vector,) in enumerate(world.faces(world.people(30), 1))}
    strangers = {
        f"p{number}": list(pair) for number, pair in enumerate(world.faces(world.people(60), 1).reshape(30, 2, -1))
    }
    assert gallery_distances(snapshot(twins)).template_correlation > 0.9
    assert gallery_distances(snapshot(strangers)).template_correlation < 0.35


def test_nothing_of_some_comparisons_is_still_some(snapshot) -> None:
    nothing = gallery_distances(snapshot(FOUR)).impostor.none()
    assert (len(nothing.distances), nothing.people.shape) == (0, (0, 2))
