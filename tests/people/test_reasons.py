import pytest

from kiosk.domain import Rejection
from kiosk.vision.quality import in_words


@pytest.mark.parametrize("rejection", Rejection)
def test_every_rejection_has_words_of_its_own(rejection):
    words = in_words(rejection)
    assert "_" not in words
    assert [other for other in Rejection if in_words(other) == words] == [rejection]


def test_no_face_and_two_faces_are_said_plainly():
    assert in_words(Rejection.NO_FACE) == "no face found"
    assert in_words(Rejection.SEVERAL_FACES) == "more than one face"
