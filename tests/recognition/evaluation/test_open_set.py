import numpy as np

from kiosk.recognition.evaluation.open_set import open_set


def test_a_member_is_missed_beyond_the_threshold_and_behind_somebody_else():
    distances = np.array([[0.1, 0.9], [0.8, 0.7], [0.9, 0.5], [0.6, 0.9], [0.7, 0.9]])
    found = open_set(distances, [0, 0, 1, -1, -1], [0.5])
    assert (found.gallery_size, found.rank_one_errors.errors, found.points[0].fnir.errors) == (2, 1, 1)
    assert (found.points[0].threshold, found.points[0].fpir.errors) == (np.nextafter(0.7, 0), 1)
