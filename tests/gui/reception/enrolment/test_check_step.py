import os

import numpy as np
import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QLabel

from kiosk.domain import Candidate, Embedding
from kiosk.errors import EnrolmentError, GalleryError
from kiosk.files import asset
from kiosk.gui.controls import Button
from kiosk.gui.reception.enrolment import check_step
from kiosk.gui.reception.enrolment.check_step import CheckStep
from kiosk.gui.reception.enrolment.step import Checked, Draft
from kiosk.people.enrolment import DuplicateFinding, Enrolled, Examined, Offered

LEFT = Qt.MouseButton.LeftButton
CONTENT = asset("demo", "gallery", "Grace_Hopper.jpg").read_bytes()
GOOD = tuple(
    Examined(Offered(f"{number}.jpg", CONTENT), str(number), Embedding(np.ones(1, np.float32), "one"))
    for number in range(5)
)
BAD = Examined(Offered("b.jpg", b""), fault="the face is too small")
GRACE = Candidate("Grace_Hopper", 0.3)


@pytest.fixture
def finds(monkeypatch):
    """finds(checked, ...): what the checks find, one after the other; an exception is raised."""

    def set_up(*answers):
        left = list(answers)

        def check(services, person, offered, pictures):
            answer = left.pop(0)
            if isinstance(answer, Exception):
                raise answer
            return answer

        monkeypatch.setattr(check_step, "check", check)

    return set_up


@pytest.fixture
def step(context, bare, shown, monkeypatch) -> CheckStep:
    found = CheckStep(context, Draft("Ada"))
    monkeypatch.setattr(check_step, "picture_of", lambda services, person: services.folder / "Grace_Hopper.jpg")
    shown(found)
    return found


def enter(qtbot, step):
    step.enter()
    qtbot.waitUntil(lambda: bool(step.cards))


def states(step):
    return [card.state.text() for card in step.cards]


def test_pictures_are_read_in_the_background_and_a_pipe_is_not_waited_for(qtbot, step, finds, tmp_path, portrait):
    os.mkfifo(tmp_path / "pipe.jpg")
    pipe = Examined(Offered.file(tmp_path / "pipe.jpg"), fault="is not a regular file")
    good = Examined(Offered.file(portrait), "1", Embedding(np.ones(1, np.float32), "one"))
    finds(Checked((pipe, good), finding=DuplicateFinding(alike=(GRACE,))))
    enter(qtbot, step)
    assert [card.image.pixmap().isNull() for card in step.cards] == [True, False]
    assert not any(label.pixmap().isNull() for label in step.finding.findChildren(QLabel) if not label.text())


def test_good_pictures_are_saved_with_one_click(qtbot, step, finds, monkeypatch):
    done = Enrolled("Ada", ("Ada/1.jpg",), is_new=True, fault="the journal is full")
    monkeypatch.setattr(check_step, "save_draft", lambda services, draft, checked, staff: done)
    finds(Checked(GOOD))
    enter(qtbot, step)
    assert step.heading.text() == "5 pictures of Ada can be saved."
    assert step.save.hasFocus()
    with qtbot.waitSignal(step.saved, timeout=30_000) as heard:
        qtbot.mouseClick(step.save, LEFT)
    assert heard.args == [done]


def test_a_disk_that_is_full_is_told_and_saving_can_be_tried_again(qtbot, step, finds, monkeypatch, screen):
    def full(services, draft, checked, staff):
        raise GalleryError("images", "cannot be written (No space left on device)", "make room")

    monkeypatch.setattr(check_step, "save_draft", full)
    finds(Checked(GOOD))
    enter(qtbot, step)
    qtbot.mouseClick(step.save, LEFT)
    qtbot.waitUntil(lambda: bool(screen.faults))
    assert "No space left" in screen.faults[0]
    assert step.save.isEnabled()


def test_a_picture_of_somebody_else_is_named_and_may_be_taken_again(qtbot, step, finds):
    step.draft.from_camera = True
    finds(Checked(GOOD, odd=frozenset({2})))
    enter(qtbot, step)
    assert "see picture 3" in step.heading.text()
    assert states(step)[2] == "Looks like a different person"
    assert not step.save.isEnabled()
    with qtbot.waitSignal(step.again) as heard:
        step.cards[2].button.click()
    assert heard.args == [2]


def test_pictures_from_files_that_cannot_be_used_say_why_and_may_be_left_out(qtbot, step, finds):
    files = (*GOOD[:2], BAD)
    finds(Checked(files, repeated=frozenset({1})), Checked(files[:2]))
    step.draft.offered = [one.offered for one in files]
    enter(qtbot, step)
    assert states(step) == ["Good", "Is there already", "the face is too small"]
    step.cards[2].button.click()
    qtbot.waitUntil(lambda: len(step.cards) == 2)
    assert step.draft.pictures == list(files[:2])


def test_none_that_can_be_used_cannot_be_saved(qtbot, step, finds):
    finds(Checked((BAD,)))
    enter(qtbot, step)
    assert "None of the pictures" in step.heading.text()
    assert not step.save.isEnabled()


def test_somebody_known_under_another_name_stops_it_and_may_be_merged(qtbot, step, finds):
    step.draft.texts["email"] = "a@b.c"
    finds(Checked(GOOD, finding=DuplicateFinding(same=(GRACE,))), Checked(GOOD))
    enter(qtbot, step)
    assert not step.save.isVisible()
    assert "already enrolled" in step.heading.text()
    assert step.before.hasFocus()
    step.merge.setFocus()
    qtbot.keyClick(step.merge, Qt.Key.Key_Return)
    assert step.merge.isVisible()
    qtbot.keyClick(step.merge, Qt.Key.Key_Space)
    qtbot.waitUntil(step.save.isEnabled)
    assert (step.draft.person, step.draft.adding, step.draft.texts) == ("Grace_Hopper", True, {})


def test_a_look_alike_is_a_warning_with_which_it_may_be_saved(qtbot, step, finds):
    finds(Checked(GOOD, finding=DuplicateFinding(alike=(GRACE,))))
    enter(qtbot, step)
    more = next(button for button in step.finding.findChildren(Button) if button.text() == "Take more pictures")
    with qtbot.waitSignal(step.more):
        more.click()
    assert step.save.isEnabled()
    assert step.merge is None
    assert step.before.hasFocus()
    assert not step.save.autoDefault()


def test_a_check_that_fails_says_why(qtbot, step, finds):
    finds(EnrolmentError("the name", "is in the way", "move it away"))
    step.enter()
    qtbot.waitUntil(step.before.hasFocus)
    assert not step.save.isEnabled()
    with qtbot.waitSignal(step.again) as heard:
        step.before.click()
    assert heard.args == [-1]
