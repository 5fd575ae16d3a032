"""Archives: exported, moved to another machine, and refused if anything in them is wrong."""

import io
import json
import os
import stat
import struct
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from kiosk.door.services import StaffServices
from kiosk.door.station import Station
from kiosk.errors import ArchiveError, EnrolmentError, GalleryError, UnknownPersonError
from kiosk.people import archive as archives
from kiosk.people import erasure
from kiosk.people.archive import (
    LIST,
    ArchivedPerson,
    as_json,
    export_gallery,
    export_person,
    free_path,
    from_json,
    import_archive,
    open_archive,
    write_archive,
)
from kiosk.people.folder import list_folder
from kiosk.people.register import Consent, PersonRecord, record_as_json
from kiosk.store.journal import Action

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
PICTURE = b"\xff\xd8 a picture \xff\xd9" * 20
ADA = ArchivedPerson(PersonRecord("Ada"), ("pictures/Ada/001.jpg",))


@pytest.fixture
def make(tmp_path: Path) -> Callable[..., Path]:
    """make({name: content}): a zip of these entries; `people` is its list unless it is given."""

    def write(entries: dict[str | zipfile.ZipInfo, bytes], people: bytes | None = None) -> Path:
        path = tmp_path / "hostile.zip"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr(LIST, as_json([ADA], NOW) if people is None else people)
            for name, content in entries.items():
                archive.writestr(name, content)
        return path

    return write


def entry(name: str, **values: object) -> zipfile.ZipInfo:
    made = zipfile.ZipInfo(name)
    for key, value in values.items():
        setattr(made, key, value)
    return made


def refused(path: Path) -> str:
    with pytest.raises(ArchiveError) as fault, open_archive(path) as archive:
        archive.check()
    return str(fault.value)


def test_what_was_written_is_read_again(tmp_path: Path) -> None:
    pictures = tmp_path / "Zoë 李"
    pictures.mkdir()
    for name in ("a.JPG", "b.png"):
        (pictures / name).write_bytes(name.encode() + PICTURE)
    one = (PersonRecord("Zoë 李", group="Lab"), (pictures / "a.JPG", pictures / "b.png"))
    path = tmp_path / "out.zip"
    assert write_archive(path, [one, (PersonRecord("Ada"), ())], {"journal.json": b"{}"}, NOW) == 2
    assert path.stat().st_mode & 0o777 == 0o600
    with open_archive(path) as archive:
        archive.check()
        assert [person.record for person in archive.people] == [one[0], PersonRecord("Ada")]
        assert archive.people[0].pictures == ("pictures/Zoë 李/001.jpg", "pictures/Zoë 李/002.png")
        assert archive.picture("pictures/Zoë 李/001.jpg") == b"a.JPG" + PICTURE
        assert archive.bytes == 2 * len(PICTURE) + 10


def test_an_archive_is_on_the_disk_under_its_name_when_it_is_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, synced = tmp_path / "out.zip", []
    monkeypatch.setattr(os, "fsync", lambda file: synced.append((stat.S_ISDIR(os.fstat(file).st_mode), path.exists())))
    write_archive(path, [(PersonRecord("Ada"), ())], {}, NOW)
    assert synced == [(False, False), (True, True)]


def test_a_disk_that_is_full_leaves_nothing_and_the_archive_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "out.zip"
    path.write_bytes(b"before")

    def full(*arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(zipfile.ZipFile, "writestr", full)
    with pytest.raises(ArchiveError, match="No space left"):
        write_archive(path, [(PersonRecord("Ada"), ())], {}, NOW)
    assert path.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [path]
    with pytest.raises(ArchiveError, match="cannot be written"):
        write_archive(tmp_path / "missing" / "out.zip", [], {}, NOW)


def test_names_that_lead_elsewhere_are_refused(make) -> None:
    for name in (
        "../evil.jpg",
        "/etc/evil.jpg",
        "pictures/../../evil.jpg",
        "C:\\evil.jpg",
        "pictures\\evil.jpg",
        "evil/",
    ):
        reason = refused(make({"pictures/Ada/001.jpg": PICTURE, entry(name): b"x" if not name.endswith("/") else b""}))
        assert "leads out" in reason or "is a link" in reason
    people = as_json([ArchivedPerson(PersonRecord("Ada"), ("../evil.jpg",))], NOW)
    assert "leads out" in refused(make({"../evil.jpg": PICTURE}, people))


def test_a_file_that_is_no_archive_is_refused(tmp_path: Path) -> None:
    for content in (b"", b"PK", b"no zip", b"PK\5\6" + b"\0" * 18):
        (tmp_path / "none.zip").write_bytes(content)
        reason = refused(tmp_path / "none.zip")
        assert "no zip" in reason or "no archive" in reason
    assert "is not a file" in refused(tmp_path)
    assert "cannot be read" in refused(tmp_path / "missing.zip")


def test_links_and_devices_are_refused(make) -> None:
    for kind in (stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR, stat.S_IFDIR):
        link = entry("pictures/Ada/001.jpg", external_attr=(kind | 0o777) << 16, create_system=3)
        assert "is a link" in refused(make({link: b"/etc/passwd"}))


def test_bombs_are_refused_before_they_are_unpacked(make, tmp_path: Path) -> None:
    bomb = entry("pictures/Ada/001.jpg", compress_type=zipfile.ZIP_DEFLATED)
    assert "much larger" in refused(make({bomb: b"\0" * 60_000_000}))
    path = tmp_path / "list.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(LIST, b" " * 500_000_000)
    assert "much larger" in refused(path)


def test_entries_that_share_their_bytes_are_refused(tmp_path: Path) -> None:
    # One stored content, and a directory that names it a hundred times: Fifield's overlapping files.
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("pictures/Ada/001.jpg", PICTURE * 100)
    whole = content.getvalue()
    end = whole.rindex(b"PK\5\6")
    start = whole.index(b"PK\1\2")
    one = whole[start:end]
    many = b"".join(one.replace(b"001.jpg", b"%03d.jpg" % number) for number in range(100))
    tail = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 100, 100, len(many), start, 0)
    path = tmp_path / "overlap.zip"
    path.write_bytes(whole[:start] + many + tail)
    assert "overlap" in refused(path)


def test_two_files_of_one_name_are_refused(tmp_path: Path, recwarn: pytest.WarningsRecorder) -> None:
    path = tmp_path / "twice.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for _ in range(2):
            archive.writestr(LIST, as_json([ADA], NOW))
    assert "two files of one name" in refused(path)


def test_a_size_that_is_a_lie_and_a_wrong_checksum_are_refused(make, tmp_path: Path) -> None:
    path = make({"pictures/Ada/001.jpg": PICTURE})
    path.write_bytes(path.read_bytes().replace(PICTURE, PICTURE[::-1]))
    assert "is damaged" in refused(path)


def test_an_archive_that_was_cut_off_is_refused_at_every_length(make) -> None:
    path = make({"pictures/Ada/001.jpg": PICTURE})
    whole = path.read_bytes()
    for length in range(0, len(whole) - 1, 7):
        path.write_bytes(whole[:length])
        refused(path)


def test_what_the_list_does_not_name_or_names_in_vain_is_refused(make) -> None:
    assert "is missing" in refused(make({}))
    assert "belongs to no person" in refused(make({"pictures/Ada/001.jpg": PICTURE, "pictures/Lin/1.jpg": PICTURE}))
    both = as_json([ADA, ArchivedPerson(PersonRecord("Lin"), ADA.pictures)], NOW)
    assert "several" in refused(make({"pictures/Ada/001.jpg": PICTURE}, both))


def test_only_pictures_are_pictures(make) -> None:
    for name, content in (("pictures/Ada/run.sh", b"x"), ("pictures/Ada/001.jpg", b"")):
        people = as_json([ArchivedPerson(PersonRecord("Ada"), (name,))], NOW)
        assert "no picture" in refused(make({name: content}, people))


def test_encrypted_files_are_refused(make) -> None:
    path = make({"pictures/Ada/001.jpg": PICTURE})
    content = bytearray(path.read_bytes())
    for offset in (content.rindex(b"PK\1\2") + 8, content.rindex(b"PK\3\4") + 6):
        content[offset] |= 1
    path.write_bytes(content)
    assert "encrypted" in refused(path)


NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
FULL = PersonRecord(
    person="Zoë 李",
    shown="Zoë",
    spoken="Zo-ey",
    staff_number="7",
    card_id="04",
    email="zoe@example.org",
    valid_from=date(2026, 1, 1),
    valid_until=date(2026, 12, 31),
    group="عمال",
    suspended=True,
    consent=Consent(NOW, "1", "ab" * 32, "de", "Eve"),
    former=("Zoe",),
)


def changed(**values: object) -> bytes:
    whole = json.loads(as_json([ArchivedPerson(FULL, ("pictures/1.jpg",))], NOW))
    for key, value in values.items():
        (whole if key in whole else whole["people"][0])[key] = value
    return json.dumps(whole).encode()


def test_an_archive_holds_the_whole_record() -> None:
    people = [ArchivedPerson(FULL, ("pictures/1.jpg",)), ArchivedPerson(PersonRecord("Ada"), ())]
    assert from_json(as_json(people, NOW), "a.zip") == tuple(people)
    assert set(record_as_json(FULL)) == set(PersonRecord.__slots__)


def test_a_list_of_people_with_anything_wrong_is_refused() -> None:
    for content in (
        b"",
        b"nonsense",
        b"[" * 100_000,
        b"{}",
        b"[]",
        b'{"format": "kiosk people", "version": 2}',
        changed(people=[]),
        changed(people=[7]),
        changed(people={"person": "Ada"}),
        changed(person="../Ada"),
        changed(person="a/b"),
        changed(person="a\\b"),
        changed(person=".hidden"),
        changed(person="#recycle"),
        changed(person="_Ada"),
        changed(person="System Volume Information"),
        changed(person=""),
        changed(person="x" * 101),
        changed(person="a\u202eb"),
        changed(person="a\u0000b"),
        changed(person=["Ada"]),
        changed(pictures="pictures/1.jpg"),
        changed(pictures=[7]),
        changed(shown="x" * 101),
        changed(email="nonsense"),
        changed(valid_from="yesterday"),
        changed(valid_from=7),
        changed(valid_from="2027-01-01"),
        changed(consent="yes"),
        changed(consent={"given_at": "then"}),
        changed(former="Ada"),
        b'{"format": "kiosk people", "version": 1, "people": [{"person": "\\ud800"}]}',
        b'{"format": "kiosk people", "version": 1, "people": [{"person": "Ada"}, {"person": "ada"}]}',
    ):
        with pytest.raises(ArchiveError):
            from_json(content, "a.zip")


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
    with pytest.raises(UnknownPersonError):
        export_person(services, "Ada", tmp_path / "a.zip", "Eve", snapshot)
    services.erase("Grace_Hopper", "Eve")
    with pytest.raises(ArchiveError, match="gallery is empty"):
        export_gallery(services, tmp_path / "all.zip", "Eve")
    assert import_archive(services, path, "Eve").people == ("Grace_Hopper",)


def test_an_archive_never_takes_the_place_of_a_file_and_any_stick_takes_its_name(tmp_path: Path) -> None:
    for name in ("Ada", 'A/B: "C" <D>|E?*\\', "\U0001f600" * 100, "Ada Lovelace. "):
        made = []
        for _ in range(3):
            made.append(free_path(tmp_path, name))
            made[-1].symlink_to(tmp_path / "nowhere")
        assert len({path.name for path in made}) == 3
        assert all(path.parent == tmp_path and path.suffix == ".zip" for path in made)
        assert not any(set('<>:"/\\|?*') & set(path.name) for path in made)
        assert all(len(path.name.encode()) <= 255 for path in made)


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


def test_a_name_that_is_taken_keeps_everybody_out(services: StaffServices, tmp_path: Path) -> None:
    (services.folder / "Ada.jpg").write_bytes(b"Ada")
    export_gallery(services, tmp_path / "all.zip", "Eve")
    services.erase("Ada", "Eve")
    services.people.save(PersonRecord("Grace_Hopper", group="as it was"))
    with pytest.raises(EnrolmentError, match="Grace Hopper"):
        import_archive(services, tmp_path / "all.zip", "Eve")
    assert people(services) == ["Grace_Hopper"]
    assert {record.group for record in services.people.records().values()} == {"as it was"}


def test_records_are_put_back_when_the_pictures_cannot_be_written(
    services: StaffServices, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    export_gallery(services, tmp_path / "all.zip", "Eve")
    services.erase("Grace_Hopper", "Eve")
    for fault in (GalleryError("images", "cannot be written", "check it"), KeyboardInterrupt()):

        def full(*arguments: object, fault: BaseException = fault) -> int:
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
