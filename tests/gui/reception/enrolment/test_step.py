from PyQt6.QtWidgets import QLabel

from kiosk.gui.reception.enrolment.step import Draft, Step, Steps


def test_the_way_is_shown_by_words_and_ticks_and_told_to_screen_readers(qtbot):
    steps = Steps()
    qtbot.addWidget(steps)
    steps.show_step(2)
    words = [label.text() for label in steps.findChildren(QLabel)]
    assert words == ["✓ Name", "✓ Consent", "3 Pictures", "4 Check", "5 Test"]
    assert steps.accessibleName() == "Step 3 of 5: Pictures"


def test_a_step_does_nothing_of_itself(qtbot, context):
    step = Step(context, Draft())
    qtbot.addWidget(step)
    step.enter()
    step.on_report(None)
    step.leave()
