from kiosk.recognition.evaluation.rates import curve


def test_both_rates_change_in_exact_steps():
    found = curve([0.1, 0.2, 0.4], [0.3, 0.4])
    assert found.thresholds[1:].tolist() == [0.1, 0.2, 0.3, 0.4]
    assert found.fmr.tolist() == [0, 0, 0, 0.5, 1]
    assert found.fnmr.tolist() == [1, 2 / 3, 1 / 3, 1 / 3, 0]
