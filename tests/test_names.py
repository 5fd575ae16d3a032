import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from kiosk.domain import display_name
from kiosk.i18n import shown
from kiosk.names import (
    folder_fault,
    is_litter,
    is_snapshot,
    is_system_folder,
    name_fault,
    normal_name,
    person_key,
    text_fault,
)

ANY_TEXT = st.text(st.characters(exclude_categories=[]))


def test_names_that_people_have_are_accepted() -> None:
    for name in ("Ada", "Ada Lovelace", "Ada_Lovelace", "Zoë O'Néill", "王小明", "Dr. No", "3po", "A" * 100):
        assert name_fault(normal_name(name)) is None, name


REFUSED = (
    ("", "is empty"),
    (" _ _", "is empty"),
    ("a/b", "slash"),
    ("..\\b", "slash"),
    ("..", "starts with “.”"),
    (".hidden", "starts with “.”"),
    ("Thumbs.db", "ignore"),
    ("lost+found", "recycle bin"),
    ("#recycle", "starts with “#”"),
    ("_Ada", "starts with “_”"),
    (" @eaDir", "starts with “@”"),
    ("$RECYCLE.BIN", "starts with “$”"),
    ("~snapshot", "starts with “~”"),
    ("\uff03recycle", "starts with “#”"),
    ("Ada~", "ignore"),
    ("A\tda", "cannot be shown"),
    ("A\0da", "cannot be shown"),
    ("Ada\udcff", "cannot be shown"),
    ("Ada\u202e", "cannot be shown"),
    ("A" * 101, "is longer"),
    ("王" * 90, "is longer"),
)


def test_names_that_cannot_be_a_persons_are_refused_with_the_reason() -> None:
    for name, reason in REFUSED:
        assert reason in shown(name_fault(normal_name(name)) or ""), name


SYSTEM_FOLDERS = (
    *("System Volume Information", "SYSTEM_VOLUME_INFORMATION", "system volume  information", "RECYCLER", "Recycled"),
    "\uff53\uff59\uff53\uff54\uff45\uff4d volume information",
    *("RECYCLER.", "Recycler (2)", "Network Recycle Bin 1", "FOUND.001", "Corbeille", "回收站", "\u200b#recycle"),
    *("Recycle.Bin", "Recycle Bin", "Papierkorb", "Trash", "Network Trash Folder", "Temporary Items", "lost+found"),
    *("LOST.DIR", "aquota.user", "files_trashbin", "#Recycle", "@eaDir", "@Recently-Snapshot", "$Recycle.Bin"),
    *("__MACOSX", ".Trash-1000", ".Trashes", ".recycle"),
)
LIKE_THEM = ("Systema", "Trasha", "Recyclerin Anna", "Ada #2", "Anna_Lost", "O'Trash", "#Ada", "Found 1", "Ada (2)")


def test_folders_of_systems_are_known_in_any_case_and_unicode_form() -> None:
    for name in SYSTEM_FOLDERS:
        assert is_system_folder(name), name
        assert folder_fault(name), name
        assert name_fault(normal_name(name)), name
    for name in LIKE_THEM:
        assert not is_system_folder(name), name


def test_snapshots_are_told_from_bins_and_the_names_of_staff_are_no_folders():
    assert all(map(is_snapshot, ("#snapshot", "@Recently-Snapshot", "~snapshot", ".snapshots", ".zfs", "@sharesnap")))
    assert not any(map(is_snapshot, ("#recycle", "Snapshot of Ada", ".git", "@eaDir")))
    assert text_fault("#1 at the services") is None
    assert "slash" in shown(text_fault("a/b") or "")


@given(ANY_TEXT)
def test_an_accepted_name_is_one_file_name_and_comes_back_as_it_was(name):
    person = normal_name(name)
    if name_fault(person) is None:
        assert normal_name(person) == person
        assert "/" not in person
        assert len(person.encode("utf-8")) < 255
        assert display_name(person)
        assert not is_litter(person)


@given(st.text(st.characters(codec="utf-8")))
def test_the_key_is_the_same_for_every_spelling(name):
    key = person_key(name)
    assert person_key(unicodedata.normalize("NFD", name)) == key
    assert person_key(name.replace(" ", "_")) == person_key(name.replace("_", " "))
    assert person_key(key) == key
    assert person_key(f" {name} ") == key


def test_case_does_not_make_another_person():
    assert person_key("ada LOVELACE") == person_key("Ada_Lovelace")
    assert person_key("Ada") != person_key("Adam")
