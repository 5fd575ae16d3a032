import io
import os
import stat
import struct
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kiosk.errors import ArchiveError
from kiosk.people.archive import LIST, ArchivedPerson, Exported, as_json, open_archive, write_archive
from kiosk.people.register import PersonRecord

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
    one = Exported(PersonRecord("Zoë 李", group="Lab"), (pictures / "a.JPG", pictures / "b.png"))
    path = tmp_path / "out.zip"
    assert write_archive(path, [one, Exported(PersonRecord("Ada"), ())], {"journal.json": b"{}"}, NOW) == 2
    assert path.stat().st_mode & 0o777 == 0o600
    with open_archive(path) as archive:
        archive.check()
        assert [person.record for person in archive.people] == [one.record, PersonRecord("Ada")]
        assert archive.people[0].pictures == ("pictures/Zoë 李/001.jpg", "pictures/Zoë 李/002.png")
        assert archive.picture("pictures/Zoë 李/001.jpg") == b"a.JPG" + PICTURE
        assert archive.bytes == 2 * len(PICTURE) + 10


def test_an_archive_is_on_the_disk_under_its_name_when_it_is_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, synced = tmp_path / "out.zip", []
    monkeypatch.setattr(os, "fsync", lambda file: synced.append((stat.S_ISDIR(os.fstat(file).st_mode), path.exists())))
    write_archive(path, [Exported(PersonRecord("Ada"), ())], {}, NOW)
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
        write_archive(path, [Exported(PersonRecord("Ada"), ())], {}, NOW)
    assert path.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [path]
    with pytest.raises(ArchiveError, match="cannot be written"):
        write_archive(tmp_path / "missing" / "out.zip", [], {}, NOW)


@pytest.mark.parametrize(
    "name",
    ["../evil.jpg", "/etc/evil.jpg", "pictures/../../evil.jpg", "C:\\evil.jpg", "pictures\\evil.jpg", "evil/"],
)
def test_names_that_lead_elsewhere_are_refused(make, name: str) -> None:
    reason = refused(make({"pictures/Ada/001.jpg": PICTURE, entry(name): b"x" if not name.endswith("/") else b""}))
    assert "leads out" in reason or "is a link" in reason


def test_names_in_the_list_never_become_paths(make) -> None:
    people = as_json([ArchivedPerson(PersonRecord("Ada"), ("../evil.jpg",))], NOW)
    assert "leads out" in refused(make({"../evil.jpg": PICTURE}, people))


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


@pytest.mark.parametrize("content", [b"", b"PK", b"no zip", b"PK\5\6" + b"\0" * 18])
def test_what_is_no_archive_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "none.zip"
    path.write_bytes(content)
    assert "no zip" in refused(path) or "no archive" in refused(path)


def test_an_archive_that_was_cut_off_is_refused_at_every_length(make) -> None:
    path = make({"pictures/Ada/001.jpg": PICTURE})
    whole = path.read_bytes()
    for length in range(0, len(whole) - 1, 7):
        path.write_bytes(whole[:length])
        refused(path)


def test_something_else_than_a_file_is_refused(tmp_path: Path) -> None:
    assert "is not a file" in refused(tmp_path)
    assert "cannot be read" in refused(tmp_path / "missing.zip")


def test_what_the_list_does_not_name_or_names_in_vain_is_refused(make) -> None:
    assert "is missing" in refused(make({}))
    assert "belongs to nobody" in refused(make({"pictures/Ada/001.jpg": PICTURE, "pictures/Lin/1.jpg": PICTURE}))
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
