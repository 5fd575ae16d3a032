import json

from kiosk.config import ConfigFile
from kiosk.files import asset
from kiosk.paths import journal_file
from kiosk.people.consent import read_consent
from kiosk.people.register import PeopleRegister, people_file
from kiosk.store.journal import Journal


def test_an_empty_gallery_says_what_to_do(kiosk, tmp_path):
    shown = kiosk("people", "--gallery", tmp_path / "nowhere")
    assert shown.code == 0
    assert "kiosk enrol NAME PICTURE" in shown.out
    assert "sface_fp16" not in shown.out
    config = tmp_path / "config.yaml"
    config.write_text("encoder: dlib_resnet\n")
    shown = kiosk("people", "--gallery", tmp_path / "nowhere", "--config", config)
    assert "For more than 50 people, first: `encoder: sface_fp16` in config.yaml." in shown.out


def test_who_is_enrolled_is_identified(kiosk, images, eileen):
    report = kiosk("enrol", "Eileen Collins", eileen, "--gallery", images, "--json")
    assert report.code == 0
    assert json.loads(report.out)["person"] == "Eileen Collins"
    assert kiosk("identify", eileen, "--gallery", images).code == 0


def test_enrolling_into_a_folder_that_is_not_there_makes_it(kiosk, tmp_path, grace):
    assert kiosk("enrol", "Grace", grace, "--gallery", tmp_path / "new").code == 0
    assert kiosk("identify", grace, "--gallery", tmp_path / "new").code == 0


def test_a_refused_enrolment_names_each_picture_and_changes_nothing(kiosk, images, grace, eileen, tmp_path):
    bad = tmp_path / "bad.jpg"
    bad.write_bytes(b"")
    before = sorted(path.name for path in images.iterdir())
    refused = kiosk("enrol", "Eileen Collins", eileen, bad, "--gallery", images)
    assert (refused.code, "bad.jpg" in refused.err, refused.err.count("\n")) == (19, True, 1)
    assert sorted(path.name for path in images.iterdir()) == before


def test_somebody_else_under_another_name_is_refused(kiosk, images, grace):
    refused = kiosk("enrol", "Not Grace", grace, "--gallery", images)
    assert (refused.code, "Grace Hopper" in refused.err) == (19, True)


def test_without_a_text_that_was_agreed_to_no_consent_is_recorded_and_that_is_a_warning(
    kiosk, images, eileen, tmp_path
):
    done = kiosk("enrol", "Eileen Collins", eileen, "--gallery", images)
    assert done.code == 0
    assert "no consent of Eileen Collins is recorded" in done.err
    assert PeopleRegister(people_file(images)).record("Eileen Collins").consent is None


def test_the_text_that_was_agreed_to_is_recorded_and_the_journal_tells_of_it(kiosk, images, eileen):
    text = asset("consent.de.md")
    done = kiosk("enrol", "Eileen Collins", eileen, "--gallery", images, "--consent", text, "--json")
    assert (json.loads(done.out)["consent"], done.err.count("warning")) == (True, 0)
    consent = PeopleRegister(people_file(images)).record("Eileen Collins").consent
    assert (consent.sha256, consent.language, consent.recorded_by) == (read_consent(text).sha256, "de", "command line")
    journal = Journal(journal_file(ConfigFile(None)))
    assert [(row.action, row.subject) for row in journal.actions(5)] == [("enrolled", "Eileen Collins")]
    journal.close()


def test_a_text_that_is_none_enrols_nobody(kiosk, images, eileen, tmp_path):
    (tmp_path / "empty.md").touch()
    refused = kiosk("enrol", "Eileen Collins", eileen, "--gallery", images, "--consent", tmp_path / "empty.md")
    assert (refused.code, "is empty" in refused.err) == (25, True)
    assert [path.name for path in images.iterdir()] == ["Grace_Hopper.jpg"]
