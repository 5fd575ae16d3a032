import pytest

from kiosk.config import ConfigFile
from kiosk.config.saving import ConfigWriter
from kiosk.gui.reception.settings.editors import plain_editor
from kiosk.gui.reception.settings.form import Draft, Form
from kiosk.gui.reception.settings.page import Saving


@pytest.fixture
def path(home):
    return home / "config.yaml"


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


def test_changes_are_saved_and_stand_in_the_journal_under_a_name(qtbot, saving, screen, path, services):
    saving.form.draft.set("decision.k", 2)
    saving.form.draft.set("voice.enabled", True)
    saving.save()
    qtbot.waitUntil(lambda: bool(screen.told), timeout=30_000)
    config = ConfigFile(path).current
    assert (config.decision.k, config.voice.enabled) == (2, True)
    assert saving.form.draft.changes == {}
    told = [(entry.staff, entry.action, entry.subject, entry.detail) for entry in services.journal.actions(5)]
    assert told == [
        ("Ida", "setting_changed", "voice.enabled", "false -> true"),
        ("Ida", "setting_changed", "decision.k", "3 -> 2"),
    ]


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [("decision.k", 2, "two seconds"), ("threads", 1, "loaded anew"), ("screen.mirror", False, "needs a restart")],
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
        ("The file was changed by somebody else in the meantime.", "Door stays open for: 9 s in the file, 7 s here.")
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


def test_later_changes_nothing(conflict, screen, path):
    before = path.read_text()
    screen.answers["Decide later"]()
    assert path.read_text() == before
    assert len(conflict.form.draft.changes) == 3


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


@pytest.mark.parametrize("source", ["demo", "/dev/v4l/by-id/not-plugged-in", "rtsp://door/1", "auto"])
def test_source_that_may_come_later_is_saved(qtbot, saving, screen, path, source):
    saving.form.draft.set("voice.hints", True)
    saving.form.draft.set("camera.source", source)
    saving.save()
    qtbot.waitUntil(lambda: bool(screen.told), timeout=30_000)
    assert ConfigFile(path).current.camera.source == source
