"""The listing of the image folder: the pictures of each person, and what is skipped and why."""

import os
import shutil
import unicodedata
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.people.folder import list_folder


def add(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"content")


def people(folder: Path) -> list[tuple[str, str]]:
    return [(picture.person, picture.source) for picture in list_folder(folder).pictures]


def skipped(folder: Path) -> dict[str, str]:
    return {one.source: str(one.reason) for one in list_folder(folder).skipped}


def test_a_file_and_a_folder_are_people_by_their_names(images):
    add(images, "Ada Lovelace.jpg", "Zoë O'Néill/1.PNG", "Zoë O'Néill/b.webp", "Lin.JPEG", "Grace.bmp")
    assert people(images) == [
        ("Ada Lovelace", "Ada Lovelace.jpg"),
        ("Grace", "Grace.bmp"),
        ("Lin", "Lin.JPEG"),
        ("Zoë O'Néill", "Zoë O'Néill/1.PNG"),
        ("Zoë O'Néill", "Zoë O'Néill/b.webp"),
    ]
    assert skipped(images) == {}
    add(images, "ada lovelace.png", "Ada_Lovelace/1.jpg", "ADA_LOVELACE.png")
    assert {person for person, _ in people(images)} == {"Ada_Lovelace", "Grace", "Lin", "Zoë O'Néill"}


def test_what_systems_leave_behind_is_passed_over_in_silence(images):
    add(images, ".gitkeep", "Thumbs.db", "Ada/.DS_Store", "Ada/desktop.ini", "Ada/1.jpg", "._Ada.jpg", "a.jpg~")
    add(images, "Ada/@eaDir/1.jpg/SYNOPHOTO_THUMB_XL.jpg", ".enrol-1234/1.jpg", ".import-1234/Ada/1.jpg")
    assert people(images) == [("Ada", "Ada/1.jpg")]
    assert skipped(images) == {}


BINS = ["#recycle", "#snapshot", "@eaDir", "$RECYCLE.BIN", "System Volume Information", "RECYCLER", "lost+found"]


def test_a_folder_of_the_system_is_skipped_as_harmless(images):
    for name in BINS:
        add(images, "Ada.jpg", f"{name}/1.jpg", f"{name}/Ben/1.jpg")
        assert people(images) == [("Ada", "Ada.jpg")]
        (one,) = list_folder(images).skipped
        assert (one.source, one.harmless) == (name, True)
        assert "system folder" in str(one.reason)
        shutil.rmtree(images / name)


def test_a_name_that_is_skipped_but_may_be_a_person_s_asks_to_be_renamed(images):
    for name in ("_Ada", "#Ada", "@Ada", "$Ada", "~Ada", "\uff03Ada"):
        add(images, f"{name}/1.jpg", f"{name} 2.jpg")
    assert people(images) == []
    listing = list_folder(images)
    assert len(listing.skipped) == 12
    assert not any(one.harmless for one in listing.skipped)
    assert all("rename it if it is a person's" in str(one.reason) for one in listing.skipped)
    add(images, "Ada/_DSC0001.jpg", "Ada/#1.jpg", "Ada/~2.jpg", "Ada/#recycle/old.jpg")  # as cameras call pictures
    assert [source for _, source in people(images)] == ["Ada/#1.jpg", "Ada/_DSC0001.jpg", "Ada/~2.jpg"]
    assert [one.source for one in list_folder(images).skipped if one.harmless] == ["Ada/#recycle"]


def test_a_bin_is_not_reached_by_a_link(images):
    add(images, "Ada/1.jpg", "#recycle/Ben/1.jpg", "_originals/Ada.jpg")
    (images / "Ben.jpg").symlink_to("#recycle/Ben/1.jpg")
    (images / "Ada" / "2.jpg").symlink_to("../#recycle/Ben/1.jpg")
    (images / "Ada" / "3.jpg").symlink_to("../_originals/Ada.jpg")
    (images / "@Recycle").symlink_to("Ada")
    assert people(images) == [("Ada", "Ada/1.jpg"), ("Ada", "Ada/3.jpg")]
    reasons = skipped(images)
    assert "link into a recycle bin" in reasons["Ben.jpg"]
    assert "link into a recycle bin" in reasons["Ada/2.jpg"]
    assert "@Recycle" in reasons


def test_other_files_are_skipped_and_named(images):
    add(images, "notes.txt", "Ada/1.gif", "Ada/2.jpg", "Ada/old/1.jpg")
    (images / "Nobody").mkdir()
    os.mkfifo(images / "Pipe.jpg")
    assert people(images) == [("Ada", "Ada/2.jpg")]
    reasons = skipped(images)
    assert set(reasons) == {"notes.txt", "Ada/1.gif", "Ada/old", "Nobody", "Pipe.jpg"}
    assert reasons["Pipe.jpg"] == "is not a regular file"
    assert "known kind" in reasons["notes.txt"]
    assert "folder inside" in reasons["Ada/old"]
    assert reasons["Nobody"] == "an empty folder"


def test_links_inside_the_folder_are_followed_and_others_named(images, tmp_path):
    add(tmp_path, "secret.jpg")
    add(images, "Ada/1.jpg")
    for link, target in (
        ("Ada/in.jpg", "1.jpg"),
        ("Out.jpg", tmp_path / "secret.jpg"),
        ("Ada/out.jpg", "../../secret.jpg"),
        ("self.jpg", "self.jpg"),
        ("gone.jpg", "nothing.jpg"),
        ("Loop", "."),
        ("Ada/up", ".."),
    ):
        (images / link).symlink_to(target)
    assert people(images) == [("Ada", "Ada/1.jpg"), ("Ada", "Ada/in.jpg")]
    reasons = skipped(images)
    assert set(reasons) == {"Out.jpg", "Ada/out.jpg", "self.jpg", "gone.jpg", "Loop", "Ada/up"}
    assert reasons["Out.jpg"] == reasons["Ada/out.jpg"] == "a link that leads out of the image folder"


def test_names_that_are_no_utf_8_or_cannot_be_shown_are_named_printably(images):
    (images / os.fsdecode(b"J\xf6rg.jpg")).write_bytes(b"content")
    (images / "Ada\n.jpg").write_bytes(b"content")
    add(images, os.fsdecode(b"M\xfc/1.jpg"), "Grace/1.jpg", "Grace/" + os.fsdecode(b"\xff.jpg"))
    assert people(images) == [("Grace", "Grace/1.jpg")]
    assert set(skipped(images)) == {"J\\xf6rg.jpg", "Ada\\n.jpg", "M\\xfc", "Grace/\\xff.jpg"}


FILE_NAMES = st.text(st.characters(exclude_characters="/\0", exclude_categories=["Cs"]), min_size=1, max_size=40)


@settings(deadline=None, max_examples=30)
@given(st.lists(FILE_NAMES.filter(lambda name: name not in {".", ".."}), max_size=5))
def test_every_file_is_a_person_s_or_named_or_litter(tmp_path_factory, names):
    images = tmp_path_factory.mktemp("images")
    for name in names:
        (images / f"{name}.jpg").write_bytes(b"content")
    listing = list_folder(images)
    expected = sum(not path.name.startswith(".") for path in images.iterdir())
    known = {picture.source for picture in listing.pictures} | {one.source for one in listing.skipped}
    assert len(known - {str(images)}) == expected
    for picture in listing.pictures:
        picture.person.encode("utf-8")
        assert picture.person == unicodedata.normalize("NFC", picture.person)
