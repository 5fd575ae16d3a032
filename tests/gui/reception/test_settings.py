"""The settings page: search, change, save, conflicts, what the numbers would do, and tests of door and voice."""

import time
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest
from PyQt6.QtWidgets import QPushButton, QWidget

from kiosk.config import Config, ConfigFile
from kiosk.config.saving import ConfigWriter, Draft, Seen
from kiosk.config.schema import OptionInfo, options, values
from kiosk.domain import Box, Candidate, Face, Identification, Observation, TrackedFace
from kiosk.door.build import Choices, build_station, watch_camera
from kiosk.door.matching import Changes
from kiosk.door.report import Report, Status
from kiosk.door.services import StaffServices, open_services
from kiosk.door.station import Station
from kiosk.gui.app import Kiosk
from kiosk.gui.controls import Note
from kiosk.gui.reception.settings.editors import plain_editor
from kiosk.gui.reception.settings.effect import live, what_if
from kiosk.gui.reception.settings.form import Form
from kiosk.gui.reception.settings.page import Saving, SettingsPage
from kiosk.gui.theme import LIGHT, Appearance
from kiosk.people.staff import Role, StaffMember

INFOS = dict(options())


@pytest.fixture
def info() -> Callable[[str], OptionInfo]:
    return INFOS.__getitem__


@pytest.fixture
def draft() -> Draft:
    """Nothing changed, everything as it is without a file."""
    return Draft(Seen(values(Config()), "digest"))


@pytest.fixture
def station(services: StaffServices, home) -> Iterator[Station]:
    """A real one, on the services."""
    choices = Choices(ConfigFile(home / "config.yaml"), home / "images", "demo", fast=True)
    built = build_station(choices, lambda *_: None)
    services.station = built
    yield built
    built.close()


@pytest.fixture
def report() -> Callable[..., Report]:
    """report(0.31, 0.6): Ada so far away, and Bo; report(): a face that could not be compared."""

    def make(*distances: float, size: int = 100) -> Report:
        candidates = tuple(Candidate(name, at) for name, at in zip(("Ada", "Bo_Li"), distances, strict=False))
        found = Identification(candidates, 0.4, 0.05, len(candidates)) if distances else None
        face = TrackedFace(1, Face(Box(0, 0, size, size), 1.0), None, found)
        return Report(Observation(1, 1.0, (face,)), (), (), "", {}, {"Ada": "Ada Lovelace"})

    return make


@pytest.fixture
def page(qtbot, context, shown):
    made = shown(SettingsPage(context))
    made.enter()
    qtbot.waitUntil(lambda: not made.form.isHidden(), timeout=30_000)
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


def test_wrong_value_is_shown_before_anything_is_saved(qtbot, page, screen, path):
    choose(page, "decision")
    page.form.rows["decision.n"].editor.more.click()
    page.form.rows["decision.k"].editor.on_edited("many")
    choose(page, "voice")
    page.bar.save_button.click()
    assert screen.faults == ["First fix what is marked."]
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
    qtbot.waitUntil(lambda: not page.form.isHidden(), timeout=30_000)
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


def test_threshold_is_judged_live_and_by_the_last_days(qtbot, context, shown, station, report):
    page = shown(SettingsPage(context))
    page.enter()
    qtbot.waitUntil(lambda: not page.form.isHidden(), timeout=30_000)
    page.on_reported(report(0.95, 1.3))
    assert "This person would be recognised" in page.effect.live.text()
    page.form.rows["matching.threshold"].editor.slider.setValue(800)
    assert "Nobody would be recognised" in page.effect.live.text()
    qtbot.waitUntil(lambda: "nothing was decided" in page.effect.past.text(), timeout=30_000)
    assert page.form.draft.changes == {"matching.threshold": {"sface_fp16": 0.8}}
    assert page.effect.remark.text() == ""
    page.form.rows["matching.threshold"].editor.number.on_edited("0.36")
    assert page.effect.remark.text() == "0.36 is on another encoder's scale: sface_fp16 works around 1.12"
    page.form.rows["matching.threshold"].editor.automatic.click()
    assert page.effect.remark.text() == ""
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
            qtbot.waitUntil(lambda: not kiosk.page.form.isHidden(), timeout=30_000)
            yield kiosk
        finally:
            kiosk.stop()


def test_running_kiosk_takes_over_what_is_saved_and_opens_for_a_test(qtbot, running):
    page, services, reception = running.page, running.services, running.window.reception
    qtbot.waitUntil(lambda: "Nobody" not in page.effect.live.text(), timeout=30_000)
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


@pytest.fixture
def saving(qtbot, context, path):
    writer = ConfigWriter(path)
    form = Form(Draft(writer.look()), plain_editor, {})
    qtbot.addWidget(form)
    made = Saving(context, writer, form, lambda: None)
    made.form = form
    return made


def edit(path, before: str, after: str) -> None:
    path.write_text(path.read_text().replace(before, after))


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [("decision.k", 2, "within two seconds"), ("threads", 1, "reloading"), ("screen.mirror", False, "need a restart")],
)
def test_it_is_told_when_what_was_saved_is_in_force(*, qtbot, saving, screen, key, value, words):
    saving.form.draft.set(key, value)
    saving.save()
    qtbot.waitUntil(lambda: bool(screen.told), timeout=30_000)
    assert words in screen.told[0]


def test_what_cannot_be_saved_is_told_and_stays_in_the_form(qtbot, saving, screen, path):
    saving.form.draft.set("decision.k", 2)
    path.write_text("threads: [\n")
    saving.save()
    qtbot.waitUntil(lambda: bool(screen.faults), timeout=30_000)
    assert "line 2" in screen.faults[0]
    assert saving.form.draft.changes == {"decision.k": 2}


@pytest.fixture
def conflict(qtbot, saving, screen, path):
    """The same option was changed here and in an editor, and another one here alone."""
    saving.form.draft.set("voice.enabled", True)
    saving.form.draft.set("door.open_seconds", 7.0)
    saving.form.draft.set("threads", 1)
    path.write_text(path.read_text() + "door: {open_seconds: 9.0} # theirs\n")
    saving.save()
    qtbot.waitUntil(lambda: bool(screen.asked), timeout=30_000)
    return saving


def test_edit_of_somebody_else_is_shown_beside_ones_own(conflict, screen, path):
    assert screen.asked == [
        ("Somebody else has changed the file in the meantime.", "Door stays open for: 9 s in the file, 7 s here.")
    ]
    assert "9.0} # theirs" in path.read_text()
    assert "threads" not in path.read_text()


@pytest.mark.parametrize(("answer", "seconds"), [("Save mine", 7.0), ("Keep theirs", 9.0)])
def test_answer_decides_about_that_option_alone(*, qtbot, conflict, screen, path, answer, seconds):
    screen.answers[answer]()
    qtbot.waitUntil(lambda: bool(screen.told), timeout=30_000)
    config = ConfigFile(path).current
    assert (config.door.open_seconds, config.voice.enabled, config.threads) == (seconds, True, 1)
    assert "# theirs" in path.read_text()
    assert conflict.form.draft.changes == {}


def test_file_that_was_not_there_is_made_and_followed(*, qtbot, make_office, services, screen, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    services.config = config = ConfigFile(None)
    writer = ConfigWriter(tmp_path / "config.yaml")
    form = Form(Draft(writer.look()), plain_editor, {})
    qtbot.addWidget(form)
    form.draft.set("decision.k", 2)
    Saving(make_office(), writer, form, lambda: None).save()
    qtbot.waitUntil(lambda: bool(screen.told), timeout=30_000)
    assert config.path == writer.path
    assert config.changed().decision.k == 2


def test_recording_that_is_not_there_is_not_saved(qtbot, saving, screen, path):
    before = path.read_text()
    saving.form.draft.set("camera.source", "missing.mp4")
    saving.save()
    qtbot.waitUntil(lambda: bool(screen.faults), timeout=30_000)
    assert "missing.mp4" in screen.faults[0]
    assert path.read_text() == before


@pytest.fixture
def form(shown, draft):
    made = Form(draft, plain_editor, {"door": Note("a test of the door")})
    made.told = 0

    def count() -> None:
        made.told += 1

    made.changed.connect(count)
    return shown(made)


def visible(form: Form) -> list[str]:
    return [key for key, row in form.rows.items() if not row.isHidden()]


def test_search_finds_words_of_title_effect_section_and_key_in_all_sections(form):
    form.search("Sharp")
    assert visible(form) == ["quality.min_sharpness"]
    form.search("  open_SECONDS ")
    assert visible(form) == ["door.open_seconds"]
    form.search("stricter")
    assert len(visible(form)) > 4
    form.search("no such thing")
    assert visible(form) == []
    assert form._nothing.isVisible()
    form.show_section("door")
    assert visible(form) == ["door.open_seconds"]


def test_person_within_the_threshold_would_be_recognised_under_the_name_that_is_shown(report):
    assert live(report(0.31, 0.6), 0.39, 0.05) == (
        "In front of the camera: Ada Lovelace at 0.31 (limit 0.39). This person would be recognised."
    )


def test_largest_face_counts():
    faces = tuple(
        TrackedFace(
            number, Face(Box(0, 0, size, size), 1.0), None, Identification((Candidate(name, 0.2),), 0.4, 0.05, 1)
        )
        for number, (name, size) in enumerate({"Far": 40, "Near": 90, "Middle": 60}.items())
    )
    assert "Near at 0.20" in live(Report(Observation(1, 1.0, faces), (), (), "", {}, {}), 0.39, 0.05)


def test_past_decisions_are_counted_in_a_sentence():
    assert "nothing was decided" in what_if(Changes(0, 0, 0))
    assert what_if(Changes(40, 0, 0)) == "None of the 40 decisions of the last 7 days would have changed."
    assert what_if(Changes(40, 2, 3)) == (
        "Of the 40 decisions of the last 7 days, 5 would have changed. "
        "2 more would have been let in. 3 more would have been refused."
    )
    assert "refused" not in what_if(Changes(40, 2, 0))
