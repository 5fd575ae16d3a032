"""Changes to the image folder, each all or nothing: after a kill the gallery is as before or as after.

Each raises GalleryError if the folder cannot be written, EnrolmentError for a name or a picture that cannot be used,
UnknownPersonError for a person who is not there; the gallery is then as it was.

A person may have loose files (`Ada.jpg`), a folder (`Ada/`), or both in several spellings. To rename or erase more than
one of them, all files are first gathered in one folder; the person has the same pictures after each of those steps.
"""

import contextlib
import os
import shutil
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from kiosk.domain import display_name
from kiosk.errors import EnrolmentError, UnknownPersonError
from kiosk.files import sync_folder
from kiosk.i18n import Message, Text
from kiosk.names import is_skipped, is_system_folder, name_fault, normal_name, person_key, printable
from kiosk.people.folder import list_folder
from kiosk.people.staging import (
    PictureFile,
    change_lock,
    delete_folder,
    new_folder,
    put_in_place,
    put_people_in_place,
    take_along,
    write_picture,
)
from kiosk.vision.pictures import SUFFIXES


def checked_name(name: str) -> str:
    """Return the name as the image folder keeps it. Raises EnrolmentError if it cannot be a person's."""
    person = normal_name(name)
    fault = name_fault(person)
    if fault:
        thing = Message("the name {name!r}", name=printable(person))
        raise EnrolmentError(thing, fault, "give the person's name as it is to be greeted")
    return person


def home_of(folder: Path, person: str) -> Path:
    """Return the path of a person's folder, existing or not, in the spelling in use. Raises EnrolmentError."""
    person = checked_name(person)
    folders, loose = list[Path](), list[Path]()
    with contextlib.suppress(OSError):  # the write reports it
        folders, loose = _belongings(folder, person)
    if folders:
        return folders[0]
    home = folder / (normal_name(loose[0].stem) if loose else person)
    if os.path.lexists(home):
        raise EnrolmentError(printable(home), "is in the way of the person's folder", "move it away")
    return home


def add_pictures(folder: Path, person: str, pictures: Sequence[PictureFile]) -> tuple[str, ...]:
    """Store pictures of a new or known person; return the new files, relative to the image folder."""
    with change_lock(folder, make=True):
        home = home_of(folder, person)
        with new_folder(folder) as new:
            for path in list(home.iterdir()) if home.exists() else ():
                take_along(path, new / path.name)
            for picture in pictures:
                write_picture(picture, new / picture.name)
            put_in_place(new, home)
    return tuple(f"{home.name}/{picture.name}" for picture in pictures)


def remove_picture(folder: Path, source: str) -> bool:
    """Delete a picture, relative to the image folder; return whether it was there."""
    path = folder / source
    with change_lock(folder):
        try:
            path.unlink()
        except FileNotFoundError:
            return False
        if path.parent != folder and not any(path.parent.iterdir()):
            path.parent.rmdir()
        sync_folder(folder)
    return True


def rename_person(folder: Path, old: str, new: str) -> str:
    """Rename a person's files; return the new name as the image folder keeps it."""
    name = checked_name(new)
    with change_lock(folder):
        folders, loose = _belongings(folder, old)
        if not folders and not loose:
            reason = Message("nobody of that name is in the gallery")
            raise UnknownPersonError(display_name(old), reason, "see `kiosk people` for the names")
        if person_key(old) != person_key(name) and any(_belongings(folder, name)):
            raise EnrolmentError(display_name(name), "is already in the gallery", "choose another name")
        if len(loose) == 1 and not folders:
            path, target = loose[0], folder / f"{name}{loose[0].suffix}"
        else:
            path, target = _gathered(folder, folders, loose), folder / name
        if target != path and os.path.lexists(target) and not target.samefile(path):
            raise EnrolmentError(printable(target), "is in the way", "move it away")
        path.rename(target)
        sync_folder(folder)
    return name


def skipped_name(folder: Path, person: str) -> str | None:
    """Return the name under which the gallery skips a person's pictures; None where it skips none of them."""
    if not is_skipped(person):
        return None
    with contextlib.suppress(OSError):
        folders, loose = _belongings(folder, person)
        names = [*(path.name for path in folders), *(path.stem for path in loose)]
        return normal_name(names[0]) if names else None
    return None


def erase_person(folder: Path, person: str) -> list[str]:
    """Delete all files of a person; return them, relative to the image folder."""
    with change_lock(folder):
        folders, loose = _belongings(folder, person)
        inside = [path for home in folders for path in sorted(home.rglob("*"))]
        files = [path for path in inside if path.is_symlink() or not path.is_dir()]
        if len(loose) == 1 and not folders:
            loose[0].unlink()
            sync_folder(folder)
        elif folders or loose:
            delete_folder(_gathered(folder, folders, loose))
    return [path.relative_to(folder).as_posix() for path in (*files, *loose)]


def _gathered(folder: Path, folders: Sequence[Path], loose: Sequence[Path]) -> Path:
    """Move all files of a person into one folder; return it."""
    home = folders[0] if folders else folder / normal_name(loose[0].stem)
    others = [*(path for other in folders[1:] for path in sorted(other.iterdir())), *loose]
    if not others:
        return home
    with new_folder(folder) as new:
        for path in list(home.iterdir()) if folders else ():
            take_along(path, new / path.name)
        for path in others:
            target = _free_path(new, path)
            if path.is_symlink():
                # It may be relative, and would lead elsewhere from one folder deeper.
                target.symlink_to(os.path.relpath(path.resolve(), new))
            else:
                take_along(path, target)
        put_in_place(new, home)
    for path in others:
        shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
    for other in folders[1:]:
        other.rmdir()
    sync_folder(folder)
    return home


def _free_path(folder: Path, path: Path) -> Path:
    """Return a path in the folder that no file has yet, of the same name if possible."""
    target, number = folder / path.name, 1
    while os.path.lexists(target):
        number += 1
        target = folder / f"{path.stem}-{number}{path.suffix}"
    return target


def _belongings(folder: Path, person: str) -> tuple[list[Path], list[Path]]:
    """Return the folders and the loose files of one person, in every spelling of the name."""
    key = person_key(person)
    folders, loose = list[Path](), list[Path]()
    for path in sorted(folder.iterdir()):
        is_folder = path.is_dir() and not path.is_symlink()
        name = path.name if is_folder else path.stem
        if person_key(name) != key or name.startswith(".") or is_system_folder(name):
            continue
        if is_skipped(name) and not is_skipped(person):
            continue
        if is_folder:
            folders.append(path)
        # An editor's backup shows the person too.
        elif path.suffix.rstrip("~").lower() in SUFFIXES:
            loose.append(path)
    return folders, loose


def add_people(folder: Path, people: Mapping[str, Iterable[PictureFile]]) -> int:
    """Store the pictures of new people, by name; return the number of pictures."""
    count = 0
    with change_lock(folder, make=True):
        require_free(folder, people)
        with new_folder(folder) as new:
            for person, pictures in people.items():
                home = new / person
                home.mkdir()
                for picture in pictures:
                    write_picture(picture, home / picture.name)
                    count += 1
                sync_folder(home)
            put_people_in_place(new)
    return count


def require_free(folder: Path, names: Iterable[str]) -> None:
    """Raise EnrolmentError if a name is taken in the image folder."""
    known = {person_key(picture.person) for picture in list_folder(folder).pictures}
    if folder.is_dir():
        known |= {person_key(path.name) for path in folder.iterdir() if not is_skipped(path.name)}
    taken = sorted(display_name(name) for name in names if person_key(name) in known)
    if taken:
        named: Text = ", ".join(taken[:3])
        if len(taken) > 3:
            named = Message("{names} and {number} more", names=named, number=len(taken) - 3)
        raise EnrolmentError(named, "already in the gallery", "rename or erase them first")
