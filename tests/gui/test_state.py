"""Which state the door's page shows: safety first, then what the staff must repair, then the visitor."""

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.domain import Outcome, Reason, Rejection
from kiosk.door.greeting import HINTS
from kiosk.door.report import Status
from kiosk.gui.state import (
    BAR_AFTER_SECONDS,
    FACE_HOLDS_SECONDS,
    FAULT_HOLDS_SECONDS,
    NOTICE_HOLDS_SECONDS,
    REFUSAL_HOLDS_SECONDS,
    STUCK_AFTER_SECONDS,
    Kind,
    Situation,
    View,
)
from kiosk.vision.camera import CameraState

NOW = 1000.0


@pytest.fixture
def ready() -> Situation:
    return Situation(started=True, camera=CameraState.LIVE, status=Status(3, 0, ()))


@pytest.fixture
def refused(make_decision):
    return make_decision(Reason.TOO_FAR, outcome=Outcome.REFUSED)


def test_a_start_shows_its_progress_once_it_takes_long():
    situation = Situation()
    situation.on_progress("gallery", 0, 10, NOW)
    situation.on_progress("gallery", 4, 10, NOW)
    early, late = situation.view(NOW + BAR_AFTER_SECONDS / 2), situation.view(NOW + BAR_AFTER_SECONDS)
    assert (early.kind, early.headline, early.share) == (Kind.STARTING, "Starting", None)
    assert (late.detail, late.share) == ("Reading the enrolled pictures: 4 of 10", 0.4)
    for done, total, share in ((0, 0, None), (5, 0, None), (0, 1, None), (12, 10, 1.0)):
        situation.on_progress("Loading", done, total, NOW)
        assert situation.view(NOW + 9).share == share, (done, total)


def test_a_start_that_failed_says_why_and_long_paths_leave_room_for_the_remedy(ready):
    ready.started = False
    for message, shown in (
        (f"/opt{'/a-long-way' * 20}/sface.onnx: is not there", "…/sface.onnx: is not there"),
        ("images: is gone; see /var/log/kiosk/today.log", "images: is gone; see …/today.log"),
        ("rtsp://camera/door: is gone", "rtsp://camera/door: is gone"),
        ("a/b and / and /c", "a/b and / and /c"),
    ):
        ready.broken = message
        assert (ready.view(NOW).kind, ready.view(NOW).detail) == (Kind.FAULT, f"The door stays locked. {shown}")


def test_a_change_of_encoder_locks_the_door_and_drops_what_was_said_about_faces(ready, make_report, refused):
    ready.on_report(make_report(None, refused, welcome="Welcome"), NOW)
    ready.on_door(4.0)
    ready.on_replaced(NOW)
    moment = View(Kind.STARTING, "Updating face recognition", "The door stays locked. One moment, please.")
    assert ready.view(NOW) == moment
    ready.on_progress("gallery", 3, 12, NOW + 1)
    view = ready.view(NOW + BAR_AFTER_SECONDS)
    assert (view.detail, view.share) == ("The door stays locked. Reading the enrolled pictures: 3 of 12", 0.25)
    ready.broken = "sface.onnx: is not there; fetch it"
    ready.on_progress("gallery", 0, 300, NOW + 6)
    assert ready.view(NOW + 6).detail == "The door stays locked. sface.onnx: is not there; fetch it"
    ready.on_progress("gallery", 1, 300, NOW + 6)
    assert (ready.view(NOW + 6).headline, ready.view(NOW + 6).share) == ("Updating face recognition", 1 / 300)
    ready.on_built()
    assert ready.view(NOW + 7) == View(Kind.LOCKED, "Locked", "Look at the camera to come in.")


def test_an_empty_gallery_explains_what_to_do(ready):
    ready.status = Status(0, 2, (), advice="For many: fetch sface")
    view = ready.view(NOW)
    assert (view.kind, view.headline) == (Kind.NOBODY_ENROLLED, "Nobody is enrolled")
    assert all(part in view.detail for part in ("F2", "2 pictures could not", "For many: fetch sface")), view.detail


def test_a_face_gets_its_hint_which_stays_long_enough_to_be_read(ready, make_report, make_decision):
    gathering, now = make_decision(Reason.GATHERING), NOW
    for rejection in Rejection:
        ready.on_report(make_report(None, gathering, rejection=rejection), now)
        ready.on_report(make_report(None, gathering), now + 0.1)
        view = ready.view(now + 0.1)
        assert (view.kind, view.headline) == (Kind.LOOKING, HINTS[rejection])
        now += FACE_HOLDS_SECONDS
    ready.on_report(make_report(None, gathering), now)
    assert ready.view(now).headline == "One moment"


def test_a_face_missed_in_one_frame_does_not_make_the_card_flicker(ready, make_report, make_decision):
    report = make_report(None, make_decision(Reason.GATHERING))
    slow = replace(report, observation=replace(report.observation, lost_after_seconds=3.0))
    for seen, holds in ((report, FACE_HOLDS_SECONDS), (slow, 3.0)):
        ready.on_report(seen, NOW)
        ready.on_report(make_report(), NOW + 0.1)
        assert ready.view(NOW + holds - 0.01).kind is Kind.LOOKING
        assert ready.view(NOW + holds + 0.01).kind is Kind.LOCKED


def test_an_open_door_shows_the_welcome_and_counts_down(ready, make_report, make_decision):
    ready.on_door(5.0)
    granted = make_decision(Reason.RECOGNISED, outcome=Outcome.GRANTED, person="Ada")
    ready.on_report(make_report(None, granted, welcome="Welcome Ada"), NOW)
    for left, seconds, share in ((5.0, 5, 1.0), (4.2, 5, 0.84), (2.5, 3, 0.5), (0.1, 1, 0.02)):
        ready.on_door(left)
        view = ready.view(NOW)
        assert (view.kind, view.headline) == (Kind.UNLOCKED, "Welcome Ada")
        assert (view.detail, view.share) == (f"Unlocked for {seconds} s", pytest.approx(share))
    ready.on_door(0.0)
    assert ready.view(NOW).kind is not Kind.UNLOCKED
    ready.on_door(3.0)
    assert (ready.view(NOW).share, "Ada" in ready.view(NOW).headline) == (1.0, False)


def test_a_refusal_is_told_for_a_while_and_longer_for_a_person_who_stays_until_somebody_is_let_in(
    ready, make_report, make_decision
):
    for reason in (Reason.TOO_FAR, Reason.AMBIGUOUS):
        ready.on_report(make_report(None, make_decision(reason, outcome=Outcome.REFUSED)), NOW)
        late = NOW + REFUSAL_HOLDS_SECONDS - 0.1
        assert ready.view(NOW).headline == ready.view(late).headline == "Not recognised"
        ready.on_report(make_report(None, make_decision(Reason.GATHERING)), late)
        assert ready.view(NOW + REFUSAL_HOLDS_SECONDS).kind is Kind.LOOKING
        ready.on_report(make_report(None, make_decision(reason)), NOW + 5)
        assert ready.view(NOW + 5).kind is Kind.REFUSED
        ready.refused_until = -math.inf
    for reason in (Reason.SUSPENDED, Reason.NOT_YET_VALID, Reason.EXPIRED):
        ready.on_report(make_report(None, make_decision(reason, outcome=Outcome.REFUSED)), NOW)
        view = ready.view(NOW)
        assert (view.kind, view.headline, "reception" in view.detail) == (Kind.REFUSED, "No access right now", True)
    ready.on_report(make_report(None, make_decision(Reason.PRESENT, person="Ada")), NOW + 0.1)
    view = ready.view(NOW + 0.1)
    assert (view.kind, view.detail) == (Kind.LOCKED, "To open the door again, step away and come back.")


def test_of_several_faces_the_nearest_has_the_card(ready, make_report, make_decision):
    """The fixture makes faces to the right larger."""

    def kind(*decisions, at=NOW, situation=None):
        situation = situation or replace(ready)
        situation.on_report(make_report(None, *decisions, rejection=Rejection.TOO_DARK), at)
        return situation.view(at).kind

    far, near = make_decision(Reason.TOO_FAR), make_decision(Reason.GATHERING, track=2)
    settled = replace(far, outcome=Outcome.REFUSED)
    assert kind(far, near) is kind(settled, near) is Kind.LOOKING
    assert kind(make_decision(Reason.GATHERING), make_decision(Reason.TOO_FAR, track=2)) is Kind.REFUSED
    late = NOW + REFUSAL_HOLDS_SECONDS
    assert kind(settled, situation=ready) is Kind.REFUSED
    assert kind(far, near, at=late - 0.1, situation=ready) is Kind.REFUSED
    assert ready.view(late).kind is Kind.LOOKING
    ready.on_report(make_report(None, far, make_decision(Reason.EXPIRED, track=2)), late)
    assert ready.refused is Reason.EXPIRED


def test_a_fault_is_told_for_its_time_and_says_why(ready, make_report, make_decision):
    fault = make_decision(Reason.FAULT, outcome=Outcome.REFUSED, fault="journal: disk full; free some space")
    ready.on_report(make_report(None, fault), NOW)
    view = ready.view(NOW)
    assert (view.kind, view.detail) == (Kind.FAULT, "The door stays locked. journal: disk full; free some space")
    assert ready.view(NOW + FAULT_HOLDS_SECONDS).kind is Kind.LOCKED
    ready.stuck_since = NOW
    assert ready.view(NOW + STUCK_AFTER_SECONDS).kind is Kind.LOCKED
    assert ready.view(NOW + STUCK_AFTER_SECONDS + 0.1).kind is Kind.FAULT


def test_messages_to_the_staff_stay_as_long_as_they_are_true_and_news_for_a_while(ready):
    ready.on_status(Status(3, 0, ("journal: disk full",), "The gallery has changed.", slow="It is slow"), NOW)
    ready.on_status(Status(3, 0, ("journal: disk full",)), NOW + 1)
    assert ready.messages(NOW + 1) == ("journal: disk full", "The gallery has changed.")
    assert ready.messages(NOW + NOTICE_HOLDS_SECONDS) == ("journal: disk full",)
    ready.on_status(Status(3, 0, (), slow="It is slow"), NOW + 20)
    assert ready.messages(NOW + 20) == ("It is slow",)


def test_the_state_of_the_camera_is_told(ready):
    for state, headline in (
        (CameraState.OPENING, "Starting"),
        (CameraState.LIVE, "Locked"),
        (CameraState.LOST, "Camera unavailable"),
        (CameraState.ENDED, "Recording ended"),
    ):
        ready.camera = state
        assert ready.view(NOW).headline == headline
    ready.camera, ready.camera_fault = CameraState.LOST, "camera 0: is gone; plug it in"
    assert ready.view(NOW).detail == "camera 0: is gone; plug it in"


ANY_SITUATION = st.builds(
    Situation,
    started=st.booleans(),
    broken=st.text(max_size=5),
    camera=st.sampled_from(CameraState),
    status=st.builds(Status, st.integers(0, 3), st.just(0), st.just(())),
    fault_at=st.sampled_from([-math.inf, NOW]),
    refused_until=st.sampled_from([-math.inf, NOW + 1]),
    stuck_since=st.sampled_from([None, NOW - 60]),
)


@given(st.floats(0.001, 60), ANY_SITUATION)
def test_an_open_door_is_never_shown_as_locked_whatever_else_is_wrong(left, situation):
    situation.on_door(left)
    assert situation.view(NOW).kind is Kind.UNLOCKED
    assert 0 < situation.view(NOW).share <= 1
