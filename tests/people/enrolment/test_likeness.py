import numpy as np
import pytest

from kiosk.domain import Embedding, Template
from kiosk.people.enrolment import odd_ones_out, spread, stored_of
from kiosk.people.snapshot import GallerySnapshot


def at(*angles: float) -> list[Embedding]:
    return [Embedding(np.array([np.cos(a), np.sin(a)], np.float32), "angles") for a in angles]


@pytest.mark.parametrize(
    ("offered", "stored", "odd"),
    [
        ((), (), set()),
        ((0.0,), (), set()),
        ((0.0, 0.1, 2.0, 0.2), (), {2}),
        ((0.0, 0.3, 0.6), (), set()),
        ((0.0, 2.0), (), {0, 1}),
        ((0.0, 0.1, 2.0), (2.1,), {0, 1}),
        ((0.3, 0.6), (0.0,), set()),
    ],
)
def test_pictures_of_somebody_else_are_named(offered, stored, odd):
    assert odd_ones_out(at(*offered), at(*stored), 0.39) == odd


def test_what_is_stored_of_a_person_is_found_however_the_name_is_spelt():
    gallery = GallerySnapshot("angles", (Template("Ada_L", at(0.0)[0], "a"), Template("Grace", at(1.0)[0], "g")))
    assert len(stored_of(gallery, "ada l")) == 1
    assert stored_of(gallery, "Nobody") == []


def test_the_spread_is_the_distance_to_the_nearest_other_picture():
    assert np.isinf(spread(at(0.0))).all()
    assert spread(at(0.0, 0.1, 1.0)) == pytest.approx([0.1, 0.1, 0.87], abs=0.01)
