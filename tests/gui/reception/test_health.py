"""The health page: findings, the worst first, speed, and the report to copy."""

import pytest
from PyQt6.QtGui import QGuiApplication

from kiosk.domain import Frame, Observation
from kiosk.door.build import Choices, build_station
from kiosk.door.report import Report
from kiosk.gui.reception import health as page_module
from kiosk.gui.reception.health import FindingRow, HealthPage
from kiosk.health.checks import Finding, State
from kiosk.vision.demo import draw


@pytest.fixture
def fault() -> Finding:
    details = tuple(f"Ada {number}.jpg: is empty" for number in range(9))
    return Finding("gallery", State.FAULT, "/home/ada/images: cannot be read", "check its permissions", details, "gone")


@pytest.fixture
def fine() -> Finding:
    return Finding("gallery", State.OK, "people 3", public="people 3")


@pytest.fixture
def page(context, shown):
    page = HealthPage(context)
    shown(page)
    yield page
    page.leave()


def order(page: HealthPage) -> list[str]:
    rows = {row: check for check, row in page.rows.items()}
    return [rows[page._list.itemAt(place).widget()] for place in range(page._list.count())]


def test_every_part_is_looked_at_once_it_is_shown(qtbot, page):
    page.enter()
    assert {"camera", "recognition", "door"} <= set(page.rows)
    qtbot.waitUntil(lambda: "clock" in page.rows, timeout=10_000)
    assert {"gallery", "encoder", "voice", "journal", "disk", "memory", "config"} <= set(page.rows)


def test_what_is_wrong_comes_first(page, fault):
    page._take([Finding("camera", State.OK, ""), Finding("door", State.WARNING, ""), fault])
    assert order(page) == ["gallery", "door", "camera"]
    assert page.badge.word.text() == "Fault"
    page._take([Finding("gallery", State.OK, ""), Finding("door", State.OK, "")])
    assert order(page) == ["camera", "door", "gallery"]
    assert page.verdict.text() == "Everything is in order."


def test_it_looks_again_while_it_is_shown_and_not_afterwards(qtbot, page, monkeypatch):
    looks = []
    monkeypatch.setattr(page_module, "live_findings", lambda *_: looks.append(1) or [Finding("door", State.OK, "")])
    page._timer.setInterval(10)
    page.enter()
    qtbot.waitUntil(lambda: len(looks) > 3)
    page.leave()
    assert not page._timer.isActive()


def test_a_look_that_hangs_is_not_begun_again(page, monkeypatch):
    begun = []
    monkeypatch.setattr(page.context, "run", lambda work, then, failed: begun.append(then))
    page.enter()
    for _ in range(12):
        page.on_tick()
    assert len(begun) == 1
    begun[0]([])
    for _ in range(5):
        page.on_tick()
    assert len(begun) == 2


def test_reports_of_the_recognition_become_curves(page):
    for number in range(3):
        page.context.reported.emit(Report(Observation(number, 1.0, ()), (), (), "", {"detect": 0.01}))
    page.enter()
    assert page.speed.lines["detect"][1].text() == "10.0 ms"


def test_the_report_is_copied_and_tells_no_name(qtbot, page, services, home, screen):
    portrait = (home / "images" / "Grace_Hopper.jpg").read_bytes()
    (home / "images" / "O'Neill <b>.jpg").write_bytes(portrait)
    (home / "images" / "Broken Person.jpg").write_bytes(b"nothing")
    services.station = build_station(Choices(services.config, home / "images", "demo", fast=True), lambda *_: None)
    services.source = "rtsp://ada:secret@door.example/live"
    for number in range(20, 60, 3):
        page.context.reported.emit(services.station.process(Frame(draw(number), number / 30, number)))
    page.enter()
    qtbot.waitUntil(lambda: "clock" in page.rows, timeout=10_000)
    page.copy.click()
    text = QGuiApplication.clipboard().text()
    services.station.close()
    assert "people 2, pictures 2, skipped 1" in text
    assert "qt: 6" in text
    assert [name for name in ("Grace", "O'Neill", "Broken", "secret", "example", str(home)) if name in text] == []
    assert screen.told


def test_a_fault_has_its_remedy_and_the_first_of_its_details(shown, fault):
    row = shown(FindingRow(fault))
    assert row.remedy.isVisible()
    assert row.message.text().replace("\u200b", "") == "/home/ada/images: cannot be read"
    assert row.details.text().splitlines()[0] == "Ada 0.jpg: is empty"
    assert row.details.text().splitlines()[-1] == "and 4 more"


def test_a_newer_finding_takes_its_place(shown, fault, fine):
    row = shown(FindingRow(fault))
    row.show_finding(fine)
    assert row.badge.word.text() == "In order"
    assert not row.remedy.isVisible()
    assert not row.details.isVisible()


def test_a_screen_reader_is_told_part_state_and_remedy(shown, fault):
    row = shown(FindingRow(fault))
    assert row.accessibleName() == "Pictures of the people: Fault"
    assert "check its permissions" in row.accessibleDescription()
