from kiosk.evaluation.pages.plots import SizeLine, against_people


def test_every_number_of_people_is_a_tick() -> None:
    line = SizeLine("dlib_resnet", (10, 1000), (0.05, 0.38), (0.03, 0.35), (0.08, 0.41))
    svg = against_people("fnir", "FNIR", "members not recognised", [line]).svg
    assert ">10<" in svg
    assert ">1,000<" in svg
    assert "dlib_resnet" in svg


def test_one_size_and_an_interval_that_leaves_out_its_rate_can_be_drawn() -> None:
    assert against_people("fnir", "FNIR", "x", [SizeLine("a", (100,), (0.5,), (0.6,), (0.4,))]).png
    assert against_people("fnir", "FNIR", "x", []).png
