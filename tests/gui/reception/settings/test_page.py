"""The page on a real services: real file, journal and station; what it asks of the shell is written down."""

import time
from contextlib import closing

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QPushButton, QWidget

from kiosk.config import ConfigFile
from kiosk.door.build import Choices, build_station, watch_camera
from kiosk.door.report import Status
from kiosk.door.services import open_services
from kiosk.gui.app import Kiosk
from kiosk.gui.reception.settings.page import SettingsPage
from kiosk.gui.theme import LIGHT, Appearance
from kiosk.people.staff import Role, StaffMember


@pytest.fixture
def page(qtbot, context, shown):
    made = shown(SettingsPage(context))
    made.enter()
    qtbot.waitUntil(lambda: made.form is not None, timeout=30_000)
    yield made
    made.leave()


@pytest.fixture
def path(home):
    return home / "config.yaml"


def choose(page: SettingsPage, section: str) -> None:
    page._choose(section)


def button(page: QWidget, words: str) -> QPushButton:
    return next(each for each in page.findChildren(QPushButton) if each.text() == words)


NUMBERS = ["matching.threshold", "matching.margin", "matching.stranger_rate"]


def test_page_starts_with_the_numbers_that_decide(qtbot, context, shown, station):
    page = shown(SettingsPage(context))
    page.enter()
    qtbot.waitUntil(lambda: page.form is not None, timeout=30_000)
    assert page.form.visible_keys == NUMBERS
    page.leave()


def test_changed_value_is_saved_with_a_button(qtbot, page, screen, path):
    choose(page, "decision")
    assert page.bar.isHidden()
    page.form.rows["decision.k"].editor.more.click()
    assert not page.bar.isHidden()
    page.bar.save_button.click()
    qtbot.waitUntil(lambda: bool(screen.told), timeout=30_000)
    assert ConfigFile(path).current.decision.k == 4
    assert page.bar.isHidden()


def test_discarded_value_is_gone(page, path):
    choose(page, "decision")
    page.form.rows["decision.k"].editor.more.click()
    page.bar.discard_button.click()
    assert page.form.draft.changes == {}
    assert page.form.rows["decision.k"].editor.edit.text() == "3"
    assert page.bar.isHidden()


def test_what_was_not_saved_is_gone_when_the_page_is_left(qtbot, page, path):
    before = path.read_text()
    choose(page, "decision")
    page.form.rows["decision.k"].editor.more.click()
    page.leave()
    page.enter()
    qtbot.waitUntil(lambda: page.form is not None, timeout=30_000)
    assert page.form.draft.changes == {}
    assert page.bar.isHidden()
    assert path.read_text() == before


def test_wrong_value_is_shown_before_anything_is_saved(qtbot, page, screen, path):
    choose(page, "decision")
    page.form.rows["decision.n"].editor.more.click()
    page.form.rows["decision.k"].editor.on_edited("many")
    choose(page, "voice")
    page.bar.save_button.click()
    assert screen.faults == ["Mend what is marked first."]
    assert page.form.section == "decision"
    assert ConfigFile(path).current.decision.n == 5


def test_file_that_is_broken_is_told_instead_of_a_form(qtbot, context, shown, path):
    path.write_text("threads: many\n")
    page = shown(SettingsPage(context))
    page.enter()
    qtbot.waitUntil(lambda: not page.fault.isHidden(), timeout=30_000)
    assert "line 1: threads" in page.fault.text()
    path.write_text("threads: 3\n")
    page.enter()
    qtbot.waitUntil(lambda: page.form is not None, timeout=30_000)
    assert page.fault.isHidden()
    page.leave()


def test_what_needs_a_restart_offers_it(qtbot, page, screen):
    choose(page, "screen")
    page.form.rows["screen.mirror"].editor.switch.click()
    page.bar.save_button.click()
    qtbot.waitUntil(lambda: bool(screen.told), timeout=30_000)
    assert "Mirror" in page.bar.words.text()
    page.bar.restart_button.click()
    assert screen.restarts == 0
    screen.answers["Restart"]()
    assert screen.restarts == 1


def test_restart_is_still_offered_when_the_page_is_opened_again(qtbot, page, screen, services):
    services.started_with = replace_mirror(services.started_with)
    page.leave()
    page.enter()
    qtbot.waitUntil(lambda: page.form is not None, timeout=30_000)
    assert not page.bar.restart_button.isHidden()


def replace_mirror(config):
    return config.model_copy(update={"screen": config.screen.model_copy(update={"mirror": not config.screen.mirror})})


def test_threshold_is_judged_live_and_by_the_last_days(qtbot, context, shown, station, report):
    page = shown(SettingsPage(context))
    page.enter()
    qtbot.waitUntil(lambda: page.form is not None, timeout=30_000)
    page.on_reported(report(0.95, 1.3))
    assert "would be recognised" in page.effect.words[0]
    page.form.rows["matching.threshold"].editor.slider.setValue(800)
    assert "nobody would be recognised" in page.effect.words[0]
    qtbot.waitUntil(lambda: "nothing was decided" in page.effect.words[1], timeout=30_000)
    assert page.form.draft.changes == {"matching.threshold": {"sface_fp16": 0.8}}
    assert page.effect.remark == ""
    page.form.rows["matching.threshold"].editor.number.on_edited("0.36")
    assert page.effect.remark == "0.36 is on another encoder's scale: sface_fp16 works around 1.12"
    page.form.rows["matching.threshold"].editor.automatic.click()
    assert page.effect.remark == ""
    page.leave()


def test_rows_for_an_encoder_follow_the_one_at_work(page, services, station):
    assert "matching.threshold" in page.form.rows
    before = page.form.rows["matching.threshold"]
    page.on_status_changed(Status(1, 0, ()))
    assert page.form.rows["matching.threshold"] is not before
    page.on_status_changed(Status(1, 0, ()))
    services.station = None
    page.on_status_changed(Status(1, 0, ()))
    assert "sface_fp16" not in page._encoder


def test_edit_in_the_file_is_shown_unless_something_is_half_done_here(qtbot, page, services, path):
    choose(page, "decision")
    row = page.form.rows["decision.k"]
    path.write_text(path.read_text() + "decision: {k: 2}\n")
    services.config.changed()
    page.on_status_changed(Status(1, 0, ()))
    qtbot.waitUntil(lambda: row.editor.edit.text() == "2", timeout=30_000)
    page.form.rows["decision.n"].editor.more.click()
    path.write_text(path.read_text().replace("k: 2", "k: 1"))
    services.config.changed()
    page.on_status_changed(Status(1, 0, ()))
    qtbot.wait(200)
    assert row.editor.edit.text() == "2"


def test_door_opens_after_a_question_and_under_a_name(page, screen, services, station):
    choose(page, "door")
    button(page, "Test the door").click()
    assert not station.door.unlocked
    assert "Ida" in screen.asked[0][1]
    screen.answers["Open"]()
    assert station.door.unlocked
    assert screen.told == ["The door is open."]
    assert [(each.staff, each.action) for each in services.journal.actions(1)] == [("Ida", "door_tested")]


def test_door_that_does_not_open_says_why(page, screen, station, monkeypatch):
    def stuck(seconds: float) -> None:
        raise OSError("stuck")

    monkeypatch.setattr(station.door, "unlock", stuck)
    page.on_test_door()
    screen.answers["Open"]()
    assert "stuck" in screen.faults[0]


def test_door_does_not_open_late_when_the_station_was_being_loaded(page, screen, station, monkeypatch):
    waiting = []
    monkeypatch.setattr(page.context, "_ask_station", lambda do, then: waiting.append((do, then)))
    now = time.monotonic()
    page.on_test_door()
    screen.answers["Open"]()
    monkeypatch.setattr(time, "monotonic", lambda: now + 60)
    do, then = waiting.pop()
    then(do(station))
    monkeypatch.undo()
    assert not station.door.unlocked
    assert screen.faults == ["The door did not open."]


def test_voice_is_heard_with_the_values_of_the_form(page, services, monkeypatch):
    said = []
    monkeypatch.setattr(page.trial, "say", lambda draft, name: said.append((draft.value("voice.volume"), name)))
    choose(page, "voice")
    page.form.rows["voice.volume"].editor.less.click()
    button(page, "Hear it").click()
    assert said == [(0.95, "Ida")]
    assert services.journal.actions(1)[0].action == "voice_tested"


def test_search_shows_options_of_all_sections(qtbot, page):
    qtbot.keyClicks(page.search, "mirror")
    assert page.form.visible_keys == ["screen.mirror"]
    page.search.clear()
    assert page.form.visible_keys == NUMBERS


def test_everything_is_reached_by_tab_and_has_a_name(qtbot, page):
    choose(page, "decision")
    parts = [
        part for part in page.findChildren(QWidget) if part.isVisible() and part.focusPolicy() & Qt.FocusPolicy.TabFocus
    ]
    nameless = [part for part in parts if not (part.accessibleName() or getattr(part, "text", str)())]
    assert [type(part).__name__ for part in nameless] == []
    assert len(parts) > 15
    assert [(type(part).__name__, part.height()) for part in parts if part.height() < 44] == []


def test_cameras_are_looked_for_when_their_section_is_opened(qtbot, page, monkeypatch):
    from kiosk.gui.reception.settings import page as module
    from kiosk.vision.capture import CameraDevice

    monkeypatch.setattr(module, "cameras", lambda in_use: (CameraDevice("/dev/x", "Door Cam"),))
    choose(page, "camera")
    box = page._editor("camera.source").box
    qtbot.waitUntil(lambda: box.findText("Door Cam") >= 0, timeout=30_000)


def test_camera_is_let_go_when_the_page_is_left(qtbot, page):
    choose(page, "camera")
    editor = page._editor("camera.source")
    editor._in_use = "another"
    editor.show_value("demo")
    editor.on_look()
    qtbot.waitUntil(lambda: not editor.preview.picture.isNull(), timeout=30_000)
    page.leave()
    assert editor.preview._camera is None


@pytest.fixture
def running(qtbot, home):
    """The whole kiosk on the demo, signed in at the settings."""
    choices = Choices(ConfigFile(home / "config.yaml"), home / "images", "demo")
    config = choices.config
    with closing(open_services(choices)) as services:
        kiosk = Kiosk(
            watch_camera(choices),
            lambda progress: build_station(choices, progress),
            Appearance("dark"),
            mirror=True,
            notice="",
            services=services,
            look_again=lambda: Appearance(config.current.screen.theme.value),
        )
        qtbot.addWidget(kiosk.window)
        kiosk.services = services
        try:
            kiosk.start(full_screen=False)
            qtbot.waitUntil(lambda: services.station is not None, timeout=60_000)
            kiosk.window.open_staff_side()
            kiosk.window.reception.on_entered(StaffMember("Ida", Role.INSTALLER))
            kiosk.window.reception.go("settings")
            kiosk.page = kiosk.window.reception.stack.page
            qtbot.waitUntil(lambda: kiosk.page.form is not None, timeout=30_000)
            yield kiosk
        finally:
            kiosk.stop()


def test_running_kiosk_takes_over_what_is_saved_and_opens_for_a_test(qtbot, running):
    page, services, reception = running.page, running.services, running.window.reception
    qtbot.waitUntil(lambda: "Nobody" not in page.effect.words[0], timeout=30_000)
    choose(page, "decision")
    page.form.rows["decision.k"].editor.more.click()
    choose(page, "screen")
    theme = page.form.rows["screen.theme"].editor
    theme.box.activated.emit(theme.box.findData("light"))
    page.bar.save_button.click()
    qtbot.waitUntil(lambda: services.config.current.decision.k == 4, timeout=10_000)
    qtbot.waitUntil(lambda: running.window._look.theme is LIGHT, timeout=10_000)
    page.on_test_door()
    reception.question.buttons[0].click()
    qtbot.waitUntil(
        lambda: running.window.banner.property("kind") == "unlocked" or services.station.door.unlocked, timeout=30_000
    )
    qtbot.waitUntil(lambda: any(each.action == "door_tested" for each in services.journal.actions(5)), timeout=30_000)
    page.on_restart()
    reception.question.buttons[0].click()
    qtbot.waitUntil(lambda: running.restart_wanted and not running.window.isVisible(), timeout=30_000)
