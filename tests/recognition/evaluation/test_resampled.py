from kiosk.recognition.evaluation.resampled import figures_over_people


def test_the_figures_are_those_of_the_curve():
    found = figures_over_people([0.1, 0.4], [0.3, 0.9], ([0, 1], [2, 3]), [0.5])
    assert (found.area.value, found.points[0].fnmr.value) == (0.75, 0)
