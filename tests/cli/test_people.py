import json
import sys
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kiosk.config import ConfigFile
from kiosk.files import asset
from kiosk.paths import journal_file
from kiosk.people.consent import read_consent
from kiosk.people.register import Consent, PeopleRegister, PersonRecord, people_file
from kiosk.store.journal import Journal

CONSENT = Consent(datetime(2026, 3, 2, 8, 0, tzinfo=UTC), "1", "ab" * 32, "en", "Eve")


@pytest.fixture
def register(images: Path) -> PeopleRegister:
    return PeopleRegister(people_file(images))


def test_people_lists_everybody_who_is_known_and_each_skipped_file_and_show_tells_all(kiosk, images, register):
    (images / "Bob.png").write_text("no picture")
    (images / "Cut.jpg").write_bytes((images / "Grace_Hopper.jpg").read_bytes()[:3000])
    register.save_all([PersonRecord("Ada_L", consent=CONSENT, suspended=True)])
    register.save_all([PersonRecord("Grace_Hopper", email="g@example.org", former=("Gracie",))])
    shown = json.loads(kiosk("people", "--gallery", images, "--json").out)
    assert shown["people"] == [
        {
            "person": "Ada_L",
            "name": "Ada L",
            "pictures": 0,
            "consent": "2026-03-02T08:00:00+00:00",
            "standing": "suspended",
        },
        {"person": "Grace_Hopper", "name": "Grace Hopper", "pictures": 1, "consent": None, "standing": "in_force"},
    ]
    reasons = {skipped["file"]: skipped["reason"] for skipped in shown["skipped"]}
    assert ("JPEG" in reasons["Bob.png"], "truncated" in reasons["Cut.jpg"]) == (True, True)
    facts = json.loads(kiosk("people", "show", "grace hopper", "--gallery", images, "--json").out)
    assert facts["pictures"] == ["Grace_Hopper.jpg"]
    assert (facts["email"], facts["former"], facts["last_let_in"]) == ("g@example.org", ["Gracie"], None)
    assert "recorded_by: Eve" in kiosk("people", "show", "ada l", "--gallery", images).out


def test_somebody_unknown_is_told_with_an_exit_code(kiosk, images):
    for command in (("show", "Ada"), ("suspend", "Ada"), ("rename", "Ada", "Lin"), ("erase", "Ada", "--yes")):
        answer = kiosk("people", *command, "--gallery", images)
        assert (answer.code, "kiosk people" in answer.err) == (18, True), command
    assert kiosk("people", "export", "a.zip", "Ada", "--gallery", images).code == 18


def test_rename_suspend_and_back(kiosk, images, register):
    assert kiosk("people", "rename", "grace hopper", "Zoë 李", "--gallery", images).out == (
        "grace hopper is now called Zoë 李\n"
    )
    assert [path.name for path in images.iterdir()] == ["Zoë 李.jpg"]
    kiosk("people", "suspend", "zoë 李", "--gallery", images)
    assert register.record("Zoë 李").suspended
    kiosk("people", "suspend", "zoë 李", "--off", "--gallery", images)
    assert not register.record("Zoë 李").suspended


def test_a_hostile_name_or_zip_changes_nothing_and_moves_no_cursor(kiosk, images, tmp_path):
    before = [path.name for path in images.iterdir()]
    for name in ("../evil", "x" * 101, "\u202eevil", "", "#recycle", "_Ada", "System Volume Information"):
        refused = kiosk("people", "rename", "Grace_Hopper", name, "--gallery", images)
        assert refused.code == 19
        assert all(character.isprintable() or character == "\n" for character in refused.err)
    assert "recycle bin" in refused.err
    assert kiosk("enrol", "_Ada", images / "Grace_Hopper.jpg", "--gallery", images).code == 19
    with zipfile.ZipFile(tmp_path / "hostile.zip", "w") as archive:
        archive.writestr("../evil.jpg", b"x")
    refused = kiosk("people", "import", tmp_path / "hostile.zip", "--gallery", images)
    assert (refused.code, "leads out" in refused.err) == (26, True)
    assert [path.name for path in images.iterdir()] == before


def test_erase_asks_unless_told_that_it_is_meant(kiosk, images, monkeypatch):
    assert kiosk("people", "erase", "Grace Hopper", "--gallery", images).code == 25
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    monkeypatch.setattr("typer.prompt", lambda *arguments, **options: "Somebody")
    assert kiosk("people", "erase", "Grace Hopper", "--gallery", images).code == 1
    assert list(images.iterdir())
    monkeypatch.setattr("typer.prompt", lambda *arguments, **options: "grace_hopper")
    erased = kiosk("people", "erase", "Grace Hopper", "--gallery", images)
    assert (erased.code, erased.out.splitlines()[0]) == (0, "1 picture")
    assert not list(images.iterdir())


def test_export_and_import_of_one_and_of_all(kiosk, images, tmp_path):
    one, everybody = tmp_path / "one.zip", tmp_path / "all.zip"
    assert kiosk("people", "export", one, "Grace Hopper", "--gallery", images).code == 0
    assert "templates.json" in zipfile.ZipFile(one).namelist()
    assert kiosk("people", "export", everybody, "--gallery", images).out.startswith("1 person with 1 picture")
    refused = kiosk("people", "import", everybody, "--gallery", images)
    assert (refused.code, "already in the gallery" in refused.err) == (19, True)
    kiosk("people", "erase", "Grace Hopper", "--yes", "--gallery", images)
    assert kiosk("people", "import", one, "--gallery", images).code == 0
    assert [path.name for path in images.iterdir()] == ["Grace_Hopper"]


def test_recycle_bins_are_emptied_of_a_person_and_snapshots_named(kiosk, images):
    for name in ("#recycle", "#snapshot"):
        (images / name).mkdir()
    (images / "Grace_Hopper.jpg").rename(images / "#recycle" / "Grace_Hopper.jpg")
    shown = kiosk("people", "--gallery", images).out
    assert "Nobody is enrolled" in shown
    assert "#recycle" in shown
    erased = kiosk("people", "erase", "Grace Hopper", "--yes", "--gallery", images)
    assert (erased.code, erased.out.splitlines()[:2]) == (
        0,
        ["0 pictures", "1 file in recycle bins of the image folder"],
    )
    assert "not searched: #snapshot" in erased.err
    assert not list((images / "#recycle").iterdir())


def test_an_empty_gallery_says_what_to_do(kiosk, tmp_path):
    shown = kiosk("people", "--gallery", tmp_path / "nowhere")
    assert shown.code == 0
    assert "kiosk enrol NAME PICTURE" in shown.out
    assert "sface_fp16" not in shown.out
    config = tmp_path / "config.yaml"
    config.write_text("encoder: dlib_resnet\n")
    shown = kiosk("people", "--gallery", tmp_path / "nowhere", "--config", config)
    assert "For more than 50 people, first: `encoder: sface_fp16` in config.yaml." in shown.out


def test_a_refused_enrolment_names_each_picture_and_changes_nothing(kiosk, images, grace, eileen, tmp_path):
    bad = tmp_path / "bad.jpg"
    bad.write_bytes(b"")
    before = sorted(path.name for path in images.iterdir())
    refused = kiosk("enrol", "Eileen Collins", eileen, bad, "--gallery", images)
    assert (refused.code, "bad.jpg" in refused.err, refused.err.count("\n")) == (19, True, 1)
    assert sorted(path.name for path in images.iterdir()) == before


def test_who_is_enrolled_is_identified_and_the_text_that_was_agreed_to_recorded(kiosk, images, eileen):
    done = kiosk("enrol", "Grace Hopper", asset("demo", "grace_hopper.jpg"), "--gallery", images)
    assert (done.code, "no consent of Grace Hopper is recorded" in done.err) == (0, True)
    text = asset("consent.de.md")
    done = kiosk("enrol", "Eileen Collins", eileen, "--gallery", images, "--consent", text, "--json")
    assert (json.loads(done.out)["consent"], done.err.count("warning")) == (True, 0)
    assert kiosk("identify", eileen, "--gallery", images).code == 0
    consent = PeopleRegister(people_file(images)).record("Eileen Collins").consent
    assert (consent.sha256, consent.language, consent.recorded_by) == (read_consent(text).sha256, "de", "command line")
    journal = Journal(journal_file(ConfigFile(None)))
    assert [(row.action, row.subject) for row in journal.actions(1)] == [("enrolled", "Eileen Collins")]
    journal.close()
