import pytest
from PyQt6.QtCore import Qt

from kiosk import words
from kiosk.access.people import read_consent
from kiosk.gui.reception.enrolment import consent_step
from kiosk.gui.reception.enrolment.consent_step import ConsentStep
from kiosk.gui.reception.enrolment.draft import Draft
from kiosk.resources import asset

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def step(office, shown) -> ConsentStep:
    found = ConsentStep(office, Draft("Ada_Lovelace"))
    shown(found)
    return found


def test_the_shipped_text_is_shown_and_what_is_agreed_to_is_written_down(qtbot, step):
    step.enter()
    assert "Ada Lovelace, please read" in step.heading.text()
    assert "voluntary" in step.page.toPlainText()
    with qtbot.waitSignal(step.done):
        qtbot.mouseClick(step.agree, LEFT)
    shipped = read_consent(asset("consent.en.md"))
    consent = step.draft.consent
    assert (consent.sha256, consent.version, consent.language) == (shipped.sha256, shipped.version, "en")
    assert consent.recorded_by == "Ida"


def test_the_text_is_that_of_the_screen_s_language(step, monkeypatch):
    monkeypatch.setattr(words, "language", lambda: "de")
    step.enter()
    assert step.text.language == "de"


def test_a_company_s_own_text_takes_the_place_of_the_shipped_one(home, desk, step):
    (home / "own").mkdir()
    (home / "own" / "consent.en.md").write_text("# Our own\n\nOur text.")
    (home / "config.yaml").write_text(
        (home / "config.yaml").read_text().replace("reception: {", "reception: {consent: own, ")
    )
    desk.config.changed()
    step.enter()
    assert "Our text." in step.page.toPlainText()


def test_without_a_text_nobody_can_agree(home, desk, step):
    (home / "own").mkdir()
    (home / "own" / "consent.en.md").write_bytes(b"\xff\xfe")
    (home / "config.yaml").write_text(
        (home / "config.yaml").read_text().replace("reception: {", "reception: {consent: own, ")
    )
    desk.config.changed()
    step.enter()
    assert not step.agree.isEnabled()
    assert "UTF-8" in step.page.toPlainText()


def test_who_does_not_agree_leaves_nothing(qtbot, step):
    step.enter()
    with qtbot.waitSignal(step.refused):
        qtbot.mouseClick(step.refuse, LEFT)
    assert step.draft.consent is None


def test_whoever_reads_is_not_sent_away_but_not_waited_for_for_ever(step, screen):
    step.enter()
    for _ in range(20):
        step.on_reading()
    assert 3 <= screen.stayed <= consent_step._READINGS
    step.leave()
    assert not step._timer.isActive()


def test_where_there_is_little_room_it_is_the_texts(step, shown):
    shown(step).resize(800, 200)
    assert not step.heading.isVisible()
    step.resize(800, 480)
    assert step.heading.isVisible()
