from kiosk.evaluation.pages.acquisition import failures, stages


def test_stages_add_up_to_the_whole() -> None:
    svg = stages([("dlib_resnet, haar", {"detect": 5.0, "encode": 8.6}), ("pixels", {"read": 1.0})]).svg
    assert "14\u00a0ms" in svg
    assert all(word in svg for word in ("detect", "encode", "read", "pixels"))


def test_path_without_a_failure_has_an_empty_bar() -> None:
    drawn = failures([("haar", {"no face found": 0.004, "more than one face": 0.001}), ("yunet", {})])
    assert "0.5\u00a0%" in drawn.svg
    assert "0\u00a0%" in drawn.svg
    assert "no face found" in drawn.described


def test_more_parts_than_colours_and_no_parts_can_be_drawn() -> None:
    assert stages([("a", {f"stage {number}": 1.0 for number in range(15)})]).png
    assert failures([("a", {})]).png
