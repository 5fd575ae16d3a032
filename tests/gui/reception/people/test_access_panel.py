from dataclasses import replace
from datetime import UTC, datetime

import pytest

from kiosk.gui.reception.people.person_view import AccessPanel
from kiosk.gui.reception.people.rows import gather
from kiosk.people.register import Consent, Standing, today

CONSENT = Consent(datetime(2026, 3, 2, 8, 0, tzinfo=UTC), "1", "ab" * 32, "en", "Eve")


@pytest.fixture
def panel(context, crowd, shown, services) -> AccessPanel:
    crowd()
    panel = shown(AccessPanel(context))
    panel.show_row(gather(services).rows[0])
    return panel


def test_suspending_and_allowing_again(panel, qtbot, services, screen):
    assert panel.suspend.text() == "Suspend"
    with qtbot.waitSignal(panel.changed):
        panel.suspend.click()
    assert services.people.standing("Grace_Hopper", today()) is Standing.SUSPENDED
    assert screen.told == ["Grace Hopper is kept out from now on."]
    panel.show_row(gather(services).rows[0])
    assert (panel.suspend.text(), "stays shut" in panel.sentence.text()) == ("Allow again", True)
    with qtbot.waitSignal(panel.changed):
        panel.suspend.click()
    assert services.people.standing("Grace_Hopper", today()) is Standing.IN_FORCE
    assert [row.action for row in services.journal.actions(2)] == ["resumed", "suspended"]


def test_a_missing_consent_is_told_and_can_be_recorded(panel, qtbot, services):
    assert panel.consent.text().startswith("No consent is recorded")
    with qtbot.waitSignal(panel.consent_wanted):
        panel.record_consent.click()
    services.people.change("Grace_Hopper", lambda known: replace(known, consent=CONSENT))
    panel.show_row(gather(services).rows[0])
    assert "Recorded by Eve" in panel.consent.text()
    assert not panel.record_consent.isVisible()


def test_a_fault_is_told_and_can_be_tried_again(panel, qtbot, services, screen, home):
    (home / "images.people.sqlite3").write_text("nonsense")
    panel.suspend.click()
    qtbot.waitUntil(lambda: bool(screen.faults))
    assert panel.suspend.isEnabled()


def test_what_the_door_did_about_the_person_is_one_click_away(panel, screen):
    panel.visits.click()
    assert screen.went == [("journal", {"person": "Grace_Hopper"})]
