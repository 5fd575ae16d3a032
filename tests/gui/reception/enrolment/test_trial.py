import numpy as np
import pytest

from kiosk.domain import (
    Box,
    Candidate,
    Decision,
    Embedding,
    Face,
    Identification,
    Observation,
    Outcome,
    Reason,
    Rejection,
    Template,
    TrackedFace,
)
from kiosk.door.report import Report
from kiosk.gui.reception.enrolment.trial_step import in_force, judge
from kiosk.people.snapshot import GallerySnapshot


def found(*candidates, margin=0.05):
    return Identification(tuple(Candidate(*one) for one in candidates), 0.4, margin, 9)


def report(identification=None, rejection=None, decision=None, faces=1):
    face = TrackedFace(1, Face(Box(0, 0, 100, 100), 1.0), rejection, identification)
    return Report(Observation(1, 1.0, (face,) * faces), () if decision is None else (decision,), (), "", {})


def decided(reason, person=None, identification=None):
    outcome = Outcome.GRANTED if person else Outcome.REFUSED
    return Decision(outcome, reason, 1, 1, 1.0, 3, 3, person=person, identification=identification)


@pytest.mark.parametrize("reason", [Reason.RECOGNISED, Reason.RETURNED, Reason.PRESENT])
def test_whoever_the_door_lets_in_is_recognised(reason):
    verdict = judge(report(decision=decided(reason, "Ada_L")), "ada l")
    assert verdict.recognised
    assert verdict.enters
    assert not judge(report(decision=decided(reason, "Grace")), "Ada").recognised


def test_who_is_kept_out_all_the_same_is_told_why():
    verdict = judge(report(decision=decided(Reason.SUSPENDED, None, found(("Ada", 0.2)))), "Ada")
    assert verdict.recognised
    assert not verdict.enters
    assert "reception" in verdict.words


@pytest.mark.parametrize(
    ("seen", "words"),
    [
        (report(faces=0), "Step in front"),
        (report(rejection=Rejection.TOO_DARK), "More light"),
        (report(), "Hold still"),
        (report(found(("Ada", 0.2))), "Recognising"),
        (report(found(("Ada", 0.44))), "distance 0.44, at most 0.40"),
        (report(found(("Grace_H", 0.3), ("Ada", 0.35))), "more like Grace H (distance 0.30)"),
        (report(found(("Grace_H", 0.5), ("Ada", 0.6))), "Not recognised as Ada"),
        (report(found(("Grace_H", 0.3))), "Not recognised as Ada"),
        (report(found(("Ada", 0.3), ("Grace_H", 0.32))), "too much like Grace H"),
    ],
)
def test_what_is_in_the_way_is_explained(seen, words):
    verdict = judge(seen, "Ada")
    assert words in verdict.words
    assert not verdict.recognised


def test_pictures_are_in_force_when_all_of_them_are_templates():
    one = Template("Ada", Embedding(np.ones(1, np.float32), "one"), "Ada/1.jpg")
    snapshot = GallerySnapshot("one", (one,))
    assert in_force(snapshot, ("Ada/1.jpg",))
    assert not in_force(snapshot, ("Ada/1.jpg", "Ada/2.jpg"))
