"""Changes to the image folder, each all or nothing: after a kill the gallery is as before or as after.

A person may have loose files (`Ada.jpg`), a folder (`Ada/`), or both in several spellings. A change to more than one
of them first gathers them in one folder; the person has the same pictures after each of those steps.
"""

import contextlib
import os
import shutil
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from kiosk.domain import display_name
from kiosk.errors import EnrolmentError, UnknownPersonError
from kiosk.files import sync_folder
from kiosk.i18n import Message
from kiosk.names import is_skipped, is_system_folder, name_fault, normal_name, person_key
from kiosk.people.folder import list_folder
from kiosk.people.staging import (
    PictureFile,
    change_lock,
    delete_folder,
    link_or_copy,
    make_folder,
    new_folder,
    put_in_place,
    put_people_in_place,
    take_along,
    write_picture,
)
from kiosk.vision.pictures import SUFFIXES, printable


@dataclass(frozen=True, slots=True)
class _Belongings:
    """The files and folders of one person, in every spelling of the name."""

    folders: tuple[Path, ...]
    loose: tuple[Path, ...]

    @property
    def sources(self) -> list[str]:
        """Every file, relative to the image folder."""
        inside = [f"{folder.name}/{path.relative_to(folder)}" for folder in self.folders for path in _files(folder)]
        return [*inside, *(path.name for path in self.loose)]


def checked_name(name: str) -> str:
    """Return the name as the image folder keeps it. Raises EnrolmentError if it cannot be a person's."""
    person = normal_name(name)
    fault = name_fault(person)
    if fault:
        raise EnrolmentError(
            Message("the name {name!r}", name=printable(person)), fault, "give the person's name as it is to be greeted"
        )
    return person


def home_of(folder: Path, person: str) -> Path:
    """Return the path of a person's folder, existing or not, in the spelling in use. Raises EnrolmentError."""
    person = checked_name(person)
    found = _Belongings((), ())
    with contextlib.suppress(OSError):  # told when it is written
        found = _belongings(folder, person)
    if found.folders:
        return found.folders[0]
    home = folder / (normal_name(found.loose[0].stem) if found.loose else person)
    if os.path.lexists(home):
        raise EnrolmentError(printable(home), "is in the way of the person's folder", "move it away")
    return home


def add_pictures(folder: Path, person: str, pictures: Sequence[PictureFile]) -> tuple[str, ...]:
    """Store pictures of a new or known person; return the new files, relative to the image folder.

    Raises EnrolmentError if the name cannot be used or a picture has changed, and GalleryError if the folder cannot be
    written. Every change here raises these, and then leaves the gallery as it was.
    """
    make_folder(folder)
    with change_lock(folder):
        home = home_of(folder, person)
        with new_folder(folder) as new:
            if home.exists():
                for entry in os.scandir(home):
                    take_along(entry, new / entry.name)
            for picture in pictures:
                write_picture(picture, new / picture.name)
            put_in_place(new, home)
    return tuple(f"{home.name}/{picture.name}" for picture in pictures)


def remove_pictures(folder: Path, sources: Collection[str]) -> list[str]:
    """Delete pictures of one person, named relative to the image folder; return those that were there.

    Raises UnknownPersonError if they are of several people.
    """
    wanted = {folder / source for source in sources if _is_inside(source)}
    owners = {person_key(path.parent.name if path.parent != folder else path.stem) for path in wanted}
    if len(owners) > 1:
        raise UnknownPersonError(
            Message("the pictures"), "are of several people", "remove those of one person at a time"
        )
    with change_lock(folder):
        there = sorted(path for path in wanted if os.path.lexists(path) and not path.is_dir())
        removed = [path.relative_to(folder).as_posix() for path in there]
        if len(there) == 1:
            there[0].unlink()
            _drop_if_empty(there[0].parent, folder)
            sync_folder(folder)
        elif there:
            home, names = _gathered(folder, _belongings(folder, owners.pop()))
            _leave_out(folder, home, {names[path] for path in there})
    return removed


def rename_person(folder: Path, old: str, new: str) -> str:
    """Rename a person's files; return the new name as the image folder keeps it.

    Raises EnrolmentError if the new name cannot be used or another person has it, and UnknownPersonError if no person
    has the old one.
    """
    name = checked_name(new)
    with change_lock(folder):
        found = _belongings(folder, old)
        if not found.folders and not found.loose:
            raise _unknown(old)
        taken = _belongings(folder, name)
        if person_key(old) != person_key(name) and (taken.folders or taken.loose):
            raise EnrolmentError(display_name(name), "is already in the gallery", "choose another name")
        if len(found.loose) == 1 and not found.folders:
            target = folder / f"{name}{found.loose[0].suffix}"
            _move(found.loose[0], target)
        else:
            home, _ = _gathered(folder, found)
            _move(home, folder / name)
        sync_folder(folder)
    return name


def skipped_name(folder: Path, person: str) -> str | None:
    """Return the name under which the gallery skips a person's pictures; None where it skips none of them."""
    if not is_skipped(person):
        return None
    with contextlib.suppress(OSError):
        found = _belongings(folder, person)
        for path in (*found.folders, *found.loose):
            return normal_name(path.name if path in found.folders else path.stem)
    return None


def erase_person(folder: Path, person: str) -> list[str]:
    """Delete all files of a person; return them, relative to the image folder."""
    with change_lock(folder):
        found = _belongings(folder, person)
        sources = found.sources
        if len(found.loose) == 1 and not found.folders:
            found.loose[0].unlink()
            sync_folder(folder)
        elif found.folders or found.loose:
            home, _ = _gathered(folder, found)
            delete_folder(home)
    return sources


def _gathered(folder: Path, found: _Belongings) -> tuple[Path, dict[Path, str]]:
    """Move all files of a person into one folder; return it, and the name in it by the former path."""
    home = found.folders[0] if found.folders else folder / normal_name(found.loose[0].stem)
    names = {home / entry.name: entry.name for entry in os.scandir(home)} if found.folders else {}
    others = [path for other in found.folders[1:] for path in sorted(other.iterdir())] + list(found.loose)
    if not others:
        return home, names
    with new_folder(folder) as new:
        for name in names.values():
            take_along(_entry(home, name), new / name)
        for path in others:
            names[path] = _free_name(new, path)
            _copy_into(path, new / names[path])
        put_in_place(new, home)
    for path in others:
        shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
    for other in found.folders[1:]:
        other.rmdir()
    sync_folder(folder)
    return home, names


def _leave_out(folder: Path, home: Path, names: Collection[str]) -> None:
    kept = [entry for entry in os.scandir(home) if entry.name not in names]
    if not kept:
        delete_folder(home)
        return
    with new_folder(folder) as new:
        for entry in kept:
            take_along(entry, new / entry.name)
        put_in_place(new, home)


def _copy_into(path: Path, target: Path) -> None:
    if path.is_symlink():
        # It may be relative, and would lead elsewhere from one folder deeper.
        target.symlink_to(os.path.relpath(path.resolve(), target.parent))
    elif path.is_dir():
        shutil.copytree(path, target, symlinks=True, copy_function=link_or_copy)
    else:
        link_or_copy(path, target)


def _free_name(folder: Path, path: Path) -> str:
    name, number = path.name, 1
    while os.path.lexists(folder / name):
        number += 1
        name = f"{path.stem}-{number}{path.suffix}"
    return name


def _entry(folder: Path, name: str) -> os.DirEntry[str]:
    return next(entry for entry in os.scandir(folder) if entry.name == name)


def _belongings(folder: Path, person: str) -> _Belongings:
    key = person_key(person)
    folders, loose = [], []
    for path in sorted(folder.iterdir()):
        is_folder = path.is_dir() and not path.is_symlink()
        name = path.name if is_folder else path.stem
        if person_key(name) != key or not _may_be_of(name, person):
            continue
        if is_folder:
            folders.append(path)
        # An editor's backup shows the person too.
        elif path.suffix.rstrip("~").lower() in SUFFIXES:
            loose.append(path)
    return _Belongings(tuple(folders), tuple(loose))


def _may_be_of(name: str, person: str) -> bool:
    """Return whether a file or folder of that name can be the person's."""
    if name.startswith(".") or is_system_folder(name):
        return False
    return is_skipped(person) or not is_skipped(name)


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_symlink() or not path.is_dir())


def _move(path: Path, target: Path) -> None:
    if target != path and os.path.lexists(target) and not target.samefile(path):
        raise EnrolmentError(printable(target), "is in the way", "move it away")
    path.rename(target)


def _drop_if_empty(home: Path, folder: Path) -> None:
    if home != folder and not any(home.iterdir()):
        home.rmdir()


def _is_inside(source: str) -> bool:
    parts = Path(source).parts
    return 1 <= len(parts) <= 2 and ".." not in parts and not Path(source).is_absolute()


def _unknown(person: str) -> UnknownPersonError:
    reason = Message("nobody of that name is in the gallery")
    return UnknownPersonError(display_name(person), reason, "see `kiosk people` for the names")


def add_people(folder: Path, people: Mapping[str, Iterable[PictureFile]]) -> int:
    """Store the pictures of new people, by name; return the number of pictures.

    Raises EnrolmentError if one of the people is in the gallery already. After a kill, the gallery is as before, or
    holds all of them once it is loaded.
    """
    make_folder(folder)
    count = 0
    with change_lock(folder):
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
    listed = {person_key(picture.person) for picture in list_folder(folder).pictures}
    there = [path.name for path in folder.iterdir()] if folder.is_dir() else []
    known = listed | {person_key(name) for name in there if not is_skipped(name)}
    taken = sorted(display_name(name) for name in names if person_key(name) in known)
    if taken:
        more = f" and {len(taken) - 3} more" if len(taken) > 3 else ""
        raise EnrolmentError(", ".join(taken[:3]) + more, "already in the gallery", "rename or erase them first")
