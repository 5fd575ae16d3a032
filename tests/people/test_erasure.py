"""An erased person is gone: every file below the test folders is searched for the name and the template."""

import base64
import json
import os
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from kiosk.domain import Embedding
from kiosk.door.services import StaffServices
from kiosk.door.station import Station
from kiosk.errors import GalleryError, JournalError, UnknownPersonError
from kiosk.names import normal_name, person_key
from kiosk.people import erasure
from kiosk.people.erasure import (
    delete_from_bins,
    erase,
    find_in_bins,
    source_belongs_to,
)
from kiosk.people.folder import Stamp, name_fault_of
from kiosk.people.gallery import Gallery
from kiosk.people.records import rename
from kiosk.people.register import PersonRecord
from kiosk.people.templates import TemplateCache, forget_cached
from kiosk.store.journal import Action
from tests.people.conftest import CONSENT, NOW, files

NAME, RENAMED = "Zoë_Grace", "Günther 李小龍"


def spellings(name: str) -> list[bytes]:
    return [name.encode(), name.replace("_", " ").encode(), json.dumps(name)[1:-1].encode()]


def stored(vector: np.ndarray) -> list[bytes]:
    """A template as SQLite and as the cache hold it."""
    whole = vector.astype("<f4").tobytes()
    return [whole, base64.b64encode(whole)]


def found(folder: Path, *needles: bytes) -> list[str]:
    """Files whose name or content holds one of the needles."""
    return [
        f"{path.relative_to(folder)}: {needle!r}"
        for path in folder.rglob("*")
        for needle in needles
        if needle in str(path).encode() or (path.is_file() and needle in path.read_bytes())
    ]


@pytest.fixture
def looked(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """looked(): wait until the gallery's watch, which looks twice a second, has looked once more from the start."""
    looks = []
    refresh = Gallery.refresh

    def counted(gallery: Gallery) -> bool:
        looks.append(gallery)
        return refresh(gallery)

    monkeypatch.setattr(Gallery, "refresh", counted)

    def wait() -> None:
        seen = len(looks)
        wait_until(lambda: len(looks) > seen + 1)

    return wait


@pytest.fixture
def lived(
    home: Path, services: StaffServices, build: Callable[[], Station], scene, looked
) -> tuple[StaffServices, np.ndarray]:
    """Grace was enrolled under another name, came in, was renamed, and was seen as a visitor."""
    (home / "images" / "Grace_Hopper.jpg").rename(home / "images" / f"{NAME}.jpg")
    with (home / "config.yaml").open("a") as config:
        config.write("reception: {keep_refused_hours: 1}\n")
    services.people.save_all([PersonRecord(NAME, shown="Zoe H", email="zoe@example.org", consent=CONSENT)])
    station = build()
    for frame in scene(2.0, 4.5):
        station.process(frame)
    now = datetime.now(UTC)
    (template,) = station.snapshot.templates
    services.station = station
    services.visitors.keep(b"face of Zoe", template.embedding, now)
    services.visitors.keep(b"face of Lin", Embedding(-template.embedding.vector, template.embedding.encoder), now)
    services.journal.note(Action.ENROLLED, "Eve", NAME, "1 picture, as zoë grace", NOW)
    rename(services, NAME, RENAMED, "Eve")
    wait_until(lambda: station.snapshot.people == (RENAMED,))
    station.refresh()
    return services, template.embedding.vector


BESIDE_SECONDS = erasure._BESIDE_SECONDS


@pytest.fixture(autouse=True)
def nobody_beside(monkeypatch: pytest.MonkeyPatch) -> None:
    """No other process is waited for."""
    monkeypatch.setattr(erasure, "_BESIDE_SECONDS", 0.0)


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_only_a_number_is_left_of_a_person_who_does_not_come_back(lived, home, tmp_path, build, looked) -> None:
    services, vector = lived
    needles = [*spellings(NAME), *spellings(RENAMED), b"Zoe H", b"zoe@example.org", b"face of Zoe"]
    needles += [*stored(vector), (home / "images" / f"{RENAMED}.jpg").read_bytes()[:200]]
    assert len(found(tmp_path, *needles)) > 5
    assert all(found(tmp_path, form) for form in stored(vector))
    report = services.erase(RENAMED, "Eve")
    assert (report.pictures, report.cached, report.visitors, report.records, report.left) == (1, 1, 1, 1, ())
    assert report.journal_rows == 3
    assert found(tmp_path, *needles) == [], "at once"
    assert services.snapshot.people == (), "in memory"
    (row,) = services.journal.entries(10)
    assert (row.person, row.outcome) == (report.number, "granted")
    newest, *others = services.journal.actions(10)
    erased = ("erased", "Eve", report.number, "1 pictures")
    assert (newest.action, newest.staff, newest.subject, newest.detail) == erased
    assert {one.subject for one in others} == {report.number}
    visitors = [visitor.id for visitor in services.visitors.visitors()]
    assert list(services.visitors.pictures(visitors).values()) == [b"face of Lin"]
    for remembering in (person_key, normal_name, name_fault_of):
        assert not remembering.cache_info().currsize, "names are not remembered"
    services.station.refresh()
    looked()
    assert found(tmp_path, *needles) == [], "after the watch looked again"
    services.station.close()
    services.station = build()
    assert services.snapshot.people == ()
    assert found(tmp_path, *needles) == [], "after a restart"


def test_who_is_left_in_a_bin_alone_can_be_erased_and_nobody_else_is(services: StaffServices, home: Path) -> None:
    images = home / "images"
    (images / "#recycle" / "Ada").mkdir(parents=True)
    (images / "#snapshot").mkdir()
    (images / "#recycle" / "Ada" / "1.jpg").write_bytes(b"Ada")
    (images / "#recycle" / "Ben.jpg").write_bytes(b"Ben")
    report = services.erase("Ada", "Eve")
    assert (report.in_bins, report.unsearched) == (1, ("#snapshot",))
    assert (images / "#recycle" / "Ben.jpg").exists()
    with pytest.raises(UnknownPersonError):
        services.erase("Ada", "Eve")
    with pytest.raises(UnknownPersonError):
        services.erase("#recycle", "Eve")


def test_a_former_name_that_is_somebody_else_s_now_takes_nothing_from_them(services: StaffServices, home: Path) -> None:
    picture = (home / "images" / "Grace_Hopper.jpg").read_bytes()
    for name in ("Grace.jpg", "#recycle/Grace.jpg", "#recycle/Gracie.jpg"):
        (home / "images" / name).parent.mkdir(exist_ok=True)
        (home / "images" / name).write_bytes(picture if name == "Grace.jpg" else name.encode())
    services.people.save_all([PersonRecord("Grace", group="Lab")])
    services.people.save_all([PersonRecord("Grace_Hopper", former=("Grace", "Gracie"))])
    assert services.erase("grace hopper", "Eve").in_bins == 1
    assert files(home / "images") == ["#recycle/Grace.jpg", "Grace.jpg"]
    assert services.people.record("Grace").group == "Lab"


def test_an_erased_person_does_not_come_back_from_a_bin_or_a_kiosk_in_another_process(
    lived, tmp_path, scene, looked, monkeypatch
) -> None:
    monkeypatch.setattr(erasure, "_BESIDE_SECONDS", BESIDE_SECONDS)
    services, vector = lived
    station, services.station = services.station, None
    picture = (services.folder / f"{RENAMED}.jpg").read_bytes()
    for place in (f"#recycle/{RENAMED}.jpg", f"#recycle/deep/{NAME}/1.jpg", "$RECYCLE.BIN/S-1-5/$R1.jpg", "_old/x.jpg"):
        (services.folder / place).parent.mkdir(parents=True, exist_ok=True)
        (services.folder / place).write_bytes(picture)
    needles = [*spellings(NAME), *spellings(RENAMED), *stored(vector), picture[:200]]
    report = erase(services, RENAMED, "command line", known=station.snapshot, threshold=station.threshold)
    assert (report.pictures, report.in_bins, report.visitors, report.left, report.unsearched) == (1, 4, 1, (), ())
    for frame in scene(28.0, 30.5):
        station.process(frame)
    looked()
    station.refresh()
    assert found(tmp_path, *needles) == []
    assert station.snapshot.people == ()


def test_somebody_who_has_no_pictures_any_more_can_be_erased(services: StaffServices) -> None:
    services.people.save_all([PersonRecord("Grace_Hopper", email="g@example.org")])
    services.people.copy_for_rename("Grace_Hopper", "Grace M")  # and no more, as if it was killed
    assert services.erase("Grace_Hopper", "Eve").records == 2
    assert services.people.records() == {}
    services.people.save_all([PersonRecord("Lin")])
    assert services.erase("lin", "Eve").pictures == 0
    services.journal.note(Action.SUSPENDED, "Eve", "Ben", None, NOW)
    assert services.erase("Ben", "Eve").journal_rows == 1
    with pytest.raises(UnknownPersonError, match="nothing is known"):
        services.erase("Ben", "Eve")


def test_what_fails_is_told_and_done_by_erasing_again(services: StaffServices, monkeypatch: pytest.MonkeyPatch) -> None:
    services.people.save_all([PersonRecord("Grace_Hopper", former=("Gracie",))])
    services.journal.note(Action.ENROLLED, "Eve", "Gracie", None, NOW)

    def locked(*arguments: object) -> int:
        raise JournalError("journal", "is locked", "try again")

    def full(folder: Path, person: str) -> list[str]:
        raise GalleryError(folder, "cannot be written", "check it")

    with monkeypatch.context() as broken:
        broken.setattr(erasure, "erase_person", full)
        with pytest.raises(GalleryError):
            services.erase("Grace_Hopper", "Eve")
        assert "grace hopper" in services.people.records(), "all is as before"
        assert [row.action for row in services.journal.actions(9)] == ["enrolled"]
    with monkeypatch.context() as broken:
        broken.setattr(type(services.journal), "forget", locked)
        report = services.erase("Grace_Hopper", "Eve")
    assert report.left == ("journal: is locked; try again",)
    assert report.pictures == 1
    assert services.people.record("Grace_Hopper").former == ("Gracie",), "the names are needed to try again"
    again = services.erase("Grace_Hopper", "Eve")
    assert (again.left, again.journal_rows, again.records) == ((), 1, 1)


def keep(images: Path, *names: str, content: str = "") -> None:
    for name in names:
        path = images / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content or f"content of {name}")


def deleted(images: Path, *names: str) -> set[str]:
    """Search for the names and delete; return the files that are gone."""
    before = set(files(images))
    count, left = delete_from_bins(images, find_in_bins(images, names))
    gone = before - set(files(images))
    assert (count, left) == (len(gone), [])
    return gone


def test_a_person_is_found_by_name_in_what_the_gallery_skips(images: Path) -> None:
    paths = [
        "#recycle/Ada/1.jpg",  # Synology
        "#recycle/Ada (1).jpg",
        "#recycle/deep/down/Ada/notes.txt",
        "@Recycle/Ada.jpg",  # QNAP
        "@eaDir/Ada.jpg/SYNOPHOTO_THUMB_XL.jpg",
        ".recycle/eve/images/Ada/1.jpg",  # Samba
        ".recycle/Copy #2 of Ada.jpg",
        ".Trash-1000/files/Ada/1.jpg",  # Linux desktops
        ".Trash-1000/files/Ada.2.jpg",
        ".Trash-1000/info/Ada.jpg.trashinfo",
        "files_trashbin/files/Ada.d1700000000/1.jpg",  # Nextcloud
        "files_trashbin/files/Ada.jpg.d1700000000",
        "RECYCLER/ADA.JPG",
        "Papierkorb/ada.png",
        "_put aside/Ada/1.jpg",
        "_Ada.jpg",
        "._Ada.jpg",
        "Ben/#recycle/Ada.jpg",
        "lost+found/#123/Ada/1.jpg",
    ]
    for path in paths:
        keep(images, path, "Ada.jpg", "Ben/1.jpg", "#recycle/Ben/1.jpg", "#recycle/Adam.jpg", "_Adam/1.jpg")
        assert deleted(images, "Ada") == {path}
    keep(images, "Ada (2).jpg", "#recycle/Ada (2).jpg", "#recycle/Ada (3).jpg")
    assert deleted(images, "Ada") == {"#recycle/Ada (3).jpg"}, "the other may be that of the person in the gallery"
    hers = {"#recycle/Zoe\u0308_Byron.jpg", "#recycle/zoë  byron/2.jpg", "#recycle/ADA KING.png"}
    keep(images, *hers)
    assert deleted(images, "Zoë Byron", "Ada_King") == hers


def test_copies_under_other_names_are_found_by_their_content(images: Path) -> None:
    keep(images, "Ada/1.jpg", "$RECYCLE.BIN/S-1-5/$R1.jpg", "_originals/IMG_1.jpg", "Ben.jpg", content="Ada's face")
    keep(images, "#recycle/Ada/2.jpg", "_originals/IMG_2.jpg", content="another of Ada's")
    keep(images, "_originals/IMG_3.jpg", content="Ben's face")
    keep(images, "_originals/empty.jpg", "Ada/empty.jpg")
    gone = {"$RECYCLE.BIN/S-1-5/$R1.jpg", "_originals/IMG_1.jpg", "#recycle/Ada/2.jpg", "_originals/IMG_2.jpg"}
    assert deleted(images, "Ada") == gone


def test_no_bin_is_deleted_as_a_whole_and_nothing_outside(images: Path, tmp_path: Path) -> None:
    keep(tmp_path, "elsewhere/Ada/1.jpg")
    keep(images, "#recycle/Ben.jpg", "Trash/Ben.jpg", ".git/Ben.jpg", ".enrol-1234/Ada/1.jpg")
    (images / "_link").symlink_to(tmp_path / "elsewhere")
    (images / "#recycle" / "Ada").symlink_to(tmp_path / "elsewhere" / "Ada")
    (images / "#recycle" / "Ada.jpg").symlink_to(tmp_path / "elsewhere" / "Ada" / "1.jpg")
    for name in ("#recycle", "recycle", "Trash", "git", "__", "", "enrol"):
        assert deleted(images, name) == set()
    assert deleted(images, "Ada") == {"#recycle/Ada.jpg"}
    assert (tmp_path / "elsewhere" / "Ada" / "1.jpg").exists()


def test_snapshots_and_unreadable_folders_are_not_searched_and_said_not_to_be(
    images: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(images, "#snapshot/monday/Ada/1.jpg", "Ben/~snapshot/Ada.jpg", "#recycle/@Recently-Snapshot/Ada.jpg")
    keep(images, "lost+found/Ada.jpg", "#recycle/Ada.jpg")
    scandir = os.scandir

    def closed(folder: Path) -> object:
        if Path(folder).name == "lost+found":
            raise PermissionError(13, "Permission denied")
        return scandir(folder)

    monkeypatch.setattr(erasure.os, "scandir", closed)
    found = find_in_bins(images, ["Ada"])
    assert found.paths == (images / "#recycle" / "Ada.jpg",)
    assert found.unsearched == ("#recycle/@Recently-Snapshot", "#snapshot", "Ben/~snapshot", "lost+found")


def test_what_cannot_be_deleted_is_named_and_the_rest_goes(images: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keep(images, "#recycle/Ada.jpg", "#recycle/Ada/1.jpg", "_Ada.jpg")
    unlink = Path.unlink

    def locked(path: Path, **options: bool) -> None:
        if path.name == "Ada.jpg":
            raise PermissionError(13, "Permission denied")
        unlink(path, **options)

    monkeypatch.setattr(Path, "unlink", locked)
    count, left = delete_from_bins(images, find_in_bins(images, ["Ada"]))
    assert (count, left) == (2, ["#recycle/Ada.jpg: cannot be deleted (Permission denied); delete it by hand"])
    assert files(images) == ["#recycle/Ada.jpg"]
    monkeypatch.undo()
    found = find_in_bins(images, ["Ada"])
    (images / "#recycle" / "Ada.jpg").unlink()  # the bin is emptied meanwhile
    assert delete_from_bins(images, found) == (0, [])


STAMP = Stamp(1, 2, 3, 4)
ADA, LIN, OLD = "aa" * 32, "bb" * 32, "cc" * 32


def vector(number: int) -> Embedding:
    return Embedding(np.array([np.cos(number), np.sin(number)], np.float32), "pixels")


@pytest.fixture
def caches(tmp_path: Path) -> list[TemplateCache]:
    """Two encoders; both know Ada and Lin, and a picture that was removed long ago."""
    made = [TemplateCache(tmp_path / "cache", "pixels", version) for version in "12"]
    for cache in made:
        for number, digest in enumerate((ADA, LIN, OLD)):
            cache.put(digest, vector(number))
        cache.remember_digests(tmp_path / "images", {"Ada_L/1.jpg": (STAMP, ADA), "Lin.jpg": (STAMP, LIN)})
    return made


def test_a_person_is_gone_from_the_caches_of_all_encoders(caches: list[TemplateCache], tmp_path: Path) -> None:
    assert forget_cached(tmp_path / "cache", source_belongs_to(person_key("ada l")), ()) == 4
    for cache in caches:
        assert (cache.get(ADA), cache.get(OLD)) == (None, None)
        assert cache.get(LIN) is not None
        assert cache.known_digests(tmp_path / "images") == {"Lin.jpg": (STAMP, LIN)}
    assert found(tmp_path / "cache", b"Ada", *stored(vector(0).vector)) == []
    forget_cached(tmp_path / "cache", lambda source: False, {LIN})
    assert caches[0].get(LIN) is None, "by its content"
    assert caches[0].known_digests(tmp_path / "images") == {}


def test_what_crashes_left_is_deleted_and_what_is_being_written_is_not(
    caches: list[TemplateCache], tmp_path: Path
) -> None:
    index = next((tmp_path / "cache").glob("*/index-*"))
    index.write_text('{"Ada_L/1.jpg": [')
    left, fresh = index.with_name(".new-left"), index.with_name(".new-fresh")
    left.write_text("Ada")
    os.utime(left, (time.time() - 60,) * 2)
    fresh.write_text("")
    forget_cached(tmp_path / "cache", lambda source: False, ())
    assert not index.exists()
    assert not left.exists()
    assert fresh.exists()
