import numpy as np

from kiosk.domain import Rejection
from kiosk.evaluation.replay import SeenFace, SeenFrame, Visit


def test_the_vectors_of_a_visit_are_those_of_its_acquired_faces_in_order():
    one, other = np.zeros(2, np.float32), np.ones(2, np.float32)
    rejected = SeenFace(1, None, Rejection.TOO_DARK, None)
    frames = (
        SeenFrame(0.0, (SeenFace(1, one, None, None), rejected)),
        SeenFrame(0.1, ()),
        SeenFrame(0.2, (rejected, SeenFace(2, other, None, None))),
    )
    found = Visit("ada", frames).vectors
    assert [vector is expected for vector, expected in zip(found, (one, other), strict=True)] == [True, True]
