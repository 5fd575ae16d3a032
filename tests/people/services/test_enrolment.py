import os
import shutil
import signal
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from kiosk.config import ConfigFile
from kiosk.domain import Candidate, Embedding
from kiosk.door.build import Choices
from kiosk.door.services import StaffServices, open_services
from kiosk.errors import GalleryError, JournalError, PeopleError
from kiosk.files import asset
from kiosk.people import enrolment
from kiosk.people.consent import ConsentText
from kiosk.people.enrolment import Enrolment, Examined, Offered, agreed, examine, save
from kiosk.people.register import PeopleRegister, PersonRecord, people_file
from kiosk.people.staging import recover

TEXT = ConsentText("en", "7", "I agree.", "ab" * 32)


@pytest.fixture(scope="module")
def picture() -> Examined:
    content = asset("demo", "gallery", "Grace_Hopper.jpg").read_bytes()
    return examine(Offered("a.jpg", content), lambda image: Embedding(np.ones(1, np.float32), "one"))


def files(services: StaffServices) -> list[str]:
    return sorted(path.relative_to(services.folder).as_posix() for path in services.folder.rglob("*") if path.is_file())


def told(services: StaffServices) -> list[tuple[str, str, str | None, str | None]]:
    return [(row.action, row.staff, row.subject, row.detail) for row in services.journal.actions(20)]


def test_pictures_data_consent_and_a_line_in_the_journal_are_saved(services, picture):
    order = Enrolment(
        "Zoë O'Néill",
        [picture],
        lambda record: replace(record, spoken="Zo-ay", staff_number="7"),
        agreed(TEXT, "Eve"),
        [Candidate("Grace_Hopper", 0.41)],
    )
    done = save(services, order, "Eve")
    assert (done.person, done.is_new, done.fault) == ("Zoë O'Néill", True, "")
    assert files(services) == ["Grace_Hopper.jpg", done.sources[0]]
    record = services.people.record("zoë o'néill")
    assert (record.spoken, record.staff_number) == ("Zo-ay", "7")
    assert (record.consent.version, record.consent.sha256, record.consent.recorded_by) == ("7", "ab" * 32, "Eve")
    assert told(services) == [
        ("lookalike_accepted", "Eve", "Zoë O'Néill", "Grace Hopper at 0.41"),
        ("enrolled", "Eve", "Zoë O'Néill", "1 pictures"),
    ]


def test_more_pictures_leave_what_is_known(services, picture):
    services.people.save(PersonRecord("Grace_Hopper", staff_number="1", consent=agreed(TEXT, "Ann")))
    done = save(services, Enrolment("grace hopper", [picture]), "Eve")
    assert not done.is_new
    assert done.person == "Grace_Hopper"
    assert services.people.record("Grace_Hopper").consent.recorded_by == "Ann"
    assert told(services)[0][0] == "pictures_added"


@pytest.mark.parametrize("known", [False, True])
def test_a_folder_that_cannot_be_written_leaves_all_as_before(services, picture, monkeypatch, known):
    if known:
        services.people.save(PersonRecord("Ada", staff_number="1"))
    before = services.people.records()

    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("kiosk.people.staging.os.fsync", full)
    with pytest.raises(GalleryError, match="No space left"):
        save(
            services,
            Enrolment("Ada", [picture], lambda record: replace(record, email="a@b.c"), agreed(TEXT, "Eve")),
            "E",
        )
    assert files(services) == ["Grace_Hopper.jpg"]
    assert services.people.records() == before
    assert told(services) == []


def test_what_may_not_stand_in_a_field_saves_nothing(services, picture):
    with pytest.raises(PeopleError):
        save(services, Enrolment("Ada", [picture], lambda record: replace(record, email="no address")), "Eve")
    assert files(services) == ["Grace_Hopper.jpg"]


def test_a_journal_that_cannot_be_written_is_told_and_the_person_is_enrolled(services, picture, monkeypatch):
    def broken(*arguments):
        raise JournalError("journal", "is full", "make room")

    monkeypatch.setattr(services.journal, "note", broken)
    done = save(services, Enrolment("Ada", [picture]), "Eve")
    assert "is full" in done.fault
    assert len(files(services)) == 2


def test_killed_between_consent_and_pictures_nobody_is_in_the_gallery_without_consent(services, picture, monkeypatch):
    def killed(*arguments):
        os.kill(os.getpid(), signal.SIGKILL)

    child = os.fork()
    if not child:
        monkeypatch.setattr(enrolment, "add_pictures", killed)
        save(services, Enrolment("Ada", [picture], consent=agreed(TEXT, "Eve")), "Eve")
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
    assert files(services) == ["Grace_Hopper.jpg"]
    done = save(services, Enrolment("Ada", [picture], consent=agreed(TEXT, "Eve")), "Eve")
    assert done.is_new


def killed_at(step: int, home: Path, order: Enrolment) -> bool:
    """Saves in a process of its own that is killed before one of the changes on the disk; whether it was."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
    left = [step]

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        writes = event == "open" and isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR)
        if writes or event in {"os.mkdir", "os.rename", "os.link", "os.remove", "os.rmdir", "sqlite3.connect"}:
            left[0] -= 1
            if left[0] < 0:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(hook)
    save(open_services(Choices(ConfigFile(home / "config.yaml"), home / "images", "demo")), order, "Eve")
    os._exit(0)


def test_killed_at_any_step_there_are_all_pictures_with_the_consent_or_none(home, picture, tmp_path):
    again = replace(picture, offered=Offered("b.png", picture.offered.content))
    order = Enrolment("Ada", [picture, again], consent=agreed(TEXT, "Eve"))
    seen = set()
    for step in range(100):
        copy = tmp_path / str(step)
        shutil.copytree(home, copy)
        killed = killed_at(step, copy, order)
        recover(copy / "images")
        pictures = [path for path in (copy / "images").rglob("*") if path.is_file() and path.parent.name == "Ada"]
        consent = PeopleRegister(people_file(copy / "images")).record("Ada").consent
        assert len(pictures) in {0, 2}
        assert consent is not None or not pictures
        seen.add(len(pictures))
        if not killed:
            break
    assert seen == {0, 2}
    assert step > 10
