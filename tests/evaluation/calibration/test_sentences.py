"""What an installer reads: every line says what is so, and nothing promises what is an estimate."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from kiosk.domain import Rejection
from kiosk.evaluation.calibration.calibrating import DoorReport, PoorPicture
from kiosk.evaluation.calibration.sentences import (
    advice_lines,
    answer_lines,
    basis_lines,
    heading,
    one_in,
    pair_line,
    per_thousand,
    picture_lines,
    table_rows,
)
from kiosk.people.snapshot import GallerySnapshot, Skipped

Make = Callable[..., DoorReport]


@pytest.mark.parametrize(
    ("rate", "said"),
    [
        (1e-4, "1 in 10,000"),
        (0.000123, "1 in 8,100"),
        (0.34, "1 in 2.9"),
        (0.03, "1 in 33"),
        (0.5, "50 of 100"),
        (1.0, "100 of 100"),
        (0.0, "1 in more than 1,000,000,000"),
    ],
)
def test_rates_are_told_as_one_in_so_many(rate: float, said: str) -> None:
    assert one_in(rate) == said


@pytest.mark.parametrize(
    ("rate", "said"), [(0.031, "31"), (0.0042, "4.2"), (0.0, "0.0"), (0.00996, "10"), (1.0, "1000")]
)
def test_refusals_are_told_in_a_thousand(rate: float, said: str) -> None:
    assert per_thousand(rate) == said


def test_a_promise_says_threshold_strangers_and_members(make_report: Make) -> None:
    report = make_report(20, 3)
    lines = list(answer_lines(report))
    assert report.answer is not None
    assert lines[0] == f"Answer: threshold {report.answer.threshold:.3f}, margin 0.04, 3 of 5 frames."
    assert lines[1].startswith("A stranger's visit opens the door 1 in ")
    assert "A member is refused about " in lines[2]
    assert "--write" in lines[3]


def test_an_estimate_says_so_first_and_why(make_report: Make) -> None:
    lines = list(answer_lines(make_report(3, 1)))
    assert lines[0].startswith("An estimate, not a promise: threshold ")
    assert lines[-1].startswith("Why no promise: too few people")
    assert not any("--write" in line for line in lines)


def test_nobody_gets_no_threshold(make_report: Make) -> None:
    assert list(answer_lines(make_report(0, 1))) == ["No threshold can be given: nobody is enrolled."]


def test_an_encoder_that_nobody_has_measured_gets_none_from_a_small_gallery(make_report: Make) -> None:
    (line,) = answer_lines(make_report(12, 1, calibration=None, statistics=None))
    assert "nobody has measured" in line
    assert "kiosk evaluate --statistics" in line
    assert list(basis_lines(make_report(12, 1, calibration=None, statistics=None))) == []


def test_what_was_asked_can_be_too_much(make_report: Make) -> None:
    report = make_report(20, 3, asked=1e-7)
    if report.answer is None:
        assert "allow more with --stranger-rate" in next(answer_lines(report))
    else:
        assert not report.promised


def test_settings_stand_side_by_side_with_the_one_in_force(make_report: Make) -> None:
    report = make_report(20, 3)
    assert report.calibration is not None
    headings, rows = table_rows(report, report.calibration)
    assert headings == ("", "stricter", "balanced", "easier", "in force now")
    assert {len(row) for row in rows} == {5}
    assert rows[0][4] == "0.700"


def test_heading_names_the_door(make_report: Make) -> None:
    assert heading(make_report(20, 3)).startswith("20 people with 60 pictures in images; encoder dlib_resnet; asked: ")
    assert heading(make_report(1, 1)).startswith("1 person with 1 picture in ")


def test_a_picture_of_somebody_else_is_named_and_comes_first_in_the_advice(make_report: Make) -> None:
    report = make_report(20, 3, wrong={3: 5})
    (line,) = picture_lines(report)
    assert line.startswith("Person_3/0.jpg probably shows Person 5, not Person 3: 0.00 from Person_5/0.jpg, ")
    assert next(advice_lines(report)).startswith("Look at the pictures named above of Person 3:")


def test_poor_and_useless_pictures_are_named(make_report: Make, make_gallery: Callable[..., GallerySnapshot]) -> None:
    report = make_report(20, 3)
    poor = PoorPicture(report.gallery.templates[0], (Rejection.TOO_DARK, Rejection.TOO_BLURRED))
    gallery = replace(report.gallery, skipped=(Skipped("x.jpg", "is broken"), Skipped("#bin", "x", harmless=True)))
    told = list(picture_lines(replace(report, poor=(poor,), gallery=gallery, all_looked_at=False)))
    assert told[0] == "Person_0/0.jpg is poor: the face is too dark, the face is blurred"
    assert told[1] == "1 picture could not be used at all: `kiosk people` says why"
    assert "more than 500 pictures" in told[2]


def test_people_as_alike_as_that_are_told_what_it_means(make_report: Make) -> None:
    report = make_report(20, 3)
    assert report.answer is not None
    nearest = report.confusable[0]
    within = replace(nearest, distance=report.answer.threshold)
    beside = replace(nearest, distance=report.answer.threshold + 0.02)
    assert "one person under two names" in pair_line(within, report)
    assert "may take one for the other" in pair_line(beside, report)
    assert pair_line(replace(nearest, distance=1.2), report).endswith(".jpg)")


def test_few_pictures_are_asked_for_more_of(make_report: Make) -> None:
    told = " ".join(advice_lines(make_report(20, 1)))
    assert "Add pictures of Person 0, Person 1, Person 10 and 17 more until everybody has three" in told
    assert "Add pictures" not in " ".join(advice_lines(make_report(20, 3)))


def test_the_journal_is_proposed_until_it_was_asked(make_report: Make) -> None:
    assert "--journal" in " ".join(advice_lines(make_report(20, 3)))
    asked = make_report(20, 3, journal=(120, 9))
    assert "--journal" not in " ".join(advice_lines(asked))
    assert "From the journal: 120 visits of 9 people let in" in " ".join(basis_lines(asked))
    assert "From the journal: no visit" in " ".join(basis_lines(make_report(20, 3, journal=(0, 0))))


def test_what_it_rests_on_is_said(make_report: Make) -> None:
    told = " ".join(basis_lines(make_report(20, 3)))
    for part in ("made up", "of 1,200 people", "correlation 0.9", "Assumed:", "give or take", "20 people"):
        assert part in told
    assert "Nothing here says how far apart pictures of one person are" in " ".join(basis_lines(make_report(20, 1)))


def test_a_curve_of_plain_distances_behind_a_cohort_is_said(make_report: Make) -> None:
    assert "cohort of strangers" in " ".join(basis_lines(make_report(20, 3, plain_curve=True)))
    assert "cohort" not in " ".join(basis_lines(make_report(20, 3)))


def test_hostile_names_move_no_cursor(make_report: Make) -> None:
    report = make_report(20, 3, wrong={3: 5})
    (odd,) = report.odd
    evil = replace(odd, picture=replace(odd.picture, source="a\x1b[2J\n.jpg"))
    (line,) = picture_lines(replace(report, odd=(evil,)))
    assert line.isprintable()
