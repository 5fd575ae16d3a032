from PyQt6.QtCore import Qt

from kiosk.domain import Outcome
from kiosk.gui.reception.enrolment.page import EnrolmentPage

PERSON = "Ricardo_Lagos"
LEFT = Qt.MouseButton.LeftButton


def capture(qtbot, page, camera, faces):
    """Stands before the camera until all pictures are taken."""
    for turn in range(30):
        if page.capture.session.state.done:
            break
        camera.show(faces[turn % len(faces)], seconds=3)
    qtbot.waitUntil(lambda: page.step is page.check)


def test_a_colleague_is_enrolled_with_three_clicks_and_let_in(qtbot, page: EnrolmentPage, camera, pictures, desk):
    faces = pictures(PERSON)
    page.enter()
    qtbot.keyClicks(page.name.name.edit, "Ricardo Lagos")
    clicks = 0
    for button in (page.name.next, page.consent.agree):
        qtbot.waitUntil(button.isVisible)
        qtbot.mouseClick(button, LEFT)
        clicks += 1
    qtbot.waitUntil(lambda: page.step is page.capture)
    capture(qtbot, page, camera, faces)
    qtbot.waitUntil(page.check.save.isEnabled)
    qtbot.mouseClick(page.check.save, LEFT)
    clicks += 1
    qtbot.waitUntil(lambda: page.step is page.trial and page.trial.in_force_seconds is not None)
    camera.show(seconds=4)
    camera.show(faces[0], seconds=2)
    assert page.trial.verdict.enters
    assert desk.station.door.unlocked
    assert clicks == 3
    record = desk.people.record("Ricardo Lagos")
    assert record.consent.recorded_by == "Ida"
    assert [row.action for row in desk.journal.actions(10)] == ["enrolled"]
    assert [row.outcome for row in desk.journal.entries(10)] == [Outcome.GRANTED.value]
