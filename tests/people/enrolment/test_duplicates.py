import numpy as np
import pytest

from kiosk.domain import Embedding, Template
from kiosk.errors import EncoderError
from kiosk.people.enrolment import find_duplicates, other_within
from kiosk.people.snapshot import GallerySnapshot


def at(angle: float, encoder: str = "angles") -> Embedding:
    return Embedding(np.array([np.cos(angle), np.sin(angle)], np.float32), encoder)


@pytest.fixture
def gallery() -> GallerySnapshot:
    return GallerySnapshot("angles", (Template("Ada", at(0.0), "a"), Template("Grace_H", at(1.0), "g")))


def names(found) -> tuple[list[str], list[str]]:
    return [one.person for one in found.same], [one.person for one in found.alike]


@pytest.mark.parametrize(
    ("angles", "same", "alike"),
    [
        ((0.1,), ["Ada"], []),
        ((0.38,), [], ["Ada"]),  # half of the pictures, none of them nearer by the margin
        ((0.1, 0.5, 0.5), [], ["Ada"]),  # near, and fewer than half
        ((0.1, 0.2, 0.5), ["Ada"], []),
        ((0.2, 0.8), ["Ada", "Grace_H"], []),
        ((0.38, 0.8, 0.8), ["Grace_H"], []),
        ((0.45, 0.5), [], []),
        ((2.0,), [], []),
        ((), [], []),
    ],
)
def test_two_signs_are_the_same_person_and_one_a_look_alike(gallery, angles, same, alike):
    found = find_duplicates([at(angle) for angle in angles], "Mary", gallery, threshold=0.4, margin=0.1)
    assert names(found) == (same, alike)


def test_the_person_s_own_pictures_are_no_duplicates(gallery):
    found = find_duplicates([at(1.0)], "grace h", gallery, threshold=0.4, margin=0.1)
    assert names(found) == ([], [])
    assert other_within(at(1.0), "grace h", gallery, 0.4) is None
    assert other_within(at(1.0), "Ada", gallery, 0.4).person == "Grace_H"


def test_an_empty_gallery_has_no_duplicates_and_another_encoder_is_a_fault(gallery):
    assert names(find_duplicates([at(0.0)], "Ada", GallerySnapshot("angles"), threshold=0.4, margin=0.1)) == ([], [])
    with pytest.raises(EncoderError):
        find_duplicates([at(0.0, "other")], "Mary", gallery, threshold=0.4, margin=0.1)
