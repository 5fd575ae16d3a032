from types import SimpleNamespace

import numpy as np
import pytest
from PyQt6.QtCore import Qt

from kiosk.domain import Embedding
from kiosk.files import asset
from kiosk.gui.reception.enrolment.capture_step import CaptureStep
from kiosk.gui.reception.enrolment.step import Draft
from kiosk.people.capture import CaptureHint, CaptureState, Shot, Taken
from kiosk.people.enrolment import Examined, Offered

CONTENT = asset("demo", "gallery", "Grace_Hopper.jpg").read_bytes()
TAKEN = tuple(
    Taken(shot, Examined(Offered("a.jpg", CONTENT), shot.value, Embedding(np.ones(1, np.float32), "one")))
    for shot in Shot
)


@pytest.fixture
def step(context, bare, shown) -> CaptureStep:
    found = CaptureStep(context, Draft("Ada"))
    shown(found)
    found.enter()
    return found


def report(state):
    return SimpleNamespace(capture=state)


def show(step, state):
    step.session.state = state
    step.on_report(report(state))


def test_the_session_is_the_station_s_while_the_step_is_shown_and_after_a_rebuild(step, bare):
    assert bare.capture is step.session
    bare.capture = None
    step.on_report(report(None))
    assert bare.capture is step.session
    step.leave()
    assert bare.capture is None


def test_the_instruction_is_shown_in_words_with_a_drawing(step):
    show(step, CaptureState(0, (None,) * 5, CaptureHint.CLOSER))
    assert step.prompt.text() == "Come a little closer"
    assert not step.icon.pixmap().isNull()
    assert step.count.text() == "Picture 1 of 5"


def test_after_the_last_picture_it_goes_on_by_itself(qtbot, step, screen):
    show(step, CaptureState(3, (*TAKEN[:3], None, None)))
    assert [button.isEnabled() for button in step.shots.buttons] == [True, True, True, False, False]
    with qtbot.waitSignal(step.done, timeout=30_000):
        show(step, CaptureState(4, TAKEN))
    assert [picture.digest for picture in step.draft.pictures] == [shot.value for shot in Shot]
    assert screen.stayed >= 1


def test_a_picture_is_taken_again_by_a_touch(qtbot, step):
    show(step, CaptureState(4, TAKEN))
    qtbot.mouseClick(step.shots.buttons[1], Qt.MouseButton.LeftButton)
    assert step.session.state.taken[1] is None
    assert not step._ending.isActive()


def test_a_fault_of_the_session_is_told(step, screen):
    step.on_report(report(CaptureState(0, (None,) * 5, fault="encoder: is broken")))
    assert screen.noticed == ["encoder: is broken"]


def test_pictures_come_from_files_too(qtbot, step, home, screen):
    step.files.click()
    assert ".jpg" in screen.wanted.suffixes
    with qtbot.waitSignal(step.done):
        screen.pick_then([home / "images" / "Grace_Hopper.jpg"])
    assert [one.suffix for one in step.draft.offered] == [".jpg"]


def test_nobody_is_photographed_while_files_are_chosen(qtbot, step, screen, bare):
    show(step, CaptureState(1, (TAKEN[0], None, None, None, None)))
    step.files.click()
    step.hide()
    for state in (CaptureState(4, TAKEN), None):
        step.on_report(report(state))
    assert bare.capture is None
    assert not step._ending.isActive()
    step.show()
    screen.pick_cancelled()
    assert bare.capture is step.session


def test_tall_and_wide_are_both_used(qtbot, step):
    step.resize(480, 800)
    qtbot.waitUntil(lambda: step.view.height() < 570 and step.view.width() > 430)
    step.resize(800, 400)
    qtbot.waitUntil(lambda: step.view.width() < 560)


def test_hints_are_spoken_where_that_is_wanted_and_not_one_over_the_other(step, home, services, bare):
    show(step, CaptureState(0, (None,) * 5, CaptureHint.CLOSER))
    assert bare.said == []
    path = home / "config.yaml"
    path.write_text(path.read_text().replace("voice: {", "voice: {hints: true, "))
    services.config.changed()
    show(step, CaptureState(0, (None,) * 5, CaptureHint.FURTHER))
    show(step, CaptureState(0, (None,) * 5, CaptureHint.CENTRE))
    assert bare.said == ["Step back a little"]


def test_more_pictures_join_those_that_are_kept(qtbot, step):
    step.draft.kept = [TAKEN[0].picture]
    with qtbot.waitSignal(step.done, timeout=30_000):
        show(step, CaptureState(4, TAKEN))
    assert len(step.draft.pictures) == 6
    assert not step.draft.from_camera
