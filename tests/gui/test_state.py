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


def test_a_kiosk_that_was_just_switched_on_is_starting_and_shows_no_bar_yet():
    situation = Situation()
    situation.on_progress("gallery", 1, 10, NOW)
    view = situation.view(NOW + BAR_AFTER_SECONDS / 2)
    assert (view.kind, view.headline, view.share) == (Kind.STARTING, "Starting", None)


def test_a_start_that_takes_longer_shows_how_far_it_is():
    situation = Situation()
    situation.on_progress("gallery", 0, 10, NOW)
    situation.on_progress("gallery", 4, 10, NOW + 1)
    view = situation.view(NOW + BAR_AFTER_SECONDS)
    assert (view.detail, view.share) == ("Reading the pictures of the gallery: 4 of 10", 0.4)


@pytest.mark.parametrize(("done", "total", "share"), [(0, 0, None), (5, 0, None), (0, 1, None), (12, 10, 1.0)])
def test_odd_progress_never_leaves_the_bar(done, total, share):
    situation = Situation()
    situation.on_progress("Loading", done, total, NOW)
    assert situation.view(NOW + 9).share == share


def test_a_start_that_failed_says_why_and_that_the_door_stays_locked(ready):
    ready.started, ready.broken = False, "weights: altered; install again"
    view = ready.view(NOW)
    assert view.kind is Kind.FAULT
    assert view.detail == "The door stays locked. weights: altered; install again"


def test_a_change_says_so_and_that_the_door_stays_locked(ready, make_report, make_decision):
    ready.on_report(make_report(None, make_decision(Reason.TOO_FAR, outcome=Outcome.REFUSED), welcome="Welcome"), NOW)
    ready.on_door(4.0)
    ready.on_replaced(NOW)
    assert ready.view(NOW) == View(
        Kind.STARTING, "Changing the recognition", "The door stays locked. One moment, please."
    )
    ready.on_progress("gallery", 3, 12, NOW + 1)
    view = ready.view(NOW + BAR_AFTER_SECONDS)
    assert (view.detail, view.share) == ("The door stays locked. Reading the pictures of the gallery: 3 of 12", 0.25)
    ready.on_built()
    assert ready.view(NOW + 2) == View(Kind.LOCKED, "Locked", "Look at the camera to come in.")


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        (
            f"/opt{'/a-long-way' * 20}/weights/sface.onnx: is not there; fetch it",
            "…/sface.onnx: is not there; fetch it",
        ),
        ("/etc/kiosk/config.yaml: line 1: encoder", "…/config.yaml: line 1: encoder"),
        ("images: is gone; see /var/log/kiosk/today.log", "images: is gone; see …/today.log"),
        ("rtsp://camera/door: is gone", "rtsp://camera/door: is gone"),
        ("a/b and / and /c", "a/b and / and /c"),
    ],
)
def test_the_folders_of_a_path_leave_room_for_the_remedy(ready, message, shown):
    ready.started, ready.broken = False, message
    assert ready.view(NOW).detail == f"The door stays locked. {shown}"


def test_a_change_that_fails_says_why_until_pictures_are_read_again(ready):
    ready.on_replaced(NOW)
    ready.broken = "/kiosk/weights/sface.onnx: is not there; fetch it"
    ready.on_progress("encoder", 0, 1, NOW + 5)
    ready.on_progress("encoder", 1, 1, NOW + 5)
    ready.on_progress("gallery", 0, 300, NOW + 6)
    assert ready.view(NOW + 6).detail == "The door stays locked. …/sface.onnx: is not there; fetch it"
    ready.on_progress("gallery", 1, 300, NOW + 6)
    view = ready.view(NOW + 6)
    assert (view.headline, view.share) == ("Changing the recognition", 1 / 300)


@pytest.mark.parametrize(("skipped", "told"), [(0, "enrol somebody. For many"), (2, "2 pictures could not be used")])
def test_who_enrols_is_told_of_the_encoder_for_many_whatever_was_skipped(ready, skipped, told):
    ready.status = Status(0, skipped, (), advice="For many: kiosk weights fetch sface")
    detail = ready.view(NOW).detail
    assert detail.startswith("Press F2 or the badge in the corner to enrol somebody. ")
    assert told in detail
    assert detail.endswith(". For many: kiosk weights fetch sface")


def test_nobody_there_is_locked(ready, make_report):
    ready.on_report(make_report(), NOW)
    assert (ready.view(NOW).kind, ready.view(NOW).headline) == (Kind.LOCKED, "Locked")


def test_a_face_is_looked_at(ready, make_report, make_decision):
    ready.on_report(make_report(None, make_decision(Reason.GATHERING)), NOW)
    assert ready.view(NOW).kind is Kind.LOOKING


@pytest.mark.parametrize("rejection", Rejection)
def test_a_face_that_cannot_be_used_gets_its_hint_in_large_letters(ready, make_report, make_decision, rejection):
    ready.on_report(make_report(None, make_decision(Reason.GATHERING), rejection=rejection), NOW)
    assert (ready.view(NOW).kind, ready.view(NOW).headline) == (Kind.LOOKING, HINTS[rejection])


def test_a_hint_stays_long_enough_to_be_read(ready, make_report, make_decision):
    gathering = make_decision(Reason.GATHERING)
    ready.on_report(make_report(None, gathering, rejection=Rejection.TOO_DARK), NOW)
    ready.on_report(make_report(None, gathering, rejection=Rejection.TOO_BLURRED), NOW + 0.1)
    assert ready.view(NOW + 0.1).headline == HINTS[Rejection.TOO_DARK]
    ready.on_report(make_report(None, gathering, rejection=Rejection.TOO_BLURRED), NOW + FACE_HOLDS_SECONDS)
    assert ready.view(NOW + FACE_HOLDS_SECONDS).headline == HINTS[Rejection.TOO_BLURRED]


def test_a_face_missed_in_one_frame_does_not_make_the_card_flicker(ready, make_report, make_decision):
    ready.on_report(make_report(None, make_decision(Reason.GATHERING)), NOW)
    ready.on_report(make_report(), NOW + 0.1)
    assert ready.view(NOW + 0.1).kind is Kind.LOOKING
    assert ready.view(NOW + FACE_HOLDS_SECONDS + 0.01).kind is Kind.LOCKED


def test_where_frames_come_slowly_a_face_stays_on_the_card_until_it_has_left(ready, make_report, make_decision):
    report = make_report(None, make_decision(Reason.GATHERING))
    slow = replace(report, observation=replace(report.observation, lost_after_seconds=3.0))
    ready.on_report(slow, NOW)
    assert ready.view(NOW + 2.9).kind is Kind.LOOKING
    assert ready.view(NOW + 3.1).kind is Kind.LOCKED


def test_a_recognition_that_is_slow_is_told_of_in_the_small_print(ready):
    ready.on_status(Status(1, 0, ("the disk: is full",), slow="3 frames take 6.0 s"), NOW)
    assert ready.messages(NOW) == ("the disk: is full", "3 frames take 6.0 s")


def test_an_open_door_shows_the_welcome_and_counts_down(ready, make_report, make_decision):
    granted = make_decision(Reason.RECOGNISED, outcome=Outcome.GRANTED, person="Ada")
    ready.on_door(5.0)
    ready.on_report(make_report(None, granted, welcome="Welcome Ada"), NOW)
    seen = []
    for left in (5.0, 4.2, 2.5, 0.1):
        ready.on_door(left)
        view = ready.view(NOW)
        assert (view.kind, view.headline) == (Kind.UNLOCKED, "Welcome Ada")
        seen.append((view.detail, view.share))
    assert [detail for detail, _ in seen] == [f"Unlocked for {s} s" for s in (5, 5, 3, 1)]
    assert [share for _, share in seen] == [pytest.approx(x) for x in (1.0, 0.84, 0.5, 0.02)]
    ready.on_door(0.0)
    assert ready.view(NOW).kind is not Kind.UNLOCKED


def test_a_door_that_opens_again_fills_the_bar_again_and_forgets_the_last_welcome(ready, make_report):
    ready.on_report(make_report(welcome="Welcome Ada"), NOW)
    ready.on_door(5.0)
    ready.on_door(0.0)
    ready.on_door(3.0)
    view = ready.view(NOW)
    assert (view.share, "Ada" in view.headline) == (1.0, False)


@pytest.mark.parametrize("reason", [Reason.TOO_FAR, Reason.AMBIGUOUS])
def test_a_refusal_is_told_for_a_while_and_then_the_face_is_looked_at_again(ready, make_report, make_decision, reason):
    ready.on_report(make_report(None, make_decision(reason, outcome=Outcome.REFUSED)), NOW)
    late = NOW + REFUSAL_HOLDS_SECONDS - 0.1
    assert ready.view(NOW).headline == ready.view(late).headline == "Not recognised"
    ready.on_report(make_report(None, make_decision(Reason.GATHERING)), late)
    assert ready.view(NOW + REFUSAL_HOLDS_SECONDS).kind is Kind.LOOKING


def test_a_refusal_that_is_waited_out_stays_on_the_screen(ready, make_report, make_decision):
    ready.on_report(make_report(None, make_decision(Reason.TOO_FAR, outcome=Outcome.REFUSED)), NOW)
    ready.on_report(make_report(None, make_decision(Reason.TOO_FAR)), NOW + 5)
    assert ready.view(NOW + 5).kind is Kind.REFUSED


@pytest.mark.parametrize("outcome", [Outcome.PENDING, Outcome.REFUSED])
def test_a_refused_face_far_away_does_not_hide_the_hint_of_a_nearer_one(ready, make_report, make_decision, outcome):
    far, near = make_decision(Reason.TOO_FAR, outcome=outcome), make_decision(Reason.GATHERING, track=2)
    ready.on_report(make_report(None, far, near, rejection=Rejection.TOO_DARK), NOW)
    assert (ready.view(NOW).kind, ready.view(NOW).headline) == (Kind.LOOKING, HINTS[Rejection.TOO_DARK])


def test_a_refusal_of_earlier_is_shown_for_its_time_and_not_longer_when_a_nearer_face_comes(
    ready, make_report, make_decision
):
    ready.on_report(make_report(None, make_decision(Reason.TOO_FAR, outcome=Outcome.REFUSED)), NOW)
    far, near = make_decision(Reason.TOO_FAR), make_decision(Reason.GATHERING, track=2)
    late = NOW + REFUSAL_HOLDS_SECONDS
    ready.on_report(make_report(None, far, near), late - 0.1)
    assert ready.view(late - 0.1).kind is Kind.REFUSED
    assert ready.view(late).kind is Kind.LOOKING


def test_a_nearer_face_that_is_refused_comes_before_one_far_away(ready, make_report, make_decision):
    far, near = make_decision(Reason.GATHERING), make_decision(Reason.TOO_FAR, track=2)
    ready.on_report(make_report(None, far, near), NOW)
    assert ready.view(NOW).kind is Kind.REFUSED


def test_of_two_refusals_the_nearer_face_s_is_explained(ready, make_report, make_decision):
    far, near = make_decision(Reason.TOO_FAR), make_decision(Reason.AMBIGUOUS, track=2)
    ready.on_report(make_report(None, far, near), NOW)
    assert ready.refused is Reason.AMBIGUOUS


def test_whoever_is_let_in_is_not_shown_an_earlier_refusal(ready, make_report, make_decision):
    ready.on_report(make_report(None, make_decision(Reason.TOO_FAR, outcome=Outcome.REFUSED)), NOW)
    ready.on_report(make_report(None, make_decision(Reason.PRESENT, person="Ada")), NOW + 0.1)
    view = ready.view(NOW + 0.1)
    assert (view.kind, view.detail) == (Kind.LOCKED, "To open it again, step aside and come back.")


def test_a_decision_that_a_fault_refused_is_a_fault_and_says_why(ready, make_report, make_decision):
    refused = make_decision(Reason.FAULT, outcome=Outcome.REFUSED, fault="journal: disk full; free some space")
    ready.on_report(make_report(None, refused), NOW)
    view = ready.view(NOW)
    assert (view.kind, view.detail) == (Kind.FAULT, "The door stays locked. journal: disk full; free some space")
    assert ready.view(NOW + FAULT_HOLDS_SECONDS).kind is not Kind.FAULT


def test_faults_are_told_as_long_as_they_last_and_news_for_a_while(ready):
    ready.on_status(Status(3, 0, ("journal: disk full",), "The gallery has changed."), NOW)
    ready.on_status(Status(3, 0, ("journal: disk full",)), NOW + 1)
    assert ready.messages(NOW + 1) == ("journal: disk full", "The gallery has changed.")
    assert ready.messages(NOW + NOTICE_HOLDS_SECONDS) == ("journal: disk full",)
    ready.on_status(Status(3, 0, ()), NOW + 20)
    assert ready.messages(NOW + 20) == ()


def test_recognition_that_does_not_answer_is_a_fault(ready):
    ready.stuck_since = NOW
    assert ready.view(NOW + STUCK_AFTER_SECONDS).kind is Kind.LOCKED
    assert ready.view(NOW + STUCK_AFTER_SECONDS + 0.1).kind is Kind.FAULT


@pytest.mark.parametrize(
    ("state", "headline"),
    [
        (CameraState.OPENING, "Starting"),
        (CameraState.LIVE, "Locked"),
        (CameraState.LOST, "Camera lost"),
        (CameraState.ENDED, "No more pictures"),
    ],
)
def test_the_state_of_the_camera_is_told(ready, state, headline):
    ready.camera = state
    assert ready.view(NOW).headline == headline


def test_a_lost_camera_says_what_is_wrong_with_it(ready):
    ready.camera, ready.camera_fault = CameraState.LOST, "camera 0: is gone; plug it in"
    assert ready.view(NOW).detail == "camera 0: is gone; plug it in"


@pytest.mark.parametrize(("skipped", "words"), [(0, ""), (7, "7 pictures could not")])
def test_an_empty_gallery_explains_what_to_do(ready, skipped, words):
    ready.status = Status(0, skipped, ())
    view = ready.view(NOW)
    assert (view.kind, view.headline) == (Kind.NOBODY_ENROLLED, "Nobody is enrolled")
    assert "Press F2" in view.detail
    assert words in view.detail


WHATEVER_ELSE = st.builds(
    Situation,
    started=st.booleans(),
    broken=st.text(max_size=5),
    camera=st.sampled_from(CameraState),
    status=st.builds(Status, st.integers(0, 3), st.just(0), st.just(())),
    fault_at=st.sampled_from([-math.inf, NOW]),
    refused_until=st.sampled_from([-math.inf, NOW + 1]),
    stuck_since=st.sampled_from([None, NOW - 60]),
)


@given(st.floats(0.001, 60), WHATEVER_ELSE)
def test_an_open_door_is_never_shown_as_locked_whatever_else_is_wrong(left, situation):
    situation.on_door(left)
    assert situation.view(NOW).kind is Kind.UNLOCKED
    assert 0 < situation.view(NOW).share <= 1


@pytest.mark.parametrize("reason", [Reason.SUSPENDED, Reason.NOT_YET_VALID, Reason.EXPIRED])
def test_who_is_recognised_and_kept_out_is_sent_to_the_reception(ready, make_report, make_decision, reason):
    ready.on_report(make_report(None, make_decision(reason, outcome=Outcome.REFUSED)), NOW)
    view = ready.view(NOW)
    assert (view.kind, view.headline) == (Kind.REFUSED, "No access at present")
    assert "reception" in view.detail
