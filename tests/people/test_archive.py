"""Archives: exported, moved to another machine, and refused if anything in them is wrong."""

import json
import os
import stat
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

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
from kiosk.people.register import PersonRecord, record_as_json
from kiosk.store.journal import Action
from tests.people.conftest import CONSENT, FULL, NOW

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


def listing(*pictures: str) -> bytes:
    """The list of an archive with one person for each picture."""
    people = [ArchivedPerson(PersonRecord(name), (one,)) for name, one in zip(("Ada", "Lin"), pictures, strict=False)]
    return as_json(people, NOW)


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


def test_an_archive_replaces_the_one_before_only_when_it_is_whole_on_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, synced = tmp_path / "out.zip", []
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", lambda file: synced.append(path.exists()))
        write_archive(path, [(PersonRecord("Ada"), ())], {}, NOW)
    assert synced == [False, True], "the file, then the folder"
    before = path.read_bytes()

    def full(*arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(zipfile.ZipFile, "writestr", full)
    with pytest.raises(ArchiveError, match="No space left"):
        write_archive(path, [(PersonRecord("Ada"), ())], {}, NOW)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]
    with pytest.raises(ArchiveError, match="cannot be written"):
        write_archive(tmp_path / "missing" / "out.zip", [], {}, NOW)


def test_entries_that_do_harm_or_belong_to_nobody_are_refused(make) -> None:
    elsewhere = "leads out", "is a link"
    link = {"create_system": 3}
    kinds = (stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR, stat.S_IFDIR)
    first = "pictures/Ada/001.jpg"
    bomb = entry(first, compress_type=zipfile.ZIP_DEFLATED)
    cases: list[tuple[dict[str | zipfile.ZipInfo, bytes], bytes | None, tuple[str, ...]]] = [
        ({first: PICTURE, entry(name): b"" if name == "evil/" else b"x"}, None, elsewhere)
        for name in ("../evil.jpg", "/etc/evil.jpg", "pictures/../../evil.jpg", "C:\\evil.jpg", "p\\evil.jpg", "evil/")
    ]
    cases += [({entry(first, external_attr=(kind | 0o777) << 16, **link): b"x"}, None, elsewhere[1:]) for kind in kinds]
    cases += [
        ({"../evil.jpg": PICTURE}, listing("../evil.jpg"), elsewhere),
        ({bomb: b"\0" * 2**22}, None, ("much larger",)),
        ({}, None, ("is missing",)),
        ({first: PICTURE, "pictures/Lin/1.jpg": PICTURE}, None, ("belongs to no person",)),
        ({first: PICTURE}, listing(first, first), ("several",)),
        ({"pictures/Ada/run.sh": b"x"}, listing("pictures/Ada/run.sh"), ("no picture",)),
        ({first: b""}, None, ("no picture",)),
    ]
    for entries, people, reasons in cases:
        reason = refused(make(entries, people))
        assert any(words in reason for words in reasons), (entries, reason)


def test_a_file_that_is_damaged_or_made_to_mislead_is_refused(make, tmp_path: Path) -> None:
    for content in (b"", b"PK", b"no zip", b"PK\5\6" + b"\0" * 18):
        (tmp_path / "none.zip").write_bytes(content)
        reason = refused(tmp_path / "none.zip")
        assert "no zip" in reason or "no archive" in reason
    assert "is not a file" in refused(tmp_path)
    assert "cannot be read" in refused(tmp_path / "missing.zip")

    path = make({"pictures/Ada/001.jpg": PICTURE})
    whole = path.read_bytes()
    path.write_bytes(whole.replace(PICTURE, PICTURE[::-1]))
    assert "is damaged" in refused(path), "a wrong checksum"
    encrypted = bytearray(whole)
    for offset in (whole.rindex(b"PK\1\2") + 8, whole.rindex(b"PK\3\4") + 6):
        encrypted[offset] |= 1
    path.write_bytes(encrypted)
    assert "is damaged" in refused(path)
    for length in range(0, len(whole) - 1, 7):
        path.write_bytes(whole[:length])
        refused(path)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(LIST, "[]" * 20)
    unpackable = bytearray(path.read_bytes())
    unpackable[30 + len(LIST)] = 0xFF  # the first byte of the compressed content, behind the entry's header
    path.write_bytes(unpackable)
    assert "is damaged" in refused(path)

    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(LIST, b" " * 2**22)
    assert "much larger" in refused(path)
    # One stored content, and a directory that names it a hundred times: Fifield's overlapping files.
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("pictures/Ada/001.jpg", PICTURE * 100)
    whole = path.read_bytes()
    start, end = whole.index(b"PK\1\2"), whole.rindex(b"PK\5\6")
    many = b"".join(whole[start:end].replace(b"001.jpg", b"%03d.jpg" % number) for number in range(100))
    tail = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 100, 100, len(many), start, 0)
    path.write_bytes(whole[:start] + many + tail)
    assert "overlap" in refused(path)


def test_an_archive_holds_the_whole_record() -> None:
    people = [ArchivedPerson(FULL, ("pictures/1.jpg",)), ArchivedPerson(PersonRecord("Ada"), ())]
    assert from_json(as_json(people, NOW), "a.zip") == tuple(people)
    assert set(record_as_json(FULL)) == set(PersonRecord.__slots__)


def test_a_list_of_people_with_anything_wrong_is_refused() -> None:
    wrong: dict[str, list[object]] = {
        "people": [[], [7], {"person": "Ada"}],
        "person": ["../Ada", "a\\b", ".hidden", "#recycle", "", "x" * 101, "a\u202eb", "a\u0000b", ["Ada"]],
        "pictures": ["pictures/1.jpg", [7]],
        "shown": ["x" * 101],
        "email": ["nonsense"],
        "valid_from": ["yesterday", 7, "2027-01-01"],
        "consent": ["yes", {"given_at": "then"}],
        "former": ["Ada"],
    }
    whole = json.loads(as_json([ArchivedPerson(FULL, ("pictures/1.jpg",))], NOW))
    head = b'{"format": "kiosk people", "version": '
    contents = [b"", b"nonsense", b"[" * 100_000, b"{}", b"[]", head + b"2}"]
    contents += [head + b'1, "people": [{"person": "\\ud800"}]}']
    contents += [head + b'1, "people": [{"person": "Ada"}, {"person": "ada"}]}']
    for field, values in wrong.items():
        for value in values:
            people = value if field == "people" else [whole["people"][0] | {field: value}]
            contents.append(json.dumps(whole | {"people": people}).encode())
    for content in contents:
        with pytest.raises(ArchiveError):
            from_json(content, "a.zip")


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
    services.people.save_all([PersonRecord("Grace_Hopper", email="g@example.org", consent=CONSENT, former=("Gracie",))])
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
    services.people.save_all([PersonRecord("Zoë 李", suspended=True, consent=CONSENT)])
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


def test_an_import_that_fails_changes_nothing(
    services: StaffServices, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, damaged = tmp_path / "all.zip", tmp_path / "damaged.zip"
    (services.folder / "Ada.jpg").write_bytes(b"Ada")
    export_gallery(services, path, "Eve")
    services.erase("Ada", "Eve")
    services.people.save_all([PersonRecord("Grace_Hopper", group="as it was")])
    with pytest.raises(EnrolmentError, match="Grace Hopper"):
        import_archive(services, path, "Eve")
    assert people(services) == ["Grace_Hopper"]
    assert {record.group for record in services.people.records().values()} == {"as it was"}
    services.erase("Grace_Hopper", "Eve")

    content = bytearray(path.read_bytes())
    content[5000] ^= 255
    damaged.write_bytes(content)
    with pytest.raises(ArchiveError, match="damaged"):
        import_archive(services, damaged, "Eve")
    with monkeypatch.context() as patch:
        patch.setattr(archives.shutil, "disk_usage", lambda path: SimpleNamespace(free=1000))
        with pytest.raises(ArchiveError, match="no room"):
            import_archive(services, path, "Eve")
    for fault in (GalleryError("images", "cannot be written", "check it"), KeyboardInterrupt()):

        def full(*arguments: object, fault: BaseException = fault) -> int:
            raise fault

        monkeypatch.setattr(archives, "add_people", full)
        with pytest.raises(type(fault)):
            import_archive(services, path, "Eve")
        assert (services.people.records(), people(services)) == ({}, []), "the records are put back"
