from dataclasses import replace

from kiosk.evaluation.pages import visits
from kiosk.evaluation.pages.page import Table


def told(result) -> str:
    return " ".join(visits.lead([result])).replace("\u00a0", " ")


def test_what_never_happened_is_bounded(visits_result) -> None:
    text = told(visits_result)
    assert text.startswith("Of 10,000 visits by strangers, none opened the door, so at most 1 in 2,600 would")
    assert "9 (1.8 %) ended refused" in text
    assert "N = 100 people" in text
    assert "3 of 5 frames" in text


def test_what_happened_is_counted(visits_result) -> None:
    happened = replace(visits_result, rows=visits_result.rows[2:])
    assert "4 opened the door (1 in 2,500)" in told(happened)
    first = visits.cards([happened])[0]
    assert (first.value, first.tone) == ("1\u00a0in\u00a02,500", "warn")
    assert visits.cards([visits_result])[0].tone == "good"


def test_data_that_carries_no_visit_gives_no_answer(visits_result) -> None:
    empty = replace(visits_result, rows=())
    assert "carry no visit" in told(empty)
    assert visits.cards([empty]) == ()
    assert [part.anchor for part in visits.sections([empty])] == ["facts", "pictures"]


def test_visits_that_never_opened_need_no_frames(visits_result) -> None:
    shut = replace(visits_result, rows=tuple(replace(row, frames_needed={}) for row in visits_result.rows))
    assert len(visits.cards([shut])) == 3
    assert visits.sections([shut])


def test_tables_say_the_rule_and_who_stands_behind(visits_result) -> None:
    parts = visits.sections([visits_result])
    tables = [item for part in parts for item in part.items if isinstance(item, Table)]
    assert all(len(row) == len(table.headings) for table in tables for row in table.rows)
    assert "3 of 5" in str(tables[1].rows)
    assert [(row[0], row[1].text) for row in tables[2].rows] == [("pictures, N = 100, frames, correlation", "0.61")]


def test_other_thresholds_are_a_curve(visits_result) -> None:
    (part,) = (part for part in visits.sections([visits_result]) if part.anchor == "thresholds")
    ((plot, _),) = part.items[0].plots
    assert plot.name == "thresholds-1"
    assert "in force 0.520" in plot.described


def test_visits_of_pictures_stand_on_top_of_copies_of_one(visits_result) -> None:
    still = replace(visits_result.rows[1], kind="still", k=9)
    assert "9 of 5" not in told(replace(visits_result, rows=(still, *visits_result.rows)))
