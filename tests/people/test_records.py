"""Changes of people by the staff: what changes, what the journal says, what a fault leaves; texts for the consent."""

import base64
import hashlib
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from kiosk.door.services import StaffServices
from kiosk.errors import EnrolmentError, GalleryError, PeopleError
from kiosk.files import asset
from kiosk.people import records as people_changes
from kiosk.people.consent import consent_text, read_consent
from kiosk.people.records import change, record_consent, remove, rename, suspend
from kiosk.people.register import AccessStatus, PersonRecord
from tests.people.conftest import CONSENT, files, told

DAY = date(2026, 3, 2)


def test_a_rename_takes_pictures_and_record_along(services: StaffServices) -> None:
    services.people.save_all([PersonRecord("Grace_Hopper", suspended=True)])
    assert rename(services, "grace hopper", "Zoe\u0308 李", "Eve") == "Zoë 李"
    assert files(services.folder) == ["Zoë 李.jpg"]
    assert services.people.record("zoë 李") == PersonRecord("zoë 李", suspended=True, former=("Grace_Hopper",))
    assert told(services) == [("renamed", "Eve", "Grace_Hopper", "Zoë 李")]
    assert len(services.people.records()) == 1


def test_a_name_that_is_skipped_now_can_be_replaced_with_all_that_is_known(services: StaffServices) -> None:
    (services.folder / "Grace_Hopper.jpg").rename(services.folder / "_Grace.jpg")
    services.people.save_all([PersonRecord("_Grace", suspended=True)])
    assert rename(services, "_Grace", "Grace", "Eve") == "Grace"
    assert files(services.folder) == ["Grace.jpg"]
    assert [record.suspended for record in services.people.records().values()] == [True]


def test_a_name_that_is_somebody_elses_is_refused(services: StaffServices) -> None:
    (services.folder / "Ada").mkdir()
    (services.folder / "Ada" / "1.jpg").write_bytes(b"x")
    with pytest.raises(EnrolmentError, match="already in the gallery"):
        rename(services, "Grace_Hopper", "ada", "Eve")
    services.people.save_all([PersonRecord("Lin")])
    with pytest.raises(PeopleError, match="already known"):
        rename(services, "Grace_Hopper", "Lin", "Eve")
    assert list(services.people.records()) == ["lin"]


def test_a_folder_that_cannot_be_changed_leaves_all_as_before(
    services: StaffServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(folder: Path, old: str, name: str) -> str:
        raise GalleryError(folder, "cannot be written", "check it")

    services.people.save_all([PersonRecord("Grace_Hopper", suspended=True)])
    monkeypatch.setattr(people_changes, "rename_person", full)
    for new in ("Ada", "grace hopper"):
        with pytest.raises(GalleryError):
            rename(services, "Grace_Hopper", new, "Eve")
        assert list(services.people.records()) == ["grace hopper"]
        assert services.people.known("Grace_Hopper").access_status(DAY) is AccessStatus.SUSPENDED


def test_suspension_and_changed_fields_are_written_down_without_their_values(services: StaffServices) -> None:
    assert suspend(services, "grace hopper", "Eve").suspended
    assert services.people.known("Grace_Hopper").access_status(DAY) is AccessStatus.SUSPENDED
    assert not suspend(services, "Grace_Hopper", "Eve", off=True).suspended
    change(services, "Grace_Hopper", lambda known: replace(known, email="g@example.org", group="Navy"), "Eve")
    change(services, "Grace_Hopper", lambda known: replace(known, group=" Navy "), "Eve")
    assert record_consent(services, "Grace_Hopper", CONSENT, "Eve").consent == CONSENT
    changes = [("changed", "consent"), ("changed", "email, group"), ("resumed", None), ("suspended", None)]
    assert told(services) == [(action, "Eve", "Grace_Hopper", detail) for action, detail in changes]


def test_a_removed_picture_leaves_nothing_in_the_cache(services: StaffServices, build, home: Path) -> None:
    build()
    vector = base64.b64encode(build().snapshot.templates[0].embedding.vector.tobytes())
    cached = home.parent / "user"
    assert any(vector in path.read_bytes() for path in cached.rglob("*") if path.is_file())
    assert remove(services, "Grace_Hopper", "Grace_Hopper.jpg", "Eve") == 1
    assert not any(vector in path.read_bytes() for path in cached.rglob("*") if path.is_file())
    assert told(services) == [("pictures_removed", "Eve", "Grace_Hopper", "1 pictures")]


@pytest.mark.parametrize("step", ["rename_person", "forget"])
def test_a_rename_that_is_killed_leaves_a_suspension_in_force(
    services: StaffServices, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    class Killed(BaseException):
        pass

    def kill(*arguments: object) -> None:
        raise Killed

    suspend(services, "Grace_Hopper", "Eve")
    with monkeypatch.context() as killing:
        if step == "forget":
            killing.setattr(type(services.people), "forget", kill)
        else:
            killing.setattr(people_changes, step, kill)
        with pytest.raises(Killed):
            rename(services, "Grace_Hopper", "Ada", "Eve")
    (picture,) = files(services.folder)
    assert services.people.known(Path(picture).stem).access_status(DAY) is AccessStatus.SUSPENDED
    if picture == "Grace_Hopper.jpg":
        assert rename(services, "Grace_Hopper", "Ada", "Eve") == "Ada"


# Consent texts --------------------------------------------------------------------------------------------------------


def test_the_language_of_the_screen_decides_or_english() -> None:
    for wanted, given in (("en", "en"), ("de", "de"), ("de_AT", "de"), ("de-DE", "de"), ("fr", "en"), ("", "en")):
        text = consent_text([asset()], wanted)
        assert (text.language, text.version) == (given, "1")
        assert text.sha256 == hashlib.sha256(asset(f"consent.{given}.md").read_bytes()).hexdigest()


def test_a_file_that_is_no_text_is_told(tmp_path: Path) -> None:
    for content, reason in (
        (b"", "is empty"),
        (b"<!-- version: 3 -->\n  \n", "is empty"),
        (b"\xff\xfe", "UTF-8"),
        (b"x" * 300_000, "is longer"),
    ):
        (tmp_path / "consent.en.md").write_bytes(content)
        with pytest.raises(PeopleError, match=reason):
            read_consent(tmp_path / "consent.en.md")
    with pytest.raises(PeopleError, match="cannot be read"):
        read_consent(tmp_path / "missing.md")
    with pytest.raises(PeopleError, match="holds no consent"):
        consent_text([tmp_path / "none"], "de")


def test_an_own_text_comes_before_the_shipped_one_in_any_language(tmp_path: Path) -> None:
    (tmp_path / "consent.fr.md").write_text("<!-- version: 2026-03 -->\nOui.\n")
    text = consent_text([tmp_path, asset()], "de")
    assert (text.language, text.version, text.text) == ("fr", "2026-03", "Oui.")
    (tmp_path / "paper.md").write_text("I agree.")
    text = read_consent(tmp_path / "paper.md")
    assert (text.version, text.language) == (text.sha256[:12], "en")
