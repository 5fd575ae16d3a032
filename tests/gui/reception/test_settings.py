"""The settings page: search, change, save, conflicts, what the numbers would do, and tests of door and voice."""

import time
from contextlib import closing

import pytest
from PyQt6.QtWidgets import QPushButton, QWidget

from kiosk.config import Config, ConfigFile
from kiosk.config.saving import ConfigWriter, Draft, Seen
from kiosk.config.schema import values
from kiosk.domain import Box, Candidate, Face, Identification, Observation, TrackedFace
from kiosk.door.build import Choices, build_station, watch_camera
from kiosk.door.matching import Changes
from kiosk.door.report import Report, Status
from kiosk.door.services import open_services
from kiosk.gui.app import Kiosk
from kiosk.gui.controls import Note
from kiosk.gui.reception.settings.editors import plain_editor
from kiosk.gui.reception.settings.effect import live, what_if
from kiosk.gui.reception.settings.form import Form
from kiosk.gui.reception.settings.page import Saving, SettingsPage
from kiosk.gui.theme import LIGHT
from kiosk.people.staff import Role, StaffMember


@pytest.fixture
def path(home):
    return home / "config.yaml"


@pytest.fixture
def station(services, home):
    """A real one, on the services."""
    choices = Choices(ConfigFile(home / "config.yaml"), home / "images", "demo", fast=True)
    with closing(build_station(choices, lambda *_: None)) as built:
        services.station = built
        yield built


@pytest.fixture
def page(qtbot, context, shown):
    made = shown(SettingsPage(context))
    open_(qtbot, made)
    yield made
    made.leave()


def open_(qtbot, page: SettingsPage) -> None:
    page.enter()
    qtbot.waitUntil(lambda: not page.form.isHidden())


def button(page: QWidget, words: str) -> QPushButton:
    return next(each for each in page.findChildren(QPushButton) if each.text() == words)


def test_value_is_changed_discarded_and_saved_and_a_wrong_one_is_shown_first(qtbot, page, screen, path):
    page._choose("decision")
    assert page.bar.isHidden()
    row = page.form.rows["decision.k"]
    row.editor.more.click()
    page.bar.discard_button.click()
    assert (page.form.draft.changes, row.editor.edit.text(), page.bar.isHidden()) == ({}, "3", True)
    row.editor.more.click()
    page.form.rows["decision.n"].editor.on_edited("many")
    page._choose("voice")
    page.bar.save_button.click()
    assert (screen.faults, page.form.section) == (["First fix what is marked."], "decision")
    assert ConfigFile(path).current.decision.k == 3
    page.form.rows["decision.n"].editor.on_edited("6")
    page.bar.save_button.click()
    qtbot.waitUntil(lambda: bool(screen.told))
    assert ConfigFile(path).current.decision.k == 4
    assert ConfigFile(path).current.decision.n == 6
    assert page.bar.isHidden()


def test_file_that_is_broken_is_told_instead_of_a_form(qtbot, context, shown, path):
    path.write_text("threads: many\n")
    page = shown(SettingsPage(context))
    page.enter()
    qtbot.waitUntil(lambda: not page.fault.isHidden())
    assert ("line 1: threads" in page.fault.text(), page.form.isHidden()) == (True, True)
    path.write_text("threads: 3\n")
    open_(qtbot, page)
    assert page.fault.isHidden()
    page.leave()


def test_what_needs_a_restart_offers_it(qtbot, page, screen):
    page._choose("screen")
    page.form.rows["screen.mirror"].editor.switch.click()
    page.bar.save_button.click()
    qtbot.waitUntil(lambda: bool(screen.told))
    assert "Mirror" in page.bar.words.text()
    page.bar.restart_button.click()
    assert screen.restarts == 0
    screen.answers["Restart"]()
    assert screen.restarts == 1


def report(*distances: float, size: int = 100) -> Report:
    """Ada so far away, and Bo."""
    candidates = tuple(Candidate(name, at) for name, at in zip(("Ada", "Bo_Li"), distances, strict=False))
    face = TrackedFace(1, Face(Box(0, 0, size, size), 1.0), None, Identification(candidates, 0.4, 0.05, 2))
    return Report(Observation(1, 1.0, (face,)), (), (), "", {}, {"Ada": "Ada Lovelace"})


def test_numbers_are_judged_live_and_by_the_last_days_for_the_encoder_at_work(qtbot, page, services, station):
    loading = page.form.rows["matching.threshold"]
    page.on_status_changed(Status(1, 0, ()))
    row = page.form.rows["matching.threshold"]
    assert row is not loading
    page.on_status_changed(Status(1, 0, ()))
    assert page.form.rows["matching.threshold"] is row
    page.on_reported(report(0.95, 1.3))
    assert "This person would be recognised" in page.effect.live.text()
    row.editor.slider.setValue(800)
    assert "Nobody would be recognised" in page.effect.live.text()
    qtbot.waitUntil(lambda: "nothing was decided" in page.effect.past.text())
    assert page.form.draft.changes == {"matching.threshold": {"sface_fp16": 0.8}}
    assert page.effect.remark.text() == ""
    row.editor.number.on_edited("0.36")
    assert page.effect.remark.text() == "0.36 is on another encoder's scale: sface_fp16 works around 1.12"
    row.editor.automatic.click()
    assert page.effect.remark.text() == ""
    services.station = None
    page.on_status_changed(Status(1, 0, ()))
    assert page._encoder == ""


def test_edit_in_the_file_is_shown_unless_something_is_half_done_here(qtbot, page, services, path):
    page._choose("decision")
    row = page.form.rows["decision.k"]
    path.write_text(path.read_text() + "decision: {k: 2}\n")
    services.config.changed()
    page.on_status_changed(Status(1, 0, ()))
    qtbot.waitUntil(lambda: row.editor.edit.text() == "2")
    path.write_text(path.read_text().replace("k: 2", "k: 1"))
    services.config.changed()
    page.on_status_changed(Status(1, 0, ()))
    page.form.rows["decision.n"].editor.more.click()
    qtbot.waitUntil(lambda: not page.context._jobs.busy)
    assert row.editor.edit.text() == "2"


def test_door_opens_after_a_question_and_under_a_name_and_never_late(page, screen, services, station, monkeypatch):
    page._choose("door")
    button(page, "Test the door").click()
    assert not station.door.unlocked
    assert "Ida" in screen.asked[0][1]
    screen.answers["Open"]()
    assert station.door.unlocked
    assert screen.told == ["The door is open."]
    assert [(each.staff, each.action) for each in services.journal.actions(1)] == [("Ida", "door_tested")]
    station.door.lock()

    def stuck(seconds: float) -> None:
        raise OSError("stuck")

    with monkeypatch.context() as patch:
        patch.setattr(station.door, "unlock", stuck)
        screen.answers["Open"]()
    assert "stuck" in screen.faults.pop()

    # The station was being loaded meanwhile.
    waiting, now = [], time.monotonic()
    with monkeypatch.context() as patch:
        patch.setattr(page.context, "_ask_station", lambda do, then: waiting.append((do, then)))
        screen.answers["Open"]()
        patch.setattr(time, "monotonic", lambda: now + 60)
        do, then = waiting.pop()
        then(do(station))
    assert not station.door.unlocked
    assert screen.faults == ["The door did not open."]


def test_voice_is_heard_with_the_values_of_the_form(page, services, monkeypatch):
    said = []
    monkeypatch.setattr(page.trial, "say", lambda draft, name: said.append((draft.value("voice.volume"), name)))
    page._choose("voice")
    page.form.rows["voice.volume"].editor.less.click()
    button(page, "Hear it").click()
    assert said == [(0.95, "Ida")]
    assert services.journal.actions(1)[0].action == "voice_tested"


def test_page_that_is_left_lets_the_camera_go_and_forgets_what_was_not_saved(qtbot, page):
    qtbot.keyClicks(page.search, "mirror")
    assert [key for key, row in page.form.rows.items() if not row.isHidden()] == ["screen.mirror"]
    page._choose("camera")
    assert page.search.text() == ""
    editor = page._editor("camera.source")
    editor._in_use = "another"
    editor.show_value("demo")
    editor.changed.emit("demo")
    editor.on_look()
    qtbot.waitUntil(lambda: not editor.preview.picture.isNull())
    page.leave()
    assert (editor.preview._camera, page.unsaved) == (None, None)
    open_(qtbot, page)
    assert "camera.source" not in page.form.draft.changes


@pytest.fixture
def running(qtbot, home):
    """The whole kiosk on the demo, signed in at the settings."""
    choices = Choices(ConfigFile(home / "config.yaml"), home / "images", "demo")
    config = choices.config
    with closing(open_services(choices)) as services:
        kiosk = Kiosk(
            watch_camera(choices),
            lambda progress: build_station(choices, progress),
            lambda: config.current.screen,
            mirror=True,
            notice="",
            services=services,
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
            qtbot.waitUntil(lambda: not kiosk.page.form.isHidden())
            yield kiosk
        finally:
            kiosk.stop()


def test_running_kiosk_takes_over_what_is_saved_and_opens_for_a_test(qtbot, running):
    page, services, reception = running.page, running.services, running.window.reception
    qtbot.waitUntil(lambda: "Nobody" not in page.effect.live.text())
    page._choose("decision")
    page.form.rows["decision.k"].editor.more.click()
    page._choose("screen")
    theme = page.form.rows["screen.theme"].editor
    theme.box.activated.emit(theme.box.findData("light"))
    page.bar.save_button.click()
    qtbot.waitUntil(lambda: services.config.current.decision.k == 4)
    qtbot.waitUntil(lambda: running.window._look.theme is LIGHT)
    page.on_test_door()
    reception.question.buttons[0].click()
    qtbot.waitUntil(lambda: running.window.banner.property("kind") == "unlocked" or services.station.door.unlocked)
    qtbot.waitUntil(lambda: any(each.action == "door_tested" for each in services.journal.actions(5)))
    page.on_restart()
    reception.question.buttons[0].click()
    qtbot.waitUntil(lambda: running.restart_wanted and not running.window.isVisible())


@pytest.fixture
def saving(qtbot, context, path):
    writer = ConfigWriter(path)
    form = Form(Draft(writer.look()), plain_editor, {})
    qtbot.addWidget(form)
    made = Saving(context, writer, form, lambda: None)
    made.form = form
    return made


def test_it_is_told_when_what_was_saved_is_in_force(qtbot, saving, screen):
    for key, value, words in (
        ("decision.k", 2, "within two seconds"),
        ("threads", 1, "reloading"),
        ("screen.mirror", False, "need a restart"),
    ):
        screen.told.clear()
        saving.form.draft.set(key, value)
        saving.save()
        qtbot.waitUntil(lambda: bool(screen.told))
        assert words in screen.told[0]


def test_what_cannot_be_saved_is_told_and_stays_in_the_form(qtbot, saving, screen, path):
    before = path.read_text()
    saving.form.draft.set("camera.source", "missing.mp4")
    saving.save()
    qtbot.waitUntil(lambda: bool(screen.faults))
    assert "missing.mp4" in screen.faults.pop()
    assert path.read_text() == before
    path.write_text("threads: [\n")
    saving.form.draft.set("camera.source", "demo")
    saving.save()
    qtbot.waitUntil(lambda: bool(screen.faults))
    assert "line 2" in screen.faults[0]
    assert saving.form.draft.changes == {"camera.source": "demo"}


def test_edit_of_somebody_else_is_shown_and_the_answer_decides_about_that_option_alone(qtbot, saving, screen, path):
    before = path.read_text()
    for answer, seconds in (("Save mine", 7.0), ("Keep theirs", 9.0)):
        path.write_text(before)
        screen.asked.clear()
        screen.told.clear()
        saving.form.show_draft(Draft(saving._writer.look()))
        for key, value in (("voice.enabled", True), ("door.open_seconds", 7.0), ("threads", 1)):
            saving.form.draft.set(key, value)
        path.write_text(before + "door: {open_seconds: 9.0} # theirs\n")
        saving.save()
        qtbot.waitUntil(lambda: bool(screen.asked))
        assert screen.asked == [
            ("Somebody else has changed the file in the meantime.", "Door stays open for: 9 s in the file, 7 s here.")
        ]
        assert path.read_text() == before + "door: {open_seconds: 9.0} # theirs\n"
        screen.answers[answer]()
        qtbot.waitUntil(lambda: bool(screen.told))
        config = ConfigFile(path).current
        assert (config.door.open_seconds, config.voice.enabled, config.threads) == (seconds, True, 1)
        assert "# theirs" in path.read_text()
        assert saving.form.draft.changes == {}


def test_file_that_was_not_there_is_made_and_followed(*, qtbot, make_office, services, screen, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    services.config = config = ConfigFile(None)
    writer = ConfigWriter(tmp_path / "config.yaml")
    form = Form(Draft(writer.look()), plain_editor, {})
    qtbot.addWidget(form)
    form.draft.set("decision.k", 2)
    Saving(make_office(), writer, form, lambda: None).save()
    qtbot.waitUntil(lambda: bool(screen.told))
    assert config.path == writer.path
    assert config.changed().decision.k == 2


def test_search_finds_words_of_title_effect_section_and_key_in_all_sections(shown):
    extra = Note("a test of the door")
    form = shown(Form(Draft(Seen(values(Config()), "digest")), plain_editor, {"door": extra}))

    def visible() -> list[str]:
        return [key for key, row in form.rows.items() if not row.isHidden()]

    form.search("Sharp")
    assert visible() == ["quality.min_sharpness"]
    form.search("  open_SECONDS ")
    assert (visible(), extra.isHidden()) == (["door.open_seconds"], True)
    form.search("stricter")
    assert len(visible()) > 4
    form.search("no such thing")
    assert visible() == []
    assert form._nothing.isVisible()
    form.show_section("door")
    assert (visible(), extra.isHidden()) == (["door.open_seconds"], False)


def test_largest_face_counts_under_the_name_that_is_shown():
    assert live(report(0.31, 0.6), 0.39, 0.05) == (
        "In front of the camera: Ada Lovelace at 0.31 (limit 0.39). This person would be recognised."
    )
    (near,), (far,) = (report(0.2, size=90).observation.faces, report(0.5, size=40).observation.faces)
    assert "at 0.20" in live(Report(Observation(1, 1.0, (far, near)), (), (), "", {}, {}), 0.39, 0.05)


def test_past_decisions_are_counted_in_a_sentence():
    assert "nothing was decided" in what_if(Changes(0, 0, 0))
    assert what_if(Changes(40, 0, 0)) == "None of the 40 decisions of the last 7 days would have changed."
    assert what_if(Changes(40, 2, 3)) == (
        "Of the 40 decisions of the last 7 days, 5 would have changed. "
        "2 more would have been let in. 3 more would have been refused."
    )
