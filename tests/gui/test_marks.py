from dataclasses import replace

import pytest

from kiosk.domain import Frame, Outcome, Reason
from kiosk.gui.feed import STALE_AFTER_SECONDS, marks_of, stale
from kiosk.gui.state import Kind


def only_mark(report):
    (mark,) = marks_of(report)
    return mark


@pytest.mark.parametrize("reason", [Reason.RECOGNISED, Reason.RETURNED, Reason.PRESENT])
def test_whoever_was_let_in_is_named(make_report, make_decision, reason):
    mark = only_mark(make_report(None, make_decision(reason, person="Grace_Hopper")))
    assert (mark.kind, mark.label, mark.share) == (Kind.UNLOCKED, "Grace Hopper", None)


def test_nobody_is_named_while_frames_are_still_gathered(make_report, make_decision):
    mark = only_mark(make_report(None, make_decision(Reason.GATHERING, person="Grace_Hopper", agreeing=2)))
    assert (mark.kind, mark.label, mark.share) == (Kind.LOOKING, "", pytest.approx(2 / 3))


@pytest.mark.parametrize("reason", [Reason.TOO_FAR, Reason.AMBIGUOUS, Reason.NOBODY_ENROLLED])
def test_a_stranger_is_marked_in_words_and_not_named(make_report, make_decision, reason):
    mark = only_mark(make_report(None, make_decision(reason, outcome=Outcome.REFUSED, person="Grace_Hopper")))
    assert (mark.kind, mark.label) == (Kind.REFUSED, "Not recognised")


def test_a_fault_is_not_blamed_on_the_face(make_report, make_decision):
    mark = only_mark(make_report(None, make_decision(Reason.FAULT, outcome=Outcome.REFUSED)))
    assert (mark.kind, mark.label) == (Kind.REFUSED, "")


def test_each_face_gets_its_own_decision(make_report, make_decision):
    report = make_report(None, make_decision(Reason.PRESENT, track=4, person="Ada"), make_decision(Reason.TOO_FAR, 9))
    assert [mark.label for mark in marks_of(report)] == ["Ada", "Not recognised"]


@pytest.mark.parametrize(
    ("shown_after", "expected"), [(0.0, False), (STALE_AFTER_SECONDS, False), (0.51, True), (-0.6, True)]
)
def test_boxes_are_stale_when_the_picture_moved_on(make_report, shown_after, expected):
    report = make_report(Frame(None, 100.0, 1))
    assert stale(report, 100.0 + shown_after) is expected


def test_the_shown_name_comes_before_that_of_the_pictures(make_report, make_decision):
    report = make_report(None, make_decision(Reason.RECOGNISED, person="Grace_Hopper"))
    assert only_mark(replace(report, shown={"Grace_Hopper": "Admiral"})).label == "Admiral"


@pytest.mark.parametrize("reason", [Reason.SUSPENDED, Reason.NOT_YET_VALID, Reason.EXPIRED])
def test_who_is_kept_out_is_not_named_either(make_report, make_decision, reason):
    mark = only_mark(make_report(None, make_decision(reason, outcome=Outcome.REFUSED, person="Grace_Hopper")))
    assert (mark.kind, mark.label) == (Kind.REFUSED, "No access")
