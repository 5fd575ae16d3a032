from PyQt6.QtWidgets import QLabel

from kiosk.gui.controls import Button
from kiosk.gui.reception.enrolment.draft import Draft
from kiosk.gui.reception.enrolment.step import Bar, Step, Steps


def test_the_way_is_shown_by_words_and_ticks_and_told_to_screen_readers(qtbot):
    steps = Steps()
    qtbot.addWidget(steps)
    steps.show_step(2)
    words = [label.text() for label in steps.findChildren(QLabel)]
    assert words == ["✓ Name", "✓ Consent", "3 Pictures", "4 Check", "5 Test"]
    assert steps.accessibleName() == "Step 3 of 5: Pictures"


def test_a_step_does_nothing_of_itself(qtbot, office):
    step = Step(office, Draft())
    qtbot.addWidget(step)
    step.enter()
    step.on_report(None)
    step.leave()


def test_buttons_that_do_not_fit_beside_each_other_stand_below_each_other(qtbot, shown):
    buttons = [Button("Back"), Button("I do not agree"), Button("I agree")]
    bar = shown(Bar(*buttons))
    assert len({button.y() for button in buttons}) == 1
    assert buttons[-1].geometry().right() > 750
    bar.resize(bar.minimumSizeHint().width(), 300)
    qtbot.waitUntil(lambda: len({button.y() for button in buttons}) == 3)


def test_the_two_answers_stay_beside_each_other_where_there_is_room_for_two(qtbot, shown):
    back, refuse, agree = buttons = [Button("Back"), Button("I do not agree"), Button("I agree")]
    bar = shown(Bar(*buttons))
    bar.resize(refuse.sizeHint().width() + agree.sizeHint().width() + 40, 300)
    qtbot.waitUntil(lambda: refuse.y() == agree.y() > back.y())
