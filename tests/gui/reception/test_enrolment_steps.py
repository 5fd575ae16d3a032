"""Each step of the enrolment on its own."""

import os
from datetime import date
from types import SimpleNamespace

import numpy as np
import pytest
from PyQt6.QtCore import QLocale, Qt
from PyQt6.QtWidgets import QApplication, QLabel

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
    TrackedFace,
)
from kiosk.door.report import Report
from kiosk.files import asset
from kiosk.gui.controls import Button
from kiosk.gui.reception.dates import read_day
from kiosk.gui.reception.enrolment import check_step, consent_step
from kiosk.gui.reception.enrolment.capture_step import CaptureStep, instruction
from kiosk.gui.reception.enrolment.check_step import CheckStep
from kiosk.gui.reception.enrolment.consent_step import ConsentStep
from kiosk.gui.reception.enrolment.name_step import NameStep
from kiosk.gui.reception.enrolment.step import Draft
from kiosk.gui.reception.enrolment.trial_step import TrialStep, judge
from kiosk.people.capture import CaptureHint, CaptureState
from kiosk.people.consent import read_consent
from kiosk.people.enrolment import Check, Duplicates, Enrolled, Examined, Offered
from kiosk.people.register import PersonRecord

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def at_name(context, bare, shown) -> NameStep:
    found = shown(NameStep(context, Draft()))
    found.enter()
    return found


def test_a_name_that_cannot_be_one_is_told_beside_the_field(qtbot, at_name):
    for name, fault in (
        ("", "Please type"),
        ("a/b", "holds a slash"),
        ("x" * 101, "longer than 100"),
        ("#recycle", "starts with “#”"),
        (" _Ada", "starts with “_”"),
        ("System Volume Information", "recycle bin"),
    ):
        at_name.name.set_text(name)
        qtbot.mouseClick(at_name.next, LEFT)
        assert fault in at_name.name.fault.text()
        assert at_name.name.edit.hasFocus()
        assert at_name.draft.person == ""


def test_somebody_who_is_enrolled_may_have_more_pictures_or_it_is_another_name(qtbot, at_name):
    at_name.name.set_text("grace hopper")
    qtbot.mouseClick(at_name.next, LEFT)
    qtbot.waitUntil(at_name.add.isVisible)
    assert "Grace Hopper is already enrolled" in at_name.known_heading.text()
    qtbot.mouseClick(at_name.other, LEFT)
    assert not at_name.add.isVisible()
    qtbot.mouseClick(at_name.next, LEFT)
    qtbot.waitUntil(at_name.add.isVisible)
    assert at_name.other.hasFocus()
    at_name.add.setFocus()
    qtbot.keyClick(at_name.add, Qt.Key.Key_Return)
    assert not at_name.draft.adding
    with qtbot.waitSignal(at_name.done):
        qtbot.mouseClick(at_name.add, LEFT)
    assert (at_name.draft.person, at_name.draft.adding, at_name.draft.data) == ("Grace_Hopper", True, {})


def test_what_else_is_known_is_optional_and_checked_and_the_name_can_be_heard(qtbot, at_name, services, bare):
    services.people.save_all([PersonRecord("Ada", group="Research")])
    at_name.enter()
    qtbot.mouseClick(at_name.more, LEFT)
    fields = at_name.details.fields
    assert fields["group"].edit.completer().model().index(0, 0).data() == "Research"
    at_name.details.hear.click()
    assert "Type a name" in fields["spoken"].fault.text()
    at_name.name.set_text("Mary")
    fields["valid_from"].set_text("2027-05-01")
    for name, text, fault in (
        ("email", "no address", "cannot be used"),
        ("email", "m@example.org", ""),
        ("valid_until", "2027-04-01", "before the first"),
        ("valid_until", "soon", "not a date"),
    ):
        fields[name].set_text(text)
        qtbot.mouseClick(at_name.next, LEFT)
        assert fault in fields[name].fault.text()
        fields["valid_until"].set_text("2027-04-01" if name == "email" else "")
    fields["spoken"].set_text("Zo-ay")
    at_name.details.hear.click()
    assert bare.said == ["Zo-ay"]
    with qtbot.waitSignal(at_name.done, timeout=30_000):
        qtbot.mouseClick(at_name.next, LEFT)
    assert (at_name.draft.data["email"], at_name.draft.data["valid_from"]) == ("m@example.org", date(2027, 5, 1))


def test_a_day_is_read_as_people_write_it():
    before = QLocale()
    for language, text in (
        ("de_DE", "31.12.2027"),
        ("de_DE", "31.12.27"),
        ("en_GB", "31/12/2027"),
        ("en_US", "2027-12-31"),
    ):
        QLocale.setDefault(QLocale(language))
        try:
            assert read_day(text) == date(2027, 12, 31)
            assert read_day("tomorrow") is None
        finally:
            QLocale.setDefault(before)


@pytest.fixture
def at_consent(context, shown) -> ConsentStep:
    return shown(ConsentStep(context, Draft("Ada_Lovelace")))


@pytest.fixture(autouse=True)
def no_double_taps(monkeypatch):
    """What has been seen is known at once."""
    monkeypatch.setattr(QApplication, "doubleClickInterval", lambda: 0)


def test_the_shipped_text_is_shown_and_what_is_agreed_to_is_written_down(qtbot, agree, at_consent):
    at_consent.enter()
    assert "Ada Lovelace, please read" in at_consent.heading.text()
    assert "voluntary" in at_consent.page.toPlainText()
    with qtbot.waitSignal(at_consent.done):
        agree(at_consent)
    shipped = read_consent(asset("consent.en.md"))
    consent = at_consent.draft.consent
    assert (consent.sha256, consent.version, consent.language) == (shipped.sha256, shipped.version, "en")
    assert consent.recorded_by == "Ida"


def settled(qtbot) -> None:
    """Everything has its place, and the text was looked at since."""
    for _ in range(3):
        qtbot.wait(20)
        QApplication.processEvents()


def test_the_keys_go_to_the_text_and_enter_and_space_do_not_agree(qtbot, at_consent):
    happened: list[object] = []
    at_consent.done.connect(lambda: happened.append(at_consent.draft.consent))
    at_consent.enter()
    settled(qtbot)
    assert at_consent.page.hasFocus()
    assert (at_consent.agree.isEnabled(), at_consent.unread.isVisible()) == (False, True)
    keys = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) * 30
    for key in keys:
        qtbot.keyClick(at_consent.window().focusWidget(), key)
    settled(qtbot)
    assert at_consent.agree.isEnabled(), "Space has scrolled to the end"
    for key in keys:
        qtbot.keyClick(at_consent.window().focusWidget(), key)
    at_consent.agree.setFocus()
    qtbot.keyClick(at_consent.agree, Qt.Key.Key_Return)
    assert happened == []
    qtbot.keyClick(at_consent.agree, Qt.Key.Key_Space)
    assert len(happened) == 1


def test_the_text_is_read_at_its_end_and_not_for_the_next_person(qtbot, at_consent):
    bar = at_consent.page.verticalScrollBar()
    for key in (Qt.Key.Key_Down, Qt.Key.Key_PageDown, Qt.Key.Key_End):
        at_consent.enter()
        settled(qtbot)
        assert (at_consent.agree.isEnabled(), at_consent.unread.isVisible(), bar.value()) == (False, True, 0)
        assert at_consent.agree.accessibleDescription() == at_consent.unread.text()
        while bar.value() < bar.maximum():
            assert not at_consent.agree.isEnabled()
            before = bar.value()
            qtbot.keyClick(at_consent.page, key)
            assert bar.value() > before
        qtbot.waitUntil(at_consent.agree.isEnabled)
        assert not at_consent.unread.isVisible()
        assert at_consent.agree.accessibleDescription() == ""
        bar.setValue(0)
        settled(qtbot)
        assert at_consent.agree.isEnabled(), "what was read stays read"
        at_consent.leave()


def test_the_second_tap_of_a_double_tap_does_not_agree(qtbot, context, shown, monkeypatch):
    monkeypatch.setattr(QApplication, "doubleClickInterval", lambda: 600_000)
    at_consent = shown(ConsentStep(context, Draft("Ada_Lovelace")))
    for part in (at_consent.window(), at_consent):
        part.resize(1900, 1060)
    at_consent.enter()
    qtbot.waitUntil(lambda: at_consent.page.verticalScrollBar().maximum() == 0)
    settled(qtbot)
    assert not at_consent.agree.isEnabled()


def test_a_company_s_own_text_takes_the_place_of_the_shipped_one_and_nobody_agrees_to_none(
    qtbot, home, services, at_consent
):
    own = home / "own" / "consent.en.md"
    own.parent.mkdir()
    config = home / "config.yaml"
    config.write_text(config.read_text().replace("reception: {", "reception: {consent: own, "))
    services.config.changed()
    own.write_text("# Our own\n\n" + "\n\n".join(f"Paragraph {number} of our text." for number in range(5000)))
    at_consent.enter()
    assert "Paragraph 7 of our text." in at_consent.page.toPlainText()
    settled(qtbot)
    qtbot.keyClick(at_consent.page, Qt.Key.Key_PageDown)
    settled(qtbot)
    assert not at_consent.agree.isEnabled(), "a long text is not read before it is laid out"
    own.write_bytes(b"\xff\xfe")
    at_consent.enter()
    settled(qtbot)
    assert not at_consent.agree.isEnabled()
    assert not at_consent.unread.isVisible()
    assert "UTF-8" in at_consent.page.toPlainText()


def test_whoever_reads_is_not_sent_away_but_not_waited_for_for_ever(at_consent, screen):
    at_consent.enter()
    for _ in range(20):
        at_consent.on_reading()
    assert 3 <= screen.stayed <= consent_step._READINGS
    at_consent.leave()
    assert not at_consent._timer.isActive()


CONTENT = asset("demo", "gallery", "Grace_Hopper.jpg").read_bytes()

GOOD = tuple(
    Examined(Offered(f"{number}.jpg", CONTENT), str(number), Embedding(np.ones(1, np.float32), "one"))
    for number in range(5)
)


@pytest.fixture
def at_capture(context, bare, shown) -> CaptureStep:
    found = shown(CaptureStep(context, Draft("Ada")))
    found.enter()
    return found


def report(state):
    return SimpleNamespace(capture=state)


def show(at_capture, state):
    at_capture.session.state = state
    at_capture.on_report(report(state))


def test_the_session_is_the_station_s_while_the_step_is_shown_and_nobody_is_photographed_while_files_are_chosen(
    qtbot, at_capture, bare, screen
):
    assert bare.capture is at_capture.session
    bare.capture = None  # it was built again
    at_capture.on_report(report(None))
    assert bare.capture is at_capture.session
    show(at_capture, CaptureState(4, GOOD))
    qtbot.mouseClick(at_capture.shots.buttons[1], LEFT)
    assert at_capture.session.state.taken[1] is None
    assert not at_capture._ending.isActive()
    at_capture.files.click()
    at_capture.hide()
    for state in (CaptureState(4, GOOD), None):
        at_capture.on_report(report(state))
    assert (bare.capture, at_capture._ending.isActive()) == (None, False)
    at_capture.show()
    screen.pick_cancelled()
    assert bare.capture is at_capture.session
    at_capture.leave()
    assert bare.capture is None


def test_hints_are_spoken_where_that_is_wanted_and_not_one_over_the_other(at_capture, home, services, bare):
    show(at_capture, CaptureState(0, (None,) * 5, CaptureHint.CLOSER))
    assert bare.said == []
    path = home / "config.yaml"
    path.write_text(path.read_text().replace("voice: {", "voice: {hints: true, "))
    services.config.changed()
    show(at_capture, CaptureState(0, (None,) * 5, CaptureHint.FURTHER))
    show(at_capture, CaptureState(0, (None,) * 5, CaptureHint.CENTRE))
    assert bare.said == ["Step back a little"]


def test_one_thing_is_said_at_a_time_and_arrows_point_to_where_the_person_sees_the_own_head_turn():
    nothing = (None,) * 5
    for state, mirrored, words, drawing in (
        (CaptureState(0, nothing), True, "Look straight at the camera", "face_search"),
        (CaptureState(1, (GOOD[0], *nothing[1:])), True, "Turn your head a little to your left", "face_search"),
        (CaptureState(1, nothing, CaptureHint.CLOSER), True, "Come a little closer", "closer"),
        (CaptureState(1, nothing, None, 0.4), True, "Good. Hold still …", "face_search"),
        (CaptureState(4, GOOD), True, "Thank you, all pictures are taken", "tick_mark"),
        (CaptureState(1, nothing, CaptureHint.TURN_LEFT), True, "Turn your head a little to your left", "arrow_left"),
        (CaptureState(1, nothing, CaptureHint.TURN_LEFT), False, "Turn your head a little to your left", "arrow_right"),
        (CaptureState(3, nothing, CaptureHint.LOOK_UP), False, "Raise your chin a little", "arrow_up"),
    ):
        assert instruction(state, mirrored=mirrored) == (words, drawing)


GRACE = Candidate("Grace_Hopper", 0.3)


@pytest.fixture
def finds(monkeypatch):
    """finds(checked, ...): what the checks find, one after the other."""

    def set_up(*answers):
        left = list(answers)
        monkeypatch.setattr(check_step, "check_pictures", lambda *_: left.pop(0))

    return set_up


@pytest.fixture
def at_check(context, crowd, shown) -> CheckStep:
    crowd()
    return shown(CheckStep(context, Draft("Ada")))


def enter(qtbot, at_check):
    at_check.enter()
    qtbot.waitUntil(lambda: bool(at_check.cards) and at_check.cards[0].isVisible())
    return [card.state.text() for card in at_check.cards]


def test_pictures_are_read_in_the_background_and_a_pipe_is_not_waited_for(qtbot, at_check, finds, tmp_path, portrait):
    os.mkfifo(tmp_path / "pipe.jpg")
    pipe = Examined(Offered.file(tmp_path / "pipe.jpg"), fault="is not a regular file")
    good = Examined(Offered.file(portrait), "1", Embedding(np.ones(1, np.float32), "one"))
    finds(Check((pipe, good), duplicates=Duplicates(alike=(GRACE,))))
    enter(qtbot, at_check)
    assert [card.image.pixmap().isNull() for card in at_check.cards] == [True, False]
    assert not any(label.pixmap().isNull() for label in at_check.finding.findChildren(QLabel) if not label.text())


def test_a_picture_of_somebody_else_may_be_taken_again_and_a_file_left_out(qtbot, at_check, finds):
    files = (*GOOD[:2], Examined(Offered("b.jpg", b""), fault="the face is too small"))
    finds(Check(GOOD, outliers=frozenset({2})), Check(files, repeated={1: "a.jpg"}), Check(files[:2]))
    at_check.draft.from_camera = True
    assert enter(qtbot, at_check)[2] == "Looks like a different person"
    assert "see picture 3" in at_check.heading.text()
    assert not at_check.save.isEnabled()
    with qtbot.waitSignal(at_check.again) as heard:
        at_check.cards[2].button.click()
    assert heard.args == [2]
    at_check.draft.from_camera = False
    at_check.enter()
    qtbot.waitUntil(lambda: len(at_check.cards) == 3)
    assert [card.state.text() for card in at_check.cards] == ["Good", "Already there", "the face is too small"]
    at_check.cards[2].button.click()
    qtbot.waitUntil(lambda: len(at_check.cards) == 2)
    assert at_check.draft.pictures == list(files[:2])


def test_a_look_alike_is_a_warning_with_which_it_may_be_saved(qtbot, at_check, finds):
    finds(Check(GOOD, duplicates=Duplicates(alike=(GRACE,))))
    enter(qtbot, at_check)
    (more,) = at_check.finding.findChildren(Button)
    with qtbot.waitSignal(at_check.more):
        more.click()
    assert (at_check.save.isEnabled(), at_check.save.autoDefault(), at_check.merge) == (True, False, None)
    assert at_check.before.hasFocus()


def found(*candidates, margin=0.05):
    return Identification(tuple(Candidate(*one) for one in candidates), 0.4, margin, 9)


def trial_report(identification=None, rejection=None, decision=None, faces=1):
    face = TrackedFace(1, Face(Box(0, 0, 100, 100), 1.0), rejection, identification)
    return Report(Observation(1, 1.0, (face,) * faces), () if decision is None else (decision,), (), "", {})


def decided(reason, person=None, identification=None):
    outcome = Outcome.GRANTED if person else Outcome.REFUSED
    return Decision(outcome, reason, 1, 1, 1.0, 3, 3, person=person, identification=identification)


def test_who_the_door_lets_in_is_recognised_and_who_is_kept_out_all_the_same_is_told_why():
    for reason in (Reason.RECOGNISED, Reason.RETURNED, Reason.PRESENT):
        verdict = judge(trial_report(decision=decided(reason, "Ada_L")), "ada l")
        assert (verdict.recognised, verdict.enters) == (True, True)
        assert not judge(trial_report(decision=decided(reason, "Grace")), "Ada").recognised
    verdict = judge(trial_report(decision=decided(Reason.SUSPENDED, None, found(("Ada", 0.2)))), "Ada")
    assert (verdict.recognised, verdict.enters) == (True, False)
    assert "reception" in verdict.words


def test_what_is_in_the_way_is_explained():
    for seen, words in (
        (trial_report(faces=0), "Step in front"),
        (trial_report(rejection=Rejection.TOO_DARK), "More light"),
        (trial_report(), "Hold still"),
        (trial_report(found(("Ada", 0.2))), "Recognising"),
        (trial_report(found(("Ada", 0.44))), "0.44 (limit 0.40)"),
        (trial_report(found(("Grace_H", 0.3), ("Ada", 0.35))), "more like Grace H (distance 0.30)"),
        (trial_report(found(("Grace_H", 0.5), ("Ada", 0.6))), "Not recognised as Ada"),
        (trial_report(found(("Grace_H", 0.3))), "Not recognised as Ada"),
        (trial_report(found(("Ada", 0.3), ("Grace_H", 0.32))), "too much like Grace H"),
    ):
        verdict = judge(seen, "Ada")
        assert words in verdict.words
        assert not verdict.recognised


def test_it_waits_for_the_pictures_and_then_for_the_person(context, shown, screen, crowd):
    at_trial = shown(TrialStep(context, Draft("Ada")))
    recognised = trial_report(decision=decided(Reason.RECOGNISED, "Ada_Lovelace"))
    crowd()
    at_trial.begin(Enrolled("Ada_Lovelace", ("Ada_Lovelace.jpg",), is_new=True))
    at_trial.enter()
    assert at_trial.heading.text() == "Ada Lovelace is enrolled."
    at_trial.on_report(recognised)
    assert (at_trial.in_force, at_trial.verdict) == (False, None)
    crowd(Ada_Lovelace=[0.0])
    at_trial.on_look()
    assert at_trial.in_force
    at_trial.on_report(trial_report(faces=0))
    assert at_trial.hint.text() == "Step in front of the camera"
    at_trial.on_report(recognised)
    assert (at_trial.state.text(), at_trial.state.property("state")) == ("Recognised. The door opens.", "good")
    assert at_trial.hint.text() == ""
    at_trial.on_report(recognised)
    assert screen.stayed == 1
