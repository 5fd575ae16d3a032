from pathlib import Path

import pytest

from kiosk.evaluation.pages.evaluation import evaluation_page, write_report
from kiosk.evaluation.pages.page import as_html
from kiosk.evaluation.results import PathLabel, WorstPair


def test_every_protocol_has_its_page(report, lfw_result, open_set_result, visits_result) -> None:
    for protocol, result in (("lfw", lfw_result()), ("open-set", open_set_result), ("visits", visits_result)):
        page = evaluation_page(report(protocol, result))
        assert page.cards
        assert page.sections
        assert "dlib_resnet, haar" in as_html(page)


def test_page_says_how_it_was_measured_without_the_machines_folders(report, lfw_result) -> None:
    facts = dict(evaluation_page(report("lfw", lfw_result())).facts)
    assert facts["Seed"] == "7"
    assert facts["Time taken"] == "1\u00a0min 15\u00a0s"
    assert facts["Pairs"] == "pairs.txt"
    assert facts["Set"] == "path.mirror=false"
    assert "Training" not in facts


def test_run_without_results_is_a_page(report) -> None:
    assert "Nothing was measured" in as_html(evaluation_page(report("lfw")))


def test_hostile_names_of_people_and_encoders_are_text(report, lfw_result) -> None:
    hostile = "<script>alert(1)</script>$_{"
    result = lfw_result(PathLabel(hostile, "haar"))
    pair = WorstPair(f"{hostile}/a.jpg", f"../{hostile}/b.jpg", 0.5, same=True)
    html = as_html(evaluation_page(report("lfw", type(result)(**{**_fields(result), "worst": (pair,)}))))
    assert "<script" not in html
    assert "&lt;script&gt;" in html


def _fields(value) -> dict:
    return {name: getattr(value, name) for name in value.__dataclass_fields__}


def test_report_is_a_folder_that_opens_without_anything_else(report, lfw_result, tmp_path: Path) -> None:
    index = write_report(tmp_path / "out", report("lfw", lfw_result()))
    assert index == tmp_path / "out" / "index.html"
    assert {path.suffix for path in index.parent.iterdir()} == {".html", ".png"}


@pytest.mark.parametrize("protocol", ["visits", "lfw"])
def test_same_result_makes_the_same_plots(report, lfw_result, protocol: str) -> None:
    pages = [evaluation_page(report(protocol, lfw_result())) for _ in range(2)]
    assert pages[0].plots == pages[1].plots
