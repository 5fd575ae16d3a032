from dataclasses import replace

from kiosk.evaluation.intervals import wilson
from kiosk.evaluation.pages import open_set
from kiosk.evaluation.pages.page import Plots, Table, Text
from kiosk.evaluation.results import PathLabel


def test_number_of_people_stands_in_the_answer(open_set_result) -> None:
    text = " ".join(open_set.lead([open_set_result])).replace("\u00a0", " ")
    assert text.startswith("With 1,000 people enrolled")
    assert "38.0 % of the members' pictures are not recognised" in text
    assert "With 10 people, 1 each, it is 5.0 %" in text


def test_data_that_carries_no_answer_gives_none(open_set_result) -> None:
    empty = replace(open_set_result, rows=())
    assert "carry no answer" in open_set.lead([empty])[0]
    assert open_set.cards([empty]) == ()


def test_cards_are_of_each_number_of_people_at_the_easiest_rate(open_set_result) -> None:
    assert ["N = 10," in card.text or "N = 1,000," in card.text for card in open_set.cards([open_set_result])] == [
        True
    ] * 2


def test_tables_by_rate_curves_and_what_was_left_out(report, open_set_result) -> None:
    other = replace(open_set_result, path=PathLabel("sface", "yunet"))
    parts = open_set.sections(report("open-set", open_set_result, other), [open_set_result, other])
    results = parts[0].items
    assert [item.caption for item in results if isinstance(item, Table)] == [
        "At a false positive identification rate of 1\u00a0%.",
        "At a false positive identification rate of 0.1\u00a0%.",
    ]
    assert all(len(row) == len(item.headings) for item in results if isinstance(item, Table) for row in item.rows)
    assert [item.text for item in results if isinstance(item, Text)] == [
        "Left out: 1,000 people with five pictures each."
    ]
    (plots,) = (item for item in parts[1].items if isinstance(item, Plots))
    assert [plot.name for plot, _ in plots.plots] == ["fnir-1", "fnir-2"]


def test_numbers_of_pictures_are_lines_of_their_own(report, open_set_result) -> None:
    row = open_set_result.rows[0]
    both = replace(open_set_result, rows=(row, replace(row, templates=5), replace(row, fnir=wilson(0, 0), people=5)))
    parts = open_set.sections(report("open-set", both), [both])
    ((plot, _),) = next(item for item in parts[1].items if isinstance(item, Plots)).plots
    assert "haar, 1 each" in plot.svg
    assert "haar, 5 each" in plot.svg
