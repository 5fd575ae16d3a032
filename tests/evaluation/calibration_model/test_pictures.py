"""Pictures that are worth a look."""

import numpy as np
import pytest

from kiosk.evaluation.calibration import distances as pictures
from kiosk.evaluation.calibration.distances import confusable_pairs, odd_pictures


def at(*degrees: float) -> list[np.ndarray]:
    return [np.array([np.cos(np.radians(each)), np.sin(np.radians(each))], np.float32) for each in degrees]


def odd(snapshot, people: dict[str, list[np.ndarray]]) -> dict[str, str | None]:
    found = odd_pictures(snapshot(people), alike=0.2, margin=0.05, apart=0.4)
    return {each.picture.source: each.other.source if each.other else None for each in found}


def test_a_picture_of_somebody_else_is_named_with_who_it_shows(snapshot) -> None:
    assert odd(snapshot, {"Ada": at(0, 5, 62), "Bo": at(60, 65)}) == {"Ada/2.jpg": "Bo/0.jpg"}


def test_a_picture_of_nobody_known_is_named(snapshot) -> None:
    assert odd(snapshot, {"Ada": at(0, 5, 120), "Bo": at(60, 65)}) == {"Ada/2.jpg": None}


def test_two_pictures_that_disagree_are_both_named(snapshot) -> None:
    assert odd(snapshot, {"Ada": at(0, 90), "Bo": at(180)}) == {"Ada/0.jpg": None, "Ada/1.jpg": None}


def test_the_picture_beside_one_that_is_explained_is_the_right_one(snapshot) -> None:
    assert odd(snapshot, {"Ada": at(0, 62), "Bo": at(60, 65)}) == {"Ada/1.jpg": "Bo/0.jpg"}


def test_of_two_that_look_like_each_other_the_one_far_from_its_own_is_wrong(snapshot) -> None:
    assert odd(snapshot, {"Ada": at(0, 62), "Bo": at(62, 78)}) == {"Ada/1.jpg": "Bo/0.jpg"}


def test_a_picture_about_as_near_to_its_own_person_is_left_alone(snapshot) -> None:
    assert odd(snapshot, {"Ada": at(0, 13), "Bo": at(24)}) == {}


def test_good_pictures_and_single_ones_are_left_alone(snapshot) -> None:
    assert odd(snapshot, {"Ada": at(0, 5, 10), "Bo": at(7)}) == {}
    assert odd(snapshot, {}) == {}


def test_nearest_people_come_first_with_their_nearest_pictures(snapshot) -> None:
    found = confusable_pairs(snapshot({"Ada": at(0, 10), "Bo": at(40, 100), "Cy": at(55)}), 5)
    assert [(pair.one.source, pair.other.source) for pair in found] == [
        ("Bo/0.jpg", "Cy/0.jpg"),
        ("Ada/1.jpg", "Bo/0.jpg"),
        ("Ada/1.jpg", "Cy/0.jpg"),
    ]
    assert found[0].distance == pytest.approx(2 * np.sin(np.radians(7.5)), abs=1e-6)


def test_no_more_pairs_than_asked_and_none_of_what_is_left_out(snapshot) -> None:
    gallery = snapshot({"Ada": at(0, 10), "Bo": at(40, 100), "Cy": at(55)})
    assert [pair.distance for pair in confusable_pairs(gallery, 1, left_out={4})] == [
        pytest.approx(2 * np.sin(np.radians(15)), abs=1e-6)
    ]
    assert confusable_pairs(snapshot({"Ada": at(0)}), 5) == []
    assert confusable_pairs(snapshot({}), 5) == []


def test_blocks_find_what_one_comparison_of_all_finds(world, monkeypatch: pytest.MonkeyPatch) -> None:
    gallery = world.gallery(20, 2)
    whole = confusable_pairs(gallery, 10)
    monkeypatch.setattr(pictures, "_BLOCK", 7)
    assert confusable_pairs(gallery, 10) == whole
