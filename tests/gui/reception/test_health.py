"""The health page: findings, the worst first, speed, and the report to copy."""

import pytest
from PyQt6.QtGui import QGuiApplication

from kiosk.domain import Observation
from kiosk.door.report import Report
from kiosk.gui.reception import health as page_module
from kiosk.gui.reception.health import FindingRow, HealthPage
from kiosk.health.checks import Finding, State

DETAILS = tuple(f"Ada {number}.jpg: is empty" for number in range(9))
FAULT = Finding(State.FAULT, "/home/ada/images: cannot be read", "check its permissions", DETAILS, "gone", "gallery")


@pytest.fixture
def page(context, shown):
    page = HealthPage(context)
    shown(page)
    yield page
    page.leave()


def order(page: HealthPage) -> list[str]:
    rows = {row: check for check, row in page.rows.items()}
    return [rows[page._list.itemAt(place).widget()] for place in range(page._list.count())]


def test_what_is_wrong_comes_first(page):
    page._take([Finding(State.OK, "", check="camera"), Finding(State.WARNING, "", check="door"), FAULT])
    assert order(page) == ["gallery", "door", "camera"]
    assert page.badge.word.text() == "Fault"
    page._take([Finding(State.OK, "", check="gallery"), Finding(State.OK, "", check="door")])
    assert order(page) == ["camera", "door", "gallery"]
    assert page.verdict.text() == "Everything is in order."


def test_it_looks_again_while_it_is_shown_and_a_look_that_hangs_is_not_begun_again(qtbot, page, monkeypatch):
    looks, begun, found = [], [], [Finding(State.OK, "", check="door")]
    monkeypatch.setattr(page_module, "live_findings", lambda *_: looks.append(1) or found)
    monkeypatch.setattr(page.context, "run", lambda work, then, failed: begun.append(then))
    page._timer.setInterval(1)
    page.enter()
    qtbot.waitUntil(lambda: len(looks) > 12)
    assert len(begun) == 1
    begun[0]([])
    qtbot.waitUntil(lambda: len(begun) == 2)
    page.leave()
    assert not page._timer.isActive()


def test_reports_become_curves_and_the_report_that_is_copied_tells_no_name(qtbot, page, services, home, screen):
    services.source = "rtsp://ada:secret@door.example/live"
    for number in range(3):
        page.context.reported.emit(Report(Observation(number, 1.0, ()), (), (), "", {"detect": 0.01}))
    page.enter()
    assert page.speed.lines["detect"][1].text() == "10.0 ms"
    qtbot.waitUntil(lambda: "clock" in page.rows)
    parts = {"camera", "recognition", "door", "gallery", "encoder", "voice", "journal", "disk", "memory", "config"}
    assert parts <= set(page.rows)
    page.copy.click()
    text = QGuiApplication.clipboard().text()
    assert "qt: 6" in text
    assert [name for name in ("Grace", "secret", "example", str(home)) if name in text] == []
    assert screen.told


def test_a_fault_has_its_remedy_some_details_and_words_for_a_screen_reader(shown):
    row = shown(FindingRow(FAULT))
    assert row.remedy.isVisible()
    assert row.message.text().replace("\u200b", "") == "/home/ada/images: cannot be read"
    assert row.details.text().splitlines()[0] == "Ada 0.jpg: is empty"
    assert row.details.text().splitlines()[-1] == "and 4 more"
    assert row.accessibleName() == "Pictures of the people: Fault"
    assert "check its permissions" in row.accessibleDescription()
    row.show_finding(Finding(State.OK, "people 3", public="people 3", check="gallery"))
    assert row.badge.word.text() == "In order"
    assert (row.remedy.isVisible(), row.details.isVisible()) == (False, False)
