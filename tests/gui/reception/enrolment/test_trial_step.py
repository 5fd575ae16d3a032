import pytest

from kiosk.gui.reception.enrolment import trial_step
from kiosk.gui.reception.enrolment.step import Draft
from kiosk.gui.reception.enrolment.trial_step import TrialStep, Verdict
from kiosk.people.enrolment import Enrolled


@pytest.fixture
def step(context, shown) -> TrialStep:
    found = TrialStep(context, Draft("Ada"))
    shown(found)
    return found


@pytest.fixture
def verdicts(monkeypatch):
    """What is judged, one after the other; the pictures are in force."""
    given: list[Verdict] = []
    monkeypatch.setattr(trial_step, "in_force", lambda snapshot, sources: True)
    monkeypatch.setattr(trial_step, "judge", lambda report, person: given.pop(0))
    return given


def test_it_waits_for_the_pictures_and_then_for_the_person(step, verdicts, screen):
    step.begin(Enrolled("Ada_Lovelace", ("Ada_Lovelace/1.jpg",), is_new=True))
    step.on_report(None)
    step.enter()
    assert step.heading.text() == "Ada Lovelace is enrolled."
    assert step.in_force_seconds is not None
    verdicts += [Verdict("Come closer"), Verdict("Recognised.", recognised=True, enters=True)]
    step.on_report(None)
    assert step.hint.text() == "Come closer"
    step.on_report(None)
    assert (step.state.text(), step.state.property("state"), step.hint.text()) == ("Recognised.", "good", "")
    step.on_report(None)
    assert screen.stayed == 1


def test_somebody_who_is_kept_out_is_a_warning(step, verdicts):
    step.begin(Enrolled("Ada", ("Ada/1.jpg",), is_new=False))
    step.enter()
    assert "more pictures" in step.heading.text()
    verdicts.append(Verdict("Locked.", recognised=True))
    step.on_report(None)
    assert step.state.property("state") == "warning"


def test_without_anybody_saved_it_does_nothing(step):
    step.enter()
    step.on_report(None)
    step.leave()
    assert step.verdict is None
