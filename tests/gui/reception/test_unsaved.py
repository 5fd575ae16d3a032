from dataclasses import dataclass

import pytest

from kiosk.gui.reception.page import Unsaved, leave_first, warning


@dataclass
class PartOfTests:
    unsaved: Unsaved | None
    saving: bool = False


def test_where_nothing_is_unsaved_nobody_is_asked(screen):
    left = []
    leave_first(PartOfTests(None), screen, lambda: left.append(True))
    assert (left, screen.asked) == ([True], [])


@pytest.mark.parametrize(
    ("unsaved", "question", "detail", "keep"),
    [
        (Unsaved.ENROLMENT, "Discard this enrolment?", "It has not been saved.", "Continue the enrolment"),
        (Unsaved.CHANGES, "Discard the changes?", "They have not been saved.", "Keep editing"),
    ],
)
def test_what_would_be_lost_is_asked_about(screen, unsaved, question, detail, keep):
    left = []
    leave_first(PartOfTests(unsaved), screen, lambda: left.append(True))
    assert screen.asked == [(question, detail)]
    assert list(screen.answers) == ["Discard", keep]
    screen.answers[keep]()
    assert left == []
    screen.answers["Discard"]()
    assert left == [True]


def test_what_is_just_being_saved_is_waited_for(screen):
    leave_first(PartOfTests(Unsaved.CHANGES, saving=True), screen, pytest.fail)
    assert (screen.told, screen.asked) == (["One moment: this is not finished yet."], [])


def test_the_warning_names_what_will_be_discarded():
    assert warning(None) == ""
    assert "enrolment" in warning(Unsaved.ENROLMENT)
    assert "changes" in warning(Unsaved.CHANGES)
