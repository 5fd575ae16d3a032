import pytest

from kiosk.door.matching import PastDecisions
from kiosk.gui.reception.settings.effect import Effect


@pytest.fixture
def effect(qtbot):
    made = Effect()
    qtbot.addWidget(made)
    made.judge(0.39, 0.05)
    return made


def test_person_before_the_camera_is_judged_by_the_numbers_of_the_form(effect, report):
    effect.on_reported(report(0.35, 0.6))
    assert "would be recognised" in effect.words[0]
    effect.judge(0.30, 0.05)
    assert "nobody would be recognised" in effect.words[0]


def test_last_person_stays_readable_for_a_moment(effect, report):
    effect.on_reported(report(0.35, 0.6))
    for _ in range(8):
        effect.on_reported(report())
    assert "Ada" in effect.words[0]
    effect.on_reported(report())
    assert "Nobody" in effect.words[0]


def test_journal_is_read_once_and_judged_again_and_again(effect):
    assert effect.words[1] == "The journal is being read."
    effect.show_past(PastDecisions([], "dlib_resnet"))
    assert "nothing was decided" in effect.words[1]


def test_journal_that_cannot_be_read_is_told(effect):
    effect.show_fault("journal.sqlite3: is gone; put it back")
    effect.judge(0.2, 0.05)
    assert effect.words[1] == "journal.sqlite3: is gone; put it back"
