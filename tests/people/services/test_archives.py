import json
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kiosk.door.services import StaffServices
from kiosk.door.station import Station
from kiosk.errors import ArchiveError, EnrolmentError, GalleryError, UnknownPersonError
from kiosk.people import archive as archives
from kiosk.people import erasure
from kiosk.people.archive import export_gallery, export_person, free_path, import_archive
from kiosk.people.folder import list_folder
from kiosk.people.register import Consent, PersonRecord
from kiosk.store.journal import Action

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
CONSENT = Consent(NOW, "1", "ab" * 32, "en", "Eve")


@pytest.fixture(autouse=True)
def nobody_beside(monkeypatch: pytest.MonkeyPatch) -> None:
    """No other process is waited for."""
    monkeypatch.setattr(erasure, "_BESIDE_SECONDS", 0.0)


def people(services: StaffServices) -> list[str]:
    return sorted({picture.person for picture in list_folder(services.folder).pictures})


def test_everything_known_of_a_person_is_in_the_zip(
    services: StaffServices, build: Callable[[], Station], tmp_path: Path
) -> None:
    snapshot = build().snapshot
    services.people.save(PersonRecord("Grace_Hopper", email="g@example.org", consent=CONSENT, former=("Gracie",)))
    services.journal.note(Action.ENROLLED, "Eve", "Gracie", None, NOW)
    path = tmp_path / "grace.zip"
    assert export_person(services, "grace hopper", path, "Eve", snapshot) == 1
    with zipfile.ZipFile(path) as archive:
        assert sorted(archive.namelist()) == [
            "journal.json",
            "people.json",
            "pictures/Grace_Hopper/001.jpg",
            "templates.json",
        ]
        (entry,) = json.loads(archive.read("people.json"))["people"]
        assert (entry["person"], entry["email"], entry["consent"]["version"]) == ("Grace_Hopper", "g@example.org", "1")
        assert [row["subject"] for row in json.loads(archive.read("journal.json"))["actions"]] == ["Gracie"]
        (template,) = json.loads(archive.read("templates.json"))
        assert len(template["numbers"]) == 128
        assert archive.read("pictures/Grace_Hopper/001.jpg") == (services.folder / "Grace_Hopper.jpg").read_bytes()
    assert [(row.action, row.subject) for row in services.journal.actions(1)] == [("exported", "Grace_Hopper")]


@pytest.mark.parametrize("name", ["Ada", 'A/B: "C" <D>|E?*\\', "\U0001f600" * 100, "Ada Lovelace. "])
def test_an_archive_never_takes_the_place_of_a_file_and_any_stick_takes_its_name(tmp_path: Path, name: str) -> None:
    made = []
    for _ in range(3):
        made.append(free_path(tmp_path, name))
        made[-1].symlink_to(tmp_path / "nowhere")
    assert len({path.name for path in made}) == 3
    assert all(path.parent == tmp_path and path.suffix == ".zip" for path in made)
    assert not any(set('<>:"/\\|?*') & set(path.name) for path in made)
    assert all(len(path.name.encode()) <= 255 for path in made)


def test_somebody_unknown_cannot_be_exported(services: StaffServices, tmp_path: Path) -> None:
    with pytest.raises(UnknownPersonError):
        export_person(services, "Ada", tmp_path / "a.zip", "Eve", services.snapshot)
    assert not (tmp_path / "a.zip").exists()


def test_a_gallery_moves_to_another_machine(services: StaffServices, tmp_path: Path) -> None:
    (services.folder / "Zoë 李").mkdir()
    for number in range(2):
        (services.folder / "Zoë 李" / f"{number}.png").write_bytes(b"picture %d" % number)
    services.people.save(PersonRecord("Zoë 李", suspended=True, consent=CONSENT))
    path = tmp_path / "all.zip"
    assert export_gallery(services, path, "Eve").pictures == 3
    for person in people(services):
        services.erase(person, "Eve")
    report = import_archive(services, path, "Eve")
    assert sorted(report.people) == people(services) == ["Grace_Hopper", "Zoë 李"]
    assert report.pictures == 3
    assert services.people.record("Zoë 李") == PersonRecord("Zoë 李", suspended=True, consent=CONSENT)
    assert sorted(file.read_bytes() for file in (services.folder / "Zoë 李").iterdir()) == [b"picture 0", b"picture 1"]
    assert services.journal.actions(1)[0].detail == "2 people, 3 pictures"


def test_the_zip_of_one_person_can_be_brought_in_again(services: StaffServices, tmp_path: Path) -> None:
    export_person(services, "Grace_Hopper", tmp_path / "g.zip", "Eve", services.snapshot)
    services.erase("Grace_Hopper", "Eve")
    assert import_archive(services, tmp_path / "g.zip", "Eve").people == ("Grace_Hopper",)


def test_an_empty_gallery_is_not_exported(services: StaffServices, tmp_path: Path) -> None:
    (services.folder / "Grace_Hopper.jpg").unlink()
    with pytest.raises(ArchiveError, match="nobody"):
        export_gallery(services, tmp_path / "all.zip", "Eve")


def test_a_name_that_is_taken_keeps_everybody_out(services: StaffServices, tmp_path: Path) -> None:
    (services.folder / "Ada.jpg").write_bytes(b"Ada")
    export_gallery(services, tmp_path / "all.zip", "Eve")
    services.erase("Ada", "Eve")
    services.people.save(PersonRecord("Grace_Hopper", group="as it was"))
    with pytest.raises(EnrolmentError, match="Grace Hopper"):
        import_archive(services, tmp_path / "all.zip", "Eve")
    assert people(services) == ["Grace_Hopper"]
    assert {record.group for record in services.people.records().values()} == {"as it was"}


@pytest.mark.parametrize("fault", [GalleryError("images", "cannot be written", "check it"), KeyboardInterrupt()])
def test_what_was_known_is_put_back_when_the_pictures_cannot_be_written(
    services: StaffServices, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: BaseException
) -> None:
    export_gallery(services, tmp_path / "all.zip", "Eve")
    services.erase("Grace_Hopper", "Eve")

    def full(*arguments: object) -> int:
        raise fault

    monkeypatch.setattr(archives, "add_people", full)
    with pytest.raises(type(fault)):
        import_archive(services, tmp_path / "all.zip", "Eve")
    assert (services.people.records(), people(services)) == ({}, [])


def test_a_damaged_picture_keeps_everybody_out(services: StaffServices, tmp_path: Path) -> None:
    path = tmp_path / "all.zip"
    export_gallery(services, path, "Eve")
    services.erase("Grace_Hopper", "Eve")
    content = bytearray(path.read_bytes())
    content[5000] ^= 255
    path.write_bytes(content)
    with pytest.raises(ArchiveError, match="damaged"):
        import_archive(services, path, "Eve")
    assert (services.people.records(), people(services)) == ({}, [])


def test_without_room_on_the_disk_nothing_is_written(services: StaffServices, tmp_path: Path, monkeypatch) -> None:
    export_gallery(services, tmp_path / "all.zip", "Eve")
    services.erase("Grace_Hopper", "Eve")
    monkeypatch.setattr(archives.shutil, "disk_usage", lambda path: _Usage())
    with pytest.raises(ArchiveError, match="no room"):
        import_archive(services, tmp_path / "all.zip", "Eve")
    assert people(services) == []


class _Usage:
    free = 1000
